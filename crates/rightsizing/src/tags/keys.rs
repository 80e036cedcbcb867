//! The key of every tag that Leastwise writes or reads, and what IAM takes as tags.

use crate::iam::Principal;

/// The tag, on the principal and on its boundary policy, that records what stood before.
pub const PREVIOUS_BOUNDARY_TAG: &str = "leastwise:previous-boundary";

/// The tag on the principal that says what it was granted when its boundary was planned: an RFC
/// 3339 time, a slash, and the digest of the policies or `unknown`.
pub const GRANTS_TAG: &str = "leastwise:planned-grants";

/// The tag on a boundary policy that says for which principal (unique id) it was made.
pub const PRINCIPAL_TAG: &str = "leastwise:principal";

/// The longest tag value IAM takes, in characters.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules>.
pub const MAX_TAG_VALUE_CHARACTERS: usize = 256;

/// How many tags IAM takes on a user or role.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules>.
pub const MAX_TAGS: usize = 50;

/// Whether `principal` has, or has room for, a tag of each of these keys.
pub(super) fn fits(principal: &Principal, keys: &[&str]) -> bool {
    let missing = keys.iter().filter(|key| !principal.tags.contains_key(**key)).count();
    principal.tags.len() + missing <= MAX_TAGS
}

/// The tag that says when enforcement is due, in RFC 3339.
pub const PLANNED_FOR_TAG: &str = "leastwise:planned-for";

/// The tag that says when notice was given and of what: an RFC 3339 time, a slash, the digest of
/// the plan.
pub const PLANNED_TAG: &str = "leastwise:planned";

/// The tag that says since which call a user is in quarantine: `<time>/<event id>`.
pub const QUARANTINED_TAG: &str = "leastwise:quarantined";

/// The tag that says until when automatic remediation leaves a principal alone, because somebody
/// restored it: a date or an RFC 3339 time.
pub const HELD_UNTIL_TAG: &str = "leastwise:held-until";

/// The tag that says until when a principal is exempt.
pub const EXEMPT_UNTIL_TAG: &str = "leastwise:exempt-until";

/// The tag that says why.
pub const EXEMPT_REASON_TAG: &str = "leastwise:exempt-reason";

/// How many of the granted services are used, in per cent; `n/a` where none is granted.
pub const COVERAGE_TAG: &str = "Permissions_Coverage_Percent";

/// How many services are granted.
pub const GRANTED_TAG: &str = "Permissions_Granted";

/// How many of them are idle.
pub const UNUSED_TAG: &str = "Permissions_Unused";

/// The index.
pub const INDEX_TAG: &str = "leastwise:index";
