mod seen_by_others;

use super::kinds::{Idle, PrincipalUsage, ServiceUsage, Unknown, Usage};
use crate::evidence::Granularity;
use crate::evidence::witnesses::Source;
use crate::iam::{Principal, UnknownPermissions};
use crate::settings::Judging;
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::pattern::Pattern;

use crate::evidence::{EarlierGrants, Evidence, LastAccessedReport};
use crate::iam::{GrantingPolicy, PolicySource, UnreadableDocument};
use crate::testing::{
    Last, allow, as_of, bounded, days_ago, evidence, evidence_of_actions, limited, own, role,
    statements, user,
};
use serde_json::json;

fn usage(principal: &Principal, services: &[(&str, Option<i64>)]) -> PrincipalUsage {
    let settings = &Judging::default();
    PrincipalUsage::of(principal, &evidence(services), settings, as_of(), Catalog::embedded())
        .unwrap()
}

fn of_s3(principal: &Principal, last: Option<i64>) -> Usage {
    let usage = usage(principal, &[("s3", last)]);
    let [s3] = <[ServiceUsage; 1]>::try_from(usage.services).unwrap();
    s3.usage
}

/// The granted services and the highest level granted in each.
fn granted(principal: &Principal, listed: &[&str]) -> Vec<(String, Option<AccessLevel>)> {
    let rows: Vec<(&str, Option<i64>)> = listed.iter().map(|name| (*name, Some(1))).collect();
    usage(principal, &rows)
        .services
        .into_iter()
        .map(|service| (service.namespace, service.level))
        .collect()
}

