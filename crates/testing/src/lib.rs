//! What the tests of several crates share: a fixed moment, documents, settings, and behind feature
//! `aws` an AWS in memory.

#[cfg(feature = "aws")]
pub mod aws;
mod documents;
mod moment;
mod settings;

pub use documents::{allow, statements};
pub use moment::{as_of, days_ago};
pub use settings::{plan_at, plan_settings};
