//! Reporting to AWS Config, and reading back what it holds.

use crate::call::CallError;
use crate::paging::PagingError;
use chrono::{DateTime, Utc};
pub use leastwise_rightsizing::verdict::Compliance;
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`Evaluations`] costs.
pub const ACTIONS: &[&str] = &[
    "config:GetComplianceDetailsByConfigRule",
    "config:GetComplianceDetailsByResource",
    "config:GetResourceConfigHistory",
    "config:PutEvaluations",
];

/// How many evaluations one `PutEvaluations` takes.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html>.
pub const MAX_EVALUATIONS: usize = 100;

/// Reports evaluations of the rule and reads what AWS Config holds of it and of its resources.
///
/// Costs `config:PutEvaluations`, `config:GetComplianceDetailsByConfigRule`,
/// `config:GetComplianceDetailsByResource` and `config:GetResourceConfigHistory`.
pub trait Evaluations: Sync {
    /// Reports at most [`MAX_EVALUATIONS`] evaluations and returns those that Config did not
    /// accept, which it does without failing the call. In test mode nothing is stored and any token
    /// will do.
    ///
    /// # Errors
    ///
    /// [`ReportingError`] when the call failed.
    fn put(
        &self,
        evaluations: &[Evaluation],
        result_token: &str,
        test_mode: bool,
    ) -> impl Future<Output = Result<Vec<Evaluation>, ReportingError>> + Send;

    /// Every result that the rule has: compliant, not compliant or, as far as Config keeps that,
    /// not applicable.
    ///
    /// # Errors
    ///
    /// [`ReportingError`] when any page could not be read.
    fn reported(
        &self,
        rule_name: &str,
    ) -> impl Future<Output = Result<Vec<ReportedResult>, ReportingError>> + Send;

    /// The result that the rule has on one resource, as [`Evaluations::reported`] has it; `None`
    /// where it has none.
    ///
    /// # Errors
    ///
    /// [`ReportingError`] when any page could not be read.
    fn reported_on(
        &self,
        resource_type: &str,
        resource_id: &str,
        rule_name: &str,
    ) -> impl Future<Output = Result<Option<ReportedResult>, ReportingError>> + Send;

    /// The latest configuration item of a resource captured at `later_time` or before: what an
    /// oversized notification leaves out. `None` when Config holds none.
    ///
    /// # Errors
    ///
    /// [`ReportingError`] when Config could not be asked.
    fn configuration_item(
        &self,
        resource_type: &str,
        resource_id: &str,
        later_time: DateTime<Utc>,
    ) -> impl Future<Output = Result<Option<ConfigurationItem>, ReportingError>> + Send;
}

/// One result of the rule on one resource.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// For example `AWS::IAM::Role`.
    pub resource_type: String,
    /// The unique id, for example `AROA…`.
    pub resource_id: String,
    /// The verdict.
    pub compliance: Compliance,
    /// Why, in 1 to 256 characters. An empty text is sent as no text, because Config refuses it.
    pub annotation: Option<String>,
    /// When the state that was judged was captured; Config lets the latest win.
    pub ordering_timestamp: DateTime<Utc>,
}

/// A result of the rule, as Config holds it.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_EvaluationResult.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedResult {
    /// For example `AWS::IAM::Role`.
    pub resource_type: String,
    /// For example `AROA…`.
    pub resource_id: String,
    /// The verdict; `None` when it is none of those that a custom rule gives.
    pub compliance: Option<Compliance>,
    /// When Config invoked the rule for it; `None` when it does not say.
    pub invoked: Option<DateTime<Utc>>,
    /// When Config recorded it; `None` when it does not say.
    pub recorded: Option<DateTime<Utc>>,
    /// Why.
    pub annotation: Option<String>,
}

impl ReportedResult {
    /// Whether it says that the resource is compliant, or that it is not.
    #[must_use]
    pub fn is_verdict(&self) -> bool {
        matches!(self.compliance, Some(Compliance::Compliant | Compliance::NonCompliant))
    }
}

/// What a configuration item says about a resource, without its configuration.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationItem {
    /// For example `AWS::IAM::Role`.
    pub resource_type: String,
    /// For example `AROA…`.
    pub resource_id: String,
    /// The friendly name; `None` for a deleted resource.
    pub resource_name: Option<String>,
    /// The ARN.
    pub arn: Option<String>,
    /// The account it is in.
    pub account_id: Option<String>,
    /// `OK`, `ResourceDiscovered`, `ResourceNotRecorded`, `ResourceDeleted` or
    /// `ResourceDeletedNotRecorded`.
    pub status: String,
    /// When the state was captured.
    pub captured: Option<DateTime<Utc>>,
}

/// Why nothing could be reported, or read back.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReportingError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A list did not come to an end.
    #[error(transparent)]
    Paging(#[from] PagingError),
    /// More evaluations than one call takes.
    #[error("{given} evaluations were given at once, AWS Config accepts {MAX_EVALUATIONS}")]
    TooMany {
        /// How many.
        given: usize,
    },
    /// Config refused an evaluation that it was not sent.
    #[error("AWS Config refused an evaluation of `{resource_id}`, which it was not sent")]
    UnknownEvaluation {
        /// The resource id.
        resource_id: String,
    },
}

impl ReportingError {
    /// Whether the same call may succeed later with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::Paging(_) | Self::TooMany { .. } | Self::UnknownEvaluation { .. } => false,
        }
    }
}
