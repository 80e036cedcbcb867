//! `leastwise index`: the privilege-creep index of every principal.

mod record;
mod row;
mod table;

use super::gate::{Gate, Seen};
use crate::arguments::{Format, IndexArguments};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, ExitCode};
use chrono::{DateTime, Utc};
use leastwise_report::entry::is_meant;
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
    let mut gate = Gate::new(&settings.judging, as_of);
    let mut rows = rows.inspect(|row| {
        gate.see(&Seen {
            principal: &row.principal.to_string(),
            fails: row.fails(),
            index: row.index,
            is_left_out: row.not_judged_type.is_some_and(is_meant),
            reported: row.reported,
        });
    });
    match arguments.output {
        Format::Json => output::json_list(rows.by_ref()),
        Format::Csv => output::csv(rows.by_ref().collect::<Vec<Row>>().iter().map(Record::of)),
        Format::Table => {
            output::line(&table::text(&rows.by_ref().collect::<Vec<Row>>(), output::width()))
        }
    }?;
    // Whoever read may have seen enough; the exit code is about everybody.
    if arguments.threshold.is_some() {
        rows.by_ref().for_each(drop);
    }
    drop(rows);
    if let Some(threshold) = arguments.threshold {
        let code = gate.close(threshold)?;
        // Who keeps to a threshold is not known while somebody was not read.
        return Ok(if input.is_whole() { code } else { ExitCode::Failed });
    }
    gate.remark();
    Ok(ExitCode::Done)
}
