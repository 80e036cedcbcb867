//! What Access Analyzer lists as unused: drawn from what IAM records, for a time of its own.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html>.

use crate::replay::draw::Case;
use crate::replay::moment::{as_of, moment};
use crate::replay::recorded::{Listed, Recorded};
use crate::replay::reference::Reference;
use leastwise_policy::action::Action;
use leastwise_rightsizing::evidence::witnesses::{Called, Listing, Looked, Times, UsageLog};

/// For how many days something is not used before it is listed, if nobody sets another number.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-create-unused.html>.
const DAYS: i64 = 90;

/// Notes what is listed of the principal of a case, and the earlier use of it; `None` where a policy cannot be read.
pub(super) fn note(log: &mut UsageLog, case: &Case, reference: &Reference) -> Option<()> {
    let mut listing = Listing::default();
    let mut earlier: Vec<(Called, Option<i64>)> = Vec::new();
    for Listed { service, last, actions } in Recorded::of(case, reference, 0)?.services() {
        if is_unused(last) {
            listing.services.insert(service.to_owned());
            earlier.push((Called::Service(service.to_owned()), last));
            continue;
        }
        for (action, last) in actions.into_iter().filter(|(_, last)| is_unused(*last)) {
            let action: Action = action.name.parse().ok()?;
            listing.actions.insert(action.clone());
            earlier.push((Called::Action(action), last));
        }
    }
    // Without a finding there is no list.
    if listing != Listing::default() {
        log.unused(case.subject(), Looked { since: moment(-DAYS), until: as_of() }, listing);
    }
    for (called, last) in earlier {
        if let Some(last) = last {
            log.used(case.subject(), called, Times::once(moment(last), None));
        }
    }
    Some(())
}

fn is_unused(last: Option<i64>) -> bool {
    last.is_none_or(|last| last < -DAYS)
}
