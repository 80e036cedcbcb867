use super::compliance::Compliance;
use super::evaluate::evaluate;
use super::settings::RuleSettings;
use crate::evidence::{
    EarlierGrants, Evidence, PlannedFrom, PlannedGrants, PreviousLimit, ReportError,
};
use crate::exemption::ExemptionRules;
use crate::iam::{Group, Principal};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::checked_elsewhere::checked_elsewhere;

use super::*;
use crate::iam::{Account, GrantingPolicy, PolicySource, UnreadableDocument};
use crate::reach::AccountReach;
use crate::settings::{Judging, Weighting};
use crate::testing::{
    allow, as_of, days_ago, evidence, evidence_of, group, own, quarantined, role, statements, user,
};
use serde_json::json;
use std::sync::Arc;

fn verdict(
    principal: &Principal,
    report: Result<&Evidence, &ReportError>,
    settings: &RuleSettings,
) -> (Compliance, String) {
    let verdict = evaluate(principal, report, settings, Catalog::embedded(), as_of());
    assert!((1..=256).contains(&verdict.annotation.chars().count()));
    (verdict.compliance, verdict.annotation)
}

fn judged(actions: &[&str], used: &[(&str, Option<i64>)]) -> (Compliance, String) {
    verdict(&role([allow(actions)]), Ok(&evidence(used)), &RuleSettings::default())
}

fn exempt(list: &str) -> ExemptionRules {
    ExemptionRules { exempt_principals: list.parse().unwrap(), ..ExemptionRules::default() }
}

fn not_applicable(reason: &str) -> (Compliance, String) {
    (Compliance::NotApplicable, reason.to_owned())
}

/// Services of one write action each, in the order of the alphabet.
const WRITES: [&str; 5] = [
    "dynamodb:PutItem",
    "kinesis:PutRecord",
    "lambda:InvokeFunction",
    "logs:PutLogEvents",
    "sns:Publish",
];

#[test]
fn the_annotation_says_what_is_idle_and_since_when() {
    let rows = [("dynamodb", Some(181)), ("kinesis", None), ("lambda", None), ("logs", Some(3))];
    // Three of four known services of equal weight, and sns is not in the report.
    assert_eq!(
        judged(&WRITES, &rows),
        (
            Compliance::NonCompliant,
            "PCI 75 high: 3 of 5 granted services idle (2 never used, 1 not for 180 days); \
                 top: dynamodb, kinesis, lambda; unknown: 1; by services only"
                .into()
        )
    );
}

#[test]
fn the_annotation_leaves_out_what_there_is_none_of() {
    let compliant = |text: &str| (Compliance::Compliant, text.to_owned());
    assert_eq!(
        judged(&["logs:PutLogEvents"], &[("logs", Some(3))]),
        compliant("PCI 0 low: 0 of 1 granted services idle; by services only")
    );
    assert_eq!(
        judged(&WRITES[3..], &[("logs", Some(3)), ("sns", Some(300))]),
        compliant(
            "PCI 50 medium: 1 of 2 granted services idle (1 not for 180 days); top: sns; by services only"
        )
    );
    assert_eq!(
        verdict(&role([]), Ok(&evidence(&[])), &RuleSettings::default()),
        compliant("PCI 0 low: no service is granted; by services only")
    );
}

#[test]
fn a_long_annotation_is_cut_between_services() {
    let catalog = Catalog::embedded();
    let services = catalog.services();
    // A service that no API checks stays unknown.
    let checked =
        services.filter(|it| !ActionSet::of_service(it).is_subset(&checked_elsewhere(catalog)));
    let names: Vec<&str> = checked.map(|service| service.namespace.as_str()).collect();
    let rows: Vec<(&str, Option<i64>)> = names.iter().skip(1).map(|name| (*name, None)).collect();
    let granted: Vec<String> = names.iter().map(|name| format!("{name}:*")).collect();
    let everything = role([allow(&granted.iter().map(String::as_str).collect::<Vec<_>>())]);
    let judged =
        evaluate(&everything, Ok(&evidence(&rows)), &RuleSettings::default(), catalog, as_of());
    let (idle, granted) = (names.len() - 1, names.len());
    let head = format!(
        "PCI 100 high: {idle} of {granted} granted services idle ({idle} never used); top: "
    );
    let rest = judged.annotation.strip_prefix(&head).unwrap();
    let listed = rest.strip_suffix("; unknown: 1; by services only").unwrap();
    let drivers = judged.assessment.unwrap().score.drivers;
    let mut expected = drivers.iter().map(|driver| driver.service.as_str());
    for service in listed.split(", ") {
        assert_eq!(Some(service), expected.next());
    }
    let length = judged.annotation.chars().count();
    assert!(length <= 256 && length + 2 + expected.next().unwrap().len() > 256);
}

