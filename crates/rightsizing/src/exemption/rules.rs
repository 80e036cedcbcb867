//! Who is left alone: what AWS and Leastwise own, and whom the operator names.

use super::protected::Protected;
use super::tag::{TagExemption, UnreadableExemption};
use crate::iam::{
    GroupArn, IDENTITY_CENTER_PATH, LEASTWISE_PATH, Principal, PrincipalArn, PrincipalKind,
    SERVICE_LINKED_PATH,
};
use crate::settings::{
    EXEMPT_PRINCIPALS, ListSource, NARROW_PROTECTED, PrincipalList, SettingError,
};
use chrono::{DateTime, Utc};
use std::fmt;

/// Why a principal is exempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exemption {
    /// A service-linked role: only AWS can change it.
    ServiceLinked,
    /// A role of IAM Identity Center: its boundary is set on the permission set.
    IdentityCenter,
    /// One of Leastwise's own roles.
    Leastwise,
    /// For emergencies, by this entry of `BreakGlassPrincipals`.
    BreakGlass(String),
    /// Listed by the operator.
    Listed {
        /// The entry.
        entry: String,
        /// The setting that has it.
        setting: &'static str,
    },
    /// A member of the group that `AdminGroupName` names.
    AdminGroup(String),
    /// By tags on the principal.
    Tagged(TagExemption),
    /// Protected by what it is, unless `NarrowProtected` names it.
    Protected(Protected),
}

impl fmt::Display for Exemption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServiceLinked => {
                formatter.write_str("a service-linked role: only AWS can change it")
            }
            Self::IdentityCenter => formatter.write_str(
                "a role of IAM Identity Center: set the boundary on its permission set instead",
            ),
            Self::Leastwise => formatter.write_str("a principal of Leastwise itself"),
            Self::BreakGlass(entry) => {
                write!(formatter, "kept for emergencies by `{entry}` in BreakGlassPrincipals")
            }
            Self::Listed { entry, setting } => {
                write!(formatter, "exempt by `{entry}` in {setting}")
            }
            Self::AdminGroup(group) => {
                write!(formatter, "exempt as a member of group `{group}` (AdminGroupName)")
            }
            Self::Tagged(tagged) => tagged.fmt(formatter),
            Self::Protected(why) => {
                write!(formatter, "{why}; name it in {NARROW_PROTECTED} to judge and narrow it")
            }
        }
    }
}

/// Where it is said who is left alone: the settings, of which lists may be in files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExemptionSources {
    /// `BreakGlassPrincipals`.
    pub break_glass: ListSource<PrincipalList>,
    /// `ExemptPrincipals`.
    pub exempt_principals: ListSource<PrincipalList>,
    /// `ExemptionList`.
    pub exemption_list: ListSource<PrincipalList>,
    /// `AdminGroupName`.
    pub admin_group: Option<String>,
    /// `NarrowProtected`.
    pub narrow_protected: ListSource<PrincipalList>,
}

/// The setting that has the principals for emergencies.
pub const BREAK_GLASS_PRINCIPALS: &str = "BreakGlassPrincipals";

/// The setting that has the long list of exemptions.
pub const EXEMPTION_LIST: &str = "ExemptionList";

/// The setting that names the group of administrators.
pub const ADMIN_GROUP_NAME: &str = "AdminGroupName";

/// Reads the setting [`ADMIN_GROUP_NAME`]; an empty value names no group.
///
/// # Errors
///
/// [`SettingError`] when it is not the name of a group: 1 to 128 letters, digits and `_+=,.@-`.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html>.
pub fn admin_group(value: &str) -> Result<Option<String>, SettingError> {
    let value = value.trim();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if value.is_empty() {
        Ok(None)
    } else if value.len() <= 128 && value.bytes().all(allowed) {
        Ok(Some(value.to_owned()))
    } else {
        Err(SettingError::new(ADMIN_GROUP_NAME, value, "the name of a group, without its path"))
    }
}

