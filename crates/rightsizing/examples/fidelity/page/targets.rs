//! The targets, and whether they are met.

use super::{Run, drift};
use crate::figures::{grouped, percent, table};
use crate::harness::Case;
use crate::lists::{Lists, Written};
use crate::trial::{Judged, Outcome};
use leastwise_rightsizing::boundary::MAX_POLICY_CHARACTERS;
use leastwise_rightsizing::plan::Refusal;

/// How many failures of a kind are named.
const NAMED: usize = 5;

/// The largest share of the explicit lists that the exact ones may have, in per cent.
pub(super) const EXACT_PERCENT: usize = 44;

struct Target {
    what: &'static str,
    aim: String,
    measured: String,
    met: bool,
    /// Where it fails.
    failures: Vec<String>,
}

pub(super) fn section(run: &Run<'_>) -> String {
    let mut targets = none_of_actions(run);
    targets.extend(none_of_cases(run));
    targets.extend(lists(run));
    let row = |target: &Target| {
        let met = if target.met { "yes" } else { "**no**" };
        [target.what.to_owned(), target.aim.clone(), target.measured.clone(), met.to_owned()]
    };
    let mut text = "## Targets\n\n".to_owned();
    text.push_str(&table(&["what", "target", "measured", "met"], targets.iter().map(row)));
    text.extend(targets.iter().filter(|target| !target.failures.is_empty()).map(failures));
    text
}

fn failures(target: &Target) -> String {
    let mut lines: Vec<String> =
        target.failures.iter().take(NAMED).map(|failure| format!("- {failure}\n")).collect();
    if target.failures.len() > NAMED {
        lines.push(format!("- and {} more\n", target.failures.len() - NAMED));
    }
    format!("\n{}:\n\n{}", target.what, lines.concat())
}

/// What must happen to no action of any case.
fn none_of_actions(run: &Run<'_>) -> Vec<Target> {
    let decisions = grouped(run.judged().count() * run.catalog.len());
    let granted = |places: &[usize]| {
        let of_case = |judged: &Judged| -> usize {
            places.iter().filter_map(|&place| judged.granted.get(place)).sum()
        };
        grouped(run.judged().map(|(_, judged)| of_case(judged)).sum())
    };
    let none = |what, of: &str, actions: fn(&Judged) -> Vec<&String>| {
        let failing = |(case, judged): (&Case, &Judged)| {
            let actions = actions(judged);
            let first = actions.first()?;
            let name = &case.subject.name;
            Some((actions.len(), format!("{name}: {} actions, such as `{first}`", actions.len())))
        };
        let failing: Vec<(usize, String)> =
            run.judged().filter_map(|(case, judged)| failing((case, judged))).collect();
        let count: usize = failing.iter().map(|(count, _)| count).sum();
        Target {
            what,
            aim: "0".to_owned(),
            measured: format!("{} of {of}", grouped(count)),
            met: count == 0,
            failures: failing.into_iter().map(|(_, failure)| failure).collect(),
        }
    };
    vec![
        none("used actions denied", &granted(&[0]), |it| it.used_denied.iter().collect()),
        none("unknown or needed actions denied", &granted(&[1, 2]), |it| {
            it.unknown_denied.iter().chain(&it.needed_denied).collect()
        }),
        none(
            "idle grants allowed that the plan neither admits nor gives a reason for",
            &granted(&[3]),
            |it| it.idle_allowed.iter().collect(),
        ),
        none("actions allowed beyond the present boundary", &decisions, |it| {
            it.beyond_present.iter().collect()
        }),
        none("decisions on which the two evaluators differ", &decisions, |it| {
            it.disagreements.iter().collect()
        }),
    ]
}

/// What must happen in no case.
fn none_of_cases(run: &Run<'_>) -> Vec<Target> {
    let planned = run.judged().count();
    let unproved: Vec<String> = run
        .found()
        .filter_map(|(case, found)| match &found.outcome {
            Outcome::Unproved { message } => Some(format!("{}: {message}", case.subject.name)),
            Outcome::Planned(_) | Outcome::Refused(_) => None,
        })
        .collect();
    let too_large: Vec<String> = run
        .found()
        .filter_map(|(case, found)| match &found.outcome {
            Outcome::Refused(why) if matches!(**why, Refusal::TooLarge { .. }) => {
                Some(format!("{}: {why}", case.subject.name))
            }
            Outcome::Planned(_) | Outcome::Refused(_) | Outcome::Unproved { .. } => None,
        })
        .collect();
    let none = |what, of: usize, failures: Vec<String>| Target {
        what,
        aim: "0".to_owned(),
        measured: format!("{} of {}", grouped(failures.len()), grouped(of)),
        met: failures.is_empty(),
        failures,
    };
    let failing = |why: fn(&Judged) -> Option<String>| -> Vec<String> {
        let failure = |(case, judged): (&Case, &Judged)| {
            Some(format!("{}: {}", case.subject.name, why(judged)?))
        };
        run.judged().filter_map(failure).collect()
    };
    vec![
        none("plans that could not be proved", planned + unproved.len(), unproved),
        none("principals for whom nothing fits", planned + too_large.len(), too_large),
        none(
            "boundaries of more than 6,144 characters",
            planned,
            failing(|it| {
                let too_large = it.characters > MAX_POLICY_CHARACTERS;
                too_large.then(|| format!("{} characters", it.characters))
            }),
        ),
        none(
            "indexes with the boundary attached that are not as predicted",
            planned,
            failing(|it| {
                let [_, predicted, found] = it.index;
                (predicted != found).then(|| format!("{found:?} instead of {predicted:?}"))
            }),
        ),
        none(
            "boundaries that change when planned again",
            planned,
            failing(|it| match &it.again {
                Ok(true) => None,
                Ok(false) => Some("another document".to_owned()),
                Err(refusal) => Some(refusal.clone()),
            }),
        ),
    ]
}

/// What must hold of the lists of what is kept.
fn lists(run: &Run<'_>) -> Vec<Target> {
    let lists = || run.found().map(|(_, found)| &found.lists);
    let explicit: usize = lists().map(|lists| lists.explicit).sum();
    let exact: usize = lists().filter_map(Lists::exact).map(|exact| exact.characters).sum();
    let wrong = |written: &Written| written.missing + written.extra;
    let wrong: usize = lists().flat_map(|lists| &lists.written).map(wrong).sum();
    let target = |what, aim: String, measured, met| Target {
        what,
        aim,
        measured,
        met,
        failures: Vec::new(),
    };
    let a_tenth = |what, [exact, stable]: [usize; 2]| {
        let measured =
            format!("{} of {} ({})", grouped(stable), grouped(exact), percent(stable, exact));
        target(what, "at most a tenth".to_owned(), measured, 10 * stable <= exact)
    };
    let [of_exact, of_stable, _] = drift::by_lists(run);
    vec![
        target(
            "characters of the exact lists, of those of the names",
            format!("at most {EXACT_PERCENT} %"),
            percent(exact, explicit),
            100 * exact <= EXACT_PERCENT * explicit,
        ),
        target(
            "actions that lists miss or add when expanded",
            "0".to_owned(),
            grouped(wrong),
            wrong == 0,
        ),
        a_tenth(
            "new actions that the stable lists admit, of those that the exact ones do",
            [of_exact.all.len(), of_stable.all.len()],
        ),
        a_tenth(
            "the same in services that are kept in part",
            [of_exact.in_part, of_stable.in_part],
        ),
    ]
}
