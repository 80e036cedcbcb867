//! `leastwise restore`: show what stood before, ask, and put it back.

use super::desk::{Desk, Now};
use super::outcome::{Ending, Outcome, is_refusal, one_by_one};
use crate::arguments::{HoldArgument, RestoreArguments};
use crate::consent::Consent;
use crate::deployment;
use crate::failure::Failure;
use crate::live::Live;
use crate::output::{self, ExitCode, printable};
use chrono::{DateTime, Utc};
use leastwise_remediator::answer::Status;
use leastwise_remediator::error::Stopped;
use leastwise_remediator::locate::locate;
use leastwise_remediator::request::{HoldRequest, Mode, Request, Resource};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::tags::{Hold, PreviousBoundary};
use std::io;

/// Runs the command.
pub(crate) fn run(arguments: &RestoreArguments, now: Now) -> Result<ExitCode, Failure> {
    let writing = &arguments.writing;
    let consent = Consent::of(writing.consent.yes)?;
    let live = Live::connect(&writing.live)?;
    let mut settings = deployment::settings_to_undo(&writing.deployment, &live)?;
    let hold = match arguments.hold {
        Some(HoldArgument::Lift) => HoldRequest::Lift,
        Some(HoldArgument::Days(days)) => {
            settings.restore_hold = days;
            HoldRequest::Set
        }
        None => HoldRequest::Set,
    };
    let desk = Desk::new(&live, settings, now);
    let principals = &writing.principals.principals;
    Ok(one_by_one(principals, |principal| one(principal, hold, consent, &desk))?)
}

fn one(
    named: &Resource,
    hold: HoldRequest,
    consent: Consent,
    desk: &Desk<'_>,
) -> io::Result<Outcome> {
    // Who is refused here is refused by the request, too, in the same words.
    match desk.live.wait_for(locate(named, &desk.aws)) {
        Ok(principal) => shown(&principal, desk.now()).iter().for_each(|it| output::say(it)),
        Err(Stopped::Failed(error)) => return Ok(Outcome::failed(named, &error)),
        Err(Stopped::Refused(_)) => return Ok(restored(named, hold, desk)),
    }
    if consent.to("Restore?")? {
        Ok(restored(named, hold, desk))
    } else {
        Ok(Outcome::new(named, Ending::LeftAlone, ""))
    }
}

fn restored(named: &Resource, hold: HoldRequest, desk: &Desk<'_>) -> Outcome {
    let request = Request { hold, ..Request::of(named.clone(), Mode::Restore) };
    match desk.handle(&request) {
        Ok(answer) if is_refusal(&answer) => Outcome::refused(named, &answer),
        Ok(answer) if answer.status == Status::Restored => {
            Outcome::of(named, &answer, Ending::Restored)
        }
        Ok(answer) => Outcome::of(named, &answer, Ending::NothingToDo),
        Err(error) => Outcome::failed(named, &error),
    }
}

/// What stands, and what stood before.
fn shown(principal: &Principal, now: DateTime<Utc>) -> Vec<String> {
    let in_words = |boundary: &PreviousBoundary| match boundary.arn() {
        Some(arn) => format!("the boundary {arn}"),
        None => "no boundary".to_owned(),
    };
    let before = match PreviousBoundary::recorded_on(principal) {
        Ok(Some(recorded)) => in_words(&recorded),
        Ok(None) => "not recorded on it".to_owned(),
        Err(why) => why.to_string(),
    };
    let mut lines = vec![
        format!("{} ({})", principal.arn, principal.unique_id),
        format!("Now: {}", in_words(&PreviousBoundary::of(principal))),
        format!("Before Leastwise: {before}"),
    ];
    lines.extend(Hold::on(principal, now).map(|hold| format!("It is {hold}")));
    lines.iter().map(|line| printable(line)).collect()
}
