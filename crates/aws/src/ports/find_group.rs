//! Finding out whether there is a group.

use crate::call::CallError;
use std::future::Future;

/// The IAM actions that [`FindGroup`] costs.
pub const ACTIONS: &[&str] = &["iam:GetGroup"];

/// Finds out whether there is a group.
///
/// Costs `iam:GetGroup`.
pub trait FindGroup: Sync {
    /// Whether the account has a group of this name, in one call.
    ///
    /// # Errors
    ///
    /// [`CallError`] when that could not be learned.
    fn has_group(&self, name: &str) -> impl Future<Output = Result<bool, CallError>> + Send;
}
