//! What automatic remediation does about boundaries that somebody else made.

use leastwise_rightsizing::settings::{SettingError, choice};
use std::str::FromStr;

/// Whether automatic remediation puts a boundary of ours in the place of somebody else's: by
/// default it leaves that alone.
///
/// The owner's deployments may demand that boundary (`iam:PermissionsBoundary`), and its text is
/// followed from plan to plan only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CustomerBoundaries {
    /// `leave`: a person has to look at the plan first.
    #[default]
    Leave,
    /// `narrow`: it is replaced by ours, which is narrower.
    Narrow,
}

impl CustomerBoundaries {
    /// The setting's name.
    pub const NAME: &'static str = "CustomerBoundaries";
}

impl FromStr for CustomerBoundaries {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        choice(Self::NAME, value, &[("leave", Self::Leave), ("narrow", Self::Narrow)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customers_boundary_is_left_alone_unless_the_setting_says_otherwise() {
        assert_eq!(CustomerBoundaries::default(), CustomerBoundaries::Leave);
        assert_eq!("leave".parse(), Ok(CustomerBoundaries::Leave));
        assert_eq!(" narrow".parse(), Ok(CustomerBoundaries::Narrow));
        assert_eq!(
            "keep".parse::<CustomerBoundaries>().unwrap_err().to_string(),
            "`CustomerBoundaries` is `keep`; allowed is `leave` or `narrow`"
        );
    }
}
