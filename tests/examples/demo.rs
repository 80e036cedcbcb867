//! The main job as a story, with the figures of this run.

use comfy_table::{Table, presets};
use leastwise_e2e::judges;
use leastwise_e2e::operator::Evaluation;
use leastwise_e2e::seed::{Seeded, TrackedAction, allow, boundary_arn};
use leastwise_e2e::stand::Stand;
use serde_json::{Value, json};
use std::time::Instant;

/// A principal of the story with the figures it collects on the way.
struct Subject {
    principal: Seeded,
    before: Option<Evaluation>,
    after: Option<Evaluation>,
    restored: Option<Evaluation>,
    plan: Value,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let begun = Instant::now();
    chapter("An AWS account on this machine, with the Leastwise stack deployed on it");
    let stand = Stand::empty().await;
    let topic = stand.topic("leastwise");
    let exemptions = stand.list("exempt.txt", "# left alone, whatever they use\nbreak-glass-*\n");
    stand.deploy(&[
        ("ExemptionList", &exemptions),
        ("NotificationTopicArn", &topic.arn),
        ("Quarantine", "on"),
        ("RestoreHoldDays", "30"),
    ]);
    say(
        "moto plays AWS; the rule, both Lambda functions and the SSM documents are the shipped ones.",
    );

    chapter("A user and a role that may do far more than they do");
    let mut subjects = vec![analyst(&stand).await, builder(&stand).await];

    chapter("AWS Config asks the rule: how much of what they may do lies idle?");
    for subject in &mut subjects {
        let evaluation = stand.evaluate(&subject.principal).await;
        show(&subject.principal, &evaluation);
        subject.before = Some(evaluation);
    }

    chapter("What would Leastwise do? A dry run of the SSM document, which writes nothing");
    for subject in &mut subjects {
        let run = stand.rightsize(&subject.principal.id, true).await;
        subject.plan = run.answers.get("plan").cloned().unwrap_or_default();
        println!("  {}", subject.principal.arn);
        println!("    keeps    {}", services(&subject.plan["kept"]));
        println!("    drops    {}", services(&subject.plan["dropped"]));
        for warning in subject.plan["warnings"].as_array().into_iter().flatten() {
            println!("    warning  {}", warning["message"].as_str().unwrap_or_default());
        }
        println!("    boundary {}", excerpt(&subject.plan["boundary"]));
    }

    chapter("Somebody presses Remediate");
    for subject in &mut subjects {
        match stand.remediate(&subject.principal).await {
            None => println!(
                "  {}: attached {}",
                subject.principal.arn,
                boundary_arn(&subject.principal)
            ),
            Some(failure) => println!("  {}: {failure}", subject.principal.arn),
        }
        let evaluation = stand.evaluate(&subject.principal).await;
        show(&subject.principal, &evaluation);
        subject.after = Some(evaluation);
    }

    chapter("Does it hold? ministack enforces policies and boundaries; these are real calls");
    enforcement(&subjects[0].plan["boundary"]);

    chapter("And back to exactly what stood before");
    for subject in &mut subjects {
        let run = stand.restore(&subject.principal.id).await;
        let answer = run.answers.get("restore").cloned().unwrap_or_default();
        println!("  {}: {}", subject.principal.arn, answer["message"].as_str().unwrap_or_default());
    }
    for subject in &mut subjects {
        subject.restored = Some(stand.evaluate(&subject.principal).await);
    }

    chapter(
        "Restored is restored: automatic remediation leaves it alone until somebody lifts the hold",
    );
    for subject in &subjects {
        by_itself(&stand, &subject.principal).await;
    }

    chapter("What is granted later is usable again within one evaluation, and nothing else is");
    follow(&stand).await;

    chapter(
        "A boundary stops what somebody needs: everything automatic halts until a person resumes",
    );
    halt(&stand).await;

    chapter("An exempt principal: a list in S3 names it");
    exempt(&stand).await;

