//! Usage files: what others than IAM saw of the account's principals.

use crate::program::{Run, file, run};
use serde_json::{Value, json};
use std::fs;

const ROLE: &str = "arn:aws:iam::111122223333:role/app";

fn account(name: &str) -> String {
    let role = json!({
        "Arn": ROLE, "RoleName": "app", "RoleId": "AROAEXAMPLE0APP",
        "CreateDate": "2022-03-01T06:00:00Z",
        "RolePolicyList": [{ "PolicyName": "inline", "PolicyDocument": { "Statement": [
            { "Effect": "Allow", "Action": ["sns:*", "sqs:*"], "Resource": "*" }
        ] } }]
    });
    file(&format!("evidence-{name}-account.json"), &json!({ "RoleDetailList": [role] }).to_string())
}

fn access(name: &str) -> String {
    let report = json!({
        "JobStatus": "COMPLETED", "JobType": "SERVICE_LEVEL",
        "JobCreationDate": "2026-11-01T00:00:00Z", "JobCompletionDate": "2026-11-01T00:00:00Z",
        "ServicesLastAccessed": [
            { "ServiceNamespace": "sns" },
            { "ServiceNamespace": "sqs", "LastAuthenticated": "2026-10-31T06:00:00Z" }
        ]
    });
    file(&format!("evidence-{name}-access.json"), &json!({ ROLE: report }).to_string())
}

fn usage_file(name: &str, lines: &[Value]) -> String {
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    file(&format!("evidence-{name}.jsonl"), &(lines.join("\n") + "\n"))
}

fn seen_by_trail(account: &str) -> [Value; 3] {
    [
        json!({ "usageFile": 1, "source": "cloud-trail", "account": account }),
        json!({ "id": "AROAEXAMPLE0APP", "used": "sns:Publish", "last": "2026-10-30T06:00:00Z" }),
        json!({ "end": 1 }),
    ]
}

/// The run of `index` or `plan` with this usage file, if there is one.
fn judged(name: &str, command: &str, usage_file: Option<&str>) -> Run {
    let (account, access) = (account(name), access(name));
    let files = ["--account", &account, "--access", &access];
    let how = ["--as-of", "2026-11-01", "--output", "json", "--untracked-regions", "unused"];
    let evidence = usage_file.map(|path| ["--evidence", path]);
    let evidence = evidence.as_ref().map_or(&[][..], |it| &it[..]);
    run(&[&[command], &files[..], &how[..], evidence].concat())
}

fn row(run: &Run) -> Value {
    let rows: Vec<Value> =
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    rows.first().unwrap().clone()
}

#[test]
fn what_a_trail_saw_is_kept_and_the_plan_names_who_saw_it() {
    let trail = usage_file("seen", &seen_by_trail("111122223333"));
    assert_eq!(row(&judged("seen", "index", None))["index"], 50);
    let index = judged("seen", "index", Some(&trail));
    assert_eq!((index.code, &row(&index)["index"], &*index.stderr), (0, &json!(0), ""));
    let plan = row(&judged("seen", "plan", Some(&trail)));
    let mut kept = plan["kept"].as_array().unwrap().clone();
    kept.retain(|kept| kept["why"] == "used");
    assert_eq!(
        Value::from(kept),
        json!([
            { "service": "sns", "why": "used", "lastUsed": "2026-10-30T06:00:00Z",
              "seenBy": "cloud-trail" },
            { "service": "sqs", "why": "used", "lastUsed": "2026-10-31T06:00:00Z" }
        ])
    );
}

#[test]
fn a_usage_file_that_cannot_be_used_stops_the_command() {
    let [header, used, _] = seen_by_trail("111122223333");
    let cut = usage_file("cut", &[header, used]);
    let expected = format!(
        "error: could not use `{cut}` as a usage file\n  because: it is cut short after line 2: the last \
         line of a usage file is `{{\"end\":N}}`; write it anew\n\nnext: write it by `leastwise \
         evidence`, or as docs/usage-file.md says\n"
    );
    assert_eq!(judged("cut", "index", Some(&cut)), Run::complained(1, &expected));
    assert_eq!(run(&["evidence", "check", &cut]), Run::complained(1, &expected));
}

#[test]
fn a_usage_file_of_another_account_says_nothing_and_that_is_said() {
    let other = usage_file(
        "other",
        &[
            json!({ "usageFile": 1, "source": "other", "account": "444455556666" }),
            json!({ "principal": "arn:aws:iam::444455556666:role/app", "used": "sns:Publish",
                "last": "2026-10-30T06:00:00Z" }),
            json!({ "end": 1 }),
        ],
    );
    let index = judged("other", "index", Some(&other));
    assert_eq!(row(&index)["index"], 50);
    assert_eq!(
        index.stderr,
        "warning: a usage file is about account 444455556666, and nobody in the account data is of it\n"
    );
}

