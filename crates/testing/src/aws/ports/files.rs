//! List files and secrets, of which reading counts as loading; and what is written into S3.

use crate::aws::fake::Fake;
use crate::aws::world::World;
use leastwise_aws::CallError;
use leastwise_aws::ports::{
    ListFolders, ListObjects, Made, PourObject, ReadObject, ReadSecret, SecretError, SecretText,
    WriteObject,
};
use leastwise_rightsizing::settings::ObjectAddress;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc::Sender;

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

impl ListObjects for Fake {
    async fn objects(
        &self,
        prefix: &ObjectAddress,
        _: usize,
    ) -> Result<Vec<ObjectAddress>, CallError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        let files = self.files.lock().unwrap();
        let below = files.keys().filter_map(|address| address.strip_prefix(&prefix.to_string()));
        let key = |rest: &str| format!("{}{rest}", prefix.key);
        let bucket = || prefix.bucket.clone();
        Ok(below.map(|rest| ObjectAddress { bucket: bucket(), key: key(rest) }).collect())
    }
}

impl ListFolders for Fake {
    async fn folders(&self, prefix: &ObjectAddress) -> Result<Vec<String>, CallError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        let files = self.files.lock().unwrap();
        let below = files.keys().filter_map(|address| address.strip_prefix(&prefix.to_string()));
        let folders = below.filter_map(|rest| Some(rest.split_once('/')?.0.to_owned()));
        Ok(folders.collect::<BTreeSet<_>>().into_iter().collect())
    }
}

impl PourObject for Fake {
    async fn pour(&self, address: &ObjectAddress, into: Sender<Vec<u8>>) -> Result<(), CallError> {
        let bytes = self.object(address, usize::MAX).await?;
        // As small as parts can be, so that whoever takes them puts them together.
        for byte in bytes {
            if into.send(vec![byte]).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl WriteObject for Fake {
    async fn write_once(&self, address: &ObjectAddress, body: Vec<u8>) -> Result<Made, CallError> {
        let write = |world: &mut World| {
            let address = address.to_string();
            if world.objects.contains_key(&address) {
                return Ok(Made::Before);
            }
            world.objects.insert(address, String::from_utf8(body).unwrap());
            Ok(Made::Now)
        };
        self.call("write_once", write, |call| call)
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
