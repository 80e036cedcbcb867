//! Why there is no plan.

use super::warning::named;
use crate::boundary::MAX_POLICY_CHARACTERS;
use crate::evidence::ReportError;
use crate::exemption::{Exemption, UnreadableExemption};
use crate::iam::{PrincipalArn, UnknownPermissions};
use thiserror::Error;

/// Why there is no plan for a principal. It stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It is exempt.
    #[error("`{principal}` is exempt: {exemption}")]
    Exempt {
        /// The principal.
        principal: PrincipalArn,
        /// Why.
        exemption: Exemption,
    },
    /// Its tags are meant to exempt it.
    #[error("`{principal}` is meant to be exempt, and its tags cannot be read: {why}")]
    ExemptionUnreadable {
        /// The principal.
        principal: PrincipalArn,
        /// What is wrong with them.
        why: UnreadableExemption,
    },
    /// It is in quarantine.
    #[error(
        "`{principal}` is in quarantine, so what it may do now is not what it is granted; release it and ask again"
    )]
    Quarantined {
        /// The principal.
        principal: PrincipalArn,
    },
    /// It is judged only.
    #[error("`{principal}` is judged and never bounded: `{entry}` in DoNotEnforceList")]
    DoNotEnforce {
        /// The principal.
        principal: PrincipalArn,
        /// The entry that covers it.
        entry: String,
    },
    /// What it may do is unknown.
    #[error("`{principal}` cannot be planned for: {why}")]
    PermissionsUnknown {
        /// The principal.
        principal: PrincipalArn,
        /// What is unknown.
        why: UnknownPermissions,
    },
    /// There is no usable report on it.
    #[error("`{principal}` cannot be planned for: {why}")]
    UsageUnknown {
        /// The principal.
        principal: PrincipalArn,
        /// What is wrong with the report.
        why: ReportError,
    },
    /// A resource policy denies whoever has a permissions boundary.
    #[error(
        "`{principal}` has no permissions boundary yet, and a denial with `NotPrincipal` denies every principal that \
         has one: the policies of {} have such a denial; write it with `Principal` and a condition on \
         `aws:PrincipalArn` instead",
        named(resources)
    )]
    NotPrincipalDenial {
        /// The principal.
        principal: PrincipalArn,
        /// The resources whose policies have it.
        resources: Vec<String>,
    },
    /// The document would be larger than IAM takes.
    #[error(
        "the boundary for `{principal}` would have {characters} characters, and IAM takes {MAX_POLICY_CHARACTERS}; \
         {kept} services would have to be kept, {unknown} of them in whole or in part because nothing is known of \
         their use{}", what_would_have_to_give(longest, *denials, *characters, *with_exact_wildcards)
    )]
    TooLarge {
        /// The principal.
        principal: PrincipalArn,
        /// Its size.
        characters: usize,
        /// How many services it keeps, the unknown ones included.
        kept: usize,
        /// Of how many of them something is unknown.
        unknown: usize,
        /// The services that take most characters, with how many, the longest first.
        longest: Vec<(String, usize)>,
        /// How many characters the denials of the present boundary take, which are carried over.
        denials: usize,
        /// Its size with any wildcards that match exactly what is kept.
        with_exact_wildcards: usize,
    },
}

impl Refusal {
    /// The stable type of the refusal, for scripts and alarms.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Exempt { .. } => "Exempt",
            Self::ExemptionUnreadable { .. } => "ExemptionUnreadable",
            Self::Quarantined { .. } => "Quarantined",
            Self::DoNotEnforce { .. } => "DoNotEnforce",
            Self::PermissionsUnknown { .. } => "PermissionsUnknown",
            Self::UsageUnknown { .. } => "UsageUnknown",
            Self::NotPrincipalDenial { .. } => "NotPrincipalDenial",
            Self::TooLarge { .. } => "TooLarge",
        }
    }
}

/// The figures from which a person can see what would have to give.
fn what_would_have_to_give(
    longest: &[(String, usize)],
    denials: usize,
    characters: usize,
    with_exact_wildcards: usize,
) -> String {
    let longest: Vec<String> =
        longest.iter().map(|(service, characters)| format!("{service} {characters}")).collect();
    let exact = if with_exact_wildcards < characters {
        format!("; with `Wildcards` set to `exact` it would have {with_exact_wildcards}")
    } else {
        String::new()
    };
    let denials = match denials {
        0 => String::new(),
        _ => format!(" ({denials} to the denials of the present boundary, which are carried over)"),
    };
    format!(
        "; most characters go to {}{denials}{exact}; take grants away from it, or divide what it does among several \
         principals",
        longest.join(", ")
    )
}
