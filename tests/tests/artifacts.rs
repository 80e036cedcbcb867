//! What a user deploys: the template, the SSM documents, the rule's folder.

use leastwise_aws::permissions::{
    ADMIN_GROUP_ACTIONS, DETAIL_LOG_ACTIONS, EVALUATOR_ACTIONS, EXECUTION_ROLE_ACTIONS,
    GROUP_ACTIONS, HALT_ACTIONS, NOTIFICATION_ACTIONS, PREFLIGHT_ACTIONS, QUARANTINE_ACTIONS,
    REMEDIATOR_ACTIONS, RESOURCE_GRANTS_ACTIONS, RESTORE_ON_BREAK_ACTIONS, STATUS_TAG_ACTIONS,
    SWEEP_ACTIONS, TURN_ACTIONS,
};
use leastwise_e2e::workspace;
use regex_lite::Regex;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const DOCUMENTS: [&str; 5] = [
    "LeastwiseRightsizePrincipal",
    "LeastwiseRestorePrincipal",
    "LeastwiseReleaseUser",
    "LeastwiseEnforceNotices",
    "LeastwiseResume",
];

/// What both functions publish in the namespace `Leastwise`.
const METRICS: [&str; 20] = [
    "ApiCalls",
    "Coverage",
    "CreepIndex",
    "Duration",
    "Evaluated",
    "Failed",
    "Halted",
    "NonCompliant",
    "NotJudged",
    "Noticed",
    "NotificationsFailed",
    "Planned",
    "Quarantined",
    "Refused",
    "Released",
    "Remediated",
    "Restored",
    "Skipped",
    "SuspectedBreaks",
    "Throttles",
];

const AUTOMATION_ROLE: &str = "role/leastwise/leastwise-automation";

/// The partitions that Leastwise serves, each with the Region that hears of IAM calls.
const GLOBAL_EVENTS: [(&str, &str); 2] = [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1")];

fn document(name: &str) -> Value {
    workspace::yaml(&format!("ssm-documents/{name}.yaml"))
}

fn strings(value: &Value) -> Vec<String> {
    let one = value.as_str().map(ToOwned::to_owned);
    let many =
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned);
    one.into_iter().chain(many).collect()
}

/// The templates of `cloudformation/`, by file name.
fn templates() -> Vec<std::path::PathBuf> {
    yaml_files("cloudformation")
}

/// The YAML files of a folder, by file name.
fn yaml_files(folder: &str) -> Vec<std::path::PathBuf> {
    let folder = std::fs::read_dir(workspace::root().join(folder)).unwrap();
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

#[test]
fn cfn_lint_finds_nothing_in_the_templates() {
    let output =
        Command::new(workspace::tool("cfn-lint")).arg("--").args(templates()).output().unwrap();
    assert_eq!(
        (String::from_utf8_lossy(&output.stdout).trim(), output.status.success()),
        ("", true)
    );
}

/// The test of `leastwise plan --emit` compares what is printed with this file.
#[test]
fn cfn_lint_finds_nothing_in_the_template_of_a_boundary() {
    let file = "crates/cli/tests/command_line/expected/boundary-builder.json";
    let file = workspace::root().join(file);
    let output = Command::new(workspace::tool("cfn-lint")).arg("--").arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!((said.trim(), output.status.success()), ("", true));
}

#[test]
fn what_is_deployed_and_what_it_is_made_from_is_ascii() {
    let mut others = Vec::new();
    for file in ["cloudformation", "cloudformation/src", "ssm-documents"].map(yaml_files).concat() {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().filter(|line| !line.is_ascii());
        others.extend(lines.map(|line| format!("{}: {line}", file.display())));
    }
    assert_eq!(others, Vec::<String>::new());
}

/// What a deployer puts to use: templates, policies and documents, with what they are made from.
fn deployed_files() -> Vec<std::path::PathBuf> {
    let guard = workspace::root().join("cloudformation/leastwise-service-control-policy.json");
    let yaml = ["cloudformation", "cloudformation/src", "ssm-documents"].map(yaml_files);
    [yaml.concat(), vec![guard]].concat()
}

#[test]
fn nothing_that_is_deployed_names_a_partition_and_every_pattern_takes_both_that_are_served() {
    // A pattern, a pseudo parameter, a wildcard, or a word to be replaced.
    let served = ["aws(-us-gov)?", "aws(?:-us-gov)?", "${AWS::Partition}", "*", "PARTITION"];
    let (mut others, mut found) = (Vec::new(), BTreeSet::new());
    for file in deployed_files() {
        let text = std::fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            for after in line.split("arn:").skip(1) {
                match served.iter().find(|partition| after.starts_with(&format!("{partition}:"))) {
                    Some(partition) => drop(found.insert(*partition)),
                    None => others.push(format!("{}:{}: {line}", file.display(), number + 1)),
                }
            }
        }
    }
    assert_eq!(others, Vec::<String>::new());
    assert_eq!(found, served.into());
}

#[test]
fn the_stack_is_refused_where_iam_keeps_no_last_accessed_data() {
    let refused = &workspace::template()["Rules"]["OnlyWhereIamKeepsLastAccessedData"];
    assert_eq!(refused.get("RuleCondition"), None);
    assert_eq!(
        refused["Assertions"][0]["Assert"],
        json!({ "Fn::Not": [{
            "Fn::Contains": [["cn-north-1", "cn-northwest-1"], { "Ref": "AWS::Region" }]
        }] })
    );
}

