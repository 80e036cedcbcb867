//! What principals can become: what must hold on random accounts, and what `principalmapper` says of the same accounts.

#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]
#![expect(clippy::indexing_slicing, reason = "integration tests fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "the library reads no files, its tests do")]

use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport};
use leastwise_rightsizing::iam::{Account, Principal};
use leastwise_rightsizing::reach::{AccountReach, Reach, Strength, Whom};
use leastwise_rightsizing::score::{CreepIndex, Score};
use leastwise_rightsizing::settings::{Judging, Weighting};
use leastwise_rightsizing::usage::{PrincipalUsage, Usage};
use leastwise_testing::{as_of, days_ago};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, OnceLock};

// ---- random accounts ---------------------------------------------------------------------------------------------

const SERVICES: [&str; 8] =
    ["ec2", "ec2-instance-connect", "iam", "lambda", "s3", "sqs", "ssm", "sts"];

/// The embedded catalogue without all other services.
fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let all = Catalog::embedded();
        let mut text = "# version: 0\n# date: 2026-06-30\n".to_owned();
        for service in SERVICES {
            writeln!(text, "{service}:").unwrap();
            for action in all.service(service).unwrap().ids().map(|id| all.action(id)) {
                writeln!(text, "{} {}", action.name, action.level).unwrap();
            }
        }
        Catalog::parse(&text).unwrap()
    })
}

const NAMES: [&str; 5] = ["user/mira", "user/joe", "role/app", "role/ops", "role/admin"];

/// A user or role by its policies, its boundary, its trust policy and whether it is in the group.
#[derive(Debug, Clone)]
struct Somebody {
    statements: Vec<Value>,
    boundary: Option<Vec<Value>>,
    trusts: Value,
    is_member: bool,
}

fn pattern() -> impl Strategy<Value = &'static str> {
    select(vec![
        "*",
        "iam:*",
        "iam:PassRole",
        "iam:Put*",
        "iam:Create*",
        "iam:Update*",
        "iam:AddUserToGroup",
        "iam:*Boundary",
        "sts:*",
        "sts:AssumeRole",
        "lambda:*",
        "lambda:CreateFunction",
        "lambda:Invoke*",
        "ec2:RunInstances",
        "ssm:*",
        "s3:Get*",
        "s3:*",
        "sqs:SendMessage",
    ])
}

fn statement() -> impl Strategy<Value = Value> {
    let resource = select(vec![
        "*",
        "*",
        "arn:aws:iam::111122223333:role/a*",
        "arn:aws:iam::*:user/*",
        "arn:aws:iam::111122223333:*/${aws:username}",
        "arn:aws:iam::111122223333:role/${aws:PrincipalTag/team}",
    ]);
    (
        prop_oneof![5 => Just("Allow"), 1 => Just("Deny")],
        prop_oneof![6 => Just("Action"), 1 => Just("NotAction")],
        vec(pattern(), 1..3),
        prop_oneof![8 => Just("Resource"), 1 => Just("NotResource")],
        resource,
        prop_oneof![
            4 => Just(None),
            1 => Just(Some(json!({ "Bool": { "aws:SecureTransport": "true" } }))),
            1 => Just(Some(json!({ "StringLike": { "iam:PassedToService": "lambda.*" } }))),
        ],
    )
        .prop_map(|(effect, element, actions, key, resource, condition)| {
            let mut statement = json!({ "Effect": effect, element: actions, key: resource });
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            statement
        })
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let trusts = select(vec![
        json!({ "Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"] }),
        json!({ "Service": "lambda.amazonaws.com" }),
        json!({ "AWS": "arn:aws:iam::111122223333:root" }),
        json!({ "AWS": ["arn:aws:iam::111122223333:user/mira", "arn:aws:iam::111122223333:role/app"] }),
        json!({ "AWS": "arn:aws:iam::444455556666:root" }),
    ]);
    let boundary = prop_oneof![3 => Just(None), 1 => vec(statement(), 1..3).prop_map(Some)];
    (vec(statement(), 0..4), boundary, trusts, any::<bool>()).prop_map(
        |(statements, boundary, trusts, is_member)| Somebody {
            statements,
            boundary,
            trusts,
            is_member,
        },
    )
}

