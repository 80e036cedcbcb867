//! Announcing how requests end, one message per event however often it is retried.
//!
//! What stands is remembered before the first write, so that a later run can tell a change whose
//! message got lost from one that was made before messages were turned on. Nothing here fails a
//! request: what cannot be said is logged and counted. Without a topic nothing is called.

mod news;

pub(crate) use news::Announcement;

use chrono::{DateTime, Utc};
use leastwise_aws::announce;
use leastwise_aws::announce::AnnounceError;
use leastwise_aws::ports::{Publish, Remember};
use leastwise_rightsizing::iam::{Principal, UniqueId};
use leastwise_rightsizing::presentation::{Event, Memory, Said, Subject, Track};
use leastwise_rightsizing::settings::TopicArn;
use news::Item;

/// Says how a request ended.
pub(crate) struct Herald<'a> {
    topic: Option<&'a TopicArn>,
    at: DateTime<Utc>,
    subject: Option<Subject>,
    memory: Recalled,
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

impl<'a> Herald<'a> {
    pub(crate) fn new(topic: Option<&'a TopicArn>, at: DateTime<Utc>) -> Self {
        Self { topic, at, subject: None, memory: Recalled::NotYet, failed: 0 }
    }

    /// Whom the request is about.
    pub(crate) fn meet(&mut self, principal: &Principal) {
        let (unique_id, arn) = (principal.unique_id.clone(), principal.arn.clone());
        self.subject = Some(Subject { unique_id, principal: Some(arn) });
    }

    /// Remembers what stands, where nothing is remembered yet. To be called before the first write.
    pub(crate) async fn before_a_change(&mut self, principal: &Principal, aws: &impl Remember) {
        if self.topic.is_none() {
            return;
        }
        self.meet(principal);
        self.recall(&principal.unique_id, aws).await;
        if let Recalled::Known { memory, is_kept: false } = &mut self.memory {
            *memory = Memory::of(principal);
            match announce::remember(&principal.unique_id, memory, aws).await {
                Ok(()) => self.memory.keep(),
                Err(error) => self.fail(&error),
            }
        }
    }

    /// Says how the request ended, as far as that is news. How often something could not be said or
    /// remembered.
    pub(crate) async fn conclude(
        mut self,
        announcement: Announcement,
        aws: &(impl Publish + Remember),
    ) -> usize {
        let Some(topic) = self.topic else { return 0 };
        let Announcement { named, items, cleared } = announcement;
        let Some(subject) = self.subject.clone().or(named) else { return 0 };
        if items.is_empty() && cleared.is_empty() {
            return self.failed;
        }
        self.recall(&subject.unique_id, aws).await;
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
                let said = announce::say(track, &news, &subject, memory, topic, self.at, aws);
                errors.extend(said.await.err());
            }
        }
        if *memory != before {
            let kept = announce::remember(&subject.unique_id, memory, aws).await;
            errors.extend(kept.err());
        }
        for error in &errors {
            self.fail(error);
        }
        self.failed
    }

    async fn recall(&mut self, id: &UniqueId, aws: &impl Remember) {
        if !matches!(self.memory, Recalled::NotYet) {
            return;
        }
        self.memory = match announce::recall(id, aws).await {
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