/// The properties that AWS's schemas of resources, as cfn-lint has them, let nobody change without a
/// replacement, by type.
fn replacing_properties() -> BTreeMap<String, BTreeSet<String>> {
    let program = "import cfnlint, json, pathlib
schemas = pathlib.Path(cfnlint.__file__).parent / 'data' / 'schemas'
names = json.loads((schemas / 'providers' / 'us-east-1.json').read_text())
read = lambda name: json.loads((schemas / 'resources' / f'{name}.json').read_text())
found = {kind: read(name).get('createOnlyProperties', []) for kind, name in names.items()}
print(json.dumps({kind: [path.split('/')[2] for path in paths] for kind, paths in found.items()}))";
    let output = Command::new(workspace::python()).args(["-c", program]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_has_a_name_has_nothing_else_that_a_release_might_change_by_replacing_it() {
    let replacing = replacing_properties();
    let (mut named, mut others) = (0, BTreeSet::new());
    for file in templates() {
        let template = template(file.file_name().unwrap().to_str().unwrap());
        for resource in template["Resources"].as_object().unwrap().values() {
            let Some(kind) = resource["Type"].as_str() else { continue };
            let name = format!("{}Name", kind.rsplit("::").next().unwrap());
            let properties = names(&resource["Properties"]);
            let name = [name.as_str(), "Name"].into_iter().find(|name| properties.contains(*name));
            let (Some(name), Some(fixed)) = (name, replacing.get(kind)) else { continue };
            named += 1;
            assert!(fixed.contains(name) || kind == "AWS::IAM::Policy", "{kind}");
            let rest = properties.into_iter().filter(|property| property != name);
            let rest = rest.filter(|property| fixed.contains(property));
            others.extend(rest.map(|property| format!("{kind} {property}")));
        }
    }
    assert!(named > 30, "{named}");
    // What they are, for good.
    let for_good = [
        "AWS::CloudFormation::StackSet PermissionModel",
        "AWS::IAM::ManagedPolicy Path",
        "AWS::IAM::Role Path",
        "AWS::SSM::Document DocumentType",
    ];
    assert_eq!(others, for_good.map(ToOwned::to_owned).into());
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
    let resources = [
        "RightsizeDocument",
        "RestoreDocument",
        "ReleaseDocument",
        "EnforceDocument",
        "ResumeDocument",
    ];
    for (resource, name) in resources.into_iter().zip(DOCUMENTS) {
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
            let kind = if parameter == "Approvers" { "StringList" } else { "String" };
            assert_eq!(spec["type"], kind, "{name}.{parameter}");
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
            // A document may mean something narrower by a parameter than the others do.
            let samples = samples.get(format!("{name}.{parameter}")).unwrap_or(&samples[parameter]);
            assert_eq!(samples["allowedPattern"], spec["allowedPattern"], "{name}.{parameter}");
            let pattern = Regex::new(spec["allowedPattern"].as_str().unwrap()).unwrap();
            let accepted = strings(&samples["accepts"]);
            let rejected = strings(&samples["rejects"]);
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
fn the_schedule_starts_its_document_with_what_that_requires_wherever_remediation_may_be_automatic()
{
    let template = workspace::template();
    let schedule = &template["Resources"]["EnforceSchedule"];
    assert_eq!(schedule["Condition"], "EnforcesNotices");
    assert_eq!(
        template["Conditions"]["EnforcesNotices"],
        json!({ "Fn::Or": [
            { "Condition": "IsAutomatic" },
            { "Fn::Equals": [{ "Ref": "EnforceNotices" }, "true"] }
        ] })
    );
    let target = &schedule["Properties"]["Target"];
    let call = "arn:${AWS::Partition}:scheduler:::aws-sdk:ssm:startAutomationExecution";
    assert_eq!(target["Arn"]["Fn::Sub"], call);
    let input: Value = serde_json::from_str(target["Input"]["Fn::Sub"].as_str().unwrap()).unwrap();
    assert_eq!(
        input,
        json!({
            "DocumentName": "${EnforceDocument}",
            "Parameters": {
                "AutomationAssumeRole": ["${AutomationRole.Arn}"],
                "FunctionName": ["${Remediator}"],
                "NoticeDays": ["${NoticeDays}"]
            }
        })
    );
    let parameters = &document("LeastwiseEnforceNotices")["parameters"];
    assert_eq!(names(parameters), names(&input["Parameters"]));
}

#[test]
fn every_variable_of_a_document_exists() {
    let variable = Regex::new(r"\{\{\s*([\w.:]+)\s*\}\}").unwrap();
    for name in DOCUMENTS {
        let document = document(name);
        let parameters = document["parameters"].as_object().unwrap().keys().cloned();
        let steps = document["mainSteps"].as_array().unwrap();
        let outputs = steps.iter().flat_map(|step| {
            let declared = step["outputs"].as_array().into_iter().flatten();
            let declared = declared.filter_map(|output| output["Name"].as_str());
            let payload = step["action"] == "aws:invokeLambdaFunction";
            let step = step["name"].as_str().unwrap();
            let names = declared.chain(payload.then_some("Payload"));
            names.map(|name| format!("{step}.{name}")).collect::<Vec<_>>()
        });
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

/// What CloudFormation wants to be told of a template: that it makes IAM resources, with names of
/// their own or without, and that a transform is to be expanded.
///
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html>.
fn capabilities(template: &Value) -> Option<&'static str> {
    let resources = || template["Resources"].as_object().unwrap().values();
    let of_iam = |kind: &str| {
        ["Role", "ManagedPolicy", "Policy"]
            .map(|of| format!("AWS::IAM::{of}"))
            .contains(&kind.to_owned())
    };
    let iam = || resources().filter(|resource| resource["Type"].as_str().is_some_and(of_iam));
    let is_named = |resource: &Value| {
        let properties = &resource["Properties"];
        ["RoleName", "ManagedPolicyName"].iter().any(|name| properties.get(name).is_some())
    };
    if template.get("Transform").is_some() {
        Some("CAPABILITY_AUTO_EXPAND")
    } else if iam().any(is_named) {
        Some("CAPABILITY_NAMED_IAM")
    } else {
        iam().next().map(|_| "CAPABILITY_IAM")
    }
}

#[test]
fn the_commands_that_deploy_a_template_say_what_it_needs() {
    let mut deployed = BTreeSet::new();
    let guide = std::fs::read_dir(workspace::root().join("docs/guide")).unwrap();
    let mut pages: Vec<_> = guide.map(|entry| entry.unwrap().path()).collect();
    pages.push(workspace::root().join("README.md"));
    for page in pages {
        let (text, page) = (std::fs::read_to_string(&page).unwrap(), page.display());
        let text = text.replace("\\\n", " ");
        for line in
            text.lines().map(str::trim).filter(|it| it.starts_with("aws cloudformation deploy"))
        {
            let words: Vec<&str> = line.split_whitespace().collect();
            let after = |option: &str| {
                let at = words.iter().position(|word| *word == option);
                at.map(|at| words[at + 1])
            };
            let file = after("--template-file").unwrap().strip_prefix("cloudformation/").unwrap();
            assert_eq!(after("--capabilities"), capabilities(&template(file)), "{page}: {line}");
            let size = std::fs::metadata(workspace::root().join("cloudformation").join(file));
            // CloudFormation takes no more directly.
            assert_eq!(words.contains(&"--s3-bucket"), size.unwrap().len() > 51_200, "{line}");
            deployed.insert(file.to_owned());
        }
    }
    let mut files: BTreeSet<String> = templates()
        .iter()
        .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    // AWS Config deploys it.
    files.remove("conformance-pack.yaml");
    assert_eq!(deployed, files);
}

#[test]
fn the_stack_deploys_by_default_where_lambda_has_nothing_to_reserve() {
    let template = workspace::template();
    let parameter = &template["Parameters"]["ReservedConcurrency"];
    assert_eq!((&parameter["Default"], &parameter["MinValue"]), (&json!(0), &json!(0)));
    let reserved = json!({
        "Fn::If": ["HasReservedConcurrency", { "Ref": "ReservedConcurrency" }, { "Ref": "AWS::NoValue" }]
    });
    for function in ["Evaluator", "Remediator"] {
        let properties = &template["Resources"][function]["Properties"];
        assert_eq!(properties["ReservedConcurrentExecutions"], reserved, "{function}");
    }
    // To reserve 0 would stop a function for good.
    assert_eq!(
        template["Conditions"]["HasReservedConcurrency"],
        json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "ReservedConcurrency" }, "0"] }] })
    );
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
fn failed_remediations_are_counted_within_the_time_that_they_take() {
    // Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html>
    const ATTEMPTS: (u64, u64) = (1, 25);
    const RETRY_SECONDS: (u64, u64) = (1, 2_678_000);
    let template = workspace::template();
    let limits = |parameter: &str| {
        let number = |key: &str| template["Parameters"][parameter][key].as_u64().unwrap();
        (number("MinValue"), number("MaxValue"))
    };
    assert_eq!(limits("MaximumAutomaticAttempts"), ATTEMPTS);
    assert_eq!(limits("RetryAttemptSeconds"), RETRY_SECONDS);
    let remediation = &template["Resources"]["Remediation"]["Properties"];
    // Without automatic remediation AWS Config counts nothing.
    for name in ["MaximumAutomaticAttempts", "RetryAttemptSeconds"] {
        let only = json!({ "Fn::If": ["IsAutomatic", { "Ref": name }, { "Ref": "AWS::NoValue" }] });
        assert_eq!(remediation[name], only);
    }
    // Attempts that take longer than the time within which they are counted never run out.
    let seconds: u64 = document(DOCUMENTS[0])["mainSteps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| ["plan", "apply", "verify"].contains(&step["name"].as_str().unwrap()))
        .map(|step| step["timeoutSeconds"].as_u64().unwrap())
        .sum();
    let default = |parameter: &str| template["Parameters"][parameter]["Default"].as_u64().unwrap();
    assert_eq!(seconds, 900);
    assert!(default("MaximumAutomaticAttempts") * seconds <= default("RetryAttemptSeconds"));
    let description = template["Parameters"]["RetryAttemptSeconds"]["Description"].as_str();
    assert!(description.unwrap().contains(&format!("{seconds} for each attempt")));
}

/// The parameter or the attribute that a value of a template is, or that it is where a condition
/// holds.
fn reference(value: &Value) -> Option<&str> {
    let value = value.get("Fn::If").map_or(value, |choice| &choice[1]);
    let attribute = value.get("Fn::GetAtt").map(|names| &names[0]);
    value.get("Ref").or(attribute).and_then(Value::as_str)
}

#[test]
fn what_the_remediation_hands_over_is_no_longer_than_aws_config_takes() {
    // Sources: <https://docs.aws.amazon.com/config/latest/APIReference/API_StaticValue.html>,
    // <https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html>.
    const MAX_VALUE: usize = 256;
    const MAX_VALUES: usize = 25;
    const MAX_PARAMETERS: usize = 25;
    let template = workspace::template();
    let parameters = &template["Resources"]["Remediation"]["Properties"]["Parameters"];
    assert!(names(parameters).len() <= MAX_PARAMETERS);
    let mut lengths = BTreeMap::new();
    for (name, value) in parameters.as_object().unwrap() {
        let value = value.get("Fn::If").map_or(value, |choice| &choice[1]);
        let values = &value["StaticValue"]["Values"];
        for given in values.as_array().into_iter().flatten() {
            let longest = match (given.as_str(), reference(given)) {
                (Some(text), _) => text.len(),
                (None, Some("Remediator")) => "leastwise-remediator".len(),
                (None, Some("AutomationRole")) => {
                    format!("arn:aws-us-gov:iam::111122223333:{AUTOMATION_ROLE}").len()
                }
                (None, Some(parameter)) => {
                    longest(parameter, &template["Parameters"][parameter]).len()
                }
                (None, None) => panic!("{name}: {given}"),
            };
            assert!((1..=MAX_VALUE).contains(&longest), "{name}: {longest}");
            lengths.insert(name.as_str(), longest);
        }
    }
    assert_eq!((lengths["ApprovalTopicArn"], lengths["NoticeDays"]), (256, 3));
    // The list is split, so each of its entries counts.
    let approvers = &parameters["Approvers"]["Fn::If"][1]["StaticValue"]["Values"];
    assert_eq!(*approvers, json!({ "Fn::Split": [",", { "Ref": "Approvers" }] }));
    let pattern = template["Parameters"]["Approvers"]["AllowedPattern"].as_str().unwrap();
    let role = |length: usize| {
        let begin = "arn:aws-us-gov:iam::111122223333:role/";
        format!("{begin}{}", "r".repeat(length - begin.len()))
    };
    let listed = |entries: &[String]| matches_whole(pattern, &entries.join(","));
    assert!(listed(&vec![role(MAX_VALUE); 10]));
    assert!(listed(&["mira".to_owned(), role(MAX_VALUE), "u".repeat(64)]));
    assert!(!listed(&[role(MAX_VALUE + 1)]));
    assert!(!listed(&["mira".to_owned(), role(MAX_VALUE + 1), "iris".to_owned()]));
    assert!(!listed(&["mira".to_owned(), String::new()]));
    assert!(!listed(&vec!["mira".to_owned(); 11]));
    let all = template["Parameters"]["Approvers"]["MaxLength"].as_u64().unwrap();
    assert_eq!(usize::try_from(all).unwrap(), vec![role(MAX_VALUE); 10].join(",").len());
    const { assert!(10 <= MAX_VALUES) };
}

#[test]
fn what_the_organizations_pack_hands_over_is_no_longer_than_aws_config_takes() {
    // Source:
    // <https://docs.aws.amazon.com/config/latest/APIReference/API_ConformancePackInputParameter.html>.
    const MAX_NAME: usize = 255;
    const MAX_VALUE: usize = 4096;
    let organization = template("leastwise-organization-conformance-pack.yaml");
    let pack = &organization["Resources"]["Pack"]["Properties"];
    for name in given(&pack["ConformancePackInputParameters"], "ParameterName") {
        let spec = &organization["Parameters"][&name];
        assert!(name.len() <= MAX_NAME && longest(&name, spec).len() <= MAX_VALUE, "{name}");
    }
}

#[test]
fn errors_of_some_principals_stop_nothing_for_the_others_and_few_are_changed_at_a_time() {
    let controls = |template: &Value| {
        let remediation = &template["Resources"]["Remediation"]["Properties"];
        remediation["ExecutionControls"]["SsmControls"].clone()
    };
    // AWS Config stops past the percentage: past 100 there is nothing.
    let everyone = json!({ "Fn::If": ["IsApproved", 100, 1] });
    assert_eq!(
        controls(&workspace::template()),
        json!({ "ConcurrentExecutionRatePercentage": everyone, "ErrorPercentage": 100 })
    );
    // The pack asks nobody for approval.
    assert_eq!(
        controls(&template("conformance-pack.yaml")),
        json!({ "ConcurrentExecutionRatePercentage": 1, "ErrorPercentage": 100 })
    );
}

#[test]
fn only_the_word_false_lets_the_document_write() {
    let document = document(DOCUMENTS[0]);
    let dry_run = &document["parameters"]["DryRun"];
    assert_eq!((&dry_run["type"], &dry_run["default"]), (&json!("String"), &json!("true")));
    let steps = document["mainSteps"].as_array().unwrap();
    let step = |name: &str| steps.iter().find(|step| step["name"] == name).unwrap();
    assert_eq!(
        step("decideDryRun")["inputs"],
        json!({
            "Choices": [{
                "NextStep": "decideApproval", "Variable": "{{ DryRun }}", "StringEquals": "false"
            }],
            "Default": "done"
        })
    );
    // There is no other way from the plan to a step that writes.
    let decisions = &step("decidePlan")["inputs"]["Choices"];
    let ways: Vec<&Value> =
        decisions.as_array().unwrap().iter().map(|choice| &choice["NextStep"]).collect();
    assert_eq!(ways, ["done", "decideDryRun", "done"]);
    assert_eq!(step("decidePlan")["inputs"]["Default"], "planNotAccepted");
    assert_eq!(step("plan")["nextStep"], "decidePlan");
    assert_eq!(steps[0]["name"], "plan");
    let leads_to = |target: &str| -> Vec<&Value> {
        let mentions = |step: &&Value| {
            let text = step.to_string();
            text.contains(&format!("\"nextStep\":\"{target}\""))
                || text.contains(&format!("\"NextStep\":\"{target}\""))
                || step["inputs"]["Default"] == target
        };
        steps.iter().filter(mentions).map(|step| &step["name"]).collect()
    };
    assert_eq!(leads_to("decideApproval"), ["decideDryRun"]);
    assert_eq!(leads_to("apply"), ["decideApproval"]);
    assert_eq!(leads_to("readPlan"), ["decideApproval"]);
}

#[test]
fn every_role_of_every_template_has_the_boundary_that_an_organization_demands() {
    let mut roles = Vec::new();
    for file in templates() {
        let file = file.file_name().unwrap().to_str().unwrap().to_owned();
        let template = template(&file);
        for (name, resource) in template["Resources"].as_object().unwrap() {
            if resource["Type"] != "AWS::IAM::Role" {
                continue;
            }
            let boundary = &resource["Properties"]["PermissionsBoundary"];
            let given = json!({
                "Fn::If": [
                    "HasPermissionsBoundary",
                    { "Ref": "PermissionsBoundaryArn" },
                    { "Ref": "AWS::NoValue" }
                ]
            });
            assert_eq!(*boundary, given, "{file}: {name}");
            assert_eq!(
                template["Conditions"]["HasPermissionsBoundary"],
                json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "PermissionsBoundaryArn" }, ""] }] }),
                "{file}"
            );
            assert_eq!(template["Parameters"]["PermissionsBoundaryArn"]["Default"], "", "{file}");
            roles.push(name.clone());
        }
    }
    roles.sort();
    let all = [
        "AutomationRole",
        "EvaluatorRole",
        "ExecutionRole",
        "ForwardRole",
        "RemediatorRole",
        "ScheduleRole",
        "SweepRole",
    ];
    assert_eq!(roles, all);
}

