//! [`ReadPrincipal`] over IAM's calls on one entity.

use super::account::{MAX_ITEMS, attached, boundary, last_used, tags};
use super::{Aws, convert};
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{ReadError, ReadPrincipal};
use crate::principal_name::PrincipalName;
use leastwise_rightsizing::iam::{
    Account, AttachedPolicy, AuthorizationDetails, GroupDetail, InlinePolicyDetail, Principal,
    PrincipalKind, RoleDetail, UserDetail,
};

impl ReadPrincipal for Aws {
    async fn principal(&self, name: &PrincipalName) -> Result<Option<Principal>, ReadError> {
        let found = match name.kind {
            PrincipalKind::User => self.user(&name.name).await?,
            PrincipalKind::Role => self.role(&name.name).await?,
        };
        let Some(mut details) = found else { return Ok(None) };
        self.complete(&mut details).await?;
        // INVARIANT: `details` has exactly one user or role.
        Ok(Account::from_pages(vec![details])?.into_principals().pop())
    }
}

/// Whose policies are listed, by name.
#[derive(Debug, Clone, Copy)]
pub(super) enum EntityName<'a> {
    User(&'a str),
    Role(&'a str),
    Group(&'a str),
}

/// Follows a list to its end: one call of an SDK operation per page.
macro_rules! every_page {
    ($client:expr, $operation:literal, $call:ident, $entity:ident = $name:expr, $list:ident) => {{
        let name: &str = $name;
        let mut all = Vec::new();
        let mut pages = Pages::of($operation, name);
        let mut marker = None;
        loop {
            let request = $client.$call().$entity(name).max_items(MAX_ITEMS).set_marker(marker);
            let answer = request.send().await.map_err(CallError::of($operation, name));
            let page = answer.map_err(listed_just_now)?;
            marker = pages.after(page.is_truncated, page.marker.as_deref())?;
            all.extend(page.$list);
            if marker.is_none() {
                break all;
            }
        }
    }};
}

/// Sorts a failure to read a part of what IAM had just listed: if it is not there, something
/// changed. Never is it "no policy".
fn listed_just_now(call: CallError) -> ReadError {
    if call.is_no_such_entity() { ReadError::Changed(call) } else { call.into() }
}

impl Aws {
    async fn user(&self, name: &str) -> Result<Option<AuthorizationDetails>, ReadError> {
        const OPERATION: &str = "iam:GetUser";
        let answer = self.iam.get_user().user_name(name).send().await;
        let user = match answer.map_err(CallError::of(OPERATION, name)) {
            Ok(answer) => answer.user,
            Err(call) if call.is_no_such_entity() => return Ok(None),
            Err(call) => return Err(call.into()),
        };
        let user = user.ok_or_else(|| CallError::unreadable(OPERATION, name, "no `User`"))?;
        let groups = self.groups_of(name).await?;
        let detail = UserDetail {
            arn: user.arn,
            user_id: user.user_id,
            create_date: convert::from_sdk(&user.create_date),
            user_policy_list: self.inline(EntityName::User(name)).await?,
            group_list: groups.iter().map(|group| group.group_name.clone()).collect(),
            attached_managed_policies: self.attached(EntityName::User(name)).await?,
            permissions_boundary: boundary(user.permissions_boundary),
            tags: tags(user.tags),
        };
        Ok(Some(AuthorizationDetails {
            user_detail_list: vec![detail],
            group_detail_list: groups,
            ..AuthorizationDetails::default()
        }))
    }

    async fn role(&self, name: &str) -> Result<Option<AuthorizationDetails>, ReadError> {
        const OPERATION: &str = "iam:GetRole";
        let answer = self.iam.get_role().role_name(name).send().await;
        let role = match answer.map_err(CallError::of(OPERATION, name)) {
            Ok(answer) => answer.role,
            Err(call) if call.is_no_such_entity() => return Ok(None),
            Err(call) => return Err(call.into()),
        };
        let role = role.ok_or_else(|| CallError::unreadable(OPERATION, name, "no `Role`"))?;
        let detail = RoleDetail {
            arn: role.arn,
            role_id: role.role_id,
            create_date: convert::from_sdk(&role.create_date),
            assume_role_policy_document: convert::document(
                role.assume_role_policy_document.as_deref(),
            ),
            role_policy_list: self.inline(EntityName::Role(name)).await?,
            attached_managed_policies: self.attached(EntityName::Role(name)).await?,
            permissions_boundary: boundary(role.permissions_boundary),
            role_last_used: last_used(role.role_last_used),
            tags: tags(role.tags),
        };
        Ok(Some(AuthorizationDetails {
            role_detail_list: vec![detail],
            ..AuthorizationDetails::default()
        }))
    }

    /// The managed policies that are attached to the entity.
    pub(super) async fn attached(
        &self,
        name: EntityName<'_>,
    ) -> Result<Vec<AttachedPolicy>, ReadError> {
        let pages = match name {
            EntityName::User(user) => every_page!(
                self.iam,
                "iam:ListAttachedUserPolicies",
                list_attached_user_policies,
                user_name = user,
                attached_policies
            ),
            EntityName::Role(role) => every_page!(
                self.iam,
                "iam:ListAttachedRolePolicies",
                list_attached_role_policies,
                role_name = role,
                attached_policies
            ),
            EntityName::Group(group) => every_page!(
                self.iam,
                "iam:ListAttachedGroupPolicies",
                list_attached_group_policies,
                group_name = group,
                attached_policies
            ),
        };
        Ok(attached(Some(pages.into_iter().flatten().collect())))
    }

    /// The inline policies of the entity.
    pub(super) async fn inline(
        &self,
        name: EntityName<'_>,
    ) -> Result<Vec<InlinePolicyDetail>, ReadError> {
        let names = match name {
            EntityName::User(user) => every_page!(
                self.iam,
                "iam:ListUserPolicies",
                list_user_policies,
                user_name = user,
                policy_names
            ),
            EntityName::Role(role) => every_page!(
                self.iam,
                "iam:ListRolePolicies",
                list_role_policies,
                role_name = role,
                policy_names
            ),
            EntityName::Group(group) => every_page!(
                self.iam,
                "iam:ListGroupPolicies",
                list_group_policies,
                group_name = group,
                policy_names
            ),
        };
        let mut policies = Vec::with_capacity(names.len());
        for policy in names {
            let document = self.inline_document(name, &policy).await.map_err(listed_just_now)?;
            policies.push(inline(policy, &document));
        }
        Ok(policies)
    }

    async fn inline_document(
        &self,
        name: EntityName<'_>,
        policy: &str,
    ) -> Result<String, CallError> {
        let (EntityName::User(entity) | EntityName::Role(entity) | EntityName::Group(entity)) =
            name;
        let resource = format!("{entity}/{policy}");
        let document = match name {
            EntityName::User(user) => {
                let request = self.iam.get_user_policy().user_name(user).policy_name(policy);
                let answer = request.send().await;
                answer.map_err(CallError::of("iam:GetUserPolicy", &resource))?.policy_document
            }
            EntityName::Role(role) => {
                let request = self.iam.get_role_policy().role_name(role).policy_name(policy);
                let answer = request.send().await;
                answer.map_err(CallError::of("iam:GetRolePolicy", &resource))?.policy_document
            }
            EntityName::Group(group) => {
                let request = self.iam.get_group_policy().group_name(group).policy_name(policy);
                let answer = request.send().await;
                answer.map_err(CallError::of("iam:GetGroupPolicy", &resource))?.policy_document
            }
        };
        Ok(document)
    }

    /// The groups that a user is in, with their policies.
    async fn groups_of(&self, user: &str) -> Result<Vec<GroupDetail>, ReadError> {
        let groups = every_page!(
            self.iam,
            "iam:ListGroupsForUser",
            list_groups_for_user,
            user_name = user,
            groups
        );
        let mut details = Vec::with_capacity(groups.len());
        for group in groups {
            let name = EntityName::Group(&group.group_name);
            details.push(GroupDetail {
                group_policy_list: self.inline(name).await?,
                attached_managed_policies: self.attached(name).await?,
                arn: group.arn,
                group_id: group.group_id,
                create_date: convert::from_sdk(&group.create_date),
                group_name: group.group_name,
            });
        }
        Ok(details)
    }
}

/// An empty text is the SDK's stand-in for a document that the answer does not hold.
fn inline(policy_name: String, document: &str) -> InlinePolicyDetail {
    let policy_document = convert::document(Some(document).filter(|text| !text.is_empty()));
    InlinePolicyDetail { policy_name, policy_document }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, iam, iam_error, no_such_entity, url_encoded};
    use super::*;
    use crate::ports::ReadAccount;
    use leastwise_policy::document::Document;
    use leastwise_rightsizing::iam::{Boundary, GrantingPolicy, PolicySource, UnreadableDocument};

    const S3: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}]}"#;
    const EC2: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}]}"#;
    const SQS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:*"],"Resource":"*"}]}"#;
    const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const TEAM: &str = "arn:aws:iam::111122223333:policy/team";
    const LIMIT: &str = "arn:aws:iam::111122223333:policy/limit";

    fn read_policy(arn: &str, document: &str) -> [Answer; 2] {
        [
            iam(
                "GetPolicy",
                &format!(
                    "<Policy><Arn>{arn}</Arn><DefaultVersionId>v3</DefaultVersionId></Policy>"
                ),
            ),
            iam(
                "GetPolicyVersion",
                &format!(
                    "<PolicyVersion><Document>{}</Document><VersionId>v3</VersionId>
                    <IsDefaultVersion>true</IsDefaultVersion>
                    <CreateDate>2025-02-03T04:05:06Z</CreateDate></PolicyVersion>",
                    url_encoded(document)
                ),
            ),
        ]
    }

    fn names(operation: &str, names: &[&str], paging: &str) -> Answer {
        let members: Vec<_> = names.iter().map(|name| format!("<member>{name}</member>")).collect();
        let members = members.concat();
        iam(operation, &format!("<PolicyNames>{members}</PolicyNames>{paging}"))
    }

    fn attachments(operation: &str, arns: &[&str]) -> Answer {
        iam(operation, &attached_policies("AttachedPolicies", arns))
    }

    fn attached_policies(element: &str, arns: &[&str]) -> String {
        let members: Vec<_> = arns
            .iter()
            .map(|arn| {
                format!("<member><PolicyName>p</PolicyName><PolicyArn>{arn}</PolicyArn></member>")
            })
            .collect();
        format!("<{element}>{}</{element}>", members.concat())
    }

    fn inline_document(operation: &str, document: &str) -> Answer {
        iam(operation, &format!("<PolicyDocument>{}</PolicyDocument>", url_encoded(document)))
    }

    /// What `GetUser` and `GetAccountAuthorizationDetails` both say about the user `ana`.
    const ANA: &str = "<Path>/people/</Path><UserName>ana</UserName><UserId>AIDAEXAMPLE0000000001</UserId>
        <Arn>arn:aws:iam::111122223333:user/people/ana</Arn><CreateDate>2024-05-06T07:08:09Z</CreateDate>
        <PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>
        <PermissionsBoundaryArn>arn:aws:iam::111122223333:policy/limit</PermissionsBoundaryArn></PermissionsBoundary>
        <Tags><member><Key>team</Key><Value>red &amp; blue</Value></member>
        <member><Key>cost</Key><Value/></member></Tags>";

    /// What `GetRole` and `GetAccountAuthorizationDetails` both say about the role `writer`.
    const WRITER: &str = "<Path>/</Path><RoleName>writer</RoleName><RoleId>AROAEXAMPLE0000000002</RoleId>
        <Arn>arn:aws:iam::111122223333:role/writer</Arn><CreateDate>2024-05-06T07:08:09Z</CreateDate>
        <PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>
        <PermissionsBoundaryArn>arn:aws:iam::aws:policy/ReadOnlyAccess</PermissionsBoundaryArn></PermissionsBoundary>
        <AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C\
        %22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%7D%5D%7D</AssumeRolePolicyDocument>
        <RoleLastUsed><LastUsedDate>2026-06-07T08:09:10Z</LastUsedDate><Region>eu-central-1</Region></RoleLastUsed>";

    /// User `ana`, who is in group `devs`.
    fn user_alone() -> Vec<Answer> {
        let mut answers = vec![
            iam("GetUser", &format!("<User>{ANA}</User>")),
            iam(
                "ListGroupsForUser",
                "<Groups><member><Path>/</Path><GroupName>devs</GroupName>
                <GroupId>AGPAEXAMPLE0000000003</GroupId><Arn>arn:aws:iam::111122223333:group/devs</Arn>
                <CreateDate>2024-05-06T07:08:09Z</CreateDate></member></Groups>",
            ),
            names("ListGroupPolicies", &["queues"], ""),
            inline_document("GetGroupPolicy", SQS),
            attachments("ListAttachedGroupPolicies", &[TEAM]),
            names("ListUserPolicies", &["buckets"], ""),
            inline_document("GetUserPolicy", S3),
            attachments("ListAttachedUserPolicies", &[READ_ONLY]),
        ];
        answers.extend(read_policy(LIMIT, S3));
        answers.extend(read_policy(TEAM, EC2));
        answers.extend(read_policy(READ_ONLY, EC2));
        answers
    }

    /// Role `writer`, whose two inline policies are listed on two pages.
    fn role_alone() -> Vec<Answer> {
        let mut answers = vec![
            iam("GetRole", &format!("<Role>{WRITER}</Role>")),
            names("ListRolePolicies", &["a"], "<IsTruncated>true</IsTruncated><Marker>m</Marker>"),
            names("ListRolePolicies", &["b"], "<IsTruncated>false</IsTruncated>"),
            inline_document("GetRolePolicy", S3),
            inline_document("GetRolePolicy", "this is no policy"),
            attachments("ListAttachedRolePolicies", &[READ_ONLY]),
        ];
        answers.extend(read_policy(READ_ONLY, EC2));
        answers
    }

    /// Both of them, on two pages.
    fn account() -> Vec<Answer> {
        let details = |content: &str| iam("GetAccountAuthorizationDetails", content);
        let inline = |name: &str, document: &str| {
            format!(
                "<member><PolicyName>{name}</PolicyName><PolicyDocument>{}</PolicyDocument></member>",
                url_encoded(document)
            )
        };
        let version = |document: &str| {
            format!(
                "<DefaultVersionId>v3</DefaultVersionId><PolicyVersionList>
                <member><Document>%7B%7D</Document><VersionId>v2</VersionId><IsDefaultVersion>false</IsDefaultVersion>
                <CreateDate>2024-01-01T00:00:00Z</CreateDate></member>
                <member><Document>{}</Document><VersionId>v3</VersionId><IsDefaultVersion>true</IsDefaultVersion>
                <CreateDate>2025-02-03T04:05:06Z</CreateDate></member>
                </PolicyVersionList>",
                url_encoded(document)
            )
        };
        let mut answers = vec![
            details(&format!(
                "<UserDetailList><member>{ANA}<GroupList><member>devs</member></GroupList>
                <UserPolicyList>{}</UserPolicyList>{}</member></UserDetailList>
                <IsTruncated>true</IsTruncated><Marker>m</Marker>",
                inline("buckets", S3),
                attached_policies("AttachedManagedPolicies", &[READ_ONLY]),
            )),
            details(&format!(
                "<RoleDetailList><member>{WRITER}<RolePolicyList>{}{}</RolePolicyList>{}</member></RoleDetailList>
                <GroupDetailList><member><GroupName>devs</GroupName>
                <GroupPolicyList>{}</GroupPolicyList>{}</member></GroupDetailList>
                <Policies><member><Arn>{READ_ONLY}</Arn>{}</member><member><Arn>{TEAM}</Arn>{}</member></Policies>
                <IsTruncated>false</IsTruncated>",
                inline("a", S3),
                inline("b", "this is no policy"),
                attached_policies("AttachedManagedPolicies", &[READ_ONLY]),
                inline("queues", SQS),
                attached_policies("AttachedManagedPolicies", &[TEAM]),
                version(EC2),
                version(EC2),
            )),
        ];
        // A policy that only bounds somebody is not in the answer.
        answers.extend(read_policy(LIMIT, S3));
        answers
    }

    async fn read(replay: &Replay, name: &PrincipalName) -> Result<Option<Principal>, ReadError> {
        replay.aws().principal(name).await
    }

    #[tokio::test]
    async fn both_ways_to_read_a_principal_give_the_same() {
        let whole = Replay::of(account());
        let account = whole.aws().account().await.unwrap();
        assert_eq!(
            whole.requests(),
            [
                "Action=GetAccountAuthorizationDetails&MaxItems=1000",
                "Action=GetAccountAuthorizationDetails&MaxItems=1000&Marker=m",
                "Action=GetPolicy&PolicyArn=arn:aws:iam::111122223333:policy/limit",
                "Action=GetPolicyVersion&PolicyArn=arn:aws:iam::111122223333:policy/limit&VersionId=v3",
            ]
        );
        let user = Replay::of(user_alone());
        let role = Replay::of(role_alone());
        let one_by_one = [
            read(&user, &PrincipalName::user("ana")).await.unwrap().unwrap(),
            read(&role, &PrincipalName::role("writer")).await.unwrap().unwrap(),
        ];
        let account: Vec<Principal> =
            account.entries().iter().map(|entry| account.principal(entry)).collect();
        assert_eq!(account, one_by_one);
        // Equality leaves out the last use.
        let last_used = |of: &[Principal]| of.iter().map(|it| it.last_used).collect::<Vec<_>>();
        let yesterday = "2026-06-07T08:09:10Z".parse().unwrap();
        assert_eq!(last_used(&account), [None, Some(yesterday)]);
        assert_eq!(last_used(&one_by_one), [None, Some(yesterday)]);
    }

    #[tokio::test]
    async fn a_user_has_its_own_policies_those_of_its_groups_and_its_boundary() {
        let replay = Replay::of(user_alone());
        let document = |text| Ok(Document::parse(text).unwrap());
        let policy = |source, text| GrantingPolicy { source, document: document(text) };
        let group = || "devs".to_owned();
        assert_eq!(
            read(&replay, &PrincipalName::user("ana")).await.unwrap(),
            Some(Principal {
                arn: "arn:aws:iam::111122223333:user/people/ana".parse().unwrap(),
                unique_id: "AIDAEXAMPLE0000000001".parse().unwrap(),
                created: Some("2024-05-06T07:08:09Z".parse().unwrap()),
                last_used: None,
                tags: [("cost", ""), ("team", "red & blue")]
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .into(),
                policies: vec![
                    policy(PolicySource::Inline { name: "buckets".to_owned() }, S3),
                    policy(PolicySource::Managed { arn: READ_ONLY.to_owned() }, EC2),
                    policy(
                        PolicySource::GroupInline { group: group(), name: "queues".to_owned() },
                        SQS
                    ),
                    policy(
                        PolicySource::GroupManaged { group: group(), arn: TEAM.to_owned() },
                        EC2
                    ),
                ],
                groups: vec!["devs".into()],
                boundary: Some(Boundary {
                    policy_arn: LIMIT.to_owned(),
                    document: document(S3),
                    since: Some("2025-02-03T04:05:06Z".parse().unwrap()),
                }),
                trust: None,
            })
        );
        assert_eq!(
            replay.requests(),
            [
                "Action=GetUser&UserName=ana",
                "Action=ListGroupsForUser&UserName=ana&MaxItems=1000",
                "Action=ListGroupPolicies&GroupName=devs&MaxItems=1000",
                "Action=GetGroupPolicy&GroupName=devs&PolicyName=queues",
                "Action=ListAttachedGroupPolicies&GroupName=devs&MaxItems=1000",
                "Action=ListUserPolicies&UserName=ana&MaxItems=1000",
                "Action=GetUserPolicy&UserName=ana&PolicyName=buckets",
                "Action=ListAttachedUserPolicies&UserName=ana&MaxItems=1000",
                "Action=GetPolicy&PolicyArn=arn:aws:iam::111122223333:policy/limit",
                "Action=GetPolicyVersion&PolicyArn=arn:aws:iam::111122223333:policy/limit&VersionId=v3",
                "Action=GetPolicy&PolicyArn=arn:aws:iam::111122223333:policy/team",
                "Action=GetPolicyVersion&PolicyArn=arn:aws:iam::111122223333:policy/team&VersionId=v3",
                "Action=GetPolicy&PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess",
                "Action=GetPolicyVersion&PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess&VersionId=v3",
            ]
        );
    }

    #[tokio::test]
    async fn a_role_has_its_trust_policy_and_a_boundary_the_date_of_its_version_in_force() {
        let replay = Replay::of(role_alone());
        let role = read(&replay, &PrincipalName::role("writer")).await.unwrap().unwrap();
        let trust = r#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]}"#;
        assert_eq!(role.trust, Some(Ok(Document::parse(trust).unwrap())));
        assert_eq!(
            role.boundary,
            Some(Boundary {
                policy_arn: READ_ONLY.to_owned(),
                document: Ok(Document::parse(EC2).unwrap()),
                since: Some("2025-02-03T04:05:06Z".parse().unwrap()),
            })
        );
    }

    #[tokio::test]
    async fn the_second_page_of_a_role_is_asked_for_with_its_marker() {
        let replay = Replay::of(role_alone());
        let role = read(&replay, &PrincipalName::role("writer")).await.unwrap().unwrap();
        assert_eq!(
            role.policies.iter().map(|policy| policy.source.to_string()).collect::<Vec<_>>(),
            [
                "inline policy `a`",
                "inline policy `b`",
                "managed policy `arn:aws:iam::aws:policy/ReadOnlyAccess`"
            ]
        );
        assert!(matches!(role.policies[1].document, Err(UnreadableDocument::Malformed(_))));
        assert_eq!(
            replay.requests()[..5],
            [
                "Action=GetRole&RoleName=writer",
                "Action=ListRolePolicies&RoleName=writer&MaxItems=1000",
                "Action=ListRolePolicies&RoleName=writer&Marker=m&MaxItems=1000",
                "Action=GetRolePolicy&RoleName=writer&PolicyName=a",
                "Action=GetRolePolicy&RoleName=writer&PolicyName=b",
            ]
        );
    }

    #[tokio::test]
    async fn a_principal_that_does_not_exist_is_none() {
        let replay = Replay::of([no_such_entity("The role with name writer cannot be found.")]);
        assert_eq!(read(&replay, &PrincipalName::role("writer")).await.unwrap(), None);
        let replay = Replay::of([no_such_entity("The user with name ana cannot be found.")]);
        assert_eq!(read(&replay, &PrincipalName::user("ana")).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_inline_policy_that_disappears_meanwhile_is_a_change_and_never_no_policy() {
        let mut answers = role_alone();
        answers.truncate(3);
        answers.push(no_such_entity("The role policy with name a cannot be found."));
        let error = read(&Replay::of(answers), &PrincipalName::role("writer")).await.unwrap_err();
        assert!(error.is_retryable());
        assert_eq!(
            error.to_string(),
            "something changed while it was being read: iam:GetRolePolicy on `writer/a` failed: \
             NoSuchEntity: The role policy with name a cannot be found."
        );
    }

    #[tokio::test]
    async fn a_role_that_disappears_after_its_first_call_is_a_change() {
        let mut answers = role_alone();
        answers.truncate(1);
        answers.push(no_such_entity("The role with name writer cannot be found."));
        let error = read(&Replay::of(answers), &PrincipalName::role("writer")).await.unwrap_err();
        assert!(matches!(error, ReadError::Changed(_)), "{error}");
    }

    #[tokio::test]
    async fn a_managed_policy_that_does_not_exist_is_missing_and_its_version_gone_is_a_change() {
        let mut answers = role_alone();
        answers.truncate(6);
        let with = |rest: Vec<Answer>| Replay::of(answers.iter().cloned().chain(rest));
        let gone = with(vec![no_such_entity("Policy does not exist.")]);
        let role = read(&gone, &PrincipalName::role("writer")).await.unwrap().unwrap();
        assert_eq!(role.policies[2].document, Err(UnreadableDocument::Missing));

        let [policy, _] = read_policy(READ_ONLY, EC2);
        let replaced = with(vec![policy, no_such_entity("Policy version v3 does not exist.")]);
        let error = read(&replaced, &PrincipalName::role("writer")).await.unwrap_err();
        assert!(matches!(error, ReadError::Changed(_)), "{error}");
    }

    #[tokio::test]
    async fn a_denied_part_fails_the_whole() {
        let mut answers = role_alone();
        answers.truncate(1);
        answers.push(iam_error(
            403,
            "AccessDenied",
            "not authorized to perform: iam:ListRolePolicies",
        ));
        let error = read(&Replay::of(answers), &PrincipalName::role("writer")).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "iam:ListRolePolicies on `writer` failed: \
             AccessDenied: not authorized to perform: iam:ListRolePolicies"
        );
        assert!(!error.is_retryable());
    }
}
