//! What a person should know before applying a plan.

use super::settings::SUGGESTION_HISTORY_DAYS;
use crate::boundary::MAX_POLICY_CHARACTERS;
use crate::evidence::LastAccessedReport;
use crate::exemption::IgnoredExemption;
use chrono::{DateTime, NaiveDate, Utc};
use leastwise_policy::action::Action;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Effect, Statement};
use std::fmt;

/// From how many whole days on a report is called old. Fresh reports, which the Lambdas fetch, are
/// minutes old.
const OLD_REPORT_DAYS: i64 = 5;

/// From how many whole days on the catalogue is called old: AWS adds actions every week.
const OLD_CATALOGUE_DAYS: i64 = 30;

/// Up to how many whole days of age the catalogue serves automatic remediation.
const MOST_DAYS_OF_CATALOGUE: i64 = 90;

pub(super) fn catalogue_age(catalog: &Catalog, now: DateTime<Utc>) -> Option<Warning> {
    let date: NaiveDate = catalog.date().parse().ok()?;
    let days = (now.date_naive() - date).num_days();
    (days > OLD_CATALOGUE_DAYS).then_some(Warning::CatalogueIsOld { days })
}

pub(super) fn allows_all_but(statement: &Statement) -> bool {
    statement.effect() == Effect::Allow && matches!(statement.actions(), Actions::NotAction(_))
}

pub(super) fn report_age(report: &LastAccessedReport, as_of: DateTime<Utc>) -> Option<Warning> {
    let days = (as_of - report.completed()?).num_days();
    (days >= OLD_REPORT_DAYS).then_some(Warning::ReportIsOld { days })
}

/// What a person should know before applying a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// IAM writes are granted and kept.
    KeepsIamWrites,
    /// The document lists what is dropped instead of what is kept: that list would not fit, or the
    /// present boundary excludes a part of a kept service.
    AllowsAllButTheDropped {
        /// How many services are kept.
        kept: usize,
    },
    /// The present boundary limits resources or has conditions.
    CarriesLimitsOver {
        /// ARN of the present boundary.
        present: String,
    },
    /// Policies of the account are about principals that have the present boundary, which is to be
    /// replaced, or may be.
    BoundaryIsDemanded {
        /// ARN of the present boundary.
        present: String,
        /// ARNs of the principals whose policies these are.
        by: Vec<String>,
        /// How many entries of the account could not be read.
        unreadable: usize,
    },
    /// Base actions that the present boundary does not allow are left out.
    BaseActionsLeftOut {
        /// Which.
        actions: Vec<Action>,
    },
    /// Actions of the setting `AlwaysAllow` that the present boundary does not allow are left out.
    AlwaysAllowLeftOut {
        /// Which.
        actions: Vec<Action>,
    },
    /// The boundary does not fit with stable wildcards, so it has broader ones.
    ExactWildcards {
        /// In which services; empty where in all.
        services: Vec<String>,
    },
    /// The boundary does not fit with wildcards that people can read.
    HardToRead {
        /// In which services.
        services: Vec<String>,
    },
    /// The document admits more than what is kept, because it would not fit otherwise.
    AdmitsExtras {
        /// How many actions.
        extras: usize,
        /// How many of them are granted now and lie idle.
        granted: usize,
    },
    /// The report does not tell actions apart.
    ServiceLevelEvidence,
    /// The principal has no boundary yet.
    FirstBoundary,
    /// Services are left out that a resource policy may grant, because the document would not fit.
    ResourceGrantsLeftOut {
        /// Which.
        services: Vec<String>,
    },
    /// The principal uses services that call others in its name, and whether IAM records such calls
    /// is not documented.
    CalledByAws {
        /// Which.
        services: Vec<&'static str>,
    },
    /// The principal can hand over or assume roles that this boundary does not bind.
    ReachesOtherRoles {
        /// By which actions.
        actions: Vec<&'static str>,
    },
    /// The action catalogue is old: what AWS added since is not in it.
    CatalogueIsOld {
        /// By how many whole days.
        days: i64,
    },
    /// Something is dropped that was used, but not inside the window.
    DropsEarlierUse {
        /// The window in days.
        days: u16,
        /// Services and actions.
        what: Vec<String>,
    },
    /// Services or other accounts may assume the role.
    AssumedByOthers {
        /// Service principals, such as `lambda.amazonaws.com`.
        services: Vec<String>,
        /// Account ids; `*` for any account.
        accounts: Vec<String>,
    },
    /// A tool that administers the principal would take the boundary away again.
    AdministeredByCode {
        /// The tool.
        tool: &'static str,
        /// What its code needs.
        snippet: String,
    },
    /// An external service was to suggest what to drop.
    Suggestion(SuggestionWarning),
    /// Something that the boundary in place stops was attempted since.
    SuspectedBreak {
        /// Services and actions.
        what: Vec<String>,
        /// Since when the boundary stands.
        since: DateTime<Utc>,
    },
    /// What is granted changed since the boundary in place was planned, and it is not known by
    /// what, so that the boundary goes on denying it.
    NewGrantsUnknown {
        /// Why it is not known.
        why: String,
    },
    /// Tags that are meant to exempt the principal do not.
    ExemptionIgnored {
        /// Why.
        why: IgnoredExemption,
    },
    /// The report is older than the moment of the plan.
    ReportIsOld {
        /// By how many whole days.
        days: i64,
    },
}