/// The user `mira`, who uses what she is granted herself, and whom this group grants as many
/// services that she does not.
fn member(group: &str, idle: &[&str]) -> (Principal, Evidence) {
    let direct = &WRITES[3..4];
    let mut principal = user([allow(direct)]);
    let of_group: Vec<String> = idle.iter().map(|service| format!("{service}:*")).collect();
    let of_group: Vec<&str> = of_group.iter().map(String::as_str).collect();
    principal.policies.push(GrantingPolicy {
        source: PolicySource::GroupInline { group: group.into(), name: "team".into() },
        document: Ok(allow(&of_group)),
    });
    let rows = std::iter::once(("logs", Some(1)));
    (principal, evidence(&rows.chain(idle.iter().map(|it| (*it, None))).collect::<Vec<_>>()))
}

#[test]
fn the_annotation_names_the_group_by_which_most_of_the_index_comes() {
    let (principal, report) = member("devs", &["sqs", "kms"]);
    assert_eq!(
            verdict(&principal, Ok(&report), &RuleSettings::default()),
            (
                Compliance::NonCompliant,
                "PCI 77 high: 2 of 3 granted services idle (2 never used); top: kms, sqs; most by group `devs`; \
                 by services only"
                    .into()
            )
        );
}

#[test]
fn a_group_whose_name_does_not_fit_leaves_the_annotation_whole_without_it() {
    let names: Vec<&str> = Catalog::embedded().services().map(|it| it.namespace.as_str()).collect();
    for length in [1, 64, 128] {
        let group = "g".repeat(length);
        let (principal, report) = member(&group, &names);
        let (_, annotation) = verdict(&principal, Ok(&report), &RuleSettings::default());
        assert!(annotation.chars().count() <= 256, "{annotation}");
        assert!(annotation.contains(&format!("; most by group `{group}`; ")), "{annotation}");
    }
    let (principal, report) = member(&"g".repeat(200), &names);
    let (_, annotation) = verdict(&principal, Ok(&report), &RuleSettings::default());
    assert!(!annotation.contains("group") && annotation.ends_with("; by services only"));
}

/// A user who may have a function run as an administrator, and uses nothing but S3.
fn reaching(with_account: bool) -> (Compliance, String) {
    let account = Account::from_json(
        &json!({
            "RoleDetailList": [{
                "Arn": "arn:aws:iam::111122223333:role/admin", "RoleId": "AROAEXAMPLE000000001",
                "RolePolicyList": [{ "PolicyName": "all", "PolicyDocument": allow(&["*"]) }],
                "AssumeRolePolicyDocument": statements(json!([{
                    "Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": { "Service": "codebuild.amazonaws.com" },
                }])),
            }],
            "UserDetailList": [{
                "Arn": "arn:aws:iam::111122223333:user/mira", "UserId": "AIDAEXAMPLE000000001",
                "CreateDate": days_ago(1_000),
                "UserPolicyList": [{ "PolicyName": "builds", "PolicyDocument": allow(&[
                    "codebuild:CreateProject", "codebuild:StartBuild", "iam:PassRole", "s3:GetObject",
                ]) }],
            }],
        })
        .to_string(),
    )
    .unwrap();
    let mira = account.principal(&"arn:aws:iam::111122223333:user/mira".parse().unwrap()).unwrap();
    let reach = AccountReach::of(&account, Catalog::embedded());
    let reach = with_account.then(|| Arc::new(reach));
    let report = evidence(&[("codebuild", None), ("iam", None), ("s3", Some(1))]);
    let judging = Judging { weighting: Weighting::Reach, ..Judging::default() };
    let settings = RuleSettings { judging, ..RuleSettings::default() };
    verdict(mira, Ok(&Evidence { reach, ..report }), &settings)
}

