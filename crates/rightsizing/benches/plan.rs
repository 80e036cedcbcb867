//! What an evaluation and a remediation compute for the widest principal there is: `AdministratorAccess`, with a report
//! of 390 services of which every fourth is used.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use criterion::{Criterion, criterion_group, criterion_main};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport};
use leastwise_rightsizing::iam::{Account, Boundary, Principal};
use leastwise_rightsizing::proof::prove;
use leastwise_rightsizing::verdict::{RuleSettings, evaluate};
use leastwise_testing::{as_of, plan_at, plan_settings};
use serde_json::{Value, json};
use std::hint::black_box;

fn administrator() -> Principal {
    let administrator_access = "arn:aws:iam::aws:policy/AdministratorAccess";
    let document = json!({ "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    let account = json!({
        "RoleDetailList": [{
            "Arn": "arn:aws:iam::111122223333:role/administrator",
            "RoleId": "AROAEXAMPLE0ADMIN000",
            "CreateDate": "2020-01-01T00:00:00Z",
            "AttachedManagedPolicies": [{ "PolicyArn": administrator_access }]
        }],
        "Policies": [{ "Arn": administrator_access, "DefaultVersionId": "v1", "PolicyVersionList": [
            { "VersionId": "v1", "IsDefaultVersion": true, "Document": document }
        ] }]
    });
    Account::from_json(&account.to_string()).unwrap().into_principals().pop().unwrap()
}

fn evidence(catalog: &Catalog) -> Evidence {
    let rows: Vec<Value> = catalog
        .services()
        .take(390)
        .zip(0..)
        .map(|(service, number)| {
            let last = (number % 4 == 0).then_some("2026-06-01T00:00:00Z");
            json!({ "ServiceNamespace": service.namespace, "LastAuthenticated": last })
        })
        .collect();
    let page = json!({ "JobStatus": "COMPLETED", "ServicesLastAccessed": rows });
    LastAccessedReport::from_json(&page).unwrap().into()
}

fn administrator_access(criterion: &mut Criterion) {
    let catalog = Catalog::embedded();
    let as_of = as_of();
    let (principal, evidence) = (administrator(), evidence(catalog));
    let rule = RuleSettings::default();
    let settings = plan_settings();
    let planned = || plan_at(as_of, &principal, &evidence, &settings, catalog).unwrap();
    let bounded = Principal {
        boundary: Some(Boundary {
            policy_arn: principal.arn.boundary_policy_arn(),
            document: Ok(planned().document),
            since: None,
        }),
        ..principal.clone()
    };

    let mut group = criterion.benchmark_group("AdministratorAccess");
    group.bench_function("evaluate", |bencher| {
        bencher.iter(|| evaluate(black_box(&principal), Ok(&evidence), &rule, catalog, as_of));
    });
    group.bench_function("evaluate, bounded", |bencher| {
        bencher.iter(|| evaluate(black_box(&bounded), Ok(&evidence), &rule, catalog, as_of));
    });
    group.bench_function("plan", |bencher| bencher.iter(|| black_box(planned())));
    group.bench_function("plan, bounded", |bencher| {
        bencher
            .iter(|| plan_at(as_of, black_box(&bounded), &evidence, &settings, catalog).unwrap());
    });
    group.bench_function("prove", |bencher| {
        let plan = planned();
        bencher.iter(|| prove(black_box(&principal), plan.clone(), catalog).unwrap());
    });
    group.finish();
}

criterion_group!(benches, administrator_access);
criterion_main!(benches);
