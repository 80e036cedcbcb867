//! Resource policies in the answers of AWS's APIs, as the AWS CLI prints them.

use super::config_item::{member, object, read_item, read_selected};
use super::document_text::read_document;
use super::policy::ResourcePolicy;
use crate::iam::Arn;
use leastwise_policy::document::Document;
use serde_json::{Map, Value, json};
use thiserror::Error;

/// A JSON value that is no answer with resource policies.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// It has none of the members that are known.
    #[error(
        "it is neither an item of AWS Config nor what an operation prints that returns a resource \
         policy"
    )]
    Unrecognised,
    /// More pages were to follow.
    #[error("it is incomplete: more was to follow `{token}`; save all of it")]
    Incomplete {
        /// The token of the next page.
        token: String,
    },
}

type Members = Map<String, Value>;

/// Members with the token of the next page; `position` is that of API Gateway.
const NEXT_PAGE: [&str; 3] = ["NextToken", "NextMarker", "position"];

/// Members that say whether a page follows.
const TRUNCATED: [&str; 2] = ["IsTruncated", "Truncated"];

/// Members that hold a policy document, or an object that holds one.
///
/// Sources: the operations named, in <https://docs.aws.amazon.com/cli/latest/reference/>.
const DOCUMENTS: [&str; 15] = [
    "Policy",         // s3api, kms, lambda, dynamodb, kinesis, events, efs, backup, kafka
    "policy",         // apigateway, s3vectors, vpc-lattice; an object: codeartifact
    "ResourcePolicy", // secretsmanager, cloudtrail; an object: redshift, organizations
    "resourcePolicy", // s3tables; an object: redshift-serverless
    "policyText",     // ecr
    "PolicyInJson",   // glue
    "AccessPolicies", // opensearch, es
    "AssumeRolePolicyDocument", // iam get-role
    "policyDocument", // logs
    "PolicyDocument", // xray, observabilityadmin
    "document",       // codeartifact
    "Content",        // organizations
    "RepositoryPolicyText", // ecr, as CloudFormation has it
    "FileSystemPolicy", // efs, as CloudFormation has it
    "AccessPolicy",   // backup, as CloudFormation has it
];

/// Members that hold answers: an object, or a list of objects or of JSON texts.
const ANSWERS: [&str; 16] = [
    "baseConfigurationItems",          // configservice batch-get-resource-config
    "configurationItems",              // configservice get-resource-config-history, and snapshots
    "unprocessedResourceKeys",         // configservice batch-get-resource-config
    "Results",                         // configservice select-resource-config
    "Attributes",                      // sqs, sns
    "EventBuses",                      // events
    "DomainStatus",                    // opensearch, es
    "DomainStatusList",                // opensearch, es
    "GetResourcePoliciesResponseList", // glue
    "ResourcePolicies",                // xray
    "resourcePolicies",                // logs
    "Policies",                        // ssm
    "Grants",                          // kms list-grants
    "Role",                            // iam
    "Roles",                           // iam
    "items",                           // apigateway get-rest-apis
];

/// Members that name the resource.
const NAMES: [&str; 9] = [
    "ARN",
    "Arn",
    "arn",
    "TopicArn",
    "QueueArn",
    "ResourceArn",
    "resourceArn",
    "BackupVaultArn",
    "DomainArn",
];

/// Reads every resource policy in an answer as the AWS CLI prints it. `name` stands for a resource
/// that the answer does not name, as the answer of `aws s3api get-bucket-policy` does not.
///
/// Understood are items of AWS Config (`aws configservice batch-get-resource-config`,
/// `get-resource-config-history`, `select-resource-config`), the answers of operations that return
/// a policy, the grants of keys (`aws kms list-grants`), a policy document as such, and lists of
/// these. Of a history every state counts.
///
/// # Errors
///
/// [`AnswerError`] when it is something else, or when pages are missing. A policy that is there
/// and cannot be read is no error: it is kept as unreadable.
pub fn read_answer(answer: &Value, name: &str) -> Result<Vec<ResourcePolicy>, AnswerError> {
    match answer {
        Value::Array(answers) => {
            let read = answers.iter().map(|answer| read_answer(answer, name));
            Ok(read.collect::<Result<Vec<_>, _>>()?.concat())
        }
        Value::Object(members) => read_members(members, name),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(AnswerError::Unrecognised)
        }
    }
}

