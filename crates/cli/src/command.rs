//! One module per command.

pub(crate) mod index;
pub(crate) mod plan;
pub(crate) mod policy;
