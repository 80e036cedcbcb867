//! `awsim-iam-policy`, a policy evaluator that others wrote, asked for every action of the catalogue.
//!
//! It answers for one request, with a resource and a context. Documents are rewritten so that its answer is the one for
//! the most fortunate request, in the words of `leastwise_policy::permissions`: every `Allow` is for all resources and
//! without condition, and a `Deny` with either limit is left out. And it looks at every pattern of a document for each
//! action, so it is given service by service those that can match there; `tests/tests/managed_policies.rs` proves that
//! this changes no answer.

use awsim_iam_policy as awsim;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{Catalog, Service};
use leastwise_policy::pattern::Pattern;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The actions of a catalogue, spelt out once.
pub(crate) struct Oracle<'a> {
    catalog: &'a Catalog,
    spelt: Vec<String>,
    lower_case: Vec<String>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn of(catalog: &'a Catalog) -> Self {
        let spelt: Vec<String> = catalog.ids().map(|id| catalog.action(id).to_string()).collect();
        let lower_case = spelt.iter().map(|action| action.to_ascii_lowercase()).collect();
        Self { catalog, spelt, lower_case }
    }

    /// The actions that some request may have under these identity policies and this boundary.
    pub(crate) fn allowed(&self, identity: &[Value], boundary: &Value) -> ActionSet {
        let identity: Vec<Sliced> = identity.iter().map(Sliced::of).collect();
        let boundary = Sliced::of(boundary);
        let mut allowed = ActionSet::empty();
        for service in self.catalog.services() {
            let policies: Vec<awsim::PolicyDocument> =
                identity.iter().map(|policy| policy.of_service(service)).collect();
            let boundary = boundary.of_service(service);
            let context = awsim::EvalContext {
                identity_policies: &policies,
                permissions_boundary: Some(&boundary),
                ..Default::default()
            };
            allowed.extend(service.ids().filter(|id| self.allows(id.index(), &context)));
        }
        allowed
    }

    fn allows(&self, place: usize, context: &awsim::EvalContext<'_>) -> bool {
        let Some(action) = self.spelt.get(place) else { return false };
        let request = awsim::AuthzRequest {
            principal_arn: "arn:aws:iam::111122223333:role/somebody",
            principal_account: "111122223333",
            action,
            resource_arn: "arn:aws:service:us-east-1:111122223333:anything",
            context: &HashMap::new(),
        };
        awsim::evaluate(&request, context) == awsim::Decision::Allow
    }

    /// The actions that its wildcard matching finds for these patterns, each of one service.
    pub(crate) fn matched(&self, patterns: &[Pattern]) -> ActionSet {
        let mut matched = ActionSet::empty();
        for pattern in patterns {
            let service = pattern.service_literal().and_then(|name| self.catalog.service(name));
            let lower_case = pattern.as_str().to_ascii_lowercase();
            let is_match = |place: usize| {
                self.lower_case
                    .get(place)
                    .is_some_and(|action| awsim::glob::matches(&lower_case, action))
            };
            match service {
                Some(service) => {
                    matched.extend(service.ids().filter(|id| is_match(id.index())));
                }
                None => matched.extend(self.catalog.ids().filter(|id| is_match(id.index()))),
            }
        }
        matched
    }
}

/// A document for the most fortunate request, its patterns by service.
struct Sliced(Vec<SlicedStatement>);

struct SlicedStatement {
    effect: Value,
    /// `Action` or `NotAction`.
    key: &'static str,
    /// The patterns that name a service, by its name in lower case.
    named: HashMap<String, Vec<Value>>,
    /// All others.
    general: Vec<Value>,
}

impl Sliced {
    fn of(document: &Value) -> Self {
        let statements = match document.get("Statement") {
            Some(Value::Array(statements)) => statements.as_slice(),
            Some(statement) => std::slice::from_ref(statement),
            None => &[],
        };
        Self(statements.iter().filter_map(SlicedStatement::of).collect())
    }

    fn of_service(&self, service: &Service) -> awsim::PolicyDocument {
        let namespace = service.namespace.to_ascii_lowercase();
        let statements = self.0.iter().map(|statement| {
            let named = statement.named.get(&namespace).into_iter().flatten();
            let patterns: Vec<&Value> = statement.general.iter().chain(named).collect();
            json!({ "Effect": statement.effect, statement.key: patterns, "Resource": "*" })
        });
        let document = json!({ "Statement": statements.collect::<Vec<_>>() });
        awsim::parse_value(&document).expect("awsim-iam-policy parses what we write")
    }
}

impl SlicedStatement {
    fn of(statement: &Value) -> Option<Self> {
        let effect = statement.get("Effect")?.clone();
        if effect == "Deny" && is_limited(statement) {
            return None;
        }
        let key = if statement.get("Action").is_some() { "Action" } else { "NotAction" };
        let patterns = statement.get(key)?;
        let patterns = patterns.as_array().map_or(std::slice::from_ref(patterns), Vec::as_slice);
        let mut sliced = Self { effect, key, named: HashMap::new(), general: Vec::new() };
        for pattern in patterns {
            let service = pattern.as_str()?.split_once(':').map(|(service, _)| service);
            match service.filter(|service| !service.contains(['*', '?'])) {
                Some(service) => {
                    let of_service = sliced.named.entry(service.to_ascii_lowercase()).or_default();
                    of_service.push(pattern.clone());
                }
                None => sliced.general.push(pattern.clone()),
            }
        }
        Some(sliced)
    }
}

fn is_limited(statement: &Value) -> bool {
    let everything = Value::from("*");
    statement.get("Condition").is_some()
        || match statement.get("Resource") {
            Some(Value::Array(resources)) => !resources.contains(&everything),
            Some(resource) => *resource != everything,
            None => true,
        }
}
