//! Which policies grant a service: as IAM names them, and as the policies that were read have them.

use crate::iam::{GrantingPolicy, PolicySource};
use serde::{Serialize, Serializer};

/// A policy as IAM names it where it is asked which policies grant a service.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyGrantingServiceAccess.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedPolicy {
    /// A managed policy. Whether it is attached directly or to a group, IAM does not say.
    Managed {
        /// Policy ARN.
        arn: String,
    },
    /// An inline policy of the entity itself.
    Inline {
        /// Policy name.
        name: String,
    },
    /// An inline policy of a group.
    GroupInline {
        /// Group name.
        group: String,
        /// Policy name.
        name: String,
    },
}

/// The policies that grant a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantedBy {
    /// These.
    Policies(Vec<PolicySource>),
    /// It could not be learned.
    Unknown,
}

impl Serialize for GrantedBy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Policies(policies) => {
                serializer.collect_seq(policies.iter().map(ToString::to_string))
            }
            Self::Unknown => serializer.serialize_none(),
        }
    }
}

/// Granting policies, found among those that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// All policies that grant the service, in the order IAM names them. One that reaches the
    /// principal in two ways is listed twice.
    pub policies: Vec<PolicySource>,
    /// Those that are not among the policies that were read: something changed meanwhile, or was
    /// not seen.
    pub unread: Vec<PolicySource>,
}

/// Finds the policies that IAM names among those that were `read`, which tell by which group a
/// managed policy comes.
#[must_use]
pub fn find(named: &[NamedPolicy], read: &[GrantingPolicy]) -> Found {
    let mut found = Found::default();
    for policy in named {
        let before = found.policies.len();
        let matching = read.iter().map(|policy| &policy.source).filter(|it| is(policy, it));
        found.policies.extend(matching.cloned());
        if found.policies.len() == before {
            found.policies.push(source(policy));
            found.unread.push(source(policy));
        }
    }
    found
}

fn is(named: &NamedPolicy, read: &PolicySource) -> bool {
    match (named, read) {
        (
            NamedPolicy::Managed { arn },
            PolicySource::Managed { arn: read } | PolicySource::GroupManaged { arn: read, .. },
        ) => arn == read,
        (NamedPolicy::Inline { .. } | NamedPolicy::GroupInline { .. }, read) => {
            source(named) == *read
        }
        (NamedPolicy::Managed { .. }, _) => false,
    }
}

fn source(named: &NamedPolicy) -> PolicySource {
    match named.clone() {
        NamedPolicy::Managed { arn } => PolicySource::Managed { arn },
        NamedPolicy::Inline { name } => PolicySource::Inline { name },
        NamedPolicy::GroupInline { group, name } => PolicySource::GroupInline { group, name },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::allow;

    const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

    fn read(sources: &[PolicySource]) -> Vec<GrantingPolicy> {
        let policy = |source: &PolicySource| GrantingPolicy {
            source: source.clone(),
            document: Ok(allow(&["s3:*"])),
        };
        sources.iter().map(policy).collect()
    }

    #[test]
    fn a_managed_policy_that_comes_by_a_group_is_named_with_the_group() {
        let direct = PolicySource::Managed { arn: READ_ONLY.to_owned() };
        let by_group =
            PolicySource::GroupManaged { group: "devs".to_owned(), arn: READ_ONLY.to_owned() };
        let named = [NamedPolicy::Managed { arn: READ_ONLY.to_owned() }];
        let found = find(&named, &read(std::slice::from_ref(&by_group)));
        assert_eq!(found, Found { policies: vec![by_group.clone()], unread: vec![] });
        assert_eq!(
            serde_json::to_string(&GrantedBy::Policies(found.policies)).unwrap(),
            r#"["managed policy `arn:aws:iam::aws:policy/ReadOnlyAccess` of group `devs`"]"#
        );
        let both = [direct, by_group];
        assert_eq!(find(&named, &read(&both)), Found { policies: both.to_vec(), unread: vec![] });
    }

    #[test]
    fn inline_policies_of_the_same_name_are_told_apart_by_their_owner() {
        let own = PolicySource::Inline { name: "work".to_owned() };
        let of_group =
            PolicySource::GroupInline { group: "devs".to_owned(), name: "work".to_owned() };
        let named =
            [NamedPolicy::GroupInline { group: "devs".to_owned(), name: "work".to_owned() }];
        let found = find(&named, &read(&[own, of_group.clone()]));
        assert_eq!(found, Found { policies: vec![of_group], unread: vec![] });
    }

    #[test]
    fn a_policy_that_was_not_read_is_named_and_told() {
        let found = find(&[NamedPolicy::Inline { name: "new".to_owned() }], &[]);
        let new = vec![PolicySource::Inline { name: "new".to_owned() }];
        assert_eq!(found, Found { policies: new.clone(), unread: new });
    }

    #[test]
    fn what_could_not_be_learned_is_null_in_json() {
        assert_eq!(serde_json::to_string(&GrantedBy::Unknown).unwrap(), "null");
    }
}
