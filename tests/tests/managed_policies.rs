//! The policy crate against real documents and a second, independent evaluator.
//!
//! moto carries every policy that AWS manages, some 1,580 documents of all ages and styles. Each must parse and
//! print back unchanged; and of each action in the catalogue, `leastwise-policy` and `awsim-iam-policy` must say
//! the same: 35 million decisions.

use awsim_iam_policy as oracle;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{ActionId, Catalog};
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Prints moto's policies as one JSON object, `{name: document}`.
const PRINT_POLICIES: &str = "
import json
from moto.iam.aws_managed_policies import aws_managed_policies_data
policies = json.loads(aws_managed_policies_data)
print(json.dumps({name: policy['Document'] for name, policy in policies.items()}))
";

#[test]
fn every_aws_managed_policy_prints_back_as_it_was_read() {
    let policies = managed_policies();
    assert!(policies.len() > 1_500, "moto has only {} policies", policies.len());
    for (name, value) in policies {
        assert_prints_back(&name, &value);
    }
}

#[test]
fn an_independent_evaluator_agrees_on_every_action_of_every_aws_managed_policy() {
    let asked = Asked::all(Catalog::embedded());
    assert_agreement(|document, catalog| {
        let mut allowed = ActionSet::empty();
        for service in catalog.services() {
            let part = only_of_service(document, &service.namespace);
            allowed.union_with(&asked.allowed_by(&part, service.ids()));
        }
        allowed
    });
}

/// Costs the oracle two minutes of processor time: it looks at each of a policy's patterns, up to 4,500, for each
/// action. The test above spares it those that name another service; this one proves that it may.
#[test]
#[ignore = "takes a minute on two cores"]
fn an_independent_evaluator_agrees_when_given_the_policies_whole() {
    let asked = Asked::all(Catalog::embedded());
    assert_agreement(|document, catalog| asked.allowed_by(document, catalog.ids()));
}

/// Compares with `oracle`, which is given the conservative reading of a document, on every managed policy.
fn assert_agreement(oracle: impl Fn(&Value, &Catalog) -> ActionSet + Sync) {
    let catalog = Catalog::embedded();
    let mut policies: Vec<(String, Value)> = managed_policies().into_iter().collect();
    // The longest first, so that no thread ends with one of them.
    policies.sort_by_cached_key(|(_, value)| std::cmp::Reverse(value.to_string().len()));
    let next = AtomicUsize::new(0);
    let compare = || {
        let mut differences = Vec::new();
        while let Some((name, value)) = policies.get(next.fetch_add(1, Ordering::Relaxed)) {
            let theirs = oracle(&read_conservatively(value), catalog);
            differences.extend(differences_in(name, value, catalog, &theirs));
        }
        differences
    };
    let differences: Vec<String> = thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(compare)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a comparison panicked"))
            .collect()
    });
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// The actions of which the two evaluators say different things, and what they say.
fn differences_in(name: &str, value: &Value, catalog: &Catalog, theirs: &ActionSet) -> Vec<String> {
    let document = Document::from_value(value.clone()).expect("the policy parses");
    let permissions = Permissions::of([&document]);
    let ours = permissions.actions(catalog);
    let mut differences = Vec::new();
    for id in catalog.ids() {
        let action = catalog.action(id).to_string();
        let answers = [ours.contains(id), permissions.permits(&action), theirs.contains(id)];
        if answers != [answers[0]; 3] {
            differences.push(format!("{name}: {action}: [as a set, alone, oracle] = {answers:?}"));
        }
    }
    for service in catalog.services() {
        let answers = [
            !ours.in_service(service).is_empty(),
            permissions.may_permit_service(&service.namespace, catalog),
        ];
        // An action that the catalogue does not know may make the second true alone.
        if answers == [true, false] {
            differences
                .push(format!("{name}: {}: [as a set, service] = {answers:?}", service.namespace));
        }
    }
    differences
}

/// The actions of a catalogue, spelt out once.
struct Asked(Vec<String>);

impl Asked {
    fn all(catalog: &Catalog) -> Self {
        Self(catalog.ids().map(|id| catalog.action(id).to_string()).collect())
    }

    /// Those of `ids` that the oracle allows, asked one after the other.
    fn allowed_by(&self, document: &Value, ids: impl Iterator<Item = ActionId>) -> ActionSet {
        let policies = [oracle::parse_value(document).expect("the oracle parses it")];
        let context = oracle::EvalContext { identity_policies: &policies, ..Default::default() };
        ids.filter(|id| {
            let request = oracle::AuthzRequest {
                principal_arn: "arn:aws:iam::111122223333:user/somebody",
                principal_account: "111122223333",
                action: &self.0[id.index()],
                resource_arn: "arn:aws:service:us-east-1:111122223333:anything",
                context: &HashMap::new(),
            };
            oracle::evaluate(&request, &context) == oracle::Decision::Allow
        })
        .collect()
    }
}

