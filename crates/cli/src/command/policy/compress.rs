//! `leastwise policy compress`: actions to patterns.

use crate::arguments::CompressArguments;
use crate::failure::Failure;
use crate::lines;
use crate::output::ExitCode;
use leastwise_policy::action::Action;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Compression, compress_names};
use leastwise_policy::pattern::Pattern;
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// Runs the command.
pub(crate) fn run(arguments: &CompressArguments) -> Result<ExitCode, Failure> {
    let how =
        Compression { wildcards: arguments.wildcards, readability: arguments.readability.into() };
    let catalog = Catalog::embedded();
    let input = arguments.lines.input.as_deref();
    Ok(lines::answer(input, |case| compressed(case, how, catalog))?)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompressCase {
    actions: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Compressed {
    patterns: Vec<Pattern>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<Action>,
    micros: u128,
}

fn compressed(
    case: CompressCase,
    how: Compression,
    catalog: &Catalog,
) -> Result<Compressed, String> {
    let actions = case
        .actions
        .into_iter()
        .map(|action| action.parse::<Action>())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|why| why.to_string())?;
    let started = Instant::now();
    let list = compress_names(actions, catalog, how);
    let micros = started.elapsed().as_micros();
    Ok(Compressed { patterns: list.patterns, unknown: list.unknown, micros })
}
