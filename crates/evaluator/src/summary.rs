//! What a run came to, in one line of JSON.

use crate::judgement::Judgement;
use leastwise_aws::ports::{Compliance, Evaluation};
use serde::Serialize;

/// How many principals ended how. It is the function's answer and its log line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// How many evaluations were made.
    pub evaluated: usize,
    /// How many were COMPLIANT.
    pub compliant: usize,
    /// How many were NON_COMPLIANT.
    pub non_compliant: usize,
    /// How many were NOT_APPLICABLE, those not judged included.
    pub not_applicable: usize,
    /// How many of them AWS Config held already, so that they were not reported again.
    pub unchanged: usize,
    /// The principals that could not be judged for want of knowledge, and why.
    pub not_judged: Vec<NotJudged>,
}

/// A principal that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotJudged {
    /// ARN.
    pub principal: String,
    /// Why.
    pub why: String,
}

impl Summary {
    /// Counts a judgement.
    pub fn add(&mut self, judgement: &Judgement) {
        self.count(&judgement.evaluation);
        self.note(judgement);
    }

    /// Notes whom was not judged, and why, if that is so.
    pub fn note(&mut self, judgement: &Judgement) {
        if let Some(why) = judgement.outcome.why() {
            let (principal, why) = (judgement.principal.clone(), why.to_owned());
            self.not_judged.push(NotJudged { principal, why });
        }
    }

    /// Leaves out all but the first hundred who were not judged: Step Functions takes an answer of
    /// 262,144 bytes. The log has all.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
    pub fn shorten(&mut self) {
        const NAMED: usize = 100;
        self.not_judged.truncate(NAMED);
    }

    /// Counts an evaluation.
    pub fn count(&mut self, evaluation: &Evaluation) {
        self.evaluated += 1;
        match evaluation.compliance {
            Compliance::Compliant => self.compliant += 1,
            Compliance::NonCompliant => self.non_compliant += 1,
            Compliance::NotApplicable => self.not_applicable += 1,
        }
    }
}
