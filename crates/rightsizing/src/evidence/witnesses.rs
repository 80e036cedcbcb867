//! What others than IAM saw of principals: trails of CloudTrail, a workload's own calls, tools of
//! other people.
//!
//! Any source can show use, and the newest use counts. Only a source that would have seen an action
//! can call it idle. What a source could not be read of makes nothing idle, and where one that
//! looked for what is unused disagrees, it is unknown.

mod coverage;
mod denial;
mod listing;
mod log;
mod sightings;
mod source;
mod usage_file;

pub use coverage::{Coverage, Places, Stretch};
pub use denial::{Denial, DeniedBy};
pub use listing::{Listing, Looked, Opinion};
pub use log::{Subject, UsageLog};
pub use sightings::{Seen, Sightings, Witnesses};
pub use source::Source;
pub use usage_file::{MAX_USAGE_LINE_BYTES, USAGE_FILE_VERSION, UsageFileError};

use chrono::{DateTime, Utc};
use leastwise_policy::action::Action;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// What a call was seen to use: an action, or something in a service that has no known action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Called {
    /// This action.
    Action(Action),
    /// Something of this service, by its IAM prefix in lower case: which action is not known.
    Service(String),
}

impl Called {
    /// The IAM prefix of the service, as it was written.
    #[must_use]
    pub fn service(&self) -> &str {
        match self {
            Self::Action(action) => action.service(),
            Self::Service(service) => service,
        }
    }
}

impl fmt::Display for Called {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action(action) => action.fmt(formatter),
            Self::Service(service) => formatter.pad(service),
        }
    }
}

/// When and where something was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// The first time.
    pub first: DateTime<Utc>,
    /// The last time.
    pub last: DateTime<Utc>,
    /// How often, at least 1.
    pub count: u64,
    /// In which Regions, by their codes; empty where the source does not say.
    pub regions: BTreeSet<String>,
}

impl Times {
    /// Once, then and there.
    #[must_use]
    pub fn once(at: DateTime<Utc>, region: Option<&str>) -> Self {
        let regions = region.map(ToOwned::to_owned).into_iter().collect();
        Self { first: at, last: at, count: 1, regions }
    }

    /// Takes in other times of the same thing.
    pub fn join(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.count = self.count.saturating_add(other.count);
        self.regions.extend(other.regions);
    }
}
