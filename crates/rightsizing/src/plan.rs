//! The boundary plan: the tightest permissions boundary that keeps everything a principal uses, with its reasons.
//!
//! The boundary is what stands now — the present boundary, or "everything" where there is none — narrowed to the
//! services that are kept: those used in the window and those of which nothing is known. Every Allow statement of the
//! result is an Allow statement of the present boundary with fewer actions, under the same resources and conditions,
//! and every Deny statement is carried over as it is, so the result can never be wider.
//!
//! A service that neither the catalogue nor the report nor any policy names is not known to be granted, and a list of
//! what is kept does not hold it.

mod guard;
mod narrow;

use crate::exemption::{ExemptPrincipals, Exemption, exemption};
use crate::index::{CreepIndex, Score};
use crate::last_accessed::{LastAccessedReport, ReportError};
use crate::principal::{Boundary, Principal, PrincipalArn, UnknownPermissions};
use crate::settings::{BaseActions, UnusedAfterDays, Weighting};
use crate::usage::{Idle, PrincipalUsage, Unknown, Usage};
use chrono::{DateTime, Utc};
pub use guard::guards;
use guard::has_iam_writes;
use leastwise_policy::action::Action;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
pub use narrow::OuterLimit;
use narrow::{Form, Kept as KeptServices};
use std::collections::BTreeSet;
use std::fmt;
use thiserror::Error;

/// The largest managed policy IAM takes, in characters; IAM does not count white space, and we write none.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>
pub const MAX_POLICY_CHARACTERS: usize = 6_144;

/// What the statement id of every statement that Leastwise itself adds begins with.
pub const SID_PREFIX: &str = "Leastwise";

/// The statement id of what is kept where there was no boundary before.
pub const KEEP_SID: &str = "LeastwiseKeep";

/// The statement id of the base actions. In a Leastwise boundary they are not counted as creep, or a principal that
/// uses nothing would stay at 100 for ever.
pub const BASE_ACTIONS_SID: &str = "LeastwiseBaseActions";

/// The one action that needs no permission: it is allowed even where a policy denies it, so allowing it widens nothing.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
pub const NEEDS_NO_PERMISSION: &str = "sts:GetCallerIdentity";

/// The settings of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSettings {
    /// The window.
    pub unused_after: UnusedAfterDays,
    /// Weights of services, for the index before and after.
    pub weighting: Weighting,
    /// What is left to a principal that uses nothing.
    pub base_actions: BaseActions,
    /// Exempt principals.
    pub exempt: ExemptPrincipals,
}

/// Why there is no plan for a principal. It stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It is exempt
    #[error("`{principal}` is exempt: {exemption}")]
    Exempt {
        /// The principal.
        principal: PrincipalArn,
        /// Why.
        exemption: Exemption,
    },
    /// What it may do is unknown
    #[error("`{principal}` cannot be planned for: {why}")]
    PermissionsUnknown {
        /// The principal.
        principal: PrincipalArn,
        /// What is unknown.
        why: UnknownPermissions,
    },
    /// There is no usable report on it
    #[error("`{principal}` cannot be planned for: {why}")]
    UsageUnknown {
        /// The principal.
        principal: PrincipalArn,
        /// What is wrong with the report.
        why: ReportError,
    },
    /// The document would be larger than IAM takes
    #[error(
        "the boundary for `{principal}` would have {characters} characters, and IAM takes {MAX_POLICY_CHARACTERS}; \
         {kept} services would have to be kept, {unknown} of them because nothing is known of their use"
    )]
    TooLarge {
        /// The principal.
        principal: PrincipalArn,
        /// Its size.
        characters: usize,
        /// How many services it keeps, the unknown ones included.
        kept: usize,
        /// How many of them are unknown.
        unknown: usize,
    },
}

