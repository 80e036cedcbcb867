//! `examples/`: what a newcomer tries first, printed as it should be to the last byte.
//!
//! As of 2026-11-01 the window begins on 2026-05-05. A service weighs 10 where permissions management is granted in it,
//! 6 where writing is the most.

use crate::program::{Run, file, leastwise, on_example, root, run};
use serde_json::{Value, json};
use std::process::Stdio;

const BUILDER: &str = "arn:aws:iam::111122223333:role/ci/builder";
const SERVICE_LINKED: &str =
    "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";

/// - `analyst`: of 86 points, 60 are idle: glue (last used in February), dynamodb, iam, kms, redshift and sqs. The other
///   26 are s3, sns (through her group) and athena, which can only be written to. 60 of 86 is 70, and 12 of that
///   is iam, by way of her group.
/// - `newcomer` is 12 days old: that iam is not used yet says nothing.
/// - `asleep` uses nothing: ses weighs 10, `sqs:SendMessage` alone 6.
/// - `builder` may do everything, but in its boundary are seven services of 10 points, of which it has left lambda and s3
///   unused, and ec2 since December: 30 of 70. Of ecr IAM tracks actions of 202 points whose use is known, and 161 of them
///   are idle: 8 points more, and 38 of 70 is 54.
const INDEX_TABLE: &str = include_str!("expected/index.txt");
const NARROW_INDEX_TABLE: &str = include_str!("expected/index-narrow.txt");
const INDEX_JSON: &str = include_str!("expected/index.json");

/// - `analyst` keeps what is used, and of glue, iam and kms what athena and s3 need.
/// - `newcomer` keeps iam, of which nothing is known; with it come the guards of the boundary itself.
/// - `asleep` is left the base action, and what resource policies may grant a role.
/// - `builder` keeps the shape of the boundary it has: its statement narrowed, its denial as it stood, then the guards. Of
///   ecr it keeps what it has used, what IAM does not track, and what these need; of ec2 what ecs needs.
const PLAN_TABLE: &str = include_str!("expected/plan.txt");
const PLAN_JSON: &str = include_str!("expected/plan.json");

/// What is kept and dropped and why, what to know, and what changes in the boundary in place.
const BUILDER_PLAN_TABLE: &str = include_str!("expected/plan-builder.txt");

#[test]
fn index_prints_a_table() {
    assert_eq!(run(&on_example("index", &[])), Run::printed(INDEX_TABLE));
}

/// `analysts` may do anything in IAM, and so may `builder` within its boundary: all three may write what they are granted.
/// Of them `analyst` leaves iam idle, and `builder` ec2, by which it may act as `asleep` and write its policies. None of this
/// weighs more than it did: permissions management is granted there already.
#[test]
fn index_by_reach_names_who_is_reached_by_whom() {
    let by_reach = |more: &[&'static str]| {
        run(&on_example("index", &[&["--weighting", "reach"], more].concat()))
    };
    let reached = "\
reaches: more of its own by iam:AttachGroupPolicy (administrator)
  arn:aws:iam::111122223333:user/analyst
  arn:aws:iam::111122223333:user/newcomer
reaches: more of its own by iam:AttachRolePolicy (administrator)
  arn:aws:iam::111122223333:role/ci/builder
";
    assert_eq!(by_reach(&[]), Run::printed(&format!("{INDEX_TABLE}{reached}")));
    let rows: Value = serde_json::from_str(&by_reach(&["--output", "json"]).stdout).unwrap();
    let rows: Vec<Value> =
        rows.as_array().unwrap().iter().map(|row| row["reach"].clone()).collect();
    let more = |by: &str| json!({ "principal": "more of its own", "strength": "administrator", "by": [by], "through": [] });
    let by_iam = json!({ "service": "iam", "principal": "more of its own", "strength": "administrator",
                         "by": ["iam:AttachGroupPolicy"], "through": [] });
    let by_ec2 = json!({ "service": "ec2", "principal": "role/asleep", "strength": "administrator",
                         "by": ["iam:PassRole", "ec2:RunInstances", "iam:PutRolePolicy"], "through": [] });
    let code = [
        "ec2:ModifyInstanceAttribute",
        "ecs:ExecuteCommand",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    ];
    let expected = [
        json!({ "strongest": more("iam:AttachGroupPolicy"), "byService": [by_iam],
                "unresolved": ["glue:UpdateDevEndpoint", "glue:UpdateJob"] }),
        json!({ "strongest": more("iam:AttachGroupPolicy"), "byService": [by_iam], "unresolved": [] }),
        json!({ "strongest": null, "byService": [], "unresolved": [] }),
        Value::Null,
        json!({ "strongest": more("iam:AttachRolePolicy"), "byService": [by_ec2], "unresolved": code }),
    ];
    assert_eq!(rows, expected);
}

