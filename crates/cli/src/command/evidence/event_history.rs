//! `leastwise evidence event-history`: a usage file from what CloudTrail keeps of any account for
//! 90 days, without a trail.

use super::found::Found;
use super::work::{self, ReadDay, Work};
use super::{remarks, streamed};
use crate::arguments::EventHistoryArguments;
use crate::failure::Failure;
use crate::live::Live;
use crate::output::{self, ExitCode};
use crate::progress::Progress;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use futures::future::try_join_all;
use leastwise_aws::ports::PourEvents;
use leastwise_trails::object_key::LATENESS;
use leastwise_trails::trail::{TrailLog, Wanted};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// For how long CloudTrail keeps events.
///
/// Source:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html>.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Runs the command.
pub(crate) fn run(
    arguments: &EventHistoryArguments,
    now: DateTime<Utc>,
) -> Result<ExitCode, Failure> {
    arguments.check()?;
    let live = Live::connect(&arguments.live)?;
    let regions = regions(arguments, live.signed_in().region());
    let listed = regions.iter().cloned().collect::<Vec<_>>().join(", ");
    let oldest = now - KEPT;
    let wanted = Arc::new(Wanted {
        account: arguments.account.as_str().to_owned(),
        now,
        from: Some(arguments.period.from.map_or(oldest, |from| from.max(oldest))),
        to: arguments.period.to,
    });
    let history = format!("the event history of {listed}");
    let open = |folder: &Path| Work::open(folder, &history, &wanted.account, LATENESS);
    let work = arguments.work.as_deref().map(open).transpose()?;
    let events = live.signed_in().event_history();
    let (trail, days, kept) = live.wait_for(read(&events, &regions, &wanted, work.as_ref()))?;
    remarks::on_trail(&format!("{history}: {days} days, {kept} of them kept from before"), &trail);
    if trail.notes.records > 0 && trail.notes.seen == 0 {
        output::say(&format!(
            "warning: nothing is of a principal of {}: look whether the credentials are of that account: \
             aws sts get-caller-identity",
            wanted.account
        ));
    }
    output::usage_log(&trail.log, arguments.output.as_deref())?;
    Ok(ExitCode::Done)
}

/// Those that were asked for, or else that of the credentials and the one that has what global
/// services do.
fn regions(arguments: &EventHistoryArguments, own: &str) -> BTreeSet<String> {
    match &arguments.regions {
        Some(regions) => regions.0.clone(),
        None => [own, global_region(own)].map(ToOwned::to_owned).into(),
    }
}

