//! Announcing what happened.

use crate::call::CallError;
use leastwise_rightsizing::presentation::Message;
use leastwise_rightsizing::settings::TopicArn;
use std::future::Future;

/// The actions that [`Publish`] costs.
pub const ACTIONS: &[&str] = &["sns:Publish"];

/// Sends messages to an Amazon SNS topic.
///
/// Costs `sns:Publish` on the topic; where the topic is encrypted with a key of the customer's,
/// `kms:Decrypt` and `kms:GenerateDataKey` on the key as well.
pub trait Publish: Sync {
    /// Sends the message: subscribers by e-mail get the text, all others the JSON. On a FIFO topic
    /// the messages about one principal keep their order, and one of the same event is removed for
    /// five minutes.
    ///
    /// Source: <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>.
    ///
    /// # Errors
    ///
    /// [`CallError`] when SNS did not take it, or did not say so: it may have been sent all the
    /// same.
    fn publish(
        &self,
        topic: &TopicArn,
        message: &Message,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}
