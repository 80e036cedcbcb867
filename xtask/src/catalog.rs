//! placeholder
pub(crate) fn run() -> crate::Result { Ok(()) }