/// The Region in which CloudTrail records the calls of IAM and other global services.
///
/// Source:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html>; for the
/// other partitions where IAM is, <https://docs.aws.amazon.com/general/latest/gr/iam-service.html>.
fn global_region(own: &str) -> &'static str {
    match own.split_once('-') {
        Some(("cn", _)) => "cn-north-1",
        Some(("us", rest)) if rest.starts_with("gov-") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// Reads all days, but for those that `work` has; and says how many days there are, and how many
/// were there.
async fn read(
    events: &impl PourEvents,
    regions: &BTreeSet<String>,
    wanted: &Arc<Wanted>,
    work: Option<&Work>,
) -> Result<(TrailLog, usize, usize), Failure> {
    let days = days(wanted);
    let progress = Progress::waiting(days.len(), "days");
    let (mut whole, mut kept) = (TrailLog::new(&wanted.account), 0);
    for day in &days {
        progress.at(format!("{day}, {} events so far", whole.notes.records));
        let reading = read_day(events, regions, *day, wanted);
        let (read, was_kept) = work::kept_or_read(work, *day, wanted, reading).await?;
        kept += usize::from(was_kept);
        whole.join(read.trail);
        progress.step();
    }
    Ok((whole, days.len(), kept))
}

fn days(wanted: &Wanted) -> Vec<NaiveDate> {
    let last = wanted.to.map_or(wanted.now, |to| to.min(wanted.now)).date_naive();
    let first = wanted.from.map_or(last, |from| from.date_naive());
    first.iter_days().take_while(|day| *day <= last).collect()
}

/// Reads a day, in all Regions at once: each has a rate of its own.
async fn read_day(
    events: &impl PourEvents,
    regions: &BTreeSet<String>,
    day: NaiveDate,
    wanted: &Arc<Wanted>,
) -> Result<ReadDay, Failure> {
    // Events have whole seconds, and both ends are included.
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    let to = (midnight + TimeDelta::days(1) - TimeDelta::seconds(1)).min(wanted.now);
    let from = midnight.max(wanted.now - KEPT);
    let of_region = async |region: &String| {
        let name = format!("the event history of {region} on {day}");
        let pour = async |into: Sender<Vec<u8>>| {
            // A file without a byte would be one that was lost; a day without events is none.
            into.send(b"\n".to_vec()).await.ok();
            events.pour_events(region, from, to, into).await
        };
        streamed::read(name, wanted, pour).await
    };
    let mut trail = TrailLog::new(&wanted.account);
    for one in try_join_all(regions.iter().map(of_region)).await? {
        trail.join(one);
    }
    Ok(ReadDay { trail, found: Found::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_aws::CallError;
    use std::sync::Mutex;
    use tokio::runtime::Builder;

    /// A history with one call a day and Region at noon, and a memory of what was asked.
    #[derive(Default)]
    struct Events(Mutex<Vec<(String, String, String)>>);

    impl PourEvents for Events {
        async fn pour_events(
            &self,
            region: &str,
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            into: Sender<Vec<u8>>,
        ) -> Result<(), CallError> {
            let asked = (region.to_owned(), from.to_rfc3339(), to.to_rfc3339());
            self.0.lock().unwrap().push(asked);
            let noon = from.date_naive().and_hms_opt(12, 0, 0).unwrap().and_utc();
            if (from..=to).contains(&noon) {
                let record = format!(
                    r#"{{"eventTime":"{}","eventSource":"sqs.amazonaws.com","eventName":"SendMessage",
                    "awsRegion":"{region}","userIdentity":{{"type":"IAMUser","accountId":"111122223333",
                    "arn":"arn:aws:iam::111122223333:user/mira"}}}}"#,
                    noon.to_rfc3339()
                );
                into.send(record.into_bytes()).await.unwrap();
            }
            Ok(())
        }
    }

    fn wanted(from: &str, to: Option<&str>, now: &str) -> Arc<Wanted> {
        let time = |text: &str| text.parse().unwrap();
        let account = "111122223333".to_owned();
        Arc::new(Wanted { account, now: time(now), from: Some(time(from)), to: to.map(time) })
    }

    fn read_all(regions: &[&str], wanted: &Arc<Wanted>) -> (TrailLog, usize, Events) {
        let (events, regions) = (Events::default(), regions.iter().map(ToString::to_string));
        let runtime = Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(read(&events, &regions.collect(), wanted, None));
        let (trail, days, _) = read.unwrap();
        (trail, days, events)
    }

    #[test]
    fn every_day_is_asked_for_in_every_region_to_the_present() {
        let wanted = wanted("2026-10-01T18:00:00Z", None, "2026-10-02T09:30:00Z");
        let (trail, days, events) = read_all(&["eu-west-1", "us-east-1"], &wanted);
        let both = |from: &str, to: &str| {
            ["eu-west-1", "us-east-1"].map(|it| (it.to_owned(), from.to_owned(), to.to_owned()))
        };
        let asked = [
            both("2026-10-01T00:00:00+00:00", "2026-10-01T23:59:59+00:00"),
            both("2026-10-02T00:00:00+00:00", "2026-10-02T09:30:00+00:00"),
        ];
        assert_eq!(events.0.into_inner().unwrap(), asked.concat());
        // What happened on the first day happened before it counts.
        let notes = trail.notes;
        assert_eq!((days, notes.records, notes.out_of_time, notes.seen), (2, 2, 2, 0));
    }

    #[test]
    fn nothing_is_asked_for_that_is_older_than_the_history() {
        let now = "2026-10-02T15:00:00Z";
        let wanted = wanted("2026-07-04T15:00:00Z", Some("2026-07-05T23:59:59Z"), now);
        let (trail, days, events) = read_all(&["eu-west-1"], &wanted);
        let asked: Vec<String> =
            events.0.into_inner().unwrap().into_iter().map(|(_, from, _)| from).collect();
        assert_eq!(asked, ["2026-07-04T15:00:00+00:00", "2026-07-05T00:00:00+00:00"]);
        assert_eq!((days, trail.notes.records, trail.notes.seen), (2, 1, 1));
    }

    #[test]
    fn global_services_are_recorded_in_one_region_of_each_partition() {
        for (own, global) in [
            ("eu-west-1", "us-east-1"),
            ("us-west-2", "us-east-1"),
            ("us-gov-east-1", "us-gov-west-1"),
            ("cn-northwest-1", "cn-north-1"),
        ] {
            assert_eq!(global_region(own), global, "{own}");
        }
    }
}
