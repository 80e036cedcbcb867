//! JSON lines in, JSON lines out: many cases a call, each with its answer or its error.

use crate::output::{self, ExitCode};
use leastwise_policy::{json, text};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What a file of cases is.
const NEXT: &str = "write one JSON object a line; README.md shows one";

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
    /// The reading of a file broke off.
    #[error("could not read `{path}`")]
    Broke {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The reading of the standard input broke off.
    #[error("could not read the standard input")]
    Read(#[source] io::Error),
    /// An answer cannot be written.
    #[error("could not write the result")]
    Write(#[source] io::Error),
}

impl LinesError {
    /// What to do next, where there is something.
    pub(crate) fn next(&self) -> Option<&'static str> {
        match self {
            Self::Open { .. } | Self::Broke { .. } | Self::Read(_) => Some(NEXT),
            Self::Write(_) => None,
        }
    }

    /// That the reading broke off.
    fn broke(input: Option<&Path>) -> impl Fn(io::Error) -> Self {
        move |source| match input {
            Some(path) => Self::Broke { path: path.to_owned(), source },
            None => Self::Read(source),
        }
    }
}

/// Answers every line of the file, or of the standard input. A line that cannot be answered gets an
/// error in its place, and the command ends with [`ExitCode::Failed`]. Empty lines are passed over.
pub(crate) fn answer<Case: DeserializeOwned, Answer: Serialize>(
    input: Option<&Path>,
    answer: impl Fn(Case) -> Result<Answer, String>,
) -> Result<ExitCode, LinesError> {
    let mut code = ExitCode::Done;
    for (number, line) in (1_usize..).zip(open(input)?.split(b'\n')) {
        let line = line.map_err(LinesError::broke(input))?;
        let (id, answered) = match str::from_utf8(&line) {
            Ok(line) => {
                let line = line.strip_prefix(text::BYTE_ORDER_MARK).unwrap_or(line);
                if line.trim().is_empty() {
                    continue;
                }
                one(line, &answer)
            }
            Err(why) => (Value::Null, Err(not_utf8(number, why))),
        };
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
    let reader: Box<dyn BufRead> = match input {
        None => Box::new(io::stdin().lock()),
        Some(path) => {
            let open = File::open(path);
            let open = open.map_err(|source| LinesError::Open { path: path.to_owned(), source });
            Box::new(BufReader::new(open?))
        }
    };
    in_utf8(reader).map_err(LinesError::broke(input))
}

/// The same text in UTF-8. What is in UTF-8 already is answered as it comes.
fn in_utf8(mut input: Box<dyn BufRead>) -> io::Result<Box<dyn BufRead>> {
    if !text::is_utf16(input.fill_buf()?) {
        return Ok(input);
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let text = text::decode(&bytes).map_err(io::Error::other)?;
    Ok(Box::new(Cursor::new(text)))
}

fn not_utf8(number: usize, why: std::str::Utf8Error) -> String {
    format!(
        "line {number} is not UTF-8: byte {} cannot be read; save it as UTF-8",
        why.valid_up_to()
    )
}

/// The line's `id`, `null` if it has none, and what is said to the rest of it.
fn one<Case: DeserializeOwned, Answer: Serialize>(
    line: &str,
    answer: impl Fn(Case) -> Result<Answer, String>,
) -> (Value, Result<Value, String>) {
    let mut case = match json::parse(line) {
        Ok(Value::Object(case)) => case,
        // It is JSON, and names a key twice.
        Err(why) if why.is_data() => return (Value::Null, Err(why.to_string())),
        Err(why) => return (Value::Null, Err(format!("the line is not JSON: {why}"))),
        Ok(_) => return (Value::Null, Err("the line is JSON, and no object".to_owned())),
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
            ("7", Value::Null, "the line is JSON, and no object"),
            (
                r#"{"id": 1, "left": 1, "left": 2}"#,
                Value::Null,
                "the key `left` is there twice at line 1 column 27",
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
