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

mod answer;
mod client;
mod credentials;
mod error;

pub use client::{Client, Limits, Session};
pub use credentials::{Credentials, CredentialsError};
pub use error::{AskError, Call, Fault, ServiceError};
