use super::reasons::{Dropped, Extent, Kept, KeptUnknown, Plan, WhatDropped, WhyKept, WhyUnknown};
use super::refusal::Refusal;
use super::settings::PlanSettings;
use super::warning::Warning;
use crate::evidence::witnesses::Source;
use crate::evidence::{Evidence, Granularity};
use crate::exemption::ExemptionRules;
use crate::iam::{Boundary, Principal};
use crate::score::CreepIndex;
use crate::settings::{Judging, ResourceGrants};
use crate::tags::PREVIOUS_BOUNDARY_TAG;
use crate::testing::{
    Last, allow, as_of, bounded, days_ago, document, evidence, evidence_of, evidence_of_actions,
    limited, own, plan, quarantined, role, settings, statements, user,
};
use crate::usage::{Idle, Unknown};
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::Wildcards;
use leastwise_policy::document::Actions;
use leastwise_policy::pattern::Pattern;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TEAM_LIMITS: &str = "arn:aws:iam::111122223333:policy/team-limits";

fn planned(principal: &Principal, services: &[(&str, Option<i64>)]) -> Plan {
    plan(principal, &evidence(services), &settings(), Catalog::embedded(), as_of()).unwrap()
}

/// What is warned of beyond that the report is of service level and that this is a first boundary,
/// as almost everywhere here.
fn warnings(plan: &Plan) -> Vec<Warning> {
    let usual = [Warning::ServiceLevelEvidence, Warning::FirstBoundary];
    plan.warnings.iter().filter(|warning| !usual.contains(warning)).cloned().collect()
}

/// The statements of the boundary planned for `principal`, whose `used` services were used
/// yesterday and whose `idle` ones never. The plan is checked to be stable: with it in place the
/// same bytes are planned again.
fn boundary(principal: &Principal, used: &[&str], idle: &[&str]) -> Value {
    let used = used.iter().map(|service| (*service, Some(1)));
    let idle = idle.iter().map(|service| (*service, None));
    let rows: Vec<(&str, Option<i64>)> = used.chain(idle).collect();
    let first = planned(principal, &rows);
    let again = planned(&own(principal.clone(), first.document.clone()), &rows);
    assert_eq!(again.document.to_compact_string(), first.document.to_compact_string());
    assert_eq!((again.index, again.expected_index), (first.expected_index, first.expected_index));
    first.document.to_value().get("Statement").unwrap().clone()
}

fn keep(actions: Value) -> Value {
    json!({ "Sid": "LeastwiseKeep", "Effect": "Allow", "Action": actions, "Resource": "*" })
}

fn guards_of(own: &str) -> Vec<Value> {
    let policies = "arn:aws:iam::111122223333:policy/leastwise/*";
    let record = format!("aws:ResourceTag/{PREVIOUS_BOUNDARY_TAG}");
    vec![
        json!({
            "Sid": "LeastwiseGuardOwnBoundary", "Effect": "Deny",
            "Action": [
                "iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary",
                "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"
            ],
            "Resource": own
        }),
        json!({
            "Sid": "LeastwiseGuardBoundaries", "Effect": "Deny",
            "Action": ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"],
            "Resource": "*",
            "Condition": { "ArnLike": { "iam:PermissionsBoundary": policies } }
        }),
        json!({
            "Sid": "LeastwiseGuardBounded", "Effect": "Deny",
            "Action": ["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"],
            "Resource": "*",
            "Condition": { "Null": { record: "false" } }
        }),
        json!({
            "Sid": "LeastwiseGuardPolicies", "Effect": "Deny",
            "Action": [
                "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion",
                "iam:SetDefaultPolicyVersion", "iam:TagPolicy", "iam:UntagPolicy"
            ],
            "Resource": policies
        }),
        json!({
            "Sid": "LeastwiseGuardRecord", "Effect": "Deny",
            "Action": ["iam:TagRole", "iam:TagUser", "iam:UntagRole", "iam:UntagUser"],
            "Resource": "*",
            "Condition": { "ForAnyValue:StringLike": { "aws:TagKeys": "leastwise:*" } }
        }),
    ]
}