#[test]
fn an_approved_plan_is_applied_as_it_was_shown_and_nothing_else_is() {
    let document = document(DOCUMENTS[0]);
    let steps = document["mainSteps"].as_array().unwrap();
    let step = |name: &str| steps.iter().find(|step| step["name"] == name).unwrap();
    let applies: Vec<(&Value, &Value)> = steps
        .iter()
        .map(|step| (&step["name"], &step["inputs"]["InputPayload"]))
        .filter(|(_, payload)| payload["Mode"] == "Apply")
        .collect();
    let names: Vec<&Value> = applies.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["applyApproved", "apply"]);
    assert_eq!(applies[0].1["ExpectedPlan"], "{{ readPlan.PlanDigest }}");
    assert_eq!(applies[1].1.get("ExpectedPlan"), None);
    // Whatever is not the word `false` has to be asked for.
    let decision = &step("decideApproval")["inputs"];
    assert_eq!(decision["Choices"][0]["StringEquals"], "false");
    assert_eq!(decision["Default"], "readPlan");
    assert_eq!(step("approve")["nextStep"], "applyApproved");
    assert_eq!(step("approve")["onFailure"], "Abort");
    let leading: Vec<&Value> = steps
        .iter()
        .filter(|step| step.to_string().contains("applyApproved\""))
        .filter(|step| step["nextStep"] == "applyApproved" || step["action"] == "aws:branch")
        .map(|step| &step["name"])
        .collect();
    assert_eq!(leading, ["approve"]);
}

/// What who publishes on an encrypted topic needs of its key.
///
/// Source:
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-what-permissions-for-sse>.
const TOPIC_KEY_ACTIONS: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey*"];

