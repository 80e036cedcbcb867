//! One object of a trail.

use super::super::streamed;
use crate::failure::Failure;
use crate::live::LiveError;
use leastwise_aws::ports::PourObject;
use leastwise_rightsizing::settings::ObjectAddress;
use leastwise_trails::trail::{TrailLog, Wanted};
use std::sync::Arc;

/// How often an object is fetched that did not come whole.
const ATTEMPTS: usize = 3;

/// What an object says. It is fetched again where it does not come whole.
pub(super) async fn read(
    aws: &impl PourObject,
    address: &ObjectAddress,
    wanted: &Arc<Wanted>,
) -> Result<TrailLog, Failure> {
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        let pour = |into| aws.pour(address, into);
        match streamed::read(address.to_string(), wanted, pour).await {
            Err(Failure::Live(LiveError::Call(error))) if error.is_retryable() && left > 0 => {}
            done => return done,
        }
    }
}
