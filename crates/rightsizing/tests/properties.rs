//! What holds for every principal, on random ones: users and roles with random policies over real services.
//!
//! What a boundary allows is judged by an evaluator of this file's own, request by request, so that a mistake in the
//! policy engine cannot prove itself right.

#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]
#![expect(clippy::panic, reason = "integration tests fail by panicking")]
#![expect(clippy::indexing_slicing, reason = "integration tests fail by panicking")]

use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Effect};
use leastwise_policy::permissions::{Permissions, Reading, reading};
use leastwise_rightsizing::boundary::MAX_POLICY_CHARACTERS;
use leastwise_rightsizing::evidence::witnesses::Source;
use leastwise_rightsizing::evidence::{
    EarlierGrants, Evidence, Granularity, LastAccessedReport, PlannedFrom, PlannedGrants,
    PreviousLimit,
};
use leastwise_rightsizing::iam::{Account, Boundary, GrantingPolicy, PolicySource, Principal};
use leastwise_rightsizing::plan::{
    Candidate, Extent, Plan, PlanSettings, Refusal, WhatDropped, WhyActionKept, WhyKept,
    plan_with_suggestion,
};
use leastwise_rightsizing::proof::{ProvedPlan, prove, prove_from};
use leastwise_rightsizing::score::{CreepIndex, Score, Share, shares};
use leastwise_rightsizing::settings::{Judging, Weighting};
use leastwise_rightsizing::usage::{Idle, PrincipalUsage, ServiceUsage, Unknown, Usage};
use leastwise_testing::{as_of, days_ago, plan_at, plan_settings};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::OnceLock;

/// Services with hyphens sort differently by themselves (`rds` first) and as patterns (`rds-data:*` first).
const CATALOGUED: [&str; 12] = [
    "dynamodb",
    "iam",
    "kms",
    "lambda",
    "logs",
    "rds",
    "rds-data",
    "s3",
    "s3-outposts",
    "sns",
    "sqs",
    "sts",
];
const UNCATALOGUED: &str = "newservice";
const WINDOW: i64 = 180;

fn services() -> impl Iterator<Item = &'static str> + Clone {
    CATALOGUED.into_iter().chain([UNCATALOGUED])
}

/// The embedded catalogue without all other services: a principal that may do everything then fits a boundary.
fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let all = Catalog::embedded();
        let mut text = "# version: 0\n# date: 2026-06-30\n".to_owned();
        for service in CATALOGUED {
            writeln!(text, "{service}:").unwrap();
            for action in all.service(service).unwrap().ids().map(|id| all.action(id)) {
                writeln!(text, "{} {}", action.name, action.level).unwrap();
            }
        }
        Catalog::parse(&text).unwrap()
    })
}

// ---- random principals -------------------------------------------------------------------------------------------

fn pattern() -> impl Strategy<Value = String> {
    let service = || select(services().collect::<Vec<_>>());
    prop_oneof![
        2 => Just("*".to_owned()),
        1 => select(vec!["*:*", "s*:*", "*:List*", "rds*:*", "?ms:*"]).prop_map(str::to_owned),
        6 => service().prop_map(|service| format!("{service}:*")),
        2 => service().prop_map(|service| format!("{}:*", service.to_uppercase())),
        4 => (service(), select(vec!["Get*", "get**", "*e*", "Put?*", "Create*", "Delete*"]))
            .prop_map(|(service, name)| format!("{service}:{name}")),
        3 => (service(), any::<prop::sample::Index>()).prop_map(|(service, index)| {
            let actions = requested_actions(service);
            actions[index.index(actions.len())].clone()
        }),
        2 => service().prop_map(|service| format!("{service}:NewThing")),
    ]
}

fn statement() -> impl Strategy<Value = Value> {
    (
        prop_oneof![3 => Just("Allow"), 1 => Just("Deny")],
        prop_oneof![4 => Just("Action"), 1 => Just("NotAction")],
        vec(pattern(), 1..5),
        prop_oneof![3 => Just("*"), 1 => Just("arn:aws:s3:::team/*")],
        prop_oneof![3 => Just(None), 1 => Just(Some("true")), 1 => Just(Some("false"))],
    )
        .prop_map(|(effect, element, actions, resource, secure)| {
            let mut statement = json!({ "Effect": effect, element: actions, "Resource": resource });
            if let Some(secure) = secure {
                statement["Condition"] = json!({ "Bool": { "aws:SecureTransport": secure } });
            }
            statement
        })
}

fn document() -> impl Strategy<Value = Value> {
    vec(statement(), 1..4)
        .prop_map(|statements| json!({ "Version": "2012-10-17", "Statement": statements }))
}

/// A boundary that somebody else made, sometimes with statement ids like ours.
fn foreign_boundary() -> impl Strategy<Value = Value> {
    let sid = select(vec!["", "Team", "LeastwiseKeep", "LeastwiseGuard", "LeastwiseBaseActions"]);
    vec((statement(), sid), 1..4).prop_map(|statements| {
        let numbered = statements.into_iter().zip(1..).map(|((mut statement, sid), number)| {
            if !sid.is_empty() {
                statement["Sid"] = json!(format!("{sid}{number}"));
            }
            statement
        });
        json!({ "Version": "2012-10-17", "Statement": numbered.collect::<Vec<_>>() })
    })
}

/// Whether the document allows everything but names that no catalogue knows. What is kept of a wildcard that meets such
/// a name cannot be written down, and there is no proved plan: the test
/// `what_cannot_be_written_under_a_limit_is_never_proved` has one.
fn excludes_unknown_names(document: &Value) -> bool {
    document["Statement"].as_array().unwrap().iter().any(|statement| {
        let excluded = statement["NotAction"].as_array().into_iter().flatten();
        let mut names = excluded.filter_map(Value::as_str);
        statement["Effect"] == "Allow" && names.any(|name| name.ends_with("Thing"))
    })
}

#[test]
fn what_cannot_be_written_under_a_limit_is_never_proved() {
    let allow = |element: &str, action: &str| json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", element: [action], "Resource": "*" }] });
    let situation = Situation {
        is_user: false,
        age: Some(1_000),
        inline: vec![allow("Action", "newservice:*e*")],
        managed: vec![],
        group: vec![],
        boundary: Some(("policy/team-limits", allow("NotAction", "newservice:GetThing"))),
        action_level: false,
        rows: vec![Row { service: UNCATALOGUED.to_owned(), last: Some(20), tracked: vec![] }],
        earlier: None,
    };
    let plan = situation.plan().unwrap();
    assert!(prove(&situation.principal(), plan, catalog()).is_err());
}

