//! The one place that writes: data to stdout, talk to stderr.

#![expect(clippy::print_stderr, reason = "this is the module through which output goes")]

use comfy_table::{Table, presets};
use serde::Serialize;
use std::io::{self, ErrorKind, Write};

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
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}

/// Prints comma-separated values, the names of the members first. A reader that has seen enough is no error.
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

/// Prints a table that is as wide as its content.
pub(crate) fn table<const COLUMNS: usize>(
    header: [&str; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header).add_rows(rows);
    line(&table.to_string())
}

/// Prints a line of text. A reader that has seen enough (`| head`) is no error.
pub(crate) fn line(text: &str) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Says a line of text to the person who waits.
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}
