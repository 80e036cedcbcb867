//! Where creep comes from: how many points of the index are granted to the principal directly, and
//! how many by which group.
//!
//! What is idle of a service counts for the direct grant if any policy attached to the principal
//! itself, inline or managed, allows any of it: leaving a group would not take it away. Otherwise
//! it counts for the group that allows any of it, of several for the one whose name comes first. So
//! each point counts once, and all of them together are the index.

use super::grant::{Grant, idle};
use super::index::Driver;
use crate::iam::GrantingPolicy;
use crate::usage::PrincipalUsage;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The points of the index that come by one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The group by way of which they come; `None` for what is granted directly.
    pub group: Option<String>,
    /// How many points.
    pub points: u8,
}

/// Shares the points of `drivers` out among the ways by which the policies grant them. Most points
/// first, of equal points those granted directly first, then by name.
#[must_use]
pub fn shares(
    policies: &[GrantingPolicy],
    usage: &PrincipalUsage,
    drivers: &[Driver],
    catalog: &Catalog,
) -> Vec<Share> {
    let ways = ways(policies, catalog);
    let mut points: BTreeMap<Option<&str>, u8> = BTreeMap::new();
    for driver in drivers.iter().filter(|driver| driver.points > 0) {
        let service = usage.services.iter().find(|it| it.namespace == driver.service);
        let way = service
            .and_then(|service| {
                let idle = idle(service, usage, catalog);
                ways.iter().find(|way| way.grant.allows(&service.namespace, &idle, catalog))
            })
            .and_then(|way| way.group);
        *points.entry(way).or_default() += driver.points;
    }
    let mut shares: Vec<Share> = points
        .into_iter()
        .map(|(group, points)| Share { group: group.map(ToOwned::to_owned), points })
        .collect();
    shares.sort_by_key(|share| Reverse(share.points));
    shares
}

/// The group by way of which at least half of the index comes.
#[must_use]
pub fn main_group(shares: &[Share]) -> Option<&str> {
    let all: u32 = shares.iter().map(|share| u32::from(share.points)).sum();
    let most = shares.iter().find(|share| share.group.is_some())?;
    (u32::from(most.points) * 2 >= all).then_some(most.group.as_deref()?)
}

/// All that is granted in one way: directly, or by one group.
struct Way<'a> {
    group: Option<&'a str>,
    grant: Grant,
}

/// Direct grants first, then the groups in the order of their names.
fn ways<'a>(policies: &'a [GrantingPolicy], catalog: &Catalog) -> Vec<Way<'a>> {
    let mut documents: BTreeMap<Option<&str>, Vec<&Document>> = BTreeMap::new();
    for policy in policies {
        let known = policy.document.as_ref().ok();
        documents.entry(policy.source.group()).or_default().extend(known);
    }
    let way = |(group, documents)| Way { group, grant: Grant::of(documents, catalog) };
    documents.into_iter().map(way).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Evidence;
    use crate::iam::{PolicySource, Principal};
    use crate::score::Score;
    use crate::settings::{Judging, Weighting};
    use crate::testing::{allow, as_of, evidence, evidence_of_actions, user};

    /// The user with what these groups grant beside.
    fn member(direct: &[&str], groups: &[(&str, &[&str])]) -> Principal {
        let mut principal = user([allow(direct)]);
        principal.policies.extend(groups.iter().map(|(group, actions)| GrantingPolicy {
            source: PolicySource::GroupInline { group: (*group).into(), name: "team".into() },
            document: Ok(allow(actions)),
        }));
        principal
    }

    fn shares_of(principal: &Principal, report: &Evidence) -> (u8, Vec<(String, u8)>) {
        let catalog = Catalog::embedded();
        let usage =
            PrincipalUsage::of(principal, report, &Judging::default(), as_of(), catalog).unwrap();
        let score = Score::of(&usage.services, Weighting::Uniform);
        let shares = shares(&principal.policies, &usage, &score.drivers, catalog);
        let shares = shares
            .into_iter()
            .map(|share| (share.group.unwrap_or_else(|| "(direct)".to_owned()), share.points));
        (score.index.unwrap().value(), shares.collect())
    }

    fn named(shares: &[(&str, u8)]) -> Vec<(String, u8)> {
        shares.iter().map(|(group, points)| ((*group).to_owned(), *points)).collect()
    }

    #[test]
    fn the_points_of_the_index_are_shared_out_among_groups_and_direct_grants() {
        let principal =
            member(&["s3:*", "sns:*"], &[("ops", &["sqs:*"]), ("devs", &["kms:*", "ec2:*"])]);
        let report = evidence(&[
            ("s3", Some(1)),
            ("sns", None),
            ("sqs", None),
            ("kms", None),
            ("ec2", None),
        ]);
        let shares = named(&[("devs", 40), ("(direct)", 20), ("ops", 20)]);
        assert_eq!(shares_of(&principal, &report), (80, shares));
    }

    #[test]
    fn a_service_granted_directly_and_by_a_group_counts_for_the_direct_grant() {
        let principal = member(&["sqs:SendMessage"], &[("devs", &["sqs:*", "kms:*"])]);
        let report = evidence(&[("sqs", None), ("kms", None)]);
        let shares = named(&[("(direct)", 50), ("devs", 50)]);
        assert_eq!(shares_of(&principal, &report), (100, shares));
    }

    #[test]
    fn a_service_granted_by_two_groups_counts_once_for_the_first_by_name() {
        let principal = member(&["s3:*"], &[("ops", &["sqs:*"]), ("devs", &["sqs:*"])]);
        let report = evidence(&[("s3", Some(1)), ("sqs", None)]);
        assert_eq!(shares_of(&principal, &report), (50, named(&[("devs", 50)])));
    }

    #[test]
    fn of_a_service_that_is_idle_in_part_only_the_idle_part_counts() {
        let principal = member(&["sqs:SendMessage"], &[("devs", &["sqs:PurgeQueue"])]);
        let report = evidence_of_actions(&[(
            "sqs",
            Some(1),
            &[("SendMessage", Some(1)), ("PurgeQueue", None)],
        )]);
        assert_eq!(shares_of(&principal, &report), (50, named(&[("devs", 50)])));
    }

    #[test]
    fn what_the_catalogue_does_not_know_counts_for_who_names_it() {
        let principal = member(&["s3:*"], &[("devs", &["brandnew:*"])]);
        let report = evidence(&[("s3", Some(1)), ("brandnew", None)]);
        assert_eq!(shares_of(&principal, &report), (50, named(&[("devs", 50)])));
    }

    #[test]
    fn nothing_idle_comes_from_nowhere() {
        let principal = member(&["s3:*"], &[("devs", &["sqs:*"])]);
        let report = evidence(&[("s3", Some(1)), ("sqs", Some(1))]);
        assert_eq!(shares_of(&principal, &report), (0, Vec::new()));
    }

    #[test]
    fn a_group_is_the_main_one_from_half_of_the_index_on() {
        let share = |group: Option<&str>, points| Share { group: group.map(Into::into), points };
        let half = [share(None, 20), share(Some("devs"), 20)];
        assert_eq!(main_group(&half), Some("devs"));
        let less = [share(None, 21), share(Some("devs"), 20)];
        assert_eq!(main_group(&less), None);
        let most = [share(Some("devs"), 30), share(Some("ops"), 9), share(None, 2)];
        assert_eq!(main_group(&most), Some("devs"));
        assert_eq!(main_group(&[share(None, 100)]), None);
        assert_eq!(main_group(&[]), None);
    }
}
