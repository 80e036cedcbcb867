//! What a principal is granted, and what it does with it: each granted service is used, idle or
//! unknown, and where the evidence goes that deep, so is each granted action of a used service.

mod followed;
mod grants;
mod kinds;
mod reaching;
mod sight;
mod sorting;
mod spared;
mod stopped;
#[cfg(test)]
mod tests;
mod unproven;
mod unrecorded;

pub(crate) use grants::granted_actions;
pub use kinds::{
    ActionUsage, Idle, KnownReach, PrincipalUsage, Proof, ServiceUsage, Spared, StoppedAttempt,
    Unknown, Usage, UsedOtherwise, WhySpared,
};
pub use stopped::proved_breaks;
pub(crate) use stopped::suspected_breaks;
