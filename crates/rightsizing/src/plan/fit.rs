//! Writing what is kept so that it fits into a policy.
//!
//! In this order, and no further than needed:
//!
//! 1. wildcards of the wanted kind, matching exactly what is kept;
//! 2. in as few services as needed, any wildcards that match exactly that, where the wanted kind is
//!    [`Wildcards::Stable`];
//! 3. wildcards that also match a little of what is not granted: what lists or reads before what
//!    tags before what writes; never what manages permissions, never writes of the services through
//!    which permissions are had, and never more than the present limit allows;
//! 4. where the limit allows everything or almost everything, a list of what is dropped instead of
//!    what is kept;
//! 5. the same lists, in as few services as needed with wildcards that also cut words, which are
//!    hard to read;
//! 6. as 3, and of what is granted and lies idle, too: what is not granted first.

use super::keep::Keep;
use super::narrowing::{
    Form, NarrowedStatement, narrowed_to, used_set_aside, without_dropped_names,
};
use crate::boundary::{MAX_POLICY_CHARACTERS, OuterLimit};
use crate::iam::{Principal, PrincipalArn};
use leastwise_policy::action::AccessLevel;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{ActionId, Catalog};
use leastwise_policy::compress::{
    Compression, Compressor, Generalization, Readability, TooLong, Wildcards, characters,
};
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::pattern::Pattern;
use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Services in which no write is ever admitted beyond what is kept: through them a principal gets
/// at other permissions.
const NO_EXTRA_WRITES: [&str; 4] = ["iam", "organizations", "sso", "sts"];

/// Readable wildcards that match exactly what is kept.
pub(super) const EXACT: Compression =
    Compression { wildcards: Wildcards::Exact, readability: Readability::Words };

/// The shortest ones that do.
const LAST_RESORT: Compression =
    Compression { wildcards: Wildcards::Exact, readability: Readability::LastResort };

/// How many tiers of extras there are of what is not granted, and as many of what is.
const NOT_GRANTED: usize = 3;

/// Which extras a list may admit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extras {
    /// Only what no policy grants now.
    NotGranted,
    /// That first, but idle grants, too.
    GrantedToo,
}

/// What a document is written for.
pub(super) struct Fitting<'a> {
    pub(super) outer: &'a OuterLimit,
    pub(super) keep: &'a Keep,
    /// Statements that come after what is kept, whatever its form.
    pub(super) appended: &'a [Statement],
    /// The catalogued actions that are granted now.
    pub(super) granted: &'a ActionSet,
    pub(super) principal: &'a PrincipalArn,
    pub(super) catalog: &'a Catalog,
    pub(super) compressor: &'a Compressor<'a>,
    /// The limit narrowed in either form, once somebody asked for it.
    pub(super) narrowed: Narrowed,
}

/// The limit as each [`Form`] narrows it.
#[derive(Default)]
pub(super) struct Narrowed {
    kept: OnceCell<Vec<NarrowedStatement>>,
    all_but_dropped: OnceCell<Vec<NarrowedStatement>>,
}

/// A document that fits.
#[derive(Debug)]
pub(super) struct Fitted {
    pub(super) document: Document,
    /// How the lists of `shortened` are written; those of other services, as wanted or the next
    /// shorter way.
    pub(super) how: Compression,
    /// The services whose lists had to be shortened so that the document fits, in their order.
    pub(super) shortened: BTreeSet<String>,
    /// What it admits beyond what is kept.
    pub(super) extras: ActionSet,
    /// The services of which nothing is kept that a resource policy may grant, in their order.
    pub(super) left_out: BTreeSet<String>,
}

/// No document fits.
#[derive(Debug)]
pub(super) struct TooLarge {
    /// The smallest one found.
    pub(super) document: Document,
    /// Its size under each choice of wildcards that would be smaller than the wanted one.
    pub(super) with_exact_wildcards: usize,
}

