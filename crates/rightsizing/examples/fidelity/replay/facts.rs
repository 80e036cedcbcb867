//! Facts on which the draw rests and that no table has, each with its source.

/// A kind of resource that has a policy of its own.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) service: &'static str,
    /// The resource type in AWS's service reference.
    pub(crate) kind: &'static str,
    /// The ARN, with `{r}` for the Region, `{a}` for the account, `{p}` for the partition.
    pub(crate) arn: &'static str,
    /// How many times as often it is drawn as the rarest ones.
    pub(crate) often: usize,
}

const fn shared(
    service: &'static str,
    kind: &'static str,
    arn: &'static str,
    often: usize,
) -> Shared {
    Shared { service, kind, arn, often }
}

/// Services with resource-based policies.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>, column
/// "Resource-based policies"; ARNs: <https://docs.aws.amazon.com/service-authorization/latest/reference/>.
pub(crate) const SHARED: [Shared; 36] = [
    shared("kms", "key", "arn:{p}:kms:{r}:{a}:key/0f3b6a4e-1111-4222-8333-444455556666", 8),
    shared("s3", "object", "arn:{p}:s3:::shared-reports/2026/a.csv", 8),
    shared("s3", "bucket", "arn:{p}:s3:::shared-reports", 4),
    shared("sqs", "queue", "arn:{p}:sqs:{r}:{a}:orders", 6),
    shared("sns", "topic", "arn:{p}:sns:{r}:{a}:news", 4),
    shared("secretsmanager", "Secret", "arn:{p}:secretsmanager:{r}:{a}:secret:db-AbCdEf", 6),
    shared("lambda", "function", "arn:{p}:lambda:{r}:{a}:function:worker", 3),
    shared("ecr", "repository", "arn:{p}:ecr:{r}:{a}:repository/base", 3),
    shared("es", "domain", "arn:{p}:es:{r}:{a}:domain/logs", 2),
    shared("dynamodb", "table", "arn:{p}:dynamodb:{r}:{a}:table/orders", 2),
    shared("events", "event-bus", "arn:{p}:events:{r}:{a}:event-bus/shared", 2),
    shared(
        "execute-api",
        "execute-api-general",
        "arn:{p}:execute-api:{r}:{a}:a1b2c3/prod/GET/x",
        2,
    ),
    shared(
        "elasticfilesystem",
        "file-system",
        "arn:{p}:elasticfilesystem:{r}:{a}:file-system/fs-0a1b2c3d",
        2,
    ),
    shared("glue", "table", "arn:{p}:glue:{r}:{a}:table/sales/orders", 2),
    shared("kinesis", "stream", "arn:{p}:kinesis:{r}:{a}:stream/clicks", 2),
    shared("codeartifact", "repository", "arn:{p}:codeartifact:{r}:{a}:repository/own/base", 2),
    shared("backup", "backupVault", "arn:{p}:backup:{r}:{a}:backup-vault:main", 2),
    shared("kafka", "cluster", "arn:{p}:kafka:{r}:{a}:cluster/main/0f3b6a4e-1", 1),
    shared("ses", "identity", "arn:{p}:ses:{r}:{a}:identity/example.com", 1),
    shared("schemas", "registry", "arn:{p}:schemas:{r}:{a}:registry/own", 1),
    shared("logs", "destination", "arn:{p}:logs:{r}:{a}:destination:all", 1),
    shared("aps", "workspace", "arn:{p}:aps:{r}:{a}:workspace/ws-1", 1),
    shared(
        "acm-pca",
        "certificate-authority",
        "arn:{p}:acm-pca:{r}:{a}:certificate-authority/0f3b",
        1,
    ),
    shared("signer", "signing-profile", "arn:{p}:signer:{r}:{a}:/signing-profiles/own", 1),
    shared("glacier", "vault", "arn:{p}:glacier:{r}:{a}:vaults/old", 1),
    shared("mediastore", "container", "arn:{p}:mediastore:{r}:{a}:container/own", 1),
    shared("serverlessrepo", "applications", "arn:{p}:serverlessrepo:{r}:{a}:applications/own", 1),
    shared("ssm-contacts", "contact", "arn:{p}:ssm-contacts:{r}:{a}:contact/mira", 1),
    shared(
        "redshift-serverless",
        "snapshot",
        "arn:{p}:redshift-serverless:{r}:{a}:snapshot/0f3b",
        1,
    ),
    shared("xray", "group", "arn:{p}:xray:{r}:{a}:group/own/1", 1),
    shared("imagebuilder", "component", "arn:{p}:imagebuilder:{r}:{a}:component/own/1.0.0/1", 1),
    shared("codebuild", "project", "arn:{p}:codebuild:{r}:{a}:project/own", 1),
    shared(
        "network-firewall",
        "FirewallPolicy",
        "arn:{p}:network-firewall:{r}:{a}:firewall-policy/own",
        1,
    ),
    shared("ssm", "parameter", "arn:{p}:ssm:{r}:{a}:parameter/shared/x", 1),
    shared("s3tables", "TableBucket", "arn:{p}:s3tables:{r}:{a}:bucket/own", 1),
    shared("dsql", "Cluster", "arn:{p}:dsql:{r}:{a}:cluster/own", 1),
];

