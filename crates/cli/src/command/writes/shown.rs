//! What a person is shown of a plan before agreeing to it.

use leastwise_remediator::answer::{Answer, PlanPart, PreflightPart};
use leastwise_rightsizing::boundary::MAX_POLICY_CHARACTERS;
use std::collections::BTreeSet;

/// The lines: what approvers are shown of it, and how large it is.
pub(super) fn plan(answer: &Answer) -> Vec<String> {
    let Some(plan) = &answer.plan else { return Vec::new() };
    let mut lines: Vec<String> = plan.summary.lines().map(ToOwned::to_owned).collect();
    lines.push(counts(plan));
    let previous = answer.subject.as_ref().and_then(|it| it.previous_boundary.as_deref());
    lines.push(match previous {
        Some(arn) => format!("Before: the boundary {arn}"),
        None => "Before: no boundary".to_owned(),
    });
    lines.extend(answer.preflight.iter().flat_map(findings));
    lines
}

fn counts(plan: &PlanPart) -> String {
    let dropped: BTreeSet<&str> = plan.dropped.iter().map(|it| it.service.as_str()).collect();
    format!(
        "Services: {} dropped, in whole or in part, {} kept, {} kept because their use is unknown; boundary: {} of \
         {MAX_POLICY_CHARACTERS} characters",
        dropped.len(),
        plan.kept.len(),
        plan.unknown.len(),
        plan.characters
    )
}

/// What AWS remarked.
fn findings(preflight: &PreflightPart) -> impl Iterator<Item = String> {
    preflight.findings.iter().map(|finding| {
        let (kind, code) = (&finding.kind, &finding.issue_code);
        format!("IAM Access Analyzer: {kind}: {code}: {}", finding.details)
    })
}

/// The index before and after, in words.
pub(super) fn indexes(plan: &PlanPart) -> String {
    let index = |index: Option<u8>| index.map_or("unknown".to_owned(), |index| index.to_string());
    format!("index {}, then {}", index(plan.index), index(plan.expected_index))
}
