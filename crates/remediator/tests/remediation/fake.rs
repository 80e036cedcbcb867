//! An IAM of a few maps that keeps IAM's rules, writes down every call, and can be cut off at any of them.

use crate::scene::{ACCOUNT, as_of, days_ago};
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{
    AttachBoundary, AttachError, BoundaryPolicies, CountCalls, Creation, Decision, FindGroup,
    FindPrincipal, Finding, GrantingPolicies, HistoryError, NewPolicy, PolicyVersion, Preflight,
    PreflightError, Publish, Quarantine, QuarantineError, ReadError, ReadHistory, ReadObject,
    ReadPrincipal, ReadSecret, ReadUsage, Remember, SecretError, SecretText, StoreError,
    StoredPolicy, TagError, TagPrincipal, UsageError,
};
use leastwise_aws::{CallError, Calls, Clock, Fault, PrincipalName, codes};
use leastwise_policy::action::Action;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;
use leastwise_rightsizing::evidence::granting::NamedPolicy;
use leastwise_rightsizing::evidence::{EarlierGrants, Granularity, LastAccessedReport};
use leastwise_rightsizing::iam::{
    Boundary, GrantingPolicy, PolicySource, Principal, PrincipalArn, UniqueId, UnreadableDocument,
};
use leastwise_rightsizing::presentation::Message;
use leastwise_rightsizing::settings::{ObjectAddress, TopicArn};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// What there is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct World {
    pub(crate) principals: BTreeMap<PrincipalName, Entity>,
    /// By ARN.
    pub(crate) policies: BTreeMap<String, Policy>,
    /// What was sent, oldest first.
    pub(crate) messages: Vec<Message>,
    /// What is remembered, by name.
    pub(crate) parameters: BTreeMap<String, String>,
}

/// A user or role.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entity {
    pub(crate) arn: PrincipalArn,
    pub(crate) id: UniqueId,
    pub(crate) grants: Vec<Document>,
    /// The groups of a user.
    pub(crate) groups: Vec<String>,
    /// ARNs of further managed policies.
    pub(crate) attached: BTreeSet<String>,
    /// Further inline policies, by name.
    pub(crate) inline: BTreeMap<String, Document>,
    pub(crate) tags: BTreeMap<String, String>,
    /// ARN of the policy.
    pub(crate) boundary: Option<String>,
    pub(crate) trust: Option<Result<Document, UnreadableDocument>>,
    /// Only AWS may change it.
    pub(crate) protected: bool,
}

/// A managed policy. Its last version is the one in force.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Policy {
    pub(crate) versions: BTreeMap<u32, String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// How many versions were ever made: deleted numbers do not come back.
    pub(crate) made: u32,
}

impl Policy {
    pub(crate) fn of(document: &Document) -> Self {
        let versions = BTreeMap::from([(1, document.to_compact_string())]);
        Self { versions, tags: BTreeMap::new(), made: 1 }
    }

    pub(crate) fn tagged(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The same with another version in force.
    pub(crate) fn then(mut self, document: &Document) -> Self {
        self.add(&document.to_compact_string());
        self
    }

    fn add(&mut self, text: &str) -> u32 {
        self.made += 1;
        self.versions.insert(self.made, text.to_owned());
        self.made
    }

    pub(crate) fn in_force(&self) -> (u32, Document) {
        let (number, text) = self.versions.last_key_value().unwrap();
        (*number, Document::parse(text).unwrap())
    }
}

/// Where a run is cut off. Calls are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The call never arrives.
    Before(usize),
    /// The call takes effect, its answer never arrives.
    After(usize),
    /// The call takes effect, and nothing arrives from then on: the process is gone.
    Gone(usize),
}

