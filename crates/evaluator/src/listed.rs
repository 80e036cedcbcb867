//! Who is on the roster of an account: known by type and id, read when its turn comes.

use crate::entity::{Entity, ResourceType, ResourceTypes};
use crate::manifest::Member;
use leastwise_rightsizing::iam::{Group, Roster, RosterEntry};
use std::collections::BTreeSet;

/// A user, role or group that is listed and not read yet.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Listed<'a> {
    /// A user or role.
    Principal(&'a RosterEntry),
    /// A group.
    Group(&'a Group),
}

impl<'a> Listed<'a> {
    /// Those of the account's users, roles and groups that the rule judges.
    pub(crate) fn of(roster: &'a Roster, judged: &ResourceTypes) -> Vec<Self> {
        let principals = roster.entries().iter().map(Self::Principal);
        let all = principals.chain(roster.groups().iter().map(Self::Group));
        all.filter(|listed| judged.contains(listed.resource_type())).collect()
    }

    fn resource_type(self) -> ResourceType {
        match self {
            Self::Principal(entry) => ResourceType::from(entry.arn().kind()),
            Self::Group(_) => ResourceType::Group,
        }
    }

    /// Type and id, by which AWS Config knows it.
    pub(crate) fn resource(self) -> (&'static str, &'a str) {
        let id = match self {
            Self::Principal(entry) => entry.unique_id().as_str(),
            Self::Group(group) => group.unique_id.as_str(),
        };
        (self.resource_type().as_str(), id)
    }

    /// As a manifest has it.
    pub(crate) fn member(self) -> Member {
        let (resource_type, resource_id) = self.resource();
        let arn = match self {
            Self::Principal(entry) => entry.arn().to_string(),
            Self::Group(group) => group.arn.to_string(),
        };
        let (resource_type, resource_id) = (resource_type.to_owned(), resource_id.to_owned());
        Member { resource_type, resource_id, arn }
    }

    /// The user or role; `None` of a group.
    pub(crate) fn principal(self) -> Option<&'a RosterEntry> {
        match self {
            Self::Principal(entry) => Some(entry),
            Self::Group(_) => None,
        }
    }

    /// Whether the managed policy is attached to it or to one of its `groups`, or bounds it.
    pub(crate) fn carries(self, policy_arn: &str, groups: &BTreeSet<&str>) -> bool {
        match self {
            Self::Principal(entry) => entry.carries(policy_arn) || self.is_in_one_of(groups),
            Self::Group(group) => groups.contains(group.arn.name()),
        }
    }

    /// Whether it is a user in one of these groups.
    pub(crate) fn is_in_one_of(self, groups: &BTreeSet<&str>) -> bool {
        let own = self.principal().map(RosterEntry::groups).unwrap_or_default();
        own.iter().any(|group| groups.contains(group.as_str()))
    }

    /// Whether it is under the boundary that Leastwise made for it.
    pub(crate) fn is_bounded(self) -> bool {
        self.principal().is_some_and(RosterEntry::has_own_leastwise_boundary)
    }

    /// The entity, read.
    pub(crate) fn read(self, roster: &Roster) -> Entity {
        match self {
            Self::Principal(entry) => Entity::Principal(Box::new(roster.principal(entry))),
            Self::Group(group) => Entity::Group(group.clone()),
        }
    }
}
