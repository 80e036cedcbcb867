//! What the evaluator does besides judging, which the template writes into its environment. What
//! decides a verdict is a rule parameter.

use leastwise_rightsizing::settings::{
    EvidenceList, ListSource, PrincipalList, RestoreOnBreak, SettingError, TopicArn,
};
use std::str::FromStr;

/// What the evaluator is set to do besides judging.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Whether principals carry tags that say how they were judged.
    pub tag_principals: bool,
    /// Whether they carry tags, too, that name the services they use.
    pub tag_services: bool,
    /// Who carries no such tags all the same.
    pub do_not_tag: ListSource<PrincipalList>,
    /// Where usage files are; `None`: there are none.
    pub evidence: Option<EvidenceList>,
    /// Whether each granted service has a line in the log.
    pub detail_log: bool,
    /// Where suspected breaks are announced; `None`: nowhere.
    pub notification_topic: Option<TopicArn>,
    /// How a principal is restored whose boundary is suspected to stop what it needs; `None`: a
    /// person decides.
    pub restore_on_break: Option<RestoreBy>,
    /// By what a sweep is spread over several invocations; `None`: one judges everybody.
    pub sweep_by: Option<SweepBy>,
}

/// The state machine that has a sweep judged batch by batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepBy {
    /// Its ARN.
    pub state_machine: String,
    /// The bucket of the manifests.
    pub bucket: String,
    /// How many entities are in a batch.
    pub batch_size: BatchSize,
}

/// How many entities one invocation of a sweep judges: 1 to 1,000, by default 500. The stack takes
/// 50 and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSize(usize);

impl BatchSize {
    /// The setting's name.
    pub const NAME: &'static str = "SweepBatchSize";

    /// The number of entities.
    #[must_use]
    pub fn entities(self) -> usize {
        self.0
    }
}

impl Default for BatchSize {
    fn default() -> Self {
        Self(500)
    }
}

impl FromStr for BatchSize {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        let number = value.trim().parse().ok().filter(|number| (1..=1_000).contains(number));
        let allowed = "a whole number from 1 to 1000";
        number.map(Self).ok_or_else(|| SettingError::new(Self::NAME, value, allowed))
    }
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
/// | `LEASTWISE_EVIDENCE_LIST` | `EvidenceList` | none |
/// | `LEASTWISE_DETAIL_LOG` | `DetailLog` | `false` |
/// | `LEASTWISE_NOTIFICATION_TOPIC_ARN` | `NotificationTopicArn` | none |
/// | `LEASTWISE_RESTORE_ON_BREAK` | `RestoreOnBreak` | `off` |
/// | `LEASTWISE_RESTORE_DOCUMENT` | the document, which `RestoreOnBreak` needs when it is `on` | none |
/// | `LEASTWISE_AUTOMATION_ROLE_ARN` | the role that it assumes, likewise | none |
/// | `LEASTWISE_REMEDIATOR` | the function that it invokes, likewise | none |
/// | `LEASTWISE_STATE_MACHINE` | the state machine of `SweepWith` | none: one run judges everybody |
/// | `LEASTWISE_MANIFESTS` | the bucket of its manifests, which it needs | none |
/// | `LEASTWISE_SWEEP_BATCH_SIZE` | `SweepBatchSize` | `500` |
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
        evidence: EvidenceList::parse(&variable("LEASTWISE_EVIDENCE_LIST").unwrap_or_default())?,
        detail_log: flag("LEASTWISE_DETAIL_LOG", "DetailLog")?,
        notification_topic: match variable("LEASTWISE_NOTIFICATION_TOPIC_ARN") {
            Some(topic) if !topic.trim().is_empty() => Some(topic.parse()?),
            Some(_) | None => None,
        },
        restore_on_break: restore_by(&variable)?,
        sweep_by: sweep_by(&variable)?,
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

fn sweep_by(variable: impl Fn(&str) -> Option<String>) -> Result<Option<SweepBy>, SettingError> {
    let value = |name: &str| {
        variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    };
    let Some(state_machine) = value("LEASTWISE_STATE_MACHINE") else { return Ok(None) };
    let bucket = value("LEASTWISE_MANIFESTS").ok_or_else(|| {
        let allowed =
            "the bucket that the stack writes there, since `LEASTWISE_STATE_MACHINE` is set";
        SettingError::new("LEASTWISE_MANIFESTS", "", allowed)
    })?;
    let batch_size = value("LEASTWISE_SWEEP_BATCH_SIZE");
    let batch_size = batch_size.map_or(Ok(BatchSize::default()), |value| value.parse())?;
    Ok(Some(SweepBy { state_machine, bucket, batch_size }))
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
    fn a_sweep_is_spread_where_there_is_a_state_machine_and_a_bucket() {
        let set_to = |bucket: &'static str, size: &'static str| {
            from_environment(move |name| match name {
                "LEASTWISE_STATE_MACHINE" => Some("arn:machine".to_owned()),
                "LEASTWISE_MANIFESTS" => Some(bucket.to_owned()),
                "LEASTWISE_SWEEP_BATCH_SIZE" => Some(size.to_owned()),
                _ => None,
            })
        };
        let by = |batch_size| {
            let (state_machine, bucket) = ("arn:machine".to_owned(), "manifests".to_owned());
            Some(SweepBy { state_machine, bucket, batch_size })
        };
        assert_eq!(set_to("manifests", "").unwrap().sweep_by, by(BatchSize(500)));
        assert_eq!(set_to("manifests", "1000").unwrap().sweep_by, by(BatchSize(1_000)));
        assert_eq!(
            set_to("manifests", "1001").unwrap_err().to_string(),
            "`SweepBatchSize` is `1001`; allowed is a whole number from 1 to 1000"
        );
        assert_eq!(
            set_to(" ", "").unwrap_err().to_string(),
            "`LEASTWISE_MANIFESTS` is ``; allowed is the bucket that the stack writes there, since \
             `LEASTWISE_STATE_MACHINE` is set"
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
