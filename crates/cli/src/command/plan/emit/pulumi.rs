//! A program for Pulumi, in TypeScript.

use super::script::{Script, indented, quoted};
use super::subject::{POLICY_PATH, Subject};
use serde_json::json;

pub(super) fn script(subject: &Subject<'_>) -> Script {
    let (kind, name) = (subject.kind(), subject.arn.name());
    let commands = [
        subject.if_it_is_there("permissionsBoundary: boundary.arn"),
        "Otherwise save this as index.ts, and import the principal before anything is deployed:"
            .to_owned(),
        format!(
            "pulumi import --generate-code=false aws:iam/{}:{kind} principal {}",
            kind.to_lowercase(),
            quoted(name)
        ),
        "pulumi preview   # one policy to create, one boundary to update, and nothing else"
            .to_owned(),
    ];
    Script::of(code(subject), &commands)
}

fn code(subject: &Subject<'_>) -> String {
    let (arn, kind) = (subject.arn, subject.kind());
    let trust = subject.trust.as_ref().map_or_else(String::new, |trust| {
        format!("    assumeRolePolicy: JSON.stringify({}),\n", indented(trust, 4))
    });
    // What the account data does not have, the provider would set back.
    let ignored = if subject.is_role() {
        r#"["description", "maxSessionDuration", "tags", "tagsAll"]"#
    } else {
        r#"["tags", "tagsAll"]"#
    };
    format!(
        r#"import * as aws from "@pulumi/aws";

export const boundary = new aws.iam.Policy("boundary", {{
    name: {policy},
    path: {policy_path},
    description: {description},
    policy: JSON.stringify({document}),
}});

export const principal = new aws.iam.{kind}(
  "principal",
  {{
    name: {name},
    path: {path},
{trust}    permissionsBoundary: boundary.arn,
  }},
  {{ protect: true, ignoreChanges: {ignored} }},
);
"#,
        policy = json!(arn.boundary_policy_name()),
        policy_path = json!(POLICY_PATH),
        description = json!(subject.description()),
        document = indented(&subject.document, 4),
        name = json!(arn.name()),
        path = json!(arn.path()),
    )
}
