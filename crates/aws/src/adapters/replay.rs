//! Recorded exchanges instead of AWS: what the adapters send is written down, what they get was
//! written before.

use super::Aws;
use crate::clients::Clients;
use crate::clock::Clock;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_iam::config::{
    AsyncSleep, Credentials, SharedAsyncSleep, SharedCredentialsProvider, Sleep,
    StalledStreamProtectionConfig,
};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// One answer of AWS: the HTTP status and the body. Status 0 is no answer: the connection was lost.
pub(crate) type Answer = (u16, String);

/// What IAM answers when a call succeeds: `content` within the operation's result element.
pub(crate) fn iam(operation: &str, content: &str) -> Answer {
    let body = format!(
        r#"<{operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
        <{operation}Result>{content}</{operation}Result>
        <ResponseMetadata><RequestId>11111111-2222-3333-4444-555555555555</RequestId></ResponseMetadata>
        </{operation}Response>"#
    );
    (200, body)
}

/// What IAM answers when a call fails.
pub(crate) fn iam_error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        r#"<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
        <Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
        <RequestId>11111111-2222-3333-4444-555555555555</RequestId></ErrorResponse>"#
    );
    (status, body)
}

pub(crate) fn no_such_entity(message: &str) -> Answer {
    iam_error(404, "NoSuchEntity", message)
}

pub(crate) fn throttled() -> Answer {
    iam_error(400, "Throttling", "Rate exceeded")
}

/// What STS answers when a call succeeds: `content` within the operation's result element.
#[cfg(feature = "command-line")]
pub(crate) fn sts(operation: &str, content: &str) -> Answer {
    let (status, body) = iam(operation, content);
    let (ours, theirs) = ("iam.amazonaws.com/doc/2010-05-08", "sts.amazonaws.com/doc/2011-06-15");
    (status, body.replace(ours, theirs))
}

/// What STS answers when a call fails.
#[cfg(feature = "command-line")]
pub(crate) fn sts_error(status: u16, code: &str, message: &str) -> Answer {
    iam_error(status, code, message)
}

/// What AWS Config answers when a call succeeds.
pub(crate) fn config(body: &str) -> Answer {
    (200, body.to_owned())
}

/// What AWS Config answers when a call fails.
pub(crate) fn config_error(code: &str, message: &str) -> Answer {
    (400, format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
}

/// What IAM Access Analyzer answers when a call succeeds.
pub(crate) fn access_analyzer(body: &Value) -> Answer {
    (200, body.to_string())
}

/// What IAM Access Analyzer answers when a call fails.
pub(crate) fn access_analyzer_error(status: u16, code: &str, message: &str) -> Answer {
    (status, json!({ "__type": code, "message": message }).to_string())
}

/// What AWS Account Management answers when a call succeeds.
pub(crate) fn account(body: &Value) -> Answer {
    (200, body.to_string())
}

/// What AWS Account Management answers when a call fails.
pub(crate) fn account_error(status: u16, code: &str, message: &str) -> Answer {
    (status, json!({ "__type": code, "message": message }).to_string())
}

/// No answer: the network failed.
pub(crate) fn connection_lost() -> Answer {
    (0, String::new())
}

/// A policy document as IAM writes it on the wire.
pub(crate) fn url_encoded(document: &str) -> String {
    document
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// AWS with prepared answers, and a memory of what was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replay(Arc<Memory>);

#[derive(Debug, Default)]
struct Memory {
    answers: Mutex<VecDeque<Answer>>,
    headers: Mutex<Vec<(&'static str, String)>>,
    requests: Mutex<Vec<String>>,
    hosts: Mutex<Vec<String>>,
    clock: FakeClock,
}

impl Replay {
    pub(crate) fn of(answers: impl IntoIterator<Item = Answer>) -> Self {
        let replay = Self::default();
        replay.0.answers.lock().unwrap().extend(answers);
        replay
    }

    /// With answers that say they have so many bytes, whatever they have.
    pub(crate) fn declaring(self, bytes: usize) -> Self {
        self.with_header("content-length", &bytes.to_string())
    }

    /// With answers that have this header.
    pub(crate) fn with_header(self, name: &'static str, value: &str) -> Self {
        self.0.headers.lock().unwrap().push((name, value.to_owned()));
        self
    }

    pub(crate) fn aws(&self) -> Aws {
        self.aws_with(&with_credentials(self.settings()))
    }

    pub(crate) fn aws_without_credentials(&self) -> Aws {
        self.aws_with(&self.settings())
    }

    /// The settings behind [`Replay::aws`], for what is made of settings.
    #[cfg(feature = "command-line")]
    pub(crate) fn signed_in(&self) -> SdkConfig {
        with_credentials(self.settings())
    }

    /// The same without credentials.
    #[cfg(feature = "command-line")]
    pub(crate) fn signed_out(&self) -> SdkConfig {
        self.settings()
    }

    fn settings(&self) -> SdkConfig {
        // The waits of the SDK between attempts take no time either.
        settings(self.clone(), NoSleep)
    }

    fn aws_with(&self, settings: &SdkConfig) -> Aws {
        Aws::new(Clients::of(settings)).with_clock(self.0.clock.clone())
    }

    /// Everything that was asked, in order: IAM's form without its API version, decoded, the name
    /// of a Config operation and its JSON, or, of S3, Access Analyzer and Account Management,
    /// method, path, condition and body. All prepared answers must have been fetched.
    pub(crate) fn requests(&self) -> Vec<String> {
        assert_eq!(*self.0.answers.lock().unwrap(), [], "answers that nobody asked for");
        self.0.requests.lock().unwrap().clone()
    }

    /// The host of every request, in order.
    pub(crate) fn hosts(&self) -> Vec<String> {
        self.0.hosts.lock().unwrap().clone()
    }

    /// The clock on which waits take no time.
    #[cfg(feature = "command-line")]
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.0.clock.clone())
    }

    pub(crate) fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// How long each wait was that a test did not have to wait.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.0.clock.0.waits.lock().unwrap().clone()
    }
}

