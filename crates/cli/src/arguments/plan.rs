//! The arguments of `leastwise plan` beside those that it shares.

use clap::{Args, ValueEnum};

/// What of the plans is shown.
#[derive(Debug, Args)]
pub(crate) struct Showing {
    /// Show what would change: the index now and then, the services that stop, and those that stay
    /// because nothing is known of their use.
    #[arg(long, conflicts_with = "emit")]
    pub(crate) what_if: bool,
    /// Print the boundary of the one principal, and its attachment, as code for this tool. The
    /// commands that bring what exists already under the tool go to stderr.
    #[arg(
        long,
        value_name = "TOOL",
        requires = "principal",
        conflicts_with_all = ["output", "what_if"]
    )]
    pub(crate) emit: Option<Tool>,
}

/// A tool that can attach a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tool {
    /// A template of AWS CloudFormation, in JSON.
    #[value(name = "cloudformation")]
    CloudFormation,
    /// HCL for Terraform or `OpenTofu`.
    Terraform,
    /// A stack of AWS CDK 2, in TypeScript.
    Cdk,
    /// A program for Pulumi with `@pulumi/aws`, in TypeScript.
    Pulumi,
    /// The policy document alone, for AWS CLI.
    Json,
}
