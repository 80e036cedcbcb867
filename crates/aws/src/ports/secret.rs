//! Reading a secret from AWS Secrets Manager.

use crate::call::CallError;
use std::fmt;
use std::future::Future;
use thiserror::Error;

/// The actions that [`ReadSecret`] costs.
pub const ACTIONS: &[&str] = &["secretsmanager:GetSecretValue"];

/// Reads one secret.
///
/// Costs `secretsmanager:GetSecretValue` on the secret, and `kms:Decrypt` where a customer managed
/// key encrypts it.
///
/// Source:
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>.
pub trait ReadSecret: Sync {
    /// The present text of the secret.
    ///
    /// # Errors
    ///
    /// [`SecretError`] when it could not be read, or has no text.
    fn secret(&self, arn: &str) -> impl Future<Output = Result<SecretText, SecretError>> + Send;
}

/// The text of a secret. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(String);

impl SecretText {
    /// This text, not to be printed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretText([not shown])")
    }
}

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SecretError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The secret is binary.
    #[error("secret `{0}` has no text; store the value as text, not as binary")]
    NoText(String),
}

impl SecretError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::NoText(_) => false,
        }
    }
}
