//! `docs/performance.md`: the template with the figures in it, and its pictures.

use super::costs::{self, Bill, Month, PRICES, READ_ON, dollars, thousands};
use super::figures::{
    CLOUDSPLAINING, EVALUATOR, Figures, Measured, PEER, Setting, Sweep, Sweeps, median, range,
};
use super::growth::exponent;
use super::organization::{Case, ORGANIZATION, simulate};
use super::plots::{Plot, Series, svg};
use super::sweep_model::{Account, PACES, Pace, attempts, total};
use crate::result::Result;
use crate::shell::workspace;
use std::fs;

/// The account whose costs are told.
const ACCOUNT: Account = Account { principals: 10_000, policies: 1_000, changed_policies: 0 };

/// Metrics that the evaluator writes at the most.
const METRICS: u64 = 12;

/// Sweeps in a month.
const SWEEPS: u64 = 30;

/// What stands in the place of a figure that is not there.
const NOT_MEASURED: &str = "not measured";

/// Writes the page and its pictures.
pub(crate) fn write(figures: &Figures) -> Result {
    let docs = workspace()?.join("docs");
    fs::create_dir_all(docs.join("performance"))?;
    for (name, plot) in [("command-line", growth_plot(figures)), ("sweeps", sweep_plot(figures))] {
        if plot.series.iter().any(|series| !series.points.is_empty()) {
            fs::write(docs.join(format!("performance/{name}.svg")), svg(&plot)?)?;
        }
    }
    let template = fs::read_to_string(workspace()?.join("tests/bench/performance.md"))?;
    let page = docs.join("performance.md");
    fs::write(&page, render(&template, figures))?;
    println!("wrote {}", page.display());
    Ok(())
}

/// The template with every `{name}` replaced.
fn render(template: &str, figures: &Figures) -> String {
    let wholes = figures.command_line.iter().map(whole);
    let scans = figures.scans.iter().map(whole);
    let parts = [
        ("command line rows", rows(wholes)),
        ("command line setting", setting(figures.command_line.first().map(|it| &it.setting))),
        ("exponents", exponents(figures)),
        ("scan rows", rows(scans)),
        ("scan setting", setting(figures.scans.first().map(|it| &it.setting))),
        ("scan ratio", scan_ratio(figures)),
        ("sweep rows", rows(figures.sweeps.iter().flat_map(sweep_rows))),
        ("sweep settings", sweep_settings(figures)),
        ("sweep ratios", rows(figures.sweeps.iter().filter_map(sweep_ratio))),
        ("cold start rows", cold_start_rows(figures)),
        ("cold start setting", setting(figures.cold_starts.as_ref().map(|it| &it.setting))),
        ("sweep duration", sweep_duration()),
        ("call rows", call_rows()),
        ("bill rows", bill_rows()),
        ("tags", dollars(costs::items(ACCOUNT.principals))),
        ("price rows", rows(PRICES.iter().map(price))),
        ("read on", READ_ON.to_owned()),
        ("organization principals", organization_principals()),
        ("organization rows", organization_rows()),
    ];
    parts
        .iter()
        .fold(template.to_owned(), |page, (name, part)| page.replace(&format!("{{{name}}}"), part))
}

fn rows(rows: impl Iterator<Item = String>) -> String {
    rows.collect::<Vec<_>>().join("\n")
}

