//! Calls that a resource's own policy allows.

use super::Draw;
use crate::replay::class::Class;
use crate::replay::facts::{SHARED, Shared};
use crate::replay::judge::session_of;
use crate::replay::trail::{Habit, Target, habit};
use serde_json::{Value, json};

/// How many actions a resource policy allows at most.
const ALLOWED: usize = 4;

impl Draw<'_> {
    pub(super) fn resource_policy(&mut self) -> Option<()> {
        if self.case.class == Class::FederatedUser {
            self.grant(&["sts:GetFederationToken"], "*")?;
        }
        let shared = self.shared_resource()?;
        let mut actions = self.actions_on(shared);
        let class = self.case.class;
        if class == Class::NotPrincipal {
            let all: Vec<&str> = actions.iter().map(|place| self.name(*place)).collect();
            self.grant(&all, "*")?;
        } else {
            if class == Class::RoleInPart {
                self.grant_a_part(&mut actions)?;
            }
            actions.retain(|place| !self.granted.contains(place));
        }
        let target = self.target(shared, &actions);
        for place in actions {
            let days = habit(&mut self.random);
            let habit = Habit::new(class, self.name(place), days).on(target.clone());
            // Identity policies grant what a denial takes away, so IAM sees that; it sees no other.
            self.add(if class == Class::NotPrincipal { habit } else { habit.unrecorded() });
        }
        Some(())
    }

    /// A user or role that a role's trust policy names.
    pub(super) fn trust_policy(&mut self) -> Option<()> {
        let assume = self.reference().find("sts:AssumeRole")?;
        if self.granted.contains(&assume) {
            return None;
        }
        let principal = &self.case.principal.arn;
        let account = principal.account();
        let statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {
            "AWS": principal.to_string()
        } });
        let target = Target {
            resource: Some(format!("arn:{}:iam::{account}:role/deploy", principal.partition())),
            policy: Some(json!({ "Version": "2012-10-17", "Statement": [statement] })),
            caller: None,
        };
        let days = habit(&mut self.random);
        let habit = Habit::new(self.case.class, "sts:AssumeRole", days);
        self.add(habit.on(target).unrecorded());
        Some(())
    }

    /// A drawn kind of resource, of a service that no identity policy grants; or any, where the class is about one
    /// that they grant in part.
    fn shared_resource(&mut self) -> Option<&'static Shared> {
        let in_part = matches!(self.case.class, Class::RoleInPart | Class::NotPrincipal);
        let has = |shared: &&Shared| {
            let range = self.reference().service(shared.service);
            let granted = self.granted.range(range.clone()).count();
            if in_part { granted < range.len() } else { granted == 0 && !range.is_empty() }
        };
        let fitting: Vec<&'static Shared> = SHARED.iter().filter(has).collect();
        let weighted = fitting.into_iter().flat_map(|it| std::iter::repeat_n(it, it.often));
        self.one(&weighted.collect::<Vec<_>>())
    }

    /// Some actions on that kind of resource.
    fn actions_on(&mut self, shared: &Shared) -> Vec<usize> {
        let reference = self.reference();
        let on_it = |place: &usize| {
            let types = &reference.action(*place).resource_types;
            types.iter().any(|kind| kind == shared.kind)
        };
        let actions: Vec<usize> = reference.service(shared.service).filter(on_it).collect();
        let most = self.random.below(ALLOWED) + 2;
        self.some(&actions, most)
    }

    /// Grants the first of these by an identity policy, and uses it.
    fn grant_a_part(&mut self, actions: &mut Vec<usize>) -> Option<()> {
        let first = self.name(actions.pop()?);
        self.grant(&[first], "*")?;
        let days = habit(&mut self.random);
        self.add(Habit::new(Class::Plain, first, days));
        Some(())
    }

    fn target(&self, shared: &Shared, actions: &[usize]) -> Target {
        let principal = &self.case.principal.arn;
        let resource = shared
            .arn
            .replace("{p}", principal.partition())
            .replace("{r}", "us-east-1")
            .replace("{a}", principal.account());
        let names: Vec<&str> = actions.iter().map(|place| self.name(*place)).collect();
        let statement = self.statement(&names, &resource);
        let policy = Some(json!({ "Version": "2012-10-17", "Statement": [statement] }));
        let federated = self.case.class == Class::FederatedUser;
        let caller = federated.then(|| {
            let (partition, account) = (principal.partition(), principal.account());
            format!("arn:{partition}:sts::{account}:federated-user/{}", principal.name())
        });
        Target { resource: Some(resource), policy, caller }
    }

    /// The statement of the resource's policy, as the class has it.
    fn statement(&self, names: &[&str], resource: &str) -> Value {
        let arn = self.case.principal.arn.to_string();
        let session = session_of(&self.case.principal.arn);
        let class = self.case.class;
        if class == Class::NotPrincipal {
            let but = json!({ "AWS": [arn, session] });
            return json!({
                "Effect": "Deny", "Action": names, "Resource": resource, "NotPrincipal": but
            });
        }
        if class == Class::AnyoneOnCondition {
            let condition = json!({ "ArnLike": { "aws:PrincipalArn": arn } });
            return json!({
                "Effect": "Allow", "Action": names, "Resource": resource, "Principal": "*",
                "Condition": condition
            });
        }
        let caller = if class == Class::SessionInResourcePolicy { session } else { arn };
        json!({
            "Effect": "Allow", "Action": names, "Resource": resource, "Principal": { "AWS": caller }
        })
    }
}
