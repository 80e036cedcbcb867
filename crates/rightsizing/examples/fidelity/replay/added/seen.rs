//! Which calls each source sees. What no page of AWS says of a call is not seen.

use crate::replay::class::Class;
use crate::replay::draw::Case;
use crate::replay::moment::{DAYS_BEFORE, moment};
use crate::replay::reference::{Action, Reference};
use crate::replay::trail::Habit;
use leastwise_rightsizing::evidence::witnesses::{Called, Times, UsageLog};

/// For how many days CloudTrail keeps management events without a trail.
///
/// Source: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html>.
const EVENT_HISTORY_DAYS: i64 = 90;

/// Of how many days at most Access Analyzer generates a policy.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html>.
const GENERATION_DAYS: i64 = 90;

/// How a call comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The principal sends a request of its own to an API of AWS.
    Request,
    /// An AWS service sends it, for the principal or as the role. CloudTrail names the principal as who calls, and the
    /// service in `invokedBy`.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>.
    ByAService,
    /// There is no request of its own: it is authorized inside another one, or no API of AWS checks it.
    NoRequest,
}

fn way(class: Class) -> Way {
    match class {
        Class::MadeForThePrincipal
        | Class::ThroughATool
        | Class::FailurePath
        | Class::ServiceRole => Way::ByAService,
        Class::InsideAnotherCall | Class::CheckedElsewhere => Way::NoRequest,
        Class::Plain
        | Class::RoleInResourcePolicy
        | Class::RoleInPart
        | Class::RoleInTrust
        | Class::UserInTrust
        | Class::SessionInResourcePolicy
        | Class::UserInResourcePolicy
        | Class::AnyoneOnCondition
        | Class::FederatedUser
        | Class::NotPrincipal
        | Class::UntrackedRegion
        | Class::OtherPartition
        | Class::RecentlyTracked
        | Class::OldReport
        | Class::UnseenUse
        | Class::Inverse
        | Class::OwnCredentials
        | Class::OrganizationRole
        | Class::Yearly => Way::Request,
    }
}

/// What is seen of a habit: what was called, and the last day.
type Sighting = (Called, i64);

/// Notes what is seen of the habits of a case.
pub(super) fn note(log: &mut UsageLog, case: &Case, seen: impl Fn(&Habit) -> Option<Sighting>) {
    for (called, day) in case.habits.iter().filter_map(seen) {
        log.used(case.subject(), called, Times::once(moment(day), None));
    }
}

/// A trail of all management events.
pub(super) fn by_trail(habit: &Habit, reference: &Reference) -> Option<Sighting> {
    by_cloudtrail(habit, reference, DAYS_BEFORE)
}

pub(super) fn by_event_history(habit: &Habit, reference: &Reference) -> Option<Sighting> {
    by_cloudtrail(habit, reference, EVENT_HISTORY_DAYS)
}

fn by_cloudtrail(habit: &Habit, reference: &Reference, days: i64) -> Option<Sighting> {
    let is_logged = way(habit.class) != Way::NoRequest && action(habit, reference)?.is_management();
    let last = is_logged.then(|| habit.last(-days, 0))?;
    Some((called(habit)?, last?))
}

/// SDKs tell of every operation that the workload calls, whatever it is about.
///
/// Source: <https://github.com/boto/botocore/blob/develop/botocore/monitoring.py>.
pub(super) fn by_sdk(habit: &Habit, reference: &Reference) -> Option<Sighting> {
    let is_operation = reference.find(&habit.action).is_some_and(|it| reference.is_callable(it));
    let is_told = way(habit.class) == Way::Request && is_operation;
    let last = is_told.then(|| habit.last(-DAYS_BEFORE, 0))?;
    Some((called(habit)?, last?))
}

/// Policies do not say when an action was used, so it is dated to the end of the time. Of a service of which Access
/// Analyzer knows no action they name the service, by what IAM records.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html>.
pub(super) fn by_generation(habit: &Habit, reference: &Reference) -> Option<Sighting> {
    if way(habit.class) != Way::Request {
        return None;
    }
    habit.last(-GENERATION_DAYS, 0)?;
    let action = action(habit, reference)?;
    let mut of_service = reference.service(action.service());
    if action.is_generated {
        Some((called(habit)?, 0))
    } else if habit.recorded && !of_service.any(|place| reference.action(place).is_generated) {
        Some((Called::Service(action.service().to_owned()), 0))
    } else {
        None
    }
}

fn action<'a>(habit: &Habit, reference: &'a Reference) -> Option<&'a Action> {
    Some(reference.action(reference.find(&habit.action)?))
}

fn called(habit: &Habit) -> Option<Called> {
    habit.action.parse().ok().map(Called::Action)
}