    chapter("Notice: nothing is enforced before the day it was announced for");
    notice(&stand).await;

    chapter("Quarantine: a user makes an IAM call, and may make no other until it is released");
    quarantine(&stand).await;

    chapter("What was published on the way, one message per event");
    for (subject, _) in stand.published(&topic) {
        println!("  {subject}");
    }

    chapter("In short");
    println!("{}", table(&subjects));
    say(&format!(
        "Told in {} s. AWS was played by programs on this machine; see tests/stand/README.md.",
        begun.elapsed().as_secs()
    ));
}

/// A user with permissions from an inline policy, a managed policy and a group.
async fn analyst(stand: &Stand) -> Subject {
    let user = stand.user("analyst").await;
    stand.user_inline("analyst", "data", &allow(&["s3:*", "athena:*", "glue:*"])).await;
    let power = stand
        .managed_policy("/", "analytics", &allow(&["dynamodb:*", "kms:*", "sqs:*", "redshift:*"]))
        .await;
    let request = stand.iam().attach_user_policy().user_name("analyst").policy_arn(power);
    request.send().await.expect("the policy is attached");
    stand.group_with("analysts", "people", &allow(&["sns:*", "iam:*"]), "analyst").await;
    stand.uses(&user, &[("s3", 2), ("athena", 9), ("glue", 240), ("sns", 31)]);
    say(
        "analyst   s3, athena, glue inline; dynamodb, kms, sqs, redshift managed; sns, iam by way of a group",
    );
    subject(user)
}

/// A role with a path, PowerUserAccess-like grants, and a boundary of the customer's own.
async fn builder(stand: &Stand) -> Subject {
    let role = stand.role("/ci/", "builder").await;
    stand.role_inline("builder", "builds", &allow(&["*"])).await;
    let limits = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": ["ec2:*", "ecr:*", "ecs:*", "lambda:*", "logs:*", "s3:*", "iam:*"], "Resource": "*" },
            { "Effect": "Deny", "Action": "iam:*User*", "Resource": "*" }
        ]
    });
    let limits = stand.managed_policy("/limits/", "ci", &limits).await;
    let request = stand
        .iam()
        .put_role_permissions_boundary()
        .role_name("builder")
        .permissions_boundary(&limits);
    request.send().await.expect("the boundary is attached");
    let images: &[TrackedAction<'_>] = &[
        ("BatchCheckLayerAvailability", Some(1)),
        ("CompleteLayerUpload", Some(1)),
        ("GetAuthorizationToken", Some(1)),
        ("InitiateLayerUpload", Some(1)),
        ("PutImage", Some(1)),
        ("UploadLayerPart", Some(1)),
        ("DeleteLifecyclePolicy", None),
        ("DeleteRepository", None),
        ("DeleteRepositoryPolicy", None),
        ("PutReplicationConfiguration", None),
        ("SetRepositoryPolicy", Some(250)),
    ];
    stand.uses_actions(&role, &[("ecr", 1), ("iam", 20), ("ec2", 300)], &[("ecr", images)]);
    say(
        "builder   everything, inside a permissions boundary of the customer's own; ECR is told apart action by action",
    );
    subject(role)
}

/// What automatic remediation makes of a principal.
async fn by_itself(stand: &Stand, principal: &Seeded) {
    let run = stand.rightsize_by_itself(&principal.id).await;
    let answer = run.answers.get("apply").or(run.answers.get("plan")).cloned().unwrap_or_default();
    println!("  {}: {} {}", principal.arn, text(&answer, "status"), text(&answer, "message"));
}

