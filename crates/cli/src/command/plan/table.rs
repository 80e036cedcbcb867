//! The table of `leastwise plan` for people.

use super::record::Record;
use crate::command::table::{WIDE, fitted, reasons};
use crate::command::who::Who;
use crate::output;

/// The table in at most `width` columns, and below it who is refused and why.
pub(super) fn text(records: &[Record], width: u16) -> String {
    let principals: Vec<&Who> = records.iter().map(|record| &record.principal).collect();
    let table = fitted(&principals, width, |names| {
        let mut table = output::table(header(width));
        table.add_rows(names.into_iter().zip(records).map(|(name, it)| cells(name, it, width)));
        table
    });
    let refused: Vec<_> =
        records.iter().filter_map(|record| Some((refused(record)?, &record.principal))).collect();
    let mut lines = vec![table.to_string()];
    lines.extend(reasons("refused", refused.iter().map(|(why, who)| (why.as_str(), *who))));
    lines.join("\n")
}

fn header(width: u16) -> Vec<&'static str> {
    let counts: &[&str] = if width < WIDE { &[] } else { &["kept", "dropped", "unknown"] };
    [&["principal", "index", "expected"], counts, &["warnings", "boundary"]].concat()
}

/// The cells of the record, with this name in the first one.
fn cells(name: String, record: &Record, width: u16) -> Vec<String> {
    let index = |index: Option<u8>| number(index.map(usize::from));
    let mut cells = vec![name, index(record.index), index(record.expected_index)];
    if width >= WIDE {
        cells.extend([record.kept, record.dropped, record.unknown].map(number));
    }
    let boundary = record.characters.map(|characters| format!("{characters} characters"));
    let boundary = boundary.unwrap_or_else(|| "refused".to_owned());
    cells.extend([number(record.warning_count()), boundary]);
    cells
}

fn number(number: Option<usize>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| number.to_string())
}

/// Why there is no plan, without the name of the principal.
fn refused(record: &Record) -> Option<String> {
    let refused = record.refused.as_ref()?;
    let reason = refused.strip_prefix(&format!("`{}` ", record.principal));
    Some(reason.map_or_else(|| refused.clone(), |rest| format!("it {rest}")))
}
