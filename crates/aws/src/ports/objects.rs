//! Reading files from S3, and writing them.

use super::entries::Made;
use crate::call::CallError;
use leastwise_rightsizing::settings::ObjectAddress;
use std::future::Future;
use tokio::sync::mpsc::Sender;

/// The IAM actions that [`ReadObject`] costs.
pub const ACTIONS: &[&str] = &["s3:GetObject"];

/// The IAM actions that [`ListObjects`] costs.
pub const LIST_ACTIONS: &[&str] = &["s3:ListBucket"];

/// The IAM actions that [`WriteObject`] costs.
pub const WRITE_ACTIONS: &[&str] = &["s3:PutObject"];

/// Reads an object from S3.
///
/// Costs `s3:GetObject` on it, and where it is encrypted with a key of the customer's,
/// `kms:Decrypt` on that.
pub trait ReadObject: Sync {
    /// The whole object, unless it has more than `limit` bytes; of a larger one the first `limit`
    /// bytes and one more.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it is not there, may not be read, or did not come whole.
    fn object(
        &self,
        address: &ObjectAddress,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<u8>, CallError>> + Send;
}

/// Lists what is in S3.
///
/// Costs `s3:ListBucket` on the bucket.
pub trait ListObjects: Sync {
    /// The objects whose keys begin with that of `prefix`, in the order of their keys: all, or
    /// where there are more than `most`, at least one more than that.
    ///
    /// # Errors
    ///
    /// [`CallError`] when they may not be listed, or not all of them came.
    fn objects(
        &self,
        prefix: &ObjectAddress,
        most: usize,
    ) -> impl Future<Output = Result<Vec<ObjectAddress>, CallError>> + Send;
}

/// Lists the folders in S3: what keys have in common up to the next slash.
///
/// Costs `s3:ListBucket` on the bucket.
pub trait ListFolders: Sync {
    /// The names, without the slash, of the folders right below `prefix`, whose key is empty or
    /// ends in a slash; in their order.
    ///
    /// # Errors
    ///
    /// [`CallError`] when they may not be listed, or not all of them came.
    fn folders(
        &self,
        prefix: &ObjectAddress,
    ) -> impl Future<Output = Result<Vec<String>, CallError>> + Send;
}

/// Reads an object from S3 part by part, so that a large one needs little memory.
///
/// Costs what [`ReadObject`] costs.
pub trait PourObject: Sync {
    /// Hands the parts of the object over, in their order, until it is whole or nobody takes them
    /// any more. Whoever takes them must not use them before this has ended well: an object that is
    /// cut short ends as a whole one does.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it is not there, may not be read, or did not come whole.
    fn pour(
        &self,
        address: &ObjectAddress,
        into: Sender<Vec<u8>>,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// Finds out where a bucket is.
///
/// Costs `s3:ListBucket` on the bucket, though S3 says it as well where that is denied.
pub trait FindBucket: Sync {
    /// The Region of the bucket, by its code; `None` where nothing says which.
    ///
    /// # Errors
    ///
    /// [`CallError`] when there is no such bucket, or S3 does not answer.
    fn region_of(
        &self,
        bucket: &str,
    ) -> impl Future<Output = Result<Option<String>, CallError>> + Send;
}

/// Writes objects into S3, of which the first stays.
///
/// Costs `s3:PutObject` on the object.
pub trait WriteObject: Sync {
    /// Writes the object, unless there is one of this address.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>.
    ///
    /// # Errors
    ///
    /// [`CallError`] when nothing says whether it was written.
    fn write_once(
        &self,
        address: &ObjectAddress,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Made, CallError>> + Send;
}
