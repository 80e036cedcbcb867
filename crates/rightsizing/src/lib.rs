//! The domain of Leastwise: how much of what a principal may do it has stopped doing, and the
//! tightest permissions boundary that breaks nothing it does.
//!
//! The crate is pure: values in, values out. It reads no file, no clock and no environment.
//!
//! # The modules
//!
//! Each module imports only from those above it, and a test holds that. From outside, a module's
//! names are taken at its door (`iam::Principal`); inside, from the file that has them.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`iam`] | an account as IAM shows it: principals, groups, policies, ARNs |
//! | [`reach`] | what a principal can become, and by which of its actions |
//! | [`resource_policies`] | what policies of resources grant a principal, as far as they were read |
//! | [`evidence`] | what is known of the use of permissions |
//! | [`boundary`] | the present limit, and what marks a boundary as ours |
//! | [`settings`] | what an operator can set, each value in a type that holds its range |
//! | [`usage`] | each granted service and action: used, idle or unknown |
//! | [`score`] | the privilege-creep index and where its points come from |
//! | [`tags`] | what Leastwise writes on a principal, and reads back |
//! | [`automatic`] | how fast automatic remediation goes, and what halts it |
//! | [`exemption`] | who is left alone, and who says so |
//! | [`verdict`] | what AWS Config is told |
//! | [`plan`] | the boundary that keeps what is used, with its reasons |
//! | [`proof`] | what must hold of a plan before it may be applied |
//! | [`presentation`] | plans as JSON and text, and messages about them |
//!
//! # How a principal flows through
//!
//! ```text
//! AuthorizationDetails ─▶ Account ─▶ Principal ─┐                  ┌─▶ Score ─▶ Verdict
//!                                               ├─▶ PrincipalUsage ─┤
//! LastAccessedReport, EarlierGrants ─▶ Evidence ┘                   └─▶ Plan ─▶ ProvedPlan
//! ```
//!
//! An [`Account`](iam::Account) holds every [`Principal`](iam::Principal). With the
//! [`Evidence`](evidence::Evidence) on one it becomes a
//! [`PrincipalUsage`](usage::PrincipalUsage). [`Score::of`](score::Score::of) makes the index of
//! that, and [`evaluate`](verdict::evaluate) the verdict. A principal that is a
//! [`Candidate`](plan::Candidate) gets a [`plan`](plan::plan()), and only
//! [`prove`](proof::prove) makes of it what may be applied.

pub mod automatic;
pub mod boundary;
pub mod evidence;
pub mod exemption;
pub mod iam;
pub mod plan;
pub mod presentation;
pub mod proof;
pub mod reach;
pub mod resource_policies;
pub mod score;
pub mod settings;
pub mod tags;
#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod testing;
pub mod usage;
pub mod verdict;
