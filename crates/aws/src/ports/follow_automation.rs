//! Following an execution of an SSM Automation document.

use crate::call::CallError;
use std::future::Future;

/// The IAM actions that [`FollowAutomation`] costs.
pub const ACTIONS: &[&str] = &["ssm:GetAutomationExecution"];

/// How an execution, or one of its steps, stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It has not ended. The word is AWS's, such as `InProgress` or `Waiting`.
    GoesOn(String),
    /// It ended as it should.
    Succeeded,
    /// It ended otherwise. The word is AWS's, such as `Failed` or `TimedOut`.
    Failed(String),
}

/// A step of an execution, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomationStep {
    /// Its name in the document.
    pub name: String,
    /// How it stands.
    pub progress: Progress,
    /// What a function that it invoked answered; `None` for other steps.
    pub answer: Option<String>,
}

/// An execution as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomationRun {
    /// How it stands.
    pub progress: Progress,
    /// Its steps that began, in their order.
    pub steps: Vec<AutomationStep>,
    /// Why it failed, in the words of AWS.
    pub failure: Option<String>,
}

/// Reads executions of SSM Automation documents.
///
/// Costs `ssm:GetAutomationExecution` on the execution.
pub trait FollowAutomation: Sync {
    /// How the execution of this id stands.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it could not be read, or is not of the documented form.
    fn run(&self, id: &str) -> impl Future<Output = Result<AutomationRun, CallError>> + Send;
}
