//! Refusals and failures: nothing is done on missing knowledge, nor to whom it must not be done.

use crate::scene::{
    ARN, Asking, ID, LIMITS, OWN, RECORD, ask, change_role, entity, refusal, refusal_about, role,
    set_to, status, unbounded, usage, world,
};
use leastwise_aws::CallError;
use leastwise_aws::ports::UsageError;
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::{Mode, Request};
use leastwise_remediator::settings;
use leastwise_rightsizing::evidence::ReportError;
use leastwise_rightsizing::iam::UnreadableDocument;
use leastwise_testing::aws::{Entity, Fake, History, Policy, Usage, World};
use leastwise_testing::{allow, statements};
use serde_json::{Value, json};

/// The refusal of Plan and of Apply, the same, neither of which wrote anything.
async fn refused(aws: &Fake) -> (&'static str, String) {
    let before = aws.world();
    let planned = refusal(aws, Mode::Plan).await;
    assert_eq!(refusal(aws, Mode::Apply).await, planned);
    assert_eq!(aws.writes(), [""; 0]);
    assert_eq!(aws.world(), before);
    planned
}

#[tokio::test]
async fn exempt_principals_are_refused_before_their_report_is_asked_for() {
    for (arn, why) in [
        (
            "arn:aws:iam::111122223333:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport",
            "a service-linked role: only AWS can change it",
        ),
        (
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            "a role of IAM Identity Center: set the boundary on its permission set instead",
        ),
        (
            "arn:aws:iam::111122223333:role/leastwise/leastwise-remediator",
            "a principal of Leastwise itself",
        ),
    ] {
        let aws = Fake::of(world(entity(arn, ID)), usage());
        assert_eq!(refused(&aws).await, ("Exempt", format!("`{arn}` is exempt: {why}")));
        refusal(&aws, Mode::Plan).await;
        assert_eq!(aws.calls(), ["find", "principal"]);
        assert_eq!(status(&aws, Mode::Restore).await, Status::Noop);
    }
}

#[tokio::test]
async fn a_report_that_failed_is_not_a_report_of_no_use() {
    let aws = unbounded();
    let report = ReportError::Failed { code: "InternalError".into(), message: "try later".into() };
    aws.set_usage(Usage::None(UsageError::Report { principal: ARN.to_owned(), report }));
    assert_eq!(
        refused(&aws).await,
        (
            "UsageUnknown",
            "`arn:aws:iam::111122223333:role/team/app` cannot be planned for: IAM could not make its service last \
             accessed report: InternalError: try later"
                .to_owned()
        )
    );
}

#[tokio::test]
async fn a_report_that_cannot_be_had_fails_the_invocation() {
    let throttled = CallError::refused(
        "iam:GenerateServiceLastAccessedDetails",
        ARN,
        "Throttling",
        "Rate exceeded",
    );
    let denied =
        CallError::refused("iam:GenerateServiceLastAccessedDetails", ARN, "AccessDenied", "no");
    let principal = || ARN.to_owned();
    for (why, error_type, message) in [
        (
            UsageError::Call { principal: principal(), call: throttled },
            "Retryable",
            "could not learn what the principal uses: `arn:aws:iam::111122223333:role/team/app` was not reported on: \
             iam:GenerateServiceLastAccessedDetails on `arn:aws:iam::111122223333:role/team/app` failed: Throttling: \
             Rate exceeded",
        ),
        (
            UsageError::Call { principal: principal(), call: denied },
            "Failed",
            "could not learn what the principal uses: `arn:aws:iam::111122223333:role/team/app` was not reported on: \
             iam:GenerateServiceLastAccessedDetails on `arn:aws:iam::111122223333:role/team/app` failed: AccessDenied: no",
        ),
        (
            UsageError::Deadline { principal: principal() },
            "Retryable",
            "could not learn what the principal uses: the service last accessed report on \
             `arn:aws:iam::111122223333:role/team/app` was not finished in time",
        ),
    ] {
        let aws = unbounded();
        aws.set_usage(Usage::None(why));
        let error = ask(&aws, Mode::Apply).await.unwrap_err();
        assert_eq!((error.error_type(), error.to_string().as_str()), (error_type, message));
        assert_eq!(aws.writes(), [""; 0]);
    }
}

