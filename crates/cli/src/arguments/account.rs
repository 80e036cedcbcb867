//! An account, as an argument.

use leastwise_rightsizing::iam::is_account_id;
use std::str::FromStr;

/// The twelve digits of an account.
#[derive(Debug, Clone)]
pub(crate) struct AccountArgument(String);

impl AccountArgument {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        is_account_id(text)
            .then(|| Self(text.to_owned()))
            .ok_or_else(|| "expected twelve digits".to_owned())
    }
}
