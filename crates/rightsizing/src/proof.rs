//! The proof: what must hold of a boundary before it may be applied, checked on the printed document.
//!
//! The proof takes from the planner what the present boundary is made of and what the guards are, and nothing else. It
//! reads the document back from its text and compares it with what the principal may do now: action by action over the
//! whole catalogue, and pattern by pattern for what the catalogue does not know.

use crate::plan::{
    MAX_POLICY_CHARACTERS, NEEDS_NO_PERMISSION, OuterLimit, Plan, WhyKept, guards, is_base_actions,
};
use crate::principal::{Principal, PrincipalArn, UnknownPermissions};
use crate::usage::granted_actions;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Document, DocumentError, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// A plan of which [`prove`] has shown that it breaks nothing in use, widens nothing and can be written.
///
/// Only a proved plan can be applied: there is no other way to make one.
#[derive(Debug, Clone, PartialEq)]
pub struct ProvedPlan {
    principal: PrincipalArn,
    plan: Plan,
}

impl ProvedPlan {
    /// The principal it is for.
    #[must_use]
    pub fn principal(&self) -> &PrincipalArn {
        &self.principal
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan, taken out.
    #[must_use]
    pub fn into_plan(self) -> Plan {
        self.plan
    }
}

/// What a document fails to hold. A failure is a bug of the planner, and nothing is applied.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofFailure {
    /// What the principal may do now is unknown
    #[error("the boundary for `{principal}` cannot be proved: {why}")]
    Unknown {
        /// The principal.
        principal: PrincipalArn,
        /// What is unknown.
        why: UnknownPermissions,
    },
    /// The printed document does not read back
    #[error("the boundary for `{principal}` does not read back: {why}")]
    Unreadable {
        /// The principal.
        principal: PrincipalArn,
        /// Why.
        why: DocumentError,
    },
    /// The printed document reads back as another one
    #[error("the boundary for `{principal}` reads back as another document than was planned")]
    PrintedDifferently {
        /// The principal.
        principal: PrincipalArn,
    },
    /// The plan passes over a service that is granted
    #[error("the plan for `{principal}` neither keeps nor drops `{service}`, which is granted now")]
    Forgotten {
        /// The principal.
        principal: PrincipalArn,
        /// A granted service.
        service: String,
    },
    /// Something that is kept would be denied
    #[error("the boundary for `{principal}` would deny `{action}`, and `{service}` is kept")]
    WouldDeny {
        /// The principal.
        principal: PrincipalArn,
        /// A kept service.
        service: String,
        /// An action of it that the principal may take now, or the whole service where the catalogue knows none.
        action: String,
    },
    /// Something idle would stay allowed
    #[error(
        "the boundary for `{principal}` would still allow `{action}`, and `{service}` is dropped"
    )]
    WouldAllow {
        /// The principal.
        principal: PrincipalArn,
        /// A dropped service.
        service: String,
        /// An action of it.
        action: String,
    },
    /// Something would be allowed that the present boundary does not allow
    #[error("the boundary for `{principal}` would be wider than the present one, by `{action}`")]
    Wider {
        /// The principal.
        principal: PrincipalArn,
        /// An action that is allowed under limits under which the present boundary does not allow it.
        action: String,
    },
    /// A Deny statement of the present boundary is missing
    #[error(
        "the boundary for `{principal}` lacks a denial of the present one, statement {statement}"
    )]
    DenialLost {
        /// The principal.
        principal: PrincipalArn,
        /// Position among the Deny statements of the present boundary, from 1.
        statement: usize,
    },
    /// A guard is missing
    #[error("the boundary for `{principal}` allows IAM writes without guarding itself")]
    Unguarded {
        /// The principal.
        principal: PrincipalArn,
    },
    /// The document has policy variables and is in another version of the policy language than the present boundary
    #[error(
        "the boundary for `{principal}` must be in version `{version}` of the policy language, as the present one is"
    )]
    OtherLanguage {
        /// The principal.
        principal: PrincipalArn,
        /// The version of the present boundary.
        version: String,
    },
    /// Too large for IAM
    #[error(
        "the boundary for `{principal}` has {characters} characters, and IAM takes {MAX_POLICY_CHARACTERS}"
    )]
    TooLarge {
        /// The principal.
        principal: PrincipalArn,
        /// Its size.
        characters: usize,
    },
}

