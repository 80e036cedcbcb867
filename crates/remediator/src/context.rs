//! One request, with everything it works with.

use crate::request::Request;
use crate::settings::Settings;
use leastwise_aws::Moment;

/// What a request is about and works with: a [`Request`] about one principal, or an errand.
#[derive(Debug)]
pub struct Context<'a, A, C, J, R = Request> {
    /// What is asked.
    pub request: &'a R,
    /// How it is done.
    pub settings: &'a Settings,
    /// AWS.
    pub aws: &'a A,
    /// What is waited by.
    pub clock: &'a C,
    /// Where log records and metrics go.
    pub journal: &'a J,
    /// When it is.
    pub moment: Moment,
}
