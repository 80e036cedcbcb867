//! The AWS in memory: what it is made of, and how a test sets it up and looks into it.

use crate::aws::answers::{Granting, Opinion, Past, Simulated};
use crate::aws::config::Config;
use crate::aws::faults::{Cut, Faults};
use crate::aws::reports::{Reports, Usage};
use crate::aws::world::World;
use leastwise_aws::ports::TagError;
use leastwise_aws::{CallError, Calls};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;

/// An AWS in memory that keeps IAM's rules, writes down every call, and can be cut off at any.
#[derive(Debug, Default)]
pub struct Fake {
    world: Mutex<World>,
    faults: Faults,
    /// The text of each list file, by its address, and of each secret, by its ARN.
    pub(crate) files: Mutex<BTreeMap<String, Result<String, CallError>>>,
    pub(crate) reports: Mutex<Reports>,
    pub(crate) past: Mutex<Past>,
    pub(crate) granting: Mutex<Granting>,
    pub(crate) opinion: Mutex<Opinion>,
    pub(crate) simulated: Mutex<Vec<Simulated>>,
    pub(crate) config: Mutex<Config>,
    /// The enabled Regions; `None`: as usual.
    pub(crate) regions: Mutex<Option<Result<BTreeSet<String>, CallError>>>,
    /// Why principals cannot be tagged, by name.
    pub(crate) untaggable: BTreeMap<String, TagError>,
    /// How many calls are said to have been made, apart from those that load something; those that
    /// were made, if left out.
    pub(crate) counted: Option<Calls>,
    /// How many files, groups and secrets were asked for since the calls were last taken.
    pub(crate) loads: AtomicU64,
    told: Mutex<Vec<String>>,
    journal: Mutex<Vec<String>>,
}

/// The calls that write nothing.
const READS: [&str; 20] = [
    "account",
    "configuration_item",
    "decisions",
    "entries",
    "find",
    "find_group",
    "find_policy",
    "findings",
    "granting_policies",
    "group",
    "last_accessed",
    "own_policies",
    "policy",
    "policy_quota",
    "principal",
    "recall",
    "reported",
    "reported_on",
    "resource_policies",
    "versions",
];

impl Fake {
    /// This world, of whose principals IAM reports this.
    pub fn of(world: World, usage: Usage) -> Self {
        let reports = Reports { of_others: usage, ..Reports::default() };
        Self { world: Mutex::new(world), reports: Mutex::new(reports), ..Self::default() }
    }

    /// An account that is only read, as `GetAccountAuthorizationDetails` has it. It names no
    /// policies that grant services, and says that there were twelve calls, besides
    /// those that load files, groups and secrets.
    pub fn of_account(details: Value) -> Self {
        Self {
            world: Mutex::new(World { details, ..World::default() }),
            granting: Mutex::new(Granting::Denied),
            counted: Some(Calls { made: 12, throttled: 3 }),
            ..Self::default()
        }
    }

    /// The same with another account that is only read.
    #[must_use]
    pub fn in_account(self, details: Value) -> Self {
        self.change(|world| world.details = details);
        self
    }

    /// A copy of what there is.
    pub fn world(&self) -> World {
        self.world.lock().unwrap().clone()
    }

    /// Changes what there is.
    pub fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.lock().unwrap());
    }

    /// One call: written down, cut off where it is to be, otherwise carried out.
    pub(crate) fn call<T, E>(
        &self,
        name: &'static str,
        act: impl FnOnce(&mut World) -> Result<T, E>,
        lost: impl Fn(CallError) -> E,
    ) -> Result<T, E> {
        self.faults.call(name, &self.world, act, lost)
    }

    /// From now on these calls fail for want of a permission, and only these.
    pub fn fail(&self, calls: &[&'static str]) {
        self.faults.deny(calls);
    }

    /// The same, whose calls of this name fail.
    #[must_use]
    pub fn failing(self, call: &'static str, error: CallError) -> Self {
        self.faults.fail(call, error);
        self
    }

    /// The next run is cut off there.
    pub fn cut(&self, cut: Option<Cut>) {
        self.faults.cut(cut);
    }

    /// Somebody changes something right before that call of the next run.
    pub fn meanwhile(&self, before_call: usize, change: fn(&mut World)) {
        self.faults.meanwhile(before_call, change);
    }

    /// How many calls there were since they were last asked for.
    pub(crate) fn call_count(&self) -> usize {
        self.faults.count()
    }

    /// The calls since they were last asked for.
    pub fn calls(&self) -> Vec<&'static str> {
        self.faults.take()
    }

    /// Of these calls, those that write.
    pub fn writes(&self) -> Vec<&'static str> {
        self.calls().into_iter().filter(|call| !READS.contains(call)).collect()
    }

    /// Writes down in words what was told or asked.
    pub(crate) fn tell(&self, words: String) {
        self.told.lock().unwrap().push(words);
    }

    /// In words the evaluations, tags and questions about granting policies since they were last
    /// asked for: `put 1`, `tag app team=orders`, `untag app team`, `granting <ARN> kms,sqs`.
    pub fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// The log.
    pub fn journal(&self) -> &Mutex<Vec<String>> {
        &self.journal
    }

    /// The lines of the log since they were last asked for.
    pub fn lines(&self) -> Vec<Value> {
        let lines = std::mem::take(&mut *self.journal.lock().unwrap());
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
