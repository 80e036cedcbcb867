//! What the policies and the boundary of a principal say of the actions that open paths.

use super::actions::Opening;
use super::takers::is_name_of;
use crate::iam::{PrincipalArn, PrincipalKind, texts};
use leastwise_policy::document::{Document, Effect, Resources, Statement};
use leastwise_policy::glob;
use serde_json::Value;

/// Policies and boundary, as far as they decide about paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Powers {
    identity: Vec<Rule>,
    /// `None` where there is no boundary.
    boundary: Option<Vec<Rule>>,
}

/// A statement that is about an action which opens a path.
#[derive(Debug, Clone)]
struct Rule {
    effect: Effect,
    actions: Opening,
    targets: Targets,
    /// The services to which a role may be passed, from each condition that says so.
    passed_to: Vec<Vec<String>>,
}

/// The resources of a statement. Of an Allow they are those that can match, of a Deny those that
/// surely do.
#[derive(Debug, Clone)]
enum Targets {
    All,
    Only(Vec<String>),
    AllBut(Vec<String>),
}

impl Powers {
    /// What these documents say of whoever has this name. Without a name every policy variable can
    /// stand for anything.
    pub(super) fn of(
        policies: &[&Document],
        boundary: Option<&Document>,
        who: Option<&PrincipalArn>,
    ) -> Self {
        let rules = |documents: &[&Document]| {
            let statements = documents.iter().flat_map(|document| document.statements());
            statements.filter_map(|statement| Rule::of(statement, who)).collect()
        };
        Self { identity: rules(policies), boundary: boundary.map(|it| rules(&[it])) }
    }

    /// The same without the boundary; `None` where there is none.
    pub(super) fn unbounded(&self) -> Option<Self> {
        self.boundary.as_ref()?;
        Some(Self { identity: self.identity.clone(), boundary: None })
    }

    /// Whether it may do this to something.
    pub(super) fn may(&self, action: &str) -> bool {
        self.decides(action, &|_| true, &Targets::is_all)
    }

    /// Whether it may do this to `target`.
    pub(super) fn may_on(&self, action: &str, target: &str) -> bool {
        let hits = |rule: &Rule| rule.targets.have(target);
        self.decides(action, &hits, &|targets| targets.have(target))
    }

    /// Whether it may pass the role to the service.
    pub(super) fn may_pass(&self, action: &str, role: &str, service: &str) -> bool {
        let hits = |rule: &Rule| rule.targets.have(role) && rule.admits(service);
        self.decides(action, &hits, &|targets| targets.have(role))
    }

    /// Whether it may do both to one and the same thing, whatever that is called.
    pub(super) fn may_both(&self, one: &str, other: &str) -> bool {
        if !self.may(one) || !self.may(other) {
            return false;
        }
        let of = |action: &str| {
            let action = action.to_owned();
            self.identity.iter().filter(move |rule| rule.allows(&action))
        };
        of(one).any(|one| of(other).any(|other| one.targets.may_share(&other.targets)))
    }

    /// Whether a Deny surely forbids this on `target`.
    pub(super) fn is_denied_on(&self, action: &str, target: &str) -> bool {
        self.denies(action, &|targets| targets.have(target))
    }

    /// Whether the boundary lets this through on `target`, where there is one.
    pub(super) fn is_within_boundary(&self, action: &str, target: &str) -> bool {
        self.boundary.as_ref().is_none_or(|rules| {
            rules.iter().any(|rule| rule.allows(action) && rule.targets.have(target))
        })
    }

    fn decides(
        &self,
        action: &str,
        hits: &dyn Fn(&Rule) -> bool,
        surely: &dyn Fn(&Targets) -> bool,
    ) -> bool {
        let allowed = |rules: &[Rule]| rules.iter().any(|it| it.allows(action) && hits(it));
        allowed(&self.identity)
            && self.boundary.as_ref().is_none_or(|rules| allowed(rules))
            && !self.denies(action, surely)
    }

    fn denies(&self, action: &str, surely: &dyn Fn(&Targets) -> bool) -> bool {
        let rules = self.identity.iter().chain(self.boundary.iter().flatten());
        rules
            .filter(|rule| rule.effect == Effect::Deny && rule.actions.has(action))
            .any(|rule| surely(&rule.targets))
    }
}

