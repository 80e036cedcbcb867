//! Which actions an action needs.
//!
//! A call may need more than the permission it is named after: `lambda:CreateFunction` hands a role
//! to Lambda, so IAM asks for `iam:PassRole`; `s3:GetObject` of an encrypted object asks for
//! `kms:Decrypt` on the caller's behalf. No evidence shows that use: `iam:PassRole` is never
//! recorded. So whoever keeps an action must keep what it needs. AWS calls these [dependent
//! actions].
//!
//! Three tables are compiled in, and all err on the side of one action too many:
//!
//! - `dependent_actions.txt`, made by `cargo xtask catalog`: what the service authorization
//!   reference lists. A line is an action and one that it needs, both in the order of the
//!   catalogue:
//!
//!   ```text
//!   # version: 0.15.202512061
//!   # date: 2025-12-06
//!   pipes:CreatePipe iam:PassRole
//!   ```
//!
//! - `dependent_actions/operations.txt`, of the same form and made by the same chore: what else the
//!   operation of an action may authorize, as AWS's service reference lists it for each API
//!   operation. A pair that another table has is not repeated.
//!
//! - `dependent_actions/supplement.txt`, written by hand: what AWS documents elsewhere. A group is
//!   a reason:
//!
//!   ```text
//!   group: Messages of an encrypted queue
//!   why: SQS asks KMS for the queue's data key in the caller's name.
//!   source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
//!   needs: kms:Decrypt kms:GenerateDataKey
//!   for: sqs:SendMessage
//!   for: sqs:Receive* read
//!   ```
//!
//!   A `for:` or `needs:` line has one or more patterns. An access level after them narrows them
//!   to its actions.
//!
//! [dependent actions]: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

mod error;
mod names;
mod pair;
mod reference;
mod supplement;
#[cfg(test)]
mod tests;

pub use error::{DependentActionsError, DependentActionsFault, DependentActionsTable};

use crate::action_set::ActionSet;
use crate::catalog::{ActionId, Catalog};
use names::Names;
use pair::Pair;
use std::borrow::Cow;
use std::sync::OnceLock;

const REFERENCE: &str = include_str!("dependent_actions.txt");
const OPERATIONS: &str = include_str!("dependent_actions/operations.txt");
const SUPPLEMENT: &str = include_str!("dependent_actions/supplement.txt");

/// Which actions of one [`Catalog`] need which others.
///
/// ```
/// use leastwise_policy::action_set::ActionSet;
/// use leastwise_policy::catalog::Catalog;
/// use leastwise_policy::dependent_actions::DependentActions;
///
/// let catalog = Catalog::embedded();
/// let id = |action| catalog.find(action).expect("it is in the catalogue");
/// let kept = ActionSet::from_iter([id("lambda:CreateFunction")]);
///
/// // Whatever is kept, nothing is kept that was not granted.
/// let granted = ["lambda:CreateFunction", "iam:PassRole", "iam:CreateUser"].map(id);
/// let granted = ActionSet::from_iter(granted);
/// let needed = DependentActions::of(catalog).needed(&kept, &granted);
/// assert_eq!(needed.len(), 1);
/// assert_eq!(catalog.action(needed[0].action).to_string(), "iam:PassRole");
/// assert_eq!(catalog.action(needed[0].by).to_string(), "lambda:CreateFunction");
/// ```
#[derive(Debug, Clone)]
pub struct DependentActions {
    version: String,
    date: String,
    /// Ascending, each once.
    pairs: Vec<Pair>,
    /// Whatever is needed by something.
    needed: ActionSet,
}

/// An action that must be kept because another one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Needed {
    /// What is needed.
    pub action: ActionId,
    /// What needs it: a kept action, or another needed one that is nearer to a kept action.
    pub by: ActionId,
}

