//! A principal as a result names it.

use leastwise_rightsizing::iam::PrincipalArn;
use serde::Serialize;
use std::fmt;

/// A principal: by its ARN, or by what else the account data calls it where that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub(super) enum Who {
    /// Its ARN.
    Arn(PrincipalArn),
    /// Any other name.
    Name(String),
}

impl Who {
    /// Whoever is called this in the account data.
    pub(super) fn called(name: &str) -> Self {
        name.parse().map_or_else(|_| Self::Name(name.to_owned()), Self::Arn)
    }
}

impl fmt::Display for Who {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(arn) => arn.fmt(formatter),
            Self::Name(name) => formatter.write_str(name),
        }
    }
}
