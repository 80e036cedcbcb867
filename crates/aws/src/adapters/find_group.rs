//! [`FindGroup`] over IAM.

use super::Aws;
use crate::call::CallError;
use crate::ports::FindGroup;

impl FindGroup for Aws {
    async fn has_group(&self, name: &str) -> Result<bool, CallError> {
        // Who is in it shows on the principals.
        let answer = self.iam.get_group().group_name(name).max_items(1).send().await;
        match answer.map_err(CallError::of("iam:GetGroup", name)) {
            Ok(_) => Ok(true),
            Err(call) if call.is_no_such_entity() => Ok(false),
            Err(call) => Err(call),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam, iam_error, no_such_entity, throttled};
    use crate::lists::{ListError, load_exemptions};
    use leastwise_rightsizing::exemption::{ExemptionRules, ExemptionSources};

    /// What `AdminGroupName` says where IAM gives this answer, and what IAM was asked.
    async fn load(answers: Vec<Answer>) -> (Result<ExemptionRules, ListError>, Vec<String>) {
        let replay = Replay::of(answers);
        let sources =
            ExemptionSources { admin_group: Some("admins".into()), ..ExemptionSources::default() };
        let loaded = load_exemptions(&sources, &replay.aws(), &replay.aws()).await;
        (loaded, replay.requests())
    }

    fn admins(users: &str) -> Answer {
        let group = "<Group><Path>/</Path><GroupName>admins</GroupName><GroupId>AGPAEXAMPLE0ADMINS000</GroupId>\
                     <Arn>arn:aws:iam::111122223333:group/admins</Arn><CreateDate>2024-01-02T03:04:05Z</CreateDate></Group>";
        let more = "<IsTruncated>true</IsTruncated><Marker>more</Marker>";
        iam("GetGroup", &format!("{group}<Users>{users}</Users>{more}"))
    }

    #[tokio::test]
    async fn a_group_that_exists_is_found_in_one_call_whether_anybody_is_in_it_or_not() {
        let user = "<member><Path>/</Path><UserName>ada</UserName><UserId>AIDAEXAMPLE0ADAUSER1</UserId>\
                    <Arn>arn:aws:iam::111122223333:user/ada</Arn><CreateDate>2024-01-02T03:04:05Z</CreateDate></member>";
        for users in ["", user] {
            let (loaded, requests) = load(vec![admins(users)]).await;
            assert_eq!(loaded.unwrap().admin_group.as_deref(), Some("admins"));
            assert_eq!(requests, ["Action=GetGroup&GroupName=admins&MaxItems=1"]);
        }
    }

    #[tokio::test]
    async fn a_group_that_does_not_exist_or_cannot_be_looked_up_is_an_error() {
        for (answers, retryable, why) in [
            (
                vec![no_such_entity("The group with name admins cannot be found.")],
                false,
                "the account has no group of this name; correct the setting, or empty it",
            ),
            (
                vec![iam_error(403, "AccessDenied", "not authorized")],
                false,
                "iam:GetGroup on `admins` failed: AccessDenied: not authorized",
            ),
            (
                vec![throttled(); 8],
                true,
                "iam:GetGroup on `admins` failed: Throttling: Rate exceeded",
            ),
        ] {
            let error = load(answers).await.0.unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "`AdminGroupName` (admins) cannot be used, so nobody is judged or changed: {why}"
                )
            );
            assert_eq!(error.is_retryable(), retryable, "{error}");
        }
    }
}
