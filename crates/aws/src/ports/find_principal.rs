//! From the id that AWS Config hands out to the name that IAM's calls take.

use super::ReadError;
use crate::principal_name::PrincipalName;
use leastwise_rightsizing::iam::UniqueId;
use std::future::Future;

/// The IAM actions that [`FindPrincipal`] costs.
pub const ACTIONS: &[&str] = &["config:ListDiscoveredResources", "iam:ListRoles", "iam:ListUsers"];

/// Finds the name of a principal by its unique id, the only thing that a Config remediation is
/// given.
///
/// Costs `config:ListDiscoveredResources`, and `iam:ListUsers` or `iam:ListRoles` when Config does
/// not know the id.
///
/// Source:
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_ListDiscoveredResources.html>.
pub trait FindPrincipal: Sync {
    /// The name, or `None` when neither Config nor IAM knows the id.
    ///
    /// Config's answer may lag behind IAM, and a name can pass to another principal: read the
    /// principal and compare its unique id before acting on it.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when Config or IAM could not be asked.
    fn find(
        &self,
        id: &UniqueId,
    ) -> impl Future<Output = Result<Option<PrincipalName>, ReadError>> + Send;
}
