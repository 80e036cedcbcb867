//! Principals that are never judged and never changed.

use crate::group::GroupArn;
use crate::principal::{
    IDENTITY_CENTER_NAME_PREFIX, IDENTITY_CENTER_PATH, LEASTWISE_PATH, PrincipalArn, PrincipalKind,
    SERVICE_LINKED_PATH,
};
use crate::settings::{SettingError, entries};
use leastwise_policy::glob;
use std::fmt;
use std::str::FromStr;

/// Why a principal is exempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exemption {
    /// A service-linked role: only AWS can change it.
    ServiceLinked,
    /// A role of IAM Identity Center: its boundary is set on the permission set.
    IdentityCenter,
    /// One of Leastwise's own roles.
    Leastwise,
    /// Listed by the operator, by this entry of `ExemptPrincipals`.
    Listed(String),
}

impl fmt::Display for Exemption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServiceLinked => {
                formatter.write_str("a service-linked role: only AWS can change it")
            }
            Self::IdentityCenter => formatter.write_str(
                "a role of IAM Identity Center: set the boundary on its permission set instead",
            ),
            Self::Leastwise => formatter.write_str("a principal of Leastwise itself"),
            Self::Listed(entry) => write!(formatter, "exempt by `{entry}` in ExemptPrincipals"),
        }
    }
}

/// The `ExemptPrincipals` setting: principals by name, ARN or path, where `*` and `?` are wildcards.
///
/// An entry that begins with `arn:` is an ARN; one that begins and ends with a slash is a path and covers everything
/// below it; any other is a name. Case does not matter, as in IAM, where two principals cannot differ by case alone.
///
/// ```
/// use leastwise_rightsizing::exemption::ExemptPrincipals;
///
/// let exempt: ExemptPrincipals = "break-glass-*, /ops/".parse()?;
/// let arn = "arn:aws:iam::111122223333:role/ops/night/backup".parse().unwrap();
/// assert_eq!(exempt.entry_for(&arn), Some("/ops/"));
/// assert!("role/admin".parse::<ExemptPrincipals>().is_err());
/// # Ok::<(), leastwise_rightsizing::settings::SettingError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExemptPrincipals(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    written: String,
    subject: Subject,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Arn,
    Path,
    Name,
}

impl ExemptPrincipals {
    /// The setting's name.
    pub const NAME: &'static str = "ExemptPrincipals";

    /// The first entry that covers the principal.
    #[must_use]
    pub fn entry_for(&self, principal: &PrincipalArn) -> Option<&str> {
        self.entry_for_entity(&principal.to_string(), principal.path(), principal.name())
    }

    /// The first entry that covers a user, role or group of this ARN, path and name.
    #[must_use]
    pub fn entry_for_entity(&self, arn: &str, path: &str, name: &str) -> Option<&str> {
        let entry = self.0.iter().find(|entry| entry.covers(arn, path, name));
        entry.map(|entry| entry.written.as_str())
    }
}