impl Warning {
    /// Whether a person has to look before this may be applied: automatic remediation refuses.
    #[must_use]
    pub fn stops_automatic_remediation(&self) -> bool {
        let is_too_old =
            matches!(self, Self::CatalogueIsOld { days } if *days > MOST_DAYS_OF_CATALOGUE);
        is_too_old
            || matches!(
                self,
                Self::FirstBoundary
                    | Self::BoundaryIsDemanded { .. }
                    | Self::ResourceGrantsLeftOut { .. }
                    | Self::CalledByAws { .. }
                    | Self::SuspectedBreak { .. }
            )
    }

    /// The stable type of the warning, for scripts.
    #[must_use]
    pub fn warning_type(&self) -> &'static str {
        match self {
            Self::KeepsIamWrites => "KeepsIamWrites",
            Self::AllowsAllButTheDropped { .. } => "AllowsAllButTheDropped",
            Self::CarriesLimitsOver { .. } => "CarriesLimitsOver",
            Self::BoundaryIsDemanded { .. } => "BoundaryIsDemanded",
            Self::BaseActionsLeftOut { .. } => "BaseActionsLeftOut",
            Self::AlwaysAllowLeftOut { .. } => "AlwaysAllowLeftOut",
            Self::ExactWildcards { .. } => "ExactWildcards",
            Self::HardToRead { .. } => "HardToRead",
            Self::AdmitsExtras { .. } => "AdmitsExtras",
            Self::ServiceLevelEvidence => "ServiceLevelEvidence",
            Self::FirstBoundary => "FirstBoundary",
            Self::ResourceGrantsLeftOut { .. } => "ResourceGrantsLeftOut",
            Self::CalledByAws { .. } => "CalledByAws",
            Self::ReachesOtherRoles { .. } => "ReachesOtherRoles",
            Self::CatalogueIsOld { .. } => "CatalogueIsOld",
            Self::DropsEarlierUse { .. } => "DropsEarlierUse",
            Self::AssumedByOthers { .. } => "AssumedByOthers",
            Self::AdministeredByCode { .. } => "AdministeredByCode",
            Self::Suggestion(warning) => warning.warning_type(),
            Self::SuspectedBreak { .. } => "SuspectedBreak",
            Self::NewGrantsUnknown { .. } => "NewGrantsUnknown",
            Self::ExemptionIgnored { .. } => "ExemptionIgnored",
            Self::ReportIsOld { .. } => "ReportIsOld",
        }
    }
}

