//! Reading and finding accounts, principals and groups.

use crate::aws::fake::Fake;
use crate::aws::world::World;
use leastwise_aws::ports::{
    FindGroup, FindPrincipal, ReadAccount, ReadError, ReadGroup, ReadPolicy, ReadPrincipal,
};
use leastwise_aws::{CallError, PrincipalName};
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::{Group, Principal, Roster, UniqueId, UnreadableDocument};
use std::sync::atomic::Ordering;

impl ReadAccount for Fake {
    async fn account(&self) -> Result<Roster, ReadError> {
        self.call("account", |world| Ok(world.whole_account()), ReadError::Call)
    }
}

impl ReadPrincipal for Fake {
    async fn principal(&self, name: &PrincipalName) -> Result<Option<Principal>, ReadError> {
        self.call("principal", |world| Ok(world.principal(name)), ReadError::Call)
    }
}

impl ReadPolicy for Fake {
    async fn policy(&self, arn: &str) -> Result<Result<Document, UnreadableDocument>, ReadError> {
        self.call("policy", |world| Ok(world.document(arn)), ReadError::Call)
    }
}

impl ReadGroup for Fake {
    async fn group(&self, name: &str) -> Result<Option<Group>, ReadError> {
        let find = |world: &mut World| {
            let account = world.account();
            Ok(account.groups().iter().find(|group| group.arn.name() == name).cloned())
        };
        self.call("group", find, ReadError::Call)
    }
}

impl FindPrincipal for Fake {
    async fn find(&self, id: &UniqueId) -> Result<Option<PrincipalName>, ReadError> {
        let find = |world: &mut World| {
            let found = world.principals.iter().find(|(_, entity)| entity.id == *id);
            Ok(found.map(|(name, _)| name.clone()))
        };
        self.call("find", find, ReadError::Call)
    }
}

impl FindGroup for Fake {
    async fn has_group(&self, name: &str) -> Result<bool, CallError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        self.call("find_group", |world| Ok(world.has_group(name)), |call| call)
    }
}
