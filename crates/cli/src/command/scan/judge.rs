//! What a scan says of each principal.

use crate::command::advice;
use crate::command::planning::{self, Planning};
use crate::command::scored::scored;
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_report::entry::{Entry, Judgement, Planned, Unjudged};
use leastwise_rightsizing::evidence::{Evidence, ReportError};
use leastwise_rightsizing::iam::{Principal, UnreadableEntry};
use leastwise_rightsizing::presentation::PlanJson;
use leastwise_rightsizing::verdict::{self, NotJudged, RuleSettings, evaluate_usage};

/// What is the same for everybody.
pub(super) struct Judge<'a> {
    pub(super) rule: &'a RuleSettings,
    pub(super) planning: &'a Planning<'a>,
    pub(super) as_of: DateTime<Utc>,
}

impl Judge<'_> {
    /// Judges a principal and plans its boundary.
    pub(super) fn entry(
        &self,
        principal: &Principal,
        evidence: Result<&Evidence, &ReportError>,
    ) -> Entry {
        let &Self { rule, planning, as_of } = self;
        let (weighting, catalog) = (rule.judging.weighting, Catalog::embedded());
        let usage = verdict::usage(principal, evidence, rule, catalog, as_of);
        let (score, index) = scored(&usage, principal, rule);
        let verdict = evaluate_usage(principal, usage.clone(), evidence, rule, catalog, as_of);
        let planned = match planning.proved(principal, evidence) {
            Ok(plan) => Planned::Plan(Box::new(PlanJson::of(&plan))),
            Err(refused) => Planned::Refused(refused),
        };
        let judged = Judgement {
            principal,
            evidence,
            usage: usage.as_ref().ok(),
            score,
            index: index.map_err(|why| unjudged(&why)),
            compliance: verdict.compliance,
            planned,
        };
        Entry::of(judged, weighting, as_of)
    }
}

fn unjudged(why: &NotJudged) -> Unjudged {
    Unjudged { word: why.word(), reason: advice::not_judged(why) }
}

/// A principal of which the account data cannot be read.
pub(super) fn unreadable(name: &str, entry: &UnreadableEntry) -> Entry {
    Entry::unreadable(name, entry.to_string(), planning::unreadable(name, entry))
}
