use super::*;
use crate::testing::days_ago;
use serde_json::json;

fn read(json: Value) -> Result<LastAccessedReport, ReportError> {
    LastAccessedReport::from_json(&json)
}

fn refusal(json: Value) -> String {
    read(json).unwrap_err().to_string()
}

fn completed(services: Value) -> Value {
    json!({ "JobStatus": "COMPLETED", "ServicesLastAccessed": services })
}

#[test]
fn a_report_is_read_as_the_command_line_prints_it() {
    let report = read(json!({
        "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL",
        "JobCreationDate": "2026-06-30T11:59:56Z", "JobCompletionDate": "2026-06-30T12:00:00Z",
        "IsTruncated": false,
        "ServicesLastAccessed": [
            { "ServiceName": "AWS Identity and Access Management", "ServiceNamespace": "iam",
              "LastAuthenticated": "2026-06-29T12:00:00Z", "TotalAuthenticatedEntities": 1,
              "TrackedActionsLastAccessed": [
                  { "ActionName": "GetRole", "LastAccessedTime": "2026-06-29T12:00:00Z" },
                  { "ActionName": "DeleteRole" }
              ] },
            { "ServiceName": "Amazon S3", "ServiceNamespace": "s3", "LastAuthenticated": null,
              "TotalAuthenticatedEntities": 0, "TrackedActionsLastAccessed": null }
        ]
    }))
    .unwrap();
    assert_eq!(report.granularity(), Granularity::Action);
    assert_eq!(report.completed(), Some(days_ago(0)));
    let action = |name: &str, last| ActionLastAccessed {
        action_name: name.into(),
        last_accessed_time: last,
    };
    let rows: Vec<&ServiceLastAccessed> = report.services().collect();
    assert_eq!(
        rows,
        [
            &ServiceLastAccessed {
                service_namespace: "iam".into(),
                last_authenticated: Some(days_ago(1)),
                tracked_actions_last_accessed: vec![
                    action("GetRole", Some(days_ago(1))),
                    action("DeleteRole", None)
                ],
            },
            &ServiceLastAccessed {
                service_namespace: "s3".into(),
                last_authenticated: None,
                tracked_actions_last_accessed: vec![],
            },
        ]
    );
}

#[test]
fn a_report_that_does_not_say_is_of_service_level_and_of_unknown_date() {
    let report = read(completed(json!([]))).unwrap();
    assert_eq!((report.granularity(), report.completed()), (Granularity::Service, None));
    assert_eq!(report.check_reaches(days_ago(1)), Ok(()));
}

#[test]
fn pages_are_put_together_and_the_last_one_must_be_the_end() {
    let page = |service: &str, marker: Value, truncated: Value| {
        json!({ "JobStatus": "COMPLETED", "Marker": marker, "IsTruncated": truncated,
                    "ServicesLastAccessed": [{ "ServiceNamespace": service }] })
    };
    let first = page("iam", json!("m1"), json!(true));
    let whole = read(json!([first, page("s3", json!(""), json!(false))])).unwrap();
    let services: Vec<&str> = whole.services().map(|row| &*row.service_namespace).collect();
    assert_eq!(services, ["iam", "s3"]);

    let incomplete = |marker: &str| {
        format!(
            "its service last accessed report is incomplete: a page is to follow marker `{marker}`"
        )
    };
    assert_eq!(refusal(first), incomplete("m1"));
    assert_eq!(refusal(page("iam", json!("m1"), Value::Null)), incomplete("m1"));
    assert_eq!(refusal(page("iam", json!("m1"), json!(false))), incomplete("m1"));
    assert_eq!(refusal(page("iam", Value::Null, json!(true))), incomplete("(none given)"));
}

#[test]
fn no_page_is_no_report() {
    assert_eq!(refusal(json!([])), "there is no service last accessed data for it");
}

#[test]
fn a_job_that_failed_or_still_runs_is_no_report_even_if_it_lists_services() {
    let services = json!([{ "ServiceNamespace": "s3" }]);
    assert_eq!(
        refusal(json!({ "JobStatus": "IN_PROGRESS", "ServicesLastAccessed": services })),
        "its service last accessed report is still in progress"
    );
    assert_eq!(
        refusal(json!({ "JobStatus": "FAILED", "ServicesLastAccessed": services, "Marker": "m1",
                            "Error": { "Code": "ServiceError", "Message": "try again" } })),
        "IAM could not make its service last accessed report: ServiceError: try again"
    );
    assert_eq!(
        refusal(json!([completed(services), { "JobStatus": "FAILED" }])),
        "IAM could not make its service last accessed report: : "
    );
}

#[test]
fn what_is_not_of_the_documented_form_says_what_is_wrong() {
    let form = |what: &str| {
        format!(
            "its service last accessed data is not what `aws iam get-service-last-accessed-details` prints: {what}"
        )
    };
    assert_eq!(refusal(json!({})), form("missing field `JobStatus`"));
    assert_eq!(
        refusal(json!({ "JobStatus": "COMPLETED" })),
        form("`ServicesLastAccessed` is missing")
    );
    assert_eq!(
        refusal(json!({ "JobStatus": "DONE", "ServicesLastAccessed": [] })),
        form("job status `DONE` is not known")
    );
    assert_eq!(
        refusal(completed(json!([{ "ServiceNamespace": "s3", "LastAuthenticated": "today" }]))),
        form("`today` is not an RFC 3339 time")
    );
    for namespace in ["", "*", "s3:", "s3 ", "s?"] {
        assert_eq!(
            refusal(completed(json!([{ "ServiceNamespace": namespace }]))),
            form(&format!("`{namespace}` is not a service namespace"))
        );
    }
}

#[test]
fn of_two_rows_for_one_service_the_later_use_counts_whatever_the_case() {
    let row = |service: &str, last: Option<i64>, actions: Value| {
        json!({ "ServiceNamespace": service, "LastAuthenticated": last.map(days_ago),
                    "TrackedActionsLastAccessed": actions })
    };
    let get = |days| json!([{ "ActionName": "GetRole", "LastAccessedTime": days_ago(days) }]);
    let put = json!([{ "ActionName": "putrole" }, { "ActionName": "getrole" }]);
    for rows in [
        [row("IAM", None, put.clone()), row("iam", Some(9), get(9))],
        [row("iam", Some(9), get(9)), row("IAM", None, put.clone())],
    ] {
        let report = read(completed(json!(rows))).unwrap();
        let merged = report.service("Iam").unwrap();
        assert_eq!(merged.last_authenticated, Some(days_ago(9)));
        let mut actions: Vec<(String, Option<DateTime<Utc>>)> = merged
            .tracked_actions_last_accessed
            .iter()
            .map(|action| (action.action_name.to_lowercase(), action.last_accessed_time))
            .collect();
        actions.sort();
        assert_eq!(
            actions,
            [("getrole".to_owned(), Some(days_ago(9))), ("putrole".to_owned(), None)]
        );
    }
}

#[test]
fn a_report_that_ends_before_the_window_says_nothing_about_it() {
    let json = json!({ "JobStatus": "COMPLETED", "JobCompletionDate": days_ago(180),
                           "ServicesLastAccessed": [] });
    let report = read(json).unwrap();
    assert_eq!(report.check_reaches(days_ago(180)), Ok(()));
    assert_eq!(
        report.check_reaches(days_ago(179)).unwrap_err().to_string(),
        "its service last accessed report was finished on 2026-01-01, before the window, which begins on 2026-01-02"
    );
}
