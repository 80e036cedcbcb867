//! The verdict on a principal as AWS Config takes it: a compliance type and an annotation.

use crate::exemption::{ExemptPrincipals, Exemption, exemption};
use crate::index::{CreepIndex, Score};
use crate::last_accessed::{LastAccessedReport, ReportError};
use crate::principal::{Principal, UnknownPermissions};
use crate::settings::{MinimumAgeDays, Threshold, UnusedAfterDays, Weighting};
use crate::usage::PrincipalUsage;
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::catalog::Catalog;
use serde::Serialize;
use std::fmt;
use thiserror::Error;

/// The longest annotation AWS Config takes, in characters.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>
pub const MAX_ANNOTATION_CHARACTERS: usize = 256;

/// What AWS Config accepts from a custom rule. `INSUFFICIENT_DATA` is not among it.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>
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

/// The settings of the Config rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleSettings {
    /// The highest compliant index.
    pub threshold: Threshold,
    /// The window.
    pub unused_after: UnusedAfterDays,
    /// Grace for new principals.
    pub minimum_age: MinimumAgeDays,
    /// Weights of services.
    pub weighting: Weighting,
    /// Exempt principals.
    pub exempt: ExemptPrincipals,
}

/// Why a principal gets no index.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotJudged {
    /// It is exempt
    #[error("{0}")]
    Exempt(Exemption),
    /// It is new
    #[error("created {days} days ago; judged once it is {minimum} days old")]
    New {
        /// Its age in whole days.
        days: i64,
        /// The setting.
        minimum: u16,
    },
    /// What it may do is unknown
    #[error(transparent)]
    Permissions(#[from] UnknownPermissions),
    /// There is no usable report on it
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Nothing is known of the use of any granted service
    #[error("the use of none of its {granted} granted services is known")]
    NothingKnown {
        /// How many services are granted.
        granted: usize,
    },
}

impl NotJudged {
    /// Whether this is as it should be, and not for want of knowledge.
    #[must_use]
    pub fn is_exemption(&self) -> bool {
        matches!(self, Self::Exempt(_))
    }
}

/// A verdict: the compliance type with the annotation that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Compliance type.
    pub compliance: Compliance,
    /// 1 to 256 characters.
    pub annotation: String,
    /// The index and what it is made of; `None` when the principal was not judged.
    pub score: Option<Score>,
}

impl Verdict {
    /// The verdict on a scored principal.
    #[must_use]
    pub fn judged(score: Score, index: CreepIndex, settings: &RuleSettings) -> Self {
        let compliance = if index.value() > settings.threshold.value() {
            Compliance::NonCompliant
        } else {
            Compliance::Compliant
        };
        let annotation = annotation(&score, index, settings.unused_after);
        Self { compliance, annotation, score: Some(score) }
    }

    /// The verdict on a principal that gets no index.
    #[must_use]
    pub fn not_judged(why: &NotJudged) -> Self {
        let text = if why.is_exemption() { why.to_string() } else { format!("not judged: {why}") };
        Self::not_applicable(&text)
    }

    /// NOT_APPLICABLE for the reason given, which is cut at 256 characters.
    #[must_use]
    pub fn not_applicable(reason: &str) -> Self {
        Self { compliance: Compliance::NotApplicable, annotation: cut(reason), score: None }
    }
}

/// Judges a principal by its service last accessed report.
#[must_use]
pub fn evaluate(
    principal: &Principal,
    report: Result<&LastAccessedReport, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Verdict {
    match score(principal, report, settings, catalog, as_of) {
        Ok((score, index)) => Verdict::judged(score, index, settings),
        Err(why) => Verdict::not_judged(&why),
    }
}

/// What can be said before any report is fetched: whether the principal is exempt or too new to be judged.
#[must_use]
pub fn excused(
    principal: &Principal,
    settings: &RuleSettings,
    as_of: DateTime<Utc>,
) -> Option<NotJudged> {
    if let Some(exemption) = exemption(&principal.arn, &settings.exempt) {
        return Some(NotJudged::Exempt(exemption));
    }
    let age = as_of - principal.created?;
    let minimum = settings.minimum_age.days();
    (age < TimeDelta::days(i64::from(minimum)))
        .then(|| NotJudged::New { days: age.num_days(), minimum })
}

fn score(
    principal: &Principal,
    report: Result<&LastAccessedReport, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Result<(Score, CreepIndex), NotJudged> {
    if let Some(why) = excused(principal, settings, as_of) {
        return Err(why);
    }
    let report = report.map_err(Clone::clone)?;
    report.check_reaches(settings.unused_after.window_start(as_of))?;
    let usage = PrincipalUsage::of(principal, report, settings.unused_after, as_of, catalog)?;
    let score = Score::of(&usage.services, settings.weighting);
    let index = score.index.ok_or(NotJudged::NothingKnown { granted: score.granted })?;
    Ok((score, index))
}

/// For example: `PCI 72 high: 41 of 57 granted services idle (33 never used, 8 not for 180 days); top: iam, kms, ec2;
/// unknown: 3`. Names as many of the idle services as fit, those with most points first.
fn annotation(score: &Score, index: CreepIndex, window: UnusedAfterDays) -> String {
    let head = format!("PCI {index} {}: {}", index.band(), what_is_idle(score, window));
    let tail =
        if score.unknown > 0 { format!("; unknown: {}", score.unknown) } else { String::new() };
    let mut middle = String::new();
    for driver in &score.drivers {
        let next = if middle.is_empty() { "; top: " } else { ", " };
        let length = [&head, &middle, next, &driver.service, &tail]
            .iter()
            .map(|part| part.chars().count())
            .sum::<usize>();
        if length > MAX_ANNOTATION_CHARACTERS {
            break;
        }
        middle.push_str(next);
        middle.push_str(&driver.service);
    }
    format!("{head}{middle}{tail}")
}

fn what_is_idle(score: &Score, window: UnusedAfterDays) -> String {
    if score.granted == 0 {
        return "no service is granted".to_owned();
    }
    let Score { granted, never_used, stale, .. } = score;
    let days = window.days();
    let how = match (never_used, stale) {
        (0, 0) => String::new(),
        (_, 0) => format!(" ({never_used} never used)"),
        (0, _) => format!(" ({stale} not for {days} days)"),
        _ => format!(" ({never_used} never used, {stale} not for {days} days)"),
    };
    format!("{} of {granted} granted services idle{how}", score.idle())
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_ANNOTATION_CHARACTERS {
        return text.to_owned();
    }
    text.chars().take(MAX_ANNOTATION_CHARACTERS - 1).chain(['…']).collect()
}
