//! Whom `leastwise explain` is about, and how it answers.

use clap::{Args, ValueEnum};

/// Whom an explanation is about, and how it is printed.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The user or role: its ARN, or what says which it is, such as `analyst`, `role/builder` or
    /// `role/ci/builder`.
    #[arg(value_name = "PRINCIPAL", conflicts_with = "principal")]
    pub(crate) who: String,
    /// How to print the result.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: ExplanationFormat,
}

/// How to print an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplanationFormat {
    /// One JSON object.
    Json,
    /// Text for people.
    Text,
}
