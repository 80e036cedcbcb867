//! `leastwise evidence`: usage files, made and checked.

pub(crate) mod check;
pub(crate) mod cloudtrail;