#[test]
fn used_services_are_kept_whole_idle_ones_dropped_and_unknown_ones_kept() {
    let principal = role([allow(&["s3:GetObject", "sqs:*", "sns:*", "kms:*"])]);
    let plan = planned(&principal, &[("s3", Some(1)), ("sns", None), ("sqs", Some(200))]);
    let value = |index: Option<CreepIndex>| index.map(CreepIndex::value);
    // 20 of the 23 that s3 (read) with sns and sqs (permissions management) weigh.
    assert_eq!((value(plan.index), value(plan.expected_index)), (Some(87), Some(0)));
    assert_eq!(
        plan,
        Plan {
            document: document(json!({
                "Version": "2012-10-17", "Statement": [keep(json!(["kms:*", "s3:*"]))]
            })),
            kept: vec![Kept {
                service: "s3".into(),
                why: WhyKept::Used {
                    last: days_ago(1),
                    by: Source::LastAccessed,
                    extent: Extent::Whole
                },
            }],
            dropped: vec![
                Dropped { service: "sns".into(), what: WhatDropped::Service(Idle::Never) },
                Dropped {
                    service: "sqs".into(),
                    what: WhatDropped::Service(Idle::Stale { last: days_ago(200) }),
                },
            ],
            unknown: vec![KeptUnknown {
                service: "kms".into(),
                why: WhyUnknown::Evidence(Unknown::NotTracked),
                actions: vec![],
            }],
            extras: vec![],
            wildcards: Wildcards::Stable,
            resource_grants: ResourceGrants::None,
            read_grants: BTreeMap::new(),
            may_grow_in_harm: vec!["kms:*".parse().unwrap(), "s3:*".parse().unwrap()],
            granularity: Granularity::Service,
            warnings: vec![
                Warning::ServiceLevelEvidence,
                Warning::FirstBoundary,
                Warning::DropsEarlierUse { days: 180, what: vec!["sqs".into()] },
            ],
            index: plan.index,
            expected_index: plan.expected_index,
        }
    );
}

#[test]
fn one_kept_service_stands_without_brackets() {
    let principal = role([allow(&["s3:*", "sqs:*"])]);
    assert_eq!(boundary(&principal, &["s3"], &["sqs"]), json!([keep(json!("s3:*"))]));
}

#[test]
fn a_service_that_neither_catalogue_nor_report_knows_is_kept_if_it_is_named() {
    let principal = role([allow(&["NewService:Get*", "sqs:*"])]);
    assert_eq!(boundary(&principal, &[], &["sqs"]), json!([keep(json!("NewService:Get*"))]));
}

#[test]
fn of_an_idle_service_a_new_name_is_kept_that_no_api_checks() {
    let principal = role([allow(&["s3:GetObject", "dsql:DbConnectNew", "sqs:NewAction"])]);
    let kept = boundary(&principal, &["s3"], &["dsql", "sqs"]);
    assert_eq!(kept, json!([keep(json!(["dsql:DbConnectNew", "s3:*"]))]));
}

#[test]
fn a_namespace_in_odd_case_is_the_same_service() {
    let principal = role([allow(&["S3:*", "SQS:*"])]);
    assert_eq!(boundary(&principal, &["S3"], &["SQS"]), json!([keep(json!("s3:*"))]));
}

#[test]
fn nothing_used_leaves_the_base_actions() {
    let principal = role([allow(&["s3:*", "sqs:*"])]);
    let plan = planned(&principal, &[("s3", None), ("sqs", None)]);
    let base: Action = "sts:GetCallerIdentity".parse().unwrap();
    assert_eq!(
        plan.kept,
        [Kept { service: "sts".into(), why: WhyKept::BaseActions { actions: vec![base] } }]
    );
    assert_eq!((warnings(&plan), plan.unknown), (vec![], vec![]));
    assert_eq!(
        boundary(&principal, &[], &["s3", "sqs"]),
        json!([{ "Sid": "LeastwiseBaseActions", "Effect": "Allow",
                 "Action": "sts:GetCallerIdentity", "Resource": "*" }])
    );
}

