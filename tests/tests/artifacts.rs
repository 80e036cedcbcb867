//! What a user deploys: the template, the SSM documents, the rule's folder.

use leastwise_aws::permissions::{
    EVALUATOR_ACTIONS, EXECUTION_ROLE_ACTIONS, PREFLIGHT_ACTIONS, REMEDIATOR_ACTIONS,
};
use leastwise_e2e::workspace;
use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const DOCUMENTS: [&str; 2] = ["LeastwiseRightsizePrincipal", "LeastwiseRestorePrincipal"];

fn document(name: &str) -> Value {
    workspace::yaml(&format!("ssm-documents/{name}.yaml"))
}

fn strings(value: &Value) -> Vec<String> {
    let one = value.as_str().map(ToOwned::to_owned);
    let many =
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned);
    one.into_iter().chain(many).collect()
}

#[test]
fn cfn_lint_finds_nothing_in_the_template() {
    let template = workspace::root().join("cloudformation/leastwise.yaml");
    let output =
        Command::new(workspace::tool("cfn-lint")).arg("--template").arg(template).output().unwrap();
    assert_eq!(
        (String::from_utf8_lossy(&output.stdout).trim(), output.status.success()),
        ("", true)
    );
}

#[test]
fn the_documents_validate_against_awss_schema() {
    let script = workspace::root().join("tests/stand/validate_document.py");
    let files = DOCUMENTS.map(|name| workspace::root().join(format!("ssm-documents/{name}.yaml")));
    let output = Command::new(workspace::python()).arg(script).args(files).output().unwrap();
    assert_eq!(
        (String::from_utf8_lossy(&output.stdout).as_ref(), output.status.success()),
        ("", true)
    );
}

#[test]
fn the_template_deploys_the_documents_as_they_stand_in_their_files() {
    let template = workspace::template();
    for (resource, name) in [("RightsizeDocument", DOCUMENTS[0]), ("RestoreDocument", DOCUMENTS[1])]
    {
        let properties = &template["Resources"][resource]["Properties"];
        assert_eq!(properties["Content"], document(name), "{name}");
        assert_eq!(properties["Name"], name);
        assert_eq!(properties["DocumentType"], "Automation");
    }
}

#[test]
fn every_string_parameter_has_a_pattern_and_the_role_has_no_default() {
    for name in DOCUMENTS {
        let document = document(name);
        for (parameter, spec) in document["parameters"].as_object().unwrap() {
            assert_eq!(spec["type"], "String", "{name}.{parameter}");
            let pattern = spec["allowedPattern"].as_str().unwrap_or_default();
            assert!(
                pattern.starts_with('^') && pattern.ends_with('$'),
                "{name}.{parameter}: {pattern}"
            );
        }
        let role = &document["parameters"]["AutomationAssumeRole"];
        assert_eq!(role.get("default"), None, "{name}");
        assert_eq!(document["assumeRole"], "{{ AutomationAssumeRole }}");
    }
}

#[test]
fn the_patterns_accept_and_reject_what_they_should() {
    let samples =
        std::fs::read_to_string(workspace::root().join("ssm-documents/patterns.json")).unwrap();
    let samples: Value = serde_json::from_str(&samples).unwrap();
    for name in DOCUMENTS {
        for (parameter, spec) in document(name)["parameters"].as_object().unwrap() {
            assert_eq!(
                samples[parameter]["allowedPattern"], spec["allowedPattern"],
                "{name}.{parameter}"
            );
            let pattern = Regex::new(spec["allowedPattern"].as_str().unwrap()).unwrap();
            let accepted = strings(&samples[parameter]["accepts"]);
            let rejected = strings(&samples[parameter]["rejects"]);
            assert!(
                !accepted.is_empty() && !rejected.is_empty(),
                "{name}.{parameter} has no samples"
            );
            for sample in accepted {
                assert!(pattern.is_match(&sample), "{name}.{parameter} must accept `{sample}`");
            }
            for sample in rejected {
                assert!(!pattern.is_match(&sample), "{name}.{parameter} must reject `{sample}`");
            }
        }
    }
}

#[test]
fn every_variable_of_a_document_exists() {
    let variable = Regex::new(r"\{\{\s*([\w.:]+)\s*\}\}").unwrap();
    for name in DOCUMENTS {
        let document = document(name);
        let parameters = document["parameters"].as_object().unwrap().keys().cloned();
        let steps = document["mainSteps"].as_array().unwrap().iter();
        let outputs = steps
            .filter(|step| step["action"] == "aws:invokeLambdaFunction")
            .map(|step| format!("{}.Payload", step["name"].as_str().unwrap()));
        let known: BTreeSet<String> = parameters.chain(outputs).collect();
        let text = document.to_string();
        for found in variable.captures_iter(&text) {
            assert!(known.contains(&found[1]), "{name} uses `{}`", &found[1]);
        }
    }
}

