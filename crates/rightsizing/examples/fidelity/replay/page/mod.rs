//! The section "Held-out replay" of `docs/fidelity.md`.

mod added;

use crate::figures::{grouped, percent, table};
use crate::replay::class::{Aim, Class};
use crate::replay::gain::Gain;
use crate::replay::record::Record;
use crate::replay::run::ROUNDS;
use crate::replay::simulator::Opinion;
use std::collections::{BTreeMap, BTreeSet};

/// Figures of two planners on the same cases.
#[derive(Debug)]
pub(crate) struct Comparison<'a> {
    pub(crate) before: &'a Record,
    pub(crate) after: &'a Record,
}

/// The whole section.
pub(crate) fn section(
    comparison: &Comparison<'_>,
    opinions: Option<&BTreeMap<Class, Opinion>>,
    examples: &[String],
    gain: &Gain,
) -> String {
    let parts = [
        introduction(comparison),
        under_privilege(comparison),
        list_of(examples),
        costs(comparison),
        refusals(comparison),
        over_privilege(comparison),
        added::section(gain),
        opinions.map_or_else(without_simulator, second_judge),
    ];
    parts.join("\n")
}

fn introduction(comparison: &Comparison<'_>) -> String {
    format!(
        "\
## Held-out replay

For every principal above it is drawn what it calls on 400 days and on the 100 days after them, daily, weekly, monthly and
quarterly. The first days become the report that IAM would show, and nothing more. By it the boundary is planned and proved.
Then the calls of the later days are judged by identity policies, boundary and resource policies together. Each principal
is drawn {} times or less, each time with another kind of call besides plain use: {} cases. The draw rests on AWS's
service reference, its operations and its list of tracked Regions as others keep them, not on the planner's tables. Before: the
planner that took services that IAM does not list for unneeded, and whatever has no date for idle.
",
        ROUNDS,
        grouped(comparison.after.get("all.cases")),
    )
}

fn under_privilege(comparison: &Comparison<'_>) -> String {
    let Comparison { before, after } = comparison;
    let row = |class: Class| {
        let denied = |record: &Record| {
            let (denied, calls) = (record.of(class, "denied"), record.of(class, "calls"));
            format!("{} of {} ({})", grouped(denied), grouped(calls), percent(denied, calls))
        };
        let now = after.of(class, "denied");
        let met = match class.aim() {
            Aim::None => "–",
            Aim::Warned if after.of(class, "denied-automatically") == 0 => "yes",
            Aim::Nothing | Aim::Control if now == 0 => "yes",
            Aim::Nothing | Aim::Control | Aim::Warned => "**no**",
        };
        let aim = match class.aim() {
            Aim::Nothing => "0",
            Aim::Control => "0, as no boundary limits it",
            Aim::Warned => "0 by automatic remediation",
            Aim::None => "none",
        };
        [
            class.in_words().to_owned(),
            grouped(after.of(class, "cases")),
            denied(before),
            denied(after),
            grouped(after.of(class, "denied-automatically")),
            grouped(after.of(class, "refused")),
            aim.to_owned(),
            met.to_owned(),
        ]
    };
    let head = [
        "what is called",
        "cases",
        "denied before",
        "denied now",
        "of these without a person's word",
        "refused now",
        "target",
        "met",
    ];
    format!(
        "\
### Under-privilege

What is called on the held-out days (each action on its resource once), is allowed without the new boundary, and is denied with
it. A principal that is refused a boundary stays as it is, so nothing of it is denied. Where services call others in the
principal's name, and where a resource policy denies by `NotPrincipal`, a person has to look before the plan is applied. A
yearly job lies outside the window that index and boundary share: the plan names the earlier use that it drops, and
automatic remediation gives notice first.

{}",
        table(&head, Class::ALL.map(row))
    )
}

fn list_of(examples: &[String]) -> String {
    if examples.is_empty() {
        return "Nothing at which the target is 0 is denied.\n".to_owned();
    }
    format!("Denied although the target is 0:\n\n- {}\n", examples.join("\n- "))
}

