//! What is not known of a principal, why, and what would settle it.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_rightsizing::evidence::{EnabledRegions, Evidence, Granularity, ReportError};
use leastwise_rightsizing::iam::Principal;
use leastwise_rightsizing::settings::{Judging, UntrackedRegions};
use leastwise_rightsizing::usage::{PrincipalUsage, ServiceUsage, Unknown, Usage};
use leastwise_rightsizing::verdict::NotJudged;
use serde::Serialize;
use std::collections::BTreeMap;

/// Something that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Doubt {
    /// The reason as a word, for scripts.
    pub why: &'static str,
    /// The reason, for people.
    pub reason: String,
    /// The services, and actions of used services, that it is about; none where it is about all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub what: Vec<String>,
    /// What would settle it, for people.
    pub settle: String,
    /// The first moment at which waiting alone has settled it; absent where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// What decides how a doubt is settled.
pub(super) struct Asking<'a> {
    pub(super) principal: &'a Principal,
    pub(super) evidence: Option<&'a Evidence>,
    pub(super) judging: &'a Judging,
    pub(super) as_of: DateTime<Utc>,
}

/// How a doubt is settled: in words, and by when waiting alone does.
type Settled = (String, Option<DateTime<Utc>>);

const FETCH: &str = "fetch a new report: aws iam generate-service-last-accessed-details \
     --granularity ACTION_LEVEL --arn";

const COMPLETE_TRAIL: &str = "give what a complete trail of all Regions says of the window: \
     `leastwise evidence cloudtrail --complete`, and its result as --evidence";