/// What IAM says of the principals' use of services.
#[derive(Debug, Clone)]
pub(crate) enum Usage {
    /// Services with the days since their last use.
    Days(Vec<(&'static str, Option<i64>)>),
    /// No report.
    None(UsageError),
}

/// What principals were granted when the grace for new permissions began.
#[derive(Debug, Clone)]
pub(crate) enum History {
    /// What they are granted now.
    AsNow,
    /// This.
    Granted(Document),
    /// There is no record.
    NoRecord,
    /// It cannot be read.
    Failing(CallError),
}

/// A service, one of the actions that IAM tracks in it, and the days since its last use.
type Tracked = (&'static str, &'static str, Option<i64>);

/// What AWS says when it is asked about a boundary.
#[derive(Debug, Clone, Default)]
pub(crate) struct Opinion {
    /// Of Access Analyzer.
    pub(crate) findings: Vec<Finding>,
    /// The actions that the simulator does not allow under the boundary, of those it allows now: all others.
    pub(crate) stopped: Vec<&'static str>,
    /// What asking fails with, by the name of the call.
    pub(crate) failure: Option<(&'static str, CallError)>,
}

/// A question to the simulator: whether about a boundary, and the actions.
type Simulated = (bool, Vec<String>);

/// What IAM says of the policies that grant services.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Granting {
    /// Those that do.
    #[default]
    Known,
    /// The same, and of SQS one more that the principal was not read with.
    Unread,
    /// Nothing of SQS.
    Partly,
    /// Nothing at all.
    Denied,
}

type Interference = (usize, fn(&mut World));

#[derive(Debug)]
pub(crate) struct Fake {
    world: Mutex<World>,
    usage: Mutex<Usage>,
    history: Mutex<History>,
    tracked: Mutex<Vec<Tracked>>,
    opinion: Mutex<Opinion>,
    simulated: Mutex<Vec<Simulated>>,
    granting: Mutex<Granting>,
    history_asked: Mutex<Option<DateTime<Utc>>>,
    /// The calls that fail, by name.
    failing: Mutex<BTreeSet<&'static str>>,
    calls: Mutex<Vec<&'static str>>,
    cut: Mutex<Option<Cut>>,
    /// The text of each list file, by its address, and of each secret, by its ARN; of any other file S3 says that it is not there.
    files: Mutex<BTreeMap<String, Result<String, CallError>>>,
    meanwhile: Mutex<Option<Interference>>,
}

/// The calls that write nothing.
const READS: [&str; 10] = [
    "find_group",
    "find",
    "principal",
    "last_accessed",
    "granting_policies",
    "findings",
    "decisions",
    "find_policy",
    "versions",
    "recall",
];

impl Fake {
    pub(crate) fn of(world: World, usage: Usage) -> Self {
        Self {
            world: Mutex::new(world),
            usage: Mutex::new(usage),
            history: Mutex::new(History::AsNow),
            tracked: Mutex::default(),
            opinion: Mutex::default(),
            simulated: Mutex::default(),
            granting: Mutex::default(),
            history_asked: Mutex::default(),
            failing: Mutex::default(),
            calls: Mutex::default(),
            cut: Mutex::default(),
            files: Mutex::default(),
            meanwhile: Mutex::default(),
        }
    }

    pub(crate) fn world(&self) -> World {
        self.world.lock().unwrap().clone()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.lock().unwrap());
    }

    pub(crate) fn set_usage(&self, usage: Usage) {
        *self.usage.lock().unwrap() = usage;
    }

    pub(crate) fn set_file(&self, address: &str, text: Result<&str, CallError>) {
        let text = text.map(ToOwned::to_owned);
        self.files.lock().unwrap().insert(address.to_owned(), text);
    }

    pub(crate) fn set_history(&self, history: History) {
        *self.history.lock().unwrap() = history;
    }

    /// Some actions are tracked.
    pub(crate) fn track(&self, actions: &[Tracked]) {
        *self.tracked.lock().unwrap() = actions.to_vec();
    }

    pub(crate) fn set_opinion(&self, opinion: Opinion) {
        *self.opinion.lock().unwrap() = opinion;
    }

    /// The questions to the simulator since they were last asked for.
    pub(crate) fn simulated(&self) -> Vec<Simulated> {
        std::mem::take(&mut self.simulated.lock().unwrap())
    }

    pub(crate) fn set_granting(&self, granting: Granting) {
        *self.granting.lock().unwrap() = granting;
    }

    /// When the history was asked for last.
    pub(crate) fn history_asked(&self) -> Option<DateTime<Utc>> {
        *self.history_asked.lock().unwrap()
    }

    /// From now on these calls fail, and only these.
    pub(crate) fn fail(&self, calls: &[&'static str]) {
        *self.failing.lock().unwrap() = calls.iter().copied().collect();
    }

    /// The next run is cut off there.
    pub(crate) fn cut(&self, cut: Option<Cut>) {
        *self.cut.lock().unwrap() = cut;
    }

    /// Somebody changes something right before that call of the next run.
    pub(crate) fn meanwhile(&self, before_call: usize, change: fn(&mut World)) {
        *self.meanwhile.lock().unwrap() = Some((before_call, change));
    }

    /// The calls since they were last asked for.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    /// Of these calls, those that write.
    pub(crate) fn writes(&self) -> Vec<&'static str> {
        self.calls().into_iter().filter(|call| !READS.contains(call)).collect()
    }

    /// One call: written down, cut off where it is to be, otherwise carried out.
    fn call<T, E>(
        &self,
        name: &'static str,
        act: impl FnOnce(&mut World) -> Result<T, E>,
        lost: impl Fn(CallError) -> E,
    ) -> Result<T, E> {
        let number = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(name);
            calls.len()
        };
        let mut world = self.world.lock().unwrap();
        self.interfere(number, &mut world);
        if self.failing.lock().unwrap().contains(name) {
            return Err(lost(refused("AccessDenied")));
        }
        let cut_off =
            CallError { operation: "iam:Any", resource: name.to_owned(), fault: Fault::TimedOut };
        match *self.cut.lock().unwrap() {
            // Whoever is cut off does not make another call.
            Some(Cut::Before(cut) | Cut::After(cut)) if number > cut => {
                panic!("call {number}, `{name}`, after the run was cut off")
            }
            Some(Cut::Before(cut)) if number == cut => Err(lost(cut_off)),
            Some(Cut::After(cut)) if number == cut => {
                let _: Result<T, E> = act(&mut world);
                Err(lost(cut_off))
            }
            Some(Cut::Gone(cut)) if number == cut => {
                let _: Result<T, E> = act(&mut world);
                Err(lost(cut_off))
            }
            Some(Cut::Gone(cut)) if number > cut => Err(lost(cut_off)),
            _ => act(&mut world),
        }
    }

