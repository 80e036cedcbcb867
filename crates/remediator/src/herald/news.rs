//! What there is to say of how a request ended, in the words of the messages.

use crate::answer::Subject as AnswerSubject;
use crate::answer::{Answer, PlanPart, Status};
use crate::error::{Refusal, RemediationError, Stopped};
use crate::request::{Mode, Request, Resource};
use leastwise_rightsizing::presentation::{
    BreakResponse, Event, News, Said, Subject, Track, listed,
};
use leastwise_rightsizing::tags::{Notice, PLANNED_TAG};
use serde_json::{Map, Value, json};

/// What the end of a request has to say, whether or not it was said before.
pub(crate) struct Announcement {
    /// Whom the request names, where the principal was not read.
    pub(super) named: Option<Subject>,
    /// What is to be said.
    pub(super) items: Vec<Item>,
    /// The trouble that is over, of which the next is news again.
    pub(super) cleared: Vec<Track>,
}

/// Something to say.
pub(super) struct Item {
    pub(super) track: Track,
    pub(super) news: News,
    /// It happened in this run. Otherwise it is said only where something else was said last.
    pub(super) happened: bool,
}

impl Announcement {
    pub(crate) fn of(request: &Request, outcome: &Result<Answer, Stopped>) -> Self {
        Self {
            named: named(request),
            items: items(request, outcome),
            cleared: cleared(request, outcome),
        }
    }
}

fn items(request: &Request, outcome: &Result<Answer, Stopped>) -> Vec<Item> {
    match outcome {
        Ok(answer) => of_answer(request, answer),
        Err(Stopped::Refused(refusal)) => of_refusal(request, refusal).into_iter().collect(),
        Err(Stopped::Failed(error)) => vec![of_failure(request, error)],
    }
}

fn of_answer(request: &Request, answer: &Answer) -> Vec<Item> {
    let Some(about) = &answer.subject else { return Vec::new() };
    let standing = match (answer.status, request.mode) {
        (Status::Applied, _) => applied(about, answer, true),
        (Status::Noop, Mode::Plan | Mode::Apply) => {
            let ours =
                about.previous_boundary.is_some() && about.previous_boundary == answer.policy_arn;
            applied(about, answer, false).filter(|_| ours)
        }
        (Status::Noticed, _) => noticed(about, answer),
        (Status::Restored, _) => Some(restored(about, answer, true)),
        (Status::Noop, Mode::Restore) => Some(restored(about, answer, false)),
        (Status::Quarantined, _) => Some(quarantined(about, answer, true)),
        (Status::Noop, Mode::Quarantine) => Some(quarantined(about, answer, false)),
        (Status::Released, _) => Some(released(about, true)),
        (Status::Noop, Mode::Release) => Some(released(about, false)),
        (Status::Noop, Mode::Hold)
        | (
            Status::Planned | Status::Held | Status::Lifted | Status::Refused | Status::Skipped,
            _,
        ) => None,
    };
    let breaks = answer.plan.as_ref().and_then(|plan| breaks(about, &plan.suspected_breaks));
    standing.into_iter().chain(breaks).collect()
}

fn noticed(about: &AnswerSubject, answer: &Answer) -> Option<Item> {
    let (plan, notice) = (answer.plan.as_ref()?, answer.notice.as_ref()?);
    let due = notice.due();
    let text = format!(
        "A permissions boundary is planned for {}. It is enforced from {due} on, and takes away what lies idle now and \
         then.\nTo opt out, tag the principal with `leastwise:exempt-until` and `leastwise:exempt-reason`, or use what it \
         needs.\n\n{}",
        about.principal, plan.summary
    );
    let mut details = of_plan(plan);
    details.insert("plannedFor".into(), json!(due));
    let said = Said::new(Event::Noticed, planned_tag(notice)?);
    let news = News { said, text, details };
    Some(Item { track: Track::Notice, news, happened: false })
}

/// The tag that tells this notice from any other.
fn planned_tag(notice: &Notice) -> Option<String> {
    notice.tags().into_iter().find(|(key, _)| *key == PLANNED_TAG).map(|(_, value)| value)
}

/// The trouble that is over.
fn cleared(request: &Request, outcome: &Result<Answer, Stopped>) -> Vec<Track> {
    let Ok(answer) = outcome else { return Vec::new() };
    let is_no_change = answer.status == Status::Planned || request.mode == Mode::Hold;
    if answer.subject.is_none() || is_no_change {
        return Vec::new();
    }
    let breaks_are_over = answer.plan.as_ref().is_some_and(|plan| plan.suspected_breaks.is_empty());
    let breaks = breaks_are_over.then_some(Track::Breaks);
    std::iter::once(trouble(request.mode)).chain(breaks).collect()
}

fn trouble(mode: Mode) -> Track {
    match mode {
        Mode::Plan | Mode::Apply | Mode::Restore | Mode::Hold => Track::BoundaryTrouble,
        Mode::Quarantine | Mode::Release => Track::QuarantineTrouble,
    }
}

