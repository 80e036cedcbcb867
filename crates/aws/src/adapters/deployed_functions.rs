//! [`DeployedFunctions`] over Lambda.

use crate::call::{CallError, Fault};
use crate::ports::{DeployedFunction, DeployedFunctions};
use aws_config::SdkConfig;
use aws_sdk_lambda::Client;

const OPERATION: &str = "lambda:GetFunctionConfiguration";

/// By which code Lambda says that there is no such function.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html>.
const NO_SUCH_FUNCTION: &str = "ResourceNotFoundException";

/// The functions of an account in a Region.
#[derive(Debug, Clone)]
pub struct Functions {
    client: Client,
}

impl Functions {
    pub(crate) fn of(settings: &SdkConfig) -> Self {
        Self { client: Client::new(settings) }
    }
}

impl DeployedFunctions for Functions {
    async fn deployed(&self, name: &str) -> Result<Option<DeployedFunction>, CallError> {
        let asked = self.client.get_function_configuration().function_name(name).send().await;
        let function = match asked.map_err(CallError::of(OPERATION, name)) {
            Err(error) if error.is(NO_SUCH_FUNCTION) => return Ok(None),
            answered => answered?,
        };
        let unreadable = |why: &str| CallError::unreadable(OPERATION, name, why);
        let arn = function.function_arn.ok_or_else(|| unreadable("it has no ARN"))?;
        let environment = function.environment.ok_or_else(|| unreadable("no environment"))?;
        // What may not be decrypted is an error inside an answer that is none.
        if let Some(error) = environment.error {
            let code = error.error_code.unwrap_or_else(|| "AccessDeniedException".to_owned());
            let fault = Fault::Refused { code, message: error.message.unwrap_or_default() };
            return Err(CallError { operation: OPERATION, resource: name.to_owned(), fault });
        }
        let variables = environment.variables.ok_or_else(|| unreadable("no variables"))?;
        Ok(Some(DeployedFunction { arn, environment: variables.into_iter().collect() }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::Replay;
    use super::*;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    const ARN: &str = "arn:aws:lambda:eu-central-1:111122223333:function:leastwise-remediator";

    async fn asked(
        status: u16,
        answer: &Value,
    ) -> (Result<Option<DeployedFunction>, CallError>, Vec<String>) {
        let replay = Replay::of([(status, answer.to_string())])
            .with_header("x-amzn-errortype", "ResourceNotFoundException");
        let functions = Functions::of(&replay.signed_in());
        let asked = functions.deployed("leastwise-remediator").await;
        (asked, replay.requests())
    }

    #[tokio::test]
    async fn a_function_is_there_with_its_whole_environment() {
        let variables = json!({ "LEASTWISE_EXEMPT_PRINCIPALS": "deploy*" });
        let answer = json!({ "FunctionArn": ARN, "Environment": { "Variables": variables } });
        let (asked, requests) = asked(200, &answer).await;
        let environment = ("LEASTWISE_EXEMPT_PRINCIPALS".to_owned(), "deploy*".to_owned());
        assert_eq!(
            asked.unwrap(),
            Some(DeployedFunction {
                arn: ARN.to_owned(),
                environment: BTreeMap::from([environment])
            })
        );
        assert_eq!(requests, ["GET /2015-03-31/functions/leastwise-remediator/configuration"]);
    }

    #[tokio::test]
    async fn a_function_that_is_not_there_is_none() {
        let (asked, _) = asked(404, &json!({ "Message": "Function not found" })).await;
        assert_eq!(asked.unwrap(), None);
    }

    #[tokio::test]
    async fn an_environment_that_may_not_be_decrypted_is_not_taken_for_an_empty_one() {
        let error = json!({ "ErrorCode": "AccessDeniedException", "Message": "not kms:Decrypt" });
        let denied = json!({ "FunctionArn": ARN, "Environment": { "Error": error } });
        let begins = "lambda:GetFunctionConfiguration on `leastwise-remediator` failed: ";
        for (answer, why) in [
            (denied, "AccessDeniedException: not kms:Decrypt"),
            (json!({ "FunctionArn": ARN }), "unreadable answer: no environment"),
            (json!({ "FunctionArn": ARN, "Environment": {} }), "unreadable answer: no variables"),
        ] {
            let (asked, _) = asked(200, &answer).await;
            assert_eq!(asked.unwrap_err().to_string(), format!("{begins}{why}"));
        }
    }
}