impl DependentActions {
    /// The dependent actions of `catalog`. Any catalogue but the embedded one has those pairs of
    /// the embedded one of which it has both actions.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Cow<'static, Self> {
        let (embedded, own) = (Self::embedded(), Catalog::embedded());
        if std::ptr::eq(catalog, own) {
            return Cow::Borrowed(embedded);
        }
        Cow::Owned(embedded.translated(own, catalog))
    }

    /// The dependent actions of the [embedded catalogue](Catalog::embedded). The first call reads
    /// them (two or three milliseconds).
    ///
    /// # Panics
    ///
    /// Never: the tables are compiled in, and a test reads them.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static EMBEDDED: OnceLock<DependentActions> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            #[expect(
                clippy::expect_used,
                reason = "the tables are compiled in, and a test reads them"
            )]
            Self::parse(REFERENCE, OPERATIONS, SUPPLEMENT, Catalog::embedded())
                .expect("the tables are well-formed")
        })
    }

    /// Reads three tables in the formats of `dependent_actions.txt`, `operations.txt` and
    /// `supplement.txt`.
    ///
    /// # Errors
    ///
    /// The first line that is not in the format or names an action that `catalog` does not have.
    pub fn parse(
        reference: &str,
        operations: &str,
        supplement: &str,
        catalog: &Catalog,
    ) -> Result<Self, DependentActionsError> {
        let at = |table| {
            move |(line, fault): (usize, DependentActionsFault)| DependentActionsError {
                table,
                line,
                fault,
            }
        };
        let mut names = Names::of(catalog);
        let reference =
            reference::read(reference, &mut names).map_err(at(DependentActionsTable::Reference))?;
        let operations = reference::read(operations, &mut names)
            .map_err(at(DependentActionsTable::Operations))?;
        let groups = supplement::read(supplement, &mut names)
            .map_err(at(DependentActionsTable::Supplement))?;
        let mut pairs = reference.pairs;
        pairs.extend(operations.pairs);
        pairs.extend(groups.iter().flat_map(supplement::Group::pairs));
        // Two tables ascend already, which a stable sort makes use of.
        pairs.sort_by_key(|pair| u64::from(pair.by.0) << 32 | u64::from(pair.action.0));
        pairs.dedup();
        Ok(Self::of_pairs(reference.version, reference.date, pairs))
    }

    /// These pairs, which are of the catalogue `from`, as pairs of the catalogue `to`. A pair is
    /// left out if `to` lacks one of its actions.
    fn translated(&self, from: &Catalog, to: &Catalog) -> Self {
        let counterparts = counterparts(from, to);
        let translate = |id: ActionId| counterparts.get(id.index()).copied().flatten();
        // Both catalogues have one order, so the pairs still ascend.
        let pairs = self.pairs.iter().filter_map(|pair| {
            Some(Pair { by: translate(pair.by)?, action: translate(pair.action)? })
        });
        Self::of_pairs(&self.version, &self.date, pairs.collect())
    }

    fn of_pairs(version: &str, date: &str, pairs: Vec<Pair>) -> Self {
        let needed = pairs.iter().map(|pair| pair.action).collect();
        Self { version: version.to_owned(), date: date.to_owned(), pairs, needed }
    }

    /// The version of the npm package that the reference's table was made from.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day on which the reference's table was read from AWS's pages, as `YYYY-MM-DD`.
    #[must_use]
    pub fn date(&self) -> &str {
        &self.date
    }

    /// How many pairs there are of an action and one that it needs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether no action needs another.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// What `action` needs directly, ascending; never `action` itself.
    pub fn needed_by(&self, action: ActionId) -> impl Iterator<Item = ActionId> {
        let start = self.pairs.partition_point(|pair| pair.by < action);
        self.pairs
            .iter()
            .skip(start)
            .take_while(move |pair| pair.by == action)
            .map(|pair| pair.action)
    }

    /// The actions of `granted` that `kept` needs, directly or by way of other actions of
    /// `granted`. They ascend, and actions of `kept` itself are not among them.
    ///
    /// Nobody can call an action that is not granted, so nothing is looked up for it. Each needed
    /// action comes with the one that needs it on the shortest way from `kept`; of several, with
    /// the lowest. So following `by` always ends at a kept action. Together with what is returned,
    /// `kept` needs nothing more.
    #[must_use]
    pub fn needed(&self, kept: &ActionSet, granted: &ActionSet) -> Vec<Needed> {
        let mut all = Vec::new();
        let mut missing = granted.difference(kept).intersection(&self.needed);
        let mut latest = kept.clone();
        while !latest.is_empty() && !missing.is_empty() {
            let mut found = ActionSet::empty();
            for &Pair { by, action } in &self.pairs {
                // The pairs ascend, so the first to find an action is the lowest of this round.
                if missing.contains(action) && latest.contains(by) && found.insert(action) {
                    all.push(Needed { action, by });
                }
            }
            missing -= &found;
            latest = found;
        }
        all.sort_unstable();
        all
    }
}

/// For each action of `from`, in its order, the same action of `to`.
fn counterparts(from: &Catalog, to: &Catalog) -> Vec<Option<ActionId>> {
    let mut counterparts = vec![None; from.len()];
    for service in to.services() {
        let Some(counterpart) = from.service(&service.namespace) else { continue };
        let mut after = counterpart.actions.start;
        for id in service.ids() {
            let name = to.name(id);
            let found = from
                .find_from(after, counterpart, name)
                .or_else(|| from.find_in(counterpart, name));
            let Some(found) = found else { continue };
            after = found;
            if let Some(slot) = counterparts.get_mut(found.index()) {
                *slot = Some(id);
            }
        }
    }
    counterparts
}