/// Of what `passes` is granted only s3 is used. By risk, 12 of 15 points are idle: writing to lambda and iam, and reading
/// s3. A function may run as an administrator, so that both weigh 10: 20 of 23. Its boundary leaves nothing of that.
#[test]
fn index_and_plan_weigh_what_is_idle_by_what_it_reaches() {
    let policy = |actions: Value| {
        json!([{ "PolicyName": "own", "PolicyDocument": { "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": actions, "Resource": "*" }
        ] } }])
    };
    let trust = |service: &str| {
        json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": service } }
        ] })
    };
    let passes =
        json!(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "s3:GetObject",]);
    let account = json!({ "RoleDetailList": [
        { "Arn": "arn:aws:iam::111122223333:role/admin", "RoleId": "AROAEXAMPLE0000000001",
          "CreateDate": "2020-01-01T00:00:00Z", "RolePolicyList": policy(json!("*")),
          "AssumeRolePolicyDocument": trust("lambda.amazonaws.com") },
        { "Arn": "arn:aws:iam::111122223333:role/passes", "RoleId": "AROAEXAMPLE0000000002",
          "CreateDate": "2020-01-01T00:00:00Z", "RolePolicyList": policy(passes),
          "AssumeRolePolicyDocument": trust("ec2.amazonaws.com") },
    ] });
    let passes = "arn:aws:iam::111122223333:role/passes";
    let report = json!({ passes: { "JobStatus": "COMPLETED", "JobCompletionDate": "2026-11-01T00:00:00Z",
        "ServicesLastAccessed": [
            { "ServiceNamespace": "iam" }, { "ServiceNamespace": "lambda" },
            { "ServiceNamespace": "s3", "LastAuthenticated": "2026-10-30T00:00:00Z" },
        ] } });
    let account = file("reach.account.json", &account.to_string());
    let access = file("reach.access.json", &report.to_string());
    let of = |command: &str, weighting: &str, of: &[&str]| {
        let printed = run(&[
            command,
            "--account",
            &account,
            "--access",
            &access,
            "--as-of",
            "2026-11-01",
            "--regions",
            "us-east-1",
            "--principal",
            passes,
            "--weighting",
            weighting,
            "--output",
            "json",
        ]);
        let rows: Value = serde_json::from_str(&printed.stdout).unwrap();
        of.iter().map(|key| rows[0][key].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(of("index", "risk", &["index", "reach"]), [json!(80), Value::Null]);
    let by = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"];
    let path =
        json!({ "principal": "role/admin", "strength": "administrator", "by": by, "through": [] });
    let by_service = ["iam", "lambda"].map(|service| {
        let mut path = path.clone();
        path["service"] = json!(service);
        path
    });
    let reach = json!({ "strongest": path, "byService": by_service, "unresolved": [] });
    assert_eq!(of("index", "reach", &["index", "reach"]), [json!(87), reach]);
    assert_eq!(of("plan", "reach", &["index", "expectedIndex"]), [json!(87), json!(0)]);
}

fn index_in(columns: &str) -> Run {
    leastwise(&on_example("index", &[])).env("COLUMNS", columns).output().unwrap().into()
}

#[test]
fn the_table_is_as_wide_as_columns_says_and_tells_less_where_it_is_narrow() {
    assert_eq!(index_in("80"), Run::printed(NARROW_INDEX_TABLE));
    for columns in [30, 40, 60, 80, 99, 100, 119, 120, 160, 300] {
        let printed = index_in(&columns.to_string()).stdout;
        let (table, below) = printed.split_once("not judged: ").unwrap();
        let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns, "{widest} of {columns} columns:\n{printed}");
        assert_eq!(table.contains("stale"), columns >= 100, "{printed}");
        let reason = format!("a service-linked role: only AWS can change it\n  {SERVICE_LINKED}\n");
        assert_eq!(below, reason);
    }
}

#[test]
fn a_width_that_is_none_is_passed_over() {
    for columns in ["", "0", "-1", "wide", "70000"] {
        assert_eq!(index_in(columns), Run::printed(INDEX_TABLE), "{columns}");
    }
}

