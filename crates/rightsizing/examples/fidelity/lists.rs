//! The lists of what is kept: how short each choice of wildcards makes them, and what they admit once AWS has added
//! actions.

use crate::evidence::{Evidence, as_of};
use crate::oracle::Oracle;
use crate::principals::Subject;
use crate::trial::settings;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::{Catalog, Service};
use leastwise_policy::compress::{
    Admitted, Compression, Readability, Wildcards, characters, compress, drift, expand,
};
use leastwise_policy::document::{Actions, Document, Effect};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use leastwise_rightsizing::plan::{Extent, Plan, ResourceExtent, Warning, WhyKept};
use leastwise_rightsizing::settings::BoundaryWildcards;
use leastwise_testing::plan_at;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// The ways to write a list, with their names.
pub(crate) const WAYS: [(&str, Compression); 3] = [
    ("exact", Compression { wildcards: Wildcards::Exact, readability: Readability::Words }),
    ("stable", Compression { wildcards: Wildcards::Stable, readability: Readability::Words }),
    (
        "exact, last resort",
        Compression { wildcards: Wildcards::Exact, readability: Readability::LastResort },
    ),
];

/// The choices of wildcards, for drift.
pub(crate) const CHOICES: [Wildcards; 3] = [Wildcards::Exact, Wildcards::Stable, Wildcards::None];

/// The lists of what must be kept of one principal.
#[derive(Debug)]
pub(crate) struct Lists {
    pub(crate) actions: usize,
    /// Characters of the names written out.
    pub(crate) explicit: usize,
    /// The same without services of which everything is kept, which `service:*` makes short.
    pub(crate) explicit_in_part: usize,
    /// One for each of [`WAYS`].
    pub(crate) written: Vec<Written>,
}

/// A list written one way.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) characters: usize,
    pub(crate) characters_in_part: usize,
    /// How many actions it misses when expanded, by our matching or another's.
    pub(crate) missing: usize,
    /// How many it has beyond the set, by our matching or another's.
    pub(crate) extra: usize,
    pub(crate) time: Duration,
}

impl Lists {
    pub(crate) fn of(actions: &ActionSet, catalog: &Catalog, oracle: &Oracle<'_>) -> Self {
        let whole = whole_services(actions, catalog);
        let names = compress(actions, catalog, Wildcards::None.into());
        let write = |(_, how): &(&str, Compression)| {
            let started = Instant::now();
            let patterns = compress(actions, catalog, *how);
            let time = started.elapsed();
            let (ours, theirs) = (expand(&patterns, catalog), oracle.matched(&patterns));
            Written {
                characters: characters(&patterns),
                characters_in_part: characters(outside(&patterns, &whole)),
                missing: actions.difference(&ours.intersection(&theirs)).len(),
                extra: ours.union(&theirs).difference(actions).len(),
                time,
            }
        };
        Self {
            actions: actions.len(),
            explicit: characters(&names),
            explicit_in_part: characters(outside(&names, &whole)),
            written: WAYS.iter().map(write).collect(),
        }
    }
}

impl Lists {
    /// The exact list.
    pub(crate) fn exact(&self) -> Option<&Written> {
        self.written.first()
    }
}

fn whole_services(actions: &ActionSet, catalog: &Catalog) -> BTreeSet<String> {
    let is_whole = |service: &&Service| ActionSet::of_service(service).is_subset(actions);
    catalog.services().filter(is_whole).map(|service| service.namespace.clone()).collect()
}

fn outside<'p>(
    patterns: &'p [Pattern],
    services: &'p BTreeSet<String>,
) -> impl Iterator<Item = &'p Pattern> {
    patterns.iter().filter(|pattern| {
        pattern.service_literal().is_some_and(|service| !services.contains(service))
    })
}

/// What was made for one principal with an older catalogue, judged with a newer one; one of each for each of [`CHOICES`].
#[derive(Debug)]
pub(crate) struct Drift {
    /// The services of which everything must be kept.
    pub(crate) whole: BTreeSet<String>,
    /// What the list of what must be kept admits.
    pub(crate) lists: Vec<Vec<Admitted>>,
    pub(crate) documents: Vec<DocumentDrift>,
}

