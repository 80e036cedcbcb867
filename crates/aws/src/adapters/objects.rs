//! Reading, listing and writing objects of S3.

use super::Aws;
use crate::call::{CallError, Fault};
use crate::paging::{Pages, PagingError};
use crate::ports::{
    FindBucket, ListFolders, ListObjects, Made, PourObject, ReadObject, WriteObject,
};
use aws_sdk_s3::primitives::{ByteStream, ByteStreamError};
use leastwise_rightsizing::settings::ObjectAddress;
use std::error::Error;
use tokio::sync::mpsc::Sender;

const GET: &str = "s3:GetObject";
const LIST: &str = "s3:ListBucket";

impl Aws {
    async fn body_of(&self, address: &ObjectAddress) -> Result<ByteStream, CallError> {
        let request = self.s3.get_object().bucket(&address.bucket).key(&address.key);
        let answer = request.send().await.map_err(CallError::of(GET, &address.to_string()))?;
        Ok(answer.body)
    }
}

/// A part that did not come. Half a list would leave out those whom the other half exempts.
fn cut_short(address: &ObjectAddress, error: &ByteStreamError) -> CallError {
    let fault = Fault::Unreachable(error.source().unwrap_or(error).to_string());
    CallError { operation: GET, resource: address.to_string(), fault }
}

fn astray(resource: &str, error: &PagingError) -> CallError {
    let fault = Fault::Unreachable(error.to_string());
    CallError { operation: LIST, resource: resource.to_owned(), fault }
}

impl ReadObject for Aws {
    async fn object(&self, address: &ObjectAddress, limit: usize) -> Result<Vec<u8>, CallError> {
        let mut body = self.body_of(address).await?;
        let mut bytes = Vec::new();
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| cut_short(address, &error))?;
            bytes.extend_from_slice(&part);
            if bytes.len() > limit {
                bytes.truncate(limit + 1);
                return Ok(bytes);
            }
        }
        Ok(bytes)
    }
}

