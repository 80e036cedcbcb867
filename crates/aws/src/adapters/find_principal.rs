//! [`FindPrincipal`] over AWS Config and, where it does not know, over IAM's lists.

use super::Aws;
use super::account::MAX_ITEMS;
use crate::call::{CallError, codes};
use crate::paging::Pages;
use crate::ports::{FindPrincipal, ReadError};
use crate::principal_name::PrincipalName;
use aws_sdk_config::types::ResourceType;
use leastwise_rightsizing::iam::{PrincipalKind, UniqueId};

impl FindPrincipal for Aws {
    async fn find(&self, id: &UniqueId) -> Result<Option<PrincipalName>, ReadError> {
        // AWS does not guarantee the prefixes, so an id with another one may be of either kind.
        let kinds =
            id.kind().map_or(vec![PrincipalKind::User, PrincipalKind::Role], |kind| vec![kind]);
        for kind in &kinds {
            if let Some(name) = self.discovered(*kind, id).await? {
                return Ok(Some(PrincipalName { kind: *kind, name }));
            }
        }
        tracing::debug!(resource_id = %id, "AWS Config does not know `{id}`, asking IAM");
        for kind in kinds {
            let name = match kind {
                PrincipalKind::User => self.scan_users(id).await?,
                PrincipalKind::Role => self.scan_roles(id).await?,
            };
            if let Some(name) = name {
                return Ok(Some(PrincipalName { kind, name }));
            }
        }
        Ok(None)
    }
}

impl Aws {
    async fn discovered(
        &self,
        kind: PrincipalKind,
        id: &UniqueId,
    ) -> Result<Option<String>, CallError> {
        let request = self
            .config
            .list_discovered_resources()
            .resource_type(ResourceType::from(kind.config_resource_type()))
            .resource_ids(id.as_str());
        let answer = request.send().await;
        match answer.map_err(CallError::of("config:ListDiscoveredResources", id.as_str())) {
            Ok(answer) => Ok(answer
                .resource_identifiers
                .unwrap_or_default()
                .into_iter()
                .find(|found| found.resource_id.as_deref() == Some(id.as_str()))
                .and_then(|found| found.resource_name)),
            // Nothing is recorded in this region, so Config cannot know; IAM does.
            Err(call) if call.is(codes::NO_CONFIGURATION_RECORDER) => Ok(None),
            Err(call) => Err(call),
        }
    }

    async fn scan_users(&self, id: &UniqueId) -> Result<Option<String>, ReadError> {
        const OPERATION: &str = "iam:ListUsers";
        let mut pages = Pages::of(OPERATION, id.as_str());
        let mut marker = None;
        loop {
            let request = self.iam.list_users().max_items(MAX_ITEMS).set_marker(marker);
            let page = request.send().await.map_err(CallError::of(OPERATION, id.as_str()))?;
            marker = pages.after(page.is_truncated, page.marker.as_deref())?;
            let found = page.users.into_iter().find(|user| user.user_id == id.as_str());
            if found.is_some() || marker.is_none() {
                return Ok(found.map(|user| user.user_name));
            }
        }
    }

