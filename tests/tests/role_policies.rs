//! What the roles of the template may do, judged by two evaluators that others wrote.
//!
//! Each case is one request. Both evaluators see the policies as CloudFormation would make them for account
//! 111122223333 with the parameters' defaults, and both must say what the table says.

mod awsim;

use awsim::awsim_allows;
use leastwise_aws::permissions::{
    ADMIN_GROUP_ACTIONS, DETAIL_LOG_ACTIONS, EVALUATOR_ACTIONS, EXECUTION_ROLE_ACTIONS,
    PREFLIGHT_ACTIONS, REMEDIATOR_ACTIONS, STATUS_TAG_ACTIONS,
};
use leastwise_e2e::judges::{Answer, Question, simulate};
use leastwise_e2e::workspace;
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::Catalog;
use regex_lite::{Captures, Regex};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

const ACCOUNT: &str = "111122223333";
const EVALUATOR: &str = "EvaluatorRole";
const REMEDIATOR: &str = "RemediatorRole";
const AUTOMATION: &str = "AutomationRole";
const SCHEDULE: &str = "ScheduleRole";

const QUARANTINE: &str = "policy/leastwise/leastwise-quarantine";

const PREVIOUS: &str = "aws:ResourceTag/leastwise:previous-boundary";
const BOUNDARY: &str = "iam:PermissionsBoundary";
const TAG_KEYS: &str = "aws:TagKeys";
const POLICY_ARN: &str = "iam:PolicyARN";
const OVERWRITE: &str = "ssm:Overwrite";

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

    /// Whether a condition of the template holds.
    fn holds(&self, condition: &Value) -> bool {
        let (function, argument) = condition.as_object().unwrap().iter().next().unwrap();
        let parts = || argument.as_array().unwrap().iter();
        match function.as_str() {
            "Condition" => self.holds(&self.template["Conditions"][argument.as_str().unwrap()]),
            "Fn::Equals" => {
                let [left, right] = [0, 1].map(|part| self.resolve(&argument[part]));
                left == right
            }
            "Fn::Not" => !self.holds(&argument[0]),
            "Fn::And" => parts().all(|part| self.holds(part)),
            "Fn::Or" => parts().any(|part| self.holds(part)),
            other => panic!("`{other}` is not worked out here"),
        }
    }

    /// The value with the functions that the policies use worked out.
    fn resolve(&self, value: &Value) -> Value {
        let no_value = json!({ "Ref": "AWS::NoValue" });
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.chosen(item));
                items.filter(|item| **item != no_value).map(|item| self.resolve(item)).collect()
            }
            Value::Object(object) => match object.iter().next() {
                Some((function, _)) if function == "Fn::If" => self.resolve(self.chosen(value)),
                Some((function, argument)) if function == "Ref" => {
                    self.reference(argument.as_str().unwrap()).into()
                }
                Some((function, argument)) if function == "Fn::Sub" => {
                    let (text, own) = match argument {
                        Value::Array(parts) => (&parts[0], self.resolve(&parts[1])),
                        text => (text, json!({})),
                    };
                    self.substituted(text.as_str().unwrap(), &own).into()
                }
                Some((function, argument)) if function == "Fn::Select" => {
                    let at = usize::try_from(argument[0].as_u64().unwrap()).unwrap();
                    self.resolve(&argument[1])[at].clone()
                }
                Some((function, argument)) if function == "Fn::Split" => {
                    let text = self.resolve(&argument[1]);
                    text.as_str().unwrap().split(argument[0].as_str().unwrap()).collect()
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

    /// The side of an `Fn::If` that applies, or the value itself.
    fn chosen<'a>(&self, value: &'a Value) -> &'a Value {
        match value.get("Fn::If") {
            Some(choice) => {
                let holds = self.holds(&json!({ "Condition": choice[0] }));
                self.chosen(&choice[if holds { 1 } else { 2 }])
            }
            None => value,
        }
    }

    fn reference(&self, name: &str) -> String {
        match name {
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            "QuarantinePolicy" => arn(QUARANTINE),
            "EnforceDocument" => "LeastwiseEnforceNotices".to_owned(),
            "RestoreDocument" => "LeastwiseRestorePrincipal".to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::Region" => "us-east-1".to_owned(),
            "AWS::AccountId" => ACCOUNT.to_owned(),
            parameter => match &self.parameters[parameter] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            },
        }
    }

    fn substituted(&self, text: &str, own: &Value) -> String {
        let variable = Regex::new(r"\$\{([^}]*)\}").unwrap();
        let value = |found: &Captures<'_>| match own[&found[1]].as_str() {
            Some(text) => text.to_owned(),
            None => self.reference(&found[1]),
        };
        variable.replace_all(text, value).into_owned()
    }

    fn arn_of(&self, resource: &str) -> String {
        let properties = self.properties(resource);
        let (service, rest) = match self.template["Resources"][resource]["Type"].as_str().unwrap() {
            "AWS::Logs::LogGroup" => {
                ("logs", format!("log-group:{}:*", properties["LogGroupName"].as_str().unwrap()))
            }
            "AWS::SQS::Queue" => ("sqs", properties["QueueName"].as_str().unwrap().to_owned()),
            "AWS::Lambda::Function" => {
                ("lambda", format!("function:{}", properties["FunctionName"].as_str().unwrap()))
            }
            "AWS::IAM::Role" => {
                let text = |property: &str| properties[property].as_str().unwrap();
                return arn(&format!("role{}{}", text("Path"), text("RoleName")));
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
        service_control_policies: Vec::new(),
        actions: vec![case.action.clone()],
        resource: Some(case.resource.clone()),
        context: case.context.clone(),
    }
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
    let cases: Vec<Case> = ["evaluator", "remediator", "automation", "schedule"]
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
        | "iam:TagPolicy" => "policy/leastwise/role-app",
        "iam:GetPolicy" | "iam:GetPolicyVersion" | "iam:ListPolicyVersions" => "policy/team/limits",
        "iam:GenerateServiceLastAccessedDetails" => "role/app",
        "account:ListRegions"
        | "iam:GetAccountAuthorizationDetails"
        | "iam:GetAccountSummary"
        | "iam:GetServiceLastAccessedDetails"
        | "iam:ListPolicies"
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
    } else if action == "iam:DetachUserPolicy" {
        case.with(POLICY_ARN, &arn(QUARANTINE))
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
fn both_functions_look_up_the_group_of_administrators_where_one_is_named_and_no_other() {
    let [find] = ADMIN_GROUP_ACTIONS else { panic!("{ADMIN_GROUP_ACTIONS:?}") };
    let default = Stack::with(&[]);
    assert_eq!(default.template["Resources"]["FindAdminGroup"]["Condition"], "HasAdminGroup");
    let stack = Stack::with(&[("AdminGroupName", "admins")]);
    for role in [EVALUATOR, REMEDIATOR] {
        assert_judged(&default, &[Case::new(role, find, "group/admins", false)]);
        for (group, allowed) in [
            ("group/admins", true),
            ("group/staff/eu/admins", true),
            ("group/staff", false),
            ("group/not-admins", false),
        ] {
            assert_judged_with(&stack, "FindAdminGroup", &Case::new(role, find, group, allowed));
        }
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

#[test]
fn the_evaluator_writes_status_tags_where_it_is_set_to_and_no_others() {
    let stack = Stack::with(&[]);
    assert_eq!(stack.template["Resources"]["TagPrincipalStatus"]["Condition"], "TagsPrincipals");
    let record = "leastwise:previous-boundary";
    let status = ["Permissions_Coverage_Percent", "Permissions_Unused", "leastwise:index"];
    for action in STATUS_TAG_ACTIONS {
        let on = if action.ends_with("User") { "user/mira" } else { "role/ci/app" };
        for (keys, allowed) in [
            (status.as_slice(), true),
            (&["Permissions_Granted", "userServiceAccessed12", "roleServiceAccessed3"], true),
            (&[record], false),
            (&["leastwise:quarantined"], false),
            (&["leastwise:exempt-until"], false),
            (&["leastwise:index", "team"], false),
        ] {
            let case = Case::new(EVALUATOR, action, on, allowed).tags(keys);
            assert_judged_with(&stack, "TagPrincipalStatus", &case);
        }
        let bare = Case::new(EVALUATOR, action, on, false);
        assert_judged_with(&stack, "TagPrincipalStatus", &bare);
        let own = on.replace("role/ci/app", "role/leastwise/x").replace("user/", "user/leastwise/");
        let case = Case::new(EVALUATOR, action, &own, false).tags(&status);
        assert_judged_with(&stack, "TagPrincipalStatus", &case);
    }
}

#[test]
fn the_evaluator_asks_which_policies_grant_a_service_where_it_logs_details() {
    let stack = Stack::with(&[("DetailLog", "true")]);
    assert_eq!(stack.template["Resources"]["TellGrantingPolicies"]["Condition"], "LogsDetails");
    let [ask] = DETAIL_LOG_ACTIONS else { panic!("{DETAIL_LOG_ACTIONS:?}") };
    assert_judged(&stack, &[Case::new(EVALUATOR, ask, "role/app", false)]);
    for on in ["role/app", "user/mira", "group/staff"] {
        assert_judged_with(&stack, "TellGrantingPolicies", &Case::new(EVALUATOR, ask, on, true));
    }
}

#[test]
fn each_function_reads_the_lists_that_lie_in_s3_and_no_other_object() {
    const READ: &str = "s3:GetObject";
    let lists = [
        ("ExemptPrincipals", "s3://lists/a.txt"),
        ("ExemptionList", "s3://lists/team/b.txt"),
        ("BreakGlassPrincipals", "root-*"),
        ("IgnoredPolicies", "s3://other/c.txt"),
        ("DoNotTagList", "s3://lists/d.txt"),
        ("DoNotEnforceList", "s3://lists/e.txt"),
        ("AlwaysAllow", "s3://lists/f.txt"),
    ];
    let stack = Stack::with(&lists);
    let judge = |role, policy, readable: &[&str]| {
        for object in [
            "lists/a.txt",
            "lists/team/b.txt",
            "other/c.txt",
            "lists/d.txt",
            "lists/e.txt",
            "lists/f.txt",
            "lists/a.txt.old",
            "lists/team/a.txt",
            "others/c.txt",
        ] {
            let allowed = readable.contains(&object);
            let case = Case::new(role, READ, &format!("arn:aws:s3:::{object}"), allowed);
            assert_judged_with(&stack, policy, &case);
        }
        let case = Case::new(role, "s3:PutObject", "arn:aws:s3:::lists/a.txt", false);
        assert_judged_with(&stack, policy, &case);
    };
    for role in [EVALUATOR, REMEDIATOR] {
        judge(role, "ReadSharedLists", &["lists/a.txt", "lists/team/b.txt", "other/c.txt"]);
    }
    judge(EVALUATOR, "ReadEvaluatorLists", &["lists/d.txt"]);
    judge(REMEDIATOR, "ReadRemediatorLists", &["lists/e.txt", "lists/f.txt"]);
    // Entries beside one another are no object.
    let inline = Stack::with(&[("ExemptionList", "s3,arn:aws:iam::111122223333:role/x")]);
    for condition in ["SharedListsInS3", "DoNotTagListInS3", "RemediatorListsInS3"] {
        assert!(!inline.holds(&json!({ "Condition": condition })), "{condition}");
        assert!(stack.holds(&json!({ "Condition": condition })), "{condition}");
    }
}

#[test]
fn both_functions_read_usage_files_below_their_prefix_where_there_are_any() {
    let stack = Stack::with(&[("EvidenceList", "s3://evidence/usage/")]);
    let file = "arn:aws:s3:::evidence/usage/2026/a.jsonl";
    for role in [EVALUATOR, REMEDIATOR] {
        for (action, resource, allowed) in [
            ("s3:GetObject", file, true),
            ("s3:GetObject", "arn:aws:s3:::evidence/other/a.jsonl", false),
            ("s3:GetObject", "arn:aws:s3:::evidence-of-others/usage/a.jsonl", false),
            ("s3:PutObject", file, false),
            ("s3:ListBucket", "arn:aws:s3:::evidence", true),
            ("s3:ListBucket", "arn:aws:s3:::other", false),
        ] {
            let case = Case::new(role, action, resource, allowed);
            assert_judged_with(&stack, "ReadEvidence", &case);
        }
    }
    let condition = json!({ "Condition": "EvidenceIsGiven" });
    assert!(stack.holds(&condition));
    assert!(!Stack::with(&[]).holds(&condition));
}

#[test]
fn the_evaluator_halts_automatic_remediation_and_only_the_remediator_ends_that() {
    let stack = Stack::with(&[]);
    let parameter = |name: &str| format!("arn:aws:ssm:us-east-1:{ACCOUNT}:parameter{name}");
    let (halted, resumed) =
        (parameter("/leastwise/automatic/halted"), parameter("/leastwise/automatic/resumed"));
    let turn = parameter("/leastwise/automatic/day/2026-11-27/1");
    for (action, resource, allowed) in [
        ("ssm:PutParameter", &halted, true),
        ("ssm:GetParameter", &resumed, true),
        ("ssm:PutParameter", &resumed, false),
        ("ssm:PutParameter", &turn, false),
        ("ssm:DeleteParameter", &halted, false),
        ("ssm:DeleteParameters", &halted, false),
    ] {
        let case = Case::new(EVALUATOR, action, resource, allowed);
        assert_judged_with(&stack, "HaltAutomatic", &case);
    }
    for (overwrite, allowed) in [("false", true), ("true", false)] {
        let case = Case::new(EVALUATOR, "ssm:PutParameter", &halted, allowed);
        assert_judged_with(&stack, "HaltAutomatic", &case.with(OVERWRITE, overwrite));
    }
    let (path, other) = (parameter("/leastwise/automatic"), parameter("/leastwise/notified/x"));
    for (action, resource, allowed) in [
        ("ssm:GetParametersByPath", &path, true),
        ("ssm:GetParametersByPath", &other, false),
        ("ssm:PutParameter", &turn, true),
        ("ssm:PutParameter", &resumed, true),
        ("ssm:DeleteParameters", &halted, true),
        ("ssm:DeleteParameters", &other, false),
    ] {
        let case = Case::new(REMEDIATOR, action, resource, allowed);
        assert_judged_with(&stack, "TakeTurns", &case);
    }
    let canary = parameter("/leastwise/automatic/canary/1");
    for (resource, allowed) in
        [(&turn, false), (&canary, false), (&halted, false), (&resumed, true)]
    {
        let case = Case::new(REMEDIATOR, "ssm:PutParameter", resource, allowed);
        assert_judged_with(&stack, "TakeTurns", &case.with(OVERWRITE, "true"));
    }
}

#[test]
fn the_evaluator_starts_the_restore_where_it_is_set_to_and_no_other_document() {
    const START: &str = "ssm:StartAutomationExecution";
    let stack = Stack::with(&[("RestoreOnBreak", "on")]);
    assert_eq!(stack.template["Resources"]["RestoreBroken"]["Condition"], "RestoresOnBreak");
    let document = |name: &str| {
        format!("arn:aws:ssm:us-east-1:{ACCOUNT}:automation-definition/{name}:$DEFAULT")
    };
    for (name, allowed) in [("LeastwiseRestorePrincipal", true), ("LeastwiseResume", false)] {
        let case = Case::new(EVALUATOR, START, &document(name), allowed);
        assert_judged_with(&stack, "RestoreBroken", &case);
    }
    // What is started is a resource of the call, too.
    let execution = format!("arn:aws:ssm:us-east-1:{ACCOUNT}:automation-execution/1");
    let case = Case::new(EVALUATOR, START, &execution, true);
    assert_judged_with(&stack, "RestoreBroken", &case);
    for (role, service, allowed) in [
        ("role/leastwise/leastwise-automation", "ssm.amazonaws.com", true),
        ("role/leastwise/leastwise-automation", "ec2.amazonaws.com", false),
        ("role/app", "ssm.amazonaws.com", false),
    ] {
        let case = Case::new(EVALUATOR, "iam:PassRole", role, allowed);
        let case = case.with("iam:PassedToService", service);
        assert_judged_with(&stack, "RestoreBroken", &case);
    }
}

#[test]
fn the_schedule_starts_the_document_that_enforces_notices_and_may_do_nothing_else() {
    const START: &str = "ssm:StartAutomationExecution";
    const PASS: &str = "iam:PassRole";
    const SEND: &str = "sqs:SendMessage";
    let stack = Stack::with(&[("AutomaticRemediation", "true")]);
    assert_eq!(stack.template["Resources"][SCHEDULE]["Condition"], "EnforcesNotices");
    let ssm = |resource: String| format!("arn:aws:ssm:us-east-1:{ACCOUNT}:{resource}");
    let mut cases = Vec::new();
    for (document, allowed) in [
        ("LeastwiseEnforceNotices", true),
        ("LeastwiseEnforceNotices2", false),
        ("LeastwiseReleaseUser", false),
        ("LeastwiseRestorePrincipal", false),
        ("LeastwiseResume", false),
        ("LeastwiseRightsizePrincipal", false),
        ("AWS-StopEC2Instance", false),
    ] {
        for kind in ["document/{}", "automation-definition/{}:$DEFAULT"] {
            let document = ssm(kind.replace("{}", document));
            cases.push(Case::new(SCHEDULE, START, &document, allowed));
        }
    }
    // What is started is a resource of the call, too.
    let execution = ssm("automation-execution/1".to_owned());
    cases.push(Case::new(SCHEDULE, START, &execution, true));
    cases.push(Case::new(SCHEDULE, "ssm:StopAutomationExecution", &execution, false));
    for (role, service, allowed) in [
        ("role/leastwise/leastwise-automation", "ssm.amazonaws.com", true),
        ("role/leastwise/leastwise-automation", "ec2.amazonaws.com", false),
        ("role/leastwise/leastwise-remediator", "ssm.amazonaws.com", false),
        ("role/app", "ssm.amazonaws.com", false),
    ] {
        let case = Case::new(SCHEDULE, PASS, role, allowed);
        cases.push(case.with("iam:PassedToService", service));
    }
    cases.push(Case::new(SCHEDULE, PASS, "role/leastwise/leastwise-automation", false));
    let queue = |name: &str| format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{name}");
    for (action, name, allowed) in [
        (SEND, "leastwise-dead-letters", true),
        (SEND, "other", false),
        ("sqs:ReceiveMessage", "leastwise-dead-letters", false),
    ] {
        cases.push(Case::new(SCHEDULE, action, &queue(name), allowed));
    }
    // It starts the document, which is what invokes the function.
    let function = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:leastwise-remediator");
    cases.push(Case::new(SCHEDULE, "lambda:InvokeFunction", &function, false));
    assert_judged(&stack, &cases);
}

#[test]
fn notifications_go_to_the_topic_and_what_was_said_is_kept_under_one_path() {
    let topic = "arn:aws:sns:us-east-1:111122223333:leastwise";
    let stack = Stack::with(&[("NotificationTopicArn", topic)]);
    let parameter = |name: &str| format!("arn:aws:ssm:us-east-1:{ACCOUNT}:parameter{name}");
    let said = parameter("/leastwise/notified/AROAEXAMPLE0000000001");
    for role in [EVALUATOR, REMEDIATOR] {
        for (action, resource, allowed) in [
            ("sns:Publish", topic, true),
            ("sns:Publish", "arn:aws:sns:us-east-1:111122223333:leastwise2", false),
            ("sns:Subscribe", topic, false),
            ("ssm:GetParameter", &said, true),
            ("ssm:PutParameter", &said, true),
            ("ssm:DeleteParameter", &said, false),
            ("ssm:PutParameter", &parameter("/leastwise/other"), false),
            ("ssm:GetParameter", &parameter("/prod/password"), false),
        ] {
            assert_judged_with(&stack, "Notify", &Case::new(role, action, resource, allowed));
        }
    }
    let secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret:score-AbCdEf";
    let stack = Stack::with(&[("ScoreProvider", "both"), ("ScoreSecretArn", secret)]);
    for (resource, allowed) in
        [(secret.to_owned(), true), (secret.replace("score", "other"), false)]
    {
        let read = "secretsmanager:GetSecretValue";
        let case = Case::new(EVALUATOR, read, &resource, allowed);
        assert_judged_with(&stack, "AskExternalService", &case);
    }
    assert!(
        !Stack::with(&[("ScoreSecretArn", secret)])
            .holds(&json!({ "Condition": "AsksExternalService" }))
    );
}

#[test]
fn the_remediator_attaches_the_quarantine_to_users_and_cannot_change_it() {
    let stack = Stack::with(&[("Quarantine", "on")]);
    assert_eq!(stack.template["Resources"]["QuarantineUsers"]["Condition"], "IsQuarantine");
    let properties = stack.properties("QuarantinePolicy");
    let name = |key| properties[key].as_str().unwrap();
    assert_eq!(
        arn(&format!("policy{}{}", name("Path"), name("ManagedPolicyName"))),
        arn(QUARANTINE)
    );
    let attach = |policy: &str| {
        remediator_may("iam:AttachUserPolicy", "user/mira").with(POLICY_ARN, &arn(policy))
    };
    let not = |case: Case| Case { allowed: false, ..case };
    let mut cases = vec![
        attach(QUARANTINE),
        detach(QUARANTINE),
        not(attach("policy/leastwise/user-mira")),
        not(attach("arn:aws:iam::aws:policy/AdministratorAccess")),
        not(detach("policy/team/limits")),
        not(Case::new(REMEDIATOR, "iam:AttachUserPolicy", "user/leastwise/x", true)
            .with(POLICY_ARN, &arn(QUARANTINE))),
        not(Case::new(REMEDIATOR, "iam:AttachRolePolicy", "role/app", true)
            .with(POLICY_ARN, &arn(QUARANTINE))),
        remediator_may("iam:PutUserPolicy", "user/mira"),
        remediator_may("iam:DeleteUserPolicy", "user/mira"),
        remediator_may_not("iam:PutUserPolicy", "user/leastwise/x"),
        remediator_may_not("iam:PutRolePolicy", "role/app"),
        remediator_may_not("iam:PutGroupPolicy", "group/staff"),
        remediator_may("iam:CreatePolicyVersion", "policy/leastwise/user-mira"),
    ];
    for action in [
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
    ] {
        cases.push(remediator_may_not(action, QUARANTINE));
    }
    for case in cases {
        assert_judged_with(&stack, "QuarantineUsers", &case);
    }
}

/// A request to take a managed policy off a user.
fn detach(policy: &str) -> Case {
    remediator_may("iam:DetachUserPolicy", "user/mira").with(POLICY_ARN, &arn(policy))
}

#[test]
fn the_remediator_releases_users_also_once_quarantine_is_off_and_can_do_nothing_else_to_them() {
    let stack = Stack::with(&[]);
    assert_eq!(stack.template["Parameters"]["Quarantine"]["Default"], "off");
    // The policy stays: IAM would not delete it while it is attached, and a later quarantine could not make it again.
    assert_eq!(stack.template["Resources"]["QuarantinePolicy"].get("Condition"), None);
    let not = |case: Case| Case { allowed: false, ..case };
    let mut cases = vec![
        detach(QUARANTINE),
        not(detach("policy/leastwise/user-mira")),
        not(detach("arn:aws:iam::aws:policy/ReadOnlyAccess")),
        not(Case { resource: arn("user/leastwise/x"), ..detach(QUARANTINE) }),
        remediator_may_not("iam:DetachUserPolicy", "user/mira"),
        remediator_may_not("iam:AttachUserPolicy", "user/mira").with(POLICY_ARN, &arn(QUARANTINE)),
        remediator_may_not("iam:PutUserPolicy", "user/mira"),
        remediator_may_not("iam:DeleteUserPolicy", "user/mira"),
    ];
    for action in
        ["iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:TagPolicy"]
    {
        cases.push(remediator_may_not(action, QUARANTINE));
    }
    assert_judged(&stack, &cases);
}

#[test]
fn a_user_in_quarantine_changes_nothing_in_iam_and_leaves_by_no_role() {
    let stack = Stack::with(&[("Quarantine", "on")]);
    let everything = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }]
    });
    let asked: Vec<String> = iam_writes()
        .into_iter()
        .chain(["sts:AssumeRole", "s3:GetObject"].map(Into::into))
        .collect();
    let question = Question {
        principal: arn("user/mira"),
        identity_policies: vec![everything, stack.policy("QuarantinePolicy")],
        actions: asked,
        ..Question::default()
    };
    let Answer { allowed, undecided, .. } = simulate(&[question]).remove(0);
    assert_eq!((allowed, undecided), (vec!["s3:GetObject".to_owned()], vec![]));
}

