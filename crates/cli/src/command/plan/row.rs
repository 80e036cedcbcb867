//! What is printed of a principal: its plan, or why there is none.

use crate::command::planning;
use crate::command::who::Who;
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::{Principal, UnreadableEntry};
use leastwise_rightsizing::plan::Plan;
use leastwise_rightsizing::presentation::{PlanJson, RefusalJson};
use serde::Serialize;

/// One principal with its plan, or why there is none.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) principal: Who,
    #[serde(flatten)]
    outcome: Outcome,
    /// The boundary in place.
    #[serde(skip)]
    pub(super) present: Option<Present>,
}

/// The boundary in place, as far as it can be read.
#[derive(Debug)]
pub(super) struct Present {
    pub(super) policy_arn: String,
    pub(super) document: Option<Document>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Outcome {
    Planned(Box<PlanJson>),
    Refused { refused: RefusalJson },
}

impl Row {
    /// What came of planning for the principal.
    pub(super) fn of(principal: &Principal, planned: Result<Plan, RefusalJson>) -> Self {
        let outcome = match planned {
            Ok(plan) => Outcome::Planned(Box::new(PlanJson::of(&plan))),
            Err(refused) => Outcome::Refused { refused },
        };
        let present = principal.boundary.as_ref().map(|boundary| Present {
            policy_arn: boundary.policy_arn.clone(),
            document: boundary.document.as_ref().ok().cloned(),
        });
        Self { principal: Who::Arn(principal.arn.clone()), outcome, present }
    }

    /// A principal of which the account data cannot be read.
    pub(super) fn unreadable(name: &str, entry: &UnreadableEntry) -> Self {
        let refused = planning::unreadable(name, entry);
        let principal = Who::called(name);
        Self { principal, outcome: Outcome::Refused { refused }, present: None }
    }

    /// The plan, if there is one.
    pub(super) fn plan(&self) -> Option<&PlanJson> {
        match &self.outcome {
            Outcome::Planned(plan) => Some(plan),
            Outcome::Refused { .. } => None,
        }
    }

    /// Why there is no plan.
    pub(super) fn refusal(&self) -> Option<&RefusalJson> {
        match &self.outcome {
            Outcome::Planned(_) => None,
            Outcome::Refused { refused } => Some(refused),
        }
    }

    /// The same, for people.
    pub(super) fn refused(&self) -> Option<&str> {
        self.refusal().map(|refused| refused.reason.as_str())
    }
}
