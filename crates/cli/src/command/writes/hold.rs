//! `leastwise hold`: having automatic remediation leave principals alone, or no more.

use super::desk::{Desk, Now};
use super::outcome::{Ending, Outcome, is_refusal, one_by_one};
use crate::arguments::HoldArguments;
use crate::consent::Consent;
use crate::deployment;
use crate::failure::Failure;
use crate::live::Live;
use crate::output::ExitCode;
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::{HoldRequest, Mode, Request, Resource};
use std::io;

/// Runs the command.
pub(crate) fn run(arguments: &HoldArguments, now: Now) -> Result<ExitCode, Failure> {
    let writing = &arguments.writing;
    let consent = Consent::of(writing.consent.yes)?;
    let live = Live::connect(&writing.live)?;
    let mut settings = deployment::settings_to_undo(&writing.deployment, &live)?;
    settings.restore_hold = arguments.days.unwrap_or(settings.restore_hold);
    let hold = if arguments.lift { HoldRequest::Lift } else { HoldRequest::Set };
    let desk = Desk::new(&live, settings, now);
    let principals = &writing.principals.principals;
    Ok(one_by_one(principals, |principal| one(principal, hold, consent, &desk))?)
}

fn one(
    principal: &Resource,
    hold: HoldRequest,
    consent: Consent,
    desk: &Desk<'_>,
) -> io::Result<Outcome> {
    let question = match hold {
        HoldRequest::Set => format!("Hold {principal}?"),
        HoldRequest::Lift => format!("Lift the hold of {principal}?"),
    };
    if !consent.to(&question)? {
        return Ok(Outcome::new(principal, Ending::LeftAlone, ""));
    }
    let request = Request { hold, ..Request::of(principal.clone(), Mode::Hold) };
    Ok(match desk.handle(&request) {
        Ok(answer) if is_refusal(&answer) => Outcome::refused(principal, &answer),
        Ok(answer) => {
            let endings = [(Status::Held, Ending::Held), (Status::Lifted, Ending::Lifted)];
            let ending = endings.iter().find(|(status, _)| *status == answer.status);
            Outcome::of(principal, &answer, ending.map_or(Ending::NothingToDo, |it| it.1))
        }
        Err(error) => Outcome::failed(principal, &error),
    })
}
