//! What the Lambdas print: log records and embedded metrics.
//!
//! Both are lines of compact JSON on standard output, which Lambda hands to CloudWatch Logs. Values
//! in, lines out: no clock and no environment.
//!
//! # The modules
//!
//! Each module imports only from those above it.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`level`] | how severe a line is |
//! | [`journal`] | where the lines go: standard output, or memory in a test |
//! | [`record`] | the records that people search for |
//! | [`metrics`] | the lines of which CloudWatch makes metrics |
//! | [`diagnosis`] | the lines of `tracing` |
//!
//! # How a value flows through
//!
//! ```text
//! value ─▶ Record ──▶ Journal ─▶ line
//! count ─▶ Metrics ─▶ Journal ─▶ line
//! ```
//!
//! What happened becomes a [`Record`] and is written down at once, if it is as severe as `LogLevel`
//! asks. Counts are collected in [`Metrics`] and written once, at the end of a run, whatever
//! `LogLevel` says: alarms ring by them.

pub mod diagnosis;
pub mod journal;
pub mod level;
pub mod metrics;
pub mod record;

pub use journal::{Filtered, Journal, Stdout};
pub use level::{Level, UnknownLevel};
pub use metrics::{Metric, Metrics};
pub use record::{Detail, EntityType, Execution, GrantedBy, Origin, Record, Summary, Trouble, Use};
