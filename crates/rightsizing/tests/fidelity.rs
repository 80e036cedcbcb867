//! The measurement of `cargo xtask fidelity` on a handful of cases, so that it cannot rot; and shown to notice what is
//! wrong.

#![expect(clippy::expect_used, reason = "a measurement fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads files")]

#[path = "fidelity/added.rs"]
mod added;
#[path = "../examples/fidelity/evidence.rs"]
mod evidence;
#[path = "../examples/fidelity/figures.rs"]
mod figures;
#[path = "../examples/fidelity/harness.rs"]
mod harness;
#[path = "fidelity/held_out.rs"]
mod held_out;
#[path = "../examples/fidelity/lists.rs"]
mod lists;
#[path = "../examples/fidelity/oracle.rs"]
mod oracle;
#[path = "../examples/fidelity/page/mod.rs"]
mod page;
#[path = "../examples/fidelity/principals.rs"]
mod principals;
#[path = "../examples/fidelity/replay/mod.rs"]
mod replay;
#[path = "fidelity/rows.rs"]
mod rows;
#[path = "../examples/fidelity/trial.rs"]
mod trial;
#[path = "../../policy/examples/used/mod.rs"]
mod used;

use evidence::{Evidence, as_of};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_rightsizing::plan::Plan;
use leastwise_rightsizing::settings::BoundaryWildcards;
use leastwise_testing::plan_at;
use oracle::Oracle;
use page::Run;
use principals::{Counts, ManagedPolicies, Subject};
use serde_json::{Value, json};
use std::time::Duration;
use trial::{Judged, Trial};

const SEED: u64 = 7;

fn allow(actions: &[&str]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": actions, "Resource": "*" }
    ] })
}

/// Eight roles with managed policies, and a user of a small account with either kind of report.
fn subjects() -> Vec<Subject> {
    let policies = ManagedPolicies::from([
        ("Mails".to_owned(), allow(&["ses:*", "sns:Publish", "sqs:*"])),
        ("Objects".to_owned(), allow(&["s3:*", "kms:Decrypt"])),
        ("Functions".to_owned(), allow(&["lambda:*", "iam:PassRole", "logs:Create*"])),
        ("Roles".to_owned(), allow(&["iam:*Role*", "sts:AssumeRole"])),
    ]);
    let counts = Counts { of_policies: &[(1, 4), (2, 4)], of_each_wide_policy: 0 };
    let account = json!({ "UserDetailList": [{
        "Arn": "arn:aws:iam::111122223333:user/mira",
        "UserId": "AIDAEXAMPLE0MIRAUSER",
        "CreateDate": "2020-01-01T00:00:00Z",
        "UserPolicyList": [{ "PolicyName": "tables", "PolicyDocument": allow(&["dynamodb:*"]) }],
    }] });
    let mut subjects = principals::of_managed_policies(&policies, counts, SEED);
    subjects.extend(principals::of_account(&account.to_string(), SEED));
    subjects
}

#[test]
fn a_run_over_a_handful_of_principals_meets_its_targets() {
    let catalog = Catalog::embedded();
    let cases = harness::run(subjects(), catalog, catalog, 2);
    assert_eq!(cases.len(), 10);
    let run = Run {
        cases: &cases,
        catalog,
        older: catalog,
        seed: SEED,
        has_account: true,
        took: Duration::ZERO,
        threads: 2,
    };
    let page = page::page(&run);
    let targets: Vec<&str> = page.lines().filter(|line| line.ends_with(" | yes |")).collect();
    assert_eq!(targets.len(), 14, "{page}");
    assert!(!page.contains("**no**"), "{page}");
}

/// How the plan for a role does when its document is replaced.
fn judged_with(statements: &Value) -> Judged {
    let (catalog, subjects) = (Catalog::embedded(), subjects());
    let subject = subjects.first().expect("there are roles");
    let evidence = Evidence::draw(subject, catalog).expect("its policies read");
    let settings = trial::settings(BoundaryWildcards::default());
    let planned = plan_at(as_of(), &subject.principal, &evidence.known, &settings, catalog);
    let document =
        Document::from_value(json!({ "Version": "2012-10-17", "Statement": statements }))
            .expect("it is a document");
    let plan = Plan { document, ..planned.expect("it is planned for") };
    let oracle = Oracle::of(catalog);
    let trial = Trial {
        subject,
        evidence: &evidence,
        plan: &plan,
        settings: &settings,
        catalog,
        oracle: &oracle,
    };
    trial.judged()
}

#[test]
fn a_boundary_that_denies_too_much_is_noticed() {
    let judged =
        judged_with(&json!([{ "Effect": "Allow", "Action": "sqs:GetNews", "Resource": "*" }]));
    assert!(!judged.used_denied.is_empty() && !judged.unknown_denied.is_empty());
    assert!(judged.idle_allowed.is_empty() && judged.disagreements.is_empty());
}

#[test]
fn a_boundary_that_allows_too_much_is_noticed() {
    let judged = judged_with(&json!([{ "Effect": "Allow", "Action": "*", "Resource": "*" }]));
    assert!(judged.used_denied.is_empty() && judged.unknown_denied.is_empty());
    assert!(!judged.idle_allowed.is_empty() && judged.again != Ok(true));
    let [_, predicted, found] = judged.index;
    assert_ne!(predicted, found);
}
