//! The tags in which a principal carries how it was judged.
//!
//! `Permissions_…` and `…ServiceAccessedN` are the keys of the older scripts, and mean what they
//! meant there.

use super::keys::{
    COVERAGE_TAG, GRANTED_TAG, GRANTS_TAG, HELD_UNTIL_TAG, INDEX_TAG, MAX_TAGS, PLANNED_FOR_TAG,
    PLANNED_TAG, PREVIOUS_BOUNDARY_TAG, QUARANTINED_TAG, UNUSED_TAG,
};
use crate::iam::{Principal, PrincipalKind};
use crate::score::Score;
use std::collections::{BTreeMap, BTreeSet};

/// The tags that say how a principal was judged. They are written together or not at all.
const JUDGEMENT: [&str; 4] = [COVERAGE_TAG, GRANTED_TAG, UNUSED_TAG, INDEX_TAG];

/// The tags that a principal may need room for: without the record of what stood before, no
/// boundary is attached, and without the owner's exemption it would be.
const RESERVED: [&str; 8] = [
    PREVIOUS_BOUNDARY_TAG,
    HELD_UNTIL_TAG,
    GRANTS_TAG,
    PLANNED_FOR_TAG,
    PLANNED_TAG,
    QUARANTINED_TAG,
    "leastwise:exempt-until",
    "leastwise:exempt-reason",
];

/// What is to be done to the tags of a principal. What is there as it should be is in neither.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagChanges {
    /// Keys to remove. First, since IAM takes no more than 50 tags even for a moment.
    pub remove: BTreeSet<String>,
    /// Keys and values to set.
    pub set: BTreeMap<String, String>,
    /// Whether the principal has so many other tags that it can carry none of these.
    pub no_room: bool,
}

/// Plans the tags of a judged principal whose tags are `present`: those that say how it was judged,
/// and with `used`, the namespaces of the services it uses, one for each of these, numbered in the
/// order of their names.
///
/// There are never more than 50 tags in all, with room left for every other tag of Leastwise.
/// Services that do not fit have no tag. Without `used`, tags of services are left alone.
#[must_use]
pub fn changes(
    kind: PrincipalKind,
    present: &BTreeMap<String, String>,
    score: &Score,
    used: Option<&[&str]>,
) -> TagChanges {
    let is_ours = |key: &str| {
        is_judgement(key) || used.is_some() && service_number(key, service_prefix(kind)).is_some()
    };
    let others = present.keys().filter(|key| !is_ours(key)).count();
    let reserved =
        RESERVED.iter().filter(|wanted| !present.keys().any(|key| same(key, wanted))).count();
    let room = MAX_TAGS.saturating_sub(others + reserved);
    let wanted = match score.index {
        Some(_) if room >= JUDGEMENT.len() => wanted(kind, score, used.unwrap_or_default(), room),
        _ => BTreeMap::new(),
    };
    TagChanges {
        remove: present
            .keys()
            .filter(|key| is_ours(key) && !wanted.keys().any(|wanted| same(key, wanted)))
            .cloned()
            .collect(),
        no_room: wanted.is_empty(),
        set: wanted.into_iter().filter(|(key, value)| present.get(key) != Some(value)).collect(),
    }
}

fn wanted(
    kind: PrincipalKind,
    score: &Score,
    used: &[&str],
    room: usize,
) -> BTreeMap<String, String> {
    let number =
        |number: Option<usize>| number.map_or_else(|| "n/a".to_owned(), |it| it.to_string());
    let judgement = [
        (COVERAGE_TAG, number(score.coverage_percent())),
        (GRANTED_TAG, number(Some(score.granted))),
        (UNUSED_TAG, number(Some(score.idle()))),
        (INDEX_TAG, number(score.index.map(|index| usize::from(index.value())))),
    ];
    let judgement = judgement.map(|(key, value)| (key.to_owned(), value));
    let used: BTreeSet<&str> = used.iter().copied().collect();
    let services = used.into_iter().take(room - JUDGEMENT.len()).zip(1..).map(
        |(service, number): (&str, usize)| {
            (format!("{}{number}", service_prefix(kind)), service.to_owned())
        },
    );
    judgement.into_iter().chain(services).collect()
}

