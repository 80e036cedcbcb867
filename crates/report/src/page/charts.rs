//! The charts: figures as places on a drawing, which the template draws as SVG.

use super::text::{called, count, filter, number, share, weight};
use crate::summary::{Age, Services, Summary};
use crate::tally::Heavy;
use crate::trend::Trend;
use leastwise_rightsizing::score::CreepIndex;

/// How many of the heaviest services, policies and groups are shown.
pub(super) const SHOWN: usize = 10;

/// How high the tallest column of the distribution is, on its drawing.
const TALLEST: usize = 160;

/// A column of the distribution.
pub(super) struct Column {
    pub(super) label: String,
    pub(super) count: usize,
    pub(super) text: String,
    pub(super) class: &'static str,
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) height: usize,
    pub(super) link: String,
}

/// How many principals have which index, and how many have none.
pub(super) fn distribution(summary: &Summary) -> Vec<Column> {
    let unjudged = summary.principals - summary.judged;
    let tallest = summary.distribution.iter().copied().max().unwrap_or(0).max(unjudged).max(1);
    let column = |place: usize, count: usize| {
        // Whoever is there is seen, however many others there are.
        let height = if count == 0 { 0 } else { (TALLEST * count / tallest).max(2) };
        (place * 40, 184 - height, height)
    };
    let of_index = summary.distribution.iter().enumerate().map(|(place, &count)| {
        let (x, y, height) = column(place, count);
        let (from, to) = (place * 10, if place == 9 { 100 } else { place * 10 + 9 });
        let middle = u8::try_from(from + 4).ok().and_then(CreepIndex::new);
        let class = match middle.map(|index| index.band().to_string()).as_deref() {
            Some("low") => "low",
            Some("medium") => "medium",
            _ => "high",
        };
        let text = format!("{} with an index of {from} to {to}", principals(count));
        let link = filter(&[("index", &format!("{from}-{to}"))]);
        Column { label: from.to_string(), count, text, class, x, y, height, link }
    });
    let mut columns: Vec<Column> = of_index.collect();
    let (x, y, height) = column(10, unjudged);
    columns.push(Column {
        label: "none".to_owned(),
        count: unjudged,
        text: format!("{} without an index", principals(unjudged)),
        class: "unknown",
        x: x + 20,
        y,
        height,
        link: filter(&[("band", "none")]),
    });
    columns
}

pub(super) fn principals(number: usize) -> String {
    count(number, "principal", "principals")
}

/// A part of a bar that shows a whole.
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) count: String,
    pub(super) percent: String,
    pub(super) x: String,
}

/// The granted services of everybody, by what is known of their use.
pub(super) fn known(services: Services) -> Vec<Part> {
    let parts = [
        ("used", "used", "attempted inside the window", services.used),
        ("stale", "stale", "attempted before the window", services.stale),
        ("never", "never used", "as far back as IAM remembers", services.never_used),
        ("unknown", "unknown", "no evidence says, so it is kept", services.unknown),
    ];
    let all = services.all();
    let mut before = 0;
    let part = |(class, name, meaning, count): (_, _, _, usize)| {
        let x = share(before as u64, all as u64);
        before += count;
        let percent = share(count as u64, all as u64);
        Part { class, name, meaning, count: number(count), percent, x }
    };
    parts.into_iter().map(part).collect()
}

/// A bar with its name and its figures.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) class: &'static str,
    pub(super) percent: String,
    pub(super) value: String,
    pub(super) beside: String,
    pub(super) link: String,
}

/// The heaviest, each with a link to the principals in which it is.
pub(super) fn heaviest(heavies: &[Heavy], by: &str) -> Vec<Bar> {
    let most = heavies.first().map_or(0, |heavy| heavy.idle_weight.in_tenths());
    let bar = |heavy: &Heavy| Bar {
        name: called(&heavy.name),
        title: heavy.name.clone(),
        class: "never",
        percent: share(heavy.idle_weight.in_tenths(), most),
        value: weight(heavy.idle_weight),
        beside: number(heavy.principals),
        link: filter(&[("in", &format!("{by}:{}", heavy.name))]),
    };
    heavies.iter().take(SHOWN).map(bar).collect()
}

/// Granted services by how long ago they were used.
pub(super) fn ages(summary: &Summary, window: u16) -> Vec<Bar> {
    let Services { never_used, unknown, .. } = summary.services;
    let most = summary.ages.iter().map(|age| age.used + age.stale).max().unwrap_or(0);
    let most = most.max(never_used).max(unknown);
    let bar = |name: String, class, count: usize, beside: &str| Bar {
        title: String::new(),
        name,
        class,
        percent: share(count as u64, most as u64),
        value: number(count),
        beside: beside.to_owned(),
        link: String::new(),
    };
    let of_age = |age: &Age| {
        let name = match age.to_days {
            Some(to) if age.from_days == 0 => format!("under {to} days ago"),
            Some(to) => format!("{} to {} days", age.from_days, to - 1),
            None => format!("{} days or more", age.from_days),
        };
        let is_used = age.from_days < i64::from(window);
        let [class, beside] = if is_used { ["used", "used"] } else { ["stale", "stale"] };
        bar(name, class, age.used + age.stale, beside)
    };
    let mut bars: Vec<Bar> = summary.ages.iter().map(of_age).collect();
    bars.push(bar("never used".to_owned(), "never", never_used, "idle"));
    bars.push(bar("unknown".to_owned(), "unknown", unknown, "kept"));
    bars
}

/// A moment at which the account was scanned.
pub(super) struct Moment {
    pub(super) day: String,
    pub(super) index: Option<u8>,
    pub(super) judged: String,
    pub(super) non_compliant: String,
    pub(super) x: i64,
    pub(super) y: u16,
}

/// The account's index over time, this scan last.
pub(super) fn moments(
    summary: &Summary,
    as_of: chrono::DateTime<chrono::Utc>,
    trend: &Trend,
) -> Vec<Moment> {
    let earlier = trend.scans().iter().map(|scan| {
        let of = &scan.summary;
        (scan.as_of, of.index, of.judged, of.principals, of.non_compliant)
    });
    let now = (as_of, summary.index, summary.judged, summary.principals, summary.non_compliant);
    let all: Vec<_> = earlier.chain([now]).collect();
    let Some((first, ..)) = all.first().copied() else { return Vec::new() };
    let whole = (as_of - first).num_minutes().max(1);
    let moment =
        |(at, index, judged, of, non_compliant): (chrono::DateTime<chrono::Utc>, _, _, _, _)| {
            Moment {
                day: at.format("%Y-%m-%d").to_string(),
                index,
                judged: format!("{} of {}", number(judged), number(of)),
                non_compliant: number(non_compliant),
                x: 40 + 520 * (at - first).num_minutes() / whole,
                y: 120 - u16::from(index.unwrap_or(0)),
            }
        };
    all.into_iter().map(moment).collect()
}

/// The line through those of the moments that have an index, as SVG has points.
pub(super) fn points(moments: &[Moment]) -> String {
    let known = moments.iter().filter(|moment| moment.index.is_some());
    known.map(|moment| format!("{},{}", moment.x, moment.y)).collect::<Vec<_>>().join(" ")
}
