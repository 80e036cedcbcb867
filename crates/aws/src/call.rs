//! A call to AWS that failed, in words an operator can act on.

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use std::fmt;
use thiserror::Error;

/// Error codes as they travel on the wire that somebody decides on.
///
/// IAM's codes have no `Exception` suffix there, though the SDK's types do.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html> and each
/// operation's page.
pub mod codes {
    /// The entity does not exist (404).
    pub const NO_SUCH_ENTITY: &str = "NoSuchEntity";
    /// Something of that name exists, perhaps under another path or in other letter case (409).
    pub const ENTITY_ALREADY_EXISTS: &str = "EntityAlreadyExists";
    /// A quota is used up, the size of a policy among them (409).
    pub const LIMIT_EXCEEDED: &str = "LimitExceeded";
    /// A service-linked or IAM Identity Center role, which only AWS may change (400).
    pub const UNMODIFIABLE_ENTITY: &str = "UnmodifiableEntity";
    /// The document is not a valid policy (400).
    pub const MALFORMED_POLICY_DOCUMENT: &str = "MalformedPolicyDocument";
    /// The policy is attached, or the version is the one in force (409).
    pub const DELETE_CONFLICT: &str = "DeleteConflict";
    /// The caller lacks the permission (403).
    pub const ACCESS_DENIED: &str = "AccessDenied";
    /// AWS Config knows nothing of the resource.
    pub const RESOURCE_NOT_DISCOVERED: &str = "ResourceNotDiscoveredException";
    /// AWS Config has no recorder in this region.
    pub const NO_CONFIGURATION_RECORDER: &str = "NoAvailableConfigurationRecorderException";
}

/// Codes, without an `Exception` suffix, by which AWS says that too much is asked of it.
///
/// Classified by code and not by HTTP status, because IAM answers `Throttling` with status 400.
const THROTTLING_CODES: &[&str] = &[
    "Throttling",
    "Throttled",
    "RequestThrottled",
    "TooManyRequests",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "SlowDown",
    "PriorRequestNotComplete",
];

/// Codes, without an `Exception` suffix, of other failures that the same call may get over later.
const PASSING_CODES: &[&str] = &[
    // AWS itself
    "ServiceUnavailable",
    "ServiceFailure",
    "InternalFailure",
    "InternalError",
    "InternalServer",
    "InternalServerError",
    "RequestTimeout",
    // Somebody else is writing the same entity, or it was deleted and made again a moment ago
    "EntityTemporarilyUnmodifiable",
    "ConcurrentModification",
];

/// Whether AWS says by this code that too much is asked of it.
pub(crate) fn is_throttling(code: &str) -> bool {
    THROTTLING_CODES.contains(&code.strip_suffix("Exception").unwrap_or(code))
}

/// A call to AWS that failed: which one, on what, and how.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{operation} on `{resource}` failed: {fault}")]
pub struct CallError {
    /// The operation as an IAM policy names it, for example `iam:GetRole`.
    pub operation: &'static str,
    /// What it was called on: a name, an ARN or an id.
    pub resource: String,
    /// How it failed.
    pub fault: Fault,
}

/// How a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// AWS answered with an error.
    Refused {
        /// Error code as it travels on the wire, for example `NoSuchEntity`.
        code: String,
        /// AWS's own words.
        message: String,
    },
    /// An HTTP status with a body that is no AWS error, as load balancers send.
    Status(u16),
    /// No answer in time; the call may have taken effect.
    TimedOut,
    /// No answer because of the network; the call may have taken effect.
    Unreachable(String),
    /// An answer that is not of the documented form.
    Unreadable(String),
    /// Nothing was sent: no credentials, no region, an invalid argument.
    NotSent(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code, message } if message.is_empty() => formatter.write_str(code),
            Self::Refused { code, message } => write!(formatter, "{code}: {message}"),
            Self::Status(status) => write!(formatter, "HTTP status {status} without an error code"),
            Self::TimedOut => formatter.write_str("no answer in time"),
            Self::Unreachable(why) => write!(formatter, "no answer: {why}"),
            Self::Unreadable(why) => write!(formatter, "unreadable answer: {why}"),
            Self::NotSent(why) => write!(formatter, "not sent: {why}"),
        }
    }
}

impl CallError {
    /// A call that AWS answered with an error.
    pub fn refused(
        operation: &'static str,
        resource: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let fault = Fault::Refused { code: code.into(), message: message.into() };
        Self { operation, resource: resource.into(), fault }
    }

