//! What the Lambdas print: log records and embedded metrics.
//!
//! Both are lines of compact JSON on standard output, which Lambda hands to CloudWatch Logs:
//! [`record`] has the records that people search for, [`metrics`] those lines of which CloudWatch
//! makes metrics, [`journal`] writes them down. Values in, lines out: no clock and no environment.

pub mod journal;
pub mod metrics;
pub mod record;

pub use journal::{Journal, Stdout};
pub use metrics::{Metric, Metrics};
pub use record::{Detail, EntityType, Execution, GrantedBy, Origin, Record, Summary, Trouble, Use};
