//! Narrowing the present limit to what is kept.

use super::keep::Keep;
use crate::boundary::{KEEP_SID, OuterLimit, free_sids, literals};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{Catalog, Service};
use leastwise_policy::compress::{Compression, Compressor, expand};
use leastwise_policy::document::{Actions, Statement};
use leastwise_policy::pattern::Pattern;
use std::collections::{BTreeMap, BTreeSet};

/// How a statement that allows everything but some services is narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `Action` with what is kept: allows nothing else.
    ListKept,
    /// `NotAction` with the services that are not kept whole, and a list of what is kept of these:
    /// shorter where almost everything is kept whole.
    ListDropped,
}

/// One Allow statement of the limit, narrowed.
#[derive(Debug)]
pub(crate) struct NarrowedStatement {
    /// As it stands in the limit.
    pub(super) statement: Statement,
    pub(super) actions: NarrowedActions,
}

/// What is left of the actions of a statement.
#[derive(Debug)]
pub(crate) enum NarrowedActions {
    /// `Action`.
    Kept {
        /// Patterns of services that are kept whole, and what the catalogue does not know.
        fixed: BTreeSet<Pattern>,
        /// The catalogued actions that are kept of other services; how they are written is still
        /// open.
        actions: ActionSet,
    },
    /// `NotAction` with these patterns.
    AllBut(Vec<Pattern>),
}

impl NarrowedStatement {
    /// The statement, its kept actions written as `list`. The patterns of services that are kept
    /// whole cover what they cover.
    pub(super) fn written(&self, list: Vec<Pattern>) -> Statement {
        match &self.actions {
            NarrowedActions::Kept { fixed, .. } => {
                let by_service = ByService::of(fixed);
                let covered = |it: &Pattern| by_service.near(it).any(|wide| wide.covers(it));
                let list = list.into_iter().filter(|pattern| !covered(pattern));
                let all: BTreeSet<Pattern> = fixed.iter().cloned().chain(list).collect();
                self.statement.with_actions(all.into_iter().collect())
            }
            NarrowedActions::AllBut(patterns) => self.statement.with_not_actions(patterns.clone()),
        }
    }

    /// The kept actions that are still to be written; empty for `NotAction`.
    pub(super) fn actions(&self) -> ActionSet {
        match &self.actions {
            NarrowedActions::Kept { actions, .. } => actions.clone(),
            NarrowedActions::AllBut(_) => ActionSet::empty(),
        }
    }

    /// No more than what any list for the kept actions adds to the statement: one pattern for each
    /// service in which nothing is written yet.
    pub(super) fn least_characters(&self, catalog: &Catalog) -> usize {
        let NarrowedActions::Kept { fixed, actions } = &self.actions else { return 0 };
        // `*` stands for all services.
        if actions.len() == catalog.len() {
            return 0;
        }
        let named = fixed.iter().map(|it| it.service_literal().map(str::to_ascii_lowercase));
        let Some(named) = named.collect::<Option<BTreeSet<String>>>() else { return 0 };
        let is_written =
            |service: &Service| named.contains(&service.namespace.to_ascii_lowercase());
        let listed = catalog.services().filter(|service| actions.iter_in(service).next().is_some());
        let least = |service: &Service| service.namespace.len() + r#"":*""#.len();
        // The brackets of the list stand already, and a single pattern needs none.
        listed.filter(|service| !is_written(service)).skip(1).map(least).sum()
    }

    /// The shortest list for the kept actions.
    pub(super) fn list(&self, how: Compression, compressor: &Compressor<'_>) -> Vec<Pattern> {
        compressor.compress(&self.actions(), how)
    }

    /// The list without wildcards that might one day match what the limit does not allow, or that
    /// match a dropped action which the catalogue does not know: they are written out.
    pub(super) fn checked(
        &self,
        list: Vec<Pattern>,
        keep: &Keep,
        catalog: &Catalog,
    ) -> Vec<Pattern> {
        let is_included = |pattern: &Pattern| self.statement.actions().includes(pattern);
        without_dropped_names(written_out_unless(list, catalog, is_included), keep, catalog)
    }
}

/// The list without wildcards that match a dropped action which the catalogue does not know: they
/// are written out.
pub(super) fn without_dropped_names(
    list: Vec<Pattern>,
    keep: &Keep,
    catalog: &Catalog,
) -> Vec<Pattern> {
    let matches_none = |pattern: &Pattern| {
        !keep.dropped_names.iter().any(|action| pattern.matches(action.as_str()))
    };
    written_out_unless(list, catalog, matches_none)
}

