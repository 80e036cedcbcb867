//! What was last said about a principal, so that nothing is said twice.

use crate::boundary::{PlanDigest, sha256};
use crate::iam::{Principal, PrincipalArn, UniqueId};
use crate::tags::Quarantine;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use thiserror::Error;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A boundary was attached or brought up to date.
    Applied,
    /// What stood before stands again.
    Restored,
    /// Enforcement was announced for a later time.
    Noticed,
    /// A user was put in quarantine.
    Quarantined,
    /// A user was released from quarantine.
    Released,
    /// Nothing was done, for a reason that somebody should know.
    Refused,
    /// AWS failed, or the set-up does not allow what was asked.
    Failed,
    /// A Leastwise boundary stopped something that the principal attempted.
    SuspectedBreak,
}

impl Event {
    /// The event as it stands in the form for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Restored => "restored",
            Self::Noticed => "noticed",
            Self::Quarantined => "quarantined",
            Self::Released => "released",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::SuspectedBreak => "suspected-break",
        }
    }

    /// How a subject begins.
    pub(super) const fn headline(self) -> &'static str {
        match self {
            Self::Applied => "boundary applied to",
            Self::Restored => "restored",
            Self::Noticed => "boundary planned for",
            Self::Quarantined => "quarantined",
            Self::Released => "released",
            Self::Refused => "refused for",
            Self::Failed => "failed for",
            Self::SuspectedBreak => "suspected break of",
        }
    }
}

/// What is remembered apart, because one does not make the other old news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Track {
    /// How it stands with the boundary: applied, restored.
    Boundary,
    /// What was announced beforehand. A notice that is withdrawn leaves the boundary that was
    /// applied before it old news.
    Notice,
    /// What kept a boundary from being planned, applied or restored.
    BoundaryTrouble,
    /// How it stands with the quarantine: quarantined, released.
    Quarantine,
    /// What kept a user from being put in quarantine or released.
    QuarantineTrouble,
    /// What the boundary stopped.
    Breaks,
}

/// What was said: the event, and what tells it from another of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// The event.
    pub event: Event,
    /// What it was about: the digest of a plan, a reason, …
    pub about: String,
}

impl Said {
    /// That this happened.
    pub fn new(event: Event, about: impl Into<String>) -> Self {
        Self { event, about: about.into() }
    }
}

/// What was said last about one principal, as AWS Systems Manager Parameter Store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Memory {
    /// How many messages there were.
    count: u64,
    /// The last of each track.
    last: BTreeMap<Track, Said>,
}

/// A memory that cannot be read.
#[derive(Debug, Error)]
#[error("what was said last is not what Leastwise writes: {0}")]
pub struct MemoryError(#[from] serde_json::Error);

impl Memory {
    /// The name of the parameter for the principal with this id.
    #[must_use]
    pub fn parameter(id: &UniqueId) -> String {
        format!("/leastwise/notified/{id}")
    }

    /// The first memory of `principal`: how it stands, as if that had been said.
    #[must_use]
    pub fn of(principal: &Principal) -> Self {
        let mut memory = Self::default();
        let own = principal.boundary.as_ref().filter(|_| principal.has_own_leastwise_boundary());
        if let Some(Ok(document)) = own.map(|own| own.document.as_ref()) {
            let digest = PlanDigest::of(&principal.unique_id, document);
            memory.take_in(Track::Boundary, Said::new(Event::Applied, digest.as_str()));
        }
        if Quarantine::of(principal).is_in_force() {
            memory.take_in(Track::Quarantine, Said::new(Event::Quarantined, ""));
        }
        memory
    }

    /// Reads the value of the parameter.
    ///
    /// # Errors
    ///
    /// [`MemoryError`] when it is of another form.
    pub fn parse(text: &str) -> Result<Self, MemoryError> {
        Ok(serde_json::from_str(text)?)
    }

    /// The value of the parameter, far below the 4 KB that it may have.
    #[must_use]
    pub fn to_text(&self) -> String {
        json!(self).to_string()
    }

    /// What was said last on a track.
    #[must_use]
    pub fn last(&self, track: Track) -> Option<&Said> {
        self.last.get(&track)
    }

    fn take_in(&mut self, track: Track, said: Said) {
        self.last.insert(track, said);
    }

    /// Takes in that it was said.
    pub fn note(&mut self, track: Track, said: Said) {
        self.take_in(track, said);
        self.count += 1;
    }

    /// Forgets what was said on a track, so that the same is news again. Whether there was anything
    /// to forget.
    pub fn forget(&mut self, track: Track) -> bool {
        self.last.remove(&track).is_some()
    }

    /// The id of an event that is about to be said: the same until it is noted, and never again
    /// afterwards.
    #[must_use]
    pub fn event_id(&self, subject: &Subject, said: &Said) -> String {
        let id = subject.unique_id.as_str();
        sha256(&[id, said.event.as_str(), &said.about, &self.count.to_string()])
    }
}

/// Whom a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its unique id.
    pub unique_id: UniqueId,
    /// Its ARN; `None` when it could not be read.
    pub principal: Option<PrincipalArn>,
}

impl Subject {
    /// Such as `role app (111122223333)`.
    pub(super) fn in_words(&self) -> String {
        match &self.principal {
            Some(arn) => format!("{} {} ({})", arn.kind(), arn.name(), arn.account()),
            None => self.unique_id.to_string(),
        }
    }
}
