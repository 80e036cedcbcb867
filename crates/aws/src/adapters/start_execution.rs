//! [`StartExecution`] over AWS Step Functions.

use super::Aws;
use crate::call::CallError;
use crate::ports::{Made, StartExecution};

const ALREADY_EXISTS: &str = "ExecutionAlreadyExists";

impl StartExecution for Aws {
    async fn start_execution(
        &self,
        state_machine: &str,
        name: &str,
        input: &str,
    ) -> Result<Made, CallError> {
        let request = self.sfn.start_execution().state_machine_arn(state_machine);
        let started = request.name(name).input(input).send().await;
        match started.map_err(CallError::of("states:StartExecution", state_machine)) {
            Ok(_) => Ok(Made::Now),
            Err(error) if error.is(ALREADY_EXISTS) => Ok(Made::Before),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, config, config_error};
    use super::*;

    const MACHINE: &str = "arn:aws:states:eu-central-1:111122223333:stateMachine:leastwise-sweep";

    #[tokio::test]
    async fn an_execution_is_started_once_by_its_name() {
        let replay = Replay::of([
            config(
                r#"{"executionArn":"arn:aws:states:::execution:leastwise-sweep:a","startDate":1}"#,
            ),
            config_error("ExecutionAlreadyExists", "Execution Already Exists: a"),
            config_error("StateMachineDoesNotExist", "State Machine Does Not Exist"),
        ]);
        let aws = replay.aws();
        let start = || aws.start_execution(MACHINE, "a", r#"{"manifest":"m"}"#);
        assert_eq!(start().await, Ok(Made::Now));
        assert_eq!(start().await, Ok(Made::Before));
        assert_eq!(
            start().await.unwrap_err().to_string(),
            format!(
                "states:StartExecution on `{MACHINE}` failed: StateMachineDoesNotExist: State Machine Does Not Exist"
            )
        );
        assert_eq!(
            replay.requests()[0],
            format!(
                r#"StartExecution {{"stateMachineArn":"{MACHINE}","name":"a","input":"{{\"manifest\":\"m\"}}"}}"#
            )
        );
    }
}
