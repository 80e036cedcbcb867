//! What tells a boundary of Leastwise apart: its statement ids, and what it sets aside.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
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

/// What the statement id of what is followed begins with; the day on which it was planned to be
/// follows, as in `LeastwiseNew20260630`.
pub(super) const FOLLOWED_SID: &str = "LeastwiseNew";

/// For how many days what is followed gets the time to be used for the first time, from the day on
/// which that was planned: until then our own boundary denied it. As many as
/// [`NewPermissionGraceDays`](crate::settings::NewPermissionGraceDays) has by default.
const FOLLOWED_DAYS: i64 = 14;

/// How that day is written: in eight digits, since IAM takes letters and digits alone.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>.
const DAY: &str = "%Y%m%d";

const DAY_DIGITS: usize = 8;

/// The one action that needs no permission: it is allowed even where a policy denies it, so
/// allowing it widens nothing.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>.
pub const NEEDS_NO_PERMISSION: &str = "sts:GetCallerIdentity";

/// Whether that is the action, in any letter case.
pub(crate) fn needs_no_permission(action: &str) -> bool {
    action.eq_ignore_ascii_case(NEEDS_NO_PERMISSION)
}

/// Whether the statement's id is one of those that are ours to use.
pub(super) fn is_ours(statement: &Statement) -> bool {
    statement.sid().is_some_and(|sid| sid.starts_with(SID_PREFIX))
}

/// Whether the statement is a guard of one of our boundaries.
pub(super) fn is_guard(statement: &Statement) -> bool {
    statement.effect() == Effect::Deny && is_ours(statement)
}

/// The statement id of one that comes after so many `earlier` ones of its kind.
pub(super) fn numbered(sid: &str, earlier: usize) -> String {
    if earlier == 0 { sid.to_owned() } else { format!("{sid}{}", earlier + 1) }
}

/// That statement id and those that follow in its numbering, without those that are taken.
pub(crate) fn free_sids(
    sid: &str,
    is_taken: impl Fn(&str) -> bool,
) -> impl Iterator<Item = String> {
    (0..).map(move |earlier| numbered(sid, earlier)).filter(move |sid| !is_taken(sid))
}

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

/// The statement id of what is followed from that day on.
pub(super) fn followed_sid(day: NaiveDate) -> String {
    format!("{FOLLOWED_SID}{}", day.format(DAY))
}

/// The statement id with which those of all begin that is followed from the same day on; `None`
/// where the statement is of nothing that is followed.
pub(super) fn followed_sid_of(statement: &Statement) -> Option<&str> {
    let sid = statement.sid().filter(|_| statement.effect() == Effect::Allow)?;
    sid.get(..FOLLOWED_SID.len() + DAY_DIGITS).filter(|sid| followed_day(sid).is_some())
}

fn followed_day(sid: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(sid.strip_prefix(FOLLOWED_SID)?, DAY).ok()
}

/// Whether the statement is one of our boundary that allows what is followed, and `as_of` this
/// still has the time to be used for the first time.
pub(crate) fn is_followed_lately(statement: &Statement, as_of: DateTime<Utc>) -> bool {
    let day = followed_sid_of(statement).and_then(followed_day);
    day.is_some_and(|day| as_of.date_naive() < day + TimeDelta::days(FOLLOWED_DAYS))
}
