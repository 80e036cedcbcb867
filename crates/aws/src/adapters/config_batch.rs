//! Current configuration items, a hundred with each call.

use super::{Aws, convert};
use crate::call::CallError;
use crate::clock::Backoff;
use crate::ports::{CurrentItems, RecordedItem, RecordedResource};
use aws_sdk_config::types::{
    BaseConfigurationItem, ConfigurationItemStatus, ResourceKey, ResourceType,
};
use std::time::Duration;

const OPERATION: &str = "config:BatchGetResourceConfig";

/// The most resources that one `config:BatchGetResourceConfig` takes.
///
/// Source:
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_BatchGetResourceConfig.html>.
pub(super) const MAX_KEYS: usize = 100;

/// How often the same hundred are asked for at most: AWS Config may leave keys unprocessed, and
/// what it never gets to has a history, too.
const MAX_ROUNDS: usize = 4;

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

impl Aws {
    /// The current items of `resources`, but for those that AWS Config has no item of or does not
    /// get to.
    pub(super) async fn batch(
        &self,
        resources: &[RecordedResource],
    ) -> Result<CurrentItems, CallError> {
        let mut items = CurrentItems::new();
        for resources in resources.chunks(MAX_KEYS) {
            let keys: Result<Vec<_>, _> = resources.iter().map(key).collect();
            self.add_batch(keys?, &mut items).await?;
        }
        Ok(items)
    }

    async fn add_batch(
        &self,
        mut keys: Vec<ResourceKey>,
        items: &mut CurrentItems,
    ) -> Result<(), CallError> {
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT, OPERATION);
        for round in 1..=MAX_ROUNDS {
            let what = format!("{} users, roles and groups", keys.len());
            let request = self.config.batch_get_resource_config().set_resource_keys(Some(keys));
            let answer = request.send().await.map_err(CallError::of(OPERATION, &what))?;
            let found = answer.base_configuration_items.unwrap_or_default();
            items.extend(found.into_iter().filter_map(current));
            keys = answer.unprocessed_resource_keys.unwrap_or_default();
            if keys.is_empty() {
                break;
            }
            if round < MAX_ROUNDS {
                self.clock.sleep(backoff.wait()).await;
            }
        }
        Ok(())
    }
}

fn key(resource: &RecordedResource) -> Result<ResourceKey, CallError> {
    let key = ResourceKey::builder()
        .resource_type(ResourceType::from(resource.resource_type))
        .resource_id(&resource.id)
        .build();
    key.map_err(|error| CallError::not_sent(OPERATION, &resource.id, error.to_string()))
}

/// The item by its resource's id; `None` of one that does not say whose it is, when it was captured
/// or what it is worth, so that the history tells.
fn current(item: BaseConfigurationItem) -> Option<(String, RecordedItem)> {
    let captured = item.configuration_item_capture_time.as_ref().and_then(convert::from_sdk)?;
    let configuration = item.configuration.unwrap_or_default();
    let configuration =
        is_recorded(item.configuration_item_status.as_ref()?).then_some(configuration);
    Some((item.resource_id?, RecordedItem { captured, configuration, groups: None }))
}

/// Whether an item of this status shows a state: that of a resource that was there and was
/// recorded.
///
/// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html>.
pub(super) fn is_recorded(status: &ConfigurationItemStatus) -> bool {
    matches!(status, ConfigurationItemStatus::Ok | ConfigurationItemStatus::ResourceDiscovered)
}
