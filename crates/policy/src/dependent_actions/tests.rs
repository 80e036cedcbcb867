//! Facts that were looked up by hand, the tables' form, and what holds of any sets.

use super::*;
use proptest::prelude::*;
use std::fmt::Write as _;

fn id(action: &str) -> ActionId {
    Catalog::embedded().find(action).unwrap()
}

fn set(actions: &[&str]) -> ActionSet {
    actions.iter().map(|action| id(action)).collect()
}

fn names(ids: impl IntoIterator<Item = ActionId>) -> Vec<String> {
    ids.into_iter().map(|id| Catalog::embedded().action(id).to_string()).collect()
}

fn needs(by: &str, action: &str) -> bool {
    DependentActions::embedded().needed_by(id(by)).any(|need| need == id(action))
}

/// What is needed, each with what needs it.
fn printed(needed: &[Needed]) -> Vec<(String, String)> {
    let name = |id| Catalog::embedded().action(id).to_string();
    needed.iter().map(|needed| (name(needed.action), name(needed.by))).collect()
}

#[test]
fn what_the_documentation_says_is_in_the_tables() {
    let facts = [
        // The service authorization reference.
        ("backup-gateway:PutHypervisorPropertyMappings", "iam:PassRole"),
        ("ec2:RunInstances", "iam:PassRole"),
        ("elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:AddTags"),
        // https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
        ("lambda:CreateFunction", "iam:PassRole"),
        ("lambda:UpdateFunctionConfiguration", "iam:PassRole"),
        // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
        ("ecs:RegisterTaskDefinition", "iam:PassRole"),
        ("ecs:RunTask", "iam:PassRole"),
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
        ("cloudformation:CreateStack", "iam:PassRole"),
        ("cloudformation:CreateChangeSet", "iam:PassRole"),
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
        ("apigateway:PUT", "iam:PassRole"),
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
        ("s3:GetObject", "kms:Decrypt"),
        ("s3:PutObject", "kms:GenerateDataKey"),
        ("s3:PutObject", "s3:AbortMultipartUpload"),
        // https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
        ("ec2:StartInstances", "kms:CreateGrant"),
        // https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
        ("ssm:GetParameter", "kms:Decrypt"),
        ("ssm:PutParameter", "kms:Encrypt"),
        ("secretsmanager:GetSecretValue", "kms:Decrypt"),
        ("logs:PutLogEvents", "logs:CreateLogStream"),
        ("logs:PutLogEvents", "logs:CreateLogGroup"),
        ("athena:StartQueryExecution", "glue:GetTable"),
        ("ecr:BatchGetImage", "ecr:GetAuthorizationToken"),
        ("sts:AssumeRole", "sts:TagSession"),
        ("xray:PutTraceSegments", "xray:GetSamplingRules"),
        // What the service reference lists for the operation of the same name.
        ("mq:CreateBroker", "iam:PassRole"),
        ("codedeploy:CreateDeployment", "codedeploy:GetDeploymentConfig"),
        ("s3:CreateBucket", "s3:PutBucketOwnershipControls"),
        ("elasticache:DeleteCacheCluster", "elasticache:CreateSnapshot"),
        ("glue:UpdateTable", "glue:PassConnection"),
        ("redshift:GetClusterCredentials", "redshift:JoinGroup"),
        // An operation that is not named after its action.
        ("s3:PutReplicationConfiguration", "iam:PassRole"),
        ("dms:UpdateMigrationProject", "iam:PassRole"),
        ("es:AddDataSource", "iam:PassRole"),
        // https://docs.aws.amazon.com/athena/latest/ug/ctas.html
        ("athena:StartQueryExecution", "glue:CreateTable"),
        ("athena:StartQueryExecution", "s3:DeleteObject"),
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
        ("dynamodb:ExportTableToPointInTime", "s3:PutObject"),
        // https://docs.aws.amazon.com/streams/latest/dev/kcl-iam-permissions.html
        ("kinesis:GetRecords", "dynamodb:UpdateItem"),
        // https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_TagResources.html
        ("tag:TagResources", "ec2:CreateTags"),
        ("tag:TagResources", "sqs:TagQueue"),
        ("cloudformation:ExecuteChangeSet", "iam:PassRole"),
        ("logs:StartQuery", "logs:StopQuery"),
        ("bedrock:InvokeAgent", "bedrock:InvokeModel"),
        ("acm:RequestCertificate", "acm-pca:IssueCertificate"),
        ("elasticloadbalancing:CreateListener", "cognito-idp:DescribeUserPoolClient"),
    ];
    for (by, action) in facts {
        assert!(needs(by, action), "{by} needs {action}");
    }
}