#[derive(Debug, Clone)]
struct Situation {
    all: Vec<Somebody>,
    group: Vec<Value>,
    used: Vec<&'static str>,
}

fn situation() -> impl Strategy<Value = Situation> {
    let used = subsequence(SERVICES.to_vec(), 0..=SERVICES.len());
    (vec(somebody(), NAMES.len()), vec(statement(), 0..2), used)
        .prop_map(|(all, group, used)| Situation { all, group, used })
}

fn document(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

impl Situation {
    fn account(&self) -> Account {
        let inline =
            |statements| json!([{ "PolicyName": "own", "PolicyDocument": document(statements) }]);
        let (mut users, mut roles, mut policies) = (vec![], vec![], vec![]);
        for (who, name) in self.all.iter().zip(NAMES) {
            let id = name.to_ascii_uppercase().replace('/', "0");
            let mut detail = json!({
                "Arn": format!("arn:aws:iam::111122223333:{name}"), "CreateDate": days_ago(1_000),
            });
            if let Some(statements) = &who.boundary {
                let arn = format!("arn:aws:iam::111122223333:policy/limit-{id}");
                detail["PermissionsBoundary"] = json!({ "PermissionsBoundaryArn": arn });
                policies.push(json!({ "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [
                    { "VersionId": "v1", "IsDefaultVersion": true, "Document": document(statements) }
                ] }));
            }
            if name.starts_with("user/") {
                detail["UserId"] = json!(format!("AIDAEXAMPLE{id}"));
                detail["UserPolicyList"] = inline(&who.statements);
                detail["GroupList"] = if who.is_member { json!(["team"]) } else { json!([]) };
                users.push(detail);
            } else {
                detail["RoleId"] = json!(format!("AROAEXAMPLE{id}"));
                detail["RolePolicyList"] = inline(&who.statements);
                detail["AssumeRolePolicyDocument"] = document(&[json!({
                    "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": who.trusts
                })]);
                roles.push(detail);
            }
        }
        let group = json!([{
            "Arn": "arn:aws:iam::111122223333:group/team", "GroupName": "team",
            "GroupId": "AGPAEXAMPLE0000000001", "GroupPolicyList": inline(&self.group),
        }]);
        let account = json!({ "UserDetailList": users, "RoleDetailList": roles,
                              "GroupDetailList": group, "Policies": policies });
        Account::from_json(&account.to_string()).unwrap()
    }

    fn evidence(&self, everybody: &Arc<AccountReach>) -> Evidence {
        let rows = SERVICES.map(|service| {
            let last = self.used.contains(&service).then(|| days_ago(1));
            json!({ "ServiceNamespace": service, "LastAuthenticated": last })
        });
        let page = json!({ "JobStatus": "COMPLETED", "JobCompletionDate": as_of(),
                           "ServicesLastAccessed": rows });
        let report = LastAccessedReport::from_json(&page).unwrap();
        Evidence { reach: Some(Arc::clone(everybody)), ..report.into() }
    }

    /// Of each principal, in the order of [`NAMES`], what it reaches.
    fn reaches(&self) -> Vec<Reach> {
        let account = self.account();
        let everybody = AccountReach::of(&account, catalog());
        let reach = |name: &str| everybody.reach(named(&account, name), catalog()).unwrap();
        NAMES.into_iter().map(reach).collect()
    }

    fn usages(&self, weighting: Weighting) -> Vec<PrincipalUsage> {
        let account = self.account();
        let evidence = self.evidence(&Arc::new(AccountReach::of(&account, catalog())));
        let judging = Judging { weighting, ..Judging::default() };
        let usage = |name: &str| {
            let principal = named(&account, name);
            PrincipalUsage::of(principal, &evidence, &judging, as_of(), catalog()).unwrap()
        };
        NAMES.into_iter().map(usage).collect()
    }

    fn indices(&self, weighting: Weighting) -> Vec<Option<u8>> {
        let usages = self.usages(weighting);
        let index = |usage: &PrincipalUsage| Score::of(&usage.services, weighting).index;
        usages.iter().map(|usage| index(usage).map(CreepIndex::value)).collect()
    }
}

fn named<'a>(account: &'a Account, name: &str) -> &'a Principal {
    account.principal(&format!("arn:aws:iam::111122223333:{name}").parse().unwrap()).unwrap()
}

