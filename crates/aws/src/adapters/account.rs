//! [`ReadAccount`] and [`ReadDetails`] over `GetAccountAuthorizationDetails`.

use super::{Aws, convert};
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{ReadAccount, ReadDetails, ReadError};
use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types;
use leastwise_rightsizing::iam::{
    AttachedBoundary, AttachedPolicy, AuthorizationDetails, GroupDetail, InlinePolicyDetail,
    ManagedPolicyDetail, PolicyVersionDetail, RoleDetail, RoleLastUsed, Roster, Tag, UserDetail,
};

const OPERATION: &str = "iam:GetAccountAuthorizationDetails";
const WHOLE_ACCOUNT: &str = "the whole account";

/// The most that one page may hold.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>.
pub(super) const MAX_ITEMS: i32 = 1000;

impl ReadAccount for Aws {
    async fn account(&self) -> Result<Roster, ReadError> {
        Ok(Roster::new(self.details().await?)?)
    }
}

impl ReadDetails for Aws {
    async fn details(&self) -> Result<AuthorizationDetails, ReadError> {
        let mut details = AuthorizationDetails::default();
        let mut pages = Pages::of(OPERATION, WHOLE_ACCOUNT);
        let mut marker = None;
        loop {
            let request = self.iam.get_account_authorization_details().max_items(MAX_ITEMS);
            let answer = request.set_marker(marker).send().await;
            let page = answer.map_err(CallError::of(OPERATION, WHOLE_ACCOUNT))?;
            marker = pages.after(page.is_truncated, page.marker.as_deref())?;
            add(&mut details, page);
            if marker.is_none() {
                break;
            }
        }
        self.complete(&mut details).await?;
        Ok(details)
    }
}

fn add(details: &mut AuthorizationDetails, page: GetAccountAuthorizationDetailsOutput) {
    details
        .user_detail_list
        .extend(page.user_detail_list.unwrap_or_default().into_iter().map(user));
    details
        .role_detail_list
        .extend(page.role_detail_list.unwrap_or_default().into_iter().map(role));
    details
        .group_detail_list
        .extend(page.group_detail_list.unwrap_or_default().into_iter().map(group));
    details.policies.extend(page.policies.unwrap_or_default().into_iter().map(managed));
}

fn user(user: types::UserDetail) -> UserDetail {
    UserDetail {
        arn: user.arn.unwrap_or_default(),
        user_id: user.user_id.unwrap_or_default(),
        create_date: user.create_date.as_ref().and_then(convert::from_sdk),
        user_policy_list: inline(user.user_policy_list),
        group_list: user.group_list.unwrap_or_default(),
        attached_managed_policies: attached(user.attached_managed_policies),
        permissions_boundary: boundary(user.permissions_boundary),
        tags: tags(user.tags),
    }
}

fn role(role: types::RoleDetail) -> RoleDetail {
    RoleDetail {
        arn: role.arn.unwrap_or_default(),
        role_id: role.role_id.unwrap_or_default(),
        create_date: role.create_date.as_ref().and_then(convert::from_sdk),
        assume_role_policy_document: convert::document(role.assume_role_policy_document.as_deref()),
        role_policy_list: inline(role.role_policy_list),
        attached_managed_policies: attached(role.attached_managed_policies),
        permissions_boundary: boundary(role.permissions_boundary),
        role_last_used: last_used(role.role_last_used),
        tags: tags(role.tags),
    }
}

fn group(group: types::GroupDetail) -> GroupDetail {
    GroupDetail {
        arn: group.arn.unwrap_or_default(),
        group_id: group.group_id.unwrap_or_default(),
        create_date: group.create_date.as_ref().and_then(convert::from_sdk),
        group_name: group.group_name.unwrap_or_default(),
        group_policy_list: inline(group.group_policy_list),
        attached_managed_policies: attached(group.attached_managed_policies),
    }
}

/// Without the texts that are not in force: nobody reads them.
fn managed(policy: types::ManagedPolicyDetail) -> ManagedPolicyDetail {
    let named = policy.default_version_id.clone();
    let versions = policy.policy_version_list.unwrap_or_default().into_iter();
    let text = |version: &types::PolicyVersion| {
        let is_in_force = version.is_default_version || version.version_id == named;
        convert::document(version.document.as_deref().filter(|_| is_in_force))
    };
    ManagedPolicyDetail {
        arn: policy.arn.unwrap_or_default(),
        default_version_id: policy.default_version_id.unwrap_or_default(),
        policy_version_list: versions
            .map(|version| PolicyVersionDetail {
                document: text(&version),
                version_id: version.version_id.unwrap_or_default(),
                is_default_version: version.is_default_version,
                create_date: version.create_date.as_ref().and_then(convert::from_sdk),
            })
            .collect(),
    }
}