#[test]
fn the_annotation_names_the_strongest_principal_that_is_reached() {
    // Both weigh 10 instead of 6, and what is used 3: 20 of 23.
    assert_eq!(
        reaching(true),
        (
            Compliance::NonCompliant,
            "PCI 87 high: 2 of 3 granted services idle (2 never used); top: codebuild, iam; \
             reaches role/admin by iam:PassRole, codebuild:CreateProject and codebuild:StartBuild; \
             by services only"
                .into()
        )
    );
}

#[test]
fn the_annotation_says_that_reach_is_left_out_where_the_account_is_not_known() {
    // 12 of 15.
    assert_eq!(
        reaching(false),
        (
            Compliance::NonCompliant,
            "PCI 80 high: 2 of 3 granted services idle (2 never used); top: codebuild, iam; \
             weighed without reach; by services only"
                .into()
        )
    );
}

#[test]
fn the_threshold_itself_is_compliant() {
    let principal = role([allow(&WRITES[3..])]);
    let report = evidence(&[("logs", Some(3)), ("sns", None)]);
    let at = |threshold: &str| {
        let threshold = threshold.parse().unwrap();
        let settings = RuleSettings { threshold, ..RuleSettings::default() };
        verdict(&principal, Ok(&report), &settings).0
    };
    assert_eq!((at("50"), at("49")), (Compliance::Compliant, Compliance::NonCompliant));
}

/// What a role is reported as that may use these actions of idle services beside `logs`, under a
/// Leastwise boundary of nothing but `logs` that has stood for 30 days; all were attempted since.
fn stopped(actions: &[&str], settings: &RuleSettings) -> (Compliance, String) {
    let granted = role([allow(&[&["logs:PutLogEvents"], actions].concat())]);
    let mut principal = own(granted, allow(&["logs:PutLogEvents"]));
    principal.boundary.as_mut().unwrap().since = Some(days_ago(30));
    let services = actions.iter().map(|action| action.split_once(':').unwrap().0);
    let attempted: Vec<(&str, Option<i64>)> =
        services.chain(["logs"]).map(|service| (service, Some(3))).collect();
    verdict(&principal, Ok(&evidence(&attempted)), settings)
}

#[test]
fn a_suspected_break_is_not_compliant_whatever_the_index_and_is_said_first() {
    let settings = RuleSettings::default();
    let own = "PCI 0 low: 0 of 1 granted services idle; by services only";
    assert_eq!(
        stopped(&["kms:Decrypt"], &settings),
        (Compliance::NonCompliant, format!("suspected break: kms; {own}"))
    );
    assert_eq!(
        stopped(&["kms:Decrypt", "sqs:SendMessage"], &settings),
        (Compliance::NonCompliant, format!("suspected break: kms and 1 more; {own}"))
    );
    assert_eq!(
        stopped(&[], &RuleSettings { minimum_known: "100".parse().unwrap(), ..settings }),
        (Compliance::Compliant, own.to_owned())
    );
}

#[test]
fn a_suspected_break_is_said_even_where_nothing_else_is_known() {
    let granted = role([allow(&["kms:Decrypt", "sns:Publish", "sqs:SendMessage"])]);
    let report = evidence(&[("kms", Some(3))]);
    let under = |kept: &[&str]| {
        let mut principal = own(granted.clone(), allow(kept));
        principal.boundary.as_mut().unwrap().since = Some(days_ago(30));
        verdict(&principal, Ok(&report), &RuleSettings::default())
    };
    assert_eq!(
        under(&["sns:Publish"]),
        (
            Compliance::NonCompliant,
            "suspected break: kms; no index: the use of none of its 1 granted services is known"
                .to_owned()
        )
    );
    let mut principal = own(granted.clone(), allow(&["sns:Publish"]));
    principal.boundary.as_mut().unwrap().since = Some(days_ago(30));
    let earlier = EarlierGrants::Unknown("AWS Config has no record".to_owned());
    let report = Evidence { earlier, ..report };
    assert_eq!(
        verdict(&principal, Ok(&report), &RuleSettings::default()),
        (
            Compliance::NonCompliant,
            "suspected break: kms; no index: which of its permissions are new is unknown: AWS Config has no record"
                .to_owned()
        )
    );
}

