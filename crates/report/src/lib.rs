//! What a scan of an account found: as JSON, and as one page of HTML that needs no network.
//!
//! The crate is pure: values in, text out. It reads no file, no clock and no environment.
//!
//! # The modules
//!
//! Each imports only from those above it.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`service`] | a granted service and the evidence on its use |
//! | [`entry`] | what is said of one principal |
//! | [`explanation`] | why one principal has its index, and what would settle what is not known |
//! | [`header`] | what a scan was made of, when, and by which settings |
//! | `tally` | idle weight by service, by policy and by group |
//! | [`summary`] | the account as a whole |
//! | [`trend`] | how the account stood in earlier scans |
//! | `line` | what is kept of a principal once it is added up: a row of the page |
//! | [`reasons`] | what a boundary keeps and drops, under the reasons for it |
//! | `detail` | what the page shows of a principal once its row is opened |
//! | [`packed`] | the same as the page carries it |
//! | [`export`] | the same in the formats of others: SARIF, ASFF, OCSF, Markdown |
//! | [`scan`] | everybody, added up one by one |
//! | [`page`] | the page |

mod detail;
pub mod entry;
pub mod explanation;
pub mod export;
pub mod header;
mod line;
pub mod packed;
pub mod page;
pub mod reasons;
pub mod scan;
pub mod service;
pub mod summary;
mod tally;
pub mod trend;