fn names(principal: &Principal, listed: &[&str]) -> Vec<String> {
    granted(principal, listed).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_edge_of_the_window_counts_as_used() {
    let s3 = role([allow(&["s3:*"])]);
    assert_eq!(
        of_s3(&s3, Some(180)),
        Usage::Used { last: days_ago(180), by: Source::LastAccessed }
    );
    assert_eq!(of_s3(&s3, Some(181)), Usage::Idle(Idle::Stale { last: days_ago(181) }));
}

#[test]
fn never_used_is_idle_only_if_the_principal_is_as_old_as_the_window() {
    let created = |created| Principal { created, ..role([allow(&["s3:*"])]) };
    assert_eq!(of_s3(&created(Some(days_ago(180))), None), Usage::Idle(Idle::Never));
    assert_eq!(
        of_s3(&created(Some(days_ago(179))), None),
        Usage::Unknown(Unknown::YoungerThanWindow)
    );
    assert_eq!(of_s3(&created(None), None), Usage::Unknown(Unknown::AgeUnknown));
    // A use before the window is evidence whatever the age.
    assert_eq!(of_s3(&created(None), Some(200)), Usage::Idle(Idle::Stale { last: days_ago(200) }));
}

fn once(then: Principal) -> EarlierGrants {
    EarlierGrants::Known(Box::new(then))
}

#[test]
fn an_unused_service_in_which_something_was_granted_recently_is_unknown_and_not_idle() {
    let now = || role([allow(&["s3:*", "sqs:*"])]);
    let of = |earlier: EarlierGrants| {
        let evidence = Evidence { earlier, ..evidence(&[("s3", None), ("sqs", Some(300))]) };
        let judging = Judging::default();
        let usage =
            PrincipalUsage::of(&now(), &evidence, &judging, as_of(), Catalog::embedded()).unwrap();
        usage.services.into_iter().map(|service| service.usage).collect::<Vec<_>>()
    };
    let idle = [Usage::Idle(Idle::Never), Usage::Idle(Idle::Stale { last: days_ago(300) })];
    assert_eq!(of(EarlierGrants::NotAsked), idle);
    assert_eq!(of(once(now())), idle);
    let new = Usage::Unknown(Unknown::GrantedRecently);
    let without_queues = once(role([allow(&["s3:*"])]));
    assert_eq!(of(without_queues), [Usage::Idle(Idle::Never), new]);
    let with_some_of_s3 = once(role([allow(&["s3:Get*", "sqs:*"])]));
    assert_eq!(of(with_some_of_s3), [new, Usage::Idle(Idle::Stale { last: days_ago(300) })]);
    assert_eq!(of(EarlierGrants::nothing(&now())), [new, new]);
}

#[test]
fn of_a_used_service_only_the_actions_granted_recently_are_unknown() {
    let now = role([allow(&["sqs:*"])]);
    let then = role([allow(&["sqs:SendMessage", "sqs:CreateQueue"])]);
    let evidence = evidence_of_actions(&[(
        "sqs",
        Some(1),
        &[
            ("SendMessage", Some(1)),
            ("CreateQueue", None),
            ("DeleteQueue", None),
            ("ListQueues", Some(2)),
        ],
    )]);
    let evidence = Evidence { earlier: once(then), ..evidence };
    let judging = Judging::default();
    let usage =
        PrincipalUsage::of(&now, &evidence, &judging, as_of(), Catalog::embedded()).unwrap();
    let actions: Vec<(String, Usage)> = usage.services[0]
        .actions
        .iter()
        .map(|action| (action.action.to_string(), action.usage))
        .collect();
    assert_eq!(
        actions,
        [
            ("sqs:CreateQueue".into(), Usage::Idle(Idle::Never)),
            ("sqs:DeleteQueue".into(), Usage::Unknown(Unknown::GrantedRecently)),
            ("sqs:ListQueues".into(), Usage::Used { last: days_ago(2), by: Source::LastAccessed }),
            ("sqs:SendMessage".into(), Usage::Used { last: days_ago(1), by: Source::LastAccessed }),
        ]
    );
}

#[test]
fn without_knowledge_of_what_was_granted_then_nothing_is_judged() {
    let why = "AWS Config has no record of it from before 2026-06-16".to_owned();
    let principal = role([allow(&["s3:*"])]);
    let earlier = EarlierGrants::Unknown(why.clone());
    let evidence = Evidence { earlier, ..evidence(&[("s3", Some(1))]) };
    let judging = Judging::default();
    assert_eq!(
        PrincipalUsage::of(&principal, &evidence, &judging, as_of(), Catalog::embedded()),
        Err(UnknownPermissions::Earlier { why })
    );
}

#[test]
fn a_service_that_the_report_does_not_list_is_unknown() {
    let usage = usage(&role([allow(&["s3:GetObject", "sqs:TagQueue"])]), &[("S3", Some(3))]);
    let service = |namespace: &str, usage, level| ServiceUsage {
        namespace: namespace.into(),
        usage,
        level: Some(level),
        granularity: Granularity::Service,
        actions: vec![],
        reach: None,
    };
    assert_eq!(
        usage.services,
        [
            service(
                "s3",
                Usage::Used { last: days_ago(3), by: Source::LastAccessed },
                AccessLevel::Read
            ),
            service("sqs", Usage::Unknown(Unknown::NotTracked), AccessLevel::Tagging),
        ]
    );
    assert_eq!(usage.unknown().count(), 1);
    assert_eq!(usage.granted.len(), 2);
}

#[test]
fn a_listed_service_that_is_not_granted_is_nothing() {
    assert_eq!(names(&role([allow(&["s3:*"])]), &["s3", "ec2"]), ["s3"]);
}

#[test]
fn every_policy_grants_and_a_certain_denial_takes_away_across_policies() {
    let deny_s3 = |more: serde_json::Value| {
        let mut deny = json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*" });
        deny.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        statements(json!([deny]))
    };
    let with = |denial| user([allow(&["s3:*", "sqs:*"]), allow(&["kms:ListKeys"]), denial]);
    assert_eq!(names(&with(deny_s3(json!({}))), &[]), ["kms", "sqs"]);
    let limits = json!({ "Condition": { "Bool": { "aws:SecureTransport": "false" } } });
    assert_eq!(names(&with(deny_s3(limits)), &[]), ["kms", "s3", "sqs"]);
    let one_bucket = json!({ "Resource": "arn:aws:s3:::one-bucket/*" });
    assert_eq!(names(&with(deny_s3(one_bucket)), &[]), ["kms", "s3", "sqs"]);
}

#[test]
fn what_the_boundary_does_not_allow_is_not_granted() {
    let wide = || role([allow(&["s3:*", "sqs:*"])]);
    let level = |boundary: &[&str]| granted(&limited(wide(), allow(boundary)), &[]);
    assert_eq!(level(&["s3:Get*", "ec2:*"]), [("s3".into(), Some(AccessLevel::Read))]);
    assert_eq!(level(&["*"]).len(), 2);
    assert_eq!(level(&["ec2:*"]), []);
}

#[test]
fn base_actions_count_only_in_a_boundary_that_is_not_the_principals_own_leastwise_one() {
    let base = |sid: &str, action: &str| {
        statements(json!([
            { "Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*" }
        ]))
    };
    let wide = || role([allow(&["*"])]);
    let other = "arn:aws:iam::111122223333:policy/leastwise/role-other";
    let base_actions = || base("LeastwiseBaseActions", "sts:GetCallerIdentity");
    assert_eq!(names(&own(wide(), base_actions()), &["sts"]), Vec::<String>::new());
    assert_eq!(names(&bounded(wide(), other, base_actions()), &["sts"]), ["sts"]);
    assert_eq!(names(&limited(wide(), base_actions()), &["sts"]), ["sts"]);
    // Nor does the name alone hide what is granted.
    assert_eq!(names(&own(wide(), base("LeastwiseBaseActions", "sts:*")), &["sts"]), ["sts"]);
    assert_eq!(names(&own(wide(), base("LeastwiseKeep", "sts:GetCallerIdentity")), &[]), ["sts"]);
}

#[test]
fn a_service_outside_the_catalogue_is_granted_if_listed_or_named() {
    let everything = names(&role([allow(&["*"])]), &["NewService"]);
    assert_eq!(everything.len(), Catalog::embedded().services().len() + 1);
    assert!(everything.contains(&"newservice".to_owned()));
    assert_eq!(
        granted(&role([allow(&["NewService:Get*"])]), &[]),
        [("newservice".to_owned(), None)]
    );
    assert_eq!(names(&role([allow(&["s3:*"])]), &["newservice"]), ["s3"]);
}

#[test]
fn an_action_outside_the_catalogue_grants_its_service_on_either_side_of_the_boundary() {
    let bounded = |identity: &[&str], boundary: &[&str]| {
        names(&limited(role([allow(identity)]), allow(boundary)), &["s3"])
    };
    assert_eq!(bounded(&["s3:NewThing"], &["*"]), ["s3"]);
    assert_eq!(bounded(&["s3:NewThing"], &["s3:New*"]), ["s3"]);
    assert_eq!(bounded(&["s3:NewTh*"], &["s3:NewThing"]), ["s3"]);
    assert_eq!(bounded(&["s3:*"], &["s3:NewThing"]), ["s3"]);
    assert_eq!(bounded(&["*"], &["NewService:*"]), ["newservice"]);
    assert_eq!(bounded(&["newservice:*"], &["newservice:Get*"]), ["newservice"]);
    assert_eq!(bounded(&["s3:NewThing"], &["s3:OtherThing"]), Vec::<String>::new());
    assert_eq!(bounded(&["newservice:Get*"], &["newservice:Put*"]), Vec::<String>::new());
}

fn of_actions(
    principal: &Principal,
    services: &[(&str, Option<i64>, &[Last<'_>])],
) -> PrincipalUsage {
    let (report, settings) = (evidence_of_actions(services), &Judging::default());
    PrincipalUsage::of(principal, &report, settings, as_of(), Catalog::embedded()).unwrap()
}

fn actions_of(usage: &PrincipalUsage, service: &str) -> Vec<(String, Usage)> {
    let service = usage.services.iter().find(|it| it.namespace == service).unwrap();
    service.actions.iter().map(|it| (it.action.to_string(), it.usage)).collect()
}

#[test]
fn granted_actions_of_a_used_service_are_used_stale_or_never_used_by_their_own_dates() {
    let tracked: &[Last<'_>] =
        &[("GetRole", Some(1)), ("putuserpolicy", Some(200)), ("UpdateRole", None)];
    let of = |created, granted: &[&str]| {
        let principal = Principal { created, ..role([allow(granted)]) };
        actions_of(&of_actions(&principal, &[("iam", Some(1), tracked)]), "iam")
    };
    let used = Usage::Used { last: days_ago(1), by: Source::LastAccessed };
    let stale = Usage::Idle(Idle::Stale { last: days_ago(200) });
    let all = |never, stale| {
        vec![
            ("iam:GetRole".to_owned(), used),
            ("iam:PutUserPolicy".to_owned(), stale),
            ("iam:UpdateRole".to_owned(), never),
        ]
    };
    let old = Some(days_ago(500));
    assert_eq!(of(old, &["iam:*"]), all(Usage::Idle(Idle::Never), stale));
    // What happened before the role was created was not its use.
    let young = Usage::Unknown(Unknown::YoungerThanWindow);
    assert_eq!(of(Some(days_ago(100)), &["iam:*"]), all(young, young));
    // What is not granted does not matter, and what the report does not list is not idle.
    assert_eq!(of(old, &["iam:GetRole", "iam:PassRole"]), [("iam:GetRole".to_owned(), used)]);
}

#[test]
fn a_use_without_its_date_is_no_sign_of_idleness() {
    let page = json!({
        "JobStatus": "COMPLETED", "JobCompletionDate": as_of(),
        "ServicesLastAccessed": [
            { "ServiceNamespace": "sns", "TotalAuthenticatedEntities": 0 },
            { "ServiceNamespace": "sqs", "TotalAuthenticatedEntities": 1 },
            { "ServiceNamespace": "s3", "LastAuthenticated": days_ago(200),
              "TotalAuthenticatedEntities": 1 },
            { "ServiceNamespace": "iam", "LastAuthenticated": days_ago(1), "TrackedActionsLastAccessed": [
                { "ActionName": "GetRole", "LastAccessedTime": days_ago(1) },
                { "ActionName": "UpdateRole",
                  "LastAccessedEntity": "arn:aws:iam::111122223333:role/team/app" }
            ] }
        ]
    });
    let evidence = Evidence::from(LastAccessedReport::from_json(&page).unwrap());
    let principal = role([allow(&["iam:GetRole", "iam:UpdateRole", "s3:*", "sns:*", "sqs:*"])]);
    let (judging, catalog) = (Judging::default(), Catalog::embedded());
    let usage = PrincipalUsage::of(&principal, &evidence, &judging, as_of(), catalog).unwrap();
    let undated = Usage::Unknown(Unknown::UndatedUse);
    let used = Usage::Used { last: days_ago(1), by: Source::LastAccessed };
    let of = |name: &str| usage.services.iter().find(|it| it.namespace == name).unwrap().usage;
    assert_eq!(
        ["iam", "s3", "sns", "sqs"].map(of),
        [used, Usage::Idle(Idle::Stale { last: days_ago(200) }), Usage::Idle(Idle::Never), undated]
    );
    assert_eq!(
        actions_of(&usage, "iam"),
        [("iam:GetRole".to_owned(), used), ("iam:UpdateRole".to_owned(), undated)]
    );
}

#[test]
fn a_role_whose_trust_policy_cannot_be_read_is_not_judged() {
    let why = UnreadableDocument::Missing;
    let principal = Principal { trust: Some(Err(why.clone())), ..role([allow(&["sqs:*"])]) };
    let judging = Judging::default();
    let (evidence, catalog) = (evidence(&[("sqs", None)]), Catalog::embedded());
    let usage = PrincipalUsage::of(&principal, &evidence, &judging, as_of(), catalog);
    assert_eq!(usage.unwrap_err(), UnknownPermissions::Trust { why });
}

#[test]
fn an_action_that_the_catalogue_does_not_know_is_told_apart_too() {
    let tracked: &[Last<'_>] = &[("NewThing", Some(1)), ("OtherNewThing", Some(1))];
    let usage =
        of_actions(&role([allow(&["sqs:New*", "sqs:GetQueueUrl"])]), &[("sqs", Some(1), tracked)]);
    assert_eq!(
        actions_of(&usage, "sqs"),
        [("sqs:NewThing".to_owned(), Usage::Used { last: days_ago(1), by: Source::LastAccessed })]
    );
    let uncatalogued: Vec<&str> = usage.uncatalogued["sqs"].iter().map(Pattern::as_str).collect();
    assert_eq!(uncatalogued, ["sqs:New*"]);
}

#[test]
fn the_use_of_an_action_is_a_use_of_its_service() {
    let usage =
        of_actions(&role([allow(&["sqs:*"])]), &[("sqs", None, &[("SendMessage", Some(2))])]);
    assert_eq!(
        usage.services[0].usage,
        Usage::Used { last: days_ago(2), by: Source::LastAccessed }
    );
}

#[test]
fn what_something_used_needs_is_not_idle() {
    // Lambda takes a role, of which IAM records no use; GetRole is idle like all of IAM.
    let principal = |iam: &[&str]| role([allow(&["lambda:CreateFunction"]), allow(iam)]);
    let rows: [(&str, Option<i64>, &[Last<'_>]); 2] =
        [("iam", None, &[("GetRole", None)]), ("lambda", Some(1), &[("CreateFunction", Some(1))])];
    let of = |iam: &[&str]| {
        let usage = of_actions(&principal(iam), &rows);
        let needed: Vec<String> = usage
            .spared
            .iter()
            .map(|spared| Catalog::embedded().action(spared.action).to_string())
            .collect();
        (usage.services[0].usage, needed)
    };
    let needed = vec!["iam:PassRole".to_owned()];
    let only_needed = Usage::Unknown(Unknown::NeededByAnother);
    assert_eq!(of(&["iam:PassRole"]), (only_needed, needed.clone()));
    assert_eq!(of(&["iam:PassRole", "iam:DeleteUser"]), (Usage::Idle(Idle::Never), needed));
}

#[test]
fn an_idle_action_that_a_used_one_needs_is_unknown() {
    let principal =
        role([allow(&["logs:PutLogEvents", "logs:CreateLogStream", "logs:DeleteLogGroup"])]);
    let tracked: &[Last<'_>] =
        &[("CreateLogStream", None), ("DeleteLogGroup", None), ("PutLogEvents", Some(1))];
    assert_eq!(
        actions_of(&of_actions(&principal, &[("logs", Some(1), tracked)]), "logs"),
        [
            ("logs:CreateLogStream".to_owned(), Usage::Unknown(Unknown::NeededByAnother)),
            ("logs:DeleteLogGroup".to_owned(), Usage::Idle(Idle::Never)),
            (
                "logs:PutLogEvents".to_owned(),
                Usage::Used { last: days_ago(1), by: Source::LastAccessed }
            ),
        ]
    );
}

const READERS: &str = "arn:aws:iam::111122223333:policy/readers";

/// What counts, what does not, and the level of what counts, where `readers` is ignored.
fn ignoring_readers(
    own: &[&str],
    readers: &[&str],
    rows: &[(&str, Option<i64>, &[Last<'_>])],
) -> (Vec<(String, Option<AccessLevel>)>, Vec<String>) {
    let mut principal = role([allow(own)]);
    principal.policies.push(GrantingPolicy {
        source: PolicySource::Managed { arn: READERS.to_owned() },
        document: Ok(allow(readers)),
    });
    let judging = Judging { ignored_policies: READERS.parse().unwrap(), ..Judging::default() };
    let (report, catalog) = (evidence_of_actions(rows), Catalog::embedded());
    let usage = PrincipalUsage::of(&principal, &report, &judging, as_of(), catalog).unwrap();
    let counted = usage.services.into_iter().map(|it| (it.namespace, it.level)).collect();
    (counted, usage.ignored_services.into_iter().map(|it| it.namespace).collect())
}

#[test]
fn a_service_counts_by_what_no_ignored_policy_grants_in_it() {
    let rows: &[(&str, Option<i64>, &[Last<'_>])] =
        &[("s3", None, &[]), ("sqs", Some(1), &[]), ("kms", None, &[])];
    assert_eq!(
        ignoring_readers(
            &["s3:GetObject", "sqs:GetQueueUrl", "kms:Decrypt"],
            &["s3:*", "sqs:SendMessage"],
            rows
        ),
        (
            vec![("kms".into(), Some(AccessLevel::Write)), ("sqs".into(), Some(AccessLevel::Read))],
            vec!["s3".into()]
        )
    );
}

#[test]
fn a_service_does_not_count_if_an_ignored_policy_grants_a_name_that_the_catalogue_does_not_know() {
    let counts = (vec![("sqs".to_owned(), Some(AccessLevel::Write))], Vec::new());
    let does_not = (Vec::new(), vec!["sqs".to_owned()]);
    let own = &["sqs:SendMessage", "sqs:NewThing"];
    let silent: &[(&str, Option<i64>, &[Last<'_>])] = &[("sqs", None, &[])];
    assert_eq!(ignoring_readers(own, &["sqs:Get*"], silent), counts);
    for readers in [&["sqs:NewThing"][..], &["sqs:N*"], &["sqs:New?hing"]] {
        assert_eq!(ignoring_readers(own, readers, silent), does_not, "{readers:?}");
    }
    // Nor if the report alone names it.
    let told: &[(&str, Option<i64>, &[Last<'_>])] = &[("sqs", Some(1), &[("GetThing", None)])];
    assert_eq!(ignoring_readers(&["sqs:SendMessage"], &["sqs:Get*"], told), does_not);
    assert_eq!(ignoring_readers(&["sqs:SendMessage"], &["sqs:List*"], told), counts);
}

#[test]
fn idle_reads_of_a_used_service_are_left_alone_if_so_set() {
    let report = evidence_of_actions(&[(
        "iam",
        Some(1),
        &[("GetRole", None), ("AddUserToGroup", None), ("DeleteGroup", Some(1))],
    )]);
    let idle = |preserve_reads| {
        let settings = &Judging { preserve_reads, ..Judging::default() };
        let principal = role([allow(&["iam:*"])]);
        let usage = PrincipalUsage::of(&principal, &report, settings, as_of(), Catalog::embedded());
        let actions = usage.unwrap().services.remove(0).actions;
        let idle = actions.into_iter().filter(|action| action.idle().is_some());
        idle.map(|action| action.action.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(idle("false".parse().unwrap()), ["iam:AddUserToGroup", "iam:GetRole"]);
    assert_eq!(idle("true".parse().unwrap()), ["iam:AddUserToGroup"]);
}

#[test]
fn what_a_boundary_of_our_own_sets_aside_counts_where_it_is_used() {
    let base = statements(json!([
        { "Sid": "LeastwiseBaseActions", "Effect": "Allow",
          "Action": ["sqs:GetQueueUrl", "sns:Publish"], "Resource": "*" }
    ]));
    let principal = own(role([allow(&["*"])]), base);
    let tracked: &[Last<'_>] = &[("GetQueueUrl", Some(1))];
    let usage = of_actions(&principal, &[("sqs", Some(1), tracked), ("sns", None, &[])]);
    let services: Vec<&str> = usage.services.iter().map(|it| it.namespace.as_str()).collect();
    assert_eq!(services, ["sqs"]);
}

#[test]
fn what_our_boundary_stops_and_is_attempted_since_is_a_suspected_break() {
    let since = |days: Option<i64>| {
        let mut principal = own(role([allow(&["s3:*", "sqs:*", "sns:*"])]), allow(&["s3:Get*"]));
        principal.boundary.as_mut().unwrap().since = days.map(days_ago);
        let rows: [(&str, Option<i64>, &[Last<'_>]); 4] = [
            ("ec2", Some(1), &[]),
            (
                "s3",
                Some(1),
                &[("DeleteBucket", Some(3)), ("GetBucketAcl", Some(3)), ("PutBucketAcl", Some(30))],
            ),
            ("sns", Some(20), &[]),
            ("sqs", Some(2), &[]),
        ];
        let attempts = of_actions(&principal, &rows).suspected_breaks;
        attempts.into_iter().map(|attempt| (attempt.what, attempt.last)).collect::<Vec<_>>()
    };
    let attempt = |what: &str, days| (what.to_owned(), days_ago(days));
    assert_eq!(since(Some(10)), [attempt("s3:DeleteBucket", 3), attempt("sqs", 2)]);
    assert_eq!(since(Some(3)), [attempt("sqs", 2)]);
    assert_eq!(since(None), []);
}

#[test]
fn each_reason_not_to_know_reads_as_a_sentence() {
    let reasons = [
        Unknown::NotTracked,
        Unknown::YoungerThanWindow,
        Unknown::AgeUnknown,
        Unknown::NeededByAnother,
    ];
    assert_eq!(
        reasons.map(|reason| reason.to_string()),
        [
            "not in the service last accessed report",
            "not used yet by a principal younger than the window",
            "not used, and the age of the principal is unknown",
            "not recorded as used, but needed by what is used",
        ]
    );
}
