//! `leastwise explain`: everything of one principal.

mod text;

use super::judge::Judge;
use super::planning::Planning;
use crate::arguments::{ExplainArguments, ExplanationFormat, Place};
use crate::failure::Failure;
use crate::input::{Input, InputError};
use crate::output::{self, ExitCode};
use crate::roster::{self, Meant};
use chrono::{DateTime, Utc};
use leastwise_report::explanation::Explanation;
use leastwise_rightsizing::iam::PrincipalArn;
use leastwise_rightsizing::settings::Threshold;
use leastwise_rightsizing::verdict::RuleSettings;

/// Runs the command as of `now`, unless the arguments say otherwise.
pub(crate) fn run(arguments: &ExplainArguments, now: DateTime<Utc>) -> Result<ExitCode, Failure> {
    let source = &arguments.source;
    let as_of = source.as_of.unwrap_or(now);
    let rule = RuleSettings {
        threshold: Threshold::default(),
        judging: source.judging()?,
        minimum_age: arguments.judging.minimum_age_days,
        minimum_known: arguments.judging.minimum_known_percent,
        exemptions: source.exemptions()?,
    };
    let settings = arguments.planning.settings(source)?;
    let place = source.place.required()?;
    let input = Input::read(source, &place)?;
    let who = meant(&arguments.asked.who, &place, &input)?;
    let resource_policies = arguments.planning.resources.load(input.account())?;
    let input = input.with_resource_policies(resource_policies).about(who);
    let planning = Planning::of(&settings, input.account(), as_of);
    let judge = Judge { rule: &rule, planning: &planning, as_of };
    let explained = input.rows(
        true,
        |principal, evidence| judge.explanation(principal, evidence),
        |name, entry| judge.unreadable(name, entry),
    );
    let mut is_refused = false;
    for explanation in explained {
        is_refused |= explanation.entry.refused().is_some();
        print(arguments.asked.output, &explanation)?;
    }
    Ok(if is_refused { ExitCode::Refused } else { ExitCode::Done })
}

/// The one that is meant.
fn meant(name: &str, place: &Place, input: &Input) -> Result<PrincipalArn, InputError> {
    let (name, path) = (name.to_owned(), place.account_file());
    match roster::meant(input.account(), &name) {
        Meant::One(who) => Ok(who),
        Meant::Several(those) => Err(InputError::SeveralCalled { name, path, those }),
        Meant::Nobody(near) => Err(InputError::NobodyCalled { name, path, near }),
    }
}

fn print(format: ExplanationFormat, explanation: &Explanation) -> std::io::Result<()> {
    match format {
        ExplanationFormat::Json => output::json(explanation),
        ExplanationFormat::Text => output::styled(&text::of(explanation, output::width())),
    }
}
