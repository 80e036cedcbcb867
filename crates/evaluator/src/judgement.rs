//! From one entity to its verdict.

use crate::context::Context;
use crate::entity::Entity;
use crate::planned_from::planned_from;
use crate::scores::{Asked, Scores, ScoresError, score};
use leastwise_aws::Moment;
use leastwise_aws::earlier::LookBack;
use leastwise_aws::ports::{
    Evaluation, HistoryError, ReadHistory, ReadPolicy, ReadUsage, UsageError,
};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::{
    EarlierGrants, Evidence, Granularity, LastAccessedReport, PlannedFrom, PlannedGrants,
    ReportError,
};
use leastwise_rightsizing::iam::{Group, Principal};
use leastwise_rightsizing::score::{CreepIndex, Score, Share};
use leastwise_rightsizing::usage::{StoppedAttempt, Usage};
use leastwise_rightsizing::verdict::{
    Assessment, Compliance, RuleSettings, Verdict, evaluate, evaluate_group, excused,
    excused_group, external,
};
use std::time::Instant;

/// An entity with its verdict.
#[derive(Debug)]
pub struct Judgement {
    /// The entity's ARN, as text.
    pub principal: String,
    /// What goes to AWS Config.
    pub evaluation: Evaluation,
    /// Whether it could be judged.
    pub outcome: Outcome,
    /// What the verdict rests on; `None` of one that was not judged.
    pub basis: Option<Basis>,
    /// What was attempted after the principal's own Leastwise boundary stopped it.
    pub suspected_breaks: Vec<StoppedAttempt>,
}

/// Whether an entity could be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It could, or there is nothing to judge: it is exempt, new or gone.
    Settled,
    /// Something was not known.
    Unknown {
        /// What.
        why: String,
        /// Whether judging it again may succeed with nothing else changed.
        retryable: bool,
    },
    /// The time of the run was over before its turn came.
    NotReached,
}

impl Outcome {
    /// What was not known, so that it could not be judged.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Settled => None,
            Self::Unknown { why, .. } => Some(why),
            Self::NotReached => Some(NOT_REACHED),
        }
    }

    /// Whether judging it again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Settled => false,
            Self::Unknown { retryable, .. } => *retryable,
            Self::NotReached => true,
        }
    }
}

/// What a verdict rests on, as far as it is logged, counted and written into tags. A sweep keeps it
/// of every principal, so it holds no more than that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The index.
    pub index: CreepIndex,
    /// What it is made of.
    pub score: Score,
    /// How many points of the index come by way of which group.
    pub shares: Vec<Share>,
    /// The granted services, in the order of their namespaces.
    pub services: Vec<(String, Usage)>,
}

impl From<Assessment> for Basis {
    fn from(assessment: Assessment) -> Self {
        let Assessment { index, score, usage, shares, .. } = assessment;
        let services = usage.services.into_iter().map(|it| (it.namespace, it.usage)).collect();
        Self { index, score, shares, services }
    }
}

/// Judges `entity` by a fresh report. A report that cannot be had is a verdict of its own: not
/// judged. So are lists that cannot, which might have exempted it.
pub(crate) async fn judge<A, J>(
    entity: &Entity,
    ordering_timestamp: chrono::DateTime<chrono::Utc>,
    look_back: &LookBack<'_>,
    context: &Context<'_, A, J>,
) -> Judgement
where
    A: ReadUsage + ReadHistory + ReadPolicy,
{
    let (verdict, outcome) = match &context.lists {
        Ok(lists) => judge_by(&lists.rules, entity, look_back, context).await,
        Err(error) => unknown(error.to_string(), error.is_retryable()),
    };
    Judgement {
        principal: entity.arn(),
        outcome,
        evaluation: Evaluation {
            resource_type: entity.resource_type().as_str().to_owned(),
            resource_id: entity.id().to_owned(),
            compliance: verdict.compliance,
            annotation: Some(verdict.annotation),
            ordering_timestamp,
        },
        basis: verdict.assessment.map(Basis::from),
        suspected_breaks: verdict.suspected_breaks,
    }
}

/// A verdict with whether it could be reached.
type Judged = (Verdict, Outcome);

/// The verdict on a principal of which something is not known.
fn unknown(why: String, retryable: bool) -> Judged {
    (Verdict::unknown(&why), Outcome::Unknown { why, retryable })
}

/// A verdict on what was known; asking again does not help.
fn judged(verdict: Verdict) -> Judged {
    let outcome = match verdict.unknown.clone() {
        Some(why) => Outcome::Unknown { why, retryable: false },
        None => Outcome::Settled,
    };
    (verdict, outcome)
}

/// Why whom a run did not reach is not judged. By its annotation the next run knows it
/// ([`turns`](crate::turns)).
pub(crate) const NOT_REACHED: &str = "the time of the run was over before its turn";

fn not_reached() -> Judged {
    (Verdict::unknown(NOT_REACHED), Outcome::NotReached)
}