/// A random user or role with its report.
#[derive(Debug, Clone)]
struct Situation {
    is_user: bool,
    age: Option<i64>,
    inline: Vec<Value>,
    managed: Vec<Value>,
    group: Vec<Value>,
    boundary: Option<(&'static str, Value)>,
    /// Whether the report is of action level.
    action_level: bool,
    /// Listed services.
    rows: Vec<Row>,
    /// What was granted when the grace for new permissions began; `None` where they get none.
    earlier: Option<Vec<Value>>,
}

/// What a report says of a service.
#[derive(Debug, Clone)]
struct Row {
    service: String,
    /// The days since its last use.
    last: Option<i64>,
    /// Its tracked actions by their bare names, with the days since their last use.
    tracked: Vec<(String, Option<i64>)>,
}

impl Row {
    /// The days since the last use of the service or of any of its tracked actions.
    fn last_use(&self) -> Option<i64> {
        self.tracked.iter().filter_map(|(_, last)| *last).chain(self.last).min()
    }
}

fn situation() -> impl Strategy<Value = Situation> {
    let boundary = prop_oneof![
        2 => Just(None),
        2 => foreign_boundary().prop_map(|document| Some(("policy/team-limits", document))),
        1 => document().prop_map(|document| Some(("policy/leastwise/KIND-app", document))),
        1 => foreign_boundary()
            .prop_map(|document| Some(("policy/leastwise/role-somebody-else", document))),
    ]
    .prop_filter("a limit that can be narrowed in writing", |boundary| {
        boundary.as_ref().is_none_or(|(_, document)| !excludes_unknown_names(document))
    });
    let last = || prop_oneof![Just(None), (0..=400_i64).prop_map(Some), Just(Some(WINDOW))];
    let rows = subsequence(services().collect::<Vec<_>>(), 0..=CATALOGUED.len() + 1)
        .prop_flat_map(move |listed| {
            let count = listed.len();
            let tracked = vec(prop_oneof![Just(None), last().prop_map(Some)], 12);
            (Just(listed), vec((last(), any::<bool>(), tracked), count))
        })
        .prop_map(|(listed, details)| {
            let row = |(service, (last, shout, tracked)): (&str, (_, bool, Vec<Option<_>>))| Row {
                service: if shout { service.to_uppercase() } else { service.to_owned() },
                last,
                tracked: requested_actions(service)
                    .into_iter()
                    .zip(tracked)
                    .filter_map(|(action, last)| {
                        Some((action.split_once(':')?.1.to_owned(), last?))
                    })
                    .collect(),
            };
            listed.into_iter().zip(details).map(row).collect::<Vec<Row>>()
        });
    (
        any::<bool>(),
        prop_oneof![4 => Just(Some(1_000)), 1 => (0..400_i64).prop_map(Some), 1 => Just(None)],
        vec(document(), 0..3),
        vec(document(), 0..2),
        vec(document(), 0..2),
        boundary,
        any::<bool>(),
        rows,
        prop_oneof![3 => Just(None), 1 => vec(document(), 0..3).prop_map(Some)],
    )
        .prop_map(
            |(is_user, age, inline, managed, group, boundary, action_level, mut rows, earlier)| {
                if !action_level {
                    for row in &mut rows {
                        row.tracked.clear();
                    }
                }
                Situation {
                    is_user,
                    age,
                    inline,
                    managed,
                    group,
                    boundary,
                    action_level,
                    rows,
                    earlier,
                }
            },
        )
}

impl Situation {
    fn kind(&self) -> &'static str {
        if self.is_user { "user" } else { "role" }
    }

    fn boundary_arn(&self) -> Option<String> {
        let (resource, _) = self.boundary.as_ref()?;
        Some(format!("arn:aws:iam::111122223333:{}", resource.replace("KIND", self.kind())))
    }

    /// Through the account data, as every principal comes to be.
    fn principal(&self) -> Principal {
        let inline = |documents: &[Value]| -> Vec<Value> {
            let named = documents.iter().zip(1..).map(|(document, number)| {
                json!({ "PolicyName": format!("policy-{number}"), "PolicyDocument": document.to_string() })
            });
            named.collect()
        };
        let arn = |number: usize| format!("arn:aws:iam::111122223333:policy/managed-{number}");
        let attached: Vec<Value> =
            (0..self.managed.len()).map(|number| json!({ "PolicyArn": arn(number) })).collect();
        let version = |document: &Value| json!([{ "VersionId": "v1", "IsDefaultVersion": true, "Document": document }]);
        let policy = |arn: String, document: &Value| json!({ "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": version(document) });
        let mut policies: Vec<Value> =
            self.managed.iter().zip(0..).map(|(document, i)| policy(arn(i), document)).collect();
        let mut detail = json!({
            "Arn": format!("arn:aws:iam::111122223333:{}/team/app", self.kind()),
            "CreateDate": self.age.map(days_ago),
            "AttachedManagedPolicies": attached,
        });
        if let (Some(arn), Some((_, document))) = (self.boundary_arn(), &self.boundary) {
            detail["PermissionsBoundary"] = json!({ "PermissionsBoundaryArn": arn });
            policies.push(policy(arn, document));
        }
        let account = if self.is_user {
            detail["UserId"] = json!("AIDAEXAMPLE0APPUSER0");
            detail["UserPolicyList"] = json!(inline(&self.inline));
            detail["GroupList"] = json!(["staff"]);
            let staff = json!({ "GroupName": "staff", "GroupPolicyList": inline(&self.group) });
            json!({ "UserDetailList": [detail], "GroupDetailList": [staff], "Policies": policies })
        } else {
            detail["RoleId"] = json!("AROAEXAMPLE0APPROLE0");
            detail["RolePolicyList"] = json!(inline(&self.inline));
            json!({ "RoleDetailList": [detail], "Policies": policies })
        };
        let account = Account::from_json(&account.to_string()).unwrap();
        account.into_principals().pop().unwrap()
    }

    /// The documents that grant it something.
    fn identity(&self) -> Vec<&Value> {
        let group: &[Value] = if self.is_user { &self.group } else { &[] };
        self.inline.iter().chain(&self.managed).chain(group).collect()
    }

    fn evidence(&self) -> Evidence {
        let action = |(name, last): &(String, Option<i64>)| json!({ "ActionName": name, "LastAccessedTime": last.map(days_ago) });
        let row = |row: &Row| {
            let tracked: Vec<Value> = row.tracked.iter().map(action).collect();
            json!({ "ServiceNamespace": row.service, "LastAuthenticated": row.last.map(days_ago),
                    "TrackedActionsLastAccessed": tracked })
        };
        let rows: Vec<Value> = self.rows.iter().map(row).collect();
        let level = if self.action_level { "ACTION_LEVEL" } else { "SERVICE_LEVEL" };
        let page = json!({ "JobStatus": "COMPLETED", "JobType": level, "ServicesLastAccessed": rows,
                           "JobCompletionDate": as_of() });
        let report = LastAccessedReport::from_json(&page).unwrap();
        let granted = |documents: &Vec<Value>| granted_before(&self.principal(), documents);
        let earlier = self.earlier.as_ref().map(granted).unwrap_or_default();
        Evidence { earlier, ..report.into() }
    }