impl PourObject for Aws {
    async fn pour(&self, address: &ObjectAddress, into: Sender<Vec<u8>>) -> Result<(), CallError> {
        let mut body = self.body_of(address).await?;
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| cut_short(address, &error))?;
            if into.send(part.to_vec()).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl ListObjects for Aws {
    async fn objects(
        &self,
        prefix: &ObjectAddress,
        most: usize,
    ) -> Result<Vec<ObjectAddress>, CallError> {
        let resource = prefix.to_string();
        let mut pages = Pages::of(LIST, &resource);
        let (mut objects, mut after) = (Vec::new(), None);
        loop {
            let request = self.s3.list_objects_v2().bucket(&prefix.bucket).prefix(&prefix.key);
            let answer = request.set_start_after(after).send().await;
            let page = answer.map_err(CallError::of(LIST, &resource))?;
            let is_truncated = page.is_truncated == Some(true);
            let keys = page.contents.unwrap_or_default().into_iter().filter_map(|it| it.key);
            let keys: Vec<String> = keys.collect();
            // The keys come in their order, so a page goes on after the last one.
            let last = keys.last().filter(|_| is_truncated).map(String::as_str);
            after = pages.after(is_truncated, last).map_err(|error| astray(&resource, &error))?;
            objects.extend(keys.into_iter().map(|key| ObjectAddress { key, ..prefix.clone() }));
            if after.is_none() || objects.len() > most {
                return Ok(objects);
            }
        }
    }
}

impl ListFolders for Aws {
    async fn folders(&self, prefix: &ObjectAddress) -> Result<Vec<String>, CallError> {
        let resource = prefix.to_string();
        let mut pages = Pages::of(LIST, &resource);
        let (mut folders, mut token) = (Vec::new(), None);
        loop {
            let request = self.s3.list_objects_v2().bucket(&prefix.bucket).prefix(&prefix.key);
            let answer = request.delimiter("/").set_continuation_token(token).send().await;
            let page = answer.map_err(CallError::of(LIST, &resource))?;
            let is_truncated = page.is_truncated == Some(true);
            // Folders and objects share a page, so nothing but the token says where to go on.
            let next = page.next_continuation_token.as_deref();
            token = pages.after(is_truncated, next).map_err(|error| astray(&resource, &error))?;
            let below = page.common_prefixes.unwrap_or_default().into_iter();
            let below = below.filter_map(|it| it.prefix);
            folders.extend(below.filter_map(|whole| {
                Some(whole.strip_prefix(&prefix.key)?.trim_end_matches('/').to_owned())
            }));
            if token.is_none() {
                return Ok(folders);
            }
        }
    }
}

/// The header by which S3 says where a bucket is, also where it refuses the call.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>.
const REGION_HEADER: &str = "x-amz-bucket-region";

impl FindBucket for Aws {
    async fn region_of(&self, bucket: &str) -> Result<Option<String>, CallError> {
        let error = match self.s3.head_bucket().bucket(bucket).send().await {
            Ok(found) => return Ok(found.bucket_region),
            Err(error) => error,
        };
        let said = error.raw_response().and_then(|answer| answer.headers().get(REGION_HEADER));
        if let Some(region) = said {
            return Ok(Some(region.to_owned()));
        }
        match CallError::of(LIST, &format!("s3://{bucket}/"))(error) {
            // Who may list a folder only is told so, and may do all that is needed.
            error if error.fault == Fault::Status(403) => Ok(None),
            error => Err(error),
        }
    }
}

/// What S3 answers to a conditional write where there is such an object.
const PRECONDITION_FAILED: &str = "PreconditionFailed";

impl WriteObject for Aws {
    async fn write_once(&self, address: &ObjectAddress, body: Vec<u8>) -> Result<Made, CallError> {
        let resource = address.to_string();
        let request = self.s3.put_object().bucket(&address.bucket).key(&address.key);
        let request = request.content_type("application/json").if_none_match("*");
        let written = request.body(body.into()).send().await;
        match written.map_err(CallError::of("s3:PutObject", &resource)) {
            Ok(_) => Ok(Made::Now),
            Err(error) if error.is(PRECONDITION_FAILED) => Ok(Made::Before),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::Replay;
    use super::*;
    use crate::lists::{ListError, load_list};
    use leastwise_rightsizing::settings::{ListSource, PrincipalList};
    use tokio::sync::mpsc;

    async fn load(status: u16, body: &str) -> Result<PrincipalList, ListError> {
        let replay = Replay::of([(status, body.to_owned())]);
        let source = ListSource::parse("ExemptionList", "s3://team-lists/exempt.txt").unwrap();
        load_list(&source, &replay.aws()).await
    }

    fn refused(code: &str) -> String {
        format!("<Error><Code>{code}</Code><Message>as S3 says it</Message></Error>")
    }

    #[tokio::test]
    async fn a_list_is_read_from_its_file_and_entries_need_none() {
        assert_eq!(load(200, "backup\n/ops/\n").await, Ok("backup,/ops/".parse().unwrap()));
        let entries: PrincipalList = "backup".parse().unwrap();
        let replay = Replay::of([]);
        assert_eq!(
            load_list(&ListSource::Entries(entries.clone()), &replay.aws()).await,
            Ok(entries)
        );
        assert_eq!(replay.requests(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_file_that_is_missing_forbidden_or_not_understood_is_an_error_and_not_an_empty_list()
    {
        for (status, body, retryable, why) in [
            (
                404,
                refused("NoSuchKey"),
                false,
                "s3:GetObject on `s3://team-lists/exempt.txt` failed: NoSuchKey: as S3 says it",
            ),
            (
                403,
                refused("AccessDenied"),
                false,
                "s3:GetObject on `s3://team-lists/exempt.txt` failed: AccessDenied: as S3 says it",
            ),
            (
                200,
                String::new(),
                false,
                "it has no entry; write `none` into a list that is to be empty",
            ),
            (
                200,
                "ops\u{fffd}team".to_owned(),
                false,
                "line 1: `ExemptionList` is `ops\u{fffd}team`; allowed is names, ARNs of users, roles and groups, and paths such as \
              `/ops/`, separated by commas, with `*` and `?` as wildcards",
            ),
        ] {
            let error = load(status, &body).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "`ExemptionList` (s3://team-lists/exempt.txt) cannot be used, so nobody is judged or changed: {why}"
                )
            );
            assert_eq!(error.is_retryable(), retryable, "{error}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_cut_short_is_an_error_and_worth_reading_again() {
        let replay = Replay::of([(200, "backup\n".to_owned())]).declaring(20);
        let source = ListSource::parse("ExemptionList", "s3://team-lists/exempt.txt").unwrap();
        let error = load_list::<PrincipalList>(&source, &replay.aws()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`ExemptionList` (s3://team-lists/exempt.txt) cannot be used, so nobody is judged or changed: \
             s3:GetObject on `s3://team-lists/exempt.txt` failed: no answer: \
             Invalid Content-Length: Expected 20 bytes but 7 bytes were received"
        );
        assert!(error.is_retryable());
    }

    #[tokio::test]
    async fn a_file_that_is_too_large_is_not_read_to_its_end() {
        let error = load(200, &"a".repeat((1 << 20) + 7)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`ExemptionList` (s3://team-lists/exempt.txt) cannot be used, so nobody is judged or changed: \
             it has 1048577 bytes, and at most 1048576 are read"
        );
    }

    #[tokio::test]
    async fn objects_are_listed_page_by_page_until_there_are_enough() {
        let page = |keys: &[&str], more: bool| {
            let contents: Vec<String> =
                keys.iter().map(|key| format!("<Contents><Key>{key}</Key></Contents>")).collect();
            let contents = contents.concat();
            let body = format!(
                "<ListBucketResult><IsTruncated>{more}</IsTruncated>{contents}</ListBucketResult>"
            );
            (200, body)
        };
        let list = async |most: usize| {
            let pages = [page(&["usage/", "usage/a.jsonl"], true), page(&["usage/b.jsonl"], false)];
            // Two are more than one: no more is asked for.
            let replay = Replay::of(pages.into_iter().take(most));
            let (bucket, key) = ("evidence".to_owned(), "usage/".to_owned());
            let listed = replay.aws().objects(&ObjectAddress { bucket, key }, most).await.unwrap();
            let keys: Vec<String> = listed.into_iter().map(|address| address.key).collect();
            (keys, replay.requests())
        };
        let first = "GET /?list-type=2&prefix=usage%2F".to_owned();
        let second = "GET /?list-type=2&prefix=usage%2F&start-after=usage%2Fa.jsonl".to_owned();
        let (two, three) =
            (["usage/", "usage/a.jsonl"], ["usage/", "usage/a.jsonl", "usage/b.jsonl"]);
        assert_eq!(list(1).await, (two.map(ToOwned::to_owned).to_vec(), vec![first.clone()]));
        assert_eq!(list(2).await, (three.map(ToOwned::to_owned).to_vec(), vec![first, second]));
    }

    #[tokio::test]
    async fn a_list_that_says_that_more_follows_and_does_not_lead_there_is_an_error() {
        let keyless = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>";
        let one = "<ListBucketResult><IsTruncated>true</IsTruncated>\
             <Contents><Key>usage/a.jsonl</Key></Contents></ListBucketResult>";
        for (pages, why) in [
            (vec![keyless], "was cut short without a marker to go on from"),
            (vec![one, one], "repeated the marker `usage/a.jsonl`"),
        ] {
            let replay = Replay::of(pages.into_iter().map(|page| (200, page.to_owned())));
            let (bucket, key) = ("evidence".to_owned(), "usage/".to_owned());
            let listed = replay.aws().objects(&ObjectAddress { bucket, key }, 100).await;
            assert_eq!(
                listed.unwrap_err().to_string(),
                format!(
                    "s3:ListBucket on `s3://evidence/usage/` failed: no answer: s3:ListBucket on \
                     `s3://evidence/usage/` {why}"
                )
            );
        }
    }

    #[tokio::test]
    async fn an_object_is_written_only_where_there_is_none() {
        let replay = Replay::of([
            (200, String::new()),
            (412, refused("PreconditionFailed")),
            (403, refused("AccessDenied")),
        ]);
        let aws = replay.aws();
        let (bucket, key) = ("sweeps".to_owned(), "sweeps/1/manifest.json".to_owned());
        let address = ObjectAddress { bucket, key };
        let write = || aws.write_once(&address, b"[]".to_vec());
        assert_eq!(write().await, Ok(Made::Now));
        assert_eq!(write().await, Ok(Made::Before));
        assert_eq!(
            write().await.unwrap_err().to_string(),
            "s3:PutObject on `s3://sweeps/sweeps/1/manifest.json` failed: AccessDenied: as S3 says it"
        );
        let put = "PUT /sweeps/1/manifest.json?x-id=PutObject if-none-match: * []";
        assert_eq!(replay.requests(), [put; 3]);
    }

    fn address(key: &str) -> ObjectAddress {
        ObjectAddress { bucket: "trail".to_owned(), key: key.to_owned() }
    }

    #[tokio::test]
    async fn an_object_is_poured_to_its_end_and_one_that_is_cut_short_is_an_error() {
        let pour = async |replay: Replay| {
            let (into, mut from) = mpsc::channel(8);
            let poured = replay.aws().pour(&address("a.json.gz"), into).await;
            let mut bytes = Vec::new();
            while let Some(part) = from.recv().await {
                bytes.extend(part);
            }
            (poured, String::from_utf8(bytes).unwrap())
        };
        let whole = Replay::of([(200, "records".to_owned())]);
        assert_eq!(pour(whole).await, (Ok(()), "records".to_owned()));
        let (poured, _) = pour(Replay::of([(200, "rec".to_owned())]).declaring(7)).await;
        assert_eq!(
            poured.unwrap_err().to_string(),
            "s3:GetObject on `s3://trail/a.json.gz` failed: no answer: \
             Invalid Content-Length: Expected 7 bytes but 3 bytes were received"
        );
        let (denied, bytes) = pour(Replay::of([(403, refused("AccessDenied"))])).await;
        assert_eq!(
            denied.unwrap_err().to_string(),
            "s3:GetObject on `s3://trail/a.json.gz` failed: AccessDenied: as S3 says it"
        );
        assert_eq!(bytes, "");
    }

    #[tokio::test]
    async fn nobody_who_takes_the_parts_any_more_ends_it() {
        let (into, from) = mpsc::channel(1);
        drop(from);
        let replay = Replay::of([(200, "records".to_owned())]);
        assert_eq!(replay.aws().pour(&address("a.json.gz"), into).await, Ok(()));
    }

    #[tokio::test]
    async fn folders_are_listed_to_the_last_page_by_the_token_that_each_page_hands_on() {
        let page = |folders: &[&str], next: &str| {
            let folders: Vec<String> = folders
                .iter()
                .map(|it| format!("<CommonPrefixes><Prefix>logs/{it}/</Prefix></CommonPrefixes>"))
                .collect();
            let (folders, more) = (folders.concat(), !next.is_empty());
            let token = format!("<NextContinuationToken>{next}</NextContinuationToken>");
            let token = if more { token } else { String::new() };
            let body = format!(
                "<ListBucketResult><IsTruncated>{more}</IsTruncated>{token}{folders}\
                 <Contents><Key>logs/notes.txt</Key></Contents></ListBucketResult>"
            );
            (200, body)
        };
        let pages = [page(&["eu-west-1", "us-east-1"], "t1"), page(&["us-west-2"], "")];
        let replay = Replay::of(pages);
        let folders = replay.aws().folders(&address("logs/")).await.unwrap();
        assert_eq!(folders, ["eu-west-1", "us-east-1", "us-west-2"]);
        assert_eq!(
            replay.requests(),
            [
                "GET /?list-type=2&delimiter=%2F&prefix=logs%2F",
                "GET /?list-type=2&delimiter=%2F&prefix=logs%2F&continuation-token=t1",
            ]
        );
        let lost = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>";
        let lost = Replay::of([(200, lost.to_owned())]).aws().folders(&address("logs/")).await;
        assert_eq!(
            lost.unwrap_err().to_string(),
            "s3:ListBucket on `s3://trail/logs/` failed: no answer: \
             s3:ListBucket on `s3://trail/logs/` was cut short without a marker to go on from"
        );
    }

    #[tokio::test]
    async fn s3_says_where_a_bucket_is_also_where_it_refuses_to_be_asked() {
        let ask = async |status: u16, region: &str| {
            let replay = Replay::of([(status, String::new())]);
            let replay =
                if region.is_empty() { replay } else { replay.with_header(REGION_HEADER, region) };
            replay.aws().region_of("trail").await
        };
        let there = Ok(Some("eu-west-1".to_owned()));
        for status in [200, 301, 403] {
            assert_eq!(ask(status, "eu-west-1").await, there, "{status}");
        }
        for status in [200, 403] {
            assert_eq!(ask(status, "").await, Ok(None), "{status}");
        }
        let gone = ask(404, "").await.unwrap_err().to_string();
        assert!(gone.starts_with("s3:ListBucket on `s3://trail/` failed: "), "{gone}");
    }
}