#[test]
fn whoever_publishes_on_an_encrypted_topic_may_use_its_key_for_that_topic_alone() {
    let template = workspace::template();
    let ways = [
        ("EncryptQuestions", "AsksWithKmsKey", "AskForApproval", "ApprovalTopicArn"),
        ("EncryptNotifications", "NotifiesWithTopicKmsKey", "Notify", "NotificationTopicArn"),
    ];
    for (key, condition, publish, topic) in ways {
        let (key, publish) = (&template["Resources"][key], &template["Resources"][publish]);
        assert_eq!(key["Properties"]["Roles"], publish["Properties"]["Roles"], "{topic}");
        assert_eq!(statements(publish)[0]["Resource"], json!({ "Ref": topic }));
        assert_eq!(key["Condition"], condition);
        assert_eq!(
            statements(key)[0]["Condition"],
            json!({ "StringEquals": {
                "kms:EncryptionContext:aws:sns:topicArn": { "Ref": topic },
                "kms:ViaService": { "Fn::Sub": "sns.${AWS::Region}.${AWS::URLSuffix}" },
            } })
        );
    }
    // Either key may be the approval topic's. With the stack's own the functions may publish anyway.
    let given = |condition: &str, key: &str| json!({ "Fn::If": [condition, { "Ref": key }, { "Ref": "AWS::NoValue" }] });
    assert_eq!(
        statements(&template["Resources"]["EncryptQuestions"])[0]["Resource"],
        json!([given("HasKmsKey", "KmsKeyArn"), given("HasTopicKmsKey", "TopicKmsKeyArn")])
    );
    let own = statements(&template["Resources"]["UseKey"]);
    assert!(own[1].to_string().contains("sns.${AWS::Region}"), "{own:?}");
}

#[test]
fn the_stacks_key_is_for_the_functions_and_the_schedule_uses_it_for_the_queue_alone() {
    let template = workspace::template();
    let of = |policy: &str| &template["Resources"][policy];
    let role = |name: &str| json!({ "Ref": name });
    assert_eq!(
        of("UseKey")["Properties"]["Roles"],
        json!([role("EvaluatorRole"), role("RemediatorRole")])
    );
    let schedule = of("EncryptLostCalls");
    assert_eq!(schedule["Properties"]["Roles"], json!([role("ScheduleRole")]));
    assert_eq!(schedule["Condition"], "EnforcesNoticesWithKmsKey");
    assert_eq!(
        template["Conditions"]["EnforcesNoticesWithKmsKey"],
        json!({ "Fn::And": [{ "Condition": "HasKmsKey" }, { "Condition": "EnforcesNotices" }] })
    );
    let [statement] = statements(schedule).try_into().unwrap();
    assert_eq!(statement["Resource"], json!({ "Ref": "KmsKeyArn" }));
    assert_eq!(
        statement["Condition"],
        json!({ "StringEquals": {
            "kms:ViaService": { "Fn::Sub": "sqs.${AWS::Region}.${AWS::URLSuffix}" }
        } })
    );
}

