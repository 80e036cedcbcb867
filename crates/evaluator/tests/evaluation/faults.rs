//! What goes wrong in a sweep, drawn by a hundred seeds: reports that are throttled, fail or are of
//! somebody who vanished, connections that break, and runs that are killed.

use crate::scene::{BUSY, IDLE, ROLE, account, evaluate, old, schedule, scheduled};
use chrono::TimeDelta;
use leastwise_aws::CallError;
use leastwise_aws::ports::Compliance::{Compliant, NonCompliant, NotApplicable};
use leastwise_aws::ports::{Compliance, ReportedResult, UsageError};
use leastwise_testing::aws::{Cut, Fake, failed_report, throttled_report};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// More than AWS Config is told of at once.
const ROLES: u64 = 110;

/// Lambda hands over an event that failed twice more.
const ATTEMPTS: u64 = 3;

/// Numbers that a seed draws, by Steele, Lea and Flood's `SplitMix64`.
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

fn name(number: u64) -> String {
    format!("role-{number:03}")
}

fn arn(number: u64) -> String {
    format!("arn:aws:iam::111122223333:role/{}", name(number))
}

fn id(number: u64) -> String {
    format!("AROAEXAMPLE0000000{number:03}")
}

/// Every third role is idle.
fn is_idle(number: u64) -> bool {
    number.is_multiple_of(3)
}

/// What goes wrong with a report: of a hundred, ten are throttled to the end, and one each breaks
/// off, fails, or is of somebody who vanished.
fn fault(number: u64, draws: &mut Draws) -> Option<UsageError> {
    let principal = arn(number);
    let refused = |code| CallError::refused("iam:Any", &principal, code, "as IAM says it");
    match draws.below(100) {
        0..10 => Some(throttled_report(&principal)),
        10 => {
            let call = refused("InternalFailure");
            Some(UsageError::Call { principal, call })
        }
        11 => Some(failed_report(&principal)),
        12 => {
            let call = refused("NoSuchEntity");
            Some(UsageError::NoSuchPrincipal { principal, call })
        }
        _ => None,
    }
}

/// What AWS Config holds of each role, and how many verdicts on it the event brought.
type Held = BTreeMap<String, (ReportedResult, usize)>;

/// Yesterday everybody used everything.
fn yesterday() -> Held {
    let result = |number| ReportedResult {
        resource_type: ROLE.to_owned(),
        resource_id: id(number),
        compliance: Some(Compliant),
        invoked: Some(scheduled() - TimeDelta::days(1)),
        recorded: Some(scheduled() - TimeDelta::days(1)),
        annotation: Some("PCI 0 low: 0 of 3 granted services idle".to_owned()),
    };
    (0..ROLES).map(|number| (id(number), (result(number), 0))).collect()
}

/// An attempt at the sweep, killed at a random call in half of the cases but for the last.
fn attempt(details: &Value, number: u64, held: &Held, draws: &mut Draws) -> Fake {
    let results = held.values().map(|(result, _)| result.clone()).collect();
    let mut aws = Fake::of_account(details.clone()).having_reported(results);
    for role in 0..ROLES {
        let usage = if is_idle(role) { &IDLE } else { &BUSY };
        aws = match fault(role, draws) {
            Some(fault) => aws.without_report(&name(role), fault),
            None => aws.using(&name(role), usage),
        };
    }
    if number < ATTEMPTS && draws.below(2) == 0 {
        let call = draws.below(ROLES) + 1;
        aws.cut(Some(Cut::Gone(usize::try_from(call).unwrap())));
    }
    aws
}

/// Takes in what an attempt told.
fn take_in(aws: &Fake, number: i64, held: &mut Held) {
    for told in aws.evaluations() {
        let (result, verdicts) = held.get_mut(&told.resource_id).unwrap();
        *verdicts += usize::from(told.compliance != NotApplicable);
        result.compliance = Some(told.compliance);
        result.annotation = told.annotation;
        result.recorded = Some(scheduled() + TimeDelta::seconds(number));
    }
}

/// The verdict on a role whose report came.
fn right(number: u64) -> Compliance {
    if is_idle(number) { NonCompliant } else { Compliant }
}

#[tokio::test]
async fn whatever_goes_wrong_everybody_is_judged_or_reported_and_nothing_stale_stays_compliant() {
    let roles: Vec<Value> = (0..ROLES).map(|number| old(&arn(number), &id(number))).collect();
    let details = account(&roles);
    let event = schedule(&json!({}));
    let (mut killed, mut unknown, mut judged) = (0, 0, 0);
    for seed in 0..100 {
        let mut draws = Draws(seed);
        let mut held = yesterday();
        let mut ended = None;
        for number in 1..=ATTEMPTS {
            let aws = attempt(&details, number, &held, &mut draws);
            let run = evaluate(&event, &aws).await;
            take_in(&aws, i64::try_from(number).unwrap(), &mut held);
            killed += usize::from(run.is_err());
            if run.is_ok() {
                ended = Some(number);
                break;
            }
        }
        assert!(ended.is_some(), "seed {seed}: {held:?}");
        for number in 0..ROLES {
            let (result, verdicts) = &held[&id(number)];
            let case = format!("seed {seed}: {result:?}");
            assert!(*verdicts <= 1, "{case} was judged {verdicts} times");
            let annotation = result.annotation.as_deref().unwrap();
            if result.compliance == Some(NotApplicable) {
                unknown += 1;
                let gone = "it was deleted while it was being evaluated";
                assert!(annotation.starts_with("not judged: ") || annotation == gone, "{case}");
            } else {
                judged += 1;
                assert_eq!(result.compliance, Some(right(number)), "{case}");
            }
        }
    }
    // The faults that were drawn did happen.
    assert!(killed > 50 && unknown > 1_000 && judged > 8_000, "{killed} {unknown} {judged}");
}