    fn interfere(&self, number: usize, world: &mut MutexGuard<'_, World>) {
        let mut meanwhile = self.meanwhile.lock().unwrap();
        if let Some((_, change)) = meanwhile.take_if(|(before, _)| *before == number) {
            change(world);
        }
    }
}

/// A clock on which waiting takes no time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoWait;

impl Clock for NoWait {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

fn refused(code: &str) -> CallError {
    CallError::refused("iam:Any", "any", code, "as IAM says it")
}

impl World {
    /// The principal as the port hands it out.
    fn read(&self, entity: &Entity) -> Principal {
        let boundary = entity.boundary.as_ref().map(|arn| Boundary {
            policy_arn: arn.clone(),
            document: self
                .policies
                .get(arn)
                .map(|policy| policy.in_force().1)
                .ok_or(UnreadableDocument::Missing),
            since: Some(days_ago(100)),
        });
        let policies = entity.grants.iter().zip(1..).map(|(document, number)| GrantingPolicy {
            source: PolicySource::Inline { name: format!("policy-{number}") },
            document: Ok(document.clone()),
        });
        let attached = entity.attached.iter().map(|arn| GrantingPolicy {
            source: PolicySource::Managed { arn: arn.clone() },
            document: self
                .policies
                .get(arn)
                .map(|policy| policy.in_force().1)
                .ok_or(UnreadableDocument::Missing),
        });
        let inline = entity.inline.iter().map(|(name, document)| GrantingPolicy {
            source: PolicySource::Inline { name: name.clone() },
            document: Ok(document.clone()),
        });
        let further = attached.chain(inline);
        Principal {
            arn: entity.arn.clone(),
            unique_id: entity.id.clone(),
            created: Some(days_ago(1_000)),
            tags: entity.tags.clone(),
            policies: policies.chain(further).collect(),
            groups: entity.groups.clone(),
            boundary,
            trust: entity.trust.clone(),
            earlier: EarlierGrants::NotAsked,
        }
    }

    fn policy(&mut self, arn: &str) -> Result<&mut Policy, StoreError> {
        self.policies.get_mut(arn).ok_or_else(|| refused(codes::NO_SUCH_ENTITY).into())
    }

    fn is_in_use(&self, arn: &str) -> bool {
        self.principals.values().any(|entity| entity.boundary.as_deref() == Some(arn))
    }

