//! Taking a turn in automatic remediation: a few principals first, so many a day, nobody while it
//! is halted.
//!
//! The turn is made before the first write, as a parameter that exactly one run can make. Cut short
//! after that, the next run finds the turn and goes on. What stands is read again once the turn is
//! made, so that a halt which came meanwhile counts.

use crate::error::{Refusal, RemediationError, Stopped};
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{Entries, MakeEntry};
use leastwise_rightsizing::automatic::{Halt, Ledger, Next, PATH, Pace, Turn, Wait};
use leastwise_rightsizing::iam::Principal;

/// How often a turn is looked for while other runs take those that seemed free.
const ATTEMPTS: usize = 20;

/// Reads what was done automatically, and whether it is halted.
///
/// # Errors
///
/// Failed when it cannot be read, or is not what Leastwise writes: then nobody knows whether
/// everything is halted.
pub(crate) async fn ledger(aws: &impl Entries) -> Result<Ledger, RemediationError> {
    let entries = aws.entries(PATH).await?;
    let entries = entries.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Ok(Ledger::read(entries)?)
}

/// Refuses while everything automatic is halted.
///
/// # Errors
///
/// Refused, or failed as [`ledger`].
pub(crate) async fn check_going(principal: &Principal, aws: &impl Entries) -> Result<(), Stopped> {
    match ledger(aws).await?.halt() {
        Some(halt) => Err(halted(principal, halt)),
        None => Ok(()),
    }
}

/// Takes a turn for `principal`, unless it has one; `Some` says that none is free, and until when.
///
/// # Errors
///
/// Refused while everything is halted; failed as [`ledger`], and when other runs take every turn.
pub(crate) async fn take(
    principal: &Principal,
    pace: Pace,
    now: DateTime<Utc>,
    aws: &(impl Entries + MakeEntry),
) -> Result<Option<Wait>, Stopped> {
    for _ in 0..ATTEMPTS {
        let ledger = ledger(aws).await?;
        let name = match ledger.next(&principal.unique_id, pace, now) {
            Next::Go => return Ok(None),
            Next::Wait(wait) => return Ok(Some(wait)),
            Next::Halted(halt) => return Err(halted(principal, &halt)),
            Next::Take(name) => name,
        };
        let outdated = ledger.outdated(now);
        if !outdated.is_empty() {
            aws.remove_entries(&outdated).await.map_err(RemediationError::Entries)?;
        }
        let turn = Turn { resource_id: principal.unique_id.clone(), taken: now };
        // Whose it became shows when it is read again.
        aws.make_entry(&name, &turn.to_text()).await.map_err(RemediationError::Turn)?;
    }
    Err(RemediationError::NoTurn { principal: principal.arn.clone() }.into())
}

fn halted(principal: &Principal, halt: &Halt) -> Stopped {
    Refusal::Halted { principal: principal.arn.clone(), halt: Box::new(halt.clone()) }.into()
}
