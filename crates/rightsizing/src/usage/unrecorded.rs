//! What is needed on the day on which something fails: a function's queue of dead letters, a
//! person's own password.
//!
//! Until that day no use is recorded, and without these permissions it ends badly.

use crate::iam::{Principal, PrincipalKind};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Effect, Resources};
use leastwise_policy::permissions::Permissions;

/// Services that act as a role, with what they call only when something fails or starts anew.
///
/// | Service | What it does |
/// | --- | --- |
/// | Lambda | sends events that a function could not process to a queue of [dead letters] or a [destination], and makes a [network interface] for a function that was idle |
/// | EventBridge Scheduler | sends what it could not deliver to a [queue of its own](https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html) |
/// | EventBridge Pipes | sends what a target refused to a queue or topic ([DeadLetterConfig](https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_DeadLetterConfig.html)) |
/// | IoT | calls a rule's [error action](https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html) |
/// | Firehose | puts what it could not deliver into a [backup bucket](https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html) and writes its error log |
///
/// [dead letters]: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
/// [destination]: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
/// [network interface]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
const PATHS_OF_FAILURE: [(&str, &[&str]); 6] = [
    ("lambda.amazonaws.com", OF_FUNCTIONS),
    ("edgelambda.amazonaws.com", OF_FUNCTIONS),
    ("scheduler.amazonaws.com", &["sqs:SendMessage"]),
    ("pipes.amazonaws.com", &["sqs:SendMessage", "sns:Publish"]),
    (
        "iot.amazonaws.com",
        &[
            "dynamodb:PutItem",
            "firehose:PutRecord",
            "firehose:PutRecordBatch",
            "iot:Publish",
            "kinesis:PutRecord",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "s3:PutObject",
            "sns:Publish",
            "sqs:SendMessage",
        ],
    ),
    ("firehose.amazonaws.com", &["logs:PutLogEvents", "s3:AbortMultipartUpload", "s3:PutObject"]),
];

const OF_FUNCTIONS: &[&str] = &[
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ec2:UnassignPrivateIpAddresses",
    "events:PutEvents",
    "lambda:InvokeFunction",
    "s3:ListBucket",
    "s3:PutObject",
    "sns:Publish",
    "sqs:SendMessage",
];

/// What the services that may assume the role call when something fails.
pub(super) fn paths_of_failure(principal: &Principal, catalog: &Catalog) -> ActionSet {
    let trusted = principal.trusted_services();
    let paths = PATHS_OF_FAILURE.iter().filter(|(service, _)| trusted.contains(*service));
    paths.flat_map(|(_, actions)| *actions).filter_map(|action| catalog.find(action)).collect()
}

/// What affects nobody but the caller, whatever resource a policy names.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html>.
const ALWAYS_OWN: [&str; 2] = ["iam:ChangePassword", "iam:GetAccountPasswordPolicy"];

/// How a person looks after password, MFA devices and keys, where it is granted on the own name.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html>.
const OWN_CREDENTIALS: [&str; 34] = [
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateVirtualMFADevice",
    "iam:DeactivateMFADevice",
    "iam:DeleteAccessKey",
    "iam:DeleteLoginProfile",
    "iam:DeleteServiceSpecificCredential",
    "iam:DeleteSigningCertificate",
    "iam:DeleteSSHPublicKey",
    "iam:DeleteVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetAccessKeyLastUsed",
    "iam:GetAccountSummary",
    "iam:GetLoginProfile",
    "iam:GetMFADevice",
    "iam:GetSSHPublicKey",
    "iam:GetUser",
    "iam:ListAccessKeys",
    "iam:ListMFADevices",
    "iam:ListServiceSpecificCredentials",
    "iam:ListSigningCertificates",
    "iam:ListSSHPublicKeys",
    "iam:ListUsers",
    "iam:ListVirtualMFADevices",
    "iam:ResetServiceSpecificCredential",
    "iam:ResyncMFADevice",
    "iam:UpdateAccessKey",
    "iam:UpdateLoginProfile",
    "iam:UpdateServiceSpecificCredential",
    "iam:UpdateSigningCertificate",
    "iam:UpdateSSHPublicKey",
    "iam:UploadSigningCertificate",
    "iam:UploadSSHPublicKey",
];

/// What a user may do with its own credentials.
pub(super) fn own_credentials(principal: &Principal, catalog: &Catalog) -> ActionSet {
    if principal.arn.kind() != PrincipalKind::User {
        return ActionSet::empty();
    }
    let Ok(documents) = principal.granting_documents() else { return ActionSet::empty() };
    let on_own_name = |document: &&Document| {
        let statements = document.statements().iter();
        let own = statements.filter(|it| {
            it.effect() == Effect::Allow && names(it.resources(), principal.arn.name())
        });
        Document::new(own.cloned().collect())
    };
    let own: Vec<Document> = documents.iter().map(on_own_name).collect();
    let granted = Permissions::of(&own);
    let by_name = OWN_CREDENTIALS.iter().filter(|action| granted.permits(action));
    by_name.chain(&ALWAYS_OWN).filter_map(|action| catalog.find(action)).collect()
}

/// Whether the resources name the user: by its name, which a wildcard may follow, or by a policy
/// variable. MFA devices are called whatever their owner calls them.
fn names(resources: &Resources, user: &str) -> bool {
    let Resources::Limited(value) = resources else { return false };
    let text = value.to_string();
    names_caller(&text)
        || ["\"", "*"].into_iter().any(|end| text.contains(&format!("/{user}{end}")))
        || text.contains(":mfa/")
}

/// Whether the policy variable of the caller's own name stands in the text, in whatever letter case
/// and with or without a default.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.
fn names_caller(text: &str) -> bool {
    text.split("${").skip(1).any(|variable| {
        let end = variable.find([',', '}']).unwrap_or(variable.len());
        let key = variable.get(..end).unwrap_or_default();
        key.trim().eq_ignore_ascii_case("aws:username")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_with_or_without_its_path_and_with_a_wildcard_after_it() {
        let named = |resource: &str| {
            let resources = Resources::Limited(serde_json::json!({ "Resource": [resource] }));
            names(&resources, "mira")
        };
        for name in ["user/mira", "user/team/mira", "user/mira*"] {
            assert!(named(&format!("arn:aws:iam::111122223333:{name}")), "{name}");
        }
        for name in ["user/miranda", "user/*", "user/team/*"] {
            assert!(!named(&format!("arn:aws:iam::111122223333:{name}")), "{name}");
        }
    }

    #[test]
    fn the_callers_name_is_a_variable_in_any_letter_case_with_or_without_a_default() {
        for (text, expected) in [
            ("arn:aws:iam::*:user/${aws:username}", true),
            ("arn:aws:iam::*:user/${AWS:UserName}", true),
            ("arn:aws:iam::*:user/${aws:username, 'nobody'}", true),
            ("arn:aws:iam::*:user/${aws:userid}", false),
            ("arn:aws:iam::*:user/aws:username", false),
        ] {
            assert_eq!(names_caller(text), expected, "{text}");
        }
    }
}
