//! Reading what a principal was granted a while ago.

use crate::call::CallError;
use crate::once_each::OnceEach;
use crate::paging::PagingError;
use chrono::{DateTime, Utc};
use leastwise_rightsizing::iam::{
    AccountError, GROUP_RESOURCE_TYPE, Group, GroupDetail, ManagedPolicyDetail,
    PolicyVersionDetail, Principal, PrincipalArn, Roster, RosterEntry,
};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;
use thiserror::Error;

/// The IAM actions that [`ReadHistory`] costs.
pub const ACTIONS: &[&str] = &[
    "config:BatchGetResourceConfig",
    "config:GetResourceConfigHistory",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
];

/// Reads how principals stood at an earlier time: from their configuration items, those of their
/// groups, and the versions of their managed policies.
///
/// A current item that was captured at that time or before says how the resource stood then, and
/// a hundred of these cost one `config:BatchGetResourceConfig`. Of whoever changed since, the
/// history is asked: one `config:GetResourceConfigHistory` for every seven days without a change.
/// Each managed policy of which it is not known from the account's data that it stood then as it
/// stands now costs `iam:ListPolicyVersions` and `iam:GetPolicyVersion`, once for all principals
/// that are asked about for the same time, as does the history of a group.
///
/// No call minds a deadline: whoever asks does.
pub trait ReadHistory: Sync {
    /// The current items of `resources`, as far as AWS Config hands them out. It leaves out what
    /// it has no item of, and what it did not get to though it was asked again: of these only
    /// their history tells.
    ///
    /// # Errors
    ///
    /// [`CallError`] when a call failed.
    fn current_items(
        &self,
        resources: &[RecordedResource],
    ) -> impl Future<Output = Result<CurrentItems, CallError>> + Send;

    /// The principal as it stood at [`Then::time`]; `None` where AWS Config has no record of it
    /// from then.
    ///
    /// Of a managed policy the newest version from before that time is taken for the one then in
    /// force. One that had none, or is gone, stays on the principal as an unreadable document, as
    /// does a group of which there is no record under the name that the principal's record has.
    ///
    /// # Errors
    ///
    /// [`HistoryError`] when something could not be read.
    fn principal_at(
        &self,
        principal: &Principal,
        then: &Then,
    ) -> impl Future<Output = Result<Option<Principal>, HistoryError>> + Send;
}

/// A user, role or group as AWS Config knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedResource {
    /// For example `AWS::IAM::Role`.
    pub resource_type: &'static str,
    /// The unique id, for example `AROA…`.
    pub id: String,
    /// When it was created; `None` when that is not known.
    pub created: Option<DateTime<Utc>>,
}

impl From<&Principal> for RecordedResource {
    fn from(principal: &Principal) -> Self {
        Self {
            resource_type: principal.arn.kind().config_resource_type(),
            id: principal.unique_id.as_str().to_owned(),
            created: principal.created,
        }
    }
}

impl From<&RosterEntry> for RecordedResource {
    fn from(entry: &RosterEntry) -> Self {
        Self {
            resource_type: entry.arn().kind().config_resource_type(),
            id: entry.unique_id().as_str().to_owned(),
            created: entry.created(),
        }
    }
}

impl From<&Group> for RecordedResource {
    fn from(group: &Group) -> Self {
        let id = group.unique_id.as_str().to_owned();
        Self { resource_type: GROUP_RESOURCE_TYPE, id, created: group.created }
    }
}

/// Current configuration items, by the unique ids of their resources.
pub type CurrentItems = BTreeMap<String, RecordedItem>;

/// A configuration item, as far as it says what was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedItem {
    /// Since when the resource stands so.
    pub captured: DateTime<Utc>,
    /// Its state, as JSON text; `None` where the item says that there was no resource, or that it
    /// was not recorded.
    pub configuration: Option<String>,
    /// The ids of the groups to which it relates a user; `None` of a current item, which AWS Config
    /// hands out without relationships.
    pub groups: Option<Vec<String>>,
}

/// An earlier moment, with what is known for looking back to it. It remembers what is read of it,
/// for whoever asks next.
#[derive(Debug, Default)]
pub struct Then {
    /// The moment.
    pub time: DateTime<Utc>,
    /// What AWS Config holds of whoever is asked about, and of `groups`.
    pub items: CurrentItems,
    /// The groups of the account as it is now, by name; none where they were not read.
    pub groups: BTreeMap<String, RecordedResource>,
    /// What else is known of that moment.
    pub shared: Arc<SharedPast>,
}

/// What is known of an earlier moment for whoever carries it: it is read once, however many
/// principals are asked about and however many at a time.
#[derive(Debug, Default)]
pub struct SharedPast {
    /// The ARNs of managed policies that stood then as they stand now.
    unchanged_policies: BTreeSet<String>,
    /// The other managed policies, by ARN; `None` of one that was not there.
    pub(crate) policies: OnceEach<Option<ManagedPolicyDetail>>,
    /// What the groups were granted, by id; `None` of one that was not there.
    pub(crate) group_details: OnceEach<Option<GroupDetail>>,
}

impl SharedPast {
    /// That of the account, at `time`.
    #[must_use]
    pub fn of(roster: &Roster, time: DateTime<Utc>) -> Self {
        let unchanged_policies = roster.policies_unchanged_since(time);
        Self { unchanged_policies, ..Self::default() }
    }

    /// The managed policy, if it stood then as it stands now and `principal` carries it now.
    pub(crate) fn unchanged_policy(
        &self,
        arn: &str,
        principal: &Principal,
    ) -> Option<ManagedPolicyDetail> {
        let is_unchanged = self.unchanged_policies.contains(arn);
        let document = principal.managed_document(arn).filter(|_| is_unchanged)?;
        let version = PolicyVersionDetail {
            is_default_version: true,
            document: document.to_value(),
            ..PolicyVersionDetail::default()
        };
        let (arn, policy_version_list) = (arn.to_owned(), vec![version]);
        Some(ManagedPolicyDetail { arn, policy_version_list, ..ManagedPolicyDetail::default() })
    }
}

impl Then {
    /// The group of the account as it is now that has this id.
    pub(crate) fn group(&self, id: &str) -> Option<&RecordedResource> {
        self.groups.values().find(|group| group.id == id)
    }
}

/// Why an earlier state could not be read.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A list did not come to an end.
    #[error(transparent)]
    Paging(#[from] PagingError),
    /// The recorded state is not of the documented form.
    #[error("the configuration item of `{resource_id}` is not usable: {why}")]
    Item {
        /// The resource.
        resource_id: String,
        /// Why.
        why: String,
    },
    /// The recorded state does not make a principal.
    #[error("the configuration item of a principal is not usable: {0}")]
    Principal(#[from] AccountError),
    /// The time of the run was over before.
    #[error(
        "what `{principal}` was granted earlier could not be read in the time that the run has; \
         try again"
    )]
    Deadline {
        /// The principal.
        principal: PrincipalArn,
    },
}

impl HistoryError {
    /// Whether asking again may succeed with nothing else changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Call(call) => call.is_retryable(),
            Self::Deadline { .. } => true,
            Self::Paging(_) | Self::Item { .. } | Self::Principal(_) => false,
        }
    }
}
