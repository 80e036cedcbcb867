//! What SSM asks for.

use leastwise_rightsizing::principal::{IdentifierError, PrincipalArn, UniqueId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use thiserror::Error;

/// What to do with the boundary of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Say what would be done; write nothing.
    Plan,
    /// Attach the least-privilege boundary.
    Apply,
    /// Bring back what stood before.
    Restore,
}

/// A principal as the request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// By its unique id, as AWS Config does.
    Id(UniqueId),
    /// By its ARN.
    Arn(PrincipalArn),
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Arn(arn) => arn.fmt(formatter),
        }
    }
}

/// A request: `{"ResourceId": "AROA…" or an ARN, "Mode": "Plan" | "Apply" | "Restore"}`.
///
/// ```
/// use leastwise_remediator::request::{Mode, Request};
/// use serde_json::json;
///
/// let request = Request::parse(&json!({"ResourceId": "AROAEXAMPLE000000001", "Mode": "Plan"}))?;
/// assert_eq!(request.mode, Mode::Plan);
/// assert_eq!(
///     Request::parse(&json!({"ResourceId": "reporting", "Mode": "Plan"})).unwrap_err().to_string(),
///     "`ResourceId` is `reporting`; expected the unique id of a user (`AIDA…`) or role (`AROA…`), or its ARN"
/// );
/// # Ok::<(), leastwise_remediator::request::RequestError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which principal.
    pub resource: Resource,
    /// What to do.
    pub mode: Mode,
}

/// A request that cannot be understood. Nothing was done.
#[derive(Debug, Error)]
pub enum RequestError {
    /// Not of the documented form
    #[error(
        "the request is not `{{\"ResourceId\": …, \"Mode\": \"Plan\" | \"Apply\" | \"Restore\"}}`: {0}"
    )]
    Form(#[from] serde_json::Error),
    /// Not a principal
    #[error(
        "`ResourceId` is `{0}`; expected the unique id of a user (`AIDA…`) or role (`AROA…`), or its ARN"
    )]
    Resource(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, expecting = "a JSON object")]
struct Written {
    resource_id: String,
    mode: Mode,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// [`RequestError`] when a member is missing, unknown or not of the documented form.
    pub fn parse(request: &Value) -> Result<Self, RequestError> {
        let Written { resource_id, mode } = Written::deserialize(request)?;
        let resource = resource(&resource_id).ok_or(RequestError::Resource(resource_id))?;
        Ok(Self { resource, mode })
    }
}

fn resource(text: &str) -> Option<Resource> {
    if text.starts_with("arn:") {
        return text.parse().ok().map(Resource::Arn);
    }
    let id: Result<UniqueId, IdentifierError> = text.parse();
    id.ok().filter(|id| id.kind().is_some()).map(Resource::Id)
}