/// What a boundary admits of the actions that AWS has added.
#[derive(Debug, Default)]
pub(crate) struct DocumentDrift {
    /// Whether there is a document.
    pub(crate) planned: bool,
    /// Whether its lists are exact, readable, and written with the wildcards that were chosen.
    pub(crate) as_chosen: bool,
    /// What its lists of actions admit.
    pub(crate) by_lists: Vec<Admitted>,
    /// How many of these the identity policies grant, so that the principal gets them.
    pub(crate) granted: usize,
    /// How many other new actions it allows and the identity policies grant: by design, of services that are kept whole
    /// and by patterns of the policies that the older catalogue knows nothing of.
    pub(crate) by_design: usize,
}

impl Drift {
    /// Draws the use of `subject` with the older catalogue, writes its lists and plans its boundaries.
    pub(crate) fn of(subject: &Subject, older: &Catalog, newer: &Catalog) -> Option<Self> {
        let evidence = Evidence::draw(subject, older)?;
        let to_keep = evidence.to_keep();
        let list =
            |choice: Wildcards| drift(&compress(&to_keep, older, choice.into()), older, newer);
        let documents = CHOICES.map(|choice| {
            let choice: BoundaryWildcards =
                choice.as_str().parse().expect("it is a choice of wildcards");
            plan_at(as_of(), &subject.principal, &evidence.known, &settings(choice), older)
                .map_or_else(
                    |_| DocumentDrift::default(),
                    |plan| DocumentDrift::of(&plan, choice.choice(), subject, older, newer),
                )
        });
        Some(Self {
            whole: whole_services(&to_keep, older),
            lists: CHOICES.map(list).into(),
            documents: documents.into(),
        })
    }
}

impl DocumentDrift {
    fn of(
        plan: &Plan,
        choice: Wildcards,
        subject: &Subject,
        older: &Catalog,
        newer: &Catalog,
    ) -> Self {
        let whole = kept_whole(plan);
        let unknown: BTreeSet<&Pattern> = plan.unknown.iter().flat_map(|it| &it.actions).collect();
        let lists: Vec<Pattern> = listed(&plan.document)
            .filter(|pattern| pattern.service_literal().is_some_and(|it| !whole.contains(it)))
            .filter(|pattern| !unknown.contains(pattern))
            .cloned()
            .collect();
        let by_lists = drift(&lists, older, newer);
        let identity = subject.principal.granting_documents().unwrap_or_default();
        let identity = Permissions::of(identity).actions(newer);
        let allowed = Permissions::of([&plan.document]).actions(newer).intersection(&identity);
        let new = allowed
            .iter()
            .filter(|&id| older.find(&newer.action(id).to_string()).is_none())
            .collect::<ActionSet>();
        let of_lists: ActionSet =
            by_lists.iter().filter_map(|it| newer.find(it.action.as_str())).collect();
        Self {
            planned: true,
            as_chosen: is_as_chosen(plan, choice),
            granted: of_lists.intersection(&new).len(),
            by_design: new.difference(&of_lists).len(),
            by_lists,
        }
    }
}

fn is_as_chosen(plan: &Plan, choice: Wildcards) -> bool {
    let hard_to_read = plan.warnings.iter().any(|it| matches!(it, Warning::HardToRead { .. }));
    plan.wildcards == choice && plan.extras.is_empty() && !hard_to_read
}

/// The services of which a plan keeps everything.
fn kept_whole(plan: &Plan) -> BTreeSet<String> {
    let used = plan.kept.iter().filter_map(|kept| {
        let whole = match kept.why {
            WhyKept::Used { extent: Extent::Whole, .. }
            | WhyKept::GrantedByIgnored { extent: Extent::Whole }
            | WhyKept::MayBeGrantedByResourcePolicy { extent: ResourceExtent::Whole } => true,
            WhyKept::Used { .. }
            | WhyKept::GrantedByIgnored { .. }
            | WhyKept::MayBeGrantedByResourcePolicy { .. }
            | WhyKept::Spared { .. }
            | WhyKept::AlwaysAllowed { .. }
            | WhyKept::BaseActions { .. } => false,
        };
        whole.then_some(&kept.service)
    });
    let unknown = plan.unknown.iter().filter(|unknown| unknown.actions.is_empty());
    used.chain(unknown.map(|unknown| &unknown.service)).cloned().collect()
}

/// The patterns of the Allow statements that list what they allow.
fn listed(document: &Document) -> impl Iterator<Item = &Pattern> {
    let allows = document.statements().iter().filter(|it| it.effect() == Effect::Allow);
    allows.flat_map(|statement| match statement.actions() {
        Actions::Action(patterns) => patterns.as_slice(),
        Actions::NotAction(_) => &[],
    })
}
