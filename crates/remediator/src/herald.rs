//! Announcing how requests end, one message per event however often it is retried.
//!
//! What stands is remembered before the first write, so that a later run can tell a change whose
//! message got lost from one that was made before messages were turned on. Nothing here fails a
//! request: what cannot be said is logged and counted. Without a topic nothing is called.

use crate::answer::Subject as AnswerSubject;
use crate::answer::{Answer, PlanPart, Status};
use crate::error::{Refusal, RemediationError, Stopped};
use crate::request::{Mode, Request, Resource};
use chrono::{DateTime, Utc};
use leastwise_aws::announce;
use leastwise_aws::announce::AnnounceError;
use leastwise_aws::ports::{Publish, Remember};
use leastwise_rightsizing::iam::{Principal, UniqueId};
use leastwise_rightsizing::presentation::{Event, Memory, News, Said, Subject, Track, listed};
use leastwise_rightsizing::settings::TopicArn;
use leastwise_rightsizing::tags::{Notice, PLANNED_TAG};
use serde_json::{Map, Value, json};

/// Says how a request ended.
pub(crate) struct Herald<'a, A> {
    /// AWS, for the steps between the messages.
    pub(crate) aws: &'a A,
    topic: Option<&'a TopicArn>,
    at: DateTime<Utc>,
    subject: Option<Subject>,
    memory: Recalled,
    /// The tag of the notice that stands.
    notice: Option<String>,
    failed: usize,
}

/// What is known of what was said last.
enum Recalled {
    NotYet,
    /// It could not be read: nothing is said.
    Unknown,
    Known {
        memory: Memory,
        /// Whether there was any: without, nobody knows what was said of what stands.
        is_kept: bool,
    },
}

/// Something to say.
struct Item {
    track: Track,
    news: News,
    /// It happened in this run. Otherwise it is said only where something else was said last.
    happened: bool,
}

impl<'a, A: Publish + Remember> Herald<'a, A> {
    pub(crate) fn new(topic: Option<&'a TopicArn>, aws: &'a A, at: DateTime<Utc>) -> Self {
        let (subject, notice) = (None, None);
        Self { aws, topic, at, subject, memory: Recalled::NotYet, notice, failed: 0 }
    }

    /// Whom the request is about.
    pub(crate) fn meet(&mut self, principal: &Principal) {
        let (unique_id, arn) = (principal.unique_id.clone(), principal.arn.clone());
        self.subject = Some(Subject { unique_id, principal: Some(arn) });
        self.notice = principal.tags.get(PLANNED_TAG).cloned();
    }

    /// Remembers what stands, where nothing is remembered yet. To be called before the first write.
    pub(crate) async fn before_a_change(&mut self, principal: &Principal) {
        if self.topic.is_none() {
            return;
        }
        self.meet(principal);
        self.recall(&principal.unique_id).await;
        if let Recalled::Known { memory, is_kept: false } = &mut self.memory {
            *memory = Memory::of(principal);
            match announce::remember(&principal.unique_id, memory, self.aws).await {
                Ok(()) => self.memory.keep(),
                Err(error) => self.fail(&error),
            }
        }
    }

    /// A notice was given.
    pub(crate) fn noticed(&mut self, notice: &Notice) {
        self.notice = notice.tags().into_iter().find(|(key, _)| *key == PLANNED_TAG).map(|it| it.1);
    }

    /// Says how the request ended, as far as that is news. How often something could not be said or
    /// remembered.
    pub(crate) async fn conclude(
        mut self,
        request: &Request,
        outcome: &Result<Answer, Stopped>,
    ) -> usize {
        let Some(topic) = self.topic else { return 0 };
        let Some(subject) = self.subject.clone().or_else(|| named(request)) else { return 0 };
        let items = self.items(request, outcome);
        let cleared = cleared(request, outcome);
        if items.is_empty() && cleared.is_empty() {
            return self.failed;
        }
        self.recall(&subject.unique_id).await;
        let (memory, is_kept) = match &mut self.memory {
            Recalled::Known { memory, is_kept } => (memory, *is_kept),
            Recalled::NotYet | Recalled::Unknown => return self.failed,
        };
        let before = memory.clone();
        for track in cleared {
            memory.forget(track);
        }
        let mut errors = Vec::new();
        for Item { track, news, happened } in items {
            let said = memory.last(track);
            let is_news = happened || said != Some(&news.said);
            // What stands without any memory was there before there were messages.
            let is_known = happened || is_kept || !is_standing(track);
            if is_news && is_known && makes_sense(&news.said, said, happened) {
                let said = announce::say(track, &news, &subject, memory, topic, self.at, self.aws);
                errors.extend(said.await.err());
            }
        }
        if *memory != before {
            let kept = announce::remember(&subject.unique_id, memory, self.aws).await;
            errors.extend(kept.err());
        }
        for error in &errors {
            self.fail(error);
        }
        self.failed
    }

