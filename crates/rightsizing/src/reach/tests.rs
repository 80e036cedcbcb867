//! One account of each kind of path.

use super::*;
use crate::iam::Account;
use leastwise_policy::catalog::Catalog;
use serde_json::{Value, json};

const ACCOUNT: &str = "arn:aws:iam::111122223333:";

/// An account of these users, roles and groups.
#[derive(Default)]
struct Made {
    users: Vec<Value>,
    roles: Vec<Value>,
    groups: Vec<Value>,
    policies: Vec<Value>,
}

impl Made {
    /// With a user of these statements.
    fn user(mut self, name: &str, statements: Value) -> Self {
        self.users.push(json!({
            "Arn": format!("{ACCOUNT}user/{name}"), "UserId": format!("AIDA{}", id(name)),
            "UserPolicyList": [policy(statements)],
        }));
        self
    }

    /// With a user of these statements, in this group.
    fn member(self, name: &str, group: &str, statements: Value) -> Self {
        let mut made = self.user(name, statements);
        made.users.last_mut().unwrap()["GroupList"] = json!([group]);
        made
    }

    /// With a role of these statements that trusts this principal.
    fn role(mut self, name: &str, trusts: Value, statements: Value) -> Self {
        let trust = json!({ "Statement": [
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusts }
        ] });
        self.roles.push(json!({
            "Arn": format!("{ACCOUNT}role/{name}"), "RoleId": format!("AROA{}", id(name)),
            "AssumeRolePolicyDocument": trust, "RolePolicyList": [policy(statements)],
        }));
        self
    }

    fn group(mut self, name: &str, statements: Value) -> Self {
        self.groups.push(json!({
            "Arn": format!("{ACCOUNT}group/{name}"), "GroupName": name,
            "GroupId": format!("AGPA{}", id(name)), "GroupPolicyList": [policy(statements)],
        }));
        self
    }

    /// The last user or role gets this managed policy, or this boundary.
    fn carrying(mut self, key: &str, name: &str, statements: Value) -> Self {
        let arn = format!("{ACCOUNT}policy/{name}");
        let document = json!({ "Statement": statements });
        self.policies.push(json!({ "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [
            { "VersionId": "v1", "IsDefaultVersion": true, "Document": document }
        ] }));
        let last = self.users.last_mut().or(self.roles.last_mut()).unwrap();
        last[key] = match key {
            "PermissionsBoundary" => json!({ "PermissionsBoundaryArn": arn }),
            _ => json!([{ "PolicyName": name, "PolicyArn": arn }]),
        };
        self
    }

    fn account(&self) -> Account {
        let account = json!({
            "UserDetailList": self.users, "RoleDetailList": self.roles,
            "GroupDetailList": self.groups, "Policies": self.policies,
        });
        Account::from_json(&account.to_string()).unwrap()
    }

    /// All that the principal reaches, as opened by each action.
    fn reach(&self, who: &str) -> Reach {
        let (account, catalog) = (self.account(), Catalog::embedded());
        let arn = format!("{ACCOUNT}{who}").parse().unwrap();
        let everybody = AccountReach::of(&account, catalog);
        everybody.reach(account.principal(&arn).unwrap(), catalog).unwrap()
    }

    /// The strongest path in words, with its strength.
    fn path(&self, who: &str) -> Option<String> {
        let reach = self.reach(who);
        reach.strongest().map(|reached| format!("{reached}: {}", reached.strength))
    }
}

fn id(name: &str) -> String {
    format!("EXAMPLE0{}", name.to_ascii_uppercase().replace('-', "0"))
}

fn policy(statements: Value) -> Value {
    json!({ "PolicyName": "inline", "PolicyDocument": { "Statement": statements } })
}

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resource })
}

fn deny(actions: &[&str], resource: &str) -> Value {
    json!({ "Effect": "Deny", "Action": actions, "Resource": resource })
}

fn everything() -> Value {
    json!([allow(&["*"], "*")])
}

fn service(name: &str) -> Value {
    json!({ "Service": format!("{name}.amazonaws.com") })
}

