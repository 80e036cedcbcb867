//! A granted service and the evidence on its use, as JSON.

use chrono::{DateTime, Utc};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::witnesses::Source;
use leastwise_rightsizing::iam::{GrantingPolicy, PolicySource};
use leastwise_rightsizing::score::{IdleGrant, Weight, idle_grants};
use leastwise_rightsizing::settings::Weighting;
use leastwise_rightsizing::usage::{Idle, PrincipalUsage, ServiceUsage, Usage};
use serde::{Serialize, Serializer};

/// A granted service and its use.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceJson {
    /// The service.
    pub service: String,
    /// The highest access level among the granted actions; absent where the catalogue knows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<AccessLevel>,
    /// Used, never used, stale or unknown.
    #[serde(rename = "use")]
    pub usage: UseWord,
    /// The last attempt that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used: Option<DateTime<Utc>>,
    /// Who saw it, where that is not IAM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_by: Option<Source>,
    /// Why the use is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// How many of the tracked granted actions of a used service are idle.
    #[serde(skip_serializing_if = "is_zero")]
    pub idle_actions: usize,
    /// How many granted actions of a used service IAM tracks.
    #[serde(skip_serializing_if = "is_zero")]
    pub tracked_actions: usize,
    /// How much of it lies idle; absent where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_weight: Option<Weight>,
    /// Every policy that grants any of what is idle.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_texts")]
    pub granted_by: Vec<PolicySource>,
}

/// What is known of the use of a service, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UseWord {
    /// Attempted in the window.
    Used,
    /// Idle: not attempted as far back as IAM remembers.
    NeverUsed,
    /// Idle: attempted before the window.
    Stale,
    /// Not known, and never taken for idle.
    Unknown,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn as_texts<S: Serializer>(policies: &[PolicySource], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(policies.iter().map(ToString::to_string))
}

/// The services that count of what a principal is granted, in their order.
pub(crate) fn services(
    policies: &[GrantingPolicy],
    usage: &PrincipalUsage,
    weighting: Weighting,
    catalog: &Catalog,
) -> Vec<ServiceJson> {
    let mut idle = idle_grants(policies, usage, weighting, catalog).into_iter().peekable();
    let of = |service| {
        let grant = idle.next_if(|grant| grant.service == service_name(service));
        ServiceJson::of(service, grant)
    };
    usage.services.iter().map(of).collect()
}

fn service_name(service: &ServiceUsage) -> &str {
    &service.namespace
}

impl ServiceJson {
    fn of(service: &ServiceUsage, idle: Option<IdleGrant<'_>>) -> Self {
        let (usage, last_used, seen_by, why) = match service.usage {
            Usage::Used { last, by } => (UseWord::Used, Some(last), Some(by), None),
            Usage::Idle(Idle::Never) => (UseWord::NeverUsed, None, None, None),
            Usage::Idle(Idle::Stale { last }) => (UseWord::Stale, Some(last), None, None),
            Usage::Unknown(why) => (UseWord::Unknown, None, None, Some(why.as_str())),
        };
        Self {
            service: service.namespace.clone(),
            level: service.level,
            usage,
            last_used,
            seen_by: seen_by.filter(|by| *by != Source::LastAccessed),
            why,
            idle_actions: service.actions.iter().filter(|it| it.idle().is_some()).count(),
            tracked_actions: service.actions.len(),
            idle_weight: idle.as_ref().map(|grant| grant.weight),
            granted_by: idle
                .map(|grant| grant.granted_by.into_iter().cloned().collect())
                .unwrap_or_default(),
        }
    }
}