    fn row(&self, service: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.service.eq_ignore_ascii_case(service))
    }

    fn is_known(&self, service: &str) -> bool {
        self.row(service).is_some() || catalog().service(service).is_some()
    }

    /// What the evidence says of an action by itself: idle or not; `None` where nothing can be said, because the service
    /// is not listed, or because the action is new in a service of which single actions are told apart.
    fn is_idle(&self, service: &str, action: &str) -> Option<bool> {
        let row = self.row(service)?;
        let by_date =
            |last: Option<i64>| match last.filter(|days| self.age.is_none_or(|age| *days <= age)) {
                // A date before its creation is another principal's.
                Some(days) => days > WINDOW,
                None => self.age.is_some_and(|age| age >= WINDOW),
            };
        let (_, name) = action.split_once(':')?;
        let tracked = row.tracked.iter().find(|(tracked, _)| tracked == name);
        match tracked {
            _ if by_date(row.last_use()) => Some(true),
            Some((_, last)) => Some(by_date(*last)),
            None if row.tracked.is_empty() => Some(false),
            None => catalog().find(action).is_some().then_some(false),
        }
    }

    fn plan(&self) -> Option<Plan> {
        planned(&self.principal(), &self.evidence(), catalog())
    }
}

/// What was granted where these were all of its policies when the grace for new permissions began.
fn granted_before(principal: &Principal, documents: &[Value]) -> EarlierGrants {
    let policies = documents.iter().map(|document| GrantingPolicy {
        source: PolicySource::Inline { name: "then".to_owned() },
        document: Ok(Document::from_value(document.clone()).unwrap()),
    });
    let then = Principal { policies: policies.collect(), boundary: None, ..principal.clone() };
    EarlierGrants::Known(Box::new(then))
}

/// The plan; `None` when it would be too large, the one reason there may be.
fn planned(principal: &Principal, evidence: &Evidence, catalog: &Catalog) -> Option<Plan> {
    planned_by(&settings(), principal, evidence, catalog)
}

fn planned_by(
    settings: &PlanSettings,
    principal: &Principal,
    evidence: &Evidence,
    catalog: &Catalog,
) -> Option<Plan> {
    match plan_at(as_of(), principal, evidence, settings, catalog) {
        Ok(plan) => Some(plan),
        Err(Refusal::TooLarge { .. }) => None,
        Err(other) => panic!("{other}"),
    }
}

/// The plan with what an external service suggests.
fn narrowed_by(
    suggestions: &[Document],
    principal: &Principal,
    evidence: &Evidence,
    settings: &PlanSettings,
) -> Result<Plan, Refusal> {
    let candidate = Candidate::of(principal, settings, as_of())?;
    plan_with_suggestion(candidate, evidence, suggestions, catalog(), as_of())
}

fn settings() -> PlanSettings {
    PlanSettings {
        base_actions: "sts:GetCallerIdentity, s3:ListAllMyBuckets, sqs:ListQueues".parse().unwrap(),
        ..plan_settings()
    }
}

/// The settings under which the first managed policy of a situation is ignored.
fn ignoring() -> PlanSettings {
    let ignored_policies = "arn:aws:iam::111122223333:policy/managed-0".parse().unwrap();
    PlanSettings { judging: Judging { ignored_policies, ..Judging::default() }, ..settings() }
}

/// Settings under which what an external service suggests is taken.
fn ninety_days() -> PlanSettings {
    let judging = Judging { unused_after: "90".parse().unwrap(), ..Judging::default() };
    PlanSettings { judging, ..settings() }
}

fn score(principal: &Principal, evidence: &Evidence, catalog: &Catalog) -> Score {
    let usage =
        PrincipalUsage::of(principal, evidence, &settings().judging, as_of(), catalog).unwrap();
    Score::of(&usage.services, Weighting::Risk)
}

fn with_boundary(principal: &Principal, document: &Document) -> Principal {
    let policy_arn = principal.arn.boundary_policy_arn();
    let boundary = Boundary { policy_arn, document: Ok(document.clone()), since: None };
    Principal { boundary: Some(boundary), ..principal.clone() }
}

// ---- an evaluator of our own -------------------------------------------------------------------------------------

/// One request, in as far as the random statements can tell requests apart.
#[derive(Debug, Clone, Copy)]
struct Request<'a> {
    action: &'a str,
    resource: &'a str,
    secure: &'a str,
}

/// The definition itself, exponential and obviously right.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            glob(rest, text) || text.split_first().is_some_and(|(_, tail)| glob(pattern, tail))
        }
        ([b'?', rest @ ..], [_, tail @ ..]) => glob(rest, tail),
        ([symbol, rest @ ..], [byte, tail @ ..]) => {
            symbol.eq_ignore_ascii_case(byte) && glob(rest, tail)
        }
        _ => false,
    }
}

fn any_matches(patterns: &Value, text: &str) -> bool {
    let matches = |pattern: &Value| glob(pattern.as_str().unwrap().as_bytes(), text.as_bytes());
    patterns.as_array().map_or_else(|| matches(patterns), |list| list.iter().any(matches))
}

fn applies(statement: &Value, request: Request<'_>) -> bool {
    let action = match (&statement["Action"], &statement["NotAction"]) {
        (Value::Null, excluded) => !any_matches(excluded, request.action),
        (included, _) => any_matches(included, request.action),
    };
    // A condition on a key that the request does not have, as those of the guards, does not hold.
    let condition = &statement["Condition"];
    let has_none = condition.as_object().is_none_or(serde_json::Map::is_empty);
    let condition = has_none || condition["Bool"]["aws:SecureTransport"] == request.secure;
    action && any_matches(&statement["Resource"], request.resource) && condition
}

fn allows<'a>(documents: impl IntoIterator<Item = &'a Value>, request: Request<'_>) -> bool {
    let statements: Vec<&Value> = documents
        .into_iter()
        .flat_map(|document| document["Statement"].as_array().unwrap())
        .filter(|statement| applies(statement, request))
        .collect();
    !statements.is_empty() && statements.iter().all(|statement| statement["Effect"] == "Allow")
}

/// Whether an Allow statement of the documents names the action, under whatever limits.
fn grants_some<'a>(documents: impl IntoIterator<Item = &'a Value>, action: &str) -> bool {
    let mut statements =
        documents.into_iter().flat_map(|document| document["Statement"].as_array().unwrap());
    statements.any(|statement| {
        let named = match (&statement["Action"], &statement["NotAction"]) {
            (Value::Null, excluded) => !any_matches(excluded, action),
            (included, _) => any_matches(included, action),
        };
        statement["Effect"] == "Allow" && named
    })
}

fn without_denials(document: &Document) -> Document {
    let allows = document.statements().iter().filter(|it| it.effect() == Effect::Allow);
    Document::new(allows.cloned().collect())
}

/// Some actions of a service, known ones and one that no catalogue knows.
fn requested_actions(service: &str) -> Vec<String> {
    let all = Catalog::embedded();
    let mut actions = vec![format!("{service}:NewThing"), format!("{service}:GetThing")];
    if let Some(known) = all.service(service) {
        let spread = known.ids().step_by(known.ids().count() / 8 + 1);
        actions.extend(spread.map(|id| all.action(id).to_string()));
    }
    if service == "sts" {
        actions.push("sts:GetCallerIdentity".to_owned());
    }
    actions.sort();
    actions.dedup();
    actions
}

