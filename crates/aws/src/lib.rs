//! The only crate of Leastwise that talks to AWS.
//!
//! A **port** ([`ports`]) is one small trait per need and says which IAM actions it costs, so that
//! the bounds of a generic handler are the permissions of its Lambda ([`permissions`] adds them
//! up):
//!
//! ```
//! use leastwise_aws::ports::{ReadPrincipal, ReadUsage};
//!
//! async fn handle<A: ReadPrincipal + ReadUsage>(aws: &A) { /* … */ }
//! ```
//!
//! [`Aws`] is the one adapter: it implements every port over the AWS SDK. [`Clients`] makes its
//! clients, with the time limits and retries that IAM's request limits ask for.

mod adapters;
pub mod announce;
mod call;
mod calls;
mod clients;
mod clock;
pub mod earlier;
pub mod lists;
mod paging;
pub mod permissions;
pub mod ports;
mod principal_name;

pub use adapters::{Aws, ReportPolling};
pub use call::{CallError, Fault, codes};
pub use calls::Calls;
pub use clients::{Clients, RDK_SESSION_LENGTH, RDK_SESSION_NAME};
pub use clock::{Clock, RealClock};
pub use paging::PagingError;
pub use principal_name::PrincipalName;
