//! Reading files from S3.

use crate::call::CallError;
use leastwise_rightsizing::settings::ObjectAddress;
use std::future::Future;

/// The IAM actions that [`ReadObject`] costs.
pub const ACTIONS: &[&str] = &["s3:GetObject"];

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
