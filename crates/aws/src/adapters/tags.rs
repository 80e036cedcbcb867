//! [`TagPrincipal`] over IAM.

use super::{Aws, convert};
use crate::call::CallError;
use crate::ports::{TagError, TagPrincipal};
use crate::principal_name::PrincipalName;
use leastwise_rightsizing::iam::PrincipalKind;

impl TagPrincipal for Aws {
    async fn tag(&self, principal: &PrincipalName, tags: &[(&str, &str)]) -> Result<(), TagError> {
        let (operation, name) = match principal.kind {
            PrincipalKind::User => ("iam:TagUser", &principal.name),
            PrincipalKind::Role => ("iam:TagRole", &principal.name),
        };
        let tags =
            convert::to_sdk_tags(tags.iter().copied(), operation, name).map_err(TagError::Call)?;
        let answer = match principal.kind {
            PrincipalKind::User => {
                let request = self.iam.tag_user().user_name(name).set_tags(Some(tags));
                request.send().await.map(drop).map_err(CallError::of(operation, name))
            }
            PrincipalKind::Role => {
                let request = self.iam.tag_role().role_name(name).set_tags(Some(tags));
                request.send().await.map(drop).map_err(CallError::of(operation, name))
            }
        };
        answer.map_err(|call| TagError::of(principal, call))
    }

    async fn untag(&self, principal: &PrincipalName, keys: &[&str]) -> Result<(), TagError> {
        let name = &principal.name;
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        let answer = match principal.kind {
            PrincipalKind::User => {
                let request = self.iam.untag_user().user_name(name).set_tag_keys(Some(keys));
                request.send().await.map(drop).map_err(CallError::of("iam:UntagUser", name))
            }
            PrincipalKind::Role => {
                let request = self.iam.untag_role().role_name(name).set_tag_keys(Some(keys));
                request.send().await.map(drop).map_err(CallError::of("iam:UntagRole", name))
            }
        };
        answer.map_err(|call| TagError::of(principal, call))
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam_error, no_such_entity};
    use super::*;

    fn done(operation: &str) -> Answer {
        (
            200,
            format!(r#"<{operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"/>"#),
        )
    }

    #[tokio::test]
    async fn users_and_roles_are_tagged_and_untagged() {
        let replay =
            Replay::of([done("TagRole"), done("TagUser"), done("UntagRole"), done("UntagUser")]);
        let aws = replay.aws();
        let (role, user) = (PrincipalName::role("writer"), PrincipalName::user("ana"));
        let tags = [("leastwise:previous-boundary", "none"), ("empty", "")];
        assert_eq!(aws.tag(&role, &tags).await, Ok(()));
        assert_eq!(aws.tag(&user, &tags).await, Ok(()));
        assert_eq!(aws.untag(&role, &["leastwise:previous-boundary"]).await, Ok(()));
        assert_eq!(aws.untag(&user, &["leastwise:previous-boundary", "empty"]).await, Ok(()));
        let sent = "Tags.member.1.Key=leastwise:previous-boundary&Tags.member.1.Value=none\
                    &Tags.member.2.Key=empty&Tags.member.2.Value=";
        assert_eq!(
            replay.requests(),
            [
                &format!("Action=TagRole&RoleName=writer&{sent}"),
                &format!("Action=TagUser&UserName=ana&{sent}"),
                "Action=UntagRole&RoleName=writer&TagKeys.member.1=leastwise:previous-boundary",
                "Action=UntagUser&UserName=ana&TagKeys.member.1=leastwise:previous-boundary\
                 &TagKeys.member.2=empty",
            ]
        );
    }

    #[tokio::test]
    async fn why_a_principal_was_not_tagged_can_be_told_apart() {
        let tag = async |answer| {
            let replay = Replay::of([answer]);
            replay.aws().tag(&PrincipalName::role("writer"), &[("key", "value")]).await.unwrap_err()
        };
        let gone = tag(no_such_entity("The role with name writer cannot be found.")).await;
        assert!(matches!(gone, TagError::NoSuchPrincipal { .. }) && !gone.is_retryable(), "{gone}");
        let protected = tag(iam_error(400, "UnmodifiableEntity", "protected role")).await;
        assert!(matches!(protected, TagError::Unmodifiable { .. }), "{protected}");
        let full =
            tag(iam_error(409, "LimitExceeded", "Cannot exceed quota for TagsPerRole: 50")).await;
        assert!(matches!(full, TagError::QuotaExceeded { .. }), "{full}");
        let busy = tag(iam_error(409, "ConcurrentModification", "try again")).await;
        assert_eq!(
            busy.to_string(),
            "iam:TagRole on `writer` failed: ConcurrentModification: try again"
        );
        assert!(busy.is_retryable());
    }
}
