//! The service control policy that an organization may attach, judged by two evaluators that others wrote.
//!
//! Each case is one request by somebody whom identity policies allow everything.

mod awsim;

use awsim::awsim_allows;
use leastwise_e2e::judges::{Question, simulate};
use leastwise_e2e::workspace;
use serde_json::{Map, Value, json};

const ACCOUNT: &str = "111122223333";

const ADMINISTRATOR: &str = "role/platform/administrator";
const DEPLOYMENT: &str = "role/DEPLOYMENT-ROLE";
const EVALUATOR: &str = "role/leastwise/leastwise-evaluator";
const EXECUTION: &str = "role/leastwise-execution";
const REMEDIATOR: &str = "role/leastwise/leastwise-remediator";

/// How ARNs of `aws-us-gov` begin.
const GOVCLOUD: &str = "arn:aws-us-gov:";

const OURS: &str = "policy/leastwise/role-app";
const THEIRS: &str = "policy/team-limits";

const RECORD: &str = "aws:ResourceTag/leastwise:previous-boundary";

/// What may be asked of a guarded thing: the action, the resource and the condition keys.
#[derive(Debug, Clone)]
struct Request {
    action: &'static str,
    resource: String,
    context: Map<String, Value>,
}

impl Request {
    fn new(action: &'static str, resource: &str) -> Self {
        Self { action, resource: arn(resource), context: Map::new() }
    }

    /// The same request in `aws-us-gov`.
    fn in_govcloud(self) -> Self {
        let context = Value::Object(self.context).to_string().replace("arn:aws:", GOVCLOUD);
        Self {
            resource: self.resource.replace("arn:aws:", GOVCLOUD),
            context: serde_json::from_str(&context).unwrap(),
            ..self
        }
    }

    /// The ARN of somebody in the account of the request.
    fn arn(&self, resource: &str) -> String {
        let govcloud = self.resource.starts_with(GOVCLOUD);
        if govcloud { arn(resource).replace("arn:aws:", GOVCLOUD) } else { arn(resource) }
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.context.insert(key.to_owned(), value);
        self
    }
}

fn arn(resource: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{resource}")
}

fn guard() -> Value {
    let path = workspace::root().join("cloudformation/leastwise-service-control-policy.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn everything() -> Value {
    json!({ "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] })
}

/// What both evaluators say: whether `who` may make the request.
fn may(who: &str, request: &Request) -> [bool; 2] {
    let mut context = request.context.clone();
    context.insert("aws:PrincipalArn".to_owned(), json!(request.arn(who)));
    let question = Question {
        principal: request.arn(who),
        identity_policies: vec![everything()],
        service_control_policies: vec![guard()],
        actions: vec![request.action.to_owned()],
        resource: Some(request.resource.clone()),
        context,
        ..Question::default()
    };
    let answer = simulate(std::slice::from_ref(&question)).remove(0);
    assert_eq!(answer.undecided, [], "{who} {request:?}");
    [answer.allowed == question.actions, awsim_allows(&question, request.action, &request.resource)]
}

/// Asserts that of these roles exactly `allowed` may make the request.
fn assert_only(allowed: &[&str], request: &Request) {
    for who in [ADMINISTRATOR, DEPLOYMENT, EVALUATOR, EXECUTION, REMEDIATOR] {
        let expected = [allowed.contains(&who); 2];
        assert_eq!(may(who, request), expected, "[iam-simulate, awsim] {who} {request:?}");
    }
}

const EVERYBODY: &[&str] = &[ADMINISTRATOR, DEPLOYMENT, EVALUATOR, EXECUTION, REMEDIATOR];

#[test]
fn nobody_but_the_remediator_takes_off_a_boundary_of_ours() {
    let removing = |boundary: &str| {
        Request::new("iam:DeleteRolePermissionsBoundary", "role/app")
            .with("iam:PermissionsBoundary", json!(arn(boundary)))
    };
    assert_only(&[REMEDIATOR], &removing(OURS));
    assert_only(EVERYBODY, &removing(THEIRS));
}

#[test]
fn the_policy_holds_in_govcloud_as_it_is() {
    let removing = Request::new("iam:DeleteRolePermissionsBoundary", "role/app")
        .with("iam:PermissionsBoundary", json!(arn(OURS)));
    assert_only(&[REMEDIATOR], &removing.in_govcloud());
    let policy = Request::new("iam:CreatePolicyVersion", OURS).in_govcloud();
    assert_only(&[DEPLOYMENT, REMEDIATOR], &policy);
    assert_only(&[DEPLOYMENT], &Request::new("iam:UpdateRole", REMEDIATOR).in_govcloud());
}

#[test]
fn nobody_but_the_remediator_puts_another_boundary_where_ours_stands() {
    let putting = Request::new("iam:PutUserPermissionsBoundary", "user/mira")
        .with("iam:PermissionsBoundary", json!(arn(THEIRS)));
    assert_only(EVERYBODY, &putting);
    assert_only(&[REMEDIATOR], &putting.with(RECORD, json!("none")));
}

#[test]
fn our_policies_are_changed_by_us_and_by_who_deploys_us() {
    for action in ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:SetDefaultPolicyVersion"] {
        assert_only(&[DEPLOYMENT, REMEDIATOR], &Request::new(action, OURS));
        assert_only(EVERYBODY, &Request::new(action, THEIRS));
    }
}

#[test]
fn our_tags_are_changed_by_us_and_by_who_deploys_us() {
    let tagging =
        |keys: &[&str]| Request::new("iam:TagRole", "role/app").with("aws:TagKeys", json!(keys));
    let record = tagging(&["team", "leastwise:previous-boundary"]);
    assert_only(&[DEPLOYMENT, EVALUATOR, EXECUTION, REMEDIATOR], &record);
    assert_only(EVERYBODY, &tagging(&["team"]));
}

/// Else anybody could make a role that the other statements let through.
#[test]
fn our_roles_are_made_and_changed_by_who_deploys_us_alone() {
    for role in [REMEDIATOR, EXECUTION, "role/leastwise/another"] {
        for action in ["iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy"] {
            assert_only(&[DEPLOYMENT], &Request::new(action, role));
        }
    }
    assert_only(EVERYBODY, &Request::new("iam:CreateRole", "role/app"));
}

/// Source: <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>.
#[test]
fn it_fits_what_organizations_takes() {
    let characters = guard().to_string().chars().count();
    assert!(characters <= 5_120, "{characters}");
}
