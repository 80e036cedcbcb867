//! An explanation as text for people.

use crate::command::boundary;
use crate::command::extent::counted;
use crate::page::{BAD, DOUBTFUL, GOOD, NEXT, Page, STRONG, Words};
use anstyle::Style;
use chrono::{DateTime, Utc};
use leastwise_report::entry::Planned;
use leastwise_report::explanation::{
    Doubt, Explanation, Granted, Granting, InUse, Part, Points, SourceSaid,
};
use leastwise_report::reasons::day;
use leastwise_report::service::UseWord;
use leastwise_rightsizing::score::{Band, Weight};
use leastwise_rightsizing::settings::Weighting;

/// How many services, actions or the like are named in a row. The JSON has all.
const LISTED: usize = 24;

/// What a service weighs by its level. Source: `leastwise_rightsizing::score::weight`.
const BY_RISK: &str = "a service weighs by the highest access level granted in it: permissions \
     management 10, write 6, tagging 4, read 3, list 1";

/// All of it, in `width` columns.
pub(super) fn of(explanation: &Explanation, width: u16) -> String {
    let mut page = Page::new(width);
    title(&mut page, explanation);
    points(&mut page, explanation);
    grants(&mut page, &explanation.grants);
    evidence(&mut page, explanation);
    doubts(&mut page, &explanation.doubts);
    page.heading("What a boundary would change");
    standing(&mut page, explanation);
    match &explanation.entry.planned {
        Planned::Plan(plan) => boundary::planned(&mut page, plan),
        Planned::Refused(refused) => boundary::refused(&mut page, refused),
    }
    page.text().to_owned()
}

fn title(page: &mut Page, explanation: &Explanation) {
    let Explanation { entry, as_of, unused_after_days, window_start, .. } = explanation;
    page.paragraph(Words::default().styled(STRONG, &entry.principal));
    let words = match (entry.index, entry.band) {
        (Some(index), Some(band)) => {
            Words::from("index ").styled(of_band(band), &format!("{index} {band}"))
        }
        _ => Words::default().styled(DOUBTFUL, "not judged"),
    };
    page.paragraph(words.and(&format!(
        ", as of {}; idle is what was not used since {}, for {unused_after_days} days",
        moment(*as_of),
        day(*window_start)
    )));
    if let Some(why) = &entry.not_judged {
        page.paragraph(format!("why not: {why}"));
    }
}

fn of_band(band: Band) -> Style {
    match band {
        Band::Low => GOOD,
        Band::Medium => DOUBTFUL,
        Band::High => BAD,
    }
}

fn points(page: &mut Page, explanation: &Explanation) {
    let (Some(weights), Some(known)) = (&explanation.entry.weights, explanation.known_weight)
    else {
        return;
    };
    page.heading("How the index comes about");
    let idle = weights.idle_weight;
    page.item(match explanation.entry.index {
        Some(index) => format!(
            "{idle} of {known} known weight lies idle: 100 × {idle} / {known}, rounded, is {index}"
        ),
        None => {
            format!("{idle} of {known} known weight lies idle; too little is known for an index")
        }
    });
    page.item(match explanation.weighting {
        Weighting::Risk => BY_RISK.to_owned(),
        Weighting::Uniform => "every service weighs 1".to_owned(),
        Weighting::Reach => {
            format!("{BY_RISK}; and like whom it opens a path to, if that is more")
        }
    });
    rows(page, &explanation.points, idle);
    in_use(page, &explanation.in_use, weights.used_weight);
    ways(page, explanation);
}

/// A row for each service that adds points, and their sum.
fn rows(page: &mut Page, all: &[Points], idle: Weight) {
    if all.is_empty() {
        return;
    }
    let (counted, rest): (Vec<&Points>, Vec<&Points>) = all.iter().partition(|it| it.points > 0);
    let widest = counted.iter().map(|it| it.service.chars().count()).max().unwrap_or(0);
    let lead = |points: &str, weight: String, service: &str| {
        let service = Words::from(service).aligned_left(widest);
        let weight = Words::from(weight).aligned_right(12);
        Words::default().styled(STRONG, points).aligned_right(6).beside(&weight).beside(&service)
    };
    page.row(&lead("points", "idle weight".to_owned(), ""), "");
    for points in counted {
        let weight = format!("{} of {}", points.idle_weight, points.weight);
        page.row(&lead(&points.points.to_string(), weight, &points.service), why(points));
    }
    let sum: u32 = all.iter().map(|it| u32::from(it.points)).sum();
    page.row(&lead(&sum.to_string(), idle.to_string(), ""), "together");
    if !rest.is_empty() {
        let names: Vec<&str> = rest.iter().map(|it| it.service.as_str()).collect();
        page.item(format!("idle, and too light for a point of its own: {}", listed(&names)));
    }
}

/// Why a service counts as idle.
fn why(points: &Points) -> Words {
    let level = points.level.map_or_else(|| "of no known level".to_owned(), |it| it.to_string());
    let mut words = Words::from(level).and(", ");
    words = match (points.usage, points.last_used, &points.part) {
        (_, Some(last), Some(part)) => words.styled(DOUBTFUL, "idle in part").and(&format!(
            " (used {}): {}",
            day(last),
            share(part)
        )),
        (_, Some(last), None) => words.styled(BAD, "last used").and(&format!(" {}", day(last))),
        (UseWord::NeverUsed, ..) => words.styled(BAD, "never used"),
        _ => words.and("idle"),
    };
    if !points.agreed_by.is_empty() {
        words = words.and(&format!("; listed as unused by {}, too", points.agreed_by.join(", ")));
    }
    match &points.reaches {
        Some(path) => words.and(&format!("; reaches {path}")),
        None => words,
    }
}

