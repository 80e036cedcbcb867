//! Where in a bucket the trail of an account is: its folders `CloudTrail/`, with their Regions and
//! days.
//!
//! Source:
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>.

use crate::failure::Failure;
use crate::input::InputError;
use chrono::NaiveDate;
use leastwise_aws::CallError;
use leastwise_aws::ports::ListFolders;
use leastwise_rightsizing::settings::ObjectAddress;

/// The folder below which S3 has what AWS services log.
const LOGS: &str = "AWSLogs";

/// The folder of an account that has its trail.
const TRAIL: &str = "CloudTrail";

/// The folder `CloudTrail/` of an account in a bucket, and the Regions that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The folder; its key ends in `CloudTrail/`.
    pub(super) folder: ObjectAddress,
    /// The Regions, by their codes.
    pub(super) regions: Vec<String>,
}

/// Finds the trail of `account` at or below `given`: of the account itself, and of its
/// organization.
pub(super) async fn find(
    aws: &impl ListFolders,
    given: &ObjectAddress,
    account: &str,
) -> Result<Vec<Place>, Failure> {
    let parts: Vec<&str> = given.key.split('/').filter(|part| !part.is_empty()).collect();
    let at = parts.iter().rposition(|part| *part == TRAIL);
    let places = match at.and_then(|at| parts.split_at_checked(at + 1)) {
        Some((folder, [])) => places(aws, given, &[folder.join("/") + "/"]).await?,
        Some((folder, [region])) => vec![Place {
            folder: below(given, folder.join("/") + "/"),
            regions: vec![(*region).to_owned()],
        }],
        Some(_) => return Err(InputError::NotATrailFolder { given: given.clone() }.into()),
        None => places(aws, given, &candidates(aws, given, &parts, account).await?).await?,
    };
    let of_account = |place: &Place| place.folder.key.contains(&format!("{account}/{TRAIL}/"));
    if places.is_empty() || !places.iter().all(of_account) {
        return Err(
            InputError::NoTrail { given: given.clone(), account: account.to_owned() }.into()
        );
    }
    Ok(places)
}

/// Where the trail may be: in the folder of the account, and in those of organizations.
async fn candidates(
    aws: &impl ListFolders,
    given: &ObjectAddress,
    parts: &[&str],
    account: &str,
) -> Result<Vec<String>, CallError> {
    let mut logs = parts.join("/");
    if !logs.is_empty() {
        logs.push('/');
    }
    if parts.last() == Some(&account) {
        return Ok(vec![format!("{logs}{TRAIL}/")]);
    }
    if !parts.contains(&LOGS) {
        logs = format!("{logs}{LOGS}/");
    }
    let folders = aws.folders(&below(given, logs.clone())).await?;
    let organizations = folders.iter().filter(|name| name.starts_with("o-"));
    let of_organizations = organizations.map(|name| format!("{logs}{name}/{account}/{TRAIL}/"));
    Ok([format!("{logs}{account}/{TRAIL}/")].into_iter().chain(of_organizations).collect())
}

/// Those of the folders in which there is something.
async fn places(
    aws: &impl ListFolders,
    given: &ObjectAddress,
    folders: &[String],
) -> Result<Vec<Place>, CallError> {
    let mut places = Vec::new();
    for folder in folders {
        let folder = below(given, folder.clone());
        let regions = aws.folders(&folder).await?;
        if !regions.is_empty() {
            places.push(Place { folder, regions });
        }
    }
    Ok(places)
}

impl Place {
    /// The first day of which there is a folder, in any of the Regions.
    pub(super) async fn first_day(
        &self,
        aws: &impl ListFolders,
    ) -> Result<Option<NaiveDate>, CallError> {
        let mut first = None;
        for region in &self.regions {
            let day = self.first_day_in(aws, region).await?;
            first = first.into_iter().chain(day).min();
        }
        Ok(first)
    }

    async fn first_day_in(
        &self,
        aws: &impl ListFolders,
        region: &str,
    ) -> Result<Option<NaiveDate>, CallError> {
        let mut folder = format!("{}{region}/", self.folder.key);
        let mut date = Vec::new();
        for digits in [4, 2, 2] {
            let below = aws.folders(&below(&self.folder, folder.clone())).await?;
            let is_number =
                |name: &&String| name.len() == digits && name.bytes().all(|it| it.is_ascii_digit());
            let Some(first) = below.iter().find(is_number) else { return Ok(None) };
            folder = format!("{folder}{first}/");
            date.push(first.clone());
        }
        Ok(date.join("-").parse().ok())
    }
}

