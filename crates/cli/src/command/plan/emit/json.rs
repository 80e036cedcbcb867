//! The policy document alone, and the calls of AWS CLI that attach it.

use super::script::{Script, quoted};
use super::subject::{POLICY_PATH, Subject};

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
            "aws iam put-{kind}-permissions-boundary --{kind}-name {} --permissions-boundary {}",
            quoted(arn.name()),
            quoted(&arn.boundary_policy_arn())
        ),
    ];
    Script::of(code, &commands)
}
