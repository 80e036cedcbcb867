//! What the AWS Config rule says of a principal: COMPLIANT, NON_COMPLIANT or NOT_APPLICABLE, with
//! the index and the reason.

mod annotation;
mod assessment;
mod compliance;
mod evaluate;
pub mod external;
mod not_judged;
mod settings;
#[cfg(test)]
mod tests;

pub use annotation::MAX_ANNOTATION_CHARACTERS;
pub use assessment::{Assessment, index};
pub use compliance::{Compliance, Verdict};
pub use evaluate::{evaluate, evaluate_group, evaluate_usage, excused, excused_group, usage};
pub use not_judged::NotJudged;
pub use settings::RuleSettings;
