//! `leastwise scan` in the formats of others.
//!
//! By the threshold of 60, `analyst` (70) and `asleep` (100) are above; `builder` (54) keeps to it, `newcomer` (0) has
//! nothing idle, and the service-linked role is exempt.

use crate::program::{Run, file, on_example, run};
use serde_json::{Value, json};

fn scan(format: &str, more: &[&str]) -> Run {
    run(&on_example("scan", &[&["--output", format], more].concat()))
}

fn json_of(format: &str, more: &[&str]) -> Value {
    let run = scan(format, more);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    serde_json::from_str(&run.stdout).unwrap()
}

/// What the scan says in this format of the example account without any report.
fn without_reports(format: &str, more: &[&str]) -> Value {
    let nothing = file("exports-no-reports.json", "{}");
    let source = ["scan", "--account", "examples/account.json", "--access", &nothing];
    let rest = ["--as-of", "2026-11-01", "--regions", "eu-central-1", "--output", format];
    let run = run(&[&source[..], &rest[..], more].concat());
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn sarif_has_a_result_for_each_principal_of_which_something_is_to_be_said() {
    let log = json_of("sarif", &[]);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[rule]["id"], result["ruleId"]);
    }
    let said: Vec<Value> = results
        .iter()
        .map(|it| {
            let place = &it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            json!([place, it["ruleId"], it["kind"], it["level"], it["properties"]["index"]])
        })
        .collect();
    let role = "iam/role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";
    assert_eq!(
        said,
        [
            json!(["iam/user/analyst", "index-above-threshold", "fail", "error", 70]),
            json!(["iam/role/asleep", "index-above-threshold", "fail", "error", 100]),
            json!([role, "left-out", "notApplicable", "none", null]),
            json!(["iam/role/ci/builder", "idle-access", "fail", "note", 54]),
        ]
    );
    assert_eq!(
        results[3]["message"]["text"],
        "role/ci/builder: privilege-creep index 54 (medium). An IAM user or role is granted what it does not use, \
         within the threshold. Idle services: 3 of 7; most points: ec2 14, lambda 14, s3 14, ecr 12. The planned \
         permissions boundary brings the index to 0."
    );
}

#[test]
fn a_fingerprint_is_of_the_principal_and_not_of_its_index() {
    let fingerprints = |more: &[&str]| -> Vec<(Value, Value)> {
        let log = json_of("sarif", more);
        let of = |it: &Value| {
            let principal = it["properties"]["principal"].clone();
            (principal, it["partialFingerprints"]["leastwisePrincipal/v1"].clone())
        };
        log["runs"][0]["results"].as_array().unwrap().iter().map(of).collect()
    };
    let (now, uniform) = (fingerprints(&[]), fingerprints(&["--weighting", "uniform"]));
    assert_eq!(now, uniform);
    // The first 16 bytes of the ARN's SHA-256.
    assert_eq!(now[0].1, "94546e7cb708daeb421be2244d43f6c2");
}

#[test]
fn who_is_not_judged_passes_nowhere() {
    let sarif = without_reports("sarif", &[]);
    let kinds = |it: &Value| (it["ruleId"].clone(), it["kind"].clone(), it["level"].clone());
    let kinds: Vec<_> = sarif["runs"][0]["results"].as_array().unwrap().iter().map(kinds).collect();
    let open = (json!("not-judged"), json!("open"), json!("none"));
    let left_out = (json!("left-out"), json!("notApplicable"), json!("none"));
    let expected = [&open, &open, &open, &left_out, &open].map(Clone::clone);
    assert_eq!(kinds, expected);

    let asff = without_reports("asff", &["--security-hub-region", "eu-central-1"]);
    let of = |it: &Value| (it["Compliance"]["Status"].clone(), it["RecordState"].clone());
    let statuses: Vec<_> = asff.as_array().unwrap().iter().map(of).collect();
    let warning = (json!("WARNING"), json!("ACTIVE"));
    let left_out = (json!("NOT_AVAILABLE"), json!("ACTIVE"));
    let expected = [&warning, &warning, &warning, &left_out, &warning].map(Clone::clone);
    assert_eq!(statuses, expected);

    let ocsf = without_reports("ocsf", &[]);
    let statuses: Vec<&Value> =
        ocsf.as_array().unwrap().iter().map(|it| &it["compliance"]["status_id"]).collect();
    assert_eq!(statuses, [0, 0, 0, 99, 0]);
}