/// Regions that AWS lists and in which IAM may not track; those of the table of tracking dates are left out.
///
/// Source: <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>.
pub(crate) const YOUNG_REGIONS: [&str; 6] = [
    "ca-west-1",
    "mx-central-1",
    "ap-southeast-5",
    "ap-southeast-7",
    "ap-southeast-6",
    "ap-east-2",
];

/// Services whose calls go to one Region of their partition, wherever the caller is.
///
/// Source: <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html>.
pub(crate) const GLOBAL: [&str; 16] = [
    "account",
    "artifact",
    "aws-portal",
    "billing",
    "budgets",
    "ce",
    "cloudfront",
    "cur",
    "globalaccelerator",
    "iam",
    "networkmanager",
    "organizations",
    "route53",
    "route53domains",
    "shield",
    "waf",
];

/// Actions that something else than an AWS API checks. Each with the page that says who does.
pub(crate) const CHECKED_ELSEWHERE: [(&str, &str); 14] = [
    // <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html>
    ("rds-db:connect", "arn:aws:rds-db:us-east-1:111122223333:dbuser:db-A/app"),
    // <https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html>
    ("kafka-cluster:Connect", "*"),
    ("kafka-cluster:ReadData", "*"),
    // <https://docs.aws.amazon.com/neptune/latest/userguide/iam-dp-actions.html>
    ("neptune-db:ReadDataViaQuery", "*"),
    // <https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html>
    ("dsql:DbConnect", "*"),
    // <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html>
    ("dax:GetItem", "*"),
    // <https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html>
    ("elasticfilesystem:ClientMount", "*"),
    ("elasticfilesystem:ClientWrite", "*"),
    // <https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html>
    ("es:ESHttpPost", "*"),
    // <https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html>
    ("aoss:APIAccessAll", "*"),
    // <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html>
    ("execute-api:Invoke", "*"),
    // <https://docs.aws.amazon.com/iot/latest/developerguide/iot-policy-actions.html>
    ("iot:Publish", "*"),
    // <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html>
    ("appsync:GraphQL", "*"),
    // <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html>
    ("elasticache:Connect", "*"),
];

