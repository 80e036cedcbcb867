//! Which roles are protected by what they are: those that run the organization or deploy into the
//! account, and those that AWS made for one of its services.

use crate::iam::{Arn, PolicySource, Principal, PrincipalKind};
use leastwise_policy::glob;
use std::fmt;

/// Where AWS services have the roles that their consoles make for them.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html>.
const SERVICE_ROLE_PATH: &str = "/service-role/";

/// What the resource of an AWS managed policy for such roles begins with.
const SERVICE_ROLE_POLICY: &str = "policy/service-role/";

/// The names of the roles of each family.
///
/// Sources:
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access-cross-account-role.html>,
/// <https://docs.aws.amazon.com/controltower/latest/userguide/roles-how.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html>,
/// <https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html>.
const FAMILIES: [(Protected, &[&str]); 4] = [
    (Protected::Organizations, &["OrganizationAccountAccessRole"]),
    (Protected::ControlTower, &["AWSControlTower*", "aws-controltower-*"]),
    (
        Protected::StackSets,
        &[
            "stacksets-exec-*",
            "AWSCloudFormationStackSetExecutionRole",
            "AWSCloudFormationStackSetAdministrationRole",
        ],
    ),
    (
        Protected::Cdk,
        &[
            "cdk-*-cfn-exec-role-*",
            "cdk-*-deploy-role-*",
            "cdk-*-file-publishing-role-*",
            "cdk-*-image-publishing-role-*",
            "cdk-*-lookup-role-*",
        ],
    ),
];

/// Why a role is protected. Each looks idle until the day of need, and much depends on it then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protected {
    /// By it the management account reaches into this one.
    Organizations,
    /// By it AWS Control Tower governs the account.
    ControlTower,
    /// By it CloudFormation deploys stack sets.
    StackSets,
    /// By it the AWS CDK deploys.
    Cdk,
    /// It carries what AWS itself says that one of its services needs.
    ForService {
        /// ARN of the AWS managed policy.
        policy: String,
    },
}

impl Protected {
    /// Why `principal` is protected, if it is. Names match as IAM tells them apart, without regard
    /// to case.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
    #[must_use]
    pub fn of(principal: &Principal) -> Option<Self> {
        let arn = &principal.arn;
        if arn.kind() != PrincipalKind::Role {
            return None;
        }
        let is_of = |(_, names): &(Self, &[&str])| {
            names.iter().any(|pattern| glob::matches(pattern, arn.name()))
        };
        FAMILIES.into_iter().find(is_of).map(|(family, _)| family).or_else(|| {
            let policy = service_role_policy(principal)?.to_owned();
            Some(Self::ForService { policy })
        })
    }
}

/// The AWS managed policy for a service that a role below [`SERVICE_ROLE_PATH`] carries.
fn service_role_policy(principal: &Principal) -> Option<&str> {
    if !principal.arn.path().starts_with(SERVICE_ROLE_PATH) {
        return None;
    }
    principal.policies.iter().find_map(|policy| match &policy.source {
        PolicySource::Managed { arn } if is_for_services(arn) => Some(arn.as_str()),
        PolicySource::Managed { .. }
        | PolicySource::Inline { .. }
        | PolicySource::GroupInline { .. }
        | PolicySource::GroupManaged { .. }
        | PolicySource::Group { .. } => None,
    })
}

/// AWS's own policies have `aws` in the place of the account.
fn is_for_services(arn: &str) -> bool {
    Arn::of(arn).is_some_and(|arn| {
        arn.is_of_iam() && arn.account == "aws" && arn.resource.starts_with(SERVICE_ROLE_POLICY)
    })
}

impl fmt::Display for Protected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organizations => formatter.write_str(
                "by this role the management account of the organization reaches into the account",
            ),
            Self::ControlTower => {
                formatter.write_str("by this role AWS Control Tower governs the account")
            }
            Self::StackSets => {
                formatter.write_str("by this role CloudFormation deploys stack sets")
            }
            Self::Cdk => formatter.write_str("by this role the AWS CDK deploys"),
            Self::ForService { policy } => {
                write!(formatter, "a role for an AWS service, with AWS's own policy `{policy}`")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::{GrantingPolicy, UnreadableDocument};
    use crate::testing::role;

    fn carrying(resource: &str, source: PolicySource) -> Option<Protected> {
        Protected::of(&Principal {
            arn: format!("arn:aws:iam::111122223333:{resource}").parse().unwrap(),
            policies: vec![GrantingPolicy { source, document: Err(UnreadableDocument::Missing) }],
            ..role([])
        })
    }

    fn named(resource: &str) -> Option<Protected> {
        carrying(resource, PolicySource::Inline { name: "work".into() })
    }

    #[test]
    fn roles_that_run_the_organization_or_deploy_are_protected_by_name_in_any_case() {
        for (resource, family) in [
            ("role/OrganizationAccountAccessRole", Protected::Organizations),
            ("role/organizationaccountaccessrole", Protected::Organizations),
            ("role/AWSControlTowerExecution", Protected::ControlTower),
            ("role/service-role/AWSControlTowerAdmin", Protected::ControlTower),
            ("role/aws-controltower-ReadOnlyExecutionRole", Protected::ControlTower),
            ("role/stacksets-exec-0123456789abcdef0123456789abcdef", Protected::StackSets),
            ("role/AWSCloudFormationStackSetExecutionRole", Protected::StackSets),
            ("role/AWSCloudFormationStackSetAdministrationRole", Protected::StackSets),
            ("role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1", Protected::Cdk),
            ("role/cdk-team-image-publishing-role-111122223333-eu-west-1", Protected::Cdk),
        ] {
            assert_eq!(named(resource), Some(family), "{resource}");
        }
    }

    #[test]
    fn what_only_resembles_them_and_what_is_no_role_is_not_protected() {
        for resource in [
            "user/OrganizationAccountAccessRole",
            "role/MyOrganizationAccountAccessRole",
            "role/cdk-hnb659fds-app-role-111122223333-eu-west-1",
            "role/stacksets-execution",
            "role/service-role/report-writer",
        ] {
            assert_eq!(named(resource), None, "{resource}");
        }
    }

    #[test]
    fn a_role_of_a_service_is_protected_by_the_policy_that_aws_made_for_it() {
        let managed =
            |resource, arn: &str| carrying(resource, PolicySource::Managed { arn: arn.to_owned() });
        let (below, elsewhere) = ("role/service-role/backup", "role/backup");
        let policy =
            "arn:aws-cn:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores";
        let protected = Some(Protected::ForService { policy: policy.to_owned() });
        assert_eq!(managed(below, policy), protected);
        assert_eq!(managed(elsewhere, policy), None);
        for policy in [
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::111122223333:policy/service-role/AWSLambdaBasicExecutionRole-0123",
        ] {
            assert_eq!(managed(below, policy), None, "{policy}");
        }
    }
}
