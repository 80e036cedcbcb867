//! [`ReadHistory`] over AWS Config's configuration items and IAM's policy versions.

use super::account::MAX_ITEMS;
use super::{Aws, convert};
use crate::call::{CallError, codes};
use crate::paging::Pages;
use crate::ports::{HistoryError, ReadHistory};
use aws_sdk_config::types::{ConfigurationItem, ConfigurationItemStatus, ResourceType};
use chrono::{DateTime, Utc};
use leastwise_policy::json;
use leastwise_rightsizing::iam::{
    Account, AuthorizationDetails, GroupDetail, ManagedPolicyDetail, PolicyVersionDetail,
    Principal, PrincipalKind, RoleDetail, UserDetail, recorded,
};
use serde::de::DeserializeOwned;

impl ReadHistory for Aws {
    async fn principal_at(
        &self,
        principal: &Principal,
        time: DateTime<Utc>,
    ) -> Result<Option<Principal>, HistoryError> {
        let resource_type = principal.arn.kind().config_resource_type();
        let id = principal.unique_id.as_str();
        let Some(item) = self.item_at(resource_type, id, time).await? else { return Ok(None) };
        let mut details = AuthorizationDetails::default();
        match principal.arn.kind() {
            PrincipalKind::User => {
                let user: UserDetail = configuration(&item, id)?;
                details.group_detail_list = self.groups_at(&item, time).await?;
                details.user_detail_list = vec![user];
            }
            PrincipalKind::Role => {
                let role: RoleDetail = configuration(&item, id)?;
                details.role_detail_list = vec![role];
            }
        }
        for arn in super::managed_policies::missing(&details) {
            details.policies.extend(self.managed_policy_at(&arn, time).await?);
        }
        Ok(Account::from_pages(vec![details])?.into_principals().pop())
    }
}

impl Aws {
    /// The configuration item of the resource that was the last one at `time`; `None` where there
    /// was none, or where the resource was not recorded then.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/config/latest/APIReference/API_GetResourceConfigHistory.html>.
    async fn item_at(
        &self,
        resource_type: &str,
        resource_id: &str,
        time: DateTime<Utc>,
    ) -> Result<Option<ConfigurationItem>, HistoryError> {
        const OPERATION: &str = "config:GetResourceConfigHistory";
        let mut pages = Pages::of(OPERATION, resource_id);
        let mut token = None;
        // A call looks back over seven days only, so that the first pages of whoever changed long
        // ago are empty.
        loop {
            let request = self
                .config
                .get_resource_config_history()
                .resource_type(ResourceType::from(resource_type))
                .resource_id(resource_id)
                .later_time(convert::to_sdk(time))
                .limit(1)
                .set_next_token(token);
            let page = match request.send().await.map_err(CallError::of(OPERATION, resource_id)) {
                Ok(page) => page,
                Err(call) if call.is(codes::RESOURCE_NOT_DISCOVERED) => return Ok(None),
                Err(call) => return Err(call.into()),
            };
            if let Some(item) = page.configuration_items.unwrap_or_default().into_iter().next() {
                return Ok(Some(item).filter(is_recorded));
            }
            token = pages.after(false, page.next_token.as_deref())?;
            if token.is_none() {
                return Ok(None);
            }
        }
    }

    /// The groups that the user of `item` was in. One that has no item is left out, so that the
    /// account model calls it missing.
    async fn groups_at(
        &self,
        item: &ConfigurationItem,
        time: DateTime<Utc>,
    ) -> Result<Vec<GroupDetail>, HistoryError> {
        const GROUP: &str = "AWS::IAM::Group";
        let related = item.relationships.iter().flatten();
        let groups =
            related.filter(|it| it.resource_type.as_ref().is_some_and(|it| it.as_str() == GROUP));
        let mut details = Vec::new();
        for id in groups.filter_map(|group| group.resource_id.as_deref()) {
            if let Some(item) = self.item_at(GROUP, id, time).await? {
                details.push(configuration(&item, id)?);
            }
        }
        Ok(details)
    }

    async fn managed_policy_at(
        &self,
        arn: &str,
        time: DateTime<Utc>,
    ) -> Result<Vec<ManagedPolicyDetail>, HistoryError> {
        if let Some(known) = self.policies_of_then.known(arn, time) {
            return Ok(known);
        }
        let policy: Vec<_> = self.read_policy_at(arn, time).await?.into_iter().collect();
        self.policies_of_then.remember(arn, time, policy.clone());
        Ok(policy)
    }