fn inline(policies: Option<Vec<types::PolicyDetail>>) -> Vec<InlinePolicyDetail> {
    policies
        .unwrap_or_default()
        .into_iter()
        .map(|policy| InlinePolicyDetail {
            policy_name: policy.policy_name.unwrap_or_default(),
            policy_document: convert::document(policy.policy_document.as_deref()),
        })
        .collect()
}

pub(super) fn attached(policies: Option<Vec<types::AttachedPolicy>>) -> Vec<AttachedPolicy> {
    policies
        .unwrap_or_default()
        .into_iter()
        .map(|policy| AttachedPolicy { policy_arn: policy.policy_arn.unwrap_or_default() })
        .collect()
}

/// The boundary's type is not looked at: the wire says `Policy` where the SDK's model has
/// `PermissionsBoundaryPolicy`.
pub(super) fn boundary(
    boundary: Option<types::AttachedPermissionsBoundary>,
) -> Option<AttachedBoundary> {
    boundary.map(|boundary| AttachedBoundary {
        permissions_boundary_arn: boundary.permissions_boundary_arn.unwrap_or_default(),
    })
}

pub(super) fn last_used(used: Option<types::RoleLastUsed>) -> Option<RoleLastUsed> {
    used.map(|used| RoleLastUsed {
        last_used_date: used.last_used_date.as_ref().and_then(convert::from_sdk),
    })
}

