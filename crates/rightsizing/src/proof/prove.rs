//! Checking a plan against its own promises.

use super::allowed::{Allowed, allows, limits};
use super::failure::ProofFailure;
use super::followed::NewGrants;
use super::promise::Promise;
use crate::boundary::{
    MAX_POLICY_CHARACTERS, OuterLimit, Standing, guards, is_set_aside, needs_no_permission,
};
use crate::evidence::{PlannedFrom, PreviousLimit};
use crate::iam::{Principal, PrincipalArn, PrincipalKind, UnknownPermissions};
use crate::plan::{Plan, Warning};
use crate::settings::ResourceGrants;
use crate::usage::granted_actions;
use chrono::NaiveDate;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use leastwise_policy::resource_policies;

/// A plan of which [`prove`] has shown that it breaks nothing in use, widens nothing and can be
/// written.
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

/// Proves `plan` for `principal` as it stands now.
///
/// Shown are: the document reads back from its text as planned; the plan has a word on every
/// granted action; everything kept — of a service that is kept whole, everything the present
/// boundary allows — stays allowed under the same resources and conditions; so does what a
/// resource policy may grant and no identity policy does; nothing dropped is allowed, unless the
/// plan reports it as admitted, and nothing else is that it does not mention; nothing is allowed
/// that the present boundary does not allow under the same resources and conditions or under none;
/// every denial of the present boundary stands, in the same version of the language; where IAM
/// writes are allowed the guards stand; every new pattern is one that IAM takes; IAM takes the
/// size.
///
/// ```
/// use leastwise_policy::catalog::Catalog;
/// use leastwise_policy::document::Document;
/// use leastwise_rightsizing::evidence::{Evidence, LastAccessedReport};
/// use leastwise_rightsizing::exemption::ExemptionRules;
/// use leastwise_rightsizing::iam::Account;
/// use leastwise_rightsizing::plan::{Candidate, Plan, PlanSettings, plan};
/// use leastwise_rightsizing::proof::prove;
/// use leastwise_rightsizing::settings::{
///     AlwaysAllow, BoundaryWildcards, Judging, NotPrincipalChecked, PrincipalList, ResourceGrants,
/// };
/// use serde_json::json;
///
/// let account = Account::from_json(
///     r#"{ "RoleDetailList": [{
///         "Arn": "arn:aws:iam::111122223333:role/reporter",
///         "RoleId": "AROAEXAMPLE000000001",
///         "CreateDate": "2024-01-01T00:00:00Z",
///         "RolePolicyList": [{ "PolicyName": "work", "PolicyDocument": {
///             "Version": "2012-10-17",
///             "Statement": [{
///                 "Effect": "Allow", "Action": ["s3:GetObject", "sqs:SendMessage"], "Resource": "*"
///             }]
///         } }]
///     }] }"#,
/// )?;
/// let report = LastAccessedReport::from_json(&json!({
///     "JobStatus": "COMPLETED",
///     "JobCompletionDate": "2026-11-01T06:00:00Z",
///     "ServicesLastAccessed": [
///         { "ServiceNamespace": "s3", "LastAuthenticated": "2026-10-30T09:00:00Z" },
///         { "ServiceNamespace": "sqs" }
///     ]
/// }))?;
/// let settings = PlanSettings {
///     judging: Judging::default(),
///     wildcards: BoundaryWildcards::default(),
///     base_actions: "sts:GetCallerIdentity".parse()?,
///     always_allow: AlwaysAllow::default(),
///     exemptions: ExemptionRules::default(),
///     do_not_enforce: PrincipalList::default(),
///     resource_grants: ResourceGrants::None,
///     not_principal_checked: NotPrincipalChecked::default(),
/// };
/// let (evidence, catalog) = (Evidence::from(report), Catalog::embedded());
/// let as_of = "2026-11-01T12:00:00Z".parse()?;
/// for principal in account.principals() {
///     let candidate = Candidate::of(principal, &settings, as_of)?;
///     let honest = plan(candidate, &evidence, catalog, as_of)?;
///
///     let everything = r#"{ "Version": "2012-10-17", "Statement": [
///         { "Effect": "Allow", "Action": "*", "Resource": "*" }
///     ] }"#;
///     let careless = Plan { document: Document::parse(everything)?, ..honest.clone() };
///     let failure = prove(principal, careless, catalog).unwrap_err();
///     assert_eq!(
///         failure.to_string(),
///         "the boundary for `arn:aws:iam::111122223333:role/reporter` would still allow \
///          `sqs:AddPermission`, which is to be dropped"
///     );
///
///     assert_eq!(prove(principal, honest.clone(), catalog)?.plan(), &honest);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ProofFailure`], the first thing that does not hold.
pub fn prove(
    principal: &Principal,
    plan: Plan,
    catalog: &Catalog,
) -> Result<ProvedPlan, ProofFailure> {
    prove_from(principal, &PlannedFrom::default(), plan, catalog)
}

