//! Lists of principals by name, ARN or path.

use super::list::ListSetting;
use super::setting::{SettingError, entries};
use crate::iam::PrincipalArn;
use leastwise_policy::glob;
use std::str::FromStr;

/// The setting that is read where a list is not given a name of its own.
pub const EXEMPT_PRINCIPALS: &str = "ExemptPrincipals";

/// The setting that takes back the exemptions that are built in, by name.
pub const NARROW_PROTECTED: &str = "NarrowProtected";

/// Principals and groups by name, ARN or path, where `*` and `?` are wildcards.
///
/// An entry that begins with `arn:` is an ARN; one that begins and ends with a slash is a path and
/// covers everything below it; any other is a name. Case does not matter, as in IAM, where two
/// principals cannot differ by case alone.
///
/// ```
/// use leastwise_rightsizing::settings::PrincipalList;
///
/// let exempt: PrincipalList = "break-glass-*, /ops/".parse()?;
/// let arn = "arn:aws:iam::111122223333:role/ops/night/backup".parse().unwrap();
/// assert_eq!(exempt.entry_for(&arn), Some("/ops/"));
/// assert!("role/admin".parse::<PrincipalList>().is_err());
/// # Ok::<(), leastwise_rightsizing::settings::SettingError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrincipalList(Vec<Entry>);

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

impl PrincipalList {
    /// The first entry that covers the principal.
    #[must_use]
    pub fn entry_for(&self, principal: &PrincipalArn) -> Option<&str> {
        self.entry_for_entity(&principal.to_string(), principal.path(), principal.name())
    }

    /// The entries as they are written, in their order.
    #[must_use]
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|entry| entry.written.as_str())
    }

    /// The first entry that covers a user, role or group of this ARN, path and name.
    #[must_use]
    pub fn entry_for_entity(&self, arn: &str, path: &str, name: &str) -> Option<&str> {
        let entry = self.0.iter().find(|entry| entry.covers(arn, path, name));
        entry.map(|entry| entry.written.as_str())
    }
}

impl ListSetting for PrincipalList {
    fn from_entries(name: &'static str, entries: &[&str]) -> Result<Self, SettingError> {
        entries.iter().map(|entry| Entry::parse(name, entry)).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for PrincipalList {
    type Err = SettingError;

    /// Reads entries separated by commas or white space; there may be none.
    fn from_str(value: &str) -> Result<Self, SettingError> {
        Self::from_entries(EXEMPT_PRINCIPALS, &entries(value).collect::<Vec<_>>())
    }
}

impl Entry {
    fn parse(name: &'static str, written: &str) -> Result<Self, SettingError> {
        let subject = if written.starts_with("arn:") {
            Some(Subject::Arn).filter(|_| is_arn_pattern(written))
        } else if written.starts_with('/') {
            Some(Subject::Path).filter(|_| written.ends_with('/'))
        } else {
            let is_name = !written.is_empty() && written.bytes().all(is_name_or_wildcard);
            Some(Subject::Name).filter(|_| is_name)
        };
        let subject = subject.ok_or_else(|| {
            SettingError::new(
                name,
                written,
                "names, ARNs of users, roles and groups, and paths such as `/ops/`, separated by commas, with `*` and \
                 `?` as wildcards",
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

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(list: &str, resource: &str) -> Option<String> {
        let list: PrincipalList = list.parse().unwrap();
        let arn: PrincipalArn = format!("arn:aws:iam::111122223333:{resource}").parse().unwrap();
        list.entry_for(&arn).map(ToOwned::to_owned)
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
        for bad in [
            "role/admin",
            "/ops",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::111122223333:policy/admins",
            "na$me",
        ] {
            assert_eq!(
                bad.parse::<PrincipalList>().unwrap_err().to_string(),
                format!(
                    "`ExemptPrincipals` is `{bad}`; allowed is names, ARNs of users, roles and groups, and paths such \
                     as `/ops/`, separated by commas, with `*` and `?` as wildcards"
                )
            );
        }
    }
}
