//! Following the pages of a list to its end, and not beyond.

use std::collections::BTreeSet;
use thiserror::Error;

/// A list whose pages do not lead to an end. What was read so far is not used: a part of a list is
/// not the list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PagingError {
    /// AWS handed out a marker a second time, so following it would never end.
    #[error("{operation} on `{resource}` repeated the marker `{marker}`")]
    RepeatedMarker {
        /// The operation, for example `iam:ListRoles`.
        operation: &'static str,
        /// What was listed.
        resource: String,
        /// The marker.
        marker: String,
    },
    /// AWS said that more follows and did not say where.
    #[error("{operation} on `{resource}` was cut short without a marker to go on from")]
    NoMarker {
        /// The operation.
        operation: &'static str,
        /// What was listed.
        resource: String,
    },
}

/// The markers of one list so far.
#[derive(Debug)]
pub(crate) struct Pages<'a> {
    operation: &'static str,
    resource: &'a str,
    seen: BTreeSet<String>,
}

impl<'a> Pages<'a> {
    pub(crate) fn of(operation: &'static str, resource: &'a str) -> Self {
        Self { operation, resource, seen: BTreeSet::new() }
    }

    /// Where the next page begins; `None` after the last one.
    ///
    /// A marker counts even where the flag is missing, which the SDK reports as `false`; pages
    /// without the flag are known to cut a list in half.
    pub(crate) fn after(
        &mut self,
        is_truncated: bool,
        marker: Option<&str>,
    ) -> Result<Option<String>, PagingError> {
        let (operation, resource) = (self.operation, self.resource.to_owned());
        match marker.filter(|marker| !marker.is_empty()) {
            None if is_truncated => Err(PagingError::NoMarker { operation, resource }),
            None => Ok(None),
            Some(marker) if self.seen.insert(marker.to_owned()) => Ok(Some(marker.to_owned())),
            Some(marker) => {
                Err(PagingError::RepeatedMarker { operation, resource, marker: marker.to_owned() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> Pages<'static> {
        Pages::of("iam:ListRoles", "every role")
    }

    #[test]
    fn a_marker_counts_without_the_flag_and_an_empty_marker_is_none() {
        assert_eq!(pages().after(false, Some("m")), Ok(Some("m".to_owned())));
        assert_eq!(pages().after(false, Some("")), Ok(None));
        assert_eq!(pages().after(false, None), Ok(None));
    }

    #[test]
    fn a_flag_without_a_marker_is_an_error_and_not_the_end() {
        assert_eq!(
            pages().after(true, None).unwrap_err().to_string(),
            "iam:ListRoles on `every role` was cut short without a marker to go on from"
        );
    }

    #[test]
    fn a_marker_seen_before_is_an_error_even_when_others_came_between() {
        let mut pages = pages();
        assert_eq!(pages.after(true, Some("a")), Ok(Some("a".to_owned())));
        assert_eq!(pages.after(true, Some("b")), Ok(Some("b".to_owned())));
        assert_eq!(
            pages.after(true, Some("a")).unwrap_err().to_string(),
            "iam:ListRoles on `every role` repeated the marker `a`"
        );
    }
}
