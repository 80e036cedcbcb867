//! An account whose users and roles are read one by one.
//!
//! What IAM hands out of a principal is a few texts. Read, with every statement of every managed
//! policy that it carries, it takes many times the room. Whoever goes through a large account reads
//! each principal when its turn comes.

use super::arn::{PrincipalArn, UniqueId};
use super::authorization_details::{
    AttachedBoundary, AuthorizationDetails, GroupDetail, RoleDetail, UserDetail,
};
use super::entries::UnreadableEntry;
use super::group::Group;
use super::library::{AccountError, Identity, Library};
use super::policy::{GrantingPolicy, PolicySource};
use super::principal::Principal;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// The users, roles and groups of an account, in the order of their ARNs.
#[derive(Debug)]
pub struct Roster {
    library: Library,
    entries: Vec<RosterEntry>,
    groups: Vec<Group>,
}

/// A user or role as it is listed: who it is, and what IAM says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterEntry {
    who: Identity,
    detail: Detail,
}

#[derive(Debug, Clone, PartialEq)]
enum Detail {
    User(UserDetail),
    Role(RoleDetail),
}

impl Roster {
    /// The account that `GetAccountAuthorizationDetails` describes on all of its pages.
    ///
    /// # Errors
    ///
    /// [`AccountError`] when a principal or group cannot be identified or is listed twice, or there
    /// are principals of two accounts. Policies that are missing or malformed are no error here:
    /// they stay on the principal as unreadable documents.
    pub fn new(details: AuthorizationDetails) -> Result<Self, AccountError> {
        Self::of_what_is_readable(details, Vec::new())
    }

    /// The same of an account of which some entries could not be read.
    pub(super) fn of_what_is_readable(
        details: AuthorizationDetails,
        unreadable: Vec<UnreadableEntry>,
    ) -> Result<Self, AccountError> {
        check_groups(&details.group_detail_list)?;
        let library = Library::new(&details, unreadable);
        let groups = library.identified_groups(&details);
        let AuthorizationDetails { user_detail_list, role_detail_list, .. } = details;
        let users = user_detail_list.into_iter().map(RosterEntry::user);
        let roles = role_detail_list.into_iter().map(RosterEntry::role);
        let mut entries: Vec<RosterEntry> = users.chain(roles).collect::<Result<_, _>>()?;
        entries.sort_by(|one, other| one.arn().cmp(other.arn()));
        let pairs = entries.iter().zip(entries.iter().skip(1));
        if let Some((twice, _)) = pairs.into_iter().find(|(one, next)| one.arn() == next.arn()) {
            return Err(AccountError::Duplicate(twice.arn().clone()));
        }
        // Of two entries for one principal, the one that can be read may be the wrong one.
        let unreadable = unreadable_principals(library.unreadable());
        check_accounts(entries.iter().map(RosterEntry::arn).chain(&unreadable))?;
        entries.retain(|entry| !unreadable.contains(entry.arn()));
        Ok(Self { library, entries, groups: groups? })
    }

    /// Every user and role.
    #[must_use]
    pub fn entries(&self) -> &[RosterEntry] {
        &self.entries
    }

    /// Every group that the source identifies.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The names of the groups to which this managed policy is attached.
    #[must_use]
    pub fn groups_with(&self, policy_arn: &str) -> BTreeSet<&str> {
        let is_it = |policy: &GrantingPolicy| match &policy.source {
            PolicySource::Managed { arn } => arn == policy_arn,
            PolicySource::Inline { .. }
            | PolicySource::Group { .. }
            | PolicySource::GroupInline { .. }
            | PolicySource::GroupManaged { .. } => false,
        };
        let with = self.groups.iter().filter(|group| group.policies.iter().any(is_it));
        with.map(|group| group.arn.name()).collect()
    }

    /// The ARNs of the managed policies that stand as they stood at `time`: the version in force is
    /// the newest of those that are listed, and was there.
    #[must_use]
    pub fn policies_unchanged_since(&self, time: DateTime<Utc>) -> BTreeSet<String> {
        self.library.policies_unchanged_since(time)
    }

    /// The entries that could not be read, in the order of the lists.
    pub(super) fn unreadable(&self) -> &[UnreadableEntry] {
        self.library.unreadable()
    }

