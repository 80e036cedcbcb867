//! IAM users and roles: who they are, what grants them permissions, what bounds them.

use super::arn::{PREVIOUS_POLICY, PrincipalArn, UniqueId};
use super::policy::{
    Boundary, GrantingPolicy, PolicySource, UnknownPermissions, UnreadableDocument, documents,
};
use chrono::{DateTime, Utc};
use leastwise_policy::document::{Document, Effect, Statement};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An IAM user or role with everything that decides what it may do.
///
/// Equality covers identity, policies, boundary, tags and trust policy. It leaves out the last use,
/// which changes with every call that the principal makes;
/// [`is_unchanged_since`](crate::tags::status::is_unchanged_since) is the test of "nothing changed
/// meanwhile". Trust policies are equal if their meaning is, since IAM hands out their lists of
/// principals in changing order (<https://github.com/boto/boto3/issues/1178>).
#[derive(Debug, Clone)]
pub struct Principal {
    /// The ARN, as IAM returns it.
    pub arn: PrincipalArn,
    /// The unique id.
    pub unique_id: UniqueId,
    /// When it was created; `None` when the source does not say.
    pub created: Option<DateTime<Utc>>,
    /// When IAM saw a role used last, in whatever service. `None` for users, of whom IAM does not
    /// say it, of a role that was not used in 400 days, and where the source does not say.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html>.
    pub last_used: Option<DateTime<Utc>>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The policies that grant it permissions, those of its groups included, in the order IAM lists
    /// them.
    pub policies: Vec<GrantingPolicy>,
    /// The names of the groups that a user is in, whether they grant it anything or not; none for a
    /// role.
    pub groups: Vec<String>,
    /// The permissions boundary that is attached now.
    pub boundary: Option<Boundary>,
    /// The trust policy of a role, which says who may assume it: its text, or why that is not
    /// known. `None` for users, who have none, and where the source does not give it. It grants the
    /// role nothing.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html>.
    pub trust: Option<Result<Document, UnreadableDocument>>,
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        let Self { arn, unique_id, created, last_used: _, tags, .. } = self;
        let Self { groups, policies, boundary, trust, .. } = self;
        (arn, unique_id, created) == (&other.arn, &other.unique_id, &other.created)
            && groups == &other.groups
            && (tags, policies, boundary) == (&other.tags, &other.policies, &other.boundary)
            && same_trust(trust.as_ref(), other.trust.as_ref())
    }
}

type Trust = Result<Document, UnreadableDocument>;

fn same_trust(one: Option<&Trust>, other: Option<&Trust>) -> bool {
    match (one, other) {
        (Some(Ok(one)), Some(Ok(other))) => one.same_meaning(other),
        (one, other) => one == other,
    }
}

impl Principal {
    /// Every granting document, or the first that is not known.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions::Policy`] as soon as one policy's text is missing or malformed.
    pub fn granting_documents(&self) -> Result<Vec<&Document>, UnknownPermissions> {
        documents(&self.policies)
    }

    /// The document of the boundary that is attached now; `None` when there is no boundary.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions::Boundary`] when there is a boundary whose text is missing or
    /// malformed.
    pub fn boundary_document(&self) -> Result<Option<&Document>, UnknownPermissions> {
        let Some(boundary) = &self.boundary else { return Ok(None) };
        boundary.document.as_ref().map(Some).map_err(|why| UnknownPermissions::Boundary {
            policy_arn: boundary.policy_arn.clone(),
            why: why.clone(),
        })
    }

    /// The text of a managed policy that the principal carries, by itself, by a group or as its
    /// boundary; `None` where it does not, or the text is not known.
    #[must_use]
    pub fn managed_document(&self, policy_arn: &str) -> Option<&Document> {
        let carried = self.policies.iter().find(|policy| match &policy.source {
            PolicySource::Managed { arn } | PolicySource::GroupManaged { arn, .. } => {
                arn == policy_arn
            }
            PolicySource::Inline { .. }
            | PolicySource::Group { .. }
            | PolicySource::GroupInline { .. } => false,
        });
        let bounding = self.boundary.as_ref().filter(|it| it.policy_arn == policy_arn);
        let carried = carried.map(|policy| &policy.document);
        carried.or_else(|| bounding.map(|it| &it.document))?.as_ref().ok()
    }