fn aws(text: &str) -> Value {
    json!({ "AWS": text })
}

fn root() -> Value {
    aws("arn:aws:iam::111122223333:root")
}

#[expect(clippy::unnecessary_wraps, reason = "paths are compared with it")]
fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}

/// An account whose role `admin` trusts this, and whose user `mira` may do this.
fn with_admin(trusts: Value, statements: Value) -> Made {
    Made::default().role("admin", trusts, everything()).user("mira", statements)
}

#[test]
fn a_role_that_is_passed_to_a_service_which_may_assume_it_is_reached() {
    let mira = |trusts, statements| with_admin(trusts, statements).path("user/mira");
    let lambda = |actions: &[&str]| mira(service("lambda"), json!([allow(actions, "*")]));
    assert_eq!(
        lambda(&["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]),
        text(
            "role/admin by iam:PassRole, lambda:CreateFunction and lambda:InvokeFunction: administrator"
        )
    );
    assert_eq!(
        lambda(&["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"]),
        text(
            "role/admin by iam:PassRole, lambda:CreateFunction and \
             lambda:CreateEventSourceMapping: administrator"
        )
    );
    // Nothing would run it.
    assert_eq!(lambda(&["iam:PassRole", "lambda:CreateFunction"]), None);
    assert_eq!(lambda(&["lambda:CreateFunction", "lambda:InvokeFunction"]), None);
    // Another service takes it.
    assert_eq!(lambda(&["iam:PassRole", "ec2:RunInstances"]), None);
    assert_eq!(
        mira(service("ec2"), json!([allow(&["iam:PassRole", "ec2:RunInstances"], "*")])),
        text("role/admin by iam:PassRole and ec2:RunInstances: administrator")
    );
}

#[test]
fn every_service_that_takes_roles_opens_a_path_with_each_of_its_ways() {
    for taker in takers::TAKERS {
        for steps in taker.with {
            let actions = [&["iam:PassRole"], *steps].concat();
            let statements = json!([allow(&actions, "*")]);
            let reach = with_admin(service(taker.service), statements).reach("user/mira");
            let admin = Reached {
                whom: Whom::Other("role/admin".into()),
                strength: Strength::Administrator,
                by: actions.clone(),
                through: vec![],
            };
            assert_eq!(reach.by("iam:PassRole"), Some(&admin));
            assert!(actions.iter().all(|action| reach.by(action).is_some()));
        }
    }
}

#[test]
fn a_role_is_passed_only_where_resources_and_the_service_allow() {
    let passing = |pass: Value| {
        let run = allow(&["ec2:RunInstances", "glue:CreateDevEndpoint"], "*");
        let admin = with_admin(service("ec2"), json!([pass, run]));
        admin.reach("user/mira").by("iam:PassRole").is_some()
    };
    let to = |operator: &str, services: Value| {
        let condition = json!({ operator: { "iam:PassedToService": services } });
        json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": condition })
    };
    assert!(passing(allow(&["iam:Pass*"], "arn:aws:iam::*:role/ad*")));
    assert!(!passing(allow(&["iam:PassRole"], "arn:aws:iam::*:role/app-*")));
    let but =
        |but: &str| json!({ "Effect": "Allow", "Action": "iam:PassRole", "NotResource": but });
    assert!(!passing(but("arn:aws:iam::*:role/a*")));
    assert!(passing(but("arn:aws:iam::*:role/${aws:PrincipalTag/team}")));
    assert!(passing(to("StringEquals", json!("ec2.amazonaws.com"))));
    assert!(passing(to("ForAnyValue:StringLike", json!(["glue.amazonaws.com", "e?2.*"]))));
    assert!(!passing(to("StringEquals", json!("glue.amazonaws.com"))));
    assert!(!passing(to("StringEqualsIfExists", json!(["glue.amazonaws.com"]))));
    // Whether any other condition holds cannot be known.
    assert!(passing(to("StringNotEquals", json!("ec2.amazonaws.com"))));
}

#[test]
fn an_unconditional_denial_of_the_target_closes_the_path() {
    let denied = |denial: Value| {
        let run = allow(&["iam:PassRole", "ec2:RunInstances"], "*");
        with_admin(service("ec2"), json!([run, denial])).path("user/mira").is_none()
    };
    assert!(denied(deny(&["iam:Pass*"], "arn:aws:iam::*:role/admin")));
    assert!(denied(deny(&["ec2:*"], "*")));
    assert!(denied(json!({ "Effect": "Deny", "Action": "iam:PassRole",
                           "NotResource": "arn:aws:iam::111122223333:role/app-*" })));
    assert!(!denied(deny(&["iam:PassRole"], "arn:aws:iam::*:role/other")));
    assert!(!denied(deny(&["ec2:RunInstances"], "arn:aws:ec2:*:*:instance/*")));
    assert!(!denied(deny(&["iam:PassRole"], "arn:aws:iam::*:role/${aws:PrincipalTag/team}")));
    let bool = json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } });
    assert!(!denied(
        json!({ "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": bool })
    ));
}

