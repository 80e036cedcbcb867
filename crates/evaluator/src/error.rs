//! What fails an evaluation.

use crate::event::EventError;
use lambda_runtime::Diagnostic;
use leastwise_aws::ports::{ReadError, ReportingError};
use thiserror::Error;

/// An evaluation that could not be made or reported.
#[derive(Debug, Error)]
pub enum EvaluationError {
    /// The event cannot be understood
    #[error(transparent)]
    Event(#[from] EventError),
    /// The principals could not be read
    #[error("could not read what is to be evaluated: {0}")]
    Read(#[from] ReadError),
    /// Config could not be asked or told
    #[error("could not exchange evaluations with AWS Config: {0}")]
    Reporting(#[from] ReportingError),
    /// Config did not accept an evaluation
    #[error(
        "AWS Config did not accept {count} evaluations, even the second time; the first is of `{first}`"
    )]
    NotAccepted {
        /// How many.
        count: usize,
        /// The resource id of the first.
        first: String,
    },
    /// The item of an oversized notification cannot be found
    #[error(
        "AWS Config has no configuration item of {resource_type} `{resource_id}`, whose notification was oversized"
    )]
    ItemMissing {
        /// Resource type.
        resource_type: String,
        /// Resource id.
        resource_id: String,
    },
    /// The one principal could not be judged, and trying again may help
    #[error("`{principal}` was reported as not judged: {why}")]
    NotJudged {
        /// ARN.
        principal: String,
        /// Why.
        why: String,
    },
}

impl EvaluationError {
    /// `InvalidEvent`, `Retryable` (the same event may succeed later) or `Failed`.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        let retryable = match self {
            Self::Event(_) => return "InvalidEvent",
            Self::Read(error) => error.is_retryable(),
            Self::Reporting(error) => error.is_retryable(),
            Self::NotAccepted { .. } | Self::NotJudged { .. } | Self::ItemMissing { .. } => true,
        };
        if retryable { "Retryable" } else { "Failed" }
    }
}

impl From<EvaluationError> for Diagnostic {
    fn from(error: EvaluationError) -> Self {
        Self { error_type: error.error_type().to_owned(), error_message: error.to_string() }
    }
}
