//! What of an answer is shown: all of it, or as much as SSM Automation hands on. What is cut stands
//! whole in the log.

use crate::answer::Answer;
use leastwise_telemetry::{Journal, Level};
use serde::Serialize;
use serde_json::{Error, Map, Value, json};

/// The longest answer, in bytes of compact JSON. A step `aws:invokeLambdaFunction` hands on 200 KB
/// and cuts the rest, which would leave JSON that nobody can read.
///
/// Source:
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-lamb.html>.
pub const MAX_ANSWER_BYTES: usize = 160_000;

/// The longest message, in characters; the longest that a refusal gives a person to read.
const MAX_MESSAGE_CHARACTERS: usize = 4_000;

/// How much of an answer one record holds, in bytes. Inside a record it takes up to twice as much,
/// since quotes are escaped, and a line of a log may have 256 KB.
///
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
const PIECE_BYTES: usize = 100_000;

/// How much is kept free for `leftOut`, in bytes.
const LEFT_OUT_BYTES: usize = 600;

/// The lists that may be long, by their place.
const LISTS: [&str; 7] = [
    "/mayGrowInHarm",
    "/kept",
    "/dropped",
    "/unknown",
    "/extras",
    "/warnings",
    "/preflight/findings",
];

/// A part of an answer that was cut, as the log has it.
#[derive(Serialize)]
struct Part<'a> {
    level: Level,
    msg: &'static str,
    requested: &'a str,
    plandigest: Option<&'a Value>,
    piece: usize,
    pieces: usize,
    text: &'a str,
}

/// The answer as the function gives it, in at most [`MAX_ANSWER_BYTES`]. Where it would be longer,
/// its lists are cut between two items, `leftOut` says how many items of each are left out, and the
/// whole answer is written into the log, at every level.
///
/// # Errors
///
/// [`Error`] when the answer is no JSON, which does not happen with what a plan holds.
pub fn shown(answer: &Answer, journal: &impl Journal) -> Result<Value, Error> {
    let value = serde_json::to_value(answer)?;
    let whole = value.to_string();
    if whole.len() <= MAX_ANSWER_BYTES {
        return Ok(value);
    }
    log(&answer.requested, value.get("planDigest"), &whole, journal);
    Ok(cut(value, whole.len()))
}

/// Writes the whole answer into the log: who puts the texts of its pieces together has it.
fn log(requested: &str, plandigest: Option<&Value>, whole: &str, journal: &impl Journal) {
    let texts = pieces(whole);
    let pieces = texts.len();
    for (place, text) in texts.into_iter().enumerate() {
        let (level, msg, piece) = (Level::Info, "answer", place + 1);
        journal.always(&Part { level, msg, requested, plandigest, piece, pieces, text });
    }
}

/// Pieces of at most [`PIECE_BYTES`], none of which ends inside a character.
fn pieces(mut text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let (piece, rest) = text.split_at(text.floor_char_boundary(PIECE_BYTES));
        pieces.push(piece);
        text = rest;
    }
    pieces
}

/// The answer with shorter lists, and with `leftOut` after its status.
fn cut(mut answer: Value, whole: usize) -> Value {
    if let Some(Value::String(message)) = answer.get_mut("message") {
        shorten(message);
    }
    let mut lists: Vec<(&str, Vec<Value>)> = Vec::new();
    for place in LISTS {
        if let Some(list) = answer.pointer_mut(place).and_then(Value::as_array_mut) {
            lists.push((place, std::mem::take(list)));
        }
    }
    let mut room = MAX_ANSWER_BYTES.saturating_sub(size(&answer) + LEFT_OUT_BYTES);
    let mut left_out = Map::from_iter([("message".to_owned(), json!(where_it_stands(whole)))]);
    // The short ones first: what they do not need is for the long ones.
    lists.sort_by_key(|(_, list)| list.iter().map(size).sum::<usize>());
    let mut waiting = lists.len();
    for (place, mut list) in lists {
        let (all, share) = (list.len(), room / waiting);
        room -= keep_within(&mut list, share);
        waiting -= 1;
        if list.len() < all {
            let name = place.rsplit('/').next().unwrap_or(place);
            left_out.insert(name.to_owned(), json!(all - list.len()));
        }
        if let Some(there) = answer.pointer_mut(place) {
            *there = Value::Array(list);
        }
    }
    if let Value::Object(members) = &mut answer {
        members.shift_insert(1, "leftOut".to_owned(), Value::Object(left_out));
    }
    answer
}

fn where_it_stands(whole: usize) -> String {
    format!(
        "the whole answer has {whole} bytes and SSM hands on less: so many items of each list are \
         left out here, and the log of this function has all, in records with `msg` = `answer`"
    )
}

/// Keeps the items that fit into so many bytes, and says how many those take. One that is too long
/// by itself is left out, and shorter ones after it are not.
fn keep_within(list: &mut Vec<Value>, bytes: usize) -> usize {
    let mut taken = 0;
    list.retain(|item| {
        // With the comma after it.
        let with = taken + size(item) + 1;
        let fits = with <= bytes;
        if fits {
            taken = with;
        }
        fits
    });
    taken
}

/// The size of compact JSON, in bytes.
fn size(value: &Value) -> usize {
    value.to_string().len()
}

fn shorten(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE_CHARACTERS) {
        message.truncate(end);
        message.push_str(" … (cut)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_between_characters_and_make_the_whole() {
        // Two bytes each, behind one.
        let text = format!("x{}", "ü".repeat(PIECE_BYTES));
        let pieces = pieces(&text);
        assert_eq!(
            pieces.iter().map(|piece| piece.len()).collect::<Vec<_>>(),
            [99_999, 100_000, 2]
        );
        assert_eq!(pieces.concat(), text);
    }

    #[test]
    fn items_that_fit_stay_in_their_order_and_one_that_is_too_long_is_left_out_alone() {
        let mut list = vec![json!("a"), json!("x".repeat(50)), json!("b"), json!("c")];
        assert_eq!(keep_within(&mut list, 8), 8);
        assert_eq!(list, [json!("a"), json!("b")]);
    }

    #[test]
    fn a_long_message_says_that_it_is_cut() {
        let mut message = "ä".repeat(MAX_MESSAGE_CHARACTERS);
        let whole = message.clone();
        shorten(&mut message);
        assert_eq!(message, whole);
        message.push('b');
        shorten(&mut message);
        assert_eq!(message, format!("{whole} … (cut)"));
    }
}
