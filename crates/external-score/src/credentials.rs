//! What the secret says: whom to ask, and as whom.

use leastwise_policy::json;
use leastwise_rightsizing::iam::is_account_id;
use reqwest::Certificate;
use reqwest::header::HeaderValue;
use serde_json::{Map, Value};
use std::fmt;
use thiserror::Error;

/// The port of HTTPS, where the secret names none.
const HTTPS_PORT: u16 = 443;

/// The members that a secret may have.
const MEMBERS: &str =
    "serviceId, apiId, accessKey, secretKey, url, and optionally accountId, port and caCertificate";

/// Where the service is, and what it knows us by. Nothing of it is ever shown but host and port.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) service_id: Secret,
    pub(crate) api_id: Secret,
    pub(crate) access_key: Secret,
    pub(crate) secret_key: Secret,
    /// The one account that the credentials are for; `None` for whichever is asked about.
    pub(crate) account_id: Option<String>,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The authorities that may have signed the server's certificate; empty for those that the
    /// system trusts.
    pub(crate) authorities: Vec<Certificate>,
}

/// A text that does not print, neither by itself nor as a header.
#[derive(Clone)]
pub(crate) struct Secret {
    text: String,
    header: HeaderValue,
}

impl Secret {
    /// `text` if it can stand in a header: 1 to 4,096 visible ASCII characters.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let visible = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || text.len() > 4_096 {
            return None;
        }
        let mut header = HeaderValue::from_str(text).ok()?;
        header.set_sensitive(true);
        Some(Self { text: text.to_owned(), header })
    }

    pub(crate) fn expose(&self) -> &str {
        &self.text
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[not shown]")
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = format!("{}:{}", self.host, self.port);
        formatter.debug_struct("Credentials").field("place", &place).finish_non_exhaustive()
    }
}

/// Why a secret is not usable. Its values, and names that it should not have, are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CredentialsError {
    /// Not a JSON object.
    #[error("it is not a JSON object with {MEMBERS}")]
    NotAnObject,
    /// It has a member that is not known.
    #[error("it has a member that is none of {MEMBERS}")]
    UnknownMember,
    /// It lacks a member.
    #[error("it has no member `{0}`")]
    Missing(&'static str),
    /// A member has a value that is not allowed.
    #[error("its member `{member}` is not {allowed}")]
    Value {
        /// Which.
        member: &'static str,
        /// What would be allowed, in words.
        allowed: &'static str,
    },
}

const KNOWN: [&str; 8] =
    ["serviceId", "apiId", "accessKey", "secretKey", "url", "accountId", "port", "caCertificate"];

impl Credentials {
    /// Reads the JSON text of a secret.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`] when a member is missing, unknown or not of its form.
    pub fn parse(text: &str) -> Result<Self, CredentialsError> {
        let Ok(Value::Object(members)) = json::parse(text) else {
            return Err(CredentialsError::NotAnObject);
        };
        if members.keys().any(|name| !KNOWN.contains(&name.as_str())) {
            return Err(CredentialsError::UnknownMember);
        }
        Ok(Self {
            service_id: secret(&members, "serviceId")?,
            api_id: secret(&members, "apiId")?,
            access_key: secret(&members, "accessKey")?,
            secret_key: secret(&members, "secretKey")?,
            account_id: members.get("accountId").map(account).transpose()?,
            host: host(members.get("url").ok_or(CredentialsError::Missing("url"))?)?,
            port: members.get("port").map_or(Ok(HTTPS_PORT), port)?,
            authorities: members.get("caCertificate").map_or(Ok(Vec::new()), authorities)?,
        })
    }

    /// Everything of which no part may be shown.
    pub(crate) fn secrets(&self) -> [&Secret; 4] {
        [&self.service_id, &self.api_id, &self.access_key, &self.secret_key]
    }
}

fn value(member: &'static str, allowed: &'static str) -> CredentialsError {
    CredentialsError::Value { member, allowed }
}

fn secret(members: &Map<String, Value>, member: &'static str) -> Result<Secret, CredentialsError> {
    let text = members.get(member).ok_or(CredentialsError::Missing(member))?.as_str();
    let allowed = "a text of 1 to 4096 visible ASCII characters";
    text.and_then(Secret::of).ok_or_else(|| value(member, allowed))
}

