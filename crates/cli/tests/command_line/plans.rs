//! `leastwise plan --what-if` and `--emit`.

use crate::program::{Run, leastwise, on_example, run};
use serde_json::{Value, json};

const ANALYST: &str = "arn:aws:iam::111122223333:user/analyst";
const BUILDER: &str = "arn:aws:iam::111122223333:role/ci/builder";
const SERVICE_LINKED: &str =
    "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";

fn emit(tool: &str, principal: &str) -> Run {
    run(&on_example("plan", &["--principal", principal, "--emit", tool]))
}

/// The document of the principal's planned boundary.
fn document(principal: &str) -> Value {
    let planned = run(&on_example("plan", &["--principal", principal, "--output", "json"]));
    let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
    planned.pointer("/0/boundary").unwrap().clone()
}

/// Of what `asleep` keeps nothing is granted by identity policies, so that nothing of its index would be known.
#[test]
fn what_would_change_is_a_line_for_each_principal_and_one_for_all() {
    let expected = "\
arn:aws:iam::111122223333:user/analyst: 70 → 0; 6 services stop: dynamodb, glue, iam, kms, redshift and 1 more
arn:aws:iam::111122223333:user/newcomer: 0 → 0; no service stops; of 1 service something stays because it is unknown:
    iam
arn:aws:iam::111122223333:role/asleep: 100 → unknown; 2 services stop: ses, sqs
arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig: refused: it is exempt: a
    service-linked role: only AWS can change it
arn:aws:iam::111122223333:role/ci/builder: 54 → 0; 3 services stop: ec2, lambda, s3; of others 33 actions stop; of 1
    service something stays because it is unknown: ecr

Together
  boundaries planned: 4 of 5 principals; principals with a high index (67 and more): 2 → 0; grants of a service that
    stop: 11; that stay in whole or in part because they are unknown: 2
";
    assert_eq!(run(&on_example("plan", &["--what-if"])), Run::printed(expected));
}

#[test]
fn of_one_principal_every_service_that_stops_is_named() {
    let run = run(&on_example("plan", &["--what-if", "--principal", ANALYST]));
    let expected =
        format!("{ANALYST}: 70 → 0; 6 services stop: dynamodb, glue, iam, kms, redshift, sqs\n");
    assert_eq!(run, Run::printed(&expected));
}

#[test]
fn what_would_change_is_there_for_scripts_too() {
    let arguments = ["--what-if", "--principal", BUILDER, "--output"];
    let of = |format| run(&on_example("plan", &[&arguments[..], &[format]].concat())).stdout;
    let expected = json!([{
        "principal": BUILDER, "index": 54, "expectedIndex": 0, "stops": ["ec2", "lambda", "s3"], "stopsActions": 33,
        "staysUnknown": ["ecr"]
    }]);
    assert_eq!(serde_json::from_str::<Value>(&of("json")).unwrap(), expected);
    let expected = format!(
        "principal,index,expected_index,stops,stops_actions,stays_unknown,refused\n{BUILDER},54,0,3,33,1,\n"
    );
    assert_eq!(of("csv"), expected);
}

#[test]
fn the_policy_alone_is_the_document_that_was_planned() {
    let run = emit("json", ANALYST);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap(), document(ANALYST));
    let (warnings, commands) = run.stderr.split_once("Save this ").unwrap();
    assert_eq!(warnings.lines().filter(|line| line.starts_with("warning: ")).count(), 6);
    assert!(warnings.contains("denies every principal that has one: look for `NotPrincipal`"));
    let expected = "\
as boundary.json, then:
aws iam create-policy --policy-name 'user-analyst' --path /leastwise/ --description 'Permissions boundary of \
arn:aws:iam::111122223333:user/analyst, planned by Leastwise' --policy-document file://boundary.json
aws iam put-user-permissions-boundary --user-name='analyst' --permissions-boundary \
'arn:aws:iam::111122223333:policy/leastwise/user-analyst'
Note the way back, which Leastwise does not keep for you: aws iam delete-user-permissions-boundary --user-name='analyst'
";
    assert_eq!((run.code, commands), (0, expected));
}

