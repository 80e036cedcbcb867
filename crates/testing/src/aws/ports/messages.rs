//! Messages, and the memory of what was said last.

use crate::aws::fake::Fake;
use crate::aws::world::{TOPIC, World};
use leastwise_aws::CallError;
use leastwise_aws::ports::{Publish, Remember};
use leastwise_rightsizing::presentation::Message;
use leastwise_rightsizing::settings::TopicArn;

impl Publish for Fake {
    async fn publish(&self, topic: &TopicArn, message: &Message) -> Result<(), CallError> {
        assert_eq!(topic.as_str(), TOPIC);
        let publish = |world: &mut World| {
            world.messages.push(message.clone());
            Ok(())
        };
        self.call("publish", publish, |call| call)
    }
}

impl Remember for Fake {
    async fn recall(&self, name: &str) -> Result<Option<String>, CallError> {
        self.call("recall", |world| Ok(world.parameters.get(name).cloned()), |call| call)
    }

    async fn remember(&self, name: &str, text: &str) -> Result<(), CallError> {
        assert!(text.len() <= 4_096, "{text}");
        let remember = |world: &mut World| {
            world.parameters.insert(name.to_owned(), text.to_owned());
            Ok(())
        };
        self.call("remember", remember, |call| call)
    }
}
