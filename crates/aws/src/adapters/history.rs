//! [`ReadHistory`] over AWS Config's configuration items and IAM's policy versions.

use super::account::MAX_ITEMS;
use super::{Aws, convert};
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{CurrentItems, HistoryError, ReadHistory, RecordedItem, RecordedResource, Then};
use chrono::{DateTime, Utc};
use leastwise_policy::json;
use leastwise_rightsizing::iam::{
    Account, AuthorizationDetails, GROUP_RESOURCE_TYPE, GroupDetail, ManagedPolicyDetail,
    PolicyVersionDetail, Principal, PrincipalKind, RoleDetail, UserDetail, recorded,
};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

impl ReadHistory for Aws {
    async fn current_items(
        &self,
        resources: &[RecordedResource],
    ) -> Result<CurrentItems, CallError> {
        self.batch(resources).await
    }

    async fn principal_at(
        &self,
        principal: &Principal,
        then: &Then,
    ) -> Result<Option<Principal>, HistoryError> {
        let resource = RecordedResource::from(principal);
        let id = resource.id.as_str();
        let Some(state) = self.state_at(&resource, then.items.get(id), then.time).await? else {
            return Ok(None);
        };
        let mut details = AuthorizationDetails::default();
        match principal.arn.kind() {
            PrincipalKind::User => {
                let user: UserDetail = configuration(&state.configuration, id)?;
                details.group_detail_list = self.groups_at(principal, &user, &state, then).await?;
                details.user_detail_list = vec![user];
            }
            PrincipalKind::Role => {
                let role: RoleDetail = configuration(&state.configuration, id)?;
                details.role_detail_list = vec![role];
            }
        }
        for arn in super::managed_policies::missing(&details) {
            if let Some(unchanged) = then.shared.unchanged_policy(&arn, principal) {
                details.policies.push(unchanged);
            } else {
                let read = Box::pin(self.read_policy_at(&arn, then.time));
                details.policies.extend(then.shared.policies.get(&arn, read).await?);
            }
        }
        Ok(Account::from_pages(vec![details])?.into_principals().pop())
    }
}

/// How a resource stood at some time.
struct State {
    /// Since when.
    captured: DateTime<Utc>,
    configuration: String,
    /// The ids of the groups of a user; `None` where the current item says how it stood.
    groups: Option<Vec<String>>,
}

impl Aws {
    /// How the resource stood at `time`: as its current item says where that is old enough, as its
    /// history says otherwise. `None` where it was not there, or not recorded.
    async fn state_at(
        &self,
        resource: &RecordedResource,
        current: Option<&RecordedItem>,
        time: DateTime<Utc>,
    ) -> Result<Option<State>, HistoryError> {
        let item = match current.filter(|item| item.captured <= time) {
            Some(unchanged) => Some(unchanged.clone()),
            // Boxed: what the SDK awaits is large, and many futures hold this one.
            None => Box::pin(self.item_at(resource, time)).await?,
        };
        Ok(item.and_then(|RecordedItem { captured, configuration, groups }| {
            Some(State { captured, configuration: configuration?, groups })
        }))
    }

    /// The groups that the user was in. One that has no item is left out, so that the account model
    /// calls it missing, as it does where the item has another name than the user's.
    async fn groups_at(
        &self,
        principal: &Principal,
        user: &UserDetail,
        state: &State,
        then: &Then,
    ) -> Result<Vec<GroupDetail>, HistoryError> {
        if user.group_list.is_empty() {
            return Ok(Vec::new());
        }
        let groups = match still_in(principal, user, state, then) {
            Some(groups) => groups,
            None => self.groups_by_id(principal, state, then).await?,
        };
        // Of the account's groups everything was asked for at once.
        let unasked = groups.iter().filter(|group| then.group(&group.id).is_none());
        let unasked: Vec<RecordedResource> = unasked.cloned().collect();
        let read = self.batch(&unasked).await?;
        let mut details = Vec::new();
        for group in &groups {
            let current = then.items.get(&group.id).or_else(|| read.get(&group.id));
            details.extend(self.group_at(group, current, then).await?);
        }
        Ok(details)
    }

    /// The groups to which the user's item relates it.
    async fn groups_by_id(
        &self,
        principal: &Principal,
        state: &State,
        then: &Then,
    ) -> Result<Vec<RecordedResource>, HistoryError> {
        let ids = if let Some(ids) = &state.groups {
            ids.clone()
        } else {
            let item = Box::pin(self.item_of(&principal.into(), state.captured)).await?;
            item.and_then(|item| item.groups).unwrap_or_default()
        };
        let groups = ids.into_iter().map(|id| {
            let created = then.group(&id).and_then(|group| group.created);
            RecordedResource { resource_type: GROUP_RESOURCE_TYPE, id, created }
        });
        Ok(groups.collect())
    }

    async fn group_at(
        &self,
        group: &RecordedResource,
        current: Option<&RecordedItem>,
        then: &Then,
    ) -> Result<Option<GroupDetail>, HistoryError> {
        let read = async {
            let state = self.state_at(group, current, then.time).await?;
            state.map(|state| configuration(&state.configuration, &group.id)).transpose()
        };
        then.shared.group_details.get(&group.id, read).await
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

/// The groups that the user was in, where these are surely those it is in now: nobody joins or
/// leaves a group without a new item, so the same names in the current item mean the same groups.
///
/// `None` where it is not sure: the state is not the current one, the names are others now, or a
/// group is younger than the item, so that the item means another one of its name.
fn still_in(
    principal: &Principal,
    user: &UserDetail,
    state: &State,
    then: &Then,
) -> Option<Vec<RecordedResource>> {
    let names = |groups: &[String]| groups.iter().cloned().collect::<BTreeSet<_>>();
    if state.groups.is_some() || names(&principal.groups) != names(&user.group_list) {
        return None;
    }
    let groups = user.group_list.iter().map(|name| {
        let group = then.groups.get(name)?;
        (group.created? <= state.captured).then(|| group.clone())
    });
    groups.collect()
}

fn configuration<T: DeserializeOwned>(text: &str, resource_id: &str) -> Result<T, HistoryError> {
    let unusable = |why: String| HistoryError::Item { resource_id: resource_id.to_owned(), why };
    let configuration = json::parse_with_documents(text)
        .map_err(|error| unusable(format!("`configuration` is not JSON: {error}")))?;
    recorded::read(configuration).map_err(|error| unusable(error.to_string()))
}

#[cfg(test)]
mod tests;
