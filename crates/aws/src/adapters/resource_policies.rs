//! [`ReadResourcePolicies`] over AWS Config and Secrets Manager, a client of each for every Region.

mod found;
mod recorder;
mod unread;

use super::Aws;
use super::config_batch::MAX_KEYS;
use crate::call::CallError;
use crate::paging::{Pages, PagingError};
use crate::ports::ReadResourcePolicies;
use aws_sdk_config::config::Region;
use aws_sdk_config::types::{
    BaseConfigurationItem, ConfigurationItemStatus, ResourceKey, ResourceType,
};
use found::{CONFIG_SERVICES, Found, SECRETS_MANAGER};
use leastwise_rightsizing::resource_policies::{
    CONFIG_TYPES, ConfigType, ResourcePolicies, ResourcePolicy, read_document, read_item,
};
use recorder::Recorder;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use thiserror::Error;

/// The most secrets on a page.
///
/// Source: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html>.
const MAX_SECRETS: i32 = 100;

const EVENT_BUS: &str = "AWS::Events::EventBus";

/// Why a list of policies is not complete.
#[derive(Debug, Error)]
enum Gap {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Paging(#[from] PagingError),
    #[error("{0}")]
    NotRecorded(String),
}

impl ReadResourcePolicies for Aws {
    async fn resource_policies(&self, regions: &BTreeSet<String>) -> ResourcePolicies {
        let mut found = Found::default();
        for region in regions {
            let regional = self.in_region(region);
            regional.read_config(&mut found).await;
            let secrets = regional.secrets().await;
            found.add(SECRETS_MANAGER, region, secrets);
        }
        found.of(regions)
    }
}

impl Aws {
    fn in_region(&self, name: &str) -> Regional {
        let region = Region::new(name.to_owned());
        let config = self.config.config().to_builder().region(region.clone()).build();
        let secrets = self.secrets_manager.config().to_builder().region(region).build();
        Regional {
            region: name.to_owned(),
            config: aws_sdk_config::Client::from_conf(config),
            secrets_manager: aws_sdk_secretsmanager::Client::from_conf(secrets),
        }
    }
}

/// The clients of one Region.
struct Regional {
    region: String,
    config: aws_sdk_config::Client,
    secrets_manager: aws_sdk_secretsmanager::Client,
}

impl Regional {
    async fn read_config(&self, found: &mut Found) {
        let recorder = match self.recorder().await {
            Ok(recorder) => recorder,
            Err(gap) => {
                let why = gap.to_string();
                for service in CONFIG_SERVICES {
                    found.miss(service, &self.region, &why);
                }
                return;
            }
        };
        let kinds = CONFIG_TYPES.iter().filter(|it| CONFIG_SERVICES.contains(&it.service));
        for kind in kinds {
            let policies = match recorder.leaves_out(kind.name) {
                Some(why) => Err(Gap::NotRecorded(why)),
                None => self.of_kind(kind).await,
            };
            found.add(kind.service, &self.region, policies);
        }
    }

    async fn recorder(&self) -> Result<Recorder, Gap> {
        let region = self.region.as_str();
        let recorders = self.config.describe_configuration_recorders().send().await;
        let recorders = recorders
            .map_err(CallError::of("config:DescribeConfigurationRecorders", region))?
            .configuration_recorders;
        let statuses = self.config.describe_configuration_recorder_status().send().await;
        let statuses = statuses
            .map_err(CallError::of("config:DescribeConfigurationRecorderStatus", region))?
            .configuration_recorders_status;
        Recorder::of(&recorders.unwrap_or_default(), &statuses.unwrap_or_default())
            .map_err(Gap::NotRecorded)
    }

    /// The policies of all resources of a type.
    async fn of_kind(&self, kind: &ConfigType) -> Result<Vec<ResourcePolicy>, Gap> {
        let mut policies = Vec::new();
        let keys = self.discovered(kind.name).await?;
        if kind.name == EVENT_BUS && !keys.iter().any(is_default_bus) {
            let why = "AWS Config does not list the default event bus";
            return Err(Gap::NotRecorded(why.to_owned()));
        }
        for keys in keys.chunks(MAX_KEYS) {
            policies.extend(self.items(kind.name, keys).await?);
        }
        Ok(policies)
    }

