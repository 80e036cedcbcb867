//! [`AttachBoundary`] over IAM.

use super::Aws;
use crate::call::CallError;
use crate::clock::Backoff;
use crate::ports::{AttachBoundary, AttachError};
use crate::principal_name::PrincipalName;
use leastwise_rightsizing::iam::PrincipalKind;
use std::time::Duration;

/// How long a policy made a moment ago may take to be seen everywhere in IAM. AWS gives no number;
/// this is long enough for what is seen in practice and short beside the 300 seconds that SSM waits
/// for a Lambda.
const VISIBLE_WITHIN: Duration = Duration::from_secs(15);

const FIRST_WAIT: Duration = Duration::from_millis(500);

const LONGEST_WAIT: Duration = Duration::from_secs(4);

impl AttachBoundary for Aws {
    async fn put_boundary(
        &self,
        principal: &PrincipalName,
        policy_arn: &str,
    ) -> Result<(), AttachError> {
        let patience_ends = self.clock.now() + VISIBLE_WITHIN;
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT, policy_arn);
        loop {
            let Err(call) = self.put_once(principal, policy_arn).await else { return Ok(()) };
            let error = AttachError::of(principal, Some(policy_arn), call);
            let wait = backoff.wait();
            let wait_for_it = matches!(error, AttachError::NoSuchPolicy { .. })
                && self.clock.now() + wait <= patience_ends;
            if !wait_for_it {
                return Err(error);
            }
            tracing::debug!(policy_arn, "IAM does not see the policy yet, waiting");
            self.clock.sleep(wait).await;
        }
    }

    async fn delete_boundary(&self, principal: &PrincipalName) -> Result<(), AttachError> {
        let name = &principal.name;
        let answer = match principal.kind {
            PrincipalKind::User => self
                .iam
                .delete_user_permissions_boundary()
                .user_name(name)
                .send()
                .await
                .map(drop)
                .map_err(CallError::of("iam:DeleteUserPermissionsBoundary", name)),
            PrincipalKind::Role => self
                .iam
                .delete_role_permissions_boundary()
                .role_name(name)
                .send()
                .await
                .map(drop)
                .map_err(CallError::of("iam:DeleteRolePermissionsBoundary", name)),
        };
        answer.map_err(|call| AttachError::of(principal, None, call))
    }
}

impl Aws {
    async fn put_once(&self, principal: &PrincipalName, policy_arn: &str) -> Result<(), CallError> {
        let name = &principal.name;
        match principal.kind {
            PrincipalKind::User => self
                .iam
                .put_user_permissions_boundary()
                .user_name(name)
                .permissions_boundary(policy_arn)
                .send()
                .await
                .map(drop)
                .map_err(CallError::of("iam:PutUserPermissionsBoundary", name)),
            PrincipalKind::Role => self
                .iam
                .put_role_permissions_boundary()
                .role_name(name)
                .permissions_boundary(policy_arn)
                .send()
                .await
                .map(drop)
                .map_err(CallError::of("iam:PutRolePermissionsBoundary", name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam_error, no_such_entity};
    use super::*;

    const ARN: &str = "arn:aws:iam::111122223333:policy/leastwise/role-writer";

    fn done(operation: &str) -> Answer {
        (
            200,
            format!(r#"<{operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"/>"#),
        )
    }

    fn not_seen_yet() -> Answer {
        no_such_entity(&format!("Scope ARN: {ARN} does not exist or is not attachable."))
    }

    async fn put(replay: &Replay) -> Result<(), AttachError> {
        replay.aws().put_boundary(&PrincipalName::role("writer"), ARN).await
    }

    #[tokio::test]
    async fn a_boundary_is_put_on_and_taken_off_users_and_roles() {
        let replay = Replay::of([
            done("PutRolePermissionsBoundary"),
            done("PutUserPermissionsBoundary"),
            done("DeleteRolePermissionsBoundary"),
            done("DeleteUserPermissionsBoundary"),
        ]);
        let aws = replay.aws();
        let (role, user) = (PrincipalName::role("writer"), PrincipalName::user("ana"));
        assert_eq!(aws.put_boundary(&role, ARN).await, Ok(()));
        assert_eq!(aws.put_boundary(&user, ARN).await, Ok(()));
        assert_eq!(aws.delete_boundary(&role).await, Ok(()));
        assert_eq!(aws.delete_boundary(&user).await, Ok(()));
        assert_eq!(
            replay.requests(),
            [
                &format!(
                    "Action=PutRolePermissionsBoundary&RoleName=writer&PermissionsBoundary={ARN}"
                ),
                &format!(
                    "Action=PutUserPermissionsBoundary&UserName=ana&PermissionsBoundary={ARN}"
                ),
                "Action=DeleteRolePermissionsBoundary&RoleName=writer",
                "Action=DeleteUserPermissionsBoundary&UserName=ana",
            ]
        );
    }

    #[tokio::test]
    async fn a_policy_made_a_moment_ago_is_waited_for() {
        let replay =
            Replay::of([not_seen_yet(), not_seen_yet(), done("PutRolePermissionsBoundary")]);
        assert_eq!(put(&replay).await, Ok(()));
        assert_eq!((replay.requests().len(), replay.waits().len()), (3, 2));
    }

    #[tokio::test]
    async fn a_policy_that_stays_invisible_is_given_up_within_fifteen_seconds() {
        let replay = Replay::of(std::iter::repeat_with(not_seen_yet).take(99));
        let error = put(&replay).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "there is no policy to bound role `writer`: \
                 iam:PutRolePermissionsBoundary on `writer` failed: \
                 NoSuchEntity: Scope ARN: {ARN} does not exist or is not attachable."
            )
        );
        assert!(error.is_retryable());
        let waited: Duration = replay.waits().iter().sum();
        assert!(waited > Duration::from_secs(10) && waited <= VISIBLE_WITHIN, "{waited:?}");
    }

    #[tokio::test]
    async fn a_principal_that_is_gone_or_protected_is_not_waited_for() {
        let gone = Replay::of([no_such_entity("The role with name writer cannot be found.")]);
        let error = put(&gone).await.unwrap_err();
        assert!(matches!(error, AttachError::NoSuchEntity { .. }), "{error}");

        let protected = Replay::of([iam_error(
            400,
            "UnmodifiableEntity",
            "Cannot perform the operation on the protected role 'writer' - this role is only modifiable by AWS",
        )]);
        assert_eq!(
            put(&protected).await.unwrap_err().to_string(),
            "role `writer` cannot be bounded: iam:PutRolePermissionsBoundary on `writer` failed: \
             UnmodifiableEntity: Cannot perform the operation on the protected role 'writer' - \
             this role is only modifiable by AWS"
        );
        assert_eq!((gone.waits(), protected.waits()), (vec![], vec![]));
    }
}
