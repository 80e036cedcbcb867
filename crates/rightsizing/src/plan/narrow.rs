//! Narrowing the present limit to the services that are kept.

use super::{BASE_ACTIONS_SID, KEEP_SID, NEEDS_NO_PERMISSION, SID_PREFIX, guards, is_base_actions};
use crate::principal::{Principal, PrincipalArn, UnknownPermissions};
use leastwise_policy::action::Action;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Document, Effect, Statement, VERSION};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use serde_json::json;
use std::collections::BTreeSet;

/// The version by which IAM reads a document that names none.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
const VERSION_WHERE_ABSENT: &str = "2008-10-17";

/// What the principal may not exceed: its present boundary, or everything where it has none.
///
/// Of its own Leastwise boundary the guards are left out, since every plan adds its own.
#[derive(Debug, Clone, PartialEq)]
pub struct OuterLimit {
    version: String,
    allows: Vec<Statement>,
    base_actions: Vec<Statement>,
    denies: Vec<Statement>,
}

/// The granted services by what becomes of them, in lower case.
pub(super) struct Kept<'a> {
    pub(super) kept: BTreeSet<&'a str>,
    pub(super) dropped: BTreeSet<&'a str>,
}

/// How a statement that allows everything but some services is narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `Action` with the kept services: allows nothing else.
    ListKept,
    /// `NotAction` with the dropped services: shorter where almost everything is kept.
    ListDropped,
}

impl OuterLimit {
    /// The limit that `principal`'s present boundary sets.
    ///
    /// # Errors
    /// [`UnknownPermissions::Boundary`] when the boundary could not be read.
    pub fn of(principal: &Principal) -> Result<Self, UnknownPermissions> {
        let Some(document) = principal.boundary_document()? else { return Ok(Self::everything()) };
        let own = principal.has_own_leastwise_boundary();
        let version = document.version().unwrap_or(VERSION_WHERE_ABSENT).to_owned();
        let mut limit = Self { version, ..Self::default() };
        for statement in document.statements() {
            let ours = statement.sid().is_some_and(|sid| sid.starts_with(SID_PREFIX));
            match (statement.effect(), own, ours) {
                (Effect::Allow, true, _) if is_base_actions(statement) => {
                    limit.base_actions.push(statement.clone());
                }
                (Effect::Deny, true, true) => {}
                // Statement ids must be unique, and these are ours to use.
                (Effect::Allow, false, true) => limit.allows.push(statement.without_sid()),
                (Effect::Deny, false, true) => limit.denies.push(statement.without_sid()),
                (Effect::Allow, ..) => limit.allows.push(statement.clone()),
                (Effect::Deny, ..) => limit.denies.push(statement.clone()),
            }
        }
        Ok(limit)
    }

    fn everything() -> Self {
        Self { allows: vec![Statement::allow(KEEP_SID, patterns(["*"]))], ..Self::default() }
    }

    /// The version of the policy language in which `document` must be written to carry this limit over: the current
    /// one, unless policy variables such as `${aws:username}` are in it, which in 2008-10-17 are the text itself.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>
    #[must_use]
    pub fn version_for(&self, document: &Document) -> &str {
        if document.to_compact_string().contains("${") { &self.version } else { VERSION }
    }

    /// The Allow statements, without base actions.
    #[must_use]
    pub fn allows(&self) -> &[Statement] {
        &self.allows
    }

    /// The Deny statements, without guards.
    #[must_use]
    pub fn denies(&self) -> &[Statement] {
        &self.denies
    }

    /// The base actions that a Leastwise boundary allows now.
    #[must_use]
    pub fn base_actions_allowed(&self) -> &[Statement] {
        &self.base_actions
    }

    /// Whether anything but the choice of actions limits it.
    pub(super) fn has_limits(&self) -> bool {
        !self.denies.is_empty() || self.allows.iter().any(|statement| !is_plain(statement))
    }

    /// The boundary of the limit narrowed to the kept services, guarded where it allows IAM writes.
    pub(super) fn narrowed_to(
        &self,
        services: &Kept<'_>,
        form: Form,
        principal: &PrincipalArn,
        catalog: &Catalog,
    ) -> Document {
        let narrowed = self.allows.iter().filter_map(|statement| narrow(statement, services, form));
        self.guarded(narrowed.collect(), principal, catalog)
    }

    /// The boundary of the base actions as far as the limit allows them, and those it does not allow. Where none is
    /// left, the one action that needs no permission stands for them.
    pub(super) fn base_actions(
        &self,
        wanted: &[Action],
        principal: &PrincipalArn,
        catalog: &Catalog,
    ) -> (Document, Vec<Action>) {
        let all = [self.allows.as_slice(), &self.base_actions, &self.denies].concat();
        let permitted = Permissions::of([&Document::new(all)]);
        let (mut left, left_out): (Vec<&Action>, Vec<&Action>) =
            wanted.iter().partition(|action| permitted.permits(action.as_str()));
        let mut statements = Vec::new();
        for statement in self.allows.iter().chain(&self.base_actions) {
            let (allowed, others): (Vec<&Action>, Vec<&Action>) =
                left.into_iter().partition(|action| statement.actions().matches(action.as_str()));
            left = others;
            if !allowed.is_empty() {
                let sid = numbered(BASE_ACTIONS_SID, statements.len());
                let actions = allowed.into_iter().cloned().map(Pattern::from).collect();
                statements.push(statement.with_actions(actions).with_sid(&sid));
            }
        }
        let (free, left_out): (Vec<&Action>, Vec<&Action>) = left_out
            .into_iter()
            .partition(|action| action.as_str().eq_ignore_ascii_case(NEEDS_NO_PERMISSION));
        if statements.is_empty() || !free.is_empty() {
            let sid = numbered(BASE_ACTIONS_SID, statements.len());
            statements.push(Statement::allow(sid.as_str(), patterns([NEEDS_NO_PERMISSION])));
        }
        let left_out = left_out.into_iter().cloned().collect();
        (self.guarded(statements, principal, catalog), left_out)
    }

