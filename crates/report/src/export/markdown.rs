//! A scan as Markdown, for a pull request or the summary of a job.

use super::finding::Kind;
use crate::entry::Entry;
use crate::header::Header;
use crate::summary::Summary;
use std::cmp::Reverse;
use std::fmt::Write;

/// How many principals have a row. A summary of a job takes a megabyte, and a comment 65,536
/// characters.
const MOST_ROWS: usize = 200;

/// How many of the most idle services a row names.
const NAMED: usize = 3;

/// The table: the highest index first, and whoever is not judged last.
#[must_use]
pub fn page(header: &Header, summary: &Summary, entries: &[Entry]) -> String {
    let mut text = title(header, summary);
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by_key(|entry| (Kind::of(entry) != Kind::SuspectedBreak, Reverse(entry.index)));
    text.push_str("| principal | index | then | most idle, in points | finding |\n");
    text.push_str("| --- | ---: | ---: | --- | --- |\n");
    for entry in entries.iter().take(MOST_ROWS) {
        row(&mut text, entry);
    }
    if let Some(more) = entries.len().checked_sub(MOST_ROWS).filter(|more| *more > 0) {
        // Writing into a text never fails.
        let _ = writeln!(text, "\nand {more} more");
    }
    text
}

fn title(header: &Header, summary: &Summary) -> String {
    let account = header.account.as_deref().map_or_else(|| "an empty account".to_owned(), escaped);
    let index = summary.index.map_or_else(|| "unknown".to_owned(), |index| index.to_string());
    let Summary { judged, principals, non_compliant, planned, .. } = summary;
    let day = header.as_of.format("%Y-%m-%d");
    format!(
        "### Privilege creep in {account}, as of {day}\n\n\
         The account's index is **{index}**. Judged: {judged} of {principals}; above {} or suspected of a break: \
         {non_compliant}; boundaries planned: {planned}.\n\n",
        header.threshold
    )
}

fn row(text: &mut String, entry: &Entry) {
    let index = match (entry.index, entry.band) {
        (Some(index), Some(band)) => format!("{index} {band}"),
        _ => "not judged".to_owned(),
    };
    let then = entry.plan().and_then(|plan| plan.expected_index);
    let then = then.map_or_else(|| "–".to_owned(), |then| then.to_string());
    let drivers = entry.score.iter().flat_map(|score| &score.drivers).take(NAMED);
    let drivers: Vec<String> =
        drivers.map(|driver| escaped(&format!("{} {}", driver.service, driver.points))).collect();
    let finding = match (&entry.not_judged, entry.refused()) {
        (Some(why), _) => why.clone(),
        (None, Some(refused)) => {
            format!("{}; no boundary: {}", Kind::of(entry).id(), refused.error)
        }
        (None, None) => Kind::of(entry).id().to_owned(),
    };
    let name = escaped(entry.short_name());
    let (drivers, finding) = (drivers.join(", "), escaped(&finding));
    // Writing into a text never fails.
    let _ = writeln!(text, "| {name} | {index} | {then} | {drivers} | {finding} |");
}

/// The text as Markdown shows it: nothing in it is markup, a cell's end, a link or a mention.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => escaped.push_str("&#64;"),
            ':' => escaped.push_str("&#58;"),
            '#' => escaped.push_str("&#35;"),
            _ if "\\`*_{}[]()!|~$^=+".contains(symbol) => {
                escaped.push('\\');
                escaped.push(symbol);
            }
            _ if symbol.is_control() => escaped.push(' '),
            _ => escaped.push(symbol),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(
            escaped("role/a|b<script>`x`\n@all [l](https://e) *b*"),
            "role/a\\|b&lt;script&gt;\\`x\\` &#64;all \\[l\\]\\(https&#58;//e\\) \\*b\\*"
        );
    }
}
