//! What a question asks of one service.

use super::question::Question;
use crate::action_set::ActionSet;
use crate::catalog::{ActionId, Service};
use crate::compress::bits::Bits;
use crate::compress::list::parsed;
use crate::document::Actions;
use crate::pattern::Pattern;

/// The part of a question that concerns one service.
pub(super) struct Part<'c> {
    pub(super) service: &'c Service,
    pub(super) wanted: Bits,
    /// The extras of each tier.
    pub(super) tiers: Vec<Bits>,
    /// What the list must be within, as far as it concerns the service; `None` if it includes all
    /// of the service.
    pub(super) within: Option<Actions>,
}

/// Which part it is: equal keys are the same part of the same catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    first: ActionId,
    wanted: Bits,
    tiers: Vec<Bits>,
    /// Text, because patterns that differ in letter case are equal and print differently.
    within: Option<String>,
}

impl<'c> Part<'c> {
    /// `None` if nothing of the service is wanted.
    pub(super) fn of(service: &'c Service, question: &Question<'_>) -> Option<Self> {
        let places = |set: &ActionSet| {
            let mut bits = Bits::none(service.ids().count());
            let first = service.actions.start.index();
            bits.extend(set.iter_in(service).map(|id| id.index() - first));
            bits
        };
        let wanted = places(question.wanted);
        if wanted.len() == 0 {
            return None;
        }
        let tiers = question.tiers.iter().map(places).collect();
        let within = question.within.as_ref().and_then(|within| concerning(within, service));
        Some(Self { service, wanted, tiers, within })
    }

    /// Whether there are extras of this tier.
    pub(super) fn has_extras(&self, tier: usize) -> bool {
        self.tiers.get(tier).is_some_and(|tier| tier.len() > 0)
    }

    pub(super) fn key(&self) -> Key {
        Key {
            first: self.service.actions.start,
            wanted: self.wanted.clone(),
            tiers: self.tiers.clone(),
            within: self.within.as_ref().map(|within| format!("{within:?}")),
        }
    }
}

/// What of `within` concerns the service; `None` if that includes all of the service.
fn concerning(within: &Actions, service: &Service) -> Option<Actions> {
    let all = parsed(format!("{}:*", service.namespace));
    let concerning = |patterns: &[Pattern]| {
        let of_service = |pattern: &&Pattern| pattern.may_match_service(&service.namespace);
        patterns.iter().filter(of_service).cloned().collect()
    };
    let concerning = match within {
        Actions::Action(patterns) => Actions::Action(concerning(patterns)),
        Actions::NotAction(patterns) => Actions::NotAction(concerning(patterns)),
    };
    let is_all = all.is_some_and(|all| concerning.includes(&all));
    (!is_all).then_some(concerning)
}