/// How strong that is what each action opens, and all of it together.
fn strengths(reach: &Reach) -> Vec<Option<Strength>> {
    let actions =
        ["iam:PassRole", "sts:AssumeRole", "iam:CreateAccessKey", "lambda:CreateFunction"];
    let by_action = actions.iter().map(|action| reach.by(action));
    let by_service = SERVICES.iter().map(|service| reach.by_service(service));
    let all = by_action.chain(by_service).chain([reach.strongest()]);
    all.map(|reached| reached.map(|it| it.strength)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn whatever_is_granted_beside_takes_no_path_and_makes_none_weaker(
        situation in situation(), who in 0..NAMES.len(), more in statement(),
    ) {
        let before = situation.reaches();
        let mut after = situation;
        let mut more = more;
        more["Effect"] = json!("Allow");
        after.all[who].statements.push(more);
        for (before, after) in before.iter().zip(after.reaches()) {
            for (before, after) in strengths(before).into_iter().zip(strengths(&after)) {
                prop_assert!(before <= after, "{:?} {:?}", before, after);
            }
        }
    }

    #[test]
    fn a_wider_trust_policy_takes_no_path(
        situation in situation(), who in 0..NAMES.len(),
    ) {
        let before = situation.reaches();
        let mut after = situation;
        let mut trusts = after.all[who].trusts.clone();
        trusts["AWS"] = json!("*");
        after.all[who].trusts = trusts;
        for (before, after) in before.iter().zip(after.reaches()) {
            for (before, after) in strengths(before).into_iter().zip(strengths(&after)) {
                prop_assert!(before <= after, "{:?} {:?}", before, after);
            }
        }
    }

    #[test]
    fn taking_away_services_that_lie_idle_never_raises_the_index(
        situation in situation(), who in 0..NAMES.len(),
        services in subsequence(SERVICES.to_vec(), 1..=SERVICES.len()),
    ) {
        let before = situation.indices(Weighting::Reach)[who];
        let usage = &situation.usages(Weighting::Reach)[who];
        let is_idle = |service: &&&str| usage.services.iter().any(|it| {
            it.namespace == ***service && matches!(it.usage, Usage::Idle(_))
        });
        let taken: Vec<String> =
            services.iter().filter(is_idle).map(|service| format!("{service}:*")).collect();
        let mut after = situation.clone();
        if !taken.is_empty() {
            let denial = json!({ "Effect": "Deny", "Action": taken, "Resource": "*" });
            after.all[who].statements.push(denial);
        }
        let after = after.indices(Weighting::Reach)[who];
        prop_assert!(before.is_none() || after <= before, "{:?} {:?}", before, after);
    }

    #[test]
    fn by_reach_no_index_is_lower_than_by_risk(situation in situation()) {
        let (risk, reach) =
            (situation.indices(Weighting::Risk), situation.indices(Weighting::Reach));
        for (risk, reach) in risk.iter().zip(&reach) {
            prop_assert!(risk <= reach, "{:?} {:?}", risk, reach);
        }
    }

    #[test]
    fn the_words_for_a_path_name_somebody_else_and_actions_that_are_granted(
        situation in situation(),
    ) {
        let account = situation.account();
        for (reach, name) in situation.reaches().into_iter().zip(NAMES) {
            let Some(reached) = reach.strongest() else { continue };
            prop_assert!(reached.whom != Whom::Other(name.to_owned()));
            prop_assert!(!reached.through.contains(&name.to_owned()), "{}", reached);
            let principal = named(&account, name);
            let usage = PrincipalUsage::of(
                principal, &situation.evidence(&Arc::new(AccountReach::of(&account, catalog()))),
                &Judging::default(), as_of(), catalog(),
            ).unwrap();
            for action in &reached.by {
                prop_assert!(usage.granted.contains(catalog().find(action).unwrap()), "{}", action);
            }
        }
    }
}

// ---- another tool on the same accounts ---------------------------------------------------------------------------

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reach").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// Who is an administrator, and from whom a way leads to whom, but for administrators.
#[derive(Debug, Default, PartialEq, Eq)]
struct Graph {
    administrators: BTreeSet<String>,
    edges: BTreeSet<(String, String)>,
}

impl Graph {
    fn of_principalmapper(account: &str) -> Self {
        let recorded: Value = serde_json::from_str(&file("principalmapper.json")).unwrap();
        let texts = |list: &Value| -> Vec<String> { serde_json::from_value(list.clone()).unwrap() };
        let edges = recorded[account]["edges"].as_object().unwrap();
        let edges = edges.iter().flat_map(|(from, to)| {
            texts(to).into_iter().map(|to| (from.clone(), to)).collect::<Vec<_>>()
        });
        let administrators = texts(&recorded[account]["administrators"]).into_iter().collect();
        Self { administrators, edges: edges.collect() }
    }

    fn of_ours(account: &Account) -> Self {
        let catalog = Catalog::embedded();
        let everybody = AccountReach::of(account, catalog);
        let mut graph = Self::default();
        for principal in account.principals() {
            let arn = principal.arn.to_string();
            let name = arn.splitn(6, ':').last().unwrap().to_owned();
            let steps = everybody.steps(principal, catalog).unwrap();
            if steps.iter().any(|(whom, _)| *whom == Whom::ItselfWithMore) {
                graph.administrators.insert(name);
                continue;
            }
            let others = steps.into_iter().map(|(whom, _)| whom.to_string());
            // It knows users and roles only.
            let others = others.filter(|whom| !whom.starts_with("group/"));
            graph.edges.extend(others.map(|to| (name.clone(), to)));
        }
        graph
    }

    /// What `self` has and `other` has not, of sources that are no administrators for either.
    fn without<'a>(&'a self, other: &'a Self) -> (Vec<&'a str>, BTreeMap<&'a str, Vec<&'a str>>) {
        let administrators = self.administrators.difference(&other.administrators);
        let is_for_other = |from: &String| other.administrators.contains(from);
        let edges = self.edges.difference(&other.edges).filter(|(from, _)| !is_for_other(from));
        let mut by_source: BTreeMap<&'a str, Vec<&'a str>> = BTreeMap::new();
        for (from, to) in edges {
            by_source.entry(from).or_default().push(to);
        }
        (administrators.map(String::as_str).collect(), by_source)
    }

    fn shared(&self, other: &Self) -> [usize; 2] {
        let administrators = self.administrators.intersection(&other.administrators).count();
        [administrators, self.edges.intersection(&other.edges).count()]
    }
}

