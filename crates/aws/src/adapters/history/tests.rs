//! What is asked of AWS Config and IAM, exchange by exchange, and what comes of it.

use super::super::replay::{
    Answer, Replay, config, config_error, iam, no_such_entity, url_encoded,
};
use super::*;
use crate::clock::Moment;
use crate::earlier::{LookBack, earlier_grants};
use crate::ports::SharedPast;
use leastwise_policy::document::Document;
use leastwise_rightsizing::evidence::EarlierGrants;
use leastwise_rightsizing::iam::{GrantingPolicy, Group, PolicySource, Roster, UnreadableDocument};
use leastwise_rightsizing::settings::NewPermissionGraceDays;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const S3: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
const SQS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}"#;
const TEAM: &str = "arn:aws:iam::111122223333:policy/team";
const ANA: &str = "AIDAEXAMPLE0000000001";
const DEVS: &str = "AGPAEXAMPLE0000000003";

/// What is asked of ana alone, of her history, of the item that was hers, and of her group.
const BATCH_ANA: &str = r#"BatchGetResourceConfig {"resourceKeys":[{"resourceType":"AWS::IAM::User","resourceId":"AIDAEXAMPLE0000000001"}]}"#;
const BATCH_DEVS: &str = r#"BatchGetResourceConfig {"resourceKeys":[{"resourceType":"AWS::IAM::Group","resourceId":"AGPAEXAMPLE0000000003"}]}"#;
const HISTORY_OF_ANA: &str = r#"GetResourceConfigHistory {"resourceType":"AWS::IAM::User","resourceId":"AIDAEXAMPLE0000000001","laterTime":1781611200,"earlierTime":1714979289,"limit":10}"#;
const VERSIONS: &str =
    "Action=ListPolicyVersions&PolicyArn=arn:aws:iam::111122223333:policy/team&MaxItems=1000";
const VERSION_2: &str =
    "Action=GetPolicyVersion&PolicyArn=arn:aws:iam::111122223333:policy/team&VersionId=v2";

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    at("2026-06-30T12:00:00Z")
}

/// 14 days before: the default grace.
fn start() -> DateTime<Utc> {
    at("2026-06-16T12:00:00Z")
}

fn long_ago() -> DateTime<Utc> {
    at("2024-06-01T00:00:00Z")
}

fn inside_the_grace() -> DateTime<Utc> {
    at("2026-06-20T00:00:00Z")
}

/// Nothing was read at once.
fn then() -> Then {
    Then { time: start(), ..Then::default() }
}

fn principal(resource: &str, id: &str, policies: Vec<GrantingPolicy>) -> Principal {
    Principal {
        arn: format!("arn:aws:iam::111122223333:{resource}").parse().unwrap(),
        unique_id: id.parse().unwrap(),
        created: Some(at("2024-05-06T07:08:09Z")),
        last_used: None,
        tags: BTreeMap::new(),
        policies,
        groups: vec![],
        boundary: None,
        trust: None,
    }
}

fn ana() -> Principal {
    Principal { groups: vec!["devs".into()], ..principal("user/ana", ANA, vec![]) }
}

fn devs() -> Group {
    Group {
        arn: "arn:aws:iam::111122223333:group/devs".parse().unwrap(),
        unique_id: DEVS.parse().unwrap(),
        created: Some(at("2023-01-01T00:00:00Z")),
        policies: vec![],
        members: vec![],
    }
}

/// Ana as recorded: in the group of this name, with one inline policy.
fn ana_in(group: &str) -> Value {
    json!({
        "userName": "ana", "userId": ANA, "path": "/",
        "arn": "arn:aws:iam::111122223333:user/ana", "createDate": "2024-05-06T07:08:09.000Z",
        "groupList": [group], "attachedManagedPolicies": [],
        "userPolicyList": [{ "policyName": "buckets", "policyDocument": url_encoded(S3) }]
    })
}

fn devs_recorded() -> Value {
    let attached = json!([{ "policyName": "team", "policyArn": TEAM }]);
    json!({ "groupName": "devs", "groupPolicyList": null, "attachedManagedPolicies": attached })
}

fn item(id: &str, captured: DateTime<Utc>, configuration: &Value) -> Value {
    json!({
        "resourceId": id, "configurationItemStatus": "OK",
        "configurationItemCaptureTime": captured.timestamp(),
        "configuration": configuration.to_string()
    })
}

