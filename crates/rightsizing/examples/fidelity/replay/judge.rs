//! Whether a call is allowed by identity policies, boundary and resource policy together.
//!
//! Identity policies and boundary are read for the most fortunate request: an Allow counts under whatever limits, a
//! Deny if it has none. Resource policies are read as they stand.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>.

use crate::replay::reference::Reference;
use crate::replay::trail::Target;
use leastwise_policy::document::{Actions, Document};
use leastwise_policy::glob;
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::{Reading, reading};
use leastwise_rightsizing::iam::{PrincipalArn, PrincipalKind};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Documents, their patterns by service.
#[derive(Debug)]
pub(crate) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    reading: Reading,
    /// Whether it is about all actions but those of its patterns.
    all_but: bool,
    named: HashMap<String, Vec<Pattern>>,
    general: Vec<Pattern>,
}

impl Rules {
    pub(crate) fn of<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let statements = documents.into_iter().flat_map(Document::statements);
        Self(statements.map(|it| Rule::of(reading(it), it.actions())).collect())
    }

    /// Whether some request with this action is allowed.
    pub(crate) fn allow(&self, action: &str) -> bool {
        self.any(Reading::Grants, action) && !self.deny(action)
    }

    /// The actions of AWS's reference that some request is allowed with, by their places.
    pub(crate) fn allowed(&self, reference: &Reference) -> BTreeSet<usize> {
        let mut allowed = BTreeSet::new();
        for (service, range) in reference.services() {
            let slices: Vec<Slice<'_>> =
                self.0.iter().map(|rule| rule.of_service(service)).collect();
            let of_service = range.filter(|place| {
                let name = &reference.action(*place).name;
                let any = |reading| {
                    slices.iter().any(|slice| slice.reading == reading && slice.is_about(name))
                };
                any(Reading::Grants) && !any(Reading::TakesAway)
            });
            allowed.extend(of_service);
        }
        allowed
    }

    /// Whether every request with this action is denied by a statement.
    fn deny(&self, action: &str) -> bool {
        self.any(Reading::TakesAway, action)
    }

    fn any(&self, reading: Reading, action: &str) -> bool {
        self.0.iter().any(|rule| rule.reading == reading && rule.is_about(action))
    }
}

impl Rule {
    fn of(reading: Reading, actions: &Actions) -> Self {
        let (all_but, patterns) = match actions {
            Actions::Action(patterns) => (false, patterns),
            Actions::NotAction(patterns) => (true, patterns),
        };
        let mut rule = Self { reading, all_but, named: HashMap::new(), general: Vec::new() };
        for pattern in patterns {
            let of_service = match pattern.service_literal() {
                Some(service) => rule.named.entry(service.to_ascii_lowercase()).or_default(),
                None => &mut rule.general,
            };
            of_service.push(pattern.clone());
        }
        rule
    }

    fn is_about(&self, action: &str) -> bool {
        let service = action.split(':').next().unwrap_or_default();
        self.of_service(service).is_about(action)
    }

    fn of_service(&self, service: &str) -> Slice<'_> {
        let named = self.named.get(service).into_iter().flatten();
        let patterns = named.chain(&self.general).collect();
        Slice { reading: self.reading, all_but: self.all_but, patterns }
    }
}

/// What a rule says of one service.
struct Slice<'a> {
    reading: Reading,
    all_but: bool,
    patterns: Vec<&'a Pattern>,
}

impl Slice<'_> {
    fn is_about(&self, action: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(action)) != self.all_but
    }
}

/// Everything that decides on the calls of a principal.
#[derive(Debug)]
pub(crate) struct Court<'a> {
    pub(crate) principal: &'a PrincipalArn,
    pub(crate) identity: &'a Rules,
    /// `None`: it has no boundary.
    pub(crate) boundary: Option<&'a Rules>,
}

