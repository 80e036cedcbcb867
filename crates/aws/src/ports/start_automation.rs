//! Starting an SSM Automation document.

use crate::call::CallError;
use std::future::Future;

/// The actions that [`StartAutomation`] costs.
pub const ACTIONS: &[&str] = &["iam:PassRole", "ssm:StartAutomationExecution"];

/// Starts executions of SSM Automation documents.
///
/// Costs `ssm:StartAutomationExecution` on the document, and `iam:PassRole` on the role that the
/// parameter `AutomationAssumeRole` names.
pub trait StartAutomation: Sync {
    /// Starts the document with these parameters; the id of the execution.
    ///
    /// # Errors
    ///
    /// [`CallError`] when nothing says that it was started, and as which execution.
    fn start(
        &self,
        document: &str,
        parameters: &[(&str, &str)],
    ) -> impl Future<Output = Result<String, CallError>> + Send;
}
