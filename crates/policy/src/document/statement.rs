//! One statement of a policy document.

use crate::action_set::ActionSet;
use crate::catalog::{Catalog, Service};
use crate::pattern::{Pattern, PatternError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;
use thiserror::Error;

/// The key of a document under which its statements stand.
pub(super) const STATEMENT: &str = "Statement";

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// Allows, unless some other statement denies.
    Allow,
    /// Denies, whatever other statements allow.
    Deny,
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        })
    }
}

/// The actions a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actions {
    /// `Action`: the actions that some pattern matches; none, if there is no pattern.
    Action(Vec<Pattern>),
    /// `NotAction`: the actions that no pattern matches.
    NotAction(Vec<Pattern>),
}

impl Actions {
    /// Whether the statement is about `action` (`service:Name`), which need not be in any
    /// catalogue.
    #[must_use]
    pub fn matches(&self, action: &str) -> bool {
        match self {
            Self::Action(patterns) => patterns.iter().any(|pattern| pattern.matches(action)),
            Self::NotAction(patterns) => !patterns.iter().any(|pattern| pattern.matches(action)),
        }
    }

    /// Whether the statement is surely about everything that `pattern` matches, in any catalogue.
    /// `false` is not certain: two patterns together may include what neither includes alone.
    ///
    /// ```
    /// use leastwise_policy::document::Actions;
    ///
    /// let but_iam = Actions::NotAction(vec!["iam:*".parse()?]);
    /// assert!(but_iam.includes(&"s3:Get*".parse()?));
    /// assert!(!but_iam.includes(&"*:Get*".parse()?));
    /// # Ok::<(), leastwise_policy::pattern::PatternError>(())
    /// ```
    #[must_use]
    pub fn includes(&self, pattern: &Pattern) -> bool {
        match self {
            Self::Action(patterns) => patterns.iter().any(|wide| wide.covers(pattern)),
            Self::NotAction(patterns) => !patterns.iter().any(|except| except.overlaps(pattern)),
        }
    }

    /// The actions of `catalog` that the statement is about.
    #[must_use]
    pub fn in_catalog(&self, catalog: &Catalog) -> ActionSet {
        match self {
            Self::Action(patterns) => Pattern::actions_of_all(patterns, catalog),
            Self::NotAction(patterns) => {
                ActionSet::full(catalog).difference(&Pattern::actions_of_all(patterns, catalog))
            }
        }
    }

    /// The actions of one service of `catalog` that the statement is about.
    #[must_use]
    pub fn in_service(&self, service: &Service, catalog: &Catalog) -> ActionSet {
        let matched = |patterns: &[Pattern]| {
            let mut all = ActionSet::empty();
            for pattern in patterns {
                pattern.add_actions_in(service, catalog, &mut all);
            }
            all
        };
        match self {
            Self::Action(patterns) => matched(patterns),
            Self::NotAction(patterns) => {
                ActionSet::of_service(service).difference(&matched(patterns))
            }
        }
    }
}

/// The resources a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resources {
    /// `Resource` is `*`, or a list that holds it.
    All,
    /// Any other `Resource` or `NotResource`: an object with that one key, and the value as
    /// written.
    Limited(Value),
    /// Neither key, as in a role's trust policy; IAM refuses that in an identity policy.
    Absent,
}

impl Resources {
    /// Whether the statement is about every resource.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        matches!(self, Self::All)
    }
}

/// One statement of a [`Document`](crate::document::Document), kept as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    raw: Map<String, Value>,
    effect: Effect,
    actions: Actions,
    resources: Resources,
}