/// `asleep` might send mail only since lately, and the account did not have `analyst` when it was saved.
#[test]
fn what_an_earlier_account_did_not_grant_is_unknown() {
    let account = std::fs::read_to_string(root().join("examples/account.json")).unwrap();
    let mut earlier: Value = serde_json::from_str(&account).unwrap();
    let roles = earlier["RoleDetailList"].as_array_mut().unwrap();
    let asleep = roles.iter_mut().find(|role| role["RoleName"] == "asleep").unwrap();
    asleep["RolePolicyList"][0]["PolicyDocument"]["Statement"][0]["Action"] =
        json!("sqs:SendMessage");
    earlier["UserDetailList"].as_array_mut().unwrap().retain(|user| user["UserName"] != "analyst");
    let earlier = file("earlier-account.json", &earlier.to_string());
    let arguments =
        ["--earlier-account", &earlier, "--minimum-known-percent", "0", "--output", "json"];
    let rows: Value = serde_json::from_str(&run(&on_example("index", &arguments)).stdout).unwrap();
    let row = |name: &str| {
        let mut rows = rows.as_array().unwrap().iter();
        rows.find(|row| row["principal"].as_str().unwrap().ends_with(name)).unwrap()
    };
    let recently = |service: &str| json!({ "service": service, "why": "not used yet, and granted only recently" });
    let asleep = row("asleep");
    assert_eq!((&asleep["index"], &asleep["unknown"]), (&json!(100), &json!([recently("ses")])));
    assert_eq!(asleep["drivers"], json!([{ "service": "sqs", "points": 100 }]));
    let analyst = row("analyst");
    let unknown: Vec<Value> =
        ["dynamodb", "glue", "iam", "kms", "redshift", "sqs"].map(recently).into();
    assert_eq!((&analyst["index"], &analyst["unknown"]), (&json!(0), &json!(unknown)));
}

#[test]
fn index_prints_json() {
    assert_eq!(run(&on_example("index", &["--output", "json"])), Run::printed(INDEX_JSON));
}

#[test]
fn index_and_plan_print_comma_separated_values_in_which_what_is_unknown_is_empty() {
    let lines = |command: &str| -> Vec<String> {
        let run = run(&on_example(command, &["--output", "csv"]));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        run.stdout.lines().map(ToOwned::to_owned).collect()
    };
    let index = lines("index");
    assert_eq!(index.len(), 6);
    assert_eq!(
        index[0],
        "principal,index,band,compliance,granted,used,coverage_percent,never_used,stale,idle_in_part,unknown,not_judged"
    );
    // 3 of 9 services are used.
    assert_eq!(
        index[1],
        "arn:aws:iam::111122223333:user/analyst,70,high,NON_COMPLIANT,9,3,33,5,1,0,0,"
    );
    assert_eq!(
        index[4],
        format!(
            "{SERVICE_LINKED},,,NOT_APPLICABLE,,,,,,,,a service-linked role: only AWS can change it"
        )
    );
    let plan = lines("plan");
    assert_eq!(
        plan[0],
        "principal,index,expected_index,kept,dropped,unknown,warnings,characters,refused"
    );
    assert_eq!(
        plan[2],
        "arn:aws:iam::111122223333:user/newcomer,0,0,2,0,1,KeepsIamWrites CatalogueIsOld ServiceLevelEvidence \
         FirstBoundary ReachesOtherRoles,1370,"
    );
    let refused = format!(
        "{SERVICE_LINKED},,,,,,,,`{SERVICE_LINKED}` is exempt: a service-linked role: only AWS can change it"
    );
    assert_eq!(plan[4], refused);
}

#[test]
fn plan_prints_a_table() {
    assert_eq!(run(&on_example("plan", &[])), Run::printed(PLAN_TABLE));
}

#[test]
fn plan_prints_json() {
    assert_eq!(run(&on_example("plan", &["--output", "json"])), Run::printed(PLAN_JSON));
}

#[test]
fn the_table_of_plans_is_as_wide_as_columns_says_and_refusals_stand_below_it() {
    for columns in [40, 60, 80, 99, 100, 119, 120, 160, 300] {
        let plan = leastwise(&on_example("plan", &[])).env("COLUMNS", columns.to_string()).output();
        let printed = Run::from(plan.unwrap()).stdout;
        let (table, below) = printed.split_once("refused: ").unwrap();
        let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns, "{widest} of {columns} columns:\n{printed}");
        assert_eq!(table.contains("dropped"), columns >= 100, "{printed}");
        let reason = format!(
            "it is exempt: a service-linked role: only AWS can change it\n  {SERVICE_LINKED}\n"
        );
        assert_eq!(below, reason);
    }
}

#[test]
fn the_plan_of_one_principal_is_printed_with_its_warnings_and_its_document() {
    let arguments = on_example("plan", &["--principal", BUILDER]);
    assert_eq!(run(&arguments), Run::printed(BUILDER_PLAN_TABLE));
}

#[test]
fn the_same_input_prints_the_same_bytes() {
    for command in ["index", "plan"] {
        for output in ["table", "json"] {
            let arguments = on_example(command, &["--output", output]);
            assert_eq!(run(&arguments), run(&arguments));
        }
    }
}

#[test]
fn a_time_of_day_and_an_offset_are_understood() {
    let at = |moment| {
        let files = ["--account", "examples/account.json", "--access", "examples/access.json"];
        run(&[&["index", "--as-of", moment], &files[..]].concat())
    };
    assert_eq!(at("2026-11-01T02:00:00+02:00"), at("2026-11-01"));
    assert_eq!(at("2026-11-01T00:00:00Z"), at("2026-11-01"));
}

