//! `leastwise apply`: plan, show, ask, apply that plan, and look whether it stands.

use super::desk::{Desk, Now};
use super::outcome::{Ending, Outcome, is_refusal, one_by_one};
use super::shown;
use crate::arguments::ApplyArguments;
use crate::consent::Consent;
use crate::deployment;
use crate::failure::Failure;
use crate::live::Live;
use crate::output::{self, ExitCode, printable};
use leastwise_policy::action::Action;
use leastwise_remediator::answer::{Answer, PlanPart, Status};
use leastwise_remediator::request::{Mode, Request, Resource};
use std::io;

/// Runs the command.
pub(crate) fn run(arguments: &ApplyArguments, now: Now) -> Result<ExitCode, Failure> {
    let writing = &arguments.writing;
    let consent = Consent::of(writing.consent.yes)?;
    let live = Live::connect(&writing.live)?;
    let settings = deployment::settings(&writing.deployment, &live)?;
    let desk = Desk::new(&live, settings, now);
    let principals = &writing.principals.principals;
    let one = |principal: &Resource| one(principal, &arguments.give_back, consent, &desk);
    Ok(one_by_one(principals, one)?)
}

fn one(
    principal: &Resource,
    give_back: &[Action],
    consent: Consent,
    desk: &Desk<'_>,
) -> io::Result<Outcome> {
    output::say(&format!("{principal}: planning"));
    let give_back = give_back.to_vec();
    let request = Request { give_back, ..Request::of(principal.clone(), Mode::Plan) };
    let answer = match desk.handle(&request) {
        Ok(answer) => answer,
        Err(error) => return Ok(Outcome::failed(principal, &error)),
    };
    match (answer.status, &answer.plan) {
        (Status::Planned, Some(plan)) => {
            for line in shown::plan(&answer) {
                output::say(&printable(&line));
            }
            if consent.to("Apply?")? {
                Ok(applied(&request, plan, desk))
            } else {
                Ok(Outcome::of(principal, &answer, Ending::LeftAlone))
            }
        }
        _ => Ok(ended(principal, &answer)),
    }
}

/// Applies the plan that was shown, and no other.
fn applied(planned: &Request, plan: &PlanPart, desk: &Desk<'_>) -> Outcome {
    let principal = &planned.resource;
    let expected_plan = Some(plan.plan_digest.clone());
    let request = Request { mode: Mode::Apply, expected_plan, ..planned.clone() };
    match desk.handle(&request) {
        Ok(answer) if answer.status == Status::Applied => verified(&answer, plan, principal, desk),
        Ok(answer) => ended(principal, &answer),
        Err(error) => Outcome::failed(principal, &error),
    }
}

/// A second plan must find nothing to do, as after the SSM document.
fn verified(applied: &Answer, plan: &PlanPart, principal: &Resource, desk: &Desk<'_>) -> Outcome {
    match desk.handle(&Request::of(principal.clone(), Mode::Plan)) {
        Ok(answer) if answer.status == Status::Noop => {
            let what = Answer { message: Some(shown::indexes(plan)), ..applied.clone() };
            Outcome::of(principal, &what, Ending::Applied)
        }
        Ok(answer) if is_refusal(&answer) => Outcome::refused(principal, &answer),
        Ok(answer) => {
            let why = "applied, and a second plan differs: something changed meanwhile";
            output::say(&format!("error: {principal}: {why}"));
            output::say("next: run it again, and look at the plan that it shows");
            let what = Answer { message: Some(why.to_owned()), ..answer };
            Outcome::of(principal, &what, Ending::Failed)
        }
        Err(error) => Outcome::failed(principal, &error),
    }
}

/// How it ended without a change.
fn ended(principal: &Resource, answer: &Answer) -> Outcome {
    if is_refusal(answer) {
        return Outcome::refused(principal, answer);
    }
    Outcome::of(principal, answer, Ending::NothingToDo)
}
