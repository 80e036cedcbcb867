//! What is announced about a principal, to people and to machines, and the memory of what was
//! announced last.
//!
//! One message per event however often it is retried: the [`Memory`] of a principal holds, for each
//! [`Track`], what was said last, and the id of an event ([`Message::event_id`]) stays the same
//! until the memory has taken the event in.

use super::memory::{Event, Memory, Said, Subject};
use crate::boundary::sha256;
use crate::iam::{PrincipalArn, UniqueId};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// The longest subject that Amazon SNS takes, in ASCII characters: it must be shorter than 100.
///
/// Source: <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>.
pub const MAX_SUBJECT_CHARACTERS: usize = 99;

/// The longest text for people, in characters; Amazon SNS takes 256 KB for everything.
///
/// Source: <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>.
pub const MAX_TEXT_CHARACTERS: usize = 8_000;

/// How many items of a list go into the form for machines.
pub const MAX_LISTED: usize = 100;

/// How many actions the document's parameter `GiveBack` takes.
const MAX_GIVEN_BACK: usize = 20;

/// What to say of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// What happened.
    pub said: Said,
    /// For people: one sentence or more.
    pub text: String,
    /// For machines.
    pub details: Map<String, Value>,
}

/// What is done about a suspected break without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BreakResponse {
    /// Automatic remediation is halted.
    pub halted: bool,
    /// The principal is being restored.
    pub restoring: bool,
}

impl News {
    /// That a Leastwise boundary stopped what the principal attempted: services and actions, at
    /// least one.
    #[must_use]
    pub fn of_breaks(
        principal: &PrincipalArn,
        id: &UniqueId,
        stopped: &[String],
        response: BreakResponse,
    ) -> Self {
        let named: Vec<&str> = stopped.iter().take(MAX_LISTED).map(String::as_str).collect();
        let more = match stopped.len().saturating_sub(named.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let to_do = if response.restoring {
            "It is being restored: look whether it works again.".to_owned()
        } else {
            how_to_give_back(id, stopped)
        };
        let halted = if response.halted {
            "\nAutomatic remediation is halted until somebody starts the SSM document LeastwiseResume."
        } else {
            ""
        };
        let text = format!(
            "The Leastwise boundary of {principal} stopped something that its policies grant: {}{more}.\n{to_do}{halted}",
            named.join(", ")
        );
        let about = digest_of_breaks(stopped.iter().map(String::as_str));
        let details = Map::from_iter([
            ("stopped".to_owned(), listed(stopped)),
            ("halted".to_owned(), json!(response.halted)),
            ("restoring".to_owned(), json!(response.restoring)),
        ]);
        Self { said: Said::new(Event::SuspectedBreak, about), text, details }
    }
}

/// What to do where a boundary stopped what is needed: single actions can be given back, for all
/// else the principal is restored.
fn how_to_give_back(id: &UniqueId, stopped: &[String]) -> String {
    let actions: Vec<&str> =
        stopped.iter().map(String::as_str).filter(|what| what.contains(':')).collect();
    let given_back = if actions.is_empty() || actions.len() > MAX_GIVEN_BACK {
        String::new()
    } else {
        format!(
            "start the SSM document LeastwiseRightsizePrincipal with ResourceId {id}, DryRun false and GiveBack {}, or ",
            actions.join(",")
        )
    };
    format!(
        "If it needs that, {given_back}start the SSM document LeastwiseRestorePrincipal with ResourceId {id}, and exempt \
         it or let `AlwaysAllow` name the actions."
    )
}

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line of ASCII, at most [`MAX_SUBJECT_CHARACTERS`].
    pub subject: String,
    /// For people.
    pub text: String,
    /// For machines: compact JSON.
    pub json: String,
    /// The id of the event. Who gets two messages with one id has got the same message twice.
    pub event_id: String,
    /// The principal's unique id: the messages about one principal keep their order.
    pub group: String,
}

