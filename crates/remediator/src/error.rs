//! The two ways not to succeed: a refusal, which is an answer, and an error, which fails the
//! invocation.

use crate::request::RequestError;
use crate::suggestion::SuggestionError;
use chrono::{DateTime, Utc};
use lambda_runtime::Diagnostic;
use leastwise_aws::CallError;
use leastwise_aws::lists::ListError;
use leastwise_aws::ports::{
    AttachError, Finding, HistoryError, PreflightError, QuarantineError, ReadError, StoreError,
    TagError, UsageError,
};
use leastwise_policy::action::Action;
use leastwise_rightsizing::boundary::PlanDigest;
use leastwise_rightsizing::iam::{PrincipalArn, UniqueId};
use leastwise_rightsizing::plan;
use leastwise_rightsizing::proof::ProofFailure;
use leastwise_rightsizing::settings::SettingError;
use leastwise_rightsizing::tags::{MAX_TAGS, RecordError};
use thiserror::Error;

/// A decision not to act. The principal stands as it stood.
#[derive(Debug, Error)]
pub enum Refusal {
    /// No such principal.
    #[error("no user or role has the id or ARN `{resource}`; it may have been deleted")]
    NoSuchPrincipal {
        /// As requested.
        resource: String,
    },
    /// Another principal has its name now.
    #[error(
        "there is no `{resource}` (any more); another principal has its name: `{principal}`, `{id}`"
    )]
    AnotherPrincipal {
        /// As requested.
        resource: String,
        /// Who has the name.
        principal: PrincipalArn,
        /// Its unique id.
        id: UniqueId,
    },
    /// No plan.
    #[error(transparent)]
    Plan(#[from] plan::Refusal),
    /// No proof.
    #[error(transparent)]
    Unproved(#[from] ProofFailure),
    /// What stood before cannot be recorded, or the record cannot be read.
    #[error("`{principal}` stays as it is: {why}")]
    Record {
        /// The principal.
        principal: PrincipalArn,
        /// Why.
        why: RecordError,
    },
    /// The external service says nothing.
    #[error(
        "`{principal}` stays as it is, because it is not known what the external service suggests for it: {why}; ask \
         again, or set `ScoreProvider` to `own` to do without it"
    )]
    NoSuggestion {
        /// The principal.
        principal: PrincipalArn,
        /// Why.
        why: SuggestionError,
    },
    /// IAM Access Analyzer finds errors in the boundary.
    #[error(
        "IAM Access Analyzer does not accept the boundary for `{principal}`: {}; exempt the principal, or set \
         `Preflight` to `off` to go by the proof alone",
        listed(errors, "; ")
    )]
    NotValid {
        /// The principal.
        principal: PrincipalArn,
        /// The errors, at least one.
        errors: Vec<Finding>,
    },
    /// IAM's policy simulator would not allow what is in use.
    #[error(
        "IAM's policy simulator says that the boundary for `{principal}` would stop actions in use that nothing stops \
         now: {}; exempt the principal, or set `Preflight` to `off` to go by the proof alone",
        listed(actions, ", ")
    )]
    WouldStopActionsInUse {
        /// The principal.
        principal: PrincipalArn,
        /// The actions, at least one.
        actions: Vec<Action>,
    },
    /// The plan is not the one that was agreed to.
    #[error(
        "the plan for `{principal}` is another now than the one expected: `{now}` instead of `{expected}`; look at the \
         new one and agree to that"
    )]
    PlanChanged {
        /// The principal.
        principal: PrincipalArn,
        /// As requested.
        expected: PlanDigest,
        /// As planned now.
        now: PlanDigest,
    },
    /// A notice cannot be recorded.
    #[error(
        "`{principal}` has {count} tags already and IAM takes {MAX_TAGS}, so there is no room for a notice and the record \
         of what stood before"
    )]
    NoRoomForNotice {
        /// The principal.
        principal: PrincipalArn,
        /// How many tags it has.
        count: usize,
    },
    /// Nobody is put in quarantine.
    #[error(
        "`{principal}` is not put in quarantine, because `Quarantine` is `off`; set it to `on` and ask again"
    )]
    QuarantineOff {
        /// As requested.
        principal: String,
    },
    /// A role cannot be put in quarantine.
    #[error("`{principal}` is a role; only IAM users are put in quarantine")]
    NotAUser {
        /// The principal.
        principal: PrincipalArn,
    },
    /// The event comes from elsewhere.
    #[error("the call was made in account {account}, and this function looks after account {own}")]
    ForeignCall {
        /// Where the call was made.
        account: String,
        /// Where the function is.
        own: String,
    },
    /// Nothing says that Leastwise put it in quarantine.
    #[error(
        "`{principal}` is in quarantine, but no tag says that Leastwise put it there; take policy \
         `leastwise-quarantine` off by hand, or set tag `leastwise:quarantined` and ask again"
    )]
    QuarantineRecordMissing {
        /// The principal.
        principal: PrincipalArn,
    },
    /// The principal changed between planning and applying.
    #[error("`{principal}` changed while its boundary was being planned; ask again")]
    PrincipalChanged {
        /// The principal.
        principal: PrincipalArn,
    },
    /// The policy's name belongs to somebody else.
    #[error(
        "there is a policy of the name of `{policy_arn}` that Leastwise did not make for `{principal}`; delete it, or \
         exempt the principal"
    )]
    PolicyNameTaken {
        /// The principal.
        principal: PrincipalArn,
        /// ARN the boundary policy would have.
        policy_arn: String,
    },
    /// Only AWS can change it.
    #[error("`{principal}` can only be changed by AWS")]
    Unmodifiable {
        /// The principal.
        principal: PrincipalArn,
    },
    /// Nothing says what stood before.
    #[error(
        "`{principal}` has a Leastwise boundary, but no tag says what stood before; take the boundary off by hand, or \
         set tag `leastwise:previous-boundary` to `none` or a policy ARN and ask again"
    )]
    RecordMissing {
        /// The principal.
        principal: PrincipalArn,
    },
    /// Somebody replaced the boundary.
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
    /// What stood before does not exist any more.
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

