//! What others than IAM saw: usage files, trails, and what SDKs tell.

use leastwise_rightsizing::evidence::witnesses::{Subject, UsageLog};
use leastwise_trails::client_side::{Calls, Datagram};
use leastwise_trails::names::Names;
use leastwise_trails::trail::Wanted;

const ACCOUNT: &str = "111122223333";
const NOW: &str = "2026-11-28T00:00:00Z";

/// A usage file in S3, or one that the command line is given.
pub(super) fn usage_file(mut input: &[u8]) {
    match UsageLog::read_from(&mut input) {
        Ok(log) => assert_reads_back(&log),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A file of a trail.
pub(super) fn trail(input: &[u8]) {
    let now = NOW.parse().expect("it is a time");
    let wanted = Wanted { account: ACCOUNT.to_owned(), now, from: None, to: None };
    match wanted.read("trail", input) {
        Ok(trail) => {
            let notes = &trail.notes;
            assert!(notes.seen <= notes.records, "more is seen than there is");
            let written = serde_json::to_string(notes).expect("notes are JSON");
            assert_eq!(serde_json::from_str(&written).ok().as_ref(), Some(notes), "{written}");
            let mut log = trail.log.clone();
            let vouched_for = notes.vouched_for(None, now).unwrap_or_default();
            for stretch in notes.stretches().into_iter().chain(vouched_for) {
                log.cover(stretch);
            }
            assert_reads_back(&log);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A datagram of client-side monitoring.
pub(super) fn datagram(input: &[u8]) {
    let Ok(datagram) = Datagram::parse(input) else { return };
    let mut calls = Calls::default();
    calls.add(datagram.read(Names::embedded()));
    let role = "arn:aws:iam::111122223333:role/app".parse().expect("it is an ARN");
    let by = Subject::Arn(role);
    assert_reads_back(&calls.log(ACCOUNT, &by));
}

/// What is written is read as the same.
fn assert_reads_back(log: &UsageLog) {
    let mut written = Vec::new();
    log.write_to(&mut written).expect("a Vec takes everything");
    let again = UsageLog::read_from(&mut written.as_slice());
    assert_eq!(again.as_ref().ok(), Some(log), "{}", String::from_utf8_lossy(&written));
}
