//! Lists in files: the same forms, and the same care, as those that the Lambdas read from S3.

use crate::program::{Run, file, on_example, run};
use serde_json::Value;

const ASLEEP: &str = "arn:aws:iam::111122223333:role/asleep";

fn plan(more: &[&str]) -> Run {
    run(&on_example("plan", &[&["--principal", ASLEEP, "--output", "json"], more].concat()))
}

fn refused(run: &Run) -> String {
    let rows: Value = serde_json::from_str(&run.stdout).unwrap();
    rows.pointer("/0/refused/reason").unwrap().as_str().unwrap().to_owned()
}

#[test]
fn a_list_may_be_written_out_or_be_in_a_file() {
    let path = file("exempt.txt", "\u{feff}# left alone\r\nasleep, /ops/\r\n");
    let address = format!("file://{path}");
    for (arguments, why) in [
        (["--exempt-principals", "asleep"], "exempt by `asleep` in ExemptPrincipals"),
        (["--exempt-principals", &address], "exempt by `asleep` in ExemptPrincipals"),
        (["--exemption-list", &path], "exempt by `asleep` in ExemptionList"),
        (
            ["--break-glass-principals", &address],
            "kept for emergencies by `asleep` in BreakGlassPrincipals",
        ),
    ] {
        let run = plan(&arguments);
        let reason = format!("`{ASLEEP}` is exempt: {why}");
        assert_eq!((run.code, refused(&run)), (4, reason), "{arguments:?}");
    }
    let run = plan(&["--do-not-enforce-list", &path]);
    let reason = format!("`{ASLEEP}` is judged and never bounded: `asleep` in DoNotEnforceList");
    assert_eq!((run.code, refused(&run)), (4, reason));
}

#[test]
fn a_group_of_administrators_that_the_account_does_not_have_stops_everything() {
    for command in ["index", "plan"] {
        let run = run(&on_example(command, &["--admin-group-name", "admin"]));
        let expected = "error: AdminGroupName is `admin`, and `examples/account.json` has no group of this name\n\n\
             next: leave it out, or name a group of the account\n";
        assert_eq!(run, Run::complained(1, expected));
    }
}

#[test]
fn base_actions_in_a_file_are_those_of_the_boundary() {
    let path = file("base.txt", "sts:GetCallerIdentity # free\nhealth:DescribeEvents\n");
    let written_out = plan(&["--base-actions", "sts:GetCallerIdentity,health:DescribeEvents"]);
    assert_eq!(plan(&["--base-actions", &format!("file://{path}")]), written_out);
    assert!(written_out.stdout.contains("health:DescribeEvents"), "{}", written_out.stdout);
}

#[test]
fn a_list_file_that_cannot_be_used_stops_everything() {
    let failed = |flag: &str, path: &str, because: &str| {
        let expected = format!(
            "error: could not use `{path}` as a list\n  because: {because}\n\n\
             next: write one entry a line; # begins a comment\n"
        );
        let run = plan(&[flag, &format!("file://{path}")]);
        assert_eq!(run, Run::complained(1, &expected), "{flag}");
    };
    let empty = file("empty.txt", "# nobody\n");
    for flag in ["--exempt-principals", "--base-actions", "--always-allow", "--ignored-policies"] {
        failed(flag, &empty, "it has no entry; write `none` into a list that is to be empty");
    }
    let path = file("policies.txt", "arn:aws:iam::aws:policy/ReadOnlyAccess\nReadOnlyAccess\n");
    failed(
        "--ignored-policies",
        &path,
        "line 2: `IgnoredPolicies` is `ReadOnlyAccess`; allowed is ARNs of managed policies such as \
         `arn:aws:iam::aws:policy/ReadOnlyAccess`, separated by commas, without wildcards",
    );
}
