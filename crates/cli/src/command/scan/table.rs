//! The table of `leastwise scan` for people.

use super::record::Record;
use crate::command::table::{WIDE, fitted, reasons};
use crate::command::who::Who;
use crate::output;
use comfy_table::Table;
use leastwise_report::summary::Summary;
use std::cmp::Reverse;

/// The account in a sentence, the table in at most `width` columns, and below it who is not judged
/// or gets no boundary, and why.
pub(super) fn text(records: &[Record], summary: &Summary, width: u16) -> String {
    let mut records: Vec<&Record> = records.iter().collect();
    // No index is lower than any, so who is not judged comes last.
    records.sort_by_key(|record| (Reverse(record.index), &record.principal));
    let mut lines = vec![table(&records, width).to_string(), account(summary)];
    let not_judged = records.iter().filter_map(|it| Some((it.not_judged.as_deref()?, it)));
    lines.extend(reasons("not judged", not_judged.map(|(why, it)| (why, &it.principal))));
    // Whoever is not judged has been named with a reason already.
    let refused = records.iter().filter(|record| record.index.is_some());
    let refused: Vec<(String, &Who)> =
        refused.filter_map(|record| Some((refusal(record)?, &record.principal))).collect();
    lines.extend(reasons("no boundary", refused.iter().map(|(why, who)| (why.as_str(), *who))));
    lines.join("\n")
}

/// The account as a whole.
fn account(summary: &Summary) -> String {
    let index = match summary.index {
        Some(index) => format!("the account's index is {index}"),
        None => "the account has no index".to_owned(),
    };
    let Summary { judged, principals, planned, .. } = summary;
    format!("{index}; principals judged: {judged} of {principals}; boundaries planned: {planned}")
}

fn table(records: &[&Record], width: u16) -> Table {
    let principals: Vec<&Who> = records.iter().map(|record| &record.principal).collect();
    fitted(&principals, width, |names| {
        let mut table = output::table(header(width));
        table.add_rows(names.into_iter().zip(records).map(|(name, it)| cells(name, it, width)));
        table
    })
}

fn header(width: u16) -> Vec<&'static str> {
    let counts: &[&str] = if width < WIDE { &[] } else { &["used", "unknown"] };
    let end = ["boundary", "most idle,\nin points"];
    [&["principal", "index", "then"], counts, &end].concat()
}

fn cells(name: String, record: &Record, width: u16) -> Vec<String> {
    let index = match (record.index, &record.band) {
        (Some(index), Some(band)) => format!("{index} {band}"),
        _ => "not judged".to_owned(),
    };
    let mut cells = vec![name, index, number(record.expected_index.map(usize::from))];
    if width >= WIDE {
        let used = record.used.zip(record.granted);
        cells.push(used.map_or_else(none, |(used, granted)| format!("{used} of {granted}")));
        cells.push(number(record.unknown));
    }
    cells.extend([boundary(record), record.drivers.clone()]);
    cells
}

fn boundary(record: &Record) -> String {
    let planned = record.characters.map(|characters| format!("{characters} characters"));
    planned.unwrap_or_else(|| "none".to_owned())
}

fn number(number: Option<usize>) -> String {
    number.map_or_else(none, |number| number.to_string())
}

fn none() -> String {
    "–".to_owned()
}

/// Why there is no plan, without the name of the principal.
fn refusal(record: &Record) -> Option<String> {
    let refused = record.refused.as_ref()?;
    let reason = refused.strip_prefix(&format!("`{}` ", record.principal));
    Some(reason.map_or_else(|| refused.clone(), |rest| format!("it {rest}")))
}