/// The same for a principal whose own Leastwise boundary was planned from this. Shown is in
/// addition: what was granted since, what stood before allows, and no denial of the present
/// boundary surely denies, is allowed; nothing is allowed but that and what the present boundary
/// allows, each under the same resources and conditions or under none; and nothing is allowed that
/// what stood before does not allow now, and all its denials stand.
///
/// # Errors
///
/// [`ProofFailure`], the first thing that does not hold.
pub fn prove_from(
    principal: &Principal,
    from: &PlannedFrom,
    plan: Plan,
    catalog: &Catalog,
) -> Result<ProvedPlan, ProofFailure> {
    let arn = &principal.arn;
    let unknown = |why| ProofFailure::Unknown { principal: arn.clone(), why };
    let new = NewGrants::of(principal, from, catalog).map_err(unknown)?;
    // Names of statements prove nothing, so any day will do.
    let standing = Standing::of(principal, from, NaiveDate::default(), catalog).map_err(unknown)?;
    let outer = OuterLimit::of(standing.principal()).map_err(unknown)?;
    let granted = granted_actions(standing.principal(), catalog).map_err(unknown)?;
    let document = read_back(arn, &plan.document)?;
    let promise = Promise::of(&plan, catalog);
    let limit = limit(&outer);
    let proof = Proof {
        arn,
        document: &document,
        allowed: &Allowed::by(document.statements(), catalog),
        outer: &outer,
        limit: &limit,
        present: &Allowed::by(&limit, catalog),
        promise: &promise,
        catalog,
    };
    proof.fits()?;
    proof.has_a_word_on(&granted)?;
    proof.keeps()?;
    proof.keeps_resource_grants(&grantable(principal, &plan, catalog).map_err(unknown)?)?;
    proof.drops()?;
    proof.sets_aside_only_what_is_planned()?;
    proof.is_no_wider(proof.present, &NewGrants::default())?;
    proof.follows(&new)?;
    let own = self::limit(&OuterLimit::of(principal).map_err(unknown)?);
    proof.is_no_wider(&Allowed::by(&own, catalog), &new)?;
    proof.mentions_all_it_allows()?;
    proof.is_within_what_stood_before(before_our_own(principal, from))?;
    proof.keeps_denials()?;
    proof.keeps_language()?;
    proof.is_guarded()?;
    proof.has_valid_patterns()?;
    Ok(ProvedPlan { principal: arn.clone(), plan })
}

/// What resource policies may grant the principal and the plan does not say that it leaves out: of
/// each service that has such policies, what identity policies do not grant.
///
/// This is the rule itself, and not what the planner made of it.
fn grantable(
    principal: &Principal,
    plan: &Plan,
    catalog: &Catalog,
) -> Result<ActionSet, UnknownPermissions> {
    let identity = Permissions::of(principal.granting_documents()?);
    let is_user =
        principal.arn.kind() == PrincipalKind::User && !identity.permits("sts:GetFederationToken");
    let mut grantable = ActionSet::empty();
    if plan.resource_grants == ResourceGrants::None {
        return Ok(grantable);
    }
    let is_left_out = |service: &str| {
        plan.warnings.iter().any(|warning| {
            matches!(warning, Warning::ResourceGrantsLeftOut { services }
                if services.iter().any(|left_out| left_out == service))
        })
    };
    for service in resource_policies::services() {
        let namespace = service.namespace;
        if is_left_out(namespace) || (is_user && namespace != "sts") {
            continue;
        }
        if let Some(read) = plan.read_grants.get(namespace) {
            grantable.union_with(read);
            continue;
        }
        let all = catalog.service(namespace).map(ActionSet::of_service).unwrap_or_default();
        let named = service.actions.iter().map(|name| format!("{namespace}:{name}"));
        let named: ActionSet = named.filter_map(|action| catalog.find(&action)).collect();
        grantable.union_with(if service.actions.is_empty() { &all } else { &named });
    }
    grantable.difference_with(&identity.actions(catalog));
    Ok(grantable)
}

