//! `leastwise doctor`: what it is given, and how it ends. The README shows what it prints.

use crate::program::{Run, file, root, run};
use serde_json::{Map, Value, json};
use std::fs;

const BUCKET: [&str; 3] = ["doctor", "--parameter-overrides", "CodeBucket=packages"];

fn with_bucket(more: &[&str]) -> Run {
    run(&[&BUCKET, more].concat())
}

/// What is found, as JSON.
fn found(more: &[&str]) -> Value {
    let run = with_bucket(&[more, &["--output", "json"]].concat());
    serde_json::from_str::<Map<String, Value>>(&run.stdout).unwrap().remove("findings").unwrap()
}

#[test]
fn where_nothing_is_wrong_the_exit_code_is_0() {
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("leastwise {version}: 0 errors, 0 warnings, 0 not checked\n");
    assert_eq!(with_bucket(&[]), Run::printed(&expected));
    let template = ["--template", "cloudformation/leastwise.yaml"];
    assert_eq!(with_bucket(&template), Run::printed(&expected));
}

#[test]
fn a_warning_is_no_failure_and_an_error_is_one() {
    assert_eq!(with_bucket(&["Quarantine=on"]).code, 0);
    assert_eq!(with_bucket(&["Threshold=101"]).code, 1);
    assert_eq!(
        found(&["Threshold=101"]),
        json!([{
            "severity": "error", "subject": "Threshold", "fact": "it is `101`",
            "limit": "allowed is a whole number from 0 to 100", "next": "correct the value"
        }])
    );
}

#[test]
fn an_override_goes_before_the_file() {
    let path = file("doctor.json", r#"{"Parameters": {"CodeBucket": "B", "Threshold": "40"}}"#);
    assert_eq!(run(&["doctor", "--parameters", &path]).code, 1);
    assert_eq!(with_bucket(&["--parameters", &path]).code, 0);
}

#[test]
fn a_list_in_s3_is_read_from_its_copy() {
    let list = "ExemptionList=s3://security-lists/exempt.txt";
    let copy = |text| format!("ExemptionList={}", file("doctor-list.txt", text));
    assert_eq!(found(&[list, "--list", &copy("ops-*\n")]), json!([]));
    assert_eq!(
        found(&[list, "--list", &copy("ops-*\nrole/admin\n")])[0]["fact"],
        "its list cannot be read: line 2: `ExemptionList` is `role/admin`; allowed is names, ARNs of users, roles and \
         groups, and paths such as `/ops/`, separated by commas, with `*` and `?` as wildcards"
    );
}

#[test]
fn a_copy_for_a_parameter_that_there_is_not_is_not_read() {
    assert_eq!(
        found(&["--list", "Foo=nowhere.txt"]),
        json!([{
            "severity": "warning", "subject": "Foo",
            "fact": "a local copy of its list is given, and there is no such parameter",
            "limit": "the template has none of this name",
            "next": "leave it out; docs/guide/settings.md lists the parameters"
        }])
    );
}

#[test]
fn what_the_stack_keeps_is_not_known_nor_whether_a_copy_stands_for_it() {
    let kept = r#"[{"ParameterKey": "ExemptionList", "UsePreviousValue": true}]"#;
    let kept = file("doctor-kept.json", kept);
    let copy = format!("ExemptionList={}", file("doctor-copy.txt", "ops-*\n"));
    assert_eq!(
        found(&["--parameters", &kept, "--list", &copy]),
        json!([
            {
                "severity": "unchecked", "subject": "ExemptionList",
                "fact": "a local copy of its list is given",
                "limit": "its value is not known, nor whether that names a file in S3, so the copy is not read",
                "next": "write the value out to have the copy read"
            },
            {
                "severity": "unchecked", "subject": "ExemptionList",
                "fact": "the stack keeps the value that it has",
                "limit": "that value cannot be seen from here",
                "next": "write the value out to have it checked"
            }
        ])
    );
}

#[test]
fn a_template_of_another_version_is_found() {
    let template = fs::read_to_string(root().join("cloudformation/leastwise.yaml")).unwrap();
    let other = template.replace("\n  Threshold:\n", "\n  HighestIndex:\n");
    assert_ne!(other, template);
    let other = file("doctor-template.yaml", &other);
    assert_eq!(
        found(&["--template", &other])[0]["fact"],
        "it also has HighestIndex, and lacks Threshold"
    );
}

#[test]
fn what_cannot_be_read_says_what_is_expected() {
    let path = file("doctor-text.txt", "Threshold=40");
    let expected = format!(
        "error: could not use `{path}` as parameters\n  because: it is not JSON: expected value at line 1 column 1\n\n\
         next: write what `aws cloudformation deploy --parameter-overrides file://…` takes: \
         [\"CodeBucket=…\", \"Threshold=40\"]\n"
    );
    assert_eq!(run(&["doctor", "--parameters", &path]), Run::complained(1, &expected));
    let twice = file("doctor-twice.json", r#"{"Parameters": {"A": "1", "A": "2"}}"#);
    let said = run(&["doctor", "--parameters", &twice]).stderr;
    assert!(
        said.contains("\n  because: the key `A` is there twice at line 1 column 29\n"),
        "{said}"
    );
    assert_eq!(run(&["doctor"]).code, 2);
    assert_eq!(run(&["doctor", "--parameter-overrides", "Threshold"]).code, 2);
}
