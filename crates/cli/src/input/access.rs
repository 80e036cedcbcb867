//! Service last accessed reports, by the ARN of whom each is on.

use leastwise_policy::json;
use leastwise_rightsizing::evidence::{LastAccessedReport, ReportError};
use leastwise_rightsizing::iam::PrincipalArn;
use rayon::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use thiserror::Error;

/// A text that is no collection of reports.
#[derive(Debug, Error)]
pub(crate) enum AccessError {
    /// Not JSON, or a key twice.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A report without the ARN that it belongs to.
    #[error(
        "it is one report, and does not say on whom; \
         write {{\"arn:aws:iam::111122223333:role/name\": …}} around it, with the ARN that the report was asked for"
    )]
    OneReport,
    /// Something else.
    #[error("it is not a JSON object from principal ARN to report")]
    Form,
    /// Account data.
    #[error("it is what `aws iam get-account-authorization-details` prints; give it as --account")]
    Account,
}

/// Members of which a report has at least one.
const REPORT: &[&str] = &["JobStatus", "ServicesLastAccessed"];

/// Members of which account data has at least one.
const ACCOUNT: &[&str] = &["UserDetailList", "RoleDetailList", "GroupDetailList", "Policies"];

/// Where in a text the report on each principal stands.
type Places = BTreeMap<PrincipalArn, Range<usize>>;

/// A file of reports. Each is read when somebody asks for it: read, all of them take several times
/// the memory of their text.
#[derive(Debug)]
pub(crate) struct Access {
    text: String,
    places: Places,
    /// The keys that are not the ARN of a user or role.
    pub(crate) odd_keys: Vec<String>,
}

impl Access {
    /// On whom there are reports, in the order of their ARNs.
    pub(crate) fn principals(&self) -> impl Iterator<Item = &PrincipalArn> {
        self.places.keys()
    }

    /// The report on the principal.
    ///
    /// # Errors
    ///
    /// [`ReportError`] when there is none, or one that cannot be used: an error of its principal
    /// alone.
    pub(crate) fn report(
        &self,
        principal: &PrincipalArn,
    ) -> Result<LastAccessedReport, ReportError> {
        let place = self.places.get(principal).cloned();
        let text = place.and_then(|place| self.text.get(place)).ok_or(ReportError::Missing)?;
        // INVARIANT: what is no JSON was refused when the file was read.
        LastAccessedReport::from_text(text)
            .unwrap_or_else(|why| Err(ReportError::Form(why.to_string())))
    }
}

/// Reads a JSON object from principal ARN to report.
///
/// # Errors
///
/// [`AccessError`] when the text is something else.
pub(crate) fn read(text: String) -> Result<Access, AccessError> {
    match places(&text) {
        Some((places, odd_keys)) => Ok(Access { text, places, odd_keys }),
        // What is wrong, and where in the text, shows when it is read as a whole.
        None => Err(fault(&json::parse(&text)?)),
    }
}

/// Where the reports stand, and the keys that are no ARN; `None` where anything about the text is
/// odd.
fn places(text: &str) -> Option<(Places, Vec<String>)> {
    let Members(members) = serde_json::from_str(text).ok()?;
    let names: BTreeSet<&str> = members.iter().map(|(name, _)| &**name).collect();
    let is_other = REPORT.iter().chain(ACCOUNT).any(|name| names.contains(name));
    if is_other || names.len() < members.len() {
        return None;
    }
    let is_json = |report: &RawValue| LastAccessedReport::check_text(report.get()).is_ok();
    if !members.par_iter().all(|(_, report)| is_json(report)) {
        return None;
    }
    let (mut places, mut odd_keys) = (BTreeMap::new(), Vec::new());
    for (name, report) in members {
        match name.parse() {
            Ok(arn) => drop(places.insert(arn, place(report.get(), text))),
            Err(_) => odd_keys.push(name.into_owned()),
        }
    }
    Some((places, odd_keys))
}

/// Where `part`, which is borrowed from `text`, stands in it.
fn place(part: &str, text: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    start..start + part.len()
}

/// The members of one JSON object, their values not yet read.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = entries.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// Why JSON is no object from principal ARN to report.
fn fault(json: &Value) -> AccessError {
    let has = |value: &Value, names: &[&str]| names.iter().any(|name| value.get(name).is_some());
    let is_report = |value: &Value| has(value, REPORT);
    let pages = json.as_array().map(Vec::as_slice).unwrap_or_default();
    if is_report(json) || pages.iter().any(is_report) {
        return AccessError::OneReport;
    }
    if has(json, ACCOUNT) { AccessError::Account } else { AccessError::Form }
}
