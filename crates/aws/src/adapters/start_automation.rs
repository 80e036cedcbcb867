//! [`StartAutomation`] over AWS Systems Manager.

use super::Aws;
use crate::call::CallError;
use crate::ports::StartAutomation;

const OPERATION: &str = "ssm:StartAutomationExecution";

impl StartAutomation for Aws {
    async fn start(
        &self,
        document: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String, CallError> {
        let request = self.ssm.start_automation_execution().document_name(document);
        let request = parameters.iter().fold(request, |request, (name, value)| {
            request.parameters(*name, vec![(*value).to_owned()])
        });
        let started = request.send().await.map_err(CallError::of(OPERATION, document))?;
        let id = started.automation_execution_id;
        id.ok_or_else(|| CallError::unreadable(OPERATION, document, "no execution"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, config, config_error};
    use super::*;

    #[tokio::test]
    async fn a_document_is_started_with_its_parameters_as_lists() {
        let replay = Replay::of([
            config(r#"{"AutomationExecutionId":"11112222-3333-4444-5555-666677778888"}"#),
            config_error("AutomationDefinitionNotFoundException", "no such document"),
        ]);
        let aws = replay.aws();
        let parameters = [("ResourceId", "AROAEXAMPLE000000001")];
        let id = aws.start("Restore", &parameters).await.unwrap();
        assert_eq!(id, "11112222-3333-4444-5555-666677778888");
        assert_eq!(
            aws.start("Restore", &[]).await.unwrap_err().to_string(),
            "ssm:StartAutomationExecution on `Restore` failed: AutomationDefinitionNotFoundException: no such document"
        );
        assert_eq!(
            replay.requests()[0],
            r#"StartAutomationExecution {"DocumentName":"Restore","Parameters":{"ResourceId":["AROAEXAMPLE000000001"]}}"#
        );
    }
}