/// What a resource policy says of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Nothing,
    /// Allowed as far as the caller's boundary allows it.
    WithinBoundary,
    /// Allowed whatever the caller's boundary leaves out.
    Directly,
    Denied,
}

impl Court<'_> {
    pub(crate) fn allows(&self, action: &str, target: &Target) -> bool {
        let within = self.boundary.is_none_or(|boundary| boundary.allow(action));
        let denied = self.identity.deny(action)
            || self.boundary.is_some_and(|boundary| boundary.deny(action));
        let word = self.word_of(action, target);
        let granted = match word {
            Word::Denied => return false,
            Word::Directly => return !denied,
            Word::WithinBoundary => true,
            Word::Nothing => self.identity.allow(action),
        };
        granted && within && !denied
    }

    /// The strongest word of the target's policy.
    fn word_of(&self, action: &str, target: &Target) -> Word {
        let statements = target.policy.as_ref().and_then(|policy| policy.get("Statement"));
        let statements = statements.and_then(Value::as_array).into_iter().flatten();
        let caller = caller_of(self.principal, target);
        let word = |statement: &Value| {
            if !strings(statement.get("Action")).any(|it| glob::matches(it, action))
                || !self.holds(statement)
            {
                return Word::Nothing;
            }
            let is_deny = statement.get("Effect").is_some_and(|effect| effect == "Deny");
            if is_deny { self.denial(statement) } else { self.grant(statement, &caller, action) }
        };
        statements.map(word).max().unwrap_or(Word::Nothing)
    }

    /// `NotPrincipal` with Deny denies every principal that has a boundary, also those that it names.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>.
    fn denial(&self, statement: &Value) -> Word {
        let but = statement.get("NotPrincipal");
        let named = but
            .is_some_and(|but| strings(but.get("AWS")).any(|it| it == self.principal.to_string()));
        if named && self.boundary.is_none() { Word::Nothing } else { Word::Denied }
    }

    fn grant(&self, statement: &Value, caller: &str, action: &str) -> Word {
        let principal = statement.get("Principal");
        let named = match principal {
            Some(Value::Object(kinds)) => kinds.get("AWS"),
            other => other,
        };
        let word = |name: &str| {
            if name == "*" || (name == caller && !self.is_user_in_trust_policy(name, action)) {
                Word::Directly
            } else if name == self.principal.to_string() {
                Word::WithinBoundary
            } else {
                Word::Nothing
            }
        };
        strings(named).map(word).max().unwrap_or(Word::Nothing)
    }

    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html>.
    fn is_user_in_trust_policy(&self, name: &str, action: &str) -> bool {
        action.starts_with("sts:") && name == self.principal.to_string()
    }

    /// Whether the condition of a statement holds; only those on the caller are known.
    fn holds(&self, statement: &Value) -> bool {
        let Some(Value::Object(operators)) = statement.get("Condition") else { return true };
        let mut keys = operators.values().filter_map(Value::as_object).flatten();
        keys.all(|(key, wanted)| {
            let actual = match key.as_str() {
                "aws:PrincipalArn" => self.principal.to_string(),
                "aws:PrincipalAccount" => self.principal.account().to_owned(),
                _ => return false,
            };
            strings(Some(wanted)).any(|wanted| glob::matches(wanted, &actual))
        })
    }
}

/// Who calls: the user itself, or a session of the role.
pub(crate) fn caller_of(principal: &PrincipalArn, target: &Target) -> String {
    target.caller.clone().unwrap_or_else(|| match principal.kind() {
        PrincipalKind::User => principal.to_string(),
        PrincipalKind::Role => session_of(principal),
    })
}

/// The session of a role in every replayed call.
pub(crate) fn session_of(role: &PrincipalArn) -> String {
    let (partition, account, name) = (role.partition(), role.account(), role.name());
    format!("arn:{partition}:sts::{account}:assumed-role/{name}/work")
}

fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let values = match value {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    values.iter().filter_map(Value::as_str)
}
