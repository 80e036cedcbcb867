//! The managed policies that serve as boundaries: making, versioning and removing them.

use crate::call::{CallError, codes};
use crate::paging::PagingError;
use chrono::{DateTime, Utc};
use leastwise_policy::document::{Document, DocumentError};
use std::collections::BTreeMap;
use std::future::Future;
use thiserror::Error;

/// The IAM actions that [`BoundaryPolicies`] costs.
pub const ACTIONS: &[&str] = &[
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
    "iam:TagPolicy",
];

/// Keeps the boundary policies of Leastwise.
///
/// Costs `iam:GetPolicy`, `iam:GetPolicyVersion`, `iam:ListPolicyVersions`, `iam:CreatePolicy` with
/// `iam:TagPolicy` (creating a policy with tags needs both), `iam:CreatePolicyVersion`,
/// `iam:DeletePolicyVersion` and `iam:DeletePolicy`.
pub trait BoundaryPolicies: Sync {
    /// The policy and its version in force; `None` when it does not exist.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when IAM could not be asked, or the version in force changed while it was
    /// read.
    fn find(
        &self,
        arn: &str,
    ) -> impl Future<Output = Result<Option<StoredPolicy>, StoreError>> + Send;

    /// Makes a policy under [`LEASTWISE_PATH`](leastwise_rightsizing::iam::LEASTWISE_PATH).
    ///
    /// # Errors
    ///
    /// [`StoreError`] when IAM refused.
    fn create(
        &self,
        policy: &NewPolicy<'_>,
    ) -> impl Future<Output = Result<Creation, StoreError>> + Send;

    /// The versions of a policy, in the order IAM lists them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when IAM could not be asked or the policy does not exist.
    fn versions(
        &self,
        arn: &str,
    ) -> impl Future<Output = Result<Vec<PolicyVersion>, StoreError>> + Send;

    /// Adds a version, puts it in force, and returns its id.
    ///
    /// # Errors
    ///
    /// [`StoreError::QuotaExceeded`] when there are five versions already or the document is too
    /// large; [`StoreError`] when IAM refused otherwise.
    fn create_version(
        &self,
        arn: &str,
        document: &str,
    ) -> impl Future<Output = Result<String, StoreError>> + Send;

    /// Sets tags (key, value) on a policy, replacing the values of those that are there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when IAM refused.
    fn tag_policy(
        &self,
        arn: &str,
        tags: &[(&str, &str)],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes a version that is not in force. One that is gone already is a success, so that this
    /// can run twice.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when IAM refused.
    fn delete_version(
        &self,
        arn: &str,
        version_id: &str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes a policy that nobody uses and that has but one version. One that is gone already is
    /// a success.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] when somebody uses it or it has other versions; [`StoreError`] when
    /// IAM refused otherwise.
    fn delete(&self, arn: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A policy to make.
#[derive(Debug, Clone, Copy)]
pub struct NewPolicy<'a> {
    /// Its name: unique in the account whatever the path, without regard to case.
    pub name: &'a str,
    /// The document's text.
    pub document: &'a str,
    /// What it is for; cannot be changed later, at most 1,000 characters.
    pub description: &'a str,
    /// Tags, by key.
    pub tags: &'a BTreeMap<String, String>,
}

/// What came of making a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    /// The policy was made.
    Created {
        /// Its ARN.
        arn: String,
    },
    /// A policy of that name exists already: ours from before, or somebody's under another path.
    AlreadyExists,
}

/// A policy as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPolicy {
    /// ARN.
    pub arn: String,
    /// The version in force, for example `v3`.
    pub default_version_id: String,
    /// The document of that version, or why it cannot be read.
    pub document: Result<Document, DocumentError>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// A version of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// For example `v3`.
    pub id: String,
    /// Whether it is in force.
    pub is_default: bool,
    /// When it was made.
    pub created: Option<DateTime<Utc>>,
}

impl PolicyVersion {
    /// The number in the id: it only grows, so it orders versions even where two were made in one
    /// second.
    ///
    /// `None` for an id that is not `v` and a number.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.id.strip_prefix('v')?.parse().ok()
    }
}

/// Why the policy store did not do as it was told.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The policy does not exist.
    #[error("the boundary policy does not exist: {0}")]
    NoSuchPolicy(CallError),
    /// Too large, too many versions, or too many policies in the account.
    #[error("a quota of IAM does not allow it: {0}")]
    QuotaExceeded(CallError),
    /// IAM does not take the document for a policy.
    #[error("IAM rejected the boundary document: {0}")]
    Malformed(CallError),
    /// Somebody uses the policy, or the version is in force.
    #[error("the boundary policy is in use: {0}")]
    InUse(CallError),
    /// The version in force was replaced between two calls.
    #[error("the boundary policy changed while it was being read: {0}")]
    Changed(CallError),
    /// A list did not come to an end.
    #[error(transparent)]
    Paging(#[from] PagingError),
    /// A call failed otherwise.
    #[error(transparent)]
    Call(CallError),
}

impl From<CallError> for StoreError {
    fn from(call: CallError) -> Self {
        match call.code() {
            Some(codes::NO_SUCH_ENTITY) => Self::NoSuchPolicy(call),
            Some(codes::LIMIT_EXCEEDED) => Self::QuotaExceeded(call),
            Some(codes::MALFORMED_POLICY_DOCUMENT) => Self::Malformed(call),
            Some(codes::DELETE_CONFLICT) => Self::InUse(call),
            _ => Self::Call(call),
        }
    }
}

impl StoreError {
    /// Whether the same call may succeed later with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Changed(_) => true,
            Self::Call(call) => call.is_retryable(),
            Self::NoSuchPolicy(_)
            | Self::QuotaExceeded(_)
            | Self::Malformed(_)
            | Self::InUse(_)
            | Self::Paging(_) => false,
        }
    }
}
