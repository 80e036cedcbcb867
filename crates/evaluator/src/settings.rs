//! What the evaluator does besides judging, which the template writes into its environment. What
//! decides a verdict is a rule parameter.

use leastwise_rightsizing::settings::{ListSource, PrincipalList, SettingError, TopicArn};

/// What the evaluator is set to do besides judging.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Whether principals carry tags that say how they were judged.
    pub tag_principals: bool,
    /// Whether they carry tags, too, that name the services they use.
    pub tag_services: bool,
    /// Who carries no such tags all the same.
    pub do_not_tag: ListSource<PrincipalList>,
    /// Whether each granted service has a line in the log.
    pub detail_log: bool,
    /// Where suspected breaks are announced; `None`: nowhere.
    pub notification_topic: Option<TopicArn>,
}

/// Reads the settings. A variable that is absent or empty has its default.
///
/// | variable | setting | default |
/// |---|---|---|
/// | `LEASTWISE_TAG_PRINCIPALS` | `TagPrincipals` | `false` |
/// | `LEASTWISE_TAG_SERVICES` | `TagServices`, which means nothing without `TagPrincipals` | `false` |
/// | `LEASTWISE_DO_NOT_TAG_LIST` | `DoNotTagList` | none |
/// | `LEASTWISE_DETAIL_LOG` | `DetailLog` | `false` |
/// | `LEASTWISE_NOTIFICATION_TOPIC_ARN` | `NotificationTopicArn` | none |
///
/// # Errors
///
/// [`SettingError`] names the setting, its value and what is allowed.
pub fn from_environment(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Settings, SettingError> {
    let flag = |name: &str, setting: &'static str| {
        let value = variable(name).unwrap_or_default();
        match value.trim() {
            "" | "false" => Ok(false),
            "true" => Ok(true),
            _ => Err(SettingError::new(setting, &value, "`true` or `false`")),
        }
    };
    Ok(Settings {
        tag_principals: flag("LEASTWISE_TAG_PRINCIPALS", "TagPrincipals")?,
        tag_services: flag("LEASTWISE_TAG_SERVICES", "TagServices")?,
        do_not_tag: ListSource::parse(
            "DoNotTagList",
            &variable("LEASTWISE_DO_NOT_TAG_LIST").unwrap_or_default(),
        )?,
        detail_log: flag("LEASTWISE_DETAIL_LOG", "DetailLog")?,
        notification_topic: match variable("LEASTWISE_NOTIFICATION_TOPIC_ARN") {
            Some(topic) if !topic.trim().is_empty() => Some(topic.parse()?),
            Some(_) | None => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_environment_does_nothing_besides_judging() {
        assert_eq!(from_environment(|_| None), Ok(Settings::default()));
        assert_eq!(from_environment(|_| Some(" ".into())), Ok(Settings::default()));
    }

    #[test]
    fn each_variable_sets_its_own() {
        let only = |name: &'static str| {
            from_environment(move |asked| (asked == name).then(|| "true".to_owned())).unwrap()
        };
        assert!(only("LEASTWISE_TAG_PRINCIPALS").tag_principals);
        assert!(only("LEASTWISE_TAG_SERVICES").tag_services);
        assert!(only("LEASTWISE_DETAIL_LOG").detail_log);
    }

    #[test]
    fn a_bad_setting_is_named_with_its_value_and_what_is_allowed() {
        assert_eq!(
            from_environment(|_| Some("yes".to_owned())).unwrap_err().to_string(),
            "`TagPrincipals` is `yes`; allowed is `true` or `false`"
        );
    }
}
