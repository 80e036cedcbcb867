//! Client-side monitoring: what an SDK tells of its own calls, one UDP datagram each.
//!
//! A datagram names no IAM user or role. It may carry an access key and a session token in clear
//! text; neither is ever read.
//!
//! Sources:
//! <https://docs.aws.amazon.com/sdk-for-go/v1/developer-guide/configuring-sdk.html>,
//! <https://github.com/boto/botocore/blob/develop/botocore/monitoring.py>.

use crate::denial::Refusal;
use crate::names::{Meaning, Names};
use crate::observation::{Entry, Kind, Observation, Outcome};
use crate::text::Text;
use chrono::{DateTime, Utc};
use leastwise_policy::action::Action;
use leastwise_rightsizing::evidence::witnesses::{
    Called, Denial, DeniedBy, Source, Subject, Times, UsageLog,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The most bytes of a datagram that an SDK sends.
///
/// Source: <https://github.com/boto/botocore/blob/develop/botocore/monitoring.py>.
pub const MAX_DATAGRAM_BYTES: usize = 8 * 1024;

/// A datagram, as far as it says what was called.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Datagram<'a> {
    #[serde(borrow)]
    r#type: Text<'a>,
    #[serde(borrow)]
    service: Text<'a>,
    #[serde(borrow)]
    api: Text<'a>,
    timestamp: i64,
    #[serde(borrow, default)]
    client_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    region: Option<Text<'a>>,
    #[serde(default, alias = "FinalHttpStatusCode")]
    http_status_code: Option<u16>,
    #[serde(borrow, default, alias = "FinalAwsException")]
    aws_exception: Option<Text<'a>>,
    #[serde(borrow, default, alias = "FinalAwsExceptionMessage")]
    aws_exception_message: Option<Text<'a>>,
}

/// Whether a datagram tells of a call, or of one attempt at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// A call with all its attempts (`ApiCall`).
    Call,
    /// One attempt (`ApiCallAttempt`). Datagrams may get lost, so it may be all that tells of a
    /// call.
    Attempt,
}

/// What a datagram says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A call that reached AWS, by the process that made it: one observation for each action.
    Seen(Scope, Vec<Observation<Process>>),
    /// A call for which no permission of IAM is needed.
    NoAction,
    /// A call of a service that is not known.
    UnknownService,
    /// A call that never reached AWS, so nothing was asked of IAM.
    NotSent,
    /// Something else than a call, or of a time that is none.
    NoCall,
}

/// The process that made a call, by the client id that it was given; empty where it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Process(pub String);

impl<'a> Datagram<'a> {
    /// Reads a datagram.
    ///
    /// # Errors
    ///
    /// When it is not the JSON object that an SDK sends. The error shows nothing of its content.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, NotADatagram> {
        if bytes.len() > MAX_DATAGRAM_BYTES {
            return Err(NotADatagram);
        }
        let bytes = bytes.trim_ascii();
        if bytes.first() != Some(&b'{') {
            return Err(NotADatagram);
        }
        serde_json::from_slice(bytes).map_err(|_| NotADatagram)
    }

    /// The service and the operation, in the SDK's words.
    #[must_use]
    pub fn call(&self) -> (&str, &str) {
        (&self.service, &self.api)
    }

    /// What it says.
    ///
    /// ```
    /// use leastwise_trails::client_side::{Datagram, Told};
    /// use leastwise_trails::names::Names;
    ///
    /// let datagram = br#"{"Version":1,"ClientId":"nightly","Type":"ApiCall","Service":"S3",
    ///     "Api":"HeadBucket","Timestamp":1795225443125,"Region":"eu-west-1",
    ///     "FinalHttpStatusCode":200,"AttemptCount":1,"Latency":7}"#;
    /// let told = Datagram::parse(datagram)?.read(Names::embedded());
    /// let Told::Seen(_, seen) = told else { panic!("it is a call") };
    /// assert_eq!(seen[0].called.to_string(), "s3:ListBucket");
    /// assert_eq!(seen[0].by.0, "nightly");
    /// # Ok::<(), leastwise_trails::client_side::NotADatagram>(())
    /// ```
    #[must_use]
    pub fn read(&self, names: &Names) -> Told {
        let scope = match &*self.r#type {
            "ApiCall" => Scope::Call,
            "ApiCallAttempt" => Scope::Attempt,
            _ => return Told::NoCall,
        };
        let Some(at) = DateTime::<Utc>::from_timestamp_millis(self.timestamp) else {
            return Told::NoCall;
        };
        if self.http_status_code.is_none() {
            return Told::NotSent;
        }
        let (service, api) = self.call();
        let called: Vec<Called> = match names.of_sdk_call(service, api) {
            Meaning::Actions(actions) => actions.into_iter().map(Called::Action).collect(),
            Meaning::Services(services) => services.into_iter().map(Called::Service).collect(),
            Meaning::NoAction => return Told::NoAction,
            Meaning::Unknown => return Told::UnknownService,
        };
        let observation = |called| Observation {
            by: Process(self.client_id.as_deref().unwrap_or_default().to_owned()),
            called,
            at,
            region: self.region.as_deref().map(ToOwned::to_owned),
            through: None,
            outcome: self.outcome(),
            kind: Kind::Management,
        };
        Told::Seen(scope, called.into_iter().map(observation).collect())
    }

    fn outcome(&self) -> Outcome {
        let Some(code) = self.aws_exception.as_deref() else { return Outcome::Done };
        match Refusal::of(Some(code), self.aws_exception_message.as_deref()) {
            Some(refusal) => Outcome::Denied(refusal),
            None => Outcome::Failed(code.to_owned()),
        }
    }
}

