//! Files as people have them: in other encodings, with one entry that cannot be read, or with reports
//! on somebody else.

use crate::program::{Run, file, root, run};
use serde_json::{Value, json};
use std::fs;

const APP: &str = "arn:aws:iam::111122223333:role/app";
const ODD: &str = "arn:aws:iam::111122223333:role/odd";

/// A role with these members that may use queues.
fn role(name: &str, more: &Value) -> Value {
    let mut role = json!({
        "Arn": format!("arn:aws:iam::111122223333:role/{name}"), "RoleName": name,
        "RoleId": format!("AROAEXAMPLE0{name}"), "CreateDate": "2022-03-01T06:00:00Z",
        "RolePolicyList": [{ "PolicyName": "inline", "PolicyDocument": { "Statement": [
            { "Effect": "Allow", "Action": "sqs:*", "Resource": "*" }
        ] } }]
    });
    role.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    role
}

fn report(entity: &str) -> Value {
    json!({
        "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL",
        "JobCreationDate": "2026-11-01T00:00:00Z", "JobCompletionDate": "2026-11-01T00:00:00Z",
        "ServicesLastAccessed": [{
            "ServiceNamespace": "sqs", "LastAuthenticated": "2026-10-31T06:00:00Z",
            "LastAuthenticatedEntity": entity
        }]
    })
}

fn leastwise(command: &str, account: &str, access: &str) -> Run {
    let files = ["--account", account, "--access", access];
    let how = ["--as-of", "2026-11-01", "--output", "json", "--untracked-regions", "unused"];
    run(&[&[command], &files[..], &how[..]].concat())
}

/// The run on an account of these roles with these reports.
fn on(command: &str, name: &str, roles: &Value, access: &Value) -> Run {
    let account = json!({ "RoleDetailList": roles });
    let account = file(&format!("{command}-{name}-account.json"), &account.to_string());
    let access = file(&format!("{command}-{name}-access.json"), &access.to_string());
    leastwise(command, &account, &access)
}

fn rows(run: &Run) -> Vec<Value> {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr))
}

#[test]
fn a_file_in_utf_16_is_read_like_any_other() {
    let in_utf_16 = |name: &str| {
        let text = fs::read_to_string(root().join("examples").join(name)).unwrap();
        let path = file(&format!("utf-16-{name}"), "");
        let marked = format!("\u{feff}{text}");
        let bytes: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(&path, bytes).unwrap();
        path
    };
    let read = leastwise("index", &in_utf_16("account.json"), &in_utf_16("access.json"));
    let same = leastwise("index", "examples/account.json", "examples/access.json");
    assert_eq!(read, same);
}

#[test]
fn a_file_that_is_no_text_says_so() {
    let path = file("no-text.json", "");
    fs::write(&path, b"{\"UserDetailList\": [\xff]}").unwrap();
    let expected = format!(
        "error: could not read `{path}`\n  because: it is neither UTF-8 nor UTF-16 text: byte 20 cannot be read; \
         save it as UTF-8\n\nnext: aws iam get-account-authorization-details --output json > account.json\n"
    );
    assert_eq!(leastwise("index", &path, "examples/access.json"), Run::complained(1, &expected));
}

#[test]
fn an_entry_that_cannot_be_read_is_not_judged_and_everybody_else_is() {
    let odd = json!({ "Tags": [{ "Key": "a", "Value": null }] });
    let roles = json!([role("odd", &odd), role("app", &json!({}))]);
    let access = json!({ APP: report(APP), ODD: report(ODD) });
    let why = "its entry in `RoleDetailList` cannot be read: missing field `Value`; save the account data again";
    let run = on("index", "odd", &roles, &access);
    assert_eq!(run.stderr, "");
    let [app, odd] = &rows(&run)[..] else { panic!("two rows") };
    assert_eq!((&app["principal"], &app["index"]), (&json!(APP), &json!(0)));
    let expected = json!({ "principal": ODD, "index": null, "band": null,
                           "compliance": "NOT_APPLICABLE", "notJudged": why,
                           "notJudgedType": "unreadable" });
    assert_eq!(*odd, expected);
    let run = on("plan", "odd", &roles, &access);
    let [app, odd] = &rows(&run)[..] else { panic!("two rows") };
    assert!(app["boundary"].is_object());
    let reason = format!("`{ODD}` cannot be planned for: {why}");
    let refused = json!({ "error": "PermissionsUnknown", "reason": reason });
    assert_eq!(*odd, json!({ "principal": ODD, "refused": refused }));
}

#[test]
fn an_entry_without_an_arn_goes_by_its_name_and_one_without_any_is_said_on_stderr() {
    let roles = json!([role("app", &json!({})), role("nameless", &json!({ "Arn": null })), 5]);
    let access = json!({ APP: report(APP) });
    let run = on("index", "nameless", &roles, &access);
    let names: Vec<Value> = rows(&run).iter().map(|row| row["principal"].clone()).collect();
    assert_eq!(names, [json!(APP), json!("nameless")]);
    assert_eq!(
        run.stderr,
        "warning: entry 2 of `RoleDetailList` cannot be read: invalid type: integer `5`, expected a JSON object\n"
    );
}

#[test]
fn a_report_on_somebody_else_judges_nobody() {
    let other = "arn:aws:iam::111122223333:role/other";
    let access = json!({ APP: report(other) });
    let why = format!(
        "its service last accessed report is on another principal: it names `{other}` as the one that made the last \
         attempt; ask IAM for a report on this principal"
    );
    let roles = json!([role("app", &json!({}))]);
    let rows = |command| rows(&on(command, "other", &roles, &access));
    assert_eq!(rows("index")[0]["notJudged"], why);
    let reason = format!("`{APP}` cannot be planned for: {why}");
    assert_eq!(rows("plan")[0]["refused"]["reason"], reason);
}

