//! The three calls.

use crate::answer;
use crate::credentials::{Credentials, Secret};
use crate::error::{AskError, Call, Fault, ServiceError, is_passing};
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::document::Document;
use leastwise_policy::json::Unique;
use leastwise_rightsizing::iam::{PrincipalArn, PrincipalKind};
use leastwise_rightsizing::plan::SUGGESTION_HISTORY_DAYS;
use leastwise_rightsizing::score::ExternalIdentity;
use leastwise_rightsizing::settings::ScoreSecretArn;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Response, redirect, retry};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::error::Error;
use std::io;
use std::time::{Duration, Instant};

/// How many identities are asked for at a time.
const PAGE_SIZE: usize = 50;

/// How many pages there may be: four times as many identities as IAM has users by default.
const MAX_PAGES: usize = 400;

/// How long, how often and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection to stand.
    pub connect: Duration,
    /// Between any two pieces of an answer.
    pub read: Duration,
    /// For one attempt.
    pub attempt: Duration,
    /// How often a call is made that a busy or failing service, or the network, leaves without an
    /// answer.
    pub attempts: u32,
    /// Before the second attempt; twice as long before each further one.
    pub pause: Duration,
    /// The longest answer, in bytes.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(10),
            attempt: Duration::from_secs(30),
            attempts: 3,
            pause: Duration::from_millis(500),
            answer: 4 * 1024 * 1024,
        }
    }
}

/// The service, not signed in to yet.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    credentials: Credentials,
    limits: Limits,
}

/// The service, signed in to.
#[derive(Debug)]
pub struct Session<'c> {
    client: &'c Client,
    clock: ServiceClock,
    token: Secret,
}

/// What time it is, from one reading of the clock on.
#[derive(Debug, Clone, Copy)]
struct ServiceClock {
    signed_in: DateTime<Utc>,
    since: Instant,
    deadline: Instant,
}

impl ServiceClock {
    fn now(&self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.since.elapsed()).unwrap_or_default();
        self.signed_in + passed
    }
}

impl Client {
    /// A client for the service that `secret` names, whose text this is.
    ///
    /// # Errors
    ///
    /// [`AskError`] when the text, or the authority in it, cannot be used.
    pub fn of_secret(secret: &ScoreSecretArn, text: &str) -> Result<Self, AskError> {
        let unusable = |why| AskError::Credentials { secret: secret.clone(), why };
        let credentials = Credentials::parse(text).map_err(unusable)?;
        Ok(Self::new(credentials, Limits::default())?)
    }

    /// A client for the service that `credentials` name.
    ///
    /// # Errors
    ///
    /// [`Fault::Authority`] when the authority in them cannot be used.
    pub fn new(credentials: Credentials, limits: Limits) -> Result<Self, ServiceError> {
        let mut builder = reqwest::Client::builder()
            .https_only(true)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(limits.connect)
            .read_timeout(limits.read)
            .timeout(limits.attempt)
            .user_agent(concat!("leastwise/", env!("CARGO_PKG_VERSION")));
        if !credentials.authorities.is_empty() {
            // Whoever names the authority means no other.
            builder = builder.tls_certs_only(credentials.authorities.clone());
        }
        let unusable = |_| ServiceError { call: Call::Authenticate, fault: Fault::Authority };
        Ok(Self { http: builder.build().map_err(unusable)?, credentials, limits })
    }

