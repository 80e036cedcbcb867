//! The IAM permissions that each Lambda needs: those of the ports its handler asks for.

/// What the evaluator's role must allow.
///
/// The ports: `ReadAccount`, `ReadPrincipal`, `ReadPolicy`, `ReadUsage`, `ReadHistory`,
/// `ReadRegions`, `Evaluations`.
pub const EVALUATOR_ACTIONS: &[&str] = &[
    "account:ListRegions",
    "config:BatchGetResourceConfig",
    "config:GetComplianceDetailsByConfigRule",
    "config:GetComplianceDetailsByResource",
    "config:GetResourceConfigHistory",
    "config:PutEvaluations",
    "iam:GenerateServiceLastAccessedDetails",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetGroupPolicy",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:GetServiceLastAccessedDetails",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListGroupPolicies",
    "iam:ListGroupsForUser",
    "iam:ListPolicyVersions",
    "iam:ListRolePolicies",
    "iam:ListUserPolicies",
];

/// What the evaluator's role must allow in addition where the rule parameter `ExecutionRoleName` is
/// used.
pub const EXECUTION_ROLE_ACTIONS: &[&str] = &["sts:AssumeRole"];

/// What the evaluator's role must allow in addition where a rule judges groups (`ResourceTypes`).
///
/// The port: `ReadGroup`.
pub const GROUP_ACTIONS: &[&str] = &["iam:GetGroup"];

/// What both roles must allow in addition where the setting `AdminGroupName` names a group.
///
/// The port: `FindGroup`.
pub const ADMIN_GROUP_ACTIONS: &[&str] = &["iam:GetGroup"];

/// What both roles must allow in addition on each file that a setting names (`ExemptionList` and
/// the others).
///
/// The port: `ReadObject`.
pub const LIST_FILE_ACTIONS: &[&str] = &["s3:GetObject"];

/// What both roles must allow in addition where the setting `EvidenceList` names usage files.
///
/// The ports: `ReadObject`, on the files, and `ListObjects`, on the prefix.
pub const EVIDENCE_ACTIONS: &[&str] = &["s3:GetObject", "s3:ListBucket"];

/// What the evaluator's role must allow in addition where it logs details (`LEASTWISE_DETAIL_LOG`).
///
/// The port: `GrantingPolicies`.
pub const DETAIL_LOG_ACTIONS: &[&str] = &["iam:ListPoliciesGrantingServiceAccess"];

/// What the evaluator's role must allow in addition where it tags principals
/// (`LEASTWISE_TAG_PRINCIPALS`).
///
/// The port: `TagPrincipal`.
pub const STATUS_TAG_ACTIONS: &[&str] =
    &["iam:TagRole", "iam:TagUser", "iam:UntagRole", "iam:UntagUser"];

/// What the evaluator's role must allow in its own account, whosever account it judges: to halt
/// everything automatic.
///
/// The ports: `MakeEntry`, on the parameter `/leastwise/automatic/halted`, and of `Remember` what
/// reads `/leastwise/automatic/resumed`.
pub const HALT_ACTIONS: &[&str] = &["ssm:GetParameter", "ssm:PutParameter"];

/// What the evaluator's role must allow in addition where the setting `RestoreOnBreak` is `on`.
///
/// The port: `StartAutomation`.
pub const RESTORE_ON_BREAK_ACTIONS: &[&str] = &["iam:PassRole", "ssm:StartAutomationExecution"];

/// What the evaluator's role must allow in addition, on the manifests and the state machine, where
/// the setting `SweepWith` is `step-functions`.
///
/// The ports: `WriteObject` and `StartExecution`.
pub const SWEEP_ACTIONS: &[&str] = &["s3:PutObject", "states:StartExecution"];

/// What the remediator's role must allow beside [`REMEDIATOR_ACTIONS`], on the parameters below
/// `/leastwise/automatic/`, to take turns and to resume, and to find the notices that are due.
///
/// The ports: `Entries`, `MakeEntry`, of `Remember` what writes, and `ReadAccount`.
pub const TURN_ACTIONS: &[&str] = &[
    "iam:GetAccountAuthorizationDetails",
    "ssm:DeleteParameters",
    "ssm:GetParametersByPath",
    "ssm:PutParameter",
];

