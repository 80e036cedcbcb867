//! What AWS says when it is asked about something that it does not hold.

use chrono::{DateTime, Utc};
use leastwise_aws::CallError;
use leastwise_aws::ports::Finding;
use leastwise_policy::document::Document;
use leastwise_rightsizing::evidence::granting::NamedPolicy;
use serde_json::Value;
use std::collections::BTreeMap;

/// What principals were granted when the grace for new permissions began.
#[derive(Debug, Clone, Default)]
pub enum History {
    /// What they are granted now.
    #[default]
    AsNow,
    /// This.
    Granted(Document),
    /// What `GetAccountAuthorizationDetails` said then; of whom it says nothing there is no record.
    Account(Value),
    /// There is no record.
    NoRecord,
    /// It cannot be read.
    Failing(CallError),
}

/// The history, the moments of which it was asked, and the ids of the resources whose current items
/// were asked for at once.
#[derive(Debug, Default)]
pub(crate) struct Past {
    pub(crate) history: History,
    pub(crate) asked: Vec<DateTime<Utc>>,
    pub(crate) asked_at_once: Vec<Vec<String>>,
}

/// What IAM says of the policies that grant services.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Granting {
    /// Those that do.
    #[default]
    Known,
    /// The same, and of SQS one more that the principal was not read with.
    Unread,
    /// Nothing of SQS.
    Partly,
    /// These, by service, whatever is asked.
    Named(BTreeMap<String, Vec<NamedPolicy>>),
    /// Nothing at all.
    Denied,
}

/// What AWS says when it is asked about a boundary.
#[derive(Debug, Clone, Default)]
pub struct Opinion {
    /// The findings of Access Analyzer.
    pub findings: Vec<Finding>,
    /// The actions that the simulator does not allow under the boundary. It allows all others.
    pub stopped: Vec<&'static str>,
    /// What asking fails with, by the name of the call.
    pub failure: Option<(&'static str, CallError)>,
}

/// A question to the simulator: whether about a boundary, and the actions.
pub type Simulated = (bool, Vec<String>);
