//! What a plan says of every granted service: kept and why, dropped and why, kept because nothing
//! is known.

use super::warning::Warning;
use crate::evidence::Granularity;
use crate::evidence::witnesses::Source;
use crate::score::CreepIndex;
use crate::settings::ResourceGrants;
use crate::usage::{Idle, Unknown};
use chrono::{DateTime, Utc};
use leastwise_policy::action::{AccessLevel, Action};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::Wildcards;
use leastwise_policy::document::Document;
use leastwise_policy::pattern::Pattern;
use std::collections::BTreeMap;

/// A boundary with its reasons. Deterministic: the same input gives the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The boundary.
    pub document: Document,
    /// What it keeps and why, in the order of the services.
    pub kept: Vec<Kept>,
    /// What it drops and why, in the order of the services.
    pub dropped: Vec<Dropped>,
    /// What it keeps because nothing is known of its use, in the order of the services.
    pub unknown: Vec<KeptUnknown>,
    /// What it admits though it is not to be kept, so that it fits; ascending.
    pub extras: Vec<Extra>,
    /// Which wildcards its lists of actions have.
    pub wildcards: Wildcards,
    /// Whether it keeps what resource policies may grant.
    pub resource_grants: ResourceGrants,
    /// Of the services whose resource policies were all read, the actions that these grant, by
    /// service: nothing else is kept of them for that reason.
    pub read_grants: BTreeMap<String, ActionSet>,
    /// Its patterns that could one day match a write which AWS adds, in the order of the document.
    pub may_grow_in_harm: Vec<Pattern>,
    /// How deep the evidence goes.
    pub granularity: Granularity,
    /// What a person should know before applying it.
    pub warnings: Vec<Warning>,
    /// The index now; `None` when nothing is known.
    pub index: Option<CreepIndex>,
    /// The index once the boundary is attached; `None` when nothing would be known.
    pub expected_index: Option<CreepIndex>,
}

impl Plan {
    /// Whether it drops something that was used once, before the window.
    #[must_use]
    pub fn drops_earlier_use(&self) -> bool {
        self.warnings.iter().any(|warning| matches!(warning, Warning::DropsEarlierUse { .. }))
    }
}

pub(super) fn extras(admitted: &ActionSet, granted: &ActionSet, catalog: &Catalog) -> Vec<Extra> {
    let extra = |id| {
        let known = catalog.action(id);
        // INVARIANT: what is in the catalogue is an action.
        let action = known.to_string().parse().ok()?;
        Some(Extra { action, level: known.level, granted: granted.contains(id) })
    };
    admitted.iter().filter_map(extra).collect()
}

/// What is dropped although it was used before the window: services, and actions of used services.
pub(super) fn stale(dropped: &[Dropped]) -> Vec<String> {
    let mut stale = Vec::new();
    for dropped in dropped {
        match &dropped.what {
            WhatDropped::Service(Idle::Stale { .. }) => stale.push(dropped.service.clone()),
            WhatDropped::Service(Idle::Never) | WhatDropped::UnusedByExternalService(_) => {}
            WhatDropped::Actions(actions) => {
                let used_before = |idle: &Idle| matches!(idle, Idle::Stale { .. });
                let actions = actions.iter().filter(|(_, idle)| used_before(idle));
                stale.extend(actions.map(|(action, _)| action.to_string()));
            }
        }
    }
    stale
}

/// A service of which the boundary keeps something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The service.
    pub service: String,
    /// Why, and what of it.
    pub why: WhyKept,
}

/// Why something of a service is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyKept {
    /// Used inside the window.
    Used {
        /// Last attempt on the service.
        last: DateTime<Utc>,
        /// Who saw it.
        by: Source,
        /// What of it.
        extent: Extent,
    },
    /// The service is idle or nothing else is granted in it, but these actions are
    /// [spared](crate::usage::Spared): what is kept elsewhere needs them, for example.
    Spared {
        /// Which, ascending, each with its reason.
        actions: Vec<KeptAction>,
    },
    /// No identity policy grants it, but a resource policy may: setting `ResourceGrants`.
    MayBeGrantedByResourcePolicy {
        /// What of it.
        extent: ResourceExtent,
    },
    /// A policy grants it whose grants do not count: setting `IgnoredPolicies`.
    GrantedByIgnored {
        /// What of it.
        extent: Extent,
    },
    /// Actions that the setting `AlwaysAllow` names and that are not kept for another reason.
    AlwaysAllowed {
        /// Which.
        actions: Vec<Action>,
    },
    /// Base actions, because the principal uses nothing.
    BaseActions {
        /// Which.
        actions: Vec<Action>,
    },
}

/// How much of a service is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// All of it: single actions cannot be told apart, or none of them counts.
    Whole,
    /// These actions, ascending, and those that [`KeptUnknown`] lists.
    Actions(Vec<KeptAction>),
}

/// How much of a service is kept because a resource policy may grant it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceExtent {
    /// All of it.
    Whole,
    /// All of it but these actions, ascending: identity policies grant them, and they lie idle.
    AllBut(Vec<Action>),
    /// These actions, ascending.
    Only(Vec<Action>),
}

/// A kept action with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAction {
    /// The action.
    pub action: Action,
    /// Why.
    pub why: WhyActionKept,
}

/// Why a single action is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyActionKept {
    /// Attempted inside the window, by the action's own date.
    Used {
        /// Last attempt.
        last: DateTime<Utc>,
        /// Who saw it.
        by: Source,
    },
    /// An action that is kept needs it.
    NeededBy(Action),
    /// It undoes this action, which is used: setting `KeepInverses`.
    Undoes(Action),
    /// Something else than an AWS API checks it, so no use of it is recorded.
    CheckedElsewhere,
    /// A service that acts as the role calls it when something fails.
    OnFailure,
    /// It is how a person looks after the own credentials.
    OwnCredentials,
    /// It is idle, but only reads in a service that is used: setting `PreserveReads`.
    PreservedRead(Idle),
    /// A policy grants it whose grants do not count: setting `IgnoredPolicies`.
    GrantedByIgnored,
}

/// What the boundary drops of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The service.
    pub service: String,
    /// What of it, and why.
    pub what: WhatDropped,
}

/// How much of a service is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhatDropped {
    /// All of it that is not needed elsewhere.
    Service(Idle),
    /// Single actions of a used service, ascending.
    Actions(Vec<(Action, Idle)>),
    /// Single actions of a used service that IAM does not track, ascending: an external service saw
    /// no use of them.
    UnusedByExternalService(Vec<Action>),
}

/// What is kept of a service because nothing is known of its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptUnknown {
    /// The service.
    pub service: String,
    /// Why nothing is known.
    pub why: WhyUnknown,
    /// What of it, ascending: actions, and patterns that the catalogue knows nothing of. Empty: all
    /// of it.
    pub actions: Vec<Pattern>,
}

/// Why nothing is known of something that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyUnknown {
    /// There is no evidence.
    Evidence(Unknown),
    /// The catalogue does not know the action: it is newer, or misspelt.
    NotInCatalogue,
}

/// An action that the boundary admits though it is not to be kept, because the document would be
/// too large otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// The action.
    pub action: Action,
    /// Its access level.
    pub level: AccessLevel,
    /// Whether it is granted now and lies idle; otherwise no policy of the principal grants it.
    pub granted: bool,
}
