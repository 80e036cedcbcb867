//! The policy document alone, and the calls of AWS CLI that attach it.

use super::script::{Script, quoted};
use super::subject::{POLICY_PATH, Subject};

/// How to undo it: nothing of Leastwise knows what was attached by hand.
fn way_back(subject: &Subject<'_>) -> String {
    let (name, kind) = (quoted(subject.arn.name()), subject.arn.kind());
    let command = match subject.present {
        Some(before) => format!(
            "aws iam put-{kind}-permissions-boundary --{kind}-name={name} --permissions-boundary {}",
            quoted(before)
        ),
        None => format!("aws iam delete-{kind}-permissions-boundary --{kind}-name={name}"),
    };
    format!("Note the way back, which Leastwise does not keep for you: {command}")
}

pub(super) fn script(subject: &Subject<'_>) -> Script {
    let (arn, kind) = (subject.arn, subject.arn.kind());
    let code = format!("{:#}", subject.document);
    let commands = [
        "Save this as boundary.json, then:".to_owned(),
        format!(
            "aws iam create-policy --policy-name {} --path {POLICY_PATH} --description {} --policy-document file://boundary.json",
            quoted(&arn.boundary_policy_name()),
            quoted(&subject.description())
        ),
        format!(
            "aws iam put-{kind}-permissions-boundary --{kind}-name={} --permissions-boundary {}",
            quoted(arn.name()),
            quoted(&arn.boundary_policy_arn())
        ),
        way_back(subject),
    ];
    Script::of(code, &commands)
}
