//! Which IAM actions a call uses, by the name that CloudTrail or an SDK has for it.
//!
//! Most calls are named as their action is. What differs stands in three tables, compiled in:
//!
//! - `names/operations.txt`, made by `cargo xtask calls` from AWS's service reference: operations
//!   whose own actions have other names (`s3.HeadBucket s3:ListBucket`);
//! - `names/supplement.txt`, written by hand: names that only CloudTrail has, and operations of
//!   which the reference lists more than they are for;
//! - `names/services.txt`: event sources and service ids that are not the IAM prefix.
//!
//! What an operation needs besides its own actions is not here: the dependent actions know that.

mod table;

use leastwise_policy::action::Action;
use leastwise_policy::catalog::Catalog;
use std::sync::OnceLock;
use table::{Calls, Prefixes, Services};

const OPERATIONS: &str = include_str!("names/operations.txt");
const SUPPLEMENT: &str = include_str!("names/supplement.txt");
const SERVICES: &str = include_str!("names/services.txt");

/// What a call means in IAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// It uses these actions. Several where AWS lists several for the operation and the call's name
    /// does not say which one it was: then any of them may have been.
    Actions(Vec<Action>),
    /// It uses something of these services, by their IAM prefixes: which action is not known.
    Services(Vec<String>),
    /// No policy of the caller's can allow or deny it, such as signing in to the console.
    NoAction,
    /// Not even the service is known.
    Unknown,
}

/// Knows the names of calls.
#[derive(Debug)]
pub struct Names {
    catalog: &'static Catalog,
    calls: Calls,
    events: Services,
    sdk: Services,
}

impl Names {
    /// The tables that are compiled in. The first call reads them.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static EMBEDDED: OnceLock<Names> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            let [events, sdk] = table::services(SERVICES);
            let calls = table::calls([OPERATIONS, SUPPLEMENT]);
            Self { catalog: Catalog::embedded(), calls, events, sdk }
        })
    }

    /// What an event of CloudTrail means, by its `eventSource` and `eventName`.
    ///
    /// ```
    /// use leastwise_trails::names::{Meaning, Names};
    ///
    /// let meaning = Names::embedded().of_event("lambda.amazonaws.com", "ListFunctions20150331");
    /// assert_eq!(meaning, Meaning::Actions(vec!["lambda:ListFunctions".parse()?]));
    /// # Ok::<(), leastwise_policy::action::ActionError>(())
    /// ```
    #[must_use]
    pub fn of_event(&self, source: &str, name: &str) -> Meaning {
        let service = source.trim().to_ascii_lowercase();
        let service = ["com.cn", "com"].iter().find_map(|end| service.strip_suffix(end));
        let Some(service) = service.and_then(|it| it.strip_suffix(".amazonaws.")) else {
            return Meaning::Unknown;
        };
        self.meaning(self.prefixes_of_source(service), name)
    }

    /// What a call of an SDK means, by the SDK's `serviceId` and the operation.
    ///
    /// ```
    /// use leastwise_trails::names::{Meaning, Names};
    ///
    /// let meaning = Names::embedded().of_sdk_call("CloudWatch Logs", "DescribeLogGroups");
    /// assert_eq!(meaning, Meaning::Actions(vec!["logs:DescribeLogGroups".parse()?]));
    /// # Ok::<(), leastwise_policy::action::ActionError>(())
    /// ```
    #[must_use]
    pub fn of_sdk_call(&self, service_id: &str, operation: &str) -> Meaning {
        let id = service_id.trim().to_ascii_lowercase();
        let prefixes = self.sdk.get(id.as_str()).cloned().or_else(|| {
            let spellings = [id.replace(' ', "-"), id.replace(' ', "")];
            spellings.iter().find_map(|name| self.prefix(name))
        });
        self.meaning(prefixes, operation)
    }

    /// An event source is an endpoint's name, and now and then one with a word before or after it:
    /// `runtime.lex`.
    fn prefixes_of_source(&self, source: &str) -> Option<Prefixes> {
        let of = |name: &str| self.events.get(name).cloned().or_else(|| self.prefix(name));
        of(source).or_else(|| source.split('.').find_map(of))
    }

    fn prefix(&self, name: &str) -> Option<Prefixes> {
        let service = self.catalog.service(name)?;
        Some(Prefixes { names: vec![&service.namespace], all: false })
    }

    fn meaning(&self, prefixes: Option<Prefixes>, name: &str) -> Meaning {
        let Some(prefixes) = prefixes else { return Meaning::Unknown };
        let known = prefixes.names.iter().filter_map(|prefix| self.actions(prefix, name));
        let known: Vec<Vec<Action>> = known.take(if prefixes.all { 9 } else { 1 }).collect();
        if known.is_empty() {
            let known = prefixes.names.iter().filter_map(|prefix| self.catalog.service(prefix));
            return Meaning::Services(known.map(|it| it.namespace.clone()).collect());
        }
        let actions: Vec<Action> = known.into_iter().flatten().collect();
        if actions.is_empty() { Meaning::NoAction } else { Meaning::Actions(actions) }
    }

    /// The actions of a call under one prefix; none at all where it has no action.
    fn actions(&self, prefix: &str, name: &str) -> Option<Vec<Action>> {
        let exact = self.exactly(prefix, name);
        let found = exact.or_else(|| self.exactly(prefix, without_version(name)?));
        found.or_else(|| self.calls.get(&format!("{prefix}.*")).cloned())
    }

    fn exactly(&self, prefix: &str, name: &str) -> Option<Vec<Action>> {
        let call = format!("{prefix}.{name}").to_ascii_lowercase();
        if let Some(actions) = self.calls.get(&call) {
            return Some(actions.clone());
        }
        let id = self.catalog.find(&format!("{prefix}:{name}"))?;
        Some(vec![self.catalog.action(id).to_string().parse().ok()?])
    }
}

/// The name without the version of the API that some services put after it:
/// `GetFunction20150331v2`, `ListDistributions2020_05_31`.
fn without_version(name: &str) -> Option<&str> {
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    let revised = name.rsplit_once('v').filter(|(_, it)| !it.is_empty() && digits(it));
    let dated = revised.map_or(name, |(before, _)| before);
    let at = dated.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').len();
    let (plain, date) = dated.split_at_checked(at)?;
    let date = date.strip_prefix('_').unwrap_or(date);
    let is_date = match date.len() {
        8 => digits(date),
        10 => date.split('_').map(str::len).eq([4, 2, 2]),
        _ => false,
    };
    (is_date && date.starts_with(['1', '2']) && !plain.is_empty()).then_some(plain)
}

#[cfg(test)]
mod tests;
