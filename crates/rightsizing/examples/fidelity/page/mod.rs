//! The page `docs/fidelity.md`.

mod compression;
mod drift;
mod fit;
mod targets;

use crate::evidence::BROAD;
use crate::figures::{grouped, median, percent, table, time};
use crate::harness::{Case, Found};
use crate::trial::{Judged, Outcome, SPARED};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::Granularity;
use leastwise_rightsizing::plan::Refusal;
use std::collections::BTreeMap;
use std::time::Duration;

/// A finished run.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    pub(crate) cases: &'a [Case],
    pub(crate) catalog: &'a Catalog,
    pub(crate) older: &'a Catalog,
    pub(crate) seed: u64,
    /// Whether the recorded account was there.
    pub(crate) has_account: bool,
    pub(crate) took: Duration,
    pub(crate) threads: usize,
}

impl Run<'_> {
    fn found(&self) -> impl Iterator<Item = (&Case, &Found)> {
        self.cases.iter().filter_map(|case| Some((case, case.found.as_ref()?)))
    }

    fn judged(&self) -> impl Iterator<Item = (&Case, &Judged)> {
        self.found().filter_map(|(case, found)| match &found.outcome {
            Outcome::Planned(judged) => Some((case, judged.as_ref())),
            Outcome::Refused(_) | Outcome::Unproved { .. } => None,
        })
    }

    /// The kinds of case, in the order of the run.
    fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> =
            self.cases.iter().map(|case| case.subject.kind.as_str()).collect();
        kinds.dedup();
        kinds
    }
}

/// The whole page.
pub(crate) fn page(run: &Run<'_>) -> String {
    let sections = [
        introduction(run),
        targets::section(run),
        cases(run),
        refusals(run),
        fit::section(run),
        compression::section(run),
        drift::section(run),
        times(run),
    ];
    sections.join("\n")
}

fn introduction(run: &Run<'_>) -> String {
    let Run { catalog, older, seed, .. } = run;
    format!(
        "\
# Fidelity

This page is printed by `cargo xtask fidelity`, which plans a boundary for each of {} principals made from real policies and
judges every boundary on each of the {} actions of the catalogue (version {}, of {}; for drift also
{}, of {}; seed {seed}).
No AWS account is behind it: the policies are real, their use is drawn, and what IAM would decide is said by two policy
evaluators, ours and `awsim-iam-policy`.
",
        grouped(run.cases.len()),
        grouped(catalog.len()),
        catalog.version(),
        catalog.date(),
        older.version(),
        older.date(),
    )
}

fn cases(run: &Run<'_>) -> String {
    let count = |kind: &str, is: &dyn Fn(&Case) -> bool| {
        run.cases.iter().filter(|case| case.subject.kind == kind && is(case)).count()
    };
    let row = |kind: &&str| {
        let service_level = |case: &Case| case.subject.granularity == Granularity::Service;
        let bounded = |case: &Case| case.subject.principal.boundary.is_some();
        let counts = [count(kind, &|_| true), count(kind, &service_level), count(kind, &bounded)];
        [vec![(*kind).to_owned()], counts.map(grouped).to_vec()].concat()
    };
    let mut granted = [0; 4];
    for (_, judged) in run.judged() {
        granted.iter_mut().zip(judged.granted).for_each(|(sum, of_case)| *sum += of_case);
    }
    let [used, unknown, needed, idle] = granted.map(grouped);
    let unread = run.cases.iter().filter(|case| case.found.is_none()).count();
    let mut text = format!(
        "\
## The cases

Roles with AWS managed policies, one or several, drawn by the seed from those that moto carries; and every principal of a
recorded account, once with each kind of report. Of the granted services two to nine tenths are used – at most {BROAD}
services, in every other case at most forty – in clusters: whole access levels, or actions that share a word. Of the other services six tenths
were never used, three tenths before the window, and one tenth is not in the report. An action-level report lists the actions
that IAM tracks, and no other, such as the object actions of S3 and `iam:PassRole`, used or not.

"
    );
    text.push_str(&table(
        &["kind", "cases", "with a service-level report", "with a boundary already"],
        run.kinds().iter().map(row),
    ));
    text.extend([
        "\nOf the granted actions of the planned cases, ".to_owned(),
        format!("{used} were used, {unknown} are unknown, {needed} are needed by these, "),
        format!("and {idle} lie idle.\n"),
    ]);
    text.push_str(&spared(run));
    if unread > 0 {
        text.extend([format!("Of {unread} cases a policy could not be read.\n")]);
    }
    if !run.has_account {
        text.push_str(
            "\nThe recorded account was not on the machine of this run, so it was skipped.\n",
        );
    }
    text
}