/// How many items of a list a message names.
const LISTED: usize = 20;

fn listed(items: &[impl ToString], separator: &str) -> String {
    let mut texts: Vec<String> = items.iter().take(LISTED).map(ToString::to_string).collect();
    if let Some(more) = items.len().checked_sub(LISTED).filter(|more| *more > 0) {
        texts.push(format!("and {more} more"));
    }
    texts.join(separator)
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
            Self::NoSuggestion { .. } => "NoSuggestion",
            Self::NotValid { .. } => "NotValid",
            Self::WouldStopActionsInUse { .. } => "WouldStopActionsInUse",
            Self::PlanChanged { .. } => "PlanChanged",
            Self::NoRoomForNotice { .. } => "NoRoomForNotice",
            Self::QuarantineOff { .. } => "QuarantineOff",
            Self::NotAUser { .. } => "NotAUser",
            Self::ForeignCall { .. } => "ForeignCall",
            Self::QuarantineRecordMissing { .. } => "QuarantineRecordMissing",
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
    /// The request cannot be understood.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A setting is not allowed.
    #[error("the remediator is set up wrongly: {0}")]
    Setting(#[from] SettingError),
    /// A list could not be had.
    #[error(transparent)]
    List(#[from] ListError),
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
            Self::Read(error) => error.is_retryable(),
            Self::History(error) => error.is_retryable(),
            Self::Usage(error) => error.is_retryable(),
            Self::Preflight(error) => error.is_retryable(),
            // In use is a version, too, that another run put in force when this one meant to delete
            // it.
            Self::Store(StoreError::InUse(_))
            | Self::StillInUse { .. }
            | Self::NotSettled { .. } => true,
            Self::Store(error) => error.is_retryable(),
            Self::Tag(error) => error.is_retryable(),
            Self::Attach(error) => error.is_retryable(),
            Self::Quarantine(error) => error.is_retryable(),
            Self::CallerNotFound { .. }
            | Self::QuarantinePolicy { .. }
            | Self::OldCall { .. }
            | Self::NoRoomForQuarantine { .. }
            | Self::InlineQuarantineStays { .. } => false,
        };
        if retryable { "Retryable" } else { "Failed" }
    }
}

impl RemediationError {
    /// What went wrong, in a word that stays the same however often it goes wrong.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Request(_) => "Request",
            Self::Setting(_) => "Setting",
            Self::List(_) => "List",
            Self::CallerNotFound { .. } => "CallerNotFound",
            Self::Read(_) => "Read",
            Self::History(_) => "History",
            Self::Usage(_) => "Usage",
            Self::Preflight(_) => "Preflight",
            Self::Store(_) => "Store",
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

impl From<ListError> for Outcome {
    fn from(error: ListError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<QuarantineError> for Outcome {
    fn from(error: QuarantineError) -> Self {
        Self::Failed(error.into())
    }
}

impl Outcome {
    /// What it means for `principal` that its boundary could not be changed.
    pub(crate) fn of_attaching(error: AttachError, principal: &PrincipalArn) -> Self {
        match error {
            AttachError::Unmodifiable { .. } => Self::unmodifiable(principal),
            AttachError::NoSuchEntity { .. } => Self::no_such_principal(principal),
            error @ (AttachError::NoSuchPolicy { .. } | AttachError::Call(_)) => {
                Self::Failed(error.into())
            }
        }
    }

    /// What it means for `principal` that its record could not be changed.
    pub(crate) fn of_tagging(error: TagError, principal: &PrincipalArn) -> Self {
        match error {
            TagError::Unmodifiable { .. } => Self::unmodifiable(principal),
            TagError::NoSuchPrincipal { .. } => Self::no_such_principal(principal),
            error @ (TagError::QuotaExceeded { .. } | TagError::Call(_)) => {
                Self::Failed(error.into())
            }
        }
    }

    fn unmodifiable(principal: &PrincipalArn) -> Self {
        Refusal::Unmodifiable { principal: principal.clone() }.into()
    }

    fn no_such_principal(principal: &PrincipalArn) -> Self {
        Refusal::NoSuchPrincipal { resource: principal.to_string() }.into()
    }
}