fn row(cells: &[&str]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// The machine and the versions.
fn setting(setting: Option<&Setting>) -> String {
    let Some(setting) = setting else { return NOT_MEASURED.to_owned() };
    let programs = setting.programs.iter().map(|(name, version)| format!("{name} {version}"));
    format!("{}, {}", setting.machine, programs.collect::<Vec<_>>().join(", "))
}

fn megabytes(kilobytes: u64) -> String {
    format!("{} MB", kilobytes / 1_000)
}

/// The time in the middle, with the shortest and the longest where there are several.
fn seconds(middle: f64, all: impl Iterator<Item = f64> + Clone) -> String {
    let (least, most) = range(all.clone());
    let spread =
        if all.count() > 1 { format!(" ({least:.2} to {most:.2})") } else { String::new() };
    format!("{middle:.2} s{spread}")
}

fn whole(measured: &Measured) -> String {
    let median = measured.median();
    row(&[
        &format!("`{}`", measured.command),
        &thousands(measured.roles as u128),
        &measured.runs.len().to_string(),
        &seconds(median.seconds, measured.runs.iter().map(|run| run.seconds)),
        &format!("{:.2} ms", median.seconds * 1_000.0 / to_f64(measured.roles)),
        &megabytes(median.memory_kb),
    ])
}

/// The medians of a command by size.
fn points(list: &[Measured], command: &str) -> Vec<(f64, f64)> {
    let of_it = list.iter().filter(|it| it.command == command);
    of_it.map(|it| (to_f64(it.roles), it.median().seconds)).collect()
}

const COMMANDS: [&str; 2] = ["leastwise index", "leastwise plan"];

fn exponents(figures: &Figures) -> String {
    let told = COMMANDS.map(|command| {
        let exponent = exponent(&points(&figures.command_line, command));
        let exponent = exponent.map_or(NOT_MEASURED.to_owned(), |it| format!("{it:.2}"));
        format!("{exponent} for `{command}`")
    });
    told.join(" and ")
}

fn growth_plot(figures: &Figures) -> Plot {
    let series = COMMANDS.map(|command| Series {
        name: command.to_owned(),
        points: points(&figures.command_line, command),
    });
    Plot {
        title: "The command line on saved accounts".to_owned(),
        x: "roles of the account",
        y: "seconds",
        series: series.into(),
        limit: None,
    }
}

/// How much longer and larger cloudsplaining is, on the largest file that both were run on.
fn scan_ratio(figures: &Figures) -> String {
    let theirs = figures.scans.iter().filter(|it| it.command == CLOUDSPLAINING);
    let pair = theirs.max_by_key(|it| it.roles).and_then(|theirs| {
        let same = |it: &&Measured| it.roles == theirs.roles && it.command != CLOUDSPLAINING;
        Some((theirs, figures.scans.iter().find(same)?))
    });
    let Some((theirs, ours)) = pair else { return NOT_MEASURED.to_owned() };
    let (their, our) = (theirs.median(), ours.median());
    format!(
        "On {} roles `cloudsplaining scan` takes {:.1} times as long as `leastwise index`, and {:.1} times the memory",
        thousands(theirs.roles as u128),
        their.seconds / our.seconds,
        to_f64_of(their.memory_kb) / to_f64_of(our.memory_kb.max(1)),
    )
}

fn name(program: &str) -> &'static str {
    if program == EVALUATOR { "Leastwise" } else { "rule in Python" }
}

fn calls(sweep: &Sweep) -> u64 {
    sweep.calls.values().sum()
}

fn sweep_rows(sweeps: &Sweeps) -> Vec<String> {
    let told = [EVALUATOR, PEER].into_iter().filter_map(|program| {
        let (all, middle) = (sweeps.of(program), sweeps.median_of(program)?);
        let each = to_f64_of(calls(middle)) / to_f64(sweeps.roles);
        Some(row(&[
            name(program),
            &thousands(sweeps.roles as u128),
            &all.len().to_string(),
            &seconds(middle.seconds, all.iter().map(|it| it.seconds)),
            &thousands(calls(middle).into()),
            &format!("{each:.2}"),
            &megabytes(all.iter().map(|it| it.memory_kb).max().unwrap_or_default()),
        ]))
    });
    told.collect()
}

/// How the two compare on one account.
fn sweep_ratio(sweeps: &Sweeps) -> Option<String> {
    let (ours, theirs) = (sweeps.median_of(EVALUATOR)?, sweeps.median_of(PEER)?);
    let calls = to_f64_of(calls(theirs)) / to_f64_of(calls(ours));
    Some(format!(
        "- {} roles: Leastwise is {:.1} times as fast; the rule in Python makes {calls:.2} times as many calls.",
        thousands(sweeps.roles as u128),
        theirs.seconds / ours.seconds,
    ))
}

fn sweep_settings(figures: &Figures) -> String {
    let mut settings: Vec<String> =
        figures.sweeps.iter().map(|it| setting(Some(&it.setting))).collect();
    settings.dedup();
    if settings.is_empty() { NOT_MEASURED.to_owned() } else { settings.join("; ") }
}