fn costs(comparison: &Comparison<'_>) -> String {
    let Comparison { before, after } = comparison;
    let number = |name: &str| [before, after].map(|record| grouped(record.get(name)));
    let share = |part: &str, whole: &str| {
        [before, after].map(|record| {
            let (part, whole) = (record.get(part), record.get(whole));
            format!("{} of {} ({})", grouped(part), grouped(whole), percent(part, whole))
        })
    };
    let row = |what: &str, [before, after]: [String; 2]| [what.to_owned(), before, after];
    let rows = [
        row("boundaries", share("all.planned", "all.cases")),
        row("plans that could not be proved", number("all.unproved")),
        row("characters, median", number("characters.median")),
        row("characters, nine tenths have no more than", number("characters.p90")),
        row("characters, longest", number("characters.max")),
        row("boundaries that admit idle grants for want of room", number("all.with-admitted")),
        row("idle grants so admitted", number("all.admitted")),
        row("idle grants that stay allowed", share("all.idle-allowed", "all.idle")),
        row("index without the boundary, median", number("index-before.median")),
        row("index with it, median", number("index-after.median")),
        row("index with it, nine tenths have no more than", number("index-after.p90")),
        row("index with it, highest", number("index-after.max")),
        row(
            "boundaries with an index above the threshold of 60",
            number("all.still-above-threshold"),
        ),
    ];
    let head = ["", "before", "now"];
    format!("### What safety costs\n\n{}", table(&head, rows))
}

fn refusals(comparison: &Comparison<'_>) -> String {
    let Comparison { before, after } = comparison;
    let types: BTreeSet<&str> =
        [before, after].into_iter().flat_map(|it| it.below("refusal.")).map(|it| it.0).collect();
    let row = |why: &&str| {
        let count = |record: &Record| grouped(record.get(&format!("refusal.{why}")));
        [format!("`{why}`"), count(before), count(after)]
    };
    format!("Refusals by type:\n\n{}", table(&["type", "before", "now"], types.iter().map(row)))
}

fn over_privilege(comparison: &Comparison<'_>) -> String {
    let Comparison { before, after } = comparison;
    let row = |class: Class| {
        let idle =
            |record: &Record| percent(record.of(class, "idle-allowed"), record.of(class, "idle"));
        let planned = |record: &Record| grouped(record.of(class, "planned"));
        [class.in_words().to_owned(), planned(before), planned(after), idle(before), idle(after)]
    };
    let head =
        ["cases with", "boundaries before", "now", "idle grants that stay allowed before", "now"];
    format!(
        "\
### Over-privilege

What is granted and called on no day, and stays allowed under the boundary: what IAM does not track, what is needed or kept with
something else, and what no report can show to be idle.

{}",
        table(&head, Class::ALL.map(row))
    )
}

fn second_judge(opinions: &BTreeMap<Class, Opinion>) -> String {
    let row = |(class, opinion): (&Class, &Opinion)| {
        [
            class.in_words().to_owned(),
            grouped(opinion.tried),
            grouped(opinion.denied_anyway),
            grouped(opinion.denied),
            grouped(opinion.differing),
            grouped(opinion.undecided),
        ]
    };
    let head = [
        "what is called",
        "judged",
        "denied in any case",
        "denied now",
        "other than ours",
        "not judged",
    ];
    format!(
        "\
### A second judge

The figures above are by an evaluator of this measurement. `@cloud-copilot/iam-simulate`, which takes resource policies, too, judged up to
400 calls of each kind, of plain use every 25th. It lets a user whom a trust policy names pass a boundary, where AWS's guide
says that the boundary must allow `sts:AssumeRole`. It does not judge actions that it does not know, or that do not go
with the resource.

{}",
        table(&head, opinions.iter().map(row))
    )
}

fn without_simulator() -> String {
    "### A second judge\n\n`@cloud-copilot/iam-simulate` was not asked in this run.\n".to_owned()
}
