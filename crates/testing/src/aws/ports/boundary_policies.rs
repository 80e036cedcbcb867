//! The managed policies that are boundaries.

use crate::aws::errors::refused;
use crate::aws::fake::Fake;
use crate::aws::ports::tags::is_tag_value;
use crate::aws::world::{ACCOUNT, Policy, World};
use crate::moment::days_ago;
use leastwise_aws::codes;
use leastwise_aws::ports::{
    BoundaryPolicies, Creation, NewPolicy, OwnPolicy, PolicyAccount, PolicyQuota, PolicyVersion,
    StockError, StoreError, StoredPolicy,
};
use leastwise_policy::document::Document;

impl PolicyAccount for Fake {
    async fn policy_quota(&self) -> Result<PolicyQuota, StockError> {
        let count = |world: &mut World| {
            let used = u32::try_from(world.policies.len()).unwrap();
            Ok(PolicyQuota { used, limit: world.policy_limit.unwrap_or(1_500) })
        };
        self.call("policy_quota", count, StockError::Call)
    }

    async fn own_policies(&self) -> Result<Vec<OwnPolicy>, StockError> {
        let list = |world: &mut World| {
            let ours = world.policies.keys().filter(|arn| arn.contains(":policy/leastwise/"));
            let own = ours.map(|arn| OwnPolicy {
                arn: arn.clone(),
                updated: Some(world.policies_updated.unwrap_or_else(|| days_ago(100))),
                is_in_use: world.is_in_use(arn),
            });
            Ok(own.collect())
        };
        self.call("own_policies", list, StockError::Call)
    }
}

impl BoundaryPolicies for Fake {
    async fn find(&self, arn: &str) -> Result<Option<StoredPolicy>, StoreError> {
        let find = |world: &mut World| {
            Ok(world.policies.get(arn).map(|policy| {
                let (number, document) = policy.in_force();
                StoredPolicy {
                    arn: arn.to_owned(),
                    default_version_id: format!("v{number}"),
                    document: Ok(document),
                    tags: policy.tags.clone(),
                }
            }))
        };
        self.call("find_policy", find, StoreError::Call)
    }

    async fn create(&self, policy: &NewPolicy<'_>) -> Result<Creation, StoreError> {
        let create = |world: &mut World| {
            let name = |arn: &String| arn.rsplit('/').next().unwrap().to_ascii_lowercase();
            if world.policies.keys().any(|arn| name(arn) == policy.name.to_ascii_lowercase()) {
                return Ok(Creation::AlreadyExists);
            }
            assert!(policy.tags.values().all(|value| is_tag_value(value)), "{:?}", policy.tags);
            let arn = format!("arn:aws:iam::{ACCOUNT}:policy/leastwise/{}", policy.name);
            let document = Document::parse(policy.document).unwrap();
            let made = Policy { tags: policy.tags.clone(), ..Policy::of(&document) };
            world.policies.insert(arn.clone(), made);
            Ok(Creation::Created { arn })
        };
        self.call("create", create, StoreError::Call)
    }

    async fn versions(&self, arn: &str) -> Result<Vec<PolicyVersion>, StoreError> {
        let list = |world: &mut World| {
            let versions = &world.policy(arn)?.versions;
            let newest = versions.last_key_value().map(|(number, _)| *number);
            let version = |number: &u32| PolicyVersion {
                id: format!("v{number}"),
                is_default: Some(*number) == newest,
                created: None,
            };
            Ok(versions.keys().rev().map(version).collect())
        };
        self.call("versions", list, StoreError::Call)
    }

    async fn create_version(&self, arn: &str, document: &str) -> Result<String, StoreError> {
        let create = |world: &mut World| {
            let policy = world.policy(arn)?;
            if policy.versions.len() == 5 {
                return Err(refused(codes::LIMIT_EXCEEDED).into());
            }
            Ok(format!("v{}", policy.add(document)))
        };
        self.call("create_version", create, StoreError::Call)
    }

    async fn tag_policy(&self, arn: &str, tags: &[(&str, &str)]) -> Result<(), StoreError> {
        let tag = |world: &mut World| {
            let policy = world.policy(arn)?;
            policy.tags.extend(tags.iter().map(|(key, value)| ((*key).into(), (*value).into())));
            Ok(())
        };
        self.call("tag_policy", tag, StoreError::Call)
    }

    async fn delete_version(&self, arn: &str, version_id: &str) -> Result<(), StoreError> {
        let delete = |world: &mut World| {
            let Some(policy) = world.policies.get_mut(arn) else { return Ok(()) };
            let number: u32 = version_id.trim_start_matches('v').parse().unwrap();
            if policy.in_force().0 == number {
                return Err(refused(codes::DELETE_CONFLICT).into());
            }
            policy.versions.remove(&number);
            Ok(())
        };
        self.call("delete_version", delete, StoreError::Call)
    }

    async fn delete(&self, arn: &str) -> Result<(), StoreError> {
        let delete = |world: &mut World| {
            let several = world.policies.get(arn).is_some_and(|policy| policy.versions.len() > 1);
            if several || world.is_in_use(arn) {
                return Err(refused(codes::DELETE_CONFLICT).into());
            }
            world.policies.remove(arn);
            Ok(())
        };
        self.call("delete", delete, StoreError::Call)
    }
}
