//! The rule's parameters, as AWS Config hands them over.

use crate::entity::{ResourceType, ResourceTypes};
use leastwise_policy::json;
use leastwise_rightsizing::exemption::{
    ADMIN_GROUP_NAME, BREAK_GLASS_PRINCIPALS, EXEMPTION_LIST, ExemptionSources, admin_group,
};
use leastwise_rightsizing::settings::{
    DeployedWeighting, EXEMPT_PRINCIPALS, IgnoredPolicies, KeepInverses, ListSource,
    MaxEvidenceAgeDays, MinimumAgeDays, MinimumKnownPercent, NARROW_PROTECTED,
    NewPermissionGraceDays, PreserveReads, ScoreProvider, ScoreSecretArn, SettingError, Threshold,
    UntrackedRegions, UnusedAfterDays, Weighting,
};
use leastwise_rightsizing::verdict::RuleSettings;
use serde_json::Value;
use thiserror::Error;

/// The parameter that names a role to assume.
const EXECUTION_ROLE_NAME: &str = "ExecutionRoleName";

/// The parameters of the rule; see [`RuleSettings`] for their defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleParameters {
    /// How principals are judged. Nobody is exempt by it, and no policy ignored, before the lists
    /// are loaded.
    pub settings: RuleSettings,
    /// Which entities are judged.
    pub resource_types: ResourceTypes,
    /// Where it is said who is exempt.
    pub exemptions: ExemptionSources,
    /// Which policies' grants do not count.
    pub ignored_policies: ListSource<IgnoredPolicies>,
    /// Whose index decides.
    pub score_provider: ScoreProvider,
    /// How long a newly granted permission gets to be used for the first time.
    pub new_permission_grace: NewPermissionGraceDays,
    /// `ExecutionRoleName`: the role, with its path if it has one, to assume in the account of the
    /// resources.
    pub execution_role: Option<String>,
}

/// A parameter that is not allowed.
#[derive(Debug, Error)]
pub enum ParameterError {
    /// Not a JSON object.
    #[error("`ruleParameters` is not a JSON object")]
    Form,
    /// Not JSON, or a parameter twice.
    #[error("`ruleParameters` cannot be read: {0}")]
    NotJson(String),
    /// Unknown.
    #[error(
        "there is no parameter `{0}`; there are Threshold, UnusedAfterDays, PreserveReads, MinimumAgeDays, \
         NewPermissionGraceDays, MinimumKnownPercent, MaxEvidenceAgeDays, UntrackedRegions, KeepInverses, ResourceTypes, \
         Weighting, ExemptPrincipals, ExemptionList, BreakGlassPrincipals, AdminGroupName, NarrowProtected, \
         IgnoredPolicies, ScoreProvider, ScoreSecretArn and ExecutionRoleName"
    )]
    Unknown(String),
    /// Its value is not allowed.
    #[error("parameter {0}")]
    Value(#[from] SettingError),
}

impl RuleParameters {
    /// Reads the JSON text in an event's `ruleParameters`. Empty text is no parameters, and a
    /// parameter with an empty value has its default.
    ///
    /// # Errors
    ///
    /// [`ParameterError`] names the parameter, its value and what is allowed.
    pub fn parse(text: &str) -> Result<Self, ParameterError> {
        let mut parameters = Self::default();
        if text.trim().is_empty() {
            return Ok(parameters);
        }
        let object = json::parse(text).map_err(|why| ParameterError::NotJson(why.to_string()))?;
        let Value::Object(object) = object else { return Err(ParameterError::Form) };
        let (mut provider, mut secret) = (String::new(), String::new());
        for (name, value) in object {
            // The console and CloudFormation write strings; other tools may write numbers, or null.
            let value = match value {
                Value::Null => String::new(),
                Value::String(text) => text,
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                    value.to_string()
                }
            };
            match name.as_str() {
                ScoreProvider::NAME => provider = value,
                ScoreSecretArn::NAME => secret = value,
                name => parameters.set(name, value.trim())?,
            }
        }
        parameters.score_provider = ScoreProvider::parse(&provider, &secret)?;
        parameters.check_score_provider(&provider)?;
        Ok(parameters)
    }

    /// An external service has no index of groups.
    fn check_score_provider(&self, provider: &str) -> Result<(), SettingError> {
        let judges_groups = self.resource_types.contains(ResourceType::Group);
        if judges_groups && self.score_provider != ScoreProvider::Own {
            let allowed =
                "`own` where `ResourceTypes` has groups, of which an external service has no index";
            return Err(SettingError::new(ScoreProvider::NAME, provider, allowed));
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), ParameterError> {
        let settings = &mut self.settings;
        match name {
            Threshold::NAME => settings.threshold = or_default(value)?,
            UnusedAfterDays::NAME => settings.judging.unused_after = or_default(value)?,
            PreserveReads::NAME => settings.judging.preserve_reads = or_default(value)?,
            KeepInverses::NAME => settings.judging.keep_inverses = or_default(value)?,
            MaxEvidenceAgeDays::NAME => settings.judging.max_evidence_age = or_default(value)?,
            UntrackedRegions::NAME => settings.judging.untracked_regions = or_default(value)?,
            MinimumKnownPercent::NAME => settings.minimum_known = or_default(value)?,
            MinimumAgeDays::NAME => settings.minimum_age = or_default(value)?,
            NewPermissionGraceDays::NAME => self.new_permission_grace = or_default(value)?,
            ResourceTypes::NAME => self.resource_types = or_default(value)?,
            Weighting::NAME => {
                let deployed: DeployedWeighting = or_default(value)?;
                settings.judging.weighting = deployed.weighting();
            }
            EXEMPT_PRINCIPALS => {
                self.exemptions.exempt_principals = ListSource::parse(EXEMPT_PRINCIPALS, value)?;
            }
            EXEMPTION_LIST => {
                self.exemptions.exemption_list = ListSource::parse(EXEMPTION_LIST, value)?;
            }
            BREAK_GLASS_PRINCIPALS => {
                self.exemptions.break_glass = ListSource::parse(BREAK_GLASS_PRINCIPALS, value)?;
            }
            NARROW_PROTECTED => {
                self.exemptions.narrow_protected = ListSource::parse(NARROW_PROTECTED, value)?;
            }
            IgnoredPolicies::NAME => {
                self.ignored_policies = ListSource::parse(IgnoredPolicies::NAME, value)?;
            }
            ADMIN_GROUP_NAME => self.exemptions.admin_group = admin_group(value)?,
            EXECUTION_ROLE_NAME => self.execution_role = role_name(value)?,
            unknown => return Err(ParameterError::Unknown(unknown.to_owned())),
        }
        Ok(())
    }
}

