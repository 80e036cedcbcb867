//! The setting `EvidenceList`: where the usage files are.

use super::list::ObjectAddress;
use super::setting::SettingError;
use std::fmt;
use std::str::FromStr;

/// Where usage files are: one in S3, or all below a prefix that ends in `/`.
///
/// ```
/// use leastwise_rightsizing::settings::EvidenceList;
///
/// let all: EvidenceList = "s3://security-evidence/usage/".parse()?;
/// assert!(all.is_prefix());
/// assert!("s3://security-evidence/".parse::<EvidenceList>().is_err());
/// # Ok::<(), leastwise_rightsizing::settings::SettingError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceList(ObjectAddress);

impl EvidenceList {
    /// The setting's name.
    pub const NAME: &'static str = "EvidenceList";

    /// The object, or what the keys begin with.
    #[must_use]
    pub fn address(&self) -> &ObjectAddress {
        &self.0
    }

    /// Whether it is a prefix.
    #[must_use]
    pub fn is_prefix(&self) -> bool {
        self.0.key.ends_with('/')
    }

    /// Reads the value of the setting; an empty one is none.
    ///
    /// # Errors
    ///
    /// [`SettingError`] when it is no address of an object or a prefix.
    pub fn parse(value: &str) -> Result<Option<Self>, SettingError> {
        if value.trim().is_empty() { Ok(None) } else { value.parse().map(Some) }
    }
}

impl FromStr for EvidenceList {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let allowed = "one usage file as `s3://BUCKET/KEY`, or all below `s3://BUCKET/PREFIX/`";
        ObjectAddress::parse(value.trim())
            .map(Self)
            .ok_or_else(|| SettingError::new(Self::NAME, value, allowed))
    }
}

impl fmt::Display for EvidenceList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