/// A role that uses S3 alone, and that AWS Config has known for a while.
async fn nightly(stand: &Stand, name: &str) -> Seeded {
    let role = stand.role("/", name).await;
    stand.role_inline(name, "data", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    stand.record(&role.arn, 20);
    stand.uses(&role, &[("s3", 1)]);
    role
}

/// The same with its boundary.
async fn bounded(stand: &Stand, name: &str) -> Seeded {
    let role = nightly(stand, name).await;
    stand.rightsize(&role.id, false).await;
    stand.record(&role.arn, 0);
    role
}

async fn follow(stand: &Stand) {
    let role = bounded(stand, "exporter").await;
    stand.role_inline("exporter", "tables", &allow(&["dynamodb:*"])).await;
    show(&role, &stand.evaluate(&role).await);
    stand.remediate(&role).await;
    show(&role, &stand.evaluate(&role).await);
    println!("    boundary {}", excerpt(&stand.policy_document(&boundary_arn(&role)).await));
}

async fn halt(stand: &Stand) {
    let (broken, other) = (bounded(stand, "importer").await, nightly(stand, "indexer").await);
    stand.uses(&broken, &[("s3", 1), ("sqs", 0)]);
    show(&broken, &stand.evaluate(&broken).await);
    by_itself(stand, &other).await;
    let run = stand.restore(&broken.id).await;
    let answer = run.answers.get("restore").cloned().unwrap_or_default();
    println!("  {}: {} {}", broken.arn, text(&answer, "status"), text(&answer, "message"));
    let run = stand.resume().await;
    let answer = run.answers.get("resume").cloned().unwrap_or_default();
    println!("  LeastwiseResume: {} {}", text(&answer, "status"), text(&answer, "message"));
}

async fn exempt(stand: &Stand) {
    let role = stand.role("/", "break-glass-1").await;
    stand.role_inline("break-glass-1", "all", &allow(&["*"])).await;
    stand.uses(&role, &[]);
    show(&role, &stand.evaluate(&role).await);
    let run = stand.rightsize(&role.id, false).await;
    let answer = run.answers.get("plan").cloned().unwrap_or_default();
    println!("    asked to bound it all the same: {}", text(&answer, "message"));
}

async fn notice(stand: &Stand) {
    let role = stand.role("/", "reporting").await;
    stand.role_inline("reporting", "data", &allow(&["s3:*", "sqs:*", "kms:*"])).await;
    stand.uses(&role, &[("s3", 1)]);
    let run = stand.rightsize_after_notice(&role.id, 14).await;
    let answer = run.answers.get("apply").cloned().unwrap_or_default();
    println!("  {}: {} {}", role.arn, text(&answer, "status"), text(&answer, "message"));
    let now = stand.snapshot(&role).await;
    println!("    boundary {}", now.boundary.as_deref().unwrap_or("none"));
    for (key, value) in now.tags.iter().filter(|(key, _)| key.starts_with("leastwise:planned")) {
        println!("    tag      {key} = {value}");
    }
}

async fn quarantine(stand: &Stand) {
    let user = stand.user("contractor").await;
    stand.user_inline("contractor", "all", &allow(&["iam:*", "s3:*"])).await;
    for event in ["the call", "the same event again"] {
        let answers =
            stand.iam_call(&user, "CreateAccessKey", "3887b7d8-fb59-9a14-7dd2-99f2caf00fc0");
        for answer in answers {
            let answer: Value =
                serde_json::from_str(text(&answer, "payload")).expect("the function answers JSON");
            println!("  {event}: {} {}", text(&answer, "status"), text(&answer, "message"));
        }
    }
    println!("    attached {}", attached(stand, &user).await);
    let run = stand.release(&user.id).await;
    let answer = run.answers.get("release").cloned().unwrap_or_default();
    println!("  released: {} {}", text(&answer, "status"), text(&answer, "message"));
    println!("    attached {}", attached(stand, &user).await);
}

/// The managed policies of a user.
async fn attached(stand: &Stand, user: &Seeded) -> String {
    let request = stand.iam().list_attached_user_policies().user_name(&user.name);
    let policies = request.send().await.expect("its policies").attached_policies;
    let names: Vec<String> =
        policies.into_iter().flatten().filter_map(|policy| policy.policy_name).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

fn text<'a>(answer: &'a Value, member: &str) -> &'a str {
    answer[member].as_str().unwrap_or_default()
}

