//! What the program says when it cannot do what it was asked to: nothing on stdout, on stderr what is wrong and why, then
//! what to do next.

use crate::program::{Run, file, on_example, run};

const ACCOUNT_NEXT: &str =
    "next: aws iam get-account-authorization-details --output json > account.json";
const ACCESS_NEXT: &str = "next: write a JSON object from principal ARN to what \
     `aws iam get-service-last-accessed-details --max-items 1000 --job-id …` prints";

/// An error with its cause and its next.
fn failed(error: &str, because: &str, next: &str) -> Run {
    Run::complained(1, &format!("error: {error}\n  because: {because}\n\n{next}\n"))
}

/// An argument with a value that is not allowed, as clap reports it.
fn wrong_usage(argument: &str, value: &str, why: &str) -> Run {
    let error = format!("error: invalid value '{value}' for '{argument}': {why}");
    Run::complained(2, &format!("{error}\n\nFor more information, try '--help'.\n"))
}

fn index(account: &str, access: &str) -> Run {
    run(&["index", "--account", account, "--access", access, "--as-of", "2026-11-01"])
}

fn index_of_account(account: &str) -> Run {
    index(account, "examples/access.json")
}

fn index_with_access(access: &str) -> Run {
    index("examples/account.json", access)
}

#[test]
fn a_file_that_is_not_there() {
    let why = "No such file or directory (os error 2)";
    let expected = failed("could not read `nowhere.json`", why, ACCOUNT_NEXT);
    assert_eq!(index_of_account("nowhere.json"), expected);
    let expected = failed("could not read `nowhere.json`", why, ACCESS_NEXT);
    assert_eq!(index_with_access("nowhere.json"), expected);
}

#[test]
fn a_file_that_is_not_json() {
    let path = file("not-json", "UserDetailList\tmira\n");
    assert_eq!(
        index_of_account(&path),
        failed(
            &format!("could not use `{path}` as account data"),
            "the account data is not what `aws iam get-account-authorization-details` prints: \
             expected value at line 1 column 1",
            ACCOUNT_NEXT
        )
    );
    assert_eq!(
        index_with_access(&path),
        failed(
            &format!("could not use `{path}` as service last accessed data"),
            "expected value at line 1 column 1",
            ACCESS_NEXT
        )
    );
}

#[test]
fn a_file_that_ends_too_early() {
    let path = file("cut.json", "{\"UserDetailList\": [");
    assert_eq!(
        index_of_account(&path),
        failed(
            &format!("could not use `{path}` as account data"),
            "the account data is not what `aws iam get-account-authorization-details` prints: \
             EOF while parsing a list at line 1 column 20",
            ACCOUNT_NEXT
        )
    );
}

#[test]
fn an_account_of_which_pages_are_missing() {
    let path = file(
        "first-page.json",
        r#"{"UserDetailList": [], "RoleDetailList": [], "IsTruncated": true, "Marker": "page-2"}"#,
    );
    assert_eq!(
        index_of_account(&path),
        failed(
            &format!("could not use `{path}` as account data"),
            "the account data is incomplete: more was to follow marker `page-2`; save all of it, without `--max-items` \
             and `--no-paginate`",
            ACCOUNT_NEXT
        )
    );
}

#[test]
fn the_two_files_in_the_wrong_order() {
    assert_eq!(
        index_of_account("examples/access.json"),
        failed(
            "could not use `examples/access.json` as account data",
            "the account data, or a page of it, has none of `UserDetailList`, `RoleDetailList`, `GroupDetailList`, \
             `Policies`",
            ACCOUNT_NEXT
        )
    );
    assert_eq!(
        index_with_access("examples/account.json"),
        failed(
            "could not use `examples/account.json` as service last accessed data",
            "it is what `aws iam get-account-authorization-details` prints; give it as --account",
            ACCESS_NEXT
        )
    );
}

#[test]
fn reports_in_an_array_instead_of_by_principal() {
    let path = file("array.json", "[]");
    assert_eq!(
        index_with_access(&path),
        failed(
            &format!("could not use `{path}` as service last accessed data"),
            "it is not a JSON object from principal ARN to report",
            ACCESS_NEXT
        )
    );
}

