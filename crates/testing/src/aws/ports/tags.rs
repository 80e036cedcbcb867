//! Tags of principals.

use crate::aws::errors::refused;
use crate::aws::fake::Fake;
use crate::aws::world::World;
use leastwise_aws::ports::{TagError, TagPrincipal};
use leastwise_aws::{PrincipalName, codes};

impl Fake {
    /// The same with a principal of that name that cannot be tagged.
    #[must_use]
    pub fn untaggable(mut self, name: &str, why: TagError) -> Self {
        self.untaggable.insert(name.to_owned(), why);
        self
    }

    fn check_taggable(&self, principal: &PrincipalName) -> Result<(), TagError> {
        self.untaggable.get(&principal.name).map_or(Ok(()), |why| Err(why.clone()))
    }
}

impl TagPrincipal for Fake {
    async fn tag(&self, name: &PrincipalName, tags: &[(&str, &str)]) -> Result<(), TagError> {
        let words: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
        self.tell(format!("tag {} {}", name.name, words.join(" ")));
        let tag = |world: &mut World| {
            self.check_taggable(name)?;
            let Some(entity) = world.taggable(name)? else { return Ok(()) };
            assert!(tags.iter().all(|(_, value)| is_tag_value(value)), "{tags:?}");
            let mut after = entity.tags.clone();
            after.extend(tags.iter().map(|(key, value)| ((*key).into(), (*value).into())));
            if after.len() > 50 {
                let (principal, call) = (name.clone(), refused(codes::LIMIT_EXCEEDED));
                return Err(TagError::QuotaExceeded { principal, call });
            }
            entity.tags = after;
            Ok(())
        };
        self.call("tag", tag, TagError::Call)
    }

    async fn untag(&self, name: &PrincipalName, keys: &[&str]) -> Result<(), TagError> {
        self.tell(format!("untag {} {}", name.name, keys.join(" ")));
        let untag = |world: &mut World| {
            self.check_taggable(name)?;
            let Some(entity) = world.taggable(name)? else { return Ok(()) };
            entity.tags.retain(|key, _| !keys.contains(&key.as_str()));
            Ok(())
        };
        self.call("untag", untag, TagError::Call)
    }
}

/// Whether IAM takes it as the value of a tag.
pub(super) fn is_tag_value(value: &str) -> bool {
    value.len() <= 256
        && value.chars().all(|letter| letter.is_alphanumeric() || " _.:/=+-@".contains(letter))
}
