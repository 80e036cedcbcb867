//! What IAM would show of a principal's calls, and nothing more.

use crate::replay::draw::Case;
use crate::replay::moment::moment;
use crate::replay::recorded::{Listed, Recorded};
use crate::replay::reference::{Action, Reference};
use leastwise_rightsizing::evidence::{
    ActionLastAccessed, EnabledRegions, Evidence, Granularity, LastAccessedReport, ReportPage,
    ServiceLastAccessed,
};

/// What IAM's report alone says of the use of a case; `None` where a policy cannot be read.
pub(crate) fn evidence(case: &Case, reference: &Reference) -> Option<Evidence> {
    let recorded = Recorded::of(case, reference, case.report_day)?;
    let rows = recorded.services().map(|listed| row(case, listed)).collect();
    let job_type = match case.granularity {
        Granularity::Action => "ACTION_LEVEL",
        Granularity::Service => "SERVICE_LEVEL",
    };
    let report = LastAccessedReport::from_pages(vec![ReportPage {
        job_status: "COMPLETED".to_owned(),
        job_type: Some(job_type.to_owned()),
        job_completion_date: Some(moment(case.report_day)),
        services_last_accessed: Some(rows),
        ..ReportPage::default()
    }]);
    let regions = EnabledRegions::Known(case.regions.clone());
    Some(Evidence { regions, ..Evidence::from(report.ok()?) })
}

fn row(case: &Case, listed: Listed<'_>) -> ServiceLastAccessed {
    let tracked_actions_last_accessed = match case.granularity {
        Granularity::Action => {
            listed.actions.into_iter().map(|(action, last)| tracked(case, action, last)).collect()
        }
        Granularity::Service => Vec::new(),
    };
    ServiceLastAccessed {
        service_namespace: listed.service.to_owned(),
        last_authenticated: listed.last.map(moment),
        total_authenticated_entities: None,
        last_authenticated_entity: listed.last.map(|_| case.principal.arn.to_string()),
        tracked_actions_last_accessed,
    }
}

fn tracked(case: &Case, action: &Action, last: Option<i64>) -> ActionLastAccessed {
    ActionLastAccessed {
        action_name: action.bare_name().to_owned(),
        last_accessed_time: last.map(moment),
        last_accessed_entity: last.map(|_| case.principal.arn.to_string()),
    }
}
