//! IAM users and roles: who they are, what grants them permissions, what bounds them.

use crate::earlier::EarlierGrants;
use crate::status_tags::is_status_tag;
use chrono::{DateTime, Utc};
use leastwise_policy::document::{Document, DocumentError};
use serde::{Deserialize, Serialize, de};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The path of everything that belongs to Leastwise itself: its roles and the boundary policies it makes.
pub const LEASTWISE_PATH: &str = "/leastwise/";

/// Path prefix of service-linked roles, which nobody but AWS can change.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>
pub const SERVICE_LINKED_PATH: &str = "/aws-service-role/";

/// Path prefix of roles that IAM Identity Center manages.
///
/// Source: <https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html>
pub const IDENTITY_CENTER_PATH: &str = "/aws-reserved/sso.amazonaws.com/";

/// Name prefix of roles that IAM Identity Center manages.
pub const IDENTITY_CENTER_NAME_PREFIX: &str = "AWSReservedSSO_";

/// The two kinds of principal that can carry a permissions boundary.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrincipalKind {
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
}

impl PrincipalKind {
    /// The AWS Config resource type, for example `AWS::IAM::Role`.
    #[must_use]
    pub fn config_resource_type(self) -> &'static str {
        match self {
            Self::User => "AWS::IAM::User",
            Self::Role => "AWS::IAM::Role",
        }
    }

    /// The kind that an AWS Config resource type names; `None` for anything but users and roles.
    #[must_use]
    pub fn from_config_resource_type(resource_type: &str) -> Option<Self> {
        [Self::User, Self::Role]
            .into_iter()
            .find(|kind| kind.config_resource_type() == resource_type)
    }
}

impl fmt::Display for PrincipalKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::User => "user",
            Self::Role => "role",
        })
    }
}

/// The ARN of an IAM user or role, taken apart once so that the path is never mistaken for part of the name.
///
/// ```
/// use leastwise_rightsizing::principal::PrincipalArn;
///
/// let arn: PrincipalArn = "arn:aws:iam::111122223333:role/service-role/report-writer".parse()?;
/// assert_eq!(arn.name(), "report-writer");
/// assert_eq!(arn.path(), "/service-role/");
/// assert_eq!(
///     "arn:aws:iam::111122223333:group/admins".parse::<PrincipalArn>().unwrap_err().to_string(),
///     "`arn:aws:iam::111122223333:group/admins` is not the ARN of an IAM user or role, \
///      such as `arn:aws:iam::111122223333:role/path/name`"
/// );
/// # Ok::<(), leastwise_rightsizing::principal::IdentifierError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalArn {
    partition: String,
    account: String,
    kind: PrincipalKind,
    path: String,
    name: String,
}

/// A text that should identify a principal and does not.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdentifierError {
    /// Not the ARN of a user or role
    #[error(
        "`{0}` is not the ARN of an IAM user or role, such as `arn:aws:iam::111122223333:role/path/name`"
    )]
    Arn(String),
    /// Not the ARN of a group
    #[error(
        "`{0}` is not the ARN of an IAM group, such as `arn:aws:iam::111122223333:group/path/name`"
    )]
    GroupArn(String),
    /// Not a unique id
    #[error(
        "`{0}` is not an IAM unique id, such as `AROAEXAMPLE000000001`: 1 to 128 letters, digits and `_`"
    )]
    UniqueId(String),
}