#[test]
fn below_the_least_known_share_of_the_granted_weight_nothing_is_compliant() {
    let principal = role([allow(&WRITES)]);
    let report = evidence(&[("logs", Some(3)), ("sns", Some(3))]);
    let at = |minimum: &str| {
        let minimum_known = minimum.parse().unwrap();
        let settings = RuleSettings { minimum_known, ..RuleSettings::default() };
        verdict(&principal, Ok(&report), &settings)
    };
    // Two of five services of equal weight.
    let known = (
        Compliance::Compliant,
        "PCI 0 low: 0 of 5 granted services idle; unknown: 3; by services only".to_owned(),
    );
    assert_eq!(at("40"), known);
    assert_eq!(at("0"), known);
    assert_eq!(
        at("41"),
        not_applicable(
            "not judged: the use of 40 % of its grants by weight is known (3 of 5 services unknown), less than \
             MinimumKnownPercent (41 %)"
        )
    );
}

#[test]
fn where_iam_keeps_no_data_nobody_is_judged_however_little_has_to_be_known() {
    let report = evidence(&[("logs", Some(3)), ("sns", None)]);
    let minimum_known = "0".parse().unwrap();
    let settings = RuleSettings { minimum_known, ..RuleSettings::default() };
    let of = |partition: &str| {
        let arn = format!("arn:{partition}:iam::111122223333:role/app").parse().unwrap();
        let principal = Principal { arn, ..role([allow(&WRITES[3..])]) };
        verdict(&principal, Ok(&report), &settings)
    };
    assert_eq!(of("aws-us-gov"), of("aws"));
    assert_eq!(of("aws").0, Compliance::Compliant);
    for partition in ["aws-cn", "aws-iso"] {
        let why = format!(
            "not judged: IAM keeps no last accessed data in partition `{partition}`, so nobody there is judged"
        );
        assert_eq!(of(partition), not_applicable(&why));
    }
}

#[test]
fn a_principal_whose_tags_are_meant_to_exempt_it_is_not_judged_until_they_can_be_read() {
    let until = [("Leastwise:Exempt-Until".to_owned(), "2027-01-31".to_owned())];
    let principal = Principal { tags: until.into(), ..role([allow(&WRITES)]) };
    let (compliance, annotation) =
        verdict(&principal, Ok(&evidence(&[("sns", None)])), &RuleSettings::default());
    assert_eq!(compliance, Compliance::NotApplicable);
    let start = "not judged: it is meant to be exempt, and its tags cannot be read: tag `Leastwise:Exempt-Until` resembles ";
    assert!(annotation.starts_with(start), "{annotation}");
}

#[test]
fn a_user_in_quarantine_is_not_scored_as_if_its_permissions_had_gone() {
    let ana = user([allow(&["iam:*", "s3:GetObject"])]);
    let used = evidence(&[("iam", None), ("s3", Some(1))]);
    let settings = RuleSettings::default();
    assert_eq!(verdict(&ana, Ok(&used), &settings).0, Compliance::NonCompliant);
    assert_eq!(
        verdict(&quarantined(ana), Ok(&used), &settings),
        not_applicable(
            "not judged: in quarantine, so what it may do now is not what it is granted; judged again once it is \
                 released"
        )
    );
}

#[test]
fn an_exempt_principal_is_not_applicable_whatever_else_is_wrong_with_it() {
    let exemptions =
        ExemptionRules { exempt_principals: "app".parse().unwrap(), ..ExemptionRules::default() };
    let settings = RuleSettings { exemptions, ..RuleSettings::default() };
    let principal = Principal { created: Some(days_ago(1)), ..role([]) };
    assert_eq!(
        verdict(&principal, Err(&ReportError::Missing), &settings),
        not_applicable("exempt by `app` in ExemptPrincipals")
    );
}

#[test]
fn a_new_principal_is_judged_from_the_day_it_is_old_enough() {
    let report = evidence(&[("logs", Some(0))]);
    let created =
        |days| Principal { created: Some(days_ago(days)), ..role([allow(&["logs:PutLogEvents"])]) };
    let settings = RuleSettings::default();
    assert_eq!(
        verdict(&created(89), Ok(&report), &settings),
        not_applicable("not judged: created 89 days ago; judged once it is 90 days old")
    );
    assert_eq!(verdict(&created(90), Ok(&report), &settings).0, Compliance::Compliant);
    let at_once = RuleSettings { minimum_age: "0".parse().unwrap(), ..settings };
    assert_eq!(verdict(&created(0), Ok(&report), &at_once).0, Compliance::Compliant);
}

