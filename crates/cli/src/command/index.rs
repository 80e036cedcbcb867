//! `leastwise index`: the privilege-creep index of every principal.

use crate::arguments::{Format, IndexArguments};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, ExitCode};
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evaluation::{self, RuleSettings};
use leastwise_rightsizing::ignored_policies::IgnoredPolicies;
use leastwise_rightsizing::index::{Band, CreepIndex, Driver, Score};
use leastwise_rightsizing::last_accessed::{Granularity, LastAccessedReport, ReportError};
use leastwise_rightsizing::origin::{Share, shares};
use leastwise_rightsizing::principal::{Principal, PrincipalArn};
use leastwise_rightsizing::usage::PrincipalUsage;
use serde::Serialize;

/// Runs the command as of `now`, unless the arguments say otherwise.
pub(crate) fn run(arguments: &IndexArguments, now: DateTime<Utc>) -> Result<ExitCode, Failure> {
    let source = &arguments.source;
    let as_of = source.as_of.unwrap_or(now);
    let settings = RuleSettings {
        threshold: arguments.threshold.unwrap_or_default(),
        unused_after: source.unused_after_days,
        preserve_reads: source.preserve_reads,
        ignored_policies: source.ignored_policies.load(IgnoredPolicies::NAME)?,
        minimum_age: arguments.minimum_age_days,
        weighting: source.weighting,
        exemptions: source.exemptions()?,
    };
    let input = Input::read(source)?;
    let rows: Vec<Row> = input
        .principals()
        .map(|(principal, report)| Row::of(principal, report, &settings, as_of))
        .collect();
    match source.output {
        Format::Json => output::json(&rows),
        Format::Csv => output::csv(rows.iter().map(Record::of)),
        Format::Table => output::table(
            [
                "principal",
                "index",
                "band",
                "granted",
                "used",
                "never used",
                "stale",
                "unknown",
                "most idle, in points",
            ],
            rows.iter().map(Row::cells).collect(),
        ),
    }?;
    let above = |row: &Row| matches!((row.index, arguments.threshold), (Some(index), Some(threshold)) if index.value() > threshold.value());
    Ok(if rows.iter().any(above) { ExitCode::CreepFound } else { ExitCode::Done })
}

/// One principal with its index, or why it has none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    principal: PrincipalArn,
    index: Option<CreepIndex>,
    band: Option<Band>,
    #[serde(flatten)]
    counts: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_judged: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    granted: usize,
    used: usize,
    /// How many of the granted services are used; `null` when nothing is granted.
    coverage_percent: Option<usize>,
    never_used: usize,
    stale: usize,
    idle_in_part: usize,
    confidence_percent: usize,
    evidence: Granularity,
    drivers: Vec<Driver>,
    /// How many points of the index come by way of which group; `null` is what is granted directly.
    origins: Vec<Share>,
    unknown: Vec<UnknownService>,
    /// The services in which nothing counts, because ignored policies grant it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<String>,
    /// What the Leastwise boundary in place may have broken: attempted since, and stopped by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suspected_breaks: Vec<String>,
}

/// A row as comma-separated values: what has no value is empty.
#[derive(Debug, Serialize)]
struct Record<'a> {
    principal: &'a PrincipalArn,
    index: Option<u8>,
    band: Option<String>,
    granted: Option<usize>,
    used: Option<usize>,
    coverage_percent: Option<usize>,
    never_used: Option<usize>,
    stale: Option<usize>,
    idle_in_part: Option<usize>,
    unknown: Option<usize>,
    not_judged: Option<&'a str>,
}

impl<'a> Record<'a> {
    fn of(row: &'a Row) -> Self {
        let number = |of: fn(&Counts) -> usize| row.counts.as_ref().map(of);
        Self {
            principal: &row.principal,
            index: row.index.map(CreepIndex::value),
            band: row.band.map(|band| band.to_string()),
            granted: number(|counts| counts.granted),
            used: number(|counts| counts.used),
            coverage_percent: row.counts.as_ref().and_then(|counts| counts.coverage_percent),
            never_used: number(|counts| counts.never_used),
            stale: number(|counts| counts.stale),
            idle_in_part: number(|counts| counts.idle_in_part),
            unknown: number(|counts| counts.unknown.len()),
            not_judged: row.not_judged.as_deref(),
        }
    }
}

#[derive(Debug, Serialize)]
struct UnknownService {
    service: String,
    why: String,
}

impl Row {
    fn of(
        principal: &Principal,
        report: Result<&LastAccessedReport, &ReportError>,
        settings: &RuleSettings,
        as_of: DateTime<Utc>,
    ) -> Self {
        let catalog = Catalog::embedded();
        let (counts, index) = match evaluation::usage(principal, report, settings, catalog, as_of) {
            Ok(usage) => {
                let score = Score::of(&usage.services, settings.weighting);
                let index = evaluation::index(&score);
                (Some(Counts::of(score, &usage, principal)), index)
            }
            Err(why) => (None, Err(why)),
        };
        let not_judged = index.as_ref().err().map(ToString::to_string);
        let index = index.ok();
        Self {
            principal: principal.arn.clone(),
            index,
            band: index.map(CreepIndex::band),
            counts,
            not_judged,
        }
    }

    fn cells(&self) -> [String; 9] {
        let number = |of: fn(&Counts) -> usize| {
            self.counts.as_ref().map_or_else(|| "–".to_owned(), |counts| of(counts).to_string())
        };
        [
            self.principal.to_string(),
            self.index.map_or_else(|| "–".to_owned(), |index| index.to_string()),
            self.band.map_or_else(|| "not judged".to_owned(), |band| band.to_string()),
            number(|counts| counts.granted),
            number(|counts| counts.used),
            number(|counts| counts.never_used),
            number(|counts| counts.stale),
            number(|counts| counts.unknown.len()),
            self.remark(),
        ]
    }

    fn remark(&self) -> String {
        const SHOWN: usize = 3;
        if let Some(why) = &self.not_judged {
            return why.clone();
        }
        let drivers =
            self.counts.as_ref().map(|counts| counts.drivers.as_slice()).unwrap_or_default();
        let top: Vec<String> = drivers
            .iter()
            .take(SHOWN)
            .map(|driver| format!("{} {}", driver.service, driver.points))
            .collect();
        top.join(", ")
    }
}

impl Counts {
    fn of(score: Score, usage: &PrincipalUsage, principal: &Principal) -> Self {
        let unknown = usage.unknown().map(|(service, why)| UnknownService {
            service: service.to_owned(),
            why: why.to_string(),
        });
        let ignored = usage.ignored_services.iter().map(|service| service.namespace.clone());
        Self {
            ignored: ignored.collect(),
            granted: score.granted,
            used: score.used,
            coverage_percent: score.coverage_percent(),
            never_used: score.never_used,
            stale: score.stale,
            idle_in_part: score.idle_in_part,
            confidence_percent: score.confidence_percent(),
            evidence: usage.granularity,
            unknown: unknown.collect(),
            origins: shares(&principal.policies, usage, &score.drivers, Catalog::embedded()),
            drivers: score.drivers,
            suspected_breaks: usage.suspected_breaks.iter().map(|it| it.what.clone()).collect(),
        }
    }
}