#[test]
fn the_roles_allow_what_the_code_calls_and_nothing_else() {
    let template = workspace::template();
    let allowed = |resource: &str| allowed(&template["Resources"][resource]);
    let set = |lists: &[&[&str]]| -> BTreeSet<String> {
        lists.concat().into_iter().map(ToOwned::to_owned).collect()
    };
    // What Lambda itself does in the functions' name.
    let own = ["logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"];
    let roles = [
        ("EvaluatorRole", set(&[EVALUATOR_ACTIONS, &own])),
        ("HaltAutomatic", set(&[HALT_ACTIONS])),
        ("RestoreBroken", set(&[RESTORE_ON_BREAK_ACTIONS])),
        ("HandOverSweeps", set(&[SWEEP_ACTIONS])),
        (
            "SweepRole",
            set(&[
                SWEEP_ACTIONS,
                &["lambda:InvokeFunction", "s3:GetObject"],
                // What a distributed map does in its role's name, and logging.
                &["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
                &["states:DescribeExecution", "states:DescribeMapRun", "states:StopExecution"],
                &["logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups"],
                &["logs:DescribeResourcePolicies", "logs:GetLogDelivery"],
                &["logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"],
            ]),
        ),
        ("TakeTurns", set(&[TURN_ACTIONS])),
        ("ScheduleRole", set(&[RESTORE_ON_BREAK_ACTIONS, &["sqs:SendMessage"]])),
        ("EvaluateOtherAccounts", set(&[EXECUTION_ROLE_ACTIONS])),
        ("TagPrincipalStatus", set(&[STATUS_TAG_ACTIONS])),
        ("ReadGroups", set(&[GROUP_ACTIONS])),
        ("FindAdminGroup", set(&[ADMIN_GROUP_ACTIONS])),
        ("TellGrantingPolicies", set(&[DETAIL_LOG_ACTIONS])),
        ("RemediatorRole", set(&[REMEDIATOR_ACTIONS, &own])),
        ("AskAwsFirst", set(&[PREFLIGHT_ACTIONS])),
        ("ReadResourcePolicies", set(&[RESOURCE_GRANTS_ACTIONS])),
        ("AutomationRole", set(&[&["lambda:InvokeFunction"]])),
        ("AskForApproval", set(&[&["sns:Publish"]])),
        ("ReadSharedLists", set(&[&["s3:GetObject"]])),
        ("ReadEvaluatorLists", set(&[&["s3:GetObject"]])),
        ("ReadRemediatorLists", set(&[&["s3:GetObject"]])),
        ("Notify", set(&[NOTIFICATION_ACTIONS])),
        ("AskExternalService", set(&[&["secretsmanager:GetSecretValue"]])),
        ("QuarantineUsers", set(&[QUARANTINE_ACTIONS])),
        ("Trace", set(&[&["xray:PutTelemetryRecords", "xray:PutTraceSegments"]])),
        ("EncryptQuestions", set(&[TOPIC_KEY_ACTIONS])),
        ("EncryptNotifications", set(&[TOPIC_KEY_ACTIONS])),
        ("UseKey", set(&[&["kms:Decrypt", "kms:GenerateDataKey"]])),
        ("EncryptLostCalls", set(&[&["kms:Decrypt", "kms:GenerateDataKey"]])),
    ];
    for (resource, actions) in roles {
        assert_eq!(allowed(resource), actions, "{resource}");
    }
    assert!(allowed("JoinVpc").iter().all(|action| action.starts_with("ec2:")));
}

#[test]
fn sweeps_are_spread_only_where_that_is_asked_for() {
    let template = workspace::template();
    assert_eq!(template["Parameters"]["SweepWith"]["Default"], "lambda");
    let asked = json!({ "Fn::Equals": [{ "Ref": "SweepWith" }, "step-functions"] });
    assert_eq!(template["Conditions"]["SpreadsSweeps"], asked);
    let resources = template["Resources"].as_object().unwrap();
    let spread: Vec<&String> = resources
        .iter()
        .filter(|(_, resource)| resource["Condition"] == "SpreadsSweeps")
        .map(|(name, _)| name)
        .collect();
    let all = [
        "SweepBucket",
        "SweepBucketPolicy",
        "HandOverSweeps",
        "SweepLogGroup",
        "SweepRole",
        "SweepStateMachine",
        "SweepFailureAlarm",
    ];
    assert_eq!(spread, all);
    let variables = &template["Resources"]["Evaluator"]["Properties"]["Environment"]["Variables"];
    for variable in ["MANIFESTS", "STATE_MACHINE", "SWEEP_BATCH_SIZE"] {
        let variable = &variables[format!("LEASTWISE_{variable}")]["Fn::If"];
        assert_eq!(
            (&variable[0], &variable[2]["Ref"]),
            (&json!("SpreadsSweeps"), &json!("AWS::NoValue"))
        );
    }
}

#[test]
fn the_state_machine_is_json_and_waits_longer_for_a_batch_than_the_function_may_run() {
    let template = workspace::template();
    let resource = &template["Resources"]["SweepStateMachine"]["Properties"];
    let definition = resource["DefinitionString"]["Fn::Sub"].as_str().unwrap();
    let definition = definition.replace("${SweepConcurrency}", "2");
    let definition: Value = serde_json::from_str(&definition).unwrap();
    let states = &definition["States"];
    let map = &states["JudgeBatches"];
    // Nothing that a batch does ends the others.
    assert_eq!(map["ToleratedFailurePercentage"], json!(100.0));
    let batch = &map["ItemProcessor"]["States"]["JudgeBatch"];
    let longest = template["Resources"]["Evaluator"]["Properties"]["Timeout"].as_u64().unwrap();
    for task in [batch, &states["ClearGone"]] {
        assert!(task["TimeoutSeconds"].as_u64().unwrap() > longest, "{task}");
        assert_eq!(task["Retry"], batch["Retry"]);
        // The evaluator's own word for what may succeed later.
        assert_eq!(task["Retry"][1]["ErrorEquals"][0], "Retryable");
    }
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
            } else if action == "iam:DetachUserPolicy" {
                let quarantine = json!({ "Ref": "QuarantinePolicy" });
                assert_eq!(statement["Condition"]["ArnEquals"]["iam:PolicyARN"], quarantine);
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

/// The default of every parameter, and the longest value that its pattern is meant to take.
fn longest(parameter: &str, spec: &Value) -> String {
    if let Some(values) = spec["AllowedValues"].as_array() {
        return strings(&values.clone().into())
            .into_iter()
            .max_by_key(String::len)
            .unwrap_or_default();
    }
    match (&spec["MaxLength"], &spec["MaxValue"]) {
        (Value::Number(length), _) => {
            "x".repeat(usize::try_from(length.as_u64().unwrap()).unwrap())
        }
        (_, Value::Number(value)) => value.to_string(),
        _ => panic!("{parameter} has no longest value"),
    }
}

#[test]
fn the_rules_parameters_fit_into_what_aws_config_takes_where_long_lists_lie_in_s3() {
    const MAX_INPUT_PARAMETERS: usize = 1024;
    let template = workspace::template();
    for rule in ["PrivilegeCreepRule", "GroupPrivilegeCreepRule"] {
        let inputs = template["Resources"][rule]["Properties"]["InputParameters"].as_object();
        let inputs = inputs.unwrap();
        // Always given, because AWS Config may not take an empty object; everything else only where it is set.
        let unconditional: Vec<&String> = inputs
            .iter()
            .filter(|(_, value)| value.get("Fn::If").is_none())
            .map(|(name, _)| name)
            .collect();
        let fixed = if rule == "PrivilegeCreepRule" {
            vec!["Threshold"]
        } else {
            vec!["ResourceTypes", "Threshold"]
        };
        assert_eq!(unconditional, fixed, "{rule}");
        let value = |name: &str, lists: &str| match name {
            "ResourceTypes" => "AWS::IAM::Group".to_owned(),
            "BreakGlassPrincipals"
            | "ExemptPrincipals"
            | "ExemptionList"
            | "IgnoredPolicies"
            | "NarrowProtected" => lists.to_owned(),
            "AdminGroupName" => "g".repeat(64),
            "ScoreSecretArn" => format!(
                "arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:{}-AbCdEf",
                "x".repeat(40)
            ),
            _ => longest(name, &template["Parameters"][name]),
        };
        let size = |lists: &str| {
            let given: BTreeMap<&String, String> =
                inputs.keys().map(|name| (name, value(name, lists))).collect();
            serde_json::to_string(&given).unwrap().len()
        };
        let in_s3 = format!("s3://{}/leastwise.txt", "b".repeat(41));
        assert!(size(&in_s3) <= MAX_INPUT_PARAMETERS, "{rule}: {}", size(&in_s3));
        // What can go wrong: AWS Config refuses the rule, and the update of the stack is rolled back.
        assert!(size(&"x".repeat(500)) > MAX_INPUT_PARAMETERS);
        for name in inputs.keys().filter(|name| *name != "ResourceTypes") {
            let alone = longest(name, &template["Parameters"][name]);
            assert!(alone.len() + name.len() + 80 < MAX_INPUT_PARAMETERS, "{name} alone");
        }
    }
}

/// The parameters of the rule as the RDK declares them, with their defaults.
fn rdk_parameters() -> BTreeMap<String, String> {
    let file = workspace::root().join("rdk-rules/IAM_PRIVILEGE_CREEP_INDEX/parameters.json");
    let rule: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let own = &workspace::template()["Resources"]["PrivilegeCreepRule"]["Properties"];
    assert_eq!(
        strings(&rule["Parameters"]["SourceEvents"])[0],
        strings(&own["Scope"]["ComplianceResourceTypes"]).join(",")
    );
    let declared = ["InputParameters", "OptionalParameters"].map(|kind| {
        let text = rule["Parameters"][kind].as_str().unwrap();
        serde_json::from_str::<BTreeMap<String, String>>(text).unwrap()
    });
    declared.into_iter().flatten().collect()
}

/// What only the stack hands to the document, and why no conformance pack does.
const REMEDIATED_BY_THE_STACK_ALONE: [(&str, &str); 4] = [
    ("FunctionName", "the document's default is the function's name, which every stack gives it"),
    ("RequireApproval", "approvers and topics are of one account, and a pack is for many"),
    ("Approvers", "as RequireApproval"),
    (
        "ApprovalTopicArn",
        "as RequireApproval, and only the stack lets the automation publish on it",
    ),
];

#[test]
fn rule_and_remediation_take_the_same_parameters_in_stack_conformance_pack_and_rdk() {
    let stack = workspace::template();
    let pack = template("conformance-pack.yaml");
    let properties = |template: &Value, resource: &str| -> Value {
        template["Resources"][resource]["Properties"].clone()
    };
    let default = |template: &Value, parameter: &str| -> String {
        let default = &template["Parameters"][parameter]["Default"];
        default.as_str().map_or_else(|| default.to_string(), ToOwned::to_owned)
    };
    let own = properties(&stack, "PrivilegeCreepRule");
    let packed = properties(&pack, "PrivilegeCreepRule");
    // The very same expressions, over conditions of the same meaning.
    assert_eq!(packed["InputParameters"], own["InputParameters"]);
    let remediation = properties(&stack, "Remediation");
    let packed_remediation = properties(&pack, "Remediation");
    for (name, condition) in pack["Conditions"].as_object().unwrap() {
        let expected = if name == "IsCentral" { condition } else { &stack["Conditions"][name] };
        assert_eq!(condition, expected, "{name}");
    }
    for parameter in names(&pack["Parameters"]) {
        if parameter != "EvaluatorFunctionArn" {
            assert_eq!(default(&pack, &parameter), default(&stack, &parameter), "{parameter}");
        }
    }
    let mut rdk = rdk_parameters();
    assert_eq!(rdk.keys().cloned().collect::<BTreeSet<_>>(), names(&own["InputParameters"]));
    // What is empty there is left out, and has the default of the rule.
    rdk.retain(|_, value| !value.is_empty());
    for (name, value) in rdk {
        assert_eq!(value, default(&stack, &name), "{name}");
    }

    let alone = REMEDIATED_BY_THE_STACK_ALONE.map(|(name, _)| name.to_owned());
    let given = names(&packed_remediation["Parameters"]);
    assert_eq!(&given | &alone.into(), names(&remediation["Parameters"]));
    for name in given.iter().filter(|name| *name != "AutomationAssumeRole") {
        assert_eq!(
            packed_remediation["Parameters"][name], remediation["Parameters"][name],
            "{name}"
        );
    }
    let document = document(DOCUMENTS[0]);
    for (name, _) in REMEDIATED_BY_THE_STACK_ALONE {
        assert!(!given.contains(name) && document["parameters"][name].get("default").is_some());
    }
    assert_eq!(
        document["parameters"]["FunctionName"]["default"],
        properties(&stack, "Remediator")["FunctionName"]
    );
    for same in ["Automatic", "MaximumAutomaticAttempts", "RetryAttemptSeconds"] {
        assert_eq!(packed_remediation[same], remediation[same], "{same}");
    }
}

/// The rows of the table of settings, each with what it says between the bars.
fn documented_settings() -> Vec<Vec<String>> {
    let page = std::fs::read_to_string(workspace::root().join("docs/guide/settings.md")).unwrap();
    let cells = |row: &str| -> Vec<String> {
        row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()
    };
    let mut rows: Vec<Vec<String>> = page.lines().map(cells).collect();
    rows.retain(|row| row.len() == 7);
    rows.split_off(2)
}

#[test]
fn the_page_of_settings_says_where_each_is_set_as_the_templates_do() {
    let stack = workspace::template();
    let of = |resource: &str| &stack["Resources"][resource]["Properties"];
    let variables = &of("Remediator")["Environment"]["Variables"];
    let options = std::fs::read_to_string(workspace::root().join("crates/cli/src/arguments.rs"));
    let options = options.unwrap();
    let (mut rule, mut environment) = (BTreeSet::new(), BTreeSet::new());
    for row in documented_settings() {
        let [name, _, default, by_rule, variable, option, _] = row.as_slice() else { panic!() };
        let declared = &stack["Parameters"][name]["Default"];
        let declared = declared.as_str().map_or_else(|| declared.to_string(), ToOwned::to_owned);
        let default = match default.as_str() {
            "empty" => "",
            "required" => "null",
            default => default,
        };
        assert_eq!(default, declared, "{name}");
        if by_rule == "yes" {
            rule.insert(name.clone());
        }
        if variable != "–" {
            environment.insert(variable.clone());
            assert!(variables[variable].to_string().contains(&format!("\"{name}\"")), "{name}");
        }
        if let Some(option) = option.strip_prefix("--") {
            let field = format!("pub(crate) {}: ", option.replace('-', "_"));
            assert!(options.contains(&field), "{name}");
        }
    }
    assert_eq!(rule, names(&of("PrivilegeCreepRule")["InputParameters"]));
    environment
        .extend(["LEASTWISE_LOG_LEVEL", "LEASTWISE_QUARANTINE_POLICY_ARN"].map(ToOwned::to_owned));
    assert_eq!(environment, names(variables));
}

/// Lambda drops what has no level of its own as if it were INFO, metrics first of all, and heeds a
/// level only beside a time.
#[test]
fn the_functions_filter_their_logs_and_lambda_lets_everything_through() {
    let template = workspace::template();
    for function in ["Evaluator", "Remediator"] {
        let made = &template["Resources"][function]["Properties"];
        let logging = &made["LoggingConfig"];
        assert_eq!(
            (&logging["LogFormat"], &logging["ApplicationLogLevel"]),
            (&json!("JSON"), &json!("TRACE")),
            "{function}"
        );
        let level = &made["Environment"]["Variables"]["LEASTWISE_LOG_LEVEL"];
        assert_eq!(*level, json!({ "Ref": "LogLevel" }), "{function}");
    }
    // These four are what the functions know.
    let allowed = strings(&template["Parameters"]["LogLevel"]["AllowedValues"]);
    assert_eq!(allowed, ["ERROR", "WARN", "INFO", "DEBUG"]);
}

#[test]
fn the_functions_environment_fits_where_long_lists_lie_in_s3() {
    const MAX_ENVIRONMENT: usize = 4096;
    let template = workspace::template();
    for function in ["Evaluator", "Remediator"] {
        let variables = &template["Resources"][function]["Properties"]["Environment"]["Variables"];
        let size: usize = variables
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| {
                let parameter = value["Ref"].as_str().unwrap_or_default();
                let listed = parameter.ends_with("List")
                    || ["AlwaysAllow", "BaseActions", "BreakGlassPrincipals", "ExemptPrincipals"]
                        .contains(&parameter)
                    || ["IgnoredPolicies", "NarrowProtected"].contains(&parameter);
                // An S3 URI, or an ARN; everything else at its longest.
                let longest = match parameter {
                    "" => 300,
                    _ if listed => 150,
                    _ => longest(parameter, &template["Parameters"][parameter]).len(),
                };
                name.len() + longest
            })
            .sum();
        assert!(size <= MAX_ENVIRONMENT, "{function}: {size}");
    }
}

#[test]
fn every_parameter_is_labelled_grouped_and_described() {
    let template = workspace::template();
    let declared: BTreeSet<&String> = template["Parameters"].as_object().unwrap().keys().collect();
    let interface = &template["Metadata"]["AWS::CloudFormation::Interface"];
    let labelled: BTreeSet<&String> =
        interface["ParameterLabels"].as_object().unwrap().keys().collect();
    assert_eq!(labelled, declared);
    let groups = interface["ParameterGroups"].as_array().unwrap().iter();
    let grouped: Vec<String> = groups.flat_map(|group| strings(&group["Parameters"])).collect();
    assert_eq!(grouped.len(), declared.len());
    assert_eq!(grouped.iter().collect::<BTreeSet<_>>(), declared);
    let listed: BTreeSet<String> =
        documented_settings().into_iter().map(|row| row[0].clone()).collect();
    for (name, spec) in template["Parameters"].as_object().unwrap() {
        assert!(spec["Description"].is_string(), "{name}");
        assert!(name == "CodeBucket" || spec.get("Default").is_some(), "{name}");
        let limited = ["AllowedPattern", "AllowedValues", "MaxValue"];
        assert!(limited.iter().any(|limit| spec.get(limit).is_some()), "{name}");
        assert!(listed.contains(name), "docs/guide/settings.md has no row for {name}");
    }
}

#[test]
fn lists_take_entries_or_one_object_of_s3_and_no_malformed_uri() {
    let template = workspace::template();
    let principals =
        ["", "a", "a,b-*", "/ops/", "arn:aws:iam::111122223333:role/x", "a+b=c.d@e_f-g"];
    let policies = ["", "arn:aws:iam::aws:policy/ReadOnlyAccess"];
    let actions = ["s3:GetObject", "s3:GetObject,sts:GetCallerIdentity"];
    let objects =
        ["s3://lists/exempt.txt", "s3://a.b-c/d/e/f_(1).txt", "s3://lists/team=x/a+b@c!.txt"];
    let refused = [
        "s3://",
        "s3://lists",
        "s3://lists/",
        "s3://Lists/x",
        "s3://lists//x",
        "s3://lists/x*",
        "s3://lists/?",
        "s3://lists/${x}",
        "s3:lists/x",
        "two words",
        "s3://lists/a,s3://lists/b",
        "x\n",
    ];
    let lists: [(&str, &[&str]); 9] = [
        ("ExemptPrincipals", &principals),
        ("ExemptionList", &principals),
        ("BreakGlassPrincipals", &principals),
        ("NarrowProtected", &principals),
        ("DoNotEnforceList", &principals),
        ("DoNotTagList", &principals),
        ("IgnoredPolicies", &policies),
        ("AlwaysAllow", &actions),
        ("BaseActions", &actions),
    ];
    let evidence = template["Parameters"]["EvidenceList"]["AllowedPattern"].as_str().unwrap();
    for (sample, accepted) in [
        ("", true),
        ("s3://lists/usage.jsonl", true),
        ("s3://lists/team/usage/", true),
        ("s3://lists/", false),
        ("s3://lists", false),
        ("s3://lists/a//b", false),
        ("usage.jsonl", false),
        ("s3://lists/a,s3://lists/b", false),
    ] {
        assert_eq!(matches_whole(evidence, sample), accepted, "EvidenceList: `{sample}`");
    }
    for (name, entries) in lists {
        let pattern = template["Parameters"][name]["AllowedPattern"].as_str().unwrap();
        for (samples, accepted) in [(entries, true), (&objects, true), (&refused, false)] {
            for sample in samples {
                assert_eq!(matches_whole(pattern, sample), accepted, "{name}: `{sample}`");
            }
        }
    }
}

/// Whether a pattern takes the whole text. These look ahead, which Rust's expressions do not.
fn matches_whole(pattern: &str, text: &str) -> bool {
    thread_local! {
        static ASKED: std::cell::RefCell<BTreeMap<(String, String), bool>> =
            const { std::cell::RefCell::new(BTreeMap::new()) };
    }
    let key = (pattern.to_owned(), text.to_owned());
    ASKED.with_borrow_mut(|asked| {
        *asked.entry(key).or_insert_with(|| {
            let program = "import re, sys; sys.exit(not re.fullmatch(sys.argv[1], sys.argv[2]))";
            let mut python = Command::new(workspace::python());
            python.args(["-S", "-c", program, pattern, text]).status().unwrap().success()
        })
    })
}

fn template(name: &str) -> Value {
    workspace::template_of(name)
}

fn names(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn a_conformance_pack_holds_a_rule_and_its_remediation_and_stays_within_its_limits() {
    const MAX_BODY: usize = 51_200;
    const MAX_PARAMETERS: usize = 60;
    let file = workspace::root().join("cloudformation/conformance-pack.yaml");
    assert!(std::fs::read(file).unwrap().len() <= MAX_BODY);
    let pack = template("conformance-pack.yaml");
    let types: BTreeSet<&str> = pack["Resources"]
        .as_object()
        .unwrap()
        .values()
        .map(|resource| resource["Type"].as_str().unwrap())
        .collect();
    let allowed = ["AWS::Config::ConfigRule", "AWS::Config::RemediationConfiguration"];
    assert_eq!(types, BTreeSet::from(allowed));
    assert!(names(&pack["Parameters"]).len() <= MAX_PARAMETERS);
    // AWS Config takes no function for the role.
    let remediation = &pack["Resources"]["Remediation"]["Properties"];
    let role = &remediation["Parameters"]["AutomationAssumeRole"]["StaticValue"]["Values"];
    assert_eq!(strings(role), [format!("arn:PARTITION:iam::111122223333:{AUTOMATION_ROLE}")]);
}

#[test]
fn the_conformance_pack_is_the_stacks_own_rule_and_remediation() {
    let stack = workspace::template();
    let pack = template("conformance-pack.yaml");
    let own = &stack["Resources"]["PrivilegeCreepRule"]["Properties"];
    let packed = &pack["Resources"]["PrivilegeCreepRule"]["Properties"];
    for same in ["ConfigRuleName", "Description", "Scope"] {
        assert_eq!(packed[same], own[same], "{same}");
    }
    assert_eq!(packed["Source"]["SourceDetails"], own["Source"]["SourceDetails"]);
    let exported = &stack["Outputs"]["EvaluatorFunctionArn"]["Export"]["Name"];
    assert_eq!(&packed["Source"]["SourceIdentifier"]["Fn::If"][2]["Fn::ImportValue"], exported);
    let remediation = &pack["Resources"]["Remediation"]["Properties"];
    assert_eq!(remediation["TargetId"], DOCUMENTS[0]);
    assert_eq!(remediation["ConfigRuleName"], own["ConfigRuleName"]);
    // Without its own rule the stack has all that the pack needs, and what it would not heed is refused.
    for resource in ["PrivilegeCreepRule", "Remediation"] {
        assert_eq!(stack["Resources"][resource]["Condition"], "CreatesRule", "{resource}");
    }
    for resource in ["Evaluator", "Remediator", "AutomationRole", "RightsizeDocument"] {
        assert_eq!(stack["Resources"][resource].get("Condition"), None, "{resource}");
    }
    let refused = &stack["Rules"]["AConformancePackBringsItsOwnRemediation"];
    let off = |parameter: &str| json!({ "Fn::Equals": [{ "Ref": parameter }, "false"] });
    assert_eq!(refused["RuleCondition"], off("CreateRule"));
    let asserted: Vec<Value> = refused["Assertions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|assertion| assertion["Assert"].clone())
        .collect();
    assert_eq!(asserted, [off("RequireApproval"), off("AutomaticRemediation")]);
    // The schedule stays the stack's, so it takes the days of the pack's notices.
    let on = |parameter: &str| json!({ "Fn::Equals": [{ "Ref": parameter }, "true"] });
    let notices = &stack["Rules"]["NoticeIsForAutomaticRemediation"]["Assertions"];
    let either = json!({ "Fn::Or": [on("AutomaticRemediation"), on("EnforceNotices")] });
    assert_eq!((notices.as_array().unwrap().len(), &notices[0]["Assert"]), (1, &either));
    // Groups have a rule of their own, which stays the stack's.
    assert_eq!(stack["Resources"]["GroupPrivilegeCreepRule"]["Condition"], "EvaluatesGroups");
    let groups = json!({ "Fn::Equals": [{ "Ref": "EvaluateGroups" }, "true"] });
    assert_eq!(stack["Conditions"]["EvaluatesGroups"], groups);
}

/// The names that a list of parameters gives, those behind a condition among them.
fn given(list: &Value, key: &str) -> BTreeSet<String> {
    let entries = list.as_array().unwrap().iter();
    let entries = entries.map(|entry| entry.get("Fn::If").map_or(entry, |choice| &choice[1]));
    entries.map(|entry| entry[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_organizations_templates_hand_on_parameters_that_exist_as_they_are_declared() {
    let stack = workspace::template();
    let organization = template("leastwise-organization-conformance-pack.yaml");
    let pack = &organization["Resources"]["Pack"]["Properties"];
    let handed = given(&pack["ConformancePackInputParameters"], "ParameterName");
    assert_eq!(handed, names(&template("conformance-pack.yaml")["Parameters"]));
    // A conformance pack has no rules, so what the stack refuses is refused before the pack gets it.
    let [secret, notice] = ["AnExternalServiceNeedsItsSecret", "NoticeIsForAutomaticRemediation"];
    let rules = &organization["Rules"];
    assert_eq!(names(rules), [secret, notice].map(ToOwned::to_owned).into());
    assert_eq!(rules[secret], stack["Rules"][secret]);
    // The pack has no schedule that enforces notices of somebody else.
    assert_eq!(rules[notice]["RuleCondition"], stack["Rules"][notice]["RuleCondition"]);
    let asserted = |rules: &Value| rules[notice]["Assertions"][0]["Assert"].clone();
    assert_eq!(asserted(rules), asserted(&stack["Rules"])["Fn::Or"][0]);
    let set = template("leastwise-stackset.yaml");
    let stacks = &set["Resources"]["Stacks"]["Properties"];
    let handed = given(&stacks["Parameters"], "ParameterKey");
    assert!(handed.is_subset(&names(&stack["Parameters"])), "{handed:?}");
    // Where the rule is left to a conformance pack, the schedule is not.
    let left = ["CreateRule", "EnforceNotices", "NoticeDays"];
    assert!(left.iter().all(|name| handed.contains(*name)), "{handed:?}");
    for wrapper in [&organization, &set] {
        for (name, spec) in wrapper["Parameters"].as_object().unwrap() {
            if let Some(declared) = stack["Parameters"].get(name) {
                assert_eq!(spec, declared, "{name}");
            }
        }
    }
    assert_eq!(stacks["PermissionModel"], "SERVICE_MANAGED");
    let instances = &stacks["StackInstancesGroup"];
    assert_eq!(instances[0]["Regions"], json!([{ "Ref": "HomeRegion" }]));
}

#[test]
fn the_execution_role_may_do_in_its_account_what_the_evaluator_may_in_its_own() {
    let execution = template("leastwise-execution-role.yaml");
    let expected: BTreeSet<String> =
        [EVALUATOR_ACTIONS, DETAIL_LOG_ACTIONS, GROUP_ACTIONS, ADMIN_GROUP_ACTIONS]
            .concat()
            .into_iter()
            .map(ToOwned::to_owned)
            .collect();
    assert_eq!(allowed(&execution["Resources"]["ExecutionRole"]), expected);
    let own = workspace::template();
    let statements = |template: &Value| statements(&template["Resources"]["TagPrincipalStatus"]);
    assert_eq!(statements(&execution), statements(&own));
    let trust = &execution["Resources"]["ExecutionRole"]["Properties"]["AssumeRolePolicyDocument"];
    let trust = &trust["Statement"][0];
    assert_eq!(trust["Principal"]["AWS"]["Ref"], "EvaluatorRoleArn");
    let session = &trust["Condition"]["StringEquals"]["sts:RoleSessionName"];
    assert_eq!(session, leastwise_aws::RDK_SESSION_NAME);
}

#[test]
fn other_accounts_are_let_in_one_by_one_and_global_events_are_forwarded_as_they_are() {
    let members = template("leastwise-member-accounts.yaml");
    let each = &members["Resources"]["Fn::ForEach::Permissions"];
    let permission = &each[2]["Permission${AccountId}"]["Properties"];
    assert_eq!(permission["SourceAccount"]["Ref"], each[0]);
    assert_eq!(permission["Principal"], "config.amazonaws.com");
    let forward = template("leastwise-global-events.yaml");
    let own = workspace::template();
    assert_eq!(
        forward["Resources"]["ForwardRule"]["Properties"]["EventPattern"],
        own["Resources"]["QuarantineRule"]["Properties"]["EventPattern"]
    );
    let regions = strings(
        &forward["Rules"]["OnlyWhereGlobalEventsArrive"]["Assertions"][0]["Assert"]["Fn::Contains"]
            [0],
    );
    assert_eq!(regions, GLOBAL_EVENTS.map(|(_, region)| region));
    let hears: Vec<Value> = GLOBAL_EVENTS
        .iter()
        .map(|(_, region)| json!({ "Fn::Equals": [{ "Ref": "AWS::Region" }, region] }))
        .collect();
    assert_eq!(own["Conditions"]["HearsGlobalEvents"], json!({ "Fn::Or": hears }));
    let told = &own["Outputs"]["GlobalEvents"]["Value"]["Fn::If"][2]["Fn::Sub"][1]["Region"];
    assert_eq!(*told, json!({ "Fn::If": ["IsGovCloud", "us-gov-west-1", "us-east-1"] }));
}

#[test]
fn calls_that_eventbridge_cannot_deliver_are_kept_by_those_rules_alone_and_told() {
    let global = template("leastwise-global-events.yaml");
    let own = workspace::template();
    let attribute = |resource: &str, name: &str| json!({ "Fn::GetAtt": [resource, name] });
    let of_own = |condition: &str, rule: &str| json!({ "Fn::If": [condition, attribute(rule, "Arn"), { "Ref": "AWS::NoValue" }] });
    let own_rules =
        json!([of_own("IsQuarantine", "QuarantineRule"), of_own("WatchesDenials", "DenialRule"),]);
    for (stack, rules, queue, let_in) in [
        (&own, &["QuarantineRule", "DenialRule"][..], "DeadLetters", own_rules),
        (&global, &["ForwardRule"], "ForwardDeadLetters", attribute("ForwardRule", "Arn")),
    ] {
        let resource = |name: &str| &stack["Resources"][name];
        for rule in rules {
            let targets = resource(rule)["Properties"]["Targets"].as_array().unwrap();
            assert_eq!(targets.len(), 1, "{rule}");
            assert_eq!(targets[0]["DeadLetterConfig"], json!({ "Arn": attribute(queue, "Arn") }));
        }
        let policy = resource(&format!("{queue}Policy"));
        assert_eq!(policy["Properties"]["Queues"], json!([{ "Ref": queue }]));
        assert_eq!(
            statements(policy),
            [json!({
                "Sid": "EventsThatReachNobody",
                "Effect": "Allow",
                "Principal": { "Service": "events.amazonaws.com" },
                "Action": "sqs:SendMessage",
                "Resource": attribute(queue, "Arn"),
                "Condition": { "ArnEquals": { "aws:SourceArn": let_in } }
            })]
        );
    }
    // Where there is a rule, its queue lets it in.
    assert_eq!(own["Resources"]["DeadLettersPolicy"]["Condition"], "HearsEvents");
    assert_eq!(
        own["Conditions"]["HearsEvents"],
        json!({ "Fn::Or": [{ "Condition": "IsQuarantine" }, { "Condition": "WatchesDenials" }] })
    );
    assert_eq!(global["Resources"]["ForwardDeadLettersPolicy"].get("Condition"), None);
    let queue = &global["Resources"]["ForwardDeadLetters"]["Properties"];
    assert_eq!(queue["SqsManagedSseEnabled"], true);
    assert_eq!(
        queue["MessageRetentionPeriod"],
        own["Resources"]["DeadLetters"]["Properties"]["MessageRetentionPeriod"]
    );
}

#[test]
fn alarms_ring_where_iam_calls_are_not_forwarded_on_a_topic_of_that_region() {
    let global = template("leastwise-global-events.yaml");
    let own = workspace::template();
    // The same alarms as for the stack's own rule and queue, but for names and what they watch.
    for (alarm, sibling, name, dimension) in [
        (
            "ForwardDeadLetterAlarm",
            "DeadLetterAlarm",
            "leastwise-forward-dead-letters",
            json!({ "Fn::GetAtt": ["ForwardDeadLetters", "QueueName"] }),
        ),
        (
            "ForwardAlarm",
            "QuarantineAlarm",
            "leastwise-forward-undelivered",
            json!({ "Ref": "ForwardRule" }),
        ),
    ] {
        let mut expected = own["Resources"][sibling]["Properties"].clone();
        let given = &global["Resources"][alarm]["Properties"];
        expected["AlarmName"] = json!(name);
        expected["AlarmDescription"] = given["AlarmDescription"].clone();
        expected["Dimensions"][0]["Value"] = dimension;
        assert_eq!(*given, expected, "{alarm}");
        assert_eq!(global["Resources"][alarm].get("Condition"), None, "{alarm}");
    }
    assert_eq!(global["Conditions"]["HasAlarmTopic"], own["Conditions"]["HasAlarmTopic"]);
    let topic = &global["Parameters"]["AlarmTopicArn"];
    assert_eq!(topic["Default"], "");
    let pattern = topic["AllowedPattern"].as_str().unwrap();
    for (partition, region) in GLOBAL_EVENTS {
        let topic = format!("arn:{partition}:sns:{region}:111122223333:alarms");
        assert!(matches_whole(pattern, &topic), "{topic}");
    }
    for refused in [
        "arn:aws:sns:eu-central-1:111122223333:alarms",
        "arn:aws:sns:us-east-1:111122223333:alarms.fifo",
        "arn:aws-cn:sns:cn-north-1:111122223333:alarms",
        "alarms",
    ] {
        assert!(!matches_whole(pattern, refused), "{refused}");
    }
}

/// The metrics of ours that the value names, with the function that publishes them.
fn own_metrics(template: &Value) -> Vec<(String, String)> {
    let resources = template["Resources"].as_object().unwrap();
    let mut found = Vec::new();
    for properties in resources.values().map(|resource| &resource["Properties"]) {
        let queries = properties["Metrics"].as_array().into_iter().flatten();
        let measured = queries.map(|query| &query["MetricStat"]["Metric"]);
        for metric in measured.chain([properties]) {
            if metric["Namespace"] == "Leastwise" {
                let name = metric["MetricName"].as_str().unwrap().to_owned();
                assert_eq!(metric["Dimensions"][0]["Name"], "Function", "{name}");
                let function = metric["Dimensions"][0]["Value"].as_str().unwrap().to_owned();
                found.push((name, function));
            }
        }
    }
    found
}

#[test]
fn alarms_watch_metrics_that_are_published_and_work_without_a_topic() {
    let template = workspace::template();
    let watched = own_metrics(&template);
    let names: BTreeSet<&str> = watched.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        BTreeSet::from([
            "Evaluated",
            "Failed",
            "Halted",
            "NotJudged",
            "NotificationsFailed",
            "Throttles"
        ])
    );
    assert!(watched.iter().all(|(name, function)| METRICS.contains(&name.as_str())
        && ["evaluator", "remediator"].contains(&function.as_str())));
    let alarms = template["Resources"].as_object().unwrap().values();
    let alarms: Vec<&Value> =
        alarms.filter(|resource| resource["Type"] == "AWS::CloudWatch::Alarm").collect();
    assert_eq!(alarms.len(), 17);
    for alarm in alarms {
        let properties = &alarm["Properties"];
        assert_eq!(properties["AlarmActions"]["Fn::If"][0], "HasAlarmTopic", "{properties}");
        assert_eq!(properties["TreatMissingData"], "notBreaching", "{properties}");
    }
}

#[test]
fn what_lambda_repeats_by_itself_rings_only_where_it_is_late_lost_or_waited_for() {
    const ATTEMPTS: u64 = 3;
    const WAITS_MINUTES: u64 = 1 + 2;
    let template = workspace::template();
    let alarms = template["Resources"].as_object().unwrap().values();
    let watched: BTreeMap<&str, (&str, &str, u64, u64)> = alarms
        .map(|resource| &resource["Properties"])
        .filter(|alarm| alarm["Namespace"] == "AWS/Lambda" && alarm["MetricName"] != "Errors")
        .map(|alarm| {
            let text = |key: &str| alarm[key].as_str().unwrap();
            let number = |key: &str| alarm[key].as_u64().unwrap();
            let function = alarm["Dimensions"][0]["Value"]["Ref"].as_str().unwrap();
            let watched =
                (function, text("MetricName"), number("Threshold"), number("EvaluationPeriods"));
            (text("AlarmName"), watched)
        })
        .collect();
    assert_eq!(
        watched,
        BTreeMap::from([
            ("leastwise-evaluator-delayed", ("Evaluator", "AsyncEventAge", 3_600_000, 1)),
            ("leastwise-evaluator-dropped", ("Evaluator", "AsyncEventsDropped", 0, 1)),
            ("leastwise-remediator-dropped", ("Remediator", "AsyncEventsDropped", 0, 1)),
            ("leastwise-remediator-throttles", ("Remediator", "Throttles", 0, 3)),
        ])
    );
    // An event that is tried as often as Lambda does, each time to the end, is not late.
    let seconds = template["Resources"]["Evaluator"]["Properties"]["Timeout"].as_u64().unwrap();
    assert!((ATTEMPTS * seconds + WAITS_MINUTES * 60) * 1000 < 3_600_000);
    // Without quarantine nobody invokes the remediator asynchronously.
    assert_eq!(template["Resources"]["RemediatorDropAlarm"]["Condition"], "IsQuarantine");
}

#[test]
fn the_dashboard_is_json_over_metrics_that_are_published() {
    let template = workspace::template();
    let body = &template["Resources"]["OperationsDashboard"]["Properties"]["DashboardBody"];
    let variable = Regex::new(r"\$\{[^}]*\}").unwrap();
    let body = variable.replace_all(body["Fn::Sub"].as_str().unwrap(), "x").into_owned();
    let body: Value = serde_json::from_str(&body).unwrap();
    let mut shown = BTreeSet::new();
    for widget in body["widgets"].as_array().unwrap() {
        for metric in widget["properties"]["metrics"].as_array().unwrap() {
            if metric[0] == "Leastwise" {
                assert_eq!(metric[2], "Function", "{metric}");
                assert!(metric[3] == "evaluator" || metric[3] == "remediator", "{metric}");
                shown.insert(metric[1].as_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(shown, METRICS.map(ToOwned::to_owned).into());
}

#[test]
fn what_both_functions_cannot_handle_in_the_end_is_kept_and_told() {
    let template = workspace::template();
    let resources = &template["Resources"];
    for function in ["Evaluator", "Remediator"] {
        let target = &resources[function]["Properties"]["DeadLetterConfig"]["TargetArn"];
        assert_eq!(target["Fn::GetAtt"], json!(["DeadLetters", "Arn"]), "{function}");
    }
    let queue = &resources["DeadLetters"]["Properties"];
    assert_eq!(queue["SqsManagedSseEnabled"]["Fn::If"][2], true);
    let alarm = &resources["DeadLetterAlarm"]["Properties"];
    assert_eq!(alarm["MetricName"], "ApproximateNumberOfMessagesVisible");
    assert_eq!(resources["DeadLetterAlarm"].get("Condition"), None);
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