#[test]
fn a_role_that_trusts_the_account_is_reached_by_who_is_granted_it() {
    let mira = |trusts, statements| with_admin(trusts, statements).path("user/mira");
    let granted = || json!([allow(&["sts:AssumeRole"], "arn:aws:iam::111122223333:role/admin")]);
    let nothing = || json!([allow(&["s3:GetObject"], "*")]);
    let by_grant = text("role/admin by sts:AssumeRole: administrator");
    let by_trust = text("role/admin by a trust policy: administrator");
    for account in ["arn:aws:iam::111122223333:root", "111122223333"] {
        assert_eq!(mira(aws(account), granted()), by_grant);
        assert_eq!(mira(aws(account), nothing()), None);
    }
    assert_eq!(mira(aws("arn:aws:iam::444455556666:root"), granted()), None);
    assert_eq!(mira(service("ec2"), granted()), None);
    // A user who is named needs nothing else.
    for named in ["arn:aws:iam::111122223333:user/mira", "AIDAEXAMPLE0MIRA", "*"] {
        assert_eq!(mira(aws(named), nothing()), by_trust);
        assert_eq!(mira(aws(named), granted()), by_grant);
    }
    assert_eq!(mira(aws("arn:aws:iam::111122223333:user/joe"), nothing()), None);
    assert_eq!(mira(json!("*"), nothing()), by_trust);
    let denied = json!([deny(&["sts:*"], "*")]);
    assert_eq!(mira(aws("arn:aws:iam::111122223333:user/mira"), denied), None);
}

#[test]
fn a_role_that_is_named_is_limited_by_its_boundary_and_its_session_is_not() {
    let reached = |named: &str, limit: &[&str]| {
        let made = Made::default()
            .role("admin", aws(named), everything())
            .role("app", service("ec2"), json!([allow(&["s3:GetObject"], "*")]))
            .carrying("PermissionsBoundary", "limit", json!([allow(limit, "*")]));
        made.path("role/app").is_some()
    };
    let (role, session) = (
        "arn:aws:iam::111122223333:role/app",
        "arn:aws:sts::111122223333:assumed-role/app/i-0123456789abcdef0",
    );
    assert!(!reached(role, &["s3:*"]));
    assert!(reached(role, &["s3:*", "sts:AssumeRole"]));
    assert!(reached(session, &["s3:*"]));
    assert!(!reached("arn:aws:sts::111122223333:assumed-role/other/session", &["*"]));
}

#[test]
fn a_denial_in_the_trust_policy_closes_it_for_whom_it_names() {
    let reached = |denied: Value| {
        let mut made = with_admin(root(), json!([allow(&["sts:AssumeRole"], "*")]));
        let statements = made.roles[0]["AssumeRolePolicyDocument"]["Statement"].as_array_mut();
        let mut denial = json!({ "Effect": "Deny", "Action": "sts:*" });
        denial.as_object_mut().unwrap().extend(denied.as_object().unwrap().clone());
        statements.unwrap().push(denial);
        made.path("user/mira").is_some()
    };
    let mira = "arn:aws:iam::111122223333:user/mira";
    assert!(!reached(json!({ "Principal": { "AWS": mira } })));
    assert!(!reached(json!({ "Principal": "*" })));
    assert!(reached(json!({ "NotPrincipal": { "AWS": mira } })));
    assert!(reached(json!({ "Principal": "*", "Condition": { "Bool": { "a": "true" } } })));
}