impl Warning {
    /// The text of those warnings that are about what neither evidence nor catalogue shows.
    fn about_what_is_not_seen(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::ResourceGrantsLeftOut { services } = self {
            return write!(
                formatter,
                "the boundary would not fit otherwise, so it denies what only a resource policy grants in {}: look \
                 whether policies there name this role",
                named(services)
            );
        }
        if let Self::CalledByAws { services } = self {
            return write!(
                formatter,
                "it uses {}, and AWS does not document whether IAM records what that calls in its name: look in \
                 CloudTrail (`invokedBy`) for such calls before applying this",
                services.join(", ")
            );
        }
        if let Self::ReachesOtherRoles { actions } = self {
            return write!(
                formatter,
                "{} on roles of any name stays allowed: through roles that are stronger it can still do what this \
                 boundary denies",
                actions.join(" and ")
            );
        }
        if let Self::CatalogueIsOld { days } = self {
            return write!(
                formatter,
                "the action catalogue is {days} days old: actions that AWS added since are neither judged nor in lists \
                 of what is kept; install a newer version"
            );
        }
        if let Self::NewGrantsUnknown { why } = self {
            return write!(
                formatter,
                "its policies may grant more than when the boundary in place was planned, and what they grant in \
                 addition stays denied: {why}; to allow it, restore what stood before and apply again"
            );
        }
        Ok(())
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
            Self::BoundaryIsDemanded { present, by, unreadable } => {
                demanded(formatter, present, by, *unreadable)
            }
            Self::BaseActionsLeftOut { actions } => write!(
                formatter,
                "the present boundary does not allow the base actions {}; they are left out",
                quoted(actions)
            ),
            Self::AlwaysAllowLeftOut { actions } => write!(
                formatter,
                "the present boundary does not allow the actions {} of `AlwaysAllow`; they are left out",
                quoted(actions)
            ),
            Self::ExactWildcards { services } => write!(
                formatter,
                "with stable wildcards alone the boundary would not fit, so it has broader ones{}, which match what is \
                 kept today and may match a write that AWS adds",
                in_services(services)
            ),
            Self::HardToRead { services } => write!(
                formatter,
                "with wildcards between whole words the boundary would not fit, so it has some that cut words{}: read \
                 what is kept in the plan rather than in the boundary",
                in_services(services)
            ),
            Self::AdmitsExtras { extras, granted } => write!(
                formatter,
                "an exact boundary would exceed IAM's {MAX_POLICY_CHARACTERS} characters, so this one also allows \
                 {extras} actions that are not to be kept; {granted} of them are granted now and lie idle"
            ),
            Self::ServiceLevelEvidence => formatter.write_str(
                "the report is of service level, which does not tell single actions apart: used services are kept whole",
            ),
            Self::FirstBoundary => formatter.write_str(
                "this is its first boundary, and a resource policy that denies with `NotPrincipal` denies every \
                 principal that has one: look for `NotPrincipal` in the policies of what it uses (buckets, keys, \
                 queues, topics, secrets) before applying this",
            ),
            Self::ResourceGrantsLeftOut { .. }
            | Self::CalledByAws { .. }
            | Self::ReachesOtherRoles { .. }
            | Self::CatalogueIsOld { .. }
            | Self::NewGrantsUnknown { .. } => self.about_what_is_not_seen(formatter),
            Self::DropsEarlierUse { days, what } => write!(
                formatter,
                "{} dropped that was used before the last {days} days: a job that runs less often, such as every \
                 quarter or year, needs a longer `UnusedAfterDays` or an exemption",
                enumerated(what, "is", "are")
            ),
            Self::AssumedByOthers { services, accounts } => {
                let services = services.iter().map(|service| format!("`{service}`"));
                let accounts = accounts.iter().map(|account| match account.as_str() {
                    "*" => "any account".to_owned(),
                    account => format!("account {account}"),
                });
                let others: Vec<String> = services.chain(accounts).collect();
                write!(
                    formatter,
                    "the role may be assumed by {}: what they do with it is in the report, but nobody in this account may \
                     notice when it stops",
                    others.join(", ")
                )
            }
            Self::AdministeredByCode { tool, snippet } => write!(
                formatter,
                "it is administered by {tool}, whose next run takes the boundary away again unless its code has `{snippet}`"
            ),
            Self::Suggestion(warning) => warning.fmt(formatter),
            Self::SuspectedBreak { what, since } => write!(
                formatter,
                "{} attempted after {}, when the boundary in place began to deny this: if the attempts are meant, \
                 restore what stood before, and name the actions in `AlwaysAllow` before applying again",
                enumerated(what, "was", "were"),
                since.format("%Y-%m-%d")
            ),
            Self::ExemptionIgnored { why } => write!(formatter, "it is not exempt, although it may be meant to be: {why}"),
            Self::ReportIsOld { days } => write!(
                formatter,
                "the service last accessed report is {days} days older than the moment of the plan; later use is not in it"
            ),
        }
    }
}

