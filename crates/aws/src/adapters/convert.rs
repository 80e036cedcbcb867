//! Points in time, texts and tags between the SDKs' types and ours.

use crate::call::CallError;
use aws_sdk_iam::primitives::DateTime as SdkTime;
use aws_sdk_iam::types::Tag;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// To the nearest millisecond, which is as precise as these services are: Config's times travel as
/// decimal fractions, from which the SDK makes stray nanoseconds. `None` for a time beyond what
/// chrono can express.
pub(super) fn from_sdk(time: &SdkTime) -> Option<DateTime<Utc>> {
    let fraction = (i64::from(time.subsec_nanos()) + 500_000) / 1_000_000;
    let millis = time.secs().checked_mul(1000)?.checked_add(fraction)?;
    DateTime::from_timestamp_millis(millis)
}

pub(super) fn to_sdk(time: DateTime<Utc>) -> SdkTime {
    SdkTime::from_secs_and_nanos(time.timestamp(), time.timestamp_subsec_nanos())
}

/// A policy document as the wire has it, URL-encoded; the account model decodes it. No text stays
/// no text.
pub(super) fn document(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
}

/// Tags (key, value) as the SDK takes them.
pub(super) fn to_sdk_tags<'a>(
    tags: impl Iterator<Item = (&'a str, &'a str)>,
    operation: &'static str,
    resource: &str,
) -> Result<Vec<Tag>, CallError> {
    tags.map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map_err(|error| CallError::not_sent(operation, resource, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_as_it_went_out_without_stray_nanoseconds() {
        for written in
            ["2018-07-05T15:22:21.203Z", "2024-05-06T07:08:09Z", "1969-12-31T23:59:59.500Z"]
        {
            let time: DateTime<Utc> = written.parse().unwrap();
            assert_eq!(from_sdk(&to_sdk(time)), Some(time));
        }
        let stray = SdkTime::from_secs_and_nanos(1_530_804_141, 203_000_068);
        assert_eq!(from_sdk(&stray), "2018-07-05T15:22:21.203Z".parse().ok());
        assert_eq!(from_sdk(&SdkTime::from_secs(i64::MAX)), None);
    }
}
