//! What a source lists as unused: a second opinion on what is idle.

use super::Source;
use chrono::{DateTime, Utc};
use leastwise_policy::action::Action;
use std::collections::BTreeSet;

/// What a source found unused of one principal, in a time of its own.
///
/// It names everything that it found unused of the principal: services as a whole, and of those
/// services of which it names an action, every unused action that it can tell apart. So it says of
/// what it leaves out that it was used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The services of which nothing was used, by their IAM prefixes in lower case.
    pub services: BTreeSet<String>,
    /// The unused actions of other services.
    pub actions: BTreeSet<Action>,
}

/// In which time a source looked for use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Looked {
    /// From when on.
    pub since: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// What a source says of something that IAM's data calls idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// The source found it unused, too.
    Agrees(Source),
    /// The source looked in a time inside the window, and found it used.
    Disputes(Source),
}

impl Listing {
    /// Takes in what another part of the same listing names.
    pub fn join(&mut self, other: Self) {
        self.services.extend(other.services);
        self.actions.extend(other.actions);
    }

    /// Whether the service as a whole was found unused, by its IAM prefix in lower case.
    pub(super) fn names_service(&self, service: &str) -> bool {
        self.services.contains(service)
    }

    /// Whether the action of a service that is in use was found unused; `None` where the source
    /// does not tell the actions of the service apart.
    pub(super) fn names_action(&self, action: &Action) -> Option<bool> {
        let service = action.service().to_ascii_lowercase();
        if self.names_service(&service) {
            return Some(true);
        }
        let is_of_service = |it: &Action| it.service().eq_ignore_ascii_case(&service);
        let tells_apart = match format!("{service}:0").parse::<Action>() {
            Ok(least) => self.actions.range(least..).next().is_some_and(is_of_service),
            Err(_) => self.actions.iter().any(is_of_service),
        };
        tells_apart.then(|| self.actions.contains(action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_told_apart_only_in_services_of_which_one_is_named() {
        let action = |text: &str| text.parse::<Action>().unwrap();
        let listing = Listing {
            services: BTreeSet::from(["sns".to_owned()]),
            actions: BTreeSet::from([action("sqs:CreateQueue")]),
        };
        assert!(listing.names_service("sns") && !listing.names_service("sqs"));
        assert_eq!(listing.names_action(&action("SQS:createqueue")), Some(true));
        assert_eq!(listing.names_action(&action("sqs:DeleteQueue")), Some(false));
        assert_eq!(listing.names_action(&action("sns:Publish")), Some(true));
        assert_eq!(listing.names_action(&action("s3:CreateBucket")), None);
        assert_eq!(listing.names_action(&action("sq:CreateQueue")), None);
    }
}
