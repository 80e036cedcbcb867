//! Answers as SSM gets them: compact JSON whose first member is the status.

use crate::scene::{ARN, ID, ask, change_role, entity, limited, unbounded, world};
use leastwise_aws::ports::UsageError;
use leastwise_policy::catalog::Catalog;
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::request::Mode;
use leastwise_remediator::shown;
use leastwise_remediator::shown::MAX_ANSWER_BYTES;
use leastwise_rightsizing::evidence::ReportError;
use leastwise_telemetry::{Filtered, Level};
use leastwise_testing::allow;
use leastwise_testing::aws::{Entity, Fake, Granting, Usage};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::sync::Mutex;

async fn answer(aws: &Fake, mode: Mode) -> String {
    serde_json::to_string(&ask(aws, mode).await.unwrap()).unwrap()
}

/// What every answer about the role `app` says after its status and mode.
const APP: &str = concat!(
    r#""requested":"AROAEXAMPLE0APPROLE1","principal":"arn:aws:iam::111122223333:role/team/app","#,
    r#""resourceId":"AROAEXAMPLE0APPROLE1""#
);

/// What a plan for it goes on with.
const PLAN: &str = concat!(
    r#""policyArn":"arn:aws:iam::111122223333:policy/leastwise/role-app","#,
    r#""planDigest":"66f91bc2c654950b6b16912ffbc4eeb3ead8c3844019ef975d62bdd3411b6648","#,
    r#""summary":"arn:aws:iam::111122223333:role/team/app (AROAEXAMPLE0APPROLE1)\n"#,
    r#"Privilege-creep index: 67 now, 0 with the boundary\n"#,
    r#"Dropped:\n- sns (last used on 2025-09-03)\n- sqs (never used)\n"#,
    r#"Warnings:\n- this is its first boundary, and a resource policy that denies with "#,
    r#"`NotPrincipal` denies every principal that has one: look for `NotPrincipal` in the policies of what it uses (buckets, "#,
    r#"keys, queues, topics, secrets) before applying this\n"#,
    r#"- `sns` is dropped that was used before the last 180 days: a job that runs less "#,
    r#"often, such as every quarter or year, needs a longer `UnusedAfterDays` or an exemption\n","#,
    r#""boundary":{"Version":"2012-10-17","Statement":[{"Sid":"LeastwiseKeep","Effect":"Allow","Action":"s3:*","#,
    r#""Resource":"*"}]},"index":67,"expectedIndex":0,"#,
    r#""evidence":"action-level","wildcards":"stable","mayGrowInHarm":["s3:*"],"#,
    r#""kept":[{"service":"s3","why":"used","lastUsed":"2026-06-20T12:00:00Z"}],"#,
    r#""dropped":[{"service":"sns","why":"stale","lastUsed":"2025-09-03T12:00:00Z","grantedBy":["inline policy `policy-1`"]},"#,
    r#"{"service":"sqs","why":"never-used","grantedBy":["inline policy `policy-1`"]}],"unknown":[],"#,
    r#""warnings":[{"warning":"FirstBoundary","message":"this is its first boundary, and a resource policy that denies with "#,
    r#"`NotPrincipal` denies every principal that has one: look for `NotPrincipal` in the policies of what it uses (buckets, "#,
    r#"keys, queues, topics, secrets) before applying this"},"#,
    r#"{"warning":"DropsEarlierUse","message":"`sns` is dropped that was used before the last 180 days: a job that runs less "#,
    r#"often, such as every quarter or year, needs a longer `UnusedAfterDays` or an exemption"}]"#
);

