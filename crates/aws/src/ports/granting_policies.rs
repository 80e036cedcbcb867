//! Asking IAM which policies grant access to a service.

use super::ReadError;
use leastwise_rightsizing::evidence::granting::NamedPolicy;
use std::collections::BTreeMap;
use std::future::Future;

/// The IAM actions that [`GrantingPolicies`] costs.
pub const ACTIONS: &[&str] = &["iam:ListPoliciesGrantingServiceAccess"];

/// Says which policies grant an entity access to services.
///
/// Costs `iam:ListPoliciesGrantingServiceAccess`.
pub trait GrantingPolicies: Sync {
    /// The policies by service. A service that IAM says nothing of is not among the keys, which
    /// does not mean that nothing grants it. Permissions boundaries are not among the policies;
    /// those of a user's groups are.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when the list could not be read to its end.
    fn granting_policies(
        &self,
        arn: &str,
        services: &[&str],
    ) -> impl Future<Output = Result<BTreeMap<String, Vec<NamedPolicy>>, ReadError>> + Send;
}