#[test]
fn a_finding_for_security_hub_names_account_and_region_and_keeps_to_the_limits() {
    let findings = json_of("asff", &["--security-hub-region", "eu-central-1"]);
    let findings = findings.as_array().unwrap();
    let statuses: Vec<&Value> = findings.iter().map(|it| &it["Compliance"]["Status"]).collect();
    assert_eq!(statuses, ["FAILED", "PASSED", "FAILED", "NOT_AVAILABLE", "PASSED"]);
    for finding in findings {
        let length = |key: &str| finding[key].as_str().unwrap().chars().count();
        assert!(length("Title") <= 256 && length("Description") <= 1024 && length("Id") <= 512);
    }
    let severity = json!({ "Label": "HIGH", "Original": "70" });
    let types = json!(["Software and Configuration Checks/AWS Security Best Practices"]);
    assert_eq!(
        findings[0],
        json!({
            "SchemaVersion": "2018-10-08",
            "Id": "leastwise/111122223333/94546e7cb708daeb421be2244d43f6c2",
            "ProductArn": "arn:aws:securityhub:eu-central-1:111122223333:product/111122223333/default",
            "ProductName": "Leastwise",
            "CompanyName": "Leastwise",
            "GeneratorId": "leastwise/index-above-threshold",
            "AwsAccountId": "111122223333",
            "Region": "eu-central-1",
            "Types": types,
            "CreatedAt": "2026-11-01T00:00:00Z",
            "UpdatedAt": "2026-11-01T00:00:00Z",
            "Severity": { "Label": "HIGH", "Normalized": 70, "Original": "70" },
            "FindingProviderFields": { "Severity": severity, "Types": types },
            "Title": "user/analyst: privilege-creep index 70 (high)",
            "Description": "The privilege-creep index of an IAM user or role is above the threshold. Idle services: 6 \
                            of 9; most points: dynamodb 12, glue 12, iam 12, kms 12, redshift 11. The planned \
                            permissions boundary brings the index to 0.",
            "Remediation": { "Recommendation": {
                "Text": "The planned permissions boundary brings the index to 0."
            } },
            "ProductFields": { "leastwise/index": "70", "leastwise/expectedIndex": "0" },
            "Resources": [{
                "Type": "AwsIamUser",
                "Id": "arn:aws:iam::111122223333:user/analyst",
                "Partition": "aws",
                "Region": "eu-central-1"
            }],
            "Compliance": { "Status": "FAILED" },
            "RecordState": "ACTIVE"
        })
    );
}

#[test]
fn findings_need_a_region_and_nothing_else_takes_one() {
    let without = scan("asff", &[]);
    assert_eq!((without.code, without.stdout.as_str()), (2, ""));
    assert!(
        without.stderr.starts_with("error: --output asff needs --security-hub-region: the Region"),
        "{}",
        without.stderr
    );
    let with = scan("sarif", &["--security-hub-region", "eu-central-1"]);
    assert_eq!((with.code, with.stdout.as_str()), (2, ""));
}

#[test]
fn an_event_of_ocsf_is_a_compliance_finding() {
    let events = json_of("ocsf", &[]);
    assert_eq!(
        events[3],
        json!({
            "class_uid": 2003,
            "class_name": "Compliance Finding",
            "category_uid": 2,
            "category_name": "Findings",
            "activity_id": 1,
            "activity_name": "Create",
            "type_uid": 200_301,
            "type_name": "Compliance Finding: Create",
            "time": 1_793_491_200_000_i64,
            "severity_id": 1,
            "severity": "Informational",
            "status_id": 1,
            "status": "New",
            "message": "An IAM user or role is left out on purpose, or is too new. Not judged: a service-linked role: \
                        only AWS can change it. No boundary is planned (Exempt).",
            "metadata": {
                "version": "1.8.0",
                "profiles": ["cloud"],
                "product": {
                    "name": "Leastwise", "vendor_name": "Leastwise", "version": env!("CARGO_PKG_VERSION")
                }
            },
            "cloud": {
                "provider": "AWS",
                "account": { "uid": "111122223333", "type_id": 10, "type": "AWS Account" }
            },
            "finding_info": {
                "uid": "leastwise/7626ec33b7556902de7d6c3b0a141341",
                "title": "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig: not judged",
                "desc": "An IAM user or role is left out on purpose, or is too new.",
                "types": ["left-out"]
            },
            "compliance": {
                "control": "the privilege-creep index is 60 at most",
                "standards": ["Leastwise"],
                "status_id": 99,
                "status": "Not Applicable",
                "status_detail": "a service-linked role: only AWS can change it"
            },
            "remediation": { "desc": "No boundary is planned (Exempt)." },
            "resources": [{
                "uid": "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
                "name": "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
                "type": "AwsIamRole",
                "cloud_partition": "aws"
            }],
            "unmapped": { "index": null, "expected_index": null, "not_judged": "exempt" }
        })
    );
}

#[test]
fn markdown_is_a_table_with_the_highest_index_first() {
    let expected = "\
### Privilege creep in 111122223333, as of 2026-11-01

The account's index is **63**. Judged: 4 of 5; above 60 or suspected of a break: 2; boundaries planned: 4.

| principal | index | then | most idle, in points | finding |
| --- | ---: | ---: | --- | --- |
| role/asleep | 100 high | – | ses 63, sqs 37 | index-above-threshold |
| user/analyst | 70 high | 0 | dynamodb 12, glue 12, iam 12 | index-above-threshold |
| role/ci/builder | 54 medium | 0 | ec2 14, lambda 14, s3 14 | idle-access |
| user/newcomer | 0 low | 0 |  | nothing-idle |
| role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig | not judged | – |  | a service-linked role&#58; only AWS can change it |
";
    assert_eq!(scan("markdown", &[]), Run::printed(expected));
}
