//! What IAM would show of a principal's calls, and nothing more.
//!
//! A service is listed if an identity policy grants an action of it, whatever the boundary says. An action is listed if
//! it is granted and tracked by now, and has the date of its last call since it is tracked.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html>.

use crate::replay::draw::Case;
use crate::replay::judge::Rules;
use crate::replay::moment::{day_of, moment};
use crate::replay::reference::Reference;
use crate::replay::trail::Habit;
use leastwise_rightsizing::evidence::{
    ActionLastAccessed, EnabledRegions, Evidence, Granularity, LastAccessedReport, ReportPage,
    ServiceLastAccessed,
};
use std::collections::BTreeSet;
use std::ops::Range;

/// What is known of the use of a case; `None` where a policy cannot be read.
pub(crate) fn evidence(case: &Case, reference: &Reference) -> Option<Evidence> {
    let identity = Rules::of(case.principal.granting_documents().ok()?);
    let witness = Witness { case, reference, granted: identity.allowed(reference) };
    let rows = reference.services().filter_map(|(service, range)| witness.row(service, range));
    let job_type = match case.granularity {
        Granularity::Action => "ACTION_LEVEL",
        Granularity::Service => "SERVICE_LEVEL",
    };
    let report = LastAccessedReport::from_pages(vec![ReportPage {
        job_status: "COMPLETED".to_owned(),
        job_type: Some(job_type.to_owned()),
        job_completion_date: Some(moment(case.report_day)),
        services_last_accessed: Some(rows.collect()),
        ..ReportPage::default()
    }]);
    let regions = EnabledRegions::Known(case.regions.clone());
    Some(Evidence { regions, ..Evidence::from(report.ok()?) })
}

struct Witness<'a> {
    case: &'a Case,
    reference: &'a Reference,
    granted: BTreeSet<usize>,
}

impl Witness<'_> {
    fn row(&self, service: &str, range: Range<usize>) -> Option<ServiceLastAccessed> {
        let granted: Vec<usize> = self.granted.range(range).copied().collect();
        if granted.is_empty() {
            return None;
        }
        let tracked_actions_last_accessed = match self.case.granularity {
            Granularity::Action => granted.iter().filter_map(|place| self.action(*place)).collect(),
            Granularity::Service => Vec::new(),
        };
        let of_service = |habit: &&Habit| habit.action.split(':').next() == Some(service);
        let last = self.recorded().filter(of_service).filter_map(|it| self.last(it, i64::MIN));
        let last = last.max().map(moment);
        Some(ServiceLastAccessed {
            service_namespace: service.to_owned(),
            last_authenticated: last,
            total_authenticated_entities: None,
            last_authenticated_entity: last.map(|_| self.case.principal.arn.to_string()),
            tracked_actions_last_accessed,
        })
    }

    fn action(&self, place: usize) -> Option<ActionLastAccessed> {
        let action = self.reference.action(place);
        let since = day_of(action.tracked_since?);
        if since > self.case.report_day {
            return None;
        }
        let of_action = |habit: &&Habit| habit.action == action.name;
        let last = self.recorded().filter(of_action).filter_map(|it| self.last(it, since));
        let last = last.max().map(moment);
        Some(ActionLastAccessed {
            action_name: action.bare_name().to_owned(),
            last_accessed_time: last,
            last_accessed_entity: last.map(|_| self.case.principal.arn.to_string()),
        })
    }

    fn recorded(&self) -> impl Iterator<Item = &Habit> {
        self.case.habits.iter().filter(|habit| habit.recorded)
    }

    /// The last day of a habit that the report can show.
    fn last(&self, habit: &Habit, since: i64) -> Option<i64> {
        let ended = self.case.report_day;
        habit.days.iter().copied().filter(|day| (since..=ended).contains(day)).max()
    }
}
