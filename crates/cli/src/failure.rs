//! Why a command could not be done, and how a person is told.

use crate::consent::NobodyToAsk;
use crate::deployment::DeploymentError;
use crate::input::InputError;
use crate::lines::LinesError;
use crate::live::LiveError;
use crate::output::{self, printable};
use leastwise_aws::ports::AnalyzerError;
use leastwise_aws::{CallError, codes};
use leastwise_remediator::error::RemediationError;
use std::borrow::Cow;
use std::error::Error;
use std::io;
use thiserror::Error;

/// Why a command could not be done.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// An input cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Arguments that do not go together.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// Nobody can be asked.
    #[error(transparent)]
    Consent(#[from] NobodyToAsk),
    /// By which settings to write is not known.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// What was begun could not be done.
    #[error(transparent)]
    Remediation(#[from] Box<RemediationError>),
    /// AWS could not be asked, or did not answer.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The cases cannot be answered.
    #[error(transparent)]
    Lines(#[from] LinesError),
    /// The result cannot be written.
    #[error("could not write the result")]
    Output(#[from] io::Error),
}

impl From<AnalyzerError> for Failure {
    fn from(error: AnalyzerError) -> Self {
        match error {
            AnalyzerError::Call(error) => error.into(),
            AnalyzerError::Paging(error) => Self::Live(error.into()),
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::Live(error.into())
    }
}

/// Says an error with its causes, and the next step if there is one.
pub(crate) fn error(failure: &Failure) {
    output::say(&format!("error: {}", printable(&failure.to_string())));
    let mut said = failure.to_string();
    let mut cause = failure.source();
    while let Some(reason) = cause {
        let text = reason.to_string();
        // Some errors already end in their cause.
        if !said.ends_with(&text) {
            output::say(&format!("  because: {}", printable(&text)));
        }
        said = text;
        cause = reason.source();
    }
    let next: Option<Cow<'_, str>> = match failure {
        Failure::Input(error) => Some(error.next()),
        Failure::Consent(_) => Some(NobodyToAsk::NEXT.into()),
        Failure::Deployment(error) => Some(error.next().into()),
        Failure::Remediation(error) => Some(after(error).into()),
        Failure::Live(error) => Some(error.next().into()),
        Failure::Lines(error) => error.next().map(Cow::from),
        Failure::Usage(_) | Failure::Output(_) => None,
    };
    if let Some(next) = next {
        output::say(&format!("\nnext: {}", printable(&next)));
    }
}

/// What to do after what the remediation failed with, besides what its text says.
pub(crate) fn after(error: &RemediationError) -> &'static str {
    if error.to_string().contains(codes::ACCESS_DENIED) {
        "ask for the permission that the text names, and run it again: it goes on from what it finds; \
         docs/guide/remediation-and-undo.md lists the permissions"
    } else if error.error_type() == "Retryable" {
        "run it again: it goes on from what it finds"
    } else {
        "put right what the text names, and run it again; docs/guide/troubleshooting.md says what stands now"
    }
}
