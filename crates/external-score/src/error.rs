//! What goes wrong between us and the service.

use crate::credentials::CredentialsError;
use leastwise_rightsizing::settings::ScoreSecretArn;
use std::fmt;
use thiserror::Error;

/// A call of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Credentials for an access token.
    Authenticate,
    /// The identities of an account with their indices.
    IdentityUsage,
    /// The policy that the service suggests for an identity.
    RolePolicy,
}

impl Call {
    /// Its path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Authenticate => "/api/v2/service-account/authenticate",
            Self::IdentityUsage => "/api/v2/identity/usage",
            Self::RolePolicy => "/api/v2/role-policy/new",
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.path())
    }
}

/// A call that gave nothing to rely on. Of what the service answered nothing is repeated but an
/// error code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{call} of the external service: {fault}")]
pub struct ServiceError {
    /// Which call.
    pub call: Call,
    /// What went wrong.
    pub fault: Fault,
}

/// Why the service that a secret names says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AskError {
    /// The secret cannot be used.
    #[error("secret `{secret}` cannot be used: {why}")]
    Credentials {
        /// The secret.
        secret: ScoreSecretArn,
        /// Why.
        why: CredentialsError,
    },
    /// The service does not answer as it should.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl AskError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Service(error) => error.is_retryable(),
            Self::Credentials { .. } => false,
        }
    }
}

/// How a call went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The connection is not secure.
    #[error("its TLS connection is not to be trusted: {0}")]
    NotTrusted(String),
    /// No connection.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The credentials are not accepted.
    #[error("the credentials were not accepted (HTTP status {0})")]
    CredentialsRefused(u16),
    /// The service asks to go elsewhere.
    #[error(
        "a redirection (HTTP status {0}), which is not followed: it would hand the credentials on"
    )]
    Redirection(u16),
    /// An HTTP status that is no success.
    #[error("HTTP status {0}")]
    Status(u16),
    /// The service says that something went wrong.
    #[error("error code {0}")]
    Refused(String),
    /// The answer is too long.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// The answer is not JSON.
    #[error("the answer is not JSON")]
    NotJson,
    /// The answer is not of the protocol's form.
    #[error("the answer has no usable {0}")]
    Form(&'static str),
    /// There is nothing in the answer.
    #[error("the answer is empty")]
    Empty,
    /// A page came twice.
    #[error("page {0} is one that came before, so the list would never end")]
    RepeatedPage(usize),
    /// There is no last page.
    #[error("there is no last page among the first {0}")]
    TooManyPages(usize),
    /// The credentials are for another account.
    #[error("the secret's `accountId` is {of}, and account {asked} is asked about")]
    AnotherAccount {
        /// The secret's.
        of: String,
        /// The principals'.
        asked: String,
    },
    /// The client could not be made.
    #[error("the secret's `caCertificate` cannot be used")]
    Authority,
}

impl ServiceError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.fault {
            Fault::Unreachable(_) | Fault::TimedOut => true,
            Fault::Status(status) => is_passing(status),
            Fault::NotTrusted(_)
            | Fault::CredentialsRefused(_)
            | Fault::Redirection(_)
            | Fault::Refused(_)
            | Fault::TooLong(_)
            | Fault::NotJson
            | Fault::Form(_)
            | Fault::Empty
            | Fault::RepeatedPage(_)
            | Fault::TooManyPages(_)
            | Fault::AnotherAccount { .. }
            | Fault::Authority => false,
        }
    }
}

/// Too many requests, or a fault of the server.
pub(crate) fn is_passing(status: u16) -> bool {
    status == 429 || (500..600).contains(&status)
}
