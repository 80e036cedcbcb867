//! What IAM's calls on a single user or role take: its kind and its friendly name.

use leastwise_rightsizing::iam::{PrincipalArn, PrincipalKind};
use std::fmt;

/// The friendly name of a user or role, without the path, and which of the two it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalName {
    /// User or role.
    pub kind: PrincipalKind,
    /// The name.
    pub name: String,
}

impl PrincipalName {
    /// The user of that name.
    pub fn user(name: impl Into<String>) -> Self {
        Self { kind: PrincipalKind::User, name: name.into() }
    }

    /// The role of that name.
    pub fn role(name: impl Into<String>) -> Self {
        Self { kind: PrincipalKind::Role, name: name.into() }
    }
}

impl From<&PrincipalArn> for PrincipalName {
    fn from(arn: &PrincipalArn) -> Self {
        Self { kind: arn.kind(), name: arn.name().to_owned() }
    }
}

impl fmt::Display for PrincipalName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} `{}`", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_an_arn_is_not_part_of_the_name() {
        let arn: PrincipalArn =
            "arn:aws:iam::111122223333:role/service-role/report-writer".parse().unwrap();
        let name = PrincipalName::from(&arn);
        assert_eq!(name, PrincipalName::role("report-writer"));
        assert_eq!(name.to_string(), "role `report-writer`");
    }
}
