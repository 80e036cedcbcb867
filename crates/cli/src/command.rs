//! One module per command.

mod advice;
mod arn;
pub(crate) mod doctor;
pub(crate) mod evidence;
pub(crate) mod index;
pub(crate) mod plan;
mod planning;
pub(crate) mod policy;
pub(crate) mod scan;
mod scored;
mod table;
pub(crate) mod trace;
mod who;
pub(crate) mod writes;