#[test]
fn a_principal_that_is_not_in_the_account() {
    let expected = "\
error: `arn:aws:iam::111122223333:user/nobody` is not in `examples/account.json`

next: leave out --principal to see who is there
";
    for command in ["index", "plan"] {
        let nobody = ["--principal", "arn:aws:iam::111122223333:user/nobody"];
        assert_eq!(run(&on_example(command, &nobody)), Run::complained(1, expected));
    }
}

#[test]
fn a_principal_without_a_report_is_not_judged_and_not_planned_for() {
    let path = file("no-reports.json", "{}");
    let asleep = "arn:aws:iam::111122223333:role/asleep";
    let only = ["--principal", asleep, "--output", "json", "--untracked-regions", "unused"];
    let with = |command| {
        let files = ["--account", "examples/account.json", "--access", path.as_str()];
        run(&[&[command], &files[..], &only[..]].concat())
    };
    let index = "\
[
  {
    \"principal\": \"arn:aws:iam::111122223333:role/asleep\",
    \"index\": null,
    \"band\": null,
    \"compliance\": \"NOT_APPLICABLE\",
    \"notJudged\": \"there is no service last accessed data for it; add what `aws iam get-service-last-accessed-details` \
prints for it to the file of --access, under its ARN\",
    \"notJudgedType\": \"no-usable-report\"
  }
]
";
    assert_eq!(with("index"), Run::printed(index));
    let plan = "\
[
  {
    \"principal\": \"arn:aws:iam::111122223333:role/asleep\",
    \"refused\": {
      \"error\": \"UsageUnknown\",
      \"reason\": \"`arn:aws:iam::111122223333:role/asleep` cannot be planned for: there is no service last accessed data for \
it; add what `aws iam get-service-last-accessed-details` prints for it to the file of --access, under its ARN\"
    }
  }
]
";
    assert_eq!(with("plan"), Run { code: 4, ..Run::printed(plan) });
}

#[test]
fn an_argument_with_a_value_that_is_not_allowed() {
    let group = "arn:aws:iam::111122223333:group/analysts";
    let cases = [
        (
            ["index", "--principal", group],
            "--principal <ARN>",
            format!(
                "`{group}` is not the ARN of an IAM user or role, such as `arn:aws:iam::111122223333:role/path/name`"
            ),
        ),
        (
            ["index", "--unused-after-days", "0"],
            "--unused-after-days <DAYS>",
            "`UnusedAfterDays` is `0`; allowed is a whole number from 1 to 400".to_owned(),
        ),
        (
            ["plan", "--unused-after-days", "401"],
            "--unused-after-days <DAYS>",
            "`UnusedAfterDays` is `401`; allowed is a whole number from 1 to 400".to_owned(),
        ),
        (
            ["index", "--threshold", "101"],
            "--threshold <INDEX>",
            "`Threshold` is `101`; allowed is a whole number from 0 to 100".to_owned(),
        ),
        (
            ["plan", "--exempt-principals", "role/x"],
            "--exempt-principals <LIST>",
            "`ExemptPrincipals` is `role/x`; allowed is names, ARNs of users, roles and groups, and paths such as `/ops/`, separated \
             by commas, with `*` and `?` as wildcards"
                .to_owned(),
        ),
        (
            ["plan", "--base-actions", "s3:*"],
            "--base-actions <ACTIONS>",
            "`BaseActions` is `s3:*`; allowed is one or more actions such as `sts:GetCallerIdentity`, separated by commas, \
             without wildcards"
                .to_owned(),
        ),
    ];
    for ([command, flag, value], argument, why) in cases {
        let expected = wrong_usage(argument, value, &why);
        assert_eq!(run(&on_example(command, &[flag, value])), expected, "{flag} {value}");
    }
}

#[test]
fn a_moment_that_is_none() {
    for moment in ["yesterday", "2026-02-30", "2026-11-01T12:00", "1793491200", ""] {
        let arguments = ["plan", "--account", "a.json", "--access", "b.json", "--as-of", moment];
        let why =
            format!("`{moment}` is not a date or an RFC 3339 time, such as 2026-11-01T12:00:00Z");
        assert_eq!(run(&arguments), wrong_usage("--as-of <TIME>", moment, &why));
    }
}

#[test]
fn a_file_that_is_not_given() {
    let expected = "\
error: the following required arguments were not provided:
  --access <FILE>

Usage: leastwise index --access <FILE> <--account <FILE>|--saved <FOLDER>>

For more information, try '--help'.
";
    let run = run(&["index", "--account", "examples/account.json"]);
    assert_eq!(run, Run::complained(2, expected));
}