/// What the operator says about who is left alone, from all places but the principals' own tags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExemptionRules {
    /// `BreakGlassPrincipals`: wins over everything.
    pub break_glass: PrincipalList,
    /// `ExemptPrincipals`.
    pub exempt_principals: PrincipalList,
    /// `ExemptionList`.
    pub exemption_list: PrincipalList,
    /// `AdminGroupName`: the group whose members are exempt.
    pub admin_group: Option<String>,
    /// `NarrowProtected`: who is judged and narrowed though it is protected by what it is.
    pub narrow_protected: PrincipalList,
}

impl ExemptionRules {
    /// Why `principal` is exempt at `as_of`, if it is. What AWS and Leastwise own is exempt without
    /// being listed, and so is what is protected, unless the operator takes that back.
    ///
    /// # Errors
    ///
    /// [`UnreadableExemption`] when its tags are meant to exempt it and do not say how: then
    /// nothing may be done to it.
    pub fn exemption(
        &self,
        principal: &Principal,
        as_of: DateTime<Utc>,
    ) -> Result<Option<Exemption>, UnreadableExemption> {
        let arn = &principal.arn;
        let named = owned(arn)
            .or_else(|| self.listed(&arn.to_string(), arn.path(), arn.name()))
            .or_else(|| self.admin(principal));
        if named.is_some() {
            return Ok(named);
        }
        let tagged = TagExemption::of(principal, as_of)?;
        Ok(tagged.map(Exemption::Tagged).or_else(|| self.protected(principal)))
    }

    /// Why a group is exempt, if it is.
    #[must_use]
    pub fn group_exemption(&self, group: &GroupArn) -> Option<Exemption> {
        if group.is_leastwise() {
            return Some(Exemption::Leastwise);
        }
        self.listed(&group.to_string(), group.path(), group.name())
    }

    /// Why a user, role or group of this ARN, path and name is exempt, as far as lists say so.
    fn listed(&self, arn: &str, path: &str, name: &str) -> Option<Exemption> {
        if let Some(entry) = self.break_glass.entry_for_entity(arn, path, name) {
            return Some(Exemption::BreakGlass(entry.to_owned()));
        }
        let lists =
            [(&self.exempt_principals, EXEMPT_PRINCIPALS), (&self.exemption_list, EXEMPTION_LIST)];
        lists.into_iter().find_map(|(list, setting)| {
            let entry = list.entry_for_entity(arn, path, name)?.to_owned();
            Some(Exemption::Listed { entry, setting })
        })
    }

    fn protected(&self, principal: &Principal) -> Option<Exemption> {
        let taken_back = self.narrow_protected.entry_for(&principal.arn).is_some();
        Protected::of(principal).filter(|_| !taken_back).map(Exemption::Protected)
    }

    /// IAM does not tell group names apart by case, nor does this.
    fn admin(&self, principal: &Principal) -> Option<Exemption> {
        let group = self.admin_group.as_ref()?;
        let is_member = principal.groups.iter().any(|name| name.eq_ignore_ascii_case(group));
        is_member.then(|| Exemption::AdminGroup(group.clone()))
    }
}