fn subject(principal: Seeded) -> Subject {
    Subject { principal, before: None, after: None, restored: None, plan: Value::Null }
}

fn enforcement(boundary: &Value) {
    let granted = allow(&[
        "s3:*",
        "athena:*",
        "glue:*",
        "dynamodb:*",
        "kms:*",
        "sqs:*",
        "redshift:*",
        "sns:*",
        "iam:*",
    ]);
    let calls = [
        "s3:ListAllMyBuckets",
        "sns:ListTopics",
        "dynamodb:ListTables",
        "kms:ListKeys",
        "sqs:ListQueues",
        "iam:ListUsers",
    ];
    let judged = judges::enforce(&[granted], boundary, &calls);
    let word = |allowed: bool| if allowed { "passes" } else { "AccessDenied" };
    let mut table = new_table(["call", "before", "under the boundary", "after restore"]);
    for call in calls {
        let verdicts = [&judged.before, &judged.bounded, &judged.restored]
            .map(|verdicts| word(verdicts[call]).to_owned());
        table.add_row([vec![call.to_owned()], verdicts.to_vec()].concat());
    }
    println!("{table}");
}

fn table(subjects: &[Subject]) -> Table {
    let mut table = new_table([
        "principal",
        "index",
        "Config says",
        "boundary keeps",
        "index after",
        "Config says",
        "restored",
    ]);
    for subject in subjects {
        let index =
            |evaluation: &Option<Evaluation>| evaluation.as_ref().map_or("–".to_owned(), index_of);
        let says = |evaluation: &Option<Evaluation>| {
            evaluation.as_ref().map_or("–".to_owned(), |evaluation| evaluation.compliance.clone())
        };
        table.add_row([
            subject.principal.name.clone(),
            index(&subject.before),
            says(&subject.before),
            services(&subject.plan["kept"]),
            index(&subject.after),
            says(&subject.after),
            index(&subject.restored),
        ]);
    }
    table
}

fn new_table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    table
}

/// The index in an annotation: `PCI 72 high: …`.
fn index_of(evaluation: &Evaluation) -> String {
    let words: Vec<&str> = evaluation.annotation.split([' ', ':']).collect();
    let index = words.iter().position(|word| *word == "PCI");
    let index = index.and_then(|place| words.get(place + 1..place + 3));
    index.map_or_else(|| "–".to_owned(), |words| words.join(" "))
}

/// The statements of a boundary that are not guards, and how many guards there are.
fn excerpt(boundary: &Value) -> String {
    let is_guard = |statement: &&Value| {
        statement["Sid"].as_str().is_some_and(|sid| sid.starts_with("LeastwiseGuard"))
    };
    let statements = boundary["Statement"].as_array().cloned().unwrap_or_default();
    let guards = statements.iter().filter(is_guard).count();
    let others: Vec<String> = statements
        .iter()
        .filter(|statement| !is_guard(statement))
        .map(ToString::to_string)
        .collect();
    let guards = if guards > 0 {
        format!(", and {guards} guards against lifting it")
    } else {
        String::new()
    };
    format!("{}{guards}", others.join(", "))
}

/// The services of a list, marked where not all of their actions are meant.
fn services(list: &Value) -> String {
    let entry = |entry: &Value| {
        let service = entry["service"].as_str()?;
        let actions = entry["actions"].as_array().map_or(0, Vec::len);
        Some(if actions == 0 {
            service.to_owned()
        } else {
            format!("{service} ({actions} actions)")
        })
    };
    list.as_array().into_iter().flatten().filter_map(entry).collect::<Vec<_>>().join(", ")
}

fn show(principal: &Seeded, evaluation: &Evaluation) {
    println!("  {}", principal.arn);
    println!("    {}  {}", evaluation.compliance, evaluation.annotation);
}

fn chapter(title: &str) {
    println!("\n\u{1b}[1m▌ {title}\u{1b}[0m");
}

fn say(text: &str) {
    println!("  {text}");
}
