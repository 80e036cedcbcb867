//! The present limit: what the boundary in place lets a principal do, apart from what Leastwise
//! added to it.

use super::guard::guards;
use super::language;
use super::own::{
    BASE_ACTIONS_SID, KEEP_SID, NEEDS_NO_PERMISSION, is_ours, is_set_aside, needs_no_permission,
    numbered,
};
use crate::iam::{Principal, PrincipalArn, UnknownPermissions};
use leastwise_policy::action::Action;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Document, Effect, Statement, VERSION};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;

/// What the principal may not exceed: its present boundary, or everything where it has none.
///
/// Of its own Leastwise boundary the guards are left out, since every plan adds its own.
#[derive(Debug, Clone, PartialEq)]
pub struct OuterLimit {
    version: String,
    allows: Vec<Statement>,
    set_aside: Vec<Statement>,
    denies: Vec<Statement>,
}

impl OuterLimit {
    /// The limit that `principal`'s present boundary sets.
    ///
    /// # Errors
    ///
    /// [`UnknownPermissions::Boundary`] when the boundary could not be read.
    pub fn of(principal: &Principal) -> Result<Self, UnknownPermissions> {
        Ok(match principal.boundary_document()? {
            Some(document) => Self::by(document, principal.has_own_leastwise_boundary()),
            None => Self::everything(),
        })
    }

    /// The limit that a boundary with this text sets, which is the principal's own one or not.
    pub(super) fn by(document: &Document, own: bool) -> Self {
        let version = language::version(document).to_owned();
        let mut limit = Self { version, ..Self::default() };
        for statement in document.statements() {
            match (statement.effect(), own, is_ours(statement)) {
                (Effect::Allow, true, _) if is_set_aside(statement) => {
                    limit.set_aside.push(statement.clone());
                }
                (Effect::Deny, true, true) => {}
                // Statement ids must be unique, and these are ours to use.
                (Effect::Allow, false, true) => limit.allows.push(statement.without_sid()),
                (Effect::Deny, false, true) => limit.denies.push(statement.without_sid()),
                (Effect::Allow, ..) => limit.allows.push(statement.clone()),
                (Effect::Deny, ..) => limit.denies.push(statement.clone()),
            }
        }
        limit
    }

    /// The limit of a principal that has no boundary.
    pub(super) fn everything() -> Self {
        Self { allows: vec![Statement::allow(KEEP_SID, patterns(["*"]))], ..Self::default() }
    }

    /// The version of the policy language in which `document` must be written to carry this limit
    /// over: the current one, unless policy variables such as `${aws:username}` are in it, which in
    /// 2008-10-17 are the text itself.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.
    #[must_use]
    pub fn version_for(&self, document: &Document) -> &str {
        if language::has_variables(document) { &self.version } else { VERSION }
    }

    /// The Allow statements, without what is set aside.
    #[must_use]
    pub fn allows(&self) -> &[Statement] {
        &self.allows
    }

    /// The Deny statements, without guards.
    #[must_use]
    pub fn denies(&self) -> &[Statement] {
        &self.denies
    }

    /// The base actions and the always allowed actions that a Leastwise boundary allows now.
    #[must_use]
    pub fn set_aside(&self) -> &[Statement] {
        &self.set_aside
    }

    /// The version of the policy language in which it is written.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The catalogued actions that the Allow statements are about.
    pub(crate) fn actions(&self, catalog: &Catalog) -> ActionSet {
        let mut allowed = ActionSet::empty();
        for statement in &self.allows {
            allowed.union_with(&statement.actions().in_catalog(catalog));
        }
        allowed
    }

    /// Whether anything but the choice of actions limits it.
    pub(crate) fn has_limits(&self) -> bool {
        !self.denies.is_empty() || self.allows.iter().any(|statement| !statement.is_plain())
    }

    /// What it permits, set aside or not.
    pub(super) fn permissions(&self) -> Permissions {
        let all = [self.allows.as_slice(), &self.set_aside, &self.denies].concat();
        Permissions::of([&Document::new(all)])
    }

    /// Statements that allow `wanted`, each as far as the limit allows it and no earlier one does,
    /// and what it does not allow.
    pub(crate) fn allowing<'w>(
        &self,
        wanted: impl IntoIterator<Item = &'w Action>,
        sid: &str,
    ) -> (Vec<Statement>, Vec<Action>) {
        let permitted = self.permissions();
        let (mut left, left_out): (Vec<&Action>, Vec<&Action>) =
            wanted.into_iter().partition(|action| permitted.permits(action.as_str()));
        let mut statements = Vec::new();
        for statement in self.allows.iter().chain(&self.set_aside) {
            let (allowed, others): (Vec<&Action>, Vec<&Action>) =
                left.into_iter().partition(|action| statement.actions().matches(action.as_str()));
            left = others;
            if !allowed.is_empty() {
                let sid = numbered(sid, statements.len());
                let actions = allowed.into_iter().cloned().map(Pattern::from).collect();
                statements.push(statement.with_actions(actions).with_sid(&sid));
            }
        }
        (statements, left_out.into_iter().cloned().collect())
    }

    /// The statements of the base actions as far as the limit allows them, and those it does not
    /// allow. Where none is left, the one action that needs no permission stands for them.
    pub(crate) fn base_actions(&self, wanted: &[Action]) -> (Vec<Statement>, Vec<Action>) {
        let (mut statements, left_out) = self.allowing(wanted, BASE_ACTIONS_SID);
        let (free, left_out): (Vec<Action>, Vec<Action>) =
            left_out.into_iter().partition(|action| needs_no_permission(action.as_str()));
        if statements.is_empty() || !free.is_empty() {
            let sid = numbered(BASE_ACTIONS_SID, statements.len());
            statements.push(Statement::allow(sid.as_str(), patterns([NEEDS_NO_PERMISSION])));
        }
        (statements, left_out)
    }

    /// A boundary of these Allow statements, with the limit's denials and the guards that it needs.
    pub(crate) fn guarded(
        &self,
        mut statements: Vec<Statement>,
        principal: &PrincipalArn,
        catalog: &Catalog,
    ) -> Document {
        statements.extend_from_slice(&self.denies);
        guarded(statements, &self.version, principal, catalog)
    }
}

impl Default for OuterLimit {
    /// A limit that allows nothing.
    fn default() -> Self {
        Self {
            version: VERSION.to_owned(),
            allows: Vec::new(),
            set_aside: Vec::new(),
            denies: Vec::new(),
        }
    }
}

/// A boundary of these statements in that version of the policy language, as far as the version
/// matters, with the guards that it needs.
pub(super) fn guarded(
    statements: Vec<Statement>,
    version: &str,
    principal: &PrincipalArn,
    catalog: &Catalog,
) -> Document {
    let document = language::document(statements, version);
    let guards = guards(&document, principal, catalog);
    if guards.is_empty() {
        return document;
    }
    language::document([document.statements(), &guards].concat(), version)
}

pub(crate) fn patterns<const COUNT: usize>(texts: [&str; COUNT]) -> Vec<Pattern> {
    texts.into_iter().filter_map(|text| text.parse().ok()).collect()
}
