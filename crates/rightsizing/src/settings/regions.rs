//! What is believed of Regions that IAM does not track.

use super::setting::{SettingError, choice};
use std::str::FromStr;

/// What "never used" says where the account has an enabled Region, or lies in a partition, that IAM
/// does not track: by default nothing, since use there leaves no trace.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html#last-accessed_tracking-period>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UntrackedRegions {
    /// `unknown`: something may run there, so what was never used is unknown.
    #[default]
    Unknown,
    /// `unused`: the operator says that nothing runs there.
    Unused,
}

impl UntrackedRegions {
    /// The setting's name.
    pub const NAME: &'static str = "UntrackedRegions";
}

impl FromStr for UntrackedRegions {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        choice(Self::NAME, value, &[("unknown", Self::Unknown), ("unused", Self::Unused)])
    }
}
