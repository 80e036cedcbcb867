//! What an operator does, through the AWS SDK: evaluate, look, remediate, restore.

use crate::seed::Seeded;
use crate::stand::{ACCOUNT, RULE, Stand};
use aws_sdk_config::types::{
    ConfigRuleState, RemediationExecutionState, ResourceKey, ResourceType,
};
use aws_sdk_iam::types::PolicyScopeType;
use aws_sdk_ssm::types::{AutomationExecution, AutomationExecutionStatus, SignalType};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// What AWS Config shows of a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// `COMPLIANT`, `NON_COMPLIANT` or `NOT_APPLICABLE`.
    pub compliance: String,
    /// Annotation.
    pub annotation: String,
}

/// How an execution of an SSM document ended.
#[derive(Debug, Clone)]
pub struct Execution {
    /// `Success` or `Failed`.
    pub status: AutomationExecutionStatus,
    /// The names of the steps that ran, in order.
    pub steps: Vec<String>,
    /// What the function answered in each of them.
    pub answers: BTreeMap<String, Value>,
    /// Why it failed.
    pub failure: Option<String>,
}

/// Everything about a principal that must be again as it was after a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// The customer managed policies of the account with the ids of their default versions.
    pub policies: BTreeMap<String, String>,
}

impl Snapshot {
    /// The same without the tag that says when which grants were looked at.
    #[must_use]
    pub fn besides_mark(mut self) -> Self {
        self.tags.remove("leastwise:planned-grants");
        self
    }
}

const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(100);

impl Stand {
    /// Presses *Re-evaluate*, waits for the end, and returns what AWS Config shows of `principal`
    /// then.
    pub async fn evaluate(&self, principal: &Seeded) -> Evaluation {
        self.evaluation_end().await;
        let request = self.config().start_config_rules_evaluation().config_rule_names(RULE);
        request.send().await.expect("the evaluation starts");
        self.evaluation_end().await;
        let evaluation = self.evaluation(principal).await;
        evaluation.unwrap_or_else(|| panic!("{} was not evaluated", principal.arn))
    }

    async fn evaluation_end(&self) {
        until("an evaluation of the rule", async || {
            let request = self.config().describe_config_rules().config_rule_names(RULE);
            let rules = request.send().await.expect("the rule").config_rules.unwrap_or_default();
            let state = rules.into_iter().next().and_then(|rule| rule.config_rule_state);
            (state == Some(ConfigRuleState::Active)).then_some(())
        })
        .await;
    }

    /// What AWS Config shows of `principal` now.
    pub async fn evaluation(&self, principal: &Seeded) -> Option<Evaluation> {
        let request = self.config().get_compliance_details_by_resource();
        let request = request.resource_type(principal.resource_type).resource_id(&principal.id);
        let answer = request.send().await.expect("compliance details");
        let result = answer.evaluation_results.unwrap_or_default().into_iter().next()?;
        Some(Evaluation {
            compliance: result.compliance_type?.as_str().to_owned(),
            annotation: result.annotation.unwrap_or_default(),
        })
    }

    /// Presses *Remediate* and waits for the end; `None` on success, otherwise what failed.
    pub async fn remediate(&self, principal: &Seeded) -> Option<String> {
        let request = self.config().start_remediation_execution().config_rule_name(RULE);
        let started =
            request.resource_keys(key(principal)).send().await.expect("the remediation starts");
        assert!(
            started.failed_items.unwrap_or_default().is_empty(),
            "the remediation was not accepted"
        );
        self.remediation_end(principal).await
    }

    /// Waits until a remediation that was begun has ended; `None` on success, otherwise what
    /// failed.
    pub async fn remediation_end(&self, principal: &Seeded) -> Option<String> {
        until(&format!("remediation of {}", principal.arn), async || {
            let request =
                self.config().describe_remediation_execution_status().config_rule_name(RULE);
            let answer = request.resource_keys(key(principal)).send().await.ok()?;
            let status =
                answer.remediation_execution_statuses.unwrap_or_default().into_iter().next()?;
            match status.state {
                Some(RemediationExecutionState::Succeeded) => Some(None),
                Some(RemediationExecutionState::Failed) => {
                    let steps = status.step_details.unwrap_or_default();
                    let why = steps.into_iter().filter_map(|step| step.error_message).next_back();
                    Some(Some(why.unwrap_or_else(|| "it does not say why".to_owned())))
                }
                _ => None,
            }
        })
        .await
    }

