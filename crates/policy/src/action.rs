//! One IAM action, and how much harm its kind can do.

use crate::ascii_case::compares_ignoring_ascii_case;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What kind of thing an action does, from least to most dangerous.
///
/// The catalogue gives each action exactly one level. Where AWS names two ("Tagging, Write",
/// "Permissions management, Write") it is the narrower one.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessLevel {
    /// Sees that a resource exists.
    List,
    /// Reads the contents or attributes of a resource.
    Read,
    /// Changes nothing but tags, which attribute-based access control may turn into permissions.
    Tagging,
    /// Creates, changes or deletes a resource.
    Write,
    /// Grants or changes permissions.
    PermissionsManagement,
}

impl AccessLevel {
    /// Every level, from least to most dangerous.
    pub const ALL: [Self; 5] =
        [Self::List, Self::Read, Self::Tagging, Self::Write, Self::PermissionsManagement];

    /// The level's name in the catalogue, in JSON and on screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Tagging => "tagging",
            Self::Write => "write",
            Self::PermissionsManagement => "permissions-management",
        }
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for AccessLevel {
    type Err = UnknownAccessLevel;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "list" => Ok(Self::List),
            "read" => Ok(Self::Read),
            "tagging" => Ok(Self::Tagging),
            "write" => Ok(Self::Write),
            "permissions-management" => Ok(Self::PermissionsManagement),
            _ => Err(UnknownAccessLevel { word: word.to_owned() }),
        }
    }
}

/// A word that names no [`AccessLevel`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{word}` is not an access level")]
pub struct UnknownAccessLevel {
    /// The word.
    pub word: String,
}

/// One IAM action, such as `s3:GetObject`: a service prefix, a colon, a name, and no wildcard.
///
/// An action keeps its spelling. IAM ignores letter case, and so do `==`, `<` and the hash.
///
/// ```
/// use leastwise_policy::action::Action;
///
/// let action: Action = "s3:GetObject".parse()?;
/// assert_eq!((action.service(), action.name()), ("s3", "GetObject"));
/// assert_eq!(action, "S3:getobject".parse()?);
///
/// let error = "s3:Get*".parse::<Action>().unwrap_err();
/// assert_eq!(error.to_string(), "`s3:Get*` is not an action: `*` cannot stand in one");
/// # Ok::<(), leastwise_policy::action::ActionError>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Action(String);

compares_ignoring_ascii_case!(Action);

impl Action {
    /// The action as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The service prefix, which Access Advisor calls the service namespace: `s3` of
    /// `s3:GetObject`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.halves().0
    }

    /// The name within the service: `GetObject` of `s3:GetObject`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.halves().1
    }

    // INVARIANT: there is exactly one colon, so the fallback is never used.
    fn halves(&self) -> (&str, &str) {
        self.0.split_once(':').unwrap_or((&self.0, ""))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl From<Action> for String {
    fn from(action: Action) -> Self {
        action.0
    }
}

impl TryFrom<String> for Action {
    type Error = ActionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match check(&text) {
            None => Ok(Self(text)),
            Some(fault) => Err(ActionError { text, fault }),
        }
    }
}

impl FromStr for Action {
    type Err = ActionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

fn check(text: &str) -> Option<ActionFault> {
    let Some((service, name)) = text.split_once(':') else {
        return Some(ActionFault::NoService);
    };
    if service.is_empty() {
        return Some(ActionFault::NoService);
    }
    if name.is_empty() {
        return Some(ActionFault::NoName);
    }
    service
        .chars()
        .find(|&c| !is_service_character(c))
        .or_else(|| name.chars().find(|&c| !is_name_character(c)))
        .map(ActionFault::Character)
}

/// IAM answers "Vendor … is not valid" to any other character before the colon.
pub(crate) fn is_service_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.')
}

/// What AWS's action names are made of; the hyphen is needed for
/// `vpc-lattice:AssociateViaAWSService-EventsAndStates`.
pub(crate) const fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// A text that is not an [`Action`], and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an action: {fault}")]
pub struct ActionError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub fault: ActionFault,
}

/// Why a text is not an [`Action`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ActionFault {
    /// There is no colon, or nothing before it.
    #[error("no service prefix")]
    NoService,
    /// There is nothing after the colon.
    #[error("no name after the service prefix")]
    NoName,
    /// A wildcard, white space, a second colon or another character no action has.
    #[error("`{0}` cannot stand in one")]
    Character(char),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_by_the_harm_they_can_do() {
        assert!(AccessLevel::ALL.is_sorted());
    }

    #[test]
    fn a_level_reads_and_prints_the_same_word_in_json_and_as_text() {
        for level in AccessLevel::ALL {
            assert_eq!(level.to_string().parse(), Ok(level));
            assert_eq!(serde_json::to_value(level).unwrap(), serde_json::json!(level.as_str()));
        }
        assert_eq!(
            "Write".parse::<AccessLevel>().unwrap_err().to_string(),
            "`Write` is not an access level"
        );
    }

    #[test]
    fn an_action_keeps_its_spelling_and_ignores_it_when_compared() {
        let (spelt, lower): (Action, Action) =
            ("S3:GetObject".parse().unwrap(), "s3:getobject".parse().unwrap());
        assert_eq!(spelt, lower);
        assert_eq!(spelt.cmp(&lower), std::cmp::Ordering::Equal);
        assert_eq!(spelt.to_string(), "S3:GetObject");
        let set = std::collections::HashSet::from([spelt, lower]);
        assert_eq!(set.len(), 1);
    }

    #[test]
    fn what_is_not_an_action_says_why() {
        let faults = [
            ("", ActionFault::NoService),
            ("GetObject", ActionFault::NoService),
            (":GetObject", ActionFault::NoService),
            ("s3:", ActionFault::NoName),
            ("s3:Get*", ActionFault::Character('*')),
            ("s3:Get?bject", ActionFault::Character('?')),
            ("s*:GetObject", ActionFault::Character('*')),
            ("s3:GetObject ", ActionFault::Character(' ')),
            ("s3:a:b", ActionFault::Character(':')),
            ("s3:Gét", ActionFault::Character('é')),
        ];
        for (text, fault) in faults {
            assert_eq!(text.parse::<Action>(), Err(ActionError { text: text.to_owned(), fault }));
        }
    }

    #[test]
    fn an_action_is_a_string_in_json() {
        let action: Action = serde_json::from_str(r#""iam:PassRole""#).unwrap();
        assert_eq!(serde_json::to_string(&action).unwrap(), r#""iam:PassRole""#);
        assert_eq!(
            serde_json::from_str::<Action>(r#""iam:*""#).unwrap_err().to_string(),
            "`iam:*` is not an action: `*` cannot stand in one"
        );
    }
}
