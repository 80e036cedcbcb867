//! What a service's resources may grant by other means than the policies that are read.

use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::UnreadableDocument;
use leastwise_rightsizing::resource_policies::ResourcePolicy;
use serde_json::json;

/// Means of a service that are not read, with the most that they can grant.
///
/// Sources: <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html> (the operations of
/// a grant) and
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-grants-cross-accounts.html>.
const UNREAD: [(&str, &str, &[&str]); 2] = [
    (
        "kms",
        "grants of keys",
        &[
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DeriveSharedSecret",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey*",
            "kms:GenerateMac",
            "kms:GetPublicKey",
            "kms:ReEncrypt*",
            "kms:RetireGrant",
            "kms:Sign",
            "kms:Verify*",
        ],
    ),
    ("s3", "S3 Access Grants instances", &["s3:*AccessGrant*", "s3:GetDataAccess"]),
];

/// They grant all of that to everybody, as far as anybody knows.
pub(super) fn policies() -> impl Iterator<Item = ResourcePolicy> {
    UNREAD.into_iter().map(|(service, resource, actions)| {
        let everybody = json!({ "Effect": "Allow", "Principal": "*", "Action": actions });
        let document = Document::from_value(json!({ "Statement": [everybody] }));
        ResourcePolicy {
            service: Some(service.to_owned()),
            resource: resource.to_owned(),
            document: document.map_err(UnreadableDocument::from),
        }
    })
}
