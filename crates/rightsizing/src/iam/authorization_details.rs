//! The answer of `GetAccountAuthorizationDetails` as it arrives.

use super::timestamp;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The answer of `GetAccountAuthorizationDetails` as AWS CLI and SDKs print it, one page or all of
/// them together.
///
/// Policy documents may be JSON objects (AWS CLI, boto3) or URL-encoded strings (the wire, most
/// other SDKs). Lists may be absent (`--filter`) or `null`; members that Leastwise does not use are
/// ignored. It is written in the same form, so that what was read from AWS reads again as it was.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default, expecting = "a JSON object")]
pub struct AuthorizationDetails {
    /// Users.
    #[serde(deserialize_with = "null_is_default")]
    pub user_detail_list: Vec<UserDetail>,
    /// Groups.
    #[serde(deserialize_with = "null_is_default")]
    pub group_detail_list: Vec<GroupDetail>,
    /// Roles.
    #[serde(deserialize_with = "null_is_default")]
    pub role_detail_list: Vec<RoleDetail>,
    /// Managed policies with their documents.
    #[serde(deserialize_with = "null_is_default")]
    pub policies: Vec<ManagedPolicyDetail>,
    /// Whether more pages follow this one.
    #[serde(deserialize_with = "null_is_default")]
    pub is_truncated: bool,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
    /// What AWS CLI prints instead of a marker when `--max-items` cut the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A user of [`AuthorizationDetails`].
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default, expecting = "a JSON object")]
pub struct UserDetail {
    /// ARN.
    pub arn: String,
    /// `AIDA…`.
    pub user_id: String,
    /// When the user was created.
    #[serde(deserialize_with = "timestamp::optional", skip_serializing_if = "Option::is_none")]
    pub create_date: Option<DateTime<Utc>>,
    /// Inline policies.
    #[serde(deserialize_with = "null_is_default")]
    pub user_policy_list: Vec<InlinePolicyDetail>,
    /// Names of the groups the user is in.
    #[serde(deserialize_with = "null_is_default")]
    pub group_list: Vec<String>,
    /// Attached managed policies.
    #[serde(deserialize_with = "null_is_default")]
    pub attached_managed_policies: Vec<AttachedPolicy>,
    /// Permissions boundary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<AttachedBoundary>,
    /// Tags.
    #[serde(deserialize_with = "null_is_default")]
    pub tags: Vec<Tag>,
}

/// A role of [`AuthorizationDetails`].
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default, expecting = "a JSON object")]
pub struct RoleDetail {
    /// ARN.
    pub arn: String,
    /// `AROA…`.
    pub role_id: String,
    /// When the role was created.
    #[serde(deserialize_with = "timestamp::optional", skip_serializing_if = "Option::is_none")]
    pub create_date: Option<DateTime<Utc>>,
    /// Trust policy, an object or a URL-encoded string.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub assume_role_policy_document: Value,
    /// Inline policies.
    #[serde(deserialize_with = "null_is_default")]
    pub role_policy_list: Vec<InlinePolicyDetail>,
    /// Attached managed policies.
    #[serde(deserialize_with = "null_is_default")]
    pub attached_managed_policies: Vec<AttachedPolicy>,
    /// Permissions boundary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<AttachedBoundary>,
    /// Its last use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_last_used: Option<RoleLastUsed>,
    /// Tags.
    #[serde(deserialize_with = "null_is_default")]
    pub tags: Vec<Tag>,
}

/// When a role was used last, as IAM's last 400 days show it. Where it was used is ignored.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html>.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default, expecting = "a JSON object")]
pub struct RoleLastUsed {
    /// The date; absent of a role that was not used in that time.
    #[serde(deserialize_with = "timestamp::optional", skip_serializing_if = "Option::is_none")]
    pub last_used_date: Option<DateTime<Utc>>,
}

/// A group of [`AuthorizationDetails`].
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default, expecting = "a JSON object")]
pub struct GroupDetail {
    /// ARN; empty where the source gives no more than what the group grants.
    pub arn: String,
    /// `AGPA…`.
    pub group_id: String,
    /// Group name.
    pub group_name: String,
    /// When the group was created.
    #[serde(deserialize_with = "timestamp::optional", skip_serializing_if = "Option::is_none")]
    pub create_date: Option<DateTime<Utc>>,
    /// Inline policies.
    #[serde(deserialize_with = "null_is_default")]
    pub group_policy_list: Vec<InlinePolicyDetail>,
    /// Attached managed policies.
    #[serde(deserialize_with = "null_is_default")]
    pub attached_managed_policies: Vec<AttachedPolicy>,
}

/// An inline policy: its name and its document, an object or a URL-encoded string.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default, expecting = "a JSON object")]
pub struct InlinePolicyDetail {
    /// Policy name.
    pub policy_name: String,
    /// Policy document.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub policy_document: Value,
}

/// The ARN of an attached managed policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", expecting = "a JSON object")]
pub struct AttachedPolicy {
    /// Policy ARN.
    pub policy_arn: String,
}

/// An attached permissions boundary. Its type is ignored: the wire says `Policy` where the model
/// has `PermissionsBoundaryPolicy`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", expecting = "a JSON object")]
pub struct AttachedBoundary {
    /// Policy ARN.
    pub permissions_boundary_arn: String,
}

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", expecting = "a JSON object")]
pub struct Tag {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// A managed policy of [`AuthorizationDetails`].
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default, expecting = "a JSON object")]
pub struct ManagedPolicyDetail {
    /// Policy ARN.
    pub arn: String,
    /// The version in force, for example `v3`.
    pub default_version_id: String,
    /// Versions, of which at least the one in force has a document.
    #[serde(deserialize_with = "null_is_default")]
    pub policy_version_list: Vec<PolicyVersionDetail>,
}

/// A version of a managed policy.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default, expecting = "a JSON object")]
pub struct PolicyVersionDetail {
    /// For example `v3`.
    pub version_id: String,
    /// Whether this is the version in force.
    pub is_default_version: bool,
    /// When the version was made.
    #[serde(deserialize_with = "timestamp::optional", skip_serializing_if = "Option::is_none")]
    pub create_date: Option<DateTime<Utc>>,
    /// Policy document, an object or a URL-encoded string.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub document: Value,
}

fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
