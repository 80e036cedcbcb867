//! `leastwise evidence`: usage files, made and checked.

pub(crate) mod check;
pub(crate) mod cloudtrail;
mod found;
mod remarks;
mod streamed;
mod work;