/// What the remediator's role must allow.
///
/// The ports: `FindPrincipal`, `ReadPrincipal`, `ReadPolicy`, `ReadUsage`, `ReadHistory`,
/// `ReadRegions`, `GrantingPolicies`, `PolicyAccount`, `BoundaryPolicies`, `AttachBoundary`,
/// `TagPrincipal`, and of `Quarantine` what a release needs, see [`RELEASE_ACTIONS`].
pub const REMEDIATOR_ACTIONS: &[&str] = &[
    "account:ListRegions",
    "config:BatchGetResourceConfig",
    "config:GetResourceConfigHistory",
    "config:ListDiscoveredResources",
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:DetachUserPolicy",
    "iam:GenerateServiceLastAccessedDetails",
    "iam:GetAccountSummary",
    "iam:GetGroupPolicy",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:GetServiceLastAccessedDetails",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListGroupPolicies",
    "iam:ListGroupsForUser",
    "iam:ListPolicies",
    "iam:ListPoliciesGrantingServiceAccess",
    "iam:ListPolicyVersions",
    "iam:ListRolePolicies",
    "iam:ListRoles",
    "iam:ListUserPolicies",
    "iam:ListUsers",
    "iam:PutRolePermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
    "iam:TagPolicy",
    "iam:TagRole",
    "iam:TagUser",
    "iam:UntagRole",
    "iam:UntagUser",
];

/// What the remediator's role must allow in addition where the setting `Preflight` is `on`.
///
/// The port: `Preflight`.
pub const PREFLIGHT_ACTIONS: &[&str] =
    &["access-analyzer:ValidatePolicy", "iam:SimulatePrincipalPolicy"];

/// What the remediator's role must allow in addition where the setting `ResourceGrants` is `read`.
///
/// The ports: `ReadResourcePolicies`, and `ReadAccount` for trust policies.
pub const RESOURCE_GRANTS_ACTIONS: &[&str] = &[
    "config:BatchGetResourceConfig",
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorders",
    "config:ListDiscoveredResources",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:ListSecrets",
];

/// What both roles must allow in addition where messages are sent (`NotificationTopicArn`).
///
/// The ports: `Publish`, on the topic, and `Remember`, on the parameters under
/// `/leastwise/notified/`.
pub const NOTIFICATION_ACTIONS: &[&str] = &["sns:Publish", "ssm:GetParameter", "ssm:PutParameter"];

/// What of the port `Quarantine` the remediator's role allows also where nobody is put in
/// quarantine (any more), on the quarantine policy alone: whoever is in it must be releasable.
pub const RELEASE_ACTIONS: &[&str] = &["iam:DetachUserPolicy"];

/// What the remediator's role must allow in addition where the setting `Quarantine` is `on`.
///
/// The rest of the port `Quarantine`. A release needs `iam:DeleteUserPolicy` of users whose
/// quarantine is an inline policy; since IAM has no condition on which inline policy is deleted,
/// the role allows that only while it is `on`.
pub const QUARANTINE_ACTIONS: &[&str] =
    &["iam:AttachUserPolicy", "iam:DeleteUserPolicy", "iam:PutUserPolicy"];

