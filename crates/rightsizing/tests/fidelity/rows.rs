//! A few rows of AWS's service reference: service, access level, since when IAM tracks it, resource type, names.
//!
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html>, as of 2026-08-22;
//! a date of 2025-07-24 means then or earlier.

use crate::replay::Reference;

const ACTIONS: &str = "\
acm-pca write - - IssueCertificate
acm write 2025-07-24 - RequestCertificate
aoss write - - APIAccessAll
appsync write - - GraphQL
athena write 2025-07-24 - StartQueryExecution
backup list 2026-08-18 - ListBackupAccessPoints
backup list 2025-07-24 - ListBackupJobs
backup write 2025-07-24 - StartBackupJob,StartRestoreJob
bedrock read - - ApplyGuardrail,InvokeAgent,InvokeModel
cloudformation write 2025-07-24 - CreateStack,ExecuteChangeSet,RollbackStack,UpdateStack
cognito-idp read 2025-07-24 - DescribeUserPoolClient
connect write 2025-07-24 - CreateInstance
connect write 2026-08-18 - CreateMetric
connect list 2026-08-18 - ListMetrics
dax read - - GetItem
directconnect read 2025-07-24 - DescribeConnections
directconnect list 2026-08-18 - ListVirtualInterfaceRoutes
dsql write - - DbConnect
dynamodb write 2025-07-24 table CreateTable,DeleteTable,ExportTableToPointInTime,ImportTable
dynamodb read - table GetItem,Query
dynamodb write - table UpdateItem
ec2 write 2025-07-24 - AssignPrivateIpAddresses,CreateNetworkInterface,DeleteNetworkInterface,RunInstances,UnassignPrivateIpAddresses
ec2 tagging - - CreateTags
ec2 list - - DescribeInstances
ec2 list 2025-07-24 - DescribeNetworkInterfaces
ec2 write - - TerminateInstances
ecr read 2025-07-24 repository BatchGetImage,GetDownloadUrlForLayer
elasticache write - user Connect
elasticfilesystem read - file-system ClientMount
elasticfilesystem write - file-system ClientWrite
elasticloadbalancing write 2025-07-24 - CreateListener
es write - - ESHttpPost
events write - - PutEvents
execute-api write - - Invoke
glue write - table BatchCreatePartition,DeleteDatabase
glue write - - CreateDatabase
glue read - table GetTable
iam write 2025-07-24 user ChangePassword,CreateAccessKey,DeactivateMFADevice,DeleteAccessKey,EnableMFADevice,ResyncMFADevice,UpdateAccessKey
iam write 2025-07-24 role CreateRole,DeleteRole
iam write 2025-07-24 - CreateVirtualMFADevice
iam write - role PassRole
iot write - topic Publish
kafka-cluster write - - Connect
kafka-cluster read - topic ReadData
kinesis read - - GetRecords
kms write 2025-07-24 - CreateKey
kms write 2025-07-24 key Decrypt,Encrypt,GenerateDataKey
kms read 2025-07-24 key DescribeKey
lambda write 2025-07-24 function CreateFunction,DeleteFunction
lambda write - function InvokeFunction
lambda list 2025-07-24 - ListFunctions
logs write 2025-07-24 - CreateLogStream
logs read 2025-07-24 - GetQueryResults,StartQuery,StopQuery
neptune-db read - - ReadDataViaQuery
rds-db permissions-management - - connect
rds tagging - - AddTagsToResource
rds write - - CreateDBInstance
rds list 2025-07-24 - DescribeDBInstances
rds write 2025-07-24 - RestoreDBInstanceFromDBSnapshot
redshift permissions-management - - CreateClusterUser,JoinGroup
redshift write 2025-07-24 - GetClusterCredentials
s3 write - object AbortMultipartUpload,DeleteObject,PutObject
s3 write 2025-07-24 bucket CreateBucket,DeleteBucket
s3 read - object GetObject
s3 list 2025-07-24 - ListAllMyBuckets
s3 list - bucket ListBucket
secretsmanager read 2025-07-24 Secret DescribeSecret,GetSecretValue
servicecatalog write 2025-07-24 - ProvisionProduct
ses write 2026-08-18 - PutAccountPricingAttributes
ses write - identity SendEmail,SendRawEmail
sns write - topic CreateTopic,DeleteTopic,Publish,Subscribe
sqs write 2025-07-24 queue CreateQueue,DeleteQueue
sqs read - - ListQueues
sqs read - queue ReceiveMessage
sqs write - queue SendMessage
sqs tagging - queue TagQueue
ssm write 2025-07-24 - StartAutomationExecution
sts write 2025-07-24 role AssumeRole
sts write 2025-07-24 - GetFederationToken
tag tagging - - TagResources
";

/// Operations that authorize more than the action of their name.
const OPERATIONS: &str = "\
cloudformation.CreateStack cloudformation:CreateStack,iam:PassRole
lambda.CreateFunction lambda:CreateFunction,iam:PassRole
ec2.RunInstances ec2:RunInstances,ec2:CreateTags,iam:PassRole
";

const REGIONS: &str = "us-east-1\neu-central-1\n";

/// The tables of AWS, as far as these rows go; every action has an operation of its name.
pub(crate) fn reference() -> Reference {
    let mut actions = String::new();
    let mut operations = OPERATIONS.replace(' ', "\t");
    for row in ACTIONS.lines() {
        let cells: Vec<&str> = row.split(' ').collect();
        let [service, level, since, kind, names] = cells.as_slice() else { continue };
        // With few exceptions Access Analyzer generates policies of what IAM tracks.
        let generated = if *since == "-" { "no" } else { "yes" };
        for name in names.split(',') {
            let row = format!("{service}:{name}\t{level}\t{since}\t{generated}\t-\t{kind}\n");
            actions.push_str(&row);
            let operation = format!("{service}.{name}\t{service}:{name}\n");
            operations.push_str(&operation);
        }
    }
    Reference::of(&actions, &operations, REGIONS)
}