    fn taggable(&mut self, name: &PrincipalName) -> Result<&mut Entity, TagError> {
        let principal = name.clone();
        match self.principals.get_mut(name) {
            None => {
                Err(TagError::NoSuchPrincipal { principal, call: refused(codes::NO_SUCH_ENTITY) })
            }
            Some(entity) if entity.protected => {
                Err(TagError::Unmodifiable { principal, call: refused(codes::UNMODIFIABLE_ENTITY) })
            }
            Some(entity) => Ok(entity),
        }
    }

    fn boundable(&mut self, name: &PrincipalName) -> Result<&mut Entity, AttachError> {
        let principal = name.clone();
        match self.principals.get_mut(name) {
            None => {
                Err(AttachError::NoSuchEntity { principal, call: refused(codes::NO_SUCH_ENTITY) })
            }
            Some(entity) if entity.protected => Err(AttachError::Unmodifiable {
                principal,
                call: refused(codes::UNMODIFIABLE_ENTITY),
            }),
            Some(entity) => Ok(entity),
        }
    }
}

/// Whether IAM takes it as the value of a tag.
fn is_tag_value(value: &str) -> bool {
    value.len() <= 256
        && value.chars().all(|letter| letter.is_alphanumeric() || " _.:/=+-@".contains(letter))
}

impl ReadObject for Fake {
    async fn object(&self, address: &ObjectAddress, _: usize) -> Result<Vec<u8>, CallError> {
        let address = address.to_string();
        let file = self.files.lock().unwrap().get(&address).cloned();
        let missing = || CallError::refused("s3:GetObject", &address, "NoSuchKey", "no such key");
        file.unwrap_or_else(|| Err(missing())).map(String::into_bytes)
    }
}

impl ReadSecret for Fake {
    async fn secret(&self, arn: &str) -> Result<SecretText, SecretError> {
        let secret = self.files.lock().unwrap().get(arn).cloned();
        let refused = || {
            CallError::refused("secretsmanager:GetSecretValue", arn, "AccessDenied", "not allowed")
        };
        Ok(secret.unwrap_or_else(|| Err(refused())).map(SecretText::new)?)
    }
}

impl ReadHistory for Fake {
    async fn principal_at(
        &self,
        principal: &Principal,
        time: DateTime<Utc>,
    ) -> Result<Option<Principal>, HistoryError> {
        *self.history_asked.lock().unwrap() = Some(time);
        match &*self.history.lock().unwrap() {
            History::AsNow => Ok(Some(principal.clone())),
            History::Granted(document) => {
                let source = PolicySource::Inline { name: "then".into() };
                let policies = vec![GrantingPolicy { source, document: Ok(document.clone()) }];
                Ok(Some(Principal { policies, ..principal.clone() }))
            }
            History::NoRecord => Ok(None),
            History::Failing(call) => Err(call.clone().into()),
        }
    }
}

impl FindGroup for Fake {
    /// The groups are those that somebody is a member of.
    async fn has_group(&self, name: &str) -> Result<bool, CallError> {
        let find = |world: &mut World| {
            let mut groups = world.principals.values().flat_map(|entity| &entity.groups);
            Ok(groups.any(|group| group.eq_ignore_ascii_case(name)))
        };
        self.call("find_group", find, |call| call)
    }
}

impl FindPrincipal for Fake {
    async fn find(&self, id: &UniqueId) -> Result<Option<PrincipalName>, ReadError> {
        let find = |world: &mut World| {
            let found = world.principals.iter().find(|(_, entity)| entity.id == *id);
            Ok(found.map(|(name, _)| name.clone()))
        };
        self.call("find", find, ReadError::Call)
    }
}

impl ReadPrincipal for Fake {
    async fn principal(&self, name: &PrincipalName) -> Result<Option<Principal>, ReadError> {
        let read =
            |world: &mut World| Ok(world.principals.get(name).map(|entity| world.read(entity)));
        self.call("principal", read, ReadError::Call)
    }
}

impl ReadUsage for Fake {
    async fn last_accessed(
        &self,
        principal: &str,
        granularity: Granularity,
        _: Instant,
    ) -> Result<LastAccessedReport, UsageError> {
        assert_eq!(granularity, Granularity::Action);
        let usage = self.usage.lock().unwrap().clone();
        let tracked = self.tracked.lock().unwrap().clone();
        let report = |_: &mut World| match usage {
            Usage::None(why) => Err(why),
            Usage::Days(services) => {
                let rows: Vec<_> = services
                    .into_iter()
                    .map(|(service, days)| {
                        json!({
                            "ServiceNamespace": service, "LastAuthenticated": days.map(days_ago),
                            "TrackedActionsLastAccessed": actions_of(service, &tracked)
                        })
                    })
                    .collect();
                let report = json!({ "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL", "JobCompletionDate": as_of(), "ServicesLastAccessed": rows });
                Ok(LastAccessedReport::from_json(&report).unwrap())
            }
        };
        let lost = |call| UsageError::Call { principal: principal.to_string(), call };
        self.call("last_accessed", report, lost)
    }
}

/// The tracked actions of a service, as IAM lists them.
fn actions_of(service: &str, tracked: &[Tracked]) -> Vec<Value> {
    let of_service = tracked.iter().filter(|(of, ..)| *of == service);
    of_service
        .map(
            |(_, name, days)| json!({ "ActionName": name, "LastAccessedTime": days.map(days_ago) }),
        )
        .collect()
}

impl Preflight for Fake {
    async fn findings(&self, _: &Document) -> Result<Vec<Finding>, PreflightError> {
        let opinion = self.opinion.lock().unwrap().clone();
        let say = |_: &mut World| match opinion.failure {
            Some(("findings", call)) => Err(call.into()),
            _ => Ok(opinion.findings),
        };
        self.call("findings", say, PreflightError::Call)
    }

