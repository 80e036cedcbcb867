//! Where messages go.

use super::setting::SettingError;
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
    /// Source: <https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html>
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.0.rsplit_once('.').is_some_and(|(_, ending)| ending == "fifo")
    }
}

impl FromStr for TopicArn {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let arn = value.trim();
        let parts: Vec<&str> = arn.split(':').collect();
        match parts.as_slice() {
            ["arn", partition, "sns", region, account, name]
                if partition.starts_with("aws")
                    && !region.is_empty()
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && !name.is_empty() =>
            {
                Ok(Self(arn.to_owned()))
            }
            _ => {
                let allowed = "the ARN of an Amazon SNS topic, such as `arn:aws:sns:eu-central-1:111122223333:leastwise`";
                Err(SettingError::new(Self::NAME, value, allowed))
            }
        }
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
