use super::*;
use crate::testing::days_ago;
use serde_json::json;

const MIRA: &str = "arn:aws:iam::111122223333:user/mira";

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
              "LastAuthenticated": "2026-06-29T12:00:00Z", "LastAuthenticatedEntity": MIRA,
              "LastAuthenticatedRegion": "us-east-1", "TotalAuthenticatedEntities": 1,
              "TrackedActionsLastAccessed": [
                  { "ActionName": "GetRole", "LastAccessedTime": "2026-06-29T12:00:00Z",
                    "LastAccessedEntity": MIRA, "LastAccessedRegion": "us-east-1" },
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
        last_accessed_entity: last.map(|_| MIRA.to_owned()),
    };
    let rows: Vec<&ServiceLastAccessed> = report.services().collect();
    assert_eq!(
        rows,
        [
            &ServiceLastAccessed {
                service_namespace: "iam".into(),
                last_authenticated: Some(days_ago(1)),
                last_authenticated_entity: Some(MIRA.into()),
                total_authenticated_entities: Some(1),
                tracked_actions_last_accessed: vec![
                    action("GetRole", Some(days_ago(1))),
                    action("DeleteRole", None)
                ],
            },
            &ServiceLastAccessed {
                service_namespace: "s3".into(),
                last_authenticated: None,
                last_authenticated_entity: None,
                total_authenticated_entities: Some(0),
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
    for nothing in [json!([]), Value::Null] {
        assert_eq!(refusal(nothing), "there is no service last accessed data for it");
    }
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
        "IAM could not make its service last accessed report: no reason is given: ask for it again"
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
        refusal(
            json!({ "JobStatus": "COMPLETED", "JobType": "RESOURCE_LEVEL", "ServicesLastAccessed": [] })
        ),
        form("job type `RESOURCE_LEVEL` is not known")
    );
    assert_eq!(refusal(json!({ "JobStatus": null })), form("missing field `JobStatus`"));
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

/// A page of a job: when it was asked for and finished, in days ago, and its type.
fn page_of(created: i64, completed: i64, job_type: &str) -> Value {
    json!({ "JobStatus": "COMPLETED", "JobType": job_type, "ServicesLastAccessed": [],
            "JobCreationDate": days_ago(created), "JobCompletionDate": days_ago(completed) })
}

#[test]
fn pages_of_different_jobs_are_no_report_and_it_says_what_differs() {
    let page = || page_of(9, 8, "ACTION_LEVEL");
    assert_eq!(read(json!([page(), page()])).unwrap().completed(), Some(days_ago(8)));
    let differs = |member: &str, one: &str, other: &str| {
        format!(
            "its service last accessed report has pages of different jobs: `{member}` is {one} on one page and \
             {other} on another; save all pages of one job"
        )
    };
    let undated = completed(json!([]));
    for (other, what) in [
        (
            page_of(8, 8, "ACTION_LEVEL"),
            ["JobCreationDate", "2026-06-21T12:00:00Z", "2026-06-22T12:00:00Z"],
        ),
        (
            page_of(9, 7, "ACTION_LEVEL"),
            ["JobCompletionDate", "2026-06-22T12:00:00Z", "2026-06-23T12:00:00Z"],
        ),
        (page_of(9, 8, "SERVICE_LEVEL"), ["JobType", "ACTION_LEVEL", "SERVICE_LEVEL"]),
        (undated, ["JobCreationDate", "2026-06-21T12:00:00Z", "missing"]),
    ] {
        let [member, one, another] = what;
        assert_eq!(refusal(json!([page(), other])), differs(member, one, another));
    }
}

/// Who a report with these entities is checked to be of: of the row, and of its one action.
fn check(principal: &str, row: &str, action: &str) -> Result<(), ReportError> {
    let actions = json!([{ "ActionName": "GetRole", "LastAccessedEntity": action }]);
    let row = json!({ "ServiceNamespace": "iam", "LastAuthenticatedEntity": row,
                      "TrackedActionsLastAccessed": actions });
    read(completed(json!([row]))).unwrap().check_is_of(&principal.parse().unwrap())
}

#[test]
fn a_report_is_of_the_principal_or_the_sessions_of_it() {
    let app = "arn:aws:iam::111122223333:role/team/app";
    let session = "arn:aws:sts::111122223333:assumed-role/app/i-0123456789";
    assert_eq!(check(MIRA, MIRA, MIRA), Ok(()));
    assert_eq!(check(MIRA, "", ""), Ok(()));
    assert_eq!(check(app, app, session), Ok(()));
    assert_eq!(check(app, session, app), Ok(()));
}

#[test]
fn a_report_with_an_attempt_of_anybody_else_is_on_somebody_else() {
    let app = "arn:aws:iam::111122223333:role/app";
    for other in [
        "arn:aws:iam::111122223333:role/other",
        "arn:aws:iam::111122223333:user/app",
        "arn:aws:iam::444455556666:role/app",
        "arn:aws-cn:iam::111122223333:role/app",
        "arn:aws:sts::111122223333:assumed-role/other/app",
        "arn:aws:sts::444455556666:assumed-role/app/session",
        "arn:aws:sts::111122223333:federated-user/app",
    ] {
        let on_other = Err(ReportError::OtherPrincipal { entity: other.into() });
        assert_eq!(check(app, other, app), on_other);
        assert_eq!(check(app, app, other), on_other);
    }
    let session = "arn:aws:sts::111122223333:assumed-role/mira/session";
    assert!(check(MIRA, session, MIRA).is_err());
}

#[test]
fn of_two_rows_for_one_service_both_say_whose_attempts_they_are() {
    let row = |entity: &str| json!({ "ServiceNamespace": "s3", "LastAuthenticatedEntity": entity });
    let other = "arn:aws:iam::111122223333:user/other";
    let report = read(completed(json!([row(MIRA), row(other)]))).unwrap();
    let entity = other.to_owned();
    assert_eq!(
        report.check_is_of(&MIRA.parse().unwrap()),
        Err(ReportError::OtherPrincipal { entity })
    );
}

#[test]
fn the_newest_date_is_that_of_any_service_or_action() {
    let newest = |s3: Option<i64>, iam: Option<i64>, get_role: Option<i64>| {
        let action =
            json!([{ "ActionName": "GetRole", "LastAccessedTime": get_role.map(days_ago) }]);
        let rows = json!([
            { "ServiceNamespace": "s3", "LastAuthenticated": s3.map(days_ago) },
            { "ServiceNamespace": "iam", "LastAuthenticated": iam.map(days_ago),
              "TrackedActionsLastAccessed": action }
        ]);
        read(completed(rows)).unwrap().newest()
    };
    assert_eq!(newest(Some(3), Some(2), Some(1)), Some(days_ago(1)));
    assert_eq!(newest(Some(1), None, Some(2)), Some(days_ago(1)));
    assert_eq!(newest(None, None, None), None);
    assert_eq!(read(completed(json!([]))).unwrap().newest(), None);
}

#[test]
fn a_text_passes_the_check_exactly_where_it_can_be_read() {
    for (text, passes) in [
        (r#"{"JobStatus": "COMPLETED", "ServicesLastAccessed": []}"#, true),
        (r#"{"JobStatus": "IN_PROGRESS", "Unheard": {}}"#, true),
        ("7", true),
        (r#"{"JobStatus": "COMPLETED", "JobStatus": "FAILED"}"#, false),
        (r#"{"JobStatus": "COMPLETED""#, false),
    ] {
        assert_eq!(LastAccessedReport::check_text(text).is_ok(), passes, "{text}");
        assert_eq!(LastAccessedReport::from_text(text).is_ok(), passes, "{text}");
    }
}
