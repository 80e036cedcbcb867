//! A role and what surrounds it, and how it is asked about.

use chrono::{DateTime, TimeDelta, Utc};
use leastwise_aws::{Moment, PrincipalName};
use leastwise_remediator::answer::{Answer, Status};
use leastwise_remediator::error::RemediationError;
use leastwise_remediator::request::{Mode, Request};
use leastwise_remediator::settings::Settings;
use leastwise_remediator::{Context, handle, settings};
use leastwise_testing::aws::{Entity, Fake, NoWait, Policy, TOPIC, Usage, World};
use leastwise_testing::{allow, as_of, statements};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The role that most tests are about, its id and its boundary policy.
pub(crate) const ARN: &str = "arn:aws:iam::111122223333:role/team/app";
pub(crate) const ID: &str = "AROAEXAMPLE0APPROLE1";
pub(crate) const OWN: &str = "arn:aws:iam::111122223333:policy/leastwise/role-app";

/// The policy in which the text of the boundary before ours is kept.
pub(crate) const PREVIOUS: &str = "arn:aws:iam::111122223333:policy/leastwise/previous-role-app";

/// A boundary of the customer's.
pub(crate) const LIMITS: &str = "arn:aws:iam::111122223333:policy/team/limits";

pub(crate) const RECORD: &str = "leastwise:previous-boundary";
pub(crate) const MARK: &str = "leastwise:planned-grants";

/// The mark of what the role is granted at first, looked at when tests begin.
pub(crate) const MARKED: &str =
    "2026-06-30T12:00:00Z/52f21504999a77e76c24869053d7425b140d8d0bb54cf5a306cafc41e69ad24a";

pub(crate) const OWNER: &str = "leastwise:principal";

pub(crate) fn tags(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

pub(crate) fn entity(arn: &str, id: &str) -> Entity {
    Entity {
        arn: arn.parse().unwrap(),
        id: id.parse().unwrap(),
        grants: vec![allow(&["s3:*", "sqs:*", "sns:*"])],
        groups: vec![],
        attached: BTreeSet::new(),
        inline: BTreeMap::new(),
        tags: tags(&[("team", "orders")]),
        boundary: None,
        trust: None,
        protected: false,
    }
}

pub(crate) fn world(entity: Entity) -> World {
    let name = PrincipalName::from(&entity.arn);
    let limits = Policy::of(&allow(&["s3:Get*", "s3:List*", "sqs:*"])).tagged("team", "orders");
    World {
        principals: BTreeMap::from([(name, entity)]),
        policies: BTreeMap::from([(LIMITS.to_owned(), limits)]),
        ..World::default()
    }
}

/// S3 was used ten days ago, KMS three hundred, SQS never.
pub(crate) fn usage() -> Usage {
    Usage::Days(vec![("sns", Some(300)), ("s3", Some(10)), ("sqs", None)])
}

/// Nothing was ever used.
pub(crate) fn no_usage() -> Usage {
    Usage::Days(vec![("sns", None), ("s3", None), ("sqs", None)])
}

/// The role `app` without a boundary, using S3 alone.
pub(crate) fn unbounded() -> Fake {
    Fake::of(world(entity(ARN, ID)), usage())
}

/// The same under a boundary of the customer's.
pub(crate) fn limited() -> Fake {
    Fake::of(world(Entity { boundary: Some(LIMITS.to_owned()), ..entity(ARN, ID) }), usage())
}

/// A user in the same position.
pub(crate) fn user() -> Fake {
    let user = entity("arn:aws:iam::111122223333:user/app", "AIDAEXAMPLE0APPUSER1");
    Fake::of(world(user), usage())
}

/// A role that uses nothing.
pub(crate) fn idle() -> Fake {
    Fake::of(world(entity(ARN, ID)), no_usage())
}

/// The role under an outdated boundary of ours, whose policy has five versions.
pub(crate) fn outdated() -> Fake {
    let bounded = Entity {
        boundary: Some(OWN.to_owned()),
        tags: tags(&[("team", "orders"), (RECORD, "none")]),
        ..entity(ARN, ID)
    };
    let keep = |actions: &[&str]| {
        statements(&json!([
            { "Sid": "LeastwiseKeep", "Effect": "Allow", "Action": actions, "Resource": "*" }
        ]))
    };
    let versions = [&["sqs:*"][..], &["sns:*"], &["s3:*"], &["sns:*", "s3:*"]];
    let policy = versions.into_iter().fold(
        Policy::of(&keep(&["sns:*", "s3:*", "sqs:*"])).tagged(OWNER, ID).tagged(RECORD, "none"),
        |policy, actions| policy.then(&keep(actions)),
    );
    let mut world = world(bounded);
    world.policies.insert(OWN.to_owned(), policy);
    Fake::of(world, usage())
}

/// The role without a boundary, and the policy of an earlier role of its name.
pub(crate) fn succeeded() -> Fake {
    let orphan =
        Policy::of(&allow(&["ec2:*"])).tagged(OWNER, "AROAEXAMPLE0EARLIER1").tagged(RECORD, LIMITS);
    let fake = unbounded();
    fake.change(|world| drop(world.policies.insert(OWN.to_owned(), orphan)));
    fake
}

/// The settings of these variables and otherwise the defaults, but that what resource policies may
/// grant is left out, since what becomes of identity grants is told whole then, and that reports
/// may be old, since they stand still while the clock of a test goes on, and that a restored
/// principal is not held, so that it is as it was.
pub(crate) fn set_to(variable: impl Fn(&str) -> Option<String>) -> Settings {
    let own = |name: &str| match name {
        "LEASTWISE_RESOURCE_GRANTS" => Some("none".to_owned()),
        "LEASTWISE_MAX_EVIDENCE_AGE_DAYS" => Some("400".to_owned()),
        "LEASTWISE_RESTORE_HOLD_DAYS" => Some("0".to_owned()),
        _ => None,
    };
    settings::from_environment(|name| variable(name).or_else(|| own(name))).unwrap()
}

/// The defaults, but for what resource policies may grant.
pub(crate) fn default_settings() -> Settings {
    set_to(|_| None)
}

/// Asks about whom there is one of, by its id.
pub(crate) async fn ask(aws: &Fake, mode: Mode) -> Result<Answer, RemediationError> {
    let id = aws.world().principals.values().next().unwrap().id.to_string();
    ask_about(&id, aws, mode).await
}

pub(crate) async fn ask_about(
    resource: &str,
    aws: &Fake,
    mode: Mode,
) -> Result<Answer, RemediationError> {
    ask_set_to(&default_settings(), resource, aws, mode).await
}

pub(crate) async fn ask_set_to(
    settings: &Settings,
    resource: &str,
    aws: &Fake,
    mode: Mode,
) -> Result<Answer, RemediationError> {
    let request = json!({ "ResourceId": resource, "Mode": mode });
    Asking { settings: settings.clone(), ..Asking::default() }.event(&request, aws).await.0
}

/// How something is asked.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) settings: Settings,
    pub(crate) at: DateTime<Utc>,
    /// Further members of the request.
    pub(crate) more: Value,
}