#[test]
fn base_actions_are_no_creep_even_if_the_principal_is_granted_their_service_and_uses_it() {
    let principal = role([allow(&["*"])]);
    let catalog = Catalog::embedded();
    let with_sts = |last| -> Vec<(&str, Option<i64>)> {
        let services = catalog.services().map(|service| service.namespace.as_str());
        services.map(|it| (it, if it == "sts" { last } else { None })).collect()
    };
    let plan = planned(&principal, &with_sts(None));
    // Left is what no API checks, of which nothing is known.
    assert_eq!(plan.expected_index, None);
    let bounded = own(principal, plan.document.clone());
    let later = planned(&bounded, &with_sts(Some(0)));
    assert_eq!(later.document, plan.document);
}

fn with_base(base_actions: &str) -> PlanSettings {
    PlanSettings { base_actions: base_actions.parse().unwrap(), ..settings() }
}

fn base_plan(principal: &Principal, base_actions: &str) -> Plan {
    let report = evidence(&[("s3", None), ("sqs", None), ("ec2", None)]);
    plan(principal, &report, &with_base(base_actions), Catalog::embedded(), as_of()).unwrap()
}

#[test]
fn base_actions_stand_under_the_limits_of_the_present_boundary() {
    let office = json!({ "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } });
    let limits = statements(json!([
        { "Sid": "Queues", "Effect": "Allow", "Action": "sqs:*", "Resource": "*", "Condition": office },
        { "Sid": "Buckets", "Effect": "Allow", "Action": ["s3:List*", "ec2:*"], "Resource": "*" },
        { "Sid": "NoBuckets", "Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": "*" }
    ]));
    let principal = limited(role([allow(&["s3:*", "sqs:*", "ec2:*"])]), limits);
    let plan = base_plan(
        &principal,
        "sts:GetCallerIdentity sqs:ListQueues s3:ListAllMyBuckets s3:ListBucket kms:ListKeys",
    );
    assert_eq!(
        plan.document.to_value().get("Statement").unwrap(),
        &json!([
            { "Sid": "LeastwiseBaseActions", "Effect": "Allow", "Action": "sqs:ListQueues",
              "Resource": "*", "Condition": office },
            { "Sid": "LeastwiseBaseActions2", "Effect": "Allow", "Action": "s3:ListBucket",
              "Resource": "*" },
            { "Sid": "LeastwiseBaseActions3", "Effect": "Allow", "Action": "sts:GetCallerIdentity",
              "Resource": "*" },
            { "Sid": "NoBuckets", "Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": "*" }
        ])
    );
    let kept = |service: &str, action: &str| Kept {
        service: service.into(),
        why: WhyKept::BaseActions { actions: vec![action.parse().unwrap()] },
    };
    assert_eq!(
        plan.kept,
        [
            kept("s3", "s3:ListBucket"),
            kept("sqs", "sqs:ListQueues"),
            kept("sts", "sts:GetCallerIdentity"),
        ]
    );
    let [left_out @ Warning::BaseActionsLeftOut { .. }] = &warnings(&plan)[..] else {
        panic!("{:?}", plan.warnings)
    };
    assert_eq!(
        left_out.to_string(),
        "the present boundary does not allow the base actions `kms:ListKeys`, `s3:ListAllMyBuckets`; they are left out"
    );
    let again = base_plan(
        &own(principal, plan.document.clone()),
        "sts:GetCallerIdentity sqs:ListQueues s3:ListAllMyBuckets s3:ListBucket kms:ListKeys",
    );
    assert_eq!(again.document.to_compact_string(), plan.document.to_compact_string());
}

#[test]
fn where_no_base_action_is_left_the_one_that_needs_no_permission_stands() {
    let principal = limited(role([allow(&["*"])]), allow(&["ec2:*"]));
    let plan = base_plan(&principal, "kms:ListKeys");
    assert_eq!(
        plan.document.to_value().get("Statement").unwrap(),
        &json!([{ "Sid": "LeastwiseBaseActions", "Effect": "Allow",
                  "Action": "sts:GetCallerIdentity", "Resource": "*" }])
    );
    assert_eq!(
        plan.kept,
        [Kept {
            service: "sts".into(),
            why: WhyKept::BaseActions { actions: vec!["sts:GetCallerIdentity".parse().unwrap()] }
        }]
    );
}

#[test]
fn a_present_boundary_is_narrowed_under_its_own_limits() {
    let limits = statements(json!([
        { "Sid": "Data", "Effect": "Allow", "Action": ["s3:Get*", "sqs:*"],
          "Resource": "arn:aws:s3:::team-*", "Condition": { "Bool": { "aws:SecureTransport": "true" } } },
        { "Sid": "Gone", "Effect": "Allow", "Action": "sqs:*", "Resource": "*" },
        { "Sid": "Logs", "Effect": "Allow", "NotResource": "arn:aws:logs:*:*:log-group:audit",
          "Action": "l*:Put*" },
        { "Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::audit/*" }
    ]));
    let principal = limited(role([allow(&["s3:*", "sqs:*", "logs:*"])]), limits);
    assert_eq!(
        boundary(&principal, &["s3", "logs"], &["sqs"]),
        json!([
            { "Sid": "Data", "Effect": "Allow", "Action": "s3:Get*",
              "Resource": "arn:aws:s3:::team-*", "Condition": { "Bool": { "aws:SecureTransport": "true" } } },
            { "Sid": "Logs", "Effect": "Allow", "NotResource": "arn:aws:logs:*:*:log-group:audit",
              "Action": "logs:Put*" },
            { "Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::audit/*" }
        ])
    );
    assert_eq!(
        warnings(&planned(&principal, &[("s3", Some(1)), ("logs", Some(1)), ("sqs", None)])),
        [Warning::CarriesLimitsOver { present: TEAM_LIMITS.into() }]
    );
}

#[test]
fn every_spelling_of_everything_is_narrowed_to_the_kept_services() {
    for everything in ["*", "**", "*:*", "*:**"] {
        let principal = limited(role([allow(&["s3:*", "sqs:*"])]), allow(&["s3:Get*", everything]));
        assert_eq!(
            boundary(&principal, &["s3"], &["sqs"]),
            json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }])
        );
    }
}

