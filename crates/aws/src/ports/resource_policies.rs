//! Reading the policies of resources.

use leastwise_rightsizing::resource_policies::ResourcePolicies;
use std::collections::BTreeSet;
use std::future::Future;

/// The IAM actions that [`ReadResourcePolicies`] costs.
pub const ACTIONS: &[&str] = &[
    "config:BatchGetResourceConfig",
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorders",
    "config:ListDiscoveredResources",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:ListSecrets",
];

/// Reads the policies of an account's resources: from AWS Config's items where it records the type,
/// and from Secrets Manager.
///
/// Costs, in each Region: one `config:DescribeConfigurationRecorders` and
/// `config:DescribeConfigurationRecorderStatus`; for each resource type one
/// `config:ListDiscoveredResources` and one `config:BatchGetResourceConfig` for every hundred
/// resources; one `secretsmanager:ListSecrets` for every hundred secrets and one
/// `secretsmanager:GetResourcePolicy` for each of them.
pub trait ReadResourcePolicies: Sync {
    /// What is known of resource policies in `regions`, which should be all that the account has
    /// enabled. Trust policies are not among them.
    ///
    /// A call that fails is no error here: not all policies of the service were read then, and why.
    fn resource_policies(
        &self,
        regions: &BTreeSet<String>,
    ) -> impl Future<Output = ResourcePolicies> + Send;
}
