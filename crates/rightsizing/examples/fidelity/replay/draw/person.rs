//! What functions and people need on a bad day.

use super::Draw;
use crate::replay::facts::{FAILURE_PATHS, NETWORK_OF_FUNCTIONS, OWN_CREDENTIALS};
use crate::replay::trail::{Habit, Target, once};
use leastwise_policy::document::Document;
use serde_json::json;

/// How many paths of failure a function has at most.
const PATHS: usize = 2;

/// Of how many functions one is in a VPC.
const IN_VPC: usize = 3;

/// How many of its own credentials a person changes.
const CHANGES: usize = 4;

impl Draw<'_> {
    pub(super) fn failure_path(&mut self) -> Option<()> {
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": "lambda.amazonaws.com" }
        }] });
        self.case.principal.trust = Some(Ok(Document::from_value(trust).ok()?));
        for (action, resource) in self.some(&FAILURE_PATHS, PATHS) {
            self.grant(&[action], resource)?;
            self.needed_once(action, Some(resource.replace('*', "a")));
        }
        if self.random.below(IN_VPC) == 0 {
            self.grant(&NETWORK_OF_FUNCTIONS, "*")?;
            for action in NETWORK_OF_FUNCTIONS {
                self.needed_once(action, None);
            }
        }
        Some(())
    }

    pub(super) fn own_credentials(&mut self) -> Option<()> {
        let account = self.case.principal.arn.account().to_owned();
        let own =
            ["user/", "mfa/"].map(|kind| format!("arn:aws:iam::{account}:{kind}${{aws:username}}"));
        let statement = json!({ "Effect": "Allow", "Action": OWN_CREDENTIALS, "Resource": own });
        self.grant_by("own", json!({ "Version": "2012-10-17", "Statement": [statement] }))?;
        let user = self.case.principal.arn.clone();
        for action in self.some(&OWN_CREDENTIALS, CHANGES) {
            let of_device = action.ends_with("VirtualMFADevice");
            let device = format!("arn:aws:iam::{account}:mfa/{}", user.name());
            let resource = if of_device { device } else { user.to_string() };
            self.needed_once(action, Some(resource));
        }
        Some(())
    }

    /// Calls it for the first time on a held-out day, whatever else was drawn.
    fn needed_once(&mut self, action: &str, resource: Option<String>) {
        let day = once(&mut self.random);
        self.case.habits.retain(|habit| habit.action != action);
        let target = Target { resource, ..Target::default() };
        self.add(Habit::new(self.case.class, action, day).on(target));
    }
}
