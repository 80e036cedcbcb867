//! Where messages go.

use super::setting::SettingError;
use crate::iam::Arn;
use std::fmt;
use std::str::FromStr;

/// The Amazon SNS topic to which messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn(String);

impl TopicArn {
    /// The setting's name.
    pub const NAME: &'static str = "NotificationTopicArn";

    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a FIFO topic, which removes messages of the same event by itself.
    ///
    /// Source: <https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html>.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.0.rsplit_once('.').is_some_and(|(_, ending)| ending == "fifo")
    }
}

impl FromStr for TopicArn {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let text = value.trim();
        let is_topic = |arn: &Arn<'_>| {
            arn.service == "sns"
                && !arn.region.is_empty()
                && arn.is_in_an_account()
                && !arn.resource.is_empty()
                && !arn.resource.contains(':')
        };
        if Arn::of(text).is_some_and(|arn| is_topic(&arn)) {
            return Ok(Self(text.to_owned()));
        }
        let allowed = "the ARN of an Amazon SNS topic, such as `arn:aws:sns:eu-central-1:111122223333:leastwise`";
        Err(SettingError::new(Self::NAME, value, allowed))
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
