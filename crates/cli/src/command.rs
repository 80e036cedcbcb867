//! One module per command.

mod advice;
pub(crate) mod doctor;
pub(crate) mod index;
pub(crate) mod plan;
pub(crate) mod policy;
mod who;
