//! `leastwise scan`: everybody judged and planned for in one pass.

use crate::program::{Run, file, leastwise, on_example, run};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::PathBuf;

/// The table of both commands in one, the account below it, and who is not judged.
const TABLE: &str = include_str!("expected/scan.txt");

fn scan(arguments: &[&str]) -> Run {
    run(&on_example("scan", arguments))
}

fn json_of(command: &str) -> Value {
    let run = run(&on_example(command, &["--output", "json"]));
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    serde_json::from_str(&run.stdout).unwrap()
}

/// A path for a result of this name, at which nothing is.
fn nowhere(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn scan_prints_a_table() {
    assert_eq!(scan(&[]), Run::printed(TABLE));
}

#[test]
fn scan_says_of_each_principal_what_index_and_plan_say() {
    let (scan, index, plan) = (json_of("scan"), json_of("index"), json_of("plan"));
    let scanned = scan["principals"].as_array().unwrap();
    assert_eq!(scanned.len(), 5);
    let part = |whole: &Value, keys: &Map<String, Value>| -> Map<String, Value> {
        keys.keys().map(|key| (key.clone(), whole[key].clone())).collect()
    };
    for ((scanned, index), plan) in
        scanned.iter().zip(index.as_array().unwrap()).zip(plan.as_array().unwrap())
    {
        let index = index.as_object().unwrap();
        assert_eq!(&part(scanned, index), index);
        let mut plan = plan.as_object().unwrap().clone();
        assert_eq!(plan.remove("principal").unwrap(), scanned["principal"]);
        match plan.get("refused") {
            Some(refused) => assert_eq!(refused, &scanned["refused"]),
            None => assert_eq!(Value::Object(plan), scanned["plan"]),
        }
    }
}

/// 60 of `analyst`'s 86 points are idle, all 16 of `asleep`'s, 38 of `builder`'s 70, and none of the 10 that are known
/// of `newcomer`: 114 of 182 is 63.
#[test]
fn the_accounts_index_is_that_of_all_who_are_judged_as_though_they_were_one() {
    let scan = json_of("scan");
    let summary = &scan["summary"];
    let weights: Vec<[Option<f64>; 2]> = scan["principals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| [it["idleWeight"].as_f64(), it["usedWeight"].as_f64()])
        .collect();
    let expected = [[60.0, 26.0], [0.0, 10.0], [16.0, 0.0], [f64::NAN; 2], [38.0, 32.0]];
    let expected = expected.map(|pair| pair.map(|it| Some(it).filter(|it| !it.is_nan())));
    assert_eq!(weights, expected);
    assert_eq!(summary["index"], 63);
    assert_eq!(summary["median"], 54);
    assert_eq!(summary["bands"], json!({ "low": 1, "medium": 1, "high": 2 }));
    assert_eq!(summary["distribution"], json!([1, 0, 0, 0, 0, 1, 0, 1, 0, 1]));
    assert_eq!(summary["services"], json!({ "used": 8, "neverUsed": 9, "stale": 2, "unknown": 1 }));
    assert_eq!(summary["notJudged"], json!({ "exempt": 1 }));
    assert_eq!(summary["unknown"], json!({ "younger-than-window": 1 }));
    assert_eq!((&summary["planned"], &summary["refused"]), (&json!(4), &json!({ "Exempt": 1 })));
    // `people` alone grants the group's members iam.
    assert_eq!(
        summary["heaviestGroups"],
        json!([{ "name": "analysts", "idleWeight": 10.0, "principals": 1 }])
    );
    assert_eq!(
        summary["heaviestServices"][0],
        json!({ "name": "sqs", "idleWeight": 16.0, "principals": 2 })
    );
}

#[test]
fn the_evidence_on_a_service_names_its_date_its_weight_and_what_grants_it() {
    let scan = json_of("scan");
    let service = |principal: usize, name: &str| {
        let services = scan["principals"][principal]["services"].as_array().unwrap();
        services.iter().find(|it| it["service"] == name).unwrap().clone()
    };
    assert_eq!(
        service(0, "iam"),
        json!({
            "service": "iam", "level": "permissions-management", "use": "never-used", "idleWeight": 10.0,
            "grantedBy": ["inline policy `people` of group `analysts`"]
        })
    );
    assert_eq!(
        service(1, "iam"),
        json!({
            "service": "iam", "level": "permissions-management", "use": "unknown", "why": "younger-than-window"
        })
    );
    assert_eq!(
        service(4, "ecr"),
        json!({
            "service": "ecr", "level": "permissions-management", "use": "used", "lastUsed": "2026-10-31T22:00:00Z",
            "idleActions": 33, "trackedActions": 58, "idleWeight": 8.0, "grantedBy": ["inline policy `builds`"]
        })
    );
}

#[test]
fn csv_has_a_line_for_each_principal_and_nothing_where_nothing_is_known() {
    let run = scan(&["--output", "csv"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 6);
    assert_eq!(
        lines[0],
        "principal,index,band,compliance,granted,used,never_used,stale,unknown,idle_weight,reaches,suspected_breaks,\
         expected_index,characters,refused,not_judged"
    );
    assert_eq!(
        lines[1],
        "arn:aws:iam::111122223333:user/analyst,70,high,NON_COMPLIANT,9,3,5,1,0,60.0,,0,0,1025,,"
    );
    assert!(lines[4].contains(",,,NOT_APPLICABLE,,,,,,,,0,,,"), "{}", lines[4]);
}

#[test]
fn somebody_above_the_limit_is_exit_code_3_and_somebody_at_it_is_not() {
    let code = |limit| scan(&["--fail-above", limit, "--output", "csv"]).code;
    assert_eq!([code("99"), code("100")], [3, 0]);
    assert_eq!(scan(&[]).code, 0);
    let wrong = scan(&["--fail-above", "101"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
}

#[test]
fn the_page_goes_to_a_file_or_to_stdout_and_is_the_same_each_time() {
    let path = nowhere("scan.html");
    let to_file = scan(&["--output", "html", "--output-file", path.to_str().unwrap()]);
    assert_eq!(to_file, Run::printed(""));
    let page = fs::read_to_string(path).unwrap();
    assert!(page.starts_with("<!doctype html>\n") && page.ends_with("</html>\n"));
    assert_eq!(scan(&["--output", "html"]), Run::printed(&page));
}

#[test]
fn a_file_that_cannot_be_written_is_named_and_what_is_read_is_not_written_over() {
    let run = scan(&["--output-file", "no/such/folder/scan.html"]);
    let stderr = "error: could not write the result\n  \
        because: `no/such/folder/scan.html`: No such file or directory (os error 2)\n";
    assert_eq!(run, Run::complained(1, stderr));
    let account = file("scan-account.json", r#"{"UserDetailList": []}"#);
    let access = file("scan-access.json", "{}");
    let source = ["scan", "--account", &account, "--access", &access, "--output-file", &account];
    let stderr = format!(
        "error: `{account}` would be written over, and is one of the files to be read\n\n\
         next: give the output another file\n"
    );
    assert_eq!(Run::from(leastwise(&source).output().unwrap()), Run::complained(1, &stderr));
    assert_eq!(fs::read_to_string(account).unwrap(), r#"{"UserDetailList": []}"#);
}

#[test]
fn an_earlier_scan_is_of_this_account_before_this_scan_and_by_the_same_settings() {
    let earlier = json!({
        "account": "111122223333", "asOf": "2026-10-01T00:00:00Z", "unusedAfterDays": 180, "weighting": "risk",
        "summary": { "principals": 5, "judged": 4, "index": 71, "nonCompliant": 3 },
        "principals": [{ "principal": "arn:aws:iam::111122223333:user/analyst", "index": 78 }]
    });
    let complaint = |changes: Value| {
        let mut earlier = earlier.clone();
        earlier.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let path = file("scan-earlier.json", &earlier.to_string());
        let run = scan(&["--output", "html", "--earlier", &path]);
        let said = run.stderr.replace(&path, "FILE");
        let because = said.lines().nth(1).map(|it| it.trim().to_owned());
        (run.code, because.unwrap_or_default())
    };
    assert_eq!(complaint(json!({})), (0, String::new()));
    assert_eq!(
        complaint(json!({ "account": "444455556666" })),
        (
            1,
            "because: it is about account 444455556666, and this scan about 111122223333"
                .to_owned()
        )
    );
    assert_eq!(
        complaint(json!({ "asOf": "2026-11-01T00:00:00Z" })),
        (
            1,
            "because: it is as of 2026-11-01 00:00:00 UTC, which is not before 2026-11-01 00:00:00 UTC"
                .to_owned()
        )
    );
    assert_eq!(
        complaint(json!({ "weighting": "reach" })),
        (
            1,
            "because: it weighs by `reach` and calls idle what was not used for 180 days, so its index means \
             something else"
                .to_owned()
        )
    );
    let path = file("scan-earlier-no.json", "[]");
    let run = scan(&["--output", "html", "--earlier", &path]);
    let stderr = format!(
        "error: could not use `{path}` as an earlier scan\n  \
         because: it is not what `leastwise scan --output json` prints\n  \
         because: invalid length 0, expected a scan at line 1 column 2\n\n\
         next: give what `leastwise scan --output json` printed earlier of this account, by the same settings\n"
    );
    assert_eq!(run, Run::complained(1, &stderr));
}

#[test]
fn a_scan_can_be_given_as_an_earlier_one() {
    let path = nowhere("scan-then.json");
    let of = |as_of: &str, more: &[&str]| {
        let source =
            ["scan", "--account", "examples/account.json", "--access", "examples/access.json"];
        let regions = ["--regions", "eu-central-1,us-east-1", "--as-of", as_of];
        run(&[&source[..], &regions[..], more].concat())
    };
    let then = of("2026-10-31", &["--output", "json", "--output-file", path.to_str().unwrap()]);
    assert_eq!(then, Run::printed(""));
    let now = of("2026-11-01", &["--output", "html", "--earlier", path.to_str().unwrap()]);
    assert_eq!((now.code, now.stderr.as_str()), (0, ""));
    assert!(now.stdout.contains("<th scope=\"row\">2026-10-31</th><td>63</td>"));
}

#[test]
fn a_gate_says_who_is_above_it_and_does_not_open_where_nobody_could_be_judged() {
    let above = scan(&["--fail-above", "60"]);
    assert_eq!(
        (above.code, above.stderr.as_str()),
        (
            3,
            "above 60, or a break is suspected: `arn:aws:iam::111122223333:user/analyst` 70, \
             `arn:aws:iam::111122223333:role/asleep` 100\n"
        )
    );
    assert_eq!((scan(&["--fail-above", "100"]).code, scan(&[]).code), (0, 0));

    let nothing = file("no-reports.json", "{}");
    let run = |more: &[&str]| {
        let account = ["scan", "--account", "examples/account.json", "--access", &nothing];
        let rest = ["--as-of", "2026-11-01", "--regions", "eu-central-1"];
        run(&[&account[..], &rest[..], more].concat())
    };
    let closed = run(&["--fail-above", "100"]);
    assert_eq!(
        (closed.code, closed.stderr.as_str()),
        (
            1,
            "error: nobody is judged: of 4 principals too little is known to say that they keep to a threshold\n\n\
             next: see why in the result: fetch new reports, or name the Regions (--regions)\n"
        )
    );
    assert_eq!(run(&[]).code, 0);
}

#[test]
fn a_gate_does_not_open_by_reports_that_are_too_old_or_for_an_account_without_anybody() {
    let of = |account: &str, more: &[&str]| {
        let source = ["--account", account, "--access", "examples/access.json"];
        let regions = ["--regions", "eu-central-1,us-east-1"];
        run(&[&["scan"], &source[..], &regions, more].concat())
    };
    // Four weeks later nothing in these reports is idle any more.
    let old = of("examples/account.json", &["--as-of", "2026-11-28", "--fail-above", "60"]);
    let why =
        "of those who are not judged have a report that is older than --max-evidence-age-days";
    let next = "fetch new reports, or judge as of when these were made (--as-of)";
    let said: Vec<&str> = old.stderr.lines().collect();
    let expected = [
        "warning: of 3 principals nothing can be said, because they are not judged",
        &format!("error: 3 {why}"),
        "",
        &format!("next: {next}"),
    ];
    assert_eq!((old.code, &said[..]), (1, &expected[..]));
    let warned = of("examples/account.json", &["--as-of", "2026-11-28"]);
    assert_eq!((warned.code, warned.stderr), (0, format!("warning: 3 {why}; {next}\n")));

    let nobody = file("nobody.json", r#"{"UserDetailList": [], "RoleDetailList": []}"#);
    let closed = of(&nobody, &["--as-of", "2026-11-01", "--fail-above", "60"]);
    assert_eq!(closed.code, 1, "{}", closed.stderr);
    assert!(closed.stderr.contains("error: nobody is there, so nobody keeps to a threshold\n"));
}

#[test]
fn earlier_scans_are_for_the_page() {
    let run = scan(&["--earlier", "tests/report/earlier.json", "--output", "json"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.starts_with("error: --earlier is for the page: give --output html, too\n"));
}

#[test]
#[cfg(unix)]
fn a_result_goes_through_a_link_and_leaves_what_lies_beside_it_alone() {
    let folder = nowhere("beside");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let (target, link) = (folder.join("target.csv"), folder.join("link.csv"));
    fs::write(&target, "before").unwrap();
    fs::write(folder.join("link.csv.part"), "somebody's").unwrap();
    std::os::unix::fs::symlink("target.csv", &link).unwrap();
    let run = scan(&["--output", "csv", "--output-file", link.to_str().unwrap()]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&target).unwrap().starts_with("principal,index,"));
    assert_eq!(fs::read_to_string(folder.join("link.csv.part")).unwrap(), "somebody's");
    let names = fs::read_dir(&folder).unwrap().count();
    assert_eq!(names, 3, "nothing is left behind");

    // What cannot be written leaves nothing either.
    let wrong = scan(&["--output", "csv", "--output-file", folder.to_str().unwrap()]);
    assert_eq!((wrong.code, fs::read_dir(&folder).unwrap().count()), (1, 3));
}

#[test]
fn a_result_is_not_written_over_a_list_that_is_read() {
    let list = file("scan-exempt.txt", "somebody\n");
    let run = scan(&["--exemption-list", &list, "--output-file", &list]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("would be written over"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&list).unwrap(), "somebody\n");
}
