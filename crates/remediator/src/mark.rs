//! The mark of the grants that a plan looked at: when it is written, and which one.

use crate::error::Stopped;
use crate::planning::Planned;
use chrono::{DateTime, Utc};
use leastwise_aws::PrincipalName;
use leastwise_aws::ports::TagPrincipal;
use leastwise_rightsizing::plan::Warning;
use leastwise_rightsizing::tags::{GRANTS_TAG, GrantsMark, has_room_for_mark};

/// What has to be done about the mark on a principal whose boundary is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Marking {
    /// Nothing: it stands, or there is no room for one, which only costs questions.
    Nothing,
    /// Before the boundary changes, and with it the only date there was: newer grants stay denied,
    /// and a later plan may still learn what they are.
    Before(GrantsMark),
    /// Once the boundary stands that was planned from these grants. Cut short before, the next run
    /// finds that nothing is newly denied, and writes it.
    After(GrantsMark),
}

impl Marking {
    /// What is due for this plan.
    pub(crate) fn of(planned: &Planned, now: DateTime<Utc>) -> Self {
        let principal = &planned.principal;
        let standing = GrantsMark::on(principal, now);
        let is_unknown = |warning: &Warning| matches!(warning, Warning::NewGrantsUnknown { .. });
        let is_unknown = planned.proved.plan().warnings.iter().any(is_unknown);
        let since = principal.boundary.as_ref().and_then(|boundary| boundary.since);
        match (standing, since) {
            _ if !has_room_for_mark(principal) => Self::Nothing,
            (None, Some(since)) if is_unknown => Self::Before(GrantsMark::unknown_since(since)),
            (Some(mark), _) if is_unknown && mark.is_of_known_grants() => {
                Self::Before(GrantsMark::unknown_since(mark.at()))
            }
            _ if is_unknown => Self::Nothing,
            (Some(mark), _) if mark.is_of(principal) => Self::Nothing,
            _ => Self::After(GrantsMark::of(principal, now)),
        }
    }

    /// Writes what is due before the boundary changes.
    pub(crate) async fn before(
        &self,
        planned: &Planned,
        aws: &impl TagPrincipal,
    ) -> Result<(), Stopped> {
        match self {
            Self::Before(mark) => write(mark, planned, aws).await,
            Self::After(_) | Self::Nothing => Ok(()),
        }
    }

    /// Writes what is due once the boundary stands.
    pub(crate) async fn after(
        &self,
        planned: &Planned,
        aws: &impl TagPrincipal,
    ) -> Result<(), Stopped> {
        match self {
            Self::After(mark) => write(mark, planned, aws).await,
            Self::Before(_) | Self::Nothing => Ok(()),
        }
    }
}

async fn write(
    mark: &GrantsMark,
    planned: &Planned,
    aws: &impl TagPrincipal,
) -> Result<(), Stopped> {
    let arn = &planned.principal.arn;
    let written = aws.tag(&PrincipalName::from(arn), &[(GRANTS_TAG, &mark.to_tag_value())]).await;
    written.map_err(|error| Stopped::of_tagging(error, arn))
}
