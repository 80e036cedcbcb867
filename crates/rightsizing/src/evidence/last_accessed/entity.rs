//! Whose attempts a report shows.

use super::page::ServiceLastAccessed;
use crate::iam::{PrincipalArn, PrincipalKind};

/// Who made the attempts that a row and its actions show.
pub(super) fn named_by(row: &ServiceLastAccessed) -> impl Iterator<Item = &str> {
    let actions = row.tracked_actions_last_accessed.iter();
    let of_actions = actions.map(|action| &action.last_accessed_entity);
    let all = of_actions.chain([&row.last_authenticated_entity]);
    all.filter_map(Option::as_deref).filter(|entity| !entity.is_empty())
}

/// Whether the ARN `entity` is the principal or a session of it. A session's ARN has the name of
/// its role without the path; names are unique within an account, in whatever letter case.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>.
pub(super) fn is(entity: &str, principal: &PrincipalArn) -> bool {
    entity.eq_ignore_ascii_case(&principal.to_string()) || is_session(entity, principal)
}

fn is_session(entity: &str, principal: &PrincipalArn) -> bool {
    let (partition, account) = (principal.partition(), principal.account());
    let role = format!("arn:{partition}:sts::{account}:assumed-role/{}", principal.name());
    let session_of = entity.rsplit_once('/').map(|(role, _)| role);
    principal.kind() == PrincipalKind::Role
        && session_of.is_some_and(|session_of| session_of.eq_ignore_ascii_case(&role))
}