    async fn scan_roles(&self, id: &UniqueId) -> Result<Option<String>, ReadError> {
        const OPERATION: &str = "iam:ListRoles";
        let mut pages = Pages::of(OPERATION, id.as_str());
        let mut marker = None;
        loop {
            let request = self.iam.list_roles().max_items(MAX_ITEMS).set_marker(marker);
            let page = request.send().await.map_err(CallError::of(OPERATION, id.as_str()))?;
            marker = pages.after(page.is_truncated, page.marker.as_deref())?;
            let found = page.roles.into_iter().find(|role| role.role_id == id.as_str());
            if found.is_some() || marker.is_none() {
                return Ok(found.map(|role| role.role_name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Answer, Replay, config, config_error, iam, iam_error};
    use super::*;

    const USER: &str = "AIDAEXAMPLE0000000001";
    const ROLE: &str = "AROAEXAMPLE0000000002";
    const ASK_CONFIG: &str = r#"ListDiscoveredResources {"resourceType":"AWS::IAM::Role","resourceIds":["AROAEXAMPLE0000000002"]}"#;

    async fn find(replay: &Replay, id: &str) -> Result<Option<PrincipalName>, ReadError> {
        replay.aws().find(&id.parse().unwrap()).await
    }

    fn roles(id: &str, name: &str, paging: &str) -> Answer {
        iam(
            "ListRoles",
            &format!(
                "<Roles><member><Path>/</Path><RoleName>{name}</RoleName><RoleId>{id}</RoleId>
                <Arn>arn:aws:iam::111122223333:role/{name}</Arn><CreateDate>2024-05-06T07:08:09Z</CreateDate>
                </member></Roles>{paging}"
            ),
        )
    }

    #[tokio::test]
    async fn config_is_asked_first() {
        let replay = Replay::of([config(
            r#"{"resourceIdentifiers":[{"resourceType":"AWS::IAM::Role","resourceId":"AROAEXAMPLE0000000002","resourceName":"writer"}]}"#,
        )]);
        assert_eq!(find(&replay, ROLE).await.unwrap(), Some(PrincipalName::role("writer")));
        assert_eq!(replay.requests(), [ASK_CONFIG]);
    }

    #[tokio::test]
    async fn iam_is_searched_page_by_page_for_what_config_does_not_know() {
        let replay = Replay::of([
            config(r#"{"resourceIdentifiers":[]}"#),
            roles(
                "AROAEXAMPLE0000000009",
                "reader",
                "<IsTruncated>true</IsTruncated><Marker>m</Marker>",
            ),
            roles(ROLE, "writer", "<IsTruncated>true</IsTruncated><Marker>n</Marker>"),
        ]);
        assert_eq!(find(&replay, ROLE).await.unwrap(), Some(PrincipalName::role("writer")));
        assert_eq!(
            replay.requests(),
            [
                ASK_CONFIG,
                "Action=ListRoles&MaxItems=1000",
                "Action=ListRoles&Marker=m&MaxItems=1000"
            ]
        );
    }

    #[tokio::test]
    async fn a_region_without_a_recorder_knows_nothing_and_iam_does() {
        let replay = Replay::of([
            config_error("NoAvailableConfigurationRecorderException", "There is no recorder."),
            iam(
                "ListUsers",
                "<Users><member><Path>/people/</Path><UserName>ana</UserName><UserId>AIDAEXAMPLE0000000001</UserId>
                <Arn>arn:aws:iam::111122223333:user/people/ana</Arn><CreateDate>2024-05-06T07:08:09Z</CreateDate>
                </member></Users>",
            ),
        ]);
        assert_eq!(find(&replay, USER).await.unwrap(), Some(PrincipalName::user("ana")));
    }

    #[tokio::test]
    async fn an_id_of_neither_prefix_may_be_of_either_kind() {
        let replay = Replay::of([
            config("{}"),
            config("{}"),
            iam("ListUsers", "<Users/>"),
            roles("hm2qk0fvuzz8cgqq0001", "writer", ""),
        ]);
        let found = find(&replay, "hm2qk0fvuzz8cgqq0001").await.unwrap();
        assert_eq!(found, Some(PrincipalName::role("writer")));
        assert_eq!(
            replay.requests(),
            [
                r#"ListDiscoveredResources {"resourceType":"AWS::IAM::User","resourceIds":["hm2qk0fvuzz8cgqq0001"]}"#,
                r#"ListDiscoveredResources {"resourceType":"AWS::IAM::Role","resourceIds":["hm2qk0fvuzz8cgqq0001"]}"#,
                "Action=ListUsers&MaxItems=1000",
                "Action=ListRoles&MaxItems=1000",
            ]
        );
    }

    #[tokio::test]
    async fn an_id_that_nobody_knows_is_none_and_a_failure_is_not() {
        let nobody = Replay::of([config("{}"), roles("AROAEXAMPLE0000000009", "reader", "")]);
        assert_eq!(find(&nobody, ROLE).await.unwrap(), None);

        let denied = Replay::of([
            config("{}"),
            iam_error(403, "AccessDenied", "not authorized to perform: iam:ListRoles"),
        ]);
        assert_eq!(
            find(&denied, ROLE).await.unwrap_err().to_string(),
            "iam:ListRoles on `AROAEXAMPLE0000000002` failed: \
             AccessDenied: not authorized to perform: iam:ListRoles"
        );
    }
}
