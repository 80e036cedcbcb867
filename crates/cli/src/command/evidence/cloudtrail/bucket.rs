//! A trail in S3, read day by day.

use super::super::found::Found;
use super::super::work::{self, ReadDay, Work};
use super::files::READ;
use super::object;
use super::place::{self, Place};
use crate::failure::Failure;
use crate::progress::Progress;
use chrono::{DateTime, NaiveDate, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use leastwise_aws::CallError;
use leastwise_aws::ports::{ListFolders, ListObjects, PourObject};
use leastwise_rightsizing::settings::ObjectAddress;
use leastwise_trails::object_key::{Kept, LATENESS, ObjectKey, folder_of_day};
use leastwise_trails::trail::{TrailLog, Wanted};
use std::sync::Arc;

/// How many objects are fetched and read, and how many Regions listed, at a time. One object takes
/// some 10 MB of memory.
const IN_FLIGHT: usize = 8;

/// What the days that were read say together.
pub(super) struct ReadBucket {
    pub(super) trail: TrailLog,
    pub(super) found: Found,
    /// How many days there are, and how many of these were there already.
    pub(super) days: usize,
    pub(super) kept: usize,
}

/// Reads the trail below `given`, but for the days that `work` has.
pub(super) async fn read<A: ListFolders + ListObjects + PourObject>(
    aws: &A,
    given: &ObjectAddress,
    wanted: &Arc<Wanted>,
    work: Option<&Work>,
) -> Result<ReadBucket, Failure> {
    let places = place::find(aws, given, &wanted.account).await?;
    let days = days(aws, &places, wanted).await?;
    let progress = Progress::waiting(days.len(), "days");
    let (trail, found) = (TrailLog::new(&wanted.account), Found::default());
    let mut whole = ReadBucket { trail, found, days: days.len(), kept: 0 };
    for day in days {
        progress.at(day.to_string());
        let reading = read_day(aws, &places, day, wanted, &progress);
        let (read, was_kept) = work::kept_or_read(work, day, wanted, reading).await?;
        whole.kept += usize::from(was_kept);
        whole.found.join(read.found);
        whole.trail.join(read.trail);
        progress.step();
    }
    Ok(whole)
}

/// The days whose folders may hold what is wanted. A record is written after its call, so the day
/// after the last one counts, too.
async fn days(
    aws: &impl ListFolders,
    places: &[Place],
    wanted: &Wanted,
) -> Result<Vec<NaiveDate>, CallError> {
    let first = match wanted.from {
        Some(from) => Some(from.date_naive()),
        None => first_day(aws, places).await?,
    };
    let today = wanted.now.date_naive();
    let late = |to: DateTime<Utc>| to.date_naive().checked_add_signed(LATENESS);
    let last = wanted.to.and_then(late).map_or(today, |last| last.min(today));
    let Some(first) = first.filter(|first| *first <= last) else { return Ok(Vec::new()) };
    Ok(first.iter_days().take_while(|day| *day <= last).collect())
}

async fn first_day(
    aws: &impl ListFolders,
    places: &[Place],
) -> Result<Option<NaiveDate>, CallError> {
    let mut first = None;
    for place in places {
        first = first.into_iter().chain(place.first_day(aws).await?).min();
    }
    Ok(first)
}

async fn read_day<A: ListObjects + PourObject>(
    aws: &A,
    places: &[Place],
    day: NaiveDate,
    wanted: &Arc<Wanted>,
    progress: &Progress,
) -> Result<ReadDay, Failure> {
    let folders = places.iter().flat_map(|place| {
        let folder = |region: &String| folder_of_day(&place.folder.key, region, day);
        let keys = place.regions.iter().map(folder);
        keys.map(|key| ObjectAddress { bucket: place.folder.bucket.clone(), key })
    });
    let folders: Vec<ObjectAddress> = folders.collect();
    let listings = stream::iter(&folders).map(|folder| aws.objects(folder, usize::MAX));
    let listed: Vec<Vec<ObjectAddress>> = listings.buffered(IN_FLIGHT).try_collect().await?;
    let all = listed.iter().map(Vec::len).sum::<usize>();
    let objects: Vec<&ObjectAddress> = listed.iter().flatten().filter(|it| is_read(it)).collect();
    let found = Found { read: objects.len(), elsewhere: 0, others: all - objects.len() };
    progress.at(format!("{day}, {} files", found.read));
    let readings = stream::iter(objects).map(|address| object::read(aws, address, wanted));
    // In the order of their names, so that the same bucket gives the same bytes.
    let join = async |mut trail: TrailLog, one: TrailLog| {
        trail.join(one);
        Ok(trail)
    };
    let trail = TrailLog::new(&wanted.account);
    let trail = readings.buffered(IN_FLIGHT).try_fold(trail, join).await?;
    Ok(ReadDay { trail, found })
}

/// Whether it is a file of a trail, by its name.
fn is_read(address: &ObjectAddress) -> bool {
    let is_trail = ObjectKey::of(&address.key).is_some_and(|key| key.kept == Kept::Trail);
    is_trail && READ.iter().any(|end| address.key.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_testing::aws::Fake;
    use tokio::runtime::Builder;

    const ACCOUNT: &str = "111122223333";
    const FOLDER: &str = "s3://trail/AWSLogs/111122223333/CloudTrail/eu-west-1/";

    fn wanted(from: &str, to: &str) -> Arc<Wanted> {
        let time = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        let now = "2026-10-04T10:00:00Z".parse().unwrap();
        Arc::new(Wanted { account: ACCOUNT.to_owned(), now, from: time(from), to: time(to) })
    }

    fn record(time: &str, name: &str) -> String {
        format!(
            r#"{{"eventTime":"{time}","eventSource":"sqs.amazonaws.com","eventName":"{name}",
            "awsRegion":"eu-west-1","userIdentity":{{"type":"IAMUser",
            "arn":"arn:aws:iam::111122223333:user/mira","accountId":"111122223333"}}}}"#
        )
    }

    /// A trail with a file on each of four days, the last one today.
    fn bucket() -> Fake {
        (1..=4).fold(Fake::default(), |aws, day| {
            let text = record(&format!("2026-10-0{day}T08:00:00Z"), "SendMessage");
            aws.with_file(&format!("{FOLDER}2026/10/0{day}/a.json.gz"), Ok(&text))
        })
    }

    fn read_all(aws: &Fake, wanted: &Arc<Wanted>) -> Result<ReadBucket, String> {
        let given = ObjectAddress { bucket: "trail".to_owned(), key: String::new() };
        let runtime = Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(read(aws, &given, wanted, None));
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn the_days_from_the_first_to_the_day_after_the_last_are_read() {
        let figures = |from: &str, to: &str| {
            let read = read_all(&bucket(), &wanted(from, to)).unwrap();
            (read.days, read.found.read, read.trail.notes.seen)
        };
        assert_eq!(figures("", ""), (4, 4, 4));
        assert_eq!(figures("2026-10-02T08:00:00Z", ""), (3, 3, 3));
        // Of the day after, the file is read, and its record is too late.
        assert_eq!(figures("2026-10-01T09:00:00Z", "2026-10-02T23:59:59Z"), (3, 3, 1));
        assert_eq!(figures("", "2999-01-01T00:00:00Z"), (4, 4, 4));
        // Days of which there is nothing are asked for, too.
        assert_eq!(figures("2026-09-29T00:00:00Z", ""), (6, 4, 4));
        assert_eq!(figures("2026-10-05T00:00:00Z", ""), (0, 0, 0));
    }

    #[test]
    fn what_is_no_file_of_a_trail_is_counted_and_not_opened() {
        let odd = format!("{FOLDER}2026/10/02/notes.txt");
        let aws = bucket()
            .with_file(&odd, Err(CallError::refused("s3:GetObject", &*odd, "AccessDenied", "")));
        let found = read_all(&aws, &wanted("", "")).unwrap().found;
        assert_eq!(found, Found { read: 4, elsewhere: 0, others: 1 });
    }

    #[test]
    fn an_object_that_is_denied_or_damaged_fails_the_run_and_is_named() {
        let object = format!("{FOLDER}2026/10/03/a.json.gz");
        let aws = bucket();
        aws.set_file(&object, Ok("{\"Records\":["));
        assert_eq!(
            read_all(&aws, &wanted("", "")).err(),
            Some(format!(
                "`{object}` cannot be read as a trail of CloudTrail: it is cut short after record 0: fetch it again"
            ))
        );
        let refused = CallError::refused("s3:GetObject", &*object, "AccessDenied", "Access Denied");
        aws.set_file(&object, Err(refused.clone()));
        assert_eq!(read_all(&aws, &wanted("", "")).err(), Some(refused.to_string()));
    }

    #[test]
    fn the_order_in_which_objects_come_does_not_show() {
        let aws = bucket();
        for (name, time) in [("b", "2026-10-02T07:00:00Z"), ("c", "2026-10-02T06:00:00Z")] {
            let text = record(time, "ListQueues");
            aws.set_file(&format!("{FOLDER}2026/10/02/{name}.json.gz"), Ok(&text));
        }
        let [one, other] = [(), ()].map(|()| read_all(&aws, &wanted("", "")).unwrap().trail);
        assert_eq!(one, other);
        assert_eq!((one.notes.seen, one.log.len()), (6, (2, 0)));
    }
}
