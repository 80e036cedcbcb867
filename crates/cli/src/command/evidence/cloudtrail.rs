//! `leastwise evidence cloudtrail`: a usage file from a trail, saved or in its bucket.

mod bucket;
mod files;
mod object;
mod place;

use super::found::Found;
use super::remarks;
use super::work::Work;
use crate::arguments::{CloudTrailArguments, TrailSource};
use crate::failure::Failure;
use crate::input::InputError;
use crate::live::Live;
use crate::output::{self, ExitCode};
use bucket::ReadBucket;
use chrono::{DateTime, TimeDelta, Utc};
use files::Files;
use leastwise_aws::ports::FindBucket;
use leastwise_rightsizing::settings::ObjectAddress;
use leastwise_trails::object_key::LATENESS;
use leastwise_trails::trail::{TrailLog, Wanted};
use std::path::Path;
use std::sync::Arc;

/// How long after a day its folder gets nothing more: CloudTrail puts a file into the folder of the
/// day on which it writes it, and S3 shows at once what was written.
///
/// Source:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>.
const SETTLED: TimeDelta = TimeDelta::hours(1);

/// Runs the command.
pub(crate) fn run(
    arguments: &CloudTrailArguments,
    now: DateTime<Utc>,
) -> Result<ExitCode, Failure> {
    arguments.check()?;
    let wanted = Arc::new(Wanted {
        account: arguments.account.as_str().to_owned(),
        now,
        from: arguments.period.from,
        to: arguments.period.to,
    });
    let (mut trail, mut found) = saved(arguments, &wanted)?;
    let buckets = buckets(arguments);
    if !buckets.is_empty() {
        let live = Live::connect(&arguments.live)?;
        for given in buckets {
            let read = in_bucket(&live, given, &wanted, arguments.work.as_deref())?;
            trail.join(read.trail);
            found.join(read.found);
            output::say(&format!(
                "{given}: {} days, {} of them kept from before",
                read.days, read.kept
            ));
        }
    }
    tell(&trail, found);
    if arguments.complete {
        cover(&mut trail, found, &wanted);
    }
    output::usage_log(&trail.log, arguments.output.as_deref())?;
    Ok(ExitCode::Done)
}

/// What the files say that are here.
fn saved(arguments: &CloudTrailArguments, wanted: &Wanted) -> Result<(TrailLog, Found), Failure> {
    let paths = arguments.trail.iter().filter_map(|source| match source {
        TrailSource::Path(path) => Some(path.as_path()),
        TrailSource::Bucket(_) => None,
    });
    let files = Files::of(&paths.collect::<Vec<_>>(), wanted)?;
    if let Some(path) = arguments.output.as_deref().and_then(|output| files.at(output)) {
        return Err(InputError::OutputIsInput { path: path.clone() }.into());
    }
    Ok((files.read_all(wanted)?, files.found))
}

/// The trails that are in S3, each once.
fn buckets(arguments: &CloudTrailArguments) -> Vec<&ObjectAddress> {
    let mut buckets = Vec::new();
    for source in &arguments.trail {
        if let TrailSource::Bucket(address) = source
            && !buckets.contains(&address)
        {
            buckets.push(address);
        }
    }
    buckets
}

fn in_bucket(
    live: &Live,
    given: &ObjectAddress,
    wanted: &Arc<Wanted>,
    work: Option<&Path>,
) -> Result<ReadBucket, Failure> {
    let open = |folder| Work::open(folder, &given.to_string(), &wanted.account, SETTLED);
    let work = work.map(open).transpose()?;
    live.wait_for(async {
        let region = live.aws().region_of(&given.bucket).await?;
        // S3 answers only where the bucket is.
        let aws =
            region.map_or_else(|| live.aws(), |region| live.signed_in().in_region(&region).aws());
        bucket::read(&aws, given, wanted, work.as_ref()).await
    })
}

/// Notes what the trail would have seen, or says why that is not known.
fn cover(trail: &mut TrailLog, found: Found, wanted: &Wanted) {
    let why = match trail.notes.vouched_for(wanted.from, wanted.now - LATENESS) {
        Some(stretches) if found.others == 0 => {
            for stretch in stretches {
                trail.log.cover(stretch);
            }
            return;
        }
        Some(_) => "some files of the folder were not read",
        None => "of some records it is not known who called, what, or when",
    };
    output::say(&format!("warning: --complete is left out, because {why}"));
}

/// Says what was read, and what it was that nothing came of.
fn tell(trail: &TrailLog, found: Found) {
    let read = format!(
        "{} files read ({} of other accounts or times, {} of other kinds left out)",
        found.read, found.elsewhere, found.others
    );
    remarks::on_trail(&read, trail);
}