type Counts<'a> = Vec<(&'a str, usize)>;

/// From whom how many ways lead that the other one does not know.
fn counted<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>) -> Counts<'a> {
    edges.iter().map(|(from, to)| (*from, to.len())).collect()
}

/// An account with one principal for each kind of path.
#[test]
fn principalmapper_and_we_agree_on_each_kind_of_path_but_for_these() {
    let account = Account::from_json(&file("each_kind.json")).unwrap();
    let (ours, theirs) = (Graph::of_ours(&account), Graph::of_principalmapper("eachKind"));
    assert_eq!(ours.shared(&theirs), [19, 20]);
    let (administrators, edges) = ours.without(&theirs);
    // It looks neither for a user who is made, nor for earlier versions of a policy.
    assert_eq!(administrators, ["user/by-new-user", "user/by-own-default"]);
    let instances = || vec!["role/jumps", "role/runs-ec2-bare"];
    let all_instances = || vec!["role/jumps", "role/runs-ec2", "role/runs-ec2-bare"];
    let of_pipeline =
        vec!["role/jumps", "role/runs-datapipeline", "role/runs-ec2", "role/runs-ec2-bare"];
    let expected = [
        // The session of a role, named in a trust policy.
        ("role/jumps", vec!["role/for-session"]),
        // Services that it does not know.
        ("user/by-automation", vec!["role/runs-ssm"]),
        // Roles without an instance profile: whether there is one we do not read.
        ("user/by-ec2", instances()),
        ("user/by-ecs", vec!["role/runs-ecs-tasks"]),
        ("user/by-glue", vec!["role/runs-glue"]),
        ("user/by-glue-job", vec!["role/runs-glue"]),
        // It was not told that the user has a password, which account data does not say.
        ("user/by-password", vec!["user/root-like"]),
        ("user/by-pipeline", of_pipeline),
        ("user/by-scheduler", vec!["role/runs-scheduler"]),
        ("user/by-send-command", instances()),
        ("user/by-session", instances()),
        ("user/by-spot", all_instances()),
        ("user/by-ssh-key", all_instances()),
        ("user/by-states", vec!["role/runs-states"]),
        ("user/open-by-condition", instances()),
        // It takes a condition that it does not understand for one that does not hold.
        ("user/open-by-other-condition", all_instances()),
    ];
    assert_eq!(edges, BTreeMap::from(expected));
    let (administrators, edges) = theirs.without(&ours);
    assert_eq!(administrators, Vec::<&str>::new());
    // A function that nothing invokes.
    assert_eq!(edges, BTreeMap::from([("user/by-lambda-uninvoked", vec!["role/runs-lambda"])]));
}

