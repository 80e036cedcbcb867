//! What a scan was made of, when, and by which settings.

use chrono::{DateTime, Utc};
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::settings::Weighting;
use serde::Serialize;

/// What stands above everything that a scan says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// The account by its twelve digits; `null` where nobody is in it.
    pub account: Option<String>,
    /// The moment as of which everybody is judged.
    pub as_of: DateTime<Utc>,
    /// The program's version.
    pub leastwise: String,
    /// The date of the action catalogue, as `2026-09-25`.
    pub catalogue: String,
    /// For how many days a service may lie unused before it is idle.
    pub unused_after_days: u16,
    /// The highest index that the Config rule would call compliant.
    pub threshold: u8,
    /// How services are weighed.
    pub weighting: &'static str,
}

impl Header {
    /// The header of a scan by the catalogue that is compiled in.
    #[must_use]
    pub fn new(
        account: Option<String>,
        as_of: DateTime<Utc>,
        leastwise: &str,
        unused_after_days: u16,
        threshold: u8,
        weighting: Weighting,
    ) -> Self {
        let weighting = match weighting {
            Weighting::Risk => "risk",
            Weighting::Uniform => "uniform",
            Weighting::Reach => "reach",
        };
        Self {
            account,
            as_of,
            leastwise: leastwise.to_owned(),
            catalogue: Catalog::embedded().date().to_string(),
            unused_after_days,
            threshold,
            weighting,
        }
    }
}