impl Fitting<'_> {
    /// Steps 1 and 2.
    pub(super) fn plainly(&self, wanted: Wildcards) -> Option<Fitted> {
        let kept = self.kept();
        let wanted = Compression::from(wanted);
        let as_wanted = as_it_is(&self.with_lists(kept, wanted), wanted);
        if as_wanted.is_some() || wanted.wildcards == Wildcards::None {
            return as_wanted;
        }
        self.shortened(kept, wanted, EXACT)
    }

    /// Steps 3 to 5: nothing idle is admitted.
    pub(super) fn at_length(&self, wanted: Wildcards) -> Option<Fitted> {
        if wanted == Wildcards::None {
            return None;
        }
        let (kept, dropped) = (self.kept(), self.all_but_dropped());
        self.generalized(kept, Extras::NotGranted)
            .or_else(|| self.shortened(dropped, wanted.into(), EXACT))
            .or_else(|| self.shortened(kept, EXACT, LAST_RESORT))
            .or_else(|| self.shortened(dropped, EXACT, LAST_RESORT))
    }

    /// Step 6.
    pub(super) fn with_idle(&self, wanted: Wildcards) -> Option<Fitted> {
        if wanted == Wildcards::None {
            return None;
        }
        self.generalized(self.kept(), Extras::GrantedToo)
            .or_else(|| self.generalized(self.all_but_dropped(), Extras::GrantedToo))
    }

    /// A list of what is dropped, as in steps 4 and 5.
    pub(super) fn all_but(&self, wanted: Wildcards) -> Option<Fitted> {
        let dropped = self.all_but_dropped();
        self.shortened(dropped, wanted.into(), EXACT)
            .or_else(|| self.shortened(dropped, EXACT, LAST_RESORT))
    }

    /// The Leastwise boundary that stands, where nothing narrower fits: but for what it sets aside,
    /// of which no more stays than is planned.
    pub(super) fn as_it_stands(&self, principal: &Principal) -> Option<Fitted> {
        if !principal.has_own_leastwise_boundary() {
            return None;
        }
        let used = used_set_aside(self.outer, self.keep, self.catalog);
        let used = used.iter().map(|it| it.written(it.list(EXACT, self.compressor)));
        let document = self.document(self.outer.allows().iter().cloned().chain(used));
        let extras = self.beyond_what_is_kept(self.outer.allows());
        Some(Fitted { extras, ..as_it_is(&document, EXACT)? })
    }

    /// By how many characters the shortest exact list is too long.
    ///
    /// It is the list before it is checked: with the document in place the limit is another one,
    /// and the same excess must come out.
    pub(super) fn excess(&self, form: Form) -> usize {
        let narrowed = self.narrowed(form);
        self.excess_of(narrowed, &self.lists(narrowed, EXACT))
    }

    /// By how many characters the document of these lists is too long.
    fn excess_of(&self, statements: &[NarrowedStatement], lists: &[Vec<Pattern>]) -> usize {
        let written =
            statements.iter().zip(lists).map(|(statement, list)| statement.written(list.clone()));
        self.document(written).size().saturating_sub(MAX_POLICY_CHARACTERS)
    }

    fn lists(&self, statements: &[NarrowedStatement], how: Compression) -> Vec<Vec<Pattern>> {
        statements.iter().map(|it| it.list(how, self.compressor)).collect()
    }

    /// What to say where nothing fits.
    pub(super) fn too_large(&self, wanted: Wildcards) -> TooLarge {
        let kept = self.kept();
        let exact = self.with_lists(kept, EXACT);
        let with_exact_wildcards = exact.size();
        let document = match wanted {
            Wildcards::None => self.with_lists(kept, wanted.into()),
            Wildcards::Exact | Wildcards::Stable => exact,
        };
        TooLarge { document, with_exact_wildcards }
    }

    fn kept(&self) -> &[NarrowedStatement] {
        self.narrowed(Form::ListKept)
    }

    fn all_but_dropped(&self) -> &[NarrowedStatement] {
        self.narrowed(Form::ListDropped)
    }

    fn narrowed(&self, form: Form) -> &[NarrowedStatement] {
        let cell = match form {
            Form::ListKept => &self.narrowed.kept,
            Form::ListDropped => &self.narrowed.all_but_dropped,
        };
        cell.get_or_init(|| narrowed_to(self.outer, self.keep, form, self.catalog))
    }

    /// Whether no list can make the document fit: what stands beside the lists is too long, with
    /// the least that a list takes. To find lists for nothing would take longest where most is
    /// kept.
    fn is_hopeless(&self, statements: &[NarrowedStatement]) -> bool {
        let least: usize = statements.iter().map(|it| it.least_characters(self.catalog)).sum();
        let without_lists = statements.iter().map(|it| it.written(Vec::new()));
        self.document(without_lists).size() + least > MAX_POLICY_CHARACTERS
    }

    fn with_lists(&self, statements: &[NarrowedStatement], how: Compression) -> Document {
        self.checked(statements, self.lists(statements, how))
    }

    /// The document of these lists; what of them the limit does not surely include, or matches what
    /// is dropped, is written out.
    fn checked(&self, statements: &[NarrowedStatement], lists: Vec<Vec<Pattern>>) -> Document {
        let written = statements.iter().zip(lists).map(|(statement, list)| {
            statement.written(statement.checked(list, self.keep, self.catalog))
        });
        self.document(written)
    }

    /// The document with lists written `long`, and those of as few services as needed `short`.
    ///
    /// Which these are is found from the lists before they are checked: with the document in place
    /// the limit is another one, and the same services must come out.
    fn shortened(
        &self,
        statements: &[NarrowedStatement],
        long: Compression,
        short: Compression,
    ) -> Option<Fitted> {
        if self.is_hopeless(statements) {
            return None;
        }
        let (long, shorter) = (self.lists(statements, long), self.lists(statements, short));
        let services = that_save_most(&long, &shorter, self.excess_of(statements, &long));
        let is_shortened = |pattern: &Pattern| {
            pattern.service_literal().is_some_and(|service| services.contains(service))
        };
        let mixed = long.into_iter().zip(shorter).map(|(long, shorter)| {
            if shorter.iter().any(|pattern| pattern.service_literal().is_none()) {
                // `*`: nothing is dropped, and no list of one service has it.
                return shorter;
            }
            let long = long.into_iter().filter(|pattern| !is_shortened(pattern));
            long.chain(shorter.into_iter().filter(|pattern| is_shortened(pattern))).collect()
        });
        let document = self.checked(statements, mixed.collect());
        Some(Fitted { shortened: services, ..as_it_is(&document, short)? })
    }

    fn document(&self, statements: impl Iterator<Item = Statement>) -> Document {
        let all = statements.chain(self.appended.iter().cloned()).collect();
        self.outer.guarded(all, self.principal, self.catalog)
    }

    /// The document with lists generalised until it fits, the longest first; and what it admits by
    /// that.
    fn generalized(&self, statements: &[NarrowedStatement], extras: Extras) -> Option<Fitted> {
        if self.is_hopeless(statements) {
            return None;
        }
        let list = |statement: &NarrowedStatement| {
            statement.checked(statement.list(EXACT, self.compressor), self.keep, self.catalog)
        };
        let mut lists: Vec<Vec<Pattern>> = statements.iter().map(list).collect();
        let mut longest_first: Vec<usize> = (0..lists.len()).collect();
        longest_first.sort_by_key(|&at| Reverse(lists.get(at).map(characters)));
        let mut excess = self.excess_of(statements, &lists);
        let mut left: usize = lists.iter().map(characters).sum();
        for at in longest_first {
            let (Some(statement), Some(list)) = (statements.get(at), lists.get_mut(at)) else {
                continue;
            };
            let before = characters(list.iter());
            left -= before;
            let shorter = match self.shorter(statement, before.saturating_sub(excess), extras) {
                // Not even with nothing in all the other lists.
                Err(TooLong { shortest }) if shortest + excess > before + left => return None,
                Err(TooLong { shortest }) => self.shorter(statement, shortest, extras),
                shorter => shorter,
            };
            if let Ok(shorter) = shorter {
                excess = excess.saturating_sub(before.saturating_sub(characters(&shorter)));
                *list = shorter;
            }
            if excess == 0 {
                break;
            }
        }
        let written: Vec<Statement> =
            statements.iter().zip(lists).map(|(statement, list)| statement.written(list)).collect();
        let extras = self.beyond_what_is_kept(&written);
        let document = self.document(written.into_iter());
        Some(Fitted { extras, ..as_it_is(&document, EXACT)? })
    }

    /// A list of at most so many characters.
    fn shorter(
        &self,
        statement: &NarrowedStatement,
        characters: usize,
        extras: Extras,
    ) -> Result<Vec<Pattern>, TooLong> {
        let wanted = statement.actions();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let all = self.tiers(statement);
        let tiers = match extras {
            Extras::NotGranted => all.get(..NOT_GRANTED).unwrap_or_default(),
            Extras::GrantedToo => &all,
        };
        let within = Some(statement.statement.actions());
        let what = Generalization { wanted: &wanted, tiers, within, characters };
        let list = self.compressor.generalize(&what)?.patterns;
        Ok(without_dropped_names(list, self.keep, self.catalog))
    }

    /// What the statement's list may admit beyond what is kept, the least risk first: what is not
    /// granted, then what is granted.
    fn tiers(&self, statement: &NarrowedStatement) -> [ActionSet; 2 * NOT_GRANTED] {
        let mut tiers: [ActionSet; 2 * NOT_GRANTED] = std::array::from_fn(|_| ActionSet::empty());
        let limit = statement.statement.actions().in_catalog(self.catalog);
        for id in &limit.difference(&self.keep.actions) {
            let Some(by_level) = tier(id, self.catalog) else { continue };
            let tier = if self.granted.contains(id) { NOT_GRANTED + by_level } else { by_level };
            if let Some(tier) = tiers.get_mut(tier) {
                tier.insert(id);
            }
        }
        tiers
    }

    /// What these Allow statements allow beyond what is kept.
    fn beyond_what_is_kept(&self, statements: &[Statement]) -> ActionSet {
        let mut extras = ActionSet::empty();
        for statement in statements {
            extras.union_with(&statement.actions().in_catalog(self.catalog));
        }
        extras.difference_with(&self.keep.actions);
        let whole = self.keep.whole.iter().filter_map(|service| self.catalog.service(service));
        whole.for_each(|service| extras.remove_service(service));
        extras
    }
}

