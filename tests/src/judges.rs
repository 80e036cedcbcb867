//! Judges that others wrote: ministack for enforcement, AWS's simulator for SSM documents,
//! iam-simulate for policies.

use crate::stand::{REGION, Stand};
use crate::workspace;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

/// Which calls really pass, by IAM action: `true` where the call was allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enforcement {
    /// Without a boundary.
    pub before: BTreeMap<String, bool>,
    /// Under it.
    pub bounded: BTreeMap<String, bool>,
    /// After it was taken off.
    pub restored: BTreeMap<String, bool>,
}

/// Lets ministack, which enforces permissions boundaries, try `calls` for a role with these
/// policies.
#[must_use]
pub fn enforce(identity_policies: &[Value], boundary: &Value, calls: &[&str]) -> Enforcement {
    #[derive(Deserialize)]
    struct Verdicts {
        before: BTreeMap<String, String>,
        bounded: BTreeMap<String, String>,
        restored: BTreeMap<String, String>,
    }
    let question =
        json!({ "identityPolicies": identity_policies, "boundary": boundary, "calls": calls });
    let script = workspace::root().join("tests/stand/enforcement.py");
    let answer = ask(Command::new(workspace::python()).arg(script), &question.to_string());
    let verdicts: Verdicts = serde_json::from_str(&answer).expect("verdicts");
    let allowed = |verdicts: BTreeMap<String, String>| {
        verdicts.into_iter().map(|(call, verdict)| (call, verdict == "allowed")).collect()
    };
    Enforcement {
        before: allowed(verdicts.before),
        bounded: allowed(verdicts.bounded),
        restored: allowed(verdicts.restored),
    }
}

/// A question for [`simulate`].
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The principal's ARN.
    pub principal: String,
    /// Its identity policies.
    pub identity_policies: Vec<Value>,
    /// Its boundary.
    pub boundary: Option<Value>,
    /// The service control policies of its account, besides the one that allows everything; none
    /// where no organization limits it.
    pub service_control_policies: Vec<Value>,
    /// The actions to try.
    pub actions: Vec<String>,
    /// The resource to try them on; without one, whether they are allowed on anything at all.
    pub resource: Option<String>,
    /// The condition keys of the request, each with a string or a list of strings.
    pub context: Map<String, Value>,
}

/// What `@cloud-copilot/iam-simulate` says of the actions of a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// Those that are allowed.
    pub allowed: Vec<String>,
    /// Those that are denied.
    pub denied: Vec<String>,
    /// Those that it does not know, or that do not go with the resource.
    pub undecided: Vec<Undecided>,
}

/// An action on which there is no judgement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Undecided {
    /// The action.
    pub action: String,
    /// Why, in the package's words.
    pub why: String,
}

/// What `@cloud-copilot/iam-simulate` says, for each question in turn.
#[must_use]
pub fn simulate(questions: &[Question]) -> Vec<Answer> {
    let lines: Vec<String> = questions
        .iter()
        .enumerate()
        .map(|(id, question)| {
            json!({
                "id": id,
                "principalArn": question.principal,
                "identityPolicies": question.identity_policies,
                "boundary": question.boundary,
                "serviceControlPolicies": question.service_control_policies,
                "actions": question.actions,
                "resource": question.resource,
                "context": question.context,
            })
            .to_string()
        })
        .collect();
    let script = workspace::root().join("tests/stand/simulate.mjs");
    let answers = ask(Command::new("node").arg(script), &lines.join("\n"));
    answers.lines().map(|line| serde_json::from_str(line).expect("an answer")).collect()
}

/// Runs an SSM document, unmodified, on AWS's own simulator with its calls going to the stand.
#[must_use]
pub fn run_on_simulator(stand: &Stand, document: &str, parameters: &Value) -> Value {
    let script = workspace::root().join("tests/stand/run_document.js");
    let document = workspace::root().join(format!("ssm-documents/{document}.yaml"));
    let output = Command::new("node")
        .arg(script)
        .arg(document)
        .arg(parameters.to_string())
        .env("AWS_ENDPOINT_URL", stand.endpoint())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", "operator")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .output()
        .expect("node starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&printed).unwrap_or_else(|_| {
        panic!(
            "the simulator printed no JSON: {printed}\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
    })
}

fn ask(command: &mut Command, question: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("could not start {command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("its input is piped");
    let question = question.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(question.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the writer ends").ok();
    assert!(output.status.success(), "{command:?} ended with {}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}
