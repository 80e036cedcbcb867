//! `leastwise plan`: the least-privilege boundary of every principal, with its reasons.

use super::advice;
use super::table::{WIDE, fitted, reasons};
use super::who::Who;
use crate::arguments::{Format, PlanArguments};
use crate::failure::Failure;
use crate::input::{self, Input};
use crate::output::{self, ExitCode};
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::Compressor;
use leastwise_rightsizing::evidence::{Evidence, ReportError};
use leastwise_rightsizing::iam::{Principal, UnreadableEntry};
use leastwise_rightsizing::plan::{
    BoundaryDemands, Candidate, Plan, PlanSettings, Refusal, plan_sharing,
};
use leastwise_rightsizing::presentation::{PlanJson, RefusalJson};
use leastwise_rightsizing::proof::prove;
use leastwise_rightsizing::settings::{AlwaysAllow, BaseActions};
use serde::Serialize;
use std::io;

/// Runs the command as of `now`, unless the arguments say otherwise.
pub(crate) fn run(arguments: &PlanArguments, now: DateTime<Utc>) -> Result<ExitCode, Failure> {
    let source = &arguments.source;
    let as_of = source.as_of.unwrap_or(now);
    let settings = PlanSettings {
        judging: source.judging()?,
        wildcards: arguments.wildcards,
        always_allow: arguments.always_allow.load(AlwaysAllow::NAME)?,
        base_actions: arguments.base_actions.load(BaseActions::NAME)?,
        exemptions: source.exemptions()?,
        do_not_enforce: input::list("DoNotEnforceList", arguments.do_not_enforce_list.as_deref())?,
        resource_grants: arguments.resources.resource_grants,
        not_principal_checked: arguments.not_principal_checked,
    };
    let input = Input::read(source)?;
    let resource_policies = arguments.resources.load(input.account())?;
    let input = input.with_resource_policies(resource_policies);
    let demands = BoundaryDemands::of(input.account());
    let planning = Planning {
        settings: &settings,
        compressor: &Compressor::new(Catalog::embedded()),
        demands: &demands,
        as_of,
    };
    let mut rows =
        input.rows(|principal, evidence| Row::of(principal, evidence, &planning), Row::unreadable);
    rows.sort_by(|one, other| one.principal.cmp(&other.principal));
    match source.output {
        Format::Json => output::json(&rows),
        Format::Csv => output::csv(rows.iter().map(Record::of)),
        Format::Table => print_table(&rows, source.principal.is_some()),
    }?;
    let refused = source.principal.is_some()
        && rows.iter().any(|row| matches!(row.outcome, Outcome::Refused { .. }));
    Ok(if refused { ExitCode::Refused } else { ExitCode::Done })
}

/// One principal with its plan, or why there is none.
#[derive(Debug, Serialize)]
struct Row {
    principal: Who,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Outcome {
    Planned(Box<PlanJson>),
    Refused { refused: RefusalJson },
}

/// A row as comma-separated values: what has no value is empty.
#[derive(Debug, Serialize)]
struct Record<'a> {
    principal: &'a Who,
    index: Option<u8>,
    expected_index: Option<u8>,
    kept: Option<usize>,
    dropped: Option<usize>,
    unknown: Option<usize>,
    /// Their words, separated by spaces.
    warnings: Option<String>,
    characters: Option<usize>,
    refused: Option<&'a str>,
}

impl<'a> Record<'a> {
    fn of(row: &'a Row) -> Self {
        let (plan, refused) = match &row.outcome {
            Outcome::Planned(plan) => (Some(plan), None),
            Outcome::Refused { refused } => (None, Some(refused.reason.as_str())),
        };
        Self {
            principal: &row.principal,
            index: plan.and_then(|plan| plan.index),
            expected_index: plan.and_then(|plan| plan.expected_index),
            kept: plan.map(|plan| plan.kept.len()),
            dropped: plan.map(|plan| plan.dropped.len()),
            unknown: plan.map(|plan| plan.unknown.len()),
            warnings: plan.map(|plan| {
                let words: Vec<&str> = plan.warnings.iter().map(|it| it.warning).collect();
                words.join(" ")
            }),
            characters: plan.map(|plan| plan.characters),
            refused,
        }
    }
}

impl Row {
    fn of(
        principal: &Principal,
        evidence: Result<&Evidence, &ReportError>,
        planning: &Planning<'_>,
    ) -> Self {
        let outcome = match planning.proved(principal, evidence) {
            Ok(plan) => Outcome::Planned(Box::new(PlanJson::of(&plan))),
            Err(refused) => Outcome::Refused { refused },
        };
        Self { principal: Who::Arn(principal.arn.clone()), outcome }
    }