#[tokio::test]
async fn a_plan_and_its_application_say_the_same() {
    let aws = unbounded();
    assert_eq!(
        answer(&aws, Mode::Plan).await,
        format!(r#"{{"status":"PLANNED","mode":"Plan",{APP},"previousBoundary":null,{PLAN}}}"#)
    );
    // Which policies grant what is dropped is for those who decide on the plan.
    let applied = PLAN.replace(GRANTED_BY, "");
    assert_eq!(
        answer(&aws, Mode::Apply).await,
        format!(r#"{{"status":"APPLIED","mode":"Apply",{APP},"previousBoundary":null,{applied}}}"#)
    );
}

/// What a plan says of the policy that grants what it drops.
const GRANTED_BY: &str = r#","grantedBy":["inline policy `policy-1`"]"#;

#[tokio::test]
async fn a_plan_names_the_policies_that_grant_what_it_drops_and_is_the_same_where_that_is_unknown()
{
    for (granting, of_sns, of_sqs) in [
        (Granting::Known, GRANTED_BY, GRANTED_BY),
        (
            Granting::Unread,
            GRANTED_BY,
            r#","grantedBy":["inline policy `policy-1`","inline policy `policy-99`"]"#,
        ),
        (Granting::Partly, GRANTED_BY, r#","grantedBy":null"#),
        (Granting::Denied, r#","grantedBy":null"#, r#","grantedBy":null"#),
    ] {
        let aws = unbounded();
        aws.set_granting(granting.clone());
        let plan = PLAN
            .replacen(GRANTED_BY, "(of sns)", 1)
            .replacen(GRANTED_BY, of_sqs, 1)
            .replace("(of sns)", of_sns);
        assert_eq!(
            answer(&aws, Mode::Plan).await,
            format!(r#"{{"status":"PLANNED","mode":"Plan",{APP},"previousBoundary":null,{plan}}}"#),
            "{granting:?}"
        );
        assert_eq!(aws.writes(), Vec::<&str>::new());
    }
}

#[tokio::test]
async fn a_plan_once_it_is_applied_says_that_nothing_is_idle() {
    let aws = unbounded();
    answer(&aws, Mode::Apply).await;
    assert_eq!(
        answer(&aws, Mode::Plan).await,
        format!(
            concat!(
                r#"{{"status":"NOOP","mode":"Plan",{},"#,
                r#""previousBoundary":"arn:aws:iam::111122223333:policy/leastwise/role-app","#,
                r#""policyArn":"arn:aws:iam::111122223333:policy/leastwise/role-app","#,
                r#""planDigest":"66f91bc2c654950b6b16912ffbc4eeb3ead8c3844019ef975d62bdd3411b6648","#,
                r#""summary":"arn:aws:iam::111122223333:role/team/app (AROAEXAMPLE0APPROLE1)\n"#,
                r#"Privilege-creep index: 0 now, 0 with the boundary\n","#,
                r#""boundary":{{"Version":"2012-10-17","Statement":[{{"Sid":"LeastwiseKeep","#,
                r#""Effect":"Allow","Action":"s3:*","Resource":"*"}}]}},"index":0,"expectedIndex":0,"#,
                r#""evidence":"action-level","wildcards":"stable","mayGrowInHarm":["s3:*"],"#,
                r#""kept":[{{"service":"s3","why":"used","lastUsed":"2026-06-20T12:00:00Z"}}],"dropped":[],"#,
                r#""unknown":[],"warnings":[]}}"#
            ),
            APP
        )
    );
}

#[tokio::test]
async fn restore_says_what_stands_again() {
    let ours = r#""previousBoundary":"arn:aws:iam::111122223333:policy/leastwise/role-app""#;
    let aws = unbounded();
    answer(&aws, Mode::Apply).await;
    assert_eq!(
        answer(&aws, Mode::Restore).await,
        format!(
            r#"{{"status":"RESTORED","mode":"Restore",{APP},{ours},"message":"there is no boundary again"}}"#
        )
    );
    assert_eq!(
        answer(&aws, Mode::Restore).await,
        format!(
            r#"{{"status":"NOOP","mode":"Restore",{APP},"previousBoundary":null,"message":"there is no Leastwise boundary, policy or record"}}"#
        )
    );
    let aws = limited();
    answer(&aws, Mode::Apply).await;
    assert_eq!(
        answer(&aws, Mode::Restore).await,
        format!(
            r#"{{"status":"RESTORED","mode":"Restore",{APP},{ours},"message":"the boundary is `arn:aws:iam::111122223333:policy/team/limits` again"}}"#
        )
    );
}

#[tokio::test]
async fn a_refusal_says_nothing_of_a_boundary_that_was_not_looked_at() {
    let aws = unbounded();
    aws.change(|world| world.principals.clear());
    let gone = crate::scene::ask_about("AROAEXAMPLE0APPROLE1", &aws, Mode::Apply).await.unwrap();
    assert_eq!(
        serde_json::to_string(&gone).unwrap(),
        concat!(
            r#"{"status":"REFUSED","mode":"Apply","requested":"AROAEXAMPLE0APPROLE1","error":"NoSuchPrincipal","#,
            r#""message":"no user or role has the id or ARN `AROAEXAMPLE0APPROLE1`; it may have been deleted"}"#
        )
    );
}

/// An SSM document looks for the status anywhere in the answer.
#[tokio::test]
async fn no_text_that_others_wrote_can_pass_for_a_status() {
    let aws = unbounded();
    change_role(&aws, |app| drop(app.tags.insert("x".into(), r#"","status":"NOOP""#.into())));
    let message = r#"","status":"NOOP","x":""#.to_owned();
    let report = ReportError::Failed { code: "InternalError".into(), message };
    aws.set_usage(Usage::None(UsageError::Report { principal: ARN.to_owned(), report }));
    let answer = answer(&aws, Mode::Plan).await;
    assert!(answer.starts_with(r#"{"status":"REFUSED","#), "{answer}");
    assert_eq!(answer.matches(r#""status":""#).count(), 1, "{answer}");
}

/// An administrator who uses the services with the most actions, each but for one action, and
/// nothing else. With more of them the boundary would not fit.
fn administrator() -> Fake {
    const USED: usize = 8;
    let catalog = Catalog::embedded();
    let mut services: Vec<_> = catalog.services().collect();
    services.sort_by_key(|service| Reverse(service.ids().count()));
    let days = |place: usize| (place < USED).then_some(1);
    let usage = services.iter().enumerate();
    let usage = usage.map(|(place, service)| (service.namespace.as_str(), days(place)));
    let tracked = services[..USED].iter().flat_map(|service| {
        let actions = service.ids().map(|id| catalog.action(id)).enumerate();
        actions.map(|(place, action)| (action.service, action.name, (place > 0).then_some(1)))
    });
    let admin = Entity { grants: vec![allow(&["*"])], ..entity(ARN, ID) };
    let aws = Fake::of(world(admin), Usage::Days(usage.collect()));
    aws.track(&tracked.collect::<Vec<_>>());
    aws
}

/// What is shown of an answer, and what is logged meanwhile at the level that leaves most out.
fn shown_of(answer: &Answer) -> (Value, Vec<String>) {
    let journal = Mutex::new(Vec::new());
    let shown = shown(answer, &Filtered { least: Level::Error, journal: &journal }).unwrap();
    (shown, journal.into_inner().unwrap())
}

#[tokio::test]
async fn an_answer_is_cut_to_its_limit_whatever_is_long_in_it() {
    let mut answer = ask(&administrator(), Mode::Plan).await.unwrap();
    answer.message = Some("ä".repeat(1_000_000));
    let plan = answer.plan.as_mut().unwrap();
    let wide = plan.kept.iter().find(|kept| kept.actions.is_some()).unwrap().clone();
    plan.kept = vec![wide; 400];
    plan.dropped = vec![plan.dropped[0].clone(); 10_000];
    plan.warnings = vec![plan.warnings[0].clone(); 1_000];
    let (shown, lines) = shown_of(&answer);
    assert!(shown.to_string().len() <= MAX_ANSWER_BYTES, "{}", shown.to_string().len());
    let plan = answer.plan.unwrap();
    assert_eq!(shown["planDigest"], plan.plan_digest.to_string());
    assert_eq!(shown["boundary"], plan.boundary);
    assert!(lines.iter().all(|line| line.len() <= 256 * 1024));
}

#[tokio::test]
async fn the_answer_about_the_widest_administrator_is_cut_and_the_log_has_all_of_it() {
    let answer = ask(&administrator(), Mode::Plan).await.unwrap();
    assert_eq!(answer.status, Status::Planned, "{:?}", answer.message);
    let whole = serde_json::to_string(&answer).unwrap();
    assert!(whole.len() > 200_000, "{}", whole.len());

    let (shown, lines) = shown_of(&answer);
    let text = shown.to_string();
    assert!(text.len() <= MAX_ANSWER_BYTES, "{}", text.len());
    assert!(text.len() > MAX_ANSWER_BYTES / 2, "{}", text.len());
    assert!(text.starts_with(r#"{"status":"PLANNED","leftOut":{"message":"the whole answer has "#));
    let plan = answer.plan.unwrap();
    assert_eq!(shown["planDigest"], plan.plan_digest.to_string());
    assert_eq!(shown["boundary"], plan.boundary);
    assert_eq!(shown["summary"], plan.summary);
    for (list, all) in [("kept", plan.kept.len()), ("dropped", plan.dropped.len())] {
        let (there, left_out) = (&shown[list], &shown["leftOut"][list]);
        let left_out = left_out.as_u64().map_or(0, |count| usize::try_from(count).unwrap());
        assert_eq!(there.as_array().unwrap().len() + left_out, all, "{list}");
    }

    assert!(lines.iter().all(|line| line.len() <= 256 * 1024));
    let pieces: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (place, piece) in pieces.iter().enumerate() {
        assert_eq!((&piece["msg"], &piece["requested"]), (&json!("answer"), &json!(ID)));
        assert_eq!(piece["plandigest"], shown["planDigest"]);
        assert_eq!((&piece["piece"], &piece["pieces"]), (&json!(place + 1), &json!(lines.len())));
    }
    let texts: String = pieces.iter().map(|piece| piece["text"].as_str().unwrap()).collect();
    assert_eq!(texts, whole);
}

#[tokio::test]
async fn an_answer_that_fits_is_shown_as_it_is_and_leaves_nothing_in_the_log() {
    let answer = ask(&unbounded(), Mode::Plan).await.unwrap();
    let journal = Mutex::new(Vec::new());
    let shown = shown(&answer, &journal).unwrap();
    assert_eq!(shown.to_string(), serde_json::to_string(&answer).unwrap());
    assert_eq!(journal.into_inner().unwrap(), Vec::<String>::new());
}
