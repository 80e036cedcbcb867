//! Managed policies and groups of an account, each parsed once, and the principals that carry them.

use super::arn::{PrincipalArn, UniqueId};
use super::authorization_details::{
    AttachedBoundary, AttachedPolicy, AuthorizationDetails, GroupDetail, InlinePolicyDetail,
    ManagedPolicyDetail, PolicyVersionDetail, RoleDetail, Tag, UserDetail,
};
use super::entries::UnreadableEntry;
use super::group::Group;
use super::policy::{Boundary, GrantingPolicy, PolicySource, UnreadableDocument};
use super::principal::Principal;
use chrono::{DateTime, Utc};
use leastwise_policy::document::Document;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use thiserror::Error;

/// Account data that cannot be used.
#[derive(Debug, Error)]
pub enum AccountError {
    /// Not JSON, or not of the documented form.
    #[error("the account data is not what `aws iam get-account-authorization-details` prints: {0}")]
    Form(#[from] serde_json::Error),
    /// There is no page, or one without any of the documented lists.
    #[error(
        "the account data, or a page of it, has none of `UserDetailList`, `RoleDetailList`, `GroupDetailList`, `Policies`"
    )]
    Empty,
    /// More pages were to follow.
    #[error(
        "the account data is incomplete: more was to follow marker `{marker}`; \
         save all of it, without `--max-items` and `--no-paginate`"
    )]
    Incomplete {
        /// The marker or next token of the last page.
        marker: String,
    },
    /// A user or role that cannot be identified.
    #[error("the account data names a principal or group that cannot be identified")]
    Principal(#[from] crate::iam::IdentifierError),
    /// One principal twice.
    #[error("the account data lists `{0}` twice")]
    Duplicate(PrincipalArn),
    /// Two accounts in one.
    #[error(
        "the account data has principals of two accounts, `{one}` and `{other}`; give each account by itself"
    )]
    TwoAccounts {
        /// The id of one account.
        one: String,
        /// The id of another.
        other: String,
    },
    /// One group twice, as when pages of different accounts are put together.
    #[error("the account data lists group `{0}` twice; give each account by itself")]
    DuplicateGroup(String),
}

pub(super) type Parsed = Result<Document, UnreadableDocument>;

/// A managed policy as its version in force has it.
#[derive(Debug, Clone)]
pub(super) struct Managed {
    document: Parsed,
    since: Option<DateTime<Utc>>,
    /// Whether no other version was made later, as far as versions are listed.
    is_newest: bool,
}

impl Managed {
    /// A policy of which nothing but the ARN is known.
    const MISSING: Self =
        Self { document: Err(UnreadableDocument::Missing), since: None, is_newest: false };

    /// What is known of a policy that is listed twice. A listing without a text takes nothing away.
    fn and(self, other: Self) -> Self {
        let missing = Err(UnreadableDocument::Missing);
        if self.document == missing {
            other
        } else if other.document == missing {
            self
        } else if self.document == other.document {
            let is_newest = self.is_newest && other.is_newest;
            Self { since: self.since.min(other.since), is_newest, ..self }
        } else {
            Self { document: Err(UnreadableDocument::Differing), ..Self::MISSING }
        }
    }
}

/// Who a principal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) arn: PrincipalArn,
    pub(super) unique_id: UniqueId,
}

/// Managed policies and groups, each parsed once however many principals use it.
#[derive(Debug)]
pub(super) struct Library {
    managed: HashMap<String, Managed>,
    groups: HashMap<String, Vec<GrantingPolicy>>,
    unreadable: Vec<UnreadableEntry>,
}

impl Library {
    pub(super) fn new(details: &AuthorizationDetails, unreadable: Vec<UnreadableEntry>) -> Self {
        let mut managed: HashMap<String, Managed> = HashMap::new();
        for policy in &details.policies {
            let listed = default_version(policy);
            let known = managed.remove(&policy.arn).unwrap_or(Managed::MISSING);
            managed.insert(policy.arn.clone(), known.and(listed));
        }
        let mut library = Self { managed, groups: HashMap::new(), unreadable };
        library.groups = details
            .group_detail_list
            .iter()
            .map(|group| (group.group_name.clone(), library.group(group)))
            .collect();
        library
    }

    /// The ARNs of the managed policies whose version in force is the newest, and was there at
    /// `time`.
    pub(super) fn policies_unchanged_since(&self, time: DateTime<Utc>) -> BTreeSet<String> {
        let is_old = |policy: &Managed| policy.since.is_some_and(|since| since <= time);
        let unchanged = self.managed.iter().filter(|(_, it)| it.is_newest && is_old(it));
        unchanged.map(|(arn, _)| arn.clone()).collect()
    }

    /// What of the account could not be read.
    pub(super) fn unreadable(&self) -> &[UnreadableEntry] {
        &self.unreadable
    }

    fn managed(&self, arn: &str) -> Managed {
        if let Some(entry) = self.unreadable.iter().find(|entry| entry.is_policy(arn)) {
            let document = Err(UnreadableDocument::Entry(entry.to_string()));
            return Managed { document, ..Managed::MISSING };
        }
        self.managed.get(arn).cloned().unwrap_or(Managed::MISSING)
    }

