//! One resource policy, and the services whose actions it may grant.

use crate::iam::{Arn, UnreadableDocument};
use leastwise_policy::document::{Actions, Document, Resources, Statement};
use leastwise_policy::pattern::Pattern;
use serde_json::Value;
use std::collections::BTreeSet;

/// The policy of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourcePolicy {
    /// The IAM prefix of the resource's service; `None` where the source does not say.
    pub service: Option<String>,
    /// The resource: its ARN, or else what names it to the operator, such as a file.
    pub resource: String,
    /// Its text, or why that is not known.
    pub document: Result<Document, UnreadableDocument>,
}

/// Services whose resources are named by the ARNs of another, or grant another one's actions, too.
///
/// Sources:
/// <https://docs.aws.amazon.com/msk/latest/developerguide/mvpc-cross-account-permissions.html>,
/// <https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html>,
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/security_iam_resource-based-policy-examples.html>,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html>.
const ALSO_GRANTS: [(&str, &str); 5] = [
    ("kafka", "kafka-cluster"),
    ("vpc-lattice", "vpc-lattice-svcs"),
    ("cloudtrail", "cloudtrail-data"),
    ("apigateway", "execute-api"),
    ("iam", "sts"),
];

impl ResourcePolicy {
    /// The policy of a resource of which the ARN says the service.
    ///
    /// A text that is no ARN names the resource, and nothing says the service.
    #[must_use]
    pub fn of(resource: &str, document: Result<Document, UnreadableDocument>) -> Self {
        let service = Arn::of(resource).map(|arn| arn.service.to_ascii_lowercase());
        Self { service, resource: resource.to_owned(), document }
    }

    /// The services whose actions a wildcard of the policy stands for; empty where nothing says.
    pub(super) fn services(&self) -> BTreeSet<String> {
        let named = match &self.service {
            Some(service) => BTreeSet::from([service.clone()]),
            None => self.document.as_ref().map(named_in).unwrap_or_default(),
        };
        let also = |service: &String| {
            let pairs = ALSO_GRANTS.iter().filter(move |(of, _)| service == of);
            pairs.map(|(_, also)| (*also).to_owned()).collect::<Vec<_>>()
        };
        named.iter().flat_map(also).chain(named.iter().cloned()).collect()
    }
}

/// The services that a document's actions and resources name.
fn named_in(document: &Document) -> BTreeSet<String> {
    document.statements().iter().flat_map(named_in_statement).collect()
}

fn named_in_statement(statement: &Statement) -> Vec<String> {
    let (Actions::Action(patterns) | Actions::NotAction(patterns)) = statement.actions();
    let actions = patterns.iter().filter_map(Pattern::service_literal);
    let resources = resources(statement.resources());
    let resources = resources.iter().filter_map(|text| Arn::of(text)).map(|arn| arn.service);
    actions.chain(resources).map(str::to_ascii_lowercase).collect()
}

fn resources(resources: &Resources) -> Vec<&str> {
    let Resources::Limited(Value::Object(element)) = resources else { return Vec::new() };
    element.values().flat_map(strings).collect()
}

fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}
