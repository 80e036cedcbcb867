//! A running stand.

use crate::workspace;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_config::config::Credentials;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The account that the stand plays.
pub const ACCOUNT: &str = "111122223333";

/// Its region.
pub const REGION: &str = "us-east-1";

/// The Config rule that the template deploys.
pub const RULE: &str = "iam-privilege-creep-index";

/// A stand of one's own: an empty account on a free port. It stops when dropped.
#[derive(Debug)]
pub struct Stand {
    process: Child,
    endpoint: String,
    folder: TempDir,
    sdk: SdkConfig,
}

impl Stand {
    /// Starts an empty account.
    pub async fn empty() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let mut process = Command::new(workspace::python())
            .args(["-m", "leastwise_stand", "--until-stdin-closes", "--state"])
            .arg(folder.path())
            .env("PYTHONPATH", workspace::root().join("tests/stand"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the stand starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("its output is piped");
        BufReader::new(stdout).read_line(&mut line).expect("it prints where it listens");
        let endpoint = line.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        assert!(endpoint.starts_with("http://"), "the stand did not start: {line}");
        let sdk = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(&endpoint)
            .region(Region::new(REGION))
            .credentials_provider(Credentials::new("operator", "secret", None, None, "stand"))
            .load()
            .await;
        Self { process, endpoint, folder, sdk }
    }

    /// Starts an account with the shipped stack deployed on it, from the shipped template.
    pub async fn deployed(parameters: &[(&str, &str)]) -> Self {
        let stand = Self::empty().await;
        stand.deploy(parameters);
        stand
    }

    /// Deploys the stack the way the README says, without status tags, holds and what resource
    /// policies may grant, unless the parameters turn them on.
    pub fn deploy(&self, parameters: &[(&str, &str)]) {
        self.aws(&["s3", "mb", "s3://leastwise-packages"]);
        let packages = workspace::packages();
        let packages = packages.to_string_lossy();
        let copy = ["s3", "cp", "--recursive", "--only-show-errors"];
        self.aws(&[copy.as_slice(), &[&packages, "s3://leastwise-packages"]].concat());
        let template = workspace::root().join("cloudformation/leastwise.yaml");
        let template = template.to_string_lossy();
        let mut arguments = vec![
            "cloudformation",
            "deploy",
            "--stack-name",
            "leastwise",
            "--template-file",
            &template,
            // CloudFormation takes no more than 51,200 bytes by themselves.
            "--s3-bucket",
            "leastwise-packages",
            "--capabilities",
            "CAPABILITY_NAMED_IAM",
            "--parameter-overrides",
            "CodeBucket=leastwise-packages",
        ];
        // Off unless asked for: most tests compare all the tags of a principal, also after a
        // restore, or the whole list of what becomes of identity grants.
        let quiet =
            [("TagPrincipals", "false"), ("RestoreHoldDays", "0"), ("ResourceGrants", "none")];
        let quiet = quiet.iter().filter(|(name, _)| parameters.iter().all(|(one, _)| one != name));
        let overrides: Vec<String> =
            quiet.chain(parameters).map(|(name, value)| format!("{name}={value}")).collect();
        arguments.extend(overrides.iter().map(String::as_str));
        self.aws(&arguments);
    }

    /// Runs the AWS CLI against the stand and returns what it printed.
    pub fn aws(&self, arguments: &[&str]) -> String {
        workspace::run(
            Command::new(workspace::tool("aws"))
                // Both: `sqs` does not read the variable, and `cloudformation deploy` uploads by it
                // alone.
                .args(["--endpoint-url", &self.endpoint])
                .args(arguments)
                .env("AWS_ENDPOINT_URL", &self.endpoint)
                .env("AWS_ACCESS_KEY_ID", "operator")
                .env("AWS_SECRET_ACCESS_KEY", "secret")
                .env("AWS_DEFAULT_REGION", REGION)
                .env("AWS_PAGER", ""),
        )
    }

    /// The command line with these arguments, as somebody runs it who is signed in to the stand.
    pub fn leastwise(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(workspace::command_line());
        command
            .args(arguments)
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", "operator")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", REGION);
        command
    }

    /// Where the stand listens.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// IAM.
    #[must_use]
    pub fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::new(&self.sdk)
    }

    /// AWS Config.
    #[must_use]
    pub fn config(&self) -> aws_sdk_config::Client {
        aws_sdk_config::Client::new(&self.sdk)
    }

    /// Systems Manager.
    #[must_use]
    pub fn ssm(&self) -> aws_sdk_ssm::Client {
        aws_sdk_ssm::Client::new(&self.sdk)
    }

    /// Asks the stand for something that AWS does not offer; see `leastwise_stand/control.py`.
    #[must_use]
    pub fn get(&self, control: &str) -> Value {
        let answer = ureq::get(self.control(control)).call();
        answer.expect("the stand answers").body_mut().read_json().expect("it answers JSON")
    }

    /// Tells the stand to do something that AWS does not offer.
    pub fn post(&self, control: &str, body: &Value) -> Value {
        answered(
            ureq::post(self.control(control))
                .config()
                .http_status_as_error(false)
                .build()
                .send_json(body),
        )
    }

    /// Sets something on the stand that AWS does not offer.
    pub fn put(&self, control: &str, body: &Value) -> Value {
        answered(
            ureq::put(self.control(control))
                .config()
                .http_status_as_error(false)
                .build()
                .send_json(body),
        )
    }

    fn control(&self, path: &str) -> String {
        format!("{}/leastwise-stand/{path}", self.endpoint)
    }

    /// Sets what goes wrong from now on; see `leastwise_stand/faults.py`.
    pub fn faults(&self, faults: &Value) {
        self.put("faults", faults);
    }

    /// Every API call that a function has made since the log was cleared, as `service:Operation`.
    #[must_use]
    pub fn calls_of(&self, function: &str) -> Vec<String> {
        let calls = self.get(&format!("calls?caller={function}"));
        let calls = calls.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        calls
            .iter()
            .map(|call| format!("{}:{}", text(&call["service"]), text(&call["operation"])))
            .collect()
    }

    /// Lets AWS Config keep the present state of a principal as the one that it had `days` ago.
    pub fn record(&self, principal_arn: &str, days: i64) {
        let at = chrono::Utc::now() - chrono::TimeDelta::days(days);
        self.post("record", &json!({ "principal": principal_arn, "at": at.to_rfc3339() }));
    }

    /// Delivers one notification of AWS Config to the rule's function and waits for its answer.
    pub fn deliver(&self, message_type: &str, resource_id: &str) -> Value {
        self.deliver_event(&json!({ "messageType": message_type, "resourceId": resource_id }))
    }

    /// Delivers a notification described in full; see `leastwise_stand/control.py`.
    pub fn deliver_event(&self, event: &Value) -> Value {
        let mut event = event.clone();
        event["rule"] = json!(RULE);
        self.post("deliver", &event)
    }

    /// What a function has logged.
    #[must_use]
    pub fn log(&self, function: &str) -> String {
        fs::read_to_string(self.folder.path().join(format!("logs/{function}.log")))
            .unwrap_or_default()
    }
}

fn answered(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Value {
    let mut answer = answer.expect("the stand answers");
    let status = answer.status();
    let body: Value = answer.body_mut().read_json().expect("it answers JSON");
    assert!(status.is_success(), "the stand refuses: {body}");
    body
}

impl Drop for Stand {
    fn drop(&mut self) {
        // Closing its standard input is the request to stop.
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}
