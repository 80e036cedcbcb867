//! IAM groups: what they grant, and who has it.
//!
//! A group is no principal: it can carry no boundary and no tags, nothing is planned for it, and what it grants is used by its
//! members alone.

use crate::principal::{
    GrantingPolicy, IdentifierError, LEASTWISE_PATH, UniqueId, UnknownPermissions, documents,
    parse_entity_arn,
};
use chrono::{DateTime, Utc};
use leastwise_policy::document::Document;
use std::fmt;
use std::str::FromStr;

/// The AWS Config resource type of a group.
pub const CONFIG_RESOURCE_TYPE: &str = "AWS::IAM::Group";

/// The ARN of an IAM group, taken apart once so that the path is never mistaken for part of the name.
///
/// ```
/// use leastwise_rightsizing::group::GroupArn;
///
/// let arn: GroupArn = "arn:aws:iam::111122223333:group/eng/devs".parse()?;
/// assert_eq!((arn.path(), arn.name()), ("/eng/", "devs"));
/// assert_eq!(
///     "arn:aws:iam::111122223333:user/ada".parse::<GroupArn>().unwrap_err().to_string(),
///     "`arn:aws:iam::111122223333:user/ada` is not the ARN of an IAM group, such as \
///      `arn:aws:iam::111122223333:group/path/name`"
/// );
/// # Ok::<(), leastwise_rightsizing::principal::IdentifierError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupArn {
    text: String,
    path: String,
    name: String,
}

impl GroupArn {
    /// The path, beginning and ending in a slash; `/` when there is none.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The friendly name, without the path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it belongs to Leastwise itself.
    #[must_use]
    pub fn is_leastwise(&self) -> bool {
        self.path.starts_with(LEASTWISE_PATH)
    }
}

impl FromStr for GroupArn {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = parse_entity_arn(text).filter(|parts| parts.resource == "group");
        let parts = parts.ok_or_else(|| IdentifierError::GroupArn(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), path: parts.path, name: parts.name.to_owned() })
    }
}

impl fmt::Display for GroupArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// An IAM group with what it grants and who has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The ARN.
    pub arn: GroupArn,
    /// The unique id, `AGPA…`.
    pub unique_id: UniqueId,
    /// When it was created; `None` when the source does not say.
    pub created: Option<DateTime<Utc>>,
    /// Its policies, inline ones first, in the order IAM lists them. They are its own, so none of them comes by a group.
    pub policies: Vec<GrantingPolicy>,
    /// Of each member, when that user was created; `None` when the source does not say.
    pub members: Vec<Option<DateTime<Utc>>>,
}

impl Group {
    /// Since when there can have been use of what the group grants: since group and the oldest of its members were both there.
    /// When a user joined a group IAM does not say. `None` when it is not known.
    #[must_use]
    pub fn in_use_since(&self) -> Option<DateTime<Utc>> {
        Some(self.created?.max(self.members.iter().flatten().min().copied()?))
    }

    /// Every granting document, or the first that is not known.
    ///
    /// # Errors
    /// [`UnknownPermissions::Policy`] as soon as one policy's text is missing or malformed.
    pub fn granting_documents(&self) -> Result<Vec<&Document>, UnknownPermissions> {
        documents(&self.policies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
