//! The index of a principal by its use, and what it is made of.

use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::presentation::ScoreJson;
use leastwise_rightsizing::score::{CreepIndex, Score};
use leastwise_rightsizing::usage::PrincipalUsage;
use leastwise_rightsizing::verdict::{self, NotJudged, RuleSettings};

/// What the index is made of, where the use is known; and the index, or why there is none.
pub(super) fn scored(
    usage: &Result<PrincipalUsage, NotJudged>,
    principal: &Principal,
    settings: &RuleSettings,
) -> (Option<ScoreJson>, Result<CreepIndex, NotJudged>) {
    match usage {
        Ok(usage) => {
            let score = Score::of(&usage.services, settings.judging.weighting);
            let index = verdict::index(&score, usage, settings.minimum_known);
            (Some(ScoreJson::of(score, usage, principal)), index)
        }
        Err(why) => (None, Err(why.clone())),
    }
}
