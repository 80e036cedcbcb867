//! The services whose resource policies can grant a role access by themselves.
//!
//! IAM's report lists services that identity policies allow, so a grant by a bucket's or a key's
//! own policy shows nowhere in it. A boundary cuts what such a policy grants to a role's ARN. So of
//! these services a boundary has to allow what no identity policy grants, until their policies were
//! read.
//!
//! Which services there are says the column "resource-based policies" of [AWS services that work
//! with IAM]; the operation that sets the policy was looked up for each. Services whose policies
//! are written by Resource Access Manager only, for other accounts, are left out where the caller
//! needs an identity grant anyway.
//!
//! Source on what a boundary cuts:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.
//!
//! [AWS services that work with IAM]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html

mod service;
mod table;

pub use service::{ResourceService, Tier};

/// Every service with resource policies, by tier and then by namespace.
///
/// ```
/// use leastwise_policy::resource_policies::{Tier, services};
///
/// let sts = services().iter().find(|service| service.namespace == "sts");
/// let sts = sts.expect("trust policies are resource policies");
/// assert_eq!(sts.tier, Tier::First);
/// assert_eq!(sts.actions, ["AssumeRole", "SetContext", "SetSourceIdentity", "TagSession"]);
/// assert!(services().iter().all(|service| service.namespace != "ec2"));
/// ```
#[must_use]
pub fn services() -> &'static [ResourceService] {
    table::SERVICES
}

/// Whether resource policies can grant anything of the service.
#[must_use]
pub fn has_resource_policies(namespace: &str) -> bool {
    services().iter().any(|service| service.namespace.eq_ignore_ascii_case(namespace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn every_service_and_action_is_one_of_the_catalogue_and_has_its_page() {
        let catalog = Catalog::embedded();
        for service in services() {
            let known = catalog.service(service.namespace);
            assert!(known.is_some(), "{}", service.namespace);
            let own = service.actions.iter().map(|name| format!("{}:{name}", service.namespace));
            let named = own.chain(service.set_by.iter().map(ToString::to_string));
            for action in named {
                assert!(catalog.find(&action).is_some(), "{action}");
            }
            assert!(!service.set_by.is_empty(), "{}", service.namespace);
            assert!(service.source.starts_with("https://docs.aws.amazon.com/"));
        }
    }

    #[test]
    fn they_ascend_by_tier_and_namespace_and_each_is_there_once() {
        let key = |service: &ResourceService| (service.tier, service.namespace);
        assert!(services().is_sorted_by(|left, right| key(left) < key(right)));
        let mut names: Vec<_> = services().iter().map(|service| service.namespace).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), services().len());
    }
}
