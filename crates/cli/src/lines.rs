//! JSON lines in, JSON lines out: many cases a call, each with its answer or its error.

use crate::output::{self, ExitCode};
use leastwise_policy::{json, text};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The cases cannot be read, or the answers not be written.
#[derive(Debug, Error)]
pub(crate) enum LinesError {
    /// The file is not there, or not ours to read.
    #[error("could not read `{path}`")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The reading broke off.
    #[error("could not read the input")]
    Read(#[source] io::Error),
    /// An answer cannot be written.
    #[error("could not write the result")]
    Write(#[source] io::Error),
}

/// Answers every line of the file, or of the standard input. A line that cannot be answered gets an
/// error in its place, and the command ends with [`ExitCode::Failed`]. Empty lines are passed over.
pub(crate) fn answer<Case: DeserializeOwned, Answer: Serialize>(
    input: Option<&Path>,
    answer: impl Fn(Case) -> Result<Answer, String>,
) -> Result<ExitCode, LinesError> {
    let mut code = ExitCode::Done;
    for line in open(input)?.lines() {
        let line = line.map_err(LinesError::Read)?;
        let line = line.strip_prefix(text::BYTE_ORDER_MARK).unwrap_or(&line);
        if line.trim().is_empty() {
            continue;
        }
        let (id, answered) = one(line, &answer);
        let mut printed = Map::from_iter([("id".to_owned(), id)]);
        match answered {
            Ok(Value::Object(fields)) => printed.extend(fields),
            Ok(other) => drop(printed.insert("answer".to_owned(), other)),
            Err(why) => {
                code = ExitCode::Failed;
                printed.insert("error".to_owned(), json!(why));
            }
        }
        output::line(&Value::Object(printed).to_string()).map_err(LinesError::Write)?;
    }
    Ok(code)
}

fn open(input: Option<&Path>) -> Result<Box<dyn BufRead>, LinesError> {
    let Some(path) = input else { return in_utf8(Box::new(io::stdin().lock())) };
    let file =
        File::open(path).map_err(|source| LinesError::Open { path: path.to_owned(), source })?;
    in_utf8(Box::new(BufReader::new(file)))
}

/// The same text in UTF-8. What is in UTF-8 already is answered as it comes.
fn in_utf8(mut input: Box<dyn BufRead>) -> Result<Box<dyn BufRead>, LinesError> {
    if !text::is_utf16(input.fill_buf().map_err(LinesError::Read)?) {
        return Ok(input);
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(LinesError::Read)?;
    let text = text::decode(&bytes).map_err(|why| LinesError::Read(io::Error::other(why)))?;
    Ok(Box::new(Cursor::new(text)))
}

/// The line's `id`, `null` if it has none, and what is said to the rest of it.
fn one<Case: DeserializeOwned, Answer: Serialize>(
    line: &str,
    answer: impl Fn(Case) -> Result<Answer, String>,
) -> (Value, Result<Value, String>) {
    let mut case = match json::parse(line).and_then(Map::<String, Value>::deserialize) {
        Ok(case) => case,
        Err(why) => return (Value::Null, Err(format!("the line is not a JSON object: {why}"))),
    };
    let id = case.shift_remove("id").unwrap_or_default();
    let answered = serde_json::from_value(Value::Object(case))
        .map_err(|why| why.to_string())
        .and_then(answer)
        .and_then(|answer| serde_json::to_value(answer).map_err(|why| why.to_string()));
    (id, answered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(line: &str) -> (Value, Result<Value, String>) {
        one(line, |numbers: Vec2| Ok(json!({"sum": numbers.left + numbers.right})))
    }

    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Vec2 {
        left: u8,
        right: u8,
    }

    #[test]
    fn an_id_is_whatever_json_it_was_and_may_be_missing() {
        assert_eq!(
            double(r#"{"id": [1], "left": 1, "right": 2}"#),
            (json!([1]), Ok(json!({"sum": 3})))
        );
        assert_eq!(double(r#"{"left": 1, "right": 2}"#), (Value::Null, Ok(json!({"sum": 3}))));
    }

    #[test]
    fn a_line_that_cannot_be_understood_says_why_under_its_id() {
        let errors = [
            (
                "7",
                Value::Null,
                "the line is not a JSON object: invalid type: integer `7`, expected a map",
            ),
            (
                r#"{"id": 1, "left": 1, "left": 2}"#,
                Value::Null,
                "the line is not a JSON object: the key `left` is there twice at line 1 column 27",
            ),
            (r#"{"id": 1, "left": 1}"#, json!(1), "missing field `right`"),
            (
                r#"{"id": 1, "left": 1, "right": 2, "x": 3}"#,
                json!(1),
                "unknown field `x`, expected `left` or `right`",
            ),
        ];
        for (line, id, why) in errors {
            assert_eq!(double(line), (id, Err(why.to_owned())));
        }
    }
}
