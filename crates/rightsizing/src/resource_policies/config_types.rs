//! Where AWS Config's items have the policies of resources.

/// A resource type of AWS Config whose items hold the policy of the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigType {
    /// The resource type.
    pub name: &'static str,
    /// The IAM prefix of its service.
    pub service: &'static str,
    /// The members that lead to the policy, from the item on.
    pub(super) path: &'static [&'static str],
    /// Whether every item has the member, so that one without it says nothing.
    pub(super) always: bool,
}

const fn optional(
    name: &'static str,
    service: &'static str,
    path: &'static [&'static str],
) -> ConfigType {
    ConfigType { name, service, path, always: false }
}

const fn always(
    name: &'static str,
    service: &'static str,
    path: &'static [&'static str],
) -> ConfigType {
    ConfigType { name, service, path, always: true }
}

const SUPPLEMENTARY: &str = "supplementaryConfiguration";
const CONFIGURATION: &str = "configuration";

/// The types whose items hold the policy of the resource.
///
/// Most of them have the properties of the CloudFormation type of the same name. Buckets, keys,
/// functions, roles and Elasticsearch domains came earlier and have forms of their own; every
/// bucket has a member `BucketPolicy`, and every key and role has a policy.
///
/// Sources:
/// <https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html>;
/// how tools read them: <https://github.com/cloud-copilot/iam-collect>,
/// <https://github.com/nsiow/yams>.
pub const CONFIG_TYPES: &[ConfigType] = &[
    always("AWS::S3::Bucket", "s3", &[SUPPLEMENTARY, "BucketPolicy", "policyText"]),
    optional("AWS::S3::AccessPoint", "s3", &[CONFIGURATION, "Policy"]),
    optional("AWS::S3Express::BucketPolicy", "s3express", &[CONFIGURATION, "PolicyDocument"]),
    always("AWS::KMS::Key", "kms", &[SUPPLEMENTARY, "Policy"]),
    optional("AWS::Lambda::Function", "lambda", &[SUPPLEMENTARY, "Policy"]),
    optional("AWS::SQS::Queue", "sqs", &[CONFIGURATION, "Policy"]),
    optional("AWS::SNS::Topic", "sns", &[CONFIGURATION, "Policy"]),
    optional("AWS::Events::EventBus", "events", &[CONFIGURATION, "Policy"]),
    optional("AWS::MSK::ClusterPolicy", "kafka", &[CONFIGURATION, "Policy"]),
    optional("AWS::MSK::Cluster", "kafka", &[CONFIGURATION, "Policy"]),
    optional("AWS::ECR::Repository", "ecr", &[CONFIGURATION, "RepositoryPolicyText"]),
    optional("AWS::ECR::RegistryPolicy", "ecr", &[CONFIGURATION, "PolicyText"]),
    optional("AWS::EFS::FileSystem", "elasticfilesystem", &[CONFIGURATION, "FileSystemPolicy"]),
    optional("AWS::OpenSearch::Domain", "es", &[CONFIGURATION, "AccessPolicies"]),
    optional("AWS::Elasticsearch::Domain", "es", &[CONFIGURATION, "accessPolicies"]),
    optional("AWS::Backup::BackupVault", "backup", &[CONFIGURATION, "AccessPolicy"]),
    always("AWS::IAM::Role", "sts", &[CONFIGURATION, "assumeRolePolicyDocument"]),
];

impl ConfigType {
    /// The type of this name; `None` for one whose items hold no policy that we know.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        CONFIG_TYPES.iter().find(|it| it.name == name)
    }
}