/// Whether nothing about the principal changed since it was read as `earlier`, the tags apart in
/// which it carries how it was judged: an evaluation may write these at any time, and they decide
/// nothing.
#[must_use]
pub fn is_unchanged_since(principal: &Principal, earlier: &Principal) -> bool {
    let without_status = |principal: &Principal| {
        let mut principal = principal.clone();
        principal.tags.retain(|key, _| !is_status_tag(key));
        principal
    };
    without_status(principal) == without_status(earlier)
}

/// Whether `key` is one that says how a principal was judged, or what it uses. Such a tag may
/// change at any time, and changes nothing about the principal.
#[must_use]
pub fn is_status_tag(key: &str) -> bool {
    let prefixes = [PrincipalKind::User, PrincipalKind::Role].map(service_prefix);
    is_judgement(key) || prefixes.iter().any(|prefix| service_number(key, prefix).is_some())
}

fn is_judgement(key: &str) -> bool {
    JUDGEMENT.iter().any(|ours| same(key, ours))
}

/// What the keys that name used services begin with.
fn service_prefix(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User => "userServiceAccessed",
        PrincipalKind::Role => "roleServiceAccessed",
    }
}

/// The number in a key that names a used service.
fn service_number<'a>(key: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, number) = key.split_at_checked(prefix.len())?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (same(start, prefix) && is_number).then_some(number)
}