/// An item of ana's history, related to group `devs` by its id.
fn ana_at(captured: DateTime<Utc>) -> Value {
    let mut item = item(ANA, captured, &ana_in("devs"));
    item["relationships"] = json!([{ "resourceType": "AWS::IAM::Group", "resourceId": DEVS,
                                     "resourceName": "devs", "relationshipName": "Is attached to Group" }]);
    item
}

fn devs_at(captured: DateTime<Utc>) -> Value {
    item(DEVS, captured, &devs_recorded())
}

fn batch(items: &[Value]) -> Answer {
    config(&json!({ "baseConfigurationItems": items, "unprocessedResourceKeys": [] }).to_string())
}

fn history(items: &[Value]) -> Answer {
    config(&json!({ "configurationItems": items }).to_string())
}

fn history_page(items: &[Value], token: &str) -> Answer {
    config(&json!({ "configurationItems": items, "nextToken": token }).to_string())
}

/// Versions 3 (now in force), 2 and 1, of which 2 was the newest at the time asked about.
fn versions() -> Answer {
    let version = |id: &str, created: &str| {
        format!("<member><VersionId>{id}</VersionId><CreateDate>{created}</CreateDate></member>")
    };
    let content = format!(
        "<Versions>{}{}{}</Versions><IsTruncated>false</IsTruncated>",
        version("v3", "2026-06-20T00:00:00Z"),
        version("v2", "2026-06-16T12:00:00Z"),
        version("v1", "2026-01-01T00:00:00Z"),
    );
    iam("ListPolicyVersions", &content)
}

fn version_2() -> Answer {
    let document = url_encoded(SQS);
    let content = format!(
        "<PolicyVersion><Document>{document}</Document><VersionId>v2</VersionId></PolicyVersion>"
    );
    iam("GetPolicyVersion", &content)
}

/// Ana as she stood then: with her own policy and that of her group, of then.
fn ana_of_then() -> Principal {
    let document = |text| Ok(Document::parse(text).unwrap());
    let buckets = PolicySource::Inline { name: "buckets".into() };
    let team = PolicySource::GroupManaged { group: "devs".into(), arn: TEAM.into() };
    let policies = vec![
        GrantingPolicy { source: buckets, document: document(S3) },
        GrantingPolicy { source: team, document: document(SQS) },
    ];
    Principal { policies, ..ana() }
}

fn moment() -> Moment {
    Moment::new(now(), std::time::Instant::now() + Duration::from_mins(1))
}

/// What these principals of an account with these groups were granted, one after the other.
async fn looked_back(
    principals: &[Principal],
    groups: &[Group],
    replay: &Replay,
) -> Vec<Result<EarlierGrants, HistoryError>> {
    let aws = replay.aws();
    let look_back = LookBack::new(principals, groups, NewPermissionGraceDays::default(), moment());
    let mut grants = Vec::new();
    for principal in principals {
        grants.push(look_back.grants(principal, &aws).await);
    }
    grants
}

/// The same of ana, in an account with these groups.
async fn ana_looked_back(groups: &[Group], replay: &Replay) -> Principal {
    known(looked_back(&[ana()], groups, replay).await.remove(0).unwrap())
}

fn known(grants: EarlierGrants) -> Principal {
    let EarlierGrants::Known(then) = grants else { panic!("{grants:?}") };
    *then
}

fn missing_group(name: &str) -> GrantingPolicy {
    let source = PolicySource::Group { group: name.into() };
    GrantingPolicy { source, document: Err(UnreadableDocument::Missing) }
}

// What did not change since

#[tokio::test]
async fn an_item_from_before_the_grace_is_the_state_of_then_and_no_history_is_asked() {
    let items = [item(ANA, start(), &ana_in("devs")), devs_at(long_ago())];
    let replay = Replay::of([batch(&items), versions(), version_2()]);
    assert_eq!(ana_looked_back(&[devs()], &replay).await, ana_of_then());
    let both = BATCH_ANA.replace(
        "]}",
        r#",{"resourceType":"AWS::IAM::Group","resourceId":"AGPAEXAMPLE0000000003"}]}"#,
    );
    assert_eq!(replay.requests(), [both.as_str(), VERSIONS, VERSION_2]);
}

