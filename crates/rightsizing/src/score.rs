//! The privilege-creep index: how it is made, where it comes from, and what an external service
//! says it is.

mod external;
mod index;
mod known;
mod origin;
mod weight;

pub use external::{ExternalIdentity, ExternalScore, ExternalScores, UnknownScore};
pub use index::{Band, CreepIndex, Driver, Score};
pub use origin::{Share, main_group, shares};
pub use weight::weight;
