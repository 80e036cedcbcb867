//! The index of a principal with everything that its annotation says.

use super::not_judged::NotJudged;
use crate::iam::GrantingPolicy;
use crate::score::{CreepIndex, Score, Share, shares};
use crate::settings::Weighting;
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
}

impl Assessment {
    /// Sums up how `policies` are used.
    ///
    /// # Errors
    ///
    /// [`NotJudged::NothingKnown`] when there is no index.
    pub fn of(
        policies: &[GrantingPolicy],
        usage: PrincipalUsage,
        weighting: Weighting,
        catalog: &Catalog,
    ) -> Result<Self, NotJudged> {
        let score = Score::of(&usage.services, weighting);
        let index = index(&score)?;
        let shares = shares(policies, &usage, &score.drivers, catalog);
        Ok(Self { index, score, usage, shares })
    }
}

/// The index of a score.
///
/// # Errors
///
/// [`NotJudged::NothingKnown`] when there is none.
pub fn index(score: &Score) -> Result<CreepIndex, NotJudged> {
    score.index.ok_or(NotJudged::NothingKnown { granted: score.granted })
}
