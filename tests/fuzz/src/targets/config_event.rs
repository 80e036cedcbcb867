//! What AWS Config sends to the evaluator.

use super::bytes::{text, value};
use leastwise_evaluator::event::{Invocation, Trigger, name};
use leastwise_evaluator::parameters::RuleParameters;

/// An event.
pub(super) fn config_event(input: &[u8]) {
    let Some(event) = value(input) else { return };
    match Invocation::parse(&event) {
        Ok(invocation) => {
            let names_a_role = invocation.parameters.execution_role.is_some();
            assert_eq!(invocation.execution_role().is_some(), names_a_role);
            if let Trigger::Change(item) | Trigger::Oversized(item) = &invocation.trigger {
                let _ = name(item);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The rule's parameters.
pub(super) fn rule_parameters(input: &[u8]) {
    let Some(text) = text(input) else { return };
    match RuleParameters::parse(text) {
        Ok(parameters) => {
            let padded = RuleParameters::parse(&format!(" {text}\n"));
            assert_eq!(padded.ok(), Some(parameters), "white space changes the parameters");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
