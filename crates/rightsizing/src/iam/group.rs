//! IAM groups: what they grant, and who has it.
//!
//! A group is no principal: it can carry no boundary and no tags, nothing is planned for it, and
//! what it grants is used by its members alone.

use super::arn::{GroupArn, UniqueId};
use super::policy::{GrantingPolicy, UnknownPermissions, documents};
use chrono::{DateTime, Utc};
use leastwise_policy::document::Document;

/// The AWS Config resource type of a group.
pub const GROUP_RESOURCE_TYPE: &str = "AWS::IAM::Group";

/// An IAM group with what it grants and who has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The ARN.
    pub arn: GroupArn,
    /// The unique id, `AGPA…`.
    pub unique_id: UniqueId,
    /// When it was created; `None` when the source does not say.
    pub created: Option<DateTime<Utc>>,
    /// Its policies, inline ones first, in the order IAM lists them. They are its own, so none of
    /// them comes by a group.
    pub policies: Vec<GrantingPolicy>,
    /// Of each member, when that user was created; `None` when the source does not say.
    pub members: Vec<Option<DateTime<Utc>>>,
}

impl Group {
    /// Since when there can have been use of what the group grants: since group and the oldest of
    /// its members were both there. When a user joined a group IAM does not say. `None` when it is
    /// not known.
    #[must_use]
    pub fn in_use_since(&self) -> Option<DateTime<Utc>> {
        Some(self.created?.max(self.members.iter().flatten().min().copied()?))
    }

    /// Every granting document, or the first that is not known.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions::Policy`] as soon as one policy's text is missing or malformed.
    pub fn granting_documents(&self) -> Result<Vec<&Document>, UnknownPermissions> {
        documents(&self.policies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::arn::IdentifierError;
    use crate::testing::{days_ago, group};

    #[test]
    fn an_arn_is_taken_apart_and_printed_as_it_was() {
        let text = "arn:aws-cn:iam::111122223333:group/eng/web/devs";
        let arn: GroupArn = text.parse().unwrap();
        assert_eq!((arn.path(), arn.name(), arn.to_string().as_str()), ("/eng/web/", "devs", text));
        for other in
            ["", "devs", "arn:aws:iam::111122223333:role/devs", "arn:aws:iam::1:group/devs"]
        {
            assert_eq!(other.parse::<GroupArn>(), Err(IdentifierError::GroupArn(other.into())));
        }
    }

    #[test]
    fn what_a_group_grants_can_be_used_once_the_group_and_its_oldest_member_are_there() {
        let since = |created: Option<i64>, members: &[Option<i64>]| {
            let members = members.iter().map(|days| days.map(days_ago)).collect();
            let created = created.map(days_ago);
            Group { created, members, ..group([]) }.in_use_since()
        };
        assert_eq!(since(Some(300), &[Some(5), Some(200), None]), Some(days_ago(200)));
        assert_eq!(since(Some(100), &[Some(200)]), Some(days_ago(100)));
        assert_eq!(since(None, &[Some(200)]), None);
        assert_eq!(since(Some(100), &[None]), None);
        assert_eq!(since(Some(100), &[]), None);
    }
}
