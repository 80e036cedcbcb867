//! What stood before Leastwise attached a boundary, recorded as a tag so that it can be brought
//! back exactly.

use super::keys::{GRANTS_TAG, MAX_TAG_VALUE_CHARACTERS, MAX_TAGS, PREVIOUS_BOUNDARY_TAG, fits};
use crate::iam::Principal;
use thiserror::Error;

/// The tag value that records that there was no boundary. No policy ARN reads like it.
const NONE: &str = "none";

/// The boundary that stood before Leastwise attached its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviousBoundary {
    /// There was none.
    None,
    /// This policy.
    Policy(String),
}

/// A record that cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
    /// The ARN does not fit a tag.
    #[error(
        "the present boundary `{arn}` cannot be recorded in a tag, which holds at most 256 letters, digits, blanks and \
         `_.:/=+-@`; without the record it could not be restored"
    )]
    NotRecordable {
        /// ARN of the present boundary.
        arn: String,
    },
    /// No room for the tag.
    #[error(
        "it has {count} tags already and IAM takes {MAX_TAGS}, so what stood before, and what it is granted, could not be \
         recorded"
    )]
    NoRoom {
        /// How many tags it has.
        count: usize,
    },
    /// Neither `none` nor a policy ARN.
    #[error(
        "tag `{PREVIOUS_BOUNDARY_TAG}` is `{value}`, which is neither `none` nor the ARN of a policy"
    )]
    Unreadable {
        /// Tag value.
        value: String,
    },
}

impl PreviousBoundary {
    /// What stands on `principal` now.
    #[must_use]
    pub fn of(principal: &Principal) -> Self {
        principal
            .boundary
            .as_ref()
            .map_or(Self::None, |boundary| Self::Policy(boundary.policy_arn.clone()))
    }

    /// The ARN; `None` when there was no boundary.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Policy(arn) => Some(arn),
        }
    }

    /// The value of the tag that records this.
    ///
    /// The ARN stands there as it is, because the remediator's own role may put back only a
    /// boundary that equals this tag.
    ///
    /// # Errors
    ///
    /// [`RecordError::NotRecordable`] when the ARN does not fit a tag value.
    pub fn to_tag_value(&self) -> Result<&str, RecordError> {
        let Some(arn) = self.arn() else { return Ok(NONE) };
        let fits =
            arn.chars().count() <= MAX_TAG_VALUE_CHARACTERS && arn.chars().all(is_tag_character);
        if fits { Ok(arn) } else { Err(RecordError::NotRecordable { arn: arn.to_owned() }) }
    }

    /// Reads the value of the tag.
    ///
    /// # Errors
    ///
    /// [`RecordError::Unreadable`] when it is neither `none` nor the ARN of a managed policy.
    pub fn from_tag_value(value: &str) -> Result<Self, RecordError> {
        let is_policy =
            value.starts_with("arn:") && value.contains(":iam::") && value.contains(":policy/");
        if value == NONE {
            Ok(Self::None)
        } else if is_policy {
            Ok(Self::Policy(value.to_owned()))
        } else {
            Err(RecordError::Unreadable { value: value.to_owned() })
        }
    }

    /// What the principal's own tag records; `None` when it has no such tag.
    ///
    /// # Errors
    ///
    /// [`RecordError::Unreadable`] as [`PreviousBoundary::from_tag_value`].
    pub fn recorded_on(principal: &Principal) -> Result<Option<Self>, RecordError> {
        principal
            .tags
            .get(PREVIOUS_BOUNDARY_TAG)
            .map(|value| Self::from_tag_value(value))
            .transpose()
    }
}

/// Checks that `principal` has room for the tag that records what stood before, and for the mark
/// that is written with it.
///
/// # Errors
///
/// [`RecordError::NoRoom`] when it has more than 48 other tags.
pub fn check_room(principal: &Principal) -> Result<(), RecordError> {
    if fits(principal, &[PREVIOUS_BOUNDARY_TAG, GRANTS_TAG]) {
        Ok(())
    } else {
        Err(RecordError::NoRoom { count: principal.tags.len() })
    }
}

