//! The boundary plan: the tightest permissions boundary that keeps everything a principal uses,
//! with its reasons.
//!
//! The boundary is what stands now — the present boundary, or "everything" where there is none —
//! narrowed to what is kept. Of a service of which single actions cannot be told apart, that is all
//! or nothing; of any other, what is used, what is unknown, and what these need. Every Allow
//! statement of the result is an Allow statement of the present boundary with fewer actions, under
//! the same resources and conditions, and every Deny statement is carried over as it is, so the
//! result can never be wider.
//!
//! ```text
//! usage ─▶ keep ─▶ narrowing ─▶ fit ─▶ Plan
//! ```
//!
//! A service that neither the catalogue nor the report nor any policy names is not known to be
//! granted, and a list of what is kept does not hold it. Nor does a list of the actions of a
//! service hold those that AWS added after the catalogue's date.

mod candidate;
mod concession;
mod demands;
mod drafting;
mod fit;
mod keep;
mod narrowing;
mod planner;
mod reasons;
mod refusal;
mod resource_grants;
mod settings;
mod size;
mod suggestion;
mod surroundings;
#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests;
mod warning;

pub use candidate::{Candidate, refuse_exempt};
pub use demands::BoundaryDemands;
pub use planner::{plan, plan_sharing};
pub use reasons::{
    Dropped, Extent, Extra, Kept, KeptAction, KeptUnknown, Plan, ResourceExtent, WhatDropped,
    WhyActionKept, WhyKept, WhyUnknown,
};
pub use refusal::Refusal;
pub use settings::{PlanSettings, SUGGESTION_HISTORY_DAYS, takes_suggestions};
pub use suggestion::plan_with_suggestion;
pub use warning::{SuggestionWarning, Warning};
