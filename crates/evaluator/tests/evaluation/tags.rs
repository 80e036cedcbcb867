//! The tags in which principals carry how they were judged.

use crate::scene::{
    ARN, BUSY, IDLE, account, app, app_alone, change, evaluate, evaluate_with, item, new, old,
    schedule, with,
};
use leastwise_aws::ports::TagError;
use leastwise_evaluator::settings::Settings;
use leastwise_testing::aws::{Fake, failed_report, throttled};
use serde_json::{Value, json};

fn tagging() -> Settings {
    Settings { tag_principals: true, ..Settings::default() }
}

fn tagging_services() -> Settings {
    Settings { tag_services: true, ..tagging() }
}

/// The account of the role `app` with these tags.
fn app_tagged(tags: &[(&str, &str)]) -> Fake {
    let tags: Vec<Value> =
        tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let mut app = app();
    app["Tags"] = json!(tags);
    Fake::of_account(account(&[app])).using("app", &IDLE)
}

const JUDGED: &str =
    "Permissions_Coverage_Percent=33 Permissions_Granted=3 Permissions_Unused=2 leastwise:index=67";

const TAGS: [(&str, &str); 4] = [
    ("Permissions_Coverage_Percent", "33"),
    ("Permissions_Granted", "3"),
    ("Permissions_Unused", "2"),
    ("leastwise:index", "67"),
];

#[tokio::test]
async fn a_judged_principal_is_tagged_in_one_call_after_its_verdict_is_reported() {
    for event in [change(&item()), schedule(&json!({}))] {
        let aws = app_alone();
        evaluate_with(&event, &tagging(), &aws).await.unwrap();
        assert_eq!(aws.told(), ["put 1".to_owned(), format!("tag app {JUDGED}")]);
    }
}

#[tokio::test]
async fn tags_that_are_as_they_should_be_are_not_written_again() {
    let aws = app_tagged(&TAGS);
    evaluate_with(&change(&item()), &tagging(), &aws).await.unwrap();
    assert_eq!(aws.told(), ["put 1"]);
    let stale = app_tagged(&[TAGS[0], TAGS[1], TAGS[2], ("leastwise:index", "50")]);
    evaluate_with(&change(&item()), &tagging(), &stale).await.unwrap();
    assert_eq!(stale.told(), ["put 1", "tag app leastwise:index=67"]);
}

#[tokio::test]
async fn used_services_are_tagged_only_on_request_and_stale_ones_untagged_in_one_call() {
    let numbered = [
        ("roleServiceAccessed1", "kms"),
        ("roleServiceAccessed2", "s3"),
        ("roleServiceAccessed3", "sqs"),
    ];
    let tags = [&TAGS[..], &numbered].concat();
    let aws = app_tagged(&tags);
    evaluate_with(&change(&item()), &tagging(), &aws).await.unwrap();
    assert_eq!(aws.told(), ["put 1"]);
    evaluate_with(&change(&item()), &tagging_services(), &aws).await.unwrap();
    assert_eq!(
        aws.told(),
        [
            "put 1",
            "untag app roleServiceAccessed2 roleServiceAccessed3",
            "tag app roleServiceAccessed1=s3"
        ]
    );
}

#[tokio::test]
async fn users_and_roles_have_the_keys_of_the_older_scripts_for_the_services_they_use() {
    let ada = old("arn:aws:iam::111122223333:user/ada", "AIDAEXAMPLE0ADAUSER1");
    let aws = Fake::of_account(account(&[ada])).using("ada", &BUSY);
    evaluate_with(&schedule(&json!({})), &tagging_services(), &aws).await.unwrap();
    assert_eq!(
        aws.told(),
        [
            "put 1",
            "tag ada Permissions_Coverage_Percent=100 Permissions_Granted=3 Permissions_Unused=0 leastwise:index=0 \
             userServiceAccessed1=kms userServiceAccessed2=s3 userServiceAccessed3=sqs"
        ]
    );
}

#[tokio::test]
async fn nobody_is_tagged_by_default_nor_in_a_dry_run() {
    let aws = app_alone();
    evaluate(&change(&item()), &aws).await.unwrap();
    let dry = with(change(&item()), "resultToken", "TESTMODE".into());
    evaluate_with(&dry, &tagging_services(), &aws).await.unwrap();
    assert_eq!(aws.told(), ["put 1", "put 1"]);
}

#[tokio::test]
async fn who_is_exempt_new_or_not_judged_for_want_of_knowledge_keeps_the_tags_it_has() {
    let exempt = json!({ "ExemptPrincipals": "app" }).to_string();
    let exempt = with(change(&item()), "ruleParameters", exempt.into());
    let young = Fake::of_account(account(&[new(ARN, crate::scene::ID)])).using("app", &IDLE);
    let without_report = app_tagged(&TAGS).without_report("app", failed_report(ARN));
    let nothing_known = app_tagged(&TAGS).using("app", &[]);
    for (event, aws) in [
        (exempt, app_tagged(&TAGS)),
        (change(&item()), young),
        (change(&item()), without_report),
        (change(&item()), nothing_known),
    ] {
        evaluate_with(&event, &tagging_services(), &aws).await.unwrap();
        assert_eq!(aws.told(), ["put 1"]);
    }
}

#[tokio::test]
async fn a_principal_that_cannot_be_tagged_keeps_its_verdict_and_is_logged_and_counted() {
    let why = TagError::Call(throttled("iam:TagUser"));
    let principals = [
        old("arn:aws:iam::111122223333:user/ada", "AIDAEXAMPLE0ADAUSER1"),
        old("arn:aws:iam::111122223333:user/ben", "AIDAEXAMPLE0BENUSER1"),
    ];
    let aws = Fake::of_account(account(&principals)).using("ada", &IDLE).using("ben", &IDLE);
    let aws = aws.untaggable("ada", why);
    let summary = evaluate_with(&schedule(&json!({})), &tagging(), &aws).await.unwrap();
    assert_eq!((summary.evaluated, summary.non_compliant), (2, 2));
    assert_eq!(
        aws.told(),
        ["put 2".to_owned(), format!("tag ada {JUDGED}"), format!("tag ben {JUDGED}")]
    );
    let lines = aws.lines();
    let trouble: Vec<&Value> = lines.iter().filter(|line| line["msgtype"] == "error").collect();
    assert_eq!(
        trouble,
        [&json!({
            "level": "ERROR", "msgtype": "error", "entitytype": "user", "entityname": "ada",
            "entityarn": "arn:aws:iam::111122223333:user/ada",
            "message": "its tags were not written: iam:TagUser on `app` failed: Throttling: Rate exceeded"
        })]
    );
    assert_eq!(lines.last().unwrap()["Failed"], 1);
}

#[tokio::test]
async fn a_principal_with_too_many_tags_of_its_own_is_not_tagged_and_that_is_told() {
    let own: Vec<String> = (0..45).map(|number| format!("own-{number}")).collect();
    let own: Vec<(&str, &str)> = own.iter().map(|key| (key.as_str(), "")).collect();
    let aws = app_tagged(&own);
    evaluate_with(&change(&item()), &tagging(), &aws).await.unwrap();
    assert_eq!(aws.told(), ["put 1"]);
    let lines = aws.lines();
    assert_eq!(lines[2]["message"], "it has too many tags to carry those of Leastwise beside");
    assert_eq!(lines.last().unwrap()["Failed"], 0);
}
