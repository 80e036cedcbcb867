//! Plans for a principal by what IAM shows, and replays what it calls afterwards.

use crate::replay::class::{Aim, Class};
use crate::replay::draw::Case;
use crate::replay::judge::{Court, Rules};
use crate::replay::moment::as_of;
use crate::replay::reference::Reference;
use crate::replay::report::evidence;
use crate::replay::trail::Habit;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_rightsizing::plan::{Plan, PlanSettings, Warning};
use leastwise_rightsizing::proof::prove;
use leastwise_testing::{plan_at, plan_settings};
use std::collections::BTreeSet;

/// What became of a principal.
#[derive(Debug)]
pub(crate) enum Outcome {
    Planned(Box<Planned>),
    /// No plan; the type of the refusal.
    Refused(&'static str),
    /// A plan that could not be proved. A bug.
    Unproved(String),
}

/// A proved plan, and how the replay went.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) document: Document,
    pub(crate) characters: usize,
    pub(crate) index_before: Option<u8>,
    pub(crate) index_after: Option<u8>,
    /// How many granted and idle actions the plan admits for want of room.
    pub(crate) admitted: usize,
    /// Whether automatic remediation would leave the plan alone.
    pub(crate) stops_automation: bool,
    /// The granted actions that are never called, and how many of them stay allowed.
    pub(crate) idle: usize,
    pub(crate) idle_allowed: usize,
    /// The calls of the held-out days that are allowed without the new boundary.
    pub(crate) calls: Vec<Call>,
}

impl Planned {
    /// Whether the replay of a call went as is aimed at for its class.
    pub(crate) fn is_as_aimed(&self, call: &Call) -> bool {
        call.allowed
            || match call.class.aim() {
                Aim::Nothing | Aim::Control => false,
                Aim::Warned => self.stops_automation,
                Aim::None => true,
            }
    }
}

/// What is called on the held-out days, once for each action and target.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) class: Class,
    /// The place of its habit in the case.
    pub(crate) habit: usize,
    pub(crate) allowed: bool,
}

/// Plans, proves and replays; `None` where a policy cannot be read.
pub(crate) fn replay(case: &Case, reference: &Reference, catalog: &Catalog) -> Option<Outcome> {
    let evidence = evidence(case, reference)?;
    let settings = settings(case.class);
    let principal = &case.principal;
    let plan = match plan_at(as_of(), principal, &evidence, &settings, catalog) {
        Ok(plan) => plan,
        Err(refusal) => return Some(Outcome::Refused(refusal.error_type())),
    };
    match prove(principal, plan, catalog) {
        Ok(proved) => judged(case, &proved.into_plan(), reference),
        Err(failure) => Some(Outcome::Unproved(failure.to_string())),
    }
}

/// What the remediator is set to by default. The operator has looked for `NotPrincipal`, but where there is some.
fn settings(class: Class) -> PlanSettings {
    let checked = if class == Class::NotPrincipal { "false" } else { "true" };
    let not_principal_checked = checked.parse().expect("it is a setting");
    PlanSettings { not_principal_checked, ..plan_settings() }
}

fn judged(case: &Case, plan: &Plan, reference: &Reference) -> Option<Outcome> {
    let principal = &case.principal;
    let text = plan.document.to_compact_string();
    let document = Document::parse(&text).ok()?;
    let identity = Rules::of(principal.granting_documents().ok()?);
    let present = principal.boundary_document().ok()?.map(|it| Rules::of([it]));
    let bounded = Rules::of([&document]);
    let arn = &principal.arn;
    let before = Court { principal: arn, identity: &identity, boundary: present.as_ref() };
    let after = Court { principal: arn, identity: &identity, boundary: Some(&bounded) };
    let replayed = case.habits.iter().enumerate().filter(|(_, habit)| habit.is_replayed());
    let possible = replayed.filter(|(_, habit)| before.allows(&habit.action, &habit.target));
    let call = |(place, habit): (usize, &Habit)| Call {
        class: habit.class,
        habit: place,
        allowed: after.allows(&habit.action, &habit.target),
    };
    let calls = possible.map(call).collect();

    let called: BTreeSet<&str> = case.habits.iter().map(|habit| habit.action.as_str()).collect();
    let mut idle = identity.allowed(reference);
    if let Some(present) = present.as_ref().map(|present| present.allowed(reference)) {
        idle.retain(|place| present.contains(place));
    }
    idle.retain(|place| !called.contains(reference.action(*place).name.as_str()));
    let allowed = bounded.allowed(reference);
    Some(Outcome::Planned(Box::new(Planned {
        characters: text.chars().count(),
        index_before: plan.index.map(leastwise_rightsizing::score::CreepIndex::value),
        index_after: plan.expected_index.map(leastwise_rightsizing::score::CreepIndex::value),
        admitted: plan.extras.iter().filter(|extra| extra.granted).count(),
        stops_automation: plan.warnings.iter().any(Warning::stops_automatic_remediation),
        idle_allowed: idle.intersection(&allowed).count(),
        idle: idle.len(),
        document,
        calls,
    })))
}
