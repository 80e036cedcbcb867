//! [`Quarantine`] over IAM.

use super::Aws;
use crate::call::CallError;
use crate::ports::{Quarantine, QuarantineError};

impl Quarantine for Aws {
    async fn attach_policy(&self, user: &str, policy_arn: &str) -> Result<(), QuarantineError> {
        let request = self.iam.attach_user_policy().user_name(user).policy_arn(policy_arn);
        let answer = request.send().await.map(drop);
        Ok(answer.map_err(CallError::of("iam:AttachUserPolicy", user))?)
    }

    async fn detach_policy(&self, user: &str, policy_arn: &str) -> Result<(), QuarantineError> {
        let request = self.iam.detach_user_policy().user_name(user).policy_arn(policy_arn);
        let answer = request.send().await.map(drop);
        gone_is_done(answer.map_err(CallError::of("iam:DetachUserPolicy", user)))
    }

    async fn put_inline_policy(
        &self,
        user: &str,
        name: &str,
        document: &str,
    ) -> Result<(), QuarantineError> {
        let request = self.iam.put_user_policy().user_name(user).policy_name(name);
        let answer = request.policy_document(document).send().await.map(drop);
        Ok(answer.map_err(CallError::of("iam:PutUserPolicy", user))?)
    }

    async fn delete_inline_policy(&self, user: &str, name: &str) -> Result<(), QuarantineError> {
        let request = self.iam.delete_user_policy().user_name(user).policy_name(name);
        let answer = request.send().await.map(drop);
        gone_is_done(answer.map_err(CallError::of("iam:DeleteUserPolicy", user)))
    }
}

fn gone_is_done(answer: Result<(), CallError>) -> Result<(), QuarantineError> {
    match answer {
        Err(error) if error.is_no_such_entity() => Ok(()),
        answer => Ok(answer?),
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam_error, no_such_entity};
    use super::*;

    const ARN: &str = "arn:aws:iam::111122223333:policy/leastwise/leastwise-quarantine";
    const NAME: &str = "leastwise-quarantine";

    fn done(operation: &str) -> Answer {
        (
            200,
            format!(r#"<{operation}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"/>"#),
        )
    }

    #[tokio::test]
    async fn a_policy_is_put_on_a_user_and_taken_off_managed_and_inline() {
        let replay = Replay::of([
            done("AttachUserPolicy"),
            done("DetachUserPolicy"),
            done("PutUserPolicy"),
            done("DeleteUserPolicy"),
        ]);
        let aws = replay.aws();
        assert_eq!(aws.attach_policy("ana", ARN).await, Ok(()));
        assert_eq!(aws.detach_policy("ana", ARN).await, Ok(()));
        assert_eq!(aws.put_inline_policy("ana", NAME, r#"{"Statement":[]}"#).await, Ok(()));
        assert_eq!(aws.delete_inline_policy("ana", NAME).await, Ok(()));
        assert_eq!(
            replay.requests(),
            [
                &format!("Action=AttachUserPolicy&UserName=ana&PolicyArn={ARN}"),
                &format!("Action=DetachUserPolicy&UserName=ana&PolicyArn={ARN}"),
                "Action=PutUserPolicy&UserName=ana&PolicyName=leastwise-quarantine&PolicyDocument={\"Statement\":[]}",
                "Action=DeleteUserPolicy&UserName=ana&PolicyName=leastwise-quarantine",
            ]
        );
    }

    #[tokio::test]
    async fn a_policy_that_is_off_already_is_no_error() {
        let replay = Replay::of([no_such_entity("not attached"), no_such_entity("no such policy")]);
        let aws = replay.aws();
        assert_eq!(aws.detach_policy("ana", ARN).await, Ok(()));
        assert_eq!(aws.delete_inline_policy("ana", NAME).await, Ok(()));
    }

    #[tokio::test]
    async fn a_full_quota_and_a_missing_policy_can_be_told_apart() {
        let full = "Cannot exceed quota for PoliciesPerUser: 10";
        let replay = Replay::of([
            iam_error(409, "LimitExceeded", full),
            no_such_entity("Policy does not exist or is not attachable."),
            iam_error(
                409,
                "LimitExceeded",
                "Maximum policy size of 2048 bytes exceeded for user ana",
            ),
            iam_error(403, "AccessDenied", "no"),
        ]);
        let aws = replay.aws();
        assert_eq!(
            aws.attach_policy("ana", ARN).await.unwrap_err().to_string(),
            format!(
                "a quota of IAM does not allow it: iam:AttachUserPolicy on `ana` failed: LimitExceeded: {full}"
            )
        );
        let missing = aws.attach_policy("ana", ARN).await.unwrap_err();
        assert!(matches!(missing, QuarantineError::NoSuchEntity(_)), "{missing}");
        let long = aws.put_inline_policy("ana", NAME, "{}").await.unwrap_err();
        assert!(
            matches!(long, QuarantineError::QuotaExceeded(_)) && !long.is_retryable(),
            "{long}"
        );
        let denied = aws.detach_policy("ana", ARN).await.unwrap_err();
        assert!(matches!(denied, QuarantineError::Call(_)), "{denied}");
    }
}