    fn group(&self, group: &GroupDetail) -> Vec<GrantingPolicy> {
        let name = &group.group_name;
        let inline = group.group_policy_list.iter().map(|policy| GrantingPolicy {
            source: PolicySource::GroupInline {
                group: name.clone(),
                name: policy.policy_name.clone(),
            },
            document: parse(&policy.policy_document),
        });
        let managed = group.attached_managed_policies.iter().map(|policy| GrantingPolicy {
            source: PolicySource::GroupManaged {
                group: name.clone(),
                arn: policy.policy_arn.clone(),
            },
            document: self.managed(&policy.policy_arn).document,
        });
        inline.chain(managed).collect()
    }

    /// The groups as entities of their own.
    pub(super) fn identified_groups(
        &self,
        details: &AuthorizationDetails,
    ) -> Result<Vec<Group>, AccountError> {
        let identified = details.group_detail_list.iter().filter(|group| !group.arn.is_empty());
        let groups = identified.map(|group| {
            let is_member = |user: &&UserDetail| user.group_list.contains(&group.group_name);
            let members = details.user_detail_list.iter().filter(is_member);
            Ok(Group {
                arn: group.arn.parse()?,
                unique_id: group.group_id.parse()?,
                created: group.create_date,
                policies: self.direct(&group.group_policy_list, &group.attached_managed_policies),
                members: members.map(|user| user.create_date).collect(),
            })
        });
        let mut groups: Vec<Group> = groups.collect::<Result<_, AccountError>>()?;
        groups.sort_by(|one, other| one.arn.cmp(&other.arn));
        Ok(groups)
    }

    pub(super) fn user(&self, who: Identity, user: &UserDetail) -> Principal {
        let mut policies = self.direct(&user.user_policy_list, &user.attached_managed_policies);
        for group in &user.group_list {
            match self.of_group(group) {
                Ok(of_group) => policies.extend_from_slice(of_group),
                Err(why) => policies.push(GrantingPolicy {
                    source: PolicySource::Group { group: group.clone() },
                    document: Err(why),
                }),
            }
        }
        Principal {
            arn: who.arn,
            unique_id: who.unique_id,
            created: user.create_date,
            last_used: None,
            tags: tags(&user.tags),
            policies,
            groups: user.group_list.clone(),
            boundary: self.boundary(user.permissions_boundary.as_ref()),
            trust: None,
        }
    }

    /// What a group grants, or why that is not known.
    fn of_group(&self, name: &str) -> Result<&[GrantingPolicy], UnreadableDocument> {
        match self.unreadable.iter().find(|entry| entry.is_group(name)) {
            Some(entry) => Err(UnreadableDocument::Entry(entry.to_string())),
            None => self.groups.get(name).map(Vec::as_slice).ok_or(UnreadableDocument::Missing),
        }
    }

    pub(super) fn role(&self, who: Identity, role: &RoleDetail) -> Principal {
        Principal {
            arn: who.arn,
            unique_id: who.unique_id,
            created: role.create_date,
            last_used: role.role_last_used.as_ref().and_then(|used| used.last_used_date),
            tags: tags(&role.tags),
            policies: self.direct(&role.role_policy_list, &role.attached_managed_policies),
            groups: Vec::new(),
            boundary: self.boundary(role.permissions_boundary.as_ref()),
            trust: trust(&role.assume_role_policy_document),
        }
    }

    fn direct(
        &self,
        inline: &[InlinePolicyDetail],
        attached: &[AttachedPolicy],
    ) -> Vec<GrantingPolicy> {
        let inline = inline.iter().map(|policy| GrantingPolicy {
            source: PolicySource::Inline { name: policy.policy_name.clone() },
            document: parse(&policy.policy_document),
        });
        let managed = attached.iter().map(|policy| GrantingPolicy {
            source: PolicySource::Managed { arn: policy.policy_arn.clone() },
            document: self.managed(&policy.policy_arn).document,
        });
        inline.chain(managed).collect()
    }

    fn boundary(&self, attached: Option<&AttachedBoundary>) -> Option<Boundary> {
        let policy_arn = attached?.permissions_boundary_arn.clone();
        let Managed { document, since, .. } = self.managed(&policy_arn);
        Some(Boundary { policy_arn, document, since })
    }
}

/// A trust policy that the source leaves out is not known to be missing.
pub(super) fn trust(document: &Value) -> Option<Parsed> {
    (!document.is_null()).then(|| parse(document))
}

pub(super) fn tags(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

/// The version in force: the one that the policy names, or the one flagged where either has no id
/// to compare.
fn default_version(policy: &ManagedPolicyDetail) -> Managed {
    let named = &policy.default_version_id;
    let in_force = |version: &&PolicyVersionDetail| {
        if named.is_empty() || version.version_id.is_empty() {
            version.is_default_version
        } else {
            version.version_id == *named
        }
    };
    let versions = policy.policy_version_list.iter().filter(in_force);
    let newest = policy.policy_version_list.iter().map(|version| version.create_date).max();
    let known = versions.map(|version| Managed {
        document: parse(&version.document),
        since: version.create_date,
        is_newest: newest == Some(version.create_date),
    });
    known.fold(Managed::MISSING, Managed::and)
}

/// Reads a document in any of the forms in which AWS tools hand one out: an object, a URL-encoded
/// string, or, in older configuration items, an array of one.
pub(super) fn parse(document: &Value) -> Parsed {
    if document.is_null() {
        Err(UnreadableDocument::Missing)
    } else if let Some(text) = document.as_str() {
        Ok(Document::parse_possibly_url_encoded(text)?)
    } else if let Some([single]) = document.as_array().map(Vec::as_slice) {
        parse(single)
    } else {
        Ok(Document::from_value(document.clone())?)
    }
}
