//! What the commands that ask AWS may do there.

use crate::program::{Run, root, run};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const COMMANDS: [&str; 5] =
    ["scan", "cloudtrail", "event-history", "generated-policies", "unused-access"];

type Actions = BTreeSet<String>;

fn policy(arguments: &[&str]) -> Value {
    let run = run(&[&["permissions"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    let one = value.as_str().map(ToOwned::to_owned).into_iter();
    let several = value.as_array().into_iter().flatten();
    one.chain(several.map(|it| it.as_str().unwrap().to_owned())).collect()
}

fn actions(policy: &Value) -> Actions {
    let statements = policy.get("Statement").and_then(Value::as_array).unwrap();
    statements.iter().flat_map(|statement| texts(statement.get("Action").unwrap())).collect()
}

#[test]
fn the_policy_of_a_scan_reads_and_writes_nothing() {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": [
                "account:ListRegions", "iam:GenerateServiceLastAccessedDetails",
                "iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion",
                "iam:GetServiceLastAccessedDetails"
            ],
            "Resource": "*"
        }]
    });
    let printed = run(&["permissions", "scan"]);
    let stderr = "\
scan:
  iam:GetAccountAuthorizationDetails: who is in the account, and what they may do
  iam:GetPolicy: the text of an attached policy or a boundary that the account's details lack
  iam:GetPolicyVersion: the text of an attached policy or a boundary that the account's details lack
  iam:GenerateServiceLastAccessedDetails: to ask for the report on each user and role
  iam:GetServiceLastAccessedDetails: to collect the reports that were asked for
  account:ListRegions: which Regions are enabled: IAM does not watch all; not asked with --regions, or with \
--untracked-regions unused
";
    let stdout = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    assert_eq!(printed, Run { code: 0, stdout, stderr: stderr.to_owned() });
}

#[test]
fn all_commands_together_need_what_each_of_them_needs() {
    let each: Actions = COMMANDS.iter().flat_map(|it| actions(&policy(&[it]))).collect();
    let together = policy(&[]);
    assert_eq!(actions(&together), each);
    // Each kind of resource has one statement, so nothing is allowed on more than it needs.
    let resources: Vec<Vec<String>> = together["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| texts(&statement["Resource"]))
        .collect();
    assert_eq!(resources.len(), resources.iter().collect::<BTreeSet<_>>().len());
}

#[test]
fn the_documentation_has_the_permissions_that_are_printed() {
    let page = fs::read_to_string(root().join("docs/evidence.md")).unwrap();
    let (_, section) = page.split_once("### What it may do").unwrap();
    let mut documented: BTreeMap<String, Actions> = BTreeMap::new();
    for row in section.lines().take_while(|line| !line.starts_with("```")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let [command, permissions, _] = cells.as_slice() else { continue };
        let quoted = |cell: &str| -> Vec<String> {
            cell.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
        };
        for command in quoted(command) {
            documented.entry(command).or_default().extend(quoted(permissions));
        }
    }
    let printed = COMMANDS.map(|command| (command.to_owned(), actions(&policy(&[command]))));
    assert_eq!(documented, BTreeMap::from(printed));
}

#[test]
fn a_command_that_asks_aws_nothing_needs_nothing_and_is_named() {
    let run = run(&["permissions", "doctor"]);
    let expected = "error: invalid value 'doctor' for '[COMMAND]'\n  [possible values: scan, cloudtrail, event-history, \
         generated-policies, unused-access]\n";
    assert_eq!((run.code, &*run.stdout), (2, ""));
    assert!(run.stderr.starts_with(expected), "{}", run.stderr);
}
