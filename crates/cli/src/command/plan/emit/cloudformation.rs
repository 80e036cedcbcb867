//! A template of AWS CloudFormation.
//!
//! An import takes resources over as they stand, and makes none. So the template has a parameter:
//! with `Attach=false` it has the principal alone, to be imported; with `Attach=true` the boundary,
//! too. Properties that the template does not name are left as they are.
//!
//! Source:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html>.

use super::script::{Emitted, Script, quoted};
use super::subject::{POLICY_PATH, Subject};
use serde_json::{Value, json};

/// What a string must not have: CloudFormation would put something else there, and there is no way
/// to write it otherwise.
///
/// Source:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>.
const DYNAMIC: &str = "{{resolve:";

pub(super) fn script(subject: &Subject<'_>) -> Emitted {
    let code = format!("{:#}", template(subject));
    if code.contains(DYNAMIC) {
        return Err(format!(
            "CloudFormation would take `{DYNAMIC}` in a policy for a reference of its own; use another tool"
        ));
    }
    Ok(Script::of(code, &commands(subject)))
}

fn template(subject: &Subject<'_>) -> Value {
    let arn = subject.arn;
    let nothing = json!({ "Ref": "AWS::NoValue" });
    let present = subject.present.map_or(nothing, |present| json!(present));
    let present = json!({ "Fn::If": ["Attaches", { "Ref": "Boundary" }, present] });
    let properties = [
        (format!("{}Name", subject.kind()), Some(json!(arn.name()))),
        ("Path".to_owned(), Some(json!(arn.path()))),
        ("AssumeRolePolicyDocument".to_owned(), subject.trust.clone()),
        ("PermissionsBoundary".to_owned(), Some(present)),
    ];
    let known = properties.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let principal = Value::Object(known.collect());
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": subject.description(),
        "Parameters": {
            "Attach": {
                "Type": "String",
                "AllowedValues": ["true", "false"],
                "Default": "true",
                "Description": "false while the principal is imported, true to attach the boundary"
            }
        },
        "Conditions": { "Attaches": { "Fn::Equals": [{ "Ref": "Attach" }, "true"] } },
        "Resources": {
            "Boundary": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Condition": "Attaches",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {
                    "ManagedPolicyName": arn.boundary_policy_name(),
                    "Path": POLICY_PATH,
                    "Description": subject.description(),
                    "PolicyDocument": subject.document
                }
            },
            "Principal": {
                "Type": format!("AWS::IAM::{}", subject.kind()),
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": principal
            }
        }
    })
}

fn commands(subject: &Subject<'_>) -> Vec<String> {
    let arn = subject.arn;
    let stack = format!(
        "--stack-name leastwise-{}",
        arn.boundary_policy_name().replace(['+', '=', ',', '.', '@', '_'], "-")
    );
    let kind = subject.kind();
    let import = json!([{
        "ResourceType": format!("AWS::IAM::{kind}"),
        "LogicalResourceId": "Principal",
        "ResourceIdentifier": { format!("{kind}Name"): arn.name() }
    }]);
    let capability = "--capabilities CAPABILITY_NAMED_IAM";
    vec![
        subject.if_it_is_there(r#""PermissionsBoundary": { "Ref": "Boundary" }"#),
        "Otherwise save this as boundary.json; import the principal, and then attach the boundary:"
            .to_owned(),
        format!(
            "aws cloudformation create-change-set {stack} --change-set-name import --change-set-type IMPORT \
             --template-body file://boundary.json --parameters ParameterKey=Attach,ParameterValue=false {capability} \
             --resources-to-import {}",
            quoted(&import.to_string())
        ),
        format!("aws cloudformation execute-change-set {stack} --change-set-name import"),
        format!(
            "aws cloudformation deploy {stack} --template-file boundary.json --parameter-overrides Attach=true {capability}"
        ),
    ]
}
