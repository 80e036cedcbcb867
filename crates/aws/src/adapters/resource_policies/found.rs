//! What was found in the Regions, and what was missed.

use super::unread;
use leastwise_rightsizing::resource_policies::{Reading, ResourcePolicies, ResourcePolicy};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// The services all of whose policies AWS Config's items hold, but for what
/// [`unread`](super::unread) says.
///
/// Not those of which it holds some: the policies of Lambda's layers, aliases and versions, of
/// air-gapped backup vaults and of directory buckets' access points are in no item.
pub(super) const CONFIG_SERVICES: [&str; 8] =
    ["ecr", "elasticfilesystem", "es", "events", "kms", "s3", "sns", "sqs"];

pub(super) const SECRETS_MANAGER: &str = "secretsmanager";

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    policies: Vec<ResourcePolicy>,
    /// The first gap of each service that has one.
    gaps: BTreeMap<&'static str, String>,
}

impl Found {
    /// Adds what was read of a service in a Region, or that it could not be read.
    pub(super) fn add(
        &mut self,
        service: &'static str,
        region: &str,
        policies: Result<Vec<ResourcePolicy>, impl Display>,
    ) {
        match policies {
            Ok(policies) => self.policies.extend(policies),
            Err(why) => self.miss(service, region, why),
        }
    }

    /// Notes that policies of a service in a Region could not be read.
    pub(super) fn miss(&mut self, service: &'static str, region: &str, why: impl Display) {
        self.gaps.entry(service).or_insert_with(|| format!("in {region}, {why}"));
    }

    /// All that is known after these Regions.
    pub(super) fn of(mut self, regions: &BTreeSet<String>) -> ResourcePolicies {
        if regions.is_empty() {
            return ResourcePolicies::default();
        }
        self.policies.extend(unread::policies());
        let services = CONFIG_SERVICES.into_iter().chain([SECRETS_MANAGER]);
        let readings = services.map(|service| {
            let gap = self.gaps.get(service).cloned();
            (service.to_owned(), gap.map_or(Reading::Complete, |why| Reading::Partial { why }))
        });
        let readings: Vec<_> = readings.collect();
        ResourcePolicies::new(self.policies, readings)
    }
}