/// Bytes that are no datagram of client-side monitoring. What they are is not shown: credentials
/// may be in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no datagram of client-side monitoring: a JSON object of at most 8,192 bytes")]
pub struct NotADatagram;

/// What processes told of their calls, until somebody says which principal they run under. It
/// holds one entry for each process and action, however many calls there were.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calls {
    whole: BTreeMap<Process, Doings>,
    attempts: BTreeMap<Process, Doings>,
}

/// What one process did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Doings {
    uses: BTreeMap<Called, Times>,
    denials: BTreeMap<(Action, DeniedBy, Option<String>), Times>,
}

impl Calls {
    /// Takes in what a datagram says; `false` where that is nothing that a log can note.
    pub fn add(&mut self, told: Told) -> bool {
        let Told::Seen(scope, seen) = told else { return false };
        let into = match scope {
            Scope::Call => &mut self.whole,
            Scope::Attempt => &mut self.attempts,
        };
        let mut is_noted = false;
        for (process, entry) in seen.into_iter().filter_map(Observation::entry) {
            into.entry(process).or_default().add(entry);
            is_noted = true;
        }
        is_noted
    }

    /// The processes, in their order.
    #[must_use]
    pub fn processes(&self) -> BTreeSet<&Process> {
        self.whole.keys().chain(self.attempts.keys()).collect()
    }

    /// Notes what a process did as the doings of a principal. Attempts count only where nothing
    /// tells of the calls that they belong to, so that a call is counted once.
    pub fn note_in(&self, process: &Process, by: &Subject, log: &mut UsageLog) {
        let whole = self.whole.get(process).cloned().unwrap_or_default();
        let mut attempts = self.attempts.get(process).cloned().unwrap_or_default();
        attempts.uses.retain(|called, _| !whole.uses.contains_key(called));
        attempts.denials.retain(|denied, _| !whole.denials.contains_key(denied));
        for entry in whole.entries().chain(attempts.entries()) {
            entry.note_in(by.clone(), log);
        }
    }

    /// A log of everything that all processes did, as the doings of one principal of an account by
    /// its twelve digits.
    #[must_use]
    pub fn log(&self, account: &str, by: &Subject) -> UsageLog {
        let mut log = UsageLog::new(Source::ClientSide, account);
        for process in self.processes() {
            self.note_in(process, by, &mut log);
        }
        log
    }
}

impl Doings {
    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Use(called, times) => join(&mut self.uses, called, times),
            Entry::Denial(Denial { action, by, policy, times }) => {
                join(&mut self.denials, (action, by, policy), times);
            }
        }
    }

    fn entries(self) -> impl Iterator<Item = Entry> {
        let uses = self.uses.into_iter().map(|(called, times)| Entry::Use(called, times));
        let denials = self.denials.into_iter().map(|((action, by, policy), times)| {
            Entry::Denial(Denial { action, by, policy, times })
        });
        uses.chain(denials)
    }
}

fn join<K: Ord>(entries: &mut BTreeMap<K, Times>, key: K, times: Times) {
    match entries.get_mut(&key) {
        Some(earlier) => earlier.join(times),
        None => drop(entries.insert(key, times)),
    }
}

#[cfg(test)]
mod tests;
