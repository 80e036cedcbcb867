//! Which policies grant a service.

use crate::aws::answers::Granting;
use crate::aws::errors::denied;
use crate::aws::fake::Fake;
use crate::aws::world::World;
use leastwise_aws::ports::{GrantingPolicies, ReadError};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;
use leastwise_rightsizing::evidence::granting::NamedPolicy;
use std::collections::BTreeMap;

impl Fake {
    /// What IAM says from now on of the policies that grant services.
    pub fn set_granting(&self, granting: Granting) {
        *self.granting.lock().unwrap() = granting;
    }

    /// The same with these policies, by the service that they grant.
    #[must_use]
    pub fn granted_by(self, policies: BTreeMap<String, Vec<NamedPolicy>>) -> Self {
        self.set_granting(Granting::Named(policies));
        self
    }
}

impl GrantingPolicies for Fake {
    async fn granting_policies(
        &self,
        arn: &str,
        services: &[&str],
    ) -> Result<BTreeMap<String, Vec<NamedPolicy>>, ReadError> {
        self.tell(format!("granting {arn} {}", services.join(",")));
        let granting = self.granting.lock().unwrap().clone();
        let find = |world: &mut World| {
            let known = || {
                let mut entities = world.principals.values();
                let entity = entities.find(|entity| entity.arn.to_string() == arn).unwrap();
                let named =
                    |service: &&str| ((*service).to_owned(), named(&entity.grants, service));
                services.iter().map(named).collect::<BTreeMap<_, _>>()
            };
            match granting {
                Granting::Known => Ok(known()),
                Granting::Unread => {
                    let mut policies = known();
                    if let Some(of_sqs) = policies.get_mut("sqs") {
                        of_sqs.push(NamedPolicy::Inline { name: "policy-99".to_owned() });
                    }
                    Ok(policies)
                }
                Granting::Partly => {
                    let mut policies = known();
                    policies.remove("sqs");
                    Ok(policies)
                }
                Granting::Named(policies) => Ok(policies),
                Granting::Denied => Err(denied("iam:ListPoliciesGrantingServiceAccess").into()),
            }
        };
        self.call("granting_policies", find, ReadError::Call)
    }
}

/// Those of a principal's numbered policies that may grant a service.
fn named(grants: &[Document], service: &str) -> Vec<NamedPolicy> {
    let may_grant = |document: &Document| {
        Permissions::of([document]).may_permit_service(service, Catalog::embedded())
    };
    let numbered = grants.iter().zip(1..).filter(|(document, _)| may_grant(document));
    numbered.map(|(_, number)| NamedPolicy::Inline { name: format!("policy-{number}") }).collect()
}
