//! What the three roles of the template may do, judged by two evaluators that others wrote.
//!
//! Each case is one request. Both evaluators see the policies as CloudFormation would make them for account
//! 111122223333 with the parameters' defaults, and both must say what the table says.

use awsim_iam_policy as oracle;
use leastwise_aws::permissions::{
    EVALUATOR_ACTIONS, EXECUTION_ROLE_ACTIONS, PREFLIGHT_ACTIONS, REMEDIATOR_ACTIONS,
};
use leastwise_e2e::judges::{Answer, Question, simulate};
use leastwise_e2e::workspace;
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::Catalog;
use regex::{Captures, Regex};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

const ACCOUNT: &str = "111122223333";
const EVALUATOR: &str = "EvaluatorRole";
const REMEDIATOR: &str = "RemediatorRole";
const AUTOMATION: &str = "AutomationRole";

const PREVIOUS: &str = "aws:ResourceTag/leastwise:previous-boundary";
const BOUNDARY: &str = "iam:PermissionsBoundary";
const TAG_KEYS: &str = "aws:TagKeys";

/// A request of one of the roles, and whether it may be made.
#[derive(Debug, Clone)]
struct Case {
    role: &'static str,
    action: String,
    resource: String,
    context: Map<String, Value>,
    allowed: bool,
}

impl Case {
    fn new(role: &'static str, action: &str, resource: &str, allowed: bool) -> Self {
        let (action, resource) = (action.to_owned(), arn(resource));
        Self { role, action, resource, context: Map::new(), allowed }
    }

    /// With a condition key that has one value.
    fn with(mut self, key: &str, value: &str) -> Self {
        self.context.insert(key.to_owned(), value.into());
        self
    }

    /// A request that names this boundary: the one to put, or the one that stands where it is to be deleted.
    fn boundary(self, policy: &str) -> Self {
        self.with(BOUNDARY, &arn(policy))
    }

    /// On a principal whose record of what stood before is this.
    fn recorded(self, tag: &str) -> Self {
        self.with(PREVIOUS, tag)
    }

    /// A request that names these tag keys.
    fn tags(mut self, keys: &[&str]) -> Self {
        self.context.insert(TAG_KEYS.to_owned(), json!(keys));
        self
    }

    fn told(&self) -> String {
        format!("{}: {} on {} with {:?}", self.role, self.action, self.resource, self.context)
    }
}

fn remediator_may(action: &str, resource: &str) -> Case {
    Case::new(REMEDIATOR, action, resource, true)
}

fn remediator_may_not(action: &str, resource: &str) -> Case {
    Case::new(REMEDIATOR, action, resource, false)
}

/// What is no ARN yet is a part of one of IAM's in the account.
fn arn(resource: &str) -> String {
    if resource == "*" || resource.starts_with("arn:") {
        resource.to_owned()
    } else {
        format!("arn:aws:iam::{ACCOUNT}:{resource}")
    }
}

/// The template, with what its functions come to.
struct Stack {
    template: &'static Value,
    parameters: Map<String, Value>,
}

impl Stack {
    /// The stack with the defaults of its parameters, and these besides.
    fn with(parameters: &[(&str, &str)]) -> Self {
        // Reading it takes Python a second.
        static TEMPLATE: LazyLock<Value> = LazyLock::new(workspace::template);
        let template = &*TEMPLATE;
        let declared = template["Parameters"].as_object().unwrap().iter();
        let mut values: Map<String, Value> = declared
            .filter_map(|(name, parameter)| Some((name.clone(), parameter.get("Default")?.clone())))
            .collect();
        values.extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
        Self { template, parameters: values }
    }

    /// The inline policies of a role.
    fn policies(&self, role: &str) -> Vec<Value> {
        let policies = self.properties(role)["Policies"].as_array().unwrap().iter();
        policies.map(|policy| self.resolve(&policy["PolicyDocument"])).collect()
    }

    /// The document of a policy that is a resource of its own.
    fn policy(&self, name: &str) -> Value {
        self.resolve(&self.properties(name)["PolicyDocument"])
    }

