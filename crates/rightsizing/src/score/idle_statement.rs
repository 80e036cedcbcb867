//! Which statements of which policies grant what lies idle.

use super::grant::{Grant, idle};
use super::index::idle_weights;
use crate::iam::{GrantingPolicy, PolicySource};
use crate::settings::Weighting;
use crate::usage::PrincipalUsage;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Effect, Statement};

/// A statement that allows something that lies idle. To take it away changes nothing while another
/// one grants the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdleStatement<'a> {
    /// The policy that it stands in.
    pub source: &'a PolicySource,
    /// Which statement of the policy it is, counted from 1.
    pub number: usize,
    /// Its `Sid`.
    pub sid: Option<&'a str>,
    /// The services of which it allows something idle, in their order.
    pub services: Vec<IdleGranted<'a>>,
}

/// What a statement allows of the idle part of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleGranted<'a> {
    /// The service.
    pub service: &'a str,
    /// How many idle actions it allows; 0 where the catalogue knows none of them.
    pub actions: usize,
}

/// The statements by which these `policies` grant what lies idle, in the order in which IAM lists
/// the policies.
#[must_use]
pub fn idle_statements<'a>(
    policies: &'a [GrantingPolicy],
    usage: &'a PrincipalUsage,
    weighting: Weighting,
    catalog: &Catalog,
) -> Vec<IdleStatement<'a>> {
    let spared: ActionSet = usage.spared.iter().map(|spared| spared.action).collect();
    let services = idle_weights(&usage.services, weighting).map(|(service, _)| {
        let idle = idle(service, usage, catalog).difference(&spared);
        (service.namespace.as_str(), idle)
    });
    let services: Vec<(&str, ActionSet)> = services.collect();
    let known = policies.iter().filter_map(|it| Some((&it.source, it.document.as_ref().ok()?)));
    let statements = known.flat_map(|(source, document)| {
        (1..).zip(document.statements()).map(move |(number, it)| (source, number, it))
    });
    let allowing = statements.filter(|(.., statement)| statement.effect() == Effect::Allow);
    let of_statement = allowing.map(|(source, number, statement)| {
        let services = granted(statement, &services, catalog);
        IdleStatement { source, number, sid: statement.sid(), services }
    });
    of_statement.filter(|statement| !statement.services.is_empty()).collect()
}

fn granted<'a>(
    statement: &Statement,
    services: &[(&'a str, ActionSet)],
    catalog: &Catalog,
) -> Vec<IdleGranted<'a>> {
    let grant = Grant::of([&Document::new(vec![statement.clone()])], catalog);
    let allowed = services.iter().filter(|(service, idle)| grant.allows(service, idle, catalog));
    let of_service = allowed.map(|(service, idle)| {
        let actions = grant.actions().intersection(idle).len();
        IdleGranted { service, actions }
    });
    of_service.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Judging;
    use crate::testing::{as_of, evidence, user};

    #[test]
    fn a_statement_is_named_by_sid_and_place_with_what_it_grants_of_what_is_idle() {
        let document = |text: &str| Document::parse(text).unwrap();
        let own = document(
            r#"{"Version": "2012-10-17", "Statement": [
                {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
                {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*"},
                {"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"], "Resource": "*"}
            ]}"#,
        );
        let mut principal = user([own]);
        let all = r#"{"Version": "2012-10-17", "Statement":
            {"Sid": "All", "Effect": "Allow", "Action": ["sqs:ReceiveMessage", "new:*"], "Resource": "*"}}"#;
        let source = PolicySource::GroupInline { group: "ops".into(), name: "queues".into() };
        principal.policies.push(GrantingPolicy { source, document: Ok(document(all)) });
        let report = evidence(&[("s3", Some(1)), ("sqs", None), ("new", None)]);
        let (judging, catalog) = (Judging::default(), Catalog::embedded());
        let usage = PrincipalUsage::of(&principal, &report, &judging, as_of(), catalog).unwrap();
        let found = idle_statements(&principal.policies, &usage, Weighting::Risk, catalog);
        // Of the two actions one is denied, so that it is not granted and not idle either.
        let granted = |service, actions| IdleGranted { service, actions };
        let sources: Vec<_> = principal.policies.iter().map(|policy| &policy.source).collect();
        assert_eq!(
            found,
            [
                IdleStatement {
                    source: sources[0],
                    number: 3,
                    sid: None,
                    services: vec![granted("sqs", 1)],
                },
                IdleStatement {
                    source: sources[1],
                    number: 1,
                    sid: Some("All"),
                    services: vec![granted("new", 0), granted("sqs", 1)],
                },
            ]
        );
    }
}
