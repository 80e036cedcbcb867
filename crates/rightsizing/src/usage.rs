//! What a principal is granted, and what it does with it: each granted service is used, idle or unknown.

use crate::last_accessed::{LastAccessedReport, ServiceLastAccessed};
use crate::plan::is_base_actions;
use crate::principal::{Principal, UnknownPermissions};
use crate::settings::UnusedAfterDays;
use chrono::{DateTime, Utc};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::BTreeSet;
use std::fmt;

/// What is known of the use of a granted service or action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Last attempted inside the window, its edge included.
    Used {
        /// When.
        last: DateTime<Utc>,
    },
    /// Not attempted inside the window.
    Idle(Idle),
    /// Not known; never treated as idle.
    Unknown(Unknown),
}

/// How a service or action is idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// No attempt in IAM's tracking period, which covers the whole window.
    Never,
    /// The last attempt was before the window.
    Stale {
        /// When.
        last: DateTime<Utc>,
    },
}

/// Why the use of a service or action is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The report does not list it: IAM does not track it, or not yet.
    NotTracked,
    /// Not used so far by a principal that is younger than the window.
    YoungerThanWindow,
    /// Not used, and when the principal was created is not known.
    AgeUnknown,
}

impl fmt::Display for Unknown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotTracked => "not in the service last accessed report",
            Self::YoungerThanWindow => "not used yet by a principal younger than the window",
            Self::AgeUnknown => "not used, and the age of the principal is unknown",
        })
    }
}

/// A granted service and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUsage {
    /// The IAM prefix, in lower case, for example `s3`.
    pub namespace: String,
    /// Used, idle or unknown.
    pub usage: Usage,
    /// The highest access level among the granted actions; `None` when the catalogue knows none of them.
    pub level: Option<AccessLevel>,
    /// Its tracked actions, where the report goes that deep, in the order of the report.
    pub tracked_actions: Vec<ActionUsage>,
}

/// A tracked action and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionUsage {
    /// The bare name, as the report spells it, for example `DeleteRole`.
    pub name: String,
    /// Used, idle or unknown.
    pub usage: Usage,
}

/// Everything a principal is granted, with its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalUsage {
    /// The granted services, in the order of their namespaces.
    pub services: Vec<ServiceUsage>,
    /// The granted actions that the catalogue knows.
    pub granted: ActionSet,
}

impl PrincipalUsage {
    /// What `principal` is granted now, and how the report says it was used in the window that ends at `as_of`.
    ///
    /// Granted is what its identity policies (those of its groups included) allow *and* its permissions boundary
    /// allows: IAM's report ignores boundaries. The base actions of its own Leastwise boundary are not counted.
    ///
    /// Not seen is a service of which all actions in the catalogue are denied, while one that is newer than the
    /// catalogue is allowed by no statement that names it.
    ///
    /// # Errors
    /// [`UnknownPermissions`] when a policy or the boundary could not be read.
    pub fn of(
        principal: &Principal,
        report: &LastAccessedReport,
        window: UnusedAfterDays,
        as_of: DateTime<Utc>,
        catalog: &Catalog,
    ) -> Result<Self, UnknownPermissions> {
        let effective = Effective::of(principal)?;
        let granted = effective.actions(catalog);
        let evidence =
            Evidence { created: principal.created, window_start: window.window_start(as_of) };
        let services = effective
            .services(&granted, report, catalog)
            .into_iter()
            .map(|(namespace, level)| evidence.service(namespace, level, report))
            .collect();
        Ok(Self { services, granted })
    }

    /// The services of which nothing can be said, each with the reason.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, Unknown)> {
        self.services.iter().filter_map(|service| match service.usage {
            Usage::Unknown(why) => Some((service.namespace.as_str(), why)),
            Usage::Used { .. } | Usage::Idle(_) => None,
        })
    }
}

/// The catalogued actions that `principal` is granted now, as [`PrincipalUsage::of`] reads it.
pub(crate) fn granted_actions(
    principal: &Principal,
    catalog: &Catalog,
) -> Result<ActionSet, UnknownPermissions> {
    Ok(Effective::of(principal)?.actions(catalog))
}

/// Identity policies and boundary, ready to be asked.
struct Effective {
    identity: Permissions,
    boundary: Option<Permissions>,
}

impl Effective {
    fn of(principal: &Principal) -> Result<Self, UnknownPermissions> {
        let identity = Permissions::of(principal.granting_documents()?);
        let boundary = principal.boundary_document()?.map(|document| {
            if principal.has_own_leastwise_boundary() {
                Permissions::of([&without_base_actions(document)])
            } else {
                Permissions::of([document])
            }
        });
        Ok(Self { identity, boundary })
    }

