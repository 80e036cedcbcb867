//! What the tables for people have in common: no wider than their terminal, and below them the
//! reasons.

use super::arn::shortened;
use super::who::Who;
use crate::output::printable;
use comfy_table::{ContentArrangement, Table};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// From this width on, a table has all of its columns.
pub(super) const WIDE: u16 = 100;

/// How many characters of a name are laid out. The longest ARN of a principal has about 630: a path
/// of 512 and a name of 64 characters.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const LONGEST_NAME: usize = 700;

/// The table of these principals in at most `width` columns. `table_of` makes it, with these names
/// in the first column.
pub(super) fn fitted(
    principals: &[&Who],
    width: u16,
    table_of: impl Fn(Vec<String>) -> Table,
) -> Table {
    let table_of = |names: Vec<String>| {
        let names = names.iter().map(|name| printable(&cut(name))).collect();
        let mut table = table_of(names);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        table
    };
    let whole = table_of(shortened(principals, usize::MAX));
    let room = room_for_arns(&whole.column_max_content_widths(), width);
    table_of(shortened(principals, room.into()))
}

/// The name, or its beginning where it is longer than that of any principal: laying out a long one
/// takes its time.
fn cut(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}…", name.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(name),
    }
}

/// How many characters of an ARN there is room for: as many as the other columns leave, but at
/// least half of what the last one shares with them. That can go on in a second line.
fn room_for_arns(columns: &[u16], width: u16) -> u16 {
    let [_, counts @ .., last] = columns else { return width };
    let frame = columns.iter().fold(1, |frame, _| frame + 3);
    let rest = width.saturating_sub(frame).saturating_sub(counts.iter().sum());
    rest.saturating_sub(*last).max(rest / 2)
}

/// What stands below a table: each reason once, after this word, and whom it is about.
pub(super) fn reasons<'a>(
    word: &str,
    reasons: impl IntoIterator<Item = (&'a str, &'a Who)>,
) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&Who>> = BTreeMap::new();
    for (why, principal) in reasons {
        by_reason.entry(why).or_default().push(principal);
    }
    let mut lines = Vec::new();
    for (why, principals) in by_reason {
        lines.push(format!("{word}: {}", printable(why)));
        let listed = principals.iter().map(|who| format!("  {}", printable(&who.to_string())));
        lines.extend(listed);
    }
    lines
}
