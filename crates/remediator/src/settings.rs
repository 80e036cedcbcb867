//! The remediator's settings, which the template writes into its environment.

use leastwise_rightsizing::plan::PlanSettings;
use leastwise_rightsizing::settings::{NewPermissionGraceDays, SettingError};
use std::str::FromStr;

/// What the remediator is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How boundaries are planned.
    pub plan: PlanSettings,
    /// How long a newly granted permission gets to be used for the first time.
    pub new_permission_grace: NewPermissionGraceDays,
    /// Whether AWS is asked about them.
    pub preflight: PreflightMode,
}

/// Whether IAM Access Analyzer and IAM's policy simulator are asked about a boundary before anything is written: `off`
/// by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PreflightMode {
    /// They are not asked: the proof decides.
    #[default]
    Off,
    /// They are asked, and stop what they contradict.
    On,
}

impl PreflightMode {
    /// The setting's name.
    pub const NAME: &'static str = "Preflight";
}

impl FromStr for PreflightMode {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        match value.trim() {
            "off" => Ok(Self::Off),
            "on" => Ok(Self::On),
            _ => Err(SettingError::new(Self::NAME, value, "`off` or `on`")),
        }
    }
}

/// Reads the settings. A variable that is absent or empty has its default.
///
/// | variable | setting | default |
/// |---|---|---|
/// | `LEASTWISE_UNUSED_AFTER_DAYS` | `UnusedAfterDays` | 180 |
/// | `LEASTWISE_PRESERVE_READS` | `PreserveReads` | `false` |
/// | `LEASTWISE_WILDCARDS` | `Wildcards` | `stable` |
/// | `LEASTWISE_ALWAYS_ALLOW` | `AlwaysAllow` | none |
/// | `LEASTWISE_WEIGHTING` | `Weighting` | `risk` |
/// | `LEASTWISE_BASE_ACTIONS` | `BaseActions` | `sts:GetCallerIdentity` |
/// | `LEASTWISE_EXEMPT_PRINCIPALS` | `ExemptPrincipals` | none |
/// | `LEASTWISE_NEW_PERMISSION_GRACE_DAYS` | `NewPermissionGraceDays` | 14 |
/// | `LEASTWISE_PREFLIGHT` | `Preflight` | `off` |
///
/// # Errors
/// [`SettingError`] names the setting, its value and what is allowed.
pub fn from_environment(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Settings, SettingError> {
    let or = |name: &str, default: &str| {
        variable(name)
            .filter(|value| !value.trim().is_empty())
            .unwrap_or_else(|| default.to_owned())
    };
    let plan = PlanSettings {
        unused_after: or("LEASTWISE_UNUSED_AFTER_DAYS", "180").parse()?,
        preserve_reads: or("LEASTWISE_PRESERVE_READS", "false").parse()?,
        wildcards: or("LEASTWISE_WILDCARDS", "stable").parse()?,
        always_allow: or("LEASTWISE_ALWAYS_ALLOW", "").parse()?,
        weighting: or("LEASTWISE_WEIGHTING", "risk").parse()?,
        base_actions: or("LEASTWISE_BASE_ACTIONS", "sts:GetCallerIdentity").parse()?,
        exempt: or("LEASTWISE_EXEMPT_PRINCIPALS", "").parse()?,
    };
    Ok(Settings {
        plan,
        new_permission_grace: or("LEASTWISE_NEW_PERMISSION_GRACE_DAYS", "14").parse()?,
        preflight: or("LEASTWISE_PREFLIGHT", "off").parse()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_environment_gives_the_defaults() {
        let settings = from_environment(|_| None).unwrap();
        assert_eq!(settings.plan.unused_after.days(), 180);
        assert_eq!(settings.preflight, PreflightMode::Off);
        assert_eq!(
            settings.plan.base_actions.actions(),
            ["sts:GetCallerIdentity".parse().unwrap()]
        );
        assert_eq!(from_environment(|_| Some(" ".into())).unwrap(), settings);
    }

    #[test]
    fn a_bad_setting_is_named_with_its_value_and_what_is_allowed() {
        let days = |name: &str| (name == "LEASTWISE_UNUSED_AFTER_DAYS").then(|| "0".to_owned());
        assert_eq!(
            from_environment(days).unwrap_err().to_string(),
            "`UnusedAfterDays` is `0`; allowed is a whole number from 1 to 400"
        );
        let preflight = |value: &str| {
            from_environment(|name| (name == "LEASTWISE_PREFLIGHT").then(|| value.into()))
        };
        assert_eq!(preflight(" on").unwrap().preflight, PreflightMode::On);
        assert_eq!(
            preflight("true").unwrap_err().to_string(),
            "`Preflight` is `true`; allowed is `off` or `on`"
        );
    }
}
