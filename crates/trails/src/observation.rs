//! What was seen of one call.

use crate::denial::Refusal;
use chrono::{DateTime, Utc};
use leastwise_rightsizing::evidence::witnesses::{Called, Denial, Subject, Times, UsageLog};

/// What was seen of one call, as to one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation<S = Subject> {
    /// Who called: an IAM user or role, or whatever the source knows instead.
    pub by: S,
    /// What was called.
    pub called: Called,
    /// When, by the source.
    pub at: DateTime<Utc>,
    /// In which Region, by its code.
    pub region: Option<String>,
    /// The service that called for the principal, such as `cloudformation.amazonaws.com`.
    pub through: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it is about a resource or about what is in it.
    pub kind: Kind,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It failed for another reason than permissions, with this error. It may have been allowed, so
    /// it counts as use.
    Failed(String),
    /// It was denied: an attempt, and no use.
    Denied(Refusal),
}

/// The two kinds of events of CloudTrail.
///
/// Source:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A management event: it is about a resource.
    Management,
    /// A data event: it is about what is in a resource, such as an object in a bucket.
    Data,
}

/// What a log can note of an observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Use.
    Use(Called, Times),
    /// A denied call.
    Denial(Denial),
}

impl<S> Observation<S> {
    /// Who it was, and what a log can note. `None` where a call was denied of which no action is
    /// known: a log has no place for that.
    pub fn entry(self) -> Option<(S, Entry)> {
        let times = Times::once(self.at, self.region.as_deref());
        let refusal = match self.outcome {
            Outcome::Done | Outcome::Failed(_) => {
                return Some((self.by, Entry::Use(self.called, times)));
            }
            Outcome::Denied(refusal) => refusal,
        };
        let own = match self.called {
            Called::Action(action) => Some(action),
            Called::Service(_) => None,
        };
        let action = refusal.action.or(own)?;
        let denial = Denial { action, by: refusal.by, policy: refusal.policy, times };
        Some((self.by, Entry::Denial(denial)))
    }
}

impl Entry {
    /// Notes the entry as the doing of `by`.
    pub fn note_in(self, by: Subject, log: &mut UsageLog) {
        match self {
            Self::Use(called, times) => log.used(by, called, times),
            Self::Denial(denial) => log.denied(by, denial),
        }
    }
}

impl Observation {
    /// Notes the observation in `log`; `false` where a log has no place for it.
    pub fn note_in(self, log: &mut UsageLog) -> bool {
        let Some((by, entry)) = self.entry() else { return false };
        entry.note_in(by, log);
        true
    }
}
