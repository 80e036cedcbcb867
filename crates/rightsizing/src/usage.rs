//! What a principal is granted, and what it does with it: each granted service is used, idle or
//! unknown, and where the evidence goes that deep, so is each granted action of a used service.

mod followed;
mod grants;
mod kinds;
mod sight;
mod sorting;
mod spared;
#[cfg(test)]
mod tests;
mod unproven;
mod unrecorded;

pub(crate) use grants::{granted_actions, suspected_breaks};
pub use kinds::{
    ActionUsage, Idle, PrincipalUsage, Proof, ServiceUsage, Spared, StoppedAttempt, Unknown, Usage,
    UsedOtherwise, WhySpared,
};
