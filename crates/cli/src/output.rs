//! The one place that writes: data to stdout, talk to stderr.

#![expect(clippy::print_stderr, reason = "this is the module through which output goes")]

use comfy_table::{Row, Table, presets};
use leastwise_rightsizing::evidence::witnesses::UsageLog;
use serde::{Serialize, Serializer};
use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::num::NonZeroU16;
use std::path::Path;
use terminal_size::{Width, terminal_size_of};

/// What the command says to the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Done.
    Done = 0,
    /// Could not be done. (2, wrong usage, is clap's.)
    Failed = 1,
    /// Done, and a principal is above the threshold.
    CreepFound = 3,
    /// Done, and the one principal asked for was refused, or one of those to write to.
    Refused = 4,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

/// Prints a value as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from);
    until_enough(written.and_then(|()| writeln!(out)).and_then(|()| out.flush()))
}

/// Prints values as one indented JSON array, each as soon as it is there.
pub(crate) fn json_list(values: impl IntoIterator<Item = impl Serialize>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut serializer = serde_json::Serializer::pretty(&mut out);
    let written = serializer.collect_seq(values).map_err(io::Error::from);
    until_enough(written.and_then(|()| writeln!(out)).and_then(|()| out.flush()))
}

/// Writes a value as indented JSON, as [`to`] writes.
pub(crate) fn json_to(path: Option<&Path>, value: &impl Serialize) -> io::Result<()> {
    to(path, |out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        writeln!(out)
    })
}

/// Prints comma-separated values, the names of the members first.
pub(crate) fn csv(rows: impl IntoIterator<Item = impl Serialize>) -> io::Result<()> {
    csv_to(None, rows)
}

/// Writes comma-separated values, as [`to`] writes. No text in them is a formula to a spreadsheet.
pub(crate) fn csv_to(
    path: Option<&Path>,
    rows: impl IntoIterator<Item = impl Serialize>,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).map_err(io::Error::other)?;
    }
    let text = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    let text = without_formulas(&text)?;
    to(path, |out| out.write_all(&text))
}

/// The same, with an apostrophe before each text that a spreadsheet would take for a formula.
///
/// Source: <https://owasp.org/www-community/attacks/CSV_Injection>.
fn without_formulas(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in reader.records() {
        let record = record.map_err(io::Error::other)?;
        writer.write_record(record.iter().map(no_formula)).map_err(io::Error::other)?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// The text, an apostrophe before it where it begins like a formula and is no number.
fn no_formula(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula && text.parse::<f64>().is_err() { "'" } else { "" };
    format!("{guard}{text}")
}

/// An empty table in the one style that all of them have.
pub(crate) fn table(header: impl Into<Row>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    table
}

/// How wide a table may be: as the variable `COLUMNS` says, or else the terminal, or else 120
/// columns.
pub(crate) fn width() -> u16 {
    let columns = env::var("COLUMNS").ok().and_then(|columns| columns.parse::<NonZeroU16>().ok());
    let shown = || terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns);
    columns.map(NonZeroU16::get).or_else(shown).unwrap_or(120)
}

/// Prints a line of text.
pub(crate) fn line(text: &str) -> io::Result<()> {
    until_enough(writeln!(io::stdout().lock(), "{text}"))
}

/// Prints text that may have colours: a terminal gets them, unless `NO_COLOR` is set.
pub(crate) fn styled(text: &str) -> io::Result<()> {
    let mut out = anstream::AutoStream::auto(io::stdout().lock());
    until_enough(writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// Writes a usage file: to `path`, which appears when it is whole, or to stdout.
pub(crate) fn usage_log(log: &UsageLog, path: Option<&Path>) -> io::Result<()> {
    to(path, |mut out| log.write_to(&mut out))
}

/// Writes to `path`, which appears when it is whole, or to stdout.
pub(crate) fn to(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let Some(path) = path else {
        let mut out = BufWriter::new(io::stdout().lock());
        return until_enough(write(&mut out).and_then(|()| out.flush()));
    };
    whole_file(path, |out| write(out))
}

/// Writes a file, which appears at `path` when it is whole, with the permissions of the one that it
/// takes the place of. A link stays one; into what is no file, such as a device, it is written at
/// once.
pub(crate) fn whole_file(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> io::Result<()> {
    let write_to = |file: &File| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.flush()
    };
    let write_file = || {
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let there = fs::metadata(&place).ok();
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            return write_to(&OpenOptions::new().write(true).open(&place)?);
        }
        let folder = place.parent().filter(|folder| *folder != Path::new(""));
        let mut part = tempfile::Builder::new();
        let part = readable_by_all(part.prefix(".leastwise-"));
        let folder = folder.unwrap_or(Path::new("."));
        fs::metadata(folder)?;
        // Its own message has the name of the part, which nobody knows.
        let part = part.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
        if let Some(there) = there {
            part.as_file().set_permissions(there.permissions())?;
        }
        write_to(part.as_file())?;
        part.persist(&place).map_err(|error| error.error).map(drop)
    };
    let named = |why: io::Error| io::Error::new(why.kind(), format!("`{}`: {why}", path.display()));
    write_file().map_err(named)
}

/// A new file is for whom the umask lets read it, as any other result of a command.
fn readable_by_all<'a, 'b, 'c>(
    part: &'a mut tempfile::Builder<'b, 'c>,
) -> &'a mut tempfile::Builder<'b, 'c> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        part.permissions(fs::Permissions::from_mode(0o666))
    }
    #[cfg(not(unix))]
    part
}

/// A reader that has seen enough (`| head`) is no error.
fn until_enough(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// The text with its control characters spelled out: what stands in the files may be quoted, and a
/// line break in there must not look like a line of ours.
pub(crate) fn printable(text: &str) -> String {
    let spelled = |symbol: char| {
        if symbol.is_control() { symbol.escape_default().collect() } else { symbol.to_string() }
    };
    text.chars().map(spelled).collect()
}

/// Says a line of text to the person who waits.
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// Asks the person at the terminal, who answers on the same line.
pub(crate) fn ask(question: &str) -> io::Result<()> {
    eprint!("{question}");
    io::stderr().flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula_and_a_number_stays_one() {
        let text = "name,count\n=cmd|' /C calc'!A0,-5\n\"+1\n\",2\n@sum,\n-,0\n";
        let guarded = "name,count\n'=cmd|' /C calc'!A0,-5\n\"'+1\n\",2\n'@sum,\n'-,0\n";
        let printed = without_formulas(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(printed).unwrap(), guarded);
    }

    #[test]
    fn a_reason_stays_on_its_line_whatever_the_files_say() {
        assert_eq!(printable("`a\nnot judged: \u{1b}[31mé`"), "`a\\nnot judged: \\u{1b}[31mé`");
    }
}
