//! Log records, under the names that users of the older scripts search for.
//!
//! `msg`, `msgtype`, `entitytype`, `entityname`, `service`, `LastAuthenticated`,
//! `permissionsgranted`, `permissionsNOTused` and `permissionscoverage` are theirs, and mean what
//! they meant there, with numbers as numbers and `null` where there is no value; what is ours
//! beside them is in the same manner, in lower case.

use crate::level::Level;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// The beginning or the end of a run, with `details` as further members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "msg", rename_all = "snake_case")]
pub enum Execution<'a, D> {
    /// A run began.
    StartExecution {
        /// Which program.
        program: &'a str,
        /// What it is about to do.
        #[serde(flatten)]
        details: D,
    },
    /// A run ended, well or not.
    EndExecution {
        /// Which program.
        program: &'a str,
        /// What it came to.
        #[serde(flatten)]
        details: D,
    },
}

/// What a run says of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "msgtype", rename_all = "lowercase")]
pub enum Record<'a> {
    /// About one service of it.
    Detail(Detail<'a>),
    /// About the entity as a whole.
    Summary(Summary<'a>),
    /// Of what could not be learned or done.
    Error(Trouble<'a>),
}

impl Record<'_> {
    /// How severe what it says is.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::Detail(_) | Self::Summary(_) => Level::Info,
            Self::Error(_) => Level::Error,
        }
    }
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EntityType {
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
    /// An IAM group.
    Group,
}

/// What is known of the use of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// Used inside the window.
    Used,
    /// Not used inside the window.
    Idle,
    /// Not known.
    Unknown,
}

/// The policies that grant something, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum GrantedBy {
    /// These.
    Policies(Vec<String>),
    /// It could not be learned: `null`.
    Unknown,
}

/// One granted service of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Detail<'a> {
    /// User, role or group.
    pub entitytype: EntityType,
    /// Its friendly name.
    pub entityname: &'a str,
    /// Its ARN.
    pub entityarn: String,
    /// The service's namespace.
    pub service: &'a str,
    /// The last attempt; `null` when none is known.
    #[serde(rename = "LastAuthenticated")]
    pub last_authenticated: Option<DateTime<Utc>>,
    /// Used, idle or unknown.
    pub usage: Use,
    /// How many points of the index come from it.
    pub points: u8,
    /// The policies that grant an idle service; absent for other services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grantedby: Option<GrantedBy>,
    /// The same for people.
    pub message: String,
}

/// An entity that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary<'a> {
    /// User, role or group.
    pub entitytype: EntityType,
    /// Its friendly name.
    pub entityname: &'a str,
    /// Its ARN.
    pub entityarn: String,
    /// How many services are granted.
    pub permissionsgranted: usize,
    /// How many of them are idle.
    #[serde(rename = "permissionsNOTused")]
    pub permissions_not_used: usize,
    /// How many of them are used, in per cent; `null` when none is granted.
    pub permissionscoverage: Option<u8>,
    /// Of how many the use is unknown.
    pub permissionsunknown: usize,
    /// The index, 0 to 100.
    pub index: u8,
    /// COMPLIANT or `NON_COMPLIANT`.
    pub compliance: &'a str,
    /// Where the points of the index come from.
    pub origins: Vec<Origin<'a>>,
}

/// Something about an entity that could not be learned or done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble<'a> {
    /// User, role or group.
    pub entitytype: EntityType,
    /// Its friendly name.
    pub entityname: &'a str,
    /// Its ARN.
    pub entityarn: String,
    /// What and why.
    pub message: String,
}