#[test]
fn the_key_is_used_through_the_services_that_need_it() {
    const VIA: &str = "kms:ViaService";
    let key = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000";
    let stack = Stack::with(&[("KmsKeyArn", key)]);
    for (action, service, allowed) in [
        ("kms:Decrypt", "s3", true),
        ("kms:Decrypt", "secretsmanager", true),
        ("kms:Decrypt", "sqs", true),
        ("kms:GenerateDataKey", "sns", true),
        ("kms:GenerateDataKey", "s3", false),
        ("kms:Decrypt", "ec2", false),
        ("kms:Encrypt", "s3", false),
    ] {
        let case = Case::new(REMEDIATOR, action, key, allowed);
        let case = case.with(VIA, &format!("{service}.us-east-1.amazonaws.com"));
        assert_eq!(allows_with_key(&stack, "UseKey", &case), allowed, "{}", case.told());
    }
    // The schedule encrypts what lies in the queue, and reads nothing.
    for (action, service, allowed) in [
        ("kms:Decrypt", "sqs", true),
        ("kms:GenerateDataKey", "sqs", true),
        ("kms:Decrypt", "s3", false),
        ("kms:Decrypt", "secretsmanager", false),
        ("kms:GenerateDataKey", "sns", false),
        ("kms:Encrypt", "sqs", false),
    ] {
        let case = Case::new(SCHEDULE, action, key, allowed);
        let case = case.with(VIA, &format!("{service}.us-east-1.amazonaws.com"));
        assert_eq!(allows_with_key(&stack, "EncryptLostCalls", &case), allowed, "{}", case.told());
    }
    for (role, policy) in [(REMEDIATOR, "UseKey"), (SCHEDULE, "EncryptLostCalls")] {
        let directly = Case::new(role, "kms:Decrypt", key, false);
        assert!(!allows_with_key(&stack, policy, &directly), "{role}");
    }
}

