use super::*;
use crate::iam::UnreadableDocument;
use crate::testing::{role, statements, user};
use proptest::prelude::*;
use serde_json::{Value, json};

const APP: &str = "arn:aws:iam::111122223333:role/app";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:orders";

/// What the policy of a queue grants the role `app`, with this `Principal` or `NotPrincipal`.
fn granted(element: &str, principals: Value, principal: &Principal) -> bool {
    let mut statement = json!({ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*" });
    statement[element] = principals;
    let grants = read(json!([statement])).grants_to(principal);
    grants != BTreeMap::from([("sqs".to_owned(), at_most(&[]))])
}

/// All that was read of queues: one with these statements.
fn read(of_queue: Value) -> ResourcePolicies {
    let policy = ResourcePolicy::of(QUEUE, Ok(statements(of_queue)));
    ResourcePolicies::new(vec![policy], complete(&["sqs"]))
}

fn complete(services: &[&str]) -> Vec<(String, Reading)> {
    services.iter().map(|service| ((*service).to_owned(), Reading::Complete)).collect()
}

fn at_most(patterns: &[&str]) -> Grants {
    Grants::AtMost(patterns.iter().map(|pattern| pattern.parse().unwrap()).collect())
}

#[test]
fn a_role_is_granted_what_names_it_and_not_what_only_delegates() {
    for (principals, expected) in [
        (json!({ "AWS": APP }), true),
        (json!({ "AWS": ["arn:aws:iam::111122223333:role/other", APP] }), true),
        (json!({ "Service": "sns.amazonaws.com", "AWS": APP }), true),
        (json!("*"), true),
        (json!({ "AWS": "*" }), true),
        (json!({ "AWS": "AROAEXAMPLE0APPROLE" }), true),
        (json!({ "AWS": "arn:aws:sts::111122223333:assumed-role/app/session" }), true),
        (json!({ "Nobody knows": "this" }), true),
        (json!({ "AWS": [7] }), true),
        (json!({ "AWS": "arn:aws:iam::111122223333:root" }), false),
        (json!({ "AWS": "111122223333" }), false),
        (json!({ "AWS": "arn:aws:iam::111122223333:role/other" }), false),
        (json!({ "AWS": "arn:aws:iam::999999999999:role/app" }), false),
        (json!({ "AWS": "arn:aws:iam::111122223333:user/app" }), false),
        (json!({ "AWS": "AROAEXAMPLE0000OTHER" }), false),
        (json!({ "AWS": "arn:aws:sts::111122223333:assumed-role/other/app" }), false),
        (json!({ "Service": "*", "Federated": "*", "CanonicalUser": "*" }), false),
        (json!({}), false),
    ] {
        assert_eq!(granted("Principal", principals.clone(), &role([])), expected, "{principals}");
    }
}

#[test]
fn all_but_some_are_everybody_whom_it_does_not_surely_name() {
    let app = role([]);
    for (principals, expected) in [
        (json!({ "AWS": "arn:aws:iam::111122223333:role/other" }), true),
        (json!({ "AWS": "arn:aws:iam::111122223333:root" }), true),
        (json!({ "Service": "sns.amazonaws.com" }), true),
        (json!({ "AWS": [APP] }), false),
        (json!("*"), false),
    ] {
        assert_eq!(granted("NotPrincipal", principals.clone(), &app), expected, "{principals}");
    }
}

#[test]
fn a_user_is_granted_what_names_it_or_its_federated_sessions() {
    let mira = user([]);
    for (arn, expected) in [
        ("arn:aws:iam::111122223333:user/mira", true),
        ("arn:aws:sts::111122223333:federated-user/guest", true),
        ("arn:aws:sts::999999999999:federated-user/guest", false),
        ("arn:aws:sts::111122223333:assumed-role/mira/x", false),
    ] {
        assert_eq!(granted("Principal", json!({ "AWS": arn }), &mira), expected, "{arn}");
    }
}

#[test]
fn wildcards_and_exceptions_stand_for_the_actions_of_the_resource() {
    let everything = json!([
        { "Effect": "Allow", "Principal": "*", "Action": ["*", "S3:Get*", "s*:Send*"] },
        { "Effect": "Allow", "Principal": "*", "NotAction": "kafka:Delete*" },
    ]);
    let cluster = "arn:aws:kafka:eu-west-1:111122223333:cluster/events/1";
    let policies = ResourcePolicies::new(
        vec![ResourcePolicy::of(cluster, Ok(statements(everything)))],
        complete(&["kafka", "kafka-cluster", "s3"]),
    );
    let expected = [
        ("kafka", at_most(&["kafka:*"])),
        ("kafka-cluster", at_most(&["kafka-cluster:*"])),
        ("s3", at_most(&["S3:Get*"])),
    ];
    assert_eq!(
        policies.grants_to(&role([])),
        expected.map(|(service, grants)| (service.to_owned(), grants)).into()
    );
}

#[test]
fn a_policy_of_an_unnamed_resource_is_of_the_services_that_it_names() {
    let grant = |resource: &str| json!([{ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": resource }]);
    let of = |resource: &str| {
        let policy = ResourcePolicy::of("folder/answer.json", Ok(statements(grant(resource))));
        ResourcePolicies::new(vec![policy], complete(&["kms", "s3"])).grants_to(&role([]))
    };
    let grants = |kms: &[&str], s3: &[&str]| {
        [("kms", at_most(kms)), ("s3", at_most(s3))].map(|(of, it)| (of.to_owned(), it)).into()
    };
    assert_eq!(of("arn:aws:s3:::photos/*"), grants(&[], &["s3:*"]));
    assert_eq!(of("*"), grants(&["kms:*"], &["s3:*"]), "nothing says the service");
}

#[test]
fn what_was_not_read_whole_may_grant_anything() {
    let grant = json!([{ "Effect": "Allow", "Principal": { "AWS": APP }, "Action": "sqs:*" }]);
    let queue = ResourcePolicy::of(QUEUE, Ok(statements(grant)));
    let unreadable = ResourcePolicy::of("arn:aws:s3:::photos", Err(UnreadableDocument::Missing));
    let partial = Reading::Partial { why: "`eu-west-1` is not recorded".to_owned() };
    let readings = complete(&["s3", "kms"]).into_iter().chain([("es".to_owned(), partial)]);
    let policies = ResourcePolicies::new(vec![queue, unreadable], readings);
    let unknown = |why: &str| Grants::Unknown { why: why.to_owned() };
    let expected = [
        ("es", unknown("not all resource policies were read: `eu-west-1` is not recorded")),
        ("kms", at_most(&[])),
        (
            "s3",
            unknown(
                "not all resource policies were read: the source leaves out that of \
                 `arn:aws:s3:::photos`",
            ),
        ),
        ("sqs", unknown("its resource policies were not read")),
    ];
    assert_eq!(
        policies.grants_to(&role([])),
        expected.map(|(service, grants)| (service.to_owned(), grants)).into()
    );
}

#[test]
fn two_sources_know_what_either_knows() {
    let grant = json!([{ "Effect": "Allow", "Principal": "*", "Action": "sqs:PurgeQueue" }]);
    let partial = ResourcePolicies::new(
        vec![ResourcePolicy::of(QUEUE, Ok(statements(grant)))],
        [("sqs".to_owned(), Reading::Partial { why: "a Region is missing".to_owned() })],
    );
    let whole = ResourcePolicies::new(Vec::new(), complete(&["sqs"]));
    let expected = BTreeMap::from([("sqs".to_owned(), at_most(&["sqs:PurgeQueue"]))]);
    assert_eq!(partial.clone().and(whole.clone()).grants_to(&role([])), expected);
    assert_eq!(whole.and(partial).grants_to(&role([])), expected);
}

#[test]
fn a_trust_policy_grants_the_actions_of_sts() {
    let assumable = |trust| {
        json!({ "Arn": "arn:aws:iam::111122223333:role/deploy", "RoleId": "AROAEXAMPLE0000DEPLOY",
                "AssumeRolePolicyDocument": trust })
    };
    let account = |role| Account::from_json(&json!({ "RoleDetailList": [role] }).to_string());
    let of = |trust| ResourcePolicies::of_trust(&account(assumable(trust)).unwrap());
    let mira = json!({ "AWS": "arn:aws:iam::111122223333:user/mira" });
    let trust = json!({ "Statement": [{ "Effect": "Allow", "Principal": mira,
                                        "Action": ["sts:AssumeRole", "sts:TagSession"] }] });
    let expected = at_most(&["sts:AssumeRole", "sts:TagSession"]);
    assert_eq!(of(trust).grants_to(&user([])), BTreeMap::from([("sts".to_owned(), expected)]));

    let unknown = of(Value::Null).reading("sts");
    assert!(matches!(unknown, Reading::Partial { .. }), "{unknown}");
    let odd = json!({ "RoleDetailList": [assumable(json!({})), { "Arn": 5 }] }).to_string();
    let partly = ResourcePolicies::of_trust(&Account::from_json(&odd).unwrap()).reading("sts");
    assert!(matches!(partly, Reading::Partial { .. }), "a role that cannot be read: {partly}");
    let none = ResourcePolicies::of_trust(&Account::default());
    assert_eq!(none.reading("sts"), Reading::NotRead, "no account is without roles");
}

#[test]
fn a_denial_of_all_but_some_is_found_with_its_resource() {
    let but_root = json!({ "AWS": "arn:aws:iam::111122223333:root" });
    let denial =
        |effect| json!([{ "Effect": effect, "NotPrincipal": but_root, "Action": "sqs:*" }]);
    assert_eq!(read(denial("Deny")).not_principal_denials(), BTreeSet::from([QUEUE]));
    assert_eq!(read(denial("Allow")).not_principal_denials(), BTreeSet::new());
}

/// A `Principal` that has this ARN among others, in any form that the language knows.
fn naming(arn: &'static str) -> impl Strategy<Value = Value> {
    let other = prop_oneof![
        Just("arn:aws:iam::111122223333:role/other"),
        Just("999999999999"),
        Just("AROAEXAMPLE0000OTHER"),
    ];
    let list = (proptest::collection::vec(other, 0..4), any::<prop::sample::Index>());
    let list = list.prop_map(move |(mut others, place)| {
        others.insert(place.index(others.len() + 1), arn);
        others
    });
    let aws = prop_oneof![list.prop_map(|list| json!(list)), Just(json!(arn))];
    (aws, any::<bool>()).prop_map(|(aws, service)| {
        let mut element = json!({ "AWS": aws });
        if service {
            element["Service"] = json!(["sns.amazonaws.com"]);
        }
        element
    })
}

proptest! {
    /// Whatever else the policy says, and however it names the role.
    #[test]
    fn a_statement_that_names_the_role_is_never_missed(
        element in naming(APP), conditional in any::<bool>(), listed in any::<bool>(),
    ) {
        let mut statement = json!({ "Effect": "Allow", "Principal": element, "Resource": QUEUE });
        statement["Action"] = if listed { json!(["SQS:Send*"]) } else { json!("SQS:Send*") };
        if conditional {
            statement["Condition"] = json!({ "StringEquals": { "aws:PrincipalTag/team": "red" } });
        }
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "sqs:*" });
        let grants = read(json!([deny, statement])).grants_to(&role([]));
        prop_assert_eq!(grants, BTreeMap::from([("sqs".to_owned(), at_most(&["sqs:Send*"]))]));
    }
}