/// What a service calls with the permissions of whoever used it: what is used, and what that needs.
pub(crate) const MADE_FOR_THE_PRINCIPAL: [(&str, &[&str]); 12] = [
    // <https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html>
    (
        "athena:StartQueryExecution",
        &["glue:GetTable", "glue:BatchCreatePartition", "s3:DeleteObject"],
    ),
    // <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html>
    ("dynamodb:ExportTableToPointInTime", &["s3:PutObject", "s3:AbortMultipartUpload"]),
    // <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html>
    ("dynamodb:ImportTable", &["s3:GetObject", "s3:ListBucket", "logs:CreateLogStream"]),
    // <https://docs.aws.amazon.com/streams/latest/dev/tutorial-stock-data-kplkcl-iam.html>
    ("kinesis:GetRecords", &["dynamodb:CreateTable", "dynamodb:UpdateItem"]),
    // <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_TagResources.html>
    ("tag:TagResources", &["sqs:TagQueue", "rds:AddTagsToResource"]),
    // <https://docs.aws.amazon.com/redshift/latest/mgmt/generating-iam-credentials-role-permissions.html>
    ("redshift:GetClusterCredentials", &["redshift:CreateClusterUser", "redshift:JoinGroup"]),
    // <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html>
    ("cloudformation:ExecuteChangeSet", &["iam:PassRole", "s3:GetObject"]),
    // <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AnalyzingLogData.html>
    ("logs:StartQuery", &["logs:GetQueryResults", "logs:StopQuery"]),
    // <https://docs.aws.amazon.com/bedrock/latest/userguide/agents-permissions.html>
    ("bedrock:InvokeAgent", &["bedrock:InvokeModel", "bedrock:ApplyGuardrail"]),
    // <https://docs.aws.amazon.com/acm/latest/userguide/ca-access.html>
    ("acm:RequestCertificate", &["acm-pca:IssueCertificate"]),
    // <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>
    ("elasticloadbalancing:CreateListener", &["cognito-idp:DescribeUserPoolClient"]),
    // <https://docs.aws.amazon.com/kms/latest/developerguide/services-s3.html>
    ("s3:PutObject", &["kms:GenerateDataKey", "kms:Decrypt"]),
];

/// Operations by which a service works with the permissions of whoever calls it, on whatever a template names.
///
/// Sources: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html>,
/// <https://docs.aws.amazon.com/servicecatalog/latest/adminguide/constraints-launch.html>,
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup.html>.
pub(crate) const TOOLS: [&str; 4] = [
    "cloudformation:CreateStack",
    "cloudformation:UpdateStack",
    "servicecatalog:ProvisionProduct",
    "ssm:StartAutomationExecution",
];

/// The verb of what is done, and the verbs that undo it to the same thing.
pub(crate) const INVERSES: [(&str, &[&str]); 9] = [
    ("Create", &["Delete"]),
    ("Attach", &["Detach"]),
    ("Put", &["Delete"]),
    ("Enable", &["Disable"]),
    ("Authorize", &["Revoke"]),
    ("Start", &["Stop"]),
    ("Run", &["Terminate"]),
    ("Register", &["Deregister"]),
    ("Update", &["Rollback", "CancelUpdate"]),
];

/// Where a function sends what failed or what came of it, and on which resources.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
pub(crate) const FAILURE_PATHS: [(&str, &str); 5] = [
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:worker-dead-letters"),
    ("sns:Publish", "arn:aws:sns:us-east-1:111122223333:worker-failures"),
    ("events:PutEvents", "arn:aws:events:us-east-1:111122223333:event-bus/failures"),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:function:on-failure"),
    ("s3:PutObject", "arn:aws:s3:::worker-failures/*"),
];

/// What Lambda calls with the role of a function in a VPC, whenever the function comes back to life.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html>.
pub(crate) const NETWORK_OF_FUNCTIONS: [&str; 5] = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
];

/// What a person needs for password, MFA device and keys.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html>.
pub(crate) const OWN_CREDENTIALS: [&str; 8] = [
    "iam:ChangePassword",
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:UpdateAccessKey",
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:ResyncMFADevice",
    "iam:DeactivateMFADevice",
];

/// Roles with AWS's own policies for a service.
///
/// Source: <https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html>.
pub(crate) const SERVICE_ROLES: [(&str, &[&str]); 2] = [
    (
        "AWSBackupDefaultServiceRole",
        &["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"],
    ),
    ("StorageRestores", &["AWSBackupServiceRolePolicyForRestores"]),
];

/// Names of roles that run the organization or deploy for others.
///
/// Sources: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html>,
/// <https://docs.aws.amazon.com/controltower/latest/userguide/roles-how.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html>,
/// <https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html>.
pub(crate) const ORGANIZATION_ROLES: [&str; 6] = [
    "OrganizationAccountAccessRole",
    "AWSControlTowerExecution",
    "AWSCloudFormationStackSetExecutionRole",
    "stacksets-exec-0f3b6a4e11114222",
    "cdk-hnb659fds-cfn-exec-role-111122223333-eu-central-1",
    "cdk-hnb659fds-deploy-role-111122223333-eu-central-1",
];