/// What one of the evaluators says; the other wants to see the key's own policy, which is not of this stack.
fn allows_with_key(stack: &Stack, policy: &str, case: &Case) -> bool {
    let mut question = question(stack, case);
    question.identity_policies.push(stack.policy(policy));
    awsim_allows(&question, &case.action, &case.resource)
}

#[test]
fn network_interfaces_are_for_lambda_and_not_for_the_code() {
    const SOURCE: &str = "lambda:SourceFunctionArn";
    let stack = Stack::with(&[]);
    let code = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:leastwise-evaluator");
    let create = || Case::new(EVALUATOR, "ec2:DescribeNetworkInterfaces", "*", true);
    assert_judged_with(&stack, "JoinVpc", &create());
    let by_code = Case { allowed: false, ..create().with(SOURCE, &code) };
    assert_judged_with(&stack, "JoinVpc", &by_code);
}

#[test]
fn the_automation_asks_on_the_approval_topic_and_no_other() {
    let topic = "arn:aws:sns:us-east-1:111122223333:Automation-approvals";
    let stack = Stack::with(&[
        ("RequireApproval", "true"),
        ("Approvers", "mira"),
        ("ApprovalTopicArn", topic),
    ]);
    assert_eq!(stack.template["Resources"]["AskForApproval"]["Condition"], "IsApproved");
    for (resource, allowed) in [(topic.to_owned(), true), (format!("{topic}2"), false)] {
        let case = Case::new(AUTOMATION, "sns:Publish", &resource, allowed);
        assert_judged_with(&stack, "AskForApproval", &case);
    }
}

#[test]
fn both_functions_keep_what_they_cannot_handle_in_the_queue_and_nowhere_else() {
    let queue = |name: &str| format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{name}");
    let cases: Vec<Case> = [EVALUATOR, REMEDIATOR]
        .iter()
        .flat_map(|role| {
            let may = |action, name, allowed| Case::new(role, action, &queue(name), allowed);
            [
                may("sqs:SendMessage", "leastwise-dead-letters", true),
                may("sqs:SendMessage", "other", false),
                may("sqs:ReceiveMessage", "leastwise-dead-letters", false),
            ]
        })
        .collect();
    assert_judged(&Stack::with(&[]), &cases);
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