#[test]
fn of_two_spellings_of_one_pattern_one_is_left() {
    let principal = limited(role([allow(&["s3:*"])]), allow(&["s3:Get**", "s3:Get*"]));
    assert_eq!(
        boundary(&principal, &["s3"], &[]),
        json!([{ "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" }])
    );
}

#[test]
fn a_not_action_that_excludes_whole_services_becomes_a_list_of_what_is_kept() {
    let limits = statements(json!([
        { "Effect": "Allow", "NotAction": ["iam:*", "o*:*"], "Resource": "*" }
    ]));
    let principal = limited(role([allow(&["s3:*", "sqs:*", "iam:*"])]), limits);
    assert_eq!(
        boundary(&principal, &["s3", "iam"], &["sqs"]),
        json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }])
    );
}

#[test]
fn a_not_action_that_excludes_part_of_a_kept_service_stays_and_excludes_the_dropped_too() {
    let limits = statements(json!([
        { "Effect": "Allow", "NotAction": ["S3:DeleteBucket", "sqs:Purge*", "iam:*"], "Resource": "*" }
    ]));
    let principal = limited(role([allow(&["s3:*", "sqs:*", "batch:*"])]), limits);
    assert_eq!(
        boundary(&principal, &["s3"], &["batch", "sqs"]),
        json!([
            { "Effect": "Allow", "NotAction": ["batch:*", "iam:*", "S3:DeleteBucket", "sqs:*"],
              "Resource": "*" }
        ])
    );
    let plan = planned(&principal, &[("s3", Some(1)), ("batch", None), ("sqs", None)]);
    assert_eq!(warnings(&plan), [Warning::AllowsAllButTheDropped { kept: 1 }]);
    assert_eq!(
        warnings(&plan)[0].to_string(),
        "a list of the kept services (1) would exceed IAM's 6144 characters or not be exact, so the boundary lists \
         what it drops and allows the rest, services granted later included"
    );
}

