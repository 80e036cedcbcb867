//! List files and secrets. Reading them counts as loading.

use crate::aws::fake::Fake;
use leastwise_aws::CallError;
use leastwise_aws::ports::{ReadObject, ReadSecret, SecretError, SecretText};
use leastwise_rightsizing::settings::ObjectAddress;
use std::sync::atomic::Ordering;

impl Fake {
    /// The text of a list file by its address, or of a secret by its ARN, or why it cannot be read.
    /// S3 says of any other file that it is not there, and no other secret may be read.
    pub fn set_file(&self, address: &str, text: Result<&str, CallError>) {
        let text = text.map(ToOwned::to_owned);
        self.files.lock().unwrap().insert(address.to_owned(), text);
    }

    /// The same with this list file or secret.
    #[must_use]
    pub fn with_file(self, address: &str, text: Result<&str, CallError>) -> Self {
        self.set_file(address, text);
        self
    }
}

impl ReadObject for Fake {
    async fn object(&self, address: &ObjectAddress, _: usize) -> Result<Vec<u8>, CallError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        let address = address.to_string();
        let file = self.files.lock().unwrap().get(&address).cloned();
        let missing = || CallError::refused("s3:GetObject", &address, "NoSuchKey", "no such key");
        file.unwrap_or_else(|| Err(missing())).map(String::into_bytes)
    }
}

impl ReadSecret for Fake {
    async fn secret(&self, arn: &str) -> Result<SecretText, SecretError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        let secret = self.files.lock().unwrap().get(arn).cloned();
        let refused = || {
            CallError::refused("secretsmanager:GetSecretValue", arn, "AccessDenied", "not allowed")
        };
        Ok(secret.unwrap_or_else(|| Err(refused())).map(SecretText::new)?)
    }
}
