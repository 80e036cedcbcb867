//! What is printed of a principal: its index with what it is made of, or why it has none.

use crate::command::advice;
use crate::command::scored::scored;
use crate::command::who::Who;
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::{Evidence, ReportError};
use leastwise_rightsizing::iam::{Principal, UnreadableEntry};
use leastwise_rightsizing::presentation::ScoreJson;
use leastwise_rightsizing::score::{Band, CreepIndex};
use leastwise_rightsizing::verdict;
use leastwise_rightsizing::verdict::{Compliance, NotJudged, RuleSettings, evaluate_usage};
use serde::Serialize;

/// One principal with its index, or why it has none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) principal: Who,
    pub(super) index: Option<CreepIndex>,
    pub(super) band: Option<Band>,
    /// What the Config rule would report.
    pub(super) compliance: Compliance,
    #[serde(flatten)]
    pub(super) counts: Option<ScoreJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_judged: Option<String>,
    /// The same as a word, for scripts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_judged_type: Option<&'static str>,
    /// When the report on it was completed.
    #[serde(skip)]
    pub(super) reported: Option<DateTime<Utc>>,
}

impl Row {
    /// Judges a principal by the evidence on it as of a moment.
    pub(super) fn of(
        principal: &Principal,
        evidence: Result<&Evidence, &ReportError>,
        settings: &RuleSettings,
        as_of: DateTime<Utc>,
    ) -> Self {
        let catalog = Catalog::embedded();
        let usage = verdict::usage(principal, evidence, settings, catalog, as_of);
        let (counts, index) = scored(&usage, principal, settings);
        let verdict = evaluate_usage(principal, usage, evidence, settings, catalog, as_of);
        let not_judged_type = index.as_ref().err().map(NotJudged::word);
        let not_judged = index.as_ref().err().map(advice::not_judged);
        let index = index.ok();
        Self {
            principal: Who::Arn(principal.arn.clone()),
            index,
            band: index.map(CreepIndex::band),
            compliance: verdict.compliance,
            counts,
            not_judged,
            not_judged_type,
            reported: evidence.ok().and_then(|evidence| evidence.report.completed()),
        }
    }

    /// A principal of which the account data cannot be read.
    pub(super) fn unreadable(name: &str, entry: &UnreadableEntry) -> Self {
        Self {
            principal: Who::called(name),
            index: None,
            band: None,
            compliance: Compliance::NotApplicable,
            counts: None,
            not_judged: Some(entry.to_string()),
            not_judged_type: Some("unreadable"),
            reported: None,
        }
    }

    /// Whether the rule would report it as NON_COMPLIANT.
    pub(super) fn fails(&self) -> bool {
        self.compliance == Compliance::NonCompliant
    }
}
