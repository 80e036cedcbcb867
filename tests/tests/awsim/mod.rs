//! The second judge of single requests.

use awsim_iam_policy as awsim;
use leastwise_e2e::judges::Question;
use serde_json::{Value, json};

/// Whether `awsim-iam-policy` lets the principal of a [`Question`] do this: once, on one resource.
pub(crate) fn awsim_allows(question: &Question, action: &str, resource: &str) -> bool {
    let parsed = |document: &Value| awsim::parse_value(document).expect("awsim parses it");
    let identity_policies: Vec<_> = question.identity_policies.iter().map(parsed).collect();
    // It takes each policy for a level of the organization, which must allow by itself.
    let levels = question.service_control_policies.iter().map(|policy| parsed(&level(policy)));
    let levels: Vec<_> = levels.collect();
    let context = question.context.iter().map(|(key, value)| {
        let value = match value {
            Value::String(text) => awsim::ContextValue::String(text.clone()),
            list => awsim::ContextValue::StringList(
                serde_json::from_value(list.clone()).expect("a list of strings"),
            ),
        };
        (key.clone(), value)
    });
    let request = awsim::AuthzRequest {
        principal_arn: &question.principal,
        principal_account: question.principal.split(':').nth(4).unwrap_or_default(),
        action,
        resource_arn: resource,
        context: &context.collect(),
    };
    let policies = awsim::EvalContext {
        identity_policies: &identity_policies,
        scps: &levels,
        ..awsim::EvalContext::default()
    };
    awsim::evaluate(&request, &policies) == awsim::Decision::Allow
}

/// A service control policy together with the one that AWS attaches to each level of an
/// organization.
fn level(policy: &Value) -> Value {
    let mut policy = policy.clone();
    if let Some(Value::Array(statements)) = policy.get_mut("Statement") {
        statements.push(json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }));
    }
    policy
}
