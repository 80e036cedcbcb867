//! `leastwise explain`: everything of one principal.

use crate::program::{Run, file, leastwise, on_example, run};
use serde_json::{Value, json};

/// `analyst` in 80 columns: of 86 points, 60 are idle in six services of 10, and 70 is shared out among them as 12, 12,
/// 12, 12, 11 and 11.
const ANALYST: &str = include_str!("expected/explain-analyst.txt");

/// `builder` in 120 columns: ecr is idle in part, by 161 of the 202 that its tracked actions of known use weigh, which is
/// 8 of its 10.
const BUILDER: &str = include_str!("expected/explain-builder.txt");

const SERVICE_LINKED: &str =
    "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";

fn explain(who: &str, more: &[&str]) -> Run {
    run(&on_example("explain", &[&[who], more].concat()))
}

fn json_of(who: &str, more: &[&str]) -> Value {
    let run = explain(who, &[&["--output", "json"], more].concat());
    serde_json::from_str(&run.stdout).unwrap_or_else(|why| panic!("{why}: {run:?}"))
}

fn in_columns(columns: &str, who: &str) -> Run {
    leastwise(&on_example("explain", &[who])).env("COLUMNS", columns).output().unwrap().into()
}

#[test]
fn an_index_is_explained_in_points_with_grants_evidence_doubts_and_boundary() {
    assert_eq!(in_columns("80", "analyst"), Run::printed(ANALYST));
    assert_eq!(in_columns("120", "role/ci/builder"), Run::printed(BUILDER));
}

#[test]
fn the_points_of_everybody_add_up_to_the_index_and_the_weights_to_what_is_known() {
    for who in ["analyst", "asleep", "builder", "newcomer"] {
        let explained = json_of(who, &[]);
        let sum = |list: &str, key: &str| -> f64 {
            explained[list].as_array().unwrap().iter().map(|it| it[key].as_f64().unwrap()).sum()
        };
        assert_eq!(Some(sum("points", "points")), explained["index"].as_f64(), "{who}");
        let (idle, used) = (sum("points", "idleWeight"), sum("inUse", "weight"));
        assert!((idle - explained["idleWeight"].as_f64().unwrap()).abs() < 0.05, "{who}");
        assert!((used - explained["usedWeight"].as_f64().unwrap()).abs() < 0.05, "{who}");
        let known = explained["knownWeight"].as_f64().unwrap();
        assert!((idle + used - known).abs() < 0.05, "{who}");
        let index = (100.0 * idle / known).round();
        assert_eq!(Some(index), explained["index"].as_f64(), "{who}");
    }
}

#[test]
fn the_parts_that_a_scan_has_are_those_of_the_scan() {
    let scan = run(&on_example("scan", &["--output", "json"]));
    let scan: Value = serde_json::from_str(&scan.stdout).unwrap();
    for scanned in scan["principals"].as_array().unwrap() {
        let explained = json_of(scanned["principal"].as_str().unwrap(), &[]);
        for (key, value) in scanned.as_object().unwrap() {
            assert_eq!(&explained[key], value, "{key} of {}", scanned["principal"]);
        }
    }
}

#[test]
fn idle_grants_come_from_statements_of_policies_by_way_of_groups() {
    let statements = |who: &str| -> Vec<(Value, Value, Value, Vec<String>)> {
        let explained = json_of(who, &[]);
        let of = |grant: &Value| {
            let services = grant["services"].as_array().unwrap().iter();
            let services = services.map(|it| it["service"].as_str().unwrap().to_owned());
            let policy = grant["policy"].clone();
            (policy, grant["group"].clone(), grant["statement"].clone(), services.collect())
        };
        explained["grants"].as_array().unwrap().iter().map(of).collect()
    };
    let services = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        statements("analyst"),
        [
            (json!("inline policy `data`"), Value::Null, json!(1), services(&["glue"])),
            (
                json!("managed policy `arn:aws:iam::111122223333:policy/analytics`"),
                Value::Null,
                json!(1),
                services(&["dynamodb", "kms", "redshift", "sqs"])
            ),
            (
                json!("inline policy `people` of group `analysts`"),
                json!("analysts"),
                json!(1),
                services(&["iam"])
            ),
        ]
    );
}

#[test]
fn what_is_unknown_is_said_with_its_reason_and_what_would_settle_it() {
    // Created on 2026-10-20: the window of 180 days is over on 2027-04-18.
    let explained = json_of("newcomer", &[]);
    assert_eq!(
        explained["doubts"],
        json!([
            {
                "why": "younger-than-window",
                "reason": "not used yet by a principal younger than the window",
                "what": ["iam"],
                "settle": "wait until 2027-04-18T09:00:00Z",
                "until": "2027-04-18T09:00:00Z"
            },
            {
                "why": "service-level-evidence",
                "reason": "the report does not tell actions apart, so used services count as used, and are kept, as a \
                           whole",
                "what": ["sns"],
                "settle": "fetch a new report: aws iam generate-service-last-accessed-details --granularity \
                           ACTION_LEVEL --arn arn:aws:iam::111122223333:user/newcomer"
            }
        ])
    );
}

