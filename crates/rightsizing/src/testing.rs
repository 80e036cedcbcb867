//! Principals and reports for the tests of this crate. Time is counted back from one fixed moment.

use crate::evidence::{Evidence, LastAccessedReport};
use crate::exemption::ExemptionRules;
use crate::iam::{Boundary, GrantingPolicy, Group, PolicySource, Principal};
use crate::plan::{self, Candidate, Plan, PlanSettings, Refusal};
use crate::settings::{
    AlwaysAllow, BoundaryWildcards, Judging, NotPrincipalChecked, PrincipalList, ResourceGrants,
};
use crate::tags::QuarantinePolicyArn;
use chrono::{DateTime, TimeDelta, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::Document;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The moment of every judgement.
pub(crate) fn as_of() -> DateTime<Utc> {
    "2026-06-30T12:00:00Z".parse().unwrap()
}

pub(crate) fn days_ago(days: i64) -> DateTime<Utc> {
    as_of() - TimeDelta::days(days)
}

pub(crate) fn document(json: Value) -> Document {
    Document::from_value(json).unwrap()
}

/// A document of these statements.
pub(crate) fn statements(statements: Value) -> Document {
    document(json!({ "Version": "2012-10-17", "Statement": statements }))
}

/// A document that allows these actions on everything.
pub(crate) fn allow(actions: &[&str]) -> Document {
    statements(json!([{ "Effect": "Allow", "Action": actions, "Resource": "*" }]))
}

/// The role `app`, 1,000 days old, with these inline policies.
pub(crate) fn role(documents: impl IntoIterator<Item = Document>) -> Principal {
    principal("arn:aws:iam::111122223333:role/app", "AROAEXAMPLE0APPROLE", documents)
}

/// The user `mira`, 1,000 days old, with these inline policies.
pub(crate) fn user(documents: impl IntoIterator<Item = Document>) -> Principal {
    principal("arn:aws:iam::111122223333:user/mira", "AIDAEXAMPLE0MIRAUSER", documents)
}

/// The group `devs`, 1,000 days old, with these inline policies and one member as old.
pub(crate) fn group(documents: impl IntoIterator<Item = Document>) -> Group {
    let policies = documents.into_iter().zip(1..).map(|(document, number)| GrantingPolicy {
        source: PolicySource::Inline { name: format!("policy-{number}") },
        document: Ok(document),
    });
    Group {
        arn: "arn:aws:iam::111122223333:group/devs".parse().unwrap(),
        unique_id: "AGPAEXAMPLE0DEVSGROUP".parse().unwrap(),
        created: Some(days_ago(1_000)),
        policies: policies.collect(),
        members: vec![Some(days_ago(1_000))],
    }
}

pub(crate) fn principal(
    arn: &str,
    id: &str,
    documents: impl IntoIterator<Item = Document>,
) -> Principal {
    let policies = documents.into_iter().zip(1..).map(|(document, number)| GrantingPolicy {
        source: PolicySource::Inline { name: format!("policy-{number}") },
        document: Ok(document),
    });
    Principal {
        arn: arn.parse().unwrap(),
        unique_id: id.parse().unwrap(),
        created: Some(days_ago(1_000)),
        last_used: None,
        tags: BTreeMap::new(),
        policies: policies.collect(),
        groups: Vec::new(),
        boundary: None,
        trust: None,
    }
}

/// The principal with this document as the boundary of that ARN.
pub(crate) fn bounded(principal: Principal, policy_arn: &str, document: Document) -> Principal {
    let boundary =
        Boundary { policy_arn: policy_arn.to_owned(), document: Ok(document), since: None };
    Principal { boundary: Some(boundary), ..principal }
}

/// The principal with this document as a boundary that somebody else made.
pub(crate) fn limited(principal: Principal, document: Document) -> Principal {
    bounded(principal, "arn:aws:iam::111122223333:policy/team-limits", document)
}

/// The principal with this document as the boundary that Leastwise made for it.
pub(crate) fn own(principal: Principal, document: Document) -> Principal {
    let arn = principal.arn.boundary_policy_arn();
    bounded(principal, &arn, document)
}

/// The principal in quarantine: with the policy that denies it everything in IAM.
pub(crate) fn quarantined(mut principal: Principal) -> Principal {
    let arn = QuarantinePolicyArn::beside(&principal.arn).as_str().to_owned();
    let deny = statements(json!([{ "Effect": "Deny", "Action": "iam:*", "Resource": "*" }]));
    let source = PolicySource::Managed { arn };
    principal.policies.push(GrantingPolicy { source, document: Ok(deny) });
    principal
}

/// A report of these services with the days since their last use, finished at the moment of
/// judgement.
pub(crate) fn evidence(services: &[(&str, Option<i64>)]) -> Evidence {
    evidence_of(as_of(), services)
}

/// The same, finished at another moment.
pub(crate) fn evidence_of(completed: DateTime<Utc>, services: &[(&str, Option<i64>)]) -> Evidence {
    let rows: Vec<Value> = services
        .iter()
        .map(|(service, days)| {
            json!({ "ServiceNamespace": service, "LastAuthenticated": days.map(days_ago) })
        })
        .collect();
    let page = json!({
        "JobStatus": "COMPLETED", "JobCompletionDate": completed, "ServicesLastAccessed": rows
    });
    LastAccessedReport::from_json(&page).unwrap().into()
}

/// What the remediator is set to by default, but for what resource policies may grant: tests of
/// what becomes of identity grants look at these alone.
pub(crate) fn settings() -> PlanSettings {
    PlanSettings {
        judging: Judging::default(),
        wildcards: BoundaryWildcards::default(),
        always_allow: AlwaysAllow::default(),
        base_actions: "sts:GetCallerIdentity".parse().unwrap(),
        exemptions: ExemptionRules::default(),
        do_not_enforce: PrincipalList::default(),
        resource_grants: ResourceGrants::None,
        not_principal_checked: NotPrincipalChecked::default(),
    }
}

/// Checks whether the principal is a candidate and plans its boundary, both at the end of the
/// window.
pub(crate) fn plan(
    principal: &Principal,
    evidence: &Evidence,
    settings: &PlanSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    plan::plan(Candidate::of(principal, settings, as_of)?, evidence, catalog, as_of)
}

/// Of a service or of its actions the days since the last use.
pub(crate) type Last<'a> = (&'a str, Option<i64>);

/// A report that tells actions apart: of each service the days since its last use, and of its
/// tracked actions.
pub(crate) fn evidence_of_actions(services: &[(&str, Option<i64>, &[Last<'_>])]) -> Evidence {
    let action = |(name, days): &(&str, Option<i64>)| json!({ "ActionName": name, "LastAccessedTime": days.map(days_ago) });
    let rows: Vec<Value> = services
        .iter()
        .map(|(service, days, actions)| {
            let actions: Vec<Value> = actions.iter().map(action).collect();
            json!({ "ServiceNamespace": service, "LastAuthenticated": days.map(days_ago),
                    "TrackedActionsLastAccessed": actions })
        })
        .collect();
    let page = json!({
        "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL", "JobCompletionDate": as_of(),
        "ServicesLastAccessed": rows
    });
    LastAccessedReport::from_json(&page).unwrap().into()
}