impl Default for Asking {
    fn default() -> Self {
        Self { settings: default_settings(), at: as_of(), more: json!({}) }
    }
}

impl Asking {
    /// With notice of two weeks, so many days from the usual moment.
    pub(crate) fn with_notice(days_later: i64) -> Self {
        let at = as_of() + TimeDelta::days(days_later);
        Self { at, more: json!({ "NoticeDays": "14" }), ..Self::default() }
    }

    /// With a topic for messages.
    pub(crate) fn announced(self) -> Self {
        let notification_topic = TOPIC.parse().ok();
        Self { settings: Settings { notification_topic, ..self.settings }, ..self }
    }

    /// About whom there is one of.
    pub(crate) async fn ask(&self, aws: &Fake, mode: Mode) -> Result<Answer, RemediationError> {
        let id = aws.world().principals.values().next().unwrap().id.to_string();
        let mut request = json!({ "ResourceId": id, "Mode": mode });
        request.as_object_mut().unwrap().extend(self.more.as_object().unwrap().clone());
        self.event(&request, aws).await.0
    }

    pub(crate) async fn status(&self, aws: &Fake, mode: Mode) -> Status {
        self.ask(aws, mode).await.unwrap().status
    }

    /// The answer to an event as it stands, and what was logged.
    pub(crate) async fn event(
        &self,
        event: &Value,
        aws: &Fake,
    ) -> (Result<Answer, RemediationError>, Vec<Value>) {
        let request = Request::parse(event).unwrap();
        let moment = Moment::new(self.at, Instant::now() + Duration::from_mins(1));
        aws.calls();
        let journal = Mutex::new(Vec::new());
        let (request, settings) = (&request, &self.settings);
        let context = Context { request, settings, aws, clock: &NoWait, journal: &journal, moment };
        let answer = handle(&context).await;
        let lines = journal.into_inner().unwrap();
        (answer, lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect())
    }
}

pub(crate) async fn status(aws: &Fake, mode: Mode) -> Status {
    ask(aws, mode).await.unwrap().status
}

/// The type and the message of a refusal, with nothing else changed by it than the call log.
pub(crate) async fn refusal(aws: &Fake, mode: Mode) -> (&'static str, String) {
    let id = aws.world().principals.values().next().unwrap().id.to_string();
    refusal_about(&id, aws, mode).await
}

pub(crate) async fn refusal_about(
    resource: &str,
    aws: &Fake,
    mode: Mode,
) -> (&'static str, String) {
    let answer = ask_about(resource, aws, mode).await.unwrap();
    assert_eq!(answer.status, Status::Refused, "{answer:?}");
    (answer.error.unwrap(), answer.message.unwrap())
}

pub(crate) fn role() -> PrincipalName {
    PrincipalName::role("app")
}

/// Changes the role `app`.
pub(crate) fn change_role(aws: &Fake, change: impl FnOnce(&mut Entity)) {
    aws.change(|world| change(world.principals.get_mut(&role()).unwrap()));
}