    /// Runs `LeastwiseRightsizePrincipal` and waits for its end. For a dry run nothing is said:
    /// that is the default.
    pub async fn rightsize(&self, resource: &str, dry_run: bool) -> Execution {
        let given: &[_] = if dry_run { &[] } else { &[("DryRun", "false")] };
        self.run_document("LeastwiseRightsizePrincipal", resource, given).await
    }

    /// Runs `LeastwiseRightsizePrincipal` as automatic remediation does where it gives notice
    /// first, and waits for its end.
    pub async fn rightsize_after_notice(&self, resource: &str, days: u16) -> Execution {
        let given = [("DryRun", "false"), ("NoticeDays", &days.to_string())];
        self.run_document("LeastwiseRightsizePrincipal", resource, &given).await
    }

    /// Runs `LeastwiseRightsizePrincipal` to allow actions again that the boundary denies, and
    /// waits for its end.
    pub async fn give_back(&self, resource: &str, actions: &str) -> Execution {
        let given = [("DryRun", "false"), ("GiveBack", actions)];
        self.run_document("LeastwiseRightsizePrincipal", resource, &given).await
    }

    /// Runs `LeastwiseRightsizePrincipal` as automatic remediation does, and waits for its end.
    pub async fn rightsize_by_itself(&self, resource: &str) -> Execution {
        let given = [("DryRun", "false"), ("Automatic", "true")];
        self.run_document("LeastwiseRightsizePrincipal", resource, &given).await
    }

    /// Starts `LeastwiseRightsizePrincipal` with an approval before it applies, and waits until it
    /// asks; the execution's id.
    pub async fn rightsize_with_approval(&self, resource: &str, topic: &str) -> String {
        let given = [
            ("DryRun", "false"),
            ("RequireApproval", "true"),
            ("Approvers", "mira"),
            ("ApprovalTopicArn", topic),
        ];
        let id = self.start_document("LeastwiseRightsizePrincipal", resource, &given).await;
        until(&format!("the question about {resource}"), async || {
            let status = self.execution(&id).await.automation_execution_status;
            (status? == AutomationExecutionStatus::Waiting).then_some(())
        })
        .await;
        id
    }

    /// Answers an execution that waits for approval, and waits for its end.
    pub async fn decide(&self, execution: &str, approve: bool) -> Execution {
        let signal = if approve { SignalType::Approve } else { SignalType::Reject };
        let request = self.ssm().send_automation_signal().automation_execution_id(execution);
        request.signal_type(signal).send().await.expect("the execution takes the signal");
        until(&format!("execution {execution}"), async || self.ended(execution).await).await
    }

    /// Runs `LeastwiseReleaseUser` and waits for its end.
    pub async fn release(&self, resource: &str) -> Execution {
        self.run_document("LeastwiseReleaseUser", resource, &[]).await
    }

    /// Runs `LeastwiseRestorePrincipal` and waits for its end.
    pub async fn restore(&self, resource: &str) -> Execution {
        self.run_document("LeastwiseRestorePrincipal", resource, &[]).await
    }

    /// Runs `LeastwiseRestorePrincipal` to lift a hold and waits for its end.
    pub async fn lift_hold(&self, resource: &str) -> Execution {
        self.run_document("LeastwiseRestorePrincipal", resource, &[("Hold", "lift")]).await
    }

    /// Runs `LeastwiseResume` and waits for its end.
    pub async fn resume(&self) -> Execution {
        let id = self.start("LeastwiseResume", &[]).await;
        until("LeastwiseResume", async || self.ended(&id).await).await
    }

    /// Lets the time of the stack's schedule come and waits for the end of what it starts.
    pub async fn schedule(&self) -> Execution {
        let started = self.post("fire-schedule", &json!({ "name": "leastwise-enforce-notices" }));
        let id = started["AutomationExecutionId"].as_str().expect("an execution id").to_owned();
        until("the schedule's document", async || self.ended(&id).await).await
    }

    /// Waits until a principal has no boundary.
    pub async fn unbounded(&self, principal: &Seeded) {
        until(&format!("the restore of {}", principal.arn), async || {
            self.boundary_and_tags(principal).await.0.is_none().then_some(())
        })
        .await;
    }