fn or_default<T: std::str::FromStr<Err = SettingError> + Default>(
    value: &str,
) -> Result<T, SettingError> {
    if value.is_empty() { Ok(T::default()) } else { value.parse() }
}

/// A role name, which may follow a path: letters, digits and `_+=,.@-/`, at most 512 characters.
fn role_name(value: &str) -> Result<Option<String>, SettingError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte);
    if value.is_empty() {
        Ok(None)
    } else if value.len() <= 512
        && value.bytes().all(allowed)
        && !value.starts_with('/')
        && !value.ends_with('/')
    {
        Ok(Some(value.to_owned()))
    } else {
        let allowed = "the name of a role, with its path before it if it has one, such as `service-role/leastwise`";
        Err(SettingError::new(EXECUTION_ROLE_NAME, value, allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        RuleParameters::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn no_parameters_are_the_defaults() {
        let defaults = RuleParameters::default();
        assert_eq!(defaults.settings.threshold.value(), 60);
        assert_eq!(defaults.settings.judging.unused_after.days(), 180);
        assert_eq!(defaults.settings.minimum_age.days(), 90);
        for text in ["", "{}", r#"{"Threshold":"","ExemptPrincipals":" ","Weighting":null}"#] {
            assert_eq!(RuleParameters::parse(text).unwrap(), defaults, "{text}");
        }
    }

    #[test]
    fn strings_and_numbers_are_both_read() {
        let parameters = RuleParameters::parse(
            r#"{"Threshold":"40","UnusedAfterDays":90,"ExecutionRoleName":"x/rule"}"#,
        )
        .unwrap();
        assert_eq!(parameters.settings.threshold.value(), 40);
        assert_eq!(parameters.settings.judging.unused_after.days(), 90);
        assert_eq!(parameters.execution_role.as_deref(), Some("x/rule"));
    }

    #[test]
    fn a_bad_parameter_is_named_with_its_value_and_what_is_allowed() {
        assert_eq!(
            message(r#"{"Threshold":"101"}"#),
            "parameter `Threshold` is `101`; allowed is a whole number from 0 to 100"
        );
        assert_eq!(
            message(r#"{"ExecutionRoleName":"arn:aws:iam::111122223333:role/x"}"#),
            "parameter `ExecutionRoleName` is `arn:aws:iam::111122223333:role/x`; allowed is the name of a role, with its \
             path before it if it has one, such as `service-role/leastwise`"
        );
        assert_eq!(
            message(r#"{"threshold":"60"}"#),
            "there is no parameter `threshold`; there are Threshold, UnusedAfterDays, PreserveReads, MinimumAgeDays, \
             NewPermissionGraceDays, MinimumKnownPercent, MaxEvidenceAgeDays, UntrackedRegions, KeepInverses, ResourceTypes, \
             Weighting, ExemptPrincipals, ExemptionList, BreakGlassPrincipals, AdminGroupName, NarrowProtected, \
             IgnoredPolicies, ScoreProvider, ScoreSecretArn and ExecutionRoleName"
        );
        assert_eq!(message("[]"), "`ruleParameters` is not a JSON object");
    }
}
