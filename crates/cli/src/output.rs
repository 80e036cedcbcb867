//! The one place that writes: data to stdout, talk to stderr.

#![expect(clippy::print_stderr, reason = "this is the module through which output goes")]

use crate::input::InputError;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;
use std::error::Error;
use std::io::{ErrorKind, IsTerminal, Write};

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

/// Prints a value as indented JSON.
pub(crate) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => line(&text),
        Err(error) => eprintln!("error: the result cannot be written as JSON: {error}"),
    }
}

/// Prints a table that fits the terminal; piped, it is as wide as its content.
pub(crate) fn table<const COLUMNS: usize>(header: [&str; COLUMNS], rows: Vec<[String; COLUMNS]>) {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    if std::io::stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    for row in rows {
        table.add_row(row);
    }
    line(&table.to_string());
}

/// Prints a line of text. A reader that has seen enough (`| head`) is no error.
pub(crate) fn line(text: &str) {
    if let Err(error) = writeln!(std::io::stdout().lock(), "{text}")
        && error.kind() != ErrorKind::BrokenPipe
    {
        eprintln!("error: could not write the result: {error}");
    }
}

/// Prints an error with its causes, and the next step.
pub(crate) fn error(error: &InputError) {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(reason) = cause {
        eprintln!("  because: {reason}");
        cause = reason.source();
    }
    eprintln!("\nhint: {}", error.hint());
}
