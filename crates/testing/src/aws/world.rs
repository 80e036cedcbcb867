//! What there is in AWS, and the rules that IAM keeps about it.

use crate::aws::errors::refused;
use crate::moment::days_ago;
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{AttachError, QuarantineError, StoreError, TagError};
use leastwise_aws::{PrincipalName, codes};
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::{
    Account, Boundary, GrantingPolicy, PolicySource, Principal, PrincipalArn, PrincipalKind,
    Roster, UniqueId, UnreadableDocument,
};
use leastwise_rightsizing::presentation::Message;
use leastwise_rightsizing::resource_policies::ResourcePolicies;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The account in which everything stands.
pub const ACCOUNT: &str = "111122223333";

/// The one topic that messages may go to.
pub const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:leastwise";

/// What there is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct World {
    /// Who is only read, as `GetAccountAuthorizationDetails` has it; null is nobody.
    pub details: Value,
    /// Who can be changed.
    pub principals: BTreeMap<PrincipalName, Entity>,
    /// Managed policies, by ARN.
    pub policies: BTreeMap<String, Policy>,
    /// How many of them there may be; 1,500 if left out.
    pub policy_limit: Option<u32>,
    /// When each of them was last changed; a hundred days ago if left out.
    pub policies_updated: Option<DateTime<Utc>>,
    /// What was sent, oldest first.
    pub messages: Vec<Message>,
    /// What is remembered, by name.
    pub parameters: BTreeMap<String, String>,
    /// The automation documents that were started, with their parameters, oldest first.
    pub started: Vec<String>,
    /// What was written into S3, by address.
    pub objects: BTreeMap<String, String>,
    /// The inputs of the executions of state machines, by the machine and their names.
    pub executions: BTreeMap<String, String>,
    /// What is known of the policies of resources.
    pub resource_policies: ResourcePolicies,
}

/// A user or role that can be changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Its ARN.
    pub arn: PrincipalArn,
    /// Its id, which no other principal ever gets.
    pub id: UniqueId,
    /// Its inline policies `policy-1`, `policy-2` and so on.
    pub grants: Vec<Document>,
    /// The groups of a user.
    pub groups: Vec<String>,
    /// ARNs of managed policies.
    pub attached: BTreeSet<String>,
    /// Further inline policies, by name.
    pub inline: BTreeMap<String, Document>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// ARN of the policy that is its boundary.
    pub boundary: Option<String>,
    /// The trust policy of a role.
    pub trust: Option<Result<Document, UnreadableDocument>>,
    /// Whether only AWS may change it.
    pub protected: bool,
}

/// A managed policy. Its last version is the one in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The texts of its versions, by number.
    pub versions: BTreeMap<u32, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// How many versions were ever made: deleted numbers do not come back.
    pub made: u32,
}

impl Policy {
    /// A policy whose only version is this document.
    pub fn of(document: &Document) -> Self {
        let versions = BTreeMap::from([(1, document.to_compact_string())]);
        Self { versions, tags: BTreeMap::new(), made: 1 }
    }

    /// The same with another tag.
    #[must_use]
    pub fn tagged(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The same with another version in force.
    #[must_use]
    pub fn then(mut self, document: &Document) -> Self {
        self.add(&document.to_compact_string());
        self
    }

    /// Puts another version in force and gives its number.
    pub(crate) fn add(&mut self, text: &str) -> u32 {
        self.made += 1;
        self.versions.insert(self.made, text.to_owned());
        self.made
    }

    /// The version in force: its number and its document.
    pub fn in_force(&self) -> (u32, Document) {
        let (number, text) = self.versions.last_key_value().unwrap();
        (*number, Document::parse(text).unwrap())
    }
}

impl World {
    /// Those who are only read.
    pub(crate) fn account(&self) -> Account {
        if self.details.is_null() {
            return Account::default();
        }
        account_of(&self.details)
    }

    /// Everybody, as the port hands out the account.
    pub(crate) fn whole_account(&self) -> Roster {
        let mut details = match &self.details {
            Value::Null => json!({}),
            details => details.clone(),
        };
        for entity in self.principals.values() {
            let (list, detail) = described(entity);
            if let Some(list) = details[list].as_array_mut() {
                list.push(detail);
            } else {
                details[list] = json!([detail]);
            }
        }
        Roster::new(serde_json::from_value(details).unwrap()).unwrap()
    }

    /// The principal as the port hands it out.
    pub(crate) fn principal(&self, name: &PrincipalName) -> Option<Principal> {
        let changeable = self.principals.get(name).map(|entity| self.read(entity));
        changeable.or_else(|| self.only_read(name))
    }

    fn only_read(&self, name: &PrincipalName) -> Option<Principal> {
        let mut principals = self.account().into_principals().into_iter();
        principals.find(|principal| PrincipalName::from(&principal.arn) == *name)
    }

