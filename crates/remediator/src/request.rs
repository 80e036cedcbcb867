//! What SSM and EventBridge ask for.

use crate::iam_call::{EventError, IamCall};
use leastwise_policy::action::Action;
use leastwise_rightsizing::boundary::{DigestError, PlanDigest};
use leastwise_rightsizing::iam::{PrincipalArn, UniqueId};
use leastwise_rightsizing::settings::{NoticeDays, SettingError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What to do with a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Say what would be done; write nothing.
    Plan,
    /// Attach the least-privilege boundary, after notice where it is asked for.
    Apply,
    /// Bring back what stood before.
    Restore,
    /// Have automatic remediation leave it alone, or no more, with its boundary as it is.
    Hold,
    /// Deny a user the use of IAM.
    Quarantine,
    /// End a quarantine.
    Release,
}

/// A principal as the request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// By its unique id, as AWS Config does.
    Id(UniqueId),
    /// By its ARN.
    Arn(PrincipalArn),
}

impl FromStr for Resource {
    type Err = RequestError;

    /// Reads the unique id of a user or role, or its ARN.
    fn from_str(text: &str) -> Result<Self, RequestError> {
        let not_a_principal = || RequestError::Resource(text.to_owned());
        if text.starts_with("arn:") {
            return text.parse().map(Self::Arn).map_err(|_| not_a_principal());
        }
        let id: Option<UniqueId> = text.parse().ok();
        id.filter(|id| id.kind().is_some()).map(Self::Id).ok_or_else(not_a_principal)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Arn(arn) => arn.fmt(formatter),
        }
    }
}

/// A request: `{"ResourceId": "AROA…" or an ARN, "Mode": "Plan" | "Apply" | "Restore" |
/// "Hold" | "Quarantine" | "Release"}`, with `"NoticeDays"`, `"ExpectedPlan"`, `"Automatic"`,
/// `"GiveBack"` and `"Hold"` where they matter; or EventBridge's event of a call of IAM by an IAM
/// user, which asks for the quarantine of that user.
///
/// ```
/// use leastwise_remediator::request::{Mode, Request};
/// use serde_json::json;
///
/// let request = Request::parse(&json!({"ResourceId": "AROAEXAMPLE000000001", "Mode": "Plan"}))?;
/// assert_eq!(request.mode, Mode::Plan);
/// assert_eq!(
///     Request::parse(&json!({"ResourceId": "reporting", "Mode": "Plan"})).unwrap_err().to_string(),
///     "`ResourceId` is `reporting`; expected the unique id of a user (`AIDA…`) or role (`AROA…`), or its ARN"
/// );
/// # Ok::<(), leastwise_remediator::request::RequestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which principal.
    pub resource: Resource,
    /// What to do.
    pub mode: Mode,
    /// How long before it is enforced a boundary is announced. Only [`Mode::Apply`] minds it.
    pub notice_days: NoticeDays,
    /// The plan that was agreed to: no other is applied. Only [`Mode::Apply`] minds it.
    pub expected_plan: Option<PlanDigest>,
    /// Whether nobody asked but AWS Config by itself: then what a person has to see first is not
    /// applied. Only [`Mode::Apply`] minds it.
    pub automatic: bool,
    /// What the boundary in place denies and is to allow again. Only [`Mode::Plan`] and
    /// [`Mode::Apply`] mind it.
    pub give_back: Vec<Action>,
    /// Whether a restored principal is held. Only [`Mode::Restore`] and [`Mode::Hold`] mind it.
    pub hold: HoldRequest,
    /// The call because of which EventBridge asks.
    pub call: Option<IamCall>,
}

/// What becomes of the hold that keeps automatic remediation away from a restored principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HoldRequest {
    /// It is set, for the days of the setting `RestoreHoldDays`.
    #[default]
    Set,
    /// It is lifted, and none is set.
    Lift,
}

/// What is asked: about one principal, or of automatic remediation as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// About one principal.
    OfPrincipal(Box<Request>),
    /// Of automatic remediation.
    OfAll(Errand),
}

/// A request about automatic remediation as a whole: `{"Mode": "Resume"}`, or
/// `{"Mode": "EnforceNotices", "NoticeDays": 14}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Let it go on after a halt.
    Resume,
    /// Enforce the notices that are due.
    EnforceNotices {
        /// How long before it is enforced a boundary is announced.
        notice_days: NoticeDays,
    },
}

