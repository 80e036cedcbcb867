//! What becomes of a chore.

/// What went wrong, in one line; a chore is run by a person at a terminal.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