fn for_each_request(
    services: impl Iterator<Item = &'static str>,
    mut check: impl FnMut(&str, Request<'_>),
) {
    for service in services {
        for action in requested_actions(service) {
            for resource in ["arn:aws:s3:::team/x", "arn:aws:s3:::other/x"] {
                for secure in ["true", "false"] {
                    check(service, Request { action: &action, resource, secure });
                }
            }
        }
    }
}

// ---- the index ---------------------------------------------------------------------------------------------------

fn usage() -> impl Strategy<Value = Usage> {
    prop_oneof![
        (0..=WINDOW)
            .prop_map(|days| Usage::Used { last: days_ago(days), by: Source::LastAccessed }),
        Just(Usage::Idle(Idle::Never)),
        (WINDOW + 1..400).prop_map(|days| Usage::Idle(Idle::Stale { last: days_ago(days) })),
        Just(Usage::Unknown(Unknown::NotTracked)),
    ]
}

fn service_usages() -> impl Strategy<Value = Vec<ServiceUsage>> {
    let level = prop_oneof![Just(None), select(AccessLevel::ALL.to_vec()).prop_map(Some)];
    vec((usage(), level), 0..40).prop_map(|services| {
        let numbered = services.into_iter().zip(0..).map(|((usage, level), number)| ServiceUsage {
            namespace: format!("service-{number:02}"),
            usage,
            level,
            granularity: Granularity::Service,
            actions: vec![],
            reach: None,
        });
        numbered.collect()
    })
}

fn weighting() -> impl Strategy<Value = Weighting> {
    select(vec![Weighting::Risk, Weighting::Uniform])
}

proptest! {
    #[test]
    fn drivers_add_up_to_the_index_and_services_to_their_number(
        services in service_usages(), weighting in weighting(),
    ) {
        let score = Score::of(&services, weighting);
        let points: u32 = score.drivers.iter().map(|driver| u32::from(driver.points)).sum();
        prop_assert_eq!(points, score.index.map_or(0, |index| u32::from(index.value())));
        prop_assert_eq!(score.used + score.never_used + score.stale + score.unknown, score.granted);
        prop_assert_eq!(score.index.is_none(), score.granted > 0 && score.unknown == score.granted);
        if score.index.is_some() {
            prop_assert_eq!(score.drivers.len(), score.idle());
        }
    }

    #[test]
    fn the_order_of_services_does_not_matter(
        (services, shuffled) in service_usages()
            .prop_flat_map(|services| (Just(services.clone()), Just(services).prop_shuffle())),
        weighting in weighting(),
    ) {
        prop_assert_eq!(Score::of(&services, weighting), Score::of(&shuffled, weighting));
    }

    #[test]
    fn granting_an_idle_service_never_lowers_the_index(
        services in service_usages(), level in select(AccessLevel::ALL.to_vec()),
        weighting in weighting(),
    ) {
        let more = ServiceUsage {
            namespace: "idle".into(), usage: Usage::Idle(Idle::Never), level: Some(level),
            granularity: Granularity::Service,
            actions: vec![],
            reach: None,
        };
        let before = Score::of(&services, weighting).index;
        let after = Score::of(&[services, vec![more]].concat(), weighting).index;
        prop_assert!(before <= after, "{:?} {:?}", before, after);
    }

    #[test]
    fn using_a_service_never_raises_the_index(
        services in service_usages(), which in any::<prop::sample::Index>(),
        weighting in weighting(),
    ) {
        prop_assume!(!services.is_empty());
        let before = Score::of(&services, weighting).index;
        let mut services = services;
        let which = which.index(services.len());
        services[which].usage = Usage::Used { last: days_ago(0), by: Source::LastAccessed };
        let after = Score::of(&services, weighting).index;
        prop_assert!(after.is_some());
        prop_assert!(before.is_none() || after <= before, "{:?} {:?}", before, after);
    }

    #[test]
    fn using_a_service_never_raises_the_index_of_a_principal(
        situation in situation(), service in select(services().collect::<Vec<_>>()),
    ) {
        let principal = situation.principal();
        let before = score(&principal, &situation.evidence(), catalog()).index;
        let mut used = situation;
        used.action_level = false;
        for row in &mut used.rows {
            row.tracked.clear();
        }
        let before = before.and(score(&principal, &used.evidence(), catalog()).index);
        used.rows.retain(|row| !row.service.eq_ignore_ascii_case(service));
        used.rows.push(Row { service: service.to_owned(), last: Some(0), tracked: vec![] });
        let after = score(&principal, &used.evidence(), catalog()).index;
        prop_assert!(before.is_none() || after <= before, "{:?} {:?}", before, after);
    }
}

fn shares_of(principal: &Principal, usage: &PrincipalUsage, score: &Score) -> Vec<Share> {
    shares(&principal.policies, usage, &score.drivers, catalog())
}

proptest! {
    #[test]
    fn the_shares_of_groups_and_direct_grants_add_up_to_the_index(situation in situation()) {
        let (principal, evidence) = (situation.principal(), situation.evidence());
        let usage = PrincipalUsage::of(
            &principal, &evidence, &Judging::default(), as_of(), catalog(),
        ).unwrap();
        let score = Score::of(&usage.services, Weighting::Risk);
        let shares = shares_of(&principal, &usage, &score);
        let points: u8 = shares.iter().map(|share| share.points).sum();
        prop_assert_eq!(points, score.index.map_or(0, CreepIndex::value));
        let groups: BTreeSet<&Option<String>> = shares.iter().map(|share| &share.group).collect();
        prop_assert_eq!(groups.len(), shares.len());
        let mut reversed = principal;
        reversed.policies.reverse();
        prop_assert_eq!(shares_of(&reversed, &usage, &score), shares);
    }
}

/// The actions that a plan keeps though nothing shows their use, as others need them, for example.
fn spared(plan: &Plan) -> impl Iterator<Item = String> {
    let actions = plan.kept.iter().flat_map(|kept| match &kept.why {
        WhyKept::Used { extent: Extent::Actions(actions), .. } | WhyKept::Spared { actions } => {
            actions.as_slice()
        }
        WhyKept::Used { .. }
        | WhyKept::GrantedByIgnored { .. }
        | WhyKept::MayBeGrantedByResourcePolicy { .. }
        | WhyKept::AlwaysAllowed { .. }
        | WhyKept::BaseActions { .. } => &[],
    });
    let spared = actions.filter(|kept| {
        matches!(
            kept.why,
            WhyActionKept::NeededBy(_)
                | WhyActionKept::Undoes(_)
                | WhyActionKept::CheckedElsewhere
                | WhyActionKept::OnFailure
                | WhyActionKept::OwnCredentials
        )
    });
    spared.map(|kept| kept.action.to_string())
}

/// The services of unknown use of which the report or this small catalogue knows anything.
fn of_unknown_use(principal: &Principal, situation: &Situation) -> BTreeSet<String> {
    let (evidence, judging) = (situation.evidence(), settings().judging);
    let usage = PrincipalUsage::of(principal, &evidence, &judging, as_of(), catalog()).unwrap();
    let unknown = usage.services.iter().filter(|it| matches!(it.usage, Usage::Unknown(_)));
    unknown.map(|it| it.namespace.clone()).filter(|it| situation.is_known(it)).collect()
}

/// Whether the plan keeps a pattern that the catalogue knows nothing of, which may stand for an idle action among others.
fn keeps_unknown_pattern(plan: &Plan) -> bool {
    let patterns = plan.unknown.iter().flat_map(|unknown| &unknown.actions);
    patterns.into_iter().any(|pattern| !pattern.is_literal())
}

/// The idle actions that a plan admits because the document would be too large otherwise.
fn admitted(plan: &Plan) -> impl Iterator<Item = String> {
    plan.extras.iter().filter(|extra| extra.granted).map(|extra| extra.action.to_string())
}

// ---- the boundary ------------------------------------------------------------------------------------------------

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_plan_can_be_proved_and_fits(situation in situation()) {
        let Some(plan) = situation.plan() else { return Ok(()) };
        prop_assert!(plan.document.to_compact_string().len() <= MAX_POLICY_CHARACTERS);
        let proved = prove(&situation.principal(), plan.clone(), catalog());
        prop_assert_eq!(proved.map(ProvedPlan::into_plan), Ok(plan));
    }

    #[test]
    fn the_planned_boundary_brings_the_index_to_what_the_plan_expects(situation in situation()) {
        let Some(plan) = situation.plan() else { return Ok(()) };
        let (principal, evidence) = (situation.principal(), situation.evidence());
        prop_assert_eq!(plan.index, score(&principal, &evidence, catalog()).index);
        let after = score(&with_boundary(&principal, &plan.document), &evidence, catalog());
        prop_assert_eq!(plan.expected_index, after.index);
        if admitted(&plan).next().is_some() || keeps_unknown_pattern(&plan) {
            return Ok(());
        }
        prop_assert_eq!((after.idle(), after.idle_in_part), (0, 0));
        // What is left of unknown use is what the plan says it kept.
        let used = plan.kept.iter().filter(|kept| matches!(kept.why, WhyKept::Used { .. }));
        let used: Vec<&str> = used.map(|kept| kept.service.as_str()).collect();
        let unknown = plan.unknown.iter().map(|unknown| unknown.service.as_str());
        let spared = plan.kept.iter().filter(|kept| matches!(kept.why, WhyKept::Spared { .. }));
        let unknown = unknown.chain(spared.map(|kept| kept.service.as_str()));
        let unknown = unknown.filter(|it| !used.contains(it) && situation.is_known(it));
        let unknown: BTreeSet<String> = unknown.map(ToOwned::to_owned).collect();
        let bounded = with_boundary(&principal, &plan.document);
        prop_assert_eq!(of_unknown_use(&bounded, &situation), unknown);
    }

    #[test]
    fn planning_again_plans_the_same_bytes(situation in situation()) {
        let Some(plan) = situation.plan() else { return Ok(()) };
        let bounded = with_boundary(&situation.principal(), &plan.document);
        let again = planned(&bounded, &situation.evidence(), catalog()).unwrap();
        prop_assert_eq!(again.document.to_compact_string(), plan.document.to_compact_string());
        prop_assert_eq!(again.expected_index, plan.expected_index);
        let extras = admitted(&plan).collect::<Vec<_>>();
        if !keeps_unknown_pattern(&plan) {
            prop_assert_eq!(again.dropped.is_empty(), extras.is_empty());
        }
        prop_assert_eq!(admitted(&again).collect::<Vec<_>>(), extras);
        prop_assert!(prove(&bounded, again, catalog()).is_ok());
    }

    #[test]
    fn the_order_of_policies_and_rows_does_not_matter(situation in situation()) {
        let mut reversed = situation.clone();
        for list in [&mut reversed.inline, &mut reversed.managed, &mut reversed.group] {
            list.reverse();
        }
        reversed.rows.reverse();
        prop_assert_eq!(situation.plan(), reversed.plan());
    }

    #[test]
    fn nothing_in_use_or_of_unknown_use_is_denied(situation in situation()) {
        let Some(plan) = situation.plan() else { return Ok(()) };
        let planned = plan.document.to_value();
        let present = situation.boundary.as_ref().map(|(_, document)| document);
        // `Deny NotAction newservice:NewThing` lets only that action through, and does not grant it: `PrincipalUsage`
        // says that it does not see this.
        let unseen = |action: &str| {
            let lets_through = |document: &&Value| {
                document["Statement"].as_array().unwrap().iter().any(|statement| {
                    statement["Effect"] == "Deny" && !statement["NotAction"].is_null()
                })
            };
            let mut documents = situation.identity().into_iter().chain(present);
            action.ends_with("Thing") && documents.any(|document| lets_through(&document))
        };
        for_each_request(services(), |service, request| {
            let keep = match situation.is_idle(service, request.action) {
                Some(idle) => !idle,
                // Of a service that neither the report nor the catalogue lists nothing can be known.
                None => service != UNCATALOGUED && situation.row(service).is_none(),
            };
            let before = keep && !unseen(request.action) && allows(situation.identity(), request)
                && present.is_none_or(|present| allows([present], request));
            assert!(!before || allows([&planned], request), "{request:?} denied by {planned}");
        });
    }

    #[test]
    fn nothing_granted_only_recently_is_denied(situation in situation(), then in vec(document(), 0..3)) {
        let principal = situation.principal();
        let earlier = granted_before(&principal, &then);
        let evidence = Evidence { earlier, ..situation.evidence() };
        let Some(plan) = planned(&principal, &evidence, catalog()) else { return Ok(()) };
        let planned = plan.document.to_value();
        let present = situation.boundary.as_ref().map(|(_, document)| document);
        let granted_then = |action: &str| grants_some(&then, action);
        for_each_request(CATALOGUED.into_iter(), |_, request| {
            let now = allows(situation.identity(), request)
                && present.is_none_or(|present| allows([present], request));
            let name = request.action;
            let is_new = catalog().find(name).is_some() && !granted_then(name);
            assert!(!now || !is_new || allows([&planned], request), "{request:?} denied by {planned}");
        });
    }

    #[test]
    fn nothing_that_an_ignored_policy_grants_is_denied(situation in situation()) {
        let Some(ignored) = situation.managed.first() else { return Ok(()) };
        let (principal, evidence) = (situation.principal(), situation.evidence());
        let plan = planned_by(&ignoring(), &principal, &evidence, catalog());
        let Some(plan) = plan else { return Ok(()) };
        let planned = plan.document.to_value();
        let present = situation.boundary.as_ref().map(|(_, document)| document);
        for_each_request(CATALOGUED.into_iter(), |_, request| {
            let granted = catalog().find(request.action).is_some()
                && grants_some([ignored], request.action)
                && allows(situation.identity(), request)
                && present.is_none_or(|present| allows([present], request));
            assert!(!granted || allows([&planned], request), "{request:?} denied by {planned}");
        });
    }

    #[test]
    fn nothing_counts_that_only_an_ignored_policy_grants(
        mut situation in situation(), ignored in document(),
    ) {
        situation.managed.insert(0, ignored);
        let (principal, evidence, settings) = (situation.principal(), situation.evidence(), ignoring());
        let usage = PrincipalUsage::of(&principal, &evidence, &settings.judging, as_of(), catalog());
        let group: &[Value] = if situation.is_user { &situation.group } else { &[] };
        let others = situation.inline.iter().chain(&situation.managed[1..]).chain(group);
        let others: Vec<Document> =
            others.map(|document| Document::from_value(document.clone()).unwrap()).collect();
        let others: Vec<Document> = others.iter().map(without_denials).collect();
        let others = Permissions::of(&others);
        for service in usage.unwrap().services {
            prop_assert!(others.may_permit_service(&service.namespace, catalog()) || service.level.is_none(), "{:?}", service);
        }
    }

    #[test]
    fn a_plan_with_an_ignored_policy_is_proved_expects_its_index_and_is_planned_again(
        situation in situation(),
    ) {
        let (principal, evidence, settings) = (situation.principal(), situation.evidence(), ignoring());
        let Some(plan) = planned_by(&settings, &principal, &evidence, catalog()) else { return Ok(()) };
        let proved = prove(&principal, plan.clone(), catalog()).map(ProvedPlan::into_plan);
        prop_assert_eq!(proved.as_ref(), Ok(&plan));
        let bounded = with_boundary(&principal, &plan.document);
        let usage = PrincipalUsage::of(&bounded, &evidence, &settings.judging, as_of(), catalog());
        prop_assert_eq!(plan.expected_index, Score::of(&usage.unwrap().services, Weighting::Risk).index);
        let again = planned_by(&settings, &bounded, &evidence, catalog()).unwrap();
        prop_assert_eq!(again.document.to_compact_string(), plan.document.to_compact_string());
        prop_assert_eq!(again.expected_index, plan.expected_index);
        if !keeps_unknown_pattern(&plan) && admitted(&plan).next().is_none() {
            prop_assert!(again.dropped.is_empty(), "{:?}", again.dropped);
        }
        prop_assert!(prove(&bounded, again, catalog()).is_ok());
    }

    #[test]
    fn nothing_idle_is_allowed(situation in situation()) {
        let Some(plan) = situation.plan().filter(|_| situation.earlier.is_none()) else { return Ok(()) };
        let planned = plan.document.to_value();
        let settings = settings();
        let mut excused: Vec<String> =
            settings.base_actions.actions().iter().map(ToString::to_string).collect();
        excused.extend(spared(&plan).chain(admitted(&plan)));
        let by_pattern = |action: &str| {
            let mut patterns = plan.unknown.iter().flat_map(|unknown| &unknown.actions);
            patterns.any(|pattern| pattern.matches(action))
        };
        for_each_request(services(), |service, request| {
            let idle = situation.is_idle(service, request.action) == Some(true);
            let granted = allows(situation.identity(), request);
            assert!(
                !idle || !granted || by_pattern(request.action) || excused.iter().any(|action| action == request.action)
                    || !allows([&planned], request),
                "{request:?} allowed by {planned}"
            );
        });
    }

    #[test]
    fn nothing_is_allowed_that_the_present_boundary_does_not_allow(situation in situation()) {
        let Some(plan) = situation.plan() else { return Ok(()) };
        let Some((_, present)) = &situation.boundary else { return Ok(()) };
        let planned = plan.document.to_value();
        for_each_request(services(), |_, request| {
            // AWS allows this one whatever the policies say.
            let free = request.action == "sts:GetCallerIdentity";
            assert!(
                free || !allows([&planned], request) || allows([present], request),
                "{request:?} allowed by {planned}"
            );
        });
    }
}