/// 400 roles and 100 users in 20 groups, as IAM and as AWS Config have them.
fn five_hundred() -> (Vec<Principal>, Vec<Group>, Vec<Value>) {
    let group = |number: usize| Group {
        arn: format!("arn:aws:iam::111122223333:group/group-{number}").parse().unwrap(),
        unique_id: format!("AGPAEXAMPLE{number:09}").parse().unwrap(),
        ..devs()
    };
    let role = |number: usize| {
        principal(&format!("role/role-{number}"), &format!("AROAEXAMPLE{number:09}"), vec![])
    };
    let user = |number: usize| Principal {
        groups: vec![format!("group-{}", number % 20)],
        ..principal(&format!("user/user-{number}"), &format!("AIDAEXAMPLE{number:09}"), vec![])
    };
    let recorded_principal = |principal: &Principal| {
        let (id, arn) = (principal.unique_id.as_str(), principal.arn.to_string());
        let inline = json!([{ "policyName": "own", "policyDocument": url_encoded(S3) }]);
        let configuration = json!({
            "arn": arn, "userId": id, "roleId": id, "createDate": "2024-05-06T07:08:09.000Z",
            "groupList": principal.groups, "userPolicyList": inline, "rolePolicyList": inline
        });
        item(id, long_ago(), &configuration)
    };
    let recorded_group = |group: &Group| {
        let configuration = json!({ "groupName": group.arn.name(), "groupPolicyList": [] });
        item(group.unique_id.as_str(), long_ago(), &configuration)
    };
    let principals: Vec<Principal> = (0..400).map(role).chain((0..100).map(user)).collect();
    let groups: Vec<Group> = (0..20).map(group).collect();
    let items = principals.iter().map(recorded_principal).chain(groups.iter().map(recorded_group));
    let items = items.collect();
    (principals, groups, items)
}

#[tokio::test]
async fn five_hundred_principals_that_did_not_change_for_two_years_cost_six_calls() {
    let (principals, groups, items) = five_hundred();
    let replay = Replay::of(items.chunks(100).map(batch));
    let grants = looked_back(&principals, &groups, &replay).await;
    for (principal, then) in principals.iter().zip(grants) {
        let own = PolicySource::Inline { name: "own".into() };
        let policy = GrantingPolicy { source: own, document: Ok(Document::parse(S3).unwrap()) };
        let policies = vec![policy];
        assert_eq!(known(then.unwrap()), Principal { policies, ..principal.clone() });
    }
    let requests = replay.requests();
    assert_eq!(requests.len(), 6);
    let keys = |request: &String| {
        assert!(request.starts_with("BatchGetResourceConfig "), "{request}");
        request.matches("resourceId").count()
    };
    assert_eq!(requests.iter().map(keys).collect::<Vec<_>>(), [100, 100, 100, 100, 100, 20]);
}

// What changed since

#[tokio::test]
async fn of_who_changed_inside_the_grace_the_history_is_asked_from_its_creation_to_then() {
    let changed = item(ANA, inside_the_grace(), &ana_in("admins"));
    let replay = Replay::of([
        batch(&[changed, devs_at(long_ago())]),
        history(&[ana_at(long_ago())]),
        versions(),
        version_2(),
    ]);
    assert_eq!(ana_looked_back(&[devs()], &replay).await, ana_of_then());
    assert_eq!(replay.requests()[1..], [HISTORY_OF_ANA, VERSIONS, VERSION_2]);
}