    /// Checks that the trust policy, where there is one, could be read.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions::Trust`] when it is malformed.
    pub fn check_trust(&self) -> Result<(), UnknownPermissions> {
        match &self.trust {
            Some(Err(why)) => Err(UnknownPermissions::Trust { why: why.clone() }),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    /// The services that may assume the role, such as `lambda.amazonaws.com`: none where the trust
    /// policy is not known, or names none.
    #[must_use]
    pub fn trusted_services(&self) -> BTreeSet<String> {
        let trust = self.trust.iter().filter_map(|trust| trust.as_ref().ok());
        let statements = trust.flat_map(Document::statements);
        let allows = statements.filter(|statement| statement.effect() == Effect::Allow);
        let principals = allows.filter_map(Statement::principals);
        principals.flat_map(|principals| texts(principals.get("Service"))).collect()
    }

    /// Whether the boundary attached now is the one that Leastwise makes for this principal.
    ///
    /// Only of that one are guards and base actions known to be ours. The Leastwise boundary of
    /// another principal, attached here by somebody, is a boundary like any other: its guards
    /// protect that other principal.
    #[must_use]
    pub fn has_own_leastwise_boundary(&self) -> bool {
        self.boundary
            .as_ref()
            .is_some_and(|boundary| boundary.policy_arn == self.arn.boundary_policy_arn())
    }

    /// The boundary attached now that is not that one: a boundary of ours would take its place.
    #[must_use]
    pub fn boundary_of_others(&self) -> Option<&Boundary> {
        self.boundary.as_ref().filter(|_| !self.has_own_leastwise_boundary())
    }

    /// The document of the boundary that Leastwise makes for this principal; `None` where no
    /// boundary is attached, or another one.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions::Boundary`] as [`Principal::boundary_document`].
    pub fn own_boundary_document(&self) -> Result<Option<&Document>, UnknownPermissions> {
        Ok(self.boundary_document()?.filter(|_| self.has_own_leastwise_boundary()))
    }

    /// Whether the boundary attached now is one that Leastwise made (for this principal or
    /// another). One with the text of what stood before Leastwise is the customer's limit.
    #[must_use]
    pub fn has_leastwise_boundary(&self) -> bool {
        let name = self.boundary.as_ref().and_then(|boundary| {
            boundary.policy_arn.strip_prefix(&self.arn.leastwise_policy_prefix())
        });
        name.is_some_and(|name| !name.starts_with(PREVIOUS_POLICY))
    }
}

/// One text or a list of them.
pub(crate) fn texts(value: Option<&Value>) -> impl Iterator<Item = String> {
    let list = match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    list.iter().filter_map(Value::as_str).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::arn::{IdentifierError, PrincipalKind};
    use crate::testing::{allow, bounded, days_ago, own, role, statements, user};
    use leastwise_policy::document::DocumentError;
    use serde_json::json;

    fn arn(text: &str) -> PrincipalArn {
        text.parse().unwrap()
    }

    #[test]
    fn an_arn_is_taken_apart_and_printed_as_it_was() {
        let text = "arn:aws-us-gov:iam::111122223333:role/team/night/backup+1";
        let backup = arn(text);
        assert_eq!(
            (backup.partition(), backup.account(), backup.kind(), backup.path(), backup.name()),
            ("aws-us-gov", "111122223333", PrincipalKind::Role, "/team/night/", "backup+1")
        );
        assert_eq!(backup.to_string(), text);
        assert_eq!(arn("arn:aws:iam::111122223333:user/mira").path(), "/");
    }

    #[test]
    fn an_arn_of_anything_else_is_refused() {
        for text in [
            "",
            "mira",
            "arn:aws:iam::111122223333:group/admins",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::1111:user/mira",
            "arn:aws:iam:eu-west-1:111122223333:user/mira",
            "arn:aws:sts::111122223333:assumed-role/app/session",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user/a b",
            "urn:aws:iam::111122223333:user/mira",
        ] {
            assert_eq!(text.parse::<PrincipalArn>(), Err(IdentifierError::Arn(text.into())));
        }
    }

    #[test]
    fn a_user_and_a_role_of_one_name_get_different_policies_in_their_partition() {
        assert_eq!(
            arn("arn:aws-cn:iam::111122223333:user/team/build").boundary_policy_arn(),
            "arn:aws-cn:iam::111122223333:policy/leastwise/user-build"
        );
        assert_eq!(
            arn("arn:aws-cn:iam::111122223333:role/build").boundary_policy_arn(),
            "arn:aws-cn:iam::111122223333:policy/leastwise/role-build"
        );
        assert_eq!(
            arn("arn:aws-cn:iam::111122223333:role/team/build").previous_policy_arn(),
            "arn:aws-cn:iam::111122223333:policy/leastwise/previous-role-build"
        );
    }

    #[test]
    fn a_unique_id_tells_users_from_roles_by_its_prefix() {
        let kind = |text: &str| text.parse::<UniqueId>().map(|id| id.kind());
        assert_eq!(kind("AIDAEXAMPLE0MIRAUSER"), Ok(Some(PrincipalKind::User)));
        assert_eq!(kind("AROAEXAMPLE0APPROLE"), Ok(Some(PrincipalKind::Role)));
        assert_eq!(kind("NEWPREFIX"), Ok(None));
        for text in ["", "AROA-EXAMPLE", "AROA EXAMPLE", &"A".repeat(129)] {
            assert_eq!(
                kind(text).unwrap_err().to_string(),
                format!(
                    "`{text}` is not an IAM unique id, such as `AROAEXAMPLE000000001`: 1 to 128 letters, digits and `_`"
                )
            );
        }
    }

    #[test]
    fn only_the_policy_made_for_the_principal_is_its_own_boundary() {
        let is = |principal: &Principal| {
            (principal.has_own_leastwise_boundary(), principal.has_leastwise_boundary())
        };
        let s3 = || allow(&["s3:*"]);
        let at = |arn| bounded(role([s3()]), arn, s3());
        assert_eq!(is(&role([s3()])), (false, false));
        assert_eq!(is(&own(role([s3()]), s3())), (true, true));
        assert_eq!(is(&own(user([s3()]), s3())), (true, true));
        assert_eq!(is(&at("arn:aws:iam::111122223333:policy/leastwise/user-app")), (false, true));
        let kept = at("arn:aws:iam::111122223333:policy/leastwise/previous-role-app");
        assert_eq!(is(&kept), (false, false));
        assert_eq!(is(&at("arn:aws:iam::111122223333:policy/role-app")), (false, false));
        assert_eq!(is(&at("arn:aws:iam::444455556666:policy/leastwise/role-app")), (false, false));
    }

    #[test]
    fn two_readings_of_one_trust_policy_are_equal_and_another_trust_policy_is_a_change() {
        let trusting = |services: &[&str]| Principal {
            trust: Some(Ok(statements(json!([{
                "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": services }
            }])))),
            ..role([])
        };
        let both = trusting(&["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]);
        assert_eq!(both, trusting(&["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]));
        assert_ne!(both, trusting(&["ec2.amazonaws.com"]));
        let unreadable = |why| Principal { trust: Some(Err(why)), ..role([]) };
        let malformed = || UnreadableDocument::Malformed(DocumentError::NoStatement);
        assert_eq!(unreadable(malformed()), unreadable(malformed()));
        assert_ne!(unreadable(malformed()), both);
        assert_ne!(role([]), both);
    }

    #[test]
    fn a_role_that_is_used_meanwhile_is_still_the_same() {
        let used = |days| Principal { last_used: Some(days_ago(days)), ..role([]) };
        assert_eq!(used(2), used(1));
        assert_eq!(used(1), role([]));
    }

    #[test]
    fn config_types_are_those_of_users_and_roles() {
        for kind in [PrincipalKind::User, PrincipalKind::Role] {
            let name = kind.config_resource_type();
            assert_eq!(PrincipalKind::from_config_resource_type(name), Some(kind));
        }
        assert_eq!(PrincipalKind::from_config_resource_type("AWS::IAM::Group"), None);
    }
}
