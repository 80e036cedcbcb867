//! Remembering what was said last.

use crate::call::CallError;
use std::future::Future;

/// The actions that [`Remember`] costs.
pub const ACTIONS: &[&str] = &["ssm:GetParameter", "ssm:PutParameter"];

/// Keeps short texts by name, in AWS Systems Manager Parameter Store.
///
/// Costs `ssm:GetParameter` and `ssm:PutParameter` on the parameters.
pub trait Remember: Sync {
    /// The text of this name; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it could not be asked for.
    fn recall(&self, name: &str) -> impl Future<Output = Result<Option<String>, CallError>> + Send;

    /// Keeps the text, at most 4 KB, in place of any other of this name.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it was not kept, or nothing says that it was.
    fn remember(
        &self,
        name: &str,
        text: &str,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}
