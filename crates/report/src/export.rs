//! A scan in the formats of others: SARIF, the AWS Security Finding Format, OCSF and Markdown.

pub mod asff;
mod finding;
pub mod markdown;
pub mod ocsf;
pub mod sarif;
