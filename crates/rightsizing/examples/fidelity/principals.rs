//! The principals of the run: roles made from AWS managed policies, and those of a recorded account.

use crate::used::Random;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use leastwise_policy::permissions::Permissions;
use leastwise_rightsizing::boundary::MAX_POLICY_CHARACTERS;
use leastwise_rightsizing::evidence::Granularity;
use leastwise_rightsizing::iam::{Account, Principal, PrincipalArn};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How many roles there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts<'a> {
    /// Of those with so many managed policies, so many.
    pub(crate) of_policies: &'a [(usize, usize)],
    /// Of those with one of the widest policies, so many of each, with use of their own.
    pub(crate) of_each_wide_policy: usize,
}

const WIDE_POLICIES: [&str; 3] = ["AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess"];

/// Every so many roles one gets a service-level report.
const SERVICE_LEVEL_EVERY: usize = 6;

/// Every so many roles one has a boundary already.
const BOUNDED_EVERY: usize = 4;

/// AWS managed policies by name.
pub(crate) type ManagedPolicies = BTreeMap<String, Value>;

/// How widely a principal uses what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// At most some forty services.
    Narrow,
    /// Two to nine tenths of the granted services, up to [`BROAD`](crate::evidence::BROAD) of them.
    Broad,
}

/// A principal, and what decides the use that is drawn for it.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// What it is made of, for a person.
    pub(crate) name: String,
    /// The kind of case, a row of the tables.
    pub(crate) kind: String,
    pub(crate) principal: Principal,
    pub(crate) granularity: Granularity,
    pub(crate) breadth: Breadth,
    pub(crate) seed: u64,
}

/// Roles of managed policies, alone and together, some of them bounded by another managed policy.
pub(crate) fn of_managed_policies(
    policies: &ManagedPolicies,
    counts: Counts<'_>,
    seed: u64,
) -> Vec<Subject> {
    let mut random = Random(seed);
    let mut drawing = Drawing { names: policies.keys().map(String::as_str).collect(), policies };
    drawing.shuffle(&mut random);
    let mut kinds: Vec<(String, Vec<&str>)> = Vec::new();
    for &(together, count) in counts.of_policies {
        for place in 0..count {
            let kind = if together == 1 {
                "1 managed policy".to_owned()
            } else {
                format!("{together} managed policies")
            };
            kinds.push((kind, drawing.group(place, together)));
        }
    }
    for wide in WIDE_POLICIES.into_iter().filter(|wide| policies.contains_key(*wide)) {
        kinds.extend((0..counts.of_each_wide_policy).map(|_| (wide.to_owned(), vec![wide])));
    }
    let granted = drawing.granted_by_each();
    let roles: Vec<Role<'_>> = kinds
        .into_iter()
        .enumerate()
        .map(|(number, (kind, attached))| {
            let bounded = number % BOUNDED_EVERY == BOUNDED_EVERY - 1;
            let boundary =
                bounded.then(|| drawing.boundary_for(&attached, &granted, &mut random)).flatten();
            Role { number, kind, attached, boundary }
        })
        .collect();
    let account = Account::from_json(&account_of(&roles, policies).to_string())
        .expect("the account data is of the documented form");
    roles.iter().filter_map(|role| role.subject(&account, seed)).collect()
}

/// Every principal of a recorded account, with a service-level and with an action-level report.
pub(crate) fn of_account(account: &str, seed: u64) -> Vec<Subject> {
    let account = Account::from_json(account).expect("the recorded account reads");
    let each = |granularity: Granularity| {
        account.principals().zip(seed..).map(move |(principal, seed)| Subject {
            name: format!("{}/{}", principal.arn.kind(), principal.arn.name()),
            kind: "recorded account".to_owned(),
            principal: principal.clone(),
            granularity,
            breadth: if seed % 2 == 0 { Breadth::Narrow } else { Breadth::Broad },
            seed,
        })
    };
    each(Granularity::Action).chain(each(Granularity::Service)).collect()
}

/// Managed policies in a drawn order.
struct Drawing<'a> {
    names: Vec<&'a str>,
    policies: &'a ManagedPolicies,
}

impl<'a> Drawing<'a> {
    fn shuffle(&mut self, random: &mut Random) {
        for place in (1..self.names.len()).rev() {
            self.names.swap(place, random.below(place + 1));
        }
    }