fn account(id: &Value) -> Result<String, CredentialsError> {
    let id = id.as_str().filter(|id| is_account_id(id)).map(ToOwned::to_owned);
    id.ok_or_else(|| value("accountId", "a text of twelve digits"))
}

/// A host name, also as `https://host/`.
fn host(url: &Value) -> Result<String, CredentialsError> {
    let host = url.as_str().map(|text| text.strip_prefix("https://").unwrap_or(text));
    let host = host.map(|text| text.strip_suffix('/').unwrap_or(text));
    let allowed = |host: &&str| {
        host.starts_with(|first: char| first.is_ascii_alphanumeric())
            && host.len() <= 253
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    };
    host.filter(allowed).map(ToOwned::to_owned).ok_or_else(|| {
        let allowed = "a host name, such as `api.example.com` or `https://api.example.com`; a port has its own member";
        value("url", allowed)
    })
}

fn port(port: &Value) -> Result<u16, CredentialsError> {
    let number = match port {
        Value::Number(number) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.filter(|port| *port > 0).ok_or_else(|| value("port", "a number from 1 to 65535"))
}

fn authorities(pem: &Value) -> Result<Vec<Certificate>, CredentialsError> {
    let pem = pem.as_str().and_then(|pem| Certificate::from_pem_bundle(pem.as_bytes()).ok());
    pem.filter(|authorities| !authorities.is_empty())
        .ok_or_else(|| value("caCertificate", "one or more certificates in PEM form"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn secret_with(member: &str, value: Value) -> String {
        let mut secret = json!({
            "serviceId": "hidden-service", "apiId": "hidden-api", "accessKey": "hidden-access",
            "secretKey": "hidden-secret", "url": "api.example.com",
        });
        secret[member] = value;
        secret.to_string()
    }

    fn message(member: &str, value: Value) -> String {
        Credentials::parse(&secret_with(member, value)).unwrap_err().to_string()
    }

    #[test]
    fn a_secret_says_whom_to_ask_and_prints_nothing_else() {
        let text = secret_with("port", json!("8443"));
        let credentials = Credentials::parse(&text).unwrap();
        let printed = format!("{credentials:?} {:?}", credentials.access_key);
        assert_eq!(printed, r#"Credentials { place: "api.example.com:8443", .. } [not shown]"#);
        assert_eq!(credentials.secret_key.expose(), "hidden-secret");
        assert_eq!(format!("{:?}", credentials.service_id.header()), "Sensitive");
    }

    #[test]
    fn the_host_may_be_written_as_an_https_address_and_the_port_left_out() {
        for url in ["api.example.com", "https://api.example.com", "https://api.example.com/"] {
            let credentials = Credentials::parse(&secret_with("url", json!(url))).unwrap();
            assert_eq!((credentials.host.as_str(), credentials.port), ("api.example.com", 443));
        }
    }

    #[test]
    fn plain_http_a_path_and_a_user_in_the_address_are_no_host() {
        for url in ["http://api.example.com", "api.example.com/v3", "ada@example.com", "a:443", ""]
        {
            assert_eq!(
                message("url", json!(url)),
                "its member `url` is not a host name, such as `api.example.com` or `https://api.example.com`; a port has \
                 its own member",
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_a_secret_is_said_without_its_values() {
        assert_eq!(
            message("accessKey", json!("hidden\nkey")),
            "its member `accessKey` is not a text of 1 to 4096 visible ASCII characters"
        );
        assert_eq!(message("port", json!(0)), "its member `port` is not a number from 1 to 65535");
        assert_eq!(
            message("accountId", json!(1)),
            "its member `accountId` is not a text of twelve digits"
        );
        assert_eq!(
            message("caCertificate", json!("hidden")),
            "its member `caCertificate` is not one or more certificates in PEM form"
        );
        let members = "serviceId, apiId, accessKey, secretKey, url, and optionally accountId, port and caCertificate";
        assert_eq!(
            message("hidden", json!(1)),
            format!("it has a member that is none of {members}")
        );
        let broken = Credentials::parse(r#"{"accessKey":"hidden"#).unwrap_err().to_string();
        assert_eq!(broken, format!("it is not a JSON object with {members}"));
        assert_eq!(
            Credentials::parse("{}").unwrap_err().to_string(),
            "it has no member `serviceId`"
        );
    }
}
