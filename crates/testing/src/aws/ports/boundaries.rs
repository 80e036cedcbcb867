//! The boundaries of principals.

use crate::aws::errors::refused;
use crate::aws::fake::Fake;
use crate::aws::world::World;
use leastwise_aws::ports::{AttachBoundary, AttachError};
use leastwise_aws::{PrincipalName, codes};

impl AttachBoundary for Fake {
    async fn put_boundary(
        &self,
        principal: &PrincipalName,
        policy_arn: &str,
    ) -> Result<(), AttachError> {
        let put = |world: &mut World| {
            let exists = world.policies.contains_key(policy_arn);
            let entity = world.boundable(principal)?;
            if !exists {
                let (principal, call) = (principal.clone(), refused(codes::NO_SUCH_ENTITY));
                return Err(AttachError::NoSuchPolicy { principal, call });
            }
            entity.boundary = Some(policy_arn.to_owned());
            Ok(())
        };
        self.call("put_boundary", put, AttachError::Call)
    }

    async fn delete_boundary(&self, principal: &PrincipalName) -> Result<(), AttachError> {
        let delete = |world: &mut World| {
            let taken_off = world.boundable(principal)?.boundary.take();
            let (principal, call) = (principal.clone(), refused(codes::NO_SUCH_ENTITY));
            taken_off.map(drop).ok_or(AttachError::NoSuchEntity { principal, call })
        };
        self.call("delete_boundary", delete, AttachError::Call)
    }
}