impl Statement {
    /// A statement that allows `actions` on every resource.
    ///
    /// IAM refuses a statement without actions, so `actions` should not be empty.
    #[must_use]
    pub fn allow<'a>(sid: impl Into<Option<&'a str>>, actions: Vec<Pattern>) -> Self {
        Self::build(sid.into(), Effect::Allow, actions)
    }

    /// A statement that denies `actions` on every resource.
    ///
    /// IAM refuses a statement without actions, so `actions` should not be empty.
    #[must_use]
    pub fn deny<'a>(sid: impl Into<Option<&'a str>>, actions: Vec<Pattern>) -> Self {
        Self::build(sid.into(), Effect::Deny, actions)
    }

    fn build(sid: Option<&str>, effect: Effect, actions: Vec<Pattern>) -> Self {
        let mut raw = Map::new();
        if let Some(sid) = sid {
            raw.insert("Sid".to_owned(), json!(sid));
        }
        raw.insert("Effect".to_owned(), json!(effect));
        raw.insert("Action".to_owned(), one_or_many(actions.iter().map(Pattern::to_string)));
        raw.insert("Resource".to_owned(), json!("*"));
        Self { raw, effect, actions: Actions::Action(actions), resources: Resources::All }
    }

    /// The same statement about these resources only.
    #[must_use]
    pub fn with_resources(mut self, resources: Vec<String>) -> Self {
        let resources = one_or_many(resources.into_iter());
        self.raw.shift_remove("NotResource");
        self.resources = resources_of("Resource", &resources);
        self.raw.insert("Resource".to_owned(), resources);
        self
    }

    /// The same statement under this condition only, a JSON object.
    #[must_use]
    pub fn with_condition(mut self, condition: Value) -> Self {
        self.raw.insert("Condition".to_owned(), condition);
        self
    }

    /// A copy with this `Action` list in place of its `Action` or `NotAction`, and everything else
    /// as written.
    #[must_use]
    pub fn with_actions(&self, actions: Vec<Pattern>) -> Self {
        self.with_action_element("Action", &actions).about(Actions::Action(actions))
    }

    /// A copy with this `NotAction` list in place of its `Action` or `NotAction`, and everything
    /// else as written.
    #[must_use]
    pub fn with_not_actions(&self, excluded: Vec<Pattern>) -> Self {
        self.with_action_element("NotAction", &excluded).about(Actions::NotAction(excluded))
    }

    fn with_action_element(&self, element: &str, patterns: &[Pattern]) -> Self {
        let list = one_or_many(patterns.iter().map(Pattern::to_string));
        let raw = self
            .raw
            .iter()
            .map(|(key, value)| match key.as_str() {
                "Action" | "NotAction" => (element.to_owned(), list.clone()),
                _ => (key.clone(), value.clone()),
            })
            .collect();
        Self { raw, ..self.clone() }
    }

    fn about(self, actions: Actions) -> Self {
        Self { actions, ..self }
    }

    /// A copy with this name, as its first key.
    #[must_use]
    pub fn with_sid(&self, sid: &str) -> Self {
        let name = std::iter::once(("Sid".to_owned(), json!(sid)));
        Self { raw: name.chain(self.without_sid().raw).collect(), ..self.clone() }
    }

    /// A copy without a name.
    #[must_use]
    pub fn without_sid(&self) -> Self {
        let mut raw = self.raw.clone();
        raw.shift_remove("Sid");
        Self { raw, ..self.clone() }
    }

    /// The resources and conditions under which the statement applies, as text. Two statements of
    /// equal limits differ in nothing but their effects, their actions and their names.
    #[must_use]
    pub fn limits(&self) -> String {
        let mut limits: Map<String, Value> = self
            .raw
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "Sid" | "Effect" | "Action" | "NotAction"))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        limits.sort_keys();
        Value::Object(limits).to_string()
    }

    /// The statement's name within its document. It decides nothing.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.raw.get("Sid").and_then(Value::as_str)
    }

    /// Whether the statement allows or denies.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// The actions the statement is about.
    #[must_use]
    pub fn actions(&self) -> &Actions {
        &self.actions
    }

    /// The resources the statement is about.
    #[must_use]
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// The condition; `None` when there is none or it is an empty object.
    #[must_use]
    pub fn condition(&self) -> Option<&Value> {
        self.raw
            .get("Condition")
            .filter(|condition| condition.as_object().is_none_or(|operators| !operators.is_empty()))
    }

    /// Whether the statement applies whatever the request's context.
    #[must_use]
    pub fn is_unconditional(&self) -> bool {
        self.condition().is_none()
    }

    /// Whether the statement is about every resource, whatever the request's context and whoever
    /// makes it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.is_unconditional() && self.resources.is_unlimited() && !self.has_principal()
    }

    /// Whether the statement says to whom it applies, which only trust policies and other
    /// resource-based policies do.
    #[must_use]
    pub fn has_principal(&self) -> bool {
        self.raw.contains_key("Principal") || self.raw.contains_key("NotPrincipal")
    }

    /// The `Principal` as written, as in `"*"` or `{"AWS": [..], "Service": ".."}`: to whom the
    /// statement applies.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.
    #[must_use]
    pub fn principals(&self) -> Option<&Value> {
        self.raw.get("Principal")
    }

    /// The `NotPrincipal` as written: to whom the statement does not apply.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>.
    #[must_use]
    pub fn not_principals(&self) -> Option<&Value> {
        self.raw.get("NotPrincipal")
    }

    /// The statement as JSON, with everything as it was written.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(self.raw.clone())
    }

    pub(super) fn raw(&self) -> &Map<String, Value> {
        &self.raw
    }

    pub(super) fn from_value(value: Value) -> Result<Self, StatementFault> {
        let Value::Object(raw) = value else {
            return Err(StatementFault::NotAnObject);
        };
        Ok(Self {
            effect: read_effect(&raw)?,
            actions: read_actions(&raw)?,
            resources: read_resources(&raw)?,
            raw: read_rest(raw)?,
        })
    }
}

fn read_effect(raw: &Map<String, Value>) -> Result<Effect, StatementFault> {
    match raw.get("Effect") {
        None => Err(StatementFault::NoEffect),
        Some(Value::String(word)) if word == "Allow" => Ok(Effect::Allow),
        Some(Value::String(word)) if word == "Deny" => Ok(Effect::Deny),
        Some(Value::String(word)) => Err(StatementFault::UnknownEffect(word.clone())),
        Some(other) => Err(StatementFault::UnknownEffect(other.to_string())),
    }
}

