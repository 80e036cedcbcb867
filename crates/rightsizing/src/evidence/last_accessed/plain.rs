//! A report in the form that AWS CLI prints, read straight from its text: the usual case, several
//! times as fast as by way of JSON values.

use super::page::{ActionLastAccessed, JobFailure, ReportPage, ServiceLastAccessed};
use crate::iam::timestamp;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::borrow::Cow;

/// The one page of a report; `None` where the text has anything unusual, which is for the slower
/// reader to judge: a member that is not documented, one that is there twice, or another type.
pub(super) fn page(text: &str) -> Option<ReportPage> {
    let page: PlainPage<'_> = serde_json::from_str(text).ok()?;
    Some(page.into())
}

/// Whether the text has nothing unusual.
pub(super) fn is_page(text: &str) -> bool {
    serde_json::from_str::<PlainPage<'_>>(text).is_ok()
}

/// What is read and not used: a documented member that holds text.
type Unused<'a> = Option<Cow<'a, str>>;

// A field that is there twice is an error, and so is one without a name here, so no key of an
// object can be there twice unseen.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PlainPage<'a> {
    job_status: String,
    #[serde(default)]
    job_type: Option<String>,
    #[serde(default, deserialize_with = "timestamp::text")]
    job_creation_date: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "timestamp::text")]
    job_completion_date: Option<DateTime<Utc>>,
    #[serde(default, borrow)]
    services_last_accessed: Option<Vec<PlainService<'a>>>,
    #[serde(default)]
    is_truncated: Option<bool>,
    #[serde(default)]
    marker: Option<String>,
    #[serde(default)]
    error: Option<PlainFailure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PlainFailure {
    code: String,
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PlainService<'a> {
    #[serde(default, rename = "ServiceName", borrow)]
    _service_name: Unused<'a>,
    service_namespace: String,
    #[serde(default, deserialize_with = "timestamp::text")]
    last_authenticated: Option<DateTime<Utc>>,
    #[serde(default)]
    last_authenticated_entity: Option<String>,
    #[serde(default, rename = "LastAuthenticatedRegion", borrow)]
    _last_authenticated_region: Unused<'a>,
    #[serde(default)]
    total_authenticated_entities: Option<i64>,
    #[serde(default, borrow)]
    tracked_actions_last_accessed: Vec<PlainAction<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PlainAction<'a> {
    action_name: String,
    #[serde(default, deserialize_with = "timestamp::text")]
    last_accessed_time: Option<DateTime<Utc>>,
    #[serde(default)]
    last_accessed_entity: Option<String>,
    #[serde(default, rename = "LastAccessedRegion", borrow)]
    _last_accessed_region: Unused<'a>,
}

impl From<PlainPage<'_>> for ReportPage {
    fn from(page: PlainPage<'_>) -> Self {
        let services = page.services_last_accessed;
        Self {
            job_status: page.job_status,
            job_type: page.job_type,
            job_creation_date: page.job_creation_date,
            job_completion_date: page.job_completion_date,
            services_last_accessed: services
                .map(|services| services.into_iter().map(ServiceLastAccessed::from).collect()),
            is_truncated: page.is_truncated,
            marker: page.marker,
            error: page.error.map(|PlainFailure { code, message }| JobFailure { code, message }),
        }
    }
}

impl From<PlainService<'_>> for ServiceLastAccessed {
    fn from(service: PlainService<'_>) -> Self {
        let actions = service.tracked_actions_last_accessed;
        Self {
            service_namespace: service.service_namespace,
            last_authenticated: service.last_authenticated,
            last_authenticated_entity: service.last_authenticated_entity,
            total_authenticated_entities: service.total_authenticated_entities,
            tracked_actions_last_accessed: actions
                .into_iter()
                .map(ActionLastAccessed::from)
                .collect(),
        }
    }
}

impl From<PlainAction<'_>> for ActionLastAccessed {
    fn from(action: PlainAction<'_>) -> Self {
        Self {
            action_name: action.action_name,
            last_accessed_time: action.last_accessed_time,
            last_accessed_entity: action.last_accessed_entity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: &str = r#"{
        "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL",
        "JobCreationDate": "2026-11-01T05:59:00Z", "JobCompletionDate": "2026-11-01T06:00:00Z",
        "ServicesLastAccessed": [
            {"ServiceName": "Amazon S3", "ServiceNamespace": "s3", "TotalAuthenticatedEntities": 1,
             "LastAuthenticated": "2026-10-30T09:00:00Z",
             "LastAuthenticatedEntity": "arn:aws:iam::111122223333:role/reporter",
             "LastAuthenticatedRegion": "eu-central-1",
             "TrackedActionsLastAccessed": [
                {"ActionName": "CreateBucket"},
                {"ActionName": "GetBucketAcl", "LastAccessedTime": "2026-10-30T09:00:00Z",
                 "LastAccessedEntity": "arn:aws:iam::111122223333:role/reporter",
                 "LastAccessedRegion": "eu-central-1"}]},
            {"ServiceName": "Amazon SQS", "ServiceNamespace": "sqs"}],
        "IsTruncated": false}"#;

    #[test]
    fn the_usual_report_reads_as_by_way_of_values() {
        let by_values: ReportPage =
            serde_json::from_value(serde_json::from_str(USUAL).unwrap()).unwrap();
        assert_eq!(page(USUAL), Some(by_values));
    }

    #[test]
    fn whatever_is_unusual_is_left_to_the_other_reader() {
        let changed = |from: &str, to: &str| page(&USUAL.replacen(from, to, 1));
        assert!(changed("", "").is_some());
        for (from, to) in [
            (r#""IsTruncated""#, r#""isTruncated""#),
            (r#""IsTruncated": false"#, r#""IsTruncated": false, "IsTruncated": false"#),
            (r#""ServiceName": "Amazon S3""#, r#""ServiceName": {"a": 1, "a": 2}"#),
            (r#""2026-11-01T06:00:00Z""#, "1793512800"),
            (r#""COMPLETED""#, "null"),
            (
                r#"[
                {"ActionName": "CreateBucket"}"#,
                r#"[
                null, {"ActionName": "CreateBucket"}"#,
            ),
        ] {
            assert_eq!(changed(from, to), None, "{to}");
        }
    }
}
