//! The IAM policy language, as far as "may this principal do that?" needs it.
//!
//! The crate is pure: text and values in, values out. It reads no file, no clock and no
//! environment; the catalogue of IAM's actions is compiled in and carries its date.
//!
//! # The modules
//!
//! Each module imports only from those above it, and from two small private ones.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`text`] | text from the bytes of a file |
//! | [`json`] | JSON that names no key of an object twice |
//! | [`glob`] | `*` and `?` over any text |
//! | [`action`] | one IAM action, and how much harm its kind can do |
//! | [`catalog`] | every action IAM knew on the catalogue's date |
//! | [`action_set`] | sets of catalogue actions |
//! | [`pattern`] | the wildcard language of `Action` elements |
//! | [`document`] | a policy document, kept exactly as written |
//! | [`permissions`] | what a set of documents can permit, read conservatively |
//! | [`dependent_actions`] | which actions an action needs |
//! | [`checked_elsewhere`] | permissions that something else than an API checks |
//! | [`undoing`] | which actions take back which |
//! | [`resource_policies`] | services whose resource policies can grant access |
//! | [`compress`] | the shortest readable list of patterns for a set, and back |
//!
//! # How a policy flows through
//!
//! ```text
//! text ─▶ Document ─▶ Permissions ─▶ ActionSet ─▶ patterns ─▶ Statement ─▶ Document ─▶ text
//!                                     │     ▲
//!                                     ▼     │
//!                                 DependentActions
//! ```
//!
//! Text becomes a [`Document`](document::Document), and all documents of a principal become its
//! [`Permissions`](permissions::Permissions). With a [`Catalog`](catalog::Catalog) these become an
//! [`ActionSet`](action_set::ActionSet), which callers intersect and subtract as they like.
//! [`DependentActions`](dependent_actions::DependentActions) add what the actions of a set need.
//! [`compress`](compress::compress) writes a set as patterns, and these go into a new document:
//!
//! ```
//! use leastwise_policy::catalog::Catalog;
//! use leastwise_policy::compress::{Compression, compress};
//! use leastwise_policy::dependent_actions::DependentActions;
//! use leastwise_policy::document::{Document, Statement};
//! use leastwise_policy::permissions::Permissions;
//!
//! let catalog = Catalog::embedded();
//! let policy = Document::parse(
//!     r#"{
//!         "Version": "2012-10-17",
//!         "Statement": [
//!             {"Effect": "Allow", "Action": ["sqs:*", "kms:Decrypt"], "Resource": "*"},
//!             {"Effect": "Deny", "Action": "sqs:Delete*", "Resource": "*"}
//!         ]
//!     }"#,
//! )?;
//! let granted = Permissions::of([&policy]).actions(catalog);
//!
//! // The principal uses four of these. What they need is kept too: `kms:Decrypt`, for one, without
//! // which nobody can read from an encrypted queue.
//! let used = ["sqs:ReceiveMessage", "sqs:SendMessage", "sqs:ListQueues", "sqs:ListQueueTags"];
//! let mut kept = used.into_iter().filter_map(|action| catalog.find(action)).collect();
//! let needed = DependentActions::of(catalog).needed(&kept, &granted);
//! kept.extend(needed.into_iter().map(|needed| needed.action));
//!
//! let patterns = compress(&kept, catalog, Compression::default());
//! let tight = Document::new(vec![Statement::allow("Used", patterns)]);
//! assert_eq!(
//!     tight.to_compact_string(),
//!     concat!(
//!         r#"{"Version":"2012-10-17","Statement":[{"Sid":"Used","Effect":"Allow","Action":["#,
//!         r#""kms:Decrypt","sqs:ChangeMessageVisibility","sqs:GetQueueAttributes","#,
//!         r#""sqs:ListQueue*","sqs:ReceiveMessage","sqs:SendMessage"],"Resource":"*"}]}"#,
//!     )
//! );
//! # Ok::<(), leastwise_policy::document::DocumentError>(())
//! ```

pub mod action;
pub mod action_set;
mod ascii_case;
pub mod catalog;
pub mod checked_elsewhere;
pub mod compress;
pub mod dependent_actions;
pub mod document;
pub mod glob;
mod hash;
pub mod json;
pub mod pattern;
pub mod permissions;
pub mod resource_policies;
pub mod text;
pub mod undoing;
