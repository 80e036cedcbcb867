use super::prove::{ProvedPlan, is_valid, prove, prove_from};
use crate::boundary::MAX_POLICY_CHARACTERS;
use crate::evidence::{Evidence, PlannedFrom, PlannedGrants, PreviousLimit};
use crate::iam::Principal;
use crate::plan::{Extra, Plan, PlanSettings};
use crate::testing::{
    allow, as_of, document, evidence, evidence_of_actions, limited, own, plan, role, settings,
    statements,
};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Statement};
use serde_json::{Value, json};

const APP: &str = "`arn:aws:iam::111122223333:role/app`";

fn planned(principal: &Principal, report: &Evidence) -> Plan {
    plan(principal, report, &settings(), Catalog::embedded(), as_of()).unwrap()
}

/// Uses `s3` and `iam`, never `sqs`; bounded by a boundary with a limit and a denial.
fn principal() -> Principal {
    let limits = statements(json!([
        { "Effect": "Allow", "Action": ["iam:*", "sqs:*", "NewService:*"], "Resource": "*" },
        { "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::team-*" },
        { "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*" }
    ]));
    limited(role([allow(&["iam:*", "s3:*", "sqs:*", "newservice:Get*"])]), limits)
}

fn honest() -> Plan {
    planned(&principal(), &evidence(&[("iam", Some(1)), ("s3", Some(1)), ("sqs", None)]))
}

fn proved(principal: &Principal, plan: Plan) -> Result<ProvedPlan, String> {
    prove(principal, plan, Catalog::embedded()).map_err(|failure| failure.to_string())
}

/// Why the plan cannot be proved once its document's JSON was changed.
fn failure(tamper: impl FnOnce(&mut Value)) -> String {
    let mut plan = honest();
    let mut value = plan.document.to_value();
    tamper(&mut value);
    plan.document = document(value);
    proved(&principal(), plan).unwrap_err()
}

fn allows_also(statement: Value) -> String {
    failure(|document| document["Statement"].as_array_mut().unwrap().push(statement))
}

#[test]
fn the_plan_itself_is_proved_and_comes_out_as_it_went_in() {
    assert_eq!(
        honest().document.to_value()["Statement"].as_array().unwrap()[..3],
        [
            json!({ "Effect": "Allow", "Action": ["iam:*", "NewService:*"], "Resource": "*" }),
            json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::team-*" }),
            json!({ "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*" }),
        ]
    );
    let proof = proved(&principal(), honest()).unwrap();
    assert_eq!((proof.principal(), proof.plan()), (&principal().arn, &honest()));
    assert_eq!(proof.into_plan(), honest());
}

#[test]
fn what_is_kept_may_not_be_denied() {
    assert_eq!(
        failure(|document| document["Statement"][1]["Action"] = json!("s3:Get*")),
        format!("the boundary for {APP} would deny `s3:AbortMultipartUpload`, which is to be kept")
    );
    // Under other limits it is not the same permission.
    assert_eq!(
        failure(|document| document["Statement"][1]["Resource"] = json!("arn:aws:s3:::other-*")),
        format!("the boundary for {APP} would deny `s3:AbortMultipartUpload`, which is to be kept")
    );
    assert_eq!(
        failure(|document| document["Statement"][0]["Action"] = json!("iam:*")),
        format!("the boundary for {APP} would deny `NewService:*`, which is to be kept")
    );
}

#[test]
fn actions_that_the_catalogue_does_not_know_may_not_be_denied_either() {
    // Every name that is known begins with a letter.
    let known: Vec<String> = ('a'..='z').map(|letter| format!("s3:{letter}*")).collect();
    assert_eq!(
        failure(|document| document["Statement"][1]["Action"] = json!(known)),
        format!("the boundary for {APP} would deny `s3:*`, which is to be kept")
    );
}

