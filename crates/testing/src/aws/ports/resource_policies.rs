//! The policies of resources. Where the call fails, nothing is known of them.

use crate::aws::fake::Fake;
use leastwise_aws::ports::ReadResourcePolicies;
use leastwise_rightsizing::resource_policies::ResourcePolicies;
use std::collections::BTreeSet;

impl ReadResourcePolicies for Fake {
    async fn resource_policies(&self, regions: &BTreeSet<String>) -> ResourcePolicies {
        assert!(!regions.is_empty(), "the Regions of the account are not known");
        let known = self.call(
            "resource_policies",
            |world| Ok(world.resource_policies.clone()),
            |_| ResourcePolicies::default(),
        );
        known.unwrap_or_else(|nothing| nothing)
    }
}