#[test]
fn reports_that_nobody_is_judged_by_are_named_but_not_all_of_them() {
    let mut access = json!({ "role/app": report(APP), APP: null });
    for number in 1..=7 {
        let arn = format!("arn:aws:iam::111122223333:role/gone-{number}");
        access[&arn] = report(&arn);
    }
    let run = on("index", "gone", &json!([role("app", &json!({}))]), &access);
    let gone: Vec<String> =
        (1..=5).map(|number| format!("`arn:aws:iam::111122223333:role/gone-{number}`")).collect();
    assert_eq!(
        run.stderr,
        format!(
            "warning: nobody is judged by the report on `role/app`, which is not the ARN of a user or role\n\
             warning: nobody is judged by the reports on {} and 2 more, which are not in the account data\n",
            gone.join(", ")
        )
    );
    assert_eq!(
        rows(&run)[0]["notJudged"],
        "there is no service last accessed data for it; add what `aws iam get-service-last-accessed-details` prints for it \
         to the file of --access, under its ARN"
    );
}

#[test]
fn a_report_without_the_arn_that_it_belongs_to_says_how_to_write_it() {
    for (name, access) in [("one", report(APP)), ("pages", json!([report(APP), report(APP)]))] {
        let run = on("index", name, &json!([role("app", &json!({}))]), &access);
        let why = "because: it is one report, and does not say on whom; write \
                   {\"arn:aws:iam::111122223333:role/name\": …} around it, with the ARN that the report was asked for";
        assert!(run.code == 1 && run.stderr.contains(why), "{}", run.stderr);
    }
}

#[test]
fn a_key_that_is_there_twice_is_an_error() {
    let access = format!("{{\"{APP}\": {}, \"{APP}\": {}}}", report(APP), report(APP));
    let access = file("twice.json", &access);
    let run = leastwise("index", "examples/account.json", &access);
    assert!(run.code == 1 && run.stdout.is_empty());
    assert!(run.stderr.contains(&format!("the key `{APP}` is there twice")), "{}", run.stderr);
}

#[test]
fn a_managed_policy_that_is_missing_says_how_to_get_it() {
    let read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let attached = json!({ "AttachedManagedPolicies": [{ "PolicyArn": read_only }] });
    let roles = json!([role("app", &attached)]);
    let access = json!({ APP: report(APP) });
    let why = format!(
        "what managed policy `{read_only}` grants is unknown: its text is missing from the account data; save \
         `aws iam get-account-authorization-details` without `--filter`, or with \
         `--filter User Role Group LocalManagedPolicy AWSManagedPolicy`"
    );
    let rows = |command| rows(&on(command, "missing", &roles, &access));
    assert_eq!(rows("index")[0]["notJudged"], why);
    let reason = rows("plan")[0]["refused"]["reason"].as_str().unwrap().to_owned();
    assert!(reason.ends_with(&why), "{reason}");
}

#[test]
fn what_the_rule_would_report_goes_by_the_threshold() {
    let compliance = |threshold: &[&str]| {
        let example = ["--account", "examples/account.json", "--access", "examples/access.json"];
        let how = ["index", "--as-of", "2026-11-01", "--output", "json"];
        let run = run(&[&how[..], &example[..], threshold].concat());
        rows(&run)[0]["compliance"].as_str().unwrap().to_owned()
    };
    // The index of the analyst is 70.
    assert_eq!(compliance(&[]), "NON_COMPLIANT");
    assert_eq!(compliance(&["--threshold", "69"]), "NON_COMPLIANT");
    assert_eq!(compliance(&["--threshold", "70"]), "COMPLIANT");
}

/// The index of the example account with these further arguments.
fn example_with(more: &[&str]) -> Run {
    let files = ["--account", "examples/account.json", "--access", "examples/access.json"];
    let how = ["index", "--as-of", "2026-11-01", "--output", "json"];
    run(&[&how[..], &files[..], more].concat())
}

#[test]
fn without_the_enabled_regions_it_is_said_what_is_overlooked() {
    let warning = "warning: use in a Region that IAM does not track is overlooked: name the enabled Regions by --regions (aws \
                   account list-regions), or say --untracked-regions unused if nothing runs there\n";
    assert_eq!(example_with(&[]).stderr, warning);
    for more in [["--regions", "us-east-1"], ["--untracked-regions", "unused"]] {
        assert_eq!(example_with(&more).stderr, "", "{more:?}");
    }
}

#[test]
fn what_was_never_used_is_unknown_where_iam_does_not_track_an_enabled_region() {
    let regions = ["--regions", "us-east-1, xx-nowhere-1", "--minimum-known-percent", "0"];
    let asleep = |run: &Run| {
        let mut rows = rows(run).into_iter();
        rows.find(|row| row["principal"] == "arn:aws:iam::111122223333:role/asleep").unwrap()
    };
    let known = asleep(&example_with(&["--regions", "us-east-1"]));
    assert_eq!((&known["neverUsed"], &known["index"]), (&json!(2), &json!(100)));
    let unknown = asleep(&example_with(&regions));
    assert_eq!((&unknown["neverUsed"], &unknown["index"]), (&json!(0), &Value::Null));
    let unused = [&regions[..], &["--untracked-regions", "unused"]].concat();
    assert_eq!(asleep(&example_with(&unused)), known);
}

#[test]
fn what_is_no_region_is_named() {
    for (regions, why) in [
        (
            "us-east-1,Frankfurt",
            "`Frankfurt` is not the code of a Region, such as eu-west-1; separate several by commas",
        ),
        ("us-east-1,", "an entry is empty; name Regions, such as eu-west-1, separated by commas"),
    ] {
        let run = example_with(&["--regions", regions]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
}
