//! Learning where something may run under an account's principals.

use crate::ports::{ReadRegions, RegionsError};
use leastwise_rightsizing::evidence::EnabledRegions;
use leastwise_rightsizing::settings::UntrackedRegions;

/// The account's enabled Regions, which are asked for unless the operator says that nothing runs
/// where IAM does not track use.
///
/// # Errors
///
/// [`RegionsError`] when they could not be read.
pub async fn enabled_regions(
    untracked: UntrackedRegions,
    aws: &impl ReadRegions,
) -> Result<EnabledRegions, RegionsError> {
    match untracked {
        UntrackedRegions::Unused => Ok(EnabledRegions::NotAsked),
        UntrackedRegions::Unknown => Ok(EnabledRegions::Known(aws.enabled_regions().await?)),
    }
}
