//! The verdict on a principal as AWS Config takes it: a compliance type and an annotation.

use crate::exemption::{Exemption, ExemptionRules, TagExemption};
use crate::external::UnknownScore;
use crate::group::Group;
use crate::ignored_policies::IgnoredPolicies;
use crate::index::{CreepIndex, Score};
use crate::last_accessed::{Granularity, LastAccessedReport, ReportError};
use crate::origin::{Share, main_group, shares};
use crate::principal::{GrantingPolicy, Principal, UnknownPermissions};
use crate::quarantine::Quarantine;
use crate::settings::{MinimumAgeDays, PreserveReads, Threshold, UnusedAfterDays, Weighting};
use crate::usage::{PrincipalUsage, UsageSettings};
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
    /// Whether idle reads of used services are no creep.
    pub preserve_reads: PreserveReads,
    /// The policies whose grants do not count.
    pub ignored_policies: IgnoredPolicies,
    /// Grace for new principals.
    pub minimum_age: MinimumAgeDays,
    /// Weights of services.
    pub weighting: Weighting,
    /// Who is left alone.
    pub exemptions: ExemptionRules,
}

impl RuleSettings {
    /// How use is judged.
    #[must_use]
    pub fn usage(&self) -> UsageSettings<'_> {
        UsageSettings {
            unused_after: self.unused_after,
            preserve_reads: self.preserve_reads,
            ignored_policies: &self.ignored_policies,
        }
    }
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
    /// It is in quarantine
    #[error(
        "in quarantine, so what it may do now is not what it is granted; judged again once it is released"
    )]
    Quarantined,
    /// It is a group that nobody is in
    #[error("it has no members, so nobody has what it grants")]
    NoMembers,
    /// What it may do is unknown
    #[error(transparent)]
    Permissions(#[from] UnknownPermissions),
    /// There is no usable report on it
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The external service's index of it is unknown
    #[error(transparent)]
    External(#[from] UnknownScore),
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
        matches!(self, Self::Exempt(_) | Self::NoMembers)
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
    /// What was not known, so that the principal was not judged; `None` of one that was, or is exempt.
    pub unknown: Option<String>,
}

/// What a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The index.
    pub index: CreepIndex,
    /// What it is made of.
    pub score: Score,
    /// What is granted, with its use.
    pub usage: PrincipalUsage,
    /// How many points of the index come by way of which group.
    pub shares: Vec<Share>,
}

