//! The proof: what must hold of a boundary before it may be applied, checked on the printed
//! document.
//!
//! The proof takes from the planner nothing but the plan's own promises. It reads the document back
//! from its text and compares it with what the principal may do now: action by action over the
//! whole catalogue, and pattern by pattern for what the catalogue does not know.

mod allowed;
mod failure;
mod followed;
mod promise;
mod prove;
#[cfg(test)]
mod tests;

pub use failure::ProofFailure;
pub use prove::{ProvedPlan, prove, prove_from};
