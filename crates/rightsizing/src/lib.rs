//! The domain of Leastwise: how much of what a principal may do it has stopped doing, and the tightest permissions
//! boundary that breaks nothing it does.
//!
//! Values in, values out: no clock, no network, no environment. Data flows one way through the modules:
//!
//! ```text
//! account ─▶ principal ┐
//!                      ├─▶ usage ─▶ index ─▶ evaluation
//! last_accessed ───────┘        └─▶ plan ─▶ proof
//! ```

pub mod boundary;
pub mod evidence;
pub mod exemption;
pub mod iam;
pub mod plan;
pub mod presentation;
pub mod proof;
pub mod score;
pub mod settings;
pub mod tags;
#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod testing;
pub mod usage;
pub mod verdict;
