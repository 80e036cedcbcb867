//! Reading one managed policy.

use super::ReadError;
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::UnreadableDocument;
use std::future::Future;

/// The IAM actions that [`ReadPolicy`] costs.
pub const ACTIONS: &[&str] = &["iam:GetPolicy", "iam:GetPolicyVersion"];

/// Reads one managed policy, whoever it is attached to.
///
/// Costs `iam:GetPolicy` and `iam:GetPolicyVersion`.
pub trait ReadPolicy: Sync {
    /// The text of the version in force; [`UnreadableDocument::Missing`] where there is no such
    /// policy.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when IAM could not be asked; [`ReadError::Changed`] when the version in force
    /// was replaced while it was read.
    fn policy(
        &self,
        arn: &str,
    ) -> impl Future<Output = Result<Result<Document, UnreadableDocument>, ReadError>> + Send;
}
