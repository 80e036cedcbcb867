//! What a principal was granted a while ago, so that new permissions get the time to be used for
//! the first time.

use crate::iam::{
    Account, EffectivePermissions, Principal, UniqueId, UnknownPermissions, UnreadableEntry,
};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::permissions::Permissions;
use std::collections::HashMap;

/// What was granted when the days of `NewPermissionGraceDays` began.
#[derive(Debug, Clone, Default)]
pub enum EarlierGrants {
    /// New permissions get no grace: nobody asked.
    #[default]
    NotAsked,
    /// The principal as it stood then. Where a part of it is unreadable, what was granted then is
    /// not known: a missing Allow would make old permissions new, and a missing Deny new ones old.
    Known(Box<Principal>),
    /// It is not known, for this reason.
    Unknown(String),
}

impl EarlierGrants {
    /// Nothing was granted then: the principal did not exist.
    #[must_use]
    pub fn nothing(principal: &Principal) -> Self {
        let then = Principal { policies: Vec::new(), boundary: None, ..principal.clone() };
        Self::Known(Box::new(then))
    }

    /// What tells whether something that is granted now was granted then, too; `None` where nobody
    /// asked.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions::Earlier`] when what was granted then is not known.
    pub(crate) fn permissions(&self) -> Result<Option<EarlierPermissions>, UnknownPermissions> {
        match self {
            Self::NotAsked => Ok(None),
            Self::Known(principal) => EarlierPermissions::of(principal).map(Some),
            Self::Unknown(why) => Err(UnknownPermissions::Earlier { why: why.clone() }),
        }
    }
}

/// An account as it stood when the days of `NewPermissionGraceDays` began.
#[derive(Debug, Clone)]
pub struct EarlierAccount {
    principals: HashMap<UniqueId, Principal>,
    unreadable: Vec<UnreadableEntry>,
}

impl From<Account> for EarlierAccount {
    fn from(account: Account) -> Self {
        let unreadable = account.unreadable().to_vec();
        let principals = account.into_principals().into_iter();
        let principals = principals.map(|principal| (principal.unique_id.clone(), principal));
        Self { principals: principals.collect(), unreadable }
    }
}

impl EarlierAccount {
    /// What `principal` was granted then. One that was not there had nothing; of one whose entry
    /// cannot be read it is not known.
    #[must_use]
    pub fn grants(&self, principal: &Principal) -> EarlierGrants {
        let is_of =
            |entry: &&UnreadableEntry| entry.principal().is_some_and(|arn| arn == principal.arn);
        if let Some(entry) = self.unreadable.iter().find(is_of) {
            return EarlierGrants::Unknown(format!("in the account data of then, {entry}"));
        }
        match self.principals.get(&principal.unique_id) {
            Some(then) => EarlierGrants::Known(Box::new(then.clone())),
            None => EarlierGrants::nothing(principal),
        }
    }
}

/// What identity policies and a boundary permitted then.
pub(crate) struct EarlierPermissions(EffectivePermissions);

impl EarlierPermissions {
    fn of(principal: &Principal) -> Result<Self, UnknownPermissions> {
        let of_then = |why: UnknownPermissions| UnknownPermissions::Earlier {
            why: format!("of the time when `NewPermissionGraceDays` began, {why}"),
        };
        let identity = Permissions::of(principal.granting_documents().map_err(of_then)?);
        // Our own boundary of then says nothing about what is new: taking it off brings back what
        // was granted long ago.
        let boundary = if principal.has_leastwise_boundary() {
            None
        } else {
            principal.boundary_document().map_err(of_then)?
        };
        let boundary = boundary.map(|document| Permissions::of([document]));
        Ok(Self(EffectivePermissions { identity, boundary }))
    }

    /// The actions of `granted` that were not permitted then.
    pub(crate) fn newer(&self, granted: &ActionSet, catalog: &Catalog) -> ActionSet {
        granted.difference(&self.0.actions(catalog))
    }

    /// Whether some request with the action was permitted then.
    pub(crate) fn permits(&self, action: &str) -> bool {
        self.0.permits(action)
    }

    /// Whether some action of the service may have been permitted then.
    pub(crate) fn may_permit_service(&self, namespace: &str, catalog: &Catalog) -> bool {
        self.0.may_permit_service(namespace, catalog)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::{GrantingPolicy, PolicySource, UnreadableDocument};
    use crate::testing::{allow, limited, own, role};

    fn newer(then: Principal, now: &[&str]) -> Vec<String> {
        let catalog = Catalog::embedded();
        let granted = Permissions::of([&allow(now)]).actions(catalog);
        let earlier = EarlierGrants::Known(Box::new(then)).permissions().unwrap().unwrap();
        let newer = earlier.newer(&granted, catalog);
        newer.iter().map(|id| catalog.action(id).to_string()).collect()
    }

    #[test]
    fn what_was_not_permitted_then_is_new() {
        let now = ["sqs:SendMessage", "sqs:ReceiveMessage"];
        assert_eq!(newer(role([allow(&["sqs:Send*"])]), &now), ["sqs:ReceiveMessage"]);
        assert_eq!(newer(role([]), &now), ["sqs:ReceiveMessage", "sqs:SendMessage"]);
    }

    #[test]
    fn what_a_boundary_stopped_then_is_new_but_not_what_ours_did() {
        let now = ["sqs:SendMessage", "sqs:ReceiveMessage"];
        let then = || role([allow(&["sqs:*"])]);
        assert_eq!(newer(limited(then(), allow(&["sqs:Send*"])), &now), ["sqs:ReceiveMessage"]);
        assert_eq!(newer(own(then(), allow(&["sqs:Send*"])), &now), Vec::<String>::new());
    }

    #[test]
    fn of_whoever_has_an_odd_entry_then_it_is_not_known_what_is_new() {
        let account = r#"{ "RoleDetailList": [
            { "Arn": "arn:aws:iam::111122223333:role/app", "RoleId": "AROAEXAMPLE0APPROLE", "Tags": 1 }
        ] }"#;
        let then = EarlierAccount::from(Account::from_json(account).unwrap());
        let EarlierGrants::Unknown(why) = then.grants(&role([])) else { panic!("known") };
        assert_eq!(
            why,
            "in the account data of then, its entry in `RoleDetailList` cannot be read: invalid type: integer `1`, \
             expected a sequence; save the account data again"
        );
        let other = crate::testing::user([]);
        assert!(matches!(then.grants(&other), EarlierGrants::Known(_)));
    }

    #[test]
    fn without_every_policy_of_then_it_is_not_known_what_is_new() {
        let policy = GrantingPolicy {
            source: PolicySource::Managed { arn: "arn:aws:iam::111122223333:policy/tables".into() },
            document: Err(UnreadableDocument::Missing),
        };
        let then = Principal { policies: vec![policy], ..role([]) };
        let unknown = EarlierGrants::Known(Box::new(then)).permissions().err();
        assert_eq!(
            unknown.map(|why| why.to_string()).as_deref(),
            Some(
                "which of its permissions are new is unknown: of the time when `NewPermissionGraceDays` began, what \
                 managed policy `arn:aws:iam::111122223333:policy/tables` grants is unknown: its text is missing from \
                 the account data"
            )
        );
    }
}
