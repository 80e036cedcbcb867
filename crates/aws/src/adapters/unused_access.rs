//! [`ReadUnusedAccess`] over IAM Access Analyzer.

use super::Aws;
use super::convert::from_sdk;
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{
    AnalyzerError, ReadUnusedAccess, UnusedAccessFinding, UnusedAction, UnusedPermission,
};
use aws_sdk_accessanalyzer::primitives::DateTime as SdkTime;
use aws_sdk_accessanalyzer::types::{
    AnalyzerConfiguration, Criterion, FindingDetails, FindingSummaryV2, UnusedPermissionDetails,
};
use chrono::{DateTime, Utc};

const ANALYZER: &str = "access-analyzer:GetAnalyzer";
const FINDINGS: &str = "access-analyzer:ListFindings";
const FINDING: &str = "access-analyzer:GetFinding";

impl ReadUnusedAccess for Aws {
    async fn unused_after_days(&self, analyzer_arn: &str) -> Result<Option<u16>, AnalyzerError> {
        let name = analyzer_arn.rsplit('/').next().unwrap_or(analyzer_arn);
        let request = self.access_analyzer.get_analyzer().analyzer_name(name);
        let answer = request.send().await.map_err(CallError::of(ANALYZER, analyzer_arn))?;
        // Found by its name, in this account and Region: another one may have it there.
        let analyzer = answer.analyzer.filter(|analyzer| analyzer.arn == analyzer_arn);
        let Some(analyzer) = analyzer else {
            let why = "the analyzer of this name here is another one";
            return Err(CallError::unreadable(ANALYZER, analyzer_arn, why).into());
        };
        let Some(AnalyzerConfiguration::UnusedAccess(it)) = analyzer.configuration else {
            return Ok(None);
        };
        Ok(it.unused_access_age.and_then(|days| u16::try_from(days).ok()))
    }

    async fn findings_of_unused_permissions(
        &self,
        analyzer_arn: &str,
        account: &str,
    ) -> Result<Vec<UnusedAccessFinding>, AnalyzerError> {
        let is = |values: &[&str]| {
            let values = values.iter().map(ToString::to_string).collect();
            Criterion::builder().set_eq(Some(values)).build()
        };
        let (mut findings, mut token) = (Vec::new(), None);
        let mut pages = Pages::of(FINDINGS, analyzer_arn);
        loop {
            let request = self
                .access_analyzer
                .list_findings_v2()
                .analyzer_arn(analyzer_arn)
                .filter("findingType", is(&["UnusedPermission"]))
                .filter("resourceOwnerAccount", is(&[account]))
                .filter("status", is(&["ACTIVE", "ARCHIVED"]))
                .set_next_token(token);
            let answer = request.send().await.map_err(CallError::of(FINDINGS, analyzer_arn))?;
            token = pages.after(false, answer.next_token())?;
            findings.extend(answer.findings.into_iter().filter_map(finding));
            if token.is_none() {
                return Ok(findings);
            }
        }
    }

    async fn unused_permissions(
        &self,
        analyzer_arn: &str,
        finding: &str,
    ) -> Result<Vec<UnusedPermission>, AnalyzerError> {
        let (mut unused, mut token) = (Vec::new(), None);
        let mut pages = Pages::of(FINDING, finding);
        loop {
            let request = self.access_analyzer.get_finding_v2().analyzer_arn(analyzer_arn);
            let answer = request.id(finding).set_next_token(token).send().await;
            let answer = answer.map_err(CallError::of(FINDING, finding))?;
            token = pages.after(false, answer.next_token())?;
            unused.extend(answer.finding_details.into_iter().filter_map(|details| {
                let FindingDetails::UnusedPermissionDetails(it) = details else { return None };
                Some(permission(it))
            }));
            if token.is_none() {
                return Ok(unused);
            }
        }
    }
}

/// A finding on a principal; `None` where Access Analyzer failed to analyze it, or does not name
/// it.
fn finding(summary: FindingSummaryV2) -> Option<UnusedAccessFinding> {
    let analyzed = from_sdk(&summary.analyzed_at)?;
    let principal = summary.resource.filter(|_| summary.error.is_none())?;
    Some(UnusedAccessFinding { id: summary.id, principal, analyzed })
}

