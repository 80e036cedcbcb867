//! The index of an external service: whose it is, whether it can be relied on, and what it says
//! beside our own.

use super::index::CreepIndex;
use crate::iam::{PrincipalArn, PrincipalKind};
use crate::settings::Threshold;
use std::fmt;
use thiserror::Error;

/// The index that an external service gives a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalScore {
    /// Its index, 0 to 100.
    pub index: CreepIndex,
    /// Its own word for it, such as `HIGH`; `None` when it has none that could be shown.
    pub category: Option<String>,
}

/// For example `external PCI 72 (HIGH)`.
impl fmt::Display for ExternalScore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "external PCI {}", self.index)?;
        match &self.category {
            Some(category) => write!(formatter, " ({category})"),
            None => Ok(()),
        }
    }
}

impl ExternalScore {
    pub(crate) fn is_above(&self, threshold: Threshold) -> bool {
        self.index.value() > threshold.value()
    }
}

/// Why an external service's index of a principal is not known. It is never taken for 0.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnknownScore {
    /// The service does not list the principal.
    #[error("the external service does not know it")]
    NotListed,
    /// The service lists it more than once.
    #[error("the external service lists it {0} times")]
    ListedMoreThanOnce(usize),
    /// The service lists it without a number.
    #[error("the external service has no index of it")]
    NoIndex,
    /// The number is not an index.
    #[error("the external service's index of it is {0}, not a whole number from 0 to 100")]
    NotAnIndex(String),
    /// The service could not be asked.
    #[error("{0}")]
    NotAsked(String),
}

/// One identity as the external service lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternalIdentity {
    /// Whether it was listed among the users or the roles.
    pub kind: PrincipalKind,
    /// Its ARN; `None` when the service does not say.
    pub arn: Option<String>,
    /// Its name.
    pub name: String,
    /// Its index as a JSON text; `None` when there is none.
    pub index: Option<String>,
    /// The service's own word for the index.
    pub category: Option<String>,
}

/// All that an external service says of one account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExternalScores(Vec<ExternalIdentity>);

impl ExternalScores {
    /// What `identities` say, all of them of one account.
    #[must_use]
    pub fn of(identities: Vec<ExternalIdentity>) -> Self {
        Self(identities)
    }

    /// The index of `principal`: of the identity with its ARN, or else of the one that has its name
    /// and no ARN. An identity with another ARN is somebody else, whatever its name.
    ///
    /// # Errors
    ///
    /// [`UnknownScore`] when there is no such identity, or more than one, or when its index is
    /// none.
    pub fn score(&self, principal: &PrincipalArn) -> Result<ExternalScore, UnknownScore> {
        let text = principal.to_string();
        let of_kind = || self.0.iter().filter(|identity| identity.kind == principal.kind());
        let mut found: Vec<&ExternalIdentity> =
            of_kind().filter(|identity| identity.arn.as_deref() == Some(&text)).collect();
        if found.is_empty() {
            // IAM takes names that differ in letter case only for the same.
            let named = |identity: &&ExternalIdentity| {
                identity.arn.is_none() && identity.name.eq_ignore_ascii_case(principal.name())
            };
            found = of_kind().filter(named).collect();
        }
        match found.as_slice() {
            [] => Err(UnknownScore::NotListed),
            [identity] => score_of(identity),
            several => Err(UnknownScore::ListedMoreThanOnce(several.len())),
        }
    }
}

fn score_of(identity: &ExternalIdentity) -> Result<ExternalScore, UnknownScore> {
    let text = identity.index.as_ref().ok_or(UnknownScore::NoIndex)?;
    let number = text.strip_suffix(".0").unwrap_or(text).parse().ok();
    let index = number.and_then(CreepIndex::new);
    let index = index.ok_or_else(|| UnknownScore::NotAnIndex(text.clone()))?;
    Ok(ExternalScore { index, category: identity.category.clone() })
}
