//! Plans for a principal by what is known of it, and replays what it calls afterwards.

use crate::replay::class::{Aim, Class};
use crate::replay::draw::Case;
use crate::replay::judge::{Court, Rules};
use crate::replay::moment::as_of;
use crate::replay::reference::Reference;
use crate::replay::trail::Habit;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_rightsizing::evidence::Evidence;
use leastwise_rightsizing::plan::{Plan, PlanSettings, Warning};
use leastwise_rightsizing::proof::prove;
use leastwise_rightsizing::score::CreepIndex;
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

impl Outcome {
    pub(crate) fn planned(&self) -> Option<&Planned> {
        match self {
            Self::Planned(planned) => Some(planned),
            Self::Refused(_) | Self::Unproved(_) => None,
        }
    }
}

/// A proved plan, and how the replay went.
#[derive(Debug)]
pub(crate) struct Planned {
    /// The boundary.
    pub(crate) text: String,
    pub(crate) index_before: Option<u8>,
    pub(crate) index_after: Option<u8>,
    /// How many granted and idle actions the plan admits for want of room.
    pub(crate) admitted: usize,
    /// Whether automatic remediation would leave the plan alone.
    pub(crate) stops_automation: bool,
    /// How many granted actions are never called.
    pub(crate) idle: usize,
    pub(crate) effect: Effect,
}

/// What a boundary does.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    /// How many of the granted actions that are never called stay allowed.
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
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) class: Class,
    /// The place of its habit in the case.
    pub(crate) habit: usize,
    pub(crate) allowed: bool,
}

/// A case, and what is the same for it by whatever evidence is planned.
pub(crate) struct Bench<'a> {
    case: &'a Case,
    reference: &'a Reference,
    identity: Rules,
    /// The habits that are replayed and allowed without a new boundary, by their places.
    replayed: Vec<usize>,
    /// The granted actions that are never called.
    idle: BTreeSet<usize>,
}

impl<'a> Bench<'a> {
    /// `None` where a policy cannot be read.
    pub(crate) fn of(case: &'a Case, reference: &'a Reference) -> Option<Self> {
        let principal = &case.principal;
        let identity = Rules::of(principal.granting_documents().ok()?);
        let present = principal.boundary_document().ok()?.map(|it| Rules::of([it]));
        let mut idle = identity.allowed(reference);
        if let Some(present) = present.as_ref().map(|present| present.allowed(reference)) {
            idle.retain(|place| present.contains(place));
        }
        let called: BTreeSet<&str> = case.habits.iter().map(|it| it.action.as_str()).collect();
        idle.retain(|place| !called.contains(reference.action(*place).name.as_str()));
        let mut bench = Self { case, reference, identity, replayed: Vec::new(), idle };
        let replayed = case.habits.iter().enumerate().filter(|(_, habit)| habit.is_replayed());
        let allowed = replayed.filter(|(_, habit)| bench.allows(habit, present.as_ref()));
        bench.replayed = allowed.map(|(place, _)| place).collect();
        Some(bench)
    }

    /// Plans, proves and replays. Of the same boundary as an `earlier` one the effect is the same.
    pub(crate) fn replay(
        &self,
        evidence: &Evidence,
        earlier: Option<&Planned>,
        catalog: &Catalog,
    ) -> Outcome {
        let principal = &self.case.principal;
        let settings = settings(self.case.class);
        let plan = match plan_at(as_of(), principal, evidence, &settings, catalog) {
            Ok(plan) => plan,
            Err(refusal) => return Outcome::Refused(refusal.error_type()),
        };
        match prove(principal, plan, catalog) {
            Ok(proved) => Outcome::Planned(Box::new(self.judged(&proved.into_plan(), earlier))),
            Err(failure) => Outcome::Unproved(failure.to_string()),
        }
    }

    fn judged(&self, plan: &Plan, earlier: Option<&Planned>) -> Planned {
        let text = plan.document.to_compact_string();
        let same = earlier.filter(|earlier| earlier.text == text);
        Planned {
            effect: same.map_or_else(|| self.effect(&text), |earlier| earlier.effect.clone()),
            index_before: plan.index.map(CreepIndex::value),
            index_after: plan.expected_index.map(CreepIndex::value),
            admitted: plan.extras.iter().filter(|extra| extra.granted).count(),
            stops_automation: plan.warnings.iter().any(Warning::stops_automatic_remediation),
            idle: self.idle.len(),
            text,
        }
    }

    fn effect(&self, boundary: &str) -> Effect {
        let boundary = Document::parse(boundary).expect("what is proved reads back");
        let bounded = Rules::of([&boundary]);
        let call = |place: &usize| {
            let habit = self.case.habits.get(*place)?;
            let allowed = self.allows(habit, Some(&bounded));
            Some(Call { class: habit.class, habit: *place, allowed })
        };
        Effect {
            idle_allowed: self.idle.intersection(&bounded.allowed(self.reference)).count(),
            calls: self.replayed.iter().filter_map(call).collect(),
        }
    }

    fn allows(&self, habit: &Habit, boundary: Option<&Rules>) -> bool {
        let principal = &self.case.principal.arn;
        let court = Court { principal, identity: &self.identity, boundary };
        court.allows(&habit.action, &habit.target)
    }
}

/// What the remediator is set to by default. The operator has looked for `NotPrincipal`, but where there is some.
fn settings(class: Class) -> PlanSettings {
    let checked = if class == Class::NotPrincipal { "false" } else { "true" };
    let not_principal_checked = checked.parse().expect("it is a setting");
    PlanSettings { not_principal_checked, ..plan_settings() }
}
