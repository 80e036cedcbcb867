//! [`Preflight`] over IAM Access Analyzer's policy validation and IAM's policy simulator.

use super::Aws;
use super::account::MAX_ITEMS;
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{Decision, Finding, FindingKind, Preflight, PreflightError};
use aws_sdk_accessanalyzer::types::{PolicyType, ValidatePolicyFinding};
use aws_sdk_iam::types::EvaluationResult;
use leastwise_policy::action::Action;
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::PrincipalArn;
use std::collections::BTreeMap;

const VALIDATE: &str = "access-analyzer:ValidatePolicy";
const SIMULATE: &str = "iam:SimulatePrincipalPolicy";

/// What failed calls of Access Analyzer, which knows no name for the document, are said to be on.
const CANDIDATE: &str = "the planned boundary";

/// How many actions are asked about in one call. AWS does not document a limit of their number;
/// together with the largest boundary, so many take about ten kilobytes.
const ACTIONS_PER_CALL: usize = 100;

impl Preflight for Aws {
    async fn findings(&self, boundary: &Document) -> Result<Vec<Finding>, PreflightError> {
        let text = boundary.to_compact_string();
        let mut findings = Vec::new();
        let mut pages = Pages::of(VALIDATE, CANDIDATE);
        let mut token = None;
        loop {
            let request = self.access_analyzer.validate_policy().policy_document(&text);
            let request = request.policy_type(PolicyType::IdentityPolicy).set_next_token(token);
            let answer = request.send().await.map_err(CallError::of(VALIDATE, CANDIDATE))?;
            token = pages.after(false, answer.next_token())?;
            findings.extend(answer.findings.into_iter().map(finding));
            if token.is_none() {
                return Ok(findings);
            }
        }
    }

    async fn decisions(
        &self,
        principal: &PrincipalArn,
        boundary: Option<&Document>,
        actions: &[Action],
    ) -> Result<Vec<Decision>, PreflightError> {
        let simulation = Simulation {
            aws: self,
            principal: principal.to_string(),
            boundary: boundary.map(|boundary| vec![boundary.to_compact_string()]),
        };
        let mut decisions = Vec::with_capacity(actions.len());
        for actions in actions.chunks(ACTIONS_PER_CALL) {
            decisions.extend(simulation.of(actions).await?);
        }
        Ok(decisions)
    }
}

fn finding(finding: ValidatePolicyFinding) -> Finding {
    Finding {
        kind: kind(finding.finding_type.as_str()),
        issue_code: finding.issue_code,
        details: finding.finding_details,
    }
}

/// By its name on the wire, which tells a type that the SDK does not know yet.
fn kind(name: &str) -> FindingKind {
    match name {
        "ERROR" => FindingKind::Error,
        "SECURITY_WARNING" => FindingKind::SecurityWarning,
        "WARNING" => FindingKind::Warning,
        "SUGGESTION" => FindingKind::Suggestion,
        other => FindingKind::Unknown(other.to_owned()),
    }
}

/// A principal under a boundary to be simulated.
struct Simulation<'a> {
    aws: &'a Aws,
    principal: String,
    boundary: Option<Vec<String>>,
}

