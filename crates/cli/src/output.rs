//! The one place that writes: data to stdout, talk to stderr.

#![expect(clippy::print_stderr, reason = "this is the module through which output goes")]

use crate::input::InputError;
use crate::lines::LinesError;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use std::error::Error;
use std::io::{self, ErrorKind, IsTerminal, Write};
use thiserror::Error;

/// What the command says to the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Done.
    Done = 0,
    /// Could not be done. (2, wrong usage, is clap's.)
    Failed = 1,
    /// Done, and a principal is above the threshold.
    CreepFound = 3,
    /// Done, and the one principal asked for was refused.
    Refused = 4,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

/// Why a command could not be done.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// An input cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The cases cannot be read.
    #[error(transparent)]
    Lines(#[from] LinesError),
    /// The result cannot be written.
    #[error("could not write the result")]
    Output(#[from] io::Error),
}

/// Prints a value as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// Prints comma-separated values, the names of the members first. A reader that has seen enough is
/// no error.
pub(crate) fn csv(rows: impl IntoIterator<Item = impl Serialize>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(io::Error::other)?;
    }
    let text = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    match io::stdout().lock().write_all(&text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Prints a table that fits the terminal; piped, it is as wide as its content.
pub(crate) fn table<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    if std::io::stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    for row in rows {
        table.add_row(row);
    }
    line(&table.to_string())
}

/// Prints a line of text. A reader that has seen enough (`| head`) is no error.
pub(crate) fn line(text: &str) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Prints an error with its causes, and the next step if there is one.
pub(crate) fn error(failure: &Failure) {
    eprintln!("error: {failure}");
    let mut said = failure.to_string();
    let mut cause = failure.source();
    while let Some(reason) = cause {
        let text = reason.to_string();
        // Some errors already end in their cause.
        if !said.ends_with(&text) {
            eprintln!("  because: {text}");
        }
        said = text;
        cause = reason.source();
    }
    if let Failure::Input(error) = failure {
        eprintln!("\nhint: {}", error.hint());
    }
}
