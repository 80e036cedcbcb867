//! Permissions that something else than an API of AWS checks.
//!
//! IAM's report promises "attempts to access an AWS API" and nothing else. A database that checks a
//! token, a broker, a file system or a search domain asks IAM for a decision without one. So a row
//! of the report without a date says nothing of such a permission; a date is use as ever.
//!
//! The table `checked_elsewhere/table.txt` is compiled in. A group is a reason:
//!
//! ```text
//! group: Sign-in to a database
//! why: The database checks the token of who signs in, and no API of AWS is called.
//! source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
//! for: rds-db:*
//! ```
//!
//! A `for:` line has one or more patterns. Which permissions to look at first: those that AWS's
//! service reference lists without an operation that they authorize, and without last accessed
//! information.
//!
//! Source on what the report holds:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.

use crate::action_set::ActionSet;
use crate::catalog::Catalog;
use crate::pattern::Pattern;
use std::borrow::Cow;
use std::sync::OnceLock;

const TABLE: &str = include_str!("checked_elsewhere/table.txt");

/// The actions of `catalog` that something else than an API of AWS checks.
///
/// ```
/// use leastwise_policy::{catalog::Catalog, checked_elsewhere::checked_elsewhere};
///
/// let catalog = Catalog::embedded();
/// let elsewhere = checked_elsewhere(catalog);
/// let is = |action| catalog.find(action).is_some_and(|id| elsewhere.contains(id));
/// assert!(is("rds-db:connect") && is("kafka-cluster:ReadData") && is("es:ESHttpGet"));
/// assert!(!is("rds:DescribeDBInstances") && !is("sqs:SendMessage"));
/// ```
#[must_use]
pub fn checked_elsewhere(catalog: &Catalog) -> Cow<'static, ActionSet> {
    static EMBEDDED: OnceLock<ActionSet> = OnceLock::new();
    if std::ptr::eq(catalog, Catalog::embedded()) {
        return Cow::Borrowed(EMBEDDED.get_or_init(|| matching(catalog)));
    }
    Cow::Owned(matching(catalog))
}

/// Whether something else than an API of AWS checks an action that `pattern` matches, which need
/// not be in any catalogue.
///
/// ```
/// use leastwise_policy::checked_elsewhere::may_be_checked_elsewhere;
///
/// let may_be = |pattern: &str| pattern.parse().map(|it| may_be_checked_elsewhere(&it));
/// assert!(may_be("kafka-cluster:NewAction")? && may_be("dsql:Db*")?);
/// assert!(!may_be("kafka:NewAction")?);
/// # Ok::<(), leastwise_policy::pattern::PatternError>(())
/// ```
#[must_use]
pub fn may_be_checked_elsewhere(pattern: &Pattern) -> bool {
    patterns().iter().any(|elsewhere| elsewhere.overlaps(pattern))
}

fn matching(catalog: &Catalog) -> ActionSet {
    let mut all = ActionSet::empty();
    for pattern in patterns() {
        all |= &pattern.actions(catalog);
    }
    all
}

/// The patterns of the table. A test shows that all its words are patterns.
fn patterns() -> &'static [Pattern] {
    static PATTERNS: OnceLock<Vec<Pattern>> = OnceLock::new();
    PATTERNS.get_or_init(|| words().filter_map(|word| word.parse().ok()).collect())
}

/// The words of the `for:` lines.
fn words() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter_map(|line| line.strip_prefix("for: ")).flat_map(|line| line.split(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::CatalogAction;

    fn actions() -> impl Iterator<Item = CatalogAction<'static>> {
        let catalog = Catalog::embedded();
        catalog
            .ids()
            .filter(|id| checked_elsewhere(catalog).contains(*id))
            .map(|id| catalog.action(id))
    }

    #[test]
    fn every_word_of_the_table_is_a_pattern_of_some_action() {
        for word in words() {
            let pattern: Pattern = word.parse().unwrap();
            assert!(!pattern.actions(Catalog::embedded()).is_empty(), "{word}");
        }
        assert_eq!(patterns().len(), words().count());
    }

    #[test]
    fn every_group_has_its_reason_and_a_page_of_aws() {
        let groups: Vec<_> = TABLE.split("\n\n").filter(|text| text.starts_with("group")).collect();
        let titles: std::collections::BTreeSet<_> =
            groups.iter().map(|group| group.lines().next().unwrap()).collect();
        assert_eq!(titles.len(), groups.len());
        assert_eq!(groups.len(), TABLE.matches("\ngroup: ").count());
        for group in groups {
            let keys: Vec<_> = group.lines().map(|line| line.split(": ").next().unwrap()).collect();
            let mut kinds = keys.clone();
            kinds.dedup();
            assert_eq!(kinds, ["group", "why", "source", "for"], "{group}");
            let sources = group.lines().filter_map(|line| line.strip_prefix("source: "));
            for source in sources {
                assert!(source.starts_with("https://docs.aws.amazon.com/"), "{source}");
            }
        }
    }

    /// What IAM tracks action by action is called through an API.
    #[test]
    fn nothing_that_iam_tracks_is_checked_elsewhere() {
        let tracked: Vec<_> = actions().filter(|action| action.tracked_since.is_some()).collect();
        assert_eq!(tracked, []);
    }

    #[test]
    fn a_name_is_checked_elsewhere_as_the_catalogues_action_is() {
        let catalog = Catalog::embedded();
        for id in catalog.ids() {
            let pattern = catalog.action(id).to_string().parse().unwrap();
            let expected = checked_elsewhere(catalog).contains(id);
            assert_eq!(may_be_checked_elsewhere(&pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn of_a_wildcard_it_is_enough_that_a_part_may_be() {
        for (pattern, expected) in
            [("RDS-DB:New*", true), ("dsql:*", true), ("dsql:Get*", false), ("*", true)]
        {
            assert_eq!(may_be_checked_elsewhere(&pattern.parse().unwrap()), expected, "{pattern}");
        }
    }

    #[test]
    fn another_catalogue_has_those_of_its_actions() {
        let text = "# version: 1\n# date: 2026-09-26\ndax:\nCreateCluster write\nGetItem read\n";
        let small = Catalog::parse(text).unwrap();
        let expected = [small.find("dax:GetItem").unwrap()].into_iter().collect::<ActionSet>();
        assert_eq!(*checked_elsewhere(&small), expected);
    }
}