#[test]
fn a_trust_policy_that_cannot_be_read_may_trust_anybody() {
    let mut made = with_admin(root(), json!([allow(&["sts:AssumeRole"], "*")]));
    made.roles[0]["AssumeRolePolicyDocument"] = json!("{");
    assert_eq!(made.path("user/mira"), text("role/admin by sts:AssumeRole: administrator"));
}

#[test]
fn the_credentials_of_a_user_are_a_path_to_it() {
    let joe = |action: &str, resource: &str| {
        let made = Made::default()
            .user("joe", json!([allow(&["s3:PutObject"], "*")]))
            .user("mira", json!([allow(&[action], resource)]));
        made.path("user/mira")
    };
    for action in actions::CREDENTIALS {
        assert_eq!(joe(action, "*"), text(&format!("user/joe by {action}: write")));
        assert_eq!(joe(action, "arn:aws:iam::*:user/${aws:username}"), None);
    }
    assert_eq!(joe("iam:DeleteAccessKey", "*"), None);
}

#[test]
fn whoever_may_write_what_it_is_granted_reaches_more_of_its_own() {
    let mira = |actions: &[&str], resource: &str| {
        let statements = json!([allow(actions, resource)]);
        let made = Made::default().group("devs", json!([])).member("mira", "devs", statements);
        let own = json!([allow(&["s3:GetObject"], "*")]);
        made.carrying("AttachedManagedPolicies", "own", own).path("user/mira")
    };
    let by = |actions: &str| text(&format!("more of its own by {actions}: administrator"));
    let cases = [
        ("iam:PutUserPolicy", "arn:aws:iam::111122223333:user/mira"),
        ("iam:AttachUserPolicy", "arn:aws:iam::111122223333:user/${aws:username}"),
        ("iam:PutGroupPolicy", "arn:aws:iam::111122223333:group/devs"),
        ("iam:AttachGroupPolicy", "arn:aws:iam::111122223333:group/*"),
        ("iam:CreatePolicyVersion", "arn:aws:iam::111122223333:policy/own"),
        ("iam:SetDefaultPolicyVersion", "*"),
    ];
    for (action, resource) in cases {
        assert_eq!(mira(&[action], resource), by(action));
        assert_eq!(mira(&[action], "arn:aws:iam::111122223333:user/joe"), None);
    }
    let make = ["iam:CreateRole", "iam:AttachRolePolicy"];
    assert_eq!(mira(&make, "*"), by("iam:CreateRole and iam:AttachRolePolicy"));
    let make = ["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"];
    let new = "arn:aws:iam::111122223333:user/new-*";
    assert_eq!(mira(&make, new), by("iam:CreateUser, iam:PutUserPolicy and iam:CreateAccessKey"));
    assert_eq!(mira(&["iam:CreateRole", "iam:PassRole"], "*"), None);
}

#[test]
fn a_role_is_made_and_written_only_where_both_may_be_of_one_name() {
    let mira = |write: &str| {
        let made = allow(&["iam:CreateRole"], "arn:aws:iam::111122223333:role/ci-*");
        let statements = json!([made, allow(&["iam:PutRolePolicy"], write)]);
        Made::default().user("mira", statements).path("user/mira").is_some()
    };
    assert!(mira("arn:aws:iam::111122223333:role/*-deploy"));
    assert!(!mira("arn:aws:iam::111122223333:role/app-*"));
}

