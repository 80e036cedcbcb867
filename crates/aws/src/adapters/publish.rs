//! [`Publish`] over Amazon SNS.

use super::Aws;
use crate::call::CallError;
use crate::ports::Publish;
use leastwise_rightsizing::presentation::Message;
use leastwise_rightsizing::settings::TopicArn;
use serde_json::json;

const OPERATION: &str = "sns:Publish";

impl Publish for Aws {
    async fn publish(&self, topic: &TopicArn, message: &Message) -> Result<(), CallError> {
        // What has no form of its own gets the default one.
        let forms = json!({ "default": message.json, "email": message.text });
        let fifo = |value: &String| topic.is_fifo().then(|| value.clone());
        let request = self
            .sns
            .publish()
            .topic_arn(topic.as_str())
            .subject(&message.subject)
            .message_structure("json")
            .message(forms.to_string())
            .set_message_group_id(fifo(&message.group))
            .set_message_deduplication_id(fifo(&message.event_id));
        request.send().await.map(drop).map_err(CallError::of(OPERATION, topic.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam_error};
    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:leastwise";

    fn message() -> Message {
        Message {
            subject: "Leastwise: restored role app (111122223333)".into(),
            text: "It is \"free\" again.\n".into(),
            json: r#"{"event":"restored"}"#.into(),
            event_id: "e1".into(),
            group: "AROAEXAMPLE0APPROLE".into(),
        }
    }

    fn published() -> Answer {
        let body = r#"<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
            <PublishResult><MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId></PublishResult>
            </PublishResponse>"#;
        (200, body.to_owned())
    }

    async fn publish(replay: &Replay, topic: &str) -> Result<(), CallError> {
        replay.aws().publish(&topic.parse().unwrap(), &message()).await
    }

    #[tokio::test]
    async fn people_get_the_text_and_machines_the_json() {
        let replay = Replay::of([published()]);
        publish(&replay, TOPIC).await.unwrap();
        let message = r#"{"default":"{\"event\":\"restored\"}","email":"It is \"free\" again.\n"}"#;
        assert_eq!(
            replay.requests(),
            [format!(
                "Action=Publish&Version=2010-03-31&TopicArn={TOPIC}&Message={message}\
                 &Subject=Leastwise: restored role app (111122223333)&MessageStructure=json"
            )]
        );
    }

    #[tokio::test]
    async fn a_fifo_topic_is_told_the_principal_and_the_event() {
        let replay = Replay::of([published()]);
        publish(&replay, &format!("{TOPIC}.fifo")).await.unwrap();
        let [sent] = <[String; 1]>::try_from(replay.requests()).unwrap();
        assert!(
            sent.ends_with("&MessageDeduplicationId=e1&MessageGroupId=AROAEXAMPLE0APPROLE"),
            "{sent}"
        );
    }

    #[tokio::test]
    async fn a_topic_that_is_gone_is_named() {
        let replay = Replay::of([iam_error(404, "NotFound", "Topic does not exist")]);
        assert_eq!(
            publish(&replay, TOPIC).await.unwrap_err().to_string(),
            format!("sns:Publish on `{TOPIC}` failed: NotFound: Topic does not exist")
        );
    }
}
