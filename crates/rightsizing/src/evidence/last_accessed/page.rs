//! A page of a service last accessed report as it arrives.

use crate::iam::timestamp;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One page of what `GetServiceLastAccessedDetails` returns, as AWS CLI and SDKs print it.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html>.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", expecting = "a JSON object")]
pub struct ReportPage {
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
    pub job_status: String,
    /// `SERVICE_LEVEL` or `ACTION_LEVEL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_type: Option<String>,
    /// When the report was asked for.
    #[serde(
        default,
        deserialize_with = "timestamp::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub job_creation_date: Option<DateTime<Utc>>,
    /// When the report was finished; the evidence ends here.
    #[serde(
        default,
        deserialize_with = "timestamp::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub job_completion_date: Option<DateTime<Utc>>,
    /// The services that the identity policies grant; `None` while the job runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services_last_accessed: Option<Vec<ServiceLastAccessed>>,
    /// Whether more pages follow; may be missing though a marker is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_truncated: Option<bool>,
    /// Where the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
    /// Why the job failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<JobFailure>,
}

/// Why IAM could not make a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default, expecting = "a JSON object")]
pub struct JobFailure {
    /// Error code.
    pub code: String,
    /// Message.
    pub message: String,
}

impl JobFailure {
    /// Where IAM gives no reason.
    pub(super) fn unexplained() -> Self {
        Self { code: "no reason is given".to_owned(), message: "ask for it again".to_owned() }
    }
}

/// The last use of one service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", expecting = "a JSON object")]
pub struct ServiceLastAccessed {
    /// The IAM prefix, for example `s3`.
    pub service_namespace: String,
    /// Last attempt to use the service, successful or denied; `None` when there was none in the
    /// tracking period.
    #[serde(
        default,
        deserialize_with = "timestamp::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub last_authenticated: Option<DateTime<Utc>>,
    /// The ARN of who made this attempt; `None` when there was none, or the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_authenticated_entity: Option<String>,
    /// How many principals made attempts; `None` when none did, or the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_authenticated_entities: Option<i64>,
    /// Tracked actions; empty in a service-level report and for a service without tracked actions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracked_actions_last_accessed: Vec<ActionLastAccessed>,
}

/// The last use of one tracked action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", expecting = "a JSON object")]
pub struct ActionLastAccessed {
    /// The bare name, without the service prefix, for example `DeleteRole`.
    pub action_name: String,
    /// Last attempt; `None` when there was none in the tracking period.
    #[serde(
        default,
        deserialize_with = "timestamp::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub last_accessed_time: Option<DateTime<Utc>>,
    /// The ARN of who made this attempt; `None` when there was none, or the source does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_accessed_entity: Option<String>,
}

impl ServiceLastAccessed {
    /// Whether it shows an attempt on the service or a tracked action without its date: then it
    /// does not say that there was none.
    #[must_use]
    pub fn shows_undated_use(&self) -> bool {
        let somebody = self.total_authenticated_entities.is_some_and(|entities| entities > 0)
            || is_named(self.last_authenticated_entity.as_ref());
        (somebody && self.last_authenticated.is_none())
            || self.tracked_actions_last_accessed.iter().any(ActionLastAccessed::shows_undated_use)
    }
}

impl ServiceLastAccessed {
    /// The last date of a tracked action of the service, by its bare name.
    pub(crate) fn date_of(&self, name: &str) -> Option<DateTime<Utc>> {
        let mut tracked = self.tracked_actions_last_accessed.iter();
        tracked.find(|it| it.action_name.eq_ignore_ascii_case(name))?.last_accessed_time
    }
}

impl ActionLastAccessed {
    /// Whether it shows an attempt without its date.
    #[must_use]
    pub fn shows_undated_use(&self) -> bool {
        self.last_accessed_time.is_none() && is_named(self.last_accessed_entity.as_ref())
    }
}

fn is_named(entity: Option<&String>) -> bool {
    entity.is_some_and(|entity| !entity.is_empty())
}

/// Whether a report knows services only or single actions too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Granularity {
    /// `SERVICE_LEVEL`: a used service is kept whole.
    #[serde(rename = "service-level")]
    Service,
    /// `ACTION_LEVEL`: of a used service, the actions that IAM tracks are told apart.
    #[serde(rename = "action-level")]
    Action,
}

impl Granularity {
    /// The granularity in words, as reports print it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service-level",
            Self::Action => "action-level",
        }
    }
}