    /// A call whose answer lacks something the documentation promises.
    pub(crate) fn unreadable(
        operation: &'static str,
        resource: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Self { operation, resource: resource.into(), fault: Fault::Unreadable(why.into()) }
    }

    /// A call that was not made, because its arguments are not valid.
    pub(crate) fn not_sent(
        operation: &'static str,
        resource: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Self { operation, resource: resource.into(), fault: Fault::NotSent(why.into()) }
    }

    /// What an SDK's `send()` failed with, as a closure for `map_err`.
    pub(crate) fn of<E>(operation: &'static str, resource: &str) -> impl FnOnce(SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        move |error| Self { operation, resource: resource.to_owned(), fault: Fault::of(&error) }
    }

    /// AWS's error code; `None` when the failure is not AWS's answer.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.fault {
            Fault::Refused { code, .. } => Some(code),
            Fault::Status(_)
            | Fault::TimedOut
            | Fault::Unreachable(_)
            | Fault::Unreadable(_)
            | Fault::NotSent(_) => None,
        }
    }

    /// Whether AWS answered with this code, one of [`codes`].
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.code() == Some(code)
    }

    /// Whether the entity that was called on does not exist.
    #[must_use]
    pub fn is_no_such_entity(&self) -> bool {
        self.is(codes::NO_SUCH_ENTITY)
    }

    /// Whether the same call may succeed later with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match &self.fault {
            Fault::Refused { code, .. } => {
                is_throttling(code)
                    || PASSING_CODES.contains(&code.strip_suffix("Exception").unwrap_or(code))
            }
            Fault::Status(status) => *status == 429 || *status >= 500,
            Fault::TimedOut | Fault::Unreachable(_) => true,
            Fault::Unreadable(_) | Fault::NotSent(_) => false,
        }
    }
}

impl Fault {
    fn of<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::ServiceError(answer) => match answer.err().code() {
                Some(code) => Self::Refused {
                    code: code.to_owned(),
                    message: answer.err().message().unwrap_or_default().to_owned(),
                },
                None => Self::Status(answer.raw().status().as_u16()),
            },
            SdkError::TimeoutError(_) => Self::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_io() => {
                Self::Unreachable(causes(error))
            }
            SdkError::ResponseError(_) => Self::Unreadable(causes(error)),
            // No credentials, among other things.
            SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_) => {
                Self::NotSent(causes(error))
            }
            // The SDK's enum may grow.
            _ => Self::Unreachable(causes(error)),
        }
    }
}

/// An error and its causes on one line.
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str) -> CallError {
        CallError::refused("iam:TagRole", "writer", code, "Rate exceeded")
    }

    #[test]
    fn a_failed_call_says_what_was_called_on_what_and_aws_words() {
        assert_eq!(
            refused("Throttling").to_string(),
            "iam:TagRole on `writer` failed: Throttling: Rate exceeded"
        );
        assert_eq!(
            CallError::refused("iam:TagRole", "writer", "Throttling", "").to_string(),
            "iam:TagRole on `writer` failed: Throttling"
        );
    }

    #[test]
    fn the_code_decides_whether_a_call_may_be_repeated() {
        for code in [
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "ServiceUnavailable",
            "ServiceFailure",
            "EntityTemporarilyUnmodifiable",
            "ConcurrentModification",
        ] {
            assert!(refused(code).is_retryable(), "{code}");
        }
        for code in [
            "AccessDenied",
            "DeleteConflict",
            "EntityAlreadyExists",
            "LimitExceeded",
            "LimitExceededException",
            "MalformedPolicyDocument",
            "NoSuchEntity",
            "UnmodifiableEntity",
        ] {
            assert!(!refused(code).is_retryable(), "{code}");
        }
    }

    #[test]
    fn without_a_code_the_kind_of_failure_decides() {
        let retryable = |fault| CallError { fault, ..refused("") }.is_retryable();
        assert!(retryable(Fault::TimedOut));
        assert!(retryable(Fault::Unreachable("connection reset".to_owned())));
        assert!(retryable(Fault::Status(503)) && retryable(Fault::Status(429)));
        assert!(!retryable(Fault::Status(400)));
        assert!(!retryable(Fault::Unreadable("no `Role`".to_owned())));
        assert!(!retryable(Fault::NotSent("no credentials".to_owned())));
    }
}
