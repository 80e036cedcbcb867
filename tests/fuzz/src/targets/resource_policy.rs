//! Resource policies: items of AWS Config, and answers of other services.

use super::bytes::value;
use leastwise_rightsizing::iam::Account;
use leastwise_rightsizing::resource_policies::{
    Reading, ResourcePolicies, read_answer, read_document, read_item,
};

/// Roles that resource policies may name.
const ACCOUNT: &str = r#"{"RoleDetailList": [{
    "Arn": "arn:aws:iam::111122223333:role/app", "RoleId": "AROAEXAMPLE0000000001"
}]}"#;

/// An item, an answer, or a document as one of them has it.
pub(super) fn resource_policy(input: &[u8]) {
    let Some(answer) = value(input) else { return };
    let _ = read_document(&answer);
    let item = answer.as_object().and_then(read_item);
    let policies = match read_answer(&answer, "a-file.json") {
        Ok(policies) => policies,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            Vec::new()
        }
    };
    let policies = policies.into_iter().chain(item).collect();
    let known = ResourcePolicies::new(policies, [("s3".to_owned(), Reading::Complete)]);
    let account = Account::from_json(ACCOUNT).expect("it is account data");
    for principal in account.principals() {
        let _ = known.grants_to(principal);
    }
    let _ = (known.reading("s3"), known.reading("kms"), known.not_principal_denials());
}
