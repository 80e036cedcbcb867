//! The evaluator as a whole, on an AWS in memory.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "integration tests fail by panicking"
)]

mod breaks;
mod carriers;
mod change;
mod denials;
mod events;
mod evidence;
mod faults;
mod following;
mod groups;
mod lists;
mod logs;
mod scene;
mod scores;
#[path = "../../../external-score/tests/protocol/service.rs"]
mod service;
mod spread;
mod sweep;
mod tags;