#[test]
fn what_is_dropped_may_not_be_allowed() {
    let also =
        |action| allows_also(json!({ "Effect": "Allow", "Action": action, "Resource": "*" }));
    assert_eq!(
        also("sqs:SendMessage"),
        format!(
            "the boundary for {APP} would still allow `sqs:SendMessage`, which is to be dropped"
        )
    );
    assert_eq!(
        also("sqs:NewThing"),
        format!("the boundary for {APP} would still allow `sqs:NewThing`, which is to be dropped")
    );
}

#[test]
fn nothing_may_be_allowed_that_the_plan_does_not_mention() {
    // The present boundary would allow it, and no policy grants it: neither wider nor dropped, but
    // not planned.
    let limits = allow(&["s3:*", "ec2:*"]);
    let principal = limited(role([allow(&["s3:*"])]), limits);
    let mut plan = planned(&principal, &evidence(&[("s3", Some(1))]));
    plan.document = allow(&["ec2:DescribeInstances", "s3:*"]);
    assert_eq!(
        proved(&principal, plan.clone()),
        Err(format!(
            "the boundary for {APP} would also allow `ec2:DescribeInstances`, which its plan does not mention"
        ))
    );
    plan.extras.push(Extra {
        action: "ec2:DescribeInstances".parse().unwrap(),
        level: AccessLevel::List,
        granted: false,
    });
    assert_eq!(proved(&principal, plan.clone()).map(ProvedPlan::into_plan), Ok(plan));
}

#[test]
fn a_new_pattern_must_be_one_that_iam_takes() {
    for (pattern, valid) in [
        ("*", true),
        ("s3:Get*", true),
        ("s3:*", true),
        ("app-integrations:List?s", true),
        ("*:Get*", false),
        ("s?:*", false),
    ] {
        assert_eq!(is_valid(&pattern.parse().unwrap()), valid, "{pattern}");
    }
}

#[test]
fn nothing_may_be_wider_than_the_present_boundary() {
    let wider = |action: &str| {
        format!("the boundary for {APP} would be wider than the present one, by `{action}`")
    };
    let also = |action: Value, resource: &str| {
        allows_also(json!({ "Effect": "Allow", "Action": action, "Resource": resource }))
    };
    assert_eq!(also(json!("ec2:DescribeInstances"), "*"), wider("ec2:DescribeInstances"));
    assert_eq!(also(json!("s3:GetObject"), "*"), wider("s3:GetObject"));
    assert_eq!(also(json!("othernew:*"), "*"), wider("othernew:*"));
    assert_eq!(also(json!("ec2:NewThing"), "*"), wider("ec2:NewThing"));
    assert_eq!(also(json!(["sts:GetCallerIdentity", "ec2:NewThing"]), "*"), wider("ec2:NewThing"));
    // Every service that is known begins with a letter.
    let known: Vec<String> = ('a'..='z').map(|letter| format!("{letter}*:*")).collect();
    assert_eq!(
        allows_also(json!({ "Effect": "Allow", "NotAction": known, "Resource": "*" })),
        wider("*")
    );
}