    async fn read_policy_at(
        &self,
        arn: &str,
        time: DateTime<Utc>,
    ) -> Result<Option<ManagedPolicyDetail>, HistoryError> {
        let Some((created, version_id)) = self.version_at(arn, time).await? else {
            return Ok(None);
        };
        let version = match self.policy_version(arn, &version_id).await {
            Ok(version) => version,
            Err(call) if call.is_no_such_entity() => return Ok(None),
            Err(call) => return Err(call.into()),
        };
        let version = PolicyVersionDetail {
            version_id: version_id.clone(),
            is_default_version: true,
            create_date: Some(created),
            document: convert::document(version.document.as_deref()),
        };
        Ok(Some(ManagedPolicyDetail {
            arn: arn.to_owned(),
            default_version_id: version_id,
            policy_version_list: vec![version],
        }))
    }

    /// The newest version of a managed policy that was there at `time`, with the time at which it
    /// was made.
    async fn version_at(
        &self,
        arn: &str,
        time: DateTime<Utc>,
    ) -> Result<Option<(DateTime<Utc>, String)>, HistoryError> {
        const OPERATION: &str = "iam:ListPolicyVersions";
        let mut newest = None;
        let mut pages = Pages::of(OPERATION, arn);
        let mut marker = None;
        loop {
            let request = self.iam.list_policy_versions().policy_arn(arn);
            let request = request.max_items(MAX_ITEMS).set_marker(marker);
            let page = match request.send().await.map_err(CallError::of(OPERATION, arn)) {
                Ok(page) => page,
                Err(call) if call.is_no_such_entity() => return Ok(None),
                Err(call) => return Err(call.into()),
            };
            marker = pages.after(page.is_truncated, page.marker.as_deref())?;
            let versions = page.versions.into_iter().flatten().filter_map(|version| {
                Some((
                    version.create_date.as_ref().and_then(convert::from_sdk)?,
                    version.version_id?,
                ))
            });
            newest = versions.filter(|(created, _)| *created <= time).chain(newest).max();
            if marker.is_none() {
                return Ok(newest);
            }
        }
    }
}

/// Whether the item shows a state: that of a resource that was there and was recorded.
fn is_recorded(item: &ConfigurationItem) -> bool {
    matches!(
        item.configuration_item_status,
        Some(ConfigurationItemStatus::Ok | ConfigurationItemStatus::ResourceDiscovered)
    )
}

