//! What is said of each principal: judged and planned for in one pass.

use super::advice;
use super::planning::{self, Planning};
use super::scored::scored;
use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_report::entry::{Entry, Judgement, Planned, Unjudged};
use leastwise_report::explanation::{Explanation, Judged};
use leastwise_rightsizing::evidence::{Evidence, ReportError};
use leastwise_rightsizing::iam::{Principal, UnreadableEntry};
use leastwise_rightsizing::presentation::PlanJson;
use leastwise_rightsizing::usage::PrincipalUsage;
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
        self.judged(principal, evidence, &self.usage(principal, evidence)).0
    }

    /// The same, with all that can be said of why.
    pub(super) fn explanation(
        &self,
        principal: &Principal,
        evidence: Result<&Evidence, &ReportError>,
    ) -> Explanation {
        let usage = self.usage(principal, evidence);
        let (entry, not_judged) = self.judged(principal, evidence, &usage);
        let judged = Judged {
            principal,
            evidence,
            usage: usage.as_ref().ok(),
            not_judged: not_judged.as_ref(),
            judging: &self.rule.judging,
            as_of: self.as_of,
        };
        Explanation::of(&judged, entry)
    }

    /// A principal of which the account data cannot be read.
    pub(super) fn unreadable(&self, name: &str, entry: &UnreadableEntry) -> Explanation {
        Explanation::unreadable(unreadable(name, entry), &self.rule.judging, self.as_of)
    }

    fn usage(
        &self,
        principal: &Principal,
        evidence: Result<&Evidence, &ReportError>,
    ) -> Result<PrincipalUsage, NotJudged> {
        verdict::usage(principal, evidence, self.rule, Catalog::embedded(), self.as_of)
    }

    /// What is said of a principal with this use, and why it has no index.
    fn judged(
        &self,
        principal: &Principal,
        evidence: Result<&Evidence, &ReportError>,
        usage: &Result<PrincipalUsage, NotJudged>,
    ) -> (Entry, Option<NotJudged>) {
        let &Self { rule, planning, as_of } = self;
        let (weighting, catalog) = (rule.judging.weighting, Catalog::embedded());
        let (score, index) = scored(usage, principal, rule);
        let not_judged = index.as_ref().err().cloned();
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
        (Entry::of(judged, weighting, as_of), not_judged)
    }
}

fn unjudged(why: &NotJudged) -> Unjudged {
    Unjudged { word: why.word(), reason: advice::not_judged(why) }
}

/// A principal of which the account data cannot be read.
pub(super) fn unreadable(name: &str, entry: &UnreadableEntry) -> Entry {
    Entry::unreadable(name, entry.to_string(), planning::unreadable(name, entry))
}