#[test]
fn an_old_report_and_regions_that_nobody_named_are_named_as_causes() {
    let source = ["--account", "examples/account.json", "--access", "examples/access.json"];
    let run = run(&[
        &["explain", "analyst", "--as-of", "2026-11-20", "--output", "json"][..],
        &source[..],
    ]
    .concat());
    let explained: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&explained["index"], &explained["notJudgedType"]),
        (&Value::Null, &json!("too-little-known"))
    );
    let settled = |why: &str| {
        let mut doubts = explained["doubts"].as_array().unwrap().iter();
        doubts.find(|doubt| doubt["why"] == why).unwrap()["settle"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        settled("evidence-is-old"),
        "the report of 2026-11-01 is 18 days old, and counts for 5 (--max-evidence-age-days): fetch a new report: aws \
         iam generate-service-last-accessed-details --granularity ACTION_LEVEL --arn \
         arn:aws:iam::111122223333:user/analyst"
    );
    assert_eq!(
        settled("regions-not-named"),
        "name the enabled Regions by --regions (aws account list-regions)"
    );
    let source = &explained["sources"][0];
    assert_eq!(
        (&source["source"], &source["ageDays"], &source["confidence"]),
        (&json!("last-accessed"), &json!(18), &json!("use-only"))
    );
}

#[test]
fn no_line_is_wider_than_the_terminal_and_only_a_terminal_gets_colours() {
    for columns in [40, 80, 100, 120, 200] {
        let run = in_columns(&columns.to_string(), "builder");
        let widest = run.stdout.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns, "{widest} of {columns}:\n{}", run.stdout);
        assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
    }
    let coloured = |no_color: &str| -> String {
        let mut command = leastwise(&on_example("explain", &["builder"]));
        command.env("CLICOLOR_FORCE", "1").env("NO_COLOR", no_color);
        Run::from(command.output().unwrap()).stdout
    };
    assert!(coloured("").contains("\u{1b}[33m54 medium\u{1b}[0m"));
    assert_eq!(Run::printed(&coloured("1")), in_columns("120", "builder"));
}

#[test]
fn a_principal_is_asked_for_by_as_much_of_its_name_as_tells_it_apart() {
    let whole = explain("arn:aws:iam::111122223333:role/ci/builder", &[]);
    for name in ["builder", "role/builder", "ci/builder", "role/ci/builder"] {
        assert_eq!(explain(name, &[]), whole, "{name}");
    }
    let nobody = explain("bilder", &[]);
    let stderr = "error: nobody in `examples/account.json` is called `bilder`\n\n\
                  next: perhaps it is `arn:aws:iam::111122223333:role/ci/builder`\n";
    assert_eq!(nobody, Run::complained(1, stderr));
    let account = json!({
        "UserDetailList": [{ "Arn": "arn:aws:iam::111122223333:user/app", "UserId": "AIDAEXAMPLE0000000001" }],
        "RoleDetailList": [{ "Arn": "arn:aws:iam::111122223333:role/app", "RoleId": "AROAEXAMPLE0000000001" }]
    });
    let (account, access) =
        (file("two-apps.json", &account.to_string()), file("two-apps-access.json", "{}"));
    let two = run(&[
        "explain",
        "app",
        "--account",
        &account,
        "--access",
        &access,
        "--regions",
        "us-east-1",
    ]);
    let stderr = format!(
        "error: in `{account}` several are called `app`: `arn:aws:iam::111122223333:user/app`, \
         `arn:aws:iam::111122223333:role/app`\n\nnext: give more of the name, such as role/NAME, or the ARN\n"
    );
    assert_eq!(two, Run::complained(1, &stderr));
    let both = explain("builder", &["--principal", SERVICE_LINKED]);
    assert_eq!((both.code, both.stdout.as_str()), (2, ""));
}

#[test]
fn who_gets_no_boundary_is_exit_code_4_with_the_reason() {
    let run = explain("AWSServiceRoleForConfig", &[]);
    assert_eq!((run.code, run.stderr.as_str()), (4, ""));
    let refused = format!(
        "  none is planned (Exempt):\n    `{SERVICE_LINKED}` is exempt: a\n    service-linked role: only AWS can change \
         it\n"
    );
    assert!(run.stdout.ends_with(&refused), "{}", run.stdout);
}

#[test]
fn names_from_the_account_are_data() {
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "x\u{1b}[2J", "Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*" }
    ] });
    let account = json!({ "UserDetailList": [{
        "Arn": "arn:aws:iam::111122223333:user/ana", "UserId": "AIDAEXAMPLE0000000001",
        "CreateDate": "2020-01-01T00:00:00Z",
        "UserPolicyList": [{ "PolicyName": "a\nb", "PolicyDocument": document }]
    }] });
    let report = json!({ "arn:aws:iam::111122223333:user/ana": {
        "JobStatus": "COMPLETED", "JobCompletionDate": "2026-11-01T00:00:00Z", "ServicesLastAccessed": [
            { "ServiceNamespace": "s3", "LastAuthenticated": "2026-10-30T00:00:00Z" },
            { "ServiceNamespace": "sqs" }
        ]
    } });
    let account = file("odd-names.json", &account.to_string());
    let access = file("odd-names-access.json", &report.to_string());
    let mut command = leastwise(&["explain", "ana", "--account", &account, "--access", &access]);
    command.args(["--as-of", "2026-11-01", "--regions", "us-east-1"]).env("COLUMNS", "100");
    let run = Run::from(command.output().unwrap());
    assert!(
        run.stdout.contains("  inline policy `a\\nb`, statement 1 (`x\\u{1b}[2J`):\n"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains('\u{1b}'));
}