#[test]
fn what_needs_nothing_needs_nothing() {
    let dependent = DependentActions::embedded();
    for action in ["iam:PassRole", "kms:Decrypt", "sts:GetCallerIdentity", "sqs:DeleteMessage"] {
        assert_eq!(names(dependent.needed_by(id(action))), [""; 0], "{action}");
        let granted = ActionSet::full(Catalog::embedded());
        assert_eq!(dependent.needed(&set(&[action]), &granted), []);
    }
    assert!(!needs("s3:GetObject", "iam:PassRole"));
    assert!(!needs("lambda:InvokeFunction", "iam:PassRole"));
}

#[test]
fn what_an_action_needs_is_ascending_and_not_itself() {
    let dependent = DependentActions::embedded();
    for by in Catalog::embedded().ids() {
        let needs: Vec<_> = dependent.needed_by(by).collect();
        assert!(needs.is_sorted_by(|left, right| left < right) && !needs.contains(&by));
    }
    assert_eq!(
        names(dependent.needed_by(id("sns:Publish"))),
        ["kms:Decrypt", "kms:GenerateDataKey"]
    );
}

#[test]
fn other_names_of_one_service_are_no_needs() {
    for (by, action) in [
        ("codeconnections:CreateConnection", "codestar-connections:CreateConnection"),
        ("codestar-connections:CreateConnection", "codeconnections:TagResource"),
        ("es:CreateDomain", "es:CreateElasticsearchDomain"),
        ("s3:GetObject", "s3-object-lambda:GetObject"),
        ("identitystore:DescribeUser", "sso-directory:DescribeUser"),
    ] {
        assert!(!needs(by, action), "{by} needs {action}");
    }
    // A web list is tied to another service's resource by an action of the same name there.
    assert!(needs("wafv2:AssociateWebACL", "appsync:AssociateWebACL"));
}

#[test]
fn a_need_of_a_need_is_needed_too() {
    let dependent = DependentActions::embedded();
    let kept = set(&["athena:StartQueryExecution"]);
    let granted =
        set(&["s3:GetObject", "s3:ListBucket", "kms:Decrypt", "kms:ReEncryptTo", "s3:PutObject"]);
    let pair = |action: &str, by: &str| (action.to_owned(), by.to_owned());
    assert_eq!(
        printed(&dependent.needed(&kept, &granted)),
        [
            pair("kms:Decrypt", "athena:StartQueryExecution"),
            pair("kms:ReEncryptTo", "s3:PutObject"),
            pair("s3:GetObject", "athena:StartQueryExecution"),
            pair("s3:ListBucket", "athena:StartQueryExecution"),
            pair("s3:PutObject", "athena:StartQueryExecution"),
        ]
    );
    // Nobody who may not call s3:PutObject needs what it needs.
    let granted = set(&["kms:ReEncryptTo"]);
    assert_eq!(dependent.needed(&kept, &granted), []);
}

#[test]
fn of_several_reasons_the_lowest_is_given() {
    let dependent = DependentActions::embedded();
    let granted = set(&["iam:PassRole"]);
    for kept in [
        ["ecs:RunTask", "lambda:CreateFunction", "states:CreateStateMachine"],
        ["states:CreateStateMachine", "lambda:CreateFunction", "ecs:RunTask"],
    ] {
        let needed = dependent.needed(&set(&kept), &granted);
        assert_eq!(printed(&needed), [("iam:PassRole".to_owned(), "ecs:RunTask".to_owned())]);
    }
}

#[test]
fn a_reason_may_be_a_needed_action() {
    let dependent = DependentActions::embedded();
    let granted = set(&["kms:Decrypt", "s3:GetObject"]);
    let needed = dependent.needed(&set(&["cloudformation:CreateStack"]), &granted);
    let pair = |action: &str, by: &str| (action.to_owned(), by.to_owned());
    assert_eq!(
        printed(&needed),
        [pair("kms:Decrypt", "s3:GetObject"), pair("s3:GetObject", "cloudformation:CreateStack")]
    );
}

/// A small catalogue in which needs go round in a circle and meet again.
fn small() -> Catalog {
    let header = "# version: 1\n# date: 2026-09-26\n";
    Catalog::parse(&format!("{header}a:\nA read\nB write\nC list\nb:\nA write\nB read\n")).unwrap()
}