/// The services of the catalogue that need no guards, all used but every tenth.
fn almost_everything_used() -> Vec<(&'static str, Option<i64>)> {
    let services = Catalog::embedded().services().filter(|service| service.namespace != "iam");
    services
        .zip(0..)
        .map(|(service, i)| (service.namespace.as_str(), (i % 10 != 0).then_some(1)))
        .collect()
}

#[test]
fn where_the_kept_services_do_not_fit_the_dropped_ones_are_listed() {
    let rows: Vec<(&str, Option<i64>)> =
        almost_everything_used().into_iter().chain([("iam", None)]).collect();
    let principal = role([allow(&["*"])]);
    let plan = planned(&principal, &rows);
    let [all_but, list, ..] = plan.document.statements() else { panic!("{}", plan.document) };
    // The idle services are excluded whole, and what is needed of them by what is used is listed.
    let mut idle: Vec<Pattern> = rows
        .iter()
        .filter(|(_, last)| last.is_none())
        .map(|(service, _)| format!("{service}:*").parse().unwrap())
        .collect();
    idle.sort();
    assert_eq!(all_but.actions(), &Actions::NotAction(idle));
    let needed = plan.kept.iter().flat_map(|kept| match &kept.why {
        WhyKept::Spared { actions } => actions.as_slice(),
        WhyKept::Used { .. }
        | WhyKept::GrantedByIgnored { .. }
        | WhyKept::MayBeGrantedByResourcePolicy { .. }
        | WhyKept::AlwaysAllowed { .. }
        | WhyKept::BaseActions { .. } => &[],
    });
    let needed: BTreeSet<String> = needed.map(|kept| kept.action.to_string()).collect();
    let catalog = Catalog::embedded();
    let listed = list.actions().in_catalog(catalog);
    let listed: BTreeSet<String> = listed.iter().map(|id| catalog.action(id).to_string()).collect();
    assert!(needed.contains("iam:PassRole"));
    assert_eq!(listed, needed);
    let kept = plan.kept.len();
    assert!(plan.warnings.contains(&Warning::AllowsAllButTheDropped { kept }));
    let bounded = own(principal, plan.document.clone());
    assert_eq!(
        planned(&bounded, &rows).document.to_compact_string(),
        plan.document.to_compact_string()
    );
}

#[test]
fn where_neither_list_fits_the_plan_is_refused() {
    let everything_unknown = Principal { created: None, ..role([allow(&["*"])]) };
    let services = Catalog::embedded().services().len();
    let rows = [("s3", Some(1)), ("ec2", Some(1))];
    let refusal =
        plan(&everything_unknown, &evidence(&rows), &settings(), Catalog::embedded(), as_of());
    let refusal = refusal.unwrap_err();
    let Refusal::TooLarge { characters, kept, unknown, .. } = refusal else { panic!("{refusal}") };
    assert_eq!((kept, unknown), (services, services - 2));
    assert_eq!(refusal.error_type(), "TooLarge");
    assert_eq!(
        refusal.to_string(),
        format!(
            "the boundary for `arn:aws:iam::111122223333:role/app` would have {characters} characters, and IAM takes \
             6144; {services} services would have to be kept, {unknown} of them in whole or in part because nothing is \
             known of their use; most characters go to {}; take grants away from it, or divide what it does among \
             several principals",
            "iam 479, license-manager-linux-subscriptions 40, license-manager-user-subscriptions 39, \
             partnercentral-account-management 38, sagemaker-data-science-assistant 37"
        )
    );
}