/// Proves `plan` for `principal` as it stands now.
///
/// Shown are: the document reads back from its text as planned; the plan has a word on every granted service; everything
/// of a kept service that the present boundary allows stays allowed under the same resources and conditions; nothing of
/// a dropped service is allowed, base actions apart; nothing is allowed that the present boundary does not allow under
/// the same resources and conditions; every denial of the present boundary stands, in the same version of the language;
/// where IAM writes are allowed the guards stand; IAM takes the size.
///
/// # Errors
/// [`ProofFailure`], the first thing that does not hold.
pub fn prove(
    principal: &Principal,
    plan: Plan,
    catalog: &Catalog,
) -> Result<ProvedPlan, ProofFailure> {
    let arn = &principal.arn;
    let unknown = |why| ProofFailure::Unknown { principal: arn.clone(), why };
    let outer = OuterLimit::of(principal).map_err(unknown)?;
    let granted = granted_actions(principal, catalog).map_err(unknown)?;
    let document = read_back(arn, &plan.document)?;
    let proof = Proof { arn, document: &document, outer: &outer, catalog };
    proof.fits()?;
    proof.has_a_word_on(&granted, &plan)?;
    proof.keeps(&plan)?;
    proof.drops(&plan)?;
    proof.has_only_base_actions(&plan)?;
    proof.is_no_wider()?;
    proof.keeps_denials()?;
    proof.keeps_language()?;
    proof.is_guarded()?;
    Ok(ProvedPlan { principal: arn.clone(), plan })
}

fn read_back(principal: &PrincipalArn, document: &Document) -> Result<Document, ProofFailure> {
    let read = Document::parse(&document.to_compact_string())
        .map_err(|why| ProofFailure::Unreadable { principal: principal.clone(), why })?;
    if read.to_value() == document.to_value() {
        Ok(read)
    } else {
        Err(ProofFailure::PrintedDifferently { principal: principal.clone() })
    }
}

struct Proof<'a> {
    arn: &'a PrincipalArn,
    document: &'a Document,
    outer: &'a OuterLimit,
    catalog: &'a Catalog,
}