    fn principal(&self, role: &str) -> String {
        let name = |key| self.properties(role)[key].as_str().unwrap();
        format!("arn:aws:iam::{ACCOUNT}:role{}{}", name("Path"), name("RoleName"))
    }

    fn properties(&self, resource: &str) -> &Value {
        &self.template["Resources"][resource]["Properties"]
    }

    /// The value with `Ref`, `Fn::Sub` and `Fn::GetAtt` worked out, the functions that the policies use.
    fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.resolve(item)).collect(),
            Value::Object(object) => match object.iter().next() {
                Some((function, argument)) if function == "Ref" => {
                    self.reference(argument.as_str().unwrap()).into()
                }
                Some((function, argument)) if function == "Fn::Sub" => {
                    self.substituted(argument.as_str().unwrap()).into()
                }
                Some((function, argument)) if function == "Fn::GetAtt" => {
                    assert_eq!(argument[1], "Arn");
                    self.arn_of(argument[0].as_str().unwrap()).into()
                }
                _ => object
                    .iter()
                    .map(|(key, value)| {
                        assert!(!key.starts_with("Fn::"), "`{key}` is not worked out here");
                        (key.clone(), self.resolve(value))
                    })
                    .collect(),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }

    fn reference(&self, name: &str) -> String {
        match name {
            "AWS::Partition" => "aws".to_owned(),
            "AWS::Region" => "us-east-1".to_owned(),
            "AWS::AccountId" => ACCOUNT.to_owned(),
            parameter => match &self.parameters[parameter] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            },
        }
    }

    fn substituted(&self, text: &str) -> String {
        let variable = Regex::new(r"\$\{([^}]*)\}").unwrap();
        variable.replace_all(text, |found: &Captures<'_>| self.reference(&found[1])).into_owned()
    }

    fn arn_of(&self, resource: &str) -> String {
        let properties = self.properties(resource);
        let (service, rest) = match self.template["Resources"][resource]["Type"].as_str().unwrap() {
            "AWS::Logs::LogGroup" => {
                ("logs", format!("log-group:{}:*", properties["LogGroupName"].as_str().unwrap()))
            }
            "AWS::Lambda::Function" => {
                ("lambda", format!("function:{}", properties["FunctionName"].as_str().unwrap()))
            }
            other => panic!("the ARN of a {other} is not worked out here"),
        };
        format!("arn:aws:{service}:us-east-1:{ACCOUNT}:{rest}")
    }
}

/// Asserts that both evaluators decide each case as it says.
fn assert_judged(stack: &Stack, cases: &[Case]) {
    let questions: Vec<Question> = cases.iter().map(|case| question(stack, case)).collect();
    let answers = simulate(&questions);
    assert_eq!(answers.len(), cases.len());
    for ((case, question), answer) in cases.iter().zip(&questions).zip(answers) {
        // Denied and not understood are two things.
        assert_eq!(answer.undecided, [], "{}", case.told());
        let judged = [
            answer.allowed == question.actions,
            awsim_allows(question, &case.action, &case.resource),
        ];
        assert_eq!(judged, [case.allowed; 2], "[iam-simulate, awsim] on {}", case.told());
    }
}

fn question(stack: &Stack, case: &Case) -> Question {
    Question {
        principal: stack.principal(case.role),
        identity_policies: stack.policies(case.role),
        boundary: None,
        actions: vec![case.action.clone()],
        resource: Some(case.resource.clone()),
        context: case.context.clone(),
    }
}

fn awsim_allows(question: &Question, action: &str, resource: &str) -> bool {
    let policies: Vec<_> = question
        .identity_policies
        .iter()
        .map(|policy| oracle::parse_value(policy).expect("the oracle parses it"))
        .collect();
    let context = question.context.iter().map(|(key, value)| {
        let value = match value {
            Value::String(text) => oracle::ContextValue::String(text.clone()),
            list => oracle::ContextValue::StringList(serde_json::from_value(list.clone()).unwrap()),
        };
        (key.clone(), value)
    });
    let request = oracle::AuthzRequest {
        principal_arn: &question.principal,
        principal_account: ACCOUNT,
        action,
        resource_arn: resource,
        context: &context.collect::<HashMap<_, _>>(),
    };
    let policies = oracle::EvalContext { identity_policies: &policies, ..Default::default() };
    oracle::evaluate(&request, &policies) == oracle::Decision::Allow
}

