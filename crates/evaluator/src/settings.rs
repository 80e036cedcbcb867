//! What the evaluator does besides judging, which the template writes into its environment. What
//! decides a verdict is a rule parameter.

use leastwise_rightsizing::settings::{
    ListSource, PrincipalList, RestoreOnBreak, SettingError, TopicArn,
};

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
    /// How a principal is restored whose boundary is suspected to stop what it needs; `None`: a
    /// person decides.
    pub restore_on_break: Option<RestoreBy>,
}

/// The document that restores a principal, and what it is started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreBy {
    /// The name of the document.
    pub document: String,
    /// The role that Automation assumes.
    pub role_arn: String,
    /// The name of the remediator.
    pub function: String,
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
/// | `LEASTWISE_RESTORE_ON_BREAK` | `RestoreOnBreak` | `off` |
/// | `LEASTWISE_RESTORE_DOCUMENT` | the document, which `RestoreOnBreak` needs when it is `on` | none |
/// | `LEASTWISE_AUTOMATION_ROLE_ARN` | the role that it assumes, likewise | none |
/// | `LEASTWISE_REMEDIATOR` | the function that it invokes, likewise | none |
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
        restore_on_break: restore_by(variable)?,
    })
}

fn restore_by(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<RestoreBy>, SettingError> {
    let value = |name: &str| variable(name).map(|value| value.trim().to_owned());
    let on_break = value("LEASTWISE_RESTORE_ON_BREAK").filter(|value| !value.is_empty());
    match on_break.map_or(Ok(RestoreOnBreak::default()), |value| value.parse())? {
        RestoreOnBreak::Off => return Ok(None),
        RestoreOnBreak::On => {}
    }
    let needed = |name: &'static str| {
        let given = value(name).filter(|value| !value.is_empty());
        let allowed = "what the stack writes there, since `RestoreOnBreak` is `on`";
        given.ok_or_else(|| SettingError::new(name, "", allowed))
    };
    Ok(Some(RestoreBy {
        document: needed("LEASTWISE_RESTORE_DOCUMENT")?,
        role_arn: needed("LEASTWISE_AUTOMATION_ROLE_ARN")?,
        function: needed("LEASTWISE_REMEDIATOR")?,
    }))
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
    fn restoring_on_a_break_needs_to_know_by_what() {
        let set_to = |on_break: &'static str, missing: &'static str| {
            from_environment(move |name| match name {
                "LEASTWISE_RESTORE_ON_BREAK" => Some(on_break.to_owned()),
                "LEASTWISE_RESTORE_DOCUMENT"
                | "LEASTWISE_AUTOMATION_ROLE_ARN"
                | "LEASTWISE_REMEDIATOR" => Some(name.to_owned()).filter(|name| name != missing),
                _ => None,
            })
        };
        assert_eq!(set_to("off", "").unwrap().restore_on_break, None);
        assert_eq!(
            set_to("on", "").unwrap().restore_on_break,
            Some(RestoreBy {
                document: "LEASTWISE_RESTORE_DOCUMENT".into(),
                role_arn: "LEASTWISE_AUTOMATION_ROLE_ARN".into(),
                function: "LEASTWISE_REMEDIATOR".into(),
            })
        );
        assert_eq!(
            set_to("on", "LEASTWISE_REMEDIATOR").unwrap_err().to_string(),
            "`LEASTWISE_REMEDIATOR` is ``; allowed is what the stack writes there, since `RestoreOnBreak` is `on`"
        );
        assert_eq!(
            set_to("yes", "").unwrap_err().to_string(),
            "`RestoreOnBreak` is `yes`; allowed is `off` or `on`"
        );
    }

    #[test]
    fn a_bad_setting_is_named_with_its_value_and_what_is_allowed() {
        assert_eq!(
            from_environment(|_| Some("yes".to_owned())).unwrap_err().to_string(),
            "`TagPrincipals` is `yes`; allowed is `true` or `false`"
        );
    }
}
