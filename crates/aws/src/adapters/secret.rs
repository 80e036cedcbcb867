//! [`ReadSecret`] over AWS Secrets Manager.

use super::Aws;
use crate::call::CallError;
use crate::ports::{ReadSecret, SecretError, SecretText};

const OPERATION: &str = "secretsmanager:GetSecretValue";

impl ReadSecret for Aws {
    async fn secret(&self, arn: &str) -> Result<SecretText, SecretError> {
        let answer = self.secrets_manager.get_secret_value().secret_id(arn).send().await;
        let text = answer.map_err(CallError::of(OPERATION, arn))?.secret_string;
        text.map(SecretText::new).ok_or_else(|| SecretError::NoText(arn.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, config_error};
    use super::*;
    use serde_json::json;

    const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:score-AbCdEf";

    #[tokio::test]
    async fn the_text_of_a_secret_is_read_and_does_not_print() {
        let answer = json!({ "ARN": ARN, "Name": "score", "SecretString": "hidden" });
        let replay = Replay::of([(200, answer.to_string())]);
        let secret = replay.aws().secret(ARN).await.unwrap();
        assert_eq!(secret.expose(), "hidden");
        assert_eq!(format!("{secret:?}"), "SecretText([not shown])");
        assert_eq!(replay.requests(), [format!(r#"GetSecretValue {{"SecretId":"{ARN}"}}"#)]);
    }

    #[tokio::test]
    async fn a_binary_secret_has_no_text() {
        let answer = json!({ "ARN": ARN, "Name": "score", "SecretBinary": "aGlkZGVu" });
        let error = Replay::of([(200, answer.to_string())]).aws().secret(ARN).await.unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(
            error.to_string(),
            format!("secret `{ARN}` has no text; store the value as text, not as binary")
        );
    }

    #[tokio::test]
    async fn a_secret_that_may_not_be_read_is_an_error() {
        let denied = config_error("AccessDeniedException", "no identity-based policy allows it");
        let error = Replay::of([denied]).aws().secret(ARN).await.unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(
            error.to_string(),
            format!(
                "secretsmanager:GetSecretValue on `{ARN}` failed: AccessDeniedException: no identity-based policy allows it"
            )
        );
    }

    #[tokio::test]
    async fn a_throttled_read_is_tried_again() {
        let throttled = || config_error("ThrottlingException", "Rate exceeded");
        let answer = json!({ "ARN": ARN, "SecretString": "hidden" }).to_string();
        let replay = Replay::of([throttled(), (200, answer)]);
        assert_eq!(replay.aws().secret(ARN).await.unwrap().expose(), "hidden");
    }
}
