//! What all sources together say of one principal.

use super::log::Denied;
use super::{Called, Coverage, Denial, Listing, Looked, Opinion, Source, Subject, Times, UsageLog};
use crate::iam::{Principal, PrincipalArn, UniqueId};
use chrono::{DateTime, Utc};
use leastwise_policy::action::Action;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What all sources say of all principals.
#[derive(Debug, Clone, Default)]
pub struct Witnesses {
    by_id: BTreeMap<UniqueId, Entries>,
    by_arn: BTreeMap<PrincipalArn, Entries>,
    coverage: BTreeMap<String, Arc<BTreeMap<Source, Coverage>>>,
}

/// What the sources say of one subject, as it came.
#[derive(Debug, Clone, Default)]
struct Entries {
    uses: Vec<(Called, DateTime<Utc>, Source)>,
    denials: Vec<(Denied, Times)>,
    listings: Vec<(Looked, Source, Arc<Listing>)>,
}

impl Witnesses {
    /// Takes in what a source saw.
    pub fn add(&mut self, log: UsageLog) {
        let UsageLog { source, account, coverage, uses, denials, listings } = log;
        let of_account = Arc::make_mut(self.coverage.entry(account).or_default());
        let of_source = of_account.entry(source).or_default();
        coverage.stretches().iter().for_each(|stretch| of_source.add(stretch.clone()));
        for (subject, uses) in uses {
            let uses = uses.into_iter().map(|(called, times)| (called, times.last, source));
            self.entries(subject).uses.extend(uses);
        }
        for (subject, denials) in denials {
            self.entries(subject).denials.extend(denials);
        }
        for (subject, listings) in listings {
            let listings = listings.into_iter().map(|(looked, it)| (looked, source, Arc::new(it)));
            self.entries(subject).listings.extend(listings);
        }
    }

    /// The accounts that they are about, by their twelve digits, in their order.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.coverage.keys().map(String::as_str)
    }

    /// What they say of `principal`. An entry with a unique id is about the principal of that id,
    /// whatever its name; one without is about whoever has the ARN.
    #[must_use]
    pub fn of(&self, principal: &Principal) -> Sightings {
        let coverage = self.coverage.get(principal.arn.account()).cloned().unwrap_or_default();
        let mut sightings = Sightings { coverage, ..Sightings::default() };
        let by_id = self.by_id.get(&principal.unique_id);
        for entries in by_id.into_iter().chain(self.by_arn.get(&principal.arn)) {
            for (called, last, source) in &entries.uses {
                sightings.note(called, *last, *source);
            }
            for ((action, by, policy), times) in &entries.denials {
                let (action, policy, times) = (action.clone(), policy.clone(), times.clone());
                sightings.denials.push(Denial { action, by: *by, policy, times });
            }
            sightings.listings.extend(entries.listings.iter().cloned());
        }
        sightings
    }

    fn entries(&mut self, subject: Subject) -> &mut Entries {
        match subject {
            Subject::Id(id, _) => self.by_id.entry(id).or_default(),
            Subject::Arn(arn) => self.by_arn.entry(arn).or_default(),
        }
    }
}

/// The last use of one action or service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub last: DateTime<Utc>,
    /// Who saw it.
    pub by: Source,
}

/// What the sources beside IAM's report say of one principal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sightings {
    uses: BTreeMap<Called, Seen>,
    denials: Vec<Denial>,
    listings: Vec<(Looked, Source, Arc<Listing>)>,
    coverage: Arc<BTreeMap<Source, Coverage>>,
    is_unread: bool,
}

impl Sightings {
    /// What was used, by action or service.
    #[must_use]
    pub fn uses(&self) -> impl ExactSizeIterator<Item = (&Called, &Seen)> {
        self.uses.iter()
    }

    /// What was denied.
    #[must_use]
    pub fn denials(&self) -> &[Denial] {
        &self.denials
    }

    /// What is said where something that was to be read could not be: nothing is idle then, for
    /// what is missing may show the use of anything.
    #[must_use]
    pub fn unread() -> Self {
        Self { is_unread: true, ..Self::default() }
    }

    /// Whether something that was to be read could not be.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.is_unread
    }

    /// What each source would have seen in the principal's account.
    pub fn coverage(&self) -> impl Iterator<Item = (Source, &Coverage)> {
        self.coverage.iter().map(|(source, coverage)| (*source, coverage))
    }

    /// Who saw a use at this moment: the last of this action or service.
    pub(crate) fn who_saw(&self, service: &str, last: DateTime<Utc>) -> Option<Source> {
        let of_service =
            self.uses.iter().filter(|(called, _)| called.service().eq_ignore_ascii_case(service));
        of_service.into_iter().find(|(_, seen)| seen.last == last).map(|(_, seen)| seen.by)
    }

    /// What those say who listed what is unused of the principal, on a service that IAM's data
    /// calls idle since `window_start`. Who disputes it is heard first.
    pub(crate) fn opinion_on_service(
        &self,
        service: &str,
        window_start: DateTime<Utc>,
    ) -> Option<Opinion> {
        let service = service.to_ascii_lowercase();
        self.opinion(window_start, |listing| Some(listing.names_service(&service)))
    }

    /// The same on an action of a service that is in use.
    pub(crate) fn opinion_on_action(
        &self,
        action: &Action,
        window_start: DateTime<Utc>,
    ) -> Option<Opinion> {
        self.opinion(window_start, |listing| listing.names_action(action))
    }

    /// Who looked from before the window on may have found what was used before it, which is no
    /// dispute.
    fn opinion(
        &self,
        window_start: DateTime<Utc>,
        names: impl Fn(&Listing) -> Option<bool>,
    ) -> Option<Opinion> {
        let mut agrees = None;
        for (looked, source, listing) in &self.listings {
            match names(listing) {
                Some(true) => agrees = agrees.or(Some(Opinion::Agrees(*source))),
                Some(false) if looked.since >= window_start => {
                    return Some(Opinion::Disputes(*source));
                }
                Some(false) | None => {}
            }
        }
        agrees
    }

    /// Whether something of the service was used at `since` or later of which the action is not
    /// known.
    pub(crate) fn saw_unnamed_use(&self, service: &str, since: DateTime<Utc>) -> bool {
        self.uses.iter().any(|(called, seen)| {
            matches!(called, Called::Service(name) if name.eq_ignore_ascii_case(service))
                && seen.last >= since
        })
    }

    fn note(&mut self, called: &Called, last: DateTime<Utc>, by: Source) {
        match self.uses.get_mut(called) {
            Some(seen) if seen.last >= last => {}
            Some(seen) => *seen = Seen { last, by },
            None => drop(self.uses.insert(called.clone(), Seen { last, by })),
        }
    }
}