    /// Signs in at `now`. This and all calls of the session end by `deadline`.
    ///
    /// # Errors
    ///
    /// [`ServiceError`] when the service gave no token.
    pub async fn sign_in(
        &self,
        now: DateTime<Utc>,
        deadline: Instant,
    ) -> Result<Session<'_>, ServiceError> {
        let Credentials { service_id, access_key, secret_key, .. } = &self.credentials;
        let body = json!({
            "serviceAccountId": service_id.expose(),
            "accessKey": access_key.expose(),
            "secretKey": secret_key.expose(),
        });
        let clock = ServiceClock { signed_in: now, since: Instant::now(), deadline };
        let call = Call::Authenticate;
        let answer = self.post(call, &body, None, clock).await?;
        let token = answer::access_token(&answer).map(Secret::of);
        match token.map_err(|fault| ServiceError { call, fault })? {
            Some(token) => Ok(Session { client: self, clock, token }),
            None => Err(ServiceError { call, fault: Fault::Form("`accessToken`") }),
        }
    }

    /// One call, made again as often as the limits say and the deadline permits.
    async fn post(
        &self,
        call: Call,
        body: &Value,
        token: Option<&Secret>,
        clock: ServiceClock,
    ) -> Result<Value, ServiceError> {
        let attempts = async {
            let mut pause = self.limits.pause;
            let mut left = self.limits.attempts;
            loop {
                left = left.saturating_sub(1);
                let answer = self.attempt(call, body, token, clock.now()).await;
                match answer.map_err(|fault| ServiceError { call, fault }) {
                    Err(error) if left > 0 && error.is_retryable() => {
                        tokio::time::sleep(pause).await;
                        pause = pause.saturating_mul(2);
                    }
                    done => return done,
                }
            }
        };
        let in_time = tokio::time::timeout_at(clock.deadline.into(), attempts).await;
        in_time.unwrap_or(Err(ServiceError { call, fault: Fault::TimedOut }))
    }

    async fn attempt(
        &self,
        call: Call,
        body: &Value,
        token: Option<&Secret>,
        now: DateTime<Utc>,
    ) -> Result<Value, Fault> {
        let Credentials { host, port, .. } = &self.credentials;
        let url = format!("https://{host}:{port}{}", call.path());
        let request = self.http.post(url).headers(self.headers(token, now)).body(body.to_string());
        let response = request.send().await.map_err(|error| unanswered(&error))?;
        let status = response.status().as_u16();
        let text = self.text(response).await;
        match status {
            200..=299 => {
                let Unique(answer) = serde_json::from_slice(&text?).map_err(|_| Fault::NotJson)?;
                self.error_code(&answer, token).map_or(Ok(answer), |code| Err(Fault::Refused(code)))
            }
            300..=399 => Err(Fault::Redirection(status)),
            401 | 403 => Err(Fault::CredentialsRefused(status)),
            _ if is_passing(status) => Err(Fault::Status(status)),
            _ => {
                let answer = text.ok().and_then(|text| serde_json::from_slice(&text).ok());
                let code = answer.and_then(|Unique(answer)| self.error_code(&answer, token));
                Err(code.map_or(Fault::Status(status), Fault::Refused))
            }
        }
    }

    fn headers(&self, token: Option<&Secret>, now: DateTime<Utc>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-cloudknox-service-account-id", self.credentials.service_id.header());
        headers.insert("x-cloudknox-timestamp-millis", now.timestamp_millis().into());
        if let Some(token) = token {
            headers.insert("x-cloudknox-access-token", token.header());
            headers.insert("x-cloudknox-api-id", self.credentials.api_id.header());
        }
        headers
    }

    async fn text(&self, mut response: Response) -> Result<Vec<u8>, Fault> {
        let mut text = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| unanswered(&error))? {
            if text.len() + piece.len() > self.limits.answer {
                return Err(Fault::TooLong(self.limits.answer));
            }
            text.extend_from_slice(&piece);
        }
        Ok(text)
    }

    fn error_code(&self, answer: &Value, token: Option<&Secret>) -> Option<String> {
        let secrets = self.credentials.secrets().into_iter().chain(token);
        answer::error_code(answer, secrets.map(Secret::expose))
    }
}

