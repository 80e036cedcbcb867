//! Whose index decides, and where the keys of an external service lie.

use super::setting::SettingError;
use crate::iam::Arn;
use std::fmt;
use std::str::FromStr;

/// Whose index decides, and where the credentials of an external service lie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ScoreProvider {
    /// Our own index.
    #[default]
    Own,
    /// The index of an external service instead of our own.
    External(ScoreSecretArn),
    /// Our own and that of an external service.
    Both(ScoreSecretArn),
}

impl ScoreProvider {
    /// The setting's name.
    pub const NAME: &'static str = "ScoreProvider";

    /// Reads the settings `ScoreProvider` and `ScoreSecretArn`; an empty text is none.
    ///
    /// # Errors
    ///
    /// [`SettingError`] when either has no allowed value, or one is given that the other has no use
    /// for, or misses.
    pub fn parse(provider: &str, secret: &str) -> Result<Self, SettingError> {
        let arn = secret.trim();
        match (provider.trim(), arn.is_empty()) {
            ("" | "own", true) => Ok(Self::Own),
            ("" | "own", false) => {
                let allowed = "nothing, unless `ScoreProvider` is `external` or `both`";
                Err(SettingError::new(ScoreSecretArn::NAME, arn, allowed))
            }
            ("external", _) => Ok(Self::External(arn.parse()?)),
            ("both", _) => Ok(Self::Both(arn.parse()?)),
            (other, _) => Err(SettingError::new(Self::NAME, other, "`own`, `external` or `both`")),
        }
    }

    /// The secret of the external service; `None` where there is none.
    #[must_use]
    pub fn secret(&self) -> Option<&ScoreSecretArn> {
        match self {
            Self::Own => None,
            Self::External(secret) | Self::Both(secret) => Some(secret),
        }
    }
}

/// The ARN of the secret in AWS Secrets Manager that holds the credentials of an external service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreSecretArn(String);

impl ScoreSecretArn {
    /// The setting's name.
    pub const NAME: &'static str = "ScoreSecretArn";

    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScoreSecretArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for ScoreSecretArn {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let text = value.trim();
        let is_secret = |arn: &Arn<'_>| {
            let name = arn.resource.strip_prefix("secret:").unwrap_or_default();
            arn.service == "secretsmanager"
                && !arn.region.is_empty()
                && arn.is_in_an_account()
                && (1..=512).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if Arn::of(text).is_some_and(|arn| is_secret(&arn)) {
            return Ok(Self(text.to_owned()));
        }
        let allowed = "the ARN of a secret, such as \
                       `arn:aws:secretsmanager:eu-west-1:111122223333:secret:score-AbCdEf`";
        Err(SettingError::new(Self::NAME, value, allowed))
    }
}