impl Refusal {
    /// The stable type of the refusal, for scripts and alarms.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Exempt { .. } => "Exempt",
            Self::PermissionsUnknown { .. } => "PermissionsUnknown",
            Self::UsageUnknown { .. } => "UsageUnknown",
            Self::TooLarge { .. } => "TooLarge",
        }
    }
}

/// A boundary with its reasons. Deterministic: the same input gives the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The boundary.
    pub document: Document,
    /// What it keeps and why, in the order of the services.
    pub kept: Vec<Kept>,
    /// What it drops and why, in the order of the services.
    pub dropped: Vec<Dropped>,
    /// What it keeps because nothing is known of its use, in the order of the services.
    pub unknown: Vec<KeptUnknown>,
    /// What a person should know before applying it.
    pub warnings: Vec<Warning>,
    /// The index now; `None` when nothing is known.
    pub index: Option<CreepIndex>,
    /// The index once the boundary is attached; `None` when nothing would be known.
    pub expected_index: Option<CreepIndex>,
}

/// A service, or the base actions in it, that the boundary keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The service.
    pub service: String,
    /// Why.
    pub why: WhyKept,
}

/// Why something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyKept {
    /// Used inside the window.
    Used {
        /// Last attempt.
        last: DateTime<Utc>,
    },
    /// Base actions, because the principal uses nothing.
    BaseActions {
        /// Which.
        actions: Vec<Action>,
    },
}

/// A service that the boundary drops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The service.
    pub service: String,
    /// Never used, or not inside the window.
    pub idle: Idle,
}

/// A service that is kept because nothing is known of its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptUnknown {
    /// The service.
    pub service: String,
    /// Why nothing is known.
    pub why: Unknown,
}

/// What a person should know before applying a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// IAM writes are granted and kept.
    KeepsIamWrites,
    /// The document lists what is dropped instead of what is kept: that list would not fit, or the present boundary
    /// excludes a part of a kept service.
    AllowsAllButTheDropped {
        /// How many services are kept.
        kept: usize,
    },
    /// The present boundary limits resources or has conditions.
    CarriesLimitsOver {
        /// ARN of the present boundary.
        present: String,
    },
    /// Base actions that the present boundary does not allow are left out.
    BaseActionsLeftOut {
        /// Which.
        actions: Vec<Action>,
    },
    /// The report is older than the moment of the plan.
    ReportIsOld {
        /// By how many whole days.
        days: i64,
    },
}

impl Warning {
    /// The stable type of the warning, for scripts.
    #[must_use]
    pub fn warning_type(&self) -> &'static str {
        match self {
            Self::KeepsIamWrites => "KeepsIamWrites",
            Self::AllowsAllButTheDropped { .. } => "AllowsAllButTheDropped",
            Self::CarriesLimitsOver { .. } => "CarriesLimitsOver",
            Self::BaseActionsLeftOut { .. } => "BaseActionsLeftOut",
            Self::ReportIsOld { .. } => "ReportIsOld",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeepsIamWrites => formatter.write_str(
                "IAM writes stay allowed: through them the principal can still give permissions to \
                 other principals, which this boundary does not bind",
            ),
            Self::AllowsAllButTheDropped { kept } => write!(
                formatter,
                "a list of the kept services ({kept}) would exceed IAM's {MAX_POLICY_CHARACTERS} characters or not be \
                 exact, so the boundary lists what it drops and allows the rest, services granted later included"
            ),
            Self::CarriesLimitsOver { present } => write!(
                formatter,
                "the present boundary `{present}` has conditions, resource limits or denials; they are carried over"
            ),
            Self::BaseActionsLeftOut { actions } => {
                let actions: Vec<String> =
                    actions.iter().map(|action| format!("`{action}`")).collect();
                write!(
                    formatter,
                    "the present boundary does not allow the base actions {}; they are left out",
                    actions.join(", ")
                )
            }
            Self::ReportIsOld { days } => write!(
                formatter,
                "the service last accessed report is {days} days older than the moment of the plan; later use is not in it"
            ),
        }
    }
}