impl Proof<'_> {
    fn fits(&self) -> Result<(), ProofFailure> {
        let characters = self.document.size();
        if characters <= MAX_POLICY_CHARACTERS {
            Ok(())
        } else {
            Err(ProofFailure::TooLarge { principal: self.arn.clone(), characters })
        }
    }

    fn has_a_word_on(&self, granted: &ActionSet, plan: &Plan) -> Result<(), ProofFailure> {
        let dropped = plan.dropped.iter().map(|dropped| dropped.service.as_str());
        let named: BTreeSet<&str> = kept_whole(plan).chain(dropped).collect();
        let forgotten = self
            .catalog
            .services()
            .filter(|service| !granted.in_service(service).is_empty())
            .map(|service| service.namespace.to_ascii_lowercase())
            .find(|namespace| !named.contains(namespace.as_str()));
        match forgotten {
            Some(service) => Err(ProofFailure::Forgotten { principal: self.arn.clone(), service }),
            None => Ok(()),
        }
    }

    fn keeps(&self, plan: &Plan) -> Result<(), ProofFailure> {
        let now = by_limits(self.outer.allows(), self.catalog);
        let then = by_limits(&allows(self.document), self.catalog);
        let patterns = Allowed::by(self.document.statements());
        for service in kept_whole(plan) {
            let missing = self
                .missing_action(service, &now, &then)
                .or_else(|| self.missing_pattern(service, &patterns));
            if let Some(action) = missing {
                return Err(ProofFailure::WouldDeny {
                    principal: self.arn.clone(),
                    service: service.to_owned(),
                    action,
                });
            }
        }
        Ok(())
    }

    /// A catalogued action of the service that is allowed now and would not be.
    fn missing_action(
        &self,
        service: &str,
        now: &BTreeMap<String, ActionSet>,
        then: &BTreeMap<String, ActionSet>,
    ) -> Option<String> {
        let known = self.catalog.service(service)?;
        now.iter()
            .find_map(|(limits, allowed)| {
                let needed = allowed.in_service(known);
                let missing = match then.get(limits) {
                    Some(still) => needed.difference(still),
                    None => needed,
                };
                missing.iter().next()
            })
            .map(|id| self.catalog.action(id).to_string())
    }

    /// A part of the service, in the catalogue or not, that is allowed now and would not be.
    fn missing_pattern(&self, service: &str, then: &Allowed<'_>) -> Option<String> {
        let whole: Pattern = format!("{service}:*").parse().ok()?;
        self.outer.allows().iter().find_map(|statement| {
            let limits = statement.limits();
            let missing = match statement.actions() {
                Actions::Action(patterns) => patterns
                    .iter()
                    .filter_map(|pattern| part_of(service, pattern))
                    .find(|part| !then.includes(&limits, part)),
                Actions::NotAction(excluded) => (!then.includes(&limits, &whole)
                    && !then.includes_what_is_left_of(&whole, &limits, excluded))
                .then(|| whole.clone()),
            };
            missing.map(String::from)
        })
    }

    fn drops(&self, plan: &Plan) -> Result<(), ProofFailure> {
        let statements = allows(self.document).into_iter().filter(|it| !is_base_actions(it));
        let without_base = Document::new(statements.collect());
        let allowed = Permissions::of([&without_base]).actions(self.catalog);
        let patterns = Allowed::by(without_base.statements());
        for dropped in &plan.dropped {
            let service = dropped.service.as_str();
            let known = self.catalog.service(service);
            let still = known.and_then(|known| allowed.in_service(known).iter().next());
            let action = match still {
                Some(id) => self.catalog.action(id).to_string(),
                None if patterns.touches(service) => format!("{service}:*"),
                None => continue,
            };
            let service = service.to_owned();
            return Err(ProofFailure::WouldAllow { principal: self.arn.clone(), service, action });
        }
        Ok(())
    }

    /// Base statements may allow nothing but the base actions of the plan.
    fn has_only_base_actions(&self, plan: &Plan) -> Result<(), ProofFailure> {
        let base = base_actions(plan);
        let statements = self.document.statements().iter().filter(|it| is_base_actions(it));
        let extra = statements
            .flat_map(|statement| match statement.actions() {
                Actions::Action(patterns) => patterns.as_slice(),
                Actions::NotAction(_) => &[],
            })
            .find(|pattern| !base.contains(pattern));
        match extra {
            Some(pattern) => Err(self.wider(pattern.as_str())),
            None => Ok(()),
        }
    }

    fn is_no_wider(&self) -> Result<(), ProofFailure> {
        let limit: Vec<Statement> =
            self.outer.allows().iter().chain(self.outer.base_actions_allowed()).cloned().collect();
        let now = by_limits(&limit, self.catalog);
        for (limits, allowed) in by_limits(&allows(self.document), self.catalog) {
            let extra = match now.get(&limits) {
                Some(before) => allowed.difference(before),
                None => allowed,
            };
            let extra = extra
                .iter()
                .map(|id| self.catalog.action(id).to_string())
                .find(|action| !needs_no_permission(action));
            if let Some(action) = extra {
                return Err(self.wider(&action));
            }
        }
        self.has_no_wider_pattern(&Allowed::by(&limit))
    }

    /// The same for what the catalogue does not know.
    fn has_no_wider_pattern(&self, now: &Allowed<'_>) -> Result<(), ProofFailure> {
        for statement in allows(self.document) {
            let limits = statement.limits();
            let extra = match statement.actions() {
                Actions::Action(patterns) => patterns
                    .iter()
                    .filter(|pattern| !needs_no_permission(pattern.as_str()))
                    .find(|pattern| !now.includes(&limits, pattern))
                    .map(Pattern::as_str),
                Actions::NotAction(excluded) => {
                    (!now.includes_all_but(&limits, excluded)).then_some("*")
                }
            };
            if let Some(pattern) = extra {
                return Err(self.wider(pattern));
            }
        }
        Ok(())
    }

    fn wider(&self, action: &str) -> ProofFailure {
        ProofFailure::Wider { principal: self.arn.clone(), action: action.to_owned() }
    }

    fn keeps_denials(&self) -> Result<(), ProofFailure> {
        for (place, denial) in self.outer.denies().iter().enumerate() {
            if !self.document.statements().contains(denial) {
                return Err(ProofFailure::DenialLost {
                    principal: self.arn.clone(),
                    statement: place + 1,
                });
            }
        }
        Ok(())
    }

    fn keeps_language(&self) -> Result<(), ProofFailure> {
        let version = self.outer.version_for(self.document);
        if self.document.version() == Some(version) {
            Ok(())
        } else {
            let version = version.to_owned();
            Err(ProofFailure::OtherLanguage { principal: self.arn.clone(), version })
        }
    }

    fn is_guarded(&self) -> Result<(), ProofFailure> {
        let needed = guards(self.document, self.arn, self.catalog);
        if needed.iter().all(|guard| self.document.statements().contains(guard)) {
            Ok(())
        } else {
            Err(ProofFailure::Unguarded { principal: self.arn.clone() })
        }
    }
}

fn allows(document: &Document) -> Vec<Statement> {
    document
        .statements()
        .iter()
        .filter(|statement| statement.effect() == Effect::Allow)
        .cloned()
        .collect()
}

