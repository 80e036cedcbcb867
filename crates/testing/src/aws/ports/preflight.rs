//! What AWS says of a boundary before it is put in place.

use crate::aws::answers::{Opinion, Simulated};
use crate::aws::fake::Fake;
use crate::aws::world::World;
use leastwise_aws::ports::{Decision, Finding, Preflight, PreflightError};
use leastwise_policy::action::Action;
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::PrincipalArn;

impl Fake {
    /// What AWS says from now on.
    pub fn set_opinion(&self, opinion: Opinion) {
        *self.opinion.lock().unwrap() = opinion;
    }

    /// The questions to the simulator since they were last asked for.
    pub fn simulated(&self) -> Vec<Simulated> {
        std::mem::take(&mut self.simulated.lock().unwrap())
    }
}

impl Preflight for Fake {
    async fn findings(&self, _: &Document) -> Result<Vec<Finding>, PreflightError> {
        let opinion = self.opinion.lock().unwrap().clone();
        let say = |_: &mut World| match opinion.failure {
            Some(("findings", call)) => Err(call.into()),
            _ => Ok(opinion.findings),
        };
        self.call("findings", say, PreflightError::Call)
    }

    async fn decisions(
        &self,
        _: &PrincipalArn,
        boundary: Option<&Document>,
        actions: &[Action],
    ) -> Result<Vec<Decision>, PreflightError> {
        let asked = actions.iter().map(Action::to_string).collect();
        self.simulated.lock().unwrap().push((boundary.is_some(), asked));
        let opinion = self.opinion.lock().unwrap().clone();
        let decide = |action: &Action| {
            let stopped = boundary.is_some() && opinion.stopped.contains(&action.as_str());
            Decision {
                action: action.clone(),
                allowed: !stopped,
                allowed_by_boundary: boundary.map(|_| !stopped),
            }
        };
        let say = |_: &mut World| match &opinion.failure {
            Some(("decisions", call)) => Err(call.clone().into()),
            _ => Ok(actions.iter().map(decide).collect()),
        };
        self.call("decisions", say, PreflightError::Call)
    }
}