    async fn discovered(&self, kind: &str) -> Result<Vec<ResourceKey>, Gap> {
        const OPERATION: &str = "config:ListDiscoveredResources";
        let mut pages = Pages::of(OPERATION, kind);
        let (mut keys, mut token) = (Vec::new(), None);
        loop {
            let request = self.config.list_discovered_resources();
            let request = request.resource_type(ResourceType::from(kind)).set_next_token(token);
            let page = request.send().await.map_err(CallError::of(OPERATION, kind))?;
            for found in page.resource_identifiers.unwrap_or_default() {
                let id = found.resource_id.unwrap_or_default();
                let key =
                    ResourceKey::builder().resource_type(ResourceType::from(kind)).resource_id(id);
                let key = key.build();
                let key =
                    key.map_err(|why| CallError::unreadable(OPERATION, kind, why.to_string()))?;
                keys.push(key);
            }
            token = pages.after(false, page.next_token.as_deref())?;
            if token.is_none() {
                return Ok(keys);
            }
        }
    }

    async fn items(&self, kind: &str, keys: &[ResourceKey]) -> Result<Vec<ResourcePolicy>, Gap> {
        let request = self.config.batch_get_resource_config();
        let answer = request.set_resource_keys(Some(keys.to_vec())).send().await;
        let answer = answer.map_err(CallError::of("config:BatchGetResourceConfig", kind))?;
        let items = answer.base_configuration_items.unwrap_or_default();
        // Whatever was asked for and did not come is an item that says nothing.
        let missing = keys.iter().filter(|key| !items.iter().any(|item| is_of(item, key)));
        let missing = missing.map(nothing_known);
        Ok(items.iter().map(as_json).chain(missing).filter_map(|item| read_item(&item)).collect())
    }

    async fn secrets(&self) -> Result<Vec<ResourcePolicy>, Gap> {
        let mut policies = Vec::new();
        for arn in self.secret_arns().await? {
            let request = self.secrets_manager.get_resource_policy().secret_id(&arn);
            let answer = request.send().await;
            let answer = answer.map_err(CallError::of("secretsmanager:GetResourcePolicy", &arn))?;
            let document = read_document(&json!(answer.resource_policy));
            policies.extend(document.map(|document| ResourcePolicy::of(&arn, document)));
        }
        Ok(policies)
    }

    async fn secret_arns(&self) -> Result<Vec<String>, Gap> {
        const OPERATION: &str = "secretsmanager:ListSecrets";
        let mut pages = Pages::of(OPERATION, &self.region);
        let (mut arns, mut token) = (Vec::new(), None);
        loop {
            let request = self.secrets_manager.list_secrets();
            let request = request.max_results(MAX_SECRETS).set_next_token(token);
            let page = request.send().await.map_err(CallError::of(OPERATION, &self.region))?;
            for secret in page.secret_list.unwrap_or_default() {
                let arn = secret.arn.ok_or_else(|| {
                    CallError::unreadable(OPERATION, &self.region, "a secret without an ARN")
                })?;
                arns.push(arn);
            }
            token = pages.after(false, page.next_token.as_deref())?;
            if token.is_none() {
                return Ok(arns);
            }
        }
    }
}

/// Whether it is the event bus that every account has in every Region.
///
/// Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html>.
fn is_default_bus(key: &ResourceKey) -> bool {
    key.resource_id().rsplit('/').next() == Some("default")
}

fn is_of(item: &BaseConfigurationItem, key: &ResourceKey) -> bool {
    item.resource_id.as_deref() == Some(key.resource_id())
}

fn nothing_known(key: &ResourceKey) -> Map<String, Value> {
    Map::from_iter([
        ("resourceType".to_owned(), json!(key.resource_type().as_str())),
        ("resourceId".to_owned(), json!(key.resource_id())),
    ])
}

/// An item as the AWS CLI prints it, as far as its policy is concerned.
fn as_json(item: &BaseConfigurationItem) -> Map<String, Value> {
    let kind = item.resource_type.as_ref().map(ResourceType::as_str);
    let status = item.configuration_item_status.as_ref().map(ConfigurationItemStatus::as_str);
    Map::from_iter([
        ("resourceType".to_owned(), json!(kind)),
        ("configurationItemStatus".to_owned(), json!(status)),
        ("arn".to_owned(), json!(item.arn)),
        ("resourceName".to_owned(), json!(item.resource_name)),
        ("resourceId".to_owned(), json!(item.resource_id)),
        ("configuration".to_owned(), json!(item.configuration)),
        ("supplementaryConfiguration".to_owned(), json!(item.supplementary_configuration)),
    ])
}

#[cfg(test)]
mod tests;