#[test]
fn iam_writes_that_stay_are_guarded_for_a_role_and_for_a_user() {
    for principal in [role([allow(&["iam:*", "s3:*"])]), user([allow(&["iam:*", "s3:*"])])] {
        let mut expected = vec![keep(json!("iam:*"))];
        expected.extend(guards_of(&principal.arn.to_string()));
        assert_eq!(boundary(&principal, &["iam"], &["s3"]), json!(expected));
        let plan = planned(&principal, &[("iam", Some(1)), ("s3", None)]);
        let actions = vec!["iam:PassRole"];
        assert_eq!(
            warnings(&plan),
            [Warning::KeepsIamWrites, Warning::ReachesOtherRoles { actions }]
        );
        assert_eq!(
            plan.warnings[0].to_string(),
            "IAM writes stay allowed: through them the principal can still give permissions to other principals, which \
             this boundary does not bind"
        );
    }
}

#[test]
fn reaching_roles_of_any_name_is_warned_of_however_it_is_written() {
    for (key, resource, expected) in [
        ("Resource", "arn:aws:iam::111122223333:role/*", true),
        ("Resource", "arn:aws:iam::*:*", true),
        ("NotResource", "arn:aws:iam::111122223333:role/admin", true),
        ("Resource", "arn:aws:iam::111122223333:role/app-*", false),
    ] {
        let statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", key: resource });
        let policy = document(json!({ "Version": "2012-10-17", "Statement": [statement] }));
        let plan = planned(&role([policy]), &[("sts", Some(1))]);
        let warning = Warning::ReachesOtherRoles { actions: vec!["sts:AssumeRole"] };
        assert_eq!(warnings(&plan).contains(&warning), expected, "{key} {resource}");
    }
}

#[test]
fn a_boundary_with_iam_is_guarded_though_only_iam_reads_are_granted_so_far() {
    let principal = role([allow(&["iam:Get*"])]);
    let mut expected = vec![keep(json!("iam:*"))];
    expected.extend(guards_of("arn:aws:iam::111122223333:role/app"));
    assert_eq!(boundary(&principal, &["iam"], &[]), json!(expected));
    assert_eq!(warnings(&planned(&principal, &[("iam", Some(1))])), []);
}

#[test]
fn iam_reads_need_no_guards() {
    let principal = limited(role([allow(&["iam:*"])]), allow(&["iam:Get*", "iam:List*"]));
    assert_eq!(
        boundary(&principal, &["iam"], &[]),
        json!([{ "Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*" }])
    );
}

#[test]
fn the_leastwise_boundary_of_another_principal_is_a_boundary_like_any_other() {
    let other = role([allow(&["iam:*"])]);
    let others = planned(&user([allow(&["iam:*"])]), &[("iam", Some(1))]).document;
    let principal = bounded(other, "arn:aws:iam::111122223333:policy/leastwise/user-mira", others);
    let mut expected = vec![json!({ "Effect": "Allow", "Action": "iam:*", "Resource": "*" })];
    expected.extend(guards_of("arn:aws:iam::111122223333:user/mira").into_iter().map(
        |mut guard| {
            guard.as_object_mut().unwrap().shift_remove("Sid");
            guard
        },
    ));
    expected.extend(guards_of("arn:aws:iam::111122223333:role/app"));
    assert_eq!(boundary(&principal, &["iam"], &[]), json!(expected));
}

