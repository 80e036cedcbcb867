//! `leastwise plan`: the least-privilege boundary of every principal, with its reasons.

mod record;
mod row;
mod table;

use super::advice;
use crate::arguments::{Format, PlanArguments};
use crate::failure::Failure;
use crate::input::{self, Input};
use crate::output::{self, ExitCode};
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::Compressor;
use leastwise_rightsizing::evidence::{Evidence, ReportError};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::plan::{
    BoundaryDemands, Candidate, Plan, PlanSettings, Refusal, plan_sharing,
};
use leastwise_rightsizing::presentation::RefusalJson;
use leastwise_rightsizing::proof::prove;
use leastwise_rightsizing::settings::{AlwaysAllow, BaseActions};
use record::Record;
use row::Row;
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
    let rows = input.rows(
        |principal, evidence| Row::of(principal, planning.proved(principal, evidence)),
        Row::unreadable,
    );
    let is_single = source.principal.is_some();
    let mut refused = false;
    let rows = rows.inspect(|row| refused |= row.refused().is_some());
    match source.output {
        Format::Json => output::json_list(rows),
        Format::Csv => output::csv(rows.map(|row| Record::of(&row))),
        Format::Table if is_single => print_single(&rows.collect::<Vec<Row>>()),
        Format::Table => print_table(&rows.map(|row| Record::of(&row)).collect::<Vec<Record>>()),
    }?;
    Ok(if is_single && refused { ExitCode::Refused } else { ExitCode::Done })
}

fn print_table(records: &[Record]) -> io::Result<()> {
    output::line(&table::text(records, output::width()))
}

/// The table of one principal, with the warnings and the boundary below it.
fn print_single(rows: &[Row]) -> io::Result<()> {
    print_table(&rows.iter().map(Record::of).collect::<Vec<Record>>())?;
    let [row] = rows else { return Ok(()) };
    let Some(plan) = row.plan() else { return Ok(()) };
    for warning in &plan.warnings {
        output::line(&format!("warning: {}", warning.message))?;
    }
    output::json(&plan.boundary)
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
