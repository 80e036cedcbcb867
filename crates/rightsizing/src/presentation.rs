//! How results are shown: an index and a plan as JSON, its summary, and messages about it.

mod memory;
mod notification;
mod plan_json;
mod score_json;
mod summary;

pub use memory::{Event, Memory, MemoryError, Said, Subject, Track};
pub use notification::{
    BreakResponse, MAX_LISTED, MAX_SUBJECT_CHARACTERS, MAX_TEXT_CHARACTERS, Message, News,
    digest_of_breaks, listed,
};
pub use plan_json::{
    DroppedActionJson, DroppedJson, ExtraJson, KeptActionJson, KeptJson, PlanJson, RefusalJson,
    UnknownJson, WarningJson,
};
pub use score_json::{
    ProvedBreakJson, ReachByServiceJson, ReachJson, ScoreJson, UnknownServiceJson,
};
pub use summary::{MAX_SUMMARY_CHARACTERS, summary};
