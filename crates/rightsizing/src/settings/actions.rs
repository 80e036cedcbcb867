//! Settings that list actions.

use super::list::ListSetting;
use super::setting::{SettingError, entries};
use leastwise_policy::action::Action;
use leastwise_policy::catalog::Catalog;
use std::str::FromStr;

/// Actions that a boundary always keeps for a principal that is granted them, used or not; none by
/// default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlwaysAllow(Vec<Action>);

impl AlwaysAllow {
    /// The setting's name.
    pub const NAME: &'static str = "AlwaysAllow";

    /// The actions, sorted, without repetition.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.0
    }
}

impl ListSetting for AlwaysAllow {
    fn from_entries(name: &'static str, entries: &[&str]) -> Result<Self, SettingError> {
        let allowed =
            "actions such as `health:DescribeEvents`, separated by commas, without wildcards";
        actions(name, entries, allowed).map(Self)
    }
}

impl FromStr for AlwaysAllow {
    type Err = SettingError;

    /// Reads a list of actions separated by commas or white space; it may be empty.
    fn from_str(value: &str) -> Result<Self, SettingError> {
        Self::from_entries(Self::NAME, &entries(value).collect::<Vec<_>>())
    }
}

/// What a boundary allows a principal that uses nothing at all, since an empty document is not a
/// boundary.
///
/// By default `sts:GetCallerIdentity`, which AWS allows everybody anyway.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseActions(Vec<Action>);

impl BaseActions {
    /// The setting's name.
    pub const NAME: &'static str = "BaseActions";

    /// The actions, sorted, without repetition; at least one.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.0
    }
}

impl ListSetting for BaseActions {
    fn from_entries(name: &'static str, entries: &[&str]) -> Result<Self, SettingError> {
        let allowed = "one or more actions such as `sts:GetCallerIdentity`, separated by commas, without wildcards";
        if entries.is_empty() {
            return Err(SettingError::new(name, "", allowed));
        }
        actions(name, entries, allowed).map(Self)
    }
}

impl FromStr for BaseActions {
    type Err = SettingError;

    /// Reads a list of actions separated by commas or white space.
    fn from_str(value: &str) -> Result<Self, SettingError> {
        Self::from_entries(Self::NAME, &entries(value).collect::<Vec<_>>())
    }
}

/// The actions of a list, sorted, without repetition.
///
/// Each must be in the action catalogue, so that a slip of the pen is noticed: IAM takes any name.
pub(super) fn actions(
    name: &'static str,
    entries: &[&str],
    allowed: &'static str,
) -> Result<Vec<Action>, SettingError> {
    let catalog = Catalog::embedded();
    let mut actions = Vec::new();
    for entry in entries {
        let action: Action = entry.parse().map_err(|_| SettingError::new(name, entry, allowed))?;
        if catalog.find(action.as_str()).is_none() {
            let date = catalog.date();
            let known =
                format!("an action of the action catalogue of {date}, which has none of that name");
            return Err(SettingError::new(name, entry, known));
        }
        actions.push(action);
    }
    actions.sort();
    actions.dedup();
    Ok(actions)
}
