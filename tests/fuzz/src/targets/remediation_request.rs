//! What SSM and EventBridge send to the remediator.

use super::bytes::value;
use leastwise_remediator::iam_call::IamCall;
use leastwise_remediator::request::{Asked, Errand, HoldRequest, Mode, Request};
use serde_json::{Value, json};

/// A request, or an event of an IAM call.
pub(super) fn remediation_request(input: &[u8]) {
    let Some(event) = value(input) else { return };
    if let Ok(call) = IamCall::parse(&event) {
        let _ = call.is_harmless();
    }
    match Asked::parse(&event) {
        Ok(asked) => {
            let again = Asked::parse(&written(&asked));
            assert_eq!(again.expect("what was read can be asked for again"), without_call(asked));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn written(asked: &Asked) -> Value {
    match asked {
        Asked::OfPrincipal(request) => of_principal(request),
        Asked::OfAll(errand @ Errand::Resume) => json!({ "Mode": errand.name() }),
        Asked::OfAll(errand @ Errand::EnforceNotices { notice_days }) => {
            json!({ "Mode": errand.name(), "NoticeDays": notice_days.days() })
        }
    }
}

fn of_principal(request: &Request) -> Value {
    let hold = match request.hold {
        HoldRequest::Set => "set",
        HoldRequest::Lift => "lift",
    };
    json!({
        "ResourceId": request.resource.to_string(), "Mode": request.mode,
        "NoticeDays": request.notice_days.days(), "Automatic": request.automatic,
        "ExpectedPlan": request.expected_plan.as_ref().map(ToString::to_string), "Hold": hold,
    })
}

/// A call asks for quarantine, as a request may do without one.
fn without_call(asked: Asked) -> Asked {
    match asked {
        Asked::OfPrincipal(request) => {
            assert!(request.call.is_none() || request.mode == Mode::Quarantine);
            Asked::OfPrincipal(Box::new(Request { call: None, ..*request }))
        }
        of_all @ Asked::OfAll(_) => of_all,
    }
}