#[test]
fn who_reaches_a_role_and_may_write_its_policies_is_an_administrator() {
    let made = Made::default()
        .role("app", root(), json!([allow(&["s3:GetObject"], "*")]))
        .user("mira", json!([allow(&["sts:AssumeRole", "iam:PutRolePolicy"], "*")]))
        .role("first", root(), json!([allow(&["logs:PutLogEvents"], "*")]))
        .user("joe", json!([allow(&["iam:CreateAccessKey"], "*")]));
    assert_eq!(
        made.path("user/mira"),
        text("role/app by sts:AssumeRole and iam:PutRolePolicy: administrator")
    );
    assert_eq!(made.path("user/joe"), text("user/mira by iam:CreateAccessKey: administrator"));
    let alone = Made::default()
        .role("app", service("ec2"), json!([allow(&["s3:GetObject"], "*")]))
        .user("mira", json!([allow(&["iam:PutRolePolicy"], "*")]));
    assert_eq!(alone.path("user/mira"), None);
}

#[test]
fn a_user_who_joins_a_group_reaches_what_that_grants() {
    let joining = || json!([allow(&["iam:AddUserToGroup"], "*")]);
    let made = Made::default()
        .group("admins", everything())
        .user("mira", joining())
        .role("app", service("ec2"), joining())
        .role(
            "ops",
            service("ec2"),
            json!([allow(&["iam:AddUserToGroup", "iam:CreateLoginProfile"], "*")]),
        );
    assert_eq!(made.path("user/mira"), text("group/admins by iam:AddUserToGroup: administrator"));
    assert_eq!(made.path("role/app"), None);
    let ops = made.reach("role/ops");
    let admins = Reached {
        whom: Whom::Other("group/admins".into()),
        strength: Strength::Administrator,
        by: vec!["iam:AddUserToGroup", "iam:CreateLoginProfile"],
        through: vec![],
    };
    assert_eq!(ops.by("iam:AddUserToGroup"), Some(&admins));
}

#[test]
fn who_may_write_a_trust_policy_reaches_the_role_but_not_one_of_aws() {
    let write = || json!([allow(&["iam:UpdateAssumeRolePolicy"], "*")]);
    let mira = with_admin(service("ec2"), write()).path("user/mira");
    assert_eq!(mira, text("role/admin by iam:UpdateAssumeRolePolicy: administrator"));
    let name = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    let made = Made::default().role(name, service("autoscaling"), everything());
    let mut made = made.user("mira", write());
    made.roles[0]["RoleId"] = json!("AROAEXAMPLE0SCALING");
    assert_eq!(made.path("user/mira"), None);
}

#[test]
fn what_runs_on_an_instance_runs_as_its_role() {
    for action in ["ssm:SendCommand", "ssm:StartSession", "ec2-instance-connect:SendSSHPublicKey"] {
        let mira = |trusts| with_admin(trusts, json!([allow(&[action], "*")])).path("user/mira");
        assert_eq!(mira(service("ec2")), text(&format!("role/admin by {action}: administrator")));
        assert_eq!(mira(service("lambda")), None);
    }
}

#[test]
fn a_boundary_that_the_principal_may_lift_bounds_nothing() {
    let mira = |actions: &[&str], limit: &[&str]| {
        let made = Made::default().user("mira", json!([allow(actions, "*")]));
        made.carrying("PermissionsBoundary", "limit", json!([allow(limit, "*")])).path("user/mira")
    };
    assert_eq!(
        mira(&["*"], &["iam:DeleteUserPermissionsBoundary"]),
        text("itself without its boundary by iam:DeleteUserPermissionsBoundary: administrator")
    );
    assert_eq!(
        mira(&["iam:PutUser*Boundary", "s3:PutObject"], &["iam:PutUserPermissionsBoundary"]),
        text(
            "itself without its boundary by iam:PutUserPermissionsBoundary: permissions-management"
        )
    );
    assert_eq!(mira(&["*"], &["s3:*"]), None);
}

#[test]
fn the_boundary_limits_what_is_reached() {
    let made = |limit: Value| {
        let passing = json!([allow(&["iam:PassRole", "ec2:RunInstances"], "*")]);
        with_admin(service("ec2"), passing).carrying("PermissionsBoundary", "limit", limit)
    };
    let reached = |limit: Value| made(limit).path("user/mira").is_some();
    assert!(reached(json!([allow(&["*"], "*")])));
    assert!(!reached(json!([allow(&["ec2:*"], "*")])));
    assert!(!reached(json!([
        allow(&["ec2:*"], "*"),
        allow(&["iam:*"], "arn:aws:iam::*:role/app")
    ])));
    assert!(!reached(json!([allow(&["*"], "*"), deny(&["iam:PassRole"], "*")])));
}