fn demanded(
    formatter: &mut fmt::Formatter<'_>,
    present: &str,
    by: &[String],
    unreadable: usize,
) -> fmt::Result {
    let about = format!(
        "about principals that have the boundary `{present}` (condition key `iam:PermissionsBoundary`)"
    );
    if by.is_empty() {
        let entries = if unreadable == 1 { "entry" } else { "entries" };
        return write!(
            formatter,
            "whether policies are {about} is not known: {unreadable} {entries} of the account could not be read; look \
             for it yourself before applying this"
        );
    }
    write!(
        formatter,
        "policies of {} are {about}: once another stands in its place, they may not be able to administer this one, or \
         not be kept from it; change those policies first, or exempt the principal",
        named(by)
    )
}

fn quoted(actions: &[Action]) -> String {
    let actions: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
    actions.join(", ")
}

fn in_services(services: &[String]) -> String {
    match services {
        [] => String::new(),
        _ => format!(" in {}", named(services)),
    }
}

/// How many things a warning names.
const NAMED: usize = 5;

/// The first few names and how many more there are, with the verb.
fn enumerated(names: &[String], is: &str, are: &str) -> String {
    let verb = if names.len() == 1 { is } else { are };
    format!("{} {verb}", named(names))
}

pub(super) fn named(names: &[String]) -> String {
    let first: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", first.join(", "))
}

/// What became of a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuggestionWarning {
    /// Actions that IAM does not track are dropped on the word of an external service.
    Followed {
        /// How many.
        actions: usize,
    },
    /// It was not asked for: it looks back less far than the window.
    TooShort {
        /// The window in days.
        window: u16,
    },
    /// It is not followed: the boundary would not fit, or admit something else.
    DoesNotFit {
        /// How many actions it would have dropped.
        actions: usize,
    },
}

impl SuggestionWarning {
    /// The stable type of the warning, for scripts.
    pub(super) fn warning_type(&self) -> &'static str {
        match self {
            Self::Followed { .. } => "NarrowedBySuggestion",
            Self::TooShort { .. } => "SuggestionTooShort",
            Self::DoesNotFit { .. } => "SuggestionDoesNotFit",
        }
    }
}

impl fmt::Display for SuggestionWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Followed { actions } => write!(
                formatter,
                "{actions} of the dropped actions are not tracked by IAM: an external service saw no use of them in \
                 {SUGGESTION_HISTORY_DAYS} days, and what its trail does not record may be in use"
            ),
            Self::TooShort { window } => write!(
                formatter,
                "the external service was not asked what it suggests: it looks back {SUGGESTION_HISTORY_DAYS} days, and \
                 `UnusedAfterDays` is {window}"
            ),
            Self::DoesNotFit { actions } => write!(
                formatter,
                "{actions} actions are kept that the external service suggests to drop: without them the boundary would \
                 not fit, or would admit something else"
            ),
        }
    }
}
