//! What Leastwise writes on a principal as tags, and reads back: the record, notice, quarantine, and how it was judged.

mod notice;
mod previous_boundary;
mod quarantine;
pub mod status;

pub use notice::{
    ENFORCEABLE_DAYS, Notice, NoticeError, PLANNED_FOR_TAG, PLANNED_TAG, has_room, notice_tags,
};
pub use previous_boundary::{
    MAX_TAG_VALUE_CHARACTERS, MAX_TAGS, PREVIOUS_BOUNDARY_TAG, PRINCIPAL_TAG, PreviousBoundary,
    RecordError, check_room,
};
pub use quarantine::{
    QUARANTINE_POLICY_NAME, QUARANTINED_TAG, Quarantine, QuarantinePolicyArn, only_denies,
    quarantined_tag_value,
};
