//! `leastwise evidence`: usage files, made and checked.

pub(crate) mod check;
pub(crate) mod cloudtrail;
pub(crate) mod event_history;
mod found;
mod remarks;
mod streamed;
mod work;