/// A situation once its boundary stands: the principal, and the limit that stood before ours.
fn standing(situation: &Situation) -> Option<(Principal, Option<Value>)> {
    let before = situation.boundary.as_ref();
    let before = before.filter(|(resource, _)| !resource.ends_with("KIND-app"));
    let plan = situation.plan()?;
    let bounded = with_boundary(&situation.principal(), &plan.document);
    Some((bounded, before.map(|(_, document)| document.clone())))
}

/// What the boundary of `then` was planned from, and the principal with one more policy.
fn granted_more(
    then: &Principal,
    before: Option<&Value>,
    more: &Value,
) -> (PlannedFrom, Principal) {
    let previous = before.map_or(PreviousLimit::Everything, |before| PreviousLimit::Policy {
        arn: "arn:aws:iam::111122223333:policy/team-limits".to_owned(),
        document: Ok(Document::from_value(before.clone()).unwrap()),
    });
    let grants = PlannedGrants::Known(Box::new(then.clone()));
    let mut now = then.clone();
    now.policies.push(GrantingPolicy {
        source: PolicySource::Inline { name: "granted-later".into() },
        document: Ok(Document::from_value(more.clone()).unwrap()),
    });
    (PlannedFrom { grants, previous }, now)
}

/// Whether its boundary has no word on the action, base actions apart: it neither keeps nor surely denies it.
fn is_silent_on(principal: &Principal, action: &str) -> bool {
    let document = principal.boundary_document().unwrap().unwrap();
    let is_kept = |sid: &str| !sid.starts_with("LeastwiseBaseActions");
    let mut kept = document.statements().iter().filter(|it| it.sid().is_none_or(is_kept));
    !kept.any(|it| reading(it) != Reading::Nothing && it.actions().matches(action))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_granted_later_is_followed_within_what_stood_before_and_nothing_else_is_wider(
        situation in situation(), more in document(), spellings in spellings(),
    ) {
        let Some((then, before)) = standing(&situation) else { return Ok(()) };
        let before = before.map(|before| respelled(before, &spellings));
        let (planned_from, now) = granted_more(&then, before.as_ref(), &more);
        let permissions = |of: &Principal| Permissions::of(of.granting_documents().unwrap());
        let (granted_then, granted_now) = (permissions(&then), permissions(&now));
        let standing = then.boundary_document().unwrap().unwrap().to_value();
        let unasked = situation.evidence();
        let evidence = Evidence { planned_from: planned_from.clone(), ..unasked.clone() };
        let Some(plan) = planned(&now, &evidence, catalog()) else { return Ok(()) };
        let followed = plan.document.to_value();
        let kept = without_denials(&plan.document).to_value();
        for_each_request(CATALOGUED.into_iter(), |_, request| {
            let name = request.action;
            let is_known = catalog().find(name).is_some() && name != "sts:GetCallerIdentity";
            if !is_known {
                return;
            }
            let is_new = granted_now.permits(name) && !granted_then.permits(name);
            let was_open = before.as_ref().is_none_or(|before| allows([before], request));
            // An action that the previous boundary denies surely, under whatever limits, is not open.
            let may_be_open = before.as_ref().is_none_or(|before| {
                let before = Document::from_value(before.clone()).unwrap();
                Permissions::of([&before]).permits(name)
            });
            // What the boundary allowed all the time, since a resource policy might grant it, is no news. What a denial
            // in it stops waits for a person.
            if is_new && was_open && may_be_open && is_silent_on(&then, name) {
                assert!(allows([&kept], request), "{request:?} denied by {followed}");
            }
            assert!(
                !allows([&followed], request) || allows([&standing], request) || is_new && was_open,
                "{request:?} allowed by {followed}"
            );
        });
        let proved = prove_from(&now, &planned_from, plan.clone(), catalog());
        prop_assert_eq!(proved.map(ProvedPlan::into_plan), Ok(plan.clone()));
        let bounded = with_boundary(&now, &plan.document);
        let again = planned(&bounded, &unasked, catalog()).unwrap();
        prop_assert_eq!(again.document.to_compact_string(), plan.document.to_compact_string());
        let unknown = PlannedGrants::Unknown("there is no record".into());
        let planned_from = PlannedFrom { grants: unknown, ..planned_from };
        let evidence = Evidence { planned_from, ..unasked.clone() };
        let without = planned(&now, &unasked, catalog()).map(|plan| plan.document);
        prop_assert_eq!(planned(&now, &evidence, catalog()).map(|plan| plan.document), without);
    }
}

