//! A stack of AWS CDK, in TypeScript.
//!
//! JSON is an expression of TypeScript: strings in double quotes have no templates. As with
//! CloudFormation, the principal is imported by itself first.

use super::script::{Emitted, Script, indented};
use super::subject::{POLICY_PATH, Subject};
use serde_json::json;

/// What CDK takes for a value that it fills in later. There is no way to write it otherwise.
///
/// Source: <https://docs.aws.amazon.com/cdk/v2/guide/tokens.html>.
const TOKENS: [&str; 2] = ["${Token[", "{{resolve:"];

pub(super) fn script(subject: &Subject<'_>) -> Emitted {
    let code = code(subject);
    if let Some(token) = TOKENS.iter().find(|token| code.contains(**token)) {
        return Err(format!(
            "CDK would take `{token}` in a policy for a value of its own; use another tool"
        ));
    }
    let commands = [
        subject.if_it_is_there("permissionsBoundary: boundary"),
        "Otherwise save this as bin/boundary.ts; import the principal, and then attach the boundary:"
            .to_owned(),
        format!("cdk import --context attach=false   # it asks for the name: {}", subject.arn.name()),
        "cdk deploy".to_owned(),
    ];
    Ok(Script::of(code, &commands))
}

fn code(subject: &Subject<'_>) -> String {
    let (arn, kind) = (subject.arn, subject.kind());
    let name = if subject.is_role() { "roleName" } else { "userName" };
    let trust = subject.trust.as_ref().map_or_else(String::new, |trust| {
        format!("      assumeRolePolicyDocument: {},\n", indented(trust, 6))
    });
    let present =
        subject.present.map_or_else(|| "undefined".to_owned(), |it| json!(it).to_string());
    format!(
        r"import * as cdk from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import {{ Construct }} from 'constructs';

export class BoundaryStack extends cdk.Stack {{
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {{
    super(scope, id, props);
    // An import takes the principal over as it stands, and makes nothing.
    const attaches = this.node.tryGetContext('attach') !== 'false';
    const principal = new iam.Cfn{kind}(this, 'Principal', {{
      {name}: {principal},
      path: {principal_path},
{trust}      permissionsBoundary: {present},
    }});
    principal.applyRemovalPolicy(cdk.RemovalPolicy.RETAIN);
    if (!attaches) {{
      return;
    }}
    const boundary = new iam.CfnManagedPolicy(this, 'Boundary', {{
      managedPolicyName: {policy},
      path: {policy_path},
      description: {description},
      policyDocument: {document},
    }});
    boundary.applyRemovalPolicy(cdk.RemovalPolicy.RETAIN);
    principal.permissionsBoundary = boundary.ref;
  }}
}}

const app = new cdk.App();
new BoundaryStack(app, {stack});
",
        principal = json!(arn.name()),
        principal_path = json!(arn.path()),
        policy = json!(arn.boundary_policy_name()),
        policy_path = json!(POLICY_PATH),
        description = json!(subject.description()),
        document = indented(&subject.document, 6),
        stack = json!(stack_name(&arn.boundary_policy_name())),
    )
}

/// A name that a stack may have: letters, digits and hyphens.
fn stack_name(policy: &str) -> String {
    let allowed = |symbol: char| if symbol.is_ascii_alphanumeric() { symbol } else { '-' };
    format!("leastwise-{}", policy.chars().map(allowed).collect::<String>())
}
