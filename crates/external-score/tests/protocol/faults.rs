//! What goes wrong is an error of its own kind, never an answer.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

const USAGE: &str = "/api/v2/identity/usage of the external service: ";

async fn failure_of(answer: Answer) -> (String, usize) {
    let (service, client) = signed_in_service(limits(), move |_| answer.clone());
    let message = failure(&client).await;
    (message.strip_prefix(USAGE).unwrap().to_owned(), service.paths().len() - 1)
}

#[tokio::test]
async fn credentials_that_are_not_accepted_are_not_tried_again() {
    let authority = Authority::new();
    let knowledge = knowledge();
    let certified = authority.certify("localhost", 2100);
    let service = Service::start(Some(certified), move |request| knowledge.answer(request));
    let mut secret = service.secret(&authority.pem());
    secret["secretKey"] = json!("hidden-other-key");
    assert_eq!(
        failure(&client(&secret, limits()).unwrap()).await,
        "/api/v2/service-account/authenticate of the external service: the credentials were not accepted (HTTP status 401)"
    );
    assert_eq!(service.paths().len(), 1);
}

#[tokio::test]
async fn an_error_code_is_an_error_with_any_status() {
    for status in [200, 400] {
        let body =
            json!({ "errorCode": "E-4711", "errorMessage": "hidden-access-key", "data": [] });
        assert_eq!(failure_of(Answer::of(status, &body)).await, ("error code E-4711".into(), 1));
    }
}

#[tokio::test]
async fn an_answer_that_is_empty_or_not_of_the_form_is_an_error() {
    for (body, message) in [
        ("", "the answer is not JSON"),
        ("<html>hidden</html>", "the answer is not JSON"),
        ("{}", "the answer has no usable list `data`"),
        ("[]", "the answer has no usable list `data`"),
        (r#"{"data":[]}"#, "the answer is empty"),
        (r#"{"data":[{}]}"#, "the answer has no usable `name` of an identity"),
    ] {
        assert_eq!(failure_of(Answer::of(200, body)).await, (message.into(), 1), "{body}");
    }
}

#[tokio::test]
async fn a_sign_in_without_a_token_is_an_error() {
    for body in [r#"{"accessToken":""}"#, r#"{"accessToken":"a b"}"#, r#"{"accessToken":7}"#, "{}"]
    {
        let (_service, client) = service(limits(), move |_| Answer::of(200, body));
        assert_eq!(
            failure(&client).await,
            "/api/v2/service-account/authenticate of the external service: the answer has no usable `accessToken`"
        );
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let limits = Limits { answer: 1_000_000, ..limits() };
    let (_service, client) = signed_in_service(limits, |_| Answer::of(200, &"x".repeat(1_000_001)));
    assert_eq!(failure(&client).await, format!("{USAGE}the answer is longer than 1000000 bytes"));
}

#[tokio::test]
async fn a_page_that_comes_twice_ends_in_an_error() {
    let page = json!({ "data": [identity(ADA, 72, "HIGH")] });
    let expected = "page 1 is one that came before, so the list would never end";
    assert_eq!(failure_of(Answer::of(200, &page)).await, (expected.into(), 2));
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let elsewhere = Service::start(None, |_| Answer::of(200, "{}"));
    let location = format!("location: http://localhost:{}/\r\n", elsewhere.port);
    let answer = Answer { headers: location, ..Answer::of(307, "") };
    let expected =
        "a redirection (HTTP status 307), which is not followed: it would hand the credentials on";
    assert_eq!(failure_of(answer).await, (expected.into(), 1));
    assert_eq!(elsewhere.paths(), [""; 0]);
}

#[tokio::test]
async fn a_busy_or_failing_service_is_asked_three_times() {
    for status in [429, 500, 503] {
        let expected = (format!("HTTP status {status}"), 3);
        assert_eq!(failure_of(Answer::of(status, "{}")).await, expected);
    }
    assert_eq!(failure_of(Answer::of(404, "{}")).await, ("HTTP status 404".into(), 1));
}

#[tokio::test]
async fn a_service_that_recovers_is_believed() {
    let (asked, knowledge) = (AtomicUsize::new(0), knowledge());
    let (_service, client) = service(limits(), move |request| {
        if asked.fetch_add(1, Ordering::Relaxed) % 2 == 0 {
            Answer::of(503, "")
        } else {
            knowledge.answer(request)
        }
    });
    assert_eq!(users(&client).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_slow_answer_is_given_up_on_and_asked_for_again() {
    let limits = Limits { read: Duration::from_millis(200), attempts: 2, ..limits() };
    let slow = Answer { after: Duration::from_secs(5), ..Answer::of(200, r#"{"data":[]}"#) };
    let (service, client) = signed_in_service(limits, move |_| slow.clone());
    assert_eq!(failure(&client).await, format!("{USAGE}no answer in time"));
    assert_eq!(service.paths().len(), 3);
}

#[tokio::test]
async fn the_deadline_ends_whatever_is_under_way() {
    let slow = Answer { after: Duration::from_secs(5), ..Answer::of(200, "{}") };
    let (_service, client) = service(limits(), move |_| slow.clone());
    let start = Instant::now();
    let error = client.sign_in(now(), start + Duration::from_millis(300)).await.unwrap_err();
    assert!(error.is_retryable() && start.elapsed() < Duration::from_secs(3));
    assert_eq!(
        error.to_string(),
        "/api/v2/service-account/authenticate of the external service: no answer in time"
    );
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unreachable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let authority = Authority::new();
    let mut secret = Service::start(None, |_| Answer::of(200, "{}")).secret(&authority.pem());
    secret["port"] = json!(free);
    let error = users(&client(&secret, limits()).unwrap()).await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "/api/v2/service-account/authenticate of the external service: no answer: Connection refused (os error 111)"
    );
}