async fn judge_by<A, J>(
    rules: &RuleSettings,
    entity: &Entity,
    look_back: &LookBack<'_>,
    context: &Context<'_, A, J>,
) -> Judged
where
    A: ReadUsage + ReadHistory + ReadPolicy,
{
    let now = context.moment.now;
    let excused = match entity {
        Entity::Principal(principal) => excused(principal, rules, now),
        Entity::Group(group) => excused_group(group, rules, now),
    };
    match (excused, entity) {
        (Some(why), _) => (Verdict::not_judged(&why), Outcome::Settled),
        (None, Entity::Principal(principal)) => match &context.scores {
            Scores::Own => verdict(principal, rules, look_back, context).await,
            Scores::External(asked) => by_external_score(asked, principal, rules),
            Scores::Both(asked) => {
                let own = verdict(principal, rules, look_back, context).await;
                beside_external_score(own, asked, principal, rules)
            }
        },
        (None, Entity::Group(group)) => group_verdict(group, rules, context).await,
    }
}

async fn verdict<A, J>(
    principal: &Principal,
    settings: &RuleSettings,
    look_back: &LookBack<'_>,
    context: &Context<'_, A, J>,
) -> Judged
where
    A: ReadUsage + ReadHistory + ReadPolicy,
{
    let &Context { aws, moment, .. } = context;
    if Instant::now() >= moment.deadline {
        return not_reached();
    }
    let regions = match &context.regions {
        Ok(regions) => regions.clone(),
        Err(error) => return unknown(error.to_string(), error.is_retryable()),
    };
    let (before, missing) = match before(principal, look_back, context).await {
        Ok(before) => (before, None),
        // What its boundary stopped shows all the same.
        Err(missing) if principal.has_own_leastwise_boundary() => {
            (Before::unknown(&missing.why), Some(missing))
        }
        Err(Missing { why, retryable }) => return unknown(why, retryable),
    };
    let arn = principal.arn.to_string();
    let fetched = fetch(&arn, Granularity::Action, aws, moment).await;
    let Before { earlier, planned_from } = before;
    let sightings = context.sightings(principal);
    let (verdict, outcome) = fetched.judged(|report| {
        let evidence = report.map(|report| Evidence {
            earlier,
            planned_from,
            regions,
            sightings,
            ..report.into()
        });
        let evidence = evidence.as_ref();
        evaluate(principal, evidence, settings, Catalog::embedded(), moment.judged)
    });
    match missing {
        None => (verdict, outcome),
        Some(Missing { why, retryable }) if verdict.suspected_breaks.is_empty() => {
            unknown(why, retryable)
        }
        Some(Missing { why, retryable }) => (verdict, Outcome::Unknown { why, retryable }),
    }
}

/// What a principal was granted before, as far as a verdict needs it.
struct Before {
    earlier: EarlierGrants,
    planned_from: PlannedFrom,
}

impl Before {
    fn unknown(why: &str) -> Self {
        let grants = PlannedGrants::Unknown(why.to_owned());
        Self {
            earlier: EarlierGrants::Unknown(why.to_owned()),
            planned_from: PlannedFrom { grants, ..PlannedFrom::default() },
        }
    }
}

/// Why that could not be learned.
struct Missing {
    why: String,
    retryable: bool,
}

async fn before<A, J>(
    principal: &Principal,
    look_back: &LookBack<'_>,
    context: &Context<'_, A, J>,
) -> Result<Before, Missing>
where
    A: ReadHistory + ReadPolicy,
{
    let &Context { aws, moment, .. } = context;
    let earlier =
        look_back.grants(principal, aws).await.map_err(|error| not_looked_back(&error))?;
    let planned_from = planned_from(principal, moment, aws)
        .await
        .map_err(|error| Missing { why: error.to_string(), retryable: error.is_retryable() })?;
    Ok(Before { earlier, planned_from })
}

/// What is known by the deadline must still be reported, so looking back ends there. The annotation
/// has no room for more than the failure.
fn not_looked_back(error: &HistoryError) -> Missing {
    let why = match error {
        HistoryError::Deadline { .. } => {
            "which of its permissions are new could not be learned in time".to_owned()
        }
        HistoryError::Call(_)
        | HistoryError::Paging(_)
        | HistoryError::Item { .. }
        | HistoryError::Principal(_) => {
            format!("which of its permissions are new could not be learned: {error}")
        }
    };
    Missing { why, retryable: error.is_retryable() }
}

/// By the external index alone: no report is fetched.
fn by_external_score(asked: &Asked, principal: &Principal, rules: &RuleSettings) -> Judged {
    let judged = judged(external::judge(score(asked, &principal.arn), rules));
    or_retryable(judged, asked.as_ref().is_err_and(ScoresError::is_retryable))
}

/// The same, where what was not known may be known when it is asked for again.
fn or_retryable((verdict, outcome): Judged, retryable: bool) -> Judged {
    match outcome {
        Outcome::Unknown { why, .. } => (verdict, Outcome::Unknown { why, retryable }),
        outcome @ (Outcome::Settled | Outcome::NotReached) => (verdict, outcome),
    }
}

