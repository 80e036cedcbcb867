//! What each source that is added to IAM's report sees of a principal's calls.

use crate::principals::{self, Subject};
use crate::replay::{Added, Case, Class, Habit, day_of};
use crate::rows::reference;
use crate::{SEED, allow};
use chrono::{DateTime, Utc};
use leastwise_rightsizing::evidence::Granularity;
use leastwise_rightsizing::evidence::witnesses::Coverage;
use serde_json::json;
use std::collections::BTreeSet;

fn subject() -> Subject {
    let account = json!({ "RoleDetailList": [{
        "Arn": "arn:aws:iam::111122223333:role/worker",
        "RoleId": "AROAEXAMPLE0WORKER00",
        "CreateDate": "2020-01-01T00:00:00Z",
        "RolePolicyList": [{ "PolicyName": "work", "PolicyDocument": allow(&["*"]) }],
    }] });
    principals::of_account(&account.to_string(), SEED).remove(0)
}

/// A role with these habits, each by its kind, its action and its days.
fn case(habits: &[(Class, &str, &[i64])]) -> Case {
    let habit =
        |(class, action, days): &(Class, &str, &[i64])| Habit::new(*class, action, days.to_vec());
    Case {
        name: "worker".to_owned(),
        class: Class::Plain,
        principal: subject().principal,
        granularity: Granularity::Action,
        habits: habits.iter().map(habit).collect(),
        report_day: 0,
        regions: BTreeSet::from(["eu-central-1".to_owned()]),
    }
}

/// What is seen, with the days before the plan.
fn seen(added: Added, case: &Case) -> Vec<(String, i64)> {
    let sightings = added.sightings(case, &reference()).expect("its policies read");
    let days = |last: DateTime<Utc>| -day_of(last.date_naive());
    sightings.uses().map(|(called, seen)| (called.to_string(), days(seen.last))).collect()
}

#[test]
fn each_source_sees_what_aws_says_that_it_does() {
    let case = case(&[
        (Class::Plain, "ec2:RunInstances", &[-390, -120, 7]),
        (Class::Plain, "kms:Decrypt", &[-30, -3]),
        (Class::Plain, "s3:GetObject", &[-2]),
        (Class::MadeForThePrincipal, "sts:AssumeRole", &[-1]),
        (Class::MadeForThePrincipal, "glue:GetTable", &[-1]),
        (Class::InsideAnotherCall, "iam:CreateRole", &[-1]),
        (Class::CheckedElsewhere, "s3:CreateBucket", &[-1]),
        // Of this service Access Analyzer knows no action.
        (Class::Plain, "glue:CreateDatabase", &[-40]),
    ]);
    let row = |action: &str, days| (action.to_owned(), days);
    assert_eq!(
        seen(Added::CompleteTrail, &case),
        [row("ec2:RunInstances", 120), row("kms:Decrypt", 3), row("sts:AssumeRole", 1)]
    );
    assert_eq!(seen(Added::EventHistory, &case), [row("kms:Decrypt", 3), row("sts:AssumeRole", 1)]);
    assert_eq!(
        seen(Added::ClientSide, &case),
        [
            row("ec2:RunInstances", 120),
            row("glue:CreateDatabase", 40),
            row("kms:Decrypt", 3),
            row("s3:GetObject", 2)
        ]
    );
    assert_eq!(seen(Added::GeneratedPolicies, &case), [row("kms:Decrypt", 0), row("glue", 0)]);
    // What was used before the time of the list has its date.
    assert_eq!(seen(Added::UnusedAccess, &case), [row("ec2", 120)]);
}

#[test]
fn the_complete_trail_alone_vouches_for_anything() {
    let case = case(&[]);
    let stretches = |added: Added| {
        let sightings = added.sightings(&case, &reference()).expect("its policies read");
        sightings.coverage().map(|(_, it): (_, &Coverage)| it.stretches().len()).sum::<usize>()
    };
    assert_eq!(Added::ALL.map(stretches), [1, 0, 0, 0, 0, 1]);
}
