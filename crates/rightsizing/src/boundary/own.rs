//! What tells a boundary of Leastwise apart: its statement ids, and what it sets aside.

use leastwise_policy::document::{Actions, Effect, Statement};
use leastwise_policy::pattern::Pattern;

/// The largest managed policy IAM takes, in characters; IAM does not count white space, and we
/// write none.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>.
pub const MAX_POLICY_CHARACTERS: usize = 6_144;

/// What the statement id of every statement that Leastwise itself adds begins with.
pub const SID_PREFIX: &str = "Leastwise";

/// The statement id of what is kept where there was no boundary before.
pub const KEEP_SID: &str = "LeastwiseKeep";

/// The statement id of the base actions. In a Leastwise boundary they are not counted as creep, or
/// a principal that uses nothing would stay at 100 for ever.
pub const BASE_ACTIONS_SID: &str = "LeastwiseBaseActions";

/// The statement id of actions that are always allowed and not kept for another reason. In a
/// Leastwise boundary they are not counted as creep either.
pub const ALWAYS_ALLOW_SID: &str = "LeastwiseAlwaysAllow";

/// The one action that needs no permission: it is allowed even where a policy denies it, so
/// allowing it widens nothing.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>.
pub const NEEDS_NO_PERMISSION: &str = "sts:GetCallerIdentity";

/// Whether the statement is one of base actions or always allowed actions: by its id, and because
/// it names each of its actions.
pub(crate) fn is_set_aside(statement: &Statement) -> bool {
    let named = match statement.actions() {
        Actions::Action(patterns) => patterns.iter().all(Pattern::is_literal),
        Actions::NotAction(_) => false,
    };
    let ours = statement.sid().is_some_and(|sid| {
        [BASE_ACTIONS_SID, ALWAYS_ALLOW_SID].iter().any(|it| sid.starts_with(it))
    });
    statement.effect() == Effect::Allow && ours && named
}
