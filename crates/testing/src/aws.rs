//! An AWS in memory that plays every port of `leastwise-aws`.
//!
//! [`Fake`] holds what there is ([`World`]), keeps IAM's rules, writes down every call, and can be
//! cut off at any of them ([`Cut`]).

mod answers;
mod clock;
mod config;
mod errors;
mod fake;
mod faults;
mod ports;
mod reports;
mod world;

pub use answers::{Granting, History, Opinion, Simulated};
pub use clock::NoWait;
pub use config::{AskedItem, Put};
pub use errors::{denied, failed_report, throttled, throttled_report};
pub use fake::Fake;
pub use faults::Cut;
pub use reports::{LastUse, Tracked, Usage};
pub use world::{ACCOUNT, Entity, Policy, TOPIC, World};
