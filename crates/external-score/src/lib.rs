//! A privilege-creep index, and a suggested policy, from an external service that speaks the
//! `CloudKnox` v2 protocol.
//!
//! Three calls, each a POST of JSON over HTTPS: authenticate, identity usage (by pages), role
//! policy. The server's certificate is always verified, redirects are not followed, answers are
//! limited in time and size, and nothing that the secret holds is ever printed: it is not in any
//! error, and no type here shows it.
//!
//! What goes wrong is a [`ServiceError`] that says which call and how. No answer, an empty one and
//! one that cannot be read are errors as well: nothing here has a default.
//!
//! # The modules
//!
//! Each module imports only from those above it.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | `credentials` | what the secret says: whom to ask, and as whom |
//! | `error` | what goes wrong between us and the service |
//! | [`answer`] | what the service answers |
//! | `client` | the three calls, in time and in measure |
//!
//! # How an index flows through
//!
//! ```text
//! secret ─▶ Credentials ─▶ Client ─▶ Session ─▶ answer ─▶ ExternalIdentity or Document
//! ```
//!
//! The caller reads the secret, and [`Client::of_secret`] makes a [`Client`] of its text. Signing
//! in gives a [`Session`], which asks for the identities of an account or for a suggestion. What
//! the service answers becomes values of `leastwise_rightsizing` and `leastwise_policy`.

pub mod answer;
mod client;
mod credentials;
mod error;

pub use client::{Client, Limits, Session};
pub use credentials::{Credentials, CredentialsError};
pub use error::{AskError, Call, Fault, ServiceError};
