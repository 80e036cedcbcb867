//! What is told to AWS Config of a principal or group.

use super::annotation::{MAX_ANNOTATION_CHARACTERS, annotation, cut};
use super::assessment::Assessment;
use super::not_judged::NotJudged;
use super::settings::RuleSettings;
use crate::exemption::TagExemption;
use crate::iam::Principal;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::fmt;

/// What AWS Config accepts from a custom rule. `INSUFFICIENT_DATA` is not among it.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Compliance {
    /// The index is at or below the threshold.
    Compliant,
    /// The index is above the threshold.
    NonCompliant,
    /// Exempt, or not judged.
    NotApplicable,
}

impl Compliance {
    /// The compliance type as Config spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "COMPLIANT",
            Self::NonCompliant => "NON_COMPLIANT",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

impl fmt::Display for Compliance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A verdict: the compliance type with the annotation that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Compliance type.
    pub compliance: Compliance,
    /// 1 to 256 characters.
    pub annotation: String,
    /// What it rests on; `None` when the principal was not judged.
    pub assessment: Option<Assessment>,
    /// What was not known, so that the principal was not judged; `None` of one that was, or is
    /// exempt.
    pub unknown: Option<String>,
}

impl Verdict {
    /// The verdict on a principal that has an index.
    #[must_use]
    pub fn judged(assessment: Assessment, settings: &RuleSettings) -> Self {
        let compliance = if assessment.index.value() > settings.threshold.value() {
            Compliance::NonCompliant
        } else {
            Compliance::Compliant
        };
        let annotation =
            annotation(&assessment, settings.judging.unused_after, MAX_ANNOTATION_CHARACTERS);
        Self { compliance, annotation, assessment: Some(assessment), unknown: None }
    }

    /// Says in the annotation, as far as it has room, why tags that are meant to exempt the
    /// principal do not.
    pub(super) fn remark_on_tags(&mut self, principal: &Principal, as_of: DateTime<Utc>) {
        if let Some(Err(why)) = TagExemption::of(principal, as_of) {
            let annotation = format!("{}; not exempt: {why}", self.annotation);
            self.annotation = cut(&annotation);
        }
    }

    /// The verdict on a principal that gets no index.
    #[must_use]
    pub fn not_judged(why: &NotJudged) -> Self {
        if why.is_exemption() {
            Self::not_applicable(&why.to_string())
        } else {
            Self::unknown(&why.to_string())
        }
    }

    /// The verdict on a principal of which something that it takes to judge it is not known.
    #[must_use]
    pub fn unknown(why: &str) -> Self {
        let unknown = Some(why.to_owned());
        Self { unknown, ..Self::not_applicable(&format!("not judged: {why}")) }
    }

    /// The same verdict, its annotation shortened to stand after another word on the principal.
    pub(crate) fn beside(self, other: &str, settings: &RuleSettings) -> Self {
        let own = match &self.assessment {
            Some(assessment) => {
                let taken = other.chars().count() + "; ".len();
                let room = MAX_ANNOTATION_CHARACTERS.saturating_sub(taken);
                annotation(assessment, settings.judging.unused_after, room)
            }
            None => self.annotation,
        };
        Self { annotation: cut(&format!("{other}; {own}")), ..self }
    }

    /// NOT_APPLICABLE for the reason given, which is cut at 256 characters.
    #[must_use]
    pub fn not_applicable(reason: &str) -> Self {
        Self {
            compliance: Compliance::NotApplicable,
            annotation: cut(reason),
            assessment: None,
            unknown: None,
        }
    }
}
