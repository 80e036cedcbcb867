//! `leastwise policy`: the policy algebra for people and scripts, JSON lines in and out.

pub(crate) mod compress;
mod documents;
pub(crate) mod expand;
pub(crate) mod permits;
