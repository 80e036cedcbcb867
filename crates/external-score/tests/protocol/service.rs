//! A local HTTPS server that speaks the protocol, with a certificate authority of its own.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What stands in every secret, and in no output.
pub(crate) const HIDDEN: &str = "hidden";

/// The account whose identities the service knows.
pub(crate) const ACCOUNT: &str = "111122223333";

/// A certificate authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its own certificate.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server's certificate for `host` that ended on the first day of `last_year`.
    pub(crate) fn certify(&self, host: &str, last_year: i32) -> Certified {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Certified {
            certificate: certificate.der().clone(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }
}

/// A server's certificate with its key.
pub(crate) struct Certified {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// By name, in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
    pub(crate) after: Duration,
}

impl Answer {
    pub(crate) fn of(status: u16, body: &(impl ToString + ?Sized)) -> Self {
        let after = Duration::ZERO;
        Self { status, headers: String::new(), body: body.to_string(), after }
    }
}

/// A running server. It ends with the process.
pub(crate) struct Service {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Request>>>,
}

type Answering = dyn Fn(&Request) -> Answer + Send + Sync;

impl Service {
    /// Starts a server that presents this certificate, or, with none, speaks plain HTTP.
    pub(crate) fn start(
        certified: Option<Certified>,
        answering: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let acceptor = certified.map(acceptor);
        let (noted, answering): (_, Arc<Answering>) = (Arc::clone(&asked), Arc::new(answering));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(serve(listener, acceptor, noted, answering));
        });
        Self { port, asked }
    }

    /// What was asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The paths that were asked for, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|request| request.path).collect()
    }

    /// A secret with what the service knows of, and this authority.
    pub(crate) fn secret(&self, authority: &str) -> Value {
        json!({
            "serviceId": "hidden-service-id", "apiId": "hidden-api-id",
            "accessKey": "hidden-access-key", "secretKey": "hidden-secret-key",
            "accountId": ACCOUNT, "url": "localhost", "port": self.port, "caCertificate": authority,
        })
    }
}

fn acceptor(certified: Certified) -> TlsAcceptor {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.certificate], certified.key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(
    listener: std::net::TcpListener,
    acceptor: Option<TlsAcceptor>,
    asked: Arc<Mutex<Vec<Request>>>,
    answering: Arc<Answering>,
) {
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (acceptor, asked, answering) =
            (acceptor.clone(), Arc::clone(&asked), Arc::clone(&answering));
        tokio::spawn(connection(stream, acceptor, asked, answering));
    }
}

async fn connection(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    asked: Arc<Mutex<Vec<Request>>>,
    answering: Arc<Answering>,
) {
    match acceptor {
        // A client that does not trust the certificate hangs up.
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                exchange(stream, &asked, &*answering).await;
            }
        }
        None => exchange(stream, &asked, &*answering).await,
    }
}

/// One request and its answer, after which the connection ends.
async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    asked: &Mutex<Vec<Request>>,
    answering: &Answering,
) {
    let Some(request) = read(&mut stream).await else {
        drop(stream.write_all(b"HTTP/1.1 400 x\r\nconnection: close\r\n\r\n").await);
        return;
    };
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let Answer { status, headers, body, after } = answering(&request);
    tokio::time::sleep(after).await;
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    // A client that has read enough hangs up, too.
    if stream.write_all(text.as_bytes()).await.is_ok() {
        drop(stream.shutdown().await);
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut text = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        if let Some(request) = request(&text) {
            return Some(request);
        }
        // Requests are ASCII, a TLS handshake is not.
        if !text.is_ascii() {
            return None;
        }
        match stream.read(&mut piece).await {
            Ok(length) if length > 0 => text.extend_from_slice(piece.get(..length)?),
            _ => return None,
        }
    }
}

/// The request, once all of it is there.
fn request(text: &[u8]) -> Option<Request> {
    let text = std::str::from_utf8(text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    (body.len() >= length).then(|| Request {
        path,
        headers,
        body: serde_json::from_str(body).unwrap_or(Value::Null),
    })
}

/// What the service knows, and how it answers as it should.
#[derive(Debug, Clone, Default)]
pub(crate) struct Knowledge {
    /// By identity type, `USER` or `ROLE`.
    pub(crate) identities: BTreeMap<&'static str, Vec<Value>>,
    /// By ARN.
    pub(crate) policies: BTreeMap<String, Value>,
    /// The most identities on a page, whatever is asked for.
    pub(crate) page: usize,
}

impl Knowledge {
    /// Whoever does not sign in, or asks without the token, gets 401.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        let body = |pointer: &str| request.body.pointer(pointer);
        let text = |pointer: &str| body(pointer).and_then(Value::as_str);
        if header("x-cloudknox-service-account-id") != Some("hidden-service-id") {
            return Answer::of(401, "{}");
        }
        if request.path == "/api/v2/service-account/authenticate" {
            let keys = (text("/accessKey"), text("/secretKey"));
            return if keys == (Some("hidden-access-key"), Some("hidden-secret-key")) {
                Answer::of(200, &json!({ "accessToken": "hidden-token" }))
            } else {
                Answer::of(401, &json!({ "errorCode": "BadKeys" }))
            };
        }
        let signed_in = header("x-cloudknox-access-token") == Some("hidden-token")
            && header("x-cloudknox-api-id") == Some("hidden-api-id");
        if !signed_in {
            return Answer::of(401, "{}");
        }
        if text("/authSystemInfo/id") != Some(ACCOUNT)
            || text("/authSystemInfo/type") != Some("AWS")
        {
            return Answer::of(200, &json!({ "errorCode": "NoSuchAuthSystem", "data": [] }));
        }
        let data = match request.path.as_str() {
            "/api/v2/identity/usage" => {
                let number = |pointer| body(pointer).and_then(Value::as_u64).unwrap_or_default();
                let number = |pointer| usize::try_from(number(pointer)).unwrap();
                let size = number("/pageInfo/pageSize").min(self.page.max(1));
                let all = text("/identityType").and_then(|kind| self.identities.get(kind));
                let all = all.into_iter().flatten().skip(number("/pageInfo/pageId") * size);
                all.take(size).cloned().collect()
            }
            "/api/v2/role-policy/new" => {
                let policy = text("/identityIds/0").and_then(|arn| self.policies.get(arn));
                policy
                    .map(|policy| json!({ "policyName": "suggested", "policy": policy }))
                    .into_iter()
                    .collect()
            }
            _ => return Answer::of(404, "not found"),
        };
        Answer::of(200, &json!({ "data": Value::Array(data) }))
    }
}
