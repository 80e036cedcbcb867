//! What lists and boundaries admit once AWS has added actions.

use super::Run;
use super::fit::LEVELS;
use crate::figures::{grouped, percent, table};
use crate::lists::{CHOICES, DocumentDrift, Drift};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Admitted, Wildcards};

/// What the lists of all cases admit.
#[derive(Debug)]
pub(super) struct ByLists<'r> {
    pub(super) all: Vec<&'r Admitted>,
    /// How many of these lie in services of which the case keeps a part.
    pub(super) in_part: usize,
}

/// For each choice of wildcards.
pub(super) fn by_lists<'r>(run: &Run<'r>) -> [ByLists<'r>; CHOICES.len()] {
    std::array::from_fn(|place| {
        let drifts = || run.cases.iter().filter_map(|case| case.found.as_ref()?.drift.as_ref());
        let in_part = |drift: &Drift| {
            let admitted = drift.lists.get(place).into_iter().flatten();
            admitted.filter(|it| !drift.whole.contains(it.action.service())).count()
        };
        ByLists {
            all: drifts().filter_map(|drift| drift.lists.get(place)).flatten().collect(),
            in_part: drifts().map(in_part).sum(),
        }
    })
}

pub(super) fn section(run: &Run<'_>) -> String {
    let Run { catalog, older, .. } = run;
    let added = added(older, catalog);
    let by_lists = by_lists(run);
    let [ByLists { all: of_exact, in_part: in_part_of_exact }, ..] = &by_lists;
    let list_row = |(choice, by_lists): (&Wildcards, &ByLists<'_>)| {
        let (all, in_part) = (by_lists.all.len(), by_lists.in_part);
        let shares = [
            choice.to_string(),
            grouped(all),
            percent(all, of_exact.len()),
            grouped(in_part),
            percent(in_part, *in_part_of_exact),
        ];
        shares.into_iter().chain(levels(&by_lists.all)).collect::<Vec<_>>()
    };
    let list_head = ["wildcards", "admitted", "of exact", "in services kept in part", "of exact"];
    let list_head = list_head.into_iter().chain(LEVELS.map(AccessLevel::as_str));
    let document_head = [
        "`Wildcards`",
        "boundaries",
        "written as chosen",
        "admitted by these",
        "by the others",
        "of both list or read",
        "of both granted",
        "by design",
    ];
    format!(
        "\
## Drift

From {} to {} AWS added {} actions. The same principals are drawn with the catalogue of the first day, and
what is made then is judged with that of the second: how many of the new actions does it admit, over all cases?

The lists of what must be kept. The exact ones have `service:*` for a service that is kept whole, which admits all that is
new in it:

{}
Whole boundaries, for each value of the setting `Wildcards`: \"written as chosen\" are those that fit with the chosen
wildcards; the others are wide principals, and fell back to broader ones in some services. New actions of services
that are kept whole, and those that the policies name and the older catalogue did not know, are kept by design and counted
apart, where the policies grant them.

{}",
        older.date(),
        catalog.date(),
        grouped(added),
        table(&list_head.collect::<Vec<_>>(), CHOICES.iter().zip(&by_lists).map(list_row)),
        table(&document_head, (0..CHOICES.len()).map(|place| document_row(run, place)))
    )
}

fn added(older: &Catalog, newer: &Catalog) -> usize {
    newer.ids().filter(|&id| older.find(&newer.action(id).to_string()).is_none()).count()
}

fn levels(admitted: &[&Admitted]) -> Vec<String> {
    let count = |level| admitted.iter().filter(|it| it.level == level).count();
    LEVELS.map(|level| grouped(count(level))).into()
}

fn documents<'r>(run: &Run<'r>, place: usize) -> impl Iterator<Item = &'r DocumentDrift> {
    let cases = run.cases.iter();
    let drifts = cases.filter_map(|case| case.found.as_ref()?.drift.as_ref());
    drifts.filter_map(move |drift| drift.documents.get(place)).filter(|document| document.planned)
}

fn document_row(run: &Run<'_>, place: usize) -> Vec<String> {
    let documents: Vec<&DocumentDrift> = documents(run, place).collect();
    let admitted = |as_chosen: bool| -> usize {
        let some = documents.iter().filter(|it| it.as_chosen == as_chosen);
        some.map(|it| it.by_lists.len()).sum()
    };
    let reads = |it: &&Admitted| it.level <= AccessLevel::Read;
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
