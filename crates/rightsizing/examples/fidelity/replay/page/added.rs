//! The part on the sources that are added to IAM's report.

use crate::figures::{grouped, percent, table};
use crate::replay::added::Added;
use crate::replay::class::Class;
use crate::replay::gain::Gain;
use crate::replay::record::Record;
use crate::replay::run::ADDED_EVERY;
use std::cmp::Ordering;

const ALONE: &str = "IAM's report alone";

pub(super) fn section(gain: &Gain) -> String {
    [introduction(gain), totals(gain), lost(gain), denied(gain), tightness(gain)].join("\n")
}

fn introduction(gain: &Gain) -> String {
    format!(
        "\
### What other sources add

One case in {ADDED_EVERY} of those above, {} in all, is planned for by IAM's report and one source more, too, and by all together. A call is a
management event if AWS's service reference says that IAM tracks its action or that Access Analyzer generates policies of it. What
cannot be told to be one is taken for a data event.

| source | what it sees, until the plan |
| --- | --- |
| a complete trail | management events of 400 days in every enabled Region, also those that a service sends for the principal; it vouches for all of them |
| event history | the same of the last 90 days; it vouches for nothing |
| client-side monitoring | operations that the workload itself calls, data events too; it vouches for nothing |
| generated policies | management events of the last 90 days that Access Analyzer knows, dated to the day of the plan; it vouches for nothing |
| unused access | what IAM records as not used for 90 days |
",
        grouped(gain.alone.get("all.cases"))
    )
}

fn totals(gain: &Gain) -> String {
    let names = std::iter::once(ALONE).chain(Added::ALL.map(Added::in_words));
    let row = |(name, record): (&str, &Record)| {
        let (allowed, idle) = (record.get("common.idle-allowed"), record.get("common.idle"));
        [
            name.to_owned(),
            grouped(record.get("all.planned")),
            grouped(record.get("all.cases") - record.get("all.planned")),
            grouped(record.denied_against_the_aim()),
            grouped(record.over_all_classes("lost")),
            grouped(record.over_all_classes("won")),
            format!("{} ({})", grouped(allowed), percent(allowed, idle)),
            grouped(record.get("common.index.median")),
            grouped(record.get("characters.median")),
        ]
    };
    let head = [
        "known",
        "boundaries",
        "refused",
        "denied where the target is 0",
        "denied, by IAM's report alone not",
        "allowed, by IAM's report alone not",
        "idle grants that stay allowed",
        "index, median",
        "characters, median",
    ];
    format!(
        "\
Idle grants are of the {} cases for which whatever is known gives a boundary, the index is of the {} of these for which it also gives an
index:

{}",
        grouped(gain.alone.get("common.cases")),
        grouped(gain.alone.get("common.with-index")),
        table(&head, names.zip(gain.all()).map(row))
    )
}

fn lost(gain: &Gain) -> String {
    if gain.lost.is_empty() {
        return "No source has a call denied that IAM's report alone lets through.\n".to_owned();
    }
    format!("Denied, and by IAM's report alone not:\n\n- {}\n", gain.lost.join("\n- "))
}

fn denied(gain: &Gain) -> String {
    let denied = |record: &Record, class| record.of(class, "denied");
    let cell = |record: &Record, class| {
        format!("{} of {}", grouped(denied(record, class)), grouped(record.of(class, "calls")))
    };
    format!(
        "Calls that are denied, where a source changes something:\n\n{}",
        by_class(gain, "called", denied, |class| {
            gain.all().map(|record| cell(record, class)).collect()
        })
    )
}

fn tightness(gain: &Gain) -> String {
    let allowed = |record: &Record, class| record.of(class, "common-idle-allowed");
    let row = |class| {
        let alone = allowed(&gain.alone, class);
        let share = percent(alone, gain.alone.of(class, "common-idle"));
        let mut row = vec![format!("{} ({share})", grouped(alone))];
        row.extend(gain.with.values().map(|with| change(alone, allowed(with, class))));
        row
    };
    format!(
        "\
Idle grants that stay allowed, where a source changes something: by IAM's report alone, and how many more or fewer with the source.
A service that a source shows in use is not dropped as a whole any more: what IAM does not track of it stays.

{}",
        by_class(gain, "cases with", allowed, row)
    )
}

fn change(from: usize, to: usize) -> String {
    match to.cmp(&from) {
        Ordering::Less => format!("−{}", grouped(from - to)),
        Ordering::Equal => "0".to_owned(),
        Ordering::Greater => format!("+{}", grouped(to - from)),
    }
}

/// A table with a row for each class in which a figure is not the same whatever is known.
fn by_class(
    gain: &Gain,
    what: &str,
    figure: impl Fn(&Record, Class) -> usize,
    cells: impl Fn(Class) -> Vec<String>,
) -> String {
    let changes = |class: &Class| {
        gain.all().any(|record| figure(record, *class) != figure(&gain.alone, *class))
    };
    let mut head = vec![what, ALONE];
    head.extend(Added::ALL.map(Added::in_words));
    let row = |class: Class| [vec![class.in_words().to_owned()], cells(class)].concat();
    table(&head, Class::ALL.into_iter().filter(changes).map(row))
}
