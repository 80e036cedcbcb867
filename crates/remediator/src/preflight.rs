//! The pre-flight: AWS itself looks at a proved boundary before anything is written.
//!
//! The proof rests on how Leastwise reads policies. With the setting `Preflight`, IAM Access
//! Analyzer and IAM's policy simulator, which read them as AWS does, must not contradict it.

use crate::error::{Refusal, RemediationError, Stopped};
use crate::planning::Planned;
use crate::settings::PreflightMode;
use leastwise_aws::ports::{Decision, Finding, FindingKind, Preflight, PreflightError};
use leastwise_policy::action::Action;
use leastwise_policy::document::Document;
use leastwise_rightsizing::iam::{Principal, PrincipalArn};

/// What AWS said of a boundary, none of which speaks against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What IAM Access Analyzer remarked.
    pub findings: Vec<Finding>,
    /// How many actions in use IAM's policy simulator was asked about.
    pub simulated: usize,
}

/// Asks AWS about the planned boundary; `None` when that is not wanted.
///
/// # Errors
///
/// Refused when Access Analyzer finds an error in it, or the simulator says that it would stop an
/// action in use that nothing stops now; failed when either could not be asked.
pub(crate) async fn check(
    planned: &Planned,
    mode: PreflightMode,
    aws: &impl Preflight,
) -> Result<Option<Checked>, Stopped> {
    match mode {
        PreflightMode::Off => Ok(None),
        PreflightMode::On => {
            let document = &planned.proved.plan().document;
            let findings = validate(&planned.principal.arn, document, aws).await?;
            simulate(&planned.principal, document, &planned.in_use, aws).await?;
            Ok(Some(Checked { findings, simulated: planned.in_use.len() }))
        }
    }
}

async fn validate(
    principal: &PrincipalArn,
    document: &Document,
    aws: &impl Preflight,
) -> Result<Vec<Finding>, Stopped> {
    let findings = aws.findings(document).await.map_err(|error| failed(error, principal))?;
    let (errors, remarks): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_error);
    if errors.is_empty() {
        Ok(remarks)
    } else {
        Err(Refusal::NotValid { principal: principal.clone(), errors }.into())
    }
}

/// A type of finding that is not known may be as bad as an error.
fn is_error(finding: &Finding) -> bool {
    match finding.kind {
        FindingKind::Error | FindingKind::Unknown(_) => true,
        FindingKind::SecurityWarning | FindingKind::Warning | FindingKind::Suggestion => false,
    }
}

async fn simulate(
    principal: &Principal,
    document: &Document,
    in_use: &[Action],
    aws: &impl Preflight,
) -> Result<(), Stopped> {
    let arn = &principal.arn;
    let decided = async |boundary| {
        let decisions = aws.decisions(arn, boundary, in_use).await;
        decisions.map_err(|error| failed(error, arn))
    };
    let (now, then) = (decided(None).await?, decided(Some(document)).await?);
    let is_bounded = principal.boundary.is_some();
    let lost: Vec<Action> = now
        .iter()
        .zip(then)
        .filter(|(now, then)| is_lost(now, then, is_bounded))
        .map(|(_, then)| then.action)
        .collect();
    if lost.is_empty() {
        Ok(())
    } else {
        Err(Refusal::WouldStopActionsInUse { principal: arn.clone(), actions: lost }.into())
    }
}

/// Whether an action is lost on the way from the present state to the planned one.
///
/// Only the change counts: what conditions or limited resources keep the simulator from allowing,
/// it does not allow on either side. Where identity policies do that, what the boundaries by
/// themselves allow still tells them apart.
fn is_lost(now: &Decision, then: &Decision, is_bounded: bool) -> bool {
    let nothing_bounds_it = now.allowed_by_boundary.unwrap_or(!is_bounded);
    let is_bounded_then = then.allowed_by_boundary == Some(false);
    (now.allowed && !then.allowed) || (nothing_bounds_it && is_bounded_then)
}

fn failed(error: PreflightError, principal: &PrincipalArn) -> Stopped {
    match error {
        PreflightError::Call(call) if call.is_no_such_entity() => {
            Refusal::NoSuchPrincipal { resource: principal.to_string() }.into()
        }
        error @ (PreflightError::Call(_) | PreflightError::Paging(_)) => {
            RemediationError::Preflight(error).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(allowed: bool, allowed_by_boundary: Option<bool>) -> Decision {
        Decision { action: "s3:GetObject".parse().unwrap(), allowed, allowed_by_boundary }
    }

    #[test]
    fn an_action_is_lost_where_its_decision_or_that_of_the_boundary_changes_to_no() {
        let (yes, no) = (Some(true), Some(false));
        for (now, then, is_bounded, lost) in [
            // Allowed now.
            (decision(true, None), decision(true, yes), false, false),
            (decision(true, None), decision(false, no), false, true),
            (decision(true, yes), decision(false, yes), true, true),
            (decision(true, None), decision(false, None), false, true),
            // Not allowed now, whatever the boundaries say: the identity policies limit its
            // resources.
            (decision(false, None), decision(false, yes), false, false),
            (decision(false, None), decision(false, no), false, true),
            (decision(false, yes), decision(false, no), true, true),
            // The present boundary limits it too, or nothing is known of what it does.
            (decision(false, no), decision(false, no), true, false),
            (decision(false, None), decision(false, no), true, false),
            (decision(false, None), decision(false, None), false, false),
            // Gained, which is not for the pre-flight to judge: the proof does.
            (decision(false, no), decision(true, yes), true, false),
        ] {
            assert_eq!(is_lost(&now, &then, is_bounded), lost, "{now:?} {then:?} {is_bounded}");
        }
    }
}