    /// The user or role of an entry, read with its policies, groups and boundary.
    #[must_use]
    pub fn principal(&self, entry: &RosterEntry) -> Principal {
        read(&self.library, entry)
    }

    /// All users and roles, each read when its turn comes and its entry dropped.
    pub(super) fn into_principals(self) -> impl Iterator<Item = Principal> {
        let Self { library, entries, .. } = self;
        entries.into_iter().map(move |entry| read(&library, &entry))
    }
}

fn read(library: &Library, entry: &RosterEntry) -> Principal {
    let who = entry.who.clone();
    match &entry.detail {
        Detail::User(user) => library.user(who, user),
        Detail::Role(role) => library.role(who, role),
    }
}

impl RosterEntry {
    fn user(user: UserDetail) -> Result<Self, AccountError> {
        let who = Identity { arn: user.arn.parse()?, unique_id: user.user_id.parse()? };
        Ok(Self { who, detail: Detail::User(user) })
    }

    fn role(role: RoleDetail) -> Result<Self, AccountError> {
        let who = Identity { arn: role.arn.parse()?, unique_id: role.role_id.parse()? };
        Ok(Self { who, detail: Detail::Role(role) })
    }

    /// The ARN.
    #[must_use]
    pub fn arn(&self) -> &PrincipalArn {
        &self.who.arn
    }

    /// The unique id.
    #[must_use]
    pub fn unique_id(&self) -> &UniqueId {
        &self.who.unique_id
    }

    /// When it was created; `None` when the source does not say.
    #[must_use]
    pub fn created(&self) -> Option<DateTime<Utc>> {
        match &self.detail {
            Detail::User(user) => user.create_date,
            Detail::Role(role) => role.create_date,
        }
    }

    /// The names of the groups that a user is in; none for a role.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        match &self.detail {
            Detail::User(user) => &user.group_list,
            Detail::Role(_) => &[],
        }
    }

    /// Whether this managed policy is attached to it, or is its boundary. Those of its groups do
    /// not count.
    #[must_use]
    pub fn carries(&self, policy_arn: &str) -> bool {
        let attached = match &self.detail {
            Detail::User(user) => &user.attached_managed_policies,
            Detail::Role(role) => &role.attached_managed_policies,
        };
        let mut attached = attached.iter().map(|policy| &policy.policy_arn);
        let boundary = self.boundary().map(|boundary| &boundary.permissions_boundary_arn);
        attached.any(|arn| arn == policy_arn) || boundary.is_some_and(|arn| arn == policy_arn)
    }

    /// As [`Principal::has_own_leastwise_boundary`].
    #[must_use]
    pub fn has_own_leastwise_boundary(&self) -> bool {
        let own = || self.arn().boundary_policy_arn();
        self.boundary().is_some_and(|boundary| boundary.permissions_boundary_arn == own())
    }

    fn boundary(&self) -> Option<&AttachedBoundary> {
        match &self.detail {
            Detail::User(user) => user.permissions_boundary.as_ref(),
            Detail::Role(role) => role.permissions_boundary.as_ref(),
        }
    }
}

fn unreadable_principals(unreadable: &[UnreadableEntry]) -> Vec<PrincipalArn> {
    unreadable.iter().filter_map(UnreadableEntry::principal).collect()
}

fn check_accounts<'a>(
    mut principals: impl Iterator<Item = &'a PrincipalArn>,
) -> Result<(), AccountError> {
    let Some(first) = principals.next() else { return Ok(()) };
    match principals.find(|other| other.account() != first.account()) {
        Some(other) => Err(AccountError::TwoAccounts {
            one: first.account().to_owned(),
            other: other.account().to_owned(),
        }),
        None => Ok(()),
    }
}

/// Users name their groups by name only, so a name must stand for one group.
fn check_groups(groups: &[GroupDetail]) -> Result<(), AccountError> {
    let mut names = BTreeSet::new();
    match groups.iter().find(|group| !names.insert(&group.group_name)) {
        Some(group) => Err(AccountError::DuplicateGroup(group.group_name.clone())),
        None => Ok(()),
    }
}
