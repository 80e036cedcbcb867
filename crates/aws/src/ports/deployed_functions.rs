//! How a deployed function is set.

use crate::call::CallError;
use std::collections::BTreeMap;
use std::future::Future;

/// The IAM actions that [`DeployedFunctions`] costs.
pub const ACTIONS: &[&str] = &["lambda:GetFunctionConfiguration"];

/// A function as it is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedFunction {
    /// Its ARN, without a version.
    pub arn: String,
    /// Its environment: each variable with its value.
    pub environment: BTreeMap<String, String>,
}

/// Reads how functions of the account are set, in the Region that is asked.
///
/// Costs `lambda:GetFunctionConfiguration` on the function and, where its environment is encrypted
/// with a key of the account, `kms:Decrypt` on that.
pub trait DeployedFunctions: Sync {
    /// The function of this name; `None` where the Region has none.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it could not be read, or not all of its environment.
    fn deployed(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<DeployedFunction>, CallError>> + Send;
}
