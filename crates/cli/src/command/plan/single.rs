//! One plan as text for people: what it keeps and drops and why, and how the boundary differs from
//! the present one.

use super::row::{Present, Row};
use crate::command::boundary;
use crate::page::{BAD, GOOD, NEXT, Page, STRONG, Words};
use anstyle::Style;
use leastwise_rightsizing::presentation::PlanJson;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// The text in `width` columns; documents are as wide as they are.
pub(super) fn text(row: &Row, width: u16) -> String {
    let mut page = Page::new(width);
    page.paragraph(Words::default().styled(STRONG, &row.principal.to_string()));
    if let Some(refused) = row.refusal() {
        boundary::refused(&mut page, refused);
    }
    if let Some(plan) = row.plan() {
        boundary::planned(&mut page, plan);
        document(&mut page, plan, row.present.as_ref());
    }
    page.text().to_owned()
}

/// The boundary, as it differs from the present one where there is one.
fn document(page: &mut Page, plan: &PlanJson, present: Option<&Present>) {
    let planned = format!("{:#}\n", plan.boundary);
    let known = present.and_then(|present| Some((present, present.document.as_ref()?)));
    let Some((present, document)) = known else {
        page.heading("The boundary");
        planned.lines().for_each(|line| page.verbatim(Style::new(), line));
        return;
    };
    let document: Value = document.to_value();
    page.heading("How the boundary differs from the present one");
    page.verbatim(BAD, &format!("--- {}", present.policy_arn));
    page.verbatim(GOOD, "+++ planned");
    let before = format!("{document:#}\n");
    let diff = TextDiff::from_lines(&before, &planned);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        page.verbatim(NEXT, &hunk.header().to_string());
        for change in hunk.iter_changes() {
            let (style, sign) = match change.tag() {
                ChangeTag::Delete => (BAD, '-'),
                ChangeTag::Insert => (GOOD, '+'),
                ChangeTag::Equal => (Style::new(), ' '),
            };
            page.verbatim(style, &format!("{sign}{}", change.value().trim_end_matches('\n')));
        }
    }
}