fn beside_external_score(
    (own, outcome): Judged,
    asked: &Asked,
    principal: &Principal,
    rules: &RuleSettings,
) -> Judged {
    if own.compliance == Compliance::NotApplicable && outcome == Outcome::Settled {
        // It is gone.
        return (own, outcome);
    }
    let retryable = outcome.is_retryable() || asked.as_ref().is_err_and(ScoresError::is_retryable);
    let is_break_alone_known =
        !own.suspected_breaks.is_empty() && matches!(outcome, Outcome::Unknown { .. });
    let combined = external::combine(own, score(asked, &principal.arn), rules);
    if is_break_alone_known {
        return (combined, outcome);
    }
    if outcome == Outcome::NotReached && combined.compliance == Compliance::NotApplicable {
        return not_reached();
    }
    or_retryable(judged(combined), retryable)
}

/// IAM documents the last use of single actions for users and roles; for a group, the last use of
/// services by its members.
async fn group_verdict<A, J>(
    group: &Group,
    settings: &RuleSettings,
    context: &Context<'_, A, J>,
) -> Judged
where
    A: ReadUsage,
{
    let &Context { aws, moment, .. } = context;
    if Instant::now() >= moment.deadline {
        return not_reached();
    }
    let regions = match &context.regions {
        Ok(regions) => regions.clone(),
        Err(error) => return unknown(error.to_string(), error.is_retryable()),
    };
    let fetched = fetch(&group.arn.to_string(), Granularity::Service, aws, moment).await;
    fetched.judged(|report| {
        let evidence = report.map(|report| Evidence { regions, ..report.into() });
        let evidence = evidence.as_ref();
        evaluate_group(group, evidence, settings, Catalog::embedded(), moment.judged)
    })
}

/// What fetching the report on an entity came to.
enum Fetched {
    /// The report.
    Report(LastAccessedReport),
    /// No usable report; the verdict says why.
    Unusable(ReportError),
    /// No report, for the entity is gone.
    Gone,
    /// No report, for its turn did not come.
    NotReached,
    /// No report, for another reason.
    Unknown {
        /// Why.
        why: String,
        /// Whether fetching it again may succeed with nothing else changed.
        retryable: bool,
    },
}

impl Fetched {
    /// The verdict that `evaluate` reaches by the report; without one, that there is nothing to
    /// judge by.
    fn judged(
        self,
        evaluate: impl FnOnce(Result<LastAccessedReport, ReportError>) -> Verdict,
    ) -> Judged {
        match self {
            Self::Report(report) => judged(evaluate(Ok(report))),
            Self::Unusable(error) => judged(evaluate(Err(error))),
            Self::Gone => {
                let why = "it was deleted while it was being evaluated";
                (Verdict::not_applicable(why), Outcome::Settled)
            }
            Self::NotReached => not_reached(),
            Self::Unknown { why, retryable } => unknown(why, retryable),
        }
    }
}

async fn fetch(
    arn: &str,
    granularity: Granularity,
    aws: &impl ReadUsage,
    moment: Moment,
) -> Fetched {
    match aws.last_accessed(arn, granularity, moment.deadline).await {
        Ok(report) => Fetched::Report(report),
        Err(UsageError::Report { report, .. }) => Fetched::Unusable(report),
        Err(UsageError::NoSuchPrincipal { .. }) => Fetched::Gone,
        Err(UsageError::NotReached { .. }) => Fetched::NotReached,
        Err(
            error @ (UsageError::Deadline { .. }
            | UsageError::RepeatedMarker { .. }
            | UsageError::Call { .. }),
        ) => Fetched::Unknown { why: why(&error), retryable: error.is_retryable() },
    }
}

/// Why there is no report, without the principal's name: the annotation stands beside it and has
/// little room.
fn why(error: &UsageError) -> String {
    match error {
        UsageError::NotReached { .. } => NOT_REACHED.to_owned(),
        UsageError::Deadline { .. } => {
            "its service last accessed report was not finished in time".to_owned()
        }
        UsageError::RepeatedMarker { marker, .. } => {
            format!("its service last accessed report repeated the marker `{marker}`")
        }
        UsageError::NoSuchPrincipal { call, .. } | UsageError::Call { call, .. } => {
            format!("{} failed: {}", call.operation, call.fault)
        }
        UsageError::Report { report, .. } => report.to_string(),
    }
}

/// The verdict on something that is no principal the rule could judge.
#[must_use]
pub fn not_applicable(
    resource_type: &str,
    resource_id: &str,
    reason: &str,
    ordering_timestamp: chrono::DateTime<chrono::Utc>,
) -> Evaluation {
    let Verdict { compliance, annotation, .. } = Verdict::not_applicable(reason);
    Evaluation {
        resource_type: resource_type.to_owned(),
        resource_id: resource_id.to_owned(),
        compliance,
        annotation: Some(annotation),
        ordering_timestamp,
    }
}