impl Rule {
    /// `None` where it is about no action that opens a path, or not sure to deny anything.
    fn of(statement: &Statement, who: Option<&PrincipalArn>) -> Option<Self> {
        let effect = statement.effect();
        if statement.has_principal() || (effect == Effect::Deny && !statement.is_unconditional()) {
            return None;
        }
        let actions = Opening::of(statement.actions());
        if actions.is_empty() {
            return None;
        }
        let targets = Targets::of(statement.resources(), effect, who)?;
        let passed_to = statement.condition().map(passed_to).unwrap_or_default();
        Some(Self { effect, actions, targets, passed_to })
    }

    fn allows(&self, action: &str) -> bool {
        self.effect == Effect::Allow && self.actions.has(action)
    }

    /// Whether no condition keeps a role from being passed to the service.
    fn admits(&self, service: &str) -> bool {
        let name = format!("{service}.amazonaws.com");
        let is_it = |value: &String| is_name_of(service, value) || glob::matches(value, &name);
        self.passed_to.iter().all(|values| values.iter().any(is_it))
    }
}

impl Targets {
    fn of(resources: &Resources, effect: Effect, who: Option<&PrincipalArn>) -> Option<Self> {
        let value = match (resources, effect) {
            (Resources::All, _) | (Resources::Absent, Effect::Allow) => return Some(Self::All),
            (Resources::Absent, Effect::Deny) => return None,
            (Resources::Limited(value), _) => value,
        };
        let (is_but, list) = match (value.get("Resource"), value.get("NotResource")) {
            (Some(only), _) => (false, only),
            (None, but) => (true, but?),
        };
        // What is open must make an Allow wider, and a Deny narrower.
        let open = match (effect, is_but) {
            (Effect::Allow, false) => Open::Granted,
            (Effect::Deny, true) => Open::Anything,
            (Effect::Allow, true) | (Effect::Deny, false) => Open::Nothing,
        };
        let list = texts(Some(list)).filter_map(|pattern| resolved(&pattern, open, who));
        let list = list.collect();
        Some(if is_but { Self::AllBut(list) } else { Self::Only(list) })
    }

    fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    fn have(&self, target: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(list) => list.iter().any(|pattern| glob::matches(pattern, target)),
            Self::AllBut(list) => !list.iter().any(|pattern| glob::matches(pattern, target)),
        }
    }

    /// Whether something may be among both.
    fn may_share(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Only(one), Self::Only(other)) => {
                one.iter().any(|one| other.iter().any(|other| glob::overlap(one, other)))
            }
            (Self::All | Self::AllBut(_), _) | (_, Self::All | Self::AllBut(_)) => true,
        }
    }
}

/// What a policy variable may stand for where its value is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Anything, since it widens what is granted. The name of a user stands for no role.
    Granted,
    /// Anything.
    Anything,
    /// Nothing that is sure.
    Nothing,
}

/// The pattern with its policy variables resolved: the name of a user is known. `None` where it
/// matches nothing, or nothing for sure.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.
fn resolved(pattern: &str, open: Open, who: Option<&PrincipalArn>) -> Option<String> {
    let mut rest = pattern;
    let mut whole = String::new();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((variable, after)) = after.split_once('}') else { break };
        whole.push_str(before);
        whole.push_str(value_of(variable, open, who)?);
        rest = after;
    }
    whole.push_str(rest);
    Some(whole)
}

fn value_of<'a>(variable: &str, open: Open, who: Option<&'a PrincipalArn>) -> Option<&'a str> {
    let who = who.filter(|_| variable.eq_ignore_ascii_case("aws:username"));
    match (who.map(|who| (who.kind(), who.name())), open) {
        (Some((PrincipalKind::User, name)), _) => Some(name),
        (Some((PrincipalKind::Role, _)), Open::Granted) | (_, Open::Nothing) => None,
        (_, Open::Granted | Open::Anything) => Some("*"),
    }
}

/// From each condition on `iam:PassedToService` that lists values, these values.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>.
fn passed_to(condition: &Value) -> Vec<Vec<String>> {
    let operators = condition.as_object().into_iter().flatten();
    let lists = operators.filter(|(operator, _)| compares_texts(operator)).flat_map(|(_, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.filter(|(key, _)| key.eq_ignore_ascii_case("iam:PassedToService"))
    });
    lists.map(|(_, values)| texts(Some(values)).collect()).collect()
}

fn compares_texts(operator: &str) -> bool {
    let operator = operator.to_ascii_lowercase();
    let plain = operator.rsplit_once(':').map_or(operator.as_str(), |(_, plain)| plain);
    let plain = plain.strip_suffix("ifexists").unwrap_or(plain);
    ["stringequals", "stringequalsignorecase", "stringlike"].contains(&plain)
}
