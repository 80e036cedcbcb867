//! Which wildcards a boundary may have.

use super::setting::SettingError;
use leastwise_policy::compress::Wildcards;
use std::str::FromStr;

/// Which wildcards a boundary may have: by default [`Wildcards::Stable`], and any that match
/// exactly what is kept where the document would not fit otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoundaryWildcards(Wildcards);

impl BoundaryWildcards {
    /// The setting's name.
    pub const NAME: &'static str = "Wildcards";

    /// The choice.
    #[must_use]
    pub fn choice(self) -> Wildcards {
        self.0
    }
}

impl Default for BoundaryWildcards {
    fn default() -> Self {
        Self(Wildcards::Stable)
    }
}

impl FromStr for BoundaryWildcards {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let choice = value.trim().parse().map(Self);
        choice.map_err(|_| SettingError::new(Self::NAME, value, "`exact`, `stable` or `none`"))
    }
}
