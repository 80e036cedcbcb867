//! What is told to AWS Config of a principal or group.

use super::annotation::{annotation, cut};
use super::assessment::Assessment;
use super::not_judged::NotJudged;
use super::settings::RuleSettings;
use crate::exemption::IgnoredExemption;
use crate::iam::Principal;
use crate::score::CreepIndex;
use crate::usage::{PrincipalUsage, StoppedAttempt};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::fmt;

/// What AWS Config accepts from a custom rule. `INSUFFICIENT_DATA` is not among it.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Compliance {
    /// The index is at or below the threshold, no break is suspected, and nothing that was granted
    /// lately is denied by a boundary of ours.
    Compliant,
    /// The index is above the threshold, a break is suspected, or a boundary of ours denies what
    /// was granted after it was planned.
    NonCompliant,
    /// Exempt, or not judged.
    NotApplicable,
}

impl Compliance {
    /// What is reported of a principal with this index that is used like this. While our boundary
    /// is suspected to stop what the principal needs, or does not follow what it was granted, a low
    /// index is no comfort.
    #[must_use]
    pub fn of(index: CreepIndex, usage: &PrincipalUsage, settings: &RuleSettings) -> Self {
        let is_above = index.value() > settings.threshold.value();
        let is_stopped = !usage.suspected_breaks.is_empty() || !usage.newly_denied.is_empty();
        if is_above || is_stopped { Self::NonCompliant } else { Self::Compliant }
    }

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
    /// What was attempted after the principal's own Leastwise boundary stopped it.
    pub suspected_breaks: Vec<StoppedAttempt>,
}

impl Verdict {
    /// The verdict on a principal that has an index.
    #[must_use]
    pub fn judged(assessment: Assessment, settings: &RuleSettings) -> Self {
        let compliance = Compliance::of(assessment.index, &assessment.usage, settings);
        let annotation = annotation(&assessment, settings.judging.unused_after, None);
        let suspected_breaks = assessment.usage.suspected_breaks.clone();
        let assessment = Some(assessment);
        Self { compliance, annotation, assessment, unknown: None, suspected_breaks }
    }

    /// The verdict on a principal that has no index, and whose boundary stops something: `stopped`
    /// says what, be it these attempts or what was granted after the boundary was planned.
    pub(super) fn broken(
        stopped: &str,
        suspected_breaks: Vec<StoppedAttempt>,
        why: &NotJudged,
    ) -> Self {
        Self {
            compliance: Compliance::NonCompliant,
            annotation: cut(&format!("{stopped}; no index: {why}")),
            assessment: None,
            unknown: None,
            suspected_breaks,
        }
    }

    /// The same verdict. The annotation says, as far as it has room, that an exemption by tags is
    /// over.
    pub(super) fn remarking_on_tags(self, principal: &Principal, as_of: DateTime<Utc>) -> Self {
        match IgnoredExemption::of(principal, as_of) {
            Some(why) => {
                Self { annotation: cut(&format!("{}; not exempt: {why}", self.annotation)), ..self }
            }
            None => self,
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

    /// The same verdict with another word on the principal. Where there is an index, only what the
    /// boundary stops and a hold precede that word; where there is none and the boundary stops
    /// something, all that was said does.
    pub(crate) fn beside(self, other: &str, settings: &RuleSettings) -> Self {
        let annotation = match (&self.assessment, self.compliance) {
            (Some(assessment), _) => {
                annotation(assessment, settings.judging.unused_after, Some(other))
            }
            (None, Compliance::NonCompliant) => format!("{}; {other}", self.annotation),
            (None, _) => format!("{other}; {}", self.annotation),
        };
        Self { annotation: cut(&annotation), ..self }
    }

    /// NOT_APPLICABLE for the reason given, which is cut at 256 characters.
    #[must_use]
    pub fn not_applicable(reason: &str) -> Self {
        Self {
            compliance: Compliance::NotApplicable,
            annotation: cut(reason),
            assessment: None,
            unknown: None,
            suspected_breaks: Vec::new(),
        }
    }
}