#[test]
fn a_template_has_the_policy_and_the_principal_that_it_bounds_once_it_is_imported() {
    let run = emit("cloudformation", BUILDER);
    assert_eq!(run.stdout, include_str!("expected/boundary-builder.json"));
    let template: Value = serde_json::from_str(&run.stdout).unwrap();
    let boundary = &template["Resources"]["Boundary"];
    assert_eq!(
        (&boundary["Type"], &boundary["Condition"]),
        (&json!("AWS::IAM::ManagedPolicy"), &json!("Attaches"))
    );
    assert_eq!(
        boundary["Properties"],
        json!({
            "ManagedPolicyName": "role-builder",
            "Path": "/leastwise/",
            "Description": format!("Permissions boundary of {BUILDER}, planned by Leastwise"),
            "PolicyDocument": document(BUILDER)
        })
    );
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "codebuild.amazonaws.com" },
            "Action": "sts:AssumeRole"
        }]
    });
    assert_eq!(
        template["Resources"]["Principal"],
        json!({
            "Type": "AWS::IAM::Role",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "RoleName": "builder",
                "Path": "/ci/",
                "AssumeRolePolicyDocument": trust,
                "PermissionsBoundary": { "Fn::If": [
                    "Attaches",
                    { "Ref": "Boundary" },
                    "arn:aws:iam::111122223333:policy/limits/ci"
                ] }
            }
        })
    );
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains(
        "--change-set-type IMPORT --template-body file://boundary.json --parameters \
         ParameterKey=Attach,ParameterValue=false --capabilities CAPABILITY_NAMED_IAM --resources-to-import \
         '[{\"ResourceType\":\"AWS::IAM::Role\",\"LogicalResourceId\":\"Principal\",\
         \"ResourceIdentifier\":{\"RoleName\":\"builder\"}}]'\n"
    ));
}

#[test]
fn each_tool_gets_its_code_and_the_commands_that_import_what_is_there() {
    for (tool, principal, code, commands) in [
        (
            "terraform",
            BUILDER,
            "resource \"aws_iam_role\" \"principal\" {\n  name                 = \"builder\"\n  path                 = \
             \"/ci/\"\n  assume_role_policy   = jsonencode({\n",
            "terraform import aws_iam_role.principal 'builder'\n",
        ),
        (
            "terraform",
            ANALYST,
            "resource \"aws_iam_user\" \"principal\" {\n  name                 = \"analyst\"\n  path                 = \
             \"/\"\n  permissions_boundary = aws_iam_policy.boundary.arn\n",
            "terraform import aws_iam_user.principal 'analyst'\n",
        ),
        (
            "cdk",
            BUILDER,
            "    const principal = new iam.CfnRole(this, 'Principal', {\n      roleName: \"builder\",\n      path: \
             \"/ci/\",\n      assumeRolePolicyDocument: {\n",
            "cdk import --context attach=false   # it asks for the name: builder\n",
        ),
        (
            "pulumi",
            ANALYST,
            "export const principal = new aws.iam.User(\n  \"principal\",\n  {\n    name: \"analyst\",\n    path: \
             \"/\",\n    permissionsBoundary: boundary.arn,\n",
            "pulumi import --generate-code=false aws:iam/user:User principal 'analyst'\n",
        ),
    ] {
        let run = emit(tool, principal);
        assert_eq!(run.code, 0, "{tool}");
        assert!(run.stdout.contains(code), "{tool}:\n{}", run.stdout);
        assert!(run.stderr.contains(commands), "{tool}:\n{}", run.stderr);
    }
}

#[test]
fn who_gets_no_boundary_gets_no_code() {
    let run = emit("terraform", SERVICE_LINKED);
    let stderr = format!(
        "refused: `{SERVICE_LINKED}` is exempt: a service-linked role: only AWS can change it\n"
    );
    assert_eq!(run, Run::complained(4, &stderr));
}

#[test]
fn code_is_for_one_principal_and_in_the_form_of_its_tool() {
    for more in
        [&["--emit", "json"][..], &["--emit", "json", "--principal", ANALYST, "--output", "csv"]]
    {
        let run = run(&on_example("plan", more));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{more:?}");
    }
}

#[test]
fn a_plan_in_colours_is_the_same_text() {
    let plain = run(&on_example("plan", &["--principal", BUILDER]));
    let mut command = leastwise(&on_example("plan", &["--principal", BUILDER]));
    let coloured = Run::from(command.env("CLICOLOR_FORCE", "1").output().unwrap());
    assert!(
        coloured
            .stdout
            .contains("\u{1b}[31m--- arn:aws:iam::111122223333:policy/limits/ci\u{1b}[0m")
    );
    let mut stripped = String::new();
    for part in coloured.stdout.split("\u{1b}[") {
        let text = if stripped.is_empty() && !coloured.stdout.starts_with('\u{1b}') {
            part
        } else {
            part.split_once('m').map_or("", |(_, text)| text)
        };
        stripped.push_str(text);
    }
    assert_eq!(stripped, plain.stdout);
}
