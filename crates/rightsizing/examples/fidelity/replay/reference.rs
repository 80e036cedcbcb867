//! What AWS publishes of actions, operations and Regions. Read from tables that others keep, so that the
//! draw shares nothing with the planner's own.

use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// The old names of services whose actions stand beside the new ones: either will do.
///
/// Sources: <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/migrate-granularaccess-whatis.html>,
/// <https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/welcome.html>.
const RENAMED: [&str; 2] = ["aws-portal", "sso-directory"];

/// An action, as AWS's service reference has it.
#[derive(Debug)]
pub(crate) struct Action {
    /// `service:Name`.
    pub(crate) name: String,
    pub(crate) level: String,
    /// Since when IAM tracks its last access; `None`: it does not.
    pub(crate) tracked_since: Option<NaiveDate>,
    /// Whether IAM Access Analyzer names it in policies that it generates from a trail.
    pub(crate) is_generated: bool,
    pub(crate) resource_types: Vec<String>,
}

impl Action {
    pub(crate) fn service(&self) -> &str {
        halves(&self.name).0
    }

    pub(crate) fn bare_name(&self) -> &str {
        halves(&self.name).1
    }

    /// Whether a call of it is known for a management event: IAM tracks single actions by these only, and policies are
    /// generated from these only. What is not known for one is taken for a data event.
    ///
    /// Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-action-last-accessed.html>,
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html>.
    pub(crate) fn is_management(&self) -> bool {
        self.tracked_since.is_some() || self.is_generated
    }
}

/// An API operation and what it may authorize.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The action of the same name, or the only one.
    pub(crate) own: usize,
    /// All others, but those that are another name of the same.
    pub(crate) others: Vec<usize>,
}

/// The tables.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) actions: Vec<Action>,
    by_name: HashMap<String, usize>,
    services: BTreeMap<String, Range<usize>>,
    pub(crate) operations: Vec<Operation>,
    /// The actions that some operation is named after.
    callable: BTreeSet<usize>,
    /// The Regions in which IAM tracks.
    pub(crate) regions: BTreeSet<String>,
}

impl Reference {
    /// Reads the three tables; lines that begin with `#` are comments.
    pub(crate) fn of(actions: &str, operations: &str, regions: &str) -> Self {
        let mut actions: Vec<Action> = lines(actions).filter_map(action).collect();
        actions.sort_by(|one, other| {
            (one.service(), one.bare_name()).cmp(&(other.service(), other.bare_name()))
        });
        let by_name: HashMap<String, usize> =
            actions.iter().zip(0..).map(|(it, place)| (it.name.clone(), place)).collect();
        let mut services: BTreeMap<String, Range<usize>> = BTreeMap::new();
        for (place, action) in actions.iter().enumerate() {
            let range = services.entry(action.service().to_owned()).or_insert(place..place);
            range.end = place + 1;
        }
        let operations: Vec<Operation> =
            lines(operations).filter_map(|line| operation(line, &by_name)).collect();
        let callable = operations.iter().map(|operation| operation.own).collect();
        let regions = lines(regions).filter_map(|line| line.split('\t').next());
        // No account of the partition `aws`, in which the principals are, has others.
        let regions = regions.filter(|region| !region.starts_with("us-gov-"));
        let regions = regions.map(str::to_owned).collect();
        Self { actions, by_name, services, operations, callable, regions }
    }

    pub(crate) fn action(&self, place: usize) -> &Action {
        self.actions.get(place).expect("a place is one of the table")
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Whether a principal can call it: some operation bears its name.
    pub(crate) fn is_callable(&self, place: usize) -> bool {
        self.callable.contains(&place)
    }

    /// The services and the places of their actions.
    pub(crate) fn services(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.services.iter().map(|(name, range)| (name.as_str(), range.clone()))
    }

    pub(crate) fn service(&self, name: &str) -> Range<usize> {
        self.services.get(name).cloned().unwrap_or_default()
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn halves(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or((name, ""))
}

fn action(line: &str) -> Option<Action> {
    let mut cells = line.split('\t');
    let (name, level, since) = (cells.next()?, cells.next()?, cells.next()?);
    let is_generated = cells.next()? == "yes";
    let types = cells.nth(1)?.split(',').filter(|name| *name != "-");
    Some(Action {
        name: name.to_owned(),
        level: level.to_owned(),
        tracked_since: since.parse().ok(),
        is_generated,
        resource_types: types.map(str::to_owned).collect(),
    })
}

fn operation(line: &str, by_name: &HashMap<String, usize>) -> Option<Operation> {
    let (operation, actions) = line.split_once('\t')?;
    let name = operation.split_once('.')?.1;
    let actions: Vec<(&str, usize)> =
        actions.split(',').filter_map(|it| Some((it, *by_name.get(it)?))).collect();
    let own = actions.iter().find(|(action, _)| halves(action).1 == name);
    let own = own.or(if actions.len() == 1 { actions.first() } else { None })?;
    let is_alternative = |other: &str| {
        let (service, bare) = halves(other);
        let is_renamed = RENAMED.contains(&service);
        bare == name || is_renamed || (service == "es" && halves(own.0).0 == "es")
    };
    let others = actions.iter().filter(|(it, place)| *place != own.1 && !is_alternative(it));
    Some(Operation { own: own.1, others: others.map(|(_, place)| *place).collect() })
}
