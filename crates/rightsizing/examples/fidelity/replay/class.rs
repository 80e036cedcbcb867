//! The kinds of call that are replayed.

/// Why a call is made, and what the evidence can see of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    Plain,
    RoleInResourcePolicy,
    RoleInPart,
    RoleInTrust,
    UserInTrust,
    SessionInResourcePolicy,
    UserInResourcePolicy,
    AnyoneOnCondition,
    FederatedUser,
    NotPrincipal,
    UntrackedRegion,
    OtherPartition,
    RecentlyTracked,
    CheckedElsewhere,
    OldReport,
    UnseenUse,
    InsideAnotherCall,
    MadeForThePrincipal,
    ThroughATool,
    Inverse,
    FailurePath,
    OwnCredentials,
    ServiceRole,
    OrganizationRole,
    Yearly,
}

/// What is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Nothing is denied.
    Nothing,
    /// Nothing can be denied: a boundary does not limit this. It shows that the judges tell it apart.
    Control,
    /// Nothing is denied without a person's word: automatic remediation leaves the plan alone.
    Warned,
    /// Nothing is aimed at: no evidence within the window can show it.
    None,
}

impl Class {
    pub(crate) const ALL: [Self; 25] = [
        Self::Plain,
        Self::RoleInResourcePolicy,
        Self::RoleInPart,
        Self::RoleInTrust,
        Self::UserInTrust,
        Self::SessionInResourcePolicy,
        Self::UserInResourcePolicy,
        Self::AnyoneOnCondition,
        Self::FederatedUser,
        Self::NotPrincipal,
        Self::UntrackedRegion,
        Self::OtherPartition,
        Self::RecentlyTracked,
        Self::CheckedElsewhere,
        Self::OldReport,
        Self::UnseenUse,
        Self::InsideAnotherCall,
        Self::MadeForThePrincipal,
        Self::ThroughATool,
        Self::Inverse,
        Self::FailurePath,
        Self::OwnCredentials,
        Self::ServiceRole,
        Self::OrganizationRole,
        Self::Yearly,
    ];

    /// Its name in the record of figures.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::RoleInResourcePolicy => "role-in-resource-policy",
            Self::RoleInPart => "role-in-part",
            Self::RoleInTrust => "role-in-trust",
            Self::UserInTrust => "user-in-trust",
            Self::SessionInResourcePolicy => "session-in-resource-policy",
            Self::UserInResourcePolicy => "user-in-resource-policy",
            Self::AnyoneOnCondition => "anyone-on-condition",
            Self::FederatedUser => "federated-user",
            Self::NotPrincipal => "not-principal",
            Self::UntrackedRegion => "untracked-region",
            Self::OtherPartition => "other-partition",
            Self::RecentlyTracked => "recently-tracked",
            Self::CheckedElsewhere => "checked-elsewhere",
            Self::OldReport => "old-report",
            Self::UnseenUse => "unseen-use",
            Self::InsideAnotherCall => "inside-another-call",
            Self::MadeForThePrincipal => "made-for-the-principal",
            Self::ThroughATool => "through-a-tool",
            Self::Inverse => "inverse",
            Self::FailurePath => "failure-path",
            Self::OwnCredentials => "own-credentials",
            Self::ServiceRole => "service-role",
            Self::OrganizationRole => "organization-role",
            Self::Yearly => "yearly",
        }
    }

    /// What the page calls it.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Plain => "plain use, which IAM sees",
            Self::RoleInResourcePolicy => {
                "a resource policy names the role; no identity policy grants the service"
            }
            Self::RoleInPart => {
                "a resource policy names the role; an identity policy grants a part of the service"
            }
            Self::RoleInTrust => "a trust policy of the account names the role",
            Self::UserInTrust => "a trust policy of the account names the user",
            Self::SessionInResourcePolicy => "a resource policy names the role's session",
            Self::UserInResourcePolicy => "a resource policy names the user",
            Self::AnyoneOnCondition => "a resource policy allows `*` on a condition",
            Self::FederatedUser => {
                "the user calls as a federated session; a resource policy names the user"
            }
            Self::NotPrincipal => "a resource policy denies all but the role by `NotPrincipal`",
            Self::UntrackedRegion => "use in a Region in which IAM tracks nothing",
            Self::OtherPartition => "partition `aws-cn`, in which IAM tracks nothing",
            Self::RecentlyTracked => {
                "a quarterly job; IAM tracks its action for less than the window"
            }
            Self::CheckedElsewhere => "checked elsewhere than at an API, such as `rds-db:connect`",
            Self::OldReport => "use that began after the report ended",
            Self::UnseenUse => "`RoleLastUsed` is newer than all of the report",
            Self::InsideAnotherCall => "authorized inside another call, such as `iam:PassRole`",
            Self::MadeForThePrincipal => "called by an AWS service for the principal",
            Self::ThroughATool => {
                "by CloudFormation, Service Catalog or SSM Automation for the principal"
            }
            Self::Inverse => "what undoes what is used, on a day of roll-back",
            Self::FailurePath => "a function's dead letters, destinations and network",
            Self::OwnCredentials => "a person's own password, MFA device and keys",
            Self::ServiceRole => "restores by a role with AWS's policy for a service",
            Self::OrganizationRole => "roles that run the organization",
            Self::Yearly => "a yearly job: seen once, before the window",
        }
    }

    pub(crate) fn aim(self) -> Aim {
        match self {
            Self::SessionInResourcePolicy
            | Self::UserInResourcePolicy
            | Self::AnyoneOnCondition => Aim::Control,
            Self::NotPrincipal | Self::ThroughATool => Aim::Warned,
            Self::Yearly => Aim::None,
            Self::Plain
            | Self::FederatedUser
            | Self::RoleInResourcePolicy
            | Self::RoleInPart
            | Self::RoleInTrust
            | Self::UserInTrust
            | Self::UntrackedRegion
            | Self::OtherPartition
            | Self::RecentlyTracked
            | Self::CheckedElsewhere
            | Self::OldReport
            | Self::UnseenUse
            | Self::InsideAnotherCall
            | Self::MadeForThePrincipal
            | Self::Inverse
            | Self::FailurePath
            | Self::OwnCredentials
            | Self::ServiceRole
            | Self::OrganizationRole => Aim::Nothing,
        }
    }

    /// Whether it is drawn for roles only, for users only, or for both.
    pub(crate) fn is_for(self, is_user: bool) -> bool {
        match self {
            Self::UserInTrust
            | Self::UserInResourcePolicy
            | Self::FederatedUser
            | Self::OwnCredentials => is_user,
            Self::RoleInResourcePolicy
            | Self::RoleInPart
            | Self::RoleInTrust
            | Self::SessionInResourcePolicy
            | Self::UnseenUse
            | Self::FailurePath
            | Self::ServiceRole
            | Self::OrganizationRole => !is_user,
            Self::Plain
            | Self::AnyoneOnCondition
            | Self::NotPrincipal
            | Self::UntrackedRegion
            | Self::OtherPartition
            | Self::RecentlyTracked
            | Self::CheckedElsewhere
            | Self::OldReport
            | Self::InsideAnotherCall
            | Self::MadeForThePrincipal
            | Self::ThroughATool
            | Self::Inverse
            | Self::Yearly => true,
        }
    }
}