    /// So many names in a row: of each size of group the first begins where those of the size before ended.
    fn group(&self, place: usize, together: usize) -> Vec<&'a str> {
        let start = together * 151 + place * together;
        let group: BTreeSet<&str> =
            self.names.iter().cycle().skip(start).take(together).copied().collect();
        group.into_iter().collect()
    }

    fn granted_by_each(&self) -> BTreeMap<&'a str, ActionSet> {
        let granted = |name: &&'a str| {
            let document = Document::from_value(self.policies.get(*name)?.clone()).ok()?;
            Some((*name, Permissions::of([&document]).actions(Catalog::embedded())))
        };
        self.names.iter().filter_map(granted).collect()
    }

    /// `PowerUserAccess`, or one that shares something with what is granted.
    fn boundary_for(
        &self,
        attached: &[&str],
        granted: &BTreeMap<&'a str, ActionSet>,
        random: &mut Random,
    ) -> Option<&'a str> {
        let from = random.below(self.names.len());
        let mut names = self.names.iter().cycle().skip(from).take(self.names.len()).copied();
        let power_user = random.below(2) == 0 && !attached.contains(&"PowerUserAccess");
        if power_user {
            return names.find(|name| *name == "PowerUserAccess");
        }
        let ours: Vec<&ActionSet> = attached.iter().filter_map(|name| granted.get(name)).collect();
        names.find(|name| {
            let shares = |other: &ActionSet| ours.iter().any(|ours| !ours.is_disjoint(other));
            !attached.contains(name)
                && granted.get(name).is_some_and(shares)
                && self.policies.get(*name).is_some_and(can_be_a_customers)
        })
    }
}

/// Whether a customer could have written the policy: some of AWS's own are larger than IAM takes.
fn can_be_a_customers(policy: &Value) -> bool {
    Document::from_value(policy.clone())
        .is_ok_and(|document| document.size() <= MAX_POLICY_CHARACTERS)
}

/// A role before it stands in an account.
struct Role<'a> {
    number: usize,
    kind: String,
    attached: Vec<&'a str>,
    boundary: Option<&'a str>,
}

impl Role<'_> {
    fn arn(&self) -> String {
        format!("arn:aws:iam::111122223333:role/case-{:03}", self.number)
    }

    fn subject(&self, account: &Account, seed: u64) -> Option<Subject> {
        let arn: PrincipalArn = self.arn().parse().ok()?;
        let number = u64::try_from(self.number).ok()?;
        let within = self.boundary.map(|name| format!(" within {name}")).unwrap_or_default();
        let service_level = self.number % SERVICE_LEVEL_EVERY == SERVICE_LEVEL_EVERY - 1;
        Some(Subject {
            name: format!("{}{within} (case {})", self.attached.join(" + "), self.number),
            kind: self.kind.clone(),
            principal: account.principal(&arn)?.clone(),
            granularity: if service_level { Granularity::Service } else { Granularity::Action },
            breadth: if number % 2 == 0 { Breadth::Narrow } else { Breadth::Broad },
            seed: seed + number,
        })
    }
}

/// What `aws iam get-account-authorization-details` would print of these roles.
fn account_of(roles: &[Role<'_>], policies: &ManagedPolicies) -> Value {
    let policy_arn = |name: &str| format!("arn:aws:iam::aws:policy/{name}");
    let role = |role: &Role<'_>| {
        let attached = role.attached.iter().map(|name| json!({ "PolicyArn": policy_arn(name) }));
        let boundary =
            role.boundary.map(|name| json!({ "PermissionsBoundaryArn": policy_arn(name) }));
        json!({
            "Arn": role.arn(),
            "RoleId": format!("AROAEXAMPLE0CASE{:03}", role.number),
            "CreateDate": "2020-01-01T00:00:00Z",
            "AttachedManagedPolicies": attached.collect::<Vec<_>>(),
            "PermissionsBoundary": boundary,
        })
    };
    let policy = |(name, document): (&String, &Value)| {
        json!({ "Arn": policy_arn(name), "DefaultVersionId": "v1", "PolicyVersionList": [
            { "VersionId": "v1", "IsDefaultVersion": true, "Document": document }
        ] })
    };
    json!({
        "RoleDetailList": roles.iter().map(role).collect::<Vec<_>>(),
        "Policies": policies.iter().map(policy).collect::<Vec<_>>(),
    })
}
