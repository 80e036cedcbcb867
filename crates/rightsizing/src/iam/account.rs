//! One AWS account's users and roles, read from what `GetAccountAuthorizationDetails` returns.
//!
//! The sweep, the command line and the tests all build the same [`Account`] from
//! [`AuthorizationDetails`]; a change event for a single principal fills the same structure with
//! that principal alone.

use super::arn::PrincipalArn;
use super::authorization_details::AuthorizationDetails;
use super::entries::{self, UnreadableEntry};
use super::group::Group;
use super::library::AccountError;
use super::pages;
use super::principal::Principal;
use super::roster::Roster;
use leastwise_policy::json;
use serde_json::Value;
use std::collections::BTreeMap;

/// The users and roles of an account, by ARN, and its groups.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    principals: BTreeMap<PrincipalArn, Principal>,
    groups: Vec<Group>,
    unreadable: Vec<UnreadableEntry>,
}

impl Account {
    /// Reads what `aws iam get-account-authorization-details` prints: one object, or an array of
    /// pages.
    ///
    /// # Errors
    ///
    /// [`AccountError`] when the text is not of that form or names a key twice, a page is missing,
    /// a principal is listed twice, or there are principals of two accounts. Policies that are
    /// missing or malformed are no error here: they stay on the principal as unreadable documents.
    /// Nor are single entries of odd form: [`Account::unreadable`] has them.
    pub fn from_json(text: &str) -> Result<Self, AccountError> {
        let (pages, unreadable) = pages::plain(text).map_or_else(|| by_values(text), Ok)?;
        Self::from_whole(whole(pages)?, unreadable)
    }

    /// Puts the pages of `GetAccountAuthorizationDetails` together, in the order they came.
    ///
    /// # Errors
    ///
    /// [`AccountError`] when a page is missing, a principal or group cannot be identified or is
    /// listed twice, or there are principals of two accounts.
    pub fn from_pages(pages: Vec<AuthorizationDetails>) -> Result<Self, AccountError> {
        Self::from_whole(whole(pages)?, Vec::new())
    }

    fn from_whole(
        details: AuthorizationDetails,
        unreadable: Vec<UnreadableEntry>,
    ) -> Result<Self, AccountError> {
        let roster = Roster::of_what_is_readable(details, unreadable)?;
        let (groups, unreadable) = (roster.groups().to_vec(), roster.unreadable().to_vec());
        // What IAM says of each principal is dropped as soon as it is read.
        let principals = roster.into_principals().map(|it| (it.arn.clone(), it)).collect();
        Ok(Self { principals, groups, unreadable })
    }

    /// Every user and role, in the order of their ARNs.
    #[must_use]
    pub fn principals(&self) -> impl ExactSizeIterator<Item = &Principal> {
        self.principals.values()
    }

    /// One principal by its ARN.
    #[must_use]
    pub fn principal(&self, arn: &PrincipalArn) -> Option<&Principal> {
        self.principals.get(arn)
    }

    /// Every group that the source identifies, in the order of their ARNs.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The entries that could not be read, in the order of the lists. Principals among them are not
    /// in [`Account::principals`], and who carries one of the others is unknown.
    #[must_use]
    pub fn unreadable(&self) -> &[UnreadableEntry] {
        &self.unreadable
    }

    /// All principals, taken out.
    #[must_use]
    pub fn into_principals(self) -> Vec<Principal> {
        self.principals.into_values().collect()
    }
}

/// Everybody on the roster, read.
impl From<&Roster> for Account {
    fn from(roster: &Roster) -> Self {
        let principals = roster.entries().iter().map(|entry| roster.principal(entry));
        Self {
            principals: principals.map(|it| (it.arn.clone(), it)).collect(),
            groups: roster.groups().to_vec(),
            unreadable: roster.unreadable().to_vec(),
        }
    }
}

/// The pages of the account data as JSON values, and the entries that cannot be read.
fn by_values(
    text: &str,
) -> Result<(Vec<AuthorizationDetails>, Vec<UnreadableEntry>), AccountError> {
    let json = json::parse_with_documents(text)?;
    let pages = if let Value::Array(pages) = json { pages } else { vec![json] };
    // Any page without a list is something else, such as an error message, and what it should hold
    // is missing.
    if pages.is_empty() || !pages.iter().all(has_a_documented_list) {
        return Err(AccountError::Empty);
    }
    let mut unreadable = Vec::new();
    let read = pages.into_iter().map(|page| entries::read(page, &mut unreadable));
    let pages = read.collect::<Result<_, _>>()?;
    Ok((pages, unreadable))
}

/// All pages in one.
fn whole(pages: Vec<AuthorizationDetails>) -> Result<AuthorizationDetails, AccountError> {
    if let Some(marker) = pages.last().and_then(what_follows) {
        return Err(AccountError::Incomplete { marker });
    }
    let mut whole = AuthorizationDetails::default();
    for page in pages {
        whole.user_detail_list.extend(page.user_detail_list);
        whole.group_detail_list.extend(page.group_detail_list);
        whole.role_detail_list.extend(page.role_detail_list);
        whole.policies.extend(page.policies);
    }
    Ok(whole)
}

fn has_a_documented_list(page: &Value) -> bool {
    ["UserDetailList", "RoleDetailList", "GroupDetailList", "Policies"]
        .iter()
        .any(|list| page.get(list).is_some())
}

/// The marker of a page that is not the last; the flag may be missing where a marker is present and
/// the reverse.
fn what_follows(page: &AuthorizationDetails) -> Option<String> {
    let marker = page.marker.as_ref().or(page.next_token.as_ref()).filter(|text| !text.is_empty());
    match marker {
        Some(marker) => Some(marker.clone()),
        None if page.is_truncated => Some("(none given)".to_owned()),
        None => None,
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests;
