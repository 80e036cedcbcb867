//! The program `leastwise` as a shell runs it: what it prints, where, and its exit code.

#![expect(clippy::unwrap_used, reason = "integration tests fail by panicking")]
#![expect(clippy::panic, reason = "integration tests fail by panicking")]

mod doctor;
mod documentation;
mod errors;
mod evidence;
mod example_account;
mod explain;
mod exports;
mod field_cases;
mod inputs;
mod lists;
mod live;
mod manual;
mod permissions;
mod plans;
mod policy;
mod program;
mod resource_policies;
mod saved;
mod scan;
mod scenarios;
mod trails;