/// What Allow statements permit, by the resources and conditions under which they permit it.
fn by_limits(statements: &[Statement], catalog: &Catalog) -> BTreeMap<String, ActionSet> {
    let mut by_limits: BTreeMap<String, ActionSet> = BTreeMap::new();
    for statement in statements {
        let allowed = statement.actions().in_catalog(catalog);
        by_limits
            .entry(statement.limits())
            .and_modify(|set| *set = set.union(&allowed))
            .or_insert(allowed);
    }
    by_limits
}

/// What Allow statements allow, pattern by pattern, by the resources and conditions under which they allow it.
struct Allowed<'a>(BTreeMap<String, Vec<&'a Actions>>);

impl<'a> Allowed<'a> {
    /// What the Allow statements among `statements` allow.
    fn by(statements: &'a [Statement]) -> Self {
        let mut by_limits: BTreeMap<String, Vec<&Actions>> = BTreeMap::new();
        for statement in statements.iter().filter(|it| it.effect() == Effect::Allow) {
            by_limits.entry(statement.limits()).or_default().push(statement.actions());
        }
        Self(by_limits)
    }

    fn under(&self, limits: &str) -> &[&'a Actions] {
        self.0.get(limits).map_or(&[], Vec::as_slice)
    }

    /// Whether all that `pattern` matches is surely allowed by one of the statements.
    fn includes(&self, limits: &str, pattern: &Pattern) -> bool {
        self.under(limits).iter().any(|actions| match actions {
            Actions::Action(patterns) => {
                patterns.contains(pattern) || patterns.iter().any(|wide| wide.covers(pattern))
            }
            Actions::NotAction(patterns) => !patterns.iter().any(|except| except.overlaps(pattern)),
        })
    }

    /// Whether all but what `excluded` matches is surely allowed by one of the statements.
    fn includes_all_but(&self, limits: &str, excluded: &[Pattern]) -> bool {
        self.under(limits).iter().any(|actions| match actions {
            Actions::Action(patterns) => patterns.iter().any(is_everything),
            Actions::NotAction(patterns) => all_covered(patterns.iter(), excluded),
        })
    }

    /// Whether what `excluded` leaves of a service is surely allowed by one of the statements.
    fn includes_what_is_left_of(
        &self,
        whole: &Pattern,
        limits: &str,
        excluded: &[Pattern],
    ) -> bool {
        let nothing_is_left = excluded.iter().any(|except| except.covers(whole));
        nothing_is_left
            || self.under(limits).iter().any(|actions| match actions {
                Actions::Action(_) => false,
                Actions::NotAction(patterns) => {
                    let of_service = patterns.iter().filter(|pattern| pattern.overlaps(whole));
                    all_covered(of_service, excluded)
                }
            })
    }

    /// Whether some statement may allow anything of the service.
    fn touches(&self, service: &str) -> bool {
        let Ok(whole) = format!("{service}:*").parse::<Pattern>() else { return true };
        self.0.values().flatten().any(|actions| match actions {
            Actions::Action(patterns) => {
                patterns.iter().any(|pattern| pattern.may_match_service(service))
            }
            Actions::NotAction(patterns) => !patterns.iter().any(|except| except.covers(&whole)),
        })
    }
}

fn all_covered<'a>(mut patterns: impl Iterator<Item = &'a Pattern>, by: &[Pattern]) -> bool {
    patterns.all(|pattern| by.iter().any(|wide| wide.covers(pattern)))
}

fn is_everything(pattern: &Pattern) -> bool {
    pattern.as_str().bytes().all(|symbol| matches!(symbol, b'*' | b':'))
}

/// What `pattern` matches within the service, at most; `None` when it matches nothing there.
fn part_of(service: &str, pattern: &Pattern) -> Option<Pattern> {
    if !pattern.may_match_service(service) {
        return None;
    }
    let name = pattern.as_str().split_once(':').map_or("*", |(_, name)| name);
    format!("{service}:{name}").parse().ok()
}

fn needs_no_permission(action: &str) -> bool {
    action.eq_ignore_ascii_case(NEEDS_NO_PERMISSION)
}

fn kept_whole(plan: &Plan) -> impl Iterator<Item = &str> {
    let used = plan.kept.iter().filter_map(|kept| match &kept.why {
        WhyKept::Used { .. } => Some(kept.service.as_str()),
        WhyKept::BaseActions { .. } => None,
    });
    used.chain(plan.unknown.iter().map(|unknown| unknown.service.as_str()))
}

fn base_actions(plan: &Plan) -> Vec<Pattern> {
    plan.kept
        .iter()
        .filter_map(|kept| match &kept.why {
            WhyKept::BaseActions { actions } => Some(actions),
            WhyKept::Used { .. } => None,
        })
        .flatten()
        .cloned()
        .map(Pattern::from)
        .collect()
}

#[cfg(test)]
mod tests;
