//! Asking AWS itself about a boundary before it is attached.

use crate::call::CallError;
use crate::paging::PagingError;
use leastwise_policy::action::Action;
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::PrincipalArn;
use std::fmt;
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`Preflight`] costs.
pub const ACTIONS: &[&str] = &["access-analyzer:ValidatePolicy", "iam:SimulatePrincipalPolicy"];

/// Has a boundary checked by IAM Access Analyzer and tried by IAM's policy simulator. Nothing is
/// changed by it.
///
/// Costs `access-analyzer:ValidatePolicy` and `iam:SimulatePrincipalPolicy`.
pub trait Preflight: Sync {
    /// What IAM Access Analyzer finds in a boundary. It has no type for boundaries: they are
    /// identity policies.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicy.html>.
    ///
    /// # Errors
    ///
    /// [`PreflightError`] when a page of the findings could not be had: a part of them is not an
    /// answer.
    fn findings(
        &self,
        boundary: &Document,
    ) -> impl Future<Output = Result<Vec<Finding>, PreflightError>> + Send;

    /// What IAM's policy simulator decides about each of the actions, on every resource and without
    /// any context, in their order: under `boundary` in place of the present one or, without it, as
    /// the principal stands.
    ///
    /// A statement that is limited to some resources, or that has conditions, does not allow
    /// anything there.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>.
    ///
    /// # Errors
    ///
    /// [`PreflightError`] when IAM could not be asked, or did not decide about each of them once.
    fn decisions(
        &self,
        principal: &PrincipalArn,
        boundary: Option<&Document>,
        actions: &[Action],
    ) -> impl Future<Output = Result<Vec<Decision>, PreflightError>> + Send;
}

/// One finding of IAM Access Analyzer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub kind: FindingKind,
    /// The code, for example `INVALID_ACTION`.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>.
    pub issue_code: String,
    /// What it is about, in Access Analyzer's words.
    pub details: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.kind, self.issue_code, self.details)
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindingKind {
    /// A part of the policy does not work.
    Error,
    /// The policy allows what AWS considers too much.
    SecurityWarning,
    /// The policy does not follow best practices.
    Warning,
    /// The policy could be written better.
    Suggestion,
    /// A type of finding that Leastwise does not know.
    Unknown(String),
}

impl fmt::Display for FindingKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "ERROR",
            Self::SecurityWarning => "SECURITY_WARNING",
            Self::Warning => "WARNING",
            Self::Suggestion => "SUGGESTION",
            Self::Unknown(name) => name,
        })
    }
}

/// What IAM's policy simulator decides about one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The action.
    pub action: Action,
    /// Whether it is allowed.
    pub allowed: bool,
    /// Whether the boundary, by itself, allows it; `None` when IAM does not say, as where there is
    /// no boundary.
    pub allowed_by_boundary: Option<bool>,
}

/// Why AWS did not say what it thinks of a boundary. It must not be read as consent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PreflightError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The pages of an answer did not come to an end.
    #[error(transparent)]
    Paging(#[from] PagingError),
}

impl PreflightError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::Paging(_) => false,
        }
    }
}
