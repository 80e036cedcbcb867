//! Why a file of a trail cannot be used.

use crate::limits::{MAX_DEPTH, MAX_INFLATED_BYTES, MAX_RECORD_BYTES};
use std::io;
use thiserror::Error;

/// A file of a trail that cannot be used, and why. Nothing of it counts.
#[derive(Debug, Error)]
#[error("`{file}` cannot be read as a trail of CloudTrail: {fault}")]
pub struct TrailError {
    /// The file, by the name that it was given under.
    pub file: String,
    /// What is wrong with it.
    #[source]
    pub fault: TrailFault,
}

/// What is wrong with a file of a trail. Records are counted from 1.
#[derive(Debug, Error)]
pub enum TrailFault {
    /// The bytes could not be had, or are not the gzip that they begin as.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It ends in the middle of a record, or of the list of records.
    #[error("it is cut short after record {after}: fetch it again")]
    CutShort {
        /// How many records are whole.
        after: u64,
    },
    /// It is larger than any file that CloudTrail writes.
    #[error(
        "it holds more than {} MB once inflated; split it up if it is your own",
        MAX_INFLATED_BYTES / 1_048_576
    )]
    TooLarge,
    /// A record is larger than any that CloudTrail writes.
    #[error(
        "record {record} is longer than {} MB, and CloudTrail cuts records off at 1 MB",
        MAX_RECORD_BYTES / 1_048_576
    )]
    RecordTooLong {
        /// Which record.
        record: u64,
    },
    /// A record has objects in objects without end.
    #[error("record {record} nests more than {MAX_DEPTH} objects")]
    TooDeep {
        /// Which record.
        record: u64,
    },
    /// A record is not UTF-8.
    #[error("record {record} is not UTF-8")]
    NotUtf8 {
        /// Which record.
        record: u64,
    },
    /// A record is not the JSON that CloudTrail writes.
    #[error("record {record}: {why}")]
    Record {
        /// Which record.
        record: u64,
        /// What is wrong with it.
        #[source]
        why: serde_json::Error,
    },
    /// An object lacks what every record has.
    #[error(
        "record {record} has neither `eventSource` nor `eventName`; a trail is `{{\"Records\":[…]}}`, or one record a line"
    )]
    NotARecord {
        /// Which record.
        record: u64,
    },
    /// Something stands where a record should begin.
    #[error(
        "after record {after} `{found}` stands where a record should begin; a trail is \
         `{{\"Records\":[…]}}`, or one record a line"
    )]
    NoRecord {
        /// How many records are whole.
        after: u64,
        /// The character that stands there.
        found: char,
    },
}
