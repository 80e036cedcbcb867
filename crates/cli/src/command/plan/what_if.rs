//! What boundaries would change, a line for each principal.

use super::row::Row;
use crate::command::extent::counted;
use crate::command::who::Who;
use crate::page::{BAD, DOUBTFUL, NEXT, Page, STRONG, Words};
use leastwise_rightsizing::presentation::PlanJson;
use leastwise_rightsizing::score::{Band, CreepIndex};
use serde::Serialize;

/// How many services are named of one principal among several. Of one alone all are.
const NAMED: usize = 5;

/// What would change for a principal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WhatIf {
    principal: Who,
    index: Option<u8>,
    expected_index: Option<u8>,
    /// The services that stop.
    stops: Vec<String>,
    /// How many single actions of services stop that go on.
    stops_actions: usize,
    /// The services of which something stays because nothing is known of its use.
    stays_unknown: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

/// The same as comma-separated values.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    principal: Who,
    index: Option<u8>,
    expected_index: Option<u8>,
    stops: Option<usize>,
    stops_actions: Option<usize>,
    stays_unknown: Option<usize>,
    refused: Option<String>,
}

impl WhatIf {
    pub(super) fn of(row: &Row) -> Self {
        let plan = row.plan();
        let whole = |plan: &PlanJson| -> Vec<String> {
            let whole = plan.dropped.iter().filter(|dropped| dropped.actions.is_empty());
            whole.map(|dropped| dropped.service.clone()).collect()
        };
        let actions =
            |plan: &PlanJson| plan.dropped.iter().map(|dropped| dropped.actions.len()).sum();
        let unknown = |plan: &PlanJson| {
            let mut services: Vec<String> =
                plan.unknown.iter().map(|unknown| unknown.service.clone()).collect();
            services.dedup();
            services
        };
        Self {
            principal: row.principal.clone(),
            index: plan.and_then(|plan| plan.index),
            expected_index: plan.and_then(|plan| plan.expected_index),
            stops: plan.map(whole).unwrap_or_default(),
            stops_actions: plan.map(actions).unwrap_or_default(),
            stays_unknown: plan.map(unknown).unwrap_or_default(),
            refused: row.refused().map(ToOwned::to_owned),
        }
    }

    pub(super) fn record(&self) -> Record {
        let planned = self.refused.is_none();
        let counted = |count: usize| planned.then_some(count);
        Record {
            principal: self.principal.clone(),
            index: self.index,
            expected_index: self.expected_index,
            stops: counted(self.stops.len()),
            stops_actions: counted(self.stops_actions),
            stays_unknown: counted(self.stays_unknown.len()),
            refused: self.refused.clone(),
        }
    }

    /// What would change, with so many names of a list at most.
    fn words(&self, named: usize) -> Words {
        if let Some(refused) = &self.refused {
            let reason = refused.strip_prefix(&format!("`{}` ", self.principal));
            let reason = reason.map_or_else(|| refused.clone(), |rest| format!("it {rest}"));
            return Words::default().styled(DOUBTFUL, "refused: ").and(&reason);
        }
        let shown =
            |index: Option<u8>| index.map_or_else(|| "unknown".to_owned(), |it| it.to_string());
        let (now, then) = (shown(self.index), shown(self.expected_index));
        let mut words = Words::from(format!("{now} → ")).styled(NEXT, &then);
        words = match self.stops.len() {
            0 => words.and("; no service stops"),
            count => {
                let stop = if count == 1 { "stops" } else { "stop" };
                let services = format!("{} {stop}", counted(count, "service"));
                words
                    .and("; ")
                    .styled(BAD, &services)
                    .and(&format!(": {}", listed(&self.stops, named)))
            }
        };
        if self.stops_actions > 0 {
            let actions = counted(self.stops_actions, "action");
            words = words.and(&format!("; of others {actions} stop"));
        }
        match self.stays_unknown.len() {
            0 => words,
            count => {
                let stay = if count == 1 { "stays" } else { "stay" };
                let services = counted(count, "service");
                let stays = format!("of {services} something {stay} because it is unknown");
                words
                    .and("; ")
                    .styled(DOUBTFUL, &stays)
                    .and(&format!(": {}", listed(&self.stays_unknown, named)))
            }
        }
    }
}

/// The text for people, in `width` columns.
pub(super) fn text(all: &[WhatIf], width: u16) -> String {
    let mut page = Page::new(width);
    let named = if all.len() == 1 { usize::MAX } else { NAMED };
    for what_if in all {
        let name = Words::default().styled(STRONG, &format!("{}: ", what_if.principal));
        page.hanging(name.then(&what_if.words(named)));
    }
    if all.len() > 1 {
        page.heading("Together");
        page.item(together(all));
    }
    page.text().to_owned()
}

fn together(all: &[WhatIf]) -> String {
    let planned: Vec<&WhatIf> = all.iter().filter(|it| it.refused.is_none()).collect();
    let high = |of: fn(&WhatIf) -> Option<u8>| {
        let bands = planned.iter().filter_map(|it| CreepIndex::new(of(it)?)).map(CreepIndex::band);
        bands.filter(|band| *band == Band::High).count()
    };
    let (now, then) = (high(|it| it.index), high(|it| it.expected_index));
    let stops: usize = planned.iter().map(|it| it.stops.len()).sum();
    let unknown: usize = planned.iter().map(|it| it.stays_unknown.len()).sum();
    format!(
        "boundaries planned: {} of {}; principals with a high index (67 and more): {now} → {then}; grants of a service \
         that stop: {stops}; that stay in whole or in part because they are unknown: {unknown}",
        planned.len(),
        counted(all.len(), "principal")
    )
}

fn listed(names: &[String], most: usize) -> String {
    let shown = names.get(..most).unwrap_or(names).join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