    fn actions(&self, catalog: &Catalog) -> ActionSet {
        let granted = self.identity.actions(catalog);
        match &self.boundary {
            Some(boundary) => granted.intersection(&boundary.actions(catalog)),
            None => granted,
        }
    }

    /// The granted services with the highest access level granted in each: those of `granted`, and those of which
    /// the catalogue knows nothing but a policy says something.
    fn services(
        &self,
        granted: &ActionSet,
        report: &LastAccessedReport,
        catalog: &Catalog,
    ) -> Vec<(String, Option<AccessLevel>)> {
        let mut found: Vec<(String, Option<AccessLevel>)> = catalog
            .services()
            .filter_map(|service| {
                let granted = service.ids().filter(|id| granted.contains(*id));
                let level = granted.map(|id| catalog.action(id).level).max()?;
                Some((service.namespace.to_ascii_lowercase(), Some(level)))
            })
            .collect();
        let known: BTreeSet<String> =
            found.iter().map(|(namespace, _)| namespace.clone()).collect();
        let uncatalogued = self.uncatalogued_services(report, catalog);
        found.extend(
            uncatalogued
                .into_iter()
                .filter(|namespace| !known.contains(namespace))
                .map(|namespace| (namespace, None)),
        );
        found.sort();
        found
    }

    /// Services granted only by way of actions that the catalogue does not know.
    fn uncatalogued_services(
        &self,
        report: &LastAccessedReport,
        catalog: &Catalog,
    ) -> BTreeSet<String> {
        let listed = report.services().map(|row| row.service_namespace.to_ascii_lowercase());
        let named = self
            .uncatalogued(catalog)
            .into_iter()
            .filter_map(|pattern| pattern.service_literal().map(str::to_ascii_lowercase));
        listed
            .filter(|namespace| catalog.service(namespace).is_none())
            .filter(|namespace| self.may_permit_service(namespace, catalog))
            .chain(named)
            .collect()
    }

    /// The patterns by which the policies or the boundary name something that the catalogue does not know, as far as
    /// the other side may allow it.
    fn uncatalogued(&self, catalog: &Catalog) -> Vec<Pattern> {
        let of_identity = self.identity.uncatalogued(catalog);
        let Some(boundary) = &self.boundary else { return of_identity.into_iter().collect() };
        let of_boundary = boundary.uncatalogued(catalog);
        let meets = |pattern: &Pattern, side: &Permissions, named: &BTreeSet<Pattern>| {
            side.permits(pattern.as_str()) || named.iter().any(|other| other.overlaps(pattern))
        };
        let identity_side = of_identity.iter().filter(|it| meets(it, boundary, &of_boundary));
        let boundary_side = of_boundary.iter().filter(|it| meets(it, &self.identity, &of_identity));
        identity_side.chain(boundary_side).cloned().collect()
    }

    fn may_permit_service(&self, namespace: &str, catalog: &Catalog) -> bool {
        self.identity.may_permit_service(namespace, catalog)
            && self
                .boundary
                .as_ref()
                .is_none_or(|boundary| boundary.may_permit_service(namespace, catalog))
    }
}

fn without_base_actions(document: &Document) -> Document {
    let counts = |statement: &&Statement| !is_base_actions(statement);
    Document::new(document.statements().iter().filter(counts).cloned().collect())
}

/// What decides between used, idle and unknown, once a last use is given.
struct Evidence {
    created: Option<DateTime<Utc>>,
    window_start: DateTime<Utc>,
}

impl Evidence {
    fn service(
        &self,
        namespace: String,
        level: Option<AccessLevel>,
        report: &LastAccessedReport,
    ) -> ServiceUsage {
        let row = report.service(&namespace);
        let usage = row
            .map_or(Usage::Unknown(Unknown::NotTracked), |row| self.usage(row.last_authenticated));
        let tracked_actions = row.map(|row| self.actions(row)).unwrap_or_default();
        ServiceUsage { namespace, usage, level, tracked_actions }
    }

    fn actions(&self, row: &ServiceLastAccessed) -> Vec<ActionUsage> {
        row.tracked_actions_last_accessed
            .iter()
            .map(|action| ActionUsage {
                name: action.action_name.clone(),
                usage: self.usage(action.last_accessed_time),
            })
            .collect()
    }

    fn usage(&self, last: Option<DateTime<Utc>>) -> Usage {
        match last {
            Some(last) if last >= self.window_start => Usage::Used { last },
            Some(last) => Usage::Idle(Idle::Stale { last }),
            None => self.never_used(),
        }
    }