fn configuration<T: DeserializeOwned>(
    item: &ConfigurationItem,
    resource_id: &str,
) -> Result<T, HistoryError> {
    let unusable = |why: String| HistoryError::Item { resource_id: resource_id.to_owned(), why };
    let text = item.configuration.as_deref().unwrap_or_default();
    let configuration = json::parse_with_documents(text)
        .map_err(|error| unusable(format!("`configuration` is not JSON: {error}")))?;
    recorded::read(configuration).map_err(|error| unusable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::replay::{
        Answer, Replay, config, config_error, iam, no_such_entity, url_encoded,
    };
    use super::*;
    use crate::earlier::earlier_grants;
    use leastwise_policy::document::Document;
    use leastwise_rightsizing::evidence::EarlierGrants;
    use leastwise_rightsizing::iam::{GrantingPolicy, PolicySource, UnreadableDocument};
    use leastwise_rightsizing::settings::NewPermissionGraceDays;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    const S3: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    const SQS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}"#;
    const TEAM: &str = "arn:aws:iam::111122223333:policy/team";

    fn now() -> DateTime<Utc> {
        "2026-06-30T12:00:00Z".parse().unwrap()
    }

    fn then() -> DateTime<Utc> {
        "2026-06-16T12:00:00Z".parse().unwrap()
    }

    fn principal(kind: &str, id: &str, policies: Vec<GrantingPolicy>) -> Principal {
        Principal {
            arn: format!("arn:aws:iam::111122223333:{kind}").parse().unwrap(),
            unique_id: id.parse().unwrap(),
            created: Some("2024-05-06T07:08:09Z".parse().unwrap()),
            last_used: None,
            tags: BTreeMap::new(),
            policies,
            groups: vec![],
            boundary: None,
            trust: None,
        }
    }

    fn ana() -> Principal {
        principal("user/ana", "AIDAEXAMPLE0000000001", vec![])
    }

    fn item(configuration: &Value, relationships: &Value) -> Answer {
        let item = json!({ "configurationItems": [{
            "configurationItemStatus": "OK", "configuration": configuration.to_string(), "relationships": relationships
        }]});
        config(&item.to_string())
    }

    /// Ana as recorded: in group `devs`, with one inline policy.
    fn ana_then() -> Answer {
        let configuration = json!({
            "userName": "ana", "userId": "AIDAEXAMPLE0000000001", "path": "/",
            "arn": "arn:aws:iam::111122223333:user/ana", "createDate": "2024-05-06T07:08:09.000Z",
            "groupList": ["devs"], "attachedManagedPolicies": [],
            "userPolicyList": [{ "policyName": "buckets", "policyDocument": url_encoded(S3) }]
        });
        let devs = json!([{ "resourceType": "AWS::IAM::Group", "resourceId": "AGPAEXAMPLE0000000003",
                            "resourceName": "devs", "relationshipName": "Is attached to Group" }]);
        item(&configuration, &devs)
    }

    fn devs_then() -> Answer {
        let attached = json!([{ "policyName": "team", "policyArn": TEAM }]);
        let configuration = json!({ "groupName": "devs", "groupPolicyList": null, "attachedManagedPolicies": attached });
        item(&configuration, &json!([]))
    }

    /// Versions 3 (now in force), 2 and 1, of which 2 was the newest at the time asked about.
    fn versions() -> Answer {
        let version = |id: &str, created: &str| {
            format!(
                "<member><VersionId>{id}</VersionId><CreateDate>{created}</CreateDate></member>"
            )
        };
        iam(
            "ListPolicyVersions",
            &format!(
                "<Versions>{}{}{}</Versions><IsTruncated>false</IsTruncated>",
                version("v3", "2026-06-20T00:00:00Z"),
                version("v2", "2026-06-16T12:00:00Z"),
                version("v1", "2026-01-01T00:00:00Z"),
            ),
        )
    }

    fn version_2() -> Answer {
        let document = url_encoded(SQS);
        let content = format!(
            "<PolicyVersion><Document>{document}</Document><VersionId>v2</VersionId></PolicyVersion>"
        );
        iam("GetPolicyVersion", &content)
    }

    #[tokio::test]
    async fn a_user_had_its_own_policies_of_then_and_those_of_its_groups_of_then() {
        let replay = Replay::of([ana_then(), devs_then(), versions(), version_2()]);
        let document = |text| Ok(Document::parse(text).unwrap());
        let policies = vec![
            GrantingPolicy {
                source: PolicySource::Inline { name: "buckets".into() },
                document: document(S3),
            },
            GrantingPolicy {
                source: PolicySource::GroupManaged { group: "devs".into(), arn: TEAM.into() },
                document: document(SQS),
            },
        ];
        assert_eq!(
            replay.aws().principal_at(&ana(), then()).await.unwrap(),
            Some(Principal {
                groups: vec!["devs".into()],
                ..principal("user/ana", "AIDAEXAMPLE0000000001", policies)
            })
        );
        assert_eq!(
            replay.requests(),
            [
                r#"GetResourceConfigHistory {"resourceType":"AWS::IAM::User","resourceId":"AIDAEXAMPLE0000000001","laterTime":1781611200,"limit":1}"#,
                r#"GetResourceConfigHistory {"resourceType":"AWS::IAM::Group","resourceId":"AGPAEXAMPLE0000000003","laterTime":1781611200,"limit":1}"#,
                "Action=ListPolicyVersions&PolicyArn=arn:aws:iam::111122223333:policy/team&MaxItems=1000",
                "Action=GetPolicyVersion&PolicyArn=arn:aws:iam::111122223333:policy/team&VersionId=v2",
            ]
        );
    }

    #[tokio::test]
    async fn who_changed_long_ago_is_looked_for_over_pages_without_an_item() {
        let empty =
            |token: &str| config(&format!(r#"{{"configurationItems":[],"nextToken":"{token}"}}"#));
        let found =
            Replay::of([empty("a"), empty("b"), ana_then(), devs_then(), versions(), version_2()]);
        assert!(found.aws().principal_at(&ana(), then()).await.unwrap().is_some());
        assert_eq!(
            found.requests()[2],
            r#"GetResourceConfigHistory {"resourceType":"AWS::IAM::User","resourceId":"AIDAEXAMPLE0000000001","laterTime":1781611200,"limit":1,"nextToken":"b"}"#
        );
        let spinning = Replay::of([empty("a"), empty("a")]);
        let error = spinning.aws().principal_at(&ana(), then()).await.unwrap_err();
        assert!(matches!(error, HistoryError::Paging(_)), "{error}");
    }

    #[tokio::test]
    async fn a_policy_is_read_once_for_everybody_who_had_it_at_that_time() {
        let replay = Replay::of([
            ana_then(),
            devs_then(),
            versions(),
            version_2(),
            ana_then(),
            devs_then(),
            ana_then(),
            devs_then(),
            versions(),
            version_2(),
        ]);
        let aws = replay.aws();
        let first = aws.principal_at(&ana(), then()).await.unwrap();
        assert_eq!(aws.principal_at(&ana(), then()).await.unwrap(), first);
        // Another run asks about another time.
        aws.principal_at(&ana(), then() + chrono::TimeDelta::seconds(1)).await.unwrap();
        assert_eq!(replay.requests().len(), 10);
    }

    #[tokio::test]
    async fn a_policy_that_is_gone_or_younger_and_a_group_without_record_are_unreadable_and_not_nothing()
     {
        let gone = Replay::of([ana_then(), devs_then(), no_such_entity("Policy does not exist.")]);
        let ana_of_then = gone.aws().principal_at(&ana(), then()).await.unwrap().unwrap();
        assert_eq!(ana_of_then.policies[1].document, Err(UnreadableDocument::Missing));

        let without_record = config(r#"{"configurationItems":[]}"#);
        let replay = Replay::of([ana_then(), without_record]);
        let ana_of_then = replay.aws().principal_at(&ana(), then()).await.unwrap().unwrap();
        let source = PolicySource::Group { group: "devs".into() };
        let unreadable = GrantingPolicy { source, document: Err(UnreadableDocument::Missing) };
        assert_eq!(ana_of_then.policies[1], unreadable);
    }

    #[tokio::test]
    async fn without_a_record_from_then_the_earlier_grants_are_unknown() {
        let grace = NewPermissionGraceDays::default();
        for answer in [
            config(r#"{"configurationItems":[]}"#),
            config(r#"{"configurationItems":[{"configurationItemStatus":"ResourceNotRecorded"}]}"#),
            config_error("ResourceNotDiscoveredException", "unknown"),
        ] {
            let aws = Replay::of([answer]).aws();
            let earlier = earlier_grants(&ana(), grace, now(), &aws).await.unwrap();
            let EarlierGrants::Unknown(why) = earlier else { panic!("{earlier:?}") };
            assert_eq!(
                why,
                "AWS Config has no record of it from before 2026-06-16, where `NewPermissionGraceDays` reaches back to"
            );
        }
    }

    #[tokio::test]
    async fn a_failed_or_unusable_answer_is_an_error_and_not_no_record() {
        let denied = config_error("AccessDeniedException", "not authorized");
        let aws = Replay::of([denied]).aws();
        let error = aws.principal_at(&ana(), then()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "config:GetResourceConfigHistory on `AIDAEXAMPLE0000000001` failed: AccessDeniedException: not authorized"
        );
        assert!(!error.is_retryable());
        let cut = config(
            r#"{"configurationItems":[{"configurationItemStatus":"OK","configuration":"{\"userN"}]}"#,
        );
        let error = Replay::of([cut]).aws().principal_at(&ana(), then()).await.unwrap_err();
        assert!(matches!(error, HistoryError::Item { .. }), "{error}");
    }

    #[tokio::test]
    async fn whoever_is_younger_than_the_grace_had_nothing_and_nobody_is_asked_without_grace() {
        let replay = Replay::of([]);
        let young = Principal { created: Some(then() + chrono::TimeDelta::seconds(1)), ..ana() };
        let grace = NewPermissionGraceDays::default();
        let earlier = earlier_grants(&young, grace, now(), &replay.aws()).await.unwrap();
        let EarlierGrants::Known(then) = earlier else { panic!("{earlier:?}") };
        assert_eq!(then.policies, vec![]);
        let off = "0".parse().unwrap();
        let earlier = earlier_grants(&ana(), off, now(), &replay.aws()).await.unwrap();
        assert!(matches!(earlier, EarlierGrants::NotAsked));
        assert_eq!(replay.requests(), Vec::<String>::new());
    }
}