/// What either role must allow in addition, on the secret, where the setting `ScoreProvider` is
/// `external` or `both`.
///
/// The port: `ReadSecret`.
pub const SCORE_SECRET_ACTIONS: &[&str] = &["secretsmanager:GetSecretValue"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{
        self, ATTACH_BOUNDARY_ACTIONS, BOUNDARY_POLICIES_ACTIONS, EVALUATIONS_ACTIONS,
        FIND_PRINCIPAL_ACTIONS, GRANTING_POLICIES_ACTIONS, READ_ACCOUNT_ACTIONS,
        READ_GROUP_ACTIONS, READ_HISTORY_ACTIONS, READ_PRINCIPAL_ACTIONS, READ_REGIONS_ACTIONS,
        READ_USAGE_ACTIONS, TAG_PRINCIPAL_ACTIONS,
    };
    use std::collections::BTreeSet;

    fn sum(ports: &[&[&'static str]]) -> Vec<&'static str> {
        ports.concat().into_iter().collect::<BTreeSet<_>>().into_iter().collect()
    }

    #[test]
    fn a_lambda_may_do_what_its_ports_cost_and_nothing_else() {
        assert_eq!(
            EVALUATOR_ACTIONS,
            sum(&[
                READ_ACCOUNT_ACTIONS,
                READ_PRINCIPAL_ACTIONS,
                READ_USAGE_ACTIONS,
                READ_HISTORY_ACTIONS,
                READ_REGIONS_ACTIONS,
                EVALUATIONS_ACTIONS,
            ])
        );
        assert_eq!(
            REMEDIATOR_ACTIONS,
            sum(&[
                FIND_PRINCIPAL_ACTIONS,
                READ_PRINCIPAL_ACTIONS,
                READ_USAGE_ACTIONS,
                READ_HISTORY_ACTIONS,
                READ_REGIONS_ACTIONS,
                GRANTING_POLICIES_ACTIONS,
                ports::POLICY_ACCOUNT_ACTIONS,
                BOUNDARY_POLICIES_ACTIONS,
                ATTACH_BOUNDARY_ACTIONS,
                TAG_PRINCIPAL_ACTIONS,
                RELEASE_ACTIONS,
            ])
        );
        let read_group = [GROUP_ACTIONS, EVALUATOR_ACTIONS].concat();
        assert!(READ_GROUP_ACTIONS.iter().all(|action| read_group.contains(action)));
        assert!(GROUP_ACTIONS.iter().all(|action| READ_GROUP_ACTIONS.contains(action)));
        assert_eq!(HALT_ACTIONS, sum(&[ports::MAKE_ENTRY_ACTIONS, ports::REMEMBER_ACTIONS]));
        assert_eq!(RESTORE_ON_BREAK_ACTIONS, ports::START_AUTOMATION_ACTIONS);
        let for_sweeps = [ports::WRITE_OBJECT_ACTIONS, ports::START_EXECUTION_ACTIONS];
        assert_eq!(SWEEP_ACTIONS, sum(&for_sweeps));
        // Of an account that is read once, GetAccountAuthorizationDetails has everything but what
        // REMEDIATOR_ACTIONS reads one by one.
        let for_turns = [ports::ENTRIES_ACTIONS, ports::MAKE_ENTRY_ACTIONS, READ_ACCOUNT_ACTIONS];
        let with_reads = sum(&[TURN_ACTIONS, REMEDIATOR_ACTIONS]);
        assert_eq!(with_reads, sum(&[&sum(&for_turns), REMEDIATOR_ACTIONS]));
        assert_eq!(ADMIN_GROUP_ACTIONS, ports::FIND_GROUP_ACTIONS);
        assert_eq!(DETAIL_LOG_ACTIONS, GRANTING_POLICIES_ACTIONS);
        assert_eq!(STATUS_TAG_ACTIONS, TAG_PRINCIPAL_ACTIONS);
        assert_eq!(PREFLIGHT_ACTIONS, ports::PREFLIGHT_ACTIONS);
        let for_grants = [ports::READ_RESOURCE_POLICIES_ACTIONS, READ_ACCOUNT_ACTIONS];
        assert_eq!(RESOURCE_GRANTS_ACTIONS, sum(&for_grants));
        assert_eq!(NOTIFICATION_ACTIONS, sum(&[ports::PUBLISH_ACTIONS, ports::REMEMBER_ACTIONS]));
        assert_eq!(sum(&[RELEASE_ACTIONS, QUARANTINE_ACTIONS]), ports::QUARANTINE_ACTIONS);
        assert_eq!(SCORE_SECRET_ACTIONS, ports::READ_SECRET_ACTIONS);
        assert_eq!(LIST_FILE_ACTIONS, ports::READ_OBJECT_ACTIONS);
    }
}