    async fn decisions(
        &self,
        _: &PrincipalArn,
        boundary: Option<&Document>,
        actions: &[Action],
    ) -> Result<Vec<Decision>, PreflightError> {
        let asked = actions.iter().map(Action::to_string).collect();
        self.simulated.lock().unwrap().push((boundary.is_some(), asked));
        let opinion = self.opinion.lock().unwrap().clone();
        let decide = |action: &Action| {
            let stopped = boundary.is_some() && opinion.stopped.contains(&action.as_str());
            Decision {
                action: action.clone(),
                allowed: !stopped,
                allowed_by_boundary: boundary.map(|_| !stopped),
            }
        };
        let say = |_: &mut World| match &opinion.failure {
            Some(("decisions", call)) => Err(call.clone().into()),
            _ => Ok(actions.iter().map(decide).collect()),
        };
        self.call("decisions", say, PreflightError::Call)
    }
}

impl BoundaryPolicies for Fake {
    async fn find(&self, arn: &str) -> Result<Option<StoredPolicy>, StoreError> {
        let find = |world: &mut World| {
            Ok(world.policies.get(arn).map(|policy| {
                let (number, document) = policy.in_force();
                StoredPolicy {
                    arn: arn.to_owned(),
                    default_version_id: format!("v{number}"),
                    document: Ok(document),
                    tags: policy.tags.clone(),
                }
            }))
        };
        self.call("find_policy", find, StoreError::Call)
    }

    async fn create(&self, policy: &NewPolicy<'_>) -> Result<Creation, StoreError> {
        let create = |world: &mut World| {
            let name = |arn: &String| arn.rsplit('/').next().unwrap().to_ascii_lowercase();
            if world.policies.keys().any(|arn| name(arn) == policy.name.to_ascii_lowercase()) {
                return Ok(Creation::AlreadyExists);
            }
            assert!(policy.tags.values().all(|value| is_tag_value(value)), "{:?}", policy.tags);
            let arn = format!("arn:aws:iam::{ACCOUNT}:policy/leastwise/{}", policy.name);
            let document = Document::parse(policy.document).unwrap();
            let made = Policy { tags: policy.tags.clone(), ..Policy::of(&document) };
            world.policies.insert(arn.clone(), made);
            Ok(Creation::Created { arn })
        };
        self.call("create", create, StoreError::Call)
    }

    async fn versions(&self, arn: &str) -> Result<Vec<PolicyVersion>, StoreError> {
        let list = |world: &mut World| {
            let versions = &world.policy(arn)?.versions;
            let newest = versions.last_key_value().map(|(number, _)| *number);
            let version = |number: &u32| PolicyVersion {
                id: format!("v{number}"),
                is_default: Some(*number) == newest,
                created: None,
            };
            Ok(versions.keys().rev().map(version).collect())
        };
        self.call("versions", list, StoreError::Call)
    }