#[test]
fn a_principal_of_unknown_age_is_judged_by_what_it_used() {
    let principal = Principal { created: None, ..role([allow(&WRITES[3..])]) };
    assert_eq!(
        verdict(
            &principal,
            Ok(&evidence(&[("logs", Some(3)), ("sns", None)])),
            &RuleSettings::default()
        ),
        (
            Compliance::Compliant,
            "PCI 0 low: 0 of 2 granted services idle; unknown: 1; by services only".to_owned()
        )
    );
}

#[test]
fn nothing_known_is_not_compliant() {
    assert_eq!(
        judged(&WRITES, &[]),
        not_applicable("not judged: the use of none of its 5 granted services is known")
    );
}

#[test]
fn without_a_usable_report_or_policy_nothing_is_judged() {
    let principal = role([allow(&WRITES)]);
    let settings = RuleSettings::default();
    assert_eq!(
        verdict(&principal, Err(&ReportError::InProgress), &settings),
        not_applicable("not judged: its service last accessed report is still in progress")
    );
    assert_eq!(
        verdict(&principal, Ok(&evidence_of(days_ago(181), &[("sns", None)])), &settings),
        not_applicable(
            "not judged: its service last accessed report was finished on 2025-12-31, before the window, which \
                 begins on 2026-01-01"
        )
    );
    let unreadable = Principal {
        policies: vec![GrantingPolicy {
            source: PolicySource::Inline { name: "own".into() },
            document: Err(UnreadableDocument::Missing),
        }],
        ..principal
    };
    assert_eq!(
        verdict(&unreadable, Ok(&evidence(&[])), &settings),
        not_applicable(
            "not judged: what inline policy `own` grants is unknown: its text is missing from the account data"
        )
    );
}

#[test]
fn a_reason_that_is_too_long_ends_in_an_ellipsis() {
    let failed = ReportError::Failed { code: "ServiceError".into(), message: "é".repeat(300) };
    let (_, annotation) = verdict(&role([]), Err(&failed), &RuleSettings::default());
    let head = "not judged: IAM could not make its service last accessed report: ServiceError: ";
    assert_eq!(annotation, format!("{head}{}…", "é".repeat(255 - head.len())));
}

#[test]
fn a_principal_that_may_do_nothing_is_compliant() {
    let deny = statements(json!([{ "Effect": "Deny", "Action": "*", "Resource": "*" }]));
    let principal = role([allow(&["*"]), deny]);
    assert_eq!(
        verdict(&principal, Ok(&evidence(&[("s3", Some(1))])), &RuleSettings::default()),
        (Compliance::Compliant, "PCI 0 low: no service is granted; by services only".into())
    );
}

fn group_verdict(group: &Group, evidence: &Evidence) -> (Compliance, String) {
    let (settings, catalog) = (RuleSettings::default(), Catalog::embedded());
    let verdict = evaluate_group(group, Ok(evidence), &settings, catalog, as_of());
    (verdict.compliance, verdict.annotation)
}

#[test]
fn a_group_is_judged_by_what_its_members_use_of_what_it_grants() {
    let group = group([allow(&WRITES[3..])]);
    assert_eq!(
            group_verdict(&group, &evidence(&[("logs", Some(3)), ("sns", None)])),
            (
                Compliance::Compliant,
                "PCI 50 medium: 1 of 2 granted services idle (1 never used); top: sns; by services only".into()
            )
        );
    assert_eq!(
        group_verdict(&group, &evidence(&[("logs", None), ("sns", None)])).0,
        Compliance::NonCompliant
    );
}

#[test]
fn a_group_that_nobody_is_in_is_not_applicable_and_not_idle() {
    let empty = Group { members: Vec::new(), ..group([allow(&WRITES)]) };
    assert_eq!(
        group_verdict(&empty, &evidence(&[("sns", None)])),
        not_applicable("it has no members, so nobody has what it grants")
    );
}

