//! The command line writes to an account: what the deployed function would, so that each undoes
//! what the other did.

use leastwise_aws::permissions::REMEDIATOR_ACTIONS;
use leastwise_e2e::operator::Snapshot;
use leastwise_e2e::seed::{Seeded, allow, boundary_arn};
use leastwise_e2e::stand::{ACCOUNT, REGION, Stand};
use leastwise_e2e::workspace;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A user that uses s3, has not used kms for a year, and sqs never.
async fn analyst(stand: &Stand) -> Seeded {
    user(stand, "analyst").await
}

async fn user(stand: &Stand, name: &str) -> Seeded {
    let user = stand.user(name).await;
    stand.user_inline(name, "work", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    stand.uses(&user, &[("s3", 3), ("kms", 365)]);
    user
}

fn words(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

/// Runs the command line, and what it printed and said.
fn run(stand: &Stand, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = stand.leastwise(arguments);
    let Output { status, stdout, stderr } = command
        .env("COLUMNS", "200")
        .stdin(Stdio::null())
        .output()
        .expect("the command line starts");
    (status.code(), words(&stdout), words(&stderr))
}

/// The lines of a table, each as its cells.
fn rows(table: &str) -> Vec<Vec<String>> {
    let rows = table.lines().filter(|line| line.starts_with('│')).skip(1);
    let cells = |line: &str| {
        let line = line.trim_matches('│');
        line.split('┆').map(|cell| cell.trim().to_owned()).collect()
    };
    rows.map(cells).collect()
}

fn row(principal: &Seeded, outcome: &str, what: &str) -> Vec<String> {
    vec![principal.arn.clone(), outcome.to_owned(), what.to_owned()]
}

/// Everything that stands of a principal: its boundary and tags, and of every policy that Leastwise
/// made the text to the byte, the tags and the description.
#[derive(Debug, PartialEq)]
struct State {
    principal: Snapshot,
    /// The digest of the mark, whose beginning is the time of the run.
    mark: Option<String>,
    policies: BTreeMap<String, Value>,
}

async fn state(stand: &Stand, principal: &Seeded) -> State {
    let snapshot = stand.snapshot(principal).await;
    let mark = snapshot.tags.get("leastwise:planned-grants");
    let mark = mark.map(|mark| mark.split_once('/').expect("a time and a digest").1.to_owned());
    let mut policies = BTreeMap::new();
    for arn in snapshot.policies.keys().filter(|arn| arn.contains(":policy/leastwise/")) {
        policies.insert(arn.clone(), policy(stand, arn));
    }
    State { principal: snapshot.besides_mark(), mark, policies }
}

fn policy(stand: &Stand, arn: &str) -> Value {
    let ask = |arguments: &[&str]| -> Value {
        let printed = stand.aws(&[&["iam"], arguments, &["--policy-arn", arn]].concat());
        serde_json::from_str(&printed).expect("AWS CLI prints JSON")
    };
    let about = &ask(&["get-policy"])["Policy"];
    let version = about["DefaultVersionId"].as_str().expect("a version");
    let text = &ask(&["get-policy-version", "--version-id", version])["PolicyVersion"]["Document"];
    json!({
        "name": about["PolicyName"], "path": about["Path"], "description": about["Description"],
        "version": version, "text": text.to_string(), "tags": ask(&["list-policy-tags"])["Tags"],
    })
}

/// Forgets what was called so far.
fn forget_calls(stand: &Stand) {
    ureq::delete(format!("{}/leastwise-stand/calls", stand.endpoint()))
        .call()
        .expect("the stand answers");
}

/// The calls that change something.
fn writes(stand: &Stand) -> Vec<String> {
    let mut calls = stand.calls_of("operator");
    let reads = ["Get", "List", "Generate", "BatchGet"];
    calls.retain(|call| {
        let operation = call.split_once(':').expect("a service and an operation").1;
        !reads.iter().any(|read| operation.starts_with(read))
    });
    calls
}

#[tokio::test]
async fn what_the_command_line_applies_is_what_the_document_applies_and_each_undoes_the_other() {
    let stand = Stand::deployed(&[]).await;
    let user = analyst(&stand).await;
    let before = state(&stand, &user).await;

    assert_eq!(stand.rightsize(&user.id, false).await.failure, None);
    let by_document = state(&stand, &user).await;
    assert_eq!(by_document.principal.boundary, Some(boundary_arn(&user)));
    let made = by_document.policies.keys().filter(|arn| !before.policies.contains_key(*arn));
    assert_eq!(made.collect::<Vec<_>>(), [&boundary_arn(&user)]);

    // The document's work, undone from here.
    let (code, table, said) = run(&stand, &["restore", &user.id, "--yes"]);
    assert_eq!(
        (code, rows(&table)),
        (Some(0), vec![row(&user, "restored", "there is no boundary again")]),
        "{said}"
    );
    assert_eq!(
        said,
        format!(
            "{} ({})\nNow: the boundary {}\nBefore Leastwise: no boundary\n",
            user.arn,
            user.id,
            boundary_arn(&user)
        )
    );
    assert_eq!(state(&stand, &user).await, before);

    // The same from here, undone by the document.
    forget_calls(&stand);
    let (code, table, said) = run(&stand, &["apply", &user.arn, "--yes"]);
    // kms, s3 and sqs hold permissions-management actions (weight 10): 2 of 3 are idle.
    let applied = row(&user, "applied", "index 67, then 0");
    assert_eq!((code, rows(&table)), (Some(0), vec![applied]), "{said}");
    assert_eq!(state(&stand, &user).await, by_document);
    let calls: BTreeSet<String> = stand.calls_of("operator").into_iter().collect();
    let more = "lambda:GetFunctionConfiguration";
    let allowed: BTreeSet<String> =
        REMEDIATOR_ACTIONS.iter().chain([&more]).map(|it| (*it).to_owned()).collect();
    let own = |call: &&String| !call.starts_with("iam:ListPolicyTags");
    let beyond: Vec<&String> =
        calls.iter().filter(own).filter(|call| !allowed.contains(*call)).collect();
    assert_eq!((beyond, calls.contains(more)), (Vec::new(), true));

    let (code, table, said) = run(&stand, &["apply", &user.id, "--yes"]);
    assert_eq!((code, rows(&table)), (Some(0), vec![row(&user, "nothing to do", "")]), "{said}");

    // One action comes back.
    let lists = async || stand.policy_document(&boundary_arn(&user)).await.to_string();
    assert!(!lists().await.contains("sqs:SendMessage"));
    let back = ["apply", &user.id, "--yes", "--give-back", "sqs:SendMessage"];
    let (code, table, said) = run(&stand, &back);
    assert_eq!((code, rows(&table)[0][1].as_str()), (Some(0), "applied"), "{said}");
    assert!(lists().await.contains("sqs:SendMessage"));
    assert_eq!(stand.restore(&user.id).await.failure, None);
    assert_eq!(state(&stand, &user).await, before);
}

#[tokio::test]
async fn who_is_exempt_is_refused_and_the_others_of_the_command_are_bounded() {
    let stand = Stand::deployed(&[("ExemptPrincipals", "deploy*"), ("RestoreHoldDays", "7")]).await;
    let (deployer, analyst) = (user(&stand, "deployer").await, analyst(&stand).await);
    let before = state(&stand, &deployer).await;
    let gone = format!("arn:aws:iam::{ACCOUNT}:user/gone");
    let nobody = Seeded { arn: gone.clone(), ..deployer.clone() };
    forget_calls(&stand);

    let (code, table, said) = run(&stand, &["apply", &deployer.arn, &gone, "--yes"]);
    let refused =
        vec![row(&deployer, "refused", "Exempt"), row(&nobody, "refused", "NoSuchPrincipal")];
    assert_eq!((code, rows(&table)), (Some(4), refused), "{said}");
    assert!(said.contains(&format!("refused: `{}` is exempt: ", deployer.arn)), "{said}");
    assert_eq!(writes(&stand), Vec::<String>::new());
    assert_eq!(state(&stand, &deployer).await, before);

    let (code, table, said) = run(&stand, &["apply", &deployer.arn, &analyst.arn, "--yes"]);
    let both =
        vec![row(&deployer, "refused", "Exempt"), row(&analyst, "applied", "index 67, then 0")];
    assert_eq!((code, rows(&table)), (Some(4), both), "{said}");
    assert!(said.contains("Services: 2 dropped, in whole or in part, "), "{said}");
    assert!(said.contains(" of 6144 characters\nBefore: no boundary\n"), "{said}");

    // The hold of the stack's setting, one of the command's, and none.
    let held = async |arguments: &[&str]| {
        let (code, _, said) =
            run(&stand, &[&["restore", &analyst.arn, "--yes"], arguments].concat());
        assert_eq!(code, Some(0), "{said}");
        let mut tags = stand.snapshot(&analyst).await.tags;
        let held = tags.remove("leastwise:held-until")?;
        let until = chrono::DateTime::parse_from_rfc3339(&held).expect("a time");
        Some((until.to_utc() - chrono::Utc::now()).num_hours().div_euclid(24) + 1)
    };
    assert_eq!(held(&[]).await, Some(7));
    assert_eq!(held(&["--hold", "lift"]).await, None);
    run(&stand, &["apply", &analyst.arn, "--yes"]);
    let set_to = async |arguments: &[&str], outcome: &str| {
        let (code, table, said) =
            run(&stand, &[&["hold", &analyst.arn, "--yes"], arguments].concat());
        assert_eq!((code, rows(&table)[0][1].as_str()), (Some(0), outcome), "{said}");
        let Snapshot { boundary, tags, .. } = stand.snapshot(&analyst).await;
        assert_eq!(boundary, Some(boundary_arn(&analyst)), "it stays");
        tags.contains_key("leastwise:held-until")
    };
    assert!(!set_to(&["--lift"], "nothing to do").await);
    assert!(set_to(&["--days", "5"], "held").await);
    assert!(set_to(&["--days", "4"], "nothing to do").await);
    assert!(!set_to(&["--lift"], "hold lifted").await);
    assert_eq!(held(&["--hold", "20"]).await, Some(20));
}

#[tokio::test]
async fn nothing_is_written_that_nobody_agreed_to() {
    let stand = Stand::deployed(&[]).await;
    let user = analyst(&stand).await;
    let before = state(&stand, &user).await;
    forget_calls(&stand);
    let nobody = "error: there is no terminal to ask on before anything is written\n\n\
                  next: run it at a terminal, or give --yes if it may write without asking\n";
    for command in [
        &["apply", &user.arn][..],
        &["restore", &user.arn],
        &["hold", &user.arn],
        &["resume"],
        &["remediate", &user.arn],
    ] {
        let expected = (Some(1), String::new(), nobody.to_owned());
        assert_eq!(run(&stand, command), expected, "{command:?}");
    }
    assert_eq!(stand.calls_of("operator"), Vec::<String>::new());

    let (code, said) = at_a_terminal(&stand, &["apply", &user.arn], "n");
    assert!(said.contains("Apply? [y/N] "), "{said}");
    assert!(said.contains("left alone"), "{said}");
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(writes(&stand), Vec::<String>::new());
    assert_eq!(state(&stand, &user).await, before);

    let (code, said) = at_a_terminal(&stand, &["apply", &user.arn], "y");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(stand.snapshot(&user).await.boundary, Some(boundary_arn(&user)));
    let (code, said) = at_a_terminal(&stand, &["restore", &user.arn], "y");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(state(&stand, &user).await, before);
}

/// Runs the command line at a terminal where somebody answers every question like this.
fn at_a_terminal(stand: &Stand, arguments: &[&str], answer: &str) -> (Option<i32>, String) {
    let program = "import os, pty, sys\n\
                   def read(fd):\n\
                   \x20   data = os.read(fd, 4096)\n\
                   \x20   if b'[y/N]' in data: os.write(fd, sys.argv[1].encode() + b'\\n')\n\
                   \x20   return data\n\
                   sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))";
    let there = stand.leastwise(arguments);
    let mut command = Command::new(workspace::python());
    command.args(["-c", program, answer]).arg(there.get_program()).args(there.get_args());
    command.envs(there.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.stdin(Stdio::null()).output().expect("Python starts");
    (output.status.code(), words(&output.stdout))
}

#[tokio::test]
async fn a_permission_that_is_denied_is_named_and_no_state_is_half() {
    let stand = Stand::deployed(&[]).await;
    let user = analyst(&stand).await;
    let before = state(&stand, &user).await;
    let words = |action: &str| {
        format!(
            "User: arn:aws:iam::{ACCOUNT}:user/operator is not authorized to perform: {action} with an explicit deny"
        )
    };
    let deny = |action: &str| {
        stand.faults(&json!([{
            "kind": "error", "operation": action, "code": "AccessDenied", "message": words(action),
            "status": 403, "times": null,
        }]));
    };
    let applied = |action: &str| {
        deny(action);
        let (code, table, said) = run(&stand, &["apply", &user.arn, "--yes"]);
        stand.faults(&json!([]));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("AccessDenied: {}", words(action))), "{said}");
        assert!(said.contains("next: ask for the permission that the text names"), "{said}");
        rows(&table)[0][1..].join(" ")
    };

    assert_eq!(applied("iam:CreatePolicy"), "failed Store");
    assert_eq!(state(&stand, &user).await, before);

    // The last write: the policy and the record are there, and bind nobody.
    assert_eq!(applied("iam:PutUserPermissionsBoundary"), "failed Attach");
    let cut = stand.snapshot(&user).await;
    assert_eq!((cut.boundary, cut.tags["leastwise:previous-boundary"].as_str()), (None, "none"));
    let (code, _, said) = run(&stand, &["restore", &user.arn, "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(state(&stand, &user).await, before);
}

#[tokio::test]
async fn killed_between_two_writes_it_leaves_what_the_table_says_and_goes_on_from_there() {
    let stand = Stand::deployed(&[]).await;
    let user = analyst(&stand).await;
    let before = state(&stand, &user).await;
    let record = |tags: &BTreeMap<String, String>| tags.get("leastwise:previous-boundary").cloned();

    // Once the policy was made: the principal as before, and a policy that binds nobody.
    killed_at(&stand, &user, "iam:TagUser");
    let cut = stand.snapshot(&user).await;
    assert_eq!((&cut.boundary, record(&cut.tags)), (&None, None));
    assert!(cut.policies.contains_key(&boundary_arn(&user)), "{cut:?}");
    let (code, table, said) = run(&stand, &["restore", &user.arn, "--yes"]);
    assert_eq!((code, rows(&table)[0][1].as_str()), (Some(0), "restored"), "{said}");
    assert_eq!(state(&stand, &user).await, before);

    // Once what stood before was recorded: the principal as before, with policy and record.
    killed_at(&stand, &user, "iam:PutUserPermissionsBoundary");
    let cut = stand.snapshot(&user).await;
    assert_eq!((&cut.boundary, record(&cut.tags).as_deref()), (&None, Some("none")));
    // Again: it goes on; and the document undoes it.
    let (code, table, said) = run(&stand, &["apply", &user.arn, "--yes"]);
    assert_eq!((code, rows(&table)[0][1].as_str()), (Some(0), "applied"), "{said}");
    assert_eq!(stand.restore(&user.id).await.failure, None);
    assert_eq!(state(&stand, &user).await, before);
}

/// Kills the command line while it tries this call in vain.
fn killed_at(stand: &Stand, user: &Seeded, operation: &str) {
    stand.faults(&json!([{ "kind": "throttle", "operation": operation, "times": null }]));
    forget_calls(stand);
    let mut child = stand
        .leastwise(&["apply", &user.arn, "--yes"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command line starts");
    let begun = Instant::now();
    while !stand.calls_of("operator").iter().any(|call| call == operation) {
        assert!(begun.elapsed() < Duration::from_secs(90), "it never came to {operation}");
        assert_eq!(child.try_wait().expect("it can be asked"), None, "it ended before");
        std::thread::sleep(Duration::from_millis(50));
    }
    // On Unix this is SIGKILL.
    child.kill().expect("it runs");
    child.wait().expect("it is over");
    stand.faults(&json!([]));
}

#[tokio::test]
async fn without_a_deployment_a_file_says_who_is_left_alone() {
    let stand = Stand::empty().await;
    let (user, deployer) = (analyst(&stand).await, user(&stand, "deployer").await);
    let folder = TempDir::new().expect("a temporary folder");
    let settings = folder.path().join("settings.json");
    let settings = settings.to_str().expect("it is text");
    fs::write(settings, r#"["ExemptPrincipals=deploy*", "ResourceGrants=none"]"#).expect("a file");
    let (apply, file) = (["apply", &user.arn, &deployer.arn, "--yes"], ["--settings", settings]);

    let (code, _, said) = run(&stand, &apply);
    let expected = format!(
        "error: {REGION} has no function `leastwise-remediator`, so nothing says who is to be left alone\n\n\
         next: give --settings FILE with the parameters that a deployment would have, such as \
         [\"ExemptPrincipals=deploy*\"]; with [] only those are left alone who always are\n"
    );
    assert_eq!((code, said), (Some(1), expected));

    let (code, table, said) = run(&stand, &[&apply[..], &file].concat());
    let both = vec![row(&user, "applied", "index 67, then 0"), row(&deployer, "refused", "Exempt")];
    assert_eq!((code, rows(&table)), (Some(4), both), "{said}");

    // Undoing needs no settings, and says what it goes by.
    let (code, _, said) = run(&stand, &["restore", &user.arn, "--yes"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("by default a hold lasts 30 days, and nobody gets a message\n"),
        "{said}"
    );
    let tags = stand.snapshot(&user).await.tags;
    assert_eq!(tags.keys().collect::<Vec<_>>(), ["leastwise:held-until"]);

    // A file is not for going past what a deployment says, nor is a Region.
    stand.deploy(&[("ExemptPrincipals", "analyst")]);
    let (code, _, said) = run(&stand, &[&apply[..], &file].concat());
    assert_eq!(code, Some(1));
    assert!(said.contains("leastwise-remediator` is there: its settings count"), "{said}");
    let (code, _, said) = run(&stand, &[&apply[..], &file, &["--region", "eu-west-1"]].concat());
    assert_eq!(code, Some(1));
    assert!(said.contains("is not a function of eu-west-1\n\nnext: give --region"), "{said}");
    assert_eq!(stand.snapshot(&user).await.boundary, None);
    let (code, table, said) = run(&stand, &["apply", &user.arn, "--yes"]);
    assert_eq!((code, rows(&table)), (Some(4), vec![row(&user, "refused", "Exempt")]), "{said}");
}

#[tokio::test]
async fn the_deployment_does_it_by_its_documents_and_is_followed_step_by_step() {
    let stand = Stand::deployed(&[("ExemptPrincipals", "deploy*")]).await;
    let (user, deployer) = (analyst(&stand).await, user(&stand, "deployer").await);
    let before = state(&stand, &user).await;

    let (code, answer, said) = run(&stand, &["remediate", &user.id, "--dry-run"]);
    assert_eq!(code, Some(0), "{said}");
    let status =
        |answer: &str| serde_json::from_str::<Value>(answer).expect("JSON")["status"].clone();
    assert_eq!(status(&answer), "PLANNED");
    assert_eq!(state(&stand, &user).await, before);

    let (code, answer, said) = run(&stand, &["remediate", &user.id, "--yes"]);
    assert_eq!((code, status(&answer)), (Some(0), json!("APPLIED")), "{said}");
    let steps: Vec<&str> = said.lines().filter(|line| line.starts_with("  ")).collect();
    let expected = [
        "plan",
        "decidePlan",
        "decideDryRun",
        "decideApproval",
        "apply",
        "decideApply",
        "verify",
        "decideVerify",
        "done",
    ];
    assert_eq!(steps, expected.map(|step| format!("  {step}: Success")));
    assert_eq!(stand.snapshot(&user).await.boundary, Some(boundary_arn(&user)));

    let (code, answer, said) = run(&stand, &["remediate", &user.id, "--restore", "--yes"]);
    assert_eq!((code, status(&answer)), (Some(0), json!("RESTORED")), "{said}");
    assert_eq!(state(&stand, &user).await, before);

    let (code, answer, said) = run(&stand, &["remediate", &deployer.id, &user.id, "--yes"]);
    assert_eq!(code, Some(4), "{said}");
    let statuses: Vec<Value> = answer.lines().map(status).collect();
    assert_eq!(statuses, ["REFUSED", "APPLIED"]);
    assert!(said.contains("refused: `"), "{said}");
}

#[tokio::test]
async fn who_has_enough_of_following_stops_that_and_not_the_execution() {
    let stand = Stand::deployed(&[]).await;
    let user = analyst(&stand).await;
    stand.faults(&json!([{ "kind": "endless-job", "times": null }]));
    let mut child = stand
        .leastwise(&["remediate", &user.id, "--yes"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command line starts");
    let mut said = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let begun = format!("{}: execution ", user.id);
    let id = said.find_map(|line| line.ok()?.strip_prefix(&begun).map(ToOwned::to_owned));
    let id = id.expect("it says which execution");
    workspace::run(Command::new("kill").args(["-INT", &child.id().to_string()]));
    let rest: Vec<String> = said.map(|line| line.expect("it is text")).collect();
    let expected = format!(
        "{}: execution {id} goes on; to look: \
         aws ssm get-automation-execution --automation-execution-id {id}",
        user.id
    );
    assert_eq!(rest.first(), Some(&expected), "{rest:?}");
    assert_eq!(child.wait().expect("it is over").code(), Some(1));
    let query = ["--query", "AutomationExecution.AutomationExecutionStatus", "--output", "text"];
    let look = ["ssm", "get-automation-execution", "--automation-execution-id", &id];
    assert_eq!(stand.aws(&[&look[..], &query].concat()).trim(), "InProgress");
}

#[tokio::test]
async fn a_halt_is_shown_and_lifted() {
    let stand = Stand::deployed(&[]).await;
    let user = analyst(&stand).await;
    let resumed = |expected: &str| {
        let (code, printed, said) = run(&stand, &["resume", "--yes"]);
        assert_eq!((code, printed.as_str()), (Some(0), expected), "{said}");
        said
    };
    assert_eq!(resumed("automatic remediation is not halted\n"), "");
    let halt = json!({
        "principal": user.arn, "resourceId": user.id, "stopped": ["sqs:SendMessage"],
        "since": "2026-11-01T12:00:00Z",
    });
    let halt = halt.to_string();
    let name = "/leastwise/automatic/halted";
    stand.aws(&["ssm", "put-parameter", "--name", name, "--type", "String", "--value", &halt]);
    let said = resumed(&format!(
        "automatic remediation goes on; it was halted since 2026-11-01 12:00 because of `{}`\n",
        user.arn
    ));
    assert_eq!(
        said,
        format!(
            "halted since 2026-11-01 12:00 UTC: the boundary of {} is suspected of stopping what it needs:\n\
             - sqs:SendMessage\n",
            user.arn
        )
    );
    assert_eq!(resumed("automatic remediation is not halted\n"), "");
}
