//! How the account stood in earlier scans, by their JSON.

use crate::header::Header;
use chrono::{DateTime, Utc};
use leastwise_rightsizing::score::CreepIndex;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// What is read of an earlier scan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a scan")]
pub struct Earlier {
    /// The account by its twelve digits.
    pub account: Option<String>,
    /// The moment as of which everybody was judged.
    pub as_of: DateTime<Utc>,
    /// How services were weighed.
    pub weighting: String,
    /// For how many days a service could lie unused before it was idle.
    pub unused_after_days: u16,
    /// The account as a whole.
    pub summary: EarlierSummary,
    /// Everybody who was there.
    principals: Vec<EarlierPrincipal>,
}

/// What is read of the account as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EarlierSummary {
    /// Its index.
    #[serde(deserialize_with = "index")]
    pub index: Option<u8>,
    /// How many principals had an index.
    pub judged: usize,
    /// How many there were.
    pub principals: usize,
    /// How many were above the threshold.
    pub non_compliant: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct EarlierPrincipal {
    principal: String,
    #[serde(deserialize_with = "index")]
    index: Option<u8>,
}

/// An index, or `null` where there is none.
fn index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    match Option::<u8>::deserialize(deserializer)? {
        Some(number) if CreepIndex::new(number).is_none() => {
            Err(D::Error::custom(format_args!("an index is at most 100, and this one is {number}")))
        }
        index => Ok(index),
    }
}

/// A JSON that cannot be used as an earlier scan.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    /// Another form.
    #[error("it is not what `leastwise scan --output json` prints")]
    Form(#[from] serde_json::Error),
    /// Another account.
    #[error("it is about account {found}, and this scan about {wanted}")]
    Account {
        /// That one.
        found: String,
        /// This one.
        wanted: String,
    },
    /// Not earlier.
    #[error("it is as of {found}, which is not before {wanted}")]
    NotBefore {
        /// When that was.
        found: DateTime<Utc>,
        /// As of when this scan is.
        wanted: DateTime<Utc>,
    },
    /// Another index.
    #[error(
        "it weighs by `{weighting}` and calls idle what was not used for {days} days, so its index means something else"
    )]
    Settings {
        /// Its weighting.
        weighting: String,
        /// Its window.
        days: u16,
    },
    /// Twice.
    #[error("another one that was given is as of {0}, too")]
    Twice(DateTime<Utc>),
}

impl Earlier {
    /// Reads an earlier scan of the account that `header` is about.
    ///
    /// # Errors
    ///
    /// [`EarlierError`] when it is something else, about another account, not earlier, or made by
    /// settings that give the index another meaning.
    pub fn from_json(text: &str, header: &Header) -> Result<Self, EarlierError> {
        let earlier: Self = serde_json::from_str(text)?;
        let name = |account: &Option<String>| account.clone().unwrap_or_else(|| "none".to_owned());
        if earlier.account != header.account {
            let (found, wanted) = (name(&earlier.account), name(&header.account));
            return Err(EarlierError::Account { found, wanted });
        }
        if earlier.as_of >= header.as_of {
            return Err(EarlierError::NotBefore { found: earlier.as_of, wanted: header.as_of });
        }
        let days = earlier.unused_after_days;
        if earlier.weighting != header.weighting || days != header.unused_after_days {
            return Err(EarlierError::Settings { weighting: earlier.weighting, days });
        }
        Ok(earlier)
    }
}

/// Earlier scans of one account, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trend {
    scans: Vec<Earlier>,
    latest: BTreeMap<String, Option<u8>>,
}

impl Trend {
    /// The scans in their order.
    ///
    /// # Errors
    ///
    /// [`EarlierError::Twice`] when two are of the same moment.
    pub fn of(mut scans: Vec<Earlier>) -> Result<Self, EarlierError> {
        scans.sort_by_key(|earlier| earlier.as_of);
        let mut pairs = scans.iter().zip(scans.iter().skip(1));
        if let Some((twice, _)) = pairs.find(|(one, other)| one.as_of == other.as_of) {
            return Err(EarlierError::Twice(twice.as_of));
        }
        let latest = scans.last_mut().map(|latest| std::mem::take(&mut latest.principals));
        let by_name = latest.unwrap_or_default().into_iter().map(|it| (it.principal, it.index));
        Ok(Self { latest: by_name.collect(), scans })
    }

    /// The scans, the oldest first.
    #[must_use]
    pub fn scans(&self) -> &[Earlier] {
        &self.scans
    }

    /// The index that a principal had in the latest of them.
    #[must_use]
    pub fn index_of(&self, principal: &str) -> Option<u8> {
        self.latest.get(principal).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_rightsizing::settings::Weighting;

    #[test]
    fn an_index_that_is_none_is_named() {
        let as_of = "2026-11-01T12:00:00Z".parse().unwrap();
        let account = Some("111122223333".to_owned());
        let header = Header::new(account, as_of, "0.1.0", 180, 60, Weighting::Risk);
        let text = r#"{ "account": "111122223333", "asOf": "2026-10-01T00:00:00Z", "weighting": "risk",
            "unusedAfterDays": 180, "principals": [],
            "summary": { "index": 101, "judged": 1, "principals": 1, "nonCompliant": 1 } }"#;
        let why = match Earlier::from_json(text, &header) {
            Err(EarlierError::Form(why)) => why.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(why, "an index is at most 100, and this one is 101 at line 3 column 37");
        let read = Earlier::from_json(&text.replace("101", "100"), &header).unwrap();
        assert_eq!(read.summary.index, Some(100));
    }
}