#[test]
fn an_index_above_the_threshold_is_exit_code_3_and_one_at_it_is_not() {
    let principal = "arn:aws:iam::111122223333:user/analyst";
    let code = |threshold| {
        let run = run(&on_example("index", &["--principal", principal, "--threshold", threshold]));
        assert!(run.stdout.contains("user/analyst"), "{run:?}");
        (run.code, run.stderr)
    };
    let above = format!("above 69, or a break is suspected: `{principal}` 70\n");
    let expected = [(3, above), (0, String::new()), (0, String::new())];
    assert_eq!(["69", "70", "71"].map(code), expected);
}

#[test]
fn a_refusal_is_exit_code_4_only_for_the_one_principal_asked_for() {
    let expected = "\
[
  {
    \"principal\": \"arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig\",
    \"refused\": {
      \"error\": \"Exempt\",
      \"reason\": \"`arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig` is exempt: \
a service-linked role: only AWS can change it\"
    }
  }
]
";
    let alone = run(&on_example("plan", &["--principal", SERVICE_LINKED, "--output", "json"]));
    assert_eq!(alone, Run { code: 4, ..Run::printed(expected) });
    assert_eq!(run(&on_example("plan", &[])).code, 0);
}

#[test]
fn a_principal_that_cannot_be_judged_is_no_failure() {
    let run = run(&on_example("index", &["--principal", SERVICE_LINKED, "--output", "json"]));
    let expected = "\
[
  {
    \"principal\": \"arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig\",
    \"index\": null,
    \"band\": null,
    \"compliance\": \"NOT_APPLICABLE\",
    \"notJudged\": \"a service-linked role: only AWS can change it\",
    \"notJudgedType\": \"exempt\"
  }
]
";
    assert_eq!(run, Run::printed(expected));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for output in ["table", "json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = leastwise(&on_example("plan", &["--output", output]));
        let run: Run = command.stdout(writer).stderr(Stdio::piped()).output().unwrap().into();
        assert_eq!(run, Run::printed(""), "{output}");
    }
}

#[test]
fn the_exit_code_is_about_everybody_though_the_reader_went_away() {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*" }]
    });
    let arn = |number: usize| format!("arn:aws:iam::111122223333:role/role-{number:03}");
    let roles = (0..60).map(|number| {
        json!({
            "Arn": arn(number), "RoleId": format!("AROAEXAMPLE0000000{number:03}"),
            "RoleName": format!("role-{number:03}"), "CreateDate": "2020-01-01T00:00:00Z",
            "RolePolicyList": [{ "PolicyName": "work", "PolicyDocument": document }]
        })
    });
    let account = json!({ "RoleDetailList": roles.collect::<Vec<_>>() });
    let reports = (0..60).map(|number| {
        let services = ["s3", "sqs"].map(|service| {
            // The last one alone uses nothing.
            let used = if number == 59 { Value::Null } else { "2026-10-31T00:00:00Z".into() };
            json!({ "ServiceNamespace": service, "LastAuthenticated": used })
        });
        let report = json!({
            "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL",
            "JobCompletionDate": "2026-11-01T11:00:00Z", "ServicesLastAccessed": services
        });
        (arn(number), report)
    });
    let account = file("reader-gone-account.json", &account.to_string());
    let access = file("reader-gone-access.json", &Value::Object(reports.collect()).to_string());
    for threshold in [&["--threshold", "40"][..], &[]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = leastwise(&["index", "--account", &account, "--access", &access]);
        command.args(["--as-of", "2026-11-01T12:00:00Z", "--output", "json"]).args(threshold);
        let run: Run = command.stdout(writer).output().unwrap().into();
        assert_eq!(run.code, if threshold.is_empty() { 0 } else { 3 });
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    for command in ["index", "plan"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let run: Run = leastwise(&on_example(command, &[])).stdout(full).output().unwrap().into();
        let stderr =
            "error: could not write the result\n  because: No space left on device (os error 28)\n";
        assert_eq!(run, Run::complained(1, stderr));
    }
}

#[test]
fn the_version_names_the_catalogue_by_version_and_date() {
    let catalog = include_str!("../../../policy/src/catalog.txt");
    let header = |key: &str| catalog.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    let actions = catalog.lines().filter(|line| !line.starts_with('#') && line.contains(' '));
    let expected = format!(
        "leastwise {} (action catalogue: iam-data {} of {}, {} actions)\n",
        env!("CARGO_PKG_VERSION"),
        header("# version: "),
        header("# date: "),
        actions.count()
    );
    assert_eq!(run(&["--version"]), Run::printed(&expected));
}
