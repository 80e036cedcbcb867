//! Reading the points in time that AWS tools print.

use chrono::{DateTime, TimeZone, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// A point in time as AWS CLIs and SDKs print it: RFC 3339 with `T` or a blank between date and
/// time, or epoch seconds (AWS CLI with `cli_timestamp_format = wire` on JSON services).
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    EpochSeconds(f64),
}

/// Reads an optional point in time; absent and `null` are `None`, anything unreadable is an error.
pub(crate) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    match Option::<Written>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Written::Text(text)) => parse(&text)
            .map(Some)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not an RFC 3339 time"))),
        Some(Written::EpochSeconds(seconds)) => from_epoch_seconds(seconds)
            .map(Some)
            .ok_or_else(|| D::Error::custom(format!("`{seconds}` is not a time in epoch seconds"))),
    }
}

/// Reads an optional point in time that is text; anything else is an error.
pub(crate) fn text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = Option::<Borrowed<'_>>::deserialize(deserializer)? else { return Ok(None) };
    let Borrowed(text) = text;
    parse(&text).map(Some).ok_or_else(|| D::Error::custom("not an RFC 3339 time"))
}

/// A text that is not copied where it stands in the source as it is.
#[derive(Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

fn parse(text: &str) -> Option<DateTime<Utc>> {
    // chrono's RFC 3339 reader takes a blank for the `T`, which `json.dumps(default=str)` of boto3
    // data writes.
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc))
}

fn from_epoch_seconds(seconds: f64) -> Option<DateTime<Utc>> {
    const LARGEST: f64 = 253_402_300_799.0; // 9999-12-31
    if !(0.0..=LARGEST).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
    Utc.timestamp_millis_opt((seconds * 1000.0).round() as i64).single()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Holder {
        #[serde(default, deserialize_with = "optional")]
        at: Option<DateTime<Utc>>,
    }

    fn read(json: &str) -> Result<Option<i64>, String> {
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        serde_json::from_value::<Holder>(value)
            .map(|holder| holder.at.map(|at| at.timestamp()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_spelling_of_one_moment_is_that_moment() {
        for written in [
            r#""2018-10-24T19:47:35.000Z""#,
            r#""2018-10-24T19:47:35+00:00""#,
            r#""2018-10-24 19:47:35+00:00""#,
            r#""2018-10-24T21:47:35+02:00""#,
            "1540410455",
            "1540410455.0",
        ] {
            assert_eq!(
                read(&format!(r#"{{"at":{written}}}"#)),
                Ok(Some(1_540_410_455)),
                "{written}"
            );
        }
    }

    #[test]
    fn absent_and_null_are_no_time_and_nonsense_is_an_error() {
        assert_eq!(read("{}"), Ok(None));
        assert_eq!(read(r#"{"at":null}"#), Ok(None));
        assert_eq!(
            read(r#"{"at":"yesterday"}"#),
            Err("`yesterday` is not an RFC 3339 time".into())
        );
        assert_eq!(read(r#"{"at":-5}"#), Err("`-5` is not a time in epoch seconds".into()));
    }
}