#[test]
fn the_remediator_writes_policies_under_its_path_and_nowhere_else() {
    let ours = "policy/leastwise/role-app";
    let mut cases = Vec::new();
    for action in [
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:ListPolicyVersions",
        "iam:TagPolicy",
    ] {
        cases.push(remediator_may(action, ours));
        cases.push(remediator_may_not(action, "policy/role-app"));
        cases.push(remediator_may_not(action, "policy/team/leastwise/role-app"));
        cases.push(remediator_may_not(action, "policy/leastwise-team/role-app"));
    }
    cases.extend([
        remediator_may_not("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/leastwise/role-app"),
        // It publishes versions as the default; it has no need to choose one.
        remediator_may_not("iam:SetDefaultPolicyVersion", ours),
        remediator_may_not("iam:UntagPolicy", ours),
        // And whatever it writes, it can give to nobody other than as a limit.
        remediator_may_not("iam:AttachRolePolicy", "role/app"),
        remediator_may_not("iam:AttachUserPolicy", "user/mira"),
        remediator_may_not("iam:PutRolePolicy", "role/app"),
        remediator_may_not("iam:DetachRolePolicy", "role/app"),
        remediator_may_not("iam:UpdateAssumeRolePolicy", "role/app"),
        remediator_may_not("iam:DeleteRole", "role/app"),
    ]);
    assert_judged(&Stack::with(&[]), &cases);
}

#[test]
fn the_remediator_puts_a_boundary_of_its_own_or_the_recorded_one_back_and_no_other() {
    const PUT_ROLE: &str = "iam:PutRolePermissionsBoundary";
    const PUT_USER: &str = "iam:PutUserPermissionsBoundary";
    let limits = "policy/team/limits";
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let record = arn(limits);
    assert_judged(
        &Stack::with(&[]),
        &[
            remediator_may(PUT_ROLE, "role/app").boundary("policy/leastwise/role-app"),
            remediator_may(PUT_ROLE, "role/ci/builder").boundary("policy/leastwise/role-builder"),
            remediator_may(PUT_USER, "user/mira").boundary("policy/leastwise/user-mira"),
            // An apply that comes after another finds the record already there.
            remediator_may(PUT_ROLE, "role/app")
                .boundary("policy/leastwise/role-app")
                .recorded(&record),
            remediator_may_not(PUT_ROLE, "role/app"),
            remediator_may_not(PUT_ROLE, "role/app").boundary(limits),
            remediator_may_not(PUT_USER, "user/mira").boundary(admin),
            remediator_may_not(PUT_ROLE, "role/app").boundary("policy/leastwise-team/role-app"),
            remediator_may_not(PUT_ROLE, "role/app").boundary("policy/team/leastwise/role-app"),
            remediator_may_not(PUT_ROLE, "role/app")
                .boundary("arn:aws:iam::aws:policy/leastwise/x"),
            // The record, to the letter.
            remediator_may(PUT_ROLE, "role/app").boundary(limits).recorded(&record),
            remediator_may(PUT_USER, "user/mira").boundary(limits).recorded(&record),
            remediator_may(PUT_ROLE, "role/app").boundary(admin).recorded(admin),
            remediator_may_not(PUT_ROLE, "role/app").boundary(admin).recorded(&record),
            remediator_may_not(PUT_USER, "user/mira")
                .boundary("policy/team/limits2")
                .recorded(&record),
            remediator_may_not(PUT_ROLE, "role/app").boundary(limits).recorded("none"),
            remediator_may_not(PUT_ROLE, "role/app").boundary(limits).recorded("*"),
            remediator_may_not(PUT_ROLE, "role/app").boundary(limits).recorded(&arn("policy/*")),
            remediator_may_not(PUT_ROLE, "role/app").boundary(limits).recorded(""),
            remediator_may_not(PUT_ROLE, "role/app").recorded("none"),
        ],
    );
}