/// The document without the patterns that name another service, for they match nothing in this one.
fn only_of_service(document: &Value, namespace: &str) -> Value {
    let names_another = |pattern: &Value| {
        let service = pattern.as_str().and_then(|pattern| pattern.split_once(':'));
        service.is_some_and(|(service, _)| {
            !service.contains(['*', '?']) && !service.eq_ignore_ascii_case(namespace)
        })
    };
    let statements = document["Statement"].as_array().expect("a list").iter().map(|statement| {
        let key = if statement["Action"].is_null() { "NotAction" } else { "Action" };
        let patterns = match &statement[key] {
            Value::Array(patterns) => patterns.as_slice(),
            single => std::slice::from_ref(single),
        };
        let patterns: Vec<_> = patterns.iter().filter(|pattern| !names_another(pattern)).collect();
        json!({"Effect": statement["Effect"], key: patterns, "Resource": "*"})
    });
    json!({"Statement": statements.collect::<Value>()})
}

/// The oracle answers for one request, with its resource and context. This rewrites a document so that its answer is
/// the one for the most fortunate request, in the words of `leastwise_policy::permissions`: every `Allow` is for all
/// resources and without condition, and a `Deny` with either limit is left out.
fn read_conservatively(document: &Value) -> Value {
    let mut document = document.as_object().expect("an object").clone();
    let statements = match document.remove("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(statement) => vec![statement],
        None => panic!("no statement"),
    };
    let statements = statements
        .into_iter()
        .filter_map(|statement| match statement {
            Value::Object(statement) => for_the_most_fortunate_request(statement),
            other => panic!("`{other}` is no statement"),
        })
        .collect();
    document.insert("Statement".to_owned(), statements);
    Value::Object(document)
}

fn for_the_most_fortunate_request(mut statement: Map<String, Value>) -> Option<Value> {
    let is_limited = statement.contains_key("Condition")
        || match statement.get("Resource") {
            Some(Value::String(resource)) => resource != "*",
            Some(Value::Array(resources)) => !resources.contains(&Value::from("*")),
            _ => true,
        };
    if statement.get("Effect") == Some(&Value::from("Deny")) && is_limited {
        return None;
    }
    statement.remove("NotResource");
    statement.remove("Condition");
    statement.insert("Resource".to_owned(), Value::from("*"));
    Some(Value::Object(statement))
}

#[test]
fn every_document_of_a_real_account_prints_back_as_it_was_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/gaad/cloudsplaining_example.json");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return;
    };
    let account: Value = serde_json::from_str(&text).expect("it is JSON");
    let mut documents = Vec::new();
    find_documents("", &account, &mut documents);
    assert!(documents.len() > 100, "only {} documents were found", documents.len());
    for (place, value) in documents {
        assert_prints_back(&place, value);
    }
}

/// Collects what stands under the keys by which `GetAccountAuthorizationDetails` names its documents.
fn find_documents<'a>(place: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let place = format!("{place}/{key}");
                match key.as_str() {
                    "AssumeRolePolicyDocument" | "PolicyDocument" | "Document" => {
                        found.push((place, value));
                    }
                    _ => find_documents(&place, value, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_documents(&format!("{place}/{index}"), item, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Asserts that a document survives every way in and out, key order included.
fn assert_prints_back(name: &str, value: &Value) {
    let document = Document::from_value(value.clone())
        .unwrap_or_else(|error| panic!("`{name}` does not parse: {error}"));
    assert_eq!(&document.to_value(), value, "`{name}` as a value");
    assert_eq!(document.to_compact_string(), value.to_string(), "`{name}` as text");
    assert_eq!(Document::parse(&value.to_string()).as_ref(), Ok(&document), "`{name}` from text");
    assert_eq!(document.size(), value.to_string().chars().count(), "`{name}` in size");

    let canonical = Document::from_value(document.canonical()).expect("the canonical form parses");
    assert_eq!(canonical.canonical(), document.canonical(), "`{name}` in canonical form");
    let catalog = Catalog::embedded();
    assert_eq!(
        Permissions::of([&canonical]).actions(catalog),
        Permissions::of([&document]).actions(catalog),
        "`{name}`: what the canonical form permits"
    );
}

fn managed_policies() -> BTreeMap<String, Value> {
    let python = python();
    let output =
        Command::new(&python).args(["-c", PRINT_POLICIES]).output().unwrap_or_else(|error| {
            panic!("{}: {error}; run `cargo xtask setup` first", python.display())
        });
    assert!(
        output.status.success(),
        "{} could not print moto's policies; run `cargo xtask setup` first:\n{}",
        python.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("moto's policies are JSON")
}

/// The stand's own Python, or the one that `LEASTWISE_PYTHON` names.
fn python() -> PathBuf {
    env::var_os("LEASTWISE_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/stand/venv/bin/python"),
        PathBuf::from,
    )
}
