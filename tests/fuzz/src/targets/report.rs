//! Service last accessed reports.

use super::bytes::value;
use leastwise_rightsizing::evidence::LastAccessedReport;

/// A report, or its pages.
pub(super) fn report(input: &[u8]) {
    let Some(json) = value(input) else { return };
    match LastAccessedReport::from_json(&json) {
        Ok(report) => {
            let _ = (report.service("s3"), report.service(""));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
