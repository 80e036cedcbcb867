//! [`PourEvents`] over CloudTrail.

use crate::call::{CallError, Fault};
use crate::clock::{Clock, RealClock};
use crate::paging::Pages;
use crate::ports::PourEvents;
use aws_config::{Region, SdkConfig};
use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::config::Config;
use aws_sdk_cloudtrail::primitives::DateTime as Moment;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Sender;

const OPERATION: &str = "cloudtrail:LookupEvents";

/// How many events a page has at most.
///
/// Source: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>.
const PAGE: i32 = 50;

/// How long to wait after each call: CloudTrail takes two a second, per account and Region.
///
/// Source: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>.
const PACE: Duration = Duration::from_millis(500);

/// CloudTrail's event history, in any Region.
#[derive(Debug, Clone)]
pub struct EventHistory {
    client: Client,
    clock: Arc<dyn Clock>,
}

impl EventHistory {
    pub(crate) fn of(settings: &SdkConfig) -> Self {
        Self { client: Client::new(settings), clock: Arc::new(RealClock) }
    }
}

impl PourEvents for EventHistory {
    async fn pour_events(
        &self,
        region: &str,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        into: Sender<Vec<u8>>,
    ) -> Result<(), CallError> {
        let resource = format!("the event history of {region}");
        let mut pages = Pages::of(OPERATION, &resource);
        let mut token = None;
        loop {
            let request = self.client.lookup_events().max_results(PAGE).set_next_token(token);
            let [from, to] = [from, to].map(|it| Moment::from_secs(it.timestamp()));
            let request = request.start_time(from).end_time(to).customize();
            let there = Config::builder().region(Region::new(region.to_owned()));
            let answer = request.config_override(there).send().await;
            let page = answer.map_err(CallError::of(OPERATION, &resource))?;
            for event in page.events.unwrap_or_default() {
                let Some(mut record) = event.cloud_trail_event else {
                    return Err(CallError::unreadable(
                        OPERATION,
                        resource,
                        "an event has no record",
                    ));
                };
                record.push('\n');
                if into.send(record.into_bytes()).await.is_err() {
                    return Ok(());
                }
            }
            token = pages.after(false, page.next_token.as_deref()).map_err(|error| {
                let fault = Fault::Unreachable(error.to_string());
                CallError { operation: OPERATION, resource: resource.clone(), fault }
            })?;
            self.clock.sleep(PACE).await;
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::Replay;
    use super::*;
    use serde_json::{Value, json};
    use tokio::sync::mpsc;

    fn page(records: &[&str], next: Option<&str>) -> (u16, String) {
        let events: Vec<Value> =
            records.iter().map(|record| json!({ "CloudTrailEvent": record })).collect();
        let mut page = json!({ "Events": events });
        if let Some(next) = next {
            page["NextToken"] = json!(next);
        }
        (200, page.to_string())
    }

    async fn pour(replay: &Replay) -> (Result<(), CallError>, String) {
        let history =
            EventHistory { client: Client::new(&replay.signed_in()), clock: replay.clock() };
        let (into, mut from) = mpsc::channel(100);
        let [begin, end] = ["2026-10-01T00:00:00Z", "2026-10-01T23:59:59Z"];
        let [begin, end] = [begin, end].map(|it| it.parse().unwrap());
        let poured = history.pour_events("eu-west-1", begin, end, into).await;
        let mut records = Vec::new();
        while let Some(part) = from.recv().await {
            records.extend(part);
        }
        (poured, String::from_utf8(records).unwrap())
    }

    #[tokio::test]
    async fn every_page_is_asked_for_in_the_region_and_no_faster_than_twice_a_second() {
        let replay =
            Replay::of([page(&[r#"{"a":1}"#, r#"{"b":2}"#], Some("t1")), page(&["{}"], None)]);
        let (poured, records) = pour(&replay).await;
        assert_eq!((poured, &*records), (Ok(()), "{\"a\":1}\n{\"b\":2}\n{}\n"));
        // 2026-10-01 in seconds since 1970.
        let (from, to) = (1_790_812_800, 1_790_812_800 + 86_399);
        let first =
            format!("LookupEvents {{\"StartTime\":{from},\"EndTime\":{to},\"MaxResults\":50");
        let asked = [format!("{first}}}"), format!("{first},\"NextToken\":\"t1\"}}")];
        assert_eq!(replay.requests(), asked);
        assert_eq!(replay.hosts(), ["cloudtrail.eu-west-1.amazonaws.com"; 2]);
        assert_eq!(replay.waits(), [PACE, PACE]);
    }

    #[tokio::test]
    async fn pages_that_lead_nowhere_and_events_without_record_are_errors() {
        let again = Replay::of([page(&[], Some("t1")), page(&[], Some("t1"))]);
        assert_eq!(
            pour(&again).await.0.unwrap_err().to_string(),
            "cloudtrail:LookupEvents on `the event history of eu-west-1` failed: no answer: \
             cloudtrail:LookupEvents on `the event history of eu-west-1` repeated the marker `t1`"
        );
        let empty = Replay::of([(200, json!({ "Events": [{ "EventId": "x" }] }).to_string())]);
        assert_eq!(
            pour(&empty).await.0.unwrap_err().to_string(),
            "cloudtrail:LookupEvents on `the event history of eu-west-1` failed: unreadable answer: \
             an event has no record"
        );
    }

    #[tokio::test]
    async fn a_denied_call_is_an_error_with_the_words_of_aws() {
        let denied = json!({ "__type": "AccessDeniedException", "Message": "not authorized" });
        let (poured, records) = pour(&Replay::of([(400, denied.to_string())])).await;
        assert_eq!(records, "");
        assert_eq!(
            poured.unwrap_err().to_string(),
            "cloudtrail:LookupEvents on `the event history of eu-west-1` failed: \
             AccessDeniedException: not authorized"
        );
    }
}
