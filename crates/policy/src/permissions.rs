//! What a set of documents can permit, read conservatively.
//!
//! Whether a request is allowed depends on its resource and its context, which nobody knows
//! beforehand. Here the question is the one that right-sizing needs: *is there any request with
//! this action that these documents allow?* Whatever cannot be told counts as permitted:
//!
//! - An `Allow` grants its actions even if it is limited to some resources (`Resource`,
//!   `NotResource`) or by a `Condition`: some request may fit.
//! - A `Deny` takes its actions away only if it has no `Condition` and its `Resource` is `*`: any
//!   other leaves some request alone.
//! - A statement with a `Principal` or `NotPrincipal` belongs to a resource-based policy, where IAM
//!   does not accept it in an identity policy or boundary; it is passed over, so that a trust
//!   policy that strays in grants nothing.
//!
//! Nothing that IAM would allow is ever missing from the answer; something that IAM would deny may
//! be in it.
//!
//! Source:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.

use crate::action_set::ActionSet;
use crate::catalog::{Catalog, Service};
use crate::document::{Actions, Document, Effect, Statement};
use crate::pattern::Pattern;
use std::collections::BTreeSet;

/// What a set of documents can permit: all that one of them allows and none of them surely denies.
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
    ///
    /// ```
    /// use leastwise_policy::{catalog::Catalog, document::Document, permissions::Permissions};
    ///
    /// let queues = Document::parse(
    ///     r#"{
    ///         "Version": "2012-10-17",
    ///         "Statement": [
    ///             {
    ///                 "Effect": "Allow",
    ///                 "Action": "sqs:*Queue",
    ///                 "Resource": "arn:aws:sqs:*:111122223333:orders-*"
    ///             },
    ///             {
    ///                 "Effect": "Deny",
    ///                 "Action": "sqs:DeleteQueue",
    ///                 "Resource": "*",
    ///                 "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
    ///             }
    ///         ]
    ///     }"#,
    /// )?;
    /// let guard = Document::parse(
    ///     r#"{
    ///         "Version": "2012-10-17",
    ///         "Statement": {"Effect": "Deny", "Action": "sqs:Purge*", "Resource": "*"}
    ///     }"#,
    /// )?;
    ///
    /// // Every denial of `PurgeQueue` is certain; that of `DeleteQueue` is not.
    /// let catalog = Catalog::embedded();
    /// let permitted = Permissions::of([&queues, &guard]).actions(catalog);
    /// let names: Vec<_> = permitted.iter().map(|id| catalog.action(id).to_string()).collect();
    /// assert_eq!(
    ///     names,
    ///     ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:TagQueue", "sqs:UntagQueue"]
    /// );
    /// assert!(Permissions::of([]).actions(catalog).is_empty());
    /// # Ok::<(), leastwise_policy::document::DocumentError>(())
    /// ```
    #[must_use]
    pub fn of<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let mut permissions = Self::default();
        for statement in documents.into_iter().flat_map(Document::statements) {
            match reading(statement) {
                Reading::Grants => permissions.allowed.push(statement.actions().clone()),
                Reading::TakesAway => permissions.denied.push(statement.actions().clone()),
                Reading::Nothing => {}
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

    /// The actions of one service of `catalog` that are permitted.
    #[must_use]
    pub fn actions_in(&self, service: &Service, catalog: &Catalog) -> ActionSet {
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
        permitted
    }

    /// Whether some action of the service is permitted.
    ///
    /// For a service of the catalogue, its catalogued actions count. So do actions that the
    /// catalogue does not know, if an `Allow` names them without a wildcard. Of any other service
    /// nothing is known. There every `Allow` counts that may reach it, unless a single `Deny` takes
    /// all of that away.
    #[must_use]
    pub fn may_permit_service(&self, namespace: &str, catalog: &Catalog) -> bool {
        match catalog.service(namespace) {
            Some(service) => {
                !self.actions_in(service, catalog).is_empty()
                    || self.permits_named_action(namespace, catalog)
            }
            None => self.permits_uncatalogued_service(namespace),
        }
    }

    /// The patterns by which an `Allow` grants what the catalogue does not know. They match no
    /// catalogued action, and no `Deny` takes them away.
    ///
    /// The patterns of a `NotAction` grant nothing and are not among them.
    #[must_use]
    pub fn uncatalogued(&self, catalog: &Catalog) -> BTreeSet<Pattern> {
        self.allowed_patterns()
            .filter(|pattern| pattern.actions(catalog).is_empty())
            .filter(|pattern| !self.denied.iter().any(|denied| denied.includes(pattern)))
            .cloned()
            .collect()
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
            self.denied
                .iter()
                .any(|denied| denied.includes(&whole_service) || denied.includes(pattern))
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

/// What a statement does to the actions it is about, read conservatively.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reading {
    /// Some request with these actions is allowed.
    Grants,
    /// Every request with these actions is denied.
    TakesAway,
    /// Neither is certain.
    Nothing,
}

/// How [`Permissions`] reads one statement.
#[must_use]
pub fn reading(statement: &Statement) -> Reading {
    match statement.effect() {
        _ if statement.has_principal() => Reading::Nothing,
        Effect::Allow => Reading::Grants,
        Effect::Deny if statement.is_plain() => Reading::TakesAway,
        Effect::Deny => Reading::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[expect(clippy::needless_pass_by_value, reason = "every caller makes the value for it")]
    fn permissions(statements: Value) -> Permissions {
        Permissions::of([&Document::from_value(json!({"Statement": statements})).unwrap()])
    }

    fn allow(actions: &Value) -> Value {
        json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
    }

    fn deny(actions: &Value) -> Value {
        json!({"Effect": "Deny", "Action": actions, "Resource": "*"})
    }

    #[test]
    fn nothing_is_permitted_without_a_document() {
        let nothing = Permissions::of([]);
        let catalog = Catalog::embedded();
        assert!(!nothing.permits("s3:GetObject") && nothing.actions(catalog).is_empty());
        assert!(!nothing.may_permit_service("s3", catalog));
        assert!(!nothing.may_permit_service("nosuch", catalog));
    }

    #[test]
    fn a_limited_or_conditional_allow_grants() {
        for limit in [
            json!({"Resource": "arn:aws:s3:::one/*"}),
            json!({"NotResource": "arn:aws:s3:::one/*"}),
            json!({"Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
            json!({}),
        ] {
            let mut statement = json!({"Effect": "Allow", "Action": "s3:GetObject"});
            statement.as_object_mut().unwrap().extend(limit.as_object().unwrap().clone());
            assert!(permissions(statement.clone()).permits("s3:GetObject"), "{statement}");
        }
    }

    #[test]
    fn only_a_deny_of_every_request_takes_an_action_away() {
        let takes_away = |limit: Value| {
            let mut deny = json!({"Effect": "Deny", "Action": "s3:*"});
            deny.as_object_mut().unwrap().extend(limit.as_object().unwrap().clone());
            !permissions(json!([allow(&json!("s3:GetObject")), deny])).permits("s3:GetObject")
        };
        assert!(takes_away(json!({"Resource": "*"})));
        assert!(takes_away(json!({"Resource": ["arn:aws:s3:::one", "**"]})));
        assert!(takes_away(json!({"Resource": "*", "Condition": {}})));
        assert!(!takes_away(json!({"Resource": "arn:aws:s3:::*"})));
        assert!(!takes_away(json!({"NotResource": "arn:aws:s3:::one"})));
        assert!(!takes_away(json!({"Resource": "*", "Condition": {"Null": {"aws:x": "true"}}})));
        assert!(!takes_away(json!({})));
    }

    #[test]
    fn not_action_is_everything_else_both_ways() {
        let but_iam =
            permissions(json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}));
        assert!(but_iam.permits("nosuch:Thing") && !but_iam.permits("iam:PassRole"));
        let only_reading = permissions(json!([
            allow(&json!("*")),
            {"Effect": "Deny", "NotAction": ["s3:Get*", "nosuch:Thing"], "Resource": "*"},
        ]));
        assert!(only_reading.permits("s3:GetObject") && !only_reading.permits("s3:PutObject"));
        let catalog = Catalog::embedded();
        assert!(only_reading.may_permit_service("s3", catalog));
        assert!(!only_reading.may_permit_service("iam", catalog));
        assert!(only_reading.may_permit_service("nosuch", catalog));
        assert!(!only_reading.may_permit_service("alsonot", catalog));
    }

    #[test]
    fn a_deny_in_one_document_takes_away_what_another_allows() {
        let documents = [allow(&json!("s3:*")), deny(&json!("s3:Put*"))]
            .map(|statement| Document::from_value(json!({"Statement": statement})).unwrap());
        let together = Permissions::of(&documents);
        assert!(together.permits("s3:GetObject") && !together.permits("s3:PutObject"));
    }

    #[test]
    fn a_trust_policy_that_strays_in_grants_nothing() {
        let trust = json!({
            "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole",
        });
        assert_eq!(permissions(trust), Permissions::default());
    }

    #[test]
    fn a_service_of_the_catalogue_is_permitted_by_one_action_or_by_a_name_the_catalogue_lacks() {
        let catalog = Catalog::embedded();
        let may = |statements: Value| permissions(statements).may_permit_service("S3", catalog);
        assert!(may(allow(&json!("s3:Get*"))));
        assert!(may(allow(&json!("s3:GetNews"))), "an action newer than the catalogue");
        assert!(!may(allow(&json!("s3:GetNews*"))), "a wildcard that matches nothing known");
        assert!(!may(json!([allow(&json!("s3:GetNews")), deny(&json!("s3:Get*"))])));
        assert!(!may(json!([allow(&json!("*")), deny(&json!("s3:*"))])));
        assert!(!may(allow(&json!("sns:*"))));
    }

    #[test]
    fn a_service_unknown_to_the_catalogue_is_permitted_unless_one_deny_takes_all_of_it() {
        let catalog = Catalog::embedded();
        let may = |statements: Value| permissions(statements).may_permit_service("nosuch", catalog);
        assert!(
            may(allow(&json!("*")))
                && may(allow(&json!("nosuch:Get*")))
                && may(allow(&json!("no*:x")))
        );
        assert!(may(json!([allow(&json!("nosuch:*")), deny(&json!("nosuch:Put*"))])));
        assert!(!may(json!([allow(&json!("*")), deny(&json!("nosuch:*"))])));
        assert!(!may(json!([allow(&json!("nosuch:Put*")), deny(&json!("*:Put*"))])));
        assert!(!may(json!({"Effect": "Allow", "NotAction": ["nosuch:*"], "Resource": "*"})));
        assert!(!may(allow(&json!("s3:*"))));
        assert!(!permissions(allow(&json!("*"))).may_permit_service("no such", catalog));
    }

    #[test]
    fn grants_beyond_the_catalogue_are_listed_unless_denied() {
        let permissions = permissions(json!([
            allow(&json!(["s3:GetNews", "S3:getnews", "nosuch:*", "other:*", "s3:Get*", "*"])),
            deny(&json!("other:*")),
        ]));
        let listed = ["nosuch:*", "s3:GetNews"].map(|text| text.parse().unwrap());
        assert_eq!(permissions.uncatalogued(Catalog::embedded()), BTreeSet::from(listed));
    }

    fn statements() -> impl Strategy<Value = Value> {
        let pattern = prop::sample::select(vec![
            "*",
            "s3:*",
            "s3:Get*",
            "*:Get*",
            "iam:*Role*",
            "iam:PassRole",
            "ec2:?escribe*",
            "nosuch:*",
            "s3:GetNews",
            "s?:Put*",
        ]);
        let statement = (
            prop::sample::select(vec!["Allow", "Deny"]),
            prop::sample::select(vec!["Action", "NotAction"]),
            prop::collection::vec(pattern, 1..4),
            prop::sample::select(vec!["*", "arn:aws:s3:::one"]),
        );
        let statement = statement.prop_map(|(effect, key, patterns, resource)| {
            json!({"Effect": effect, key: patterns, "Resource": resource})
        });
        prop::collection::vec(statement, 0..5).prop_map(Value::from)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_set_of_actions_is_each_action_asked_alone(statements in statements()) {
            let catalog = Catalog::embedded();
            let permissions = permissions(statements);
            let set = permissions.actions(catalog);
            for id in catalog.ids() {
                let action = catalog.action(id).to_string();
                prop_assert_eq!(permissions.permits(&action), set.contains(id), "{}", action);
            }
        }

        #[test]
        fn no_service_with_a_permitted_action_is_missed(statements in statements()) {
            let catalog = Catalog::embedded();
            let permissions = permissions(statements);
            let set = permissions.actions(catalog);
            for service in catalog.services().filter(|service| !set.in_service(service).is_empty()) {
                prop_assert!(permissions.may_permit_service(&service.namespace, catalog));
            }
            if permissions.permits("nosuch:Thing") {
                prop_assert!(permissions.may_permit_service("nosuch", catalog));
            }
        }

        #[test]
        fn another_allow_never_takes_away(first in statements(), second in statements()) {
            let catalog = Catalog::embedded();
            let is_allow = |statement: &&Value| statement["Effect"] == "Allow";
            let allows: Vec<Value> = second.as_array().unwrap().iter().filter(is_allow).cloned().collect();
            let mut both = first.as_array().unwrap().clone();
            both.extend(allows);
            let (before, after) = (permissions(first), permissions(both.into()));
            prop_assert!(before.actions(catalog).is_subset(&after.actions(catalog)));
        }
    }
}
