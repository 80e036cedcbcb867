//! Account data in the form that AWS CLI prints, read from its text entry by entry: as JSON values,
//! all of a large account takes ten times the memory of its text.

use super::authorization_details::AuthorizationDetails;
use super::entries::{self, Entry, UnreadableEntry};
use super::nulls;
use leastwise_policy::json;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The pages of account data, and the entries of them that cannot be read; `None` where the text
/// has anything unusual, which is for the reader of whole values to judge: a member that is not
/// documented, one that is there twice, a page without a list, no page at all.
pub(super) fn plain(text: &str) -> Option<(Vec<AuthorizationDetails>, Vec<UnreadableEntry>)> {
    let pages: Vec<PlainPage<'_>> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).ok()?
    } else {
        vec![serde_json::from_str(text).ok()?]
    };
    if pages.is_empty() {
        return None;
    }
    let mut unreadable = Vec::new();
    let pages: Option<_> = pages.into_iter().map(|page| page.read(&mut unreadable)).collect();
    Some((pages?, unreadable))
}

// A member that is there twice is an error, and so is one without a name here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PlainPage<'a> {
    #[serde(borrow)]
    user_detail_list: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    group_detail_list: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    role_detail_list: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    policies: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    is_truncated: bool,
    marker: Option<String>,
    next_token: Option<String>,
}

impl PlainPage<'_> {
    fn read(self, unreadable: &mut Vec<UnreadableEntry>) -> Option<AuthorizationDetails> {
        let lists = [
            &self.user_detail_list,
            &self.group_detail_list,
            &self.role_detail_list,
            &self.policies,
        ];
        if lists.into_iter().all(Option::is_none) {
            return None;
        }
        Some(AuthorizationDetails {
            user_detail_list: list(self.user_detail_list, unreadable)?,
            group_detail_list: list(self.group_detail_list, unreadable)?,
            role_detail_list: list(self.role_detail_list, unreadable)?,
            policies: list(self.policies, unreadable)?,
            is_truncated: self.is_truncated,
            marker: self.marker,
            next_token: self.next_token,
        })
    }
}

fn list<T: Entry>(
    texts: Option<Vec<&RawValue>>,
    unreadable: &mut Vec<UnreadableEntry>,
) -> Option<Vec<T>> {
    let mut readable = Vec::new();
    for (place, text) in texts.into_iter().flatten().enumerate() {
        let entry = nulls::left_out(json::parse_with_documents(text.get()).ok()?);
        match entries::one(place, entry) {
            Ok(entry) => readable.push(entry),
            Err(entry) => unreadable.push(entry),
        }
    }
    Some(readable)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = r#"{"Arn": "arn:aws:iam::111122223333:role/app", "RoleId": "AROAEXAMPLE000000001",
        "CreateDate": null, "Path": "/",
        "AssumeRolePolicyDocument": {"Statement": [{"Sid": "a", "Sid": "b"}]}}"#;

    fn page(entries: &str, more: &str) -> String {
        format!(r#"{{"UserDetailList": [{{"Arn": 7}}], "RoleDetailList": [{entries}]{more}}}"#)
    }

    #[test]
    fn the_usual_page_reads_as_by_way_of_values() {
        for text in [
            page(ROLE, r#", "IsTruncated": true, "Marker": "next""#),
            format!("\n[{}, {}]", page("", ""), page(ROLE, r#", "Policies": null"#)),
        ] {
            let (pages, unreadable) = plain(&text).unwrap();
            let json = json::parse_with_documents(&text).unwrap();
            let values = json.as_array().cloned().unwrap_or_else(|| vec![json]);
            let mut of_values = Vec::new();
            let by_values: Vec<AuthorizationDetails> = values
                .into_iter()
                .map(|page| entries::read(page, &mut of_values).unwrap())
                .collect();
            assert_eq!((pages, &unreadable), (by_values, &of_values));
            assert!(unreadable.iter().all(|entry| entry.list == "UserDetailList"));
            assert!(!unreadable.is_empty());
        }
    }

    #[test]
    fn whatever_is_unusual_is_left_to_the_other_reader() {
        for text in [
            page(ROLE, r#", "RoleDetailList": []"#),
            page(ROLE, r#", "ResponseMetadata": {}"#),
            page(ROLE, r#", "IsTruncated": null"#),
            page(r#"{"Arn": "a", "Arn": "b"}"#, ""),
            page("1e999", ""),
            page("", "") + "{}",
            r#"{"IsTruncated": false}"#.to_owned(),
            "7".to_owned(),
            "[]".to_owned(),
        ] {
            assert!(plain(&text).is_none(), "{text}");
        }
    }
}
