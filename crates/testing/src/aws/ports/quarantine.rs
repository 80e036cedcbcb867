//! The policies of a user in quarantine.

use crate::aws::errors::refused;
use crate::aws::fake::Fake;
use crate::aws::world::World;
use leastwise_aws::codes;
use leastwise_aws::ports::{Quarantine, QuarantineError};
use leastwise_policy::document::Document;

impl Quarantine for Fake {
    async fn attach_policy(&self, user: &str, policy_arn: &str) -> Result<(), QuarantineError> {
        let attach = |world: &mut World| {
            if !world.policies.contains_key(policy_arn) {
                return Err(refused(codes::NO_SUCH_ENTITY).into());
            }
            let attached = &mut world.user(user)?.attached;
            if attached.len() == 10 && !attached.contains(policy_arn) {
                return Err(refused(codes::LIMIT_EXCEEDED).into());
            }
            attached.insert(policy_arn.to_owned());
            Ok(())
        };
        self.call("attach_policy", attach, QuarantineError::Call)
    }

    async fn detach_policy(&self, user: &str, policy_arn: &str) -> Result<(), QuarantineError> {
        let detach = |world: &mut World| {
            world.user(user)?.attached.remove(policy_arn);
            Ok(())
        };
        self.call("detach_policy", detach, QuarantineError::Call)
    }

    async fn put_inline_policy(
        &self,
        user: &str,
        name: &str,
        document: &str,
    ) -> Result<(), QuarantineError> {
        let put = |world: &mut World| {
            let inline = &mut world.user(user)?.inline;
            let size: usize = inline.values().map(Document::size).sum();
            if size + document.len() > 2_048 {
                return Err(refused(codes::LIMIT_EXCEEDED).into());
            }
            inline.insert(name.to_owned(), Document::parse(document).unwrap());
            Ok(())
        };
        self.call("put_inline_policy", put, QuarantineError::Call)
    }

    async fn delete_inline_policy(&self, user: &str, name: &str) -> Result<(), QuarantineError> {
        let delete = |world: &mut World| {
            world.user(user)?.inline.remove(name);
            Ok(())
        };
        self.call("delete_inline_policy", delete, QuarantineError::Call)
    }
}
