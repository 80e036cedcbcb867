//! What a boundary does about grants by resource policies, which IAM's reports do not show.

use super::setting::{SettingError, boolean, choice};
use std::str::FromStr;

/// How a boundary treats actions that no identity policy grants, but a resource policy may: by
/// default it keeps them.
///
/// A boundary that does not allow an action cuts what a resource policy grants to a role by its
/// ARN.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResourceGrants {
    /// `keep`: the boundary allows them all, of every service whose resources have policies.
    #[default]
    Keep,
    /// `read`: resource policies are read, and what they grant is kept. Of services whose policies
    /// were not read completely all is kept.
    Read,
    /// `none`: the operator says that no resource policy grants anything by itself.
    None,
}

impl ResourceGrants {
    /// The setting's name.
    pub const NAME: &'static str = "ResourceGrants";
}

impl FromStr for ResourceGrants {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        choice(
            Self::NAME,
            value,
            &[("keep", Self::Keep), ("read", Self::Read), ("none", Self::None)],
        )
    }
}

/// Whether the operator has checked that no resource policy denies by `NotPrincipal`: `false` by
/// default.
///
/// Such a denial hits every principal that has a boundary, even one that the element names and even
/// under a boundary that allows everything.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NotPrincipalChecked(bool);

impl NotPrincipalChecked {
    /// The setting's name.
    pub const NAME: &'static str = "NotPrincipalChecked";

    /// Whether the operator has checked it.
    #[must_use]
    pub fn is_on(self) -> bool {
        self.0
    }
}

impl FromStr for NotPrincipalChecked {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        boolean(Self::NAME, value).map(Self)
    }
}
