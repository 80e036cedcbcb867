//! The enabled Regions. These questions are not counted as calls.

use crate::aws::fake::Fake;
use leastwise_aws::CallError;
use leastwise_aws::ports::{ReadRegions, RegionsError};
use std::collections::BTreeSet;

/// Where something may run unless a test says otherwise: IAM tracks use in both.
const ENABLED: [&str; 2] = ["eu-central-1", "us-east-1"];

impl Fake {
    /// From now on these Regions are enabled, or the call for them fails.
    pub fn set_regions(&self, regions: Result<&[&str], CallError>) {
        let regions = regions.map(|names| names.iter().map(ToString::to_string).collect());
        *self.regions.lock().unwrap() = Some(regions);
    }
}

impl ReadRegions for Fake {
    async fn enabled_regions(&self) -> Result<BTreeSet<String>, RegionsError> {
        match &*self.regions.lock().unwrap() {
            Some(regions) => Ok(regions.clone()?),
            None => Ok(ENABLED.map(ToOwned::to_owned).into()),
        }
    }
}