#[tokio::test]
async fn of_a_group_that_changed_inside_the_grace_the_history_is_asked_once_for_all_its_members() {
    let ben = Principal {
        arn: "arn:aws:iam::111122223333:user/ben".parse().unwrap(),
        unique_id: "AIDAEXAMPLE0000000002".parse().unwrap(),
        ..ana()
    };
    let recorded = json!({ "arn": ben.arn.to_string(), "userId": "AIDAEXAMPLE0000000002", "groupList": ["devs"] });
    let items = [
        item(ANA, long_ago(), &ana_in("devs")),
        item("AIDAEXAMPLE0000000002", long_ago(), &recorded),
        devs_at(inside_the_grace()),
    ];
    let replay =
        Replay::of([batch(&items), history(&[devs_at(long_ago())]), versions(), version_2()]);
    let grants = looked_back(&[ana(), ben], &[devs()], &replay).await;
    let [of_ana, of_ben] = grants.try_into().unwrap();
    assert_eq!(known(of_ana.unwrap()), ana_of_then());
    assert_eq!(known(of_ben.unwrap()).policies, ana_of_then().policies[1..]);
    assert_eq!(
        replay.requests()[1],
        r#"GetResourceConfigHistory {"resourceType":"AWS::IAM::Group","resourceId":"AGPAEXAMPLE0000000003","laterTime":1781611200,"earlierTime":1672531200,"limit":10}"#
    );
}