impl Message {
    /// The message of an event as it stands to the memory.
    #[must_use]
    pub fn of(news: &News, subject: &Subject, memory: &Memory, at: DateTime<Utc>) -> Self {
        let event_id = memory.event_id(subject, &news.said);
        let event = news.said.event;
        let text = cut(&news.text, MAX_TEXT_CHARACTERS);
        let principal = subject.principal.as_ref();
        let json = json!({
            "event": event.as_str(),
            "eventId": event_id,
            "time": at,
            "account": principal.map(PrincipalArn::account),
            "principal": principal,
            "resourceId": subject.unique_id,
            "message": text.lines().next().unwrap_or_default(),
            "details": news.details,
        });
        let headline = format!("Leastwise: {} {}", event.headline(), subject.in_words());
        Self {
            subject: cut(&ascii(&headline), MAX_SUBJECT_CHARACTERS),
            text: format!("{}\n\nEvent: {} {event_id}\n", text.trim_end(), event.as_str()),
            json: json.to_string(),
            event_id,
            group: subject.unique_id.to_string(),
        }
    }
}

/// A list for machines: at most [`MAX_LISTED`] items.
pub fn listed<T: ToString>(items: impl IntoIterator<Item = T>) -> Value {
    items.into_iter().take(MAX_LISTED).map(|item| Value::from(item.to_string())).collect()
}

/// The digest that tells one set of stopped attempts from another, in whatever order they are.
#[must_use]
pub fn digest_of_breaks<'a>(stopped: impl IntoIterator<Item = &'a str>) -> String {
    let mut stopped: Vec<&str> = stopped.into_iter().collect();
    stopped.sort_unstable();
    stopped.dedup();
    sha256(&stopped)
}

fn ascii(text: &str) -> String {
    text.chars().map(|letter| if (' '..='~').contains(&letter) { letter } else { '?' }).collect()
}

