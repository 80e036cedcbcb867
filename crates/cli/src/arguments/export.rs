//! What findings for others need to know.

use super::region::RegionArgument;
use clap::Args;

/// What findings for others need to know.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The Region of the Security Hub that the findings of `--output asff` are for.
    #[arg(long, value_name = "REGION")]
    security_hub_region: Option<RegionArgument>,
}

impl ExportArguments {
    /// Whether the Region was given.
    pub(crate) fn is_given(&self) -> bool {
        self.security_hub_region.is_some()
    }

    /// The Region; empty where none was given.
    pub(crate) fn security_hub_region(&self) -> &str {
        self.security_hub_region.as_ref().map_or("", |region| &region.0)
    }
}
