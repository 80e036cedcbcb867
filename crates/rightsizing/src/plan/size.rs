//! Why a boundary does not fit, in figures.

use super::fit::TooLarge;
use super::keep::{Sorted, kept_services, unknown_services};
use super::refusal::Refusal;
use crate::boundary::OuterLimit;
use crate::iam::PrincipalArn;
use leastwise_policy::document::{Actions, Document};
use std::collections::BTreeMap;

/// How many services a refusal names.
const NAMED_IN_REFUSAL: usize = 5;

/// How many characters the denials take that are carried over.
fn denials(outer: &OuterLimit) -> usize {
    outer.denies().iter().map(|denial| denial.to_value().to_string().chars().count()).sum()
}

/// The services whose patterns take most characters of the document, with how many.
fn longest(document: &Document) -> Vec<(String, usize)> {
    let mut by_service: BTreeMap<String, usize> = BTreeMap::new();
    for statement in document.statements() {
        let (Actions::Action(patterns) | Actions::NotAction(patterns)) = statement.actions();
        for pattern in patterns {
            let service = pattern.service_literal().unwrap_or("*").to_ascii_lowercase();
            *by_service.entry(service).or_default() +=
                leastwise_policy::compress::characters([pattern]);
        }
    }
    let mut longest: Vec<(String, usize)> = by_service.into_iter().collect();
    longest.sort_by_key(|(_, characters)| std::cmp::Reverse(*characters));
    longest.truncate(NAMED_IN_REFUSAL);
    longest
}

/// Why no document of a draft fits, with what would have to give.
pub(super) fn refusal(
    principal: &PrincipalArn,
    outer: &OuterLimit,
    too_large: &TooLarge,
    sorted: &Sorted,
) -> Refusal {
    Refusal::TooLarge {
        principal: principal.clone(),
        characters: too_large.document.size(),
        kept: kept_services(sorted),
        unknown: unknown_services(sorted).len(),
        longest: longest(&too_large.document),
        denials: denials(outer),
        with_exact_wildcards: too_large.with_exact_wildcards,
    }
}
