//! [`PolicyAccount`] over IAM.

use super::account::MAX_ITEMS;
use super::{Aws, convert};
use crate::call::CallError;
use crate::paging::Pages;
use crate::ports::{OwnPolicy, PolicyAccount, PolicyQuota, StockError};
use aws_sdk_iam::types::{Policy, PolicyScopeType, SummaryKeyType};
use leastwise_rightsizing::iam::LEASTWISE_PATH;

impl PolicyAccount for Aws {
    async fn policy_quota(&self) -> Result<PolicyQuota, StockError> {
        const OPERATION: &str = "iam:GetAccountSummary";
        const ACCOUNT: &str = "the account";
        let answer = self.iam.get_account_summary().send().await;
        let answer = answer.map_err(CallError::of(OPERATION, ACCOUNT))?;
        let summary = answer.summary_map.unwrap_or_default();
        let number = |key: SummaryKeyType| {
            let number = summary.get(&key).and_then(|number| u32::try_from(*number).ok());
            let what = format!("no `{}`", key.as_str());
            number.ok_or_else(|| CallError::unreadable(OPERATION, ACCOUNT, &what))
        };
        Ok(PolicyQuota {
            used: number(SummaryKeyType::Policies)?,
            limit: number(SummaryKeyType::PoliciesQuota)?,
        })
    }

    async fn own_policies(&self) -> Result<Vec<OwnPolicy>, StockError> {
        const OPERATION: &str = "iam:ListPolicies";
        let mut pages = Pages::of(OPERATION, LEASTWISE_PATH);
        let (mut policies, mut marker) = (Vec::new(), None);
        loop {
            let request = self.iam.list_policies().scope(PolicyScopeType::Local);
            let request = request.path_prefix(LEASTWISE_PATH).max_items(MAX_ITEMS);
            let page = request.set_marker(marker).send().await;
            let page = page.map_err(CallError::of(OPERATION, LEASTWISE_PATH))?;
            marker = pages.after(page.is_truncated, page.marker.as_deref())?;
            for policy in page.policies.unwrap_or_default() {
                let unreadable =
                    || CallError::unreadable(OPERATION, LEASTWISE_PATH, "a policy without `Arn`");
                policies.push(own(policy).ok_or_else(unreadable)?);
            }
            if marker.is_none() {
                return Ok(policies);
            }
        }
    }
}

fn own(policy: Policy) -> Option<OwnPolicy> {
    let uses = [policy.attachment_count, policy.permissions_boundary_usage_count];
    Some(OwnPolicy {
        arn: policy.arn?,
        updated: policy.update_date.as_ref().and_then(convert::from_sdk),
        is_in_use: uses != [Some(0), Some(0)],
    })
}

#[cfg(test)]
mod tests {
    use super::super::replay::{Replay, iam};
    use super::*;

    #[tokio::test]
    async fn the_quota_is_read_from_the_summary_and_not_guessed() {
        let entry = |key: &str, value: u32| {
            format!("<entry><key>{key}</key><value>{value}</value></entry>")
        };
        let summary = |entries: &str| {
            iam("GetAccountSummary", &format!("<SummaryMap>{entries}</SummaryMap>"))
        };
        let whole = entry("Policies", 1_043) + &entry("Users", 7) + &entry("PoliciesQuota", 1_500);
        let replay = Replay::of([summary(&whole), summary(&entry("Policies", 3))]);
        let aws = replay.aws();
        let quota = PolicyQuota { used: 1_043, limit: 1_500 };
        assert_eq!(aws.policy_quota().await.unwrap(), quota);
        assert_eq!(
            aws.policy_quota().await.unwrap_err().to_string(),
            "iam:GetAccountSummary on `the account` failed: unreadable answer: no `PoliciesQuota`"
        );
    }

    #[tokio::test]
    async fn policies_under_our_path_are_listed_and_in_use_unless_iam_says_that_they_are_not() {
        let member = |name: &str, counts: &str| {
            format!(
                "<member><Arn>arn:aws:iam::111122223333:policy/leastwise/{name}</Arn>{counts}\
                 <UpdateDate>2026-06-01T00:00:00Z</UpdateDate></member>"
            )
        };
        let unused = "<AttachmentCount>0</AttachmentCount>\
                      <PermissionsBoundaryUsageCount>0</PermissionsBoundaryUsageCount>";
        let policies = member("a", unused)
            + &member("b", &unused.replacen('0', "1", 1))
            + &member("c", "<AttachmentCount>0</AttachmentCount>");
        let list = format!("<Policies>{policies}</Policies><IsTruncated>false</IsTruncated>");
        let replay = Replay::of([iam("ListPolicies", &list)]);
        let own = replay.aws().own_policies().await.unwrap();
        let in_use: Vec<bool> = own.iter().map(|policy| policy.is_in_use).collect();
        assert_eq!(in_use, [false, true, true]);
        assert_eq!(own[0].updated, "2026-06-01T00:00:00Z".parse().ok());
        assert_eq!(
            replay.requests(),
            ["Action=ListPolicies&Scope=Local&PathPrefix=/leastwise/&MaxItems=1000"]
        );
    }
}
