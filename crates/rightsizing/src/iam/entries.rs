//! Reads a page of account data entry by entry: an entry that cannot be read costs whom it is
//! about, and nobody else.

use super::arn::{GroupArn, IdentifierError, PrincipalArn, PrincipalKind, UniqueId};
use super::authorization_details::{
    AuthorizationDetails, GroupDetail, ManagedPolicyDetail, RoleDetail, Tag, UserDetail,
};
use super::nulls;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use thiserror::Error;

/// An entry of the account data that cannot be read. Whoever it is about is not known, and whoever
/// carries it: it is no absence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("its entry in `{list}` cannot be read: {why}; save the account data again")]
pub struct UnreadableEntry {
    /// The list: `UserDetailList`, `RoleDetailList`, `GroupDetailList` or `Policies`.
    pub list: &'static str,
    /// Its place in the list of its page, from 0.
    pub place: usize,
    /// What it is called: its ARN, or else its name or unique id, as far as these can be read.
    pub name: Option<String>,
    /// What is wrong.
    pub why: String,
}

impl UnreadableEntry {
    /// The user or role that it is about, if it says so.
    #[must_use]
    pub fn principal(&self) -> Option<PrincipalArn> {
        self.name.as_ref()?.parse().ok()
    }

    /// Whether it is about a role.
    #[must_use]
    pub fn is_role(&self) -> bool {
        self.list == RoleDetail::LIST
    }

    /// Whether it is about a user or a role, and not about what these carry.
    #[must_use]
    pub fn is_principal(&self) -> bool {
        [UserDetail::LIST, RoleDetail::LIST].contains(&self.list)
    }

    /// Whether it is about the group of this name. A group that has lost its name is known by its
    /// ARN.
    pub(super) fn is_group(&self, group: &str) -> bool {
        let name = self.name.as_deref().map(|name| name.rsplit('/').next().unwrap_or(name));
        self.list == GroupDetail::LIST && name == Some(group)
    }

    /// Whether it is about the managed policy of this ARN.
    pub(super) fn is_policy(&self, arn: &str) -> bool {
        self.list == ManagedPolicyDetail::LIST && self.name.as_deref() == Some(arn)
    }
}

/// Reads one page: what can be read, and what cannot.
///
/// # Errors
///
/// When it is not a page of account data.
pub(super) fn read(
    page: Value,
    unreadable: &mut Vec<UnreadableEntry>,
) -> Result<AuthorizationDetails, serde_json::Error> {
    let mut page = nulls::left_out(page);
    let users = list(&mut page, unreadable)?;
    let groups = list(&mut page, unreadable)?;
    let roles = list(&mut page, unreadable)?;
    let policies = list(&mut page, unreadable)?;
    Ok(AuthorizationDetails {
        user_detail_list: users,
        group_detail_list: groups,
        role_detail_list: roles,
        policies,
        ..AuthorizationDetails::deserialize(page)?
    })
}

/// Takes a list out of the page.
fn list<T: Entry>(
    page: &mut Value,
    unreadable: &mut Vec<UnreadableEntry>,
) -> Result<Vec<T>, serde_json::Error> {
    let list = page.get_mut(T::LIST).map(Value::take).unwrap_or_default();
    let entries = Option::<Vec<Value>>::deserialize(list)?.unwrap_or_default();
    let mut readable = Vec::with_capacity(entries.len());
    for (place, entry) in entries.into_iter().enumerate() {
        match one(place, entry) {
            Ok(entry) => readable.push(entry),
            Err(entry) => unreadable.push(entry),
        }
    }
    Ok(readable)
}

/// The entry at this place of its list.
pub(super) fn one<T: Entry>(place: usize, entry: Value) -> Result<T, UnreadableEntry> {
    let name = name::<T>(&entry);
    checked(entry).map_err(|why| UnreadableEntry { list: T::LIST, place, name, why })
}

fn checked<T: Entry>(entry: Value) -> Result<T, String> {
    let entry = T::deserialize(entry).map_err(|error| error.to_string())?;
    entry.identify().map_err(|error| error.to_string())?;
    match twice(entry.tags()) {
        Some(key) => Err(format!("the tag `{key}` is there twice")),
        None => Ok(entry),
    }
}

/// A tag's key that is there twice, in whatever letter case: IAM has each key once.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>.
fn twice(tags: &[Tag]) -> Option<&str> {
    let mut keys = BTreeSet::new();
    let mut tags = tags.iter().map(|tag| tag.key.as_str());
    tags.find(|key| !keys.insert(key.to_lowercase()))
}

fn name<T: Entry>(entry: &Value) -> Option<String> {
    let text = |member: &str| entry.get(member)?.as_str().filter(|text| !text.is_empty());
    T::NAMES.into_iter().find_map(text).map(ToOwned::to_owned)
}

/// An entry of one of the four lists.
pub(super) trait Entry: DeserializeOwned {
    /// The name of the list.
    const LIST: &'static str;
    /// The members that say what it is called, the best first.
    const NAMES: [&'static str; 3];
    /// Whether it says who it is about.
    fn identify(&self) -> Result<(), IdentifierError>;
    /// Its tags; none where they are not read.
    fn tags(&self) -> &[Tag] {
        &[]
    }
}

impl Entry for UserDetail {
    const LIST: &'static str = "UserDetailList";
    const NAMES: [&'static str; 3] = ["Arn", "UserName", "UserId"];

    fn identify(&self) -> Result<(), IdentifierError> {
        identify(&self.arn, PrincipalKind::User, &self.user_id)
    }

    fn tags(&self) -> &[Tag] {
        &self.tags
    }
}

impl Entry for RoleDetail {
    const LIST: &'static str = "RoleDetailList";
    const NAMES: [&'static str; 3] = ["Arn", "RoleName", "RoleId"];

    fn identify(&self) -> Result<(), IdentifierError> {
        identify(&self.arn, PrincipalKind::Role, &self.role_id)
    }

    fn tags(&self) -> &[Tag] {
        &self.tags
    }
}

impl Entry for GroupDetail {
    const LIST: &'static str = "GroupDetailList";
    const NAMES: [&'static str; 3] = ["GroupName", "Arn", "GroupId"];

    /// A group without ARN is what users refer to by its name, and nothing of its own.
    fn identify(&self) -> Result<(), IdentifierError> {
        if !self.arn.is_empty() {
            self.arn.parse::<GroupArn>()?;
            self.group_id.parse::<UniqueId>()?;
        }
        Ok(())
    }
}

impl Entry for ManagedPolicyDetail {
    const LIST: &'static str = "Policies";
    const NAMES: [&'static str; 3] = ["Arn", "PolicyName", "PolicyId"];

    fn identify(&self) -> Result<(), IdentifierError> {
        Ok(())
    }
}

fn identify(arn: &str, kind: PrincipalKind, id: &str) -> Result<(), IdentifierError> {
    let read: PrincipalArn = arn.parse()?;
    if read.kind() != kind {
        return Err(IdentifierError::Arn(arn.to_owned()));
    }
    id.parse::<UniqueId>().map(drop)
}