impl FromStr for ExemptPrincipals {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        entries(value).map(Entry::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl Entry {
    fn parse(written: &str) -> Result<Self, SettingError> {
        let subject = if written.starts_with("arn:") {
            Some(Subject::Arn).filter(|_| is_arn_pattern(written))
        } else if written.starts_with('/') {
            Some(Subject::Path).filter(|_| written.ends_with('/'))
        } else {
            Some(Subject::Name).filter(|_| written.bytes().all(is_name_or_wildcard))
        };
        let subject = subject.ok_or_else(|| {
            SettingError::new(
                ExemptPrincipals::NAME,
                written,
                "names, ARNs of users, roles and groups, and paths such as `/ops/`, separated by commas, with `*` and `?` as wildcards",
            )
        })?;
        Ok(Self { written: written.to_owned(), subject })
    }

    fn covers(&self, arn: &str, path: &str, name: &str) -> bool {
        match self.subject {
            Subject::Arn => glob::matches(&self.written, arn),
            Subject::Path => glob::matches(&format!("{}*", self.written), path),
            Subject::Name => glob::matches(&self.written, name),
        }
    }
}

/// `arn:PARTITION:iam::ACCOUNT:RESOURCE`, where each part may hold wildcards but must be there.
fn is_arn_pattern(written: &str) -> bool {
    let parts: Vec<&str> = written.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", partition, "iam", "", account, resource]
        if !partition.is_empty() && !account.is_empty()
            && ["user/", "role/", "group/", "*"].iter().any(|start| resource.starts_with(start)))
}

fn is_name_or_wildcard(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_+=.@-*?".contains(&byte)
}

/// Why a group is exempt, if it is.
#[must_use]
pub fn group_exemption(group: &GroupArn, listed: &ExemptPrincipals) -> Option<Exemption> {
    if group.is_leastwise() {
        return Some(Exemption::Leastwise);
    }
    let entry = listed.entry_for_entity(&group.to_string(), group.path(), group.name());
    entry.map(|entry| Exemption::Listed(entry.to_owned()))
}

/// Why `principal` is exempt, if it is. What AWS and Leastwise own is exempt without being listed.
#[must_use]
pub fn exemption(principal: &PrincipalArn, listed: &ExemptPrincipals) -> Option<Exemption> {
    let is_role = principal.kind() == PrincipalKind::Role;
    if is_role && principal.path().starts_with(SERVICE_LINKED_PATH) {
        Some(Exemption::ServiceLinked)
    } else if is_role
        && (principal.path().starts_with(IDENTITY_CENTER_PATH)
            || principal.name().starts_with(IDENTITY_CENTER_NAME_PREFIX))
    {
        Some(Exemption::IdentityCenter)
    } else if principal.path().starts_with(LEASTWISE_PATH) {
        Some(Exemption::Leastwise)
    } else {
        listed.entry_for(principal).map(|entry| Exemption::Listed(entry.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(resource: &str) -> PrincipalArn {
        format!("arn:aws:iam::111122223333:{resource}").parse().unwrap()
    }

    fn listed(list: &str, resource: &str) -> Option<String> {
        let list: ExemptPrincipals = list.parse().unwrap();
        list.entry_for(&arn(resource)).map(ToOwned::to_owned)
    }

    #[test]
    fn what_aws_and_leastwise_own_is_exempt_without_being_listed() {
        let none = ExemptPrincipals::default();
        let of = |resource: &str| exemption(&arn(resource), &none);
        assert_eq!(
            of("role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
            Some(Exemption::ServiceLinked)
        );
        assert_eq!(
            of(
                "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"
            ),
            Some(Exemption::IdentityCenter)
        );
        assert_eq!(
            of("role/AWSReservedSSO_Admin_0123456789abcdef"),
            Some(Exemption::IdentityCenter)
        );
        assert_eq!(of("role/leastwise/remediator"), Some(Exemption::Leastwise));
        assert_eq!(of("role/service-role/report-writer"), None);
        assert_eq!(of("user/AWSReservedSSO_is_no_role"), None);
    }

    #[test]
    fn names_arns_and_paths_are_matched_each_against_its_own() {
        assert_eq!(listed("ci-*", "role/ci-deployer"), Some("ci-*".into()));
        assert_eq!(listed("CI-Deployer", "role/ci-deployer"), Some("CI-Deployer".into()));
        assert_eq!(listed("deployer", "role/deployer/worker"), None);
        assert_eq!(
            listed("arn:aws:iam::*:role/ops/*", "role/ops/night/backup"),
            Some("arn:aws:iam::*:role/ops/*".into())
        );
        assert_eq!(listed("/ops/", "role/ops/night/backup"), Some("/ops/".into()));
        assert_eq!(listed("/ops/", "role/oops/backup"), None);
        assert_eq!(listed("other\r\n,  backup ", "role/ops/backup"), Some("backup".into()));
    }

    #[test]
    fn an_entry_that_is_none_of_the_three_is_an_error() {
        for bad in ["role/admin", "/ops", "arn:aws:s3:::bucket", "na$me"] {
            assert_eq!(
                bad.parse::<ExemptPrincipals>().unwrap_err().to_string(),
                format!(
                    "`ExemptPrincipals` is `{bad}`; allowed is names, ARNs of users, roles and groups, and paths such as \
                     `/ops/`, separated by commas, with `*` and `?` as wildcards"
                )
            );
        }
    }
}