pub(super) fn tags(tags: Option<Vec<types::Tag>>) -> Vec<Tag> {
    tags.unwrap_or_default().into_iter().map(|tag| Tag { key: tag.key, value: tag.value }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam, iam_error, no_such_entity, throttled};
    use super::*;
    use leastwise_rightsizing::iam::{Account, UnreadableDocument};

    // What a whole account reads as is tested beside `ReadPrincipal`, which must agree with it.

    fn page(content: &str) -> Answer {
        iam("GetAccountAuthorizationDetails", content)
    }

    fn role_with(policy_arn: &str) -> String {
        format!(
            "<RoleDetailList><member><RoleName>writer</RoleName><RoleId>AROAEXAMPLE0000000002</RoleId>
            <Arn>arn:aws:iam::111122223333:role/writer</Arn>
            <AttachedManagedPolicies><member><PolicyArn>{policy_arn}</PolicyArn></member></AttachedManagedPolicies>
            </member></RoleDetailList>"
        )
    }

    #[tokio::test]
    async fn a_policy_that_does_not_exist_stays_missing_and_other_failures_fail_the_account() {
        let arn = "arn:aws:iam::111122223333:policy/gone";
        let gone = Replay::of([page(&role_with(arn)), no_such_entity("Policy does not exist.")]);
        let account = gone.aws().account().await.unwrap();
        let [role] = account.entries() else { panic!("one role") };
        let role = account.principal(role);
        assert_eq!(role.policies[0].document, Err(UnreadableDocument::Missing));

        let denied = Replay::of([
            page(&role_with(arn)),
            iam_error(403, "AccessDenied", "not authorized to perform: iam:GetPolicy"),
        ]);
        assert_eq!(
            denied.aws().account().await.unwrap_err().to_string(),
            "iam:GetPolicy on `arn:aws:iam::111122223333:policy/gone` failed: \
             AccessDenied: not authorized to perform: iam:GetPolicy"
        );
    }

    #[tokio::test]
    async fn details_that_are_kept_read_again_as_the_account_that_they_are() {
        let arn = "arn:aws:iam::111122223333:policy/team";
        let document = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A*%22\
             %2C%22Resource%22%3A%22*%22%7D%5D%7D";
        let whole = format!(
            "<UserDetailList><member><UserName>mira</UserName><UserId>AIDAEXAMPLE0000000001</UserId>
            <Arn>arn:aws:iam::111122223333:user/mira</Arn><CreateDate>2025-01-02T03:04:05Z</CreateDate>
            <GroupList><member>staff</member></GroupList>
            <Tags><member><Key>team</Key><Value>a &lt;b&gt;</Value></member></Tags>
            <PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>
            <PermissionsBoundaryArn>{arn}</PermissionsBoundaryArn></PermissionsBoundary>
            </member></UserDetailList>
            <GroupDetailList><member><GroupName>staff</GroupName><GroupId>AGPAEXAMPLE0000000003</GroupId>
            <Arn>arn:aws:iam::111122223333:group/staff</Arn><GroupPolicyList><member>
            <PolicyName>all</PolicyName><PolicyDocument>{document}</PolicyDocument></member></GroupPolicyList>
            </member></GroupDetailList>
            <RoleDetailList><member><RoleName>writer</RoleName><RoleId>AROAEXAMPLE0000000002</RoleId>
            <Arn>arn:aws:iam::111122223333:role/writer</Arn>
            <AssumeRolePolicyDocument>{document}</AssumeRolePolicyDocument>
            <RoleLastUsed><LastUsedDate>2026-01-02T03:04:05Z</LastUsedDate></RoleLastUsed>
            <RolePolicyList><member><PolicyName>own</PolicyName><PolicyDocument>%7B</PolicyDocument></member>
            </RolePolicyList></member></RoleDetailList>
            <Policies><member><Arn>{arn}</Arn><DefaultVersionId>v1</DefaultVersionId><PolicyVersionList>
            <member><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion>
            <CreateDate>2025-01-01T00:00:00Z</CreateDate><Document>{document}</Document></member>
            </PolicyVersionList></member></Policies>"
        );
        let details = Replay::of([page(&whole)]).aws().details().await.unwrap();
        let kept = Account::from_json(&serde_json::to_string(&details).unwrap()).unwrap();
        let roster = Replay::of([page(&whole)]).aws().account().await.unwrap();
        assert_eq!((kept.principals().len(), kept.groups().len()), (2, 1));
        assert_eq!(kept, Account::from(&roster));
        let last_used =
            |account: &Account| account.principals().map(|it| it.last_used).collect::<Vec<_>>();
        assert_eq!(last_used(&kept), last_used(&Account::from(&roster)));
    }

    #[tokio::test]
    async fn a_policy_listed_without_the_text_in_force_is_read_once() {
        let arn = "arn:aws:iam::111122223333:policy/team";
        let listed = format!(
            "<Policies><member><Arn>{arn}</Arn><DefaultVersionId>v2</DefaultVersionId>
            <PolicyVersionList><member><VersionId>v1</VersionId><Document>%7B%7D</Document></member></PolicyVersionList>
            </member></Policies>"
        );
        let replay = Replay::of([
            page(&format!("{}{listed}", role_with(arn))),
            iam("GetPolicy", "<Policy><DefaultVersionId>v2</DefaultVersionId></Policy>"),
            iam(
                "GetPolicyVersion",
                "<PolicyVersion><Document>%7B%22Statement%22%3A%5B%5D%7D</Document></PolicyVersion>",
            ),
        ]);
        let account = replay.aws().account().await.unwrap();
        assert!(account.principal(&account.entries()[0]).policies[0].document.is_ok());
        assert_eq!(replay.requests().len(), 3);
    }

    #[tokio::test]
    async fn a_policy_read_by_itself_stands_as_it_stood_only_if_no_newer_version_was_listed() {
        let arn = "arn:aws:iam::111122223333:policy/team";
        let then = "2026-06-16T12:00:00Z".parse().unwrap();
        for (other_made, stands) in
            [("2025-12-01T00:00:00Z", true), ("2026-03-01T00:00:00Z", false)]
        {
            // IAM leaves out the text of the version in force.
            let listed = format!(
                "<Policies><member><Arn>{arn}</Arn><DefaultVersionId>v1</DefaultVersionId>
                <PolicyVersionList><member><VersionId>v2</VersionId><CreateDate>{other_made}</CreateDate>
                <Document>%7B%7D</Document></member></PolicyVersionList></member></Policies>"
            );
            let replay = Replay::of([
                page(&format!("{}{listed}", role_with(arn))),
                iam("GetPolicy", "<Policy><DefaultVersionId>v1</DefaultVersionId></Policy>"),
                iam(
                    "GetPolicyVersion",
                    "<PolicyVersion><CreateDate>2026-01-01T00:00:00Z</CreateDate>
                    <Document>%7B%22Statement%22%3A%5B%5D%7D</Document></PolicyVersion>",
                ),
            ]);
            let account = replay.aws().account().await.unwrap();
            assert!(account.principal(&account.entries()[0]).policies[0].document.is_ok());
            assert_eq!(account.policies_unchanged_since(then).contains(arn), stands);
        }
    }

    #[tokio::test]
    async fn throttling_is_got_over_and_a_page_without_end_is_an_error() {
        let replay = Replay::of([throttled(), page("")]);
        assert!(replay.aws().account().await.unwrap().entries().is_empty());

        let more = || page("<IsTruncated>true</IsTruncated><Marker>m</Marker>");
        let replay = Replay::of([more(), more()]);
        assert_eq!(
            replay.aws().account().await.unwrap_err().to_string(),
            "iam:GetAccountAuthorizationDetails on `the whole account` repeated the marker `m`"
        );
    }
}
