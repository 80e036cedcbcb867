//! Usage files: what others than IAM saw is kept, and nothing is planned while they cannot be read.

use crate::scene::{ID, OWN, ask_set_to, outdated, set_to, unbounded};
use leastwise_remediator::answer::Status;
use leastwise_remediator::request::Mode;
use leastwise_remediator::settings::Settings;
use leastwise_testing::days_ago;
use serde_json::json;

const FILE: &str = "s3://evidence/usage/trail.jsonl";

fn with_evidence() -> Settings {
    let value = "s3://evidence/usage/".to_owned();
    set_to(move |name| (name == "LEASTWISE_EVIDENCE_LIST").then(|| value.clone()))
}

fn trail() -> String {
    let header = json!({ "usageFile": 1, "source": "cloud-trail", "account": "111122223333" });
    let used = json!({ "id": ID, "used": "sqs:SendMessage", "last": days_ago(3) });
    format!("{header}\n{used}\n{}\n", json!({ "end": 1 }))
}

#[tokio::test]
async fn what_a_usage_file_shows_stays_allowed() {
    let kept = async |settings: &Settings| {
        let aws = unbounded();
        aws.set_file(FILE, Ok(&trail()));
        let applied = ask_set_to(settings, ID, &aws, Mode::Apply).await.unwrap();
        assert_eq!(applied.status, Status::Applied);
        let document = aws.world().policies[OWN].in_force().1.to_value();
        document["Statement"][0]["Action"].clone()
    };
    assert_eq!(kept(&set_to(|_| None)).await, json!("s3:*"));
    assert_eq!(kept(&with_evidence()).await, json!(["s3:*", "sqs:*"]));
}

#[tokio::test]
async fn while_usage_files_cannot_be_read_nothing_is_planned_and_anybody_can_be_restored() {
    let why = "`EvidenceList` (s3://evidence/usage/) cannot be used, so nothing is called idle: no usage \
               file is there; correct the setting, or empty it";
    for mode in [Mode::Plan, Mode::Apply] {
        let aws = unbounded();
        let error = ask_set_to(&with_evidence(), ID, &aws, mode).await.unwrap_err();
        assert_eq!((error.error_type(), error.to_string()), ("Failed", why.to_owned()));
        assert_eq!((error.kind(), aws.writes()), ("Evidence", vec![]));
    }
    let aws = outdated();
    let restored = ask_set_to(&with_evidence(), ID, &aws, Mode::Restore).await.unwrap();
    assert_eq!(restored.status, Status::Restored);
}
