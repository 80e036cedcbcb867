//! What undoes an action where a service does not name it after the same noun.

/// Service, action, and the actions that undo it.
type Pair = (&'static str, &'static str, &'static [&'static str]);

/// Sources: the API reference of each service, which says so on the page of the undoing operation;
/// for CloudFormation
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html>, by
/// which a stack that failed is rolled back, continued or deleted, however the change began.
pub(super) const PAIRS: &[Pair] = &[
    ("apigateway", "POST", &["DELETE"]),
    ("apigateway", "PUT", &["DELETE"]),
    ("autoscaling", "EnterStandby", &["ExitStandby"]),
    ("autoscaling", "PutScalingPolicy", &["DeletePolicy"]),
    ("autoscaling", "PutScheduledUpdateGroupAction", &["DeleteScheduledAction"]),
    ("cloudformation", "CreateStack", &["ContinueUpdateRollback"]),
    (
        "cloudformation",
        "ExecuteChangeSet",
        &["CancelUpdateStack", "ContinueUpdateRollback", "DeleteStack", "RollbackStack"],
    ),
    ("cloudformation", "UpdateStack", &["ContinueUpdateRollback", "DeleteStack"]),
    ("cloudformation", "UpdateStackSet", &["StopStackSetOperation"]),
    ("cloudwatch", "PutCompositeAlarm", &["DeleteAlarms"]),
    ("cloudwatch", "PutMetricAlarm", &["DeleteAlarms"]),
    ("dynamodb", "RestoreTableFromBackup", &["DeleteTable"]),
    ("dynamodb", "RestoreTableToPointInTime", &["DeleteTable"]),
    ("ec2", "BundleInstance", &["CancelBundleTask"]),
    ("ec2", "ImportImage", &["CancelImportTask"]),
    ("ec2", "ImportInstance", &["CancelConversionTask"]),
    ("ec2", "ImportSnapshot", &["CancelImportTask"]),
    ("ec2", "ImportVolume", &["CancelConversionTask"]),
    ("ecs", "CreateService", &["StopServiceDeployment"]),
    ("ecs", "UpdateService", &["StopServiceDeployment"]),
    ("elasticmapreduce", "AddJobFlowSteps", &["CancelSteps"]),
    ("glacier", "UploadMultipartPart", &["AbortMultipartUpload"]),
    ("kms", "CreateGrant", &["RetireGrant", "RevokeGrant"]),
    ("kms", "CreateKey", &["ScheduleKeyDeletion"]),
    ("kms", "ImportKeyMaterial", &["DeleteImportedKeyMaterial"]),
    ("organizations", "InviteAccountToOrganization", &["CancelHandshake"]),
    ("secretsmanager", "DeleteSecret", &["RestoreSecret"]),
    ("secretsmanager", "ReplicateSecretToRegions", &["RemoveRegionsFromReplication"]),
    ("servicecatalog", "ProvisionProduct", &["TerminateProvisionedProduct"]),
    ("sns", "ConfirmSubscription", &["Unsubscribe"]),
];

/// The names that undo that action of that service.
pub(super) fn undoing(service: &str, name: &str) -> impl Iterator<Item = &'static str> {
    let of = PAIRS.iter().filter(move |pair| {
        pair.0.eq_ignore_ascii_case(service) && pair.1.eq_ignore_ascii_case(name)
    });
    of.flat_map(|pair| pair.2.iter().copied())
}