/// The document, its Allow statements that have no limits spelled in these ways, in turn. A denial in another spelling is
/// another text, which stands beside the first.
fn respelled(mut document: Value, spellings: &[Value]) -> Value {
    let mut spellings = spellings.iter().cycle();
    for statement in document["Statement"].as_array_mut().unwrap() {
        let is_plain = statement["Resource"] == "*" && statement["Condition"].is_null();
        let is_meant = is_plain && statement["Effect"] == "Allow";
        if let (true, Some(spelling)) = (is_meant, spellings.next()) {
            statement["Resource"] = spelling["Resource"].clone();
            statement["Condition"] = spelling["Condition"].clone();
        }
    }
    document
}

/// Ways to spell that a statement has no limits.
fn spellings() -> impl Strategy<Value = Vec<Value>> {
    let spelling = select(vec![
        json!({ "Resource": "*", "Condition": {} }),
        json!({ "Resource": ["*"], "Condition": {} }),
        json!({ "Resource": ["arn:aws:s3:::team/*", "*"], "Condition": {} }),
    ]);
    vec(spelling, 1..4)
}

/// What the owner of a boundary makes of it: something is added, or it is written anew.
#[derive(Debug, Clone)]
enum Change {
    Added(Value),
    Anew(Value),
}

impl Change {
    fn of(&self, before: &Value) -> Document {
        let text = match self {
            Self::Anew(text) => text.clone(),
            Self::Added(statement) => {
                let mut text = before.clone();
                text["Statement"].as_array_mut().unwrap().push(statement.clone());
                text
            }
        };
        Document::from_value(text).unwrap()
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![statement().prop_map(Change::Added), document().prop_map(Change::Anew)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_the_owner_of_the_previous_boundary_takes_back_goes_and_nothing_comes(
        situation in situation(), change in change(), spellings in spellings(),
    ) {
        let Some((now, Some(before))) = standing(&situation) else { return Ok(()) };
        let previous = change.of(&respelled(before, &spellings));
        let planned_from = PlannedFrom {
            previous: PreviousLimit::Policy {
                arn: "arn:aws:iam::111122223333:policy/team-limits".to_owned(),
                document: Ok(previous.clone()),
            },
            ..PlannedFrom::default()
        };
        let evidence = Evidence { planned_from: planned_from.clone(), ..situation.evidence() };
        let plan = match plan_at(as_of(), &now, &evidence, &settings(), catalog()) {
            Ok(plan) => plan,
            // Where resources or conditions are others than before, a person has to look.
            Err(Refusal::TooLarge { .. } | Refusal::PermissionsUnknown { .. }) => return Ok(()),
            Err(other) => panic!("{other}"),
        };
        let carried = plan.document.to_value();
        let present = now.boundary_document().unwrap().unwrap().to_value();
        let limit = previous.to_value();
        for_each_request(services(), |_, request| {
            let free = request.action == "sts:GetCallerIdentity";
            let may = allows([&present], request) && allows([&limit], request);
            assert!(free || may || !allows([&carried], request), "{request:?} allowed by {carried}");
        });
        let proved = prove_from(&now, &planned_from, plan.clone(), catalog());
        prop_assert_eq!(proved.map(ProvedPlan::into_plan), Ok(plan.clone()));
        let bounded = with_boundary(&now, &plan.document);
        let again = planned(&bounded, &evidence, catalog()).unwrap();
        prop_assert_eq!(again.document.to_compact_string(), plan.document.to_compact_string());
    }
}

/// What an external service suggests: single actions, and a few patterns.
fn suggestion() -> impl Strategy<Value = Document> {
    let action = (select(CATALOGUED.to_vec()), any::<prop::sample::Index>());
    let action = action.prop_map(|(service, index)| {
        let actions = requested_actions(service);
        actions[index.index(actions.len())].clone()
    });
    let pattern = select(vec!["s3:Put*", "sqs:*Message*"]).prop_map(str::to_owned);
    vec(prop_oneof![12 => action, 1 => pattern], 1..60).prop_map(|actions| {
        let allow = json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
        Document::from_value(json!({ "Statement": allow })).unwrap()
    })
}

fn is_dropped_as_idle(plan: &Plan, action: &str) -> bool {
    let service = action.split_once(':').unwrap().0;
    plan.dropped.iter().any(|dropped| match &dropped.what {
        WhatDropped::Service(_) => dropped.service == service,
        WhatDropped::Actions(actions) => actions.iter().any(|(it, _)| it.to_string() == action),
        WhatDropped::UnusedByExternalService(_) => false,
    })
}

/// The situation with a report of action level and all its services used, so that there is something to narrow.
fn busy_situation() -> impl Strategy<Value = Situation> {
    situation().prop_map(|mut situation| {
        situation.action_level = true;
        for row in &mut situation.rows {
            row.last = Some(1);
        }
        situation
    })
}

/// What a suggestion does to a plan: it takes away untracked writes and nothing else, and once is enough.
fn check_suggestion(situation: &Situation, suggestion: &Document) -> Result<(), TestCaseError> {
    let (principal, evidence) = (situation.principal(), situation.evidence());
    let (settings, catalog) = (ninety_days(), catalog());
    let Ok(own) = plan_at(as_of(), &principal, &evidence, &settings, catalog) else {
        return Ok(());
    };
    let suggestions = std::slice::from_ref(suggestion);
    let narrowed = narrowed_by(suggestions, &principal, &evidence, &settings).unwrap();
    let proved = prove(&principal, narrowed.clone(), catalog).map(ProvedPlan::into_plan);
    prop_assert_eq!(proved, Ok(narrowed.clone()));
    prop_assert_eq!(narrowed.index, own.index);
    let (before, after) = (own.document.to_value(), narrowed.document.to_value());
    let dropped = narrowed.dropped.iter().flat_map(|dropped| match &dropped.what {
        WhatDropped::UnusedByExternalService(actions) => actions.clone(),
        WhatDropped::Service(_) | WhatDropped::Actions(_) => Vec::new(),
    });
    let taken: BTreeSet<String> = dropped.map(|action| action.to_string()).collect();
    for_each_request(services(), |service, request| {
        let (was, is) = (allows([&before], request), allows([&after], request));
        let tracked = situation.row(service).is_some_and(|row| {
            let name = request.action.split_once(':').unwrap().1;
            row.tracked.iter().any(|(tracked, _)| tracked == name)
        });
        let id = catalog.find(request.action);
        let writes = id.is_some_and(|id| catalog.action(id).level > AccessLevel::Read);
        if taken.contains(request.action) {
            assert!(!is && writes && !tracked, "{request:?}");
        }
        let admitted = own.extras.iter().any(|extra| extra.action.to_string() == request.action);
        // Lists do not hold what the catalogue does not know, and other wildcards match other names of that kind.
        if id.is_some() {
            assert!(was || !is, "{request:?} is allowed only with the suggestion: {after}");
            // What IAM calls idle was kept at most because something that is taken needs it.
            let left = is || admitted || taken.contains(request.action);
            let idle = is_dropped_as_idle(&narrowed, request.action);
            assert!(!was || left || idle, "{request:?} is gone: {after}");
        }
    });
    let bounded = with_boundary(&principal, &narrowed.document);
    let again = plan_at(as_of(), &bounded, &evidence, &settings, catalog).unwrap();
    prop_assert_eq!(again.document.to_compact_string(), narrowed.document.to_compact_string());
    prop_assert_eq!(again.expected_index, narrowed.expected_index);
    let again = narrowed_by(suggestions, &bounded, &evidence, &settings);
    let again = again.unwrap().document.to_compact_string();
    prop_assert_eq!(again, narrowed.document.to_compact_string());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_suggestion_takes_away_only_untracked_writes_and_what_is_left_stays_as_it_is(
        situation in busy_situation(), suggestion in suggestion(),
    ) {
        check_suggestion(&situation, &suggestion)?;
    }
}

/// Two statements of the limit make every list stand twice, so that the narrower one fits only once ours stands.
#[test]
fn a_suggestion_is_followed_the_first_time_or_never() {
    let document = |statements: Value| json!({ "Version": "2012-10-17", "Statement": statements });
    let team = json!({ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::team/*" });
    let row = |service: &str, tracked: &[(&str, Option<i64>)]| Row {
        service: service.to_owned(),
        last: Some(1),
        tracked: tracked.iter().map(|(name, last)| ((*name).to_owned(), *last)).collect(),
    };
    let lambda = [
        ("AddLayerVersionPermission", None),
        ("EnableReplication", Some(WINDOW)),
        ("TerminateMicrovm", Some(WINDOW)),
    ];
    let grants = json!({ "Effect": "Allow", "NotAction": "logs:*", "Resource": "*" });
    let situation = Situation {
        is_user: false,
        age: Some(1_000),
        inline: vec![document(grants)],
        managed: vec![],
        group: vec![],
        boundary: Some(("policy/team-limits", document(json!([team, team])))),
        action_level: true,
        rows: vec![
            row("kms", &[("EnableKey", Some(256))]),
            row("lambda", &lambda),
            row("s3", &[("DeleteBucketMetadataTableConfiguration", Some(370)), ("GetThing", None)]),
            row("sqs", &[("GetQueueAttributes", Some(312))]),
        ],
        earlier: None,
    };
    let suggestion = json!({ "Statement": {
        "Effect": "Allow", "Action": ["s3:Put*", "s3:PutReplicationConfiguration"], "Resource": "*",
    } });
    check_suggestion(&situation, &Document::from_value(suggestion).unwrap()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// With all services of the embedded catalogue, where listing what is kept often does not fit.
    #[test]
    fn an_administrators_plan_is_stable_proved_and_exact(
        used in vec(any::<u8>(), 456), threshold in any::<u8>(), bounded in any::<bool>(),
    ) {
        let catalog = Catalog::embedded();
        let all = json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
        let limits = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "NotAction": ["organizations:*", "S3:DeleteBucket"], "Resource": "*" }
        ] });
        let rows = catalog.services().zip(used.iter().cycle()).map(|(service, byte)| {
            let last = (*byte >= threshold).then_some(i64::from(*byte));
            Row { service: service.namespace.clone(), last, tracked: vec![] }
        });
        let situation = Situation {
            earlier: None,
            is_user: false, age: Some(1_000), inline: vec![all], managed: vec![], group: vec![],
            boundary: bounded.then_some(("policy/team-limits", limits)),
            action_level: false,
            rows: rows.collect(),
        };
        let (principal, evidence) = (situation.principal(), situation.evidence());
        let Some(plan) = planned(&principal, &evidence, catalog) else { return Ok(()) };
        let is_exact = admitted(&plan).next().is_none();
        // Where nothing is used, all that is left is of unknown use, and there is no index.
        prop_assert_eq!(is_exact, plan.expected_index.is_none_or(|index| index.value() == 0));
        let attached = with_boundary(&principal, &plan.document);
        let again = planned(&attached, &evidence, catalog).unwrap();
        prop_assert_eq!(again.document.to_compact_string(), plan.document.to_compact_string());
        let proved = prove(&principal, plan.clone(), catalog);
        prop_assert_eq!(proved.map(ProvedPlan::into_plan), Ok(plan));
    }
}

fn allow_doc(element: &str, actions: &[&str]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", element: actions, "Resource": "*" }] })
}

/// The plan is proved, and comes out the same once it stands.
fn check_settled(situation: &Situation) {
    let (principal, evidence) = (situation.principal(), situation.evidence());
    let plan = planned(&principal, &evidence, catalog()).unwrap();
    let bounded = with_boundary(&principal, &plan.document);
    let again = planned(&bounded, &evidence, catalog()).unwrap();
    assert_eq!(again.document.to_compact_string(), plan.document.to_compact_string());
    let proved = prove(&principal, plan.clone(), catalog());
    assert_eq!(proved.map(ProvedPlan::into_plan), Ok(plan));
}

#[test]
fn what_a_list_of_the_dropped_allows_already_is_not_listed_again() {
    check_settled(&Situation {
        is_user: false,
        age: Some(1_000),
        inline: vec![allow_doc("NotAction", &["s*:*"])],
        managed: vec![],
        group: vec![],
        boundary: Some((
            "policy/leastwise/role-somebody-else",
            allow_doc("NotAction", &["dynamodb:Get*"]),
        )),
        action_level: false,
        rows: vec![],
        earlier: None,
    });
}

#[test]
fn a_name_of_unknown_use_does_not_take_apart_a_service_that_is_kept_whole() {
    check_settled(&Situation {
        is_user: false,
        age: Some(15),
        inline: vec![],
        managed: vec![allow_doc("Action", &["*"])],
        group: vec![],
        boundary: Some(("policy/team-limits", allow_doc("NotAction", &["iam:Get*"]))),
        action_level: true,
        rows: vec![Row {
            service: "s3-outposts".to_owned(),
            last: None,
            tracked: vec![("GetObjectTagging".to_owned(), Some(0)), ("GetThing".to_owned(), None)],
        }],
        earlier: None,
    });
}
