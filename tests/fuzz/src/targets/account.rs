//! Account data and recorded items.

use super::bytes::{text, value};
use super::tags::judged;
use leastwise_rightsizing::evidence::EarlierAccount;
use leastwise_rightsizing::iam::{
    Account, AuthorizationDetails, GroupDetail, RoleDetail, UnreadableEntry, UserDetail, recorded,
};
use leastwise_rightsizing::resource_policies::ResourcePolicies;

/// What `GetAccountAuthorizationDetails` answers.
pub(super) fn account(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Ok(page) = serde_json::from_str::<AuthorizationDetails>(text) {
        let _ = Account::from_pages(vec![page.clone(), page]);
    }
    let account = match Account::from_json(text) {
        Ok(account) => account,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for entry in account.unreadable() {
        assert!(!entry.to_string().is_empty());
        let _ = UnreadableEntry::principal(entry);
    }
    let trust = ResourcePolicies::of_trust(&account);
    for principal in account.principals() {
        assert_eq!(account.principal(&principal.arn), Some(principal));
        let _ = (principal.granting_documents(), principal.boundary_document());
        let _ = (principal.check_trust(), principal.trusted_services());
        let _ = trust.grants_to(principal);
        judged(principal);
    }
    let principals: Vec<_> = account.principals().cloned().collect();
    let earlier = EarlierAccount::from(account);
    for principal in &principals {
        let _ = earlier.grants(principal);
    }
}

/// The `configuration` of an item of AWS Config.
pub(super) fn recorded_item(input: &[u8]) {
    let Some(item) = value(input) else { return };
    let _ = recorded::read::<UserDetail>(item.clone());
    let _ = recorded::read::<RoleDetail>(item.clone());
    let _ = recorded::read::<GroupDetail>(item);
}