/// The embedded catalogue without every `nth` action, in capital letters.
fn without_every(nth: usize) -> Catalog {
    let all = Catalog::embedded();
    let mut text = "# version: 1\n# date: 2026-09-26\n".to_owned();
    for service in all.services() {
        let kept: Vec<_> = service.ids().filter(|id| id.index() % nth != 0).collect();
        if !kept.is_empty() {
            writeln!(text, "{}:", service.namespace.to_ascii_uppercase()).unwrap();
        }
        for action in kept.into_iter().map(|id| all.action(id)) {
            writeln!(text, "{} {}", action.name.to_ascii_uppercase(), action.level).unwrap();
        }
    }
    Catalog::parse(&text).unwrap()
}

#[test]
fn another_catalogue_has_the_pairs_of_which_it_has_both_actions() {
    let header = "# version: 1\n# date: 2026-09-26\n";
    let few = Catalog::parse(&format!(
        "{header}iam:\nPassRole write\nlambda:\nAnother write\nCreateFunction write\ns3:\nGetObject read\n"
    ))
    .unwrap();
    let [pass_role, by, get_object] = ["iam:PassRole", "lambda:CreateFunction", "s3:GetObject"]
        .map(|name| few.find(name).unwrap());
    let dependent = DependentActions::of(&few);
    assert_eq!(dependent.pairs, [Pair { by, action: pass_role }, Pair { by, action: get_object }]);
    assert_eq!((dependent.version(), dependent.date()), ("0.15.202512061", "2025-12-06"));

    let all = Catalog::embedded();
    for nth in [2, 3, 17] {
        let other = without_every(nth);
        let translate = |id| other.find(&all.action(id).to_string());
        let pairs = DependentActions::embedded().pairs.iter();
        let wanted: Vec<_> = pairs
            .filter_map(|pair| {
                Some(Pair { by: translate(pair.by)?, action: translate(pair.action)? })
            })
            .collect();
        assert_eq!(DependentActions::of(&other).pairs, wanted, "{nth}");
    }
}

const HEADER: &str = "# For a person: any text.\n# version: 1.2.3\n# date: 2025-12-06\n";
const GROUP: &str = "group: A\nwhy: B.\nsource: https://example.com\nneeds: b:A\nfor: a:* write\n";

#[test]
fn tables_say_what_they_were_made_from() {
    let dependent =
        DependentActions::parse(&format!("{HEADER}a:A b:B\n"), HEADER, GROUP, &small()).unwrap();
    assert_eq!((dependent.version(), dependent.date()), ("1.2.3", "2025-12-06"));
    assert_eq!((dependent.len(), dependent.is_empty()), (2, false));
    let embedded = DependentActions::embedded();
    assert_eq!((embedded.version(), embedded.date()), ("0.15.202512061", "2025-12-06"));
    let none = DependentActions::parse(HEADER, HEADER, "", &small()).unwrap();
    assert!(none.is_empty());
}

#[test]
fn a_pattern_is_narrowed_by_its_level_and_a_line_may_have_several() {
    let needing = |line: &str| {
        let group = GROUP.replace("for: a:* write", line);
        let dependent = DependentActions::parse(HEADER, HEADER, &group, &small()).unwrap();
        dependent.pairs.iter().map(|pair| pair.by.index()).collect::<Vec<_>>()
    };
    assert_eq!(needing("for: a:*"), [0, 1, 2]);
    assert_eq!(needing("for: a:* write"), [1]);
    assert_eq!(needing("for: a:C A:a"), [0, 2], "in the order of the catalogue, in any case");
    assert_eq!(needing("for: a:A\n# a comment\n\nfor: b:*"), [0, 4], "b:A does not need itself");
}

