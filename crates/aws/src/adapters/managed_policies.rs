//! [`ReadPolicy`] over IAM, and the text of managed policies that are referred to and were not
//! handed out.

use super::{Aws, convert};
use crate::call::CallError;
use crate::ports::{ReadError, ReadPolicy};
use aws_sdk_iam::types::PolicyVersion;
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::{
    AttachedPolicy, AuthorizationDetails, ManagedPolicyDetail, PolicyVersionDetail,
    UnreadableDocument,
};
use serde_json::Value;
use std::collections::BTreeSet;

impl ReadPolicy for Aws {
    async fn policy(&self, arn: &str) -> Result<Result<Document, UnreadableDocument>, ReadError> {
        let Some((_, version)) = self.version_in_force(arn).await? else {
            return Ok(Err(UnreadableDocument::Missing));
        };
        let text = version.document.ok_or_else(|| {
            CallError::unreadable("iam:GetPolicyVersion", arn, "no `PolicyVersion.Document`")
        })?;
        Ok(Document::parse_possibly_url_encoded(&text).map_err(UnreadableDocument::Malformed))
    }
}

impl Aws {
    /// Adds to `details` the version in force of each managed policy that is attached to somebody
    /// or bounds somebody and whose text is not there, each once.
    ///
    /// A policy that does not exist is left out, so that the account model calls it missing.
    /// Nothing is kept from one call to the next: a remembered text would hide a change.
    pub(super) async fn complete(
        &self,
        details: &mut AuthorizationDetails,
    ) -> Result<(), ReadError> {
        for arn in missing(details) {
            if let Some(mut policy) = self.managed_policy(&arn).await? {
                // That there are newer versions than the one in force is not forgotten.
                let listed = details.policies.extract_if(.., |known| known.arn == arn);
                let listed = listed.flat_map(|known| known.policy_version_list);
                let others = listed.filter(|it| it.version_id != policy.default_version_id);
                policy.policy_version_list.extend(others.map(not_in_force).collect::<Vec<_>>());
                details.policies.push(policy);
            }
        }
        Ok(())
    }

    async fn managed_policy(&self, arn: &str) -> Result<Option<ManagedPolicyDetail>, ReadError> {
        let Some((version_id, read)) = self.version_in_force(arn).await? else { return Ok(None) };
        let version = PolicyVersionDetail {
            version_id: version_id.clone(),
            is_default_version: true,
            create_date: read.create_date.as_ref().and_then(convert::from_sdk),
            document: convert::document(read.document.as_deref()),
        };
        Ok(Some(ManagedPolicyDetail {
            arn: arn.to_owned(),
            default_version_id: version_id,
            policy_version_list: vec![version],
        }))
    }

    /// The id of the version in force and that version; `None` where there is no such policy.
    async fn version_in_force(
        &self,
        arn: &str,
    ) -> Result<Option<(String, PolicyVersion)>, ReadError> {
        let answer = self.iam.get_policy().policy_arn(arn).send().await;
        let answer = match answer.map_err(CallError::of("iam:GetPolicy", arn)) {
            Ok(answer) => answer,
            Err(call) if call.is_no_such_entity() => return Ok(None),
            Err(call) => return Err(call.into()),
        };
        let version_id = answer
            .policy
            .and_then(|policy| policy.default_version_id)
            .ok_or_else(|| CallError::unreadable("iam:GetPolicy", arn, "no `DefaultVersionId`"))?;
        let read = self.policy_version(arn, &version_id).await.map_err(|call| {
            // The policy was there just now, so its version in force was replaced and deleted
            // meanwhile.
            if call.is_no_such_entity() { ReadError::Changed(call) } else { call.into() }
        })?;
        Ok(Some((version_id, read)))
    }

    /// One version, its text URL-encoded.
    pub(super) async fn policy_version(
        &self,
        arn: &str,
        version_id: &str,
    ) -> Result<PolicyVersion, CallError> {
        const OPERATION: &str = "iam:GetPolicyVersion";
        let request = self.iam.get_policy_version().policy_arn(arn).version_id(version_id);
        let answer = request.send().await.map_err(CallError::of(OPERATION, arn))?;
        answer
            .policy_version
            .ok_or_else(|| CallError::unreadable(OPERATION, arn, "no `PolicyVersion`"))
    }
}

fn not_in_force(version: PolicyVersionDetail) -> PolicyVersionDetail {
    PolicyVersionDetail { is_default_version: false, ..version }
}

/// The ARNs of all policies that are attached or serve as a boundary and have no text in `details`.
pub(super) fn missing(details: &AuthorizationDetails) -> BTreeSet<String> {
    let users = details.user_detail_list.iter().flat_map(|user| {
        let boundary = user.permissions_boundary.iter();
        arns(&user.attached_managed_policies)
            .chain(boundary.map(|boundary| &boundary.permissions_boundary_arn))
    });
    let roles = details.role_detail_list.iter().flat_map(|role| {
        let boundary = role.permissions_boundary.iter();
        arns(&role.attached_managed_policies)
            .chain(boundary.map(|boundary| &boundary.permissions_boundary_arn))
    });
    let groups =
        details.group_detail_list.iter().flat_map(|group| arns(&group.attached_managed_policies));
    let known: BTreeSet<&String> = details
        .policies
        .iter()
        .filter(|policy| has_text(policy))
        .map(|policy| &policy.arn)
        .collect();
    users.chain(roles).chain(groups).filter(|arn| !known.contains(arn)).cloned().collect()
}

fn arns(attached: &[AttachedPolicy]) -> impl Iterator<Item = &String> {
    attached.iter().map(|attached| &attached.policy_arn)
}

fn has_text(policy: &ManagedPolicyDetail) -> bool {
    policy.policy_version_list.iter().any(|version| {
        (version.is_default_version || version.version_id == policy.default_version_id)
            && version.document != Value::Null
    })
}