    async fn create_version(&self, arn: &str, document: &str) -> Result<String, StoreError> {
        let create = |world: &mut World| {
            let policy = world.policy(arn)?;
            if policy.versions.len() == 5 {
                return Err(refused(codes::LIMIT_EXCEEDED).into());
            }
            Ok(format!("v{}", policy.add(document)))
        };
        self.call("create_version", create, StoreError::Call)
    }

    async fn tag_policy(&self, arn: &str, tags: &[(&str, &str)]) -> Result<(), StoreError> {
        let tag = |world: &mut World| {
            let policy = world.policy(arn)?;
            policy.tags.extend(tags.iter().map(|(key, value)| ((*key).into(), (*value).into())));
            Ok(())
        };
        self.call("tag_policy", tag, StoreError::Call)
    }

    async fn delete_version(&self, arn: &str, version_id: &str) -> Result<(), StoreError> {
        let delete = |world: &mut World| {
            let Some(policy) = world.policies.get_mut(arn) else { return Ok(()) };
            let number: u32 = version_id.trim_start_matches('v').parse().unwrap();
            if policy.in_force().0 == number {
                return Err(refused(codes::DELETE_CONFLICT).into());
            }
            policy.versions.remove(&number);
            Ok(())
        };
        self.call("delete_version", delete, StoreError::Call)
    }

    async fn delete(&self, arn: &str) -> Result<(), StoreError> {
        let delete = |world: &mut World| {
            let several = world.policies.get(arn).is_some_and(|policy| policy.versions.len() > 1);
            if several || world.is_in_use(arn) {
                return Err(refused(codes::DELETE_CONFLICT).into());
            }
            world.policies.remove(arn);
            Ok(())
        };
        self.call("delete", delete, StoreError::Call)
    }
}

impl AttachBoundary for Fake {
    async fn put_boundary(
        &self,
        principal: &PrincipalName,
        policy_arn: &str,
    ) -> Result<(), AttachError> {
        let put = |world: &mut World| {
            let exists = world.policies.contains_key(policy_arn);
            let entity = world.boundable(principal)?;
            if !exists {
                let (principal, call) = (principal.clone(), refused(codes::NO_SUCH_ENTITY));
                return Err(AttachError::NoSuchPolicy { principal, call });
            }
            entity.boundary = Some(policy_arn.to_owned());
            Ok(())
        };
        self.call("put_boundary", put, AttachError::Call)
    }

    async fn delete_boundary(&self, principal: &PrincipalName) -> Result<(), AttachError> {
        let delete = |world: &mut World| {
            let taken_off = world.boundable(principal)?.boundary.take();
            let (principal, call) = (principal.clone(), refused(codes::NO_SUCH_ENTITY));
            taken_off.map(drop).ok_or(AttachError::NoSuchEntity { principal, call })
        };
        self.call("delete_boundary", delete, AttachError::Call)
    }
}

impl TagPrincipal for Fake {
    async fn tag(&self, name: &PrincipalName, tags: &[(&str, &str)]) -> Result<(), TagError> {
        let tag = |world: &mut World| {
            let entity = world.taggable(name)?;
            assert!(tags.iter().all(|(_, value)| is_tag_value(value)), "{tags:?}");
            let mut after = entity.tags.clone();
            after.extend(tags.iter().map(|(key, value)| ((*key).into(), (*value).into())));
            if after.len() > 50 {
                let (principal, call) = (name.clone(), refused(codes::LIMIT_EXCEEDED));
                return Err(TagError::QuotaExceeded { principal, call });
            }
            entity.tags = after;
            Ok(())
        };
        self.call("tag", tag, TagError::Call)
    }

