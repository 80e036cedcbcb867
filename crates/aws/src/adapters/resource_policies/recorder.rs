//! What AWS Config records in a Region.

use aws_sdk_config::types::{
    ConfigurationRecorder, ConfigurationRecorderStatus, RecorderStatus, RecordingFrequency,
    RecordingGroup, RecordingMode, RecordingStrategyType, ResourceType,
};

/// The configuration recorder of a Region, one that records.
#[derive(Debug)]
pub(super) struct Recorder {
    group: RecordingGroup,
    mode: Option<RecordingMode>,
}

impl Recorder {
    /// The recorder among those that AWS describes without being asked for one: the customer's, of
    /// which there is one at most.
    ///
    /// Source:
    /// <https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorders.html>.
    ///
    /// # Errors
    ///
    /// Why nothing is recorded, or not surely.
    pub(super) fn of(
        recorders: &[ConfigurationRecorder],
        statuses: &[ConfigurationRecorderStatus],
    ) -> Result<Self, String> {
        let [recorder] = recorders else {
            return Err(format!("AWS Config has {} recorders, not one", recorders.len()));
        };
        let status = statuses.iter().find(|status| status.name == recorder.name);
        match status {
            Some(status) if !status.recording => Err("AWS Config's recorder is stopped".to_owned()),
            Some(status) if status.last_status == Some(RecorderStatus::Failure) => {
                let code = status.last_error_code.as_deref().unwrap_or("no reason given");
                Err(format!("AWS Config's recorder failed: {code}"))
            }
            Some(_) => Self::recording(recorder),
            None => Err("the status of AWS Config's recorder is not known".to_owned()),
        }
    }

    fn recording(recorder: &ConfigurationRecorder) -> Result<Self, String> {
        let group = recorder.recording_group.clone();
        let group = group.ok_or("what AWS Config's recorder records is not known")?;
        Ok(Self { group, mode: recorder.recording_mode.clone() })
    }

    /// Why the resources of a type are not recorded as they change; `None` where they are.
    pub(super) fn leaves_out(&self, kind: &str) -> Option<String> {
        if !self.records(kind) {
            return Some(format!("AWS Config does not record `{kind}`"));
        }
        (*self.frequency(kind) != RecordingFrequency::Continuous)
            .then(|| format!("AWS Config does not record `{kind}` continuously"))
    }

    /// A recorder without a strategy records everything or what it lists, as `all_supported` says.
    ///
    /// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html>.
    fn records(&self, kind: &str) -> bool {
        let group = &self.group;
        let strategy = group.recording_strategy.as_ref().and_then(|it| it.use_only.as_ref());
        let listed = names(group.resource_types.as_deref(), kind);
        match strategy {
            Some(RecordingStrategyType::AllSupportedResourceTypes) => true,
            Some(RecordingStrategyType::ExclusionByResourceTypes) => {
                let excluded = group.exclusion_by_resource_types.as_ref();
                excluded.is_some_and(|it| !names(it.resource_types.as_deref(), kind))
            }
            None => group.all_supported || listed,
            Some(_) => listed,
        }
    }

    /// How often a type is recorded: continuously where nothing is said.
    ///
    /// Source: <https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingMode.html>.
    fn frequency(&self, kind: &str) -> &RecordingFrequency {
        let Some(mode) = &self.mode else { return &RecordingFrequency::Continuous };
        let overrides = mode.recording_mode_overrides.as_deref().unwrap_or_default();
        let own = overrides.iter().find(|it| names(Some(&it.resource_types), kind));
        own.map_or(&mode.recording_frequency, |own| &own.recording_frequency)
    }
}

fn names(kinds: Option<&[ResourceType]>, kind: &str) -> bool {
    kinds.unwrap_or_default().iter().any(|it| it.as_str() == kind)
}