/// What became of a request that has no answer. The causes name certificates, addresses and system
/// errors.
fn unanswered(error: &reqwest::Error) -> Fault {
    let mut cause: &(dyn Error + 'static) = error;
    let mut is_tls = false;
    while let Some(next) = beneath(cause) {
        cause = next;
        // What a TLS handshake ends in where the peer is not as it must be.
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        is_tls |= kind == Some(io::ErrorKind::InvalidData);
    }
    if error.is_timeout() {
        Fault::TimedOut
    } else if is_tls {
        Fault::NotTrusted(cause.to_string())
    } else {
        Fault::Unreachable(cause.to_string())
    }
}

/// The next cause. An I/O error passes over the error that it wraps.
fn beneath<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

impl Session<'_> {
    /// Every user or every role of `account` that the service knows, with its index.
    ///
    /// The end of the list is a page with nothing on it: a short page may be followed by others.
    ///
    /// # Errors
    ///
    /// [`ServiceError`] when a page could not be had, or when there is nobody on the first one.
    pub async fn identities(
        &self,
        kind: PrincipalKind,
        account: &str,
    ) -> Result<Vec<ExternalIdentity>, ServiceError> {
        let call = Call::IdentityUsage;
        let fault = |fault| ServiceError { call, fault };
        self.check_account(account).map_err(fault)?;
        let mut all = Vec::new();
        let mut pages = BTreeSet::new();
        for page_id in 0..MAX_PAGES {
            let body = json!({
                "authSystemInfo": { "id": account, "type": "AWS" },
                "identityType": identity_type(kind),
                "aggregation": { "type": "SUMMARY" },
                "pageInfo": { "pageId": page_id, "pageSize": PAGE_SIZE },
            });
            let answer = self.post(call, &body).await?;
            let page = answer::identities(&answer, kind).map_err(fault)?;
            if page.is_empty() {
                return if all.is_empty() { Err(fault(Fault::Empty)) } else { Ok(all) };
            }
            all.extend(page.iter().cloned());
            if !pages.insert(page) {
                return Err(fault(Fault::RepeatedPage(page_id)));
            }
        }
        Err(fault(Fault::TooManyPages(MAX_PAGES)))
    }

    /// The policies that the service suggests for `principal`, from what it did in the last
    /// [`SUGGESTION_HISTORY_DAYS`] days, with all that only reads left to it.
    ///
    /// # Errors
    ///
    /// [`ServiceError`] when there is no policy, or none that allows anything.
    pub async fn suggestion(
        &self,
        principal: &PrincipalArn,
    ) -> Result<Vec<Document>, ServiceError> {
        let call = Call::RolePolicy;
        let fault = |fault| ServiceError { call, fault };
        self.check_account(principal.account()).map_err(fault)?;
        let end = self.clock.now();
        let start = end - TimeDelta::days(i64::from(SUGGESTION_HISTORY_DAYS));
        let body = json!({
            "authSystemInfo": { "id": principal.account(), "type": "AWS" },
            "identityType": identity_type(principal.kind()),
            "identityIds": [principal.to_string()],
            "aggregation": { "type": "SUMMARY" },
            "requestParams": {
                "scope": null, "resource": null, "resources": null, "condition": null,
            },
            "filter": {
                "historyDays": SUGGESTION_HISTORY_DAYS,
                "preserveReads": true,
                "historyDuration": {
                    "startTime": start.timestamp_millis(),
                    "endTime": end.timestamp_millis(),
                },
            },
        });
        answer::policies(&self.post(call, &body).await?).map_err(fault)
    }

    async fn post(&self, call: Call, body: &Value) -> Result<Value, ServiceError> {
        self.client.post(call, body, Some(&self.token), self.clock).await
    }

    fn check_account(&self, asked: &str) -> Result<(), Fault> {
        match &self.client.credentials.account_id {
            Some(of) if of != asked => {
                Err(Fault::AnotherAccount { of: of.clone(), asked: asked.to_owned() })
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn identity_type(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User => "USER",
        PrincipalKind::Role => "ROLE",
    }
}
