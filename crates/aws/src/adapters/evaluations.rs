//! [`Evaluations`] over AWS Config.

use super::{Aws, convert};
use crate::call::{CallError, codes};
use crate::paging::Pages;
use crate::ports::{
    Compliance, ConfigurationItem, Evaluation, Evaluations, MAX_EVALUATIONS, ReportedResult,
    ReportingError,
};
use aws_sdk_config::types::{self as sdk, ComplianceType, ResourceType};
use chrono::{DateTime, Utc};

/// The most results that one page may hold.
///
/// Source:
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_GetComplianceDetailsByConfigRule.html>.
const MAX_RESULTS: i32 = 100;

/// What a custom rule can say.
const JUDGED: [ComplianceType; 3] =
    [ComplianceType::Compliant, ComplianceType::NonCompliant, ComplianceType::NotApplicable];

impl Evaluations for Aws {
    async fn put(
        &self,
        evaluations: &[Evaluation],
        result_token: &str,
        test_mode: bool,
    ) -> Result<Vec<Evaluation>, ReportingError> {
        const OPERATION: &str = "config:PutEvaluations";
        if evaluations.len() > MAX_EVALUATIONS {
            return Err(ReportingError::TooMany { given: evaluations.len() });
        }
        let resource = format!("{} evaluations", evaluations.len());
        let request = evaluations
            .iter()
            .map(|evaluation| to_sdk(OPERATION, evaluation))
            .collect::<Result<Vec<_>, _>>()?;
        let call = self
            .config
            .put_evaluations()
            .set_evaluations(Some(request))
            .result_token(result_token)
            .test_mode(test_mode);
        let answer = call.send().await.map_err(CallError::of(OPERATION, &resource))?;
        answer
            .failed_evaluations
            .unwrap_or_default()
            .into_iter()
            .map(|failed| sent(evaluations, failed))
            .collect()
    }

    async fn reported(&self, rule_name: &str) -> Result<Vec<ReportedResult>, ReportingError> {
        const OPERATION: &str = "config:GetComplianceDetailsByConfigRule";
        let mut reported = Vec::new();
        let mut pages = Pages::of(OPERATION, rule_name);
        let mut token = None;
        loop {
            let request = self
                .config
                .get_compliance_details_by_config_rule()
                .config_rule_name(rule_name)
                .set_compliance_types(Some(JUDGED.to_vec()))
                .limit(MAX_RESULTS)
                .set_next_token(token);
            let page = request.send().await.map_err(CallError::of(OPERATION, rule_name))?;
            token = pages.after(false, page.next_token.as_deref())?;
            for result in page.evaluation_results.unwrap_or_default() {
                reported.push(reported_result(result).ok_or_else(|| {
                    CallError::unreadable(OPERATION, rule_name, "a result without a resource")
                })?);
            }
            if token.is_none() {
                return Ok(reported);
            }
        }
    }

    async fn reported_on(
        &self,
        resource_type: &str,
        resource_id: &str,
        rule_name: &str,
    ) -> Result<Option<ReportedResult>, ReportingError> {
        const OPERATION: &str = "config:GetComplianceDetailsByResource";
        let mut pages = Pages::of(OPERATION, resource_id);
        let mut token = None;
        loop {
            let request = self
                .config
                .get_compliance_details_by_resource()
                .resource_type(resource_type)
                .resource_id(resource_id)
                .set_compliance_types(Some(JUDGED.to_vec()))
                .set_next_token(token);
            let page = request.send().await.map_err(CallError::of(OPERATION, resource_id))?;
            token = pages.after(false, page.next_token.as_deref())?;
            let mut results = page.evaluation_results.unwrap_or_default().into_iter();
            if let Some(result) = results.find(|result| rule_of(result) == Some(rule_name)) {
                return Ok(reported_result(result));
            }
            if token.is_none() {
                return Ok(None);
            }
        }
    }

