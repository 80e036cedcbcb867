//! How automatic remediation goes through an account: a few principals first, so many a day, and no
//! further once a boundary is suspected to stop what somebody needs.
//!
//! What was done and what is halted stands in a [`Ledger`], which AWS Systems Manager Parameter
//! Store keeps. Every entry is a parameter of its own that is made once and never written over, so
//! of two runs at once only one gets it, and a run that is cut off loses nothing: it finds its
//! entry when it comes again.

mod entries;
mod ledger;

pub use entries::{Halt, LedgerError, Resumption, Turn};
pub use ledger::{Ledger, Next, PATH, Pace, Wait, halt_parameter, resume_parameter};