    async fn run_document(
        &self,
        document: &str,
        resource: &str,
        more: &[(&str, &str)],
    ) -> Execution {
        let id = self.start_document(document, resource, more).await;
        until(&format!("{document} on {resource}"), async || self.ended(&id).await).await
    }

    async fn start_document(
        &self,
        document: &str,
        resource: &str,
        more: &[(&str, &str)],
    ) -> String {
        self.start(document, &[&[("ResourceId", resource)], more].concat()).await
    }

    async fn start(&self, document: &str, more: &[(&str, &str)]) -> String {
        let role = format!("arn:aws:iam::{ACCOUNT}:role/leastwise/leastwise-automation");
        let given = [("AutomationAssumeRole", role.as_str())];
        let parameters: HashMap<String, Vec<String>> = given
            .iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]))
            .collect();
        let request = self.ssm().start_automation_execution().document_name(document);
        let started =
            request.set_parameters(Some(parameters)).send().await.expect("the document starts");
        started.automation_execution_id.expect("an execution id")
    }

    async fn execution(&self, id: &str) -> AutomationExecution {
        let request = self.ssm().get_automation_execution().automation_execution_id(id);
        request.send().await.expect("an execution").automation_execution.expect("it")
    }

    async fn ended(&self, id: &str) -> Option<Execution> {
        let execution = self.execution(id).await;
        let status = execution.automation_execution_status?;
        if matches!(
            status,
            AutomationExecutionStatus::Inprogress
                | AutomationExecutionStatus::Pending
                | AutomationExecutionStatus::Waiting
        ) {
            return None;
        }
        let steps = execution.step_executions.unwrap_or_default();
        let answers = steps.iter().filter_map(|step| {
            let payload = step.outputs.as_ref()?.get("Payload")?.first()?;
            Some((step.step_name.clone()?, serde_json::from_str(payload).ok()?))
        });
        Some(Execution {
            answers: answers.collect(),
            steps: steps.iter().filter_map(|step| step.step_name.clone()).collect(),
            failure: execution.failure_message,
            status,
        })
    }

    /// Everything that a restore must bring back.
    pub async fn snapshot(&self, principal: &Seeded) -> Snapshot {
        let (boundary, tags) = self.boundary_and_tags(principal).await;
        let request = self.iam().list_policies().scope(PolicyScopeType::Local);
        let policies = request.send().await.expect("policies").policies.unwrap_or_default();
        Snapshot {
            boundary,
            tags,
            policies: policies
                .into_iter()
                .filter_map(|policy| Some((policy.arn?, policy.default_version_id?)))
                .collect(),
        }
    }

    async fn boundary_and_tags(
        &self,
        principal: &Seeded,
    ) -> (Option<String>, BTreeMap<String, String>) {
        let iam = self.iam();
        let (boundary, tags) = if principal.resource_type == "AWS::IAM::User" {
            let user = iam.get_user().user_name(&principal.name).send().await.expect("the user");
            let user = user.user.expect("the user");
            (user.permissions_boundary, user.tags)
        } else {
            let role = iam.get_role().role_name(&principal.name).send().await.expect("the role");
            let role = role.role.expect("the role");
            (role.permissions_boundary, role.tags)
        };
        let tags = tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
        (boundary.and_then(|boundary| boundary.permissions_boundary_arn), tags)
    }

    /// The document of a managed policy's default version.
    pub async fn policy_document(&self, arn: &str) -> Value {
        let iam = self.iam();
        let policy =
            iam.get_policy().policy_arn(arn).send().await.expect("the policy").policy.expect("it");
        let version = policy.default_version_id.expect("a default version");
        let request = iam.get_policy_version().policy_arn(arn).version_id(version);
        let version = request.send().await.expect("its version").policy_version.expect("it");
        let encoded = version.document.expect("its document");
        serde_json::from_str(&percent_decoded(&encoded)).expect("a policy document")
    }
}

fn key(principal: &Seeded) -> ResourceKey {
    ResourceKey::builder()
        .resource_type(ResourceType::from(principal.resource_type))
        .resource_id(&principal.id)
        .build()
        .expect("a resource key")
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let decoded = (first == b'%')
            .then(|| {
                after
                    .get(..2)
                    .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok())
            })
            .flatten();
        bytes.push(decoded.unwrap_or(first));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// Asks again and again until there is an answer.
async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{what} did not end within {} s", PATIENCE.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
}
