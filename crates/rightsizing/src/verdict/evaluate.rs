//! From a principal and its report to the verdict.

use super::assessment::Assessment;
use super::not_judged::NotJudged;
use super::settings::RuleSettings;
use super::verdict::Verdict;
use crate::evidence::{LastAccessedReport, ReportError};
use crate::iam::{Group, Principal};
use crate::settings::MinimumAgeDays;
use crate::tags::Quarantine;
use crate::usage::PrincipalUsage;
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::catalog::Catalog;

/// Judges a principal by its service last accessed report.
#[must_use]
pub fn evaluate(
    principal: &Principal,
    report: Result<&LastAccessedReport, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Verdict {
    let judged = usage(principal, report, settings, catalog, as_of).and_then(|usage| {
        let weighting = settings.weighting;
        let assessment = Assessment::of(&principal.policies, usage, weighting, catalog)?;
        let mut verdict = Verdict::judged(assessment, settings);
        verdict.remark_on_tags(principal, as_of);
        Ok(verdict)
    });
    judged.unwrap_or_else(|why| Verdict::not_judged(&why))
}

/// Judges a group by the service last accessed report on it, which says what its members attempted.
#[must_use]
pub fn evaluate_group(
    group: &Group,
    report: Result<&LastAccessedReport, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Verdict {
    let judge = || {
        if let Some(why) = excused_group(group, settings, as_of) {
            return Err(why);
        }
        let report = report.map_err(Clone::clone)?;
        report.check_reaches(settings.unused_after.window_start(as_of))?;
        let usage = PrincipalUsage::of_group(group, report, settings.usage(), as_of, catalog)?;
        let assessment = Assessment::of(&group.policies, usage, settings.weighting, catalog)?;
        Ok(Verdict::judged(assessment, settings))
    };
    judge().unwrap_or_else(|why| Verdict::not_judged(&why))
}

/// What can be said of a group before any report is fetched: whether it is exempt, nobody is in it, or it is too new.
#[must_use]
pub fn excused_group(
    group: &Group,
    settings: &RuleSettings,
    as_of: DateTime<Utc>,
) -> Option<NotJudged> {
    if let Some(exemption) = settings.exemptions.group_exemption(&group.arn) {
        return Some(NotJudged::Exempt(exemption));
    }
    if group.members.is_empty() {
        return Some(NotJudged::NoMembers);
    }
    too_new(group.created?, settings.minimum_age, as_of)
}

/// What can be said before any report is fetched: whether the principal is exempt, in quarantine or too new to be judged.
#[must_use]
pub fn excused(
    principal: &Principal,
    settings: &RuleSettings,
    as_of: DateTime<Utc>,
) -> Option<NotJudged> {
    if let Some(exemption) = settings.exemptions.exemption(principal, as_of) {
        return Some(NotJudged::Exempt(exemption));
    }
    if Quarantine::of(principal).is_in_force() {
        return Some(NotJudged::Quarantined);
    }
    too_new(principal.created?, settings.minimum_age, as_of)
}

fn too_new(
    created: DateTime<Utc>,
    minimum: MinimumAgeDays,
    as_of: DateTime<Utc>,
) -> Option<NotJudged> {
    let age = as_of - created;
    let minimum = minimum.days();
    (age < TimeDelta::days(i64::from(minimum)))
        .then(|| NotJudged::New { days: age.num_days(), minimum })
}

/// What a principal is granted and uses, for one that is to be judged.
///
/// # Errors
/// [`NotJudged`] when it is exempt or new, or when its permissions or its report cannot be used.
pub fn usage(
    principal: &Principal,
    report: Result<&LastAccessedReport, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Result<PrincipalUsage, NotJudged> {
    if let Some(why) = excused(principal, settings, as_of) {
        return Err(why);
    }
    let report = report.map_err(Clone::clone)?;
    report.check_reaches(settings.unused_after.window_start(as_of))?;
    Ok(PrincipalUsage::of(principal, report, settings.usage(), as_of, catalog)?)
}
