//! Facts that were looked up by hand, the tables' form, and what holds of any sets.

use super::*;

fn id(action: &str) -> ActionId {
    Catalog::embedded().find(action).unwrap()
}

fn set(actions: &[&str]) -> ActionSet {
    actions.iter().map(|action| id(action)).collect()
}

fn names(ids: impl IntoIterator<Item = ActionId>) -> Vec<String> {
    ids.into_iter().map(|id| Catalog::embedded().action(id).to_string()).collect()
}

fn needs(by: &str, action: &str) -> bool {
    DependentActions::embedded().of(id(by)).any(|need| need == id(action))
}

/// What is needed, each with what needs it.
fn printed(needed: &[Needed]) -> Vec<(String, String)> {
    let name = |id| Catalog::embedded().action(id).to_string();
    needed.iter().map(|needed| (name(needed.action), name(needed.by))).collect()
}

#[test]
fn what_the_documentation_says_is_in_the_tables() {
    let facts = [
        // The service authorization reference.
        ("backup-gateway:PutHypervisorPropertyMappings", "iam:PassRole"),
        ("ec2:RunInstances", "iam:PassRole"),
        ("elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:AddTags"),
        // https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
        ("lambda:CreateFunction", "iam:PassRole"),
        ("lambda:UpdateFunctionConfiguration", "iam:PassRole"),
        // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
        ("ecs:RegisterTaskDefinition", "iam:PassRole"),
        ("ecs:RunTask", "iam:PassRole"),
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
        ("cloudformation:CreateStack", "iam:PassRole"),
        ("cloudformation:CreateChangeSet", "iam:PassRole"),
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
        ("apigateway:PUT", "iam:PassRole"),
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
        ("s3:GetObject", "kms:Decrypt"),
        ("s3:PutObject", "kms:GenerateDataKey"),
        ("s3:PutObject", "s3:AbortMultipartUpload"),
        // https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
        ("ec2:StartInstances", "kms:CreateGrant"),
        // https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
        ("ssm:GetParameter", "kms:Decrypt"),
        ("ssm:PutParameter", "kms:Encrypt"),
        ("secretsmanager:GetSecretValue", "kms:Decrypt"),
        ("logs:PutLogEvents", "logs:CreateLogStream"),
        ("logs:PutLogEvents", "logs:CreateLogGroup"),
        ("athena:StartQueryExecution", "glue:GetTable"),
        ("ecr:BatchGetImage", "ecr:GetAuthorizationToken"),
        ("sts:AssumeRole", "sts:TagSession"),
        ("xray:PutTraceSegments", "xray:GetSamplingRules"),
    ];
    for (by, action) in facts {
        assert!(needs(by, action), "{by} needs {action}");
    }
}

#[test]
fn what_needs_nothing_needs_nothing() {
    let dependent = DependentActions::embedded();
    for action in ["iam:PassRole", "kms:Decrypt", "sts:GetCallerIdentity", "sqs:DeleteMessage"] {
        assert_eq!(names(dependent.of(id(action))), [""; 0], "{action}");
        let granted = ActionSet::full(Catalog::embedded());
        assert_eq!(dependent.needed(&set(&[action]), &granted), []);
    }
    assert!(!needs("s3:GetObject", "iam:PassRole"));
    assert!(!needs("lambda:InvokeFunction", "iam:PassRole"));
}

#[test]
fn what_an_action_needs_is_ascending_and_not_itself() {
    let dependent = DependentActions::embedded();
    for by in Catalog::embedded().ids() {
        let needs: Vec<_> = dependent.of(by).collect();
        assert!(needs.is_sorted_by(|left, right| left < right) && !needs.contains(&by));
    }
    assert_eq!(names(dependent.of(id("sns:Publish"))), ["kms:Decrypt", "kms:GenerateDataKey"]);
}

#[test]
fn a_need_of_a_need_is_needed_too() {
    let dependent = DependentActions::embedded();
    let kept = set(&["athena:StartQueryExecution"]);
    let granted =
        set(&["s3:GetObject", "s3:ListBucket", "kms:Decrypt", "kms:ReEncryptTo", "s3:PutObject"]);
    let pair = |action: &str, by: &str| (action.to_owned(), by.to_owned());
    assert_eq!(
        printed(&dependent.needed(&kept, &granted)),
        [
            pair("kms:Decrypt", "athena:StartQueryExecution"),
            pair("kms:ReEncryptTo", "s3:PutObject"),
            pair("s3:GetObject", "athena:StartQueryExecution"),
            pair("s3:ListBucket", "athena:StartQueryExecution"),
            pair("s3:PutObject", "athena:StartQueryExecution"),
        ]
    );
    // Nobody who may not call s3:PutObject needs what it needs.
    let granted = set(&["kms:ReEncryptTo"]);
    assert_eq!(dependent.needed(&kept, &granted), []);
}

#[test]
fn of_several_reasons_the_lowest_is_given() {
    let dependent = DependentActions::embedded();
    let granted = set(&["iam:PassRole"]);
    for kept in [
        ["ecs:RunTask", "lambda:CreateFunction", "states:CreateStateMachine"],
        ["states:CreateStateMachine", "lambda:CreateFunction", "ecs:RunTask"],
    ] {
        let needed = dependent.needed(&set(&kept), &granted);
        assert_eq!(printed(&needed), [("iam:PassRole".to_owned(), "ecs:RunTask".to_owned())]);
    }
}
