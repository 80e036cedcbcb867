//! The client against a local HTTPS server that speaks the protocol.
#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]

mod calls;
mod faults;
mod secrecy;
mod service;
mod tls;

use chrono::{DateTime, Utc};
use leastwise_external_score::{Client, Credentials, Limits, ServiceError};
use leastwise_rightsizing::iam::PrincipalKind;
use leastwise_rightsizing::score::ExternalIdentity;
use serde_json::{Value, json};
use service::{ACCOUNT, Answer, Authority, Knowledge, Request, Service};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const ADA: &str = "arn:aws:iam::111122223333:user/ada";
const BOB: &str = "arn:aws:iam::111122223333:user/bob";
const APP: &str = "arn:aws:iam::111122223333:role/app";

fn now() -> DateTime<Utc> {
    "2026-06-30T12:00:00Z".parse().unwrap()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// Limits that make no test wait.
fn limits() -> Limits {
    Limits { pause: Duration::from_millis(10), ..Limits::default() }
}

/// An identity as the service lists it.
fn identity(arn: &str, index: impl Into<Value>, category: &str) -> Value {
    let name = arn.rsplit('/').next();
    json!({
        "id": arn, "name": name,
        "pciScore": { "privilegeCreepIndex": index.into(), "category": category },
    })
}

/// Two users, one to a page, and one role.
fn knowledge() -> Knowledge {
    let users = vec![identity(ADA, 72, "HIGH"), identity(BOB, 5, "LOW")];
    let roles = vec![identity(APP, 40, "MEDIUM")];
    let policy =
        json!({ "Statement": { "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*" } });
    Knowledge {
        identities: BTreeMap::from([("USER", users), ("ROLE", roles)]),
        policies: BTreeMap::from([(ADA.to_owned(), policy)]),
        page: 1,
    }
}

/// A service with a valid certificate that answers so, and a client that trusts it.
fn service(
    limits: Limits,
    answering: impl Fn(&Request) -> Answer + Send + Sync + 'static,
) -> (Service, Client) {
    let authority = Authority::new();
    let service = Service::start(Some(authority.certify("localhost", 2100)), answering);
    let client = client(&service.secret(&authority.pem()), limits).unwrap();
    (service, client)
}

/// As [`service`], but it answers as it should and, when signed in, so.
fn signed_in_service(
    limits: Limits,
    answering: impl Fn(&Request) -> Answer + Send + Sync + 'static,
) -> (Service, Client) {
    let knowledge = knowledge();
    service(limits, move |request| {
        if request.path.ends_with("/authenticate") {
            knowledge.answer(request)
        } else {
            answering(request)
        }
    })
}

fn client(secret: &Value, limits: Limits) -> Result<Client, ServiceError> {
    Client::new(Credentials::parse(&secret.to_string()).unwrap(), limits)
}

async fn users(client: &Client) -> Result<Vec<ExternalIdentity>, ServiceError> {
    let session = client.sign_in(now(), soon()).await?;
    session.identities(PrincipalKind::User, ACCOUNT).await
}

async fn failure(client: &Client) -> String {
    users(client).await.unwrap_err().to_string()
}
