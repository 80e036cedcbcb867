//! Lists in S3, topics with somebody who listens, and events of IAM.

use crate::seed::Seeded;
use crate::stand::{ACCOUNT, REGION, Stand};
use serde_json::{Value, json};
use std::fs;
use tempfile::NamedTempFile;

/// The bucket that lists go to.
const LISTS: &str = "leastwise-lists";

/// A topic of SNS with a queue that gets what is published there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// ARN of the topic.
    pub arn: String,
    queue: String,
}

impl Stand {
    /// Puts a list into S3 and returns its `s3://` URI.
    pub fn list(&self, key: &str, text: &str) -> String {
        let file = NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), text).expect("it can be written");
        if !self.aws(&["s3", "ls"]).contains(LISTS) {
            self.aws(&["s3", "mb", &format!("s3://{LISTS}")]);
        }
        let uri = format!("s3://{LISTS}/{key}");
        self.aws(&["s3", "cp", "--only-show-errors", &file.path().to_string_lossy(), &uri]);
        uri
    }

    /// Makes a topic and listens to it.
    pub fn topic(&self, name: &str) -> Topic {
        let text = |given: &[&str]| self.aws(&[given, &["--output", "text"]].concat());
        let topic = text(&["sns", "create-topic", "--name", name]);
        let url = text(&["sqs", "create-queue", "--queue-name", name]);
        let topic = Topic { arn: topic.trim().to_owned(), queue: url.trim().to_owned() };
        let queue = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}");
        let given = ["--topic-arn", &topic.arn, "--protocol", "sqs", "--notification-endpoint"];
        self.aws(&[&["sns", "subscribe"], given.as_slice(), &[&queue]].concat());
        topic
    }

    /// What was published on a topic since this was last asked: subjects and texts.
    pub fn published(&self, topic: &Topic) -> Vec<(String, String)> {
        let mut found = Vec::new();
        loop {
            let messages = self.messages(&topic.queue);
            if messages.is_empty() {
                return found;
            }
            found.extend(messages.iter().map(|message| {
                let body: Value =
                    serde_json::from_str(message["Body"].as_str().unwrap_or_default())
                        .expect("SNS wraps what it delivers");
                let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
                (text("Subject"), text("Message"))
            }));
        }
    }

    /// Takes up to ten messages out of a queue, named by its URL.
    pub fn messages(&self, queue: &str) -> Vec<Value> {
        let given = ["--max-number-of-messages", "10", "--output", "json"];
        let told = self
            .aws(&[&["sqs", "receive-message", "--queue-url", queue], given.as_slice()].concat());
        let answer: Value = serde_json::from_str(&told).unwrap_or_default();
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        let receipts: Vec<Value> = messages
            .iter()
            .zip(0..)
            .map(|(message, id)| json!({ "Id": format!("{id}"), "ReceiptHandle": message["ReceiptHandle"] }))
            .collect();
        if !receipts.is_empty() {
            let receipts = Value::from(receipts).to_string();
            let given = ["delete-message-batch", "--queue-url", queue, "--entries", &receipts];
            self.aws(&[&["sqs"], given.as_slice()].concat());
        }
        messages
    }

    /// Sends the event of a call by a session of a role, which AWS denied with this message, to the
    /// deployed rules; what each target answered.
    pub fn denied_call(&self, role: &Seeded, action: &str, message: &str) -> Vec<Value> {
        let answers = self.post("event", &denied_call(role, action, message));
        answers.as_array().cloned().unwrap_or_default()
    }

    /// Sends the event of an IAM call by a user to the deployed rules; what each target answered.
    pub fn iam_call(&self, user: &Seeded, call: &str, event_id: &str) -> Vec<Value> {
        let answers = self.post("event", &iam_call(user, call, event_id));
        answers.as_array().cloned().unwrap_or_default()
    }
}

/// The event of a denied call by a session of a role, two seconds from now: a boundary made just
/// now stands before it.
fn denied_call(role: &Seeded, action: &str, message: &str) -> Value {
    let at = chrono::Utc::now() + chrono::TimeDelta::seconds(2);
    let at = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (service, name) = action.split_once(':').expect("an action");
    json!({
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "AWS API Call via CloudTrail",
        "source": format!("aws.{service}"),
        "account": ACCOUNT,
        "time": at,
        "region": REGION,
        "resources": [],
        "detail": {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": format!("{}:session", role.id),
                "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}/session", role.name),
                "accountId": ACCOUNT,
                "sessionContext": { "sessionIssuer": {
                    "type": "Role", "principalId": role.id, "arn": role.arn,
                    "accountId": ACCOUNT, "userName": role.name
                } }
            },
            "eventTime": at,
            "eventSource": format!("{service}.amazonaws.com"),
            "eventName": name,
            "awsRegion": REGION,
            "errorCode": "AccessDenied",
            "errorMessage": message,
            "requestParameters": null,
            "responseElements": null,
            "eventID": "00000000-0000-0000-0000-000000000002",
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management"
        }
    })
}

/// The event of an IAM call by a user, as an event bus gets it from CloudTrail.
#[must_use]
pub fn iam_call(user: &Seeded, call: &str, event_id: &str) -> Value {
    let now = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    json!({
        "version": "0",
        "id": event_id,
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.iam",
        "account": ACCOUNT,
        "time": now,
        "region": REGION,
        "resources": [],
        "detail": {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": user.id,
                "arn": user.arn,
                "accountId": ACCOUNT,
                "accessKeyId": "AKIAEXAMPLE000000001",
                "userName": user.name
            },
            "eventTime": now,
            "eventSource": "iam.amazonaws.com",
            "eventName": call,
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.34",
            "userAgent": "aws-cli/2",
            "requestParameters": { "userName": "somebody" },
            "responseElements": null,
            "requestID": "00000000-0000-0000-0000-000000000001",
            "eventID": event_id,
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management"
        }
    })
}