#[test]
fn the_remediator_removes_only_a_boundary_of_its_own() {
    const DELETE_ROLE: &str = "iam:DeleteRolePermissionsBoundary";
    const DELETE_USER: &str = "iam:DeleteUserPermissionsBoundary";
    let limits = "policy/team/limits";
    assert_judged(
        &Stack::with(&[]),
        &[
            remediator_may(DELETE_ROLE, "role/app").boundary("policy/leastwise/role-app"),
            remediator_may(DELETE_USER, "user/mira").boundary("policy/leastwise/user-mira"),
            remediator_may_not(DELETE_ROLE, "role/app").boundary(limits),
            remediator_may_not(DELETE_USER, "user/mira").boundary(limits),
            // The record allows to put back, not to take away.
            remediator_may_not(DELETE_ROLE, "role/app").boundary(limits).recorded(&arn(limits)),
            remediator_may_not(DELETE_ROLE, "role/app").boundary("policy/leastwise-team/role-app"),
            remediator_may_not(DELETE_ROLE, "role/app"),
        ],
    );
}

#[test]
fn the_remediator_writes_only_tags_of_its_own() {
    let record = "leastwise:previous-boundary";
    assert_judged(
        &Stack::with(&[]),
        &[
            remediator_may("iam:TagRole", "role/app").tags(&[record]),
            remediator_may("iam:TagUser", "user/mira").tags(&[record, "leastwise:other"]),
            remediator_may("iam:UntagRole", "role/ci/builder").tags(&[record]),
            remediator_may("iam:UntagUser", "user/mira").tags(&[record]),
            remediator_may_not("iam:TagRole", "role/app").tags(&["team"]),
            remediator_may_not("iam:TagRole", "role/app").tags(&[record, "team"]),
            remediator_may_not("iam:UntagUser", "user/mira").tags(&["team"]),
            remediator_may_not("iam:UntagRole", "role/app").tags(&["leastwise"]),
            remediator_may_not("iam:TagUser", "user/mira").tags(&["team:leastwise:x"]),
            remediator_may_not("iam:TagRole", "role/app"),
        ],
    );
}

#[test]
fn the_remediator_touches_no_principal_of_leastwise() {
    let ours = "policy/leastwise/role-leastwise-evaluator";
    let record = "leastwise:previous-boundary";
    let cases: Vec<Case> = ["evaluator", "remediator", "automation"]
        .iter()
        .flat_map(|name| {
            let may_not =
                |action| remediator_may_not(action, &format!("role/leastwise/leastwise-{name}"));
            [
                may_not("iam:PutRolePermissionsBoundary").boundary(ours),
                may_not("iam:PutRolePermissionsBoundary")
                    .boundary("policy/x")
                    .recorded(&arn("policy/x")),
                may_not("iam:DeleteRolePermissionsBoundary").boundary(ours),
                may_not("iam:TagRole").tags(&[record]),
                may_not("iam:UntagRole").tags(&[record]),
            ]
        })
        .chain([
            remediator_may_not("iam:PutUserPermissionsBoundary", "user/leastwise/x").boundary(ours),
            remediator_may_not("iam:DeleteUserPermissionsBoundary", "user/leastwise/x")
                .boundary(ours),
            remediator_may_not("iam:TagUser", "user/leastwise/x").tags(&[record]),
            remediator_may_not("iam:UntagUser", "user/leastwise/x").tags(&[record]),
        ])
        .collect();
    assert_judged(&Stack::with(&[]), &cases);
}

#[test]
fn each_function_may_make_every_call_that_its_code_makes() {
    let needs = [(EVALUATOR, EVALUATOR_ACTIONS), (REMEDIATOR, REMEDIATOR_ACTIONS)];
    let cases: Vec<Case> = needs
        .iter()
        .flat_map(|(role, actions)| actions.iter().map(|action| fitting(role, action)))
        .collect();
    assert_judged(&Stack::with(&[]), &cases);
}

