//! How a list may be written: which wildcards it may have, and how hard it may be to read.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Which wildcards a list may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wildcards {
    /// Any that match nothing but the set today: the shortest list, and the one most open to what
    /// AWS adds.
    #[default]
    Exact,
    /// Only those that are unlikely to match what AWS adds, and harmless if they do. They start
    /// with one of [`READING_VERBS`](crate::compress::READING_VERBS) and match nothing but actions
    /// of the levels list and read. They keep at least two whole words beside the verb, as
    /// `Get*RolePolicy` and `ListRole*Policies` do. A pattern that ends in the wildcard, as
    /// `GetRolePolicy*`, stands for at least three actions. Everything else is written out.
    ///
    /// What AWS adds is mostly a new kind of resource, which `Get*` matches, or a new detail of
    /// one, which `GetRole*` matches. The example `drift` measures both: over ten months stable
    /// lists admit a sixteenth of what exact ones do. They save a tenth of the characters, and
    /// exact ones save seven tenths.
    Stable,
    /// None: every action is written out, and nothing that AWS adds can get in.
    None,
}

impl Wildcards {
    /// The setting's name on the command line and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Stable => "stable",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Wildcards {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Wildcards {
    type Err = UnknownWildcards;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "exact" => Ok(Self::Exact),
            "stable" => Ok(Self::Stable),
            "none" => Ok(Self::None),
            _ => Err(UnknownWildcards { word: word.to_owned() }),
        }
    }
}

/// A word that names no [`Wildcards`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{word}` is not a choice of wildcards: `exact`, `stable` or `none`")]
pub struct UnknownWildcards {
    /// The word.
    pub word: String,
}

/// How hard to read a list may be, for the sake of being short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readability {
    /// Wildcards start and end where words do, and stand for two actions or more.
    #[default]
    Words,
    /// Wildcards may also cut words and abridge a single name, as `s3:*nLo*` does: the last resort
    /// when a policy is too large. The search takes ten to a hundred times as long. Stable
    /// wildcards cut no words even so.
    LastResort,
}

/// How to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Compression {
    /// Which wildcards the list may have.
    pub wildcards: Wildcards,
    /// How hard it may be to read.
    pub readability: Readability,
}

impl From<Wildcards> for Compression {
    fn from(wildcards: Wildcards) -> Self {
        Self { wildcards, ..Self::default() }
    }
}
