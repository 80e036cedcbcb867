//! What to do where the saved data lacks the text of a policy, or a report.

use leastwise_rightsizing::evidence::ReportError;
use leastwise_rightsizing::iam::{UnknownPermissions, UnreadableDocument};
use leastwise_rightsizing::verdict::NotJudged;

/// The texts of managed policies are only printed if nothing is filtered, or these are let
/// through.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>.
const POLICY: &str = "save `aws iam get-account-authorization-details` without `--filter`, or with \
     `--filter User Role Group LocalManagedPolicy AWSManagedPolicy`";

/// A policy that serves as a boundary only is not printed with the others.
const BOUNDARY: &str =
    "add the policy to `Policies`, with the version that `aws iam get-policy-version` prints";

/// A principal without a report.
const REPORT: &str = "add what `aws iam get-service-last-accessed-details` prints for it to the file of \
     --access, under its ARN";

/// Why somebody is not judged, with what to do about it, where there is something.
pub(super) fn not_judged(why: &NotJudged) -> String {
    let reason = why.to_string();
    match why {
        NotJudged::Permissions(unknown) => with(reason, unknown),
        NotJudged::Report(report) => with_report(reason, report),
        NotJudged::Exempt(_)
        | NotJudged::ExemptionUnreadable(_)
        | NotJudged::PartitionNotWatched { .. }
        | NotJudged::New { .. }
        | NotJudged::Quarantined
        | NotJudged::NoMembers
        | NotJudged::External(_)
        | NotJudged::NothingKnown { .. }
        | NotJudged::TooLittleKnown { .. } => reason,
    }
}

/// The reason with what to do about a missing report.
pub(super) fn with_report(reason: String, why: &ReportError) -> String {
    if *why == ReportError::Missing { format!("{reason}; {REPORT}") } else { reason }
}

/// The reason with what to do about it, where there is something.
pub(super) fn with(reason: String, why: &UnknownPermissions) -> String {
    match advice(why) {
        Some(advice) => format!("{reason}; {advice}"),
        None => reason,
    }
}

fn advice(why: &UnknownPermissions) -> Option<&'static str> {
    match why {
        UnknownPermissions::Policy { why: UnreadableDocument::Missing, .. } => Some(POLICY),
        UnknownPermissions::Boundary { why: UnreadableDocument::Missing, .. } => Some(BOUNDARY),
        UnknownPermissions::Policy { .. }
        | UnknownPermissions::Boundary { .. }
        | UnknownPermissions::Previous { .. }
        | UnknownPermissions::Trust { .. }
        | UnknownPermissions::Earlier { .. } => None,
    }
}
