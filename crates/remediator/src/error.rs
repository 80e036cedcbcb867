//! The two ways not to succeed: a refusal, which is an answer, and an error, which fails the invocation.

use crate::request::RequestError;
use lambda_runtime::Diagnostic;
use leastwise_aws::ports::{AttachError, ReadError, StoreError, TagError, UsageError};
use leastwise_rightsizing::plan;
use leastwise_rightsizing::principal::PrincipalArn;
use leastwise_rightsizing::proof::ProofFailure;
use leastwise_rightsizing::record::RecordError;
use leastwise_rightsizing::settings::SettingError;
use thiserror::Error;

/// A decision not to act. The principal stands as it stood.
#[derive(Debug, Error)]
pub enum Refusal {
    /// No such principal
    #[error("no user or role has the id or ARN `{resource}`; it may have been deleted")]
    NoSuchPrincipal {
        /// As requested.
        resource: String,
    },
    /// Another principal has its name now
    #[error("`{resource}` was deleted, and another principal has its name now: `{principal}`")]
    AnotherPrincipal {
        /// As requested.
        resource: String,
        /// Who has the name.
        principal: PrincipalArn,
    },
    /// No plan
    #[error(transparent)]
    Plan(#[from] plan::Refusal),
    /// No proof
    #[error(transparent)]
    Unproved(#[from] ProofFailure),
    /// What stood before cannot be recorded, or the record cannot be read
    #[error("`{principal}` stays as it is: {why}")]
    Record {
        /// The principal.
        principal: PrincipalArn,
        /// Why.
        why: RecordError,
    },
    /// The principal changed between planning and applying
    #[error("`{principal}` changed while its boundary was being planned; ask again")]
    PrincipalChanged {
        /// The principal.
        principal: PrincipalArn,
    },
    /// The policy's name belongs to somebody else
    #[error(
        "there is a policy named like `{policy_arn}` that Leastwise did not make; rename it, or exempt `{principal}`"
    )]
    PolicyNameTaken {
        /// The principal.
        principal: PrincipalArn,
        /// ARN the boundary policy would have.
        policy_arn: String,
    },
    /// Only AWS can change it
    #[error("`{principal}` can only be changed by AWS")]
    Unmodifiable {
        /// The principal.
        principal: PrincipalArn,
    },
    /// Nothing says what stood before
    #[error(
        "`{principal}` has a Leastwise boundary, but no tag says what stood before; take the boundary off by hand, or \
         set tag `leastwise:previous-boundary` to `none` or a policy ARN and ask again"
    )]
    RecordMissing {
        /// The principal.
        principal: PrincipalArn,
    },
    /// Somebody replaced the boundary
    #[error(
        "the boundary of `{principal}` is {present} now, neither Leastwise's nor what stood before ({previous}); to keep \
         it, remove tag `leastwise:previous-boundary` from the principal"
    )]
    BoundaryReplaced {
        /// The principal.
        principal: PrincipalArn,
        /// What is attached, in words.
        present: String,
        /// What the record says, in words.
        previous: String,
    },
    /// What stood before does not exist any more
    #[error(
        "the previous boundary `{policy_arn}` of `{principal}` does not exist any more; the present one stays"
    )]
    PreviousBoundaryGone {
        /// The principal.
        principal: PrincipalArn,
        /// The previous boundary.
        policy_arn: String,
    },
}

impl Refusal {
    /// The stable type, for scripts and alarms.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::NoSuchPrincipal { .. } => "NoSuchPrincipal",
            Self::AnotherPrincipal { .. } => "AnotherPrincipal",
            Self::Plan(refusal) => refusal.error_type(),
            Self::Unproved(_) => "Unproved",
            Self::Record { why, .. } => match why {
                RecordError::NotRecordable { .. } => "PreviousBoundaryNotRecordable",
                RecordError::NoRoom { .. } => "NoRoomForRecord",
                RecordError::Unreadable { .. } => "RecordUnreadable",
            },
            Self::PrincipalChanged { .. } => "PrincipalChanged",
            Self::PolicyNameTaken { .. } => "PolicyNameTaken",
            Self::Unmodifiable { .. } => "Unmodifiable",
            Self::RecordMissing { .. } => "RecordMissing",
            Self::BoundaryReplaced { .. } => "BoundaryReplaced",
            Self::PreviousBoundaryGone { .. } => "PreviousBoundaryGone",
        }
    }
}

/// What went wrong.
#[derive(Debug, Error)]
pub enum RemediationError {
    /// The request cannot be understood
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A setting is not allowed
    #[error("the remediator is set up wrongly: {0}")]
    Setting(#[from] SettingError),
    /// The principal could not be read
    #[error("could not read the principal: {0}")]
    Read(#[from] ReadError),
    /// The report could not be had
    #[error("could not learn what the principal uses: {0}")]
    Usage(#[from] UsageError),
    /// The policy could not be written
    #[error("could not write the boundary policy: {0}")]
    Store(#[from] StoreError),
    /// The record could not be written
    #[error("could not record what stood before: {0}")]
    Tag(#[from] TagError),
    /// The boundary could not be attached or taken off
    #[error("could not change the boundary: {0}")]
    Attach(#[from] AttachError),
    /// IAM does not show the change
    #[error(
        "`{principal}` does not show {expected} as its boundary although IAM accepted it; ask again"
    )]
    NotSettled {
        /// The principal.
        principal: PrincipalArn,
        /// What should be attached, in words.
        expected: String,
    },
}

impl RemediationError {
    /// `InvalidRequest`, `Retryable` (asking again may succeed) or `Failed`.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        let retryable = match self {
            Self::Request(_) | Self::Setting(_) => return "InvalidRequest",
            Self::Read(error) => error.is_retryable(),
            Self::Usage(error) => error.is_retryable(),
            // Right after a boundary is taken off, IAM may still count its policy as in use.
            Self::Store(StoreError::InUse(_)) | Self::NotSettled { .. } => true,
            Self::Store(error) => error.is_retryable(),
            Self::Tag(error) => error.is_retryable(),
            Self::Attach(error) => error.is_retryable(),
        };
        if retryable { "Retryable" } else { "Failed" }
    }
}

impl From<RemediationError> for Diagnostic {
    fn from(error: RemediationError) -> Self {
        Self { error_type: error.error_type().to_owned(), error_message: error.to_string() }
    }
}

/// Not a success: refused or failed.
#[derive(Debug)]
pub enum Outcome {
    /// An answer.
    Refused(Refusal),
    /// An error.
    Failed(RemediationError),
}

impl<R: Into<Refusal>> From<R> for Outcome {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<RemediationError> for Outcome {
    fn from(error: RemediationError) -> Self {
        Self::Failed(error)
    }
}

impl From<ReadError> for Outcome {
    fn from(error: ReadError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for Outcome {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<TagError> for Outcome {
    fn from(error: TagError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<AttachError> for Outcome {
    fn from(error: AttachError) -> Self {
        Self::Failed(error.into())
    }
}
