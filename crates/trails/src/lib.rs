//! What others than IAM saw, made into observations: records of CloudTrail, and what SDKs tell of
//! their own calls.
//!
//! The crate is pure: bytes in, values out. It opens no file, and reads no clock and no
//! environment. A file is read as a stream, one record at a time, and within limits.
//!
//! # The modules
//!
//! Each module imports only from those above it, and from one private one that takes a trail apart
//! into its records.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`limits`] | how much is read at most |
//! | [`error`] | why a file cannot be used |
//! | [`text`] | text that is not copied |
//! | [`names`] | which IAM actions a call uses, by its name |
//! | [`denial`] | which kind of policy denied a call |
//! | [`caller`] | which IAM user or role made a call |
//! | [`observation`] | what was seen of one call |
//! | [`record`] | one record of CloudTrail |
//! | [`object_key`] | where S3 keeps the files of a trail |
//! | [`notes`] | what is known of a trail beside use and denials |
//! | [`trail`] | what a whole trail says of an account |
//! | [`analyzer`] | what IAM Access Analyzer says |
//! | [`client_side`] | what an SDK tells of its own calls |
//!
//! # How a record flows through
//!
//! ```text
//! file ─▶ records ─▶ Record ─┬─▶ Caller ─────────▶ Subject ┐
//!                            ├─▶ Names ──────────▶ Called  ├─▶ Observation ─▶ UsageLog
//!                            └─▶ Refusal ────────▶ Outcome ┘
//! ```

pub mod analyzer;
pub mod caller;
pub mod client_side;
pub mod denial;
pub mod error;
pub mod limits;
pub mod names;
pub mod notes;
pub mod object_key;
pub mod observation;
pub mod record;
mod split;
pub mod text;
pub mod trail;