/// Keys that differ in case alone are one key to IAM.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules_case-sensitivity>.
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Score;
    use crate::settings::{Judging, Weighting};
    use crate::testing::{allow, as_of, evidence, user};
    use crate::usage::PrincipalUsage;
    use leastwise_policy::catalog::Catalog;
    use proptest::prelude::*;

    /// Of three granted services one is used: index 67 if all count the same.
    fn score() -> Score {
        let principal = user([allow(&["s3:*", "sqs:*", "kms:*"])]);
        let report = evidence(&[("s3", Some(1)), ("sqs", None), ("kms", Some(300))]);
        let catalog = Catalog::embedded();
        let usage = PrincipalUsage::of(&principal, &report, &Judging::default(), as_of(), catalog);
        Score::of(&usage.unwrap().services, Weighting::Uniform)
    }

    fn tags(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
        tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn numbered(count: usize) -> BTreeMap<String, String> {
        (0..count).map(|number| (format!("own-{number}"), String::new())).collect()
    }

    /// The tags once the changes are made, with the rules that IAM has for each of the two calls.
    fn after(present: &BTreeMap<String, String>, changes: &TagChanges) -> BTreeMap<String, String> {
        let mut tags = present.clone();
        tags.retain(|key, _| !changes.remove.contains(key));
        for (key, value) in &changes.set {
            tags.retain(|there, _| !same(there, key));
            tags.insert(key.clone(), value.clone());
        }
        tags
    }

    const JUDGED: [(&str, &str); 4] = [
        ("Permissions_Coverage_Percent", "33"),
        ("Permissions_Granted", "3"),
        ("Permissions_Unused", "2"),
        ("leastwise:index", "67"),
    ];

    #[test]
    fn a_principal_carries_coverage_granted_unused_and_index_under_the_older_keys() {
        let present = tags(&[("team", "payments")]);
        let changed = changes(PrincipalKind::User, &present, &score(), None);
        let expected = TagChanges { remove: BTreeSet::new(), set: tags(&JUDGED), no_room: false };
        assert_eq!(changed, expected);
    }

    #[test]
    fn where_nothing_is_granted_coverage_is_not_applicable() {
        let nothing = Score::of(&[], Weighting::Risk);
        let changed = changes(PrincipalKind::Role, &BTreeMap::new(), &nothing, None);
        assert_eq!(
            changed.set,
            tags(&[
                ("Permissions_Coverage_Percent", "n/a"),
                ("Permissions_Granted", "0"),
                ("Permissions_Unused", "0"),
                ("leastwise:index", "0"),
            ])
        );
    }

    #[test]
    fn only_values_that_changed_are_written_and_nothing_when_none_did() {
        let mut present = tags(&JUDGED);
        assert_eq!(changes(PrincipalKind::User, &present, &score(), None), TagChanges::default());
        present.insert("leastwise:index".to_owned(), "12".to_owned());
        let changed = changes(PrincipalKind::User, &present, &score(), None);
        assert_eq!((changed.set, changed.remove), (tags(&[("leastwise:index", "67")]), [].into()));
    }

    #[test]
    fn used_services_are_numbered_in_the_order_of_their_names_and_stale_tags_removed() {
        let mut present = tags(&JUDGED);
        present.extend(tags(&[
            ("userServiceAccessed1", "s3"),
            ("userServiceAccessed2", "ec2"),
            ("userServiceAccessed3", "sqs"),
            ("userServiceAccessedOften", "not a number"),
            ("roleServiceAccessed1", "of a role"),
        ]));
        let used = Some(["s3", "iam"].as_slice());
        let changed = changes(PrincipalKind::User, &present, &score(), used);
        assert_eq!(
            changed,
            TagChanges {
                remove: ["userServiceAccessed3".to_owned()].into(),
                set: tags(&[("userServiceAccessed1", "iam"), ("userServiceAccessed2", "s3")]),
                no_room: false,
            }
        );
        let unasked = changes(PrincipalKind::User, &present, &score(), None);
        assert_eq!(unasked, TagChanges::default());
    }

    #[test]
    fn service_tags_leave_room_for_every_other_tag_of_leastwise() {
        let services: Vec<String> = (0..60).map(|number| format!("service{number:02}")).collect();
        let services: Vec<&str> = services.iter().map(String::as_str).collect();
        let count = |present: &BTreeMap<String, String>| {
            changes(PrincipalKind::User, present, &score(), Some(&services)).set.len()
        };
        assert_eq!(count(&BTreeMap::new()), 42);
        assert_eq!(count(&tags(&[("leastwise:previous-boundary", "none")])), 42);
        assert_eq!(count(&numbered(10)), 32);
        assert_eq!(count(&numbered(38)), 4);
    }

    #[test]
    fn a_principal_with_too_many_tags_of_its_own_carries_none_of_ours() {
        let mut present = numbered(39);
        let none = TagChanges { no_room: true, ..TagChanges::default() };
        assert_eq!(changes(PrincipalKind::User, &present, &score(), None), none);
        present.insert("Permissions_Granted".to_owned(), "3".to_owned());
        let changed = changes(PrincipalKind::User, &present, &score(), None);
        assert_eq!(
            changed,
            TagChanges { remove: ["Permissions_Granted".to_owned()].into(), ..none }
        );
    }

    #[test]
    fn keys_that_iam_takes_for_ours_are_ours_in_any_case() {
        assert!(is_status_tag("permissions_granted") && is_status_tag("USERserviceACCESSED12"));
        assert!(is_status_tag("leastwise:index") && is_status_tag("roleServiceAccessed1"));
        for other in
            ["leastwise:previous-boundary", "leastwise:exempt-until", "userServiceAccessed", "team"]
        {
            assert!(!is_status_tag(other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn there_are_never_more_than_fifty_tags_and_planning_again_changes_nothing(
            own in 0_usize..50,
            ours in proptest::collection::btree_map("(user|role)ServiceAccessed[1-9][0-9]?|(P|p)ermissions_Granted|leastwise:(index|planned|exempt-until)", "[a-z0-9]{1,4}", 0..20),
            used in proptest::collection::btree_set("[a-z]{2,8}", 0..60),
            with_services: bool,
        ) {
            let mut present = numbered(own);
            present.extend(ours.into_iter().take(50 - own));
            let used: Vec<&str> = used.iter().map(String::as_str).collect();
            let used = with_services.then_some(used.as_slice());
            let changed = changes(PrincipalKind::User, &present, &score(), used);
            let tags = after(&present, &changed);
            prop_assert!(tags.len() <= MAX_TAGS);
            prop_assert!(changed.set.keys().all(|key| !changed.remove.contains(key)));
            // What is not ours is as it was.
            let others = |tags: &BTreeMap<String, String>| tags.iter().filter(|(key, _)| !is_status_tag(key)).map(|(key, value)| (key.clone(), value.clone())).collect::<Vec<_>>();
            prop_assert_eq!(others(&tags), others(&present));
            let again = changes(PrincipalKind::User, &tags, &score(), used);
            prop_assert_eq!(again, TagChanges { no_room: changed.no_room, ..TagChanges::default() });
        }
    }
}
