//! What Leastwise writes on a principal as tags, and reads back: the record, the mark of the grants
//! that were looked at, notice, quarantine, and how it was judged.

mod grants_mark;
mod hold;
mod keys;
mod notice;
mod previous_boundary;
mod quarantine;
pub mod status;
mod until;

pub use grants_mark::{GrantsMark, has_room_for_mark};
pub use hold::{Hold, has_room_for_hold, hold_tags};
pub use keys::{
    COVERAGE_TAG, EXEMPT_REASON_TAG, EXEMPT_UNTIL_TAG, GRANTED_TAG, GRANTS_TAG, HELD_UNTIL_TAG,
    INDEX_TAG, MAX_TAG_VALUE_CHARACTERS, MAX_TAGS, PLANNED_FOR_TAG, PLANNED_TAG,
    PREVIOUS_BOUNDARY_TAG, PRINCIPAL_TAG, QUARANTINED_TAG, UNUSED_TAG,
};
pub use notice::{ENFORCEABLE_DAYS, Notice, NoticeError, has_room, notice_tags};
pub use previous_boundary::{PreviousBoundary, RecordError, check_room};
pub use quarantine::{
    QUARANTINE_POLICY_NAME, Quarantine, QuarantinePolicyArn, only_denies, quarantined_tag_value,
};
pub(crate) use until::end;
