//! Who may get a boundary at all.

use super::refusal::Refusal;
use super::settings::PlanSettings;
use crate::iam::Principal;
use crate::tags::Quarantine;
use chrono::{DateTime, Utc};

/// Refuses a principal that is exempt, or on the list of those that are judged only. [`plan`] does so too; this spares
/// fetching a report first.
///
/// # Errors
/// [`Refusal::Exempt`] and [`Refusal::DoNotEnforce`]
pub fn refuse_exempt(
    principal: &Principal,
    settings: &PlanSettings,
    as_of: DateTime<Utc>,
) -> Result<(), Refusal> {
    let arn = || principal.arn.clone();
    if let Some(exemption) = settings.exemptions.exemption(principal, as_of) {
        return Err(Refusal::Exempt { principal: arn(), exemption });
    }
    match settings.do_not_enforce.entry_for(&principal.arn) {
        Some(entry) => Err(Refusal::DoNotEnforce { principal: arn(), entry: entry.to_owned() }),
        None => Ok(()),
    }
}

/// Refuses a principal in quarantine. [`plan`] does so too; this spares fetching a report first.
///
/// # Errors
/// [`Refusal::Quarantined`]
pub fn refuse_quarantined(principal: &Principal) -> Result<(), Refusal> {
    if Quarantine::of(principal).is_in_force() {
        return Err(Refusal::Quarantined { principal: principal.arn.clone() });
    }
    Ok(())
}