/// A request that cannot be understood. Nothing was done.
#[derive(Debug, Error)]
pub enum RequestError {
    /// Not of the documented form.
    #[error(
        "the request is not `{{\"ResourceId\": …, \"Mode\": \"Plan\" | \"Apply\" | \"Restore\" | \"Hold\" | \"Quarantine\" | \"Release\"}}`: {0}"
    )]
    Form(#[from] serde_json::Error),
    /// Not a principal.
    #[error(
        "`ResourceId` is `{0}`; expected the unique id of a user (`AIDA…`) or role (`AROA…`), or its ARN"
    )]
    Resource(String),
    /// A number of days, or a word, that is not allowed.
    #[error(transparent)]
    Value(#[from] SettingError),
    /// Not a digest.
    #[error("`ExpectedPlan` cannot be read: {0}")]
    ExpectedPlan(#[from] DigestError),
    /// An event that is not what the rule should let through.
    #[error(transparent)]
    Event(#[from] EventError),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, expecting = "a JSON object")]
struct Written {
    resource_id: String,
    mode: Mode,
    #[serde(default)]
    notice_days: Option<Days>,
    #[serde(default)]
    expected_plan: Option<String>,
    #[serde(default)]
    automatic: Option<Flag>,
    #[serde(default)]
    give_back: Option<Actions>,
    #[serde(default)]
    hold: Option<String>,
}

#[derive(Deserialize)]
enum WrittenMode {
    Resume,
    EnforceNotices,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, expecting = "a JSON object")]
struct WrittenErrand {
    mode: WrittenMode,
    #[serde(default)]
    notice_days: Option<Days>,
}

/// The modes of requests that name no principal.
const ERRANDS: [&str; 2] = ["Resume", "EnforceNotices"];

/// SSM documents hand words over as text.
#[derive(Deserialize)]
#[serde(untagged, expecting = "`Automatic` as `true` or `false`")]
enum Flag {
    Is(bool),
    Text(String),
}

impl Flag {
    fn value(self) -> Result<bool, SettingError> {
        match self {
            Self::Is(value) => Ok(value),
            Self::Text(text) => match text.trim() {
                "true" => Ok(true),
                "" | "false" => Ok(false),
                other => Err(SettingError::new("Automatic", other, "`true` or `false`")),
            },
        }
    }
}

/// Actions, as a list or, from an SSM document, as text with commas between them.
#[derive(Deserialize)]
#[serde(untagged, expecting = "`GiveBack` as a list of actions")]
enum Actions {
    List(Vec<String>),
    Text(String),
}

impl Actions {
    fn value(self) -> Result<Vec<Action>, SettingError> {
        let texts = match self {
            Self::List(texts) => texts,
            Self::Text(text) => text.split(',').map(ToOwned::to_owned).collect(),
        };
        let texts = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        let action = |text: &str| {
            let allowed = "single actions such as `sqs:SendMessage`, without wildcards";
            text.parse().map_err(|_| SettingError::new("GiveBack", text, allowed))
        };
        texts.map(action).collect()
    }
}

/// SSM documents hand numbers over as text.
#[derive(Deserialize)]
#[serde(untagged, expecting = "`NoticeDays` as a number")]
enum Days {
    Number(u64),
    Text(String),
}

impl Errand {
    /// Its name, as the mode of the request.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resume => "Resume",
            Self::EnforceNotices { .. } => "EnforceNotices",
        }
    }
}

impl Asked {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// [`RequestError`] when a member is missing, unknown or not of the documented form.
    pub fn parse(request: &Value) -> Result<Self, RequestError> {
        let mode = request.get("Mode").and_then(Value::as_str);
        if !mode.is_some_and(|mode| ERRANDS.contains(&mode)) {
            return Ok(Self::OfPrincipal(Box::new(Request::parse(request)?)));
        }
        let WrittenErrand { mode, notice_days: days } = WrittenErrand::deserialize(request)?;
        let notice_days = notice_days(days)?;
        Ok(Self::OfAll(match mode {
            WrittenMode::Resume => Errand::Resume,
            WrittenMode::EnforceNotices => Errand::EnforceNotices { notice_days },
        }))
    }
}

impl Request {
    /// Reads a request about one principal.
    ///
    /// # Errors
    ///
    /// [`RequestError`] when a member is missing, unknown or not of the documented form.
    pub fn parse(request: &Value) -> Result<Self, RequestError> {
        if request.get("detail-type").is_some() {
            let call = IamCall::parse(request)?;
            let user = Resource::Arn(call.user.clone());
            return Ok(Self { call: Some(call), ..Self::of(user, Mode::Quarantine) });
        }
        let Written {
            resource_id,
            mode,
            notice_days: days,
            expected_plan,
            automatic,
            give_back,
            hold,
        } = Written::deserialize(request)?;
        let resource = resource_id.parse()?;
        let expected_plan = expected_plan.filter(|plan| !plan.trim().is_empty());
        Ok(Self {
            notice_days: notice_days(days)?,
            expected_plan: expected_plan.map(|plan| plan.trim().parse()).transpose()?,
            automatic: automatic.map_or(Ok(false), Flag::value)?,
            give_back: give_back.map_or(Ok(Vec::new()), Actions::value)?,
            hold: hold.as_deref().map_or(Ok(HoldRequest::default()), hold_request)?,
            ..Self::of(resource, mode)
        })
    }

