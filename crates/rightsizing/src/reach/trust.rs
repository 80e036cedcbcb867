//! Who may assume a role, as its trust policy has it.
//!
//! Source:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.

use super::takers::is_name_of;
use crate::iam::{Arn, UnreadableDocument, texts};
use leastwise_policy::document::{Document, Effect, Statement};
use serde_json::Value;

/// The trust policy of a role.
#[derive(Debug, Clone)]
pub(super) enum Trust {
    /// There is none, as of a user.
    None,
    /// It is not known, so it may trust anybody.
    Unknown,
    /// These statements are about `sts:AssumeRole`.
    Rules(Vec<Rule>),
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    effect: Effect,
    is_conditional: bool,
    named: Named,
}

#[derive(Debug, Clone)]
enum Named {
    /// Everybody, or everybody but some.
    Anybody,
    These {
        aws: Vec<String>,
        services: Vec<String>,
    },
}

/// How a trust policy lets a principal in. The later, the less else it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Admission {
    /// It does not.
    No,
    /// It trusts the account, which has to grant it.
    ByAccount,
    /// It names a role, whose boundary limits that.
    ByRole,
    /// It names a user, the session of a role, or everybody: that is enough.
    ByName,
}

/// Who asks to be let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) account: &'a str,
    /// The ARN; empty where it is some user, of a group.
    pub(super) arn: &'a str,
    /// The unique id; empty likewise.
    pub(super) unique_id: &'a str,
    /// The friendly name of a role; `None` for a user.
    pub(super) role: Option<&'a str>,
}

impl Trust {
    /// The trust policy of a role.
    pub(super) fn of_role(document: Option<&Result<Document, UnreadableDocument>>) -> Self {
        let Some(Ok(document)) = document else { return Self::Unknown };
        let assuming = |it: &&Statement| it.actions().matches(super::actions::ASSUME_ROLE);
        Self::Rules(document.statements().iter().filter(assuming).map(Rule::of).collect())
    }

    /// How it lets this caller in.
    pub(super) fn admits(&self, caller: Caller<'_>) -> Admission {
        let rules = match self {
            Self::None => return Admission::No,
            Self::Unknown => return Admission::ByAccount,
            Self::Rules(rules) => rules,
        };
        let is_denied = |rule: &Rule| rule.is_sure_to_deny() && rule.surely_names(caller);
        if rules.iter().any(is_denied) {
            return Admission::No;
        }
        let allows = rules.iter().filter(|rule| rule.effect == Effect::Allow);
        allows.map(|rule| rule.names(caller)).max().unwrap_or(Admission::No)
    }

    /// Whether the service may assume the role.
    pub(super) fn admits_service(&self, service: &str) -> bool {
        let Self::Rules(rules) = self else { return matches!(self, Self::Unknown) };
        let allows = |rule: &Rule| match &rule.named {
            Named::Anybody => true,
            Named::These { aws, services } => {
                services.iter().any(|it| is_name_of(service, it)) || aws.iter().any(|it| it == "*")
            }
        };
        rules.iter().any(|rule| rule.effect == Effect::Allow && allows(rule))
    }
}

impl Rule {
    fn of(statement: &Statement) -> Self {
        Self {
            effect: statement.effect(),
            is_conditional: !statement.is_unconditional(),
            named: Named::of(statement.principals()),
        }
    }

    fn is_sure_to_deny(&self) -> bool {
        self.effect == Effect::Deny && !self.is_conditional
    }

    fn names(&self, caller: Caller<'_>) -> Admission {
        match &self.named {
            Named::Anybody => Admission::ByName,
            Named::These { aws, .. } => {
                aws.iter().map(|text| caller.named_by(text)).max().unwrap_or(Admission::No)
            }
        }
    }

    /// Whether it names the caller without leaving anything open.
    fn surely_names(&self, caller: Caller<'_>) -> bool {
        match &self.named {
            // A `NotPrincipal` stands for most and not for all.
            Named::Anybody => false,
            Named::These { aws, .. } => aws.iter().any(|text| text == "*" || text == caller.arn),
        }
    }
}

impl Named {
    fn of(principals: Option<&Value>) -> Self {
        match principals {
            // A denial of everybody has the star in the list of ARNs, where it is sure.
            Some(Value::String(text)) => Self::These { aws: vec![text.clone()], services: vec![] },
            Some(Value::Object(kinds)) => Self::These {
                aws: texts(kinds.get("AWS")).collect(),
                services: texts(kinds.get("Service")).collect(),
            },
            Some(_) | None => Self::Anybody,
        }
    }
}

impl Caller<'_> {
    fn named_by(self, text: &str) -> Admission {
        let by_name = if self.role.is_some() { Admission::ByRole } else { Admission::ByName };
        let id = text.split(':').next().unwrap_or_default();
        if text == "*" || self.is_session(text) {
            Admission::ByName
        } else if !self.arn.is_empty() && (text == self.arn || id == self.unique_id) {
            by_name
        } else if self.is_account(text) {
            Admission::ByAccount
        } else {
            Admission::No
        }
    }

    fn is_account(self, text: &str) -> bool {
        let root = Arn::of(text).filter(|arn| arn.is_of_iam() && arn.resource == "root");
        root.map_or(text, |arn| arn.account) == self.account
    }

    fn is_session(self, text: &str) -> bool {
        let session = Arn::of(text).filter(|it| it.service == "sts" && it.account == self.account);
        let mut parts = session.iter().flat_map(|session| session.resource.split('/'));
        parts.next() == Some("assumed-role")
            && self.role.is_some_and(|role| parts.next() == Some(role))
    }
}
