//! What is asked, and what comes of it.

use super::*;
use leastwise_policy::document::Document;
use leastwise_rightsizing::score::{ExternalScores, UnknownScore};

fn listed(arn: &str, kind: PrincipalKind, index: &str, category: &str) -> ExternalIdentity {
    ExternalIdentity {
        kind,
        arn: Some(arn.to_owned()),
        name: arn.rsplit('/').next().unwrap().to_owned(),
        index: Some(index.to_owned()),
        category: Some(category.to_owned()),
    }
}

#[tokio::test]
async fn all_pages_are_read_until_one_is_empty() {
    let knowledge = knowledge();
    let (service, client) = service(limits(), move |request| knowledge.answer(request));
    let ada = listed(ADA, PrincipalKind::User, "72", "HIGH");
    let bob = listed(BOB, PrincipalKind::User, "5", "LOW");
    assert_eq!(users(&client).await, Ok(vec![ada, bob]));
    let bodies = service.asked().into_iter().skip(1).map(|request| request.body);
    let page = |page_id: u32| {
        json!({
            "authSystemInfo": { "id": ACCOUNT, "type": "AWS" },
            "identityType": "USER",
            "aggregation": { "type": "SUMMARY" },
            "pageInfo": { "pageId": page_id, "pageSize": 50 },
        })
    };
    assert_eq!(bodies.collect::<Vec<_>>(), [page(0), page(1), page(2)]);
}

#[tokio::test]
async fn roles_are_asked_for_as_roles() {
    let knowledge = knowledge();
    let (_service, client) = service(limits(), move |request| knowledge.answer(request));
    let session = client.sign_in(now(), soon()).await.unwrap();
    let app = listed(APP, PrincipalKind::Role, "40", "MEDIUM");
    assert_eq!(session.identities(PrincipalKind::Role, ACCOUNT).await, Ok(vec![app]));
}

#[tokio::test]
async fn every_call_carries_the_headers_of_the_protocol() {
    let knowledge = knowledge();
    let (service, client) = service(limits(), move |request| knowledge.answer(request));
    users(&client).await.unwrap();
    let asked = service.asked();
    let header = |place: usize, name: &str| asked.get(place)?.headers.get(name).cloned();
    assert_eq!(
        asked.first().map(|request| &request.body),
        Some(&json!({
            "serviceAccountId": "hidden-service-id",
            "accessKey": "hidden-access-key",
            "secretKey": "hidden-secret-key",
        }))
    );
    for place in 0..2 {
        let service_id = header(place, "x-cloudknox-service-account-id");
        assert_eq!(service_id.as_deref(), Some("hidden-service-id"));
        assert_eq!(header(place, "content-type").as_deref(), Some("application/json"));
        let millis = header(place, "x-cloudknox-timestamp-millis").unwrap().parse::<i64>().unwrap();
        assert!((0..20_000).contains(&(millis - now().timestamp_millis())), "{millis}");
    }
    let token = |place| header(place, "x-cloudknox-access-token");
    assert_eq!((token(0), token(1).as_deref()), (None, Some("hidden-token")));
    let api_id = |place| header(place, "x-cloudknox-api-id");
    assert_eq!((api_id(0), api_id(1).as_deref()), (None, Some("hidden-api-id")));
}

#[tokio::test]
async fn a_suggested_policy_rests_on_ninety_days_and_leaves_reads_alone() {
    let knowledge = knowledge();
    let (service, client) = service(limits(), move |request| knowledge.answer(request));
    let session = client.sign_in(now(), soon()).await.unwrap();
    let suggested = session.suggestion(&ADA.parse().unwrap()).await;
    let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}}"#;
    assert_eq!(suggested, Ok(vec![Document::parse(text).unwrap()]));
    let body = service.asked().pop().unwrap().body;
    assert_eq!(
        [&body["identityType"], &body["identityIds"], &body["filter"]["historyDays"]],
        [&json!("USER"), &json!([ADA]), &json!(90)]
    );
    assert_eq!(body["filter"]["preserveReads"], json!(true));
    let duration = &body["filter"]["historyDuration"];
    let length = duration["endTime"].as_i64().unwrap() - duration["startTime"].as_i64().unwrap();
    assert_eq!(length, 90 * 86_400_000);
}

#[tokio::test]
async fn a_principal_without_a_suggested_policy_gets_none() {
    let knowledge = knowledge();
    let (_service, client) = service(limits(), move |request| knowledge.answer(request));
    let session = client.sign_in(now(), soon()).await.unwrap();
    assert_eq!(
        session.suggestion(&BOB.parse().unwrap()).await.unwrap_err().to_string(),
        "/api/v2/role-policy/new of the external service: the answer is empty"
    );
}

#[tokio::test]
async fn credentials_for_one_account_are_not_used_for_another() {
    let knowledge = knowledge();
    let (service, client) = service(limits(), move |request| knowledge.answer(request));
    let session = client.sign_in(now(), soon()).await.unwrap();
    let elsewhere = session.identities(PrincipalKind::User, "444455556666").await;
    assert_eq!(
        elsewhere.unwrap_err().to_string(),
        "/api/v2/identity/usage of the external service: the secret's `accountId` is 111122223333, and account \
         444455556666 is asked about"
    );
    assert_eq!(service.paths(), ["/api/v2/service-account/authenticate"]);
}

#[tokio::test]
async fn an_index_that_is_none_is_unknown_for_that_identity_alone() {
    let (_service, client) = signed_in_service(limits(), |request| {
        let arn = |name: &str| format!("arn:aws:iam::{ACCOUNT}:user/{name}");
        let first_page = request.body["pageInfo"]["pageId"] == json!(0);
        let all = [
            identity(&arn("over"), 101, "HIGH"),
            identity(&arn("under"), -1, "LOW"),
            identity(&arn("between"), 40.5, "MEDIUM"),
            identity(&arn("whole"), 40.0, "MEDIUM"),
            identity(&arn("none"), Value::Null, "LOW"),
        ];
        Answer::of(200, &json!({ "data": if first_page { all.as_slice() } else { &[] } }))
    });
    let scores = ExternalScores::of(users(&client).await.unwrap());
    let score = |name: &str| {
        let arn = format!("arn:aws:iam::{ACCOUNT}:user/{name}").parse().unwrap();
        scores.score(&arn).map(|score| score.index.value())
    };
    let not_an_index = |text: &str| Err(UnknownScore::NotAnIndex(text.to_owned()));
    assert_eq!([score("over"), score("under")], [not_an_index("101"), not_an_index("-1")]);
    assert_eq!([score("between"), score("whole")], [not_an_index("40.5"), Ok(40)]);
    assert_eq!(
        [score("none"), score("zoe")],
        [Err(UnknownScore::NoIndex), Err(UnknownScore::NotListed)]
    );
}