    /// A boundary of these Allow statements, with the limit's denials and the guards that it needs.
    fn guarded(
        &self,
        mut statements: Vec<Statement>,
        principal: &PrincipalArn,
        catalog: &Catalog,
    ) -> Document {
        statements.extend_from_slice(&self.denies);
        let guards = guards(&Document::new(statements.clone()), principal, catalog);
        statements.extend(guards);
        self.document(statements)
    }

    fn document(&self, statements: Vec<Statement>) -> Document {
        let document = Document::new(statements);
        let version = self.version_for(&document);
        if document.version() == Some(version) {
            return document;
        }
        let mut value = document.to_value();
        if let Some(written) = value.get_mut("Version") {
            *written = json!(version);
        }
        // INVARIANT: only the version differs, so it reads; and `prove` refuses a document in another version.
        Document::from_value(value).unwrap_or(document)
    }
}

impl Default for OuterLimit {
    /// A limit that allows nothing.
    fn default() -> Self {
        Self {
            version: VERSION.to_owned(),
            allows: Vec::new(),
            base_actions: Vec::new(),
            denies: Vec::new(),
        }
    }
}

fn numbered(sid: &str, earlier: usize) -> String {
    if earlier == 0 { sid.to_owned() } else { format!("{sid}{}", earlier + 1) }
}

fn is_plain(statement: &Statement) -> bool {
    statement.is_unconditional() && statement.resources().is_unlimited()
}

/// One Allow statement narrowed to the kept services; `None` when nothing of it is left.
fn narrow(statement: &Statement, services: &Kept<'_>, form: Form) -> Option<Statement> {
    let Kept { kept, dropped } = services;
    let all_but_dropped = |excluded: &[Pattern]| {
        let dropped = whole_services(dropped.iter().copied());
        let all = excluded.iter().cloned().chain(dropped).collect();
        Some(statement.with_not_actions(without_covered(&all)))
    };
    let narrowed: BTreeSet<Pattern> = match statement.actions() {
        Actions::Action(patterns) if patterns.iter().any(is_everything) => {
            if form == Form::ListDropped && !dropped.is_empty() {
                return all_but_dropped(&[]);
            }
            whole_services(kept.iter().copied()).collect()
        }
        Actions::Action(patterns) => patterns
            .iter()
            .flat_map(|pattern| kept.iter().filter_map(|service| within(pattern, service)))
            .collect(),
        Actions::NotAction(excluded) => {
            // What is left of a service that is excluded in part cannot be listed without losing the actions that
            // the catalogue does not know.
            let in_part = |service: &&str| exclusion(excluded, service) == Exclusion::Part;
            if form == Form::ListDropped || kept.iter().any(in_part) {
                return all_but_dropped(excluded);
            }
            let left = |service: &&str| exclusion(excluded, service) == Exclusion::Nothing;
            whole_services(kept.iter().copied().filter(left)).collect()
        }
    };
    let shortest = without_covered(&narrowed);
    (!shortest.is_empty()).then(|| statement.with_actions(shortest))
}

/// Whether the pattern consists of `*`s on either side of the colon, or has no colon.
fn is_everything(pattern: &Pattern) -> bool {
    pattern.as_str().bytes().all(|symbol| matches!(symbol, b'*' | b':'))
}

fn whole_services<'a>(services: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Pattern> {
    services.filter_map(whole_service)
}

/// INVARIANT: namespaces come from the catalogue, a report or a pattern, and all of them can stand in one.
fn whole_service(service: &str) -> Option<Pattern> {
    format!("{service}:*").parse().ok()
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

/// Leaves out each pattern that another one covers; of patterns that cover each other the first one stays.
fn without_covered(patterns: &BTreeSet<Pattern>) -> Vec<Pattern> {
    let can_cover = |other: &Pattern, pattern: &Pattern| {
        pattern.service_literal().is_none_or(|service| other.may_match_service(service))
    };
    let covered = |pattern: &Pattern| {
        patterns.iter().any(|other| {
            other != pattern
                && can_cover(other, pattern)
                && other.covers(pattern)
                && (other < pattern || !pattern.covers(other))
        })
    };
    patterns.iter().filter(|pattern| !covered(pattern)).cloned().collect()
}

fn patterns<const COUNT: usize>(texts: [&str; COUNT]) -> Vec<Pattern> {
    texts.into_iter().filter_map(|text| text.parse().ok()).collect()
}
