//! `leastwise evidence`: usage files, made and checked.

pub(crate) mod check;
pub(crate) mod cloudtrail;
pub(crate) mod event_history;
mod found;
pub(crate) mod generated_policies;
mod remarks;
mod streamed;
pub(crate) mod unused_access;
mod work;