fn sweep_plot(figures: &Figures) -> Plot {
    let series = [EVALUATOR, PEER].map(|program| Series {
        name: name(program).to_owned(),
        points: figures
            .sweeps
            .iter()
            .filter_map(|it| Some((to_f64(it.roles), it.median_of(program)?.seconds)))
            .collect(),
    });
    Plot {
        title: "A sweep behind the local stand, reports of two seconds".to_owned(),
        x: "roles of the account",
        y: "seconds",
        series: series.into(),
        limit: Some((900.0, "Lambda ends a function after 900 s")),
    }
}

fn cold_start_rows(figures: &Figures) -> String {
    let Some(cold_starts) = &figures.cold_starts else { return NOT_MEASURED.to_owned() };
    rows([EVALUATOR, PEER].into_iter().map(|program| {
        let runs = cold_starts.runs.iter().filter(|it| it.program == program);
        let times = runs.clone().map(|it| it.milliseconds);
        let (least, most) = range(times.clone());
        row(&[
            name(program),
            &runs.clone().count().to_string(),
            &format!("{:.1} ms ({least:.1} to {most:.1})", median(times)),
            &megabytes(runs.map(|it| it.memory_kb).max().unwrap_or_default()),
        ])
    }))
}

/// The limit that costs are reckoned at.
const PACE: Pace = PACES[1];

fn call_rows() -> String {
    let all = total(&attempts(ACCOUNT, PACE));
    let calls = all.calls;
    let told = [
        (
            "reports: `iam:GenerateServiceLastAccessedDetails`, `iam:GetServiceLastAccessedDetails`",
            calls.reports,
        ),
        ("the account: `iam:GetAccountAuthorizationDetails`", calls.account),
        ("changed policies: `iam:ListPolicyVersions`, `iam:GetPolicyVersion`", calls.versions),
        ("earlier grants in bulk: `config:BatchGetResourceConfig`", calls.history),
        ("results so far: `config:GetComplianceDetailsByConfigRule`", calls.results),
        ("verdicts: `config:PutEvaluations`", calls.evaluations),
        ("all", calls.total()),
    ];
    rows(told.iter().map(|(what, count)| row(&[what, &thousands((*count).into())])))
}

/// How long the sweep runs, and in how many attempts.
fn sweep_duration() -> String {
    let attempts = attempts(ACCOUNT, PACE);
    let seconds = total(&attempts).milliseconds / 1_000;
    format!("{} seconds in {} attempts", thousands(seconds.into()), attempts.len())
}

/// What daily sweeps of the account use in a month.
fn month() -> Month {
    let attempts = attempts(ACCOUNT, PACE);
    let all = total(&attempts);
    let sweep = Month {
        invocations: attempts.len() as u64,
        milliseconds: all.milliseconds,
        evaluations: all.reached,
        metrics: 0,
    };
    Month { metrics: METRICS, ..sweep.times(SWEEPS) }
}

fn bill_rows() -> String {
    let (month, bill) = (month(), Bill::of(month()));
    let gigabyte_seconds = costs::gigabyte_seconds(month.milliseconds);
    let told = [
        (
            format!("{} evaluations of AWS Config", thousands(month.evaluations.into())),
            bill.evaluations,
        ),
        (format!("{} GB-seconds of Lambda", thousands(gigabyte_seconds.into())), bill.duration),
        (format!("{} requests of Lambda", month.invocations), bill.requests),
        (format!("{} metrics of CloudWatch", month.metrics), bill.metrics),
        ("all".to_owned(), bill.total()),
    ];
    rows(
        told.iter().map(|(what, month)| {
            row(&[what, &dollars(*month), &dollars(month / u128::from(SWEEPS))])
        }),
    )
}

fn price(price: &costs::Price) -> String {
    row(&[price.what, &format!("${}", price.dollars), price.says, &format!("<{}>", price.source)])
}

fn organization_principals() -> String {
    let accounts = ORGANIZATION.accounts();
    let principals: u64 = accounts.iter().map(|it| it.principals).sum();
    thousands(principals.into())
}

/// Copies that the organization is run with.
const COPIES: [Option<usize>; 3] = [None, Some(1_000), Some(100)];

fn organization_rows() -> String {
    let accounts = ORGANIZATION.accounts();
    let cases = PACES.into_iter().flat_map(|pace| COPIES.map(|copies| Case { pace, copies }));
    rows(cases.map(|case| organization_row(case, &functions(case), &accounts)))
}