/// Whom the request names, where it was not read. Parameters are kept by unique id, so one that
/// names an ARN names nobody.
fn named(request: &Request) -> Option<Subject> {
    match (&request.call, &request.resource) {
        (Some(call), _) => {
            let (unique_id, principal) = (call.user_id.clone(), Some(call.user.clone()));
            Some(Subject { unique_id, principal })
        }
        (None, Resource::Id(id)) => Some(Subject { unique_id: id.clone(), principal: None }),
        (None, Resource::Arn(_)) => None,
    }
}

fn applied(about: &AnswerSubject, answer: &Answer, happened: bool) -> Option<Item> {
    let plan = answer.plan.as_ref()?;
    let text = format!(
        "A permissions boundary was applied to {}.\nTo undo it, start the SSM document LeastwiseRestorePrincipal with \
         ResourceId {}.\n\n{}",
        about.principal, about.resource_id, plan.summary
    );
    let mut details = of_plan(plan);
    details.insert("policyArn".into(), json!(answer.policy_arn));
    if happened {
        details.insert("previousBoundary".into(), json!(about.previous_boundary));
    }
    let said = Said::new(Event::Applied, plan.plan_digest.as_str());
    Some(Item { track: Track::Boundary, news: News { said, text, details }, happened })
}

fn of_plan(plan: &PlanPart) -> Map<String, Value> {
    let dropped = listed(plan.dropped.iter().map(|dropped| &dropped.service));
    let warnings = listed(plan.warnings.iter().map(|warning| warning.warning));
    Map::from_iter([
        ("planDigest".to_owned(), json!(plan.plan_digest)),
        ("index".to_owned(), json!(plan.index)),
        ("expectedIndex".to_owned(), json!(plan.expected_index)),
        ("dropped".to_owned(), dropped),
        ("warnings".to_owned(), warnings),
    ])
}

fn restored(about: &AnswerSubject, answer: &Answer, happened: bool) -> Item {
    let how = answer.message.as_deref().unwrap_or_default();
    let text = format!("{} was restored: {how}.", about.principal);
    let details = Map::from_iter([("message".to_owned(), json!(how))]);
    let said = Said::new(Event::Restored, "");
    Item { track: Track::Boundary, news: News { said, text, details }, happened }
}

fn quarantined(about: &AnswerSubject, answer: &Answer, happened: bool) -> Item {
    let why = answer.message.as_deref().unwrap_or_default();
    let text = format!(
        "{} is in quarantine: {why}. It can use neither IAM nor other roles.\nLook into what it did: its keys, and the users, \
         roles and policies that it made or changed. To release it, start the SSM document LeastwiseReleaseUser with ResourceId {}.",
        about.principal, about.resource_id
    );
    let details = Map::from_iter([("reason".to_owned(), json!(why))]);
    // Of two events at once, each finds nothing in force. What tells them apart is no part of the
    // event's id, so that the two messages have one id.
    let said = Said::new(Event::Quarantined, "");
    Item { track: Track::Quarantine, news: News { said, text, details }, happened }
}

fn released(about: &AnswerSubject, happened: bool) -> Item {
    let text = format!("{} was released from quarantine.", about.principal);
    let said = Said::new(Event::Released, "");
    let news = News { said, text, details: Map::new() };
    Item { track: Track::Quarantine, news, happened }
}

fn breaks(about: &AnswerSubject, stopped: &[String]) -> Option<Item> {
    if stopped.is_empty() {
        return None;
    }
    let response = BreakResponse::default();
    let news = News::of_breaks(&about.principal, &about.resource_id, stopped, response);
    Some(Item { track: Track::Breaks, news, happened: false })
}

fn of_refusal(request: &Request, refusal: &Refusal) -> Option<Item> {
    // That a principal is gone is nothing that anybody has to know.
    if matches!(refusal, Refusal::NoSuchPrincipal { .. }) || refusal.is_of_the_pace() {
        return None;
    }
    let text = format!("Nothing was changed: {refusal}.");
    let said = Said::new(Event::Refused, format!("{:?}/{}", request.mode, refusal.error_type()));
    Some(of_trouble(request, said, text, refusal.error_type(), &refusal.to_string()))
}

fn of_failure(request: &Request, error: &RemediationError) -> Item {
    let text = format!("{:?} failed: {error}.", request.mode);
    let said = Said::new(Event::Failed, format!("{:?}/{}", request.mode, error.kind()));
    of_trouble(request, said, text, error.error_type(), &error.to_string())
}

fn of_trouble(request: &Request, said: Said, text: String, kind: &str, message: &str) -> Item {
    let message: String = message.chars().take(2_000).collect();
    let details = Map::from_iter([
        ("mode".to_owned(), json!(request.mode)),
        ("error".to_owned(), json!(kind)),
        ("message".to_owned(), json!(message)),
    ]);
    Item { track: trouble(request.mode), news: News { said, text, details }, happened: false }
}
