//! Policies that IAM Access Analyzer generates from a trail of CloudTrail.

use crate::call::CallError;
use crate::paging::PagingError;
use chrono::{DateTime, Utc};
use leastwise_rightsizing::iam::PrincipalArn;
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`GeneratePolicies`] costs; with them goes `iam:PassRole` on the role that
/// reads the trail.
pub const ACTIONS: &[&str] = &[
    "access-analyzer:StartPolicyGeneration",
    "access-analyzer:GetGeneratedPolicy",
    "access-analyzer:ListPolicyGenerations",
    "iam:PassRole",
];

/// A policy to be generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyGeneration {
    /// For whom.
    pub principal: PrincipalArn,
    /// The ARN of the trail.
    pub trail_arn: String,
    /// The ARN of the role by which Access Analyzer reads the trail.
    pub access_role: String,
    /// From when on, at most 90 days before [`to`](Self::to).
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html>.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
}

/// How far the generation of a policy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Generation {
    /// It goes on.
    InProgress,
    /// It came to nothing, and in whose words.
    Failed(String),
    /// It is done.
    Done(GeneratedPolicies),
}

/// What was generated for one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedPolicies {
    /// For whom, as an ARN.
    pub principal: String,
    /// The first moment of the trail that was read.
    pub from: DateTime<Utc>,
    /// The last one.
    pub to: DateTime<Utc>,
    /// Whether Access Analyzer says that every action is in them which it could identify.
    pub is_complete: bool,
    /// The policies, as JSON.
    pub policies: Vec<String>,
}

/// Why Access Analyzer's answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnalyzerError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A list did not come to its end.
    #[error(transparent)]
    Paging(#[from] PagingError),
}

/// Has IAM Access Analyzer generate policies from a trail. Of an account one generation goes on at
/// a time, and 50 are begun a day.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html>.
pub trait GeneratePolicies: Sync {
    /// Begins a generation; the same one asked for twice is begun once. Gives the id of its job.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it was not begun, or nothing says whether.
    fn begin(
        &self,
        generation: &PolicyGeneration,
    ) -> impl Future<Output = Result<String, CallError>> + Send;

    /// How far the job is.
    ///
    /// # Errors
    ///
    /// [`CallError`] when nothing says so.
    fn generation(&self, job: &str) -> impl Future<Output = Result<Generation, CallError>> + Send;

    /// The jobs for this principal that AWS remembers and that did not come to nothing, by their
    /// ids, the newest first.
    ///
    /// # Errors
    ///
    /// [`AnalyzerError`] when not all of them are known.
    fn generations(
        &self,
        principal: &PrincipalArn,
    ) -> impl Future<Output = Result<Vec<String>, AnalyzerError>> + Send;
}