/// Why a principal is exempt by what it is.
fn owned(principal: &PrincipalArn) -> Option<Exemption> {
    let is_role = principal.kind() == PrincipalKind::Role;
    if is_role && principal.path().starts_with(SERVICE_LINKED_PATH) {
        Some(Exemption::ServiceLinked)
    } else if is_role && principal.path().starts_with(IDENTITY_CENTER_PATH) {
        Some(Exemption::IdentityCenter)
    } else if principal.path().starts_with(LEASTWISE_PATH) {
        Some(Exemption::Leastwise)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{as_of, role, user};

    fn named(resource: &str) -> Principal {
        Principal {
            arn: format!("arn:aws:iam::111122223333:{resource}").parse().unwrap(),
            ..role([])
        }
    }

    fn said(rules: &ExemptionRules, principal: &Principal) -> Option<String> {
        rules.exemption(principal, as_of()).unwrap().map(|exemption| exemption.to_string())
    }

    #[test]
    fn what_aws_and_leastwise_own_is_exempt_without_being_listed() {
        let none = ExemptionRules::default();
        let of = |resource: &str| none.exemption(&named(resource), as_of()).unwrap();
        assert_eq!(
            of("role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
            Some(Exemption::ServiceLinked)
        );
        assert_eq!(
            of(
                "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"
            ),
            Some(Exemption::IdentityCenter)
        );
        // Anybody may give a role of another path this name.
        assert_eq!(of("role/AWSReservedSSO_Admin_0123456789abcdef"), None);
        assert_eq!(of("role/leastwise/remediator"), Some(Exemption::Leastwise));
        assert_eq!(of("role/service-role/report-writer"), None);
        assert_eq!(of("user/AWSReservedSSO_is_no_role"), None);
    }

    #[test]
    fn each_list_is_named_and_the_one_for_emergencies_wins() {
        let mut rules = ExemptionRules {
            exempt_principals: "app".parse().unwrap(),
            exemption_list: "/,arn:*:iam::*:role/*".parse().unwrap(),
            ..ExemptionRules::default()
        };
        assert_eq!(
            said(&rules, &named("role/app")).unwrap(),
            "exempt by `app` in ExemptPrincipals"
        );
        assert_eq!(said(&rules, &named("role/other")).unwrap(), "exempt by `/` in ExemptionList");
        rules.break_glass = "*".parse().unwrap();
        assert_eq!(
            said(&rules, &named("role/app")).unwrap(),
            "kept for emergencies by `*` in BreakGlassPrincipals"
        );
    }

    #[test]
    fn what_is_protected_is_narrowed_only_where_it_is_named_and_what_aws_owns_never() {
        let taking_back = |list: &str| ExemptionRules {
            narrow_protected: list.parse().unwrap(),
            ..ExemptionRules::default()
        };
        let role = named("role/OrganizationAccountAccessRole");
        assert_eq!(
            said(&taking_back("stacksets-exec-*"), &role).unwrap(),
            "by this role the management account of the organization reaches into the account; name it in \
             NarrowProtected to judge and narrow it"
        );
        assert_eq!(said(&taking_back("organizationaccountaccessrole"), &role), None);
        let all = taking_back("*");
        assert_eq!(said(&all, &role), None);
        for resource in [
            "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
            "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            "role/leastwise/remediator",
        ] {
            assert!(said(&all, &named(resource)).is_some(), "{resource}");
        }
        let both = ExemptionRules { exempt_principals: "org*".parse().unwrap(), ..all };
        assert_eq!(said(&both, &role).unwrap(), "exempt by `org*` in ExemptPrincipals");
    }

    #[test]
    fn tags_that_cannot_be_read_are_an_error_unless_something_else_exempts() {
        let until = [("leastwise:exempt-until".to_owned(), "soon".to_owned())];
        let tagged = Principal { tags: until.into(), ..named("role/app") };
        let (none, listed) = (
            ExemptionRules::default(),
            ExemptionRules { break_glass: "app".parse().unwrap(), ..ExemptionRules::default() },
        );
        assert_eq!(
            none.exemption(&tagged, as_of()),
            Err(UnreadableExemption::Malformed("soon".into()))
        );
        assert_eq!(
            listed.exemption(&tagged, as_of()),
            Ok(Some(Exemption::BreakGlass("app".into())))
        );
    }

    #[test]
    fn a_member_of_the_admin_group_is_exempt_whatever_the_group_grants() {
        let rules =
            ExemptionRules { admin_group: Some("Admins".into()), ..ExemptionRules::default() };
        let member = Principal { groups: vec!["devs".into(), "admins".into()], ..user([]) };
        let why = "exempt as a member of group `Admins` (AdminGroupName)";
        assert_eq!(said(&rules, &member).as_deref(), Some(why));
        let other = Principal { groups: vec!["admins-of-yore".into()], ..user([]) };
        assert_eq!(said(&rules, &other), None);
    }
}