/// The text of what stood before the principal's own boundary, where that was somebody else's.
fn before_our_own<'a>(principal: &Principal, from: &'a PlannedFrom) -> Option<&'a Document> {
    let PreviousLimit::Policy { document: Ok(document), .. } = &from.previous else { return None };
    principal.has_own_leastwise_boundary().then_some(document)
}

/// What a limit allows, set aside or not.
fn limit(outer: &OuterLimit) -> Vec<Statement> {
    outer.allows().iter().chain(outer.set_aside()).cloned().collect()
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
    /// What the document allows.
    allowed: &'a Allowed<'a>,
    outer: &'a OuterLimit,
    /// What the present boundary allows, set aside or not.
    limit: &'a [Statement],
    /// The same, read.
    present: &'a Allowed<'a>,
    promise: &'a Promise,
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

    fn has_a_word_on(&self, granted: &ActionSet) -> Result<(), ProofFailure> {
        let mut left = granted.clone();
        left.difference_with(&self.promise.actions);
        left.difference_with(&self.promise.dropped_actions);
        let services = self.promise.whole.iter().chain(&self.promise.dropped_services);
        for service in services.filter_map(|service| self.catalog.service(service)) {
            left.remove_service(service);
        }
        match self.first(&left) {
            Some(action) => Err(ProofFailure::Forgotten { principal: self.arn.clone(), action }),
            None => Ok(()),
        }
    }

    fn first(&self, actions: &ActionSet) -> Option<String> {
        actions.iter().next().map(|id| self.catalog.action(id).to_string())
    }

    /// The first of them that needs a permission.
    fn first_deniable(&self, actions: &ActionSet) -> Option<String> {
        let mut names = actions.iter().map(|id| self.catalog.action(id).to_string());
        names.find(|action| !needs_no_permission(action))
    }

    fn keeps(&self) -> Result<(), ProofFailure> {
        let lost = self.lost(self.present);
        let missing = self
            .missing_action(&self.promise.actions, &lost)
            .or_else(|| self.promise.named.iter().find_map(|named| self.missing_named(named)))
            .or_else(|| {
                self.promise.whole.iter().find_map(|service| {
                    let known = self.catalog.service(service);
                    let mut missing = lost.iter().filter_map(|it| it.iter_in(known?).next());
                    let missing = missing.next().map(|id| self.catalog.action(id).to_string());
                    missing.or_else(|| self.missing_pattern(service))
                })
            });
        match missing {
            Some(action) => Err(ProofFailure::WouldDeny { principal: self.arn.clone(), action }),
            None => Ok(()),
        }
    }

    /// What the limit only sets aside was never kept for what a resource policy may grant.
    fn keeps_resource_grants(&self, grantable: &ActionSet) -> Result<(), ProofFailure> {
        let now = Allowed::by(self.outer.allows(), self.catalog);
        match self.missing_action(grantable, &self.lost(&now)) {
            Some(action) => {
                Err(ProofFailure::WouldCutResourceGrant { principal: self.arn.clone(), action })
            }
            None => Ok(()),
        }
    }

    /// What is allowed now under some limits and would not be under them.
    fn lost(&self, now: &Allowed<'_>) -> Vec<ActionSet> {
        let lost = now.actions().map(|(limits, it)| it.difference(&self.allowed.under(limits)));
        lost.collect()
    }

    /// One of the actions that is lost.
    fn missing_action(&self, actions: &ActionSet, lost: &[ActionSet]) -> Option<String> {
        lost.iter().find_map(|lost| self.first(&lost.intersection(actions)))
    }

    /// A kept pattern that the catalogue knows nothing of, where the present boundary surely
    /// includes it and the new one would not.
    fn missing_named(&self, named: &Pattern) -> Option<String> {
        let included = self.outer.allows().iter().filter(|it| it.actions().includes(named));
        let mut limits = included.map(limits);
        limits.any(|limits| !self.allowed.includes(&limits, named)).then(|| named.to_string())
    }

    /// A part of the service, in the catalogue or not, that is allowed now and would not be.
    fn missing_pattern(&self, service: &str) -> Option<String> {
        let then = self.allowed;
        let whole: Pattern = format!("{service}:*").parse().ok()?;
        self.outer.allows().iter().find_map(|statement| {
            let limits = limits(statement);
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

    /// The Allow statements without what is set aside.
    fn lists(&self) -> Vec<Statement> {
        allows(self.document).into_iter().filter(|it| !is_set_aside(it)).collect()
    }

    fn drops(&self) -> Result<(), ProofFailure> {
        let lists = self.lists();
        let mut excused = self.promise.actions.union(&self.promise.extras);
        let mut dropped = self.promise.dropped_actions.clone();
        for service in &self.promise.dropped_services {
            if let Some(known) = self.catalog.service(service) {
                dropped.insert_service(known);
            }
        }
        // What is dropped by its own name is excused only as an extra.
        excused.difference_with(&self.promise.dropped_actions.difference(&self.promise.extras));
        let still = self.allowed_by(&lists).intersection(&dropped).difference(&excused);
        let action = self.first_deniable(&still).or_else(|| {
            let mut dropped = self.promise.dropped_services.iter();
            dropped.find_map(|service| self.stray_pattern(service, &lists))
        });
        match action {
            Some(action) => Err(ProofFailure::WouldAllow { principal: self.arn.clone(), action }),
            None => Ok(()),
        }
    }

    fn allowed_by(&self, statements: &[Statement]) -> ActionSet {
        let mut allowed = ActionSet::empty();
        for statement in statements {
            allowed.union_with(&statement.actions().in_catalog(self.catalog));
        }
        allowed
    }

    /// A pattern by which something of a dropped service might be allowed that the catalogue does
    /// not know, and that nothing which is kept or admitted of the service calls for.
    fn stray_pattern(&self, service: &str, lists: &[Statement]) -> Option<String> {
        let known = self.catalog.service(service);
        let some_is_kept = known.is_some_and(|known| {
            let kept = self.promise.actions.union(&self.promise.extras);
            !kept.in_service(known).is_empty()
        });
        let calls_for = |pattern: &Pattern| {
            some_is_kept
                && known.is_some_and(|known| !pattern.actions_in(known, self.catalog).is_empty())
        };
        lists.iter().find_map(|statement| match statement.actions() {
            Actions::Action(patterns) => patterns
                .iter()
                .filter(|pattern| pattern.may_match_service(service))
                .find(|pattern| !calls_for(pattern))
                .map(ToString::to_string),
            Actions::NotAction(excluded) => {
                let whole: Pattern = format!("{service}:*").parse().ok()?;
                let is_excluded = excluded.iter().any(|except| except.covers(&whole));
                (!is_excluded && !some_is_kept).then(|| whole.to_string())
            }
        })
    }

    /// A list of what is kept allows nothing else, but for what the plan says it admits. (A list of
    /// what is dropped allows what is not granted.)
    fn mentions_all_it_allows(&self) -> Result<(), ProofFailure> {
        let lists = self.lists();
        if lists.iter().any(|it| matches!(it.actions(), Actions::NotAction(_))) {
            return Ok(());
        }
        let mut left = self.allowed_by(&lists);
        left.difference_with(&self.promise.actions);
        left.difference_with(&self.promise.extras);
        for service in self.promise.whole.iter().filter_map(|it| self.catalog.service(it)) {
            left.remove_service(service);
        }
        match self.first_deniable(&left) {
            Some(action) => Err(ProofFailure::Unreported { principal: self.arn.clone(), action }),
            None => Ok(()),
        }
    }

    /// Statements of what is set aside may allow nothing but the base actions and always allowed
    /// actions of the plan.
    fn sets_aside_only_what_is_planned(&self) -> Result<(), ProofFailure> {
        let statements = self.document.statements().iter().filter(|it| is_set_aside(it));
        let extra = statements
            .flat_map(|statement| match statement.actions() {
                Actions::Action(patterns) => patterns.as_slice(),
                Actions::NotAction(_) => &[],
            })
            .find(|pattern| !self.promise.set_aside.contains(*pattern));
        match extra {
            Some(pattern) => Err(self.wider(pattern.as_str())),
            None => Ok(()),
        }
    }

    /// Nothing is allowed but what these statements allow under the same limits or under none, and
    /// these new grants: neither an action nor, where the catalogue does not know any, a pattern.
    fn is_no_wider(&self, limit: &Allowed<'_>, new: &NewGrants) -> Result<(), ProofFailure> {
        for (limits, allowed) in self.allowed.actions() {
            let mut extra = allowed.difference(&limit.at_least_under(limits));
            extra.difference_with(&new.under(limits, self.catalog));
            if let Some(action) = self.first_deniable(&extra) {
                return Err(self.wider(&action));
            }
        }
        for statement in &allows(self.document) {
            if let Some(pattern) = self.wider_pattern(statement, limit, new) {
                return Err(self.wider(pattern));
            }
        }
        Ok(())
    }

    fn wider_pattern<'s>(
        &self,
        statement: &'s Statement,
        limit: &Allowed<'_>,
        new: &NewGrants,
    ) -> Option<&'s str> {
        let limits = limits(statement);
        let is_wider = |pattern: &&Pattern| {
            !needs_no_permission(pattern.as_str())
                && !limit.includes_at_least_under(&limits, pattern)
                && !new.includes(&limits, pattern, self.catalog)
        };
        match statement.actions() {
            Actions::Action(patterns) => patterns.iter().find(is_wider).map(Pattern::as_str),
            Actions::NotAction(excluded) => {
                (!limit.includes_all_but(&limits, excluded)).then_some("*")
            }
        }
    }

    /// All new grants on which the present boundary has no word are allowed.
    fn follows(&self, new: &NewGrants) -> Result<(), ProofFailure> {
        let missing = new.denied().difference(&self.allowed_by(&allows(self.document)));
        let missing = self
            .first_deniable(&missing)
            .or_else(|| new.missing_name(self.allowed).map(ToString::to_string));
        match missing {
            Some(action) => Err(ProofFailure::WouldDeny { principal: self.arn.clone(), action }),
            None => Ok(()),
        }
    }

    fn wider(&self, action: &str) -> ProofFailure {
        ProofFailure::Wider { principal: self.arn.clone(), action: action.to_owned() }
    }

    /// Of what stood before our own boundary, as it is now, every denial stands, and nothing is
    /// allowed that it does not allow under the same resources and conditions or under none.
    fn is_within_what_stood_before(&self, before: Option<&Document>) -> Result<(), ProofFailure> {
        let Some(before) = before else { return Ok(()) };
        let limit = allows(before);
        self.is_no_wider(&Allowed::by(&limit, self.catalog), &NewGrants::default())?;
        let denials = before.statements().iter().filter(|it| it.effect() == Effect::Deny);
        let stands = |denial: &Statement| {
            let statements = self.document.statements().iter();
            statements.map(Statement::without_sid).any(|it| it == denial.without_sid())
        };
        match denials.zip(1..).find(|(denial, _)| !stands(denial)) {
            Some((_, statement)) => {
                Err(ProofFailure::DenialLost { principal: self.arn.clone(), statement })
            }
            None => Ok(()),
        }
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

    /// A pattern that the present boundary does not have must be `*`, or a service, a colon, and a
    /// name of letters and digits with wildcards.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>.
    fn has_valid_patterns(&self) -> Result<(), ProofFailure> {
        let patterns_of = |statements: &[Statement]| -> Vec<Pattern> {
            let patterns = statements.iter().flat_map(|statement| match statement.actions() {
                Actions::Action(patterns) | Actions::NotAction(patterns) => patterns.clone(),
            });
            patterns.collect()
        };
        let present = patterns_of(self.limit);
        let invalid = patterns_of(&allows(self.document))
            .into_iter()
            .find(|pattern| !is_valid(pattern) && !present.contains(pattern));
        match invalid {
            Some(pattern) => Err(ProofFailure::InvalidPattern {
                principal: self.arn.clone(),
                pattern: pattern.to_string(),
            }),
            None => Ok(()),
        }
    }
}

pub(super) fn is_valid(pattern: &Pattern) -> bool {
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"*?-_".contains(&byte);
    let name = pattern.as_str().split_once(':').map(|(_, name)| name);
    pattern.as_str() == "*"
        || pattern.service_literal().is_some_and(|service| !service.is_empty())
            && name.is_some_and(|name| !name.is_empty() && name.bytes().all(in_name))
}

/// What `pattern` matches within the service, at most; `None` when it matches nothing there.
fn part_of(service: &str, pattern: &Pattern) -> Option<Pattern> {
    if !pattern.may_match_service(service) {
        return None;
    }
    let name = pattern.as_str().split_once(':').map_or("*", |(_, name)| name);
    format!("{service}:{name}").parse().ok()
}
