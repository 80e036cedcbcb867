//! What one source saw in one account: for each principal and action, when it was used or denied,
//! and what of it was found unused.

use super::{Called, Coverage, Denial, DeniedBy, Listing, Looked, Source, Stretch, Times};
use crate::iam::{PrincipalArn, UniqueId};
use leastwise_policy::action::Action;
use std::collections::{BTreeMap, BTreeSet};

/// Whom a source names. It is a user or a role by its ARN, by its unique id, or by both.
///
/// The ARN of a role's session leaves out the role's path, so a source may know the id alone. Where
/// both are there, the id says who it is: names pass on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// By the unique id, and by the ARN where the source has it.
    Id(UniqueId, Option<PrincipalArn>),
    /// By the ARN alone.
    Arn(PrincipalArn),
}

/// The key of a denial: what was denied, by what, and by which policy.
pub(super) type Denied = (Action, DeniedBy, Option<String>);

/// What one source saw in one account.
///
/// It holds one entry for each principal and action, however many calls there were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageLog {
    /// Who says so.
    pub source: Source,
    /// The account, by its twelve digits.
    pub account: String,
    /// What the source would have seen.
    pub coverage: Coverage,
    pub(super) uses: BTreeMap<Subject, BTreeMap<Called, Times>>,
    pub(super) denials: BTreeMap<Subject, BTreeMap<Denied, Times>>,
    pub(super) listings: BTreeMap<Subject, BTreeMap<Looked, Listing>>,
}

impl UsageLog {
    /// A log without entries, of an account by its twelve digits.
    #[must_use]
    pub fn new(source: Source, account: &str) -> Self {
        Self {
            source,
            account: account.to_owned(),
            coverage: Coverage::default(),
            uses: BTreeMap::new(),
            denials: BTreeMap::new(),
            listings: BTreeMap::new(),
        }
    }

    /// Notes that the source would have seen every call of this stretch.
    pub fn cover(&mut self, stretch: Stretch) {
        self.coverage.add(stretch);
    }

    /// Notes use.
    pub fn used(&mut self, subject: Subject, called: Called, times: Times) {
        note(self.uses.entry(subject).or_default(), called, times);
    }

    /// Notes denied calls.
    pub fn denied(&mut self, subject: Subject, denial: Denial) {
        let Denial { action, by, policy, times } = denial;
        note(self.denials.entry(subject).or_default(), (action, by, policy), times);
    }

    /// Notes what was found unused of a principal, in that time.
    pub fn unused(&mut self, subject: Subject, looked: Looked, listing: Listing) {
        let listings = self.listings.entry(subject).or_default();
        listings.entry(looked).or_default().join(listing);
    }

    /// Takes in what another log saw in the same account by the same source.
    pub fn join(&mut self, other: Self) {
        other.coverage.stretches().iter().for_each(|stretch| self.cover(stretch.clone()));
        for (subject, uses) in other.uses {
            let mine = self.uses.entry(subject).or_default();
            for (called, times) in uses {
                note(mine, called, times);
            }
        }
        for (subject, denials) in other.denials {
            let mine = self.denials.entry(subject).or_default();
            for (denied, times) in denials {
                note(mine, denied, times);
            }
        }
        for (subject, listings) in other.listings {
            for (looked, listing) in listings {
                self.unused(subject.clone(), looked, listing);
            }
        }
    }

    /// How many entries there are: of use, then of denials.
    #[must_use]
    pub fn len(&self) -> (usize, usize) {
        (
            self.uses.values().map(BTreeMap::len).sum(),
            self.denials.values().map(BTreeMap::len).sum(),
        )
    }

    /// Of how many principals it is listed what was found unused.
    #[must_use]
    pub fn listed(&self) -> usize {
        self.listings.len()
    }

    /// Of whom the log has denials, in their order.
    pub fn denied_subjects(&self) -> impl Iterator<Item = &Subject> {
        self.denials.keys()
    }

    /// Whom the log names, in their order.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        let named = self.uses.keys().chain(self.denials.keys()).chain(self.listings.keys());
        named.collect::<BTreeSet<_>>().into_iter()
    }
}

fn note<K: Ord>(entries: &mut BTreeMap<K, Times>, key: K, times: Times) {
    match entries.get_mut(&key) {
        Some(earlier) => earlier.join(times),
        None => drop(entries.insert(key, times)),
    }
}
