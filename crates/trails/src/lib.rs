//! What others than IAM saw, made into observations: records of CloudTrail, and what SDKs tell of
//! their own calls.
//!
//! The crate is pure: text in, values out. It reads no file, no clock and no environment.
//!
//! # The modules
//!
//! Each module imports only from those above it.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`text`] | text that is not copied |
//! | [`names`] | which IAM actions a call uses, by its name |
//! | [`denial`] | which kind of policy denied a call |
//! | [`caller`] | which IAM user or role made a call |
//! | [`observation`] | what was seen of one call |
//! | [`record`] | one record of CloudTrail |

pub mod caller;
pub mod denial;
pub mod names;
pub mod observation;
pub mod record;
pub mod text;
