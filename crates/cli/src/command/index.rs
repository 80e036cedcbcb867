//! `leastwise index`: the privilege-creep index of every principal.

mod record;
mod row;
mod table;

use crate::arguments::{Format, IndexArguments};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, ExitCode};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::verdict::RuleSettings;
use record::Record;
use row::Row;

/// Runs the command as of `now`, unless the arguments say otherwise.
pub(crate) fn run(arguments: &IndexArguments, now: DateTime<Utc>) -> Result<ExitCode, Failure> {
    let source = &arguments.source;
    let as_of = source.as_of.unwrap_or(now);
    let settings = RuleSettings {
        threshold: arguments.threshold.unwrap_or_default(),
        judging: source.judging()?,
        minimum_age: arguments.judging.minimum_age_days,
        minimum_known: arguments.judging.minimum_known_percent,
        exemptions: source.exemptions()?,
    };
    let place = source.place.required()?;
    let input = Input::read(source, &place)?;
    let rows = input.rows(
        arguments.output == Format::Json,
        |principal, evidence| Row::of(principal, evidence, &settings, as_of),
        Row::unreadable,
    );
    let mut fails = false;
    let mut rows = rows.inspect(|row| fails |= row.fails());
    match arguments.output {
        Format::Json => output::json_list(rows.by_ref()),
        Format::Csv => output::csv(rows.by_ref().collect::<Vec<Row>>().iter().map(Record::of)),
        Format::Table => {
            output::line(&table::text(&rows.by_ref().collect::<Vec<Row>>(), output::width()))
        }
    }?;
    // Whoever read may have seen enough; the exit code is about everybody.
    if arguments.threshold.is_some() {
        rows.for_each(drop);
    }
    let fails = arguments.threshold.is_some() && fails;
    Ok(if fails { ExitCode::CreepFound } else { ExitCode::Done })
}
