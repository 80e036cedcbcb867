//! The page: one file of HTML with everything in it, which asks nobody for anything.
//!
//! The overview is drawn here, and reads without a script. The list of principals is data, from
//! which the page's own script makes rows as far as somebody looks. Names of the account are data
//! everywhere: the template escapes them, and the script only ever makes text of them.

mod charts;
mod csp;
mod script_json;
mod steps;
mod text;

use crate::header::Header;
use crate::line::{COLUMNS, Row};
use crate::packed::TOGETHER;
use crate::scan::Finished;
use crate::summary::Summary;
use crate::tally::Heavy;
use crate::trend::Trend;
use askama::Template;
use charts::{Bar, Column, Moment, Part, SHOWN};
use leastwise_rightsizing::score::CreepIndex;
use script_json::script_json;
use serde::Serialize;
use std::collections::BTreeMap;
use steps::Step;
use text::{count, number};

const STYLE: &str = include_str!("../assets/page.css");

/// The script, in one piece: one digest lets it run.
const SCRIPT: &str = concat!(
    "\"use strict\";\n",
    include_str!("../assets/elements.js"),
    include_str!("../assets/words.js"),
    include_str!("../assets/state.js"),
    include_str!("../assets/rows.js"),
    include_str!("../assets/detail.js"),
    include_str!("../assets/page.js"),
);

/// A page that is made.
#[derive(Debug)]
pub struct Page(String);

impl Page {
    /// The page of a scan, with what earlier ones said.
    ///
    /// # Errors
    ///
    /// An [`askama::Error`] where something cannot be written as text.
    pub fn of(header: &Header, scan: &Finished, trend: &Trend) -> Result<Self, askama::Error> {
        let summary = &scan.summary;
        let moments = charts::moments(summary, header.as_of, trend);
        let view = View {
            policy: csp::policy(SCRIPT, STYLE),
            style: STYLE,
            script: SCRIPT,
            header,
            summary,
            account: header.account.as_deref().unwrap_or("without principals"),
            day: header.as_of.format("%Y-%m-%d").to_string(),
            time: header.as_of.format("%Y-%m-%d %H:%M UTC").to_string(),
            band: summary.index.and_then(CreepIndex::new).map(|index| index.band().to_string()),
            people: charts::principals(summary.principals),
            steps: steps::steps(header, summary, &scan.lines),
            columns: charts::distribution(summary),
            known: charts::known(summary.services),
            unjudged: unjudged(summary),
            services: charts::heaviest(&summary.heaviest_services, "service"),
            policies: charts::heaviest(&summary.heaviest_policies, "policy"),
            groups: charts::heaviest(&summary.heaviest_groups, "group"),
            ages: charts::ages(summary, header.unused_after_days),
            points: charts::points(&moments),
            moments,
            has_earlier: !trend.scans().is_empty(),
            data: data(header, scan, trend).map_err(|why| askama::Error::Custom(why.into()))?,
            lots: &scan.packed,
        };
        view.render().map(Self)
    }

    /// The page as text.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.0
    }
}

#[derive(Template)]
#[template(path = "page.html")]
struct View<'a> {
    policy: String,
    style: &'a str,
    script: &'a str,
    header: &'a Header,
    summary: &'a Summary,
    account: &'a str,
    day: String,
    time: String,
    band: Option<String>,
    people: String,
    steps: Vec<Step>,
    columns: Vec<Column>,
    known: Vec<Part>,
    unjudged: Vec<(String, String)>,
    services: Vec<Bar>,
    policies: Vec<Bar>,
    groups: Vec<Bar>,
    ages: Vec<Bar>,
    moments: Vec<Moment>,
    points: String,
    has_earlier: bool,
    data: String,
    lots: &'a [String],
}

/// Why principals have no index: a link to them, and how many they are.
fn unjudged(summary: &Summary) -> Vec<(String, String)> {
    let reasons = summary.not_judged.iter().map(|(word, count)| {
        let text = format!("{} {}", number(count), word.replace('-', " "));
        (text::filter(&[("unjudged", word)]), text)
    });
    reasons.collect()
}

/// What the script of the page reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    as_of: String,
    window_days: u16,
    threshold: u8,
    weighting: &'static str,
    has_earlier: bool,
    /// How many principals each lot of details has.
    together: usize,
    columns: &'static [&'static str],
    /// By what rows can be filtered, as `service:s3`.
    named: Vec<String>,
    rows: Vec<Row<'a>>,
}

fn data(header: &Header, scan: &Finished, trend: &Trend) -> serde_json::Result<String> {
    let summary = &scan.summary;
    let shown = [
        ("service", &summary.heaviest_services),
        ("policy", &summary.heaviest_policies),
        ("group", &summary.heaviest_groups),
    ];
    let shown = shown
        .into_iter()
        .flat_map(|(by, heavies)| heavies.iter().take(SHOWN).map(move |heavy: &Heavy| (by, heavy)));
    let shown: Vec<(&str, &Heavy)> = shown.collect();
    let places: BTreeMap<_, usize> =
        shown.iter().enumerate().map(|(place, (_, heavy))| (heavy.id, place)).collect();
    script_json(&Data {
        as_of: header.as_of.format("%Y-%m-%d").to_string(),
        window_days: header.unused_after_days,
        threshold: header.threshold,
        weighting: header.weighting,
        has_earlier: !trend.scans().is_empty(),
        together: TOGETHER,
        columns: &COLUMNS,
        named: shown.iter().map(|(by, heavy)| format!("{by}:{}", heavy.name)).collect(),
        rows: scan.lines.iter().map(|line| Row::of(line, trend, &places)).collect(),
    })
}