fn permission(details: UnusedPermissionDetails) -> UnusedPermission {
    let time =
        |time: Option<SdkTime>| -> Option<DateTime<Utc>> { time.as_ref().and_then(from_sdk) };
    let actions = details.actions.unwrap_or_default().into_iter();
    UnusedPermission {
        service: details.service_namespace,
        last_accessed: time(details.last_accessed),
        actions: actions
            .map(|it| UnusedAction { name: it.action, last_accessed: time(it.last_accessed) })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, access_analyzer, access_analyzer_error};
    use super::*;
    use serde_json::{Value, json};

    const ARN: &str = "arn:aws:access-analyzer:eu-central-1:111122223333:analyzer/unused";

    fn analyzer(arn: &str, configuration: Value) -> Value {
        let mut analyzer = json!({
            "arn": arn, "name": "unused", "type": "ACCOUNT_UNUSED_ACCESS",
            "createdAt": "2026-01-01T00:00:00Z", "status": "ACTIVE"
        });
        analyzer["configuration"] = configuration;
        json!({ "analyzer": analyzer })
    }

    #[tokio::test]
    async fn the_analyzer_says_after_how_many_days_it_calls_something_unused() {
        let ask = async |answer: Value| {
            let replay = Replay::of([access_analyzer(&answer)]);
            let days = replay.aws().unused_after_days(ARN).await;
            assert_eq!(replay.requests(), ["GET /analyzer/unused"]);
            days
        };
        let unused = json!({ "unusedAccess": { "unusedAccessAge": 90 } });
        assert_eq!(ask(analyzer(ARN, unused.clone())).await, Ok(Some(90)));
        assert_eq!(ask(analyzer(ARN, Value::Null)).await, Ok(None));
        let other = ARN.replace("111122223333", "444455556666");
        assert_eq!(
            ask(analyzer(&other, unused)).await.unwrap_err().to_string(),
            format!(
                "access-analyzer:GetAnalyzer on `{ARN}` failed: unreadable answer: \
                 the analyzer of this name here is another one"
            )
        );
    }

    #[tokio::test]
    async fn findings_that_stand_come_from_all_pages_without_those_that_failed() {
        let summary = |id: &str| {
            json!({
                "id": id, "resource": format!("arn:aws:iam::111122223333:role/{id}"),
                "resourceType": "AWS::IAM::Role", "resourceOwnerAccount": "111122223333",
                "status": "ACTIVE", "findingType": "UnusedPermission",
                "createdAt": "2026-10-01T00:00:00Z", "updatedAt": "2026-10-02T00:00:00Z",
                "analyzedAt": "2026-10-30T00:00:00Z"
            })
        };
        let mut failed = summary("failed");
        failed["error"] = json!("INTERNAL_ERROR");
        let pages = [
            json!({ "findings": [summary("a"), failed], "nextToken": "more" }),
            json!({ "findings": [summary("b")] }),
        ];
        let replay = Replay::of(pages.iter().map(access_analyzer));
        let found = replay.aws().findings_of_unused_permissions(ARN, "111122223333").await;
        let finding = |id: &str| UnusedAccessFinding {
            id: id.to_owned(),
            principal: format!("arn:aws:iam::111122223333:role/{id}"),
            analyzed: "2026-10-30T00:00:00Z".parse().unwrap(),
        };
        assert_eq!(found, Ok(vec![finding("a"), finding("b")]));
        let asked: Vec<(String, Value)> = replay
            .requests()
            .iter()
            .map(|request| {
                let (call, body) = request.split_once(" {").unwrap();
                (call.to_owned(), format!("{{{body}").parse().unwrap())
            })
            .collect();
        let body = json!({
            "analyzerArn": ARN,
            "filter": {
                "findingType": { "eq": ["UnusedPermission"] },
                "resourceOwnerAccount": { "eq": ["111122223333"] },
                "status": { "eq": ["ACTIVE", "ARCHIVED"] }
            }
        });
        let mut next = body.clone();
        next["nextToken"] = json!("more");
        let call = "POST /findingv2".to_owned();
        assert_eq!(asked, [(call.clone(), body), (call, next)]);
    }

    #[tokio::test]
    async fn what_is_unused_comes_by_service_with_its_dates() {
        let answer = json!({
            "id": "a", "resourceType": "AWS::IAM::Role", "resourceOwnerAccount": "111122223333",
            "status": "ACTIVE", "createdAt": "2026-10-01T00:00:00Z",
            "updatedAt": "2026-10-02T00:00:00Z", "analyzedAt": "2026-10-30T00:00:00Z",
            "findingDetails": [
                { "unusedPermissionDetails": { "serviceNamespace": "sns" } },
                { "unusedPermissionDetails": {
                    "serviceNamespace": "s3", "lastAccessed": "2026-10-29T00:00:00Z",
                    "actions": [
                        { "action": "GetBucketAcl" },
                        { "action": "PutBucketAcl", "lastAccessed": "2026-05-01T00:00:00Z" }
                    ]
                } }
            ]
        });
        let replay = Replay::of([access_analyzer(&answer)]);
        let time = |text: &str| text.parse().ok();
        let expected = vec![
            UnusedPermission { service: "sns".to_owned(), last_accessed: None, actions: vec![] },
            UnusedPermission {
                service: "s3".to_owned(),
                last_accessed: time("2026-10-29T00:00:00Z"),
                actions: vec![
                    UnusedAction { name: "GetBucketAcl".to_owned(), last_accessed: None },
                    UnusedAction {
                        name: "PutBucketAcl".to_owned(),
                        last_accessed: time("2026-05-01T00:00:00Z"),
                    },
                ],
            },
        ];
        assert_eq!(replay.aws().unused_permissions(ARN, "a").await, Ok(expected));
        let denied = access_analyzer_error(403, "AccessDeniedException", "not you");
        assert_eq!(
            Replay::of([denied]).aws().unused_permissions(ARN, "a").await.unwrap_err().to_string(),
            "access-analyzer:GetFinding on `a` failed: AccessDeniedException: not you"
        );
    }
}
