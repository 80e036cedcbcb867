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

pub mod account;
pub mod digest;
pub mod earlier;
pub mod evaluation;
pub mod exemption;
pub mod external;
pub mod granting;
pub mod group;
pub mod ignored_policies;
pub mod index;
pub mod last_accessed;
pub mod list;
pub mod notice;
pub mod notification;
pub mod origin;
pub mod plan;
pub mod principal;
pub mod principal_list;
pub mod proof;
pub mod quarantine;
pub mod record;
pub mod recorded;
pub mod report;
pub mod settings;
pub mod status_tags;
pub mod summary;
#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod testing;
mod timestamp;
pub mod usage;