fn functions(case: Case) -> String {
    case.copies.map_or("one for each account".to_owned(), |copies| {
        format!("one for all, {} at once", thousands(copies as u128))
    })
}

fn organization_row(case: Case, functions: &str, accounts: &[Account]) -> String {
    let outcome = simulate(accounts, case);
    let through =
        |per_mille| outcome.through(accounts.len(), per_mille).map_or("never".to_owned(), duration);
    let bill = Bill::of(Month { metrics: 0, ..outcome.first_day.times(SWEEPS) });
    row(&[
        &case.pace.calls_a_second.to_string(),
        functions,
        &through(500),
        &through(950),
        &through(1_000),
        &percent(outcome.on_the_first_day, outcome.principals),
        &outcome.turned_away.to_string(),
        &outcome.too_old.to_string(),
        &outcome.given_up.to_string(),
        &dollars(bill.duration + bill.requests),
        &dollars(bill.evaluations),
    ])
}

fn percent(part: u64, whole: u64) -> String {
    let tenths = part * 1_000 / whole.max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// Milliseconds as a person reads them: minutes, hours, or days.
fn duration(milliseconds: u64) -> String {
    let minutes = milliseconds.div_ceil(60_000);
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2_880 => format!("{}.{} h", minutes / 60, minutes % 60 / 6),
        _ => format!("{}.{} days", minutes / 1_440, minutes % 1_440 / 144),
    }
}

fn to_f64(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn to_f64_of(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::{ColdStart, ColdStarts, Run};
    use std::collections::BTreeMap;

    #[test]
    fn durations_are_told_in_the_unit_that_fits() {
        let told = [60_001, 119 * 60_000, 150 * 60_000, 72 * 3_600_000].map(duration);
        assert_eq!(told, ["2 min", "119 min", "2.5 h", "3.0 days"]);
    }

    #[test]
    fn every_name_in_the_template_has_its_part() {
        let template = workspace().unwrap().join("tests/bench/performance.md");
        let page = render(&fs::read_to_string(template).unwrap(), &Figures::default());
        let left: Vec<&str> =
            page.split('{').skip(1).filter_map(|it| it.split('}').next()).collect();
        assert_eq!(left, Vec::<&str>::new());
    }

    #[test]
    fn figures_are_told_with_their_spread() {
        let setting = Setting::default();
        let runs = [2.0, 1.0, 4.0].map(|seconds| Run { seconds, memory_kb: 53_000 });
        let measured = Measured {
            command: "leastwise index".to_owned(),
            roles: 1_000,
            setting: setting.clone(),
            runs: runs.to_vec(),
        };
        let sweep = |program: &str, seconds| Sweep {
            program: program.to_owned(),
            seconds,
            memory_kb: 39_000,
            calls: BTreeMap::from([("iam:Get".to_owned(), 150), ("iam:Generate".to_owned(), 100)]),
            failed_calls: 0,
            verdicts: BTreeMap::new(),
        };
        let cold = |program: &str, milliseconds| ColdStart {
            program: program.to_owned(),
            milliseconds,
            memory_kb: 31_000,
        };
        let figures = Figures {
            command_line: vec![measured],
            scans: Vec::new(),
            sweeps: vec![Sweeps {
                roles: 100,
                setting: setting.clone(),
                runs: vec![sweep(EVALUATOR, 10.0), sweep(PEER, 225.0)],
            }],
            cold_starts: Some(ColdStarts {
                setting,
                runs: vec![cold(EVALUATOR, 14.0), cold(PEER, 490.0)],
            }),
        };
        let template = "{command line rows}\n{sweep rows}\n{sweep ratios}\n{cold start rows}";
        let expected = "\
| `leastwise index` | 1,000 | 3 | 2.00 s (1.00 to 4.00) | 2.00 ms | 53 MB |
| Leastwise | 100 | 1 | 10.00 s | 250 | 2.50 | 39 MB |
| rule in Python | 100 | 1 | 225.00 s | 250 | 2.50 | 39 MB |
- 100 roles: Leastwise is 22.5 times as fast; the rule in Python makes 1.00 times as many calls.
| Leastwise | 1 | 14.0 ms (14.0 to 14.0) | 31 MB |
| rule in Python | 1 | 490.0 ms (490.0 to 490.0) | 31 MB |";
        assert_eq!(render(template, &figures), expected);
    }
}
