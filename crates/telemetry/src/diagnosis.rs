//! The lines of `tracing`, by which our code and the libraries under it speak to who looks for a
//! fault.

use crate::level::Level;
use tracing_subscriber::filter::LevelFilter;

/// Has `tracing` write to standard output from now on, in this whole program: lines of JSON that
/// carry their `level`, none less severe than `least`.
///
/// The level of the platform, which Lambda hands over as `AWS_LAMBDA_LOG_LEVEL`, decides nothing
/// here: it is set to let everything through.
pub fn install(least: Level) {
    let lines = tracing_subscriber::fmt().json().with_target(false).without_time();
    lines.with_max_level(LevelFilter::from(least)).init();
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Debug => Self::DEBUG,
            Level::Info => Self::INFO,
            Level::Warn => Self::WARN,
            Level::Error => Self::ERROR,
        }
    }
}