/// In which of the [`NOT_GRANTED`] tiers an action is as an extra; `None` if it is never admitted.
fn tier(id: ActionId, catalog: &Catalog) -> Option<usize> {
    let action = catalog.action(id);
    match action.level {
        AccessLevel::List | AccessLevel::Read => Some(0),
        _ if NO_EXTRA_WRITES.contains(&action.service) => None,
        AccessLevel::Tagging => Some(1),
        AccessLevel::Write => Some(2),
        AccessLevel::PermissionsManagement => None,
    }
}

/// Whether a list may ever match the action where it is not kept.
pub(super) fn may_be_admitted(id: ActionId, catalog: &Catalog) -> bool {
    tier(id, catalog).is_some()
}

/// The services that save most characters when their lists are written the shorter way: as many as
/// save `excess`.
fn that_save_most(
    long: &[Vec<Pattern>],
    shorter: &[Vec<Pattern>],
    excess: usize,
) -> BTreeSet<String> {
    let by_service = |lists: &[Vec<Pattern>]| {
        let mut by_service: BTreeMap<String, usize> = BTreeMap::new();
        for pattern in lists.iter().flatten() {
            let service = pattern.service_literal().unwrap_or_default().to_owned();
            *by_service.entry(service).or_default() += characters([pattern]);
        }
        by_service
    };
    let shorter = by_service(shorter);
    let saved = |(service, long): (String, usize)| {
        let saved = long.saturating_sub(shorter.get(&service).copied().unwrap_or_default());
        (saved, service)
    };
    let mut savings: Vec<(usize, String)> = by_service(long).into_iter().map(saved).collect();
    savings.sort_by(|(one, first), (other, second)| other.cmp(one).then_with(|| first.cmp(second)));
    let mut left = excess;
    let needed = savings.into_iter().take_while(|(saved, _)| {
        let is_needed = left > 0 && *saved > 0;
        left = left.saturating_sub(*saved);
        is_needed
    });
    needed.map(|(_, service)| service).collect()
}

/// The document if it fits, without extras.
fn as_it_is(document: &Document, how: Compression) -> Option<Fitted> {
    (document.size() <= MAX_POLICY_CHARACTERS).then(|| Fitted {
        document: document.clone(),
        how,
        shortened: BTreeSet::new(),
        extras: ActionSet::empty(),
        left_out: BTreeSet::new(),
    })
}