#[test]
fn a_malformed_reference_is_refused_with_the_line_at_fault() {
    use DependentActionsFault as Fault;
    let faults = [
        ("a:A\n", 4, Fault::NoPair("a:A".into())),
        ("a:A b:A\n\n", 5, Fault::NoPair(String::new())),
        ("a:A b:X\n", 4, Fault::UnknownAction("b:X".into())),
        ("a:A b:A\na:X b:A\n", 5, Fault::UnknownAction("a:X".into())),
        ("a:A b:A b:B\n", 4, Fault::UnknownAction("b:A b:B".into())),
        ("a:A b:A\r\n", 4, Fault::UnknownAction("b:A\r".into())),
        ("a:A b\n", 4, Fault::UnknownAction("b".into())),
        ("a:* b:A\n", 4, Fault::UnknownAction("a:*".into())),
        ("a:A a:A\n", 4, Fault::Itself("a:A".into())),
        ("a:B b:A\na:A b:A\n", 5, Fault::Unsorted("a:A b:A".into())),
        ("a:A b:B\na:A b:A\n", 5, Fault::Unsorted("a:A b:A".into())),
        ("a:A b:A\na:a b:a\n", 5, Fault::Unsorted("a:a b:a".into())),
    ];
    for (body, line, fault) in faults {
        let text = format!("{HEADER}{body}");
        let error = DependentActions::parse(&text, HEADER, GROUP, &small()).unwrap_err();
        let table = DependentActionsTable::Reference;
        let wanted = DependentActionsError { table, line, fault: fault.clone() };
        assert_eq!(error, wanted, "{body:?}");
        let error = DependentActions::parse(HEADER, &text, GROUP, &small()).unwrap_err();
        let table = DependentActionsTable::Operations;
        assert_eq!(error, DependentActionsError { table, line, fault }, "{body:?}");
    }
    for text in ["# version: 1\na:A b:A\n", "# date: 1\na:A b:A\n", "#\n"] {
        let error = DependentActions::parse(text, HEADER, GROUP, &small()).unwrap_err();
        assert_eq!(error.fault, Fault::MissingHeader, "{text:?}");
    }
}

#[test]
fn a_malformed_supplement_is_refused_with_the_line_at_fault() {
    use DependentActionsFault as Fault;
    let incomplete = |missing| Fault::Incomplete { title: "A".into(), missing };
    let faults = [
        ("for: a:* write", "for: a:X", 5, Fault::UnknownAction("a:X".into())),
        ("for: a:* write", "for: a:A a:X* write", 5, Fault::MatchesNothing("a:A".into())),
        ("for: a:* write", "for: a:X*", 5, Fault::MatchesNothing("a:X*".into())),
        ("for: a:* write", "for: a:* tagging", 5, Fault::MatchesNothing("a:*".into())),
        ("for: a:* write", "for: a:* wild", 5, Fault::UnknownLevel("wild".into())),
        ("for: a:* write", "for: a:*:b", 5, Fault::Malformed("a:*:b".into())),
        ("for: a:* write", "for:a:*", 5, Fault::Malformed("for:a:*".into())),
        ("for: a:* write", "four: a:*", 5, Fault::Malformed("four: a:*".into())),
        ("for: a:* write", "a:*", 5, Fault::Malformed("a:*".into())),
        ("needs: b:A", "needs: b:X*", 4, Fault::MatchesNothing("b:X*".into())),
        ("needs: b:A", "needs: b:* tagging", 4, Fault::MatchesNothing("b:*".into())),
        ("needs: b:A", "needs: b:X", 4, Fault::UnknownAction("b:X".into())),
        ("needs: b:A", "needs: b:A  b:B", 4, Fault::UnknownAction(String::new())),
        ("group: A\n", "", 1, Fault::NoGroup("why: B.".into())),
        ("why: B.\n", "", 1, incomplete("why")),
        ("source: https://example.com\n", "", 1, incomplete("source")),
        ("needs: b:A\n", "", 1, incomplete("needs")),
        ("for: a:* write\n", "", 1, incomplete("for")),
    ];
    for (line_of_group, instead, line, fault) in faults {
        let group = GROUP.replace(line_of_group, instead);
        let error = DependentActions::parse(HEADER, HEADER, &group, &small()).unwrap_err();
        let table = DependentActionsTable::Supplement;
        assert_eq!(error, DependentActionsError { table, line, fault }, "{instead:?}");
    }
    let two = format!("{GROUP}\ngroup: Second\n");
    assert_eq!(
        DependentActions::parse(HEADER, HEADER, &two, &small()).unwrap_err().to_string(),
        "dependent actions, supplement, line 7: the group `Second` has no `why: …`"
    );
}

fn embedded_groups() -> Vec<supplement::Group<'static>> {
    supplement::read(SUPPLEMENT, &mut Names::of(Catalog::embedded())).unwrap()
}

#[test]
fn every_group_has_its_own_title_and_a_page_of_aws() {
    let groups = embedded_groups();
    let mut titles: Vec<_> = groups.iter().map(|group| group.title).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), groups.len());
    for group in &groups {
        assert!(group.why.ends_with('.'), "{}", group.title);
        for source in &group.sources {
            assert!(source.starts_with("https://docs.aws.amazon.com/"), "{source}");
        }
    }
}