fn below(given: &ObjectAddress, key: String) -> ObjectAddress {
    ObjectAddress { bucket: given.bucket.clone(), key }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_testing::aws::Fake;
    use tokio::runtime::Builder;

    const ACCOUNT: &str = "111122223333";

    fn at(key: &str) -> ObjectAddress {
        ObjectAddress { bucket: "trail".to_owned(), key: key.to_owned() }
    }

    fn bucket(keys: &[&str]) -> Fake {
        let file = |aws: Fake, key: &&str| aws.with_file(&format!("s3://trail/{key}"), Ok(""));
        keys.iter().fold(Fake::default(), file)
    }

    fn find_in(keys: &[&str], given: &str) -> Result<Vec<Place>, String> {
        let runtime = Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(find(&bucket(keys), &at(given), ACCOUNT));
        found.map_err(|error| error.to_string())
    }

    fn place(folder: &str, regions: &[&str]) -> Place {
        let regions = regions.iter().map(ToString::to_string).collect();
        Place { folder: at(folder), regions }
    }

    const OWN: &str = "logs/AWSLogs/111122223333/CloudTrail/";
    const ORGANIZATION: &str = "logs/AWSLogs/o-abc/111122223333/CloudTrail/";
    const KEYS: [&str; 6] = [
        "logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/02/a.json.gz",
        "logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/30/a.json.gz",
        "logs/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/01/01/a.json.gz",
        "logs/AWSLogs/444455556666/CloudTrail/eu-north-1/2026/01/01/a.json.gz",
        "logs/AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2025/12/31/a.json.gz",
        "logs/AWSLogs/o-abc/444455556666/CloudTrail/eu-north-1/2026/01/01/a.json.gz",
    ];

    #[test]
    fn the_trail_is_found_from_its_prefix_down_to_a_region() {
        let own = place(OWN, &["eu-west-1", "us-east-1"]);
        let organization = place(ORGANIZATION, &["eu-west-1"]);
        let both = Ok(vec![own.clone(), organization.clone()]);
        for given in ["logs", "logs/", "logs/AWSLogs", "logs/AWSLogs/"] {
            assert_eq!(find_in(&KEYS, given), both, "{given}");
        }
        for given in ["logs/AWSLogs/111122223333", OWN, OWN.trim_end_matches('/')] {
            assert_eq!(find_in(&KEYS, given), Ok(vec![own.clone()]), "{given}");
        }
        for given in ["logs/AWSLogs/o-abc", ORGANIZATION] {
            assert_eq!(find_in(&KEYS, given), Ok(vec![organization.clone()]), "{given}");
        }
        let region = format!("{OWN}us-east-1/");
        assert_eq!(find_in(&KEYS, &region), Ok(vec![place(OWN, &["us-east-1"])]));
    }

    #[test]
    fn where_there_is_no_trail_or_only_that_of_others_it_is_an_error() {
        for given in ["", "elsewhere/", "logs/AWSLogs/444455556666/CloudTrail/"] {
            let error = find_in(&KEYS, given).unwrap_err();
            let expected = format!("there is no trail of {ACCOUNT} at `s3://trail/{given}`: ");
            assert!(error.starts_with(&expected), "{error}");
        }
        let day = format!("{OWN}us-east-1/2026/");
        let within = format!("`s3://trail/{day}` is a folder within the trail");
        assert_eq!(find_in(&KEYS, &day), Err(within));
    }

    #[test]
    fn the_first_day_is_that_of_any_region() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let first_day = |place: Place| {
            let day = runtime.block_on(place.first_day(&bucket(&KEYS))).unwrap();
            day.map(|day| day.to_string())
        };
        let own = place(OWN, &["eu-west-1", "us-east-1", "eu-north-1"]);
        assert_eq!(first_day(own), Some("2026-09-30".to_owned()));
        assert_eq!(first_day(place(OWN, &["eu-north-1"])), None);
    }
}