fn is_tag_character(character: char) -> bool {
    character.is_alphanumeric() || " _.:/=+-@".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{allow, limited, role};

    #[test]
    fn what_is_recorded_reads_back_as_it_was() {
        for previous in [
            PreviousBoundary::None,
            PreviousBoundary::Policy(
                "arn:aws:iam::111122223333:policy/team/limits+v2@a=b.c-d_e".into(),
            ),
            PreviousBoundary::Policy("arn:aws:iam::aws:policy/PowerUserAccess".into()),
        ] {
            let value = previous.to_tag_value().unwrap().to_owned();
            assert_eq!(PreviousBoundary::from_tag_value(&value), Ok(previous));
        }
    }

    #[test]
    fn an_arn_that_no_tag_can_hold_is_refused_before_anything_is_written() {
        let comma = "arn:aws:iam::111122223333:policy/limits,v2";
        assert_eq!(
            PreviousBoundary::Policy(comma.into()).to_tag_value().unwrap_err().to_string(),
            "the present boundary `arn:aws:iam::111122223333:policy/limits,v2` cannot be recorded in a tag, which holds \
             at most 256 letters, digits, blanks and `_.:/=+-@`; without the record it could not be restored"
        );
        let long = format!("arn:aws:iam::111122223333:policy/{}", "x".repeat(224));
        assert_eq!(long.len(), 257);
        assert_eq!(
            PreviousBoundary::Policy(long.clone()).to_tag_value(),
            Err(RecordError::NotRecordable { arn: long })
        );
    }

    #[test]
    fn a_tag_that_says_something_else_is_an_error_and_not_none() {
        for value in ["", "None", "null", "arn:aws:s3:::bucket"] {
            assert_eq!(
                PreviousBoundary::from_tag_value(value),
                Err(RecordError::Unreadable { value: value.into() })
            );
        }
    }

    #[test]
    fn what_stands_now_is_what_will_have_stood_before() {
        let arn = "arn:aws:iam::111122223333:policy/team-limits";
        let free = role([]);
        assert_eq!(PreviousBoundary::of(&free), PreviousBoundary::None);
        let bounded = limited(free, allow(&["s3:*"]));
        assert_eq!(PreviousBoundary::of(&bounded), PreviousBoundary::Policy(arn.into()));
        assert_eq!(PreviousBoundary::of(&bounded).arn(), Some(arn));
    }

    fn tagged(tags: impl IntoIterator<Item = (String, String)>) -> Principal {
        Principal { tags: tags.into_iter().collect(), ..role([]) }
    }

    #[test]
    fn the_record_is_read_from_the_tag_and_no_tag_is_no_record() {
        let record = |value: &str| {
            PreviousBoundary::recorded_on(&tagged([(PREVIOUS_BOUNDARY_TAG.into(), value.into())]))
        };
        assert_eq!(PreviousBoundary::recorded_on(&role([])), Ok(None));
        assert_eq!(record("none"), Ok(Some(PreviousBoundary::None)));
        assert_eq!(
            record("nothing").unwrap_err().to_string(),
            "tag `leastwise:previous-boundary` is `nothing`, which is neither `none` nor the ARN of a policy"
        );
    }

    #[test]
    fn forty_nine_other_tags_leave_no_room_for_record_and_mark() {
        let tags = |count: usize| (0..count).map(|i| (format!("tag-{i}"), String::new()));
        let record = [(PREVIOUS_BOUNDARY_TAG.to_owned(), "none".to_owned())];
        assert_eq!(check_room(&tagged(tags(48))), Ok(()));
        assert_eq!(check_room(&tagged(tags(48).chain(record))), Ok(()));
        assert_eq!(
            check_room(&tagged(tags(49))).unwrap_err().to_string(),
            "it has 49 tags already and IAM takes 50, so what stood before, and what it is granted, could not be recorded"
        );
    }
}
