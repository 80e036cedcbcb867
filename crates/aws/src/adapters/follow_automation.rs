//! [`FollowAutomation`] over AWS Systems Manager.

use super::Aws;
use crate::call::CallError;
use crate::ports::{AutomationRun, AutomationStep, FollowAutomation, Progress};
use aws_sdk_ssm::types::{AutomationExecutionStatus, StepExecution};

const OPERATION: &str = "ssm:GetAutomationExecution";

/// Under which name a step that invokes a function hands over its answer.
///
/// Source:
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-lamb.html>.
const ANSWER: &str = "Payload";

/// The words for what has not ended.
///
/// Source:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AutomationExecution.html>.
const GOING_ON: [&str; 11] = [
    "Pending",
    "InProgress",
    "Waiting",
    "Cancelling",
    "PendingApproval",
    "Approved",
    "Scheduled",
    "RunbookInProgress",
    "PendingChangeCalendarOverride",
    "ChangeCalendarOverrideApproved",
    "",
];

/// The words for what ended well.
const WELL: [&str; 2] = ["Success", "CompletedWithSuccess"];

impl FollowAutomation for Aws {
    async fn run(&self, id: &str) -> Result<AutomationRun, CallError> {
        let asked = self.ssm.get_automation_execution().automation_execution_id(id).send().await;
        let answer = asked.map_err(CallError::of(OPERATION, id))?;
        let execution = answer.automation_execution;
        let execution =
            execution.ok_or_else(|| CallError::unreadable(OPERATION, id, "no execution"))?;
        let steps = execution.step_executions.unwrap_or_default();
        Ok(AutomationRun {
            progress: progress(execution.automation_execution_status.as_ref()),
            steps: steps.into_iter().filter_map(step).collect(),
            failure: execution.failure_message.filter(|message| !message.is_empty()),
        })
    }
}

/// The step, if it has begun.
fn step(step: StepExecution) -> Option<AutomationStep> {
    step.execution_start_time?;
    let answer = step.outputs.and_then(|mut outputs| outputs.remove(ANSWER));
    let progress = progress(step.step_status.as_ref());
    let answer = answer.and_then(|values| values.into_iter().next());
    Some(AutomationStep { name: step.step_name?, progress, answer })
}

fn progress(status: Option<&AutomationExecutionStatus>) -> Progress {
    let word = status.map(AutomationExecutionStatus::as_str).unwrap_or_default();
    if GOING_ON.contains(&word) {
        Progress::GoesOn(word.to_owned())
    } else if WELL.contains(&word) {
        Progress::Succeeded
    } else {
        Progress::Failed(word.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, config, config_error};
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn an_execution_is_there_with_the_steps_that_began_and_what_functions_answered() {
        let answer = json!({ "AutomationExecution": {
            "AutomationExecutionStatus": "Failed",
            "FailureMessage": "Step fails when it is verifying",
            "StepExecutions": [
                { "StepName": "plan", "StepStatus": "Success", "ExecutionStartTime": 1_790_000_000,
                  "Outputs": { "Payload": ["{\"status\":\"PLANNED\"}"] } },
                { "StepName": "apply", "StepStatus": "TimedOut",
                  "ExecutionStartTime": 1_790_000_010 },
                { "StepName": "verify", "StepStatus": "Pending" },
            ],
        }});
        let replay = Replay::of([config(&answer.to_string())]);
        let run = replay.aws().run("11112222").await.unwrap();
        let step = |name: &str, progress, answer: Option<&str>| AutomationStep {
            name: name.to_owned(),
            progress,
            answer: answer.map(ToOwned::to_owned),
        };
        assert_eq!(
            run,
            AutomationRun {
                progress: Progress::Failed("Failed".to_owned()),
                steps: vec![
                    step("plan", Progress::Succeeded, Some(r#"{"status":"PLANNED"}"#)),
                    step("apply", Progress::Failed("TimedOut".to_owned()), None),
                ],
                failure: Some("Step fails when it is verifying".to_owned()),
            }
        );
        assert_eq!(
            replay.requests(),
            [r#"GetAutomationExecution {"AutomationExecutionId":"11112222"}"#]
        );
    }

    #[tokio::test]
    async fn an_execution_that_waits_goes_on_and_one_that_may_not_be_read_is_an_error() {
        let waiting = r#"{"AutomationExecution":{"AutomationExecutionStatus":"Waiting"}}"#;
        let denied = config_error("AccessDeniedException", "no");
        let aws = Replay::of([config(waiting), denied, config("{}")]).aws();
        let run = aws.run("1").await.unwrap();
        assert_eq!(run.progress, Progress::GoesOn("Waiting".to_owned()));
        for why in ["AccessDeniedException: no", "unreadable answer: no execution"] {
            assert_eq!(
                aws.run("1").await.unwrap_err().to_string(),
                format!("ssm:GetAutomationExecution on `1` failed: {why}")
            );
        }
    }
}
