//! Starting a state machine of AWS Step Functions.

use super::entries::Made;
use crate::call::CallError;
use std::future::Future;

/// The actions that [`StartExecution`] costs.
pub const ACTIONS: &[&str] = &["states:StartExecution"];

/// Starts executions of state machines, of which the first of a name stays.
///
/// Costs `states:StartExecution` on the state machine.
pub trait StartExecution: Sync {
    /// Starts the state machine with this input, unless it was started under this name before.
    /// Step Functions keeps names for 90 days.
    ///
    /// Where an execution of this name and input is still running, Step Functions does not tell
    /// whether it was this call that started it: that is [`Made::Now`], too.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>.
    ///
    /// # Errors
    ///
    /// [`CallError`] when nothing says that it was started.
    fn start_execution(
        &self,
        state_machine: &str,
        name: &str,
        input: &str,
    ) -> impl Future<Output = Result<Made, CallError>> + Send;
}
