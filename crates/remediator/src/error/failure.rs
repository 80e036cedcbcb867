//! What can go wrong, and whether asking again may help.

use crate::request::RequestError;
use chrono::{DateTime, Utc};
use leastwise_aws::CallError;
use leastwise_aws::evidence::EvidenceError;
use leastwise_aws::lists::ListError;
use leastwise_aws::ports::{
    AttachError, EntriesError, HistoryError, PreflightError, QuarantineError, ReadError,
    RegionsError, StockError, StoreError, TagError, UsageError,
};
use leastwise_rightsizing::automatic::LedgerError;
use leastwise_rightsizing::iam::PrincipalArn;
use leastwise_rightsizing::settings::SettingError;
use thiserror::Error;

/// What went wrong.
#[derive(Debug, Error)]
pub enum RemediationError {
    /// The request cannot be understood.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A setting is not allowed.
    #[error("the remediator is set up wrongly: {0}")]
    Setting(#[from] SettingError),
    /// A list could not be had.
    #[error(transparent)]
    List(#[from] ListError),
    /// The usage files could not be had.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// Who made a call is not to be found.
    #[error("nobody was put in quarantine, since who called IAM is not to be found: {why}")]
    CallerNotFound {
        /// Why.
        why: String,
    },
    /// The principal could not be read.
    #[error("could not read the principal: {0}")]
    Read(#[from] ReadError),
    /// What was granted when the grace for new permissions began could not be read.
    #[error("could not learn which permissions of the principal are new: {0}")]
    History(#[from] HistoryError),
    /// The enabled Regions could not be read.
    #[error(transparent)]
    Regions(#[from] RegionsError),
    /// The report could not be had.
    #[error("could not learn what the principal uses: {0}")]
    Usage(#[from] UsageError),
    /// The boundary could not be checked by AWS.
    #[error(
        "the pre-flight could not be made, so nothing was changed: {0}; ask again, or set `Preflight` to `off` to do \
         without it"
    )]
    Preflight(#[from] PreflightError),
    /// A policy could not be read, written or removed.
    #[error("could not read, write or remove a boundary policy: {0}")]
    Store(#[from] StoreError),
    /// What was done automatically could not be read or cleared.
    #[error("could not learn whether automatic remediation may go on: {0}")]
    Entries(#[from] EntriesError),
    /// What was done automatically is written otherwise than Leastwise does.
    #[error("could not learn whether automatic remediation may go on: {0}")]
    Ledger(#[from] LedgerError),
    /// A turn could not be taken.
    #[error("could not take a turn in automatic remediation: {0}")]
    Turn(CallError),
    /// Other runs take every turn.
    #[error(
        "`{principal}` got no turn in automatic remediation, because other runs took every one that was free; ask again"
    )]
    NoTurn {
        /// The principal.
        principal: PrincipalArn,
    },
    /// That a person resumed could not be written down.
    #[error("could not write down that automatic remediation goes on, so it is still halted: {0}")]
    Resume(CallError),
    /// The customer managed policies could not be counted or listed.
    #[error("could not learn how many policies the account has, or which are Leastwise's: {0}")]
    Stock(#[from] StockError),
    /// The record could not be written or removed.
    #[error("could not write or remove the record of what stood before: {0}")]
    Tag(#[from] TagError),
    /// The boundary could not be attached or taken off.
    #[error("could not change the boundary: {0}")]
    Attach(#[from] AttachError),
    /// The policy that bound the principal cannot be removed.
    #[error(
        "`{policy_arn}` does not bind `{principal}` any more, and IAM says that it is still in use; take it off \
         whomever else it binds, and ask again"
    )]
    StillInUse {
        /// The principal.
        principal: PrincipalArn,
        /// Its boundary policy.
        policy_arn: String,
    },
    /// The policies of a user could not be changed.
    #[error("could not change the policies of the user: {0}")]
    Quarantine(#[from] QuarantineError),
    /// There is no quarantine policy, or it is none.
    #[error("`{policy_arn}` cannot put anybody in quarantine: {why}")]
    QuarantinePolicy {
        /// The policy.
        policy_arn: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The call was made too long ago to be a reason by itself.
    #[error(
        "`{user}` called `iam:{name}` on {time}, more than {hours} hours ago: it may have been looked into and released since, \
         so nothing was done; ask for its quarantine if there still is a reason"
    )]
    OldCall {
        /// Who made it.
        user: PrincipalArn,
        /// The call.
        name: String,
        /// When it was made.
        time: DateTime<Utc>,
        /// How old a call may be.
        hours: i64,
    },
    /// Neither a managed nor an inline policy fits.
    #[error(
        "`{principal}` could not be put in quarantine: it has as many managed policies as IAM takes, and its inline \
         policies leave no room for {characters} characters more ({call}); take one off"
    )]
    NoRoomForQuarantine {
        /// The user.
        principal: PrincipalArn,
        /// The size of the policy.
        characters: usize,
        /// What IAM said.
        call: CallError,
    },
    /// The role may not delete inline policies.
    #[error(
        "`{principal}` is still in quarantine, by its inline policy `leastwise-quarantine`: the remediator's role lacks \
         `iam:DeleteUserPolicy`, which it has only while `Quarantine` is `on` ({call}); set it to `on`, or delete that \
         inline policy by hand, and release again"
    )]
    InlineQuarantineStays {
        /// The user.
        principal: PrincipalArn,
        /// What IAM said.
        call: CallError,
    },
    /// The answer cannot be written.
    #[error("what was asked is done, and the answer cannot be written as JSON: {0}")]
    Answer(#[from] serde_json::Error),
    /// IAM does not show the change.
    #[error("`{principal}` does not show {expected} although IAM accepted it; ask again")]
    NotSettled {
        /// The principal.
        principal: PrincipalArn,
        /// What it should show, in words.
        expected: String,
    },
}

impl RemediationError {
    /// `InvalidRequest`, `Retryable` (asking again may succeed) or `Failed`.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        let retryable = match self {
            Self::Request(_) | Self::Setting(_) => return "InvalidRequest",
            Self::List(error) => error.is_retryable(),
            Self::Evidence(error) => error.is_retryable(),
            Self::Read(error) => error.is_retryable(),
            Self::History(error) => error.is_retryable(),
            Self::Regions(error) => error.is_retryable(),
            Self::Usage(error) => error.is_retryable(),
            Self::Preflight(error) => error.is_retryable(),
            // In use is a version, too, that another run put in force when this one meant to delete
            // it.
            Self::Store(StoreError::InUse(_))
            | Self::StillInUse { .. }
            | Self::NoTurn { .. }
            | Self::NotSettled { .. } => true,
            Self::Store(error) => error.is_retryable(),
            Self::Entries(error) => error.is_retryable(),
            Self::Stock(error) => error.is_retryable(),
            Self::Turn(call) | Self::Resume(call) => call.is_retryable(),
            Self::Tag(error) => error.is_retryable(),
            Self::Attach(error) => error.is_retryable(),
            Self::Quarantine(error) => error.is_retryable(),
            Self::Ledger(_)
            | Self::Answer(_)
            | Self::CallerNotFound { .. }
            | Self::QuarantinePolicy { .. }
            | Self::OldCall { .. }
            | Self::NoRoomForQuarantine { .. }
            | Self::InlineQuarantineStays { .. } => false,
        };
        if retryable { "Retryable" } else { "Failed" }
    }

    /// What went wrong, in a word that stays the same however often it goes wrong.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Request(_) => "Request",
            Self::Setting(_) => "Setting",
            Self::List(_) => "List",
            Self::Evidence(_) => "Evidence",
            Self::CallerNotFound { .. } => "CallerNotFound",
            Self::Read(_) => "Read",
            Self::History(_) => "History",
            Self::Regions(_) => "Regions",
            Self::Usage(_) => "Usage",
            Self::Preflight(_) => "Preflight",
            Self::Store(_) => "Store",
            Self::Answer(_) => "Answer",
            Self::Entries(_) => "Entries",
            Self::Stock(_) => "Stock",
            Self::Ledger(_) => "Ledger",
            Self::Turn(_) => "Turn",
            Self::NoTurn { .. } => "NoTurn",
            Self::Resume(_) => "Resume",
            Self::Tag(_) => "Tag",
            Self::Attach(_) => "Attach",
            Self::StillInUse { .. } => "StillInUse",
            Self::Quarantine(_) => "Quarantine",
            Self::QuarantinePolicy { .. } => "QuarantinePolicy",
            Self::OldCall { .. } => "OldCall",
            Self::NoRoomForQuarantine { .. } => "NoRoomForQuarantine",
            Self::InlineQuarantineStays { .. } => "InlineQuarantineStays",
            Self::NotSettled { .. } => "NotSettled",
        }
    }
}