#[test]
fn the_one_action_that_needs_no_permission_widens_nothing() {
    let mut plan = honest();
    let mut value = plan.document.to_value();
    value["Statement"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*" }));
    plan.document = document(value);
    assert_eq!(proved(&principal(), plan.clone()).map(ProvedPlan::into_plan), Ok(plan));
}

#[test]
fn base_statements_may_allow_nothing_but_the_base_actions_of_the_plan() {
    let principal = role([allow(&["s3:*"])]);
    let mut plan = planned(&principal, &evidence(&[("s3", None)]));
    let mut value = plan.document.to_value();
    value["Statement"][0]["Action"] = json!(["s3:GetObject", "sts:GetCallerIdentity"]);
    plan.document = document(value);
    assert_eq!(
        proved(&principal, plan),
        Err(format!(
            "the boundary for {APP} would be wider than the present one, by `s3:GetObject`"
        ))
    );
}

#[test]
fn a_wildcard_is_no_base_action_whatever_its_statement_is_called() {
    let principal = role([allow(&["s3:*"])]);
    let mut plan = planned(&principal, &evidence(&[("s3", None)]));
    let mut value = plan.document.to_value();
    value["Statement"][0]["Action"] = json!("s3:Get*");
    plan.document = document(value);
    assert_eq!(
        proved(&principal, plan),
        Err(format!(
            "the boundary for {APP} would still allow `s3:GetAccelerateConfiguration`, which is to be dropped"
        ))
    );
}

#[test]
fn every_denial_must_stand() {
    assert_eq!(
        failure(|document| {
            document["Statement"].as_array_mut().unwrap().remove(2);
        }),
        format!("the boundary for {APP} lacks a denial of the present one, statement 1")
    );
    assert_eq!(
        failure(|document| document["Statement"][2]["Resource"] = json!("arn:aws:s3:::team-*")),
        format!("the boundary for {APP} lacks a denial of the present one, statement 1")
    );
}

#[test]
fn every_guard_must_stand() {
    for guard in 3..7 {
        assert_eq!(
            failure(|document| {
                document["Statement"].as_array_mut().unwrap().remove(guard);
            }),
            format!("the boundary for {APP} does not guard itself against what it allows in IAM")
        );
    }
}

#[test]
fn a_document_that_does_not_read_back_is_not_proved() {
    let mut plan = honest();
    plan.document = Document::new(vec![Statement::allow(None, vec![])]);
    assert_eq!(
        proved(&principal(), plan),
        Err(format!(
            "the boundary for {APP} does not read back: `Statement[0]` has an empty `Action`"
        ))
    );
}

#[test]
fn a_document_that_iam_does_not_take_is_not_proved() {
    let padding = format!("arn:aws:s3:::{}", "x".repeat(MAX_POLICY_CHARACTERS));
    let mut plan = honest();
    let before = plan.document.size();
    let mut value = plan.document.to_value();
    value["Statement"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "Effect": "Deny", "Action": "s3:*", "Resource": padding }));
    plan.document = document(value);
    let characters = plan.document.size();
    assert!(characters > before);
    assert_eq!(
        proved(&principal(), plan),
        Err(format!("the boundary for {APP} has {characters} characters, and IAM takes 6144"))
    );
}

#[test]
fn a_document_in_another_language_than_the_present_boundary_is_not_proved() {
    let limits = document(json!({ "Version": "2008-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}" }
    ] }));
    let principal = limited(role([allow(&["s3:*"])]), limits);
    let mut plan = planned(&principal, &evidence(&[("s3", Some(1))]));
    assert!(proved(&principal, plan.clone()).is_ok());
    let mut value = plan.document.to_value();
    value["Version"] = json!("2012-10-17");
    plan.document = document(value);
    assert_eq!(
        proved(&principal, plan),
        Err(format!(
            "the boundary for {APP} must be in version `2008-10-17` of the policy language, as the present one is"
        ))
    );
}

#[test]
fn a_plan_must_have_a_word_on_every_granted_service() {
    let mut plan = honest();
    plan.dropped.clear();
    assert_eq!(
        proved(&principal(), plan),
        Err(format!(
            "the plan for {APP} neither keeps nor drops `sqs:AddPermission`, which is granted now"
        ))
    );
}

#[test]
fn a_plan_for_what_stood_before_is_not_proved_for_what_stands_now() {
    let before = honest();
    let narrowed = limited(principal(), allow(&["iam:*"]));
    assert_eq!(
        proved(&narrowed, before),
        Err(format!(
            "the boundary for {APP} would be wider than the present one, by `s3:AbortMultipartUpload`"
        ))
    );
    let unreadable = Principal {
        boundary: narrowed.boundary.map(|boundary| crate::iam::Boundary {
            document: Err(crate::iam::UnreadableDocument::Missing),
            ..boundary
        }),
        ..principal()
    };
    assert_eq!(
        proved(&unreadable, honest()),
        Err(format!(
            "the boundary for {APP} cannot be proved: what permissions boundary \
             `arn:aws:iam::111122223333:policy/team-limits` allows is unknown: its text is missing from the account data"
        ))
    );
}