/// The request as the code makes it.
fn fitting(role: &'static str, action: &str) -> Case {
    let resource = match action {
        "config:GetComplianceDetailsByConfigRule" => {
            "arn:aws:config:us-east-1:111122223333:config-rule/config-rule-abc123"
        }
        "iam:CreatePolicy"
        | "iam:CreatePolicyVersion"
        | "iam:DeletePolicy"
        | "iam:DeletePolicyVersion"
        | "iam:ListPolicyVersions"
        | "iam:TagPolicy" => "policy/leastwise/role-app",
        "iam:GetPolicy" | "iam:GetPolicyVersion" => "policy/team/limits",
        "iam:GenerateServiceLastAccessedDetails" => "role/app",
        "iam:GetAccountAuthorizationDetails"
        | "iam:GetServiceLastAccessedDetails"
        | "iam:ListRoles"
        | "iam:ListUsers" => "*",
        other if other.starts_with("config:") => "*",
        other if other.contains("Group") && !other.contains("User") => "group/staff",
        other if other.contains("User") => "user/mira",
        _ => "role/app",
    };
    let case = Case::new(role, action, resource, true);
    if action.ends_with("PermissionsBoundary") {
        case.boundary("policy/leastwise/role-app")
    } else if action.starts_with("iam:Tag") || action.starts_with("iam:Untag") {
        case.tags(&["leastwise:previous-boundary"])
    } else {
        case
    }
}

#[test]
fn each_function_writes_its_own_log_and_no_other() {
    let log = |function| {
        format!("arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/{function}:log-stream:x")
    };
    let (evaluator, remediator) = (log("leastwise-evaluator"), log("leastwise-remediator"));
    let cases = ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| {
        // A stream is created in a group, so that is what the request is about.
        let on = |log: &str| match action {
            "logs:CreateLogStream" => log.replace("log-stream:x", "*"),
            _ => log.to_owned(),
        };
        [
            Case::new(EVALUATOR, action, &on(&evaluator), true),
            Case::new(EVALUATOR, action, &on(&remediator), false),
            Case::new(REMEDIATOR, action, &on(&remediator), true),
            Case::new(REMEDIATOR, action, &on(&evaluator), false),
        ]
    });
    assert_judged(&Stack::with(&[]), &cases.concat());
}

/// Everything in IAM that is more than reading.
fn iam_writes() -> Vec<String> {
    let catalog = Catalog::embedded();
    let iam = catalog.service("iam").unwrap();
    iam.ids()
        .map(|id| catalog.action(id))
        .filter(|action| !matches!(action.level, AccessLevel::Read | AccessLevel::List))
        .map(|action| action.to_string())
        .collect()
}

/// The actions that iam-simulate allows a role on anything at all, and its misgivings.
fn simulated_on_anything(stack: &Stack, role: &str, actions: Vec<String>) -> Answer {
    let question = Question {
        principal: stack.principal(role),
        identity_policies: stack.policies(role),
        actions,
        ..Question::default()
    };
    simulate(&[question]).remove(0)
}

#[test]
fn the_evaluator_and_the_automation_write_nothing_in_iam() {
    let stack = Stack::with(&[]);
    let writes = iam_writes();
    assert!(writes.len() > 100, "{}", writes.len());
    let resources =
        ["*", "role/app", "user/mira", "group/staff", "policy/leastwise/role-app"].map(arn);
    for role in [EVALUATOR, AUTOMATION] {
        let Answer { allowed, denied, undecided } =
            simulated_on_anything(&stack, role, writes.clone());
        assert_eq!((allowed, denied, undecided), (vec![], writes.clone(), vec![]), "{role}");
        // Whatever the requests are about, with the condition keys that the remediator's policies ask for.
        let case = Case::new(role, "", "*", false)
            .boundary("policy/leastwise/role-app")
            .recorded(&arn("policy/leastwise/role-app"))
            .tags(&["leastwise:previous-boundary"]);
        let question = question(&stack, &case);
        for action in &writes {
            let allowed =
                resources.iter().find(|resource| awsim_allows(&question, action, resource));
            assert_eq!(allowed, None, "{role}: {action}");
        }
    }
}

