//! Who may get a boundary at all.

use super::refusal::Refusal;
use super::settings::PlanSettings;
use crate::iam::Principal;
use crate::tags::Quarantine;
use chrono::{DateTime, Utc};

/// A principal that may get a boundary: it is neither exempt, nor only to be judged, nor in
/// quarantine.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    principal: &'a Principal,
    settings: &'a PlanSettings,
    checked_at: DateTime<Utc>,
}

impl<'a> Candidate<'a> {
    /// The principal as a candidate, if it is one `now`: exemptions hold for a time.
    ///
    /// # Errors
    ///
    /// [`Refusal::Exempt`], [`Refusal::ExemptionUnreadable`], [`Refusal::DoNotEnforce`] or
    /// [`Refusal::Quarantined`].
    pub fn of(
        principal: &'a Principal,
        settings: &'a PlanSettings,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        refuse_exempt(principal, settings, now)?;
        if Quarantine::of(principal).is_in_force() {
            return Err(Refusal::Quarantined { principal: principal.arn.clone() });
        }
        Ok(Self { principal, settings, checked_at: now })
    }

    /// The principal.
    #[must_use]
    pub fn principal(self) -> &'a Principal {
        self.principal
    }

    /// The settings by which it is a candidate, and by which it is planned for.
    #[must_use]
    pub fn settings(self) -> &'a PlanSettings {
        self.settings
    }

    /// When it was a candidate.
    #[must_use]
    pub fn checked_at(self) -> DateTime<Utc> {
        self.checked_at
    }
}

/// Refuses a principal that is exempt or meant to be, or on the list of those that are judged only.
///
/// # Errors
///
/// [`Refusal::Exempt`], [`Refusal::ExemptionUnreadable`] and [`Refusal::DoNotEnforce`].
pub fn refuse_exempt(
    principal: &Principal,
    settings: &PlanSettings,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let arn = || principal.arn.clone();
    match settings.exemptions.exemption(principal, now) {
        Ok(None) => {}
        Ok(Some(exemption)) => return Err(Refusal::Exempt { principal: arn(), exemption }),
        Err(why) => return Err(Refusal::ExemptionUnreadable { principal: arn(), why }),
    }
    match settings.do_not_enforce.entry_for(&principal.arn) {
        Some(entry) => Err(Refusal::DoNotEnforce { principal: arn(), entry: entry.to_owned() }),
        None => Ok(()),
    }
}
