//! What lists and boundaries admit once AWS has added actions.

use super::Run;
use super::fit::LEVELS;
use crate::figures::{grouped, percent, table};
use crate::lists::{CHOICES, DocumentDrift};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::Admitted;

/// What the lists of all cases admit, for each choice of wildcards.
pub(super) fn admitted_by_lists<'r>(run: &Run<'r>) -> [Vec<&'r Admitted>; CHOICES.len()] {
    std::array::from_fn(|place| {
        let drifts = run.cases.iter().filter_map(|case| case.found.as_ref()?.drift.as_ref());
        drifts.filter_map(|drift| drift.lists.get(place)).flatten().collect()
    })
}

pub(super) fn section(run: &Run<'_>) -> String {
    let Run { catalog, older, .. } = run;
    let added = added(older, catalog);
    let admitted = admitted_by_lists(run);
    let of_exact = admitted.first().map_or(0, Vec::len);
    let in_part_of_exact = admitted.first().map_or(0, |exact| in_part(exact));
    let list_row = |(choice, admitted): (&_, &Vec<&Admitted>)| {
        let in_part = in_part(admitted);
        let all = [
            format!("{choice}"),
            grouped(admitted.len()),
            percent(admitted.len(), of_exact),
            grouped(in_part),
            percent(in_part, in_part_of_exact),
        ];
        all.into_iter().chain(levels(admitted)).collect::<Vec<_>>()
    };
    let list_head = ["wildcards", "admitted", "of exact", "other than by `service:*`", "of exact"]
        .into_iter()
        .chain(LEVELS.map(|it| it.as_str()));
    let document_head = [
        "`Wildcards`",
        "boundaries",
        "written as chosen",
        "admitted by these",
        "by the others",
        "list or read",
        "granted",
        "by design",
    ];
    format!(
        "\
## Drift

From {} to {} AWS added {} actions. The same principals are drawn with the catalogue of the first day, and
what is made then is judged with that of the second: how many of the new actions does it admit, over all cases?

The lists of what must be kept:

{}
Whole boundaries, for each value of the setting `Wildcards`: \"written as chosen\" are those that fit with the chosen
wildcards; the others fell back to broader ones. New actions of services that are kept whole, and those that the policies
name and the older catalogue did not know, are kept by design and counted apart, where the policies grant them.

{}",
        older.date(),
        catalog.date(),
        grouped(added),
        table(&list_head.collect::<Vec<_>>(), CHOICES.iter().zip(&admitted).map(list_row)),
        table(&document_head, (0..CHOICES.len()).map(|place| document_row(run, place)))
    )
}

/// How many are admitted by other patterns than `service:*`.
pub(super) fn in_part(admitted: &[&Admitted]) -> usize {
    let is_whole = |it: &&&Admitted| it.pattern.as_str().ends_with(":*");
    admitted.len() - admitted.iter().filter(is_whole).count()
}

fn added(older: &Catalog, newer: &Catalog) -> usize {
    newer.ids().filter(|&id| older.find(&newer.action(id).to_string()).is_none()).count()
}

fn levels(admitted: &[&Admitted]) -> Vec<String> {
    let count = |level| admitted.iter().filter(|it| it.level == level).count();
    LEVELS.map(|level| grouped(count(level))).into()
}

fn document_row(run: &Run<'_>, place: usize) -> Vec<String> {
    let documents: Vec<&DocumentDrift> = run
        .found()
        .filter_map(|(_, found)| found.drift.as_ref()?.documents.get(place))
        .filter(|document| document.planned)
        .collect();
    let admitted = |as_chosen: bool| -> usize {
        let some = documents.iter().filter(|it| it.as_chosen == as_chosen);
        some.map(|it| it.by_lists.len()).sum()
    };
    let reads = |it: &&Admitted| it.level <= leastwise_policy::action::AccessLevel::Read;
    let reads = documents.iter().flat_map(|it| &it.by_lists).filter(reads).count();
    let counts = [
        documents.len(),
        documents.iter().filter(|it| it.as_chosen).count(),
        admitted(true),
        admitted(false),
        reads,
        documents.iter().map(|it| it.granted).sum(),
        documents.iter().map(|it| it.by_design).sum(),
    ];
    let choice = CHOICES.get(place).map(ToString::to_string).unwrap_or_default();
    std::iter::once(choice).chain(counts.map(grouped)).collect()
}