/// From how many whole days on a report is called old. Fresh reports, which the Lambdas fetch, are minutes old.
const OLD_REPORT_DAYS: i64 = 5;

/// Refuses an exempt principal. [`plan`] does so too; this spares fetching a report first.
///
/// # Errors
/// [`Refusal::Exempt`]
pub fn refuse_exempt(principal: &PrincipalArn, settings: &PlanSettings) -> Result<(), Refusal> {
    match exemption(principal, &settings.exempt) {
        Some(exemption) => Err(Refusal::Exempt { principal: principal.clone(), exemption }),
        None => Ok(()),
    }
}

/// Plans the boundary for a principal.
///
/// # Errors
/// [`Refusal`] when the principal is exempt, when anything about its permissions or their use could not be read, or
/// when no exact document exists that fits.
pub fn plan(
    principal: &Principal,
    report: &LastAccessedReport,
    settings: &PlanSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    let arn = &principal.arn;
    refuse_exempt(arn, settings)?;
    let unknown_permissions = |why| Refusal::PermissionsUnknown { principal: arn.clone(), why };
    report
        .check_reaches(settings.unused_after.window_start(as_of))
        .map_err(|why| Refusal::UsageUnknown { principal: arn.clone(), why })?;
    let usage = PrincipalUsage::of(principal, report, settings.unused_after, as_of, catalog)
        .map_err(unknown_permissions)?;
    let outer = OuterLimit::of(principal).map_err(unknown_permissions)?;

    let mut parts = Parts::sort(&usage);
    let document = if parts.keeps_nothing() {
        parts.base_actions(&outer, settings, principal, catalog)
    } else {
        parts.narrowed(&outer, principal, catalog)
    };
    if document.size() > MAX_POLICY_CHARACTERS {
        return Err(parts.too_large(document.size(), arn));
    }
    let expected = after(principal, &document, report, settings, catalog, as_of)
        .map_err(unknown_permissions)?;
    if has_iam_writes(&expected.granted, catalog) {
        parts.warnings.push(Warning::KeepsIamWrites);
    }
    parts.warnings.extend(report_age(report, as_of));
    Ok(Plan {
        document,
        kept: parts.kept,
        dropped: parts.dropped,
        unknown: parts.unknown,
        warnings: parts.warnings,
        index: Score::of(&usage.services, settings.weighting).index,
        expected_index: Score::of(&expected.services, settings.weighting).index,
    })
}

/// Whether the statement is one of base actions: by its id, and because it names each of its actions.
pub(crate) fn is_base_actions(statement: &Statement) -> bool {
    let named = match statement.actions() {
        Actions::Action(patterns) => patterns.iter().all(Pattern::is_literal),
        Actions::NotAction(_) => false,
    };
    let ours = statement.sid().is_some_and(|sid| sid.starts_with(BASE_ACTIONS_SID));
    statement.effect() == Effect::Allow && ours && named
}

fn allows_all_but(statement: &Statement) -> bool {
    statement.effect() == Effect::Allow && matches!(statement.actions(), Actions::NotAction(_))
}

/// The usage of `principal` once `document` is its Leastwise boundary.
fn after(
    principal: &Principal,
    document: &Document,
    report: &LastAccessedReport,
    settings: &PlanSettings,
    catalog: &Catalog,
    as_of: DateTime<Utc>,
) -> Result<PrincipalUsage, UnknownPermissions> {
    let bounded = Principal {
        boundary: Some(Boundary {
            policy_arn: principal.arn.boundary_policy_arn(),
            document: Ok(document.clone()),
            since: None,
        }),
        ..principal.clone()
    };
    PrincipalUsage::of(&bounded, report, settings.unused_after, as_of, catalog)
}

fn report_age(report: &LastAccessedReport, as_of: DateTime<Utc>) -> Option<Warning> {
    let days = (as_of - report.completed()?).num_days();
    (days >= OLD_REPORT_DAYS).then_some(Warning::ReportIsOld { days })
}

