//! How much of a file of a trail is read at most.

/// The most bytes of one file, once inflated: CloudTrail's own have a few megabytes.
pub const MAX_INFLATED_BYTES: u64 = 512 * 1024 * 1024;

/// The most bytes of one record. CloudTrail's own have 1 MB at most.
///
/// Source:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html>.
pub const MAX_RECORD_BYTES: usize = 4 * 1024 * 1024;

/// The most objects that stand inside each other in one record.
pub const MAX_DEPTH: usize = 128;

/// The most different things that are listed of a trail, of each kind. What is beyond that is
/// counted.
pub const MAX_LISTED: usize = 1_000;
