//! The remediator as a whole, on an IAM in memory.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "integration tests fail by panicking"
)]

mod answers;
mod apply;
mod automatic;
mod crash;
mod customers;
mod evidence;
mod following;
mod giving_back;
mod hold;
mod lists;
mod notice;
mod notifications;
mod preflight;
mod quarantine;
mod refusals;
mod restore;
mod scene;
#[path = "../../../external-score/tests/protocol/service.rs"]
mod service;
mod suggestion;
