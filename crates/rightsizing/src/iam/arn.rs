//! ARNs and unique ids: who a principal or a group is.

use serde::{Deserialize, Serialize, de};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The path of everything that belongs to Leastwise itself: its roles and the boundary policies it
/// makes.
pub const LEASTWISE_PATH: &str = "/leastwise/";

/// Path prefix of service-linked roles, which nobody but AWS can change.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>.
pub const SERVICE_LINKED_PATH: &str = "/aws-service-role/";

/// Path prefix of roles that IAM Identity Center manages.
///
/// Source:
/// <https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html>.
pub const IDENTITY_CENTER_PATH: &str = "/aws-reserved/sso.amazonaws.com/";

/// The two kinds of principal that can carry a permissions boundary.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>.
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

/// What the name of a policy begins with that keeps the text of what stood before Leastwise: no
/// boundary policy that Leastwise makes begins so.
pub(super) const PREVIOUS_POLICY: &str = "previous-";

/// The ARN of an IAM user or role, taken apart once so that the path is never mistaken for part of
/// the name.
///
/// ```
/// use leastwise_rightsizing::iam::PrincipalArn;
///
/// let arn: PrincipalArn = "arn:aws:iam::111122223333:role/service-role/report-writer".parse()?;
/// assert_eq!(arn.name(), "report-writer");
/// assert_eq!(arn.path(), "/service-role/");
/// assert_eq!(
///     "arn:aws:iam::111122223333:group/admins".parse::<PrincipalArn>().unwrap_err().to_string(),
///     "`arn:aws:iam::111122223333:group/admins` is not the ARN of an IAM user or role, \
///      such as `arn:aws:iam::111122223333:role/path/name`"
/// );
/// # Ok::<(), leastwise_rightsizing::iam::IdentifierError>(())
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
    /// Not the ARN of a user or role.
    #[error(
        "`{0}` is not the ARN of an IAM user or role, such as `arn:aws:iam::111122223333:role/path/name`"
    )]
    Arn(String),
    /// Not the ARN of a group.
    #[error(
        "`{0}` is not the ARN of an IAM group, such as `arn:aws:iam::111122223333:group/path/name`"
    )]
    GroupArn(String),
    /// Not a unique id.
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

    /// The name of the boundary policy that Leastwise makes for this principal: the kind, a hyphen,
    /// the name.
    ///
    /// Policy names are unique in an account whatever their path, so the kind keeps a user apart
    /// from a role of the same name; principal names have at most 64 characters, policy names may
    /// have 128.
    #[must_use]
    pub fn boundary_policy_name(&self) -> String {
        format!("{}-{}", self.kind, self.name)
    }

    /// The ARN of the boundary policy that Leastwise makes for this principal.
    #[must_use]
    pub fn boundary_policy_arn(&self) -> String {
        format!("{}{}", self.leastwise_policy_prefix(), self.boundary_policy_name())
    }

    /// The name of the policy in which Leastwise keeps the text of the boundary that stood before
    /// its own: at most 78 characters.
    #[must_use]
    pub fn previous_policy_name(&self) -> String {
        format!("{PREVIOUS_POLICY}{}", self.boundary_policy_name())
    }

    /// The ARN of that policy.
    #[must_use]
    pub fn previous_policy_arn(&self) -> String {
        format!("{}{}", self.leastwise_policy_prefix(), self.previous_policy_name())
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

/// Whether it is the id of an account: twelve digits.
///
/// Source: <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html>.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An ARN taken apart: `arn:partition:service:region:account:resource`.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// The service, for example `iam`.
    pub service: &'a str,
    /// The Region; empty for a service that has none.
    pub region: &'a str,
    /// The account, in most ARNs twelve digits.
    pub account: &'a str,
    /// Everything after the fifth colon.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// The parts of `text`; `None` when it has too few, or names no partition of AWS.
    #[must_use]
    pub fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let is_arn = arn == "arn" && partition.starts_with("aws");
        is_arn.then_some(Self { partition, service, region, account, resource })
    }

    /// Whether the account is one: twelve digits.
    #[must_use]
    pub fn is_in_an_account(&self) -> bool {
        is_account_id(self.account)
    }

    /// Whether it is of IAM, which has no Regions.
    #[must_use]
    pub fn is_of_iam(&self) -> bool {
        self.service == "iam" && self.region.is_empty()
    }
}

/// The parts of the ARN of an IAM user, role, group or the like.
struct EntityArn<'a> {
    partition: &'a str,
    account: &'a str,
    /// What it is: `user`, `role`, `group`, …
    resource: &'a str,
    /// The path, beginning and ending in a slash.
    path: String,
    /// The friendly name.
    name: &'a str,
}

fn parse_entity_arn(text: &str) -> Option<EntityArn<'_>> {
    let arn = Arn::of(text).filter(|arn| arn.is_of_iam() && arn.is_in_an_account())?;
    let (resource, path_and_name) = arn.resource.split_once('/')?;
    let (path, name) = match path_and_name.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), path_and_name),
    };
    let valid = is_entity_name(name) && path.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
    let Arn { partition, account, .. } = arn;
    valid.then_some(EntityArn { partition, account, resource, path, name })
}

/// Letters, digits and `_+=,.@-`, at most 128 characters.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
fn is_entity_name(name: &str) -> bool {
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

/// The immutable unique id of a user (`AIDA…`), role (`AROA…`) or group (`AGPA…`): what AWS Config
/// calls the resource id.
///
/// A principal that is deleted and made again under the same name has another one.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UniqueId(String);

impl UniqueId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind of principal that the prefix stands for; `None` for any other prefix, since AWS
    /// does not guarantee the prefixes.
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

impl<'de> Deserialize<'de> for UniqueId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The ARN of an IAM group, taken apart once so that the path is never mistaken for part of the
/// name.
///
/// ```
/// use leastwise_rightsizing::iam::GroupArn;
///
/// let arn: GroupArn = "arn:aws:iam::111122223333:group/eng/devs".parse()?;
/// assert_eq!((arn.path(), arn.name()), ("/eng/", "devs"));
/// assert_eq!(
///     "arn:aws:iam::111122223333:user/ada".parse::<GroupArn>().unwrap_err().to_string(),
///     "`arn:aws:iam::111122223333:user/ada` is not the ARN of an IAM group, such as \
///      `arn:aws:iam::111122223333:group/path/name`"
/// );
/// # Ok::<(), leastwise_rightsizing::iam::IdentifierError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupArn {
    text: String,
    path: String,
    name: String,
}

impl GroupArn {
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`, …
    #[must_use]
    pub fn partition(&self) -> &str {
        self.text.split(':').nth(1).unwrap_or_default()
    }

    /// The path, beginning and ending in a slash; `/` when there is none.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The friendly name, without the path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it belongs to Leastwise itself.
    #[must_use]
    pub fn is_leastwise(&self) -> bool {
        self.path.starts_with(LEASTWISE_PATH)
    }
}

impl FromStr for GroupArn {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = parse_entity_arn(text).filter(|parts| parts.resource == "group");
        let parts = parts.ok_or_else(|| IdentifierError::GroupArn(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), path: parts.path, name: parts.name.to_owned() })
    }
}

impl fmt::Display for GroupArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
