//! Figures as a page prints them.

use std::time::Duration;

/// A number with commas between its thousands.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A share in per cent with one decimal, rounded half up; "–" of nothing.
pub(crate) fn percent(part: usize, whole: usize) -> String {
    match (2_000 * part + whole).checked_div(2 * whole) {
        Some(per_mille) => format!("{}.{} %", per_mille / 10, per_mille % 10),
        None => "–".to_owned(),
    }
}

/// The middle one, the later of two; zero of none.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A time in the unit that suits it, with one decimal.
pub(crate) fn time(time: Duration) -> String {
    let micros = time.as_micros();
    let (tenths, unit) = match micros {
        0..1_000 => return format!("{micros} µs"),
        1_000..1_000_000 => ((micros + 50) / 100, "ms"),
        _ => ((micros + 50_000) / 100_000, "s"),
    };
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// A Markdown table.
pub(crate) fn table<Row: AsRef<[String]>>(
    head: &[&str],
    rows: impl IntoIterator<Item = Row>,
) -> String {
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let mut table = line(head.to_vec());
    table.push_str(&line(vec!["---"; head.len()]));
    for row in rows {
        table.push_str(&line(row.as_ref().iter().map(String::as_str).collect()));
    }
    table
}