fn read_members(members: &Members, name: &str) -> Result<Vec<ResourcePolicy>, AnswerError> {
    complete(members)?;
    let name = NAMES.iter().find_map(|key| members.get(*key)?.as_str()).unwrap_or(name);
    if members.contains_key("Statement") {
        return Ok(policy(&Value::Object(members.clone()), name));
    }
    if members.contains_key("resourceType") {
        return Ok(read_item(members).into_iter().collect());
    }
    if members.contains_key("GranteePrincipal") {
        return Ok(vec![grant(members, name)]);
    }
    let parts: Vec<_> = members.iter().filter_map(|(key, value)| part(key, value, name)).collect();
    if parts.is_empty() && !says_that_there_is_none(members, name) {
        return Err(AnswerError::Unrecognised);
    }
    Ok(parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

fn complete(members: &Members) -> Result<(), AnswerError> {
    let token = NEXT_PAGE.iter().find_map(|key| member(members, key)?.as_str());
    let is_true = |key: &str| member(members, key).and_then(Value::as_bool) == Some(true);
    match token.or_else(|| TRUNCATED.into_iter().find(|key| is_true(key))) {
        Some(token) => Err(AnswerError::Incomplete { token: token.to_owned() }),
        None => Ok(()),
    }
}

/// Whether it is an answer that leaves the policy out where the resource has none: of a secret, an
/// event bus, a search domain, a queue of which all was asked, a REST API.
fn says_that_there_is_none(members: &Members, name: &str) -> bool {
    let (service, resource) = Arn::of(name).map_or(("", ""), |arn| (arn.service, arn.resource));
    match service {
        "secretsmanager" => members.keys().all(|key| key == "ARN" || key == "Name"),
        "events" => resource.starts_with("event-bus/"),
        "es" => resource.starts_with("domain/"),
        "sqs" => members.contains_key("VisibilityTimeout"),
        _ => members.contains_key("apiKeySource"),
    }
}

type Part = Result<Vec<ResourcePolicy>, AnswerError>;

/// What a member of an answer holds; `None` for one that has nothing to do with policies.
fn part(key: &str, value: &Value, name: &str) -> Option<Part> {
    if DOCUMENTS.contains(&key) {
        let nested = value.as_object().filter(|members| !members.contains_key("Statement"));
        return Some(match nested {
            Some(members) if !members.is_empty() => read_members(members, name),
            _ => Ok(policy(value, name)),
        });
    }
    if !ANSWERS.contains(&key) {
        return None;
    }
    Some(match (key, value) {
        ("Results", Value::Array(results)) => selected(results),
        ("Policies", Value::Object(by_name)) => {
            Ok(by_name.values().flat_map(|document| policy(document, name)).collect())
        }
        _ => read_answer(value, name),
    })
}

fn policy(document: &Value, name: &str) -> Vec<ResourcePolicy> {
    let document = read_document(document);
    document.map(|document| ResourcePolicy::of(name, document)).into_iter().collect()
}

/// The rows of a query, each the JSON text of the members that were selected.
fn selected(results: &[Value]) -> Part {
    let rows = results.iter().map(|row| object(row).ok_or(AnswerError::Unrecognised));
    let rows: Vec<Members> = rows.collect::<Result<_, _>>()?;
    if rows.iter().any(|row| !row.contains_key("resourceType")) {
        return Err(AnswerError::Unrecognised);
    }
    Ok(rows.iter().filter_map(read_selected).collect())
}

/// A grant of a key as the policy that it amounts to. Whoever may retire it may do just that.
///
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>.
fn grant(members: &Members, name: &str) -> ResourcePolicy {
    let key = members.get("KeyId").and_then(Value::as_str).unwrap_or(name);
    let operations = members.get("Operations").and_then(Value::as_array);
    let actions = operations.into_iter().flatten().filter_map(Value::as_str);
    let actions: Vec<String> = actions.map(|operation| format!("kms:{operation}")).collect();
    let grantee = allow(members.get("GranteePrincipal"), &json!(actions));
    let retiring = allow(members.get("RetiringPrincipal"), &json!("kms:RetireGrant"));
    let statements: Vec<Value> = grantee.into_iter().chain(retiring).collect();
    let document = Document::from_value(json!({ "Statement": statements }));
    ResourcePolicy {
        service: Some("kms".to_owned()),
        resource: key.to_owned(),
        document: document.map_err(Into::into),
    }
}

fn allow(principal: Option<&Value>, actions: &Value) -> Option<Value> {
    principal.map(|principal| {
        json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": actions })
    })
}

#[cfg(test)]
mod tests;