/// The patterns, those of which `holds` is not true written out.
fn written_out_unless(
    list: Vec<Pattern>,
    catalog: &Catalog,
    holds: impl Fn(&Pattern) -> bool,
) -> Vec<Pattern> {
    let (mut good, others): (Vec<Pattern>, Vec<Pattern>) =
        list.into_iter().partition(|pattern| pattern.is_literal() || holds(pattern));
    if others.is_empty() {
        return good;
    }
    let actions = expand(&others, catalog).difference(&expand(&good, catalog));
    good.extend(literals(&actions, catalog));
    good
}

/// The Allow statements narrowed to what is kept, without those of which nothing is left.
pub(super) fn narrowed_to(
    outer: &OuterLimit,
    keep: &Keep,
    form: Form,
    catalog: &Catalog,
) -> Vec<NarrowedStatement> {
    let allows = outer.allows().iter().flat_map(|statement| narrow(statement, keep, form, catalog));
    allows.chain(used_set_aside(outer, keep, catalog)).collect()
}

/// What is set aside and is to be kept for another reason, where nothing else allows it under the
/// same limits: from now on it is no longer set aside.
pub(super) fn used_set_aside(
    outer: &OuterLimit,
    keep: &Keep,
    catalog: &Catalog,
) -> Vec<NarrowedStatement> {
    let whole = keep.whole.iter().filter_map(|service| catalog.service(service));
    let mut kept = keep.actions.clone();
    whole.for_each(|service| kept.insert_service(service));
    let is_taken = |sid: &str| outer.allows().iter().any(|it| it.sid() == Some(sid));
    let mut sids = free_sids(KEEP_SID, is_taken);
    let mut narrowed = Vec::new();
    for statement in outer.set_aside() {
        let mut actions = statement.actions().in_catalog(catalog).intersection(&kept);
        for allowing in outer.allows().iter().filter(|it| it.limits() == statement.limits()) {
            actions.difference_with(&allowing.actions().in_catalog(catalog));
        }
        if let (false, Some(sid)) = (actions.is_empty(), sids.next()) {
            let actions = NarrowedActions::Kept { fixed: BTreeSet::new(), actions };
            narrowed.push(NarrowedStatement { statement: statement.with_sid(&sid), actions });
        }
    }
    narrowed
}

/// What is left of an Allow statement of the limit: nothing, one statement, or one for the services
/// that are kept whole and one for the others.
pub(crate) fn narrow(
    statement: &Statement,
    keep: &Keep,
    form: Form,
    catalog: &Catalog,
) -> Vec<NarrowedStatement> {
    let whole = || keep.whole.iter().map(String::as_str);
    let fixed: BTreeSet<Pattern> = match statement.actions() {
        Actions::Action(patterns) if patterns.iter().any(Pattern::is_everything) => {
            if form == Form::ListDropped && !keep.others.is_empty() {
                return all_but_the_others(statement, &[], keep, catalog);
            }
            whole_services(whole()).collect()
        }
        Actions::Action(patterns) => {
            patterns.iter().flat_map(|pattern| within_any(pattern, &keep.whole)).collect()
        }
        Actions::NotAction(excluded) => {
            // What is left of a service that is excluded in part cannot be listed without losing
            // the actions that the catalogue does not know.
            let in_part = |service: &str| exclusion(excluded, service) == Exclusion::Part;
            if form == Form::ListDropped || whole().any(in_part) {
                return all_but_the_others(statement, excluded, keep, catalog);
            }
            let left = |service: &&str| exclusion(excluded, service) == Exclusion::Nothing;
            whole_services(whole().filter(left)).collect()
        }
    };
    listed(statement.clone(), fixed, keep, catalog).into_iter().collect()
}

/// The statement with these patterns, the kept actions and what is kept that the catalogue does not
/// know; `None` when there is nothing of all that.
fn listed(
    statement: Statement,
    fixed: BTreeSet<Pattern>,
    keep: &Keep,
    catalog: &Catalog,
) -> Option<NarrowedStatement> {
    let named = keep.named.iter().flat_map(|named| part_named(named, statement.actions()));
    let fixed: BTreeSet<Pattern> = fixed.into_iter().chain(named).collect();
    let fixed: BTreeSet<Pattern> = without_covered(&fixed).into_iter().collect();
    let actions = statement.actions().in_catalog(catalog).intersection(&keep.actions);
    let anything = !fixed.is_empty() || !actions.is_empty();
    let actions = NarrowedActions::Kept { fixed, actions };
    anything.then_some(NarrowedStatement { statement, actions })
}

