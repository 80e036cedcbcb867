//! Who is judged: a user, a role or a group.

use leastwise_aws::PrincipalName;

use leastwise_rightsizing::iam::{
    GROUP_RESOURCE_TYPE, GrantingPolicy, Group, Principal, PrincipalKind,
};
use leastwise_rightsizing::settings::SettingError;
use leastwise_telemetry::EntityType;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// An entity that is judged, as it was read.
#[derive(Debug, Clone)]
pub enum Entity {
    /// A user or role.
    Principal(Box<Principal>),
    /// A group.
    Group(Group),
}

impl Entity {
    /// User, role or group.
    pub(crate) fn entity_type(&self) -> EntityType {
        match self {
            Self::Principal(principal) => match principal.arn.kind() {
                PrincipalKind::User => EntityType::User,
                PrincipalKind::Role => EntityType::Role,
            },
            Self::Group(_) => EntityType::Group,
        }
    }

    /// The AWS Config resource type.
    pub(crate) fn resource_type(&self) -> ResourceType {
        match self {
            Self::Principal(principal) => ResourceType::from(principal.arn.kind()),
            Self::Group(_) => ResourceType::Group,
        }
    }

    /// The friendly name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Principal(principal) => principal.arn.name(),
            Self::Group(group) => group.arn.name(),
        }
    }

    /// The ARN, as text.
    pub(crate) fn arn(&self) -> String {
        match self {
            Self::Principal(principal) => principal.arn.to_string(),
            Self::Group(group) => group.arn.to_string(),
        }
    }

    /// The unique id, which AWS Config calls the resource id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Principal(principal) => principal.unique_id.as_str(),
            Self::Group(group) => group.unique_id.as_str(),
        }
    }

    /// The user or role; `None` of a group.
    pub(crate) fn principal(&self) -> Option<&Principal> {
        match self {
            Self::Principal(principal) => Some(principal),
            Self::Group(_) => None,
        }
    }

    /// The policies that grant it permissions.
    pub(crate) fn policies(&self) -> &[GrantingPolicy] {
        match self {
            Self::Principal(principal) => &principal.policies,
            Self::Group(group) => &group.policies,
        }
    }
}

/// A resource type of AWS Config that a rule can judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceType {
    /// `AWS::IAM::User`.
    User,
    /// `AWS::IAM::Role`.
    Role,
    /// `AWS::IAM::Group`.
    Group,
}

impl ResourceType {
    const ALL: [Self; 3] = [Self::User, Self::Role, Self::Group];

    /// The type as AWS Config spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => PrincipalKind::User.config_resource_type(),
            Self::Role => PrincipalKind::Role.config_resource_type(),
            Self::Group => GROUP_RESOURCE_TYPE,
        }
    }

    /// The type that AWS Config spells so; `None` for any that no rule of ours can judge.
    #[must_use]
    pub fn find(resource_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == resource_type)
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Role => "roles",
            Self::Group => "groups",
        }
    }
}

impl From<PrincipalKind> for ResourceType {
    fn from(kind: PrincipalKind) -> Self {
        match kind {
            PrincipalKind::User => Self::User,
            PrincipalKind::Role => Self::Role,
        }
    }
}

/// The `ResourceTypes` parameter: which entities the rule judges, by default users and roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceTypes(BTreeSet<ResourceType>);

impl ResourceTypes {
    /// The parameter's name.
    pub const NAME: &'static str = "ResourceTypes";

    /// Whether the rule judges entities of this type.
    #[must_use]
    pub fn contains(&self, resource_type: ResourceType) -> bool {
        self.0.contains(&resource_type)
    }
}

impl Default for ResourceTypes {
    fn default() -> Self {
        Self([ResourceType::User, ResourceType::Role].into())
    }
}

impl FromStr for ResourceTypes {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let named = value.split(',').map(|name| ResourceType::find(name.trim()));
        let named: Option<BTreeSet<ResourceType>> = named.collect();
        named.map(Self).ok_or_else(|| {
            let allowed = "one or more of AWS::IAM::User, AWS::IAM::Role and AWS::IAM::Group, separated by commas";
            SettingError::new(Self::NAME, value, allowed)
        })
    }
}

/// For example `IAM users and roles`.
impl fmt::Display for ResourceTypes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|known| known.in_words()).collect();
        write!(formatter, "IAM {}", words.join(" and "))
    }
}

/// What IAM's calls on one entity take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntityName {
    /// A user or role.
    Principal(PrincipalName),
    /// A group.
    Group(String),
}

impl EntityName {
    pub(crate) fn of(resource_type: ResourceType, name: String) -> Self {
        match resource_type {
            ResourceType::User => Self::Principal(PrincipalName::user(name)),
            ResourceType::Role => Self::Principal(PrincipalName::role(name)),
            ResourceType::Group => Self::Group(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_judges_users_and_roles_unless_it_says_otherwise() {
        let default = ResourceTypes::default();
        assert_eq!("AWS::IAM::User,AWS::IAM::Role".parse(), Ok(default.clone()));
        assert_eq!(default.to_string(), "IAM users and roles");
        let groups: ResourceTypes = " AWS::IAM::Group ".parse().unwrap();
        assert!(groups.contains(ResourceType::Group) && !groups.contains(ResourceType::User));
        assert_eq!(groups.to_string(), "IAM groups");
    }

    #[test]
    fn a_resource_type_that_no_rule_can_judge_is_an_error() {
        for bad in ["AWS::IAM::Policy", "AWS::IAM::User,", "users"] {
            assert_eq!(
                bad.parse::<ResourceTypes>().unwrap_err().to_string(),
                format!(
                    "`ResourceTypes` is `{bad}`; allowed is one or more of AWS::IAM::User, AWS::IAM::Role and AWS::IAM::Group, \
                     separated by commas"
                )
            );
        }
    }
}