    fn read(&self, entity: &Entity) -> Principal {
        let boundary = entity.boundary.as_ref().map(|arn| Boundary {
            policy_arn: arn.clone(),
            document: self.document(arn),
            since: Some(days_ago(100)),
        });
        let granted = entity.grants.iter().zip(1..).map(|(document, number)| GrantingPolicy {
            source: PolicySource::Inline { name: format!("policy-{number}") },
            document: Ok(document.clone()),
        });
        let attached = entity.attached.iter().map(|arn| GrantingPolicy {
            source: PolicySource::Managed { arn: arn.clone() },
            document: self.document(arn),
        });
        let inline = entity.inline.iter().map(|(name, document)| GrantingPolicy {
            source: PolicySource::Inline { name: name.clone() },
            document: Ok(document.clone()),
        });
        Principal {
            arn: entity.arn.clone(),
            unique_id: entity.id.clone(),
            created: Some(days_ago(1_000)),
            last_used: None,
            tags: entity.tags.clone(),
            policies: granted.chain(attached).chain(inline).collect(),
            groups: entity.groups.clone(),
            boundary,
            trust: entity.trust.clone(),
        }
    }

    /// The document in force of a managed policy.
    pub(crate) fn document(&self, arn: &str) -> Result<Document, UnreadableDocument> {
        let policy = self.policies.get(arn).ok_or(UnreadableDocument::Missing)?;
        Ok(policy.in_force().1)
    }

    /// Whether there is such a group; the groups of those who can be changed are those that
    /// somebody is a member of.
    pub(crate) fn has_group(&self, name: &str) -> bool {
        let listed = self.details["GroupDetailList"].as_array().into_iter().flatten();
        let listed = listed.filter_map(|group| group["GroupName"].as_str());
        let joined = self.principals.values().flat_map(|entity| &entity.groups);
        listed.chain(joined.map(String::as_str)).any(|group| group.eq_ignore_ascii_case(name))
    }

    pub(crate) fn policy(&mut self, arn: &str) -> Result<&mut Policy, StoreError> {
        self.policies.get_mut(arn).ok_or_else(|| refused(codes::NO_SUCH_ENTITY).into())
    }

    /// Whether the policy is somebody's boundary.
    pub(crate) fn is_in_use(&self, arn: &str) -> bool {
        self.principals.values().any(|entity| entity.boundary.as_deref() == Some(arn))
    }

    /// Who is to be tagged; `None` is somebody whose tags stay as they are, being only read.
    pub(crate) fn taggable(
        &mut self,
        name: &PrincipalName,
    ) -> Result<Option<&mut Entity>, TagError> {
        let principal = name.clone();
        let is_only_read = self.only_read(name).is_some();
        match self.principals.get_mut(name) {
            None if is_only_read => Ok(None),
            None => {
                Err(TagError::NoSuchPrincipal { principal, call: refused(codes::NO_SUCH_ENTITY) })
            }
            Some(entity) if entity.protected => {
                Err(TagError::Unmodifiable { principal, call: refused(codes::UNMODIFIABLE_ENTITY) })
            }
            Some(entity) => Ok(Some(entity)),
        }
    }

    /// Who is to get or lose a boundary.
    pub(crate) fn boundable(&mut self, name: &PrincipalName) -> Result<&mut Entity, AttachError> {
        let principal = name.clone();
        match self.principals.get_mut(name) {
            None => {
                Err(AttachError::NoSuchEntity { principal, call: refused(codes::NO_SUCH_ENTITY) })
            }
            Some(entity) if entity.protected => Err(AttachError::Unmodifiable {
                principal,
                call: refused(codes::UNMODIFIABLE_ENTITY),
            }),
            Some(entity) => Ok(entity),
        }
    }

    pub(crate) fn user(&mut self, name: &str) -> Result<&mut Entity, QuarantineError> {
        let user = self.principals.get_mut(&PrincipalName::user(name));
        user.ok_or_else(|| refused(codes::NO_SUCH_ENTITY).into())
    }
}

fn account_of(details: &Value) -> Account {
    Account::from_json(&details.to_string()).unwrap()
}

/// Somebody who can be changed, as `GetAccountAuthorizationDetails` has it: the list and the entry,
/// without its groups and managed policies.
fn described(entity: &Entity) -> (&'static str, Value) {
    let policies: Vec<Value> = (1..)
        .zip(&entity.grants)
        .map(|(number, document)| {
            let name = format!("policy-{number}");
            json!({ "PolicyName": name, "PolicyDocument": document.to_value() })
        })
        .collect();
    let tags: Vec<Value> =
        entity.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let (list, kind) = match entity.arn.kind() {
        PrincipalKind::User => ("UserDetailList", "User"),
        PrincipalKind::Role => ("RoleDetailList", "Role"),
    };
    let entry = json!({
        "Arn": entity.arn,
        format!("{kind}Id"): entity.id,
        format!("{kind}Name"): entity.arn.name(),
        "CreateDate": days_ago(1_000),
        format!("{kind}PolicyList"): policies,
        "Tags": tags,
    });
    (list, entry)
}