#[test]
fn the_remediation_hands_the_document_every_parameter_it_requires() {
    let template = workspace::template();
    let remediation = &template["Resources"]["Remediation"]["Properties"];
    let given: BTreeSet<String> =
        remediation["Parameters"].as_object().unwrap().keys().cloned().collect();
    let known: BTreeMap<String, bool> = document(DOCUMENTS[0])["parameters"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, spec)| (name.clone(), spec.get("default").is_none()))
        .collect();
    assert!(given.iter().all(|name| known.contains_key(name)), "{given:?}");
    assert!(known.iter().all(|(name, required)| !required || given.contains(name)), "{given:?}");
    assert_eq!(remediation["Parameters"]["ResourceId"]["ResourceValue"]["Value"], "RESOURCE_ID");
    assert_eq!(strings(&remediation["Parameters"]["DryRun"]["StaticValue"]["Values"]), ["false"]);
}

#[test]
fn a_step_waits_longer_than_its_function_may_run() {
    let template = workspace::template();
    let function = template["Resources"]["Remediator"]["Properties"]["Timeout"].as_u64().unwrap();
    for name in DOCUMENTS {
        for step in document(name)["mainSteps"].as_array().unwrap() {
            if step["action"] == "aws:invokeLambdaFunction" {
                let wait = step["timeoutSeconds"].as_u64().unwrap();
                assert!(
                    function < wait && wait <= 300,
                    "{name}.{}: {wait} s for {function} s",
                    step["name"]
                );
            }
        }
    }
}

#[test]
fn the_roles_allow_what_the_code_calls_and_nothing_else() {
    let template = workspace::template();
    let mut evaluator = allowed(&template["Resources"]["EvaluatorRole"]);
    evaluator.extend(allowed(&template["Resources"]["EvaluateOtherAccounts"]));
    let logs = ["logs:CreateLogStream", "logs:PutLogEvents"];
    let set = |lists: &[&[&str]]| -> BTreeSet<String> {
        lists.concat().into_iter().map(ToOwned::to_owned).collect()
    };
    assert_eq!(evaluator, set(&[EVALUATOR_ACTIONS, EXECUTION_ROLE_ACTIONS, &logs]));
    assert_eq!(
        allowed(&template["Resources"]["RemediatorRole"]),
        set(&[REMEDIATOR_ACTIONS, &logs])
    );
    assert_eq!(allowed(&template["Resources"]["AskAwsFirst"]), set(&[PREFLIGHT_ACTIONS]));
    assert_eq!(
        allowed(&template["Resources"]["AutomationRole"]),
        set(&[&["lambda:InvokeFunction"]])
    );
}

#[test]
fn the_remediator_may_write_only_policies_and_boundaries_of_its_own() {
    let template = workspace::template();
    let own_policies = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/leastwise/*";
    let restores = "${aws:ResourceTag/leastwise:previous-boundary}";
    for statement in statements(&template["Resources"]["RemediatorRole"]) {
        if statement["Effect"] != "Allow" {
            continue;
        }
        for action in strings(&statement["Action"]) {
            let condition = statement["Condition"].to_string();
            if action.contains("PermissionsBoundary") {
                let limited = condition.contains("iam:PermissionsBoundary")
                    && (condition.contains(own_policies) || condition.contains(restores));
                assert!(limited, "{action}: {condition}");
            } else if action.contains("Policy")
                && !action.starts_with("iam:Get")
                && !action.starts_with("iam:List")
            {
                assert!(
                    statement["Resource"].to_string().contains(own_policies),
                    "{action}: {}",
                    statement["Resource"]
                );
            } else if action.starts_with("iam:Tag") || action.starts_with("iam:Untag") {
                assert!(condition.contains("leastwise:*"), "{action}: {condition}");
            }
        }
    }
}

fn statements(role: &Value) -> Vec<Value> {
    let properties = &role["Properties"];
    let inline = properties["Policies"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|policy| &policy["PolicyDocument"]);
    inline
        .chain(properties.get("PolicyDocument"))
        .flat_map(|document| document["Statement"].as_array().cloned().unwrap_or_default())
        .collect()
}

fn allowed(role: &Value) -> BTreeSet<String> {
    statements(role)
        .iter()
        .filter(|statement| statement["Effect"] == "Allow")
        .flat_map(|statement| strings(&statement["Action"]))
        .collect()
}