/// All but what the limit excludes already and the services that are not kept whole; and a list of
/// what is kept of these. What is allowed already is not listed once more: the next plan would find
/// two statements that allow it, and list it for each.
fn all_but_the_others(
    statement: &Statement,
    excluded: &[Pattern],
    keep: &Keep,
    catalog: &Catalog,
) -> Vec<NarrowedStatement> {
    let others = whole_services(keep.others.iter().map(String::as_str));
    let all: BTreeSet<Pattern> = excluded.iter().cloned().chain(others).collect();
    let all_but = without_covered(&all);
    let allowed = Actions::NotAction(all_but.clone());
    let rest = Keep {
        actions: keep.actions.difference(&allowed.in_catalog(catalog)),
        named: keep.named.iter().filter(|it| !allowed.includes(it)).cloned().collect(),
        ..Keep::default()
    };
    let all_but = NarrowedActions::AllBut(all_but);
    let all_but = NarrowedStatement { statement: statement.clone(), actions: all_but };
    // Statement ids must be unique, and none is needed.
    let list = listed(statement.without_sid(), BTreeSet::new(), &rest, catalog);
    [all_but].into_iter().chain(list).collect()
}

/// What the statement surely includes of a pattern that the catalogue does not know: all of it, or
/// the statement's own patterns within it.
fn part_named(named: &Pattern, actions: &Actions) -> Vec<Pattern> {
    if actions.includes(named) {
        return vec![named.clone()];
    }
    match actions {
        Actions::Action(patterns) => {
            patterns.iter().filter(|pattern| named.covers(pattern)).cloned().collect()
        }
        Actions::NotAction(_) => Vec::new(),
    }
}

fn whole_services<'a>(services: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Pattern> {
    services.filter_map(whole_service)
}

/// `service:*`.
///
/// INVARIANT: namespaces come from the catalogue, a report or a pattern, and all of them can stand
/// in one.
pub(super) fn whole_service(service: &str) -> Option<Pattern> {
    format!("{service}:*").parse().ok()
}

/// The parts of `pattern` that lie in these services. A pattern that names its service lies in no
/// other, and there are many of both.
fn within_any(pattern: &Pattern, services: &BTreeSet<String>) -> Vec<Pattern> {
    match pattern.service_literal() {
        Some(named) => {
            let service = services.get(&named.to_ascii_lowercase());
            service.and_then(|service| within(pattern, service)).into_iter().collect()
        }
        None => services.iter().filter_map(|service| within(pattern, service)).collect(),
    }
}

/// The part of `pattern` that lies in `service`; `None` when no action of the service can match.
fn within(pattern: &Pattern, service: &str) -> Option<Pattern> {
    if !pattern.may_match_service(service) {
        return None;
    }
    if pattern.service_literal().is_some() {
        return Some(pattern.clone());
    }
    let (_, name) = pattern.as_str().split_once(':')?;
    format!("{service}:{name}").parse().ok()
}

/// How much of a service a `NotAction` excludes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exclusion {
    Nothing,
    Part,
    All,
}

fn exclusion(excluded: &[Pattern], service: &str) -> Exclusion {
    let touching = || excluded.iter().filter(|pattern| pattern.may_match_service(service));
    let whole = whole_service(service);
    if whole.is_some_and(|whole| touching().any(|pattern| pattern.covers(&whole))) {
        Exclusion::All
    } else if touching().next().is_some() {
        Exclusion::Part
    } else {
        Exclusion::Nothing
    }
}

/// Leaves out each pattern that another one covers; of patterns that cover each other the first one
/// stays.
fn without_covered(patterns: &BTreeSet<Pattern>) -> Vec<Pattern> {
    let by_service = ByService::of(patterns);
    let covered = |pattern: &Pattern| {
        by_service.near(pattern).any(|other| {
            other != pattern && other.covers(pattern) && (other < pattern || !pattern.covers(other))
        })
    };
    patterns.iter().filter(|pattern| !covered(pattern)).cloned().collect()
}

/// Patterns by the service that they name; only those of the same service, or that name none, can
/// cover one another.
struct ByService<'a> {
    named: BTreeMap<String, Vec<&'a Pattern>>,
    unnamed: Vec<&'a Pattern>,
}

impl<'a> ByService<'a> {
    fn of(patterns: &'a BTreeSet<Pattern>) -> Self {
        let (mut named, mut unnamed) = (BTreeMap::<String, Vec<&Pattern>>::new(), Vec::new());
        for pattern in patterns {
            let service = pattern.service_literal().map(str::to_ascii_lowercase);
            service.map_or(&mut unnamed, |it| named.entry(it).or_default()).push(pattern);
        }
        Self { named, unnamed }
    }

    /// Those that may cover the pattern.
    fn near(&self, pattern: &Pattern) -> impl Iterator<Item = &'a Pattern> {
        let service = pattern.service_literal().map(str::to_ascii_lowercase);
        let named = service.and_then(|service| self.named.get(&service));
        named.into_iter().flatten().chain(&self.unnamed).copied()
    }
}
