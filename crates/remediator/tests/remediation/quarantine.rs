//! Quarantine and release.

use crate::scene::{Asking, entity, usage, world};
use leastwise_aws::PrincipalName;
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::Mode;
use leastwise_remediator::settings::Settings;
use leastwise_testing::aws::{Cut, Entity, Fake, Policy, World};
use leastwise_testing::{allow, as_of, statements};
use serde_json::{Value, json};

const USER: &str = "arn:aws:iam::111122223333:user/app";
const USER_ID: &str = "AIDAEXAMPLE0APPUSER1";
const POLICY: &str = "arn:aws:iam::111122223333:policy/leastwise/leastwise-quarantine";
const TAG: &str = "leastwise:quarantined";

fn with_policy(mut world: World) -> World {
    let deny = statements(&json!([
        { "Sid": "LeastwiseQuarantine", "Effect": "Deny", "Action": ["iam:*", "sts:AssumeRole"], "Resource": "*" }
    ]));
    world.policies.insert(POLICY.to_owned(), Policy::of(&deny));
    world
}

fn user_of(arn: &str) -> Fake {
    Fake::of(with_policy(world(entity(arn, USER_ID))), usage())
}

fn user() -> Fake {
    user_of(USER)
}

/// A user with ten managed policies.
fn full() -> Fake {
    let aws = user();
    change(&aws, |user| {
        user.attached =
            (0..10).map(|number| format!("arn:aws:iam::aws:policy/P{number}")).collect();
    });
    aws
}

fn change(aws: &Fake, change: impl FnOnce(&mut Entity)) {
    aws.change(|world| change(world.principals.get_mut(&PrincipalName::user("app")).unwrap()));
}

fn on() -> Asking {
    let asking = Asking::default();
    Asking { settings: Settings { quarantine: POLICY.parse().ok(), ..asking.settings }, ..asking }
}

/// That the user called `iam:CreateUser`, as EventBridge says it.
fn event(id: &str) -> Value {
    json!({
        "version": "0", "id": "3887b7d8-fb59-9a14-7dd2-99f2caf00fc0", "source": "aws.iam",
        "detail-type": "AWS API Call via CloudTrail", "account": "111122223333",
        "time": as_of(), "region": "us-east-1", "resources": [],
        "detail": {
            "eventVersion": "1.08", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
            "userIdentity": {
                "type": "IAMUser", "principalId": USER_ID, "arn": USER, "accountId": "111122223333",
                "userName": "app"
            },
            "eventTime": "2026-06-30T11:58:00Z", "readOnly": false, "eventID": id,
            "recipientAccountId": "111122223333"
        }
    })
}

async fn deliver(event: &Value, aws: &Fake) -> Result<Answer, RemediationError> {
    on().event(event, aws).await.0
}

fn app(aws: &Fake) -> Entity {
    aws.world().principals[&PrincipalName::user("app")].clone()
}

#[tokio::test]
async fn a_user_that_wrote_to_iam_is_tagged_and_denied_iam() {
    let aws = user();
    let answer = deliver(&event("e-1"), &aws).await.unwrap();
    assert_eq!(answer.status, Status::Quarantined);
    assert_eq!(aws.calls(), ["principal", "find_policy", "tag", "attach_policy", "principal"]);
    assert_eq!(app(&aws).tags[TAG], "2026-06-30T11:58:00Z/e-1");
    assert!(app(&aws).attached.contains(POLICY));
    assert_eq!(
        answer.message.unwrap(),
        format!(
            "it called `iam:CreateUser` on 2026-06-30 11:58:00 UTC; policy `{POLICY}` is attached"
        )
    );
}

