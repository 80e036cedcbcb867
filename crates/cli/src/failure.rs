//! Why a command could not be done, and how a person is told.

use crate::input::InputError;
use crate::lines::LinesError;
use crate::live::LiveError;
use crate::output::{self, printable};
use leastwise_aws::CallError;
use leastwise_aws::ports::AnalyzerError;
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
        Failure::Live(error) => Some(error.next().into()),
        Failure::Lines(error) => error.next().map(Cow::from),
        Failure::Usage(_) | Failure::Output(_) => None,
    };
    if let Some(next) = next {
        output::say(&format!("\nnext: {}", printable(&next)));
    }
}