    async fn recall(&mut self, id: &UniqueId) {
        if !matches!(self.memory, Recalled::NotYet) {
            return;
        }
        self.memory = match announce::recall(id, self.aws).await {
            Ok(memory) => {
                let is_kept = memory.is_some();
                Recalled::Known { memory: memory.unwrap_or_default(), is_kept }
            }
            Err(error) => {
                self.fail(&error);
                Recalled::Unknown
            }
        };
    }

    fn fail(&mut self, error: &AnnounceError) {
        self.failed += 1;
        let who = self.subject.as_ref().map(|subject| subject.unique_id.to_string());
        tracing::error!(principal = who, "notification failed: {error}");
    }

    fn items(&self, request: &Request, outcome: &Result<Answer, Stopped>) -> Vec<Item> {
        match outcome {
            Ok(answer) => self.of_answer(request, answer),
            Err(Stopped::Refused(refusal)) => of_refusal(request, refusal).into_iter().collect(),
            Err(Stopped::Failed(error)) => vec![of_failure(request, error)],
        }
    }

    fn of_answer(&self, request: &Request, answer: &Answer) -> Vec<Item> {
        let Some(about) = &answer.subject else { return Vec::new() };
        let standing = match (answer.status, request.mode) {
            (Status::Applied, _) => applied(about, answer, true),
            (Status::Noop, Mode::Plan | Mode::Apply) => {
                let ours = about.previous_boundary.is_some()
                    && about.previous_boundary == answer.policy_arn;
                applied(about, answer, false).filter(|_| ours)
            }
            (Status::Noticed, _) => self.noticed_item(about, answer),
            (Status::Restored, _) => Some(restored(about, answer, true)),
            (Status::Noop, Mode::Restore) => Some(restored(about, answer, false)),
            (Status::Quarantined, _) => Some(quarantined(about, answer, true)),
            (Status::Noop, Mode::Quarantine) => Some(quarantined(about, answer, false)),
            (Status::Released, _) => Some(released(about, true)),
            (Status::Noop, Mode::Release) => Some(released(about, false)),
            (Status::Planned | Status::Refused, _) => None,
        };
        let breaks = answer.plan.as_ref().and_then(|plan| breaks(about, &plan.suspected_breaks));
        standing.into_iter().chain(breaks).collect()
    }

    fn noticed_item(&self, about: &AnswerSubject, answer: &Answer) -> Option<Item> {
        let (plan, due) = (answer.plan.as_ref()?, answer.planned_for?);
        let text = format!(
            "A permissions boundary is planned for {}. It is enforced from {due} on, and takes away what lies idle now and \
             then.\nTo opt out, tag the principal with `leastwise:exempt-until` and `leastwise:exempt-reason`, or use what it \
             needs.\n\n{}",
            about.principal, plan.summary
        );
        let mut details = of_plan(plan);
        details.insert("plannedFor".into(), json!(due));
        let said = Said::new(Event::Noticed, self.notice.clone()?);
        let news = News { said, text, details };
        Some(Item { track: Track::Notice, news, happened: false })
    }
}

impl Recalled {
    fn keep(&mut self) {
        if let Self::Known { is_kept, .. } = self {
            *is_kept = true;
        }
    }
}

fn is_standing(track: Track) -> bool {
    matches!(track, Track::Boundary | Track::Notice | Track::Quarantine)
}

/// Of what did not happen in this run, the end of something is news only where its beginning was
/// said last.
fn makes_sense(new: &Said, last: Option<&Said>, happened: bool) -> bool {
    let last = last.map(|last| last.event);
    happened
        || match new.event {
            Event::Restored => last == Some(Event::Applied),
            Event::Released => last == Some(Event::Quarantined),
            Event::Applied
            | Event::Noticed
            | Event::Quarantined
            | Event::Refused
            | Event::Failed
            | Event::SuspectedBreak => true,
        }
}

/// The trouble that is over.
fn cleared(request: &Request, outcome: &Result<Answer, Stopped>) -> Vec<Track> {
    let Ok(answer) = outcome else { return Vec::new() };
    if answer.subject.is_none() || answer.status == Status::Planned {
        return Vec::new();
    }
    let breaks_are_over = answer.plan.as_ref().is_some_and(|plan| plan.suspected_breaks.is_empty());
    let breaks = breaks_are_over.then_some(Track::Breaks);
    std::iter::once(trouble(request.mode)).chain(breaks).collect()
}

fn trouble(mode: Mode) -> Track {
    match mode {
        Mode::Plan | Mode::Apply | Mode::Restore => Track::BoundaryTrouble,
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
        ("indexBefore".to_owned(), json!(plan.index_before)),
        ("indexAfter".to_owned(), json!(plan.index_after)),
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
    let news = News::of_breaks(&about.principal, &about.resource_id, stopped);
    Some(Item { track: Track::Breaks, news, happened: false })
}

fn of_refusal(request: &Request, refusal: &Refusal) -> Option<Item> {
    // That a principal is gone is nothing that anybody has to know.
    if matches!(refusal, Refusal::NoSuchPrincipal { .. }) {
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
