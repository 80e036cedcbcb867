//! Every decision not to act, in the operator's words.

use crate::suggestion::SuggestionError;
use leastwise_aws::ports::Finding;
use leastwise_policy::action::Action;
use leastwise_rightsizing::automatic::{Halt, Wait};
use leastwise_rightsizing::boundary::PlanDigest;
use leastwise_rightsizing::iam::{PrincipalArn, UniqueId};
use leastwise_rightsizing::plan;
use leastwise_rightsizing::proof::ProofFailure;
use leastwise_rightsizing::tags::{Hold, MAX_TAGS, RecordError};
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
    /// Nobody looked at the plan, and somebody has to.
    #[error(
        "`{principal}` is not changed automatically, because a person has to look at the plan first: {}; look at it, and \
         start `LeastwiseRightsizePrincipal` by hand",
        listed(reasons, "; ")
    )]
    NeedsAPerson {
        /// The principal.
        principal: PrincipalArn,
        /// Why, at least one reason.
        reasons: Vec<String>,
    },
    /// An action cannot be allowed again.
    #[error(
        "`{action}` cannot be given back to `{principal}`: it must have a boundary of Leastwise, its policies must grant \
         the action, and what stood before the boundary must have allowed it"
    )]
    NotGivenBack {
        /// The principal.
        principal: PrincipalArn,
        /// The action.
        action: Action,
    },
    /// It was restored, and is held.
    #[error(
        "`{principal}` is left alone by automatic remediation: {hold}; to let it go on, start \
         `LeastwiseRestorePrincipal` with `Hold` set to `lift`"
    )]
    Held {
        /// The principal.
        principal: PrincipalArn,
        /// Until when, or why.
        hold: Hold,
    },
    /// A hold is written in a way that is not for Leastwise to remove.
    #[error(
        "`{principal}` stays {hold}: the key of that tag is not one that Leastwise may remove; remove it by hand"
    )]
    HoldStays {
        /// The principal.
        principal: PrincipalArn,
        /// The hold.
        hold: Hold,
    },
    /// Everything automatic is halted.
    #[error(
        "`{principal}` is not changed automatically, because everything automatic is halted since {}: the boundary of \
         `{}` is suspected to stop {}; look into that, and start `LeastwiseResume`",
        halt.since.format("%Y-%m-%d %H:%M"), halt.principal, listed(&halt.stopped, ", ")
    )]
    Halted {
        /// The principal.
        principal: PrincipalArn,
        /// Why.
        halt: Box<Halt>,
    },
    /// No turn is free, and the notice of the change stands.
    #[error("`{principal}` is not changed yet: {wait}")]
    NotItsTurn {
        /// The principal.
        principal: PrincipalArn,
        /// Until when, and why.
        wait: Wait,
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
    /// No room for the tag of a hold.
    #[error(
        "`{principal}` has {count} tags already and IAM takes {MAX_TAGS}, so there is no room for a hold; remove one"
    )]
    NoRoomForHold {
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
    /// The account has too many policies already.
    #[error(
        "`{principal}` gets no boundary, because the account has {used} of {limit} customer managed policies already, and \
         Leastwise leaves {} % of them to others; ask AWS for more (quota `Customer managed policies per account`), or \
         delete some", 100 - MOST_OF_THE_QUOTA
    )]
    PolicyQuota {
        /// The principal.
        principal: PrincipalArn,
        /// How many there are.
        used: u32,
        /// How many there may be.
        limit: u32,
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

/// How much of the quota of customer managed policies may be used up for a new one to be made, in
/// per cent. The account's other tools need some, too.
pub(crate) const MOST_OF_THE_QUOTA: u32 = 70;

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
    /// Whether the same request would be refused again until somebody decides otherwise or time
    /// passes: asking again at once, as AWS Config does after a failure, is in vain.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        !matches!(
            self,
            Self::PrincipalChanged { .. }
                | Self::NoSuggestion { .. }
                | Self::Plan(plan::Refusal::UsageUnknown { .. })
        )
    }

    /// Whether it is how automatic remediation is meant to go, and no news: it is held or halted,
    /// which was said, or its turn comes.
    #[must_use]
    pub fn is_of_the_pace(&self) -> bool {
        matches!(self, Self::Held { .. } | Self::Halted { .. } | Self::NotItsTurn { .. })
    }

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
            Self::NeedsAPerson { .. } => "NeedsAPerson",
            Self::NotGivenBack { .. } => "NotGivenBack",
            Self::Held { .. } => "Held",
            Self::HoldStays { .. } => "HoldStays",
            Self::Halted { .. } => "Halted",
            Self::NotItsTurn { .. } => "NotItsTurn",
            Self::NoRoomForNotice { .. } => "NoRoomForNotice",
            Self::NoRoomForHold { .. } => "NoRoomForHold",
            Self::QuarantineOff { .. } => "QuarantineOff",
            Self::NotAUser { .. } => "NotAUser",
            Self::ForeignCall { .. } => "ForeignCall",
            Self::QuarantineRecordMissing { .. } => "QuarantineRecordMissing",
            Self::PrincipalChanged { .. } => "PrincipalChanged",
            Self::PolicyNameTaken { .. } => "PolicyNameTaken",
            Self::PolicyQuota { .. } => "PolicyQuota",
            Self::Unmodifiable { .. } => "Unmodifiable",
            Self::RecordMissing { .. } => "RecordMissing",
            Self::BoundaryReplaced { .. } => "BoundaryReplaced",
            Self::PreviousBoundaryGone { .. } => "PreviousBoundaryGone",
        }
    }
}