/// The SDK over `client` instead of the network, waiting between attempts by `sleep`.
pub(crate) fn settings(
    client: impl HttpClient + 'static,
    sleep: impl AsyncSleep + 'static,
) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .http_client(client)
        .sleep_impl(SharedAsyncSleep::new(sleep))
        .retry_config(RetryConfig::standard().with_max_attempts(8))
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

/// The same with somebody to ask as.
pub(crate) fn with_credentials(settings: SdkConfig) -> SdkConfig {
    let credentials = Credentials::new("AKIAEXAMPLE", "example", None, None, "tests");
    let credentials = SharedCredentialsProvider::new(credentials);
    settings.into_builder().credentials_provider(credentials).build()
}

impl HttpClient for Replay {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Replay {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let host = request.uri().split('/').nth(2).unwrap().to_owned();
        self.0.hosts.lock().unwrap().push(host);
        self.0.requests.lock().unwrap().push(readable(&request));
        let answer = self.0.answers.lock().unwrap().pop_front();
        HttpConnectorFuture::ready(match answer {
            Some((0, _)) => Err(ConnectorError::io("connection reset by peer".into())),
            Some((status, body)) => {
                let status = StatusCode::try_from(status).unwrap();
                let mut response = HttpResponse::new(status, SdkBody::from(body));
                for (name, value) in self.0.headers.lock().unwrap().iter() {
                    response.headers_mut().insert(*name, value.clone());
                }
                Ok(response)
            }
            None => Err(ConnectorError::user("no answer was prepared".into())),
        })
    }
}

fn readable(request: &HttpRequest) -> String {
    let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
    let headers = request.headers();
    if let Some(target) = headers.get("x-amz-target") {
        return format!("{} {body}", target.rsplit('.').next().unwrap());
    }
    if headers.get("content-type") == Some("application/x-www-form-urlencoded") {
        return form_decoded(&body.replace("&Version=2010-05-08", ""));
    }
    let path = request.uri().splitn(4, '/').nth(3).unwrap();
    let condition = headers.get("if-none-match").map(|it| format!(" if-none-match: {it}"));
    let body = if body.is_empty() { body } else { format!(" {body}") };
    format!("{} /{path}{}{body}", request.method(), condition.unwrap_or_default())
}

fn form_decoded(form: &str) -> String {
    let mut bytes = form.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(decoded).unwrap()
}

/// A clock on which waiting takes no time and moves the time on.
#[derive(Debug, Clone, Default)]
struct FakeClock(Arc<FakeTime>);

#[derive(Debug)]
struct FakeTime {
    start: Instant,
    waits: Mutex<Vec<Duration>>,
}

impl Default for FakeTime {
    fn default() -> Self {
        Self { start: Instant::now(), waits: Mutex::default() }
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Instant {
        self.0.start + self.0.waits.lock().unwrap().iter().sum::<Duration>()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.waits.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

#[derive(Debug)]
struct NoSleep;

impl AsyncSleep for NoSleep {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
}
