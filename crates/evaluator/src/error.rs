//! What fails an evaluation.

use crate::event::EventError;
use crate::scores::ScoresError;
use lambda_runtime::Diagnostic;
use leastwise_aws::CallError;
use leastwise_aws::evidence::EvidenceError;
use leastwise_aws::lists::ListError;
use leastwise_aws::ports::{ReadError, RegionsError, ReportingError};
use leastwise_rightsizing::settings::SettingError;
use thiserror::Error;

/// An evaluation that could not be made or reported.
#[derive(Debug, Error)]
pub enum EvaluationError {
    /// The event cannot be understood.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The function is set up wrongly.
    #[error("the function is set up wrongly: {0}")]
    Settings(#[from] SettingError),
    /// A list could not be had.
    #[error(transparent)]
    List(#[from] ListError),
    /// The enabled Regions could not be read.
    #[error(transparent)]
    Regions(#[from] RegionsError),
    /// The usage files could not be read.
    #[error("{what}")]
    Evidence {
        /// Which, and why.
        what: String,
        /// Whether reading them again may help.
        retryable: bool,
    },
    /// The external service says nothing.
    #[error(transparent)]
    Scores(#[from] ScoresError),
    /// The principals could not be read.
    #[error("could not read what is to be evaluated: {0}")]
    Read(#[from] ReadError),
    /// Config could not be asked or told.
    #[error("could not exchange evaluations with AWS Config: {0}")]
    Reporting(#[from] ReportingError),
    /// Config did not accept an evaluation.
    #[error("AWS Config rejected, and again the second time, the evaluation of {}", named(.resource_ids))]
    NotAccepted {
        /// The resource ids.
        resource_ids: Vec<String>,
    },
    /// A sweep could not be handed over to Step Functions.
    #[error("the sweep could not be handed over to its state machine: {0}")]
    NotHandedOver(#[from] CallError),
    /// The item of an oversized notification cannot be found.
    #[error(
        "AWS Config has no configuration item of {resource_type} `{resource_id}`, whose notification was oversized"
    )]
    ItemMissing {
        /// Resource type.
        resource_type: String,
        /// Resource id.
        resource_id: String,
    },
    /// The one principal could not be judged, and trying again may help.
    #[error("`{principal}` was reported as not judged: {why}")]
    NotJudged {
        /// ARN.
        principal: String,
        /// Why.
        why: String,
    },
    /// The time of a sweep was over before everybody's turn.
    #[error(
        "the time of the run was over with {left} principals to go; {reached} are judged, and the same event goes on \
         with the others"
    )]
    NotFinished {
        /// How many are judged, or need not be.
        reached: usize,
        /// How many are left.
        left: usize,
    },
    /// A break is suspected, and everything automatic goes on.
    #[error(
        "the boundary of `{principal}` is suspected to stop what it needs, and automatic remediation could not be halted: \
         {why}; switch it off (`AutomaticRemediation`) or restore the principal until it can be"
    )]
    NotHalted {
        /// ARN.
        principal: String,
        /// Why.
        why: String,
    },
    /// A break is suspected, and the principal is not being restored.
    #[error(
        "the boundary of `{principal}` is suspected to stop what it needs, and its restore could not be started: {call}; \
         start `LeastwiseRestorePrincipal` by hand"
    )]
    NotRestored {
        /// ARN.
        principal: String,
        /// Why.
        call: CallError,
    },
}

impl EvaluationError {
    pub(crate) fn unread(error: &EvidenceError) -> Self {
        Self::Evidence { what: error.to_string(), retryable: error.is_retryable() }
    }

    /// `InvalidEvent`, `Retryable` (the same event may succeed later) or `Failed`.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        let retryable = match self {
            Self::Event(_) => return "InvalidEvent",
            Self::Settings(_) => false,
            Self::List(error) => error.is_retryable(),
            Self::Regions(error) => error.is_retryable(),
            Self::Evidence { retryable, .. } => *retryable,
            Self::Scores(error) => error.is_retryable(),
            Self::Read(error) => error.is_retryable(),
            Self::Reporting(error) => error.is_retryable(),
            Self::NotHandedOver(call) | Self::NotRestored { call, .. } => call.is_retryable(),
            Self::NotAccepted { .. }
            | Self::NotJudged { .. }
            | Self::NotFinished { .. }
            | Self::NotHalted { .. }
            | Self::ItemMissing { .. } => true,
        };
        if retryable { "Retryable" } else { "Failed" }
    }
}

/// The first ids, and how many there are beside them.
fn named(ids: &[String]) -> String {
    const NAMED: usize = 10;
    let first: Vec<String> = ids.iter().take(NAMED).map(|id| format!("`{id}`")).collect();
    let others = match ids.len().saturating_sub(NAMED) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    first.join(", ") + &others
}

impl From<EvaluationError> for Diagnostic {
    fn from(error: EvaluationError) -> Self {
        Self { error_type: error.error_type().to_owned(), error_message: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_rejected_evaluations_ten_are_named_and_the_rest_counted() {
        let resource_ids = (1..=12).map(|number| format!("AROA{number}")).collect();
        assert_eq!(
            EvaluationError::NotAccepted { resource_ids }.to_string(),
            "AWS Config rejected, and again the second time, the evaluation of `AROA1`, `AROA2`, `AROA3`, `AROA4`, \
             `AROA5`, `AROA6`, `AROA7`, `AROA8`, `AROA9`, `AROA10` and 2 more"
        );
    }
}
