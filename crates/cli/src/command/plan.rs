//! `leastwise plan`: the least-privilege boundary of every principal, with its reasons.

mod record;
mod row;
mod table;

use super::planning::Planning;
use crate::arguments::{Format, PlanArguments};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, ExitCode};
use chrono::{DateTime, Utc};
use record::Record;
use row::Row;
use std::io;

/// Runs the command as of `now`, unless the arguments say otherwise.
pub(crate) fn run(arguments: &PlanArguments, now: DateTime<Utc>) -> Result<ExitCode, Failure> {
    let source = &arguments.source;
    let as_of = source.as_of.unwrap_or(now);
    let settings = arguments.planning.settings(source)?;
    let place = source.place.required()?;
    let input = Input::read(source, &place)?;
    let resource_policies = arguments.planning.resources.load(input.account())?;
    let input = input.with_resource_policies(resource_policies);
    let planning = Planning::of(&settings, input.account(), as_of);
    let rows = input.rows(
        arguments.output == Format::Json,
        |principal, evidence| Row::of(principal, planning.proved(principal, evidence)),
        Row::unreadable,
    );
    let is_single = source.principal.is_some();
    let mut refused = false;
    let rows = rows.inspect(|row| refused |= row.refused().is_some());
    match arguments.output {
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