    async fn configuration_item(
        &self,
        resource_type: &str,
        resource_id: &str,
        later_time: DateTime<Utc>,
    ) -> Result<Option<ConfigurationItem>, ReportingError> {
        const OPERATION: &str = "config:GetResourceConfigHistory";
        let request = self
            .config
            .get_resource_config_history()
            .resource_type(ResourceType::from(resource_type))
            .resource_id(resource_id)
            .later_time(convert::to_sdk(later_time))
            .limit(1);
        let answer = request.send().await.map_err(CallError::of(OPERATION, resource_id));
        let items = match answer {
            Ok(answer) => answer.configuration_items.unwrap_or_default(),
            Err(call) if call.is(codes::RESOURCE_NOT_DISCOVERED) => return Ok(None),
            Err(call) => return Err(call.into()),
        };
        let Some(item) = items.into_iter().next() else { return Ok(None) };
        let status = item.configuration_item_status.ok_or_else(|| {
            CallError::unreadable(OPERATION, resource_id, "no `configurationItemStatus`")
        })?;
        Ok(Some(ConfigurationItem {
            resource_type: resource_type.to_owned(),
            resource_id: resource_id.to_owned(),
            resource_name: item.resource_name,
            arn: item.arn,
            account_id: item.account_id,
            status: status.as_str().to_owned(),
            captured: item.configuration_item_capture_time.as_ref().and_then(convert::from_sdk),
        }))
    }
}

fn to_sdk(operation: &'static str, evaluation: &Evaluation) -> Result<sdk::Evaluation, CallError> {
    let annotation = evaluation.annotation.clone().filter(|text| !text.is_empty());
    sdk::Evaluation::builder()
        .compliance_resource_type(&evaluation.resource_type)
        .compliance_resource_id(&evaluation.resource_id)
        .compliance_type(ComplianceType::from(evaluation.compliance.as_str()))
        .set_annotation(annotation)
        .ordering_timestamp(convert::to_sdk(evaluation.ordering_timestamp))
        .build()
        .map_err(|error| CallError::not_sent(operation, &evaluation.resource_id, error.to_string()))
}

/// The evaluation that Config means when it hands one back.
fn sent(evaluations: &[Evaluation], failed: sdk::Evaluation) -> Result<Evaluation, ReportingError> {
    evaluations
        .iter()
        .find(|sent| {
            sent.resource_id == failed.compliance_resource_id
                && sent.resource_type == failed.compliance_resource_type
        })
        .cloned()
        .ok_or(ReportingError::UnknownEvaluation { resource_id: failed.compliance_resource_id })
}

fn rule_of(result: &sdk::EvaluationResult) -> Option<&str> {
    let identifier = result.evaluation_result_identifier.as_ref()?;
    identifier.evaluation_result_qualifier.as_ref()?.config_rule_name.as_deref()
}