/// What is kept though nothing shows its use.
fn spared(run: &Run<'_>) -> String {
    let row = |(place, why): (usize, &&str)| {
        let counts = run.judged().filter_map(|(_, judged)| judged.spared.get(place));
        [(*why).to_owned(), grouped(counts.sum())]
    };
    format!(
        "\nOf what the report calls idle, the plans keep these actions, each with its reason:\n\n{}",
        table(&["reason", "actions"], SPARED.iter().enumerate().map(row))
    )
}

fn refusals(run: &Run<'_>) -> String {
    let refused = || {
        run.found().filter_map(|(case, found)| match &found.outcome {
            Outcome::Refused(why) => Some((case, why.as_ref())),
            Outcome::Planned(_) | Outcome::Unproved { .. } => None,
        })
    };
    let mut by_type: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (case, why) in refused() {
        let kinds = by_type.entry(why.error_type()).or_default();
        *kinds.entry(&case.subject.kind).or_default() += 1;
    }
    let row = |(why, kinds): (&&str, &BTreeMap<&str, usize>)| {
        let each = kinds.iter().map(|(kind, count)| format!("{kind}: {count}"));
        let of_kinds = each.collect::<Vec<_>>().join("; ");
        [format!("`{why}`"), grouped(kinds.values().sum()), of_kinds]
    };
    let too_large = refused().filter_map(|(case, why)| match why {
        Refusal::TooLarge { characters, kept, unknown, longest, .. } => {
            let longest = longest.iter().map(|(service, size)| format!("{service} {size}"));
            Some([
                case.subject.name.clone(),
                grouped(*characters),
                grouped(*kept),
                grouped(*unknown),
                longest.collect::<Vec<_>>().join(", "),
            ])
        }
        Refusal::Exempt { .. }
        | Refusal::ExemptionUnreadable { .. }
        | Refusal::Quarantined { .. }
        | Refusal::DoNotEnforce { .. }
        | Refusal::PermissionsUnknown { .. }
        | Refusal::UsageUnknown { .. }
        | Refusal::NotPrincipalDenial { .. } => None,
    });
    let head = ["case", "characters", "services kept", "of these unknown in part", "longest"];
    format!(
        "\
## Refusals

A principal that is refused stays as it is. Exempt are service-linked roles and roles of IAM Identity Center. Too large is
what fits in no form, even with idle grants admitted.

{}
What was too large, with exact wildcards:

{}",
        table(&["type", "cases", "of which kind"], by_type.iter().map(row)),
        table(&head, too_large)
    )
}

fn times(run: &Run<'_>) -> String {
    let of = |time: fn(&Judged) -> Duration| -> Vec<Duration> {
        run.judged().map(|(_, judged)| time(judged)).collect()
    };
    let row = |name: &str, times: Vec<Duration>| {
        let slowest = times.iter().max().copied().unwrap_or_default();
        [name.to_owned(), time(median(times)), time(slowest)]
    };
    let rows = [
        row("plan", of(|judged| judged.planned_in)),
        row("prove", of(|judged| judged.proved_in)),
        row("plan and prove", of(|judged| judged.planned_in + judged.proved_in)),
    ];
    let within_a_second = run
        .judged()
        .filter(|(_, judged)| judged.planned_in + judged.proved_in < Duration::from_secs(1))
        .count();
    let planned = run.judged().count();
    format!(
        "\
## Time

Of this run, on {} threads of a machine that may have done other things, too; unlike all other figures, these differ from run
to run. Planning and proving took less than a second in {} of {planned} cases ({}). The run took {}.

{}",
        run.threads,
        grouped(within_a_second),
        percent(within_a_second, planned),
        time(run.took),
        table(&["", "median", "slowest"], rows)
    )
}
