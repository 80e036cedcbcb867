//! The table of `leastwise index` for people.

use super::row::Row;
use crate::command::table::{WIDE, fitted, reasons};
use crate::command::who::Who;
use crate::output;
use comfy_table::Table;
use leastwise_rightsizing::presentation::ScoreJson;
use std::cmp::Reverse;

/// How many of the most idle services are shown.
const SHOWN_DRIVERS: usize = 3;

/// The table in at most `width` columns, and below it who is not judged and why, and who reaches
/// whom.
pub(super) fn text(rows: &[Row], width: u16) -> String {
    let mut rows: Vec<&Row> = rows.iter().collect();
    // No index is lower than any, so who is not judged comes last.
    rows.sort_by_key(|row| (Reverse(row.index), &row.principal));
    let mut lines = vec![table(&rows, width).to_string()];
    let not_judged =
        rows.iter().filter_map(|row| Some((row.not_judged.as_deref()?, &row.principal)));
    lines.extend(reasons("not judged", not_judged));
    let reached: Vec<(String, &Who)> = rows.iter().filter_map(|row| reached(row)).collect();
    lines.extend(reasons("reaches", reached.iter().map(|(path, who)| (path.as_str(), *who))));
    lines.join("\n")
}

/// The strongest path of a principal in words.
fn reached(row: &Row) -> Option<(String, &Who)> {
    let strongest = row.counts.as_ref()?.reach.as_ref()?.strongest.as_ref()?;
    Some((format!("{strongest} ({})", strongest.strength), &row.principal))
}

fn table(rows: &[&Row], width: u16) -> Table {
    let principals: Vec<&Who> = rows.iter().map(|row| &row.principal).collect();
    fitted(&principals, width, |names| {
        let mut table = output::table(header(width));
        table.add_rows(names.into_iter().zip(rows).map(|(name, row)| cells(name, row, width)));
        table
    })
}

/// The names of the columns. Two of them are longer than what is below, and stand in two lines.
fn header(width: u16) -> Vec<&'static str> {
    let idle: &[&str] = if width < WIDE { &[] } else { &["never\nused", "stale"] };
    [&["principal", "index", "used"], idle, &["unknown", "most idle,\nin points"]].concat()
}

fn cells(name: String, row: &Row, width: u16) -> Vec<String> {
    let count =
        |of: fn(&ScoreJson) -> String| row.counts.as_ref().map_or_else(|| "–".to_owned(), of);
    let index = match (row.index, row.band) {
        (Some(index), Some(band)) => format!("{index} {band}"),
        _ => "not judged".to_owned(),
    };
    let mut cells = vec![name, index, count(|it| format!("{} of {}", it.used, it.granted))];
    if width >= WIDE {
        cells.extend([count(|it| it.never_used.to_string()), count(|it| it.stale.to_string())]);
    }
    cells.extend([count(|it| it.unknown.len().to_string()), drivers(row)]);
    cells
}

fn drivers(row: &Row) -> String {
    let drivers = row.counts.as_ref().map(|counts| counts.drivers.as_slice()).unwrap_or_default();
    let shown: Vec<String> = drivers
        .iter()
        .take(SHOWN_DRIVERS)
        .map(|driver| format!("{} {}", driver.service, driver.points))
        .collect();
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_rightsizing::score::CreepIndex;
    use leastwise_rightsizing::verdict::Compliance;

    fn row(name: &str, index: Result<u8, &str>) -> Row {
        let number = index.ok().map(|index| CreepIndex::new(index).unwrap());
        Row {
            principal: Who::called(&format!("arn:aws:iam::111122223333:{name}")),
            index: number,
            band: number.map(CreepIndex::band),
            compliance: Compliance::NotApplicable,
            counts: None,
            not_judged: index.err().map(ToOwned::to_owned),
            not_judged_type: None,
            reported: None,
        }
    }

    #[test]
    fn the_highest_index_comes_first_and_reasons_stand_below_each_once() {
        let rows = [
            row("user/young", Err("too young")),
            row("role/b", Ok(40)),
            row("role/a", Ok(40)),
            row("role/new", Err("too young")),
            row("user/top", Ok(100)),
            row("role/aws", Err("AWS owns it")),
            row("role/none", Ok(0)),
        ];
        let expected = "\
┌──────────────┬────────────┬──────┬─────────┬────────────┐
│ principal    ┆ index      ┆ used ┆ unknown ┆ most idle, │
│              ┆            ┆      ┆         ┆ in points  │
╞══════════════╪════════════╪══════╪═════════╪════════════╡
│ …:user/top   ┆ 100 high   ┆ –    ┆ –       ┆            │
│ …:role/a     ┆ 40 medium  ┆ –    ┆ –       ┆            │
│ …:role/b     ┆ 40 medium  ┆ –    ┆ –       ┆            │
│ …:role/none  ┆ 0 low      ┆ –    ┆ –       ┆            │
│ …:user/young ┆ not judged ┆ –    ┆ –       ┆            │
│ …:role/aws   ┆ not judged ┆ –    ┆ –       ┆            │
│ …:role/new   ┆ not judged ┆ –    ┆ –       ┆            │
└──────────────┴────────────┴──────┴─────────┴────────────┘
not judged: AWS owns it
  arn:aws:iam::111122223333:role/aws
not judged: too young
  arn:aws:iam::111122223333:user/young
  arn:aws:iam::111122223333:role/new";
        assert_eq!(text(&rows, 60), expected);
    }
}
