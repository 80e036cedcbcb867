//! From a principal and its report to the verdict.

use super::annotation::stopped;
use super::assessment::Assessment;
use super::compliance::Verdict;
use super::not_judged::NotJudged;
use super::settings::RuleSettings;
use crate::evidence::{Evidence, ReportError, is_watched_partition};
use crate::iam::{Group, Principal};
use crate::settings::MinimumAgeDays;
use crate::tags::{Hold, Quarantine};
use crate::usage::{PrincipalUsage, StoppedAttempt, suspected_breaks};
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::catalog::Catalog;

/// Judges a principal by what is known of its use.
///
/// ```
/// use leastwise_policy::catalog::Catalog;
/// use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport};
/// use leastwise_rightsizing::iam::Account;
/// use leastwise_rightsizing::verdict::{Compliance, RuleSettings, evaluate};
/// use serde_json::json;
///
/// let account = Account::from_json(
///     r#"{ "RoleDetailList": [{
///         "Arn": "arn:aws:iam::111122223333:role/reporter",
///         "RoleId": "AROAEXAMPLE000000001",
///         "CreateDate": "2024-01-01T00:00:00Z",
///         "RolePolicyList": [{ "PolicyName": "work", "PolicyDocument": {
///             "Version": "2012-10-17",
///             "Statement": [{
///                 "Effect": "Allow", "Action": ["s3:GetObject", "sqs:SendMessage"], "Resource": "*"
///             }]
///         } }]
///     }] }"#,
/// )?;
/// let report = LastAccessedReport::from_json(&json!({
///     "JobStatus": "COMPLETED",
///     "JobCompletionDate": "2026-11-01T06:00:00Z",
///     "ServicesLastAccessed": [
///         { "ServiceNamespace": "s3", "LastAuthenticated": "2026-10-30T09:00:00Z" },
///         { "ServiceNamespace": "sqs" }
///     ]
/// }))?;
/// let (evidence, catalog) = (Evidence::from(report), Catalog::embedded());
/// let as_of = "2026-11-01T12:00:00Z".parse()?;
/// for principal in account.principals() {
///     let settings = RuleSettings::default();
///     let verdict = evaluate(principal, Ok(&evidence), &settings, catalog, as_of);
///     assert_eq!(verdict.compliance, Compliance::NonCompliant);
///     assert_eq!(
///         verdict.annotation,
///         "PCI 67 high: 1 of 2 granted services idle (1 never used); top: sqs; by services only"
///     );
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn evaluate(
    principal: &Principal,
    evidence: Result<&Evidence, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Verdict {
    let usage = usage(principal, evidence, settings, catalog, as_of);
    evaluate_usage(principal, usage, evidence, settings, catalog, as_of)
}

/// The same for a principal whose [`usage`] by this evidence is found already.
#[must_use]
pub fn evaluate_usage(
    principal: &Principal,
    usage: Result<PrincipalUsage, NotJudged>,
    evidence: Result<&Evidence, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Verdict {
    let judged = usage.and_then(|usage| {
        let attempts = usage.suspected_breaks.clone();
        let stopped = stopped(&attempts, &usage.newly_denied);
        match (Assessment::of(&principal.policies, usage, settings, catalog), stopped) {
            (Ok(assessment), _) => {
                let hold = Hold::on(principal, as_of);
                Ok(Verdict::judged(Assessment { hold, ..assessment }, settings))
            }
            (Err(why), Some(stopped)) => Ok(Verdict::broken(&stopped, attempts, &why)),
            (Err(why), None) => Err(why),
        }
    });
    match judged {
        Ok(verdict) => verdict.remarking_on_tags(principal, as_of),
        Err(why) => {
            let attempts = attempts(principal, evidence, settings, catalog, as_of);
            match stopped(&attempts, &[]) {
                Some(stopped) => {
                    let verdict = Verdict::broken(&stopped, attempts, &why);
                    verdict.remarking_on_tags(principal, as_of)
                }
                None => Verdict::not_judged(&why),
            }
        }
    }
}

/// What the boundary in place is suspected to have stopped, of a principal of which too little is
/// known for anything else; nothing where the report is not to be gone by, or nobody should.
fn attempts(
    principal: &Principal,
    evidence: Result<&Evidence, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Vec<StoppedAttempt> {
    let Ok(evidence) = usable(principal, evidence, settings, as_of) else { return Vec::new() };
    let ignored = &settings.judging.ignored_policies;
    suspected_breaks(principal, evidence, ignored, catalog).unwrap_or_default()
}

/// Judges a group by the service last accessed report on it, which says what its members attempted.
#[must_use]
pub fn evaluate_group(
    group: &Group,
    evidence: Result<&Evidence, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Verdict {
    let judge = || {
        if let Some(why) = excused_group(group, settings, as_of) {
            return Err(why);
        }
        let evidence = evidence.map_err(Clone::clone)?;
        evidence.report.check_reaches(settings.judging.unused_after.window_start(as_of))?;
        let usage = PrincipalUsage::of_group(group, evidence, &settings.judging, as_of, catalog)?;
        let assessment = Assessment::of(&group.policies, usage, settings, catalog)?;
        Ok(Verdict::judged(assessment, settings))
    };
    judge().unwrap_or_else(|why| Verdict::not_judged(&why))
}

/// What can be said of a group before any report is fetched: whether it is exempt, nobody is in it,
/// IAM does not watch where it is, or it is too new.
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
    if let Some(why) = unwatched(group.arn.partition()) {
        return Some(why);
    }
    too_new(group.created?, settings.minimum_age, as_of)
}

/// What can be said before any report is fetched: whether the principal is exempt or meant to be,
/// in quarantine, where IAM does not watch, or too new to be judged.
#[must_use]
pub fn excused(
    principal: &Principal,
    settings: &RuleSettings,
    as_of: DateTime<Utc>,
) -> Option<NotJudged> {
    match settings.exemptions.exemption(principal, as_of) {
        Ok(None) => {}
        Ok(Some(exemption)) => return Some(NotJudged::Exempt(exemption)),
        Err(why) => return Some(why.into()),
    }
    if Quarantine::of(principal).is_in_force() {
        return Some(NotJudged::Quarantined);
    }
    if let Some(why) = unwatched(principal.arn.partition()) {
        return Some(why);
    }
    too_new(principal.created?, settings.minimum_age, as_of)
}

fn unwatched(partition: &str) -> Option<NotJudged> {
    let why = || NotJudged::PartitionNotWatched { partition: partition.to_owned() };
    (!is_watched_partition(partition)).then(why)
}

fn too_new(
    created: DateTime<Utc>,
    minimum: MinimumAgeDays,
    as_of: DateTime<Utc>,
) -> Option<NotJudged> {
    let age = as_of - created;
    let minimum = minimum.days();
    // Who is not there yet has no age, and nothing is known of its use.
    (age >= TimeDelta::zero() && age < TimeDelta::days(i64::from(minimum)))
        .then(|| NotJudged::New { days: age.num_days(), minimum })
}

/// What a principal is granted and uses, for one that is to be judged.
///
/// # Errors
///
/// [`NotJudged`] when it is exempt or new, or when its permissions or its report cannot be used.
pub fn usage(
    principal: &Principal,
    evidence: Result<&Evidence, &ReportError>,
    settings: &RuleSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Result<PrincipalUsage, NotJudged> {
    let evidence = usable(principal, evidence, settings, as_of)?;
    Ok(PrincipalUsage::of(principal, evidence, &settings.judging, as_of, catalog)?)
}

/// The evidence, where the principal is to be judged and its report can be gone by.
fn usable<'a>(
    principal: &Principal,
    evidence: Result<&'a Evidence, &ReportError>,
    settings: &RuleSettings,
    as_of: DateTime<Utc>,
) -> Result<&'a Evidence, NotJudged> {
    if let Some(why) = excused(principal, settings, as_of) {
        return Err(why);
    }
    let evidence = evidence.map_err(Clone::clone)?;
    evidence.check(principal, settings.judging.unused_after.window_start(as_of))?;
    Ok(evidence)
}
