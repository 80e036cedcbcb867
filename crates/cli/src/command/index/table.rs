//! The table of `leastwise index` for people, no wider than their terminal.

use super::arn::shortened;
use super::row::{Counts, Row};
use crate::command::who::Who;
use crate::output::{self, printable};
use comfy_table::{ContentArrangement, Table};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// From this width on, the table tells what was never used from what is stale.
const WIDE: u16 = 100;

/// How many of the most idle services are shown.
const SHOWN_DRIVERS: usize = 3;

/// The table in at most `width` columns, and below it who is not judged and why.
pub(super) fn text(rows: &[Row], width: u16) -> String {
    let mut rows: Vec<&Row> = rows.iter().collect();
    // No index is lower than any, so who is not judged comes last.
    rows.sort_by_key(|row| (Reverse(row.index), &row.principal));
    let mut lines = vec![table(&rows, width).to_string()];
    for (why, principals) in by_reason(&rows) {
        lines.push(format!("not judged: {}", printable(why)));
        let listed = principals.iter().map(|who| format!("  {}", printable(&who.to_string())));
        lines.extend(listed);
    }
    lines.join("\n")
}

fn table(rows: &[&Row], width: u16) -> Table {
    let arns: Vec<&Who> = rows.iter().map(|row| &row.principal).collect();
    let table_of = |arns: Vec<String>| {
        let mut table = output::table(header(width));
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        table.add_rows(arns.into_iter().zip(rows).map(|(arn, row)| cells(arn, row, width)));
        table
    };
    let whole = table_of(shortened(&arns, usize::MAX));
    let room = room_for_arns(&whole.column_max_content_widths(), width);
    table_of(shortened(&arns, room.into()))
}

/// How many characters of an ARN there is room for: as many as the other columns leave, but at
/// least half of what the drivers share with them. The drivers can go on in a second line.
fn room_for_arns(columns: &[u16], width: u16) -> u16 {
    let [_, counts @ .., drivers] = columns else { return width };
    let frame = columns.iter().fold(1, |frame, _| frame + 3);
    let rest = width.saturating_sub(frame).saturating_sub(counts.iter().sum());
    rest.saturating_sub(*drivers).max(rest / 2)
}

/// The names of the columns. Two of them are longer than what is below, and stand in two lines.
fn header(width: u16) -> Vec<&'static str> {
    let idle: &[&str] = if width < WIDE { &[] } else { &["never\nused", "stale"] };
    [&["principal", "index", "used"], idle, &["unknown", "most idle,\nin points"]].concat()
}

fn cells(arn: String, row: &Row, width: u16) -> Vec<String> {
    let count = |of: fn(&Counts) -> String| row.counts.as_ref().map_or_else(|| "–".to_owned(), of);
    let index = match (row.index, row.band) {
        (Some(index), Some(band)) => format!("{index} {band}"),
        _ => "not judged".to_owned(),
    };
    let mut cells = vec![arn, index, count(|it| format!("{} of {}", it.used, it.granted))];
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

/// The principals that are not judged, by the reason.
fn by_reason<'a>(rows: &[&'a Row]) -> BTreeMap<&'a str, Vec<&'a Who>> {
    let mut reasons: BTreeMap<&str, Vec<&Who>> = BTreeMap::new();
    for row in rows {
        if let Some(why) = &row.not_judged {
            reasons.entry(why).or_default().push(&row.principal);
        }
    }
    reasons
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