#[test]
fn a_denial_by_our_boundary_is_a_proved_break() {
    let boundary = "arn:aws:iam::111122223333:policy/leastwise/role-app";
    let denied = usage_file(
        "denied",
        &[
            json!({ "usageFile": 1, "source": "cloud-trail", "account": "111122223333" }),
            json!({ "id": "AROAEXAMPLE0APP", "denied": "sns:Publish", "by": "permissions-boundary",
                "policy": boundary, "first": "2026-10-29T06:00:00Z", "last": "2026-10-30T06:00:00Z",
                "count": 7 }),
            json!({ "end": 1 }),
        ],
    );
    // Nobody carries the boundary: it is none of what stands.
    let unbounded = judged("denied", "index", Some(&denied));
    assert_eq!((unbounded.code, row(&unbounded).get("provedBreaks")), (0, None));

    let path = account("bounded");
    let mut bounded: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    bounded["RoleDetailList"][0]["PermissionsBoundary"] =
        json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary });
    bounded["Policies"] = json!([{
        "PolicyName": "role-app", "Arn": boundary, "DefaultVersionId": "v1",
        "PolicyVersionList": [{
            "VersionId": "v1", "IsDefaultVersion": true, "CreateDate": "2026-10-20T12:00:00Z",
            "Document": { "Statement": [
                { "Effect": "Allow", "Action": "sqs:*", "Resource": "*" }
            ] }
        }]
    }]);
    fs::write(&path, bounded.to_string()).unwrap();
    let access = access("bounded");
    let how = ["--as-of", "2026-11-01", "--output", "json", "--untracked-regions", "unused"];
    let files = ["index", "--account", &path, "--access", &access, "--evidence", &denied];
    let files = [&files[..], &["--threshold", "40"]].concat();
    let bounded = run(&[&files[..], &how[..]].concat());
    assert_eq!(bounded.code, 3);
    assert_eq!(row(&bounded)["suspectedBreaks"], json!(["sns:Publish"]));
    assert_eq!(
        row(&bounded)["provedBreaks"],
        json!([{ "action": "sns:Publish", "first": "2026-10-29T06:00:00Z",
                 "last": "2026-10-30T06:00:00Z", "count": 7 }])
    );
}

#[test]
fn check_says_what_a_usage_file_holds() {
    let mut lines = seen_by_trail("111122223333");
    let silent = usage_file("silent", &lines);
    lines[0]["saw"] = json!([
        { "from": "2026-05-01T00:00:00Z", "to": "2026-11-01T00:00:00Z", "regions": "all",
          "management": true, "dataOf": ["s3", "sqs"] },
        { "from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00Z",
          "regions": { "in": ["eu-west-1", "eu-west-2"] }, "management": true }
    ]);
    let seeing = usage_file("seeing", &lines);
    assert_eq!(
        run(&["evidence", "check", &silent, &seeing]),
        Run::printed(&format!(
            "{silent}: CloudTrail, account 111122223333; principals: 1, used: 1, denied: 0\n\
             \x20 shows use, and calls nothing idle: it does not say what it saw all of\n\
             {seeing}: CloudTrail, account 111122223333; principals: 1, used: 1, denied: 0\n\
             \x20 would have seen management events and data events of s3, sqs in all Regions, \
             2026-05-01T00:00:00+00:00 to 2026-11-01T00:00:00+00:00\n\
             \x20 would have seen management events in eu-west-1, eu-west-2, \
             2026-06-01T00:00:00+00:00 to 2026-07-01T00:00:00+00:00\n"
        ))
    );
}

#[test]
fn who_is_in_a_usage_file_and_not_in_the_account_is_named() {
    let used = |who: Value| {
        let mut row = json!({ "used": "sns:Publish", "last": "2026-10-30T06:00:00Z" });
        row.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
        row
    };
    // A path that was left out, and the id of another one.
    let strangers = usage_file(
        "strangers",
        &[
            json!({ "usageFile": 1, "source": "other", "account": "111122223333" }),
            used(json!({ "principal": "arn:aws:iam::111122223333:role/no-such" })),
            used(json!({ "id": "AROAEXAMPLE0NOSUCH01" })),
            json!({ "end": 2 }),
        ],
    );
    let index = judged("strangers", "index", Some(&strangers));
    assert_eq!(row(&index)["index"], 50);
    assert_eq!(
        index.stderr,
        format!(
            "warning: `{strangers}` says nothing of anybody by what it has on AROAEXAMPLE0NOSUCH01 and 1 more: not \
             in the account data\n"
        )
    );
}
