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
//!
//! # The modules
//!
//! Each module imports only from those above it.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | `call` | a call that failed, with what AWS said |
//! | `calls` | how often AWS was called |
//! | `paging` | lists that come in pages, and those that never end |
//! | `clock` | waiting, as an argument |
//! | `pace` | how fast IAM is asked, by what it throttles |
//! | `job_times` | how long reports take |
//! | `pace_keeper` | the pace hears of every call and answer |
//! | `principal_name` | what IAM's calls on one principal take |
//! | [`ports`] | what Leastwise needs of AWS, one small trait per need |
//! | [`permissions`] | the IAM actions that the ports of a Lambda add up to |
//! | `command_permissions` | the IAM actions that each command needs; with the feature `command-line` |
//! | [`lists`] | what settings name, loaded before anybody is judged |
//! | [`evidence`] | what others than IAM saw, loaded from usage files |
//! | [`earlier`] | what principals were granted before their new permissions |
//! | [`planned_from`] | what the boundary in place was planned from |
//! | [`regions`] | where something may run under an account's principals |
//! | [`announce`] | saying what is news about a principal, once |
//! | `clients` | the SDK's clients, with time limits, retries and counted calls |
//! | `adapters` | the ports over the SDK |
//! | `sign_in` | whose credentials a person at a terminal uses; with the feature `command-line` |
//!
//! # How a principal flows through
//!
//! ```text
//! name ─▶ ReadPrincipal ─▶ AuthorizationDetails ─▶ Account ─▶ Principal ─▶ LookBack
//!               ▲
//!               │
//!         Clients ─▶ Aws
//! ```
//!
//! A handler asks a port. The adapter makes IAM's calls, page by page, and fills the form in which
//! IAM describes an account. From that `leastwise_rightsizing` makes the principal, and [`earlier`]
//! adds what it was granted a while ago. A call that fails is a [`CallError`] and never an empty
//! answer.

mod adapters;
pub mod announce;
mod call;
mod calls;
mod clients;
mod clock;
#[cfg(feature = "command-line")]
mod command_permissions;
pub mod earlier;
pub mod evidence;
mod job_times;
pub mod lists;
mod once_each;
mod pace;
mod pace_keeper;
mod paging;
pub mod permissions;
pub mod planned_from;
pub mod ports;
mod principal_name;
pub mod regions;
#[cfg(feature = "command-line")]
mod sign_in;

pub use adapters::{Aws, ReportPolling};
#[cfg(feature = "command-line")]
pub use adapters::{EventHistory, Functions};
pub use call::{CallError, Fault, codes};
pub use calls::Calls;
pub use clients::{Clients, RDK_SESSION_LENGTH, RDK_SESSION_NAME};
pub use clock::{Clock, Moment, RealClock};
#[cfg(feature = "command-line")]
pub use command_permissions::{CommandPermission, CommandResource, LiveCommand};
pub use paging::PagingError;
pub use principal_name::PrincipalName;
#[cfg(feature = "command-line")]
pub use sign_in::{RoleToAssume, SignIn, SignInError, SignedIn};