    /// "Never used" is evidence only if the principal has been there for the whole window.
    fn never_used(&self) -> Usage {
        match self.created {
            Some(created) if created <= self.window_start => Usage::Idle(Idle::Never),
            Some(_) => Usage::Unknown(Unknown::YoungerThanWindow),
            None => Usage::Unknown(Unknown::AgeUnknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        allow, as_of, bounded, days_ago, limited, own, report, role, statements, user,
    };
    use serde_json::json;

    fn usage(principal: &Principal, services: &[(&str, Option<i64>)]) -> PrincipalUsage {
        let window = UnusedAfterDays::default();
        PrincipalUsage::of(principal, &report(services), window, as_of(), Catalog::embedded())
            .unwrap()
    }

    fn of_s3(principal: &Principal, last: Option<i64>) -> Usage {
        let usage = usage(principal, &[("s3", last)]);
        let [s3] = <[ServiceUsage; 1]>::try_from(usage.services).unwrap();
        s3.usage
    }

    /// The granted services and the highest level granted in each.
    fn granted(principal: &Principal, listed: &[&str]) -> Vec<(String, Option<AccessLevel>)> {
        let rows: Vec<(&str, Option<i64>)> = listed.iter().map(|name| (*name, Some(1))).collect();
        usage(principal, &rows)
            .services
            .into_iter()
            .map(|service| (service.namespace, service.level))
            .collect()
    }

    fn names(principal: &Principal, listed: &[&str]) -> Vec<String> {
        granted(principal, listed).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn the_edge_of_the_window_counts_as_used() {
        let s3 = role([allow(&["s3:*"])]);
        assert_eq!(of_s3(&s3, Some(180)), Usage::Used { last: days_ago(180) });
        assert_eq!(of_s3(&s3, Some(181)), Usage::Idle(Idle::Stale { last: days_ago(181) }));
    }

    #[test]
    fn never_used_is_idle_only_if_the_principal_is_as_old_as_the_window() {
        let created = |created| Principal { created, ..role([allow(&["s3:*"])]) };
        assert_eq!(of_s3(&created(Some(days_ago(180))), None), Usage::Idle(Idle::Never));
        assert_eq!(
            of_s3(&created(Some(days_ago(179))), None),
            Usage::Unknown(Unknown::YoungerThanWindow)
        );
        assert_eq!(of_s3(&created(None), None), Usage::Unknown(Unknown::AgeUnknown));
        // A use before the window is evidence whatever the age.
        assert_eq!(
            of_s3(&created(None), Some(200)),
            Usage::Idle(Idle::Stale { last: days_ago(200) })
        );
    }

    #[test]
    fn a_service_that_the_report_does_not_list_is_unknown() {
        let usage = usage(&role([allow(&["s3:GetObject", "sqs:TagQueue"])]), &[("S3", Some(3))]);
        let service = |namespace: &str, usage, level| ServiceUsage {
            namespace: namespace.into(),
            usage,
            level: Some(level),
            tracked_actions: vec![],
        };
        assert_eq!(
            usage.services,
            [
                service("s3", Usage::Used { last: days_ago(3) }, AccessLevel::Read),
                service("sqs", Usage::Unknown(Unknown::NotTracked), AccessLevel::Tagging),
            ]
        );
        assert_eq!(usage.unknown().count(), 1);
        assert_eq!(usage.granted.len(), 2);
    }

    #[test]
    fn a_listed_service_that_is_not_granted_is_nothing() {
        assert_eq!(names(&role([allow(&["s3:*"])]), &["s3", "ec2"]), ["s3"]);
    }

    #[test]
    fn every_policy_grants_and_a_certain_denial_takes_away_across_policies() {
        let deny_s3 = |more: serde_json::Value| {
            let mut deny = json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*" });
            deny.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            statements(json!([deny]))
        };
        let with = |denial| user([allow(&["s3:*", "sqs:*"]), allow(&["kms:ListKeys"]), denial]);
        assert_eq!(names(&with(deny_s3(json!({}))), &[]), ["kms", "sqs"]);
        let limits = json!({ "Condition": { "Bool": { "aws:SecureTransport": "false" } } });
        assert_eq!(names(&with(deny_s3(limits)), &[]), ["kms", "s3", "sqs"]);
        let one_bucket = json!({ "Resource": "arn:aws:s3:::one-bucket/*" });
        assert_eq!(names(&with(deny_s3(one_bucket)), &[]), ["kms", "s3", "sqs"]);
    }

    #[test]
    fn what_the_boundary_does_not_allow_is_not_granted() {
        let wide = || role([allow(&["s3:*", "sqs:*"])]);
        let level = |boundary: &[&str]| granted(&limited(wide(), allow(boundary)), &[]);
        assert_eq!(level(&["s3:Get*", "ec2:*"]), [("s3".into(), Some(AccessLevel::Read))]);
        assert_eq!(level(&["*"]).len(), 2);
        assert_eq!(level(&["ec2:*"]), []);
    }

    #[test]
    fn base_actions_count_only_in_a_boundary_that_is_not_the_principals_own_leastwise_one() {
        let base = |sid: &str, action: &str| {
            statements(json!([
                { "Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*" }
            ]))
        };
        let wide = || role([allow(&["*"])]);
        let other = "arn:aws:iam::111122223333:policy/leastwise/role-other";
        let base_actions = || base("LeastwiseBaseActions", "sts:GetCallerIdentity");
        assert_eq!(names(&own(wide(), base_actions()), &["sts"]), Vec::<String>::new());
        assert_eq!(names(&bounded(wide(), other, base_actions()), &["sts"]), ["sts"]);
        assert_eq!(names(&limited(wide(), base_actions()), &["sts"]), ["sts"]);
        // Nor does the name alone hide what is granted.
        assert_eq!(names(&own(wide(), base("LeastwiseBaseActions", "sts:*")), &["sts"]), ["sts"]);
        assert_eq!(
            names(&own(wide(), base("LeastwiseKeep", "sts:GetCallerIdentity")), &[]),
            ["sts"]
        );
    }

    #[test]
    fn a_service_outside_the_catalogue_is_granted_if_listed_or_named() {
        let everything = names(&role([allow(&["*"])]), &["NewService"]);
        assert_eq!(everything.len(), Catalog::embedded().services().len() + 1);
        assert!(everything.contains(&"newservice".to_owned()));
        assert_eq!(
            granted(&role([allow(&["NewService:Get*"])]), &[]),
            [("newservice".to_owned(), None)]
        );
        assert_eq!(names(&role([allow(&["s3:*"])]), &["newservice"]), ["s3"]);
    }

    #[test]
    fn an_action_outside_the_catalogue_grants_its_service_on_either_side_of_the_boundary() {
        let bounded = |identity: &[&str], boundary: &[&str]| {
            names(&limited(role([allow(identity)]), allow(boundary)), &["s3"])
        };
        assert_eq!(bounded(&["s3:NewThing"], &["*"]), ["s3"]);
        assert_eq!(bounded(&["s3:NewThing"], &["s3:New*"]), ["s3"]);
        assert_eq!(bounded(&["s3:NewTh*"], &["s3:NewThing"]), ["s3"]);
        assert_eq!(bounded(&["s3:*"], &["s3:NewThing"]), ["s3"]);
        assert_eq!(bounded(&["*"], &["NewService:*"]), ["newservice"]);
        assert_eq!(bounded(&["newservice:*"], &["newservice:Get*"]), ["newservice"]);
        assert_eq!(bounded(&["s3:NewThing"], &["s3:OtherThing"]), Vec::<String>::new());
        assert_eq!(bounded(&["newservice:Get*"], &["newservice:Put*"]), Vec::<String>::new());
    }

    #[test]
    fn tracked_actions_are_used_idle_or_unknown_like_their_service() {
        let page = json!({ "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL", "ServicesLastAccessed": [
            { "ServiceNamespace": "iam", "LastAuthenticated": days_ago(1), "TrackedActionsLastAccessed": [
                { "ActionName": "GetRole", "LastAccessedTime": days_ago(1) },
                { "ActionName": "PutRolePolicy", "LastAccessedTime": days_ago(200) },
                { "ActionName": "DeleteRole", "LastAccessedTime": null }
            ] }
        ] });
        let report = LastAccessedReport::from_json(&page).unwrap();
        let of = |created| {
            let principal = Principal { created, ..role([allow(&["iam:*"])]) };
            let window = UnusedAfterDays::default();
            let usage =
                PrincipalUsage::of(&principal, &report, window, as_of(), Catalog::embedded());
            let [iam] = <[ServiceUsage; 1]>::try_from(usage.unwrap().services).unwrap();
            iam.tracked_actions
        };
        let actions = |never| {
            vec![
                ActionUsage { name: "GetRole".into(), usage: Usage::Used { last: days_ago(1) } },
                ActionUsage {
                    name: "PutRolePolicy".into(),
                    usage: Usage::Idle(Idle::Stale { last: days_ago(200) }),
                },
                ActionUsage { name: "DeleteRole".into(), usage: never },
            ]
        };
        assert_eq!(of(Some(days_ago(500))), actions(Usage::Idle(Idle::Never)));
        assert_eq!(of(Some(days_ago(100))), actions(Usage::Unknown(Unknown::YoungerThanWindow)));
    }

    #[test]
    fn each_reason_not_to_know_reads_as_a_sentence() {
        let reasons = [Unknown::NotTracked, Unknown::YoungerThanWindow, Unknown::AgeUnknown];
        assert_eq!(
            reasons.map(|reason| reason.to_string()),
            [
                "not in the service last accessed report",
                "not used yet by a principal younger than the window",
                "not used, and the age of the principal is unknown",
            ]
        );
    }
}
