//! The commands that write to an account: they ask the remediator's own code for it, or the
//! deployment.

pub(crate) mod apply;
mod desk;
pub(crate) mod hold;
mod outcome;
pub(crate) mod remediate;
pub(crate) mod restore;
pub(crate) mod resume;
mod shown;