impl PrincipalArn {
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`, …
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The twelve-digit account id.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// User or role.
    #[must_use]
    pub fn kind(&self) -> PrincipalKind {
        self.kind
    }

    /// The path, beginning and ending in a slash; `/` when there is none.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The friendly name, without the path: what IAM calls take as `UserName` or `RoleName`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the boundary policy that Leastwise makes for this principal: the kind, a hyphen, the name.
    ///
    /// Policy names are unique in an account whatever their path, so the kind keeps a user apart from a role of the
    /// same name; principal names have at most 64 characters, policy names may have 128.
    #[must_use]
    pub fn boundary_policy_name(&self) -> String {
        format!("{}-{}", self.kind, self.name)
    }

    /// The ARN of the boundary policy that Leastwise makes for this principal.
    #[must_use]
    pub fn boundary_policy_arn(&self) -> String {
        format!("{}{}", self.leastwise_policy_prefix(), self.boundary_policy_name())
    }

    /// What the ARN of every boundary policy of Leastwise in this account begins with.
    #[must_use]
    pub fn leastwise_policy_prefix(&self) -> String {
        format!("arn:{}:iam::{}:policy{LEASTWISE_PATH}", self.partition, self.account)
    }
}

impl FromStr for PrincipalArn {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_arn(text).ok_or_else(|| IdentifierError::Arn(text.to_owned()))
    }
}

fn parse_arn(text: &str) -> Option<PrincipalArn> {
    let EntityArn { partition, account, resource, path, name } = parse_entity_arn(text)?;
    let kind = match resource {
        "user" => PrincipalKind::User,
        "role" => PrincipalKind::Role,
        _ => return None,
    };
    let (partition, account, name) = (partition.to_owned(), account.to_owned(), name.to_owned());
    Some(PrincipalArn { partition, account, kind, path, name })
}

/// The parts of the ARN of an IAM user, role, group or the like.
pub(crate) struct EntityArn<'a> {
    partition: &'a str,
    account: &'a str,
    /// What it is: `user`, `role`, `group`, …
    pub(crate) resource: &'a str,
    /// The path, beginning and ending in a slash.
    pub(crate) path: String,
    /// The friendly name.
    pub(crate) name: &'a str,
}

pub(crate) fn parse_entity_arn(text: &str) -> Option<EntityArn<'_>> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let (resource, path_and_name) = resource.split_once('/')?;
    let (path, name) = match path_and_name.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), path_and_name),
    };
    let valid = arn == "arn"
        && partition.starts_with("aws")
        && service == "iam"
        && region.is_empty()
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && is_principal_name(name)
        && path.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
    valid.then_some(EntityArn { partition, account, resource, path, name })
}

/// Letters, digits and `_+=,.@-`, at most 128 characters.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn is_principal_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 128
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

impl fmt::Display for PrincipalArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, account, kind, path, name } = self;
        write!(formatter, "arn:{partition}:iam::{account}:{kind}{path}{name}")
    }
}

impl Serialize for PrincipalArn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PrincipalArn {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The immutable unique id of a user (`AIDA…`), role (`AROA…`) or group (`AGPA…`): what AWS Config calls the resource id.
///
/// A principal that is deleted and made again under the same name has another one.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UniqueId(String);

impl UniqueId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind of principal that the prefix stands for; `None` for any other prefix, since AWS does not guarantee
    /// the prefixes.
    #[must_use]
    pub fn kind(&self) -> Option<PrincipalKind> {
        match self.0.get(..4) {
            Some("AIDA") => Some(PrincipalKind::User),
            Some("AROA") => Some(PrincipalKind::Role),
            _ => None,
        }
    }
}

impl FromStr for UniqueId {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if (1..=128).contains(&text.len()) && text.bytes().all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdentifierError::UniqueId(text.to_owned()))
        }
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An IAM user or role with everything that decides what it may do.
///
/// Equality covers identity, policies, boundary, tags and trust policy; [`Principal::is_unchanged_since`] is the test of
/// "nothing changed meanwhile".
/// Trust policies are equal if their meaning is, since IAM hands out their lists of principals in changing order
/// (<https://github.com/boto/boto3/issues/1178>).
#[derive(Debug, Clone)]
pub struct Principal {
    /// The ARN, as IAM returns it.
    pub arn: PrincipalArn,
    /// The unique id.
    pub unique_id: UniqueId,
    /// When it was created; `None` when the source does not say.
    pub created: Option<DateTime<Utc>>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The policies that grant it permissions, those of its groups included, in the order IAM lists them.
    pub policies: Vec<GrantingPolicy>,
    /// The names of the groups that a user is in, whether they grant it anything or not; none for a role.
    pub groups: Vec<String>,
    /// The permissions boundary that is attached now.
    pub boundary: Option<Boundary>,
    /// The trust policy of a role, which says who may assume it: its text, or why that is not known. `None` for users,
    /// who have none, and where the source does not give it. It grants the role nothing.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html>
    pub trust: Option<Result<Document, UnreadableDocument>>,
    /// What it was granted when the grace for new permissions began. It is evidence and no part of how it stands.
    pub earlier: EarlierGrants,
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        let Self { arn, unique_id, created, tags, groups, policies, boundary, trust, earlier: _ } =
            self;
        (arn, unique_id, created) == (&other.arn, &other.unique_id, &other.created)
            && groups == &other.groups
            && (tags, policies, boundary) == (&other.tags, &other.policies, &other.boundary)
            && same_trust(trust.as_ref(), other.trust.as_ref())
    }
}

type Trust = Result<Document, UnreadableDocument>;

fn same_trust(one: Option<&Trust>, other: Option<&Trust>) -> bool {
    match (one, other) {
        (Some(Ok(one)), Some(Ok(other))) => one.same_meaning(other),
        (one, other) => one == other,
    }
}

/// A policy that grants a principal permissions.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantingPolicy {
    /// Where it comes from.
    pub source: PolicySource,
    /// Its text, or why that is not known.
    pub document: Result<Document, UnreadableDocument>,
}

/// Where a granted permission comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// An inline policy of the principal.
    Inline {
        /// Policy name.
        name: String,
    },
    /// A managed policy attached to the principal.
    Managed {
        /// Policy ARN.
        arn: String,
    },
    /// An inline policy of a group that the user is in.
    GroupInline {
        /// Group name.
        group: String,
        /// Policy name.
        name: String,
    },
    /// A managed policy attached to a group that the user is in.
    GroupManaged {
        /// Group name.
        group: String,
        /// Policy ARN.
        arn: String,
    },
    /// A group that the user is in and of which nothing else is known.
    Group {
        /// Group name.
        group: String,
    },
}

impl fmt::Display for PolicySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline { name } => write!(formatter, "inline policy `{name}`"),
            Self::Managed { arn } => write!(formatter, "managed policy `{arn}`"),
            Self::GroupInline { group, name } => {
                write!(formatter, "inline policy `{name}` of group `{group}`")
            }
            Self::GroupManaged { group, arn } => {
                write!(formatter, "managed policy `{arn}` of group `{group}`")
            }
            Self::Group { group } => write!(formatter, "group `{group}`"),
        }
    }
}

/// Why the text of a policy is not known. Never the same as "grants nothing".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnreadableDocument {
    /// The source names the policy without its text
    #[error("its text is missing from the account data")]
    Missing,
    /// The text is not a policy document
    #[error("its text is malformed: {0}")]
    Malformed(#[from] DocumentError),
}

/// A permissions boundary as attached.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// ARN of the managed policy that serves as the boundary.
    pub policy_arn: String,
    /// Its text, or why that is not known.
    pub document: Result<Document, UnreadableDocument>,
    /// Since when the policy has this text: when its default version was made. It may have been attached later. `None`
    /// when that is not known.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyVersion.html>
    pub since: Option<DateTime<Utc>>,
}

/// A part of a principal's policies or boundary that could not be read, so that what it may do is not known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnknownPermissions {
    /// A granting policy could not be read
    #[error("what {origin} grants is unknown: {why}")]
    Policy {
        /// Display form of the [`PolicySource`].
        origin: String,
        /// Why.
        why: UnreadableDocument,
    },
    /// The permissions boundary could not be read
    #[error("what permissions boundary `{policy_arn}` allows is unknown: {why}")]
    Boundary {
        /// ARN of the boundary policy.
        policy_arn: String,
        /// Why.
        why: UnreadableDocument,
    },
    /// What it was granted when the grace for new permissions began is not known
    #[error("which of its permissions are new is unknown: {why}")]
    Earlier {
        /// Why.
        why: String,
    },
}

/// The documents of all policies, or the first that is not known.
pub(crate) fn documents(policies: &[GrantingPolicy]) -> Result<Vec<&Document>, UnknownPermissions> {
    policies
        .iter()
        .map(|policy| {
            policy.document.as_ref().map_err(|why| UnknownPermissions::Policy {
                origin: policy.source.to_string(),
                why: why.clone(),
            })
        })
        .collect()
}

impl Principal {
    /// Every granting document, or the first that is not known.
    ///
    /// # Errors
    /// [`UnknownPermissions::Policy`] as soon as one policy's text is missing or malformed.
    pub fn granting_documents(&self) -> Result<Vec<&Document>, UnknownPermissions> {
        documents(&self.policies)
    }

    /// The document of the boundary that is attached now; `None` when there is no boundary.
    ///
    /// # Errors
    /// [`UnknownPermissions::Boundary`] when there is a boundary whose text is missing or malformed.
    pub fn boundary_document(&self) -> Result<Option<&Document>, UnknownPermissions> {
        let Some(boundary) = &self.boundary else { return Ok(None) };
        boundary.document.as_ref().map(Some).map_err(|why| UnknownPermissions::Boundary {
            policy_arn: boundary.policy_arn.clone(),
            why: why.clone(),
        })
    }

    /// Whether nothing about the principal changed since it was read as `earlier`, the tags apart in which it carries how it
    /// was judged: an evaluation may write these at any time, and they decide nothing.
    #[must_use]
    pub fn is_unchanged_since(&self, earlier: &Self) -> bool {
        let without_status = |principal: &Self| {
            let mut principal = principal.clone();
            principal.tags.retain(|key, _| !is_status_tag(key));
            principal
        };
        without_status(self) == without_status(earlier)
    }

    /// Whether the boundary attached now is the one that Leastwise makes for this principal.
    ///
    /// Only of that one are guards and base actions known to be ours. The Leastwise boundary of another principal,
    /// attached here by somebody, is a boundary like any other: its guards protect that other principal.
    #[must_use]
    pub fn has_own_leastwise_boundary(&self) -> bool {
        self.boundary
            .as_ref()
            .is_some_and(|boundary| boundary.policy_arn == self.arn.boundary_policy_arn())
    }

    /// Whether the boundary attached now is one that Leastwise made (for this principal or another).
    #[must_use]
    pub fn has_leastwise_boundary(&self) -> bool {
        self.boundary.as_ref().is_some_and(|boundary| {
            boundary.policy_arn.starts_with(&self.arn.leastwise_policy_prefix())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{allow, bounded, own, role, statements, user};
    use serde_json::json;

    fn arn(text: &str) -> PrincipalArn {
        text.parse().unwrap()
    }

    #[test]
    fn an_arn_is_taken_apart_and_printed_as_it_was() {
        let text = "arn:aws-us-gov:iam::111122223333:role/team/night/backup+1";
        let backup = arn(text);
        assert_eq!(
            (backup.partition(), backup.account(), backup.kind(), backup.path(), backup.name()),
            ("aws-us-gov", "111122223333", PrincipalKind::Role, "/team/night/", "backup+1")
        );
        assert_eq!(backup.to_string(), text);
        assert_eq!(arn("arn:aws:iam::111122223333:user/mira").path(), "/");
    }

    #[test]
    fn an_arn_of_anything_else_is_refused() {
        for text in [
            "",
            "mira",
            "arn:aws:iam::111122223333:group/admins",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::1111:user/mira",
            "arn:aws:iam:eu-west-1:111122223333:user/mira",
            "arn:aws:sts::111122223333:assumed-role/app/session",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user/a b",
            "urn:aws:iam::111122223333:user/mira",
        ] {
            assert_eq!(text.parse::<PrincipalArn>(), Err(IdentifierError::Arn(text.into())));
        }
    }

    #[test]
    fn a_user_and_a_role_of_one_name_get_different_policies_in_their_partition() {
        assert_eq!(
            arn("arn:aws-cn:iam::111122223333:user/team/build").boundary_policy_arn(),
            "arn:aws-cn:iam::111122223333:policy/leastwise/user-build"
        );
        assert_eq!(
            arn("arn:aws-cn:iam::111122223333:role/build").boundary_policy_arn(),
            "arn:aws-cn:iam::111122223333:policy/leastwise/role-build"
        );
    }

    #[test]
    fn a_unique_id_tells_users_from_roles_by_its_prefix() {
        let kind = |text: &str| text.parse::<UniqueId>().map(|id| id.kind());
        assert_eq!(kind("AIDAEXAMPLE0MIRAUSER"), Ok(Some(PrincipalKind::User)));
        assert_eq!(kind("AROAEXAMPLE0APPROLE"), Ok(Some(PrincipalKind::Role)));
        assert_eq!(kind("NEWPREFIX"), Ok(None));
        for text in ["", "AROA-EXAMPLE", "AROA EXAMPLE", &"A".repeat(129)] {
            assert_eq!(
                kind(text).unwrap_err().to_string(),
                format!(
                    "`{text}` is not an IAM unique id, such as `AROAEXAMPLE000000001`: 1 to 128 letters, digits and `_`"
                )
            );
        }
    }

    #[test]
    fn only_the_policy_made_for_the_principal_is_its_own_boundary() {
        let is = |principal: &Principal| {
            (principal.has_own_leastwise_boundary(), principal.has_leastwise_boundary())
        };
        let s3 = || allow(&["s3:*"]);
        let at = |arn| bounded(role([s3()]), arn, s3());
        assert_eq!(is(&role([s3()])), (false, false));
        assert_eq!(is(&own(role([s3()]), s3())), (true, true));
        assert_eq!(is(&own(user([s3()]), s3())), (true, true));
        assert_eq!(is(&at("arn:aws:iam::111122223333:policy/leastwise/user-app")), (false, true));
        assert_eq!(is(&at("arn:aws:iam::111122223333:policy/role-app")), (false, false));
        assert_eq!(is(&at("arn:aws:iam::444455556666:policy/leastwise/role-app")), (false, false));
    }

    #[test]
    fn two_readings_of_one_trust_policy_are_equal_and_another_trust_policy_is_a_change() {
        let trusting = |services: &[&str]| Principal {
            trust: Some(Ok(statements(json!([{
                "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": services }
            }])))),
            ..role([])
        };
        let both = trusting(&["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]);
        assert_eq!(both, trusting(&["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]));
        assert_ne!(both, trusting(&["ec2.amazonaws.com"]));
        let unreadable = |why| Principal { trust: Some(Err(why)), ..role([]) };
        let malformed = || UnreadableDocument::Malformed(DocumentError::NoStatement);
        assert_eq!(unreadable(malformed()), unreadable(malformed()));
        assert_ne!(unreadable(malformed()), both);
        assert_ne!(role([]), both);
    }

    #[test]
    fn config_types_are_those_of_users_and_roles() {
        for kind in [PrincipalKind::User, PrincipalKind::Role] {
            let name = kind.config_resource_type();
            assert_eq!(PrincipalKind::from_config_resource_type(name), Some(kind));
        }
        assert_eq!(PrincipalKind::from_config_resource_type("AWS::IAM::Group"), None);
    }
}
