//! The two ways not to succeed: a refusal, which is an answer, and an error, which fails the
//! invocation.

mod failure;
mod refusal;
mod stopped;

pub use failure::RemediationError;
pub(crate) use refusal::MOST_OF_THE_QUOTA;
pub use refusal::Refusal;
pub use stopped::Stopped;
