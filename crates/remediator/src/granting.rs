//! Which policies grant what a plan drops. It explains the plan and decides nothing: what cannot be
//! learned is unknown.

use crate::planning::Planned;
use leastwise_aws::ports::GrantingPolicies;
use leastwise_rightsizing::evidence::granting::{GrantedBy, find};
use leastwise_rightsizing::iam::PolicySource;
use std::collections::{BTreeMap, BTreeSet};

/// The policies that grant each service of which the plan drops something.
///
/// What IAM does not say is unknown, and logged, as is a policy that IAM names and the principal
/// was not read with.
pub(crate) async fn granted_by(
    planned: &Planned,
    aws: &impl GrantingPolicies,
) -> BTreeMap<String, GrantedBy> {
    let dropped = &planned.proved.plan().dropped;
    let services: BTreeSet<&str> = dropped.iter().map(|it| it.service.as_str()).collect();
    if services.is_empty() {
        return BTreeMap::new();
    }
    let asked: Vec<&str> = services.iter().copied().collect();
    let principal = planned.principal.arn.to_string();
    let named = aws.granting_policies(&principal, &asked).await.unwrap_or_else(|error| {
        tracing::warn!(principal, "what grants `{principal}` its services is unknown: {error}");
        BTreeMap::new()
    });
    let mut unread: BTreeSet<String> = BTreeSet::new();
    let mut found = |service: &str| {
        let Some(named) = named.get(service) else { return GrantedBy::Unknown };
        let found = find(named, &planned.principal.policies);
        unread.extend(found.unread.iter().map(PolicySource::to_string));
        GrantedBy::Policies(found.policies)
    };
    let granted_by =
        services.into_iter().map(|service| (service.to_owned(), found(service))).collect();
    for policy in unread {
        tracing::warn!(principal, "IAM names {policy}, with which `{principal}` was not read");
    }
    granted_by
}
