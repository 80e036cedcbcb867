//! The boundaries that Leastwise generates, judged by two policy evaluators that others wrote: what is kept still
//! passes, what is dropped does not.

use awsim_iam_policy as awsim;
use leastwise_e2e::judges::Question;
use leastwise_e2e::{judges, workspace};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_rightsizing::boundary::NEEDS_NO_PERMISSION;
use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport};
use leastwise_rightsizing::iam::{Account, Principal};
use leastwise_rightsizing::plan::{Plan, WhyKept};
use leastwise_rightsizing::proof::prove;
use leastwise_rightsizing::usage::PrincipalUsage;
use leastwise_testing::{plan_at, plan_settings};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// How many granted actions of each service are tried: the first, and others spread over the service.
const TRIED_PER_SERVICE: usize = 3;

const AS_OF: &str = "2026-11-01T12:00:00Z";

/// A principal with its proved plan, and the granted actions to try.
struct Case {
    principal: Principal,
    plan: Plan,
    actions: Vec<String>,
}

impl Case {
    fn identity_policies(&self) -> Vec<Value> {
        let documents = self.principal.granting_documents().unwrap();
        documents.into_iter().map(Document::to_value).collect()
    }

    fn present_boundary(&self) -> Option<Value> {
        self.principal.boundary_document().unwrap().map(Document::to_value)
    }

    fn question(&self, boundary: Option<Value>) -> Question {
        Question {
            principal: self.principal.arn.to_string(),
            identity_policies: self.identity_policies(),
            boundary,
            actions: self.actions.clone(),
            ..Question::default()
        }
    }

    /// Of the actions that passed before, those that must pass now: the ones of services that are not dropped, those
    /// that others need, and what is admitted for the size's sake.
    fn expected(&self, before: &BTreeSet<String>) -> BTreeSet<String> {
        let dropped: BTreeSet<&str> =
            self.plan.dropped.iter().map(|dropped| dropped.service.as_str()).collect();
        let needed = self.plan.kept.iter().flat_map(|kept| match &kept.why {
            WhyKept::Spared { actions } => actions.as_slice(),
            WhyKept::Used { .. }
            | WhyKept::GrantedByIgnored { .. }
            | WhyKept::MayBeGrantedByResourcePolicy { .. }
            | WhyKept::AlwaysAllowed { .. }
            | WhyKept::BaseActions { .. } => &[],
        });
        let extras = self.plan.extras.iter().map(|extra| extra.action.to_string());
        let by_name: BTreeSet<String> =
            needed.map(|kept| kept.action.to_string()).chain(extras).collect();
        let is_kept = |action: &&String| {
            let service = action.split(':').next().unwrap_or_default().to_ascii_lowercase();
            !dropped.contains(service.as_str()) || by_name.contains(*action)
        };
        before.iter().filter(is_kept).cloned().collect()
    }
}

#[test]
fn two_other_evaluators_agree_on_what_passes_under_the_boundaries() {
    let mut cases =
        cases(&std::fs::read_to_string(workspace::root().join("examples/account.json")).unwrap());
    match workspace::recorded_data() {
        Some(data) => {
            let file = data.join("gaad/cloudsplaining_example.json");
            // Whoever published it added principals by hand, with an id that is not the account's.
            let text = std::fs::read_to_string(file).unwrap();
            cases.extend(self::cases(&text.replace("012345678901", "200611803367")));
        }
        None => println!("skipped: the recorded account is not on this machine"),
    }
    let before: Vec<Question> =
        cases.iter().map(|case| case.question(case.present_boundary())).collect();
    let bounded: Vec<Question> =
        cases.iter().map(|case| case.question(Some(case.plan.document.to_value()))).collect();
    let (before, bounded) = (judges::simulate(&before), judges::simulate(&bounded));
    let set = |actions: Vec<String>| actions.into_iter().collect::<BTreeSet<String>>();
    let (mut still_passing, mut stopped) = (0, 0);
    for ((case, before), bounded) in cases.iter().zip(before).zip(bounded) {
        let before = set(before.allowed);
        let expected = case.expected(&before);
        still_passing += expected.len();
        stopped += before.len() - expected.len();
        assert_eq!(set(bounded.allowed), expected, "iam-simulate on {}", case.principal.arn);

        let before = by_awsim(case, case.present_boundary().as_ref());
        let bounded = by_awsim(case, Some(&case.plan.document.to_value()));
        assert_eq!(bounded, case.expected(&before), "awsim on {}", case.principal.arn);
    }
    println!(
        "{} principals: {still_passing} actions still pass, {stopped} are stopped",
        cases.len()
    );
    assert!(still_passing > 0 && stopped > 0);
}