/// Of what its idle part is a share.
fn share(part: &Part) -> String {
    let actions = part.actions.iter().map(|actions| {
        let level = actions.level.map_or_else(|| "unknown".to_owned(), |it| it.to_string());
        format!("{} {level} of {}", actions.count, actions.weight)
    });
    let actions: Vec<String> = actions.collect();
    format!(
        "its idle tracked actions weigh {} of {} ({})",
        part.idle,
        part.known,
        actions.join(", ")
    )
}

fn in_use(page: &mut Page, all: &[InUse], used: Weight) {
    let named: Vec<String> = all.iter().map(|it| format!("{} {}", it.service, it.weight)).collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    if !named.is_empty() {
        let words = Words::from("in use, by weight ").styled(GOOD, &used.to_string());
        page.item(words.and(&format!(": {}", listed(&named))));
    }
}

/// How many points come by way of which group.
fn ways(page: &mut Page, explanation: &Explanation) {
    let origins = explanation.entry.score.iter().flat_map(|score| &score.origins);
    let ways: Vec<String> = origins
        .map(|share| match &share.group {
            Some(group) => format!("group `{group}` {}", share.points),
            None => format!("granted directly {}", share.points),
        })
        .collect();
    if !ways.is_empty() {
        page.item(format!("points by way of: {}", ways.join(", ")));
    }
}

fn grants(page: &mut Page, grants: &[Granting]) {
    if grants.is_empty() {
        return;
    }
    page.heading("Where the idle grants come from");
    for granting in grants {
        let Granting { policy, statement, sid, services, group: _ } = granting;
        let sid = sid.as_ref().map_or_else(String::new, |sid| format!(" (`{sid}`)"));
        page.item(format!("{policy}, statement {statement}{sid}:"));
        let services: Vec<String> = services.iter().map(granted).collect();
        page.under_item(listed(&services.iter().map(String::as_str).collect::<Vec<_>>()));
    }
}

fn granted(granted: &Granted) -> String {
    match granted.idle_actions {
        0 => format!("{} (not in the catalogue)", granted.service),
        count => format!("{} ({})", granted.service, counted(count, "idle action")),
    }
}

fn evidence(page: &mut Page, explanation: &Explanation) {
    if explanation.sources.is_empty() {
        return;
    }
    page.heading("The evidence");
    for source in &explanation.sources {
        of_source(page, source);
    }
    let as_of = explanation.as_of;
    if let Some(last) = explanation.last_used {
        page.item(format!("the role itself was used last on {} ({})", day(last), ago(last, as_of)));
    }
    let used: Vec<String> = explanation
        .in_use
        .iter()
        .map(|it| {
            format!(
                "{} {} ({}, {})",
                it.service,
                day(it.last_used),
                ago(it.last_used, as_of),
                it.seen_by
            )
        })
        .collect();
    if !used.is_empty() {
        let used: Vec<&str> = used.iter().map(String::as_str).collect();
        page.item(format!("last use of what is in use: {}", listed(&used)));
    }
    let breaks = explanation.entry.score.iter().flat_map(|score| &score.suspected_breaks);
    let breaks: Vec<&str> = breaks.map(String::as_str).collect();
    if !breaks.is_empty() {
        let words = Words::default().styled(BAD, "the boundary in place may have broken: ");
        page.item(words.and(&listed(&breaks)));
    }
}

fn of_source(page: &mut Page, source: &SourceSaid) {
    let until = match (source.until, source.age_days) {
        (Some(until), Some(days)) => {
            format!(" until {}, {} ago: ", moment(until), counted_days(days))
        }
        _ => " without a date: ".to_owned(),
    };
    let words = Words::from(source.source.to_string()).and(&until);
    let words = words.styled(NEXT, source.confidence.in_words());
    page.item(words.and(&format!(", because {}", source.why)));
    page.under_item(source.says.clone());
}

fn doubts(page: &mut Page, doubts: &[Doubt]) {
    page.heading("What is not known");
    if doubts.is_empty() {
        page.item("nothing that a report could tell");
    }
    for doubt in doubts {
        let words = Words::default().styled(DOUBTFUL, &doubt.reason);
        page.item(if doubt.what.is_empty() {
            words
        } else {
            let what: Vec<&str> = doubt.what.iter().map(String::as_str).collect();
            words.and(&format!(": {}", listed(&what)))
        });
        page.under_item(Words::default().styled(NEXT, "settled by: ").and(&doubt.settle));
    }
}

/// What stands on the principal already.
fn standing(page: &mut Page, explanation: &Explanation) {
    let standing = &explanation.entry.standing;
    page.item(match &standing.boundary_in_place {
        Some(boundary) if boundary.is_ours => {
            format!("in place: `{}`, made by Leastwise", boundary.policy_arn)
        }
        Some(boundary) => format!("in place: `{}`, which stays the limit", boundary.policy_arn),
        None => "in place: none".to_owned(),
    });
    for (what, text) in [("hold", &standing.hold), ("notice", &standing.notice)] {
        if let Some(text) = text {
            page.item(format!("{what}: {text}"));
        }
    }
}

/// The first of them, and how many more there are.
fn listed(names: &[&str]) -> String {
    let shown = names.get(..LISTED).unwrap_or(names).join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn moment(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn ago(last: DateTime<Utc>, as_of: DateTime<Utc>) -> String {
    format!("{} ago", counted_days((as_of - last).num_days()))
}

fn counted_days(days: i64) -> String {
    format!("{days} day{}", if days == 1 { "" } else { "s" })
}
