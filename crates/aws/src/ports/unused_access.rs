//! What IAM Access Analyzer found unused.

use super::generated_policies::AnalyzerError;
use chrono::{DateTime, Utc};
use std::future::Future;

/// The IAM actions that [`ReadUnusedAccess`] costs. The names without `V2` are those of the calls
/// with it, too.
///
/// Source: <https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetFindingV2.html>.
pub const ACTIONS: &[&str] =
    &["access-analyzer:GetAnalyzer", "access-analyzer:ListFindings", "access-analyzer:GetFinding"];

/// A finding of unused permissions, without its details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedAccessFinding {
    /// Its id.
    pub id: String,
    /// The ARN of the user or role.
    pub principal: String,
    /// When the principal was last analyzed.
    pub analyzed: DateTime<Utc>,
}

/// What is unused in one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedPermission {
    /// The service's IAM prefix.
    pub service: String,
    /// When it was last used; `None`: never, as far as Access Analyzer knows.
    pub last_accessed: Option<DateTime<Utc>>,
    /// The unused actions, by name; empty where the whole service is unused.
    pub actions: Vec<UnusedAction>,
}

/// An unused action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedAction {
    /// Its name, as Access Analyzer writes it, with or without its service.
    pub name: String,
    /// When it was last used.
    pub last_accessed: Option<DateTime<Utc>>,
}

/// Reads the findings of an analyzer of unused access.
pub trait ReadUnusedAccess: Sync {
    /// After how many days without use the analyzer calls something unused; `None`: it is no
    /// analyzer of unused access, or does not say.
    ///
    /// # Errors
    ///
    /// [`AnalyzerError`] when it is not there, or may not be read.
    fn unused_after_days(
        &self,
        analyzer_arn: &str,
    ) -> impl Future<Output = Result<Option<u16>, AnalyzerError>> + Send;

    /// The findings of unused permissions that stand, archived ones included, on principals of the
    /// account.
    ///
    /// # Errors
    ///
    /// [`AnalyzerError`] when not all of them are known.
    fn findings_of_unused_permissions(
        &self,
        analyzer_arn: &str,
        account: &str,
    ) -> impl Future<Output = Result<Vec<UnusedAccessFinding>, AnalyzerError>> + Send;

    /// What the finding says is unused.
    ///
    /// # Errors
    ///
    /// [`AnalyzerError`] when not all of it is known.
    fn unused_permissions(
        &self,
        analyzer_arn: &str,
        finding: &str,
    ) -> impl Future<Output = Result<Vec<UnusedPermission>, AnalyzerError>> + Send;
}