fn cut(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    text.chars().take(characters.saturating_sub(3)).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presentation::memory::Track;
    use crate::settings::TopicArn;
    use crate::testing::{as_of, role};

    fn app() -> Subject {
        let app = role([]);
        Subject { unique_id: app.unique_id, principal: Some(app.arn) }
    }

    fn applied(about: &str) -> News {
        let details = Map::from_iter([("planDigest".to_owned(), json!(about))]);
        News {
            said: Said::new(Event::Applied, about),
            text: "It is bounded.\nMore.".into(),
            details,
        }
    }

    #[test]
    fn a_message_has_a_line_for_the_subject_text_for_people_and_json_for_machines() {
        let message = Message::of(&applied("d1"), &app(), &Memory::default(), as_of());
        let id = &message.event_id;
        assert_eq!(message.subject, "Leastwise: boundary applied to role app (111122223333)");
        assert_eq!(message.text, format!("It is bounded.\nMore.\n\nEvent: applied {id}\n"));
        assert_eq!(
            message.json,
            format!(
                r#"{{"event":"applied","eventId":"{id}","time":"2026-06-30T12:00:00Z","account":"111122223333","principal":"arn:aws:iam::111122223333:role/app","resourceId":"AROAEXAMPLE0APPROLE","message":"It is bounded.","details":{{"planDigest":"d1"}}}}"#
            )
        );
        assert_eq!(message.group, "AROAEXAMPLE0APPROLE");
    }

    #[test]
    fn an_event_keeps_its_id_until_it_is_noted_and_no_later_event_gets_it() {
        let mut memory = Memory::default();
        let id = |memory: &Memory, said: &Said| memory.event_id(&app(), said);
        let (applied, restored) =
            (Said::new(Event::Applied, "d1"), Said::new(Event::Restored, "none"));
        let first = id(&memory, &applied);
        assert_eq!(id(&Memory::parse(&memory.to_text()).unwrap(), &applied), first);
        memory.note(Track::Boundary, applied.clone());
        assert_eq!(memory.last(Track::Boundary), Some(&applied));
        let second = id(&memory, &restored);
        memory.note(Track::Boundary, restored);
        let third = id(&memory, &applied);
        assert!(first != second && second != third && first != third);
    }

    #[test]
    fn what_is_remembered_reads_back_and_fits_a_parameter() {
        let mut memory = Memory::default();
        let long = "d".repeat(64);
        for (track, event) in [
            (Track::Boundary, Event::Applied),
            (Track::Notice, Event::Noticed),
            (Track::BoundaryTrouble, Event::Failed),
            (Track::Quarantine, Event::Quarantined),
            (Track::QuarantineTrouble, Event::Refused),
            (Track::Breaks, Event::SuspectedBreak),
        ] {
            memory.note(track, Said::new(event, format!("2026-06-30T12:00:00Z/{long}")));
        }
        let text = memory.to_text();
        assert!(text.len() < 4_096, "{}", text.len());
        assert_eq!(Memory::parse(&text).unwrap(), memory);
        assert!(memory.forget(Track::Breaks) && !memory.forget(Track::Breaks));
        assert!(Memory::parse("no").is_err());
        assert_eq!(Memory::parameter(&app().unique_id), "/leastwise/notified/AROAEXAMPLE0APPROLE");
    }

    #[test]
    fn a_subject_is_one_short_line_of_ascii_whatever_the_name() {
        let arn = format!("arn:aws:iam::111122223333:role/{}", "n".repeat(128)).parse().unwrap();
        let subject = Subject { principal: Some(arn), ..app() };
        let message = Message::of(&applied("d1"), &subject, &Memory::default(), as_of());
        assert_eq!(message.subject.len(), MAX_SUBJECT_CHARACTERS);
        assert!(message.subject.is_ascii() && message.subject.ends_with("nnn..."));
        let unread = Subject { principal: None, ..app() };
        let message = Message::of(&applied("d1"), &unread, &Memory::default(), as_of());
        assert_eq!(message.subject, "Leastwise: boundary applied to AROAEXAMPLE0APPROLE");
        assert_eq!(ascii("ü\n\u{7}x"), "???x");
    }

    #[test]
    fn the_largest_message_is_far_below_what_sns_takes() {
        let details = Map::from_iter([
            ("dropped".to_owned(), listed(vec!["s".repeat(128); 5_000])),
            ("warnings".to_owned(), listed(vec!["w".repeat(500); 5_000])),
        ]);
        let news = News { text: "\u{1f600}".repeat(50_000), details, ..applied("d1") };
        let message = Message::of(&news, &app(), &Memory::default(), as_of());
        assert!(message.text.len() + message.json.len() < 128 * 1024);
    }

    #[test]
    fn breaks_are_the_same_in_whatever_order_they_come() {
        assert_eq!(digest_of_breaks(["sqs", "s3"]), digest_of_breaks(["s3", "sqs", "s3"]));
        assert_ne!(digest_of_breaks(["sqs"]), digest_of_breaks(["s3"]));
    }

    #[test]
    fn a_topic_is_known_by_its_arn_and_a_fifo_topic_by_its_name() {
        let topic = |text: &str| text.parse::<TopicArn>();
        let plain = topic(" arn:aws:sns:eu-central-1:111122223333:leastwise ").unwrap();
        assert_eq!(plain.as_str(), "arn:aws:sns:eu-central-1:111122223333:leastwise");
        assert!(!plain.is_fifo());
        assert!(topic("arn:aws:sns:eu-central-1:111122223333:leastwise.fifo").unwrap().is_fifo());
        assert_eq!(
            topic("leastwise").unwrap_err().to_string(),
            "`NotificationTopicArn` is `leastwise`; allowed is the ARN of an Amazon SNS topic, such as \
             `arn:aws:sns:eu-central-1:111122223333:leastwise`"
        );
    }
}
