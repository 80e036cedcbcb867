//! The arguments of the commands that write to an account.

use super::live::{LiveArguments, role};
use clap::Args;
use leastwise_policy::action::Action;
use leastwise_remediator::request::Resource;
use leastwise_rightsizing::settings::RestoreHoldDays;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// What the boundary in place denies and is to allow again, such as `sqs:SendMessage`: actions,
    /// separated by commas, within what stood before it.
    #[arg(long, value_name = "ACTIONS", value_delimiter = ',')]
    pub(crate) give_back: Vec<Action>,
    #[command(flatten)]
    pub(crate) writing: WritingArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArguments {
    /// For how many days automatic remediation leaves them alone, instead of those of the
    /// deployment's `RestoreHoldDays`; or `lift`, which ends a hold and sets none.
    #[arg(long, value_name = "DAYS|lift")]
    pub(crate) hold: Option<HoldArgument>,
    #[command(flatten)]
    pub(crate) writing: WritingArguments,
}

#[derive(Debug, Args)]
pub(crate) struct HoldArguments {
    /// For how many days, instead of those of the deployment's `RestoreHoldDays`. A longer hold
    /// stays.
    #[arg(long, value_name = "DAYS", conflicts_with = "lift")]
    pub(crate) days: Option<RestoreHoldDays>,
    /// Lift the hold instead.
    #[arg(long)]
    pub(crate) lift: bool,
    #[command(flatten)]
    pub(crate) writing: WritingArguments,
}

/// What every command has that asks the remediator's own code to write.
#[derive(Debug, Args)]
pub(crate) struct WritingArguments {
    #[command(flatten)]
    pub(crate) principals: PrincipalsArguments,
    #[command(flatten)]
    pub(crate) consent: ConsentArguments,
    #[command(flatten)]
    pub(crate) deployment: DeploymentArguments,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ResumeArguments {
    #[command(flatten)]
    pub(crate) consent: ConsentArguments,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

#[derive(Debug, Args)]
pub(crate) struct RemediateArguments {
    #[command(flatten)]
    pub(crate) principals: PrincipalsArguments,
    /// Restore them instead, by `LeastwiseRestorePrincipal`.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) restore: bool,
    /// Only plan.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The role that Automation works in; if left out, that of the stack.
    #[arg(long, value_name = "ARN", value_parser = role)]
    pub(crate) automation_role: Option<String>,
    #[command(flatten)]
    pub(crate) consent: ConsentArguments,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

/// Whom a command is about.
#[derive(Debug, Clone, Args)]
pub(crate) struct PrincipalsArguments {
    /// Users and roles: ARNs, or unique ids (`AIDA…`, `AROA…`).
    #[arg(value_name = "PRINCIPAL", required = true, value_parser = resource)]
    pub(crate) principals: Vec<Resource>,
}

/// Whether a person is asked first.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ConsentArguments {
    /// Do not ask before anything is written.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// By which settings it is done.
#[derive(Debug, Clone, Args)]
pub(crate) struct DeploymentArguments {
    /// The parameters that a deployment would have, exemptions first of all, for an account that
    /// has none: a file in a form that AWS CLI takes, as for `leastwise doctor`. Where Leastwise is
    /// deployed, the settings of its function count.
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
}

/// What becomes of the hold on a restored principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoldArgument {
    /// It is set, for so many days.
    Days(RestoreHoldDays),
    /// It is lifted.
    Lift,
}

impl FromStr for HoldArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "lift" => Ok(Self::Lift),
            days => days
                .parse()
                .map(Self::Days)
                .map_err(|_| "expected `lift`, or a number of days from 0 to 365".to_owned()),
        }
    }
}

fn resource(text: &str) -> Result<Resource, String> {
    let expected = "expected the unique id of a user (AIDA…) or role (AROA…), or its ARN";
    text.parse().map_err(|_| expected.to_owned())
}