impl Simulation<'_> {
    async fn of(&self, actions: &[Action]) -> Result<Vec<Decision>, PreflightError> {
        let mut decisions = BTreeMap::new();
        for result in self.results(actions).await? {
            let decision = self.decision(&result)?;
            if let Some(first) = decisions.insert(decision.action.clone(), decision) {
                return Err(self.unreadable(format!("two results for `{}`", first.action)).into());
            }
        }
        let decided = |action: &Action| {
            decisions
                .remove(action)
                .ok_or_else(|| self.unreadable(format!("no result for `{action}`")).into())
        };
        actions.iter().map(decided).collect()
    }

    async fn results(&self, actions: &[Action]) -> Result<Vec<EvaluationResult>, PreflightError> {
        let names: Vec<String> = actions.iter().map(Action::to_string).collect();
        let mut results = Vec::new();
        let mut pages = Pages::of(SIMULATE, &self.principal);
        let mut marker = None;
        loop {
            let request = self
                .aws
                .iam
                .simulate_principal_policy()
                .policy_source_arn(&self.principal)
                .set_permissions_boundary_policy_input_list(self.boundary.clone())
                .set_action_names(Some(names.clone()))
                .max_items(MAX_ITEMS)
                .set_marker(marker);
            let answer = request.send().await.map_err(CallError::of(SIMULATE, &self.principal))?;
            marker = pages.after(answer.is_truncated, answer.marker.as_deref())?;
            results.extend(answer.evaluation_results.unwrap_or_default());
            if marker.is_none() {
                return Ok(results);
            }
        }
    }

    fn decision(&self, result: &EvaluationResult) -> Result<Decision, CallError> {
        let action = result.eval_action_name.parse::<Action>();
        let allowed = match result.eval_decision.as_str() {
            "allowed" => true,
            "explicitDeny" | "implicitDeny" => false,
            other => return Err(self.unreadable(format!("the decision `{other}`"))),
        };
        let boundary = result.permissions_boundary_decision_detail.as_ref();
        Ok(Decision {
            action: action.map_err(|error| self.unreadable(error.to_string()))?,
            allowed,
            allowed_by_boundary: boundary.map(|detail| detail.allowed_by_permissions_boundary),
        })
    }

    fn unreadable(&self, why: String) -> CallError {
        CallError::unreadable(SIMULATE, &self.principal, why)
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{
        Answer, Replay, access_analyzer, access_analyzer_error, iam, iam_error, no_such_entity,
        throttled,
    };
    use super::*;
    use serde_json::json;

    const ARN: &str = "arn:aws:iam::111122223333:role/app";
    const BOUNDARY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

    fn boundary() -> Document {
        Document::parse(BOUNDARY).unwrap()
    }

    fn found(kind: &str, code: &str, next_token: Option<&str>) -> Answer {
        let position = json!({ "line": 1, "column": 2, "offset": 3 });
        let finding = json!({
            "findingType": kind, "issueCode": code, "findingDetails": format!("{code} in words"),
            "learnMoreLink": "https://docs.aws.amazon.com/",
            "locations": [{ "path": [{ "value": "Statement" }, { "index": 0 }],
                            "span": { "start": position, "end": position } }]
        });
        access_analyzer(&json!({ "findings": [finding], "nextToken": next_token }))
    }

    #[tokio::test]
    async fn findings_of_every_type_are_read_to_the_last_page() {
        let replay = Replay::of([
            found("ERROR", "INVALID_ACTION", Some("a/b")),
            found("SECURITY_WARNING", "PASS_ROLE_WITH_STAR_IN_RESOURCE", Some("c")),
            found("WARNING", "MISSING_VERSION", Some("d")),
            found("SUGGESTION", "REDUNDANT_ACTION", Some("e")),
            found("CATASTROPHE", "NEW", None),
        ]);
        let finding = |kind, code: &str| Finding {
            kind,
            issue_code: code.to_owned(),
            details: format!("{code} in words"),
        };
        assert_eq!(
            replay.aws().findings(&boundary()).await,
            Ok(vec![
                finding(FindingKind::Error, "INVALID_ACTION"),
                finding(FindingKind::SecurityWarning, "PASS_ROLE_WITH_STAR_IN_RESOURCE"),
                finding(FindingKind::Warning, "MISSING_VERSION"),
                finding(FindingKind::Suggestion, "REDUNDANT_ACTION"),
                finding(FindingKind::Unknown("CATASTROPHE".to_owned()), "NEW"),
            ])
        );
        let body = json!({ "policyDocument": BOUNDARY, "policyType": "IDENTITY_POLICY" });
        assert_eq!(
            replay.requests(),
            ["", "?nextToken=a%2Fb", "?nextToken=c", "?nextToken=d", "?nextToken=e"]
                .map(|query| format!("POST /policy/validation{query} {body}"))
        );
    }

    #[tokio::test]
    async fn a_policy_without_findings_has_none_and_a_repeated_token_is_an_error() {
        let clean = Replay::of([access_analyzer(&json!({ "findings": [] }))]);
        assert_eq!(clean.aws().findings(&boundary()).await, Ok(vec![]));

        let circling = || found("WARNING", "MISSING_VERSION", Some("a"));
        let replay = Replay::of([circling(), circling()]);
        assert_eq!(
            replay.aws().findings(&boundary()).await.unwrap_err().to_string(),
            "access-analyzer:ValidatePolicy on `the planned boundary` repeated the marker `a`"
        );
    }

    #[tokio::test]
    async fn access_analyzer_that_refuses_is_an_error_in_its_words_and_one_in_trouble_is_asked_again()
     {
        let said = "not authorized to perform: access-analyzer:ValidatePolicy";
        let denied = Replay::of([access_analyzer_error(403, "AccessDeniedException", said)]);
        let error = denied.aws().findings(&boundary()).await.unwrap_err();
        assert_eq!(
            (error.to_string(), error.is_retryable()),
            (
                format!(
                    "access-analyzer:ValidatePolicy on `the planned boundary` failed: AccessDeniedException: {said}"
                ),
                false
            )
        );
        let busy = || access_analyzer_error(429, "ThrottlingException", "Rate exceeded");
        let replay = Replay::of([busy(), access_analyzer(&json!({ "findings": [] }))]);
        assert_eq!(replay.aws().findings(&boundary()).await, Ok(vec![]));

        let broken = || access_analyzer_error(500, "InternalServerException", "sorry");
        let replay = Replay::of(std::iter::repeat_with(broken).take(8));
        assert!(replay.aws().findings(&boundary()).await.unwrap_err().is_retryable());
    }

    fn actions(names: &[&str]) -> Vec<Action> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn result(action: &str, decision: &str, by_boundary: Option<bool>) -> String {
        let detail = by_boundary.map_or_else(String::new, |allowed| {
            format!(
                "<PermissionsBoundaryDecisionDetail>
                <AllowedByPermissionsBoundary>{allowed}</AllowedByPermissionsBoundary>
                </PermissionsBoundaryDecisionDetail>"
            )
        });
        format!(
            "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>*</EvalResourceName>
            <EvalDecision>{decision}</EvalDecision>{detail}</member>"
        )
    }

    fn results(results: &[String], paging: &str) -> Answer {
        let results = results.concat();
        iam(
            "SimulatePrincipalPolicy",
            &format!("<EvaluationResults>{results}</EvaluationResults>{paging}"),
        )
    }

    fn decision(action: &str, allowed: bool, allowed_by_boundary: Option<bool>) -> Decision {
        Decision { action: action.parse().unwrap(), allowed, allowed_by_boundary }
    }

    async fn simulated(
        replay: &Replay,
        boundary: Option<&Document>,
        names: &[&str],
    ) -> Result<Vec<Decision>, PreflightError> {
        replay.aws().decisions(&ARN.parse().unwrap(), boundary, &actions(names)).await
    }

    #[tokio::test]
    async fn decisions_are_read_to_the_last_page_and_told_in_the_order_of_the_actions() {
        let replay = Replay::of([
            results(
                &[result("sqs:sendmessage", "implicitDeny", Some(false))],
                "<IsTruncated>true</IsTruncated><Marker>m</Marker>",
            ),
            results(
                &[
                    result("s3:GetObject", "allowed", Some(true)),
                    result("s3:PutObject", "explicitDeny", Some(true)),
                ],
                "<IsTruncated>false</IsTruncated>",
            ),
        ]);
        let names = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"];
        assert_eq!(
            simulated(&replay, Some(&boundary()), &names).await,
            Ok(vec![
                decision("s3:GetObject", true, Some(true)),
                decision("s3:PutObject", false, Some(true)),
                decision("sqs:SendMessage", false, Some(false)),
            ])
        );
        let asked = |marker: &str| {
            format!(
                "Action=SimulatePrincipalPolicy&PolicySourceArn={ARN}\
                 &PermissionsBoundaryPolicyInputList.member.1={BOUNDARY}\
                 &ActionNames.member.1=s3:GetObject&ActionNames.member.2=s3:PutObject\
                 &ActionNames.member.3=sqs:SendMessage&MaxItems=1000{marker}"
            )
        };
        assert_eq!(replay.requests(), [asked(""), asked("&Marker=m")]);
    }

    #[tokio::test]
    async fn without_a_boundary_the_principal_is_simulated_as_it_stands() {
        let replay = Replay::of([results(&[result("s3:GetObject", "allowed", None)], "")]);
        assert_eq!(
            simulated(&replay, None, &["s3:GetObject"]).await,
            Ok(vec![decision("s3:GetObject", true, None)])
        );
        assert_eq!(
            replay.requests(),
            [format!(
                "Action=SimulatePrincipalPolicy&PolicySourceArn={ARN}&ActionNames.member.1=s3:GetObject&MaxItems=1000"
            )]
        );
    }

    #[tokio::test]
    async fn a_hundred_actions_are_asked_about_at_a_time_and_none_not_at_all() {
        let names: Vec<String> = (0..101).map(|number| format!("s3:Get{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let answer = |names: &[&str]| {
            let all: Vec<_> = names.iter().map(|name| result(name, "allowed", None)).collect();
            results(&all, "")
        };
        let replay = Replay::of([answer(&names[..100]), answer(&names[100..])]);
        let decisions = simulated(&replay, None, &names).await.unwrap();
        assert_eq!(
            decisions,
            names.iter().map(|name| decision(name, true, None)).collect::<Vec<_>>()
        );
        assert_eq!(replay.requests().len(), 2);

        let nothing = Replay::of([]);
        assert_eq!(simulated(&nothing, None, &[]).await, Ok(vec![]));
        assert_eq!(nothing.requests(), [""; 0]);
    }

    #[tokio::test]
    async fn what_iam_does_not_decide_clearly_is_an_error_and_never_allowed() {
        let allowed = || result("s3:GetObject", "allowed", None);
        let unclear = [
            (vec![], "no result for `s3:GetObject`"),
            (vec![allowed(), allowed()], "two results for `s3:GetObject`"),
            (vec![result("s3:GetObject", "perhaps", None)], "the decision `perhaps`"),
            (
                vec![result("s3:Get*", "allowed", None)],
                "`s3:Get*` is not an action: `*` cannot stand in one",
            ),
        ];
        for (answer, why) in unclear {
            let replay = Replay::of([results(&answer, "")]);
            assert_eq!(
                simulated(&replay, None, &["s3:GetObject"]).await.unwrap_err().to_string(),
                format!("iam:SimulatePrincipalPolicy on `{ARN}` failed: unreadable answer: {why}")
            );
        }
    }

    #[tokio::test]
    async fn a_simulator_that_fails_is_an_error_and_a_principal_that_is_gone_is_known_by_its_code()
    {
        let gone = Replay::of([no_such_entity("The role with name app cannot be found.")]);
        let error = simulated(&gone, None, &["s3:GetObject"]).await.unwrap_err();
        assert!(
            matches!(&error, PreflightError::Call(call) if call.is_no_such_entity()),
            "{error}"
        );

        let failing = Replay::of([iam_error(400, "InvalidInput", "not a policy")]);
        let retried = Replay::of([throttled(), results(&[result("s3:A", "allowed", None)], "")]);
        assert_eq!(
            simulated(&retried, None, &["s3:A"]).await,
            Ok(vec![decision("s3:A", true, None)])
        );
        assert_eq!(
            simulated(&failing, None, &["s3:A"]).await.unwrap_err().to_string(),
            format!("iam:SimulatePrincipalPolicy on `{ARN}` failed: InvalidInput: not a policy")
        );
    }
}
