//! Whom the client trusts: nobody but a host of the right name, certified by the right authority, today.

use super::*;

/// What comes of signing in to a server that presents `certified`, trusting `trusted`.
async fn sign_in(
    certified: Option<service::Certified>,
    trusted: &str,
) -> (Result<(), String>, usize) {
    let knowledge = knowledge();
    let service = Service::start(certified, move |request| knowledge.answer(request));
    let client = client(&service.secret(trusted), limits()).unwrap();
    let signed_in = client.sign_in(now(), soon()).await.map(drop);
    let prefix = "/api/v2/service-account/authenticate of the external service: its TLS connection is not to be trusted: ";
    let message = signed_in.map_err(|error| error.to_string().replace(prefix, ""));
    (message, service.paths().len())
}

#[tokio::test]
async fn the_authority_of_the_secret_is_trusted() {
    let authority = Authority::new();
    let certified = authority.certify("localhost", 2100);
    assert_eq!(sign_in(Some(certified), &authority.pem()).await, (Ok(()), 1));
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted_and_gets_no_credentials() {
    let certified = Authority::new().certify("localhost", 2100);
    let (message, requests) = sign_in(Some(certified), &Authority::new().pem()).await;
    assert_eq!(requests, 0);
    let message = message.unwrap_err();
    assert!(message.starts_with("invalid peer certificate: "), "{message}");
}

#[tokio::test]
async fn without_an_authority_in_the_secret_only_those_of_the_system_are_trusted() {
    let authority = Authority::new();
    let service =
        Service::start(Some(authority.certify("localhost", 2100)), |_| Answer::of(200, "{}"));
    let mut secret = service.secret("");
    secret.as_object_mut().unwrap().remove("caCertificate");
    let error = users(&client(&secret, limits()).unwrap()).await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
    assert_eq!(service.paths(), [""; 0]);
}

#[tokio::test]
async fn a_certificate_for_another_host_is_not_trusted() {
    let authority = Authority::new();
    let certified = authority.certify("elsewhere.example.com", 2100);
    let (message, requests) = sign_in(Some(certified), &authority.pem()).await;
    assert_eq!(requests, 0);
    let message = message.unwrap_err();
    assert!(
        message.starts_with("invalid peer certificate: certificate not valid for name"),
        "{message}"
    );
}

#[tokio::test]
async fn an_expired_certificate_is_not_trusted() {
    let authority = Authority::new();
    let (message, requests) =
        sign_in(Some(authority.certify("localhost", 2021)), &authority.pem()).await;
    assert_eq!(requests, 0);
    let message = message.unwrap_err();
    assert!(message.starts_with("invalid peer certificate: certificate expired"), "{message}");
}

#[tokio::test]
async fn plain_http_is_not_spoken() {
    let (message, requests) = sign_in(None, &Authority::new().pem()).await;
    assert_eq!(requests, 0);
    assert_eq!(message, Err("received corrupt message of type InvalidContentType".into()));
}