/// An account that others made of every way that they knew, and of traps for tools.
#[test]
fn principalmapper_and_we_agree_on_a_recorded_account_but_for_these() {
    let path = "../../../shared/data/gaad/cloudsplaining_example.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: `{}` is not there", path.display());
        return;
    };
    // Whoever published it added principals by hand, with an id that is not the account's.
    let account = Account::from_json(&text.replace("012345678901", "200611803367")).unwrap();
    let (ours, theirs) = (Graph::of_ours(&account), Graph::of_principalmapper("recordedAccount"));
    assert_eq!(ours.shared(&theirs), [22, 390]);
    let (administrators, edges) = ours.without(&theirs);
    let of_aws = "role/aws-service-role";
    let stack_sets = format!(
        "{of_aws}/member.org.stacksets.cloudformation.amazonaws.com/\
         AWSServiceRoleForCloudFormationStackSetsOrgMember"
    );
    let sso = format!("{of_aws}/sso.amazonaws.com/AWSServiceRoleForSSO");
    let expected = [
        // Both make roles and write their policies.
        stack_sets.as_str(),
        sso.as_str(),
        // Its condition holds, say those who made it.
        "role/fn3-exploitableConditionConstraint-role",
        // Its condition does not, they say. We do not read conditions.
        "role/fp5-nonExploitableConditionConstraint-role",
        // What earlier versions of its policy there are we do not read.
        "role/privesc2-SetExistingDefaultPolicyVersion-role",
        "user/fn3-exploitableConditionConstraint-user",
        "user/fp5-nonExploitableConditionConstraint-user",
        "user/privesc2-SetExistingDefaultPolicyVersion-user",
    ];
    assert_eq!(administrators, expected);
    let ssm = format!("{of_aws}/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM");
    let expected = [
        // Automation, which it does not know, and a role that does not speak with Systems Manager.
        (ssm.as_str(), 19),
        // Ways that it does not know.
        ("role/privesc-ec2InstanceConnect-role", 2),
        // A role that does not speak with Systems Manager, or has no instance profile.
        ("role/privesc-ssmSendCommand-role", 1),
        ("role/privesc-ssmStartSession-role", 1),
        ("role/privesc18-PassExistingRoleToNewGlueDevEndpoint-role", 1),
        ("role/privesc21-PassExistingRoleToNewDataPipeline-role", 2),
        // It was not told that users have passwords, which account data does not say.
        ("role/privesc6-UpdateLoginProfile-role", 44),
        ("user/privesc-ec2InstanceConnect-user", 2),
        ("user/privesc-ssmSendCommand-user", 1),
        ("user/privesc-ssmStartSession-user", 1),
        ("user/privesc18-PassExistingRoleToNewGlueDevEndpoint-user", 1),
        ("user/privesc21-PassExistingRoleToNewDataPipeline-user", 2),
        ("user/privesc6-UpdateLoginProfile-user", 43),
    ];
    assert_eq!(counted(&edges), expected);
    let (administrators, edges) = theirs.without(&ours);
    assert_eq!(administrators, Vec::<&str>::new());
    // Trust policies of service-linked roles, which AWS alone can change.
    let expected = [
        ("role/privesc14-UpdatingAssumeRolePolicy-role", 8),
        ("user/privesc14-UpdatingAssumeRolePolicy-user", 8),
    ];
    assert_eq!(counted(&edges), expected);
    assert!(edges.values().flatten().all(|to| to.starts_with(of_aws)));
}
