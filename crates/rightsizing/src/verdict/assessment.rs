//! The index of a principal with everything that its annotation says.

use super::not_judged::NotJudged;
use super::settings::RuleSettings;
use crate::iam::GrantingPolicy;
use crate::score::{CreepIndex, Score, Share, shares};
use crate::settings::MinimumKnownPercent;
use crate::tags::Hold;
use crate::usage::PrincipalUsage;
use leastwise_policy::catalog::Catalog;

/// What a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The index.
    pub index: CreepIndex,
    /// What it is made of.
    pub score: Score,
    /// What is granted, with its use.
    pub usage: PrincipalUsage,
    /// How many points of the index come by way of which group.
    pub shares: Vec<Share>,
    /// Why automatic remediation leaves the principal alone for now; `None` where it does not.
    pub hold: Option<Hold>,
}

impl Assessment {
    /// Sums up how `policies` are used.
    ///
    /// # Errors
    ///
    /// As [`index`].
    pub fn of(
        policies: &[GrantingPolicy],
        usage: PrincipalUsage,
        settings: &RuleSettings,
        catalog: &Catalog,
    ) -> Result<Self, NotJudged> {
        let score = Score::of(&usage.services, settings.judging.weighting);
        let index = index(&score, &usage, settings.minimum_known)?;
        let shares = shares(policies, &usage, &score.drivers, catalog);
        Ok(Self { index, score, usage, shares, hold: None })
    }
}

/// The index of a principal that is used like this. A suspected break, or that our boundary denies
/// what was granted lately, is said however little else is known.
///
/// # Errors
///
/// [`NotJudged::NothingKnown`] when there is none, and [`NotJudged::TooLittleKnown`] when it rests
/// on too little.
pub fn index(
    score: &Score,
    usage: &PrincipalUsage,
    minimum: MinimumKnownPercent,
) -> Result<CreepIndex, NotJudged> {
    let &Score { granted, unknown, known_percent: known, .. } = score;
    let index = score.index.ok_or(NotJudged::NothingKnown { granted })?;
    let is_stopped = !usage.suspected_breaks.is_empty() || !usage.newly_denied.is_empty();
    if known < minimum.value() && !is_stopped {
        return Err(NotJudged::TooLittleKnown { known, granted, unknown, minimum });
    }
    Ok(index)
}
