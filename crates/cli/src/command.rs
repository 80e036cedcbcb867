//! One module per command.

mod advice;
mod arn;
mod boundary;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod evidence;
pub(crate) mod explain;
mod extent;
mod gate;
pub(crate) mod index;
mod judge;
pub(crate) mod man;
pub(crate) mod permissions;
pub(crate) mod plan;
mod planning;
pub(crate) mod policy;
pub(crate) mod scan;
mod scored;
mod table;
pub(crate) mod trace;
mod who;
pub(crate) mod writes;
