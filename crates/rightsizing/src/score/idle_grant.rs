//! Where each idle service comes from: what it weighs, and every policy that grants any of it.

use super::grant::{Grant, idle};
use super::index::idle_weights;
use super::weight::Weight;
use crate::iam::{GrantingPolicy, PolicySource};
use crate::settings::Weighting;
use crate::usage::PrincipalUsage;
use leastwise_policy::catalog::Catalog;

/// A service that is idle wholly or in part, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdleGrant<'a> {
    /// The service.
    pub service: &'a str,
    /// What is idle in it weighs this much.
    pub weight: Weight,
    /// Every policy that allows any of what is idle, in the order in which IAM lists them. Taking
    /// one of them away changes nothing while another grants the same.
    pub granted_by: Vec<&'a PolicySource>,
}

/// What lies idle of what a principal with these `policies` is granted, in the order of the
/// services.
#[must_use]
pub fn idle_grants<'a>(
    policies: &'a [GrantingPolicy],
    usage: &'a PrincipalUsage,
    weighting: Weighting,
    catalog: &Catalog,
) -> Vec<IdleGrant<'a>> {
    let known = policies.iter().filter_map(|policy| {
        let document = policy.document.as_ref().ok()?;
        Some((&policy.source, Grant::of([document], catalog)))
    });
    let grants: Vec<(&PolicySource, Grant)> = known.collect();
    let of_service = idle_weights(&usage.services, weighting).map(|(service, weight)| {
        let idle = idle(service, usage, catalog);
        let allow = grants.iter().filter(|(_, it)| it.allows(&service.namespace, &idle, catalog));
        let granted_by = allow.map(|(source, _)| *source).collect();
        IdleGrant { service: &service.namespace, weight: Weight::millionths(weight), granted_by }
    });
    of_service.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Judging;
    use crate::testing::{allow, as_of, evidence, user};

    #[test]
    fn a_service_that_two_policies_grant_comes_from_both_and_a_used_one_from_none() {
        let mut principal = user([allow(&["sqs:SendMessage", "s3:GetObject"])]);
        let source = PolicySource::GroupInline { group: "ops".into(), name: "queues".into() };
        let document = Ok(allow(&["sqs:*"]));
        principal.policies.push(GrantingPolicy { source: source.clone(), document });
        let own = principal.policies[0].source.clone();
        let (report, catalog) = (evidence(&[("s3", Some(1)), ("sqs", None)]), Catalog::embedded());
        let judging = Judging::default();
        let usage = PrincipalUsage::of(&principal, &report, &judging, as_of(), catalog).unwrap();
        let granted_by = vec![&own, &source];
        // Its policy lets the queue be opened to others: permissions management, which weighs 10.
        let weight = Weight::millionths(10_000_000);
        assert_eq!(
            idle_grants(&principal.policies, &usage, Weighting::Risk, catalog),
            [IdleGrant { service: "sqs", weight, granted_by }]
        );
    }
}
