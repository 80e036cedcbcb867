//! Where idle grants come from: policy, statement and group.

use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::score::{IdleStatement, idle_statements};
use leastwise_rightsizing::settings::Weighting;
use leastwise_rightsizing::usage::PrincipalUsage;
use serde::Serialize;

/// A statement that grants something idle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Granting {
    /// The policy, for people: "managed policy `…` of group `…`".
    pub policy: String,
    /// The group by way of which it comes; `null` for what is the principal's own.
    pub group: Option<String>,
    /// Which statement of the policy it is, counted from 1.
    pub statement: usize,
    /// Its `Sid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// What it grants of what is idle, by service.
    pub services: Vec<Granted>,
}

/// What a statement grants of the idle part of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Granted {
    /// The service.
    pub service: String,
    /// How many idle actions; 0 where the catalogue knows none of them.
    pub idle_actions: usize,
}

/// The statements that grant what is idle, in the order of the policies.
pub(super) fn grants(
    principal: &Principal,
    usage: &PrincipalUsage,
    weighting: Weighting,
) -> Vec<Granting> {
    let statements = idle_statements(&principal.policies, usage, weighting, Catalog::embedded());
    statements.iter().map(Granting::of).collect()
}

impl Granting {
    fn of(statement: &IdleStatement<'_>) -> Self {
        let services = statement.services.iter().map(|granted| Granted {
            service: granted.service.to_owned(),
            idle_actions: granted.actions,
        });
        Self {
            policy: statement.source.to_string(),
            group: statement.source.group().map(ToOwned::to_owned),
            statement: statement.number,
            sid: statement.sid.map(ToOwned::to_owned),
            services: services.collect(),
        }
    }
}