#[tokio::test]
async fn while_the_enabled_regions_are_not_known_nothing_is_planned_unless_nothing_runs_elsewhere()
{
    let aws = unbounded();
    for (code, error_type) in
        [("AccessDeniedException", "Failed"), ("ThrottlingException", "Retryable")]
    {
        let call = CallError::refused("account:ListRegions", "the account", code, "no");
        aws.set_regions(Err(call));
        for mode in [Mode::Plan, Mode::Apply] {
            let error = ask(&aws, mode).await.unwrap_err();
            assert_eq!((error.error_type(), error.kind()), (error_type, "Regions"));
            assert_eq!(aws.writes(), [""; 0]);
        }
    }
    let unused = |name: &str| (name == "LEASTWISE_UNTRACKED_REGIONS").then(|| "unused".into());
    let settings = set_to(unused);
    let asking = Asking { settings, ..Asking::default() };
    assert_eq!(asking.status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn what_was_never_used_is_kept_where_iam_does_not_track_an_enabled_region() {
    let aws = unbounded();
    aws.set_regions(Ok(&["us-east-1", "xx-nowhere-1"]));
    let plan = ask(&aws, Mode::Plan).await.unwrap().plan.unwrap();
    let dropped: Vec<&str> = plan.dropped.iter().map(|it| it.service.as_str()).collect();
    // SNS was used once, and not in the window.
    assert_eq!(dropped, ["sns"]);
}

#[tokio::test]
async fn without_a_record_of_what_was_granted_earlier_there_is_no_plan() {
    let aws = unbounded();
    aws.set_history(History::NoRecord);
    assert_eq!(
        refused(&aws).await,
        (
            "PermissionsUnknown",
            "`arn:aws:iam::111122223333:role/team/app` cannot be planned for: which of its permissions are new is unknown: \
             AWS Config has no record of it from before 2026-06-16, where `NewPermissionGraceDays` reaches back to"
                .to_owned()
        )
    );
    let call =
        CallError::refused("config:GetResourceConfigHistory", ID, "Throttling", "Rate exceeded");
    aws.set_history(History::Failing(call));
    let error = ask(&aws, Mode::Apply).await.unwrap_err();
    assert_eq!(
        (error.error_type(), error.to_string().as_str()),
        (
            "Retryable",
            "could not learn which permissions of the principal are new: config:GetResourceConfigHistory on \
             `AROAEXAMPLE0APPROLE1` failed: Throttling: Rate exceeded"
        )
    );
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn what_was_granted_only_recently_stays_allowed() {
    let aws = unbounded();
    aws.set_history(History::Granted(allow(&["s3:*", "sns:*"])));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    let boundary = aws.world().policies[OWN].in_force().1;
    assert_eq!(boundary.to_value()["Statement"][0]["Action"], json!(["s3:*", "sqs:*"]));
}

#[tokio::test]
async fn a_boundary_that_cannot_be_read_is_not_overwritten() {
    let aws = unbounded();
    change_role(&aws, |app| app.boundary = Some("arn:aws:iam::111122223333:policy/gone".into()));
    assert_eq!(
        refused(&aws).await,
        (
            "PermissionsUnknown",
            "`arn:aws:iam::111122223333:role/team/app` cannot be planned for: what permissions boundary \
             `arn:aws:iam::111122223333:policy/gone` allows is unknown: its text is missing from the account data"
                .to_owned()
        )
    );
}

#[tokio::test]
async fn a_boundary_whose_arn_no_tag_can_hold_is_refused_before_any_write() {
    let aws = unbounded();
    let arn = "arn:aws:iam::111122223333:policy/limits,v2";
    aws.change(|world| drop(world.policies.insert(arn.to_owned(), Policy::of(&allow(&["*"])))));
    change_role(&aws, |app| app.boundary = Some(arn.to_owned()));
    assert_eq!(
        refused(&aws).await,
        (
            "PreviousBoundaryNotRecordable",
            "`arn:aws:iam::111122223333:role/team/app` stays as it is: the present boundary \
             `arn:aws:iam::111122223333:policy/limits,v2` cannot be recorded in a tag, which holds at most 256 letters, \
             digits, blanks and `_.:/=+-@`; without the record it could not be restored"
                .to_owned()
        )
    );
}

#[tokio::test]
async fn a_principal_with_fifty_tags_is_refused_before_any_write() {
    let aws = unbounded();
    change_role(&aws, |app| {
        app.tags = (0..50).map(|number| (format!("tag-{number}"), String::new())).collect();
    });
    assert_eq!(
        refused(&aws).await,
        (
            "NoRoomForRecord",
            "`arn:aws:iam::111122223333:role/team/app` stays as it is: it has 50 tags already and IAM takes 50, so what \
             stood before, and what it is granted, could not be recorded"
                .to_owned()
        )
    );
    // With the record among the forty-nine there is room.
    change_role(&aws, |app| {
        app.tags.remove("tag-0");
        app.tags.remove("tag-1");
        app.tags.insert(RECORD.to_owned(), "none".to_owned());
    });
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn a_policy_of_the_name_that_is_not_ours_is_left_alone() {
    let refused = (
        "PolicyNameTaken",
        "there is a policy of the name of `arn:aws:iam::111122223333:policy/leastwise/role-app` that Leastwise did not \
         make for `arn:aws:iam::111122223333:role/team/app`; delete it, or exempt the principal"
            .to_owned(),
    );
    // Under another path and in other letters, which IAM does not tell apart; or in its place, without our tag.
    for taken in ["arn:aws:iam::111122223333:policy/x/Role-App", OWN] {
        let aws = unbounded();
        aws.change(|world| {
            drop(world.policies.insert(taken.to_owned(), Policy::of(&allow(&["*"]))));
        });
        let before = aws.world();
        assert_eq!(refusal(&aws, Mode::Apply).await, refused);
        assert_eq!(aws.world(), before);
        assert_eq!(status(&aws, Mode::Restore).await, Status::Noop);
        assert_eq!(aws.world(), before);
    }
}

fn app(world: &mut World) -> &mut Entity {
    world.principals.get_mut(&role()).unwrap()
}

#[tokio::test]
async fn tags_that_an_evaluation_writes_between_plan_and_apply_are_no_change() {
    let aws = unbounded();
    aws.meanwhile(3, |world| {
        app(world).tags.extend(
            ["Permissions_Coverage_Percent", "Permissions_Granted", "Permissions_Unused"]
                .into_iter()
                .chain(["leastwise:index", "roleServiceAccessed1"])
                .map(|key| (key.to_owned(), "33".to_owned())),
        );
    });
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
    assert_eq!(aws.world().principals[&role()].tags["leastwise:index"], "33");
}

#[tokio::test]
async fn a_principal_that_changes_between_plan_and_apply_is_left_alone() {
    let changes: [fn(&mut World); 5] = [
        |world| app(world).grants.push(allow(&["ec2:*"])),
        |world| app(world).boundary = Some(LIMITS.to_owned()),
        |world| app(world).id = "AROAEXAMPLE0NEWROLE1".parse().unwrap(),
        |world| drop(app(world).tags.insert("team".to_owned(), "billing".to_owned())),
        |world| trust(app(world), &["ec2.amazonaws.com"]),
    ];
    for change in changes {
        let aws = unbounded();
        // While the report is being made.
        aws.meanwhile(3, change);
        assert_eq!(
            refusal(&aws, Mode::Apply).await,
            (
                "PrincipalChanged",
                "`arn:aws:iam::111122223333:role/team/app` changed while its boundary was being planned; ask again"
                    .to_owned()
            )
        );
        assert_eq!(aws.writes(), [""; 0]);
    }
}

/// Services that may assume the role.
fn trust(app: &mut Entity, services: &[&str]) {
    app.trust = Some(Ok(statements(&json!([{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": services }
    }]))));
}

#[tokio::test]
async fn a_trust_policy_whose_services_come_in_another_order_is_no_change() {
    let aws = unbounded();
    aws.change(|world| {
        trust(app(world), &["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]);
    });
    aws.meanwhile(3, |world| {
        trust(app(world), &["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]);
    });
    assert_eq!(status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn a_trust_policy_that_cannot_be_read_leaves_open_who_needs_what() {
    let aws = unbounded();
    aws.change(|world| app(world).trust = Some(Err(UnreadableDocument::Missing)));
    assert_eq!(status(&aws, Mode::Apply).await, Status::Refused);
}

#[tokio::test]
async fn an_id_that_nobody_has_is_refused() {
    let aws = unbounded();
    for mode in [Mode::Plan, Mode::Apply, Mode::Restore] {
        assert_eq!(
            refusal_about("AROAEXAMPLE0NOROLE01", &aws, mode).await,
            (
                "NoSuchPrincipal",
                "no user or role has the id or ARN `AROAEXAMPLE0NOROLE01`; it may have been deleted".to_owned()
            )
        );
        assert_eq!(aws.calls(), ["find"]);
    }
}

#[tokio::test]
async fn the_id_of_a_principal_that_was_deleted_and_made_again_is_not_the_new_one() {
    for mode in [Mode::Plan, Mode::Apply, Mode::Restore] {
        let aws = unbounded();
        // AWS Config still knows the name by the old id.
        aws.meanwhile(2, |world| app(world).id = "AROAEXAMPLE0NEWROLE1".parse().unwrap());
        assert_eq!(
            refusal(&aws, mode).await,
            (
                "AnotherPrincipal",
                "there is no `AROAEXAMPLE0APPROLE1` (any more); another principal has its name: \
                 `arn:aws:iam::111122223333:role/team/app`, `AROAEXAMPLE0NEWROLE1`"
                    .to_owned()
            )
        );
        assert_eq!(aws.writes(), [""; 0]);
    }
}

#[tokio::test]
async fn an_arn_with_another_path_or_account_is_not_the_principal_of_that_name() {
    let aws = unbounded();
    for arn in ["arn:aws:iam::111122223333:role/app", "arn:aws:iam::444455556666:role/team/app"] {
        let (error_type, message) = refusal_about(arn, &aws, Mode::Apply).await;
        assert_eq!(error_type, "AnotherPrincipal");
        assert_eq!(
            message,
            format!(
                "there is no `{arn}` (any more); another principal has its name: \
                 `arn:aws:iam::111122223333:role/team/app`, `AROAEXAMPLE0APPROLE1`"
            )
        );
        assert_eq!(aws.writes(), [""; 0]);
    }
}

#[tokio::test]
async fn a_role_that_only_aws_may_change_is_refused_and_what_was_made_for_it_can_be_removed() {
    let aws = unbounded();
    let before = aws.world();
    change_role(&aws, |app| app.protected = true);
    assert_eq!(
        refusal(&aws, Mode::Apply).await,
        (
            "Unmodifiable",
            "`arn:aws:iam::111122223333:role/team/app` can only be changed by AWS".to_owned()
        )
    );
    assert_eq!(aws.writes(), ["create", "tag"]);
    assert_eq!(status(&aws, Mode::Restore).await, Status::Restored);
    change_role(&aws, |app| app.protected = false);
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn a_principal_that_is_deleted_while_it_is_being_bounded_is_refused() {
    // Before it is tagged, before it is read once more, before it is bounded, before it is read back.
    for call in 8..=11 {
        let aws = unbounded();
        aws.meanwhile(call, |world| world.principals.clear());
        assert_eq!(
            refusal(&aws, Mode::Apply).await,
            (
                "NoSuchPrincipal",
                "no user or role has the id or ARN `arn:aws:iam::111122223333:role/team/app`; it may have been deleted"
                    .to_owned()
            )
        );
    }
}

#[tokio::test]
async fn a_boundary_that_iam_does_not_show_fails_the_invocation() {
    let aws = unbounded();
    aws.meanwhile(11, |world| app(world).boundary = None);
    let error = ask(&aws, Mode::Apply).await.unwrap_err();
    assert_eq!(error.error_type(), "Retryable");
    assert_eq!(
        error.to_string(),
        "`arn:aws:iam::111122223333:role/team/app` does not show \
         `arn:aws:iam::111122223333:policy/leastwise/role-app` as planned as its boundary although IAM accepted it; ask \
         again"
    );
    assert_eq!(aws.calls()[10..], ["principal"; 6]);
}

#[test]
fn a_malformed_request_is_told_what_is_wrong_with_it() {
    let form = |fault: &str| {
        format!(
            r#"the request is not `{{"ResourceId": …, "Mode": "Plan" | "Apply" | "Restore" | "Hold" | "Quarantine" | "Release"}}`: {fault}"#
        )
    };
    let resource = |id: &str| {
        format!(
            "`ResourceId` is `{id}`; expected the unique id of a user (`AIDA…`) or role (`AROA…`), or its ARN"
        )
    };
    let cases: [(Value, String); 11] = [
        (json!(null), form("invalid type: null, expected a JSON object")),
        (
            json!("AROAEXAMPLE0APPROLE1"),
            form("invalid type: string \"AROAEXAMPLE0APPROLE1\", expected a JSON object"),
        ),
        (json!({}), form("missing field `ResourceId`")),
        (json!({ "ResourceId": ID }), form("missing field `Mode`")),
        (
            json!({ "ResourceId": 7, "Mode": "Plan" }),
            form("invalid type: integer `7`, expected a string"),
        ),
        (
            json!({ "ResourceId": ID, "Mode": "plan" }),
            form(
                "unknown variant `plan`, expected one of `Plan`, `Apply`, `Restore`, `Hold`, `Quarantine`, `Release`",
            ),
        ),
        (
            json!({ "ResourceId": ID, "Mode": "Plan", "Force": true }),
            form(
                "unknown field `Force`, expected one of `ResourceId`, `Mode`, `NoticeDays`, `ExpectedPlan`, `Automatic`, `GiveBack`, `Hold`",
            ),
        ),
        (json!({ "ResourceId": "", "Mode": "Plan" }), resource("")),
        (json!({ "ResourceId": "app", "Mode": "Plan" }), resource("app")),
        (
            json!({ "ResourceId": "AGPAEXAMPLE0GROUP001", "Mode": "Plan" }),
            resource("AGPAEXAMPLE0GROUP001"),
        ),
        (
            json!({ "ResourceId": "arn:aws:iam::111122223333:group/admins", "Mode": "Plan" }),
            resource("arn:aws:iam::111122223333:group/admins"),
        ),
    ];
    for (request, message) in cases {
        assert_eq!(Request::parse(&request).unwrap_err().to_string(), message, "{request}");
    }
}

#[test]
fn a_bad_setting_is_told_apart_from_a_bad_request() {
    let error =
        settings::from_environment(|name| (name == "LEASTWISE_WEIGHTING").then(|| "heavy".into()));
    let error = leastwise_remediator::error::RemediationError::from(error.unwrap_err());
    assert_eq!(
        error.to_string(),
        "the remediator is set up wrongly: `Weighting` is `heavy`; allowed is `risk` or `uniform`"
    );
}