#[tokio::test]
async fn a_user_with_ten_managed_policies_gets_the_same_denials_inline() {
    let aws = full();
    let before = aws.world();
    assert_eq!(deliver(&event("e-1"), &aws).await.unwrap().status, Status::Quarantined);
    assert_eq!(aws.writes(), ["tag", "attach_policy", "put_inline_policy"]);
    let denied = &app(&aws).inline["leastwise-quarantine"];
    assert_eq!(*denied, aws.world().policies[POLICY].in_force().1);
    assert_eq!(on().status(&aws, Mode::Release).await, Status::Released);
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn a_user_without_room_for_an_inline_policy_either_is_an_error_that_says_so() {
    let aws = full();
    change(&aws, |user| {
        user.inline.insert("large".into(), allow(&["s3:GetObject"; 140]));
    });
    let error = deliver(&event("e-1"), &aws).await.unwrap_err();
    assert_eq!(error.kind(), "NoRoomForQuarantine");
    assert!(error.to_string().contains("take one off"), "{error}");
}

#[tokio::test]
async fn an_event_delivered_twice_and_two_events_collapse() {
    let aws = user();
    assert_eq!(deliver(&event("e-1"), &aws).await.unwrap().status, Status::Quarantined);
    for id in ["e-1", "e-2"] {
        let again = deliver(&event(id), &aws).await.unwrap();
        assert_eq!((again.status, aws.writes()), (Status::Noop, vec![]));
    }
    assert_eq!(app(&aws).tags[TAG], "2026-06-30T11:58:00Z/e-1");
}

#[tokio::test]
async fn release_undoes_the_quarantine_exactly_and_twice_is_nothing_to_do() {
    let aws = user();
    change(&aws, |user| {
        user.attached.insert("arn:aws:iam::aws:policy/ReadOnlyAccess".into());
    });
    let before = aws.world();
    deliver(&event("e-1"), &aws).await.unwrap();
    // Also where quarantine is off by now.
    assert_eq!(Asking::default().status(&aws, Mode::Release).await, Status::Released);
    assert_eq!(aws.writes(), ["detach_policy", "untag"]);
    assert_eq!(aws.world(), before);
    assert_eq!(on().status(&aws, Mode::Release).await, Status::Noop);
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn an_inline_quarantine_that_may_not_be_deleted_names_permission_and_way_out() {
    let aws = full();
    let before = aws.world();
    deliver(&event("e-1"), &aws).await.unwrap();
    let quarantined = aws.world();
    aws.fail(&["delete_inline_policy"]);
    let error = Asking::default().ask(&aws, Mode::Release).await.unwrap_err();
    assert_eq!((error.error_type(), error.kind()), ("Failed", "InlineQuarantineStays"));
    assert_eq!(
        error.to_string(),
        format!(
            "`{USER}` is still in quarantine, by its inline policy `leastwise-quarantine`: the remediator's role lacks \
             `iam:DeleteUserPolicy`, which it has only while `Quarantine` is `on` (iam:Any on `any` failed: AccessDenied: as IAM says it); \
             set it to `on`, or delete that inline policy by hand, and release again"
        )
    );
    assert_eq!(aws.world(), quarantined);
    // By hand; what is left is the tag.
    change(&aws, |user| drop(user.inline.remove("leastwise-quarantine")));
    assert_eq!(Asking::default().status(&aws, Mode::Release).await, Status::Released);
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn what_somebody_else_attached_is_neither_claimed_nor_released() {
    let aws = user();
    change(&aws, |user| {
        user.attached.insert(POLICY.into());
    });
    let before = aws.world();
    assert_eq!(deliver(&event("e-1"), &aws).await.unwrap().status, Status::Noop);
    let answer = on().ask(&aws, Mode::Release).await.unwrap();
    assert_eq!(answer.error, Some("QuarantineRecordMissing"));
    assert_eq!(aws.world(), before);
}

#[tokio::test]
async fn events_that_are_no_reason_for_a_quarantine_read_nothing_and_write_nothing() {
    let aws = user();
    let failed = |event: &mut Value| event["detail"]["errorCode"] = json!("AccessDenied");
    let reads = |event: &mut Value| event["detail"]["eventName"] = json!("ListUsers");
    let everyday = |event: &mut Value| event["detail"]["eventName"] = json!("ChangePassword");
    for change in [failed, reads, everyday] {
        let mut event = event("e-1");
        change(&mut event);
        assert_eq!(deliver(&event, &aws).await.unwrap().status, Status::Noop);
        assert_eq!(aws.calls(), [""; 0]);
    }
    let off = Asking::default().event(&event("e-1"), &aws).await.0.unwrap();
    assert_eq!((off.status, off.message.as_deref()), (Status::Noop, Some("`Quarantine` is `off`")));
    assert_eq!(aws.calls(), [""; 0]);
    let asked = Asking::default().ask(&aws, Mode::Quarantine).await.unwrap();
    assert_eq!(asked.error, Some("QuarantineOff"));
}

#[tokio::test]
async fn an_exempt_user_is_left_alone_and_the_answer_says_so() {
    let ours = "arn:aws:iam::111122223333:user/leastwise/app";
    let aws = user_of(ours);
    let mut event = event("e-1");
    event["detail"]["userIdentity"]["arn"] = json!(ours);
    let answer = on().announced().event(&event, &aws).await.0.unwrap();
    assert_eq!(answer.status, Status::Noop);
    assert_eq!(
        answer.message.unwrap(),
        format!("`{ours}` is exempt: a principal of Leastwise itself")
    );
    assert_eq!(aws.calls(), ["principal"]);
    assert_eq!(on().ask(&aws, Mode::Quarantine).await.unwrap().error, Some("Exempt"));
}

#[tokio::test]
async fn calls_in_other_accounts_by_users_of_the_past_and_roles_quarantine_nobody() {
    let aws = user();
    let before = aws.world();
    let mut elsewhere = event("e-1");
    elsewhere["detail"]["recipientAccountId"] = json!("444455556666");
    assert_eq!(deliver(&elsewhere, &aws).await.unwrap().error, Some("ForeignCall"));
    let mut earlier = event("e-1");
    earlier["detail"]["userIdentity"]["principalId"] = json!("AIDAEXAMPLE0EARLIER1");
    let error = deliver(&earlier, &aws).await.unwrap_err();
    assert_eq!(
        (error.error_type(), error.to_string().split(": ").next().unwrap()),
        ("Failed", "nobody was put in quarantine, since who called IAM is not to be found")
    );
    assert_eq!(aws.world(), before);
    let role = crate::scene::unbounded();
    assert_eq!(on().ask(&role, Mode::Quarantine).await.unwrap().error, Some("NotAUser"));
    assert_eq!(on().ask(&role, Mode::Release).await.unwrap().error, Some("NotAUser"));
}

#[tokio::test]
async fn a_failed_look_up_is_an_error_and_no_quarantine() {
    for call in ["principal", "find_policy"] {
        let aws = user();
        let before = aws.world();
        aws.fail(&[call]);
        assert!(deliver(&event("e-1"), &aws).await.is_err());
        assert_eq!((aws.world(), aws.writes()), (before, vec![]));
    }
}

#[tokio::test]
async fn a_policy_that_is_missing_or_allows_something_puts_nobody_in_quarantine() {
    let aws = user();
    aws.change(|world| drop(world.policies.insert(POLICY.into(), Policy::of(&allow(&["iam:*"])))));
    let error = deliver(&event("e-1"), &aws).await.unwrap_err().to_string();
    let what = format!("`{POLICY}` cannot put anybody in quarantine: ");
    assert_eq!(error, format!("{what}it has a statement that does not deny"));
    aws.change(|world| drop(world.policies.remove(POLICY)));
    let error = deliver(&event("e-1"), &aws).await.unwrap_err().to_string();
    assert_eq!(error, format!("{what}it does not exist"));
    assert_eq!(aws.writes(), [""; 0]);
}

#[tokio::test]
async fn a_user_in_quarantine_gets_no_boundary_from_that_state() {
    let aws = user();
    deliver(&event("e-1"), &aws).await.unwrap();
    for mode in [Mode::Plan, Mode::Apply] {
        assert_eq!(on().ask(&aws, mode).await.unwrap().error, Some("Quarantined"));
        assert_eq!(aws.calls(), ["find", "principal"]);
    }
    assert_eq!(on().status(&aws, Mode::Release).await, Status::Released);
    assert_eq!(on().status(&aws, Mode::Apply).await, Status::Applied);
}

#[tokio::test]
async fn a_user_without_room_for_the_tag_is_put_in_quarantine_and_released_all_the_same() {
    let aws = user();
    change(&aws, |user| {
        user.tags = (0..50).map(|number| (format!("tag-{number}"), String::new())).collect();
    });
    let before = aws.world();
    let answer = deliver(&event("e-1"), &aws).await.unwrap();
    assert_eq!(answer.status, Status::Quarantined);
    assert!(answer.message.unwrap().ends_with("so the policy alone says that it is in quarantine"));
    assert!(app(&aws).attached.contains(POLICY));
    assert_eq!(on().status(&aws, Mode::Release).await, Status::Released);
    assert_eq!(aws.writes(), ["detach_policy"]);
    assert_eq!(aws.world(), before);
    assert_eq!(on().status(&aws, Mode::Release).await, Status::Noop);
}

#[tokio::test]
async fn a_call_too_old_to_have_come_by_itself_quarantines_nobody_and_is_seen() {
    let delivered = |hours: i64| async move {
        let aws = user();
        let before = aws.world();
        let called: chrono::DateTime<chrono::Utc> = "2026-06-30T11:58:00Z".parse().unwrap();
        let asking = Asking { at: called + chrono::TimeDelta::hours(hours), ..on() };
        let answer = asking.event(&event("e-1"), &aws).await.0;
        (answer, aws.world() == before)
    };
    assert_eq!(delivered(26).await.0.unwrap().status, Status::Quarantined);
    let (answer, unchanged) = delivered(27).await;
    let error = answer.unwrap_err();
    assert_eq!((error.kind(), error.error_type(), unchanged), ("OldCall", "Failed", true));
    assert_eq!(
        error.to_string(),
        format!(
            "`{USER}` called `iam:CreateUser` on 2026-06-30 11:58:00 UTC, more than 26 hours ago: it may have been looked into \
             and released since, so nothing was done; ask for its quarantine if there still is a reason"
        )
    );
}

#[tokio::test]
async fn quarantine_and_release_cut_off_anywhere_and_run_again_end_as_if_they_had_not_been() {
    for begin in [user, full] {
        let uncut = begin();
        let before = uncut.world();
        deliver(&event("e-1"), &uncut).await.unwrap();
        let calls = uncut.calls().len();
        let quarantined = uncut.world();
        for cut in (1..=calls).flat_map(|call| [Cut::Before(call), Cut::After(call)]) {
            let aws = begin();
            aws.cut(Some(cut));
            assert!(deliver(&event("e-1"), &aws).await.is_err(), "{cut:?}");
            aws.cut(None);
            deliver(&event("e-1"), &aws).await.unwrap();
            assert_eq!(aws.world(), quarantined, "{cut:?}");
        }
        on().ask(&uncut, Mode::Release).await.unwrap();
        let calls = uncut.calls().len();
        for cut in (1..=calls).flat_map(|call| [Cut::Before(call), Cut::After(call)]) {
            let aws = begin();
            aws.change(|world| *world = quarantined.clone());
            aws.cut(Some(cut));
            assert!(on().ask(&aws, Mode::Release).await.is_err(), "{cut:?}");
            aws.cut(None);
            on().ask(&aws, Mode::Release).await.unwrap();
            assert_eq!(aws.world(), before, "{cut:?}");
        }
    }
}