/// The granted services, sorted by what becomes of them.
#[derive(Default)]
struct Parts {
    kept: Vec<Kept>,
    dropped: Vec<Dropped>,
    unknown: Vec<KeptUnknown>,
    warnings: Vec<Warning>,
}

impl Parts {
    fn sort(usage: &PrincipalUsage) -> Self {
        let mut parts = Self::default();
        for service in &usage.services {
            let name = service.namespace.clone();
            match service.usage {
                Usage::Used { last } => {
                    parts.kept.push(Kept { service: name, why: WhyKept::Used { last } });
                }
                Usage::Idle(idle) => parts.dropped.push(Dropped { service: name, idle }),
                Usage::Unknown(why) => parts.unknown.push(KeptUnknown { service: name, why }),
            }
        }
        parts
    }

    fn keeps_nothing(&self) -> bool {
        self.kept.is_empty() && self.unknown.is_empty()
    }

    fn services(&self) -> KeptServices<'_> {
        let kept = self.kept.iter().map(|kept| kept.service.as_str());
        let unknown = self.unknown.iter().map(|unknown| unknown.service.as_str());
        KeptServices {
            kept: kept.chain(unknown).collect(),
            dropped: self.dropped.iter().map(|dropped| dropped.service.as_str()).collect(),
        }
    }

    /// The present limit narrowed to what is kept: as a list of what is kept if that fits, else of what is dropped.
    fn narrowed(
        &mut self,
        outer: &OuterLimit,
        principal: &Principal,
        catalog: &Catalog,
    ) -> Document {
        if let (true, Some(boundary)) = (outer.has_limits(), &principal.boundary) {
            self.warnings.push(Warning::CarriesLimitsOver { present: boundary.policy_arn.clone() });
        }
        let services = self.services();
        let kept = services.kept.len();
        let in_form = |form| outer.narrowed_to(&services, form, &principal.arn, catalog);
        let fits = |document: &Document| document.size() <= MAX_POLICY_CHARACTERS;
        let mut document = in_form(Form::ListKept);
        if !fits(&document) {
            // Where it does not help either, the list of what is kept says how much there is to keep.
            document = Some(in_form(Form::ListDropped)).filter(fits).unwrap_or(document);
        }
        if document.statements().iter().any(allows_all_but) {
            self.warnings.push(Warning::AllowsAllButTheDropped { kept });
        }
        document
    }

    /// What is left to a principal that uses nothing.
    fn base_actions(
        &mut self,
        outer: &OuterLimit,
        settings: &PlanSettings,
        principal: &Principal,
        catalog: &Catalog,
    ) -> Document {
        let wanted = settings.base_actions.actions();
        let (document, left_out) = outer.base_actions(wanted, &principal.arn, catalog);
        if !left_out.is_empty() {
            self.warnings.push(Warning::BaseActionsLeftOut { actions: left_out.clone() });
        }
        let mut allowed: Vec<Action> =
            wanted.iter().filter(|action| !left_out.contains(action)).cloned().collect();
        if allowed.is_empty() {
            allowed.extend(NEEDS_NO_PERMISSION.parse());
        }
        let services: BTreeSet<String> =
            allowed.iter().map(|action| action.service().to_ascii_lowercase()).collect();
        for service in services {
            let actions = allowed
                .iter()
                .filter(|action| action.service().eq_ignore_ascii_case(&service))
                .cloned()
                .collect();
            self.kept.push(Kept { service, why: WhyKept::BaseActions { actions } });
        }
        document
    }

    fn too_large(&self, characters: usize, principal: &PrincipalArn) -> Refusal {
        Refusal::TooLarge {
            principal: principal.clone(),
            characters,
            kept: self.kept.len() + self.unknown.len(),
            unknown: self.unknown.len(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests;
