//! What AWS Config holds and was told.

use chrono::{DateTime, Utc};
use leastwise_aws::ports::{ConfigurationItem, Evaluation, ReportedResult};
use std::collections::BTreeMap;

/// One `PutEvaluations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// What was reported.
    pub evaluations: Vec<Evaluation>,
    /// The token of the event that it answers.
    pub result_token: String,
    /// Whether it was a dry run.
    pub test_mode: bool,
}

/// A question about a resource: its type, its id, and the latest time.
pub type AskedItem = (String, String, DateTime<Utc>);

/// What AWS Config holds and was told.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// What it holds of any resource.
    pub(crate) item: Option<ConfigurationItem>,
    /// What the rule has results on.
    pub(crate) reported: Vec<ReportedResult>,
    /// How often it still rejects the evaluation of which resource.
    pub(crate) rejects: BTreeMap<String, usize>,
    pub(crate) puts: Vec<Put>,
    pub(crate) asked_items: Vec<AskedItem>,
}