impl Asking<'_> {
    /// Why nothing is said of the principal as a whole, with what would settle it.
    pub(super) fn not_judged(&self, why: &NotJudged) -> Doubt {
        let (settle, until) = self.judged_once(why);
        Doubt { why: why.word(), reason: why.to_string(), what: Vec::new(), settle, until }
    }

    fn judged_once(&self, why: &NotJudged) -> Settled {
        let text = match why {
            NotJudged::Exempt(_) | NotJudged::ExemptionUnreadable(_) => {
                "nothing, as long as it is exempt: take it out of the list, or correct its tags"
            }
            NotJudged::PartitionNotWatched { .. } => {
                "nothing: IAM would have to keep the data there"
            }
            NotJudged::New { minimum, .. } => return self.once_old_enough(i64::from(*minimum)),
            NotJudged::Quarantined => "release it from quarantine",
            NotJudged::NoMembers => "nothing, until somebody is in it",
            NotJudged::Permissions(_) => {
                "save the account again, complete: aws iam get-account-authorization-details"
            }
            NotJudged::Report(ReportError::RoleUsedOtherwise { .. }) => {
                return (
                    format!(
                        "{}; if it still shows no such use, the role is used by what IAM \
                                 does not record: exempt it",
                        self.fetch()
                    ),
                    None,
                );
            }
            NotJudged::Report(_) => return (self.fetch(), None),
            NotJudged::External(_) => "have the external service answer",
            NotJudged::NothingKnown { .. } | NotJudged::TooLittleKnown { .. } => {
                "what settles the following; or judge by what little is known: \
                 --minimum-known-percent 0"
            }
        };
        (text.to_owned(), None)
    }

    fn fetch(&self) -> String {
        format!("{FETCH} {}", self.principal.arn)
    }

    fn once_old_enough(&self, days: i64) -> Settled {
        match self.principal.created {
            Some(created) => waiting(created + TimeDelta::days(days)),
            None => ("save the account data with `CreateDate`".to_owned(), None),
        }
    }

    /// What is not known of the use of services and actions, by reason.
    pub(super) fn of_use(&self, usage: &PrincipalUsage) -> Vec<Doubt> {
        let mut doubts: Vec<Doubt> = unknown(usage)
            .into_iter()
            .map(|(why, what)| {
                let (settle, until) = self.settled(why, &what);
                Doubt { why: why.as_str(), reason: why.to_string(), what, settle, until }
            })
            .collect();
        doubts.extend(self.by_services_only(usage));
        doubts.extend(not_told_apart(usage));
        doubts.extend(untracked(usage));
        doubts.extend(self.regions());
        doubts
    }

    fn settled(&self, why: Unknown, what: &[String]) -> Settled {
        let text = match why {
            Unknown::NotTracked => {
                "a trail or another source shows its use (--evidence); nothing can show that it \
                 is idle, so take the grant away by hand if nobody needs it"
            }
            Unknown::UndatedUse | Unknown::EvidenceIsOld => return (self.report_is_old(why), None),
            Unknown::YoungerThanWindow => {
                return self.once_old_enough(i64::from(self.judging.unused_after.days()));
            }
            Unknown::AgeUnknown => "save the account data with `CreateDate`",
            Unknown::GrantedRecently => {
                "its first use; or an --earlier-account, saved later, that has the grant already"
            }
            Unknown::FollowedLately => "its first use, or 14 days since the boundary allows it",
            Unknown::PartitionNotWatched => "nothing: IAM would have to keep the data there",
            Unknown::RegionNotWatched => return (self.region_not_watched(), None),
            Unknown::SourceNotRead => "have the source be read",
            Unknown::SourcesDisagree => {
                "fetch both anew: a report of IAM, and the findings of the analyzer \
                 (`leastwise evidence unused-access`)"
            }
            Unknown::TrackedTooBriefly => return self.tracked_for_the_window(what),
            Unknown::TrackedSinceUnknown => {
                "a newer version of Leastwise, whose catalogue has the day"
            }
            Unknown::NeededByAnother
            | Unknown::CheckedElsewhere
            | Unknown::UndoesUsed
            | Unknown::OnFailure
            | Unknown::OwnCredentials => {
                "nothing: no evidence would show its use, so it stays granted"
            }
        };
        (text.to_owned(), None)
    }

    fn report_is_old(&self, why: Unknown) -> String {
        let made = self.evidence.and_then(|evidence| evidence.report.completed());
        let most = self.judging.max_evidence_age.days();
        let age = match (why, made) {
            (Unknown::EvidenceIsOld, Some(made)) => format!(
                "the report of {} is {} days old, and counts for {most} (--max-evidence-age-days): ",
                made.format("%Y-%m-%d"),
                (self.as_of - made).num_days()
            ),
            (Unknown::EvidenceIsOld, None) => "the report has no `JobCompletionDate`: ".to_owned(),
            _ => String::new(),
        };
        format!("{age}{}", self.fetch())
    }

    fn region_not_watched(&self) -> String {
        let from = self.judging.unused_after.window_start(self.as_of);
        let unwatched: Vec<&str> =
            self.evidence.iter().flat_map(|evidence| evidence.regions.unwatched_at(from)).collect();
        format!(
            "of {} IAM has no data of the whole window: say --untracked-regions unused if nothing \
             runs there; or {COMPLETE_TRAIL}",
            unwatched.join(", ")
        )
    }

    /// Until the last of the actions is tracked for as long as the window is.
    fn tracked_for_the_window(&self, actions: &[String]) -> Settled {
        let catalog = Catalog::embedded();
        let days = actions.iter().filter_map(|action| catalog.find(action)).filter_map(|id| {
            let since = catalog.action(id).tracked_since?;
            Some(i64::from(since.days_since_epoch()))
        });
        let window = i64::from(self.judging.unused_after.days());
        let last = days.max().and_then(|day| DateTime::from_timestamp((day + window) * 86_400, 0));
        match last.map(waiting) {
            Some((text, until)) => (format!("{text}; or {COMPLETE_TRAIL}"), until),
            None => (COMPLETE_TRAIL.to_owned(), None),
        }
    }

    /// A report of services only: what of a used service lies idle does not show.
    fn by_services_only(&self, usage: &PrincipalUsage) -> Option<Doubt> {
        let is_of_services = usage.granularity == Granularity::Service;
        let what = used(usage).map(|service| service.namespace.clone()).collect::<Vec<_>>();
        (is_of_services && !what.is_empty()).then(|| Doubt {
            why: "service-level-evidence",
            reason: "the report does not tell actions apart, so used services count as used, and \
                     are kept, as a whole"
                .to_owned(),
            what,
            settle: self.fetch(),
            until: None,
        })
    }

    /// That nobody said which Regions are enabled.
    fn regions(&self) -> Option<Doubt> {
        let evidence = self.evidence?;
        let counts = self.judging.untracked_regions == UntrackedRegions::Unknown;
        (counts && evidence.regions == EnabledRegions::NotAsked).then(|| Doubt {
            why: "regions-not-named",
            reason: "use in a Region that IAM does not track would be overlooked".to_owned(),
            what: Vec::new(),
            settle: "name the enabled Regions by --regions (aws account list-regions)".to_owned(),
            until: None,
        })
    }
}

