//! Whose boundary it is, and which.

use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::{Principal, PrincipalArn, PrincipalKind};
use leastwise_rightsizing::plan::Plan;
use serde_json::Value;

/// The path of every policy that Leastwise makes.
pub(super) const POLICY_PATH: &str = "/leastwise/";

/// A principal with its planned boundary.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) arn: &'a PrincipalArn,
    /// The boundary's document.
    pub(super) document: Value,
    /// Who may assume it; `None` for a user.
    pub(super) trust: Option<Value>,
    /// The boundary in place.
    pub(super) present: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// The principal with this plan.
    ///
    /// # Errors
    ///
    /// Where the trust policy of a role is not known: no tool takes a role without.
    pub(super) fn of(principal: &'a Principal, plan: &Plan) -> Result<Self, String> {
        let trust = principal.trust.as_ref().and_then(|trust| trust.as_ref().ok());
        let arn = &principal.arn;
        if arn.kind() == PrincipalKind::Role && trust.is_none() {
            return Err(format!(
                "the account data has no trust policy of `{arn}`, and the code for a role has to name it; save the \
                 account again: aws iam get-account-authorization-details"
            ));
        }
        Ok(Self {
            arn,
            document: plan.document.to_value(),
            trust: trust.map(Document::to_value),
            present: principal.boundary.as_ref().map(|boundary| boundary.policy_arn.as_str()),
        })
    }

    /// What the policy says of itself, as Leastwise has it.
    pub(super) fn description(&self) -> String {
        format!("Permissions boundary of {}, planned by Leastwise", self.arn)
    }

    /// Whether it is a role.
    pub(super) fn is_role(&self) -> bool {
        self.arn.kind() == PrincipalKind::Role
    }

    /// `Role` or `User`, as most tools call the resource.
    pub(super) fn kind(&self) -> &'static str {
        if self.is_role() { "Role" } else { "User" }
    }

    /// That the resource of the principal is for one that the tool does not have yet.
    pub(super) fn if_it_is_there(&self, line: &str) -> String {
        format!(
            "If your code has {} already, add only the policy, and to the {} the line: {line}",
            self.arn.name(),
            self.arn.kind()
        )
    }
}