#[test]
fn the_plan_for_a_principal_that_has_its_own_boundary_already_is_proved() {
    let report = evidence(&[("iam", Some(1)), ("s3", Some(1)), ("sqs", None)]);
    let bounded = own(principal(), honest().document);
    let again = planned(&bounded, &report);
    assert_eq!(again.document, honest().document);
    assert!(proved(&bounded, again).is_ok());
}

#[test]
fn a_plan_that_does_not_know_what_the_owner_took_back_is_not_proved() {
    let report = evidence(&[("s3", Some(1)), ("sqs", Some(1))]);
    let bounded = own(role([allow(&["s3:*", "sqs:*"])]), allow(&["s3:*", "sqs:*"]));
    let unaware = planned(&bounded, &report);
    let within = |previous: Value| {
        let arn = "arn:aws:iam::111122223333:policy/team-limits".to_owned();
        let previous = PreviousLimit::Policy { arn, document: Ok(statements(previous)) };
        let planned_from = PlannedFrom { previous, ..PlannedFrom::default() };
        let aware = Evidence { planned_from: planned_from.clone(), ..report.clone() };
        let prove = |plan: Plan| {
            let proved = prove_from(&bounded, &planned_from, plan, Catalog::embedded());
            proved.map(drop).map_err(|failure| failure.to_string())
        };
        assert_eq!(prove(planned(&bounded, &aware)), Ok(()));
        prove(unaware.clone())
    };
    let allowed = |actions: Value| json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
    assert_eq!(within(json!([allowed(json!("*"))])), Ok(()));
    assert_eq!(
        within(json!([allowed(json!("s3:*"))])),
        Err(format!(
            "the boundary for {APP} would be wider than the present one, by `sqs:AddPermission`"
        ))
    );
    let team = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::team-*" });
    assert!(within(json!([allowed(json!("sqs:*")), team])).is_err());
    let denial =
        json!({ "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "arn:aws:s3:::a" });
    assert_eq!(
        within(json!([allowed(json!("*")), denial])),
        Err(format!("the boundary for {APP} lacks a denial of the present one, statement 1"))
    );
}

/// A plan that is made and proved for `now`, whose boundary was planned from the grants of `then`
/// after this text stood.
fn followed(
    now: &Principal,
    then: Principal,
    previous: Document,
    report: &Evidence,
    settings: &PlanSettings,
) -> Result<String, String> {
    let arn = "arn:aws:iam::111122223333:policy/team-limits".to_owned();
    let planned_from = PlannedFrom {
        grants: PlannedGrants::Known(Box::new(then)),
        previous: PreviousLimit::Policy { arn, document: Ok(previous) },
    };
    let evidence = Evidence { planned_from: planned_from.clone(), ..report.clone() };
    let catalog = Catalog::embedded();
    let plan = plan(now, &evidence, settings, catalog, as_of()).unwrap();
    let proved = prove_from(now, &planned_from, plan, catalog);
    proved
        .map(|proved| proved.plan().document.to_compact_string())
        .map_err(|failure| failure.to_string())
}

#[test]
fn a_new_grant_of_what_only_our_boundary_still_denies_waits_for_a_person() {
    let denial = json!({ "Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*" });
    let allowed = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" });
    let now = role([allow(&["s3:*", "sqs:DeleteQueue", "sqs:SendMessage"])]);
    let now = own(now, statements(json!([allowed, denial])));
    let report = evidence(&[("s3", Some(1)), ("sqs", None)]);
    let then = role([allow(&["s3:*"])]);
    assert_eq!(
        followed(&now, then, allow(&["*"]), &report, &settings()),
        Ok(concat!(
            r#"{"Version":"2012-10-17","Statement":["#,
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},"#,
            r#"{"Sid":"LeastwiseNew20260630","Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"},"#,
            r#"{"Effect":"Deny","Action":"sqs:DeleteQueue","Resource":"*"}]}"#
        )
        .to_owned())
    );
}

#[test]
fn what_stood_before_may_spell_in_another_way_that_it_has_no_limits() {
    let now = own(role([allow(&["s3:*", "sqs:*"])]), allow(&["s3:*"]));
    let report = evidence(&[("s3", Some(1)), ("sqs", None)]);
    let then = role([allow(&["s3:*"])]);
    let previous = json!([
        { "Effect": "Allow", "Action": "s3:*", "Resource": ["*"], "Condition": {} },
        { "Effect": "Allow", "Action": "sqs:*", "Resource": ["*"] }
    ]);
    assert_eq!(
        followed(&now, then, statements(previous), &report, &settings()),
        Ok(concat!(
            r#"{"Version":"2012-10-17","Statement":["#,
            r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},"#,
            r#"{"Sid":"LeastwiseNew20260630","Effect":"Allow","Action":"sqs:*","Resource":["*"]}]}"#
        )
        .to_owned())
    );
}

