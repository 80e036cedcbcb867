//! Configuration items of the past, one resource at a time.

use super::config_batch::is_recorded;
use super::{Aws, convert};
use crate::call::{CallError, codes};
use crate::paging::Pages;
use crate::ports::{HistoryError, RecordedItem, RecordedResource};
use aws_sdk_config::types::{ConfigurationItem, ResourceType};
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_rightsizing::iam::GROUP_RESOURCE_TYPE;

/// How many items a page holds at most. One would do, were it sure that AWS Config leaves out what
/// is later than it was asked for (<https://github.com/boto/boto3/issues/3028>).
const PAGE: i32 = 10;

/// AWS Config keeps an item 2,557 days at most.
///
/// Source:
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_RetentionConfiguration.html>.
const LONGEST_RETENTION: TimeDelta = TimeDelta::days(2557);

/// AWS Config takes no time range without length, and its times are no finer than milliseconds.
const SHORTEST_RANGE: TimeDelta = TimeDelta::seconds(1);

impl Aws {
    /// The item of the resource that was the last one at `time`; `None` where there is none.
    pub(super) async fn item_at(
        &self,
        resource: &RecordedResource,
        time: DateTime<Utc>,
    ) -> Result<Option<RecordedItem>, HistoryError> {
        // Nothing is older than its resource, and without a beginning AWS Config goes through its
        // whole retention, a week with each call.
        let earliest = resource.created.unwrap_or(time - LONGEST_RETENTION);
        self.last_item(resource, earliest.min(time - SHORTEST_RANGE), time).await
    }

    /// The item of the resource that was captured at `captured`, with its relationships.
    pub(super) async fn item_of(
        &self,
        resource: &RecordedResource,
        captured: DateTime<Utc>,
    ) -> Result<Option<RecordedItem>, HistoryError> {
        let (earlier, later) = (captured - SHORTEST_RANGE, captured + SHORTEST_RANGE);
        self.last_item(resource, earlier, later).await
    }

    /// The newest item of the resource that was captured from `earlier` to `later`.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/config/latest/APIReference/API_GetResourceConfigHistory.html>.
    async fn last_item(
        &self,
        resource: &RecordedResource,
        earlier: DateTime<Utc>,
        later: DateTime<Utc>,
    ) -> Result<Option<RecordedItem>, HistoryError> {
        const OPERATION: &str = "config:GetResourceConfigHistory";
        let id = resource.id.as_str();
        let mut pages = Pages::of(OPERATION, id);
        let mut token = None;
        // A call looks back over seven days only, so that the first pages of whoever did not change
        // for long are empty. The newest items come first.
        loop {
            let request = self
                .config
                .get_resource_config_history()
                .resource_type(ResourceType::from(resource.resource_type))
                .resource_id(id)
                .earlier_time(convert::to_sdk(earlier))
                .later_time(convert::to_sdk(later))
                .limit(PAGE)
                .set_next_token(token);
            let page = match request.send().await.map_err(CallError::of(OPERATION, id)) {
                Ok(page) => page,
                Err(call) if call.is(codes::RESOURCE_NOT_DISCOVERED) => return Ok(None),
                Err(call) => return Err(call.into()),
            };
            let items = page.configuration_items.unwrap_or_default();
            if let Some(last) = last_within(items, id, earlier, later)? {
                return Ok(Some(last));
            }
            token = pages.after(false, page.next_token.as_deref())?;
            if token.is_none() {
                return Ok(None);
            }
        }
    }
}

/// The newest of `items` that was captured from `earlier` to `later`, whatever was asked for.
fn last_within(
    items: Vec<ConfigurationItem>,
    resource_id: &str,
    earlier: DateTime<Utc>,
    later: DateTime<Utc>,
) -> Result<Option<RecordedItem>, HistoryError> {
    let mut last: Option<RecordedItem> = None;
    for item in items {
        let item = recorded(item, resource_id)?;
        let newest = last.as_ref().map(|last| last.captured);
        if (earlier..=later).contains(&item.captured) && newest < Some(item.captured) {
            last = Some(item);
        }
    }
    Ok(last)
}

fn recorded(item: ConfigurationItem, resource_id: &str) -> Result<RecordedItem, HistoryError> {
    let captured = item.configuration_item_capture_time.as_ref().and_then(convert::from_sdk);
    let captured = captured.ok_or_else(|| HistoryError::Item {
        resource_id: resource_id.to_owned(),
        why: "it does not say when it was captured".to_owned(),
    })?;
    let shows_a_state = item.configuration_item_status.as_ref().is_some_and(is_recorded);
    let configuration = shows_a_state.then(|| item.configuration.unwrap_or_default());
    let related = item.relationships.unwrap_or_default().into_iter();
    let groups = related.filter(|it| {
        it.resource_type.as_ref().is_some_and(|it| it.as_str() == GROUP_RESOURCE_TYPE)
    });
    let groups = Some(groups.filter_map(|group| group.resource_id).collect());
    Ok(RecordedItem { captured, configuration, groups })
}
