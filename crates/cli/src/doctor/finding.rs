//! What the doctor finds.

use serde::Serialize;

/// How bad a finding is. The worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Severity {
    /// The deployment fails, or the functions stop until it is mended.
    Error,
    /// It works, and may not be what is meant.
    Warning,
    /// It could not be looked at from here.
    Unchecked,
}

/// Something that is wrong, or could not be checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Finding {
    /// How bad it is.
    pub(crate) severity: Severity,
    /// The thing: a parameter, a resource or a file.
    pub(crate) subject: String,
    /// What is the case.
    pub(crate) fact: String,
    /// What would be allowed, or what comes of it.
    pub(crate) limit: String,
    /// What to do.
    pub(crate) next: String,
}

impl Finding {
    /// The finding that something fails.
    pub(crate) fn error(
        subject: impl Into<String>,
        fact: impl Into<String>,
        limit: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            subject: subject.into(),
            fact: fact.into(),
            limit: limit.into(),
            next: next.into(),
        }
    }

    /// The finding that something may not be meant.
    pub(crate) fn warning(
        subject: impl Into<String>,
        fact: impl Into<String>,
        limit: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(subject, fact, limit, next) }
    }

    /// The finding that something cannot be seen from here.
    pub(crate) fn unchecked(
        subject: impl Into<String>,
        fact: impl Into<String>,
        limit: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Unchecked, ..Self::error(subject, fact, limit, next) }
    }
}
