//! Lambda 2: plans, proves, announces, applies and restores the permissions boundary of one
//! principal, and puts users in quarantine.
//!
//! # The modules
//!
//! Each module imports only from those above it. The private ones are named without a link.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`iam_call`] | EventBridge's event of a call of IAM by a user |
//! | [`request`] | what SSM and EventBridge ask for |
//! | [`suggestion`] | what an external service suggests for a principal |
//! | [`error`] | the two ways to stop: a refusal, which is an answer, and an error |
//! | [`settings`] | the environment of the function, and the lists that it names |
//! | `ports` | what the function needs of AWS, summed once |
//! | `context` | one request, with everything it works with |
//! | [`locate`] | from an id or ARN to the principal as it stands |
//! | [`planning`] | from a principal to its proved plan |
//! | `granting` | which policies grant what a plan drops |
//! | [`preflight`] | AWS's own look at a proved boundary |
//! | [`answer`] | what the caller reads |
//! | `leftovers` | removing the policies of principals that are gone |
//! | [`errand_answer`] | what who asked of all reads |
//! | [`shown`](mod@shown) | as much of an answer as SSM hands on |
//! | `herald` | what is news, said once |
//! | `tally` | the log records and metrics of a run |
//! | `notice` | whether to announce a plan, to wait, or to enforce it |
//! | `settle` | waiting until IAM shows what it accepted |
//! | `own_policy` | managed policies of ours: made, brought up to date, deleted |
//! | `kept` | the text of what stood before, kept in such a policy |
//! | `turn` | whose turn it is in automatic remediation, and whether that is halted |
//! | `hold` | setting or lifting a hold, and nothing else |
//! | `apply`, `restore`, `quarantine` | the writes, each in the order that makes a crash harmless |
//! | `handler` | one request from its start to its answer |
//! | [`errand`] | what is asked of automatic remediation as a whole |
//!
//! `main.rs` only wires.
//!
//! # How a request flows through
//!
//! ```text
//! event ─▶ Request ─▶ Principal ─▶ Planned ─▶ Checked ─▶ writes ─▶ Answer ─▶ messages
//!          request    locate       planning   preflight  apply     answer    herald
//!                        │                               ▲
//!                        └─────── restore, quarantine ───┘
//! ```
//!
//! An event becomes a [`Request`](request::Request). It names a principal, which is read as it
//! stands. Plan and Apply make a [`Planned`](planning::Planned) of it: usage, plan and proof. AWS
//! checks that, if the setting `Preflight` asks for it. Apply then writes, or gives notice first.
//! Restore and the two sides of quarantine write without a plan. How it ended is an
//! [`Answer`](answer::Answer), and what is news of it is announced.
//!
//! An expected "no" is an [`Answer`](answer::Answer) with status `REFUSED`. What went wrong is a
//! [`RemediationError`](error::RemediationError) and fails the invocation. Inside, both are
//! [`Stopped`](error::Stopped).

pub mod answer;
mod apply;
mod context;
pub mod customer_boundaries;
pub mod errand;
pub mod errand_answer;
pub mod error;
mod granting;
mod handler;
mod herald;
mod hold;
pub mod iam_call;
mod kept;
mod leftovers;
pub mod locate;
mod mark;
mod notice;
mod own_policy;
pub mod planning;
mod ports;
pub mod preflight;
mod quarantine;
pub mod request;
mod restore;
pub mod settings;
mod settle;
pub mod shown;
pub mod suggestion;
mod tally;
mod turn;

pub use context::Context;
pub use handler::{handle, reject};
pub use ports::RemediatorAws;
pub use shown::shown;
