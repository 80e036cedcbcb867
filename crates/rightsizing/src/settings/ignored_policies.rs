//! Policies whose grants do not count.

use super::list::ListSetting;
use super::setting::{SettingError, entries};
use crate::iam::{Arn, GrantingPolicy, PolicySource};
use leastwise_policy::document::Document;
use std::collections::BTreeSet;
use std::str::FromStr;

/// The managed policies whose grants are neither creep nor taken away, by their ARNs; none by
/// default.
///
/// For policies that everybody is meant to have, such as `ReadOnlyAccess`, however little of them
/// is used. An ARN is matched exactly, case included, whether the policy is attached directly or to
/// a group.
///
/// ```
/// use leastwise_rightsizing::settings::IgnoredPolicies;
///
/// assert!("arn:aws:iam::aws:policy/ReadOnlyAccess".parse::<IgnoredPolicies>().is_ok());
/// assert_eq!(
///     "ReadOnlyAccess".parse::<IgnoredPolicies>().unwrap_err().to_string(),
///     "`IgnoredPolicies` is `ReadOnlyAccess`; allowed is ARNs of managed policies such as \
///      `arn:aws:iam::aws:policy/ReadOnlyAccess`, separated by commas, without wildcards"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IgnoredPolicies(BTreeSet<String>);

/// No policy at all.
pub(crate) static NO_POLICIES: IgnoredPolicies = IgnoredPolicies(BTreeSet::new());

impl IgnoredPolicies {
    /// The setting's name.
    pub const NAME: &'static str = "IgnoredPolicies";

    /// Those of the policies that are ignored, as far as they could be read.
    pub(crate) fn documents<'a>(
        &self,
        policies: &'a [GrantingPolicy],
    ) -> impl Iterator<Item = &'a Document> {
        let ignored = policies.iter().filter(|policy| self.covers(&policy.source));
        ignored.filter_map(|policy| policy.document.as_ref().ok())
    }

    fn covers(&self, source: &PolicySource) -> bool {
        match source {
            PolicySource::Managed { arn } | PolicySource::GroupManaged { arn, .. } => {
                self.0.contains(arn)
            }
            PolicySource::Inline { .. }
            | PolicySource::GroupInline { .. }
            | PolicySource::Group { .. } => false,
        }
    }
}

impl FromStr for IgnoredPolicies {
    type Err = SettingError;

    /// Reads ARNs separated by commas or white space; there may be none.
    fn from_str(value: &str) -> Result<Self, SettingError> {
        Self::from_entries(Self::NAME, &entries(value).collect::<Vec<_>>())
    }
}

impl ListSetting for IgnoredPolicies {
    fn from_entries(name: &'static str, entries: &[&str]) -> Result<Self, SettingError> {
        entries.iter().map(|entry| policy_arn(name, entry)).collect::<Result<_, _>>().map(Self)
    }
}

fn policy_arn(name: &'static str, entry: &str) -> Result<String, SettingError> {
    if is_policy_arn(entry) {
        return Ok(entry.to_owned());
    }
    let allowed = "ARNs of managed policies such as `arn:aws:iam::aws:policy/ReadOnlyAccess`, separated by commas, without \
                   wildcards";
    Err(SettingError::new(name, entry, allowed))
}

/// `arn:PARTITION:iam::OWNER:policy/PATH/NAME`, where the owner is an account, or `aws` for those
/// that AWS manages.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns>.
fn is_policy_arn(text: &str) -> bool {
    let Some(arn) = Arn::of(text).filter(Arn::is_of_iam) else { return false };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    let is_path =
        |path: &str| path.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !b"*?".contains(&byte));
    let path_and_name = arn.resource.strip_prefix("policy/").unwrap_or_default();
    let (path, name) = path_and_name.rsplit_once('/').unwrap_or(("", path_and_name));
    (arn.is_in_an_account() || arn.account == "aws")
        && !name.is_empty()
        && name.bytes().all(is_name)
        && is_path(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

    #[test]
    fn a_policy_is_ignored_by_its_exact_arn_wherever_it_is_attached() {
        let ignored: IgnoredPolicies = READ_ONLY.parse().unwrap();
        let managed = |arn: &str| ignored.covers(&PolicySource::Managed { arn: arn.to_owned() });
        assert!(managed(READ_ONLY));
        assert!(!managed("arn:aws:iam::aws:policy/readonlyaccess"));
        assert!(!managed("arn:aws:iam::111122223333:policy/ReadOnlyAccess"));
        assert!(!managed("arn:aws:iam::aws:policy/ReadOnlyAccessToo"));
        let (group, arn) = ("devs".to_owned(), READ_ONLY.to_owned());
        assert!(ignored.covers(&PolicySource::GroupManaged { group, arn }));
        assert!(!ignored.covers(&PolicySource::Inline { name: READ_ONLY.to_owned() }));
        assert!(
            !IgnoredPolicies::default()
                .covers(&PolicySource::Managed { arn: READ_ONLY.to_owned() })
        );
    }

    #[test]
    fn an_entry_that_is_not_the_arn_of_a_managed_policy_is_an_error() {
        for good in [
            "",
            "arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess",
            "arn:aws:iam::111122223333:policy/team/a,arn:aws:iam::aws:policy/ReadOnlyAccess",
        ] {
            assert!(good.parse::<IgnoredPolicies>().is_ok(), "{good}");
        }
        for bad in [
            "ReadOnlyAccess",
            "arn:aws:iam::aws:policy/",
            "arn:aws:iam::aws:policy/*",
            "arn:aws:iam::*:policy/ReadOnlyAccess",
            "arn:aws:iam::aws:policy/jobs/*/ViewOnlyAccess",
            "arn:aws:iam::111122223333:role/reader",
            "arn:aws:iam::1111:policy/reader",
            "arn:aws:s3:::aws:policy/reader",
        ] {
            let error = format!("{READ_ONLY} {bad}").parse::<IgnoredPolicies>().unwrap_err();
            assert_eq!((error.name, error.value.as_str()), (IgnoredPolicies::NAME, bad));
        }
    }
}