fn read_actions(raw: &Map<String, Value>) -> Result<Actions, StatementFault> {
    match (raw.get("Action"), raw.get("NotAction")) {
        (Some(_), Some(_)) => Err(StatementFault::BothActionAndNotAction),
        (None, None) => Err(StatementFault::NoAction),
        (Some(list), None) => read_patterns("Action", list).map(Actions::Action),
        (None, Some(list)) => read_patterns("NotAction", list).and_then(all_but),
    }
}

/// All actions but those that match. To exclude nothing is to be about everything.
fn all_but(excluded: Vec<Pattern>) -> Result<Actions, StatementFault> {
    if excluded.is_empty() {
        return Ok(Actions::Action(vec!["*".parse()?]));
    }
    Ok(Actions::NotAction(excluded))
}

fn read_patterns(key: &'static str, list: &Value) -> Result<Vec<Pattern>, StatementFault> {
    let patterns = strings(list).ok_or(StatementFault::NotStrings(key))?;
    if patterns.is_empty() {
        return Err(StatementFault::EmptyActions(key));
    }
    let patterns = patterns.into_iter().map(read_pattern);
    patterns.filter_map(Result::transpose).collect()
}

/// Reads a pattern; `None` is one that matches nothing. IAM stores an action with white space in
/// it, such as `s3: GetObject`, and no request has such an action: an `Allow` or `Deny` of it does
/// nothing, and a `NotAction` excludes nothing by it. So it is left out of what the statement is
/// about, and stays in its text.
fn read_pattern(text: &str) -> Result<Option<Pattern>, StatementFault> {
    let without: String = text.chars().filter(|symbol| !symbol.is_whitespace()).collect();
    let pattern: Pattern = without.parse()?;
    Ok((without == text).then_some(pattern))
}

fn read_resources(raw: &Map<String, Value>) -> Result<Resources, StatementFault> {
    let (key, list) = match (raw.get("Resource"), raw.get("NotResource")) {
        (Some(_), Some(_)) => return Err(StatementFault::BothResourceAndNotResource),
        (None, None) => return Ok(Resources::Absent),
        (Some(list), None) => ("Resource", list),
        (None, Some(list)) => ("NotResource", list),
    };
    strings(list).ok_or(StatementFault::NotStrings(key))?;
    Ok(resources_of(key, list))
}

fn resources_of(key: &str, list: &Value) -> Resources {
    let all_asterisks =
        |resource: &&str| !resource.is_empty() && resource.bytes().all(|c| c == b'*');
    match strings(list) {
        Some(list) if key == "Resource" && list.iter().any(all_asterisks) => Resources::All,
        _ => Resources::Limited(json!({ key: list })),
    }
}

/// Checks the types of what is kept as written, so that no accessor takes a value of another type
/// for an absent one.
fn read_rest(raw: Map<String, Value>) -> Result<Map<String, Value>, StatementFault> {
    match (raw.get("Condition"), raw.get("Sid")) {
        (Some(condition), _) if !condition.is_object() => Err(StatementFault::ConditionNotAnObject),
        (_, Some(sid)) if !sid.is_string() => Err(StatementFault::SidNotAString),
        _ => Ok(raw),
    }
}

/// The strings of an element that is a string or a list of strings.
pub(super) fn strings(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(many) => many.iter().map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// A single string stands by itself: the brackets would count against the document's size.
fn one_or_many(strings: impl ExactSizeIterator<Item = String>) -> Value {
    let mut strings = strings.map(Value::from);
    match strings.len() {
        1 => strings.next().unwrap_or_default(),
        _ => strings.collect(),
    }
}

/// What is wrong with a statement.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatementFault {
    /// It is a string, a number or the like.
    #[error("is not a JSON object")]
    NotAnObject,
    /// There is no `Effect`.
    #[error("has no `Effect`")]
    NoEffect,
    /// The `Effect` is another word, or in other letter case.
    #[error("has the effect `{0}`, not `Allow` or `Deny`")]
    UnknownEffect(String),
    /// It has both `Action` and `NotAction`.
    #[error("has both `Action` and `NotAction`")]
    BothActionAndNotAction,
    /// It has neither `Action` nor `NotAction`.
    #[error("has neither `Action` nor `NotAction`")]
    NoAction,
    /// The list of actions is empty; IAM: "Policy statement must contain actions."
    #[error("has an empty `{0}`")]
    EmptyActions(&'static str),
    /// The named element is neither a string nor a list of strings.
    #[error("has a `{0}` that is neither a string nor a list of strings")]
    NotStrings(&'static str),
    /// An element of `Action` or `NotAction` is no pattern.
    #[error("has a malformed action: {0}")]
    Pattern(#[from] PatternError),
    /// It has both `Resource` and `NotResource`.
    #[error("has both `Resource` and `NotResource`")]
    BothResourceAndNotResource,
    /// The `Condition` is a string, a list or the like.
    #[error("has a `Condition` that is not a JSON object")]
    ConditionNotAnObject,
    /// The `Sid` is a number, a list or the like.
    #[error("has a `Sid` that is not a string")]
    SidNotAString,
}
