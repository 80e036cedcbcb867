//! One module per command.

mod advice;
mod arn;
pub(crate) mod doctor;
pub(crate) mod evidence;
pub(crate) mod index;
pub(crate) mod plan;
pub(crate) mod policy;
mod table;
pub(crate) mod trace;
mod who;
