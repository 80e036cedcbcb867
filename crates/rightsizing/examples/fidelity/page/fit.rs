//! How the documents were made to fit, and what was admitted for it.

use super::Run;
use crate::figures::{grouped, percent, table};
use crate::harness::Case;
use crate::trial::{Fit, Judged, Outcome};
use leastwise_policy::action::AccessLevel;
use leastwise_rightsizing::plan::Refusal;

/// How many of the worst cases are named.
const WORST: usize = 8;

/// Access levels, the most harmless first.
pub(super) const LEVELS: [AccessLevel; 5] = [
    AccessLevel::List,
    AccessLevel::Read,
    AccessLevel::Tagging,
    AccessLevel::Write,
    AccessLevel::PermissionsManagement,
];

pub(super) fn section(run: &Run<'_>) -> String {
    let exactly = run.judged().filter(|(_, judged)| judged.extras.is_empty()).count();
    let planned = run.judged().count();
    format!(
        "\
## Fit

IAM takes {} characters. {} of {planned} boundaries ({}) fit without admitting anything beyond what is kept. The columns are in
the order in which the planner tries: stable wildcards; exact ones; extras that nothing grants now; a list of what is
dropped; exact wildcards that cut words, hard to read; idle grants admitted, each reported in the plan.

{}
Actions admitted beyond what is kept, over all cases:

{}
{}",
        grouped(leastwise_rightsizing::boundary::MAX_POLICY_CHARACTERS),
        grouped(exactly),
        percent(exactly, planned),
        by_kind(run),
        by_level(run),
        worst(run)
    )
}

fn by_kind(run: &Run<'_>) -> String {
    let refused_for_size = |case: &Case| {
        let outcome = case.found.as_ref().map(|found| &found.outcome);
        matches!(outcome, Some(Outcome::Refused(why)) if matches!(**why, Refusal::TooLarge { .. }))
    };
    let row = |kind: &str, is_kind: &dyn Fn(&Case) -> bool| {
        let count = |fit: Fit| {
            run.judged().filter(|(case, judged)| is_kind(case) && judged.fit == fit).count()
        };
        let refused = run.cases.iter().filter(|case| is_kind(case) && refused_for_size(case));
        let counts = Fit::ALL.map(count).into_iter().chain([refused.count()]);
        std::iter::once(kind.to_owned()).chain(counts.map(grouped)).collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<String>> =
        run.kinds().into_iter().map(|kind| row(kind, &|case| case.subject.kind == kind)).collect();
    rows.push(row("all", &|_| true));
    let head = ["kind"].into_iter().chain(Fit::ALL.map(Fit::in_words)).chain(["refused"]);
    table(&head.collect::<Vec<_>>(), rows)
}

fn by_level(run: &Run<'_>) -> String {
    let extras = || run.judged().flat_map(|(_, judged)| &judged.extras);
    let row = |level: AccessLevel| {
        let count = |granted: bool| {
            extras().filter(|extra| extra.level == level && extra.granted == granted).count()
        };
        [level.to_string(), grouped(count(false)), grouped(count(true))]
    };
    table(&["access level", "not granted now", "granted and idle"], LEVELS.map(row))
}

fn worst(run: &Run<'_>) -> String {
    let granted = |judged: &Judged| judged.extras.iter().filter(|extra| extra.granted).count();
    let mut worst: Vec<(&Case, &Judged)> =
        run.judged().filter(|(_, judged)| !judged.extras.is_empty()).collect();
    if worst.is_empty() {
        return String::new();
    }
    worst.sort_by_key(|(_, judged)| std::cmp::Reverse((granted(judged), judged.extras.len())));
    let index = |index: Option<leastwise_rightsizing::score::CreepIndex>| {
        index.map_or_else(|| "–".to_owned(), |index| index.to_string())
    };
    let row = |(case, judged): (&Case, &Judged)| {
        let [before, _, after] = judged.index;
        let [used, unknown, needed, idle] = judged.granted;
        [
            case.subject.name.clone(),
            grouped(used + unknown + needed),
            grouped(idle),
            grouped(granted(judged)),
            grouped(judged.extras.len() - granted(judged)),
            index(before),
            index(after),
        ]
    };
    let head = [
        "case",
        "granted actions to keep",
        "idle",
        "of these admitted",
        "others admitted",
        "index before",
        "after",
    ];
    let rows = worst.into_iter().take(WORST).map(row);
    format!("The cases with most idle grants admitted:\n\n{}", table(&head, rows))
}