/// The points of the index that come by one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin<'a> {
    /// The group by way of which the services are granted; `null` for what is granted directly.
    pub group: Option<&'a str>,
    /// How many points.
    pub points: u8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ARN: &str = "arn:aws:iam::111122223333:user/ada";

    #[test]
    fn the_start_and_the_end_of_a_run_are_found_under_the_older_names() {
        let start = Execution::StartExecution {
            program: "evaluator",
            details: json!({ "expiration": 180 }),
        };
        assert_eq!(
            serde_json::to_string(&start).unwrap(),
            r#"{"msg":"start_execution","program":"evaluator","expiration":180}"#
        );
        let end = Execution::EndExecution { program: "evaluator", details: json!({ "failed": 0 }) };
        assert_eq!(
            serde_json::to_string(&end).unwrap(),
            r#"{"msg":"end_execution","program":"evaluator","failed":0}"#
        );
    }

    fn detail() -> Detail<'static> {
        Detail {
            entitytype: EntityType::User,
            entityname: "ada",
            entityarn: ARN.to_owned(),
            service: "sqs",
            last_authenticated: "2026-01-02T03:04:05Z".parse().ok(),
            usage: Use::Idle,
            points: 12,
            grantedby: Some(GrantedBy::Policies(vec!["inline policy `work`".to_owned()])),
            message: "last used on 2026-01-02".to_owned(),
        }
    }

    #[test]
    fn a_detail_record_has_the_older_names_and_says_which_policies_grant_what_is_idle() {
        assert_eq!(
            serde_json::to_string(&Record::Detail(detail())).unwrap(),
            r#"{"msgtype":"detail","entitytype":"user","entityname":"ada","entityarn":"arn:aws:iam::111122223333:user/ada","service":"sqs","LastAuthenticated":"2026-01-02T03:04:05Z","usage":"idle","points":12,"grantedby":["inline policy `work`"],"message":"last used on 2026-01-02"}"#
        );
    }

    #[test]
    fn granting_policies_that_are_not_known_are_null_and_those_nobody_asked_for_absent() {
        let granted_by = |grantedby| {
            let record = serde_json::to_value(Detail { grantedby, ..detail() }).unwrap();
            record.get("grantedby").cloned()
        };
        assert_eq!(granted_by(Some(GrantedBy::Unknown)), Some(json!(null)));
        assert_eq!(granted_by(None), None);
    }

    #[test]
    fn what_could_not_be_done_has_a_record_with_the_reason() {
        let trouble = Trouble {
            entitytype: EntityType::User,
            entityname: "ada",
            entityarn: ARN.to_owned(),
            message: "not tagged: iam:TagUser on `ada` failed: Throttling".to_owned(),
        };
        assert_eq!(
            serde_json::to_string(&Record::Error(trouble)).unwrap(),
            r#"{"msgtype":"error","entitytype":"user","entityname":"ada","entityarn":"arn:aws:iam::111122223333:user/ada","message":"not tagged: iam:TagUser on `ada` failed: Throttling"}"#
        );
    }

    #[test]
    fn a_summary_record_has_the_older_names_with_numbers_as_numbers() {
        let summary = Summary {
            entitytype: EntityType::Role,
            entityname: "app",
            entityarn: "arn:aws:iam::111122223333:role/app".to_owned(),
            permissionsgranted: 3,
            permissions_not_used: 2,
            permissionscoverage: Some(33),
            permissionsunknown: 0,
            index: 67,
            compliance: "NON_COMPLIANT",
            origins: vec![Origin { group: None, points: 67 }],
        };
        assert_eq!(
            serde_json::to_string(&Record::Summary(summary.clone())).unwrap(),
            r#"{"msgtype":"summary","entitytype":"role","entityname":"app","entityarn":"arn:aws:iam::111122223333:role/app","permissionsgranted":3,"permissionsNOTused":2,"permissionscoverage":33,"permissionsunknown":0,"index":67,"compliance":"NON_COMPLIANT","origins":[{"group":null,"points":67}]}"#
        );
        let nothing = Summary { permissionsgranted: 0, permissionscoverage: None, ..summary };
        assert_eq!(serde_json::to_value(&nothing).unwrap()["permissionscoverage"], json!(null));
    }
}