/// Every principal of an account that can be planned for, with seeded use: of its services every third was used
/// yesterday, every third a year ago and the rest never, beginning elsewhere for each principal.
fn cases(account: &str) -> Vec<Case> {
    let account = Account::from_json(account).unwrap();
    let principals = account.into_principals().into_iter().enumerate();
    principals.filter_map(|(seed, principal)| case(seed, principal)).collect()
}

fn case(seed: usize, principal: Principal) -> Option<Case> {
    let settings = plan_settings();
    let catalog = Catalog::embedded();
    let as_of = AS_OF.parse().unwrap();
    let evidence = Evidence::from(report(seed, catalog));
    let plan = plan_at(as_of, &principal, &evidence, &settings, catalog).ok()?;
    let plan = prove(&principal, plan, catalog).unwrap().into_plan();
    let usage =
        PrincipalUsage::of(&principal, &evidence, &settings.judging, as_of, catalog).unwrap();
    let actions = catalog
        .services()
        .flat_map(|service| {
            let granted: Vec<_> = usage.granted.in_service(service).iter().collect();
            let step = granted.len().div_ceil(TRIED_PER_SERVICE).max(1);
            granted
                .into_iter()
                .step_by(step)
                .map(|id| catalog.action(id).to_string())
                .collect::<Vec<_>>()
        })
        // Always allowed, and so a base action: it tells nothing.
        .filter(|action| action != NEEDS_NO_PERMISSION)
        .collect();
    Some(Case { principal, plan, actions })
}

fn report(seed: usize, catalog: &Catalog) -> LastAccessedReport {
    let row = |(number, namespace): (usize, &str)| {
        let last = match (seed + number) % 3 {
            0 => json!("2026-10-31T12:00:00Z"),
            1 => json!("2025-11-01T12:00:00Z"),
            _ => Value::Null,
        };
        json!({ "ServiceName": namespace, "ServiceNamespace": namespace, "LastAuthenticated": last })
    };
    let rows = catalog.services().map(|service| service.namespace.as_str()).enumerate().map(row);
    let page = json!({
        "JobStatus": "COMPLETED",
        "JobCompletionDate": AS_OF,
        "ServicesLastAccessed": rows.collect::<Vec<_>>()
    });
    LastAccessedReport::from_json(&page).unwrap()
}

/// The tried actions that awsim allows on some resource of the account.
fn by_awsim(case: &Case, boundary: Option<&Value>) -> BTreeSet<String> {
    let parse = |document: &Value| awsim::parse_value(document).expect("awsim parses it");
    let identity_policies: Vec<_> = case.identity_policies().iter().map(parse).collect();
    let boundary = boundary.map(parse);
    let context = awsim::EvalContext {
        identity_policies: &identity_policies,
        permissions_boundary: boundary.as_ref(),
        ..Default::default()
    };
    let arn = &case.principal.arn;
    let principal = arn.to_string();
    let allows = |action: &&String| {
        let request = awsim::AuthzRequest {
            principal_arn: &principal,
            principal_account: arn.account(),
            action,
            resource_arn: "arn:aws:service:us-east-1:111122223333:anything",
            context: &HashMap::new(),
        };
        awsim::evaluate(&request, &context) == awsim::Decision::Allow
    };
    case.actions.iter().filter(allows).cloned().collect()
}