#[tokio::test]
async fn who_did_not_change_for_long_before_then_is_looked_for_over_pages_without_an_item() {
    let empty = |token| history_page(&[], token);
    let found =
        [history(&[ana_at(long_ago())]), batch(&[devs_at(long_ago())]), versions(), version_2()];
    let replay = Replay::of([empty("a"), empty("b")].into_iter().chain(found));
    assert_eq!(replay.aws().principal_at(&ana(), &then()).await.unwrap(), Some(ana_of_then()));
    let last = HISTORY_OF_ANA.replace("10}", r#"10,"nextToken":"b"}"#);
    assert_eq!(replay.requests()[2..4], [last.as_str(), BATCH_DEVS]);

    let spinning = Replay::of([empty("a"), empty("a")]);
    let error = spinning.aws().principal_at(&ana(), &then()).await.unwrap_err();
    assert!(matches!(error, HistoryError::Paging(_)), "{error}");
}

#[tokio::test]
async fn an_item_from_after_then_is_passed_over_whatever_was_asked_for() {
    let later = || item(ANA, start() + chrono::TimeDelta::seconds(1), &ana_in("admins"));
    let replay = Replay::of([
        history_page(&[later(), later()], "a"),
        history(&[later(), ana_at(start()), ana_at(long_ago())]),
        batch(&[devs_at(long_ago())]),
        versions(),
        version_2(),
    ]);
    assert_eq!(replay.aws().principal_at(&ana(), &then()).await.unwrap(), Some(ana_of_then()));
    assert_eq!(replay.requests().len(), 5);

    // Where nothing else comes, there is no record.
    let replay = Replay::of([history_page(&[later()], "a"), history(&[later()])]);
    assert_eq!(replay.aws().principal_at(&ana(), &then()).await.unwrap(), None);
    assert_eq!(replay.requests().len(), 2);
}

#[tokio::test]
async fn without_a_date_of_creation_the_history_is_asked_as_far_back_as_config_may_keep_it() {
    let undated = Principal { created: None, ..ana() };
    let replay = Replay::of([history(&[])]);
    assert_eq!(replay.aws().principal_at(&undated, &then()).await.unwrap(), None);
    // 2,557 days before.
    let longest = HISTORY_OF_ANA.replace("1714979289", "1560686400");
    assert_eq!(replay.requests(), [longest]);
}

// What AWS Config does not hand out

#[tokio::test]
async fn keys_that_were_not_processed_are_asked_for_again() {
    let key = json!({ "resourceType": "AWS::IAM::User", "resourceId": ANA });
    let answer = json!({ "baseConfigurationItems": [devs_at(long_ago())], "unprocessedResourceKeys": [key] });
    let rest = batch(&[item(ANA, long_ago(), &ana_in("devs"))]);
    let replay = Replay::of([config(&answer.to_string()), rest, versions(), version_2()]);
    assert_eq!(ana_looked_back(&[devs()], &replay).await, ana_of_then());
    assert_eq!(replay.requests()[1], BATCH_ANA);
    let [wait] = replay.waits().try_into().unwrap();
    assert!((Duration::from_millis(125)..=Duration::from_millis(250)).contains(&wait), "{wait:?}");
}

#[tokio::test]
async fn of_a_key_that_is_never_processed_the_history_is_asked() {
    let key = json!({ "resourceType": "AWS::IAM::User", "resourceId": ANA });
    let unprocessed = json!({ "unprocessedResourceKeys": [key] }).to_string();
    let found =
        [history(&[ana_at(long_ago())]), batch(&[devs_at(long_ago())]), versions(), version_2()];
    let replay = Replay::of(vec![config(&unprocessed); 4].into_iter().chain(found));
    assert_eq!(ana_looked_back(&[], &replay).await, ana_of_then());
    let requests = replay.requests();
    assert_eq!(requests[..4], [BATCH_ANA; 4]);
    assert_eq!(requests[4..6], [HISTORY_OF_ANA, BATCH_DEVS]);
    assert_eq!(replay.waits().len(), 3);
}

#[tokio::test]
async fn without_a_record_from_then_the_earlier_grants_are_unknown() {
    let status = |captured: DateTime<Utc>, status: &str| {
        let mut item = ana_at(captured);
        item["configurationItemStatus"] = json!(status);
        item
    };
    for answers in [
        // The current item settles it, or there is none.
        vec![batch(&[status(long_ago(), "ResourceNotRecorded")])],
        vec![batch(&[]), history(&[])],
        vec![batch(&[]), history(&[status(long_ago(), "ResourceDeletedNotRecorded")])],
        vec![batch(&[]), config_error("ResourceNotDiscoveredException", "unknown")],
        // It was recorded only since.
        vec![batch(&[ana_at(inside_the_grace())]), history(&[])],
    ] {
        let replay = Replay::of(answers);
        let [earlier] = looked_back(&[ana()], &[], &replay).await.try_into().unwrap();
        let EarlierGrants::Unknown(why) = earlier.unwrap() else { panic!("known") };
        assert_eq!(
            why,
            "AWS Config has no record of it from before 2026-06-16, where `NewPermissionGraceDays` reaches back to"
        );
        replay.requests();
    }
}

#[tokio::test]
async fn a_failed_or_unusable_answer_is_an_error_and_not_no_record() {
    let denied = config_error("AccessDeniedException", "not authorized");
    let replay = Replay::of([denied]);
    let ben = principal("user/ben", "AIDAEXAMPLE0000000002", vec![]);
    for error in looked_back(&[ana(), ben], &[], &replay).await {
        let error = error.unwrap_err();
        assert_eq!(
            error.to_string(),
            "config:BatchGetResourceConfig on `2 users, roles and groups` failed: AccessDeniedException: not authorized"
        );
        assert!(!error.is_retryable());
    }
    assert_eq!(replay.requests().len(), 1);

    let mut cut = ana_at(long_ago());
    cut["configuration"] = json!(r#"{"userN"#);
    let mut undated = ana_at(long_ago());
    undated["configurationItemCaptureTime"] = Value::Null;
    for (item, why) in [
        (cut, "`configuration` is not JSON: EOF while parsing a string at line 1 column 7"),
        (undated, "it does not say when it was captured"),
    ] {
        let replay = Replay::of([history(&[item])]);
        let error = replay.aws().principal_at(&ana(), &then()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the configuration item of `AIDAEXAMPLE0000000001` is not usable: {why}")
        );
    }
}

// The groups

#[tokio::test]
async fn where_no_groups_are_known_the_item_of_that_very_moment_names_them_by_id() {
    let current = item(ANA, long_ago(), &ana_in("devs"));
    let replay = Replay::of([
        batch(&[current]),
        history(&[ana_at(long_ago())]),
        batch(&[devs_at(long_ago())]),
        versions(),
        version_2(),
    ]);
    let (grace, aws) = (NewPermissionGraceDays::default(), replay.aws());
    let earlier = earlier_grants(&ana(), grace, moment(), &aws).await.unwrap();
    assert_eq!(known(earlier), ana_of_then());
    // Within a second of the item, so that it takes one call however old that is.
    let of_the_item =
        HISTORY_OF_ANA.replace("1781611200", "1717200001").replace("1714979289", "1717199999");
    assert_eq!(
        replay.requests(),
        [BATCH_ANA, of_the_item.as_str(), BATCH_DEVS, VERSIONS, VERSION_2]
    );
}

#[tokio::test]
async fn a_name_that_passed_to_another_group_is_not_mistaken_for_that_group() {
    // A younger group has the name now, or ana is in others now than her item says.
    let younger = Group {
        unique_id: "AGPAEXAMPLE0000000009".parse().unwrap(),
        created: Some(long_ago() + chrono::TimeDelta::seconds(1)),
        ..devs()
    };
    let elsewhere = Principal { groups: vec!["ops".into()], ..ana() };
    for (ana, groups) in [(ana(), [younger]), (elsewhere, [devs()])] {
        let replay = Replay::of([
            batch(&[item(ANA, long_ago(), &ana_in("devs"))]),
            history(&[ana_at(long_ago())]),
            batch(&[devs_at(long_ago())]),
            versions(),
            version_2(),
        ]);
        let [earlier] = looked_back(&[ana], &groups, &replay).await.try_into().unwrap();
        assert_eq!(known(earlier.unwrap()), ana_of_then());
        assert_eq!(replay.requests()[2], BATCH_DEVS);
    }
    // It is not known when the group was made; its item was asked for together with hers.
    let undated = Group { created: None, ..devs() };
    let replay = Replay::of([
        batch(&[item(ANA, long_ago(), &ana_in("devs")), devs_at(long_ago())]),
        history(&[ana_at(long_ago())]),
        versions(),
        version_2(),
    ]);
    assert_eq!(ana_looked_back(&[undated], &replay).await, ana_of_then());
    assert_eq!(replay.requests()[2..], [VERSIONS, VERSION_2]);
}

#[tokio::test]
async fn a_group_that_is_gone_or_had_another_name_then_is_unreadable_and_not_nothing() {
    // Gone, and forgotten or not related.
    let forgotten = [batch(&[]), config_error("ResourceNotDiscoveredException", "unknown")];
    let replay = Replay::of([history(&[ana_at(long_ago())])].into_iter().chain(forgotten));
    let of_then = replay.aws().principal_at(&ana(), &then()).await.unwrap().unwrap();
    assert_eq!(of_then.policies[1..], [missing_group("devs")]);
    let unrelated = item(ANA, long_ago(), &ana_in("devs"));
    let replay = Replay::of([history(&[unrelated])]);
    let of_then = replay.aws().principal_at(&ana(), &then()).await.unwrap();
    assert_eq!(of_then.map(|it| it.policies[1].clone()), Some(missing_group("devs")));

    // It has the name since, and had another one then.
    let renamed = item(DEVS, long_ago(), &json!({ "groupName": "ops", "groupPolicyList": [] }));
    let replay = Replay::of([batch(&[item(ANA, long_ago(), &ana_in("devs")), renamed])]);
    assert_eq!(ana_looked_back(&[devs()], &replay).await.policies[1..], [missing_group("devs")]);
}

// Managed policies

#[tokio::test]
async fn a_policy_is_read_once_for_everybody_who_had_it_at_that_time() {
    let items = || [item(ANA, start(), &ana_in("devs")), devs_at(long_ago())];
    let items = items().map(|item| {
        let id = item["resourceId"].as_str().unwrap().to_owned();
        let configuration = item["configuration"].as_str().map(str::to_owned);
        (id, RecordedItem { captured: long_ago(), configuration, groups: None })
    });
    let groups = BTreeMap::from([("devs".to_owned(), RecordedResource::from(&devs()))]);
    let then = Then { time: start(), items: items.into(), groups, ..Then::default() };
    let replay = Replay::of([versions(), version_2(), versions(), version_2()]);
    let aws = replay.aws();
    let ana = ana();
    let (one, other) = tokio::join!(aws.principal_at(&ana, &then), aws.principal_at(&ana, &then));
    assert_eq!(one.unwrap(), Some(ana_of_then()));
    assert_eq!(other.unwrap(), Some(ana_of_then()));
    // Another run asks about another time.
    let time = then.time + chrono::TimeDelta::seconds(1);
    let next = Then { time, items: then.items, groups: then.groups, ..Then::default() };
    aws.principal_at(&ana, &next).await.unwrap();
    assert_eq!(replay.requests(), [VERSIONS, VERSION_2, VERSIONS, VERSION_2]);
}

#[tokio::test]
async fn a_policy_that_is_gone_or_younger_is_unreadable_and_not_nothing() {
    let items = || batch(&[item(ANA, long_ago(), &ana_in("devs")), devs_at(long_ago())]);
    let replay = Replay::of([items(), no_such_entity("Policy does not exist.")]);
    let of_then = ana_looked_back(&[devs()], &replay).await;
    assert_eq!(of_then.policies[1].document, Err(UnreadableDocument::Missing));

    let young = "<Versions><member><VersionId>v1</VersionId><CreateDate>2026-06-20T00:00:00Z</CreateDate></member></Versions>";
    let replay = Replay::of([items(), iam("ListPolicyVersions", young)]);
    let of_then = ana_looked_back(&[devs()], &replay).await;
    assert_eq!(of_then.policies[1].document, Err(UnreadableDocument::Missing));
}

// Who is not asked about

#[tokio::test]
async fn whoever_is_younger_than_the_grace_had_nothing_and_nobody_is_asked_without_grace() {
    let replay = Replay::of([]);
    let young = Principal { created: Some(start() + chrono::TimeDelta::seconds(1)), ..ana() };
    let [earlier] = looked_back(&[young], &[devs()], &replay).await.try_into().unwrap();
    assert_eq!(known(earlier.unwrap()).policies, vec![]);
    let off = "0".parse().unwrap();
    let earlier = earlier_grants(&ana(), off, moment(), &replay.aws()).await.unwrap();
    assert!(matches!(earlier, EarlierGrants::NotAsked));
    assert_eq!(replay.requests(), Vec::<String>::new());
}

/// The role `writer` of an account in which its policy has these versions; the first is in force,
/// and its text is known.
fn writer_with(versions: &[(&str, &str)]) -> (Roster, Principal) {
    let in_force = versions[0].0;
    let listed = versions.iter().map(|(id, created)| {
        let document = if *id == in_force { json!(SQS) } else { Value::Null };
        json!({ "VersionId": id, "IsDefaultVersion": *id == in_force, "CreateDate": created, "Document": document })
    });
    let details = json!({
        "RoleDetailList": [{
            "Arn": "arn:aws:iam::111122223333:role/writer", "RoleId": "AROAEXAMPLE0000000002",
            "CreateDate": "2024-05-06T07:08:09Z",
            "AttachedManagedPolicies": [{ "PolicyName": "team", "PolicyArn": TEAM }]
        }],
        "Policies": [{
            "Arn": TEAM, "DefaultVersionId": in_force, "PolicyVersionList": listed.collect::<Vec<_>>()
        }]
    });
    let roster = Roster::new(serde_json::from_value(details).unwrap()).unwrap();
    let writer = roster.principal(&roster.entries()[0]);
    (roster, writer)
}

#[tokio::test]
async fn a_policy_that_stands_as_it_stood_then_is_not_asked_for() {
    let recorded = json!({
        "roleName": "writer", "roleId": "AROAEXAMPLE0000000002", "path": "/",
        "arn": "arn:aws:iam::111122223333:role/writer", "createDate": "2024-05-06T07:08:09.000Z",
        "attachedManagedPolicies": [{ "policyName": "team", "policyArn": TEAM }],
        "rolePolicyList": []
    });
    let item = item("AROAEXAMPLE0000000002", long_ago(), &recorded);
    let (then, later) = ("2026-06-16T12:00:00Z", "2026-06-16T12:00:01Z");
    let cases: [(&[(&str, &str)], usize); 3] = [
        (&[("v2", then), ("v1", "2026-01-01T00:00:00Z")], 1),
        // It was made later; or it is not the newest, and another may have been in force then.
        (&[("v3", later), ("v2", then)], 3),
        (&[("v2", then), ("v4", later)], 3),
    ];
    for (versions_now, calls) in cases {
        let (roster, writer) = writer_with(versions_now);
        let answers = [batch(std::slice::from_ref(&item)), versions(), version_2()];
        let replay = Replay::of(answers.into_iter().take(calls));
        let shared = Arc::new(SharedPast::of(&roster, start()));
        let look_back = LookBack::new([&writer], &[], NewPermissionGraceDays::default(), moment());
        let look_back = look_back.sharing(shared);
        let then = known(look_back.grants(&writer, &replay.aws()).await.unwrap());
        let document = Ok(Document::parse(SQS).unwrap());
        let source = PolicySource::Managed { arn: TEAM.into() };
        assert_eq!(then.policies, [GrantingPolicy { source, document }]);
        assert_eq!(replay.requests().len(), calls, "{versions_now:?}");
    }
}
