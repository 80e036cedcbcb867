//! Errors as AWS gives them.

use leastwise_aws::CallError;
use leastwise_aws::ports::UsageError;
use leastwise_rightsizing::evidence::ReportError;

/// AWS does not allow the call, now or later.
pub fn denied(operation: &'static str) -> CallError {
    CallError::refused(operation, "app", "AccessDenied", "not authorized")
}

/// Too much was asked of AWS; later the call may succeed.
pub fn throttled(operation: &'static str) -> CallError {
    CallError::refused(operation, "app", "Throttling", "Rate exceeded")
}

/// AWS refuses some call by this code.
pub(crate) fn refused(code: &str) -> CallError {
    CallError::refused("iam:Any", "any", code, "as IAM says it")
}

/// IAM could not make the report on `arn`.
pub fn failed_report(arn: &str) -> UsageError {
    let report = ReportError::Failed { code: "InternalError".into(), message: "try later".into() };
    UsageError::Report { principal: arn.to_owned(), report }
}

/// IAM did not want to make the report on `arn` now.
pub fn throttled_report(arn: &str) -> UsageError {
    let call = throttled("iam:GenerateServiceLastAccessedDetails");
    UsageError::Call { principal: arn.to_owned(), call }
}
