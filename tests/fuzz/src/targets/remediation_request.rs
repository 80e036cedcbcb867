//! What SSM and EventBridge send to the remediator.

use super::bytes::value;
use leastwise_remediator::iam_call::IamCall;
use leastwise_remediator::request::{Mode, Request};
use serde_json::json;

/// A request, or an event of an IAM call.
pub(super) fn remediation_request(input: &[u8]) {
    let Some(event) = value(input) else { return };
    if let Ok(call) = IamCall::parse(&event) {
        let _ = call.is_harmless();
    }
    match Request::parse(&event) {
        Ok(request) => {
            assert!(request.call.is_none() || request.mode == Mode::Quarantine);
            let written = json!({
                "ResourceId": request.resource.to_string(), "Mode": request.mode,
                "NoticeDays": request.notice_days.days(), "Automatic": request.automatic,
                "ExpectedPlan": request.expected_plan.as_ref().map(ToString::to_string),
            });
            let again = Request::parse(&written).expect("what was read can be asked for again");
            assert_eq!(again, Request { call: None, ..request });
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
