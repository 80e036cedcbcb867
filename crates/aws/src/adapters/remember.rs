//! [`Remember`] over AWS Systems Manager Parameter Store.

use super::Aws;
use crate::call::CallError;
use crate::ports::Remember;
use aws_sdk_ssm::types::ParameterType;

const NOT_FOUND: &str = "ParameterNotFound";

impl Remember for Aws {
    async fn recall(&self, name: &str) -> Result<Option<String>, CallError> {
        const OPERATION: &str = "ssm:GetParameter";
        let answer = self.ssm.get_parameter().name(name).send().await;
        match answer.map_err(CallError::of(OPERATION, name)) {
            Ok(answer) => {
                let value = answer.parameter.and_then(|parameter| parameter.value);
                let unreadable = || CallError::unreadable(OPERATION, name, "no `Parameter.Value`");
                value.map(Some).ok_or_else(unreadable)
            }
            Err(error) if error.is(NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn remember(&self, name: &str, text: &str) -> Result<(), CallError> {
        self.put_parameter(name, text, true).await
    }
}

impl Aws {
    /// Writes a parameter; over the one of its name only if `overwrite` says so.
    pub(super) async fn put_parameter(
        &self,
        name: &str,
        text: &str,
        overwrite: bool,
    ) -> Result<(), CallError> {
        let request = self.ssm.put_parameter().name(name).value(text).overwrite(overwrite);
        let request = request.r#type(ParameterType::String);
        request.send().await.map(drop).map_err(CallError::of("ssm:PutParameter", name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, config, config_error};
    use super::*;

    const NAME: &str = "/leastwise/notified/AROAEXAMPLE0APPROLE";

    #[tokio::test]
    async fn what_is_remembered_is_written_over_and_read_back_by_name() {
        let replay = Replay::of([
            config(r#"{"Version":2,"Tier":"Standard"}"#),
            config(r#"{"Parameter":{"Name":"n","Type":"String","Value":"{\"count\":1}"}}"#),
        ]);
        let aws = replay.aws();
        aws.remember(NAME, r#"{"count":1}"#).await.unwrap();
        assert_eq!(aws.recall(NAME).await, Ok(Some(r#"{"count":1}"#.to_owned())));
        assert_eq!(
            replay.requests(),
            [
                format!(
                    r#"PutParameter {{"Name":"{NAME}","Value":"{{\"count\":1}}","Type":"String","Overwrite":true}}"#
                ),
                format!(r#"GetParameter {{"Name":"{NAME}"}}"#),
            ]
        );
    }

    #[tokio::test]
    async fn nothing_remembered_is_none_and_a_failure_is_not() {
        let none = Replay::of([config_error("ParameterNotFound", "")]);
        assert_eq!(none.aws().recall(NAME).await, Ok(None));
        let denied = Replay::of([config_error("AccessDeniedException", "no")]);
        assert_eq!(
            denied.aws().recall(NAME).await.unwrap_err().to_string(),
            format!("ssm:GetParameter on `{NAME}` failed: AccessDeniedException: no")
        );
        let empty = Replay::of([config("{}")]);
        assert_eq!(
            empty.aws().recall(NAME).await.unwrap_err().to_string(),
            format!("ssm:GetParameter on `{NAME}` failed: unreadable answer: no `Parameter.Value`")
        );
    }
}
