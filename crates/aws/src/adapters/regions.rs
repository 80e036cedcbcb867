//! [`ReadRegions`] over AWS Account Management.

use super::Aws;
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{ReadRegions, RegionsError};
use aws_sdk_account::types::{Region, RegionOptStatus};
use std::collections::BTreeSet;

const LIST: &str = "account:ListRegions";

/// What failed calls are said to be on.
const ACCOUNT: &str = "the account";

/// The most that AWS hands out at a time.
///
/// Source: <https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html>.
const MAX_RESULTS: i32 = 50;

impl ReadRegions for Aws {
    async fn enabled_regions(&self) -> Result<BTreeSet<String>, RegionsError> {
        let mut regions = BTreeSet::new();
        let mut pages = Pages::of(LIST, ACCOUNT);
        let mut token = None;
        loop {
            let request = self.account.list_regions().max_results(MAX_RESULTS);
            let answer = request.set_next_token(token).send().await;
            let answer = answer.map_err(CallError::of(LIST, ACCOUNT))?;
            token = pages.after(false, answer.next_token())?;
            regions.extend(answer.regions.unwrap_or_default().into_iter().filter_map(enabled));
            if token.is_none() {
                return Ok(regions);
            }
        }
    }
}

/// The Region's code, unless it is disabled. One that is being enabled or disabled, or whose status
/// AWS words in a new way, may be in use.
fn enabled(region: Region) -> Option<String> {
    let is_disabled = region.region_opt_status == Some(RegionOptStatus::Disabled);
    region.region_name.filter(|_| !is_disabled)
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, account, account_error};
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn every_page_is_read_and_all_regions_but_the_disabled_ones_are_enabled() {
        let replay = Replay::of([
            account(&json!({
                "Regions": [
                    { "RegionName": "us-east-1", "RegionOptStatus": "ENABLED_BY_DEFAULT" },
                    { "RegionName": "af-south-1", "RegionOptStatus": "DISABLED" },
                    { "RegionName": "eu-south-2", "RegionOptStatus": "ENABLED" }
                ],
                "NextToken": "more"
            })),
            account(&json!({
                "Regions": [
                    { "RegionName": "me-central-1", "RegionOptStatus": "DISABLING" },
                    { "RegionName": "mx-central-1", "RegionOptStatus": "SOMETHING_NEW" }
                ]
            })),
        ]);
        let expected = ["eu-south-2", "me-central-1", "mx-central-1", "us-east-1"];
        let regions = replay.aws().enabled_regions().await.unwrap();
        assert_eq!(regions.into_iter().collect::<Vec<_>>(), expected);
        assert_eq!(
            replay.requests(),
            [
                r#"POST /listRegions {"MaxResults":50}"#,
                r#"POST /listRegions {"MaxResults":50,"NextToken":"more"}"#
            ]
        );
    }

    #[tokio::test]
    async fn a_denied_call_is_an_error_that_says_what_would_do_without_it() {
        let replay = Replay::of([account_error(403, "AccessDeniedException", "not authorized")]);
        let error = replay.aws().enabled_regions().await.unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(
            error.to_string(),
            "which Regions are enabled could not be learned: account:ListRegions on `the account` failed: \
             AccessDeniedException: not authorized; allow the call, or set `UntrackedRegions` to `unused` if nothing runs \
             where IAM does not track use"
        );
    }
}