    async fn untag(&self, name: &PrincipalName, keys: &[&str]) -> Result<(), TagError> {
        let untag = |world: &mut World| {
            let entity = world.taggable(name)?;
            entity.tags.retain(|key, _| !keys.contains(&key.as_str()));
            Ok(())
        };
        self.call("untag", untag, TagError::Call)
    }
}

impl GrantingPolicies for Fake {
    async fn granting_policies(
        &self,
        arn: &str,
        services: &[&str],
    ) -> Result<BTreeMap<String, Vec<NamedPolicy>>, ReadError> {
        let granting = self.granting.lock().unwrap().clone();
        let find = |world: &mut World| {
            if granting == Granting::Denied {
                return Err(ReadError::Call(refused("AccessDenied")));
            }
            let entity = world.principals.values().find(|entity| entity.arn.to_string() == arn);
            let grants = &entity.unwrap().grants;
            let named = |service: &&str| {
                let numbered = grants.iter().zip(1..).filter(|(document, _)| {
                    Permissions::of([*document]).may_permit_service(service, Catalog::embedded())
                });
                let name = |number: i32| NamedPolicy::Inline { name: format!("policy-{number}") };
                let mut named: Vec<NamedPolicy> =
                    numbered.map(|(_, number)| name(number)).collect();
                if granting == Granting::Unread && *service == "sqs" {
                    named.push(name(99));
                }
                ((*service).to_owned(), named)
            };
            let mut named: BTreeMap<_, _> = services.iter().map(named).collect();
            if granting == Granting::Partly {
                named.remove("sqs");
            }
            Ok(named)
        };
        self.call("granting_policies", find, ReadError::Call)
    }
}

impl Quarantine for Fake {
    async fn attach_policy(&self, user: &str, policy_arn: &str) -> Result<(), QuarantineError> {
        let attach = |world: &mut World| {
            if !world.policies.contains_key(policy_arn) {
                return Err(refused(codes::NO_SUCH_ENTITY).into());
            }
            let attached = &mut world.user(user)?.attached;
            if attached.len() == 10 && !attached.contains(policy_arn) {
                return Err(refused(codes::LIMIT_EXCEEDED).into());
            }
            attached.insert(policy_arn.to_owned());
            Ok(())
        };
        self.call("attach_policy", attach, QuarantineError::Call)
    }

    async fn detach_policy(&self, user: &str, policy_arn: &str) -> Result<(), QuarantineError> {
        let detach = |world: &mut World| {
            world.user(user)?.attached.remove(policy_arn);
            Ok(())
        };
        self.call("detach_policy", detach, QuarantineError::Call)
    }

    async fn put_inline_policy(
        &self,
        user: &str,
        name: &str,
        document: &str,
    ) -> Result<(), QuarantineError> {
        let put = |world: &mut World| {
            let inline = &mut world.user(user)?.inline;
            let size: usize = inline.values().map(Document::size).sum();
            if size + document.len() > 2_048 {
                return Err(refused(codes::LIMIT_EXCEEDED).into());
            }
            inline.insert(name.to_owned(), Document::parse(document).unwrap());
            Ok(())
        };
        self.call("put_inline_policy", put, QuarantineError::Call)
    }

    async fn delete_inline_policy(&self, user: &str, name: &str) -> Result<(), QuarantineError> {
        let delete = |world: &mut World| {
            world.user(user)?.inline.remove(name);
            Ok(())
        };
        self.call("delete_inline_policy", delete, QuarantineError::Call)
    }
}

impl World {
    fn user(&mut self, name: &str) -> Result<&mut Entity, QuarantineError> {
        let user = self.principals.get_mut(&PrincipalName::user(name));
        user.ok_or_else(|| refused(codes::NO_SUCH_ENTITY).into())
    }
}

impl Publish for Fake {
    async fn publish(&self, topic: &TopicArn, message: &Message) -> Result<(), CallError> {
        assert_eq!(topic.as_str(), crate::scene::TOPIC);
        let publish = |world: &mut World| {
            world.messages.push(message.clone());
            Ok(())
        };
        self.call("publish", publish, |call| call)
    }
}

impl Remember for Fake {
    async fn recall(&self, name: &str) -> Result<Option<String>, CallError> {
        self.call("recall", |world| Ok(world.parameters.get(name).cloned()), |call| call)
    }

    async fn remember(&self, name: &str, text: &str) -> Result<(), CallError> {
        assert!(text.len() <= 4_096, "{text}");
        let remember = |world: &mut World| {
            world.parameters.insert(name.to_owned(), text.to_owned());
            Ok(())
        };
        self.call("remember", remember, |call| call)
    }
}

impl CountCalls for Fake {
    fn take_calls(&self) -> Calls {
        Calls { made: u64::try_from(self.calls.lock().unwrap().len()).unwrap(), throttled: 1 }
    }
}
