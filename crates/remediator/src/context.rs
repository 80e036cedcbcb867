//! One request, with everything it works with.

use crate::request::Request;
use crate::settings::Settings;
use leastwise_aws::Moment;

/// What a request is about and works with.
#[derive(Debug)]
pub struct Context<'a, A, C, J> {
    /// What is asked.
    pub request: &'a Request,
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