/// Services, and actions of used services, by why nothing is known of their use.
fn unknown(usage: &PrincipalUsage) -> BTreeMap<Unknown, Vec<String>> {
    let mut unknown: BTreeMap<Unknown, Vec<String>> = BTreeMap::new();
    for service in &usage.services {
        if let Usage::Unknown(why) = service.usage {
            unknown.entry(why).or_default().push(service.namespace.clone());
        }
        for action in &service.actions {
            if let Usage::Unknown(why) = action.usage {
                unknown.entry(why).or_default().push(action.action.to_string());
            }
        }
    }
    unknown
}

/// Waiting until a moment.
fn waiting(until: DateTime<Utc>) -> Settled {
    let moment = until.to_rfc3339_opts(SecondsFormat::Secs, true);
    (format!("wait until {moment}"), Some(until))
}

fn used(usage: &PrincipalUsage) -> impl Iterator<Item = &ServiceUsage> {
    usage.services.iter().filter(|service| matches!(service.usage, Usage::Used { .. }))
}

/// Used services of which IAM tracks no single action, in a report that tells actions apart.
fn not_told_apart(usage: &PrincipalUsage) -> Option<Doubt> {
    let whole = used(usage).filter(|service| service.granularity == Granularity::Service);
    let what: Vec<String> = whole.map(|service| service.namespace.clone()).collect();
    (usage.granularity == Granularity::Action && !what.is_empty()).then(|| Doubt {
        why: "actions-not-told-apart",
        reason: "IAM tracks no single action of these used services, so they are kept as a whole"
            .to_owned(),
        what,
        settle: "nothing, as long as IAM tracks none: take grants away by hand".to_owned(),
        until: None,
    })
}

/// Granted actions of used services that the report does not list, while it lists others.
fn untracked(usage: &PrincipalUsage) -> Option<Doubt> {
    let catalog = Catalog::embedded();
    let spared: ActionSet = usage.spared.iter().map(|spared| spared.action).collect();
    let apart = used(usage).filter(|service| service.granularity == Granularity::Action);
    let what = apart.flat_map(|service| {
        let tracked: ActionSet = service.actions.iter().filter_map(|action| action.id).collect();
        let granted = catalog.service(&service.namespace).map(|it| usage.granted.in_service(it));
        let rest = granted.unwrap_or_else(ActionSet::empty).difference(&tracked);
        let rest = rest.difference(&usage.ignored).difference(&spared);
        rest.iter().map(|id| catalog.action(id).to_string()).collect::<Vec<String>>()
    });
    let what: Vec<String> = what.collect();
    (!what.is_empty()).then(|| Doubt {
        why: "action-not-tracked",
        reason: "IAM does not track these actions of used services, so they count on neither side"
            .to_owned(),
        what,
        settle: "a trail or another source shows their use (--evidence); nothing can show that \
                 they are idle, so take the grants away by hand if nobody needs them"
            .to_owned(),
        until: None,
    })
}