    /// A principal of which the account data cannot be read.
    fn unreadable(name: &str, entry: &UnreadableEntry) -> Self {
        let reason = format!("`{name}` cannot be planned for: {entry}");
        let refused = RefusalJson { error: "PermissionsUnknown", reason };
        Self { principal: Who::called(name), outcome: Outcome::Refused { refused } }
    }

    /// The cells of the table, with this name in the first one.
    fn cells(&self, name: String, width: u16) -> Vec<String> {
        let none = || "–".to_owned();
        let plan = match &self.outcome {
            Outcome::Planned(plan) => Some(plan),
            Outcome::Refused { .. } => None,
        };
        let index = |index: Option<u8>| index.map_or_else(none, |index| index.to_string());
        let count =
            |of: fn(&PlanJson) -> usize| plan.map_or_else(none, |plan| of(plan).to_string());
        let mut cells = vec![
            name,
            index(plan.and_then(|plan| plan.index)),
            index(plan.and_then(|plan| plan.expected_index)),
        ];
        if width >= WIDE {
            cells.extend([
                count(|plan| plan.kept.len()),
                count(|plan| plan.dropped.len()),
                count(|plan| plan.unknown.len()),
            ]);
        }
        let boundary = plan.map(|plan| format!("{} characters", plan.characters));
        cells.extend([
            count(|plan| plan.warnings.len()),
            boundary.unwrap_or_else(|| "refused".to_owned()),
        ]);
        cells
    }

    /// Why there is no plan, without the name of the principal.
    fn refused(&self) -> Option<String> {
        let Outcome::Refused { refused } = &self.outcome else { return None };
        let name = format!("`{}` ", self.principal);
        let reason = refused.reason.strip_prefix(&name).map(|rest| format!("it {rest}"));
        Some(reason.unwrap_or_else(|| refused.reason.clone()))
    }
}

/// What is the same for all principals.
struct Planning<'a> {
    settings: &'a PlanSettings,
    /// Most principals of an account have services in common.
    compressor: &'a Compressor<'a>,
    demands: &'a BoundaryDemands,
    as_of: DateTime<Utc>,
}

impl Planning<'_> {
    fn proved(
        &self,
        principal: &Principal,
        evidence: Result<&Evidence, &ReportError>,
    ) -> Result<Plan, RefusalJson> {
        let &Self { settings, compressor, demands, as_of } = self;
        let candidate = Candidate::of(principal, settings, as_of).map_err(|why| refusal(&why))?;
        let evidence = evidence.map_err(|why| {
            refusal(&Refusal::UsageUnknown { principal: principal.arn.clone(), why: why.clone() })
        })?;
        let planned = plan_sharing(candidate, evidence, compressor, as_of);
        let mut planned = planned.map_err(|why| refusal(&why))?;
        planned.warnings.extend(demands.warning(principal));
        let proved = prove(principal, planned, compressor.catalog());
        Ok(proved.map_err(|why| RefusalJson::unproved(&why))?.into_plan())
    }
}

fn refusal(why: &Refusal) -> RefusalJson {
    let json = RefusalJson::of(why);
    if let Refusal::PermissionsUnknown { why, .. } = why {
        return RefusalJson { reason: advice::with(json.reason, why), ..json };
    }
    if let Refusal::UsageUnknown { why, .. } = why {
        return RefusalJson { reason: advice::with_report(json.reason, why), ..json };
    }
    json
}

/// The table in at most `width` columns, and below it who is refused and why.
fn table(rows: &[Row], width: u16) -> String {
    let principals: Vec<&Who> = rows.iter().map(|row| &row.principal).collect();
    let table = fitted(&principals, width, |names| {
        let mut table = output::table(header(width));
        table.add_rows(names.into_iter().zip(rows).map(|(name, row)| row.cells(name, width)));
        table
    });
    let refused: Vec<_> =
        rows.iter().filter_map(|row| Some((row.refused()?, &row.principal))).collect();
    let mut lines = vec![table.to_string()];
    lines.extend(reasons("refused", refused.iter().map(|(why, who)| (why.as_str(), *who))));
    lines.join("\n")
}

fn header(width: u16) -> Vec<&'static str> {
    let counts: &[&str] = if width < WIDE { &[] } else { &["kept", "dropped", "unknown"] };
    [&["principal", "index", "expected"], counts, &["warnings", "boundary"]].concat()
}

fn print_table(rows: &[Row], single: bool) -> io::Result<()> {
    output::line(&table(rows, output::width()))?;
    if let (true, [Row { outcome: Outcome::Planned(plan), .. }]) = (single, rows) {
        for warning in &plan.warnings {
            output::line(&format!("warning: {}", warning.message))?;
        }
        output::json(&plan.boundary)?;
    }
    Ok(())
}
