//! Digests by which two plans, two events, or what two sets of policies say are known to be the
//! same.

use super::own::{FOLLOWED_SID, followed_sid_of};
use crate::iam::{Principal, UniqueId};
use leastwise_policy::document::Document;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write;
use std::str::FromStr;
use thiserror::Error;

/// SHA-256 over a principal's unique id and the boundary planned for it: 64 hexadecimal digits in
/// lower case.
///
/// The same plan has the same digest whenever it is made, and a plan with another boundary, or for
/// a principal that was made anew under the same name, has another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PlanDigest(String);

/// SHA-256 over the policies that grant a principal something, those of its groups included: 64
/// hexadecimal digits in lower case.
///
/// The order in which IAM lists them and other spellings of the same text make no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantsDigest(String);

impl GrantsDigest {
    /// The digest of what grants `principal` something; `None` where one of the texts is not known.
    #[must_use]
    pub fn of(principal: &Principal) -> Option<Self> {
        let texts: Option<BTreeSet<(String, String)>> = principal
            .policies
            .iter()
            .map(|policy| {
                let document = policy.document.as_ref().ok()?;
                Some((policy.source.to_string(), document.canonical().to_string()))
            })
            .collect();
        let texts = texts?;
        let parts: Vec<&str> =
            texts.iter().flat_map(|(source, text)| [source.as_str(), text.as_str()]).collect();
        Some(Self(sha256(&parts)))
    }

    /// Reads the digest from text; `None` where that is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        is_sha256(text).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for GrantsDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A text that is no digest of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not the digest of a plan: 64 hexadecimal digits in lower case")]
pub struct DigestError(String);

impl PlanDigest {
    /// The digest of `boundary` planned for the principal with this id. Since when it follows
    /// something makes no difference: whoever agrees to a plan may do so on another day.
    #[must_use]
    pub fn of(id: &UniqueId, boundary: &Document) -> Self {
        let mut text = boundary.to_compact_string();
        for sid in boundary.statements().iter().filter_map(followed_sid_of) {
            text = text.replace(&format!(r#""Sid":"{sid}"#), &format!(r#""Sid":"{FOLLOWED_SID}"#));
        }
        Self(sha256(&[id.as_str(), &text]))
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PlanDigest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        if is_sha256(text) { Ok(Self(text.to_owned())) } else { Err(DigestError(text.to_owned())) }
    }
}

impl fmt::Display for PlanDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn is_sha256(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(is_digit)
}

/// SHA-256 over these parts, in hexadecimal. Each part is led by its length, so that no text can
/// pass from one to the next.
pub(crate) fn sha256(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(format!("{}:{part}", part.len()));
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // INVARIANT: writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::UnreadableDocument;
    use crate::testing::{allow, role};

    #[test]
    fn the_day_from_which_something_is_followed_is_no_other_plan() {
        let of = |day: &str| {
            let document = serde_json::json!({ "Version": "2012-10-17", "Statement": [
                { "Sid": "LeastwiseKeep", "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
                { "Sid": day, "Effect": "Allow", "Action": "sqs:*", "Resource": "*" }
            ]});
            PlanDigest::of(&id("AROAEXAMPLE0APPROLE"), &Document::from_value(document).unwrap())
        };
        assert_eq!(of("LeastwiseNew20260630"), of("LeastwiseNew20260701"));
        assert_ne!(of("LeastwiseNew20260630"), of("Else"));
    }

    fn id(text: &str) -> UniqueId {
        text.parse().unwrap()
    }

    #[test]
    fn the_digest_of_a_plan_stays_as_long_as_its_boundary_does() {
        let of = |id: &UniqueId, actions: &[&str]| PlanDigest::of(id, &allow(actions));
        let app = id("AROAEXAMPLE0APPROLE");
        let digest = of(&app, &["s3:*"]);
        assert_eq!(
            digest.as_str(),
            "87c7656b5cd4000a2d2a9b5826b21131b7707f0eb468ac9a6586db4c8969db83"
        );
        assert_eq!(of(&app, &["s3:*"]), digest);
        assert_ne!(of(&app, &["s3:*", "sqs:*"]), digest);
        assert_ne!(of(&id("AROAEXAMPLE1APPROLE"), &["s3:*"]), digest);
    }

    #[test]
    fn a_digest_is_sixty_four_hexadecimal_digits_and_nothing_else() {
        let digest = PlanDigest::of(&id("AROAEXAMPLE0APPROLE"), &allow(&["s3:*"]));
        assert_eq!(digest.to_string().parse(), Ok(digest.clone()));
        for text in ["", "d3b3", &digest.as_str().to_uppercase(), &format!("{digest}0")] {
            assert!(text.parse::<PlanDigest>().is_err(), "{text}");
        }
        assert_eq!(
            "yes".parse::<PlanDigest>().unwrap_err().to_string(),
            "`yes` is not the digest of a plan: 64 hexadecimal digits in lower case"
        );
    }

    #[test]
    fn the_digest_of_grants_changes_with_what_is_granted_and_not_with_its_spelling() {
        let of = |documents: Vec<Document>| GrantsDigest::of(&role(documents));
        let digest = of(vec![allow(&["s3:*", "sqs:*"])]);
        assert_eq!(of(vec![allow(&["sqs:*", "S3:*"])]), digest);
        assert_ne!(of(vec![allow(&["s3:*"])]), digest);
        assert_ne!(of(vec![allow(&["s3:*", "sqs:*"]), allow(&["s3:*", "sqs:*"])]), digest);
        let mut turned = role([allow(&["s3:*"]), allow(&["sqs:*"])]);
        let listed = GrantsDigest::of(&turned);
        turned.policies.reverse();
        assert_eq!(GrantsDigest::of(&turned), listed);
        let tagged = Principal { tags: [("team".into(), "app".into())].into(), ..turned.clone() };
        assert_eq!(GrantsDigest::of(&tagged), listed);
        turned.policies[0].document = Err(UnreadableDocument::Missing);
        assert_eq!(GrantsDigest::of(&turned), None);
        let text = digest.clone().unwrap().to_string();
        assert_eq!(GrantsDigest::parse(&text), digest);
        assert_eq!(GrantsDigest::parse("unknown"), None);
    }

    #[test]
    fn text_does_not_pass_from_one_part_of_a_digest_to_the_next() {
        assert_ne!(sha256(&["ab", "c"]), sha256(&["a", "bc"]));
        assert_ne!(sha256(&["a"]), sha256(&["a", ""]));
    }
}
