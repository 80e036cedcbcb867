//! What a set of documents can permit, read conservatively.
//!
//! Whether a request is allowed depends on its resource and its context, which nobody knows beforehand. Here the
//! question is the one that right-sizing needs: *is there any request with this action that these documents allow?*
//! Whatever cannot be told counts as permitted:
//!
//! - An `Allow` grants its actions even if it is limited to some resources (`Resource`, `NotResource`) or by a
//!   `Condition`: some request may fit.
//! - A `Deny` takes its actions away only if it has no `Condition` and its `Resource` is `*`: any other leaves some
//!   request alone.
//! - A statement with a `Principal` or `NotPrincipal` belongs to a resource-based policy, where IAM does not accept
//!   it in an identity policy or boundary; it is passed over, so that a trust policy that strays in grants nothing.
//!
//! Nothing that IAM would allow is ever missing from the answer; something that IAM would deny may be in it.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use crate::action_set::ActionSet;
use crate::catalog::{Catalog, Service};
use crate::document::{Actions, Document, Effect, Statement};
use crate::pattern::Pattern;
use std::collections::BTreeSet;

/// What a set of documents can permit: the union of what they allow without what any of them surely denies.
///
/// ```
/// use leastwise_policy::{document::Document, permissions::Permissions};
///
/// let policy = Document::parse(
///     r#"{"Statement": [
///         {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::one-bucket/*"},
///         {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*",
///          "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
///         {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}
///     ]}"#,
/// )?;
/// let permissions = Permissions::of([&policy]);
/// assert!(permissions.permits("s3:GetObject"), "on some resource");
/// assert!(permissions.permits("s3:PutObject"), "in some context");
/// assert!(!permissions.permits("s3:DeleteObject"), "never");
/// # Ok::<(), leastwise_policy::document::DocumentError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    allowed: Vec<Actions>,
    denied: Vec<Actions>,
}

impl Permissions {
    /// What these documents can permit together. Without any document nothing is permitted.
    #[must_use]
    pub fn of<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let mut permissions = Self::default();
        let statements = documents.into_iter().flat_map(Document::statements);
        for statement in statements.filter(|statement| !statement.has_principal()) {
            match statement.effect() {
                Effect::Allow => permissions.allowed.push(statement.actions().clone()),
                Effect::Deny if denies_every_request(statement) => {
                    permissions.denied.push(statement.actions().clone());
                }
                Effect::Deny => {}
            }
        }
        permissions
    }

    /// Whether some request with `action` (`service:Name`, in the catalogue or not) is permitted.
    #[must_use]
    pub fn permits(&self, action: &str) -> bool {
        self.allowed.iter().any(|actions| actions.matches(action))
            && !self.denied.iter().any(|actions| actions.matches(action))
    }

    /// The actions of `catalog` that are permitted.
    #[must_use]
    pub fn actions(&self, catalog: &Catalog) -> ActionSet {
        let mut permitted = ActionSet::empty();
        for actions in &self.allowed {
            permitted.union_with(&actions.in_catalog(catalog));
        }
        for actions in &self.denied {
            permitted.difference_with(&actions.in_catalog(catalog));
        }
        permitted
    }

    /// Whether some action of the service is permitted.
    ///
    /// Of a service in the catalogue that is one of its catalogued actions, or one that the catalogue does not know
    /// and an `Allow` names without a wildcard. Of any other service nothing is known, so every `Allow` that may
    /// reach it counts, unless a single `Deny` takes all of that away.
    #[must_use]
    pub fn may_permit_service(&self, namespace: &str, catalog: &Catalog) -> bool {
        match catalog.service(namespace) {
            Some(service) => {
                self.permits_catalogued_action(service, catalog)
                    || self.permits_named_action(namespace, catalog)
            }
            None => self.permits_uncatalogued_service(namespace),
        }
    }

    /// The patterns by which an `Allow` grants something of which the catalogue knows nothing: those that match no
    /// catalogued action and are not taken away by a `Deny`.
    ///
    /// `NotAction` lists are no patterns that grant and are not among them.
    #[must_use]
    pub fn uncatalogued(&self, catalog: &Catalog) -> BTreeSet<Pattern> {
        self.allowed_patterns()
            .filter(|pattern| pattern.actions(catalog).is_empty())
            .filter(|pattern| !self.denied.iter().any(|denied| includes(denied, pattern)))
            .cloned()
            .collect()
    }

    fn permits_catalogued_action(&self, service: &Service, catalog: &Catalog) -> bool {
        let mut permitted = ActionSet::empty();
        for actions in &self.allowed {
            permitted.union_with(&actions.in_service(service, catalog));
        }
        for actions in &self.denied {
            if permitted.is_empty() {
                break;
            }
            permitted.difference_with(&actions.in_service(service, catalog));
        }
        !permitted.is_empty()
    }

    fn permits_named_action(&self, namespace: &str, catalog: &Catalog) -> bool {
        self.allowed_patterns().any(|pattern| {
            pattern.is_literal()
                && pattern.may_match_service(namespace)
                && catalog.find(pattern.as_str()).is_none()
                && self.permits(pattern.as_str())
        })
    }

    fn permits_uncatalogued_service(&self, namespace: &str) -> bool {
        let Ok(whole_service) = format!("{namespace}:*").parse::<Pattern>() else {
            return false;
        };
        let taken_away = |pattern: &Pattern| {
            self.denied.iter().any(|denied| includes(denied, &whole_service) || includes(denied, pattern))
        };
        self.allowed.iter().any(|actions| match actions {
            Actions::Action(patterns) => patterns
                .iter()
                .any(|pattern| pattern.may_match_service(namespace) && !taken_away(pattern)),
            Actions::NotAction(patterns) => {
                !patterns.iter().any(|pattern| pattern.covers(&whole_service))
                    && !taken_away(&whole_service)
            }
        })
    }

    fn allowed_patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.allowed.iter().flat_map(|actions| match actions {
            Actions::Action(patterns) => patterns.as_slice(),
            Actions::NotAction(_) => &[],
        })
    }
}

fn denies_every_request(statement: &Statement) -> bool {
    statement.is_unconditional() && statement.resources().is_unlimited()
}

/// Whether `actions` surely include everything that `pattern` matches.
fn includes(actions: &Actions, pattern: &Pattern) -> bool {
    match actions {
        Actions::Action(patterns) => patterns.iter().any(|wide| wide.covers(pattern)),
        Actions::NotAction(patterns) => !patterns.iter().any(|except| except.overlaps(pattern)),
    }
}

