//! What an external service suggests for a principal, where the settings name one.

use leastwise_aws::Moment;
use leastwise_aws::ports::{ReadSecret, SecretError};
use leastwise_external_score::{AskError, Client, ServiceError};
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::PrincipalArn;
use leastwise_rightsizing::settings::ScoreSecretArn;
use thiserror::Error;

/// Why there is no suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SuggestionError {
    /// The service's credentials cannot be read.
    #[error("the credentials of the external service cannot be read: {0}")]
    Secret(#[from] SecretError),
    /// The service's credentials cannot be used, or it does not answer as it should.
    #[error(transparent)]
    Ask(#[from] AskError),
}

impl From<ServiceError> for SuggestionError {
    fn from(error: ServiceError) -> Self {
        Self::Ask(error.into())
    }
}

/// Asks the service what it suggests for `principal`.
///
/// # Errors
///
/// [`SuggestionError`] when it suggests nothing: what it would have said is unknown.
pub(crate) async fn ask(
    principal: &PrincipalArn,
    secret: &ScoreSecretArn,
    aws: &impl ReadSecret,
    moment: Moment,
) -> Result<Vec<Document>, SuggestionError> {
    let text = aws.secret(secret.as_str()).await?;
    let client = Client::of_secret(secret, text.expose())?;
    let session = client.sign_in(moment.now, moment.deadline).await?;
    Ok(session.suggestion(principal).await?)
}
