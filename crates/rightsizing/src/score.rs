//! The privilege-creep index: how it is made, where it comes from, and what an external service
//! says it is.

mod breakdown;
mod external;
mod grant;
mod idle_grant;
mod idle_statement;
mod index;
mod known;
mod origin;
mod weight;

pub use breakdown::{IdleLevel, IdlePart, IdleShare, idle_parts, used_parts};
pub use external::{ExternalIdentity, ExternalScore, ExternalScores, UnknownScore};
pub use idle_grant::{IdleGrant, idle_grants};
pub use idle_statement::{IdleGranted, IdleStatement, idle_statements};
pub use index::{Band, CreepIndex, Driver, Score, Weights};
pub use origin::{Share, main_group, shares};
pub use weight::{Weight, weight};