fn reported_result(result: sdk::EvaluationResult) -> Option<ReportedResult> {
    let qualifier = result.evaluation_result_identifier?.evaluation_result_qualifier?;
    Some(ReportedResult {
        resource_type: qualifier.resource_type?,
        resource_id: qualifier.resource_id?,
        compliance: match result.compliance_type {
            Some(ComplianceType::Compliant) => Some(Compliance::Compliant),
            Some(ComplianceType::NonCompliant) => Some(Compliance::NonCompliant),
            Some(ComplianceType::NotApplicable) => Some(Compliance::NotApplicable),
            _ => None,
        },
        invoked: result.config_rule_invoked_time.as_ref().and_then(convert::from_sdk),
        recorded: result.result_recorded_time.as_ref().and_then(convert::from_sdk),
        annotation: result.annotation,
    })
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, config, config_error};
    use super::*;
    use crate::ports::Compliance;

    fn evaluation(id: &str, annotation: &str) -> Evaluation {
        Evaluation {
            resource_type: "AWS::IAM::Role".to_owned(),
            resource_id: id.to_owned(),
            compliance: Compliance::NonCompliant,
            annotation: Some(annotation.to_owned()),
            ordering_timestamp: "2018-07-05T15:22:21.203Z".parse().unwrap(),
        }
    }

    #[tokio::test]
    async fn evaluations_are_put_and_those_config_refuses_come_back() {
        let replay = Replay::of([config(
            r#"{"FailedEvaluations":[{"ComplianceResourceType":"AWS::IAM::Role","ComplianceResourceId":"AROAEXAMPLE0000000002","ComplianceType":"NON_COMPLIANT","OrderingTimestamp":1530804141.203}]}"#,
        )]);
        let evaluations = [
            evaluation("AROAEXAMPLE0000000001", "index 72"),
            evaluation("AROAEXAMPLE0000000002", ""),
        ];
        let failed = replay.aws().put(&evaluations, "token", false).await.unwrap();
        assert_eq!(failed, [evaluations[1].clone()]);
        assert_eq!(
            replay.requests(),
            [
                r#"PutEvaluations {"Evaluations":[{"ComplianceResourceType":"AWS::IAM::Role","ComplianceResourceId":"AROAEXAMPLE0000000001","ComplianceType":"NON_COMPLIANT","Annotation":"index 72","OrderingTimestamp":1530804141.203},{"ComplianceResourceType":"AWS::IAM::Role","ComplianceResourceId":"AROAEXAMPLE0000000002","ComplianceType":"NON_COMPLIANT","OrderingTimestamp":1530804141.203}],"ResultToken":"token","TestMode":false}"#
            ]
        );
    }

    #[tokio::test]
    async fn nothing_to_report_is_still_reported() {
        let replay = Replay::of([config("{}")]);
        assert_eq!(replay.aws().put(&[], "TESTMODE", true).await, Ok(vec![]));
        assert_eq!(
            replay.requests(),
            [r#"PutEvaluations {"Evaluations":[],"ResultToken":"TESTMODE","TestMode":true}"#]
        );
    }

    #[tokio::test]
    async fn more_than_a_hundred_evaluations_are_not_sent() {
        let replay = Replay::of([]);
        let many = vec![evaluation("AROAEXAMPLE0000000001", ""); 101];
        assert_eq!(
            replay.aws().put(&many, "token", false).await.unwrap_err().to_string(),
            "101 evaluations were given at once, AWS Config accepts 100"
        );
        assert_eq!(replay.requests(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_bad_token_is_an_error_and_throttling_is_got_over() {
        let replay = Replay::of([
            config_error("ThrottlingException", "Rate exceeded"),
            config_error("InvalidResultTokenException", "The result token is invalid."),
        ]);
        let error = replay.aws().put(&[], "token", false).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "config:PutEvaluations on `0 evaluations` failed: \
             InvalidResultTokenException: The result token is invalid."
        );
        assert!(!error.is_retryable());
    }

    #[tokio::test]
    async fn reported_resources_are_read_to_the_last_page() {
        let result = |id: &str, more: &str| {
            format!(
                r#"{{"EvaluationResultIdentifier":{{"EvaluationResultQualifier":{{"ConfigRuleName":"rule","ResourceType":"AWS::IAM::User","ResourceId":"{id}"}}}}{more}}}"#
            )
        };
        let full = r#","ComplianceType":"NOT_APPLICABLE","ResultRecordedTime":1530804141.203,"ConfigRuleInvokedTime":1530804140.5,"Annotation":"not judged""#;
        let unclear = r#","ComplianceType":"INSUFFICIENT_DATA""#;
        let replay = Replay::of([
            config(&format!(
                r#"{{"EvaluationResults":[{}],"NextToken":"n"}}"#,
                result("AIDAEXAMPLE0000000001", full)
            )),
            config(&format!(
                r#"{{"EvaluationResults":[{}]}}"#,
                result("AIDAEXAMPLE0000000002", unclear)
            )),
        ]);
        let unknown = ReportedResult {
            resource_type: "AWS::IAM::User".to_owned(),
            resource_id: "AIDAEXAMPLE0000000002".to_owned(),
            compliance: None,
            invoked: None,
            recorded: None,
            annotation: None,
        };
        let known = ReportedResult {
            resource_id: "AIDAEXAMPLE0000000001".to_owned(),
            compliance: Some(Compliance::NotApplicable),
            invoked: "2018-07-05T15:22:20.5Z".parse().ok(),
            recorded: "2018-07-05T15:22:21.203Z".parse().ok(),
            annotation: Some("not judged".to_owned()),
            ..unknown.clone()
        };
        assert!(!known.is_verdict() && !unknown.is_verdict());
        assert_eq!(replay.aws().reported("rule").await, Ok(vec![known, unknown]));
        let request = r#"GetComplianceDetailsByConfigRule {"ConfigRuleName":"rule","ComplianceTypes":["COMPLIANT","NON_COMPLIANT","NOT_APPLICABLE"],"Limit":100"#;
        assert_eq!(
            replay.requests(),
            [format!("{request}}}"), format!(r#"{request},"NextToken":"n"}}"#)]
        );
    }

    #[tokio::test]
    async fn the_result_on_one_resource_is_that_of_the_rule() {
        let result = |rule: &str, compliance: &str| {
            format!(
                r#"{{"EvaluationResultIdentifier":{{"EvaluationResultQualifier":{{"ConfigRuleName":"{rule}","ResourceType":"AWS::IAM::Role","ResourceId":"AROAEXAMPLE0000000002"}}}},"ComplianceType":"{compliance}"}}"#
            )
        };
        let replay = Replay::of([
            config(&format!(
                r#"{{"EvaluationResults":[{}],"NextToken":"n"}}"#,
                result("other", "NON_COMPLIANT")
            )),
            config(&format!(r#"{{"EvaluationResults":[{}]}}"#, result("rule", "COMPLIANT"))),
            config(r#"{"EvaluationResults":[]}"#),
        ]);
        let aws = replay.aws();
        let found = aws.reported_on("AWS::IAM::Role", "AROAEXAMPLE0000000002", "rule").await;
        let found = found.unwrap().map(|result| (result.resource_id, result.compliance));
        assert_eq!(found, Some(("AROAEXAMPLE0000000002".into(), Some(Compliance::Compliant))));
        let none = aws.reported_on("AWS::IAM::Role", "AROAEXAMPLE0000000003", "rule").await;
        assert_eq!(none, Ok(None));
        let request = r#"GetComplianceDetailsByResource {"ResourceType":"AWS::IAM::Role","ResourceId":"AROAEXAMPLE0000000002","ComplianceTypes":["COMPLIANT","NON_COMPLIANT","NOT_APPLICABLE"]"#;
        assert_eq!(
            replay.requests()[..2],
            [format!("{request}}}"), format!(r#"{request},"NextToken":"n"}}"#)]
        );
    }

    #[tokio::test]
    async fn the_item_an_oversized_notification_leaves_out_is_the_latest_up_to_its_time() {
        let replay = Replay::of([config(
            r#"{"configurationItems":[{"version":"1.3","accountId":"111122223333","configurationItemCaptureTime":1530804141.203,"configurationItemStatus":"ResourceDiscovered","configurationStateId":"1530804141203","arn":"arn:aws:iam::111122223333:role/app/writer","resourceType":"AWS::IAM::Role","resourceId":"AROAEXAMPLE0000000002","resourceName":"writer","awsRegion":"global","configuration":"{}"}]}"#,
        )]);
        let captured: DateTime<Utc> = "2018-07-05T15:22:21.203Z".parse().unwrap();
        let aws = replay.aws();
        let item =
            aws.configuration_item("AWS::IAM::Role", "AROAEXAMPLE0000000002", captured).await;
        assert_eq!(
            item,
            Ok(Some(ConfigurationItem {
                resource_type: "AWS::IAM::Role".to_owned(),
                resource_id: "AROAEXAMPLE0000000002".to_owned(),
                resource_name: Some("writer".to_owned()),
                arn: Some("arn:aws:iam::111122223333:role/app/writer".to_owned()),
                account_id: Some("111122223333".to_owned()),
                status: "ResourceDiscovered".to_owned(),
                captured: Some(captured),
            }))
        );
        assert_eq!(
            replay.requests(),
            [
                r#"GetResourceConfigHistory {"resourceType":"AWS::IAM::Role","resourceId":"AROAEXAMPLE0000000002","laterTime":1530804141.203,"limit":1}"#
            ]
        );
    }

    #[tokio::test]
    async fn a_resource_that_config_never_saw_has_no_item() {
        for answer in [
            config_error("ResourceNotDiscoveredException", "Resource was not discovered."),
            config(r#"{"configurationItems":[]}"#),
        ] {
            let replay = Replay::of([answer]);
            let aws = replay.aws();
            let time = DateTime::default();
            let item =
                aws.configuration_item("AWS::IAM::User", "AIDAEXAMPLE0000000001", time).await;
            assert_eq!(item, Ok(None));
        }
    }
}
