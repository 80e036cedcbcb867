//! Users, roles and policies to fill the account with.

use crate::stand::{ACCOUNT, Stand};
use serde_json::{Value, json};

/// A principal that was made on the stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeded {
    /// `AWS::IAM::User` or `AWS::IAM::Role`.
    pub resource_type: &'static str,
    /// Friendly name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// Unique id.
    pub id: String,
}

/// Days before now at which seeded principals were created: long before any window.
const OLD_ENOUGH_DAYS: i64 = 800;

/// An action that IAM tracks, and the days since its last use; `None` if it was never used.
pub type TrackedAction<'a> = (&'a str, Option<i64>);

impl Stand {
    /// Makes a user that has been there for years.
    pub async fn user(&self, name: &str) -> Seeded {
        let made = self.iam().create_user().user_name(name).send().await.expect("a user is made");
        let user = made.user.expect("it is returned");
        self.aged(Seeded {
            resource_type: "AWS::IAM::User",
            name: name.into(),
            arn: user.arn,
            id: user.user_id,
        })
    }

    /// Makes a role that has been there for years.
    pub async fn role(&self, path: &str, name: &str) -> Seeded {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "ec2.amazonaws.com" },
                "Action": "sts:AssumeRole"
            }]
        });
        let request = self.iam().create_role().role_name(name).path(path);
        let made = request.assume_role_policy_document(trust.to_string()).send().await;
        let role = made.expect("a role is made").role.expect("it is returned");
        self.aged(Seeded {
            resource_type: "AWS::IAM::Role",
            name: name.into(),
            arn: role.arn,
            id: role.role_id,
        })
    }

    fn aged(&self, principal: Seeded) -> Seeded {
        self.backdate(&principal.arn, OLD_ENOUGH_DAYS);
        principal
    }

    /// Lets a principal, a group or a managed policy have been made so many days ago.
    pub fn backdate(&self, arn: &str, days: i64) {
        let created = chrono::Utc::now() - chrono::TimeDelta::days(days);
        let given = json!({ "principal": arn, "createDate": created.to_rfc3339() });
        self.post("backdate", &given);
    }

    /// Gives a user an inline policy.
    pub async fn user_inline(&self, user: &str, policy: &str, document: &Value) {
        let request = self.iam().put_user_policy().user_name(user).policy_name(policy);
        request.policy_document(document.to_string()).send().await.expect("a user policy");
    }

    /// Gives a role an inline policy.
    pub async fn role_inline(&self, role: &str, policy: &str, document: &Value) {
        let request = self.iam().put_role_policy().role_name(role).policy_name(policy);
        request.policy_document(document.to_string()).send().await.expect("a role policy");
    }

    /// Makes a group that has been there for years, with an inline policy, and puts a user into it.
    pub async fn group_with(&self, group: &str, policy: &str, document: &Value, user: &str) {
        let iam = self.iam();
        let made = iam.create_group().group_name(group).send().await.expect("a group");
        self.backdate(&made.group.expect("it is returned").arn, OLD_ENOUGH_DAYS);
        let request = iam.put_group_policy().group_name(group).policy_name(policy);
        request.policy_document(document.to_string()).send().await.expect("a group policy");
        let request = iam.add_user_to_group().group_name(group).user_name(user);
        request.send().await.expect("a member");
    }

    /// Makes a managed policy that has been there for years and returns its ARN.
    pub async fn managed_policy(&self, path: &str, name: &str, document: &Value) -> String {
        let request = self.iam().create_policy().path(path).policy_name(name);
        let made = request.policy_document(document.to_string()).send().await.expect("a policy");
        let arn = made.policy.and_then(|policy| policy.arn).expect("it is returned");
        self.backdate(&arn, OLD_ENOUGH_DAYS);
        arn
    }

    /// Says when a principal last used its services, in days before now; services that it never
    /// used may be left out.
    pub fn uses(&self, principal: &Seeded, days_ago: &[(&str, i64)]) {
        self.uses_actions(principal, days_ago, &[]);
    }

    /// The same, and of some services the actions that IAM tracks: in days before now, or never
    /// used.
    pub fn uses_actions(
        &self,
        principal: &Seeded,
        days_ago: &[(&str, i64)],
        actions: &[(&str, &[TrackedAction<'_>])],
    ) {
        let mut services: serde_json::Map<String, Value> = days_ago
            .iter()
            .map(|(service, days)| ((*service).to_owned(), json!({ "last": days })))
            .collect();
        for (service, tracked) in actions {
            let tracked: serde_json::Map<String, Value> =
                tracked.iter().map(|(action, days)| ((*action).to_owned(), json!(days))).collect();
            services[*service]["actions"] = json!(tracked);
        }
        self.post("usage", &json!({ (principal.arn.as_str()): { "services": services } }));
    }
}

/// A policy that allows `actions` on everything.
#[must_use]
pub fn allow(actions: &[&str]) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }]
    })
}

/// The ARN of the boundary policy that Leastwise makes for a principal.
#[must_use]
pub fn boundary_arn(principal: &Seeded) -> String {
    let kind = if principal.resource_type == "AWS::IAM::User" { "user" } else { "role" };
    format!("arn:aws:iam::{ACCOUNT}:policy/leastwise/{kind}-{}", principal.name)
}