/// What the page for operators says of the groups, a row each.
fn table_of_groups() -> String {
    let mut table = String::from(
        "| Reason | What is kept | Actions that need it | Source |\n| --- | --- | --- | --- |\n",
    );
    for group in embedded_groups() {
        let mut services: Vec<_> =
            group.by.iter().map(|&id| Catalog::embedded().action(id).service).collect();
        services.sort_unstable();
        services.dedup();
        let services = match services.as_slice() {
            few @ ([_] | [_, _] | [_, _, _]) => few.join(", "),
            many => format!("{} services", many.len()),
        };
        let actions: std::collections::BTreeSet<_> = group.by.iter().collect();
        let kept: std::collections::BTreeSet<_> = names(group.needs).into_iter().collect();
        let kept = match kept.len() {
            ..=100 => kept.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" "),
            many => format!("{many} actions that tag"),
        };
        let sources: Vec<_> = group.sources.iter().map(|url| format!("[AWS]({url})")).collect();
        writeln!(
            table,
            "| **{}.** {} | {} | {} of {services} | {} |",
            group.title,
            group.why,
            kept,
            actions.len(),
            sources.join(" "),
        )
        .unwrap();
    }
    table
}

#[test]
fn the_page_for_operators_has_the_groups_as_they_are() {
    let page = include_str!("../../../../docs/dependent-actions.md");
    let rows: String =
        page.lines().filter(|line| line.starts_with('|')).flat_map(|line| [line, "\n"]).collect();
    let wanted = table_of_groups();
    assert!(rows == wanted, "docs/dependent-actions.md should have\n\n{wanted}");
}

/// Some of those actions of the catalogue that need something or are needed, each with its chance.
fn related() -> impl Strategy<Value = ActionSet> {
    let dependent = DependentActions::embedded();
    let all: Vec<_> = dependent.pairs.iter().flat_map(|pair| [pair.by, pair.action]).collect();
    let some = proptest::sample::subsequence(all.clone(), 0..40);
    let most = proptest::sample::subsequence(all, 3_000..9_000);
    prop_oneof![some, most].prop_map(|ids| ids.into_iter().collect())
}

/// `needed` by asking every pair again until nothing changes.
fn naive(kept: &ActionSet, granted: &ActionSet) -> ActionSet {
    let mut all = kept.clone();
    loop {
        let before = all.len();
        for &Pair { by, action } in &DependentActions::embedded().pairs {
            if all.contains(by) && granted.contains(action) {
                all.insert(action);
            }
        }
        if all.len() == before {
            return all.difference(kept);
        }
    }
}

proptest! {
    // A case walks thousands of pairs several times.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_needed_is_the_closure_within_what_is_granted(kept in related(), granted in related()) {
        let dependent = DependentActions::embedded();
        let needed = dependent.needed(&kept, &granted);
        prop_assert!(needed.is_sorted_by(|left, right| left.action < right.action));
        let actions: ActionSet = needed.iter().map(|needed| needed.action).collect();
        prop_assert_eq!(&actions, &naive(&kept, &granted));

        // Kept with what it needs, it needs nothing more.
        prop_assert_eq!(dependent.needed(&kept.union(&actions), &granted), vec![]);

        // Every chain of reasons is one of the tables and ends at a kept action.
        for first in &needed {
            let mut link = *first;
            for _ in 0..=needed.len() {
                prop_assert!(dependent.needed_by(link.by).any(|action| action == link.action));
                if kept.contains(link.by) {
                    break;
                }
                let next = needed.iter().find(|needed| needed.action == link.by);
                link = *next.expect("a reason is kept or needed");
            }
            prop_assert!(kept.contains(link.by));
        }
    }

    #[test]
    fn more_kept_or_granted_never_needs_less(
        kept in related(), more in related(), granted in related(), wider in related(),
    ) {
        let all = |kept: &ActionSet, granted: &ActionSet| {
            let needed = DependentActions::embedded().needed(kept, granted);
            kept.union(&needed.iter().map(|needed| needed.action).collect())
        };
        let before = all(&kept, &granted);
        prop_assert!(before.is_subset(&all(&kept.union(&more), &granted)));
        prop_assert!(before.is_subset(&all(&kept, &granted.union(&wider))));
    }
}
