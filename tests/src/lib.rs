//! The local stand from Rust: start it, deploy the shipped stack on it, fill the account, and do
//! what an operator does — evaluate, remediate, restore — through the AWS SDK.
//!
//! Third-party programs stand in for AWS (moto, ministack, AWS's simulator of SSM documents); what
//! they lack is added by the plugin in `tests/stand`, whose README says what is modelled and what
//! is not.

pub mod judges;
pub mod messages;
pub mod operator;
pub mod seed;
pub mod stand;
pub mod workspace;
