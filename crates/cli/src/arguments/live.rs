//! How a command comes to AWS: the arguments of every one that asks it.

use super::region::RegionArgument;
use clap::Args;
use leastwise_aws::{RoleToAssume, SignIn};
use leastwise_rightsizing::iam::{PrincipalArn, PrincipalKind};

/// Whose credentials are used, and where. Without any of these it is as AWS CLI has it: the
/// environment, the shared files with IAM Identity Center and credential processes, the machine.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Access to AWS")]
pub(crate) struct LiveArguments {
    /// The profile of the shared config and credentials files to use.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The Region to ask in.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<RegionArgument>,
    /// A role to assume with these credentials, such as one that may read the account's trail.
    #[arg(long, value_name = "ARN", value_parser = role)]
    pub(crate) assume_role: Option<String>,
    /// The external id that the role's trust policy asks for.
    #[arg(long, value_name = "ID", requires = "assume_role")]
    pub(crate) external_id: Option<String>,
}

impl LiveArguments {
    /// Whom to sign in as.
    pub(crate) fn sign_in(&self) -> SignIn {
        let external_id = self.external_id.clone();
        SignIn {
            profile: self.profile.clone(),
            region: self.region.as_ref().map(|region| region.0.clone()),
            role: self.assume_role.clone().map(|arn| RoleToAssume { arn, external_id }),
        }
    }

    /// Whether one of them was given.
    pub(crate) fn is_given(&self) -> bool {
        self.sign_in() != SignIn::default()
    }
}

/// The ARN of a role.
pub(super) fn role(text: &str) -> Result<String, String> {
    let arn = text.parse::<PrincipalArn>().ok().filter(|arn| arn.kind() == PrincipalKind::Role);
    let expected = "expected the ARN of a role, such as arn:aws:iam::111122223333:role/reader";
    arn.map(|arn| arn.to_string()).ok_or_else(|| expected.to_owned())
}
