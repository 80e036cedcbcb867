//! The IAM policy language, as far as "may this principal do that?" needs it.
//!
//! ```
//! use leastwise_policy::{catalog::Catalog, document::Document, permissions::Permissions};
//!
//! let catalog = Catalog::embedded();
//! let policy = Document::parse(
//!     r#"{
//!         "Version": "2012-10-17",
//!         "Statement": [
//!             {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
//!             {"Effect": "Deny", "Action": "sqs:Delete*", "Resource": "*"}
//!         ]
//!     }"#,
//! )?;
//! let permissions = Permissions::of([&policy]);
//!
//! assert!(permissions.permits("sqs:SendMessage"));
//! assert!(!permissions.permits("sqs:DeleteQueue"));
//! assert!(permissions.actions(catalog).iter().all(|id| catalog.action(id).service == "sqs"));
//!
//! // A text that IAM would refuse is an error, never an empty policy.
//! let error = Document::parse(r#"{"Statement": {"Effect": "Allow", "Resource": "*"}}"#).unwrap_err();
//! assert_eq!(error.to_string(), "`Statement[0]` has neither `Action` nor `NotAction`");
//! # Ok::<(), leastwise_policy::document::DocumentError>(())
//! ```
//!
//! The crate is pure: text and values in, values out. It reads no file, no clock and no
//! environment; the catalogue of IAM's actions is compiled in and carries its date.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`action`] | one IAM action, and how much harm its kind can do |
//! | [`pattern`] | the wildcard language of `Action` elements |
//! | [`catalog`] | every action IAM knew on the catalogue's date |
//! | [`action_set`] | sets of catalogue actions |
//! | [`compress`] | the shortest readable list of patterns for a set, and back |
//! | [`dependent_actions`] | which actions an action needs |
//! | [`document`] | a policy document, kept exactly as written |
//! | [`glob`] | `*` and `?` over any text |
//! | [`permissions`] | what a set of documents can permit, read conservatively |

pub mod action;
pub mod action_set;
mod ascii_case;
pub mod catalog;
pub mod compress;
pub mod dependent_actions;
pub mod document;
pub mod glob;
mod hash;
mod json;
pub mod pattern;
pub mod permissions;
