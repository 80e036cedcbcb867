//! The remediator's settings, which the template writes into its environment.

use leastwise_rightsizing::plan::PlanSettings;
use leastwise_rightsizing::settings::SettingError;

/// Reads the settings. A variable that is absent or empty has its default.
///
/// | variable | setting | default |
/// |---|---|---|
/// | `LEASTWISE_UNUSED_AFTER_DAYS` | `UnusedAfterDays` | 180 |
/// | `LEASTWISE_WEIGHTING` | `Weighting` | `risk` |
/// | `LEASTWISE_BASE_ACTIONS` | `BaseActions` | `sts:GetCallerIdentity` |
/// | `LEASTWISE_EXEMPT_PRINCIPALS` | `ExemptPrincipals` | none |
///
/// # Errors
/// [`SettingError`] names the setting, its value and what is allowed.
pub fn from_environment(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<PlanSettings, SettingError> {
    let or = |name: &str, default: &str| {
        variable(name)
            .filter(|value| !value.trim().is_empty())
            .unwrap_or_else(|| default.to_owned())
    };
    Ok(PlanSettings {
        unused_after: or("LEASTWISE_UNUSED_AFTER_DAYS", "180").parse()?,
        weighting: or("LEASTWISE_WEIGHTING", "risk").parse()?,
        base_actions: or("LEASTWISE_BASE_ACTIONS", "sts:GetCallerIdentity").parse()?,
        exempt: or("LEASTWISE_EXEMPT_PRINCIPALS", "").parse()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_environment_gives_the_defaults() {
        let settings = from_environment(|_| None).unwrap();
        assert_eq!(settings.unused_after.days(), 180);
        assert_eq!(settings.base_actions.actions(), ["sts:GetCallerIdentity".parse().unwrap()]);
        assert_eq!(from_environment(|_| Some(" ".into())).unwrap(), settings);
    }

    #[test]
    fn a_bad_setting_is_named_with_its_value_and_what_is_allowed() {
        let days = |name: &str| (name == "LEASTWISE_UNUSED_AFTER_DAYS").then(|| "0".to_owned());
        assert_eq!(
            from_environment(days).unwrap_err().to_string(),
            "`UnusedAfterDays` is `0`; allowed is a whole number from 1 to 400"
        );
    }
}