    /// The request that asks for this and leaves everything else as it is by default.
    #[must_use]
    pub fn of(resource: Resource, mode: Mode) -> Self {
        Self {
            resource,
            mode,
            notice_days: NoticeDays::default(),
            expected_plan: None,
            automatic: false,
            give_back: Vec::new(),
            hold: HoldRequest::default(),
            call: None,
        }
    }
}

fn notice_days(days: Option<Days>) -> Result<NoticeDays, SettingError> {
    let days = match days {
        Some(Days::Number(days)) => days.to_string(),
        Some(Days::Text(days)) => days,
        None => String::new(),
    };
    match days.trim() {
        "" => Ok(NoticeDays::default()),
        days => days.parse(),
    }
}

fn hold_request(text: &str) -> Result<HoldRequest, SettingError> {
    match text.trim() {
        "" | "set" => Ok(HoldRequest::Set),
        "lift" => Ok(HoldRequest::Lift),
        other => Err(SettingError::new("Hold", other, "`set` or `lift`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(more: &Value) -> Result<Request, RequestError> {
        let mut request = json!({ "ResourceId": "AROAEXAMPLE000000001", "Mode": "Apply" });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Request::parse(&request)
    }

    #[test]
    fn notice_and_expected_plan_are_none_where_they_are_empty_or_absent() {
        for more in [
            json!({}),
            json!({ "NoticeDays": "", "ExpectedPlan": "" }),
            json!({ "NoticeDays": null, "ExpectedPlan": null }),
            json!({ "NoticeDays": 0, "ExpectedPlan": " " }),
        ] {
            let request = parse(&more).unwrap();
            assert_eq!((request.notice_days.days(), request.expected_plan), (0, None));
        }
    }

    #[test]
    fn notice_is_a_number_or_one_written_as_text() {
        for days in [json!(14), json!("14"), json!(" 14 ")] {
            assert_eq!(parse(&json!({ "NoticeDays": days })).unwrap().notice_days.days(), 14);
        }
        assert_eq!(
            parse(&json!({ "NoticeDays": "soon" })).unwrap_err().to_string(),
            "`NoticeDays` is `soon`; allowed is a whole number from 0 to 365"
        );
        assert!(parse(&json!({ "NoticeDays": true })).is_err());
    }

    #[test]
    fn only_the_word_true_is_automatic_and_no_other_word_is_taken() {
        for (more, automatic) in [
            (json!({}), false),
            (json!({ "Automatic": "" }), false),
            (json!({ "Automatic": "false" }), false),
            (json!({ "Automatic": "true" }), true),
            (json!({ "Automatic": true }), true),
        ] {
            assert_eq!(parse(&more).unwrap().automatic, automatic, "{more}");
        }
        assert_eq!(
            parse(&json!({ "Automatic": "yes" })).unwrap_err().to_string(),
            "`Automatic` is `yes`; allowed is `true` or `false`"
        );
    }

    #[test]
    fn a_hold_is_set_unless_it_is_to_be_lifted() {
        for (more, hold) in [
            (json!({}), HoldRequest::Set),
            (json!({ "Hold": "set" }), HoldRequest::Set),
            (json!({ "Hold": "" }), HoldRequest::Set),
            (json!({ "Hold": "lift" }), HoldRequest::Lift),
        ] {
            assert_eq!(parse(&more).unwrap().hold, hold, "{more}");
        }
        assert_eq!(
            parse(&json!({ "Hold": "none" })).unwrap_err().to_string(),
            "`Hold` is `none`; allowed is `set` or `lift`"
        );
    }

    #[test]
    fn an_errand_names_no_principal_and_knows_no_other_member() {
        let asked = |request: Value| Asked::parse(&request);
        let errand = |request: Value| match asked(request).unwrap() {
            Asked::OfAll(errand) => errand,
            Asked::OfPrincipal(request) => panic!("{request:?}"),
        };
        assert_eq!(errand(json!({ "Mode": "Resume" })), Errand::Resume);
        assert_eq!(
            errand(json!({ "Mode": "EnforceNotices", "NoticeDays": "14" })),
            Errand::EnforceNotices { notice_days: "14".parse().unwrap() }
        );
        assert!(asked(json!({ "Mode": "Resume", "ResourceId": "AROAEXAMPLE000000001" })).is_err());
        assert!(asked(json!({ "Mode": "Everything" })).is_err());
        let request = json!({ "Mode": "Plan", "ResourceId": "AROAEXAMPLE000000001" });
        let Asked::OfPrincipal(plan) = asked(request).unwrap() else { panic!() };
        assert_eq!(plan.mode, Mode::Plan);
    }

    #[test]
    fn an_expected_plan_is_a_digest() {
        let digest = "0123456789abcdef".repeat(4);
        let request = parse(&json!({ "ExpectedPlan": digest })).unwrap();
        assert_eq!(request.expected_plan.unwrap().as_str(), digest);
        assert_eq!(
            parse(&json!({ "ExpectedPlan": "yes" })).unwrap_err().to_string(),
            "`ExpectedPlan` cannot be read: `yes` is not the digest of a plan: 64 hexadecimal digits in lower case"
        );
    }
}