#[test]
fn statement_ids_of_ours_in_a_foreign_boundary_are_taken_off() {
    let limits = statements(json!([
        { "Sid": "LeastwiseBaseActions", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" },
        { "Sid": "LeastwiseGuardPolicies", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" }
    ]));
    assert_eq!(
        boundary(&limited(role([allow(&["s3:*"])]), limits), &["s3"], &[]),
        json!([
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" },
            { "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" }
        ])
    );
}

#[test]
fn a_boundary_in_the_old_language_stays_in_it_where_it_names_variables() {
    let limits = |version: Value, resource: &str| {
        let mut limits = json!({ "Statement": [
            { "Effect": "Allow", "Action": "s3:*", "Resource": resource }
        ] });
        if !version.is_null() {
            limits.as_object_mut().unwrap().insert("Version".into(), version);
        }
        limited(role([allow(&["s3:*"])]), document(limits))
    };
    let version = |principal: Principal| {
        boundary(&principal, &["s3"], &[]);
        planned(&principal, &[("s3", Some(1))]).document.version().unwrap().to_owned()
    };
    let home = "arn:aws:s3:::home/${aws:username}/*";
    assert_eq!(version(limits(json!("2012-10-17"), home)), "2012-10-17");
    assert_eq!(version(limits(json!("2008-10-17"), home)), "2008-10-17");
    assert_eq!(version(limits(Value::Null, home)), "2008-10-17");
    assert_eq!(version(limits(json!("2008-10-17"), "*")), "2012-10-17");
}

fn refusal(principal: &Principal, settings: &PlanSettings) -> (&'static str, String) {
    let report = evidence(&[("s3", Some(1))]);
    let refusal = plan(principal, &report, settings, Catalog::embedded(), as_of()).unwrap_err();
    (refusal.error_type(), refusal.to_string())
}

#[test]
fn no_boundary_is_planned_from_the_state_of_a_user_in_quarantine() {
    let user = quarantined(user([allow(&["iam:*", "s3:*"])]));
    let message = "`arn:aws:iam::111122223333:user/mira` is in quarantine, so what it may do now is not what it is \
                   granted; release it and ask again";
    assert_eq!(refusal(&user, &settings()), ("Quarantined", message.into()));
}

#[test]
fn an_exempt_principal_is_refused_even_if_it_cannot_be_read() {
    let exemptions =
        ExemptionRules { exempt_principals: "app".parse().unwrap(), ..ExemptionRules::default() };
    let exempt = PlanSettings { exemptions, ..settings() };
    let message =
        "`arn:aws:iam::111122223333:role/app` is exempt: exempt by `app` in ExemptPrincipals";
    let unreadable = Boundary {
        policy_arn: TEAM_LIMITS.into(),
        document: Err(crate::iam::UnreadableDocument::Missing),
        since: None,
    };
    let principal = Principal { boundary: Some(unreadable), ..role([]) };
    assert_eq!(refusal(&principal, &exempt), ("Exempt", message.into()));
    assert_eq!(
        refusal(&principal, &settings()),
        (
            "PermissionsUnknown",
            "`arn:aws:iam::111122223333:role/app` cannot be planned for: what permissions boundary \
             `arn:aws:iam::111122223333:policy/team-limits` allows is unknown: its text is missing from the account data"
                .into()
        )
    );
}

#[test]
fn a_report_that_ends_before_the_window_is_refused_and_an_old_one_is_called_old() {
    let principal = role([allow(&["s3:*"])]);
    let of = |days| {
        let report = evidence_of(days_ago(days), &[("s3", Some(days))]);
        plan(&principal, &report, &settings(), Catalog::embedded(), as_of())
    };
    assert_eq!(warnings(&of(4).unwrap()), []);
    assert_eq!(warnings(&of(5).unwrap()), [Warning::ReportIsOld { days: 5 }]);
    assert_eq!(
        warnings(&of(5).unwrap())[0].to_string(),
        "the service last accessed report is 5 days older than the moment of the plan; later use is not in it"
    );
    let refusal = of(181).unwrap_err();
    assert_eq!(
        (refusal.error_type(), refusal.to_string()),
        (
            "UsageUnknown",
            "`arn:aws:iam::111122223333:role/app` cannot be planned for: its service last accessed report was finished \
             on 2025-12-31, before the window, which begins on 2026-01-01"
                .into()
        )
    );
}

/// A role that is granted every `step`th action of these services, uses the first `used` of every
/// ten of them, and the others no longer; its report has a date of each.
fn scattered(services: &[&str], step: usize, used: usize) -> (Principal, Evidence) {
    let catalog = Catalog::embedded();
    let granted: Vec<Vec<String>> = services
        .iter()
        .map(|service| {
            let ids = catalog.service(service).unwrap().ids().step_by(step);
            ids.map(|id| catalog.action(id).name.to_owned()).collect()
        })
        .collect();
    let all: Vec<String> = services
        .iter()
        .zip(&granted)
        .flat_map(|(service, names)| names.iter().map(move |name| format!("{service}:{name}")))
        .collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let tracked: Vec<Vec<(&str, Option<i64>)>> = granted
        .iter()
        .map(|names| {
            let last = |place: usize| Some(if place % 10 < used { 1 } else { 300 });
            names.iter().zip(0..).map(|(name, place)| (name.as_str(), last(place))).collect()
        })
        .collect();
    let rows: Vec<(&str, Option<i64>, &[Last<'_>])> = services
        .iter()
        .zip(&tracked)
        .map(|(service, tracked)| (*service, Some(1), tracked.as_slice()))
        .collect();
    (role([allow(&all)]), evidence_of_actions(&rows))
}

fn planned_with(
    principal: &Principal,
    report: &Evidence,
    wildcards: &str,
) -> Result<Plan, Refusal> {
    // What undoes what is used would join the scattered actions.
    let judging = Judging { keep_inverses: "false".parse().unwrap(), ..Judging::default() };
    let settings = PlanSettings { judging, wildcards: wildcards.parse().unwrap(), ..settings() };
    plan(principal, report, &settings, Catalog::embedded(), as_of())
}

#[test]
fn where_stable_wildcards_do_not_fit_any_exact_ones_are_used_and_none_is_refused() {
    let (principal, report) = scattered(&["rds", "s3"], 1, 8);
    let plan = planned_with(&principal, &report, "stable").unwrap();
    assert_eq!((plan.wildcards, plan.extras.len()), (Wildcards::Exact, 0));
    // That of s3 alone does not save enough, that of rds does.
    let services = vec!["rds".into()];
    assert!(plan.warnings.contains(&Warning::ExactWildcards { services }));
    assert!(plan.may_grow_in_harm.iter().all(|pattern| pattern.as_str().starts_with("rds:")));
    let exact = planned_with(&principal, &report, "exact").unwrap();
    assert!(exact.document.size() < plan.document.size());
    let refusal = planned_with(&principal, &report, "none").unwrap_err();
    let Refusal::TooLarge { with_exact_wildcards, .. } = refusal else { panic!("{refusal}") };
    assert_eq!(with_exact_wildcards, exact.document.size());
    let remedy =
        format!("; with `Wildcards` set to `exact` it would have {with_exact_wildcards}; ");
    assert!(refusal.to_string().contains(&remedy), "{refusal}");
}

#[test]
fn what_is_not_granted_is_admitted_before_what_is_and_permissions_management_never() {
    let (principal, report) = scattered(&["ec2"], 2, 6);
    let plan = planned_with(&principal, &report, "stable").unwrap();
    assert!(!plan.extras.is_empty());
    assert!(plan.extras.iter().all(|extra| !extra.granted), "{:?}", plan.extras);
    assert!(plan.extras.iter().all(|extra| extra.level != AccessLevel::PermissionsManagement));
    let (extras, granted) = (plan.extras.len(), 0);
    assert!(plan.warnings.contains(&Warning::AdmitsExtras { extras, granted }));
    assert_eq!(plan.expected_index.map(CreepIndex::value), Some(0));
}

#[test]
fn wildcards_that_cut_words_come_before_idle_grants() {
    let (principal, report) = scattered(&["ec2"], 1, 5);
    let plan = planned_with(&principal, &report, "stable").unwrap();
    assert!(plan.warnings.contains(&Warning::HardToRead { services: vec!["ec2".into()] }));
    assert_eq!(plan.extras, []);
    assert_eq!(plan.expected_index.map(CreepIndex::value), Some(0));
}