#[test]
fn what_only_members_younger_than_the_window_have_not_used_is_unknown() {
    let of = |members: &[i64]| {
        let members = members.iter().map(|days| Some(days_ago(*days))).collect();
        let group = Group { members, ..group([allow(&WRITES[3..])]) };
        group_verdict(&group, &evidence(&[("logs", Some(3)), ("sns", None)])).1
    };
    let young = "PCI 0 low: 0 of 2 granted services idle; unknown: 1; by services only";
    assert_eq!(of(&[20, 179]), young);
    let old =
        "PCI 50 medium: 1 of 2 granted services idle (1 never used); top: sns; by services only";
    assert_eq!(of(&[20, 180]), old);
}

#[test]
fn a_new_an_exempt_and_an_unreadable_group_are_not_judged() {
    let report = evidence(&[("sns", None)]);
    let new = Group { created: Some(days_ago(5)), ..group([]) };
    assert_eq!(
        group_verdict(&new, &report),
        not_applicable("not judged: created 5 days ago; judged once it is 90 days old")
    );
    for entry in ["devs", "/", "arn:aws:iam::*:group/d*"] {
        let settings = RuleSettings { exemptions: exempt(entry), ..RuleSettings::default() };
        let catalog = Catalog::embedded();
        let verdict = evaluate_group(&group([]), Ok(&report), &settings, catalog, as_of());
        assert_eq!(verdict.annotation, format!("exempt by `{entry}` in ExemptPrincipals"));
    }
    let policies = vec![GrantingPolicy {
        source: PolicySource::Inline { name: "own".into() },
        document: Err(UnreadableDocument::Missing),
    }];
    assert_eq!(
        group_verdict(&Group { policies, ..group([]) }, &report),
        not_applicable(
            "not judged: what inline policy `own` grants is unknown: its text is missing from the account data"
        )
    );
}

/// What a role is reported as that may use these actions beside `logs`, all of them granted since
/// its boundary of these statements was planned.
fn newly_granted(actions: &[&str], boundary: serde_json::Value) -> (Compliance, String) {
    let logs = "logs:PutLogEvents";
    let granted = role([allow(&[&[logs], actions].concat())]);
    let grants = PlannedGrants::Known(Box::new(role([allow(&[logs])])));
    let planned_from = PlannedFrom { grants, previous: PreviousLimit::Everything };
    let evidence = Evidence { planned_from, ..evidence(&[("logs", Some(3))]) };
    let settings = RuleSettings { minimum_known: "0".parse().unwrap(), ..RuleSettings::default() };
    verdict(&own(granted, statements(boundary)), Ok(&evidence), &settings)
}

#[test]
fn newly_granted_and_denied_is_only_what_the_boundary_really_denies() {
    let named = |sid: &str, actions: &[&str]| json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*" });
    let boundary = json!([
        named("LeastwiseKeep", &["logs:*"]),
        named("LeastwiseAlwaysAllow", &["kms:Decrypt", "queues:Send"]),
        named("LeastwiseBaseActions", &["s3:ListAllMyBuckets"])
    ]);
    let granted = ["kms:Decrypt", "queues:Send", "s3:ListAllMyBuckets", "sts:GetCallerIdentity"];
    let own = "PCI 0 low: 0 of 1 granted services idle; by services only";
    assert_eq!(newly_granted(&granted, boundary.clone()), (Compliance::Compliant, own.to_owned()));
    let more = [&granted[..], &["kms:Encrypt", "queues:Receive"]].concat();
    assert_eq!(
        newly_granted(&more, boundary),
        (
            Compliance::NonCompliant,
            format!("newly granted and denied by its boundary: kms and 1 more; {own}")
        )
    );
}

#[test]
fn a_new_grant_that_a_denial_of_ours_stops_is_not_reported_again_and_again() {
    let boundary = json!([
        { "Effect": "Allow", "Action": "logs:*", "Resource": "*" },
        { "Effect": "Deny", "Action": "kms:*", "Resource": "*" }
    ]);
    let own = "PCI 0 low: 0 of 1 granted services idle; by services only";
    assert_eq!(newly_granted(&["kms:Decrypt"], boundary), (Compliance::Compliant, own.to_owned()));
}