#[test]
fn a_boundary_that_stays_as_it_is_has_the_language_that_its_text_needs() {
    // Without wildcards what is kept of EC2 does not fit, so that all of it stays.
    let now = own(role([allow(&["ec2:*", "sqs:*"])]), allow(&["ec2:*"]));
    let tracked = &[("CreateTags", Some(1)), ("DeleteTags", None)];
    let report = evidence_of_actions(&[("ec2", Some(1), tracked), ("sqs", None, &[])]);
    let settings = PlanSettings { wildcards: "none".parse().unwrap(), ..settings() };
    let home = "arn:aws:s3:::home/${aws:username}/*";
    let home = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": home });
    let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    for previous in [json!([all]), json!([all, home])] {
        let then = role([allow(&["ec2:*"])]);
        let previous = document(json!({ "Statement": previous }));
        assert_eq!(
            followed(&now, then, previous, &report, &settings),
            Ok(concat!(
                r#"{"Version":"2012-10-17","Statement":["#,
                r#"{"Effect":"Allow","Action":["ec2:*"],"Resource":"*"},"#,
                r#"{"Sid":"LeastwiseNew20260630","Effect":"Allow","Action":"sqs:*","Resource":"*"}]}"#
            )
            .to_owned())
        );
    }
}

#[test]
fn a_plan_that_does_not_follow_a_new_name_or_follows_one_too_far_is_not_proved() {
    let now = own(role([allow(&["s3:*", "queues:Send"])]), allow(&["s3:*"]));
    let report = evidence(&[("s3", Some(1))]);
    let proved = |open: &str, listed: &[&str]| {
        let arn = "arn:aws:iam::111122223333:policy/team-limits".to_owned();
        let previous = allow(&["s3:*", open]);
        let from = PlannedFrom {
            grants: PlannedGrants::Known(Box::new(role([allow(&["s3:*"])]))),
            previous: PreviousLimit::Policy { arn, document: Ok(previous) },
        };
        let document = allow(listed);
        let plan = Plan { document, ..planned(&now, &report) };
        let proved = prove_from(&now, &from, plan, Catalog::embedded());
        proved.map(drop).map_err(|failure| failure.to_string())
    };
    assert_eq!(proved("queues:*", &["s3:*", "queues:Send"]), Ok(()));
    assert_eq!(
        proved("queues:*", &["s3:*"]),
        Err(format!("the boundary for {APP} would deny `queues:Send`, which is to be kept"))
    );
    assert_eq!(proved("queues:Receive", &["s3:*"]), Ok(()));
    for wider in ["queues:Receive", "queues:*"] {
        assert_eq!(
            proved("queues:*", &["s3:*", "queues:Send", wider]),
            Err(format!(
                "the boundary for {APP} would be wider than the present one, by `{wider}`"
            ))
        );
    }
}