#[test]
fn a_path_goes_through_others_and_names_them() {
    let made = Made::default()
        .role("admin", service("codebuild"), everything())
        .role(
            "deployer",
            service("ec2"),
            json!([allow(
                &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"],
                "*"
            )]),
        )
        .role("jump", root(), json!([allow(&["ssm:StartSession"], "*")]))
        .user("mira", json!([allow(&["sts:AssumeRole"], "*")]));
    let words = "role/admin by sts:AssumeRole through role/jump, role/deployer: administrator";
    assert_eq!(made.path("user/mira"), text(words));
    let json = serde_json::to_value(made.reach("user/mira").strongest()).unwrap();
    let expected = json!({ "principal": "role/admin", "strength": "administrator",
                           "by": ["sts:AssumeRole"], "through": ["role/jump", "role/deployer"] });
    assert_eq!(json, expected);
}

#[test]
fn nobody_reaches_itself_and_a_circle_ends() {
    let assuming = || json!([allow(&["sts:AssumeRole", "s3:PutBucketPolicy"], "*")]);
    let made = Made::default()
        .role("one", root(), assuming())
        .role("two", root(), json!([allow(&["sts:AssumeRole", "s3:GetObject"], "*")]))
        .role("three", root(), json!([allow(&["s3:ListBucket"], "*")]));
    assert_eq!(made.path("role/one"), text("role/two by sts:AssumeRole: write"));
    assert_eq!(made.path("role/two"), text("role/one by sts:AssumeRole: permissions-management"));
    assert_eq!(made.path("role/three"), None);
}

#[test]
fn a_principal_whose_policies_cannot_be_read_may_be_anything() {
    let mut made = Made::default()
        .role("odd", root(), json!([]))
        .user("mira", json!([allow(&["sts:AssumeRole"], "*")]));
    made.roles[0]["RolePolicyList"][0]["PolicyDocument"] = json!("{");
    assert_eq!(made.path("user/mira"), text("role/odd by sts:AssumeRole: unknown"));
    let level = Strength::Unknown.level().unwrap();
    assert_eq!(level.as_str(), "permissions-management");
}

#[test]
fn whom_nothing_is_granted_is_not_worth_reaching() {
    let made = Made::default()
        .role("empty", root(), json!([]))
        .user("mira", json!([allow(&["sts:AssumeRole"], "*")]));
    assert_eq!(made.path("user/mira"), None);
}

#[test]
fn code_that_runs_already_is_said_to_be_unresolved() {
    let statements = json!([allow(&["lambda:UpdateFunctionCode", "s3:*", "ecs:ExecuteC*"], "*")]);
    let reach = with_admin(service("lambda"), statements).reach("user/mira");
    assert_eq!(reach.unresolved(), ["ecs:ExecuteCommand", "lambda:UpdateFunctionCode"]);
    assert_eq!(reach.strongest(), None);
}

#[test]
fn of_each_service_the_strongest_path_counts() {
    let made = Made::default()
        .role("admin", service("lambda"), everything())
        .role("reader", root(), json!([allow(&["s3:GetObject"], "*")]))
        .user("mira", json!([allow(&["sts:AssumeRole", "iam:PassRole", "lambda:*"], "*")]));
    let reach = made.reach("user/mira");
    let of = |service: &str| reach.by_service(service).map(ToString::to_string);
    let by_lambda = "role/admin by iam:PassRole, lambda:CreateFunction and lambda:InvokeFunction";
    assert_eq!(of("lambda"), text(by_lambda));
    assert_eq!(of("IAM"), text(by_lambda));
    assert_eq!(of("sts"), text("role/reader by sts:AssumeRole"));
    assert_eq!(of("s3"), None);
}