#[test]
fn the_automation_may_invoke_the_remediator_and_do_nothing_else() {
    const INVOKE: &str = "lambda:InvokeFunction";
    let stack = Stack::with(&[]);
    let function = |name| format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}");
    let remediator = function("leastwise-remediator");
    assert_judged(
        &stack,
        &[
            Case::new(AUTOMATION, INVOKE, &remediator, true),
            Case::new(AUTOMATION, INVOKE, &function("leastwise-evaluator"), false),
            Case::new(AUTOMATION, INVOKE, &function("leastwise-remediator-2"), false),
            Case::new(AUTOMATION, "lambda:UpdateFunctionCode", &remediator, false),
            Case::new(AUTOMATION, "lambda:AddPermission", &remediator, false),
            Case::new(AUTOMATION, "iam:PassRole", "role/app", false),
            Case::new(EVALUATOR, INVOKE, &remediator, false),
            Case::new(REMEDIATOR, INVOKE, &remediator, false),
        ],
    );
    let question = question(&stack, &Case::new(AUTOMATION, INVOKE, &remediator, true));
    let catalog = Catalog::embedded();
    let allowed: BTreeSet<String> = catalog
        .ids()
        .map(|id| catalog.action(id).to_string())
        .filter(|action| awsim_allows(&question, action, &remediator))
        .collect();
    assert_eq!(allowed, BTreeSet::from([INVOKE.to_owned()]));
}

#[test]
fn the_evaluator_assumes_the_execution_role_where_one_is_named_and_no_other() {
    const ASSUME: &str = "sts:AssumeRole";
    let reader = "role/leastwise-reader";
    let default = Stack::with(&[]);
    assert_eq!(
        default.template["Resources"]["EvaluateOtherAccounts"]["Condition"],
        "HasExecutionRole"
    );
    assert_judged(&default, &[Case::new(EVALUATOR, ASSUME, reader, false)]);

    let stack = Stack::with(&[("ExecutionRoleName", "leastwise-reader")]);
    assert_eq!(EXECUTION_ROLE_ACTIONS, [ASSUME]);
    for (resource, allowed) in
        [(reader, true), ("role/leastwise-reader2", false), ("role/x", false)]
    {
        let case = Case::new(EVALUATOR, ASSUME, resource, allowed);
        assert_judged_with(&stack, "EvaluateOtherAccounts", &case);
    }
}

#[test]
fn the_remediator_asks_aws_first_where_it_is_set_to_and_about_principals_of_its_account_only() {
    let default = Stack::with(&[]);
    assert_eq!(default.template["Resources"]["AskAwsFirst"]["Condition"], "HasPreflight");
    let [validate, simulate] = PREFLIGHT_ACTIONS else { panic!("{PREFLIGHT_ACTIONS:?}") };
    assert_judged(
        &default,
        &[remediator_may_not(validate, "*"), remediator_may_not(simulate, "role/app")],
    );
    let stack = Stack::with(&[("Preflight", "on")]);
    for case in [
        remediator_may(validate, "*"),
        remediator_may(simulate, "role/ci/app"),
        remediator_may(simulate, "user/mira"),
        remediator_may_not(simulate, "group/staff"),
        remediator_may_not(simulate, "arn:aws:iam::444455556666:role/app"),
        remediator_may_not("iam:SimulateCustomPolicy", "*"),
    ] {
        assert_judged_with(&stack, "AskAwsFirst", &case);
    }
}

/// Asserts that both evaluators decide the case as it says, once the role has this policy as well.
fn assert_judged_with(stack: &Stack, policy: &str, case: &Case) {
    let mut question = question(stack, case);
    question.identity_policies.push(stack.policy(policy));
    let answer = simulate(std::slice::from_ref(&question)).remove(0);
    assert_eq!(answer.undecided, [], "{}", case.told());
    let judged =
        [!answer.allowed.is_empty(), awsim_allows(&question, &case.action, &case.resource)];
    assert_eq!(judged, [case.allowed; 2], "[iam-simulate, awsim] on {}", case.told());
}