impl Assessment {
    /// Sums up how `policies` are used.
    ///
    /// # Errors
    /// [`NotJudged::NothingKnown`] when there is no index.
    pub fn of(
        policies: &[GrantingPolicy],
        usage: PrincipalUsage,
        weighting: Weighting,
        catalog: &Catalog,
    ) -> Result<Self, NotJudged> {
        let score = Score::of(&usage.services, weighting);
        let index = index(&score)?;
        let shares = shares(policies, &usage, &score.drivers, catalog);
        Ok(Self { index, score, usage, shares })
    }
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
        let annotation = annotation(&assessment, settings.unused_after, MAX_ANNOTATION_CHARACTERS);
        Self { compliance, annotation, assessment: Some(assessment), unknown: None }
    }

    /// Says in the annotation, as far as it has room, why tags that are meant to exempt the principal do not.
    fn remark_on_tags(&mut self, principal: &Principal, as_of: DateTime<Utc>) {
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
                annotation(assessment, settings.unused_after, room)
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

/// The index of a score.
///
/// # Errors
/// [`NotJudged::NothingKnown`] when there is none.
pub fn index(score: &Score) -> Result<CreepIndex, NotJudged> {
    score.index.ok_or(NotJudged::NothingKnown { granted: score.granted })
}

/// For example: `PCI 72 high: 41 of 57 granted services idle (33 never used, 8 not for 180 days), 4 in part; top: iam, kms,
/// ec2; most by group `devs`; unknown: 3`. Names the group if it fits, and as many of the idle services as fit beside, those
/// with most points first, into `room` characters.
fn annotation(assessment: &Assessment, window: UnusedAfterDays, room: usize) -> String {
    let Assessment { index, score, usage, shares } = assessment;
    let length = |parts: &[&str]| parts.iter().map(|part| part.chars().count()).sum::<usize>();
    let what = what_is_idle(score, !usage.ignored_services.is_empty(), window);
    let head = format!("PCI {index} {}: {what}", index.band());
    let rest = format!("{}{}", suspected_break(usage), what_is_not_known(score, usage.granularity));
    let by_group = main_group(shares)
        .map(|group| format!("; most by group `{group}`"))
        .filter(|by_group| length(&[&head, by_group, &rest]) <= room)
        .unwrap_or_default();
    let mut middle = String::new();
    for driver in &score.drivers {
        let next = if middle.is_empty() { "; top: " } else { ", " };
        let parts = [&head, &middle, next, &driver.service, &by_group, &rest];
        if length(&parts) > room {
            break;
        }
        middle.push_str(next);
        middle.push_str(&driver.service);
    }
    format!("{head}{middle}{by_group}{rest}")
}

fn what_is_idle(score: &Score, some_ignored: bool, window: UnusedAfterDays) -> String {
    if score.granted == 0 {
        let but = if some_ignored { " but by ignored policies" } else { "" };
        return format!("no service is granted{but}");
    }
    let Score { granted, never_used, stale, .. } = score;
    let days = window.days();
    let how = match (never_used, stale) {
        (0, 0) => String::new(),
        (_, 0) => format!(" ({never_used} never used)"),
        (0, _) => format!(" ({stale} not for {days} days)"),
        _ => format!(" ({never_used} never used, {stale} not for {days} days)"),
    };
    let in_part = match score.idle_in_part {
        0 => String::new(),
        count => format!(", {count} in part"),
    };
    format!("{} of {granted} granted services idle{how}{in_part}", score.idle())
}

/// What the boundary in place may have broken: one example, and how many more.
fn suspected_break(usage: &PrincipalUsage) -> String {
    match usage.suspected_breaks.as_slice() {
        [] => String::new(),
        [only] => format!("; suspected break: {}", only.what),
        [first, more @ ..] => format!("; suspected break: {} and {} more", first.what, more.len()),
    }
}

/// The confidence: of how many services nothing is known, and whether single actions could be told apart.
fn what_is_not_known(score: &Score, granularity: Granularity) -> String {
    let unknown = match score.unknown {
        0 => String::new(),
        count => format!("; unknown: {count}"),
    };
    let depth = match granularity {
        Granularity::Action => "",
        Granularity::Service => "; by services only",
    };
    format!("{unknown}{depth}")
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_ANNOTATION_CHARACTERS {
        return text.to_owned();
    }
    text.chars().take(MAX_ANNOTATION_CHARACTERS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::{GrantingPolicy, PolicySource, UnreadableDocument};
    use crate::testing::{
        allow, as_of, days_ago, group, quarantined, report, report_of, role, statements, user,
    };
    use serde_json::json;

    fn verdict(
        principal: &Principal,
        report: Result<&LastAccessedReport, &ReportError>,
        settings: &RuleSettings,
    ) -> (Compliance, String) {
        let verdict = evaluate(principal, report, settings, Catalog::embedded(), as_of());
        assert!((1..=256).contains(&verdict.annotation.chars().count()));
        (verdict.compliance, verdict.annotation)
    }

    fn judged(actions: &[&str], used: &[(&str, Option<i64>)]) -> (Compliance, String) {
        verdict(&role([allow(actions)]), Ok(&report(used)), &RuleSettings::default())
    }

    fn exempt(list: &str) -> ExemptionRules {
        ExemptionRules { exempt_principals: list.parse().unwrap(), ..ExemptionRules::default() }
    }

    fn not_applicable(reason: &str) -> (Compliance, String) {
        (Compliance::NotApplicable, reason.to_owned())
    }

    /// Services of one write action each, in the order of the alphabet.
    const WRITES: [&str; 5] = [
        "dynamodb:PutItem",
        "kinesis:PutRecord",
        "lambda:InvokeFunction",
        "logs:PutLogEvents",
        "sns:Publish",
    ];

    #[test]
    fn the_annotation_says_what_is_idle_and_since_when() {
        let rows =
            [("dynamodb", Some(181)), ("kinesis", None), ("lambda", None), ("logs", Some(3))];
        // Three of four known services of equal weight, and sns is not in the report.
        assert_eq!(
            judged(&WRITES, &rows),
            (
                Compliance::NonCompliant,
                "PCI 75 high: 3 of 5 granted services idle (2 never used, 1 not for 180 days); \
                 top: dynamodb, kinesis, lambda; unknown: 1; by services only"
                    .into()
            )
        );
    }

    #[test]
    fn the_annotation_leaves_out_what_there_is_none_of() {
        let compliant = |text: &str| (Compliance::Compliant, text.to_owned());
        assert_eq!(
            judged(&["logs:PutLogEvents"], &[("logs", Some(3))]),
            compliant("PCI 0 low: 0 of 1 granted services idle; by services only")
        );
        assert_eq!(
            judged(&WRITES[3..], &[("logs", Some(3)), ("sns", Some(300))]),
            compliant(
                "PCI 50 medium: 1 of 2 granted services idle (1 not for 180 days); top: sns; by services only"
            )
        );
        assert_eq!(
            verdict(&role([]), Ok(&report(&[])), &RuleSettings::default()),
            compliant("PCI 0 low: no service is granted; by services only")
        );
    }

    #[test]
    fn a_long_annotation_is_cut_between_services() {
        let catalog = Catalog::embedded();
        let names: Vec<&str> =
            catalog.services().map(|service| service.namespace.as_str()).collect();
        let rows: Vec<(&str, Option<i64>)> =
            names.iter().skip(1).map(|name| (*name, None)).collect();
        let everything = role([allow(&["*"])]);
        let judged =
            evaluate(&everything, Ok(&report(&rows)), &RuleSettings::default(), catalog, as_of());
        let (idle, granted) = (names.len() - 1, names.len());
        let head = format!(
            "PCI 100 high: {idle} of {granted} granted services idle ({idle} never used); top: "
        );
        let rest = judged.annotation.strip_prefix(&head).unwrap();
        let listed = rest.strip_suffix("; unknown: 1; by services only").unwrap();
        let drivers = judged.assessment.unwrap().score.drivers;
        let mut expected = drivers.iter().map(|driver| driver.service.as_str());
        for service in listed.split(", ") {
            assert_eq!(Some(service), expected.next());
        }
        let length = judged.annotation.chars().count();
        assert!(length <= 256 && length + 2 + expected.next().unwrap().len() > 256);
    }

    /// The user `mira`, who uses what she is granted herself, and whom this group grants as many services that she does not.
    fn member(group: &str, idle: &[&str]) -> (Principal, LastAccessedReport) {
        let direct = &WRITES[3..4];
        let mut principal = user([allow(direct)]);
        let of_group: Vec<String> = idle.iter().map(|service| format!("{service}:*")).collect();
        let of_group: Vec<&str> = of_group.iter().map(String::as_str).collect();
        principal.policies.push(GrantingPolicy {
            source: PolicySource::GroupInline { group: group.into(), name: "team".into() },
            document: Ok(allow(&of_group)),
        });
        let rows = std::iter::once(("logs", Some(1)));
        (principal, report(&rows.chain(idle.iter().map(|it| (*it, None))).collect::<Vec<_>>()))
    }

    #[test]
    fn the_annotation_names_the_group_by_which_most_of_the_index_comes() {
        let (principal, report) = member("devs", &["sqs", "kms"]);
        assert_eq!(
            verdict(&principal, Ok(&report), &RuleSettings::default()),
            (
                Compliance::NonCompliant,
                "PCI 77 high: 2 of 3 granted services idle (2 never used); top: kms, sqs; most by group `devs`; \
                 by services only"
                    .into()
            )
        );
    }

    #[test]
    fn a_group_whose_name_does_not_fit_leaves_the_annotation_whole_without_it() {
        let names: Vec<&str> =
            Catalog::embedded().services().map(|it| it.namespace.as_str()).collect();
        for length in [1, 64, 128] {
            let group = "g".repeat(length);
            let (principal, report) = member(&group, &names);
            let (_, annotation) = verdict(&principal, Ok(&report), &RuleSettings::default());
            assert!(annotation.chars().count() <= 256, "{annotation}");
            assert!(annotation.contains(&format!("; most by group `{group}`; ")), "{annotation}");
        }
        let (principal, report) = member(&"g".repeat(200), &names);
        let (_, annotation) = verdict(&principal, Ok(&report), &RuleSettings::default());
        assert!(!annotation.contains("group") && annotation.ends_with("; by services only"));
    }

    #[test]
    fn the_threshold_itself_is_compliant() {
        let principal = role([allow(&WRITES[3..])]);
        let report = report(&[("logs", Some(3)), ("sns", None)]);
        let at = |threshold: &str| {
            let threshold = threshold.parse().unwrap();
            let settings = RuleSettings { threshold, ..RuleSettings::default() };
            verdict(&principal, Ok(&report), &settings).0
        };
        assert_eq!((at("50"), at("49")), (Compliance::Compliant, Compliance::NonCompliant));
    }

    #[test]
    fn a_user_in_quarantine_is_not_scored_as_if_its_permissions_had_gone() {
        let ana = user([allow(&["iam:*", "s3:GetObject"])]);
        let used = report(&[("iam", None), ("s3", Some(1))]);
        let settings = RuleSettings::default();
        assert_eq!(verdict(&ana, Ok(&used), &settings).0, Compliance::NonCompliant);
        assert_eq!(
            verdict(&quarantined(ana), Ok(&used), &settings),
            not_applicable(
                "not judged: in quarantine, so what it may do now is not what it is granted; judged again once it is \
                 released"
            )
        );
    }

    #[test]
    fn an_exempt_principal_is_not_applicable_whatever_else_is_wrong_with_it() {
        let exemptions = ExemptionRules {
            exempt_principals: "app".parse().unwrap(),
            ..ExemptionRules::default()
        };
        let settings = RuleSettings { exemptions, ..RuleSettings::default() };
        let principal = Principal { created: Some(days_ago(1)), ..role([]) };
        assert_eq!(
            verdict(&principal, Err(&ReportError::Missing), &settings),
            not_applicable("exempt by `app` in ExemptPrincipals")
        );
    }

    #[test]
    fn a_new_principal_is_judged_from_the_day_it_is_old_enough() {
        let report = report(&[("logs", Some(3))]);
        let created = |days| Principal {
            created: Some(days_ago(days)),
            ..role([allow(&["logs:PutLogEvents"])])
        };
        let settings = RuleSettings::default();
        assert_eq!(
            verdict(&created(89), Ok(&report), &settings),
            not_applicable("not judged: created 89 days ago; judged once it is 90 days old")
        );
        assert_eq!(verdict(&created(90), Ok(&report), &settings).0, Compliance::Compliant);
        let at_once = RuleSettings { minimum_age: "0".parse().unwrap(), ..settings };
        assert_eq!(verdict(&created(0), Ok(&report), &at_once).0, Compliance::Compliant);
    }

    #[test]
    fn a_principal_of_unknown_age_is_judged_by_what_it_used() {
        let principal = Principal { created: None, ..role([allow(&WRITES[3..])]) };
        assert_eq!(
            verdict(
                &principal,
                Ok(&report(&[("logs", Some(3)), ("sns", None)])),
                &RuleSettings::default()
            ),
            (
                Compliance::Compliant,
                "PCI 0 low: 0 of 2 granted services idle; unknown: 1; by services only".to_owned()
            )
        );
    }

    #[test]
    fn nothing_known_is_not_compliant() {
        assert_eq!(
            judged(&WRITES, &[]),
            not_applicable("not judged: the use of none of its 5 granted services is known")
        );
    }

    #[test]
    fn without_a_usable_report_or_policy_nothing_is_judged() {
        let principal = role([allow(&WRITES)]);
        let settings = RuleSettings::default();
        assert_eq!(
            verdict(&principal, Err(&ReportError::InProgress), &settings),
            not_applicable("not judged: its service last accessed report is still in progress")
        );
        assert_eq!(
            verdict(&principal, Ok(&report_of(days_ago(181), &[("sns", None)])), &settings),
            not_applicable(
                "not judged: its service last accessed report was finished on 2025-12-31, before the window, which \
                 begins on 2026-01-01"
            )
        );
        let unreadable = Principal {
            policies: vec![GrantingPolicy {
                source: PolicySource::Inline { name: "own".into() },
                document: Err(UnreadableDocument::Missing),
            }],
            ..principal
        };
        assert_eq!(
            verdict(&unreadable, Ok(&report(&[])), &settings),
            not_applicable(
                "not judged: what inline policy `own` grants is unknown: its text is missing from the account data"
            )
        );
    }

    #[test]
    fn a_reason_that_is_too_long_ends_in_an_ellipsis() {
        let failed = ReportError::Failed { code: "ServiceError".into(), message: "é".repeat(300) };
        let (_, annotation) = verdict(&role([]), Err(&failed), &RuleSettings::default());
        let head =
            "not judged: IAM could not make its service last accessed report: ServiceError: ";
        assert_eq!(annotation, format!("{head}{}…", "é".repeat(255 - head.len())));
    }

    #[test]
    fn a_principal_that_may_do_nothing_is_compliant() {
        let deny = statements(json!([{ "Effect": "Deny", "Action": "*", "Resource": "*" }]));
        let principal = role([allow(&["*"]), deny]);
        assert_eq!(
            verdict(&principal, Ok(&report(&[("s3", Some(1))])), &RuleSettings::default()),
            (Compliance::Compliant, "PCI 0 low: no service is granted; by services only".into())
        );
    }

    fn group_verdict(group: &Group, report: &LastAccessedReport) -> (Compliance, String) {
        let (settings, catalog) = (RuleSettings::default(), Catalog::embedded());
        let verdict = evaluate_group(group, Ok(report), &settings, catalog, as_of());
        (verdict.compliance, verdict.annotation)
    }

    #[test]
    fn a_group_is_judged_by_what_its_members_use_of_what_it_grants() {
        let group = group([allow(&WRITES[3..])]);
        assert_eq!(
            group_verdict(&group, &report(&[("logs", Some(3)), ("sns", None)])),
            (
                Compliance::Compliant,
                "PCI 50 medium: 1 of 2 granted services idle (1 never used); top: sns; by services only".into()
            )
        );
        assert_eq!(
            group_verdict(&group, &report(&[("logs", None), ("sns", None)])).0,
            Compliance::NonCompliant
        );
    }

    #[test]
    fn a_group_that_nobody_is_in_is_not_applicable_and_not_idle() {
        let empty = Group { members: Vec::new(), ..group([allow(&WRITES)]) };
        assert_eq!(
            group_verdict(&empty, &report(&[("sns", None)])),
            not_applicable("it has no members, so nobody has what it grants")
        );
    }

    #[test]
    fn what_only_members_younger_than_the_window_have_not_used_is_unknown() {
        let of = |members: &[i64]| {
            let members = members.iter().map(|days| Some(days_ago(*days))).collect();
            let group = Group { members, ..group([allow(&WRITES[3..])]) };
            group_verdict(&group, &report(&[("logs", Some(3)), ("sns", None)])).1
        };
        let young = "PCI 0 low: 0 of 2 granted services idle; unknown: 1; by services only";
        assert_eq!(of(&[20, 179]), young);
        let old = "PCI 50 medium: 1 of 2 granted services idle (1 never used); top: sns; by services only";
        assert_eq!(of(&[20, 180]), old);
    }

    #[test]
    fn a_new_an_exempt_and_an_unreadable_group_are_not_judged() {
        let report = report(&[("sns", None)]);
        let new = Group { created: Some(days_ago(5)), ..group([]) };
        assert_eq!(
            group_verdict(&new, &report),
            not_applicable("not judged: created 5 days ago; judged once it is 90 days old")
        );
        for entry in ["devs", "/", "arn:aws:iam::*:group/d*"] {
            let settings = RuleSettings { exemptions: exempt(entry), ..RuleSettings::default() };
            let catalog = Catalog::embedded();
            let verdict = evaluate_group(&group([]), Ok(&report), &settings, catalog, as_of());
            assert_eq!(verdict.annotation, format!("exempt by `{entry}` in ExemptPrincipals"));
        }
        let policies = vec![GrantingPolicy {
            source: PolicySource::Inline { name: "own".into() },
            document: Err(UnreadableDocument::Missing),
        }];
        assert_eq!(
            group_verdict(&Group { policies, ..group([]) }, &report),
            not_applicable(
                "not judged: what inline policy `own` grants is unknown: its text is missing from the account data"
            )
        );
    }
}
