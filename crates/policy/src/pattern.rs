//! The wildcard language of `Action` and `NotAction` elements.

use crate::action::Action;
use crate::action_set::ActionSet;
use crate::ascii_case::compares_ignoring_ascii_case;
use crate::catalog::{Catalog, Service};
use crate::glob;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use thiserror::Error;

/// An element of an `Action` list, as written: `s3:GetObject`, `s3:Get*`, `iam:?etRole` or `*`.
///
/// `*` stands for any number of characters and `?` for one. It keeps its spelling, but IAM does not care about
/// letter case, so neither do `==`, `<` and the hash.
///
/// ```
/// use leastwise_policy::pattern::Pattern;
///
/// let pattern: Pattern = "s3:Get*".parse()?;
/// assert!(pattern.matches("S3:getobject"));
/// assert!(!pattern.matches("s3:PutObject"));
///
/// let error = "s3*".parse::<Pattern>().unwrap_err();
/// assert_eq!(error.to_string(), "`s3*` is not an action pattern: no colon after the service prefix");
/// # Ok::<(), leastwise_policy::pattern::PatternError>(())
/// ```
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern(String);

compares_ignoring_ascii_case!(Pattern);

impl Pattern {
    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the colon, and the part after it. A pattern of `*`s only is all of both.
    // INVARIANT: a pattern without a colon consists of `*`s.
    fn halves(&self) -> (&str, &str) {
        self.0.split_once(':').unwrap_or((&self.0, &self.0))
    }

    /// Whether the pattern matches `action` (`service:Name`), which need not be in any catalogue.
    #[must_use]
    pub fn matches(&self, action: &str) -> bool {
        glob::matches(&self.0, action)
    }

    /// Whether the pattern has no wildcard, and so matches one action only.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !has_wildcard(&self.0)
    }

    /// The service whose actions alone it can match; `None` when the part before the colon has a wildcard.
    #[must_use]
    pub fn service_literal(&self) -> Option<&str> {
        let (service, _) = self.halves();
        (!has_wildcard(service)).then_some(service)
    }

    /// Whether some action of the service, in the catalogue or not, could match.
    #[must_use]
    pub fn may_match_service(&self, namespace: &str) -> bool {
        glob::matches(self.halves().0, namespace)
    }

    /// Whether everything that `other` matches is also matched by `self`.
    ///
    /// Never wrongly `true`, and exact as long as `self` has no `?`. With a `?` it may miss an inclusion that only
    /// counting characters shows: `s3:a?*` includes `s3:a*b`, and the answer is `false`.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        glob::covers(&self.0, &other.0)
    }

    /// Whether there is an action, in the catalogue or not, that both match.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let ((service, name), (other_service, other_name)) = (self.halves(), other.halves());
        glob::overlap(service, other_service) && glob::overlap(name, other_name)
    }

    /// The actions of `catalog` that it matches.
    #[must_use]
    pub fn actions(&self, catalog: &Catalog) -> ActionSet {
        let mut matched = ActionSet::empty();
        match self.service_literal() {
            Some(namespace) => {
                if let Some(service) = catalog.service(namespace) {
                    self.add_names(catalog, service, &mut matched);
                }
            }
            // From the last service, so that the set is allocated once.
            None => {
                for service in catalog.services().rev() {
                    if self.may_match_service(&service.namespace) {
                        self.add_names(catalog, service, &mut matched);
                    }
                }
            }
        }
        matched
    }

    /// The actions of one service of `catalog` that it matches.
    #[must_use]
    pub fn actions_in(&self, service: &Service, catalog: &Catalog) -> ActionSet {
        let mut matched = ActionSet::empty();
        if self.may_match_service(&service.namespace) {
            self.add_names(catalog, service, &mut matched);
        }
        matched
    }

    /// Adds the actions of a service which the part before the colon matches.
    fn add_names(&self, catalog: &Catalog, service: &Service, matched: &mut ActionSet) {
        let (_, name) = self.halves();
        let literal = name.find(['*', '?']).and_then(|end| name.get(..end)).unwrap_or(name);
        let candidates = catalog.with_prefix(service, literal);
        let rest = name.get(literal.len()..).unwrap_or_default();
        if !rest.is_empty() && rest.bytes().all(|symbol| symbol == b'*') {
            matched.insert_range(&candidates);
            return;
        }
        let Range { start, end } = candidates;
        let ids = service.ids().skip_while(|&id| id < start).take_while(|&id| id < end);
        matched.extend(ids.filter(|&id| glob::matches(name, catalog.name(id))));
    }
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<Action> for Pattern {
    fn from(action: Action) -> Self {
        Self(action.into())
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.0
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match check(&text) {
            None => Ok(Self(text)),
            Some(fault) => Err(PatternError { text, fault }),
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

/// Refuses what IAM refuses and no more: a pattern may name a service or an action that does not exist. It is
/// laxer than IAM about wildcards before the colon, because reading `s*:Get*` conservatively harms nobody.
fn check(text: &str) -> Option<PatternFault> {
    if text.is_empty() {
        return Some(PatternFault::Empty);
    }
    if let Some(c) = text.chars().find(|c| c.is_whitespace() || c.is_control()) {
        return Some(PatternFault::Character(c));
    }
    match text.matches(':').count() {
        0 if text.bytes().all(|symbol| symbol == b'*') => None,
        0 => Some(PatternFault::NoColon),
        1 => None,
        _ => Some(PatternFault::SecondColon),
    }
}

/// A text that is not a [`Pattern`], and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an action pattern: {fault}")]
pub struct PatternError {
    /// The text
    pub text: String,
    /// What is wrong with it
    pub fault: PatternFault,
}

/// Why a text is not a [`Pattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PatternFault {
    /// There is nothing
    #[error("it is empty")]
    Empty,
    /// IAM: "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    #[error("no colon after the service prefix")]
    NoColon,
    /// IAM: "Actions/Condition can contain only one colon."
    #[error("a second colon")]
    SecondColon,
    /// White space or a control character
    #[error("{0:?} cannot stand in one")]
    Character(char),
}
