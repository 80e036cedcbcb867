//! [`BoundaryPolicies`] over IAM's managed policies.

use super::account::MAX_ITEMS;
use super::{Aws, convert};
use crate::call::{CallError, codes};
use crate::paging::Pages;
use crate::ports::{
    BoundaryPolicies, Creation, NewPolicy, PolicyVersion, StoreError, StoredPolicy,
};
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::LEASTWISE_PATH;

impl BoundaryPolicies for Aws {
    async fn find(&self, arn: &str) -> Result<Option<StoredPolicy>, StoreError> {
        const OPERATION: &str = "iam:GetPolicy";
        let answer = self.iam.get_policy().policy_arn(arn).send().await;
        let answer = match answer.map_err(CallError::of(OPERATION, arn)) {
            Ok(answer) => answer,
            Err(call) if call.is_no_such_entity() => return Ok(None),
            Err(call) => return Err(call.into()),
        };
        let policy =
            answer.policy.ok_or_else(|| CallError::unreadable(OPERATION, arn, "no `Policy`"))?;
        let default_version_id = policy
            .default_version_id
            .ok_or_else(|| CallError::unreadable(OPERATION, arn, "no `DefaultVersionId`"))?;
        let version = self.policy_version(arn, &default_version_id).await.map_err(|call| {
            // The policy was there just now, so its version in force was replaced and deleted
            // meanwhile.
            if call.is_no_such_entity() { StoreError::Changed(call) } else { call.into() }
        })?;
        let text = version.document.ok_or_else(|| {
            CallError::unreadable("iam:GetPolicyVersion", arn, "no `PolicyVersion.Document`")
        })?;
        let tags = policy.tags.unwrap_or_default();
        Ok(Some(StoredPolicy {
            arn: policy.arn.unwrap_or_else(|| arn.to_owned()),
            default_version_id,
            document: Document::parse_possibly_url_encoded(&text),
            tags: tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
        }))
    }

    async fn create(&self, policy: &NewPolicy<'_>) -> Result<Creation, StoreError> {
        const OPERATION: &str = "iam:CreatePolicy";
        let tags = policy.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let tags = convert::to_sdk_tags(tags, OPERATION, policy.name)?;
        let request = self
            .iam
            .create_policy()
            .policy_name(policy.name)
            .path(LEASTWISE_PATH)
            .policy_document(policy.document)
            .description(policy.description)
            .set_tags(Some(tags));
        let answer = match request.send().await.map_err(CallError::of(OPERATION, policy.name)) {
            Ok(answer) => answer,
            Err(call) if call.is(codes::ENTITY_ALREADY_EXISTS) => {
                return Ok(Creation::AlreadyExists);
            }
            Err(call) => return Err(call.into()),
        };
        let arn = answer
            .policy
            .and_then(|policy| policy.arn)
            .ok_or_else(|| CallError::unreadable(OPERATION, policy.name, "no `Policy.Arn`"))?;
        Ok(Creation::Created { arn })
    }

    async fn versions(&self, arn: &str) -> Result<Vec<PolicyVersion>, StoreError> {
        const OPERATION: &str = "iam:ListPolicyVersions";
        let mut versions = Vec::new();
        let mut pages = Pages::of(OPERATION, arn);
        let mut marker = None;
        loop {
            let request = self.iam.list_policy_versions().policy_arn(arn).max_items(MAX_ITEMS);
            let answer = request.set_marker(marker).send().await;
            let page = answer.map_err(CallError::of(OPERATION, arn))?;
            marker = pages.after(page.is_truncated, page.marker.as_deref())?;
            for version in page.versions.unwrap_or_default() {
                let created = version.create_date.as_ref().and_then(convert::from_sdk);
                let id = version
                    .version_id
                    .ok_or_else(|| CallError::unreadable(OPERATION, arn, "no `VersionId`"))?;
                versions.push(PolicyVersion {
                    id,
                    is_default: version.is_default_version,
                    created,
                });
            }
            if marker.is_none() {
                return Ok(versions);
            }
        }
    }

    async fn create_version(&self, arn: &str, document: &str) -> Result<String, StoreError> {
        const OPERATION: &str = "iam:CreatePolicyVersion";
        let request = self
            .iam
            .create_policy_version()
            .policy_arn(arn)
            .policy_document(document)
            .set_as_default(true);
        let answer = request.send().await.map_err(CallError::of(OPERATION, arn))?;
        let id = answer.policy_version.and_then(|version| version.version_id);
        Ok(id.ok_or_else(|| CallError::unreadable(OPERATION, arn, "no `VersionId`"))?)
    }

