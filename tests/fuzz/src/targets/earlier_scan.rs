//! Earlier scans of an account.

use leastwise_policy::text;
use leastwise_report::header::Header;
use leastwise_report::trend::{Earlier, Trend};
use leastwise_rightsizing::settings::Weighting;

/// The JSON of an earlier scan.
pub(super) fn earlier_scan(input: &[u8]) {
    let Ok(text) = text::decode(input) else { return };
    let as_of = "2026-11-01T12:00:00Z".parse().expect("a time");
    let account = Some("111122223333".to_owned());
    let header = Header::new(account, as_of, "0.1.0", 180, 60, Weighting::Risk);
    match Earlier::from_json(&text, &header) {
        Ok(earlier) => {
            assert!(earlier.summary.index.is_none_or(|index| index <= 100));
            assert!(Trend::of(vec![earlier]).is_ok_and(|trend| trend.scans().len() == 1));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
