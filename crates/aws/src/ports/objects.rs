//! Reading files from S3, and writing them.

use super::entries::Made;
use crate::call::CallError;
use leastwise_rightsizing::settings::ObjectAddress;
use std::future::Future;

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
