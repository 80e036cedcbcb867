//! Remembering the managed policies of an earlier moment.

use chrono::{DateTime, Utc};
use leastwise_rightsizing::iam::ManagedPolicyDetail;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The managed policies of one moment, so that each is read once for all principals.
///
/// A moment is never asked about again once another one is, since every run has its own.
#[derive(Debug, Default)]
pub(super) struct PoliciesOfThen(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    time: DateTime<Utc>,
    /// By ARN; nothing for a policy that was not there.
    policies: BTreeMap<String, Vec<ManagedPolicyDetail>>,
}

impl PoliciesOfThen {
    pub(super) fn known(&self, arn: &str, time: DateTime<Utc>) -> Option<Vec<ManagedPolicyDetail>> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.policies.get(arn).filter(|_| memory.time == time).cloned()
    }

    pub(super) fn remember(
        &self,
        arn: &str,
        time: DateTime<Utc>,
        policy: Vec<ManagedPolicyDetail>,
    ) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.time != time {
            *memory = Memory { time, policies: BTreeMap::new() };
        }
        memory.policies.insert(arn.to_owned(), policy);
    }
}