    async fn tag_policy(&self, arn: &str, tags: &[(&str, &str)]) -> Result<(), StoreError> {
        const OPERATION: &str = "iam:TagPolicy";
        let tags = convert::to_sdk_tags(tags.iter().copied(), OPERATION, arn)?;
        let answer = self.iam.tag_policy().policy_arn(arn).set_tags(Some(tags)).send().await;
        Ok(answer.map(drop).map_err(CallError::of(OPERATION, arn))?)
    }

    async fn delete_version(&self, arn: &str, version_id: &str) -> Result<(), StoreError> {
        let request = self.iam.delete_policy_version().policy_arn(arn).version_id(version_id);
        let answer = request.send().await.map_err(CallError::of("iam:DeletePolicyVersion", arn));
        gone(answer.map(drop))
    }

    async fn delete(&self, arn: &str) -> Result<(), StoreError> {
        let answer = self.iam.delete_policy().policy_arn(arn).send().await;
        gone(answer.map(drop).map_err(CallError::of("iam:DeletePolicy", arn)))
    }
}

/// What is gone already need not be deleted: the SDK may have sent the call twice, of which the
/// first one counted.
fn gone(answer: Result<(), CallError>) -> Result<(), StoreError> {
    match answer {
        Err(call) if call.is_no_such_entity() => Ok(()),
        answer => Ok(answer?),
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, iam, iam_error, no_such_entity, url_encoded};
    use super::*;
    use std::collections::BTreeMap;

    const ARN: &str = "arn:aws:iam::111122223333:policy/leastwise/role-writer";
    const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*"],"Resource":"*"}]}"#;

    fn tags() -> BTreeMap<String, String> {
        BTreeMap::from([("leastwise:principal".to_owned(), "AROAEXAMPLE0000000002".to_owned())])
    }

    fn policy_answer() -> (u16, String) {
        iam(
            "GetPolicy",
            &format!(
                "<Policy><Arn>{ARN}</Arn><DefaultVersionId>v2</DefaultVersionId>
                <Tags><member><Key>leastwise:principal</Key><Value>AROAEXAMPLE0000000002</Value></member></Tags></Policy>"
            ),
        )
    }

    async fn create(replay: &Replay) -> Result<Creation, StoreError> {
        let policy = NewPolicy {
            name: "role-writer",
            document: DOCUMENT,
            description: "Least privilege",
            tags: &tags(),
        };
        replay.aws().create(&policy).await
    }

    #[tokio::test]
    async fn a_stored_policy_has_the_document_in_force_and_its_tags() {
        let replay = Replay::of([
            policy_answer(),
            iam(
                "GetPolicyVersion",
                &format!(
                    "<PolicyVersion><Document>{}</Document></PolicyVersion>",
                    url_encoded(DOCUMENT)
                ),
            ),
        ]);
        assert_eq!(
            replay.aws().find(ARN).await,
            Ok(Some(StoredPolicy {
                arn: ARN.to_owned(),
                default_version_id: "v2".to_owned(),
                document: Document::parse(DOCUMENT),
                tags: tags(),
            }))
        );
        assert_eq!(
            replay.requests(),
            [
                format!("Action=GetPolicy&PolicyArn={ARN}"),
                format!("Action=GetPolicyVersion&PolicyArn={ARN}&VersionId=v2")
            ]
        );
    }

    #[tokio::test]
    async fn no_policy_is_none_and_a_version_that_vanished_is_a_change() {
        let none = Replay::of([no_such_entity("Policy does not exist.")]);
        assert_eq!(none.aws().find(ARN).await, Ok(None));

        let changed = Replay::of([policy_answer(), no_such_entity("Version v2 does not exist.")]);
        let error = changed.aws().find(ARN).await.unwrap_err();
        assert!(matches!(error, StoreError::Changed(_)) && error.is_retryable(), "{error}");
    }

    #[tokio::test]
    async fn a_policy_is_made_under_our_path_with_its_tags() {
        let replay =
            Replay::of([iam("CreatePolicy", &format!("<Policy><Arn>{ARN}</Arn></Policy>"))]);
        assert_eq!(create(&replay).await, Ok(Creation::Created { arn: ARN.to_owned() }));
        assert_eq!(
            replay.requests(),
            [format!(
                "Action=CreatePolicy&PolicyName=role-writer&Path=/leastwise/&PolicyDocument={DOCUMENT}\
                 &Description=Least privilege&Tags.member.1.Key=leastwise:principal\
                 &Tags.member.1.Value=AROAEXAMPLE0000000002"
            )]
        );
    }

    #[tokio::test]
    async fn a_taken_name_is_an_outcome_and_a_bad_or_large_document_an_error() {
        let taken = Replay::of([iam_error(
            409,
            "EntityAlreadyExists",
            "A policy called role-writer exists.",
        )]);
        assert_eq!(create(&taken).await, Ok(Creation::AlreadyExists));

        let large = Replay::of([iam_error(
            409,
            "LimitExceeded",
            "Cannot exceed quota for PolicySize: 6144",
        )]);
        let error = create(&large).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "a quota of IAM does not allow it: iam:CreatePolicy on `role-writer` failed: \
             LimitExceeded: Cannot exceed quota for PolicySize: 6144"
        );
        assert!(matches!(error, StoreError::QuotaExceeded(_)) && !error.is_retryable());

        let bad =
            Replay::of([iam_error(400, "MalformedPolicyDocument", "Syntax errors in policy.")]);
        assert!(matches!(create(&bad).await, Err(StoreError::Malformed(_))));
    }

    #[tokio::test]
    async fn versions_are_listed_to_the_last_page_and_ordered_by_their_number() {
        let version = |id: &str, default: bool| {
            format!(
                "<Versions><member><VersionId>{id}</VersionId><IsDefaultVersion>{default}</IsDefaultVersion>
                <CreateDate>2026-01-01T00:00:00Z</CreateDate></member></Versions>"
            )
        };
        let replay = Replay::of([
            iam(
                "ListPolicyVersions",
                &format!(
                    "{}<IsTruncated>true</IsTruncated><Marker>m</Marker>",
                    version("v10", true)
                ),
            ),
            iam("ListPolicyVersions", &version("v9", false)),
        ]);
        let mut versions = replay.aws().versions(ARN).await.unwrap();
        versions.sort_by_key(PolicyVersion::number);
        let expected = |id: &str, is_default| PolicyVersion {
            id: id.to_owned(),
            is_default,
            created: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        };
        assert_eq!(versions, [expected("v9", false), expected("v10", true)]);
        assert_eq!(
            replay.requests(),
            [
                format!("Action=ListPolicyVersions&PolicyArn={ARN}&MaxItems=1000"),
                format!("Action=ListPolicyVersions&PolicyArn={ARN}&Marker=m&MaxItems=1000")
            ]
        );
    }

    #[tokio::test]
    async fn a_new_version_is_put_in_force() {
        let replay = Replay::of([iam(
            "CreatePolicyVersion",
            "<PolicyVersion><VersionId>v3</VersionId><IsDefaultVersion>true</IsDefaultVersion></PolicyVersion>",
        )]);
        assert_eq!(replay.aws().create_version(ARN, DOCUMENT).await, Ok("v3".to_owned()));
        assert_eq!(
            replay.requests(),
            [format!(
                "Action=CreatePolicyVersion&PolicyArn={ARN}&PolicyDocument={DOCUMENT}&SetAsDefault=true"
            )]
        );
    }

    #[tokio::test]
    async fn deleting_what_is_gone_is_done_and_what_is_in_use_is_not() {
        let gone = || no_such_entity("Policy does not exist.");
        let replay = Replay::of([gone(), gone()]);
        assert_eq!(replay.aws().delete_version(ARN, "v1").await, Ok(()));
        assert_eq!(replay.aws().delete(ARN).await, Ok(()));
        assert_eq!(
            replay.requests(),
            [
                format!("Action=DeletePolicyVersion&PolicyArn={ARN}&VersionId=v1"),
                format!("Action=DeletePolicy&PolicyArn={ARN}")
            ]
        );
        let used = Replay::of([iam_error(
            409,
            "DeleteConflict",
            "Cannot delete a policy attached to entities.",
        )]);
        assert!(matches!(used.aws().delete(ARN).await, Err(StoreError::InUse(_))));
    }
}
