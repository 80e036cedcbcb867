//! `leastwise plan`: the least-privilege boundary of every principal, with its reasons.

mod emit;
mod record;
mod row;
mod single;
mod table;
mod what_if;

use super::planning::{self, Planning};
use crate::arguments::{Format, PlanArguments, Tool};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, ExitCode};
use chrono::{DateTime, Utc};
use record::Record;
use row::Row;
use std::io;
use what_if::WhatIf;

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
    if let Some(tool) = arguments.showing.emit {
        return Ok(emit(tool, &input, &planning)?);
    }
    let rows = input.rows(
        arguments.output == Format::Json,
        |principal, evidence| Row::of(principal, planning.proved(principal, evidence)),
        Row::unreadable,
    );
    let is_single = source.principal.is_some();
    let mut refused = false;
    let rows = rows.inspect(|row| refused |= row.refused().is_some());
    if arguments.showing.what_if {
        print_what_if(arguments.output, rows.map(|row| WhatIf::of(&row)))
    } else {
        print(arguments.output, is_single, rows)
    }?;
    Ok(if is_single && refused { ExitCode::Refused } else { ExitCode::Done })
}

/// Prints the boundary of the one principal as code.
fn emit(tool: Tool, input: &Input, planning: &Planning<'_>) -> io::Result<ExitCode> {
    let emitted = input.rows(
        true,
        |principal, evidence| emit::emitted(tool, principal, planning.proved(principal, evidence)),
        |name, entry| Err(planning::unreadable(name, entry).reason),
    );
    let mut code = ExitCode::Done;
    for emitted in emitted {
        code = emit::print(&emitted)?;
    }
    Ok(code)
}

fn print(format: Format, is_single: bool, rows: impl Iterator<Item = Row>) -> io::Result<()> {
    match format {
        Format::Json => output::json_list(rows),
        Format::Csv => output::csv(rows.map(|row| Record::of(&row))),
        Format::Table if is_single => {
            let mut rows = rows;
            rows.try_for_each(|row| output::styled(&single::text(&row, output::width())))
        }
        Format::Table => {
            let records: Vec<Record> = rows.map(|row| Record::of(&row)).collect();
            output::line(&table::text(&records, output::width()))
        }
    }
}

fn print_what_if(format: Format, all: impl Iterator<Item = WhatIf>) -> io::Result<()> {
    match format {
        Format::Json => output::json_list(all),
        Format::Csv => output::csv(all.map(|what_if| what_if.record())),
        Format::Table => {
            output::styled(&what_if::text(&all.collect::<Vec<WhatIf>>(), output::width()))
        }
    }
}
