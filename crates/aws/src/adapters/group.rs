//! [`ReadGroup`] over IAM's calls on one group.

use super::account::MAX_ITEMS;
use super::principal::EntityName;
use super::{Aws, convert};
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{ReadError, ReadGroup};
use leastwise_rightsizing::iam::{Account, AuthorizationDetails, Group, GroupDetail, UserDetail};

const OPERATION: &str = "iam:GetGroup";

impl ReadGroup for Aws {
    async fn group(&self, name: &str) -> Result<Option<Group>, ReadError> {
        let Some(mut details) = self.group_with_members(name).await? else { return Ok(None) };
        for group in &mut details.group_detail_list {
            group.group_policy_list = self.inline(EntityName::Group(name)).await?;
            group.attached_managed_policies = self.attached(EntityName::Group(name)).await?;
        }
        self.complete(&mut details).await?;
        // INVARIANT: `details` has exactly one group.
        Ok(Account::from_pages(vec![details])?.groups().first().cloned())
    }
}

impl Aws {
    async fn group_with_members(
        &self,
        name: &str,
    ) -> Result<Option<AuthorizationDetails>, ReadError> {
        let mut details = AuthorizationDetails::default();
        let mut pages = Pages::of(OPERATION, name);
        let mut marker = None;
        loop {
            let request = self.iam.get_group().group_name(name).max_items(MAX_ITEMS);
            let answer = request.set_marker(marker).send().await;
            let page = match answer.map_err(CallError::of(OPERATION, name)) {
                Ok(page) => page,
                Err(call) if call.is_no_such_entity() => return Ok(None),
                Err(call) => return Err(call.into()),
            };
            marker = pages.after(page.is_truncated, page.marker.as_deref())?;
            details.user_detail_list.extend(page.users.into_iter().map(|user| UserDetail {
                arn: user.arn,
                user_id: user.user_id,
                create_date: convert::from_sdk(&user.create_date),
                group_list: vec![name.to_owned()],
                ..UserDetail::default()
            }));
            if marker.is_none() {
                let group = page.group;
                let group =
                    group.ok_or_else(|| CallError::unreadable(OPERATION, name, "no `Group`"))?;
                details.group_detail_list.push(GroupDetail {
                    arn: group.arn,
                    group_id: group.group_id,
                    group_name: name.to_owned(),
                    create_date: convert::from_sdk(&group.create_date),
                    ..GroupDetail::default()
                });
                return Ok(Some(details));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam, iam_error, no_such_entity, url_encoded};
    use super::*;
    use leastwise_policy::document::Document;
    use leastwise_rightsizing::iam::{GrantingPolicy, PolicySource};

    const S3: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    const TEAM: &str = "arn:aws:iam::111122223333:policy/team";

    fn devs(users: &str, rest: &str) -> Answer {
        let group = "<Group><Path>/eng/</Path><GroupName>devs</GroupName><GroupId>AGPAEXAMPLE0DEVSGROUP</GroupId>\
                     <Arn>arn:aws:iam::111122223333:group/eng/devs</Arn><CreateDate>2024-01-02T03:04:05Z</CreateDate></Group>";
        iam("GetGroup", &format!("{group}<Users>{users}</Users>{rest}"))
    }

    fn user(name: &str, created: &str) -> String {
        format!(
            "<member><Path>/</Path><UserName>{name}</UserName><UserId>AIDAEXAMPLE0{name}</UserId>\
             <Arn>arn:aws:iam::111122223333:user/{name}</Arn><CreateDate>{created}</CreateDate></member>"
        )
    }

    fn policies() -> [Answer; 5] {
        [
            iam("ListGroupPolicies", "<PolicyNames><member>own</member></PolicyNames>"),
            iam(
                "GetGroupPolicy",
                &format!(
                    "<GroupName>devs</GroupName><PolicyName>own</PolicyName><PolicyDocument>{}</PolicyDocument>",
                    url_encoded(S3)
                ),
            ),
            iam(
                "ListAttachedGroupPolicies",
                &format!(
                    "<AttachedPolicies><member><PolicyName>team</PolicyName><PolicyArn>{TEAM}</PolicyArn></member></AttachedPolicies>"
                ),
            ),
            iam("GetPolicy", "<Policy><DefaultVersionId>v1</DefaultVersionId></Policy>"),
            iam(
                "GetPolicyVersion",
                &format!(
                    "<PolicyVersion><VersionId>v1</VersionId><Document>{}</Document></PolicyVersion>",
                    url_encoded(S3)
                ),
            ),
        ]
    }

    #[tokio::test]
    async fn a_group_is_read_with_its_own_policies_and_every_page_of_its_members() {
        let more = "<IsTruncated>true</IsTruncated><Marker>more</Marker>";
        let pages = [
            devs(&user("ADA", "2025-01-01T00:00:00Z"), more),
            devs(&user("BEN", "2026-01-01T00:00:00Z"), "<IsTruncated>false</IsTruncated>"),
        ];
        let replay = Replay::of(pages.into_iter().chain(policies()));
        let group = replay.aws().group("devs").await.unwrap();
        let document = || Ok(Document::parse(S3).unwrap());
        let policy = |source| GrantingPolicy { source, document: document() };
        assert_eq!(
            group,
            Some(Group {
                arn: "arn:aws:iam::111122223333:group/eng/devs".parse().unwrap(),
                unique_id: "AGPAEXAMPLE0DEVSGROUP".parse().unwrap(),
                created: "2024-01-02T03:04:05Z".parse().ok(),
                policies: vec![
                    policy(PolicySource::Inline { name: "own".into() }),
                    policy(PolicySource::Managed { arn: TEAM.into() }),
                ],
                members: ["2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]
                    .map(|created| created.parse().ok())
                    .into(),
            })
        );
        assert_eq!(
            replay.requests()[..3],
            [
                "Action=GetGroup&GroupName=devs&MaxItems=1000",
                "Action=GetGroup&GroupName=devs&Marker=more&MaxItems=1000",
                "Action=ListGroupPolicies&GroupName=devs&MaxItems=1000",
            ]
        );
    }

    #[tokio::test]
    async fn a_group_that_does_not_exist_is_none_and_one_that_cannot_be_read_an_error() {
        let gone = Replay::of([no_such_entity("The group with name devs cannot be found.")]);
        assert_eq!(gone.aws().group("devs").await.unwrap(), None);
        let denied = Replay::of([iam_error(403, "AccessDenied", "not authorized")]);
        assert_eq!(
            denied.aws().group("devs").await.unwrap_err().to_string(),
            "iam:GetGroup on `devs` failed: AccessDenied: not authorized"
        );
    }
}
