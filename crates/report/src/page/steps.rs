//! What to do first: what breaks, then what is widest and can be narrowed at once, then what is
//! missing.

use super::charts::principals;
use super::text::{called, filter, number, short, weight};
use crate::header::Header;
use crate::line::{Breaks, Line, LinePlan};
use crate::summary::Summary;
use leastwise_rightsizing::score::Weight;
use std::cmp::Reverse;

/// How many principals a step names.
const NAMED: usize = 3;

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) link: String,
}

/// The steps, the most urgent first. Nothing is said twice, and nothing that need not be done.
pub(super) fn steps(header: &Header, summary: &Summary, lines: &[Line]) -> Vec<Step> {
    let steps = [
        breaks(lines),
        narrow(header, lines),
        nothing_used(lines),
        policy(summary),
        refused(lines),
        without_knowledge(summary),
    ];
    steps.into_iter().flatten().collect()
}

fn breaks(lines: &[Line]) -> Option<Step> {
    let broken = lines.iter().filter(|line| line.breaks != Breaks::None).count();
    let proved = lines.iter().filter(|line| line.breaks == Breaks::Proved).count();
    (broken > 0).then(|| Step {
        title: format!("Look at {} with a suspected break", principals(broken)),
        text: format!(
            "They attempted something after a Leastwise boundary began to deny it; of {} AWS said so itself. \
             Give back what was meant, before anything is narrowed further.",
            number(proved)
        ),
        link: filter(&[("flag", "break")]),
    })
}

fn narrow(header: &Header, lines: &[Line]) -> Option<Step> {
    let is_planned = |line: &&Line| line.is_above && matches!(line.plan, LinePlan::Planned { .. });
    let mut planned: Vec<&Line> = lines.iter().filter(is_planned).collect();
    planned.sort_by_key(|line| Reverse(idle_weight(line)));
    let named: Vec<&str> = planned.iter().take(NAMED).map(|line| short(&line.principal)).collect();
    (!planned.is_empty()).then(|| Step {
        title: format!("Narrow {} above {}", principals(planned.len()), header.threshold),
        text: format!(
            "A boundary is planned and proved for each. Most idle weight: {}. Read the plan of one, then apply it.",
            named.join(", ")
        ),
        link: filter(&[("flag", "above"), ("boundary", "planned"), ("sort", "idleWeight")]),
    })
}

fn idle_weight(line: &Line) -> Weight {
    line.weights.map(|weights| weights.idle).unwrap_or_default()
}

fn nothing_used(lines: &[Line]) -> Option<Step> {
    let idle = lines.iter().filter(|line| line.uses_nothing()).count();
    (idle > 0).then(|| Step {
        title: format!("Ask whether {} can go", principals(idle)),
        text: "Nothing of what they may do was used, and all of it is known. What nobody needs is better deleted \
               than bounded."
            .to_owned(),
        link: filter(&[("flag", "nothing")]),
    })
}

fn policy(summary: &Summary) -> Option<Step> {
    let heaviest = summary.heaviest_policies.first()?;
    (heaviest.principals > 1).then(|| Step {
        title: format!("Read policy {}", called(&heaviest.name)),
        text: format!(
            "Of all policies it grants most of what lies idle: a weight of {} in {}.",
            weight(heaviest.idle_weight),
            principals(heaviest.principals)
        ),
        link: filter(&[("in", &format!("policy:{}", heaviest.name))]),
    })
}

fn refused(lines: &[Line]) -> Option<Step> {
    let is_refused = |line: &&Line| line.is_above && matches!(line.plan, LinePlan::Refused(_));
    let refused = lines.iter().filter(is_refused).count();
    (refused > 0).then(|| Step {
        title: format!("Decide about {} above the threshold without a plan", principals(refused)),
        text: "Each says why no boundary was planned, and what would have to change.".to_owned(),
        link: filter(&[("flag", "above"), ("boundary", "refused")]),
    })
}

/// Whoever has no index because something is missing: who is exempt is as it should be.
fn without_knowledge(summary: &Summary) -> Option<Step> {
    let missing = |word: &&str| !["exempt", "new", "quarantined"].contains(word);
    let blind = summary.not_judged.iter().filter(|(word, _)| missing(word));
    let blind: usize = blind.map(|(_, count)| count).sum();
    (blind > 0).then(|| Step {
        title: format!("Find out more about {}", principals(blind)),
        text: "They are not judged, because a report or the text of a policy is missing, or too little of their use is \
               known. None of them counts as idle, or as compliant."
            .to_owned(),
        link: filter(&[("band", "blind")]),
    })
}
