//! `leastwise policy permits`: which actions get through, and by which statement.

use super::documents::parsed_documents;
use crate::arguments::LinesArguments;
use crate::failure::Failure;
use crate::lines;
use crate::output::ExitCode;
use leastwise_policy::action::Action;
use leastwise_policy::document::{Document, Statement};
use leastwise_policy::permissions::{Reading, reading};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Runs the command.
pub(crate) fn run(arguments: &LinesArguments) -> Result<ExitCode, Failure> {
    Ok(lines::answer(arguments.input.as_deref(), judged)?)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    documents: Vec<Value>,
    boundary: Option<Value>,
    actions: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Answer {
    actions: Vec<Verdict>,
}

/// What becomes of one action. It is permitted if a document and the boundary, where there is one,
/// allow it and neither denies it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    action: Action,
    permitted: bool,
    /// The first statement of the documents that allows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_by: Option<Place>,
    /// The first statement of the documents that takes it away from every request.
    #[serde(skip_serializing_if = "Option::is_none")]
    denied_by: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    boundary: Option<BoundaryVerdict>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BoundaryVerdict {
    stops: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_by: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    denied_by: Option<Place>,
}

/// Where a statement stands, both counted from 0. A boundary is one document and needs no number.
#[derive(Debug, Serialize)]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<usize>,
    statement: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
}

fn judged(case: Case) -> Result<Answer, String> {
    let documents = parsed_documents(case.documents)?;
    let boundary = case.boundary.map(Document::from_value).transpose();
    let boundary = boundary.map_err(|why| format!("`boundary`: {why}"))?;
    let actions = case.actions.into_iter().map(|action| {
        let action: Action = action.parse().map_err(|why| format!("{why}"))?;
        Ok(verdict(action, &documents, boundary.as_ref()))
    });
    Ok(Answer { actions: actions.collect::<Result<_, String>>()? })
}

fn verdict(action: Action, documents: &[Document], boundary: Option<&Document>) -> Verdict {
    let (allowed_by, denied_by) = decisive(documents, &action, true);
    let boundary = boundary.map(|boundary| {
        let (allowed_by, denied_by) = decisive(std::slice::from_ref(boundary), &action, false);
        BoundaryVerdict {
            stops: allowed_by.is_none() || denied_by.is_some(),
            allowed_by,
            denied_by,
        }
    });
    let stopped = boundary.as_ref().is_some_and(|boundary| boundary.stops);
    let permitted = allowed_by.is_some() && denied_by.is_none() && !stopped;
    Verdict { action, permitted, allowed_by, denied_by, boundary }
}

/// The first statement that allows the action, and the first that surely denies it.
fn decisive(
    documents: &[Document],
    action: &Action,
    numbered: bool,
) -> (Option<Place>, Option<Place>) {
    let first = |wanted: Reading| {
        documents.iter().enumerate().find_map(|(document, text)| {
            let found = text.statements().iter().enumerate().find(|(_, statement)| {
                reading(statement) == wanted && statement.actions().matches(action.as_str())
            })?;
            Some(Place::of(numbered.then_some(document), found))
        })
    };
    (first(Reading::Grants), first(Reading::TakesAway))
}

impl Place {
    fn of(document: Option<usize>, (statement, found): (usize, &Statement)) -> Self {
        Self { document, statement, sid: found.sid().map(ToOwned::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(case: Value) -> Result<Value, String> {
        judged(serde_json::from_value(case).unwrap()).map(|answer| json!(answer.actions))
    }

    fn documents() -> Value {
        json!([
            {"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}},
            {"Statement": [
                {"Effect": "Deny", "Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:one"},
                {"Sid": "NoDelete", "Effect": "Deny", "Action": "sqs:Delete*", "Resource": "*"},
            ]},
        ])
    }

    #[test]
    fn an_action_names_the_statement_that_lets_it_through_and_the_one_that_stops_it() {
        let actions = ["sqs:SendMessage", "sqs:DeleteQueue", "sns:Publish"];
        assert_eq!(
            answer(json!({"documents": documents(), "boundary": null, "actions": actions})),
            Ok(json!([
                {"action": "sqs:SendMessage", "permitted": true, "allowedBy": {"document": 0, "statement": 0}},
                {"action": "sqs:DeleteQueue", "permitted": false, "allowedBy": {"document": 0, "statement": 0},
                 "deniedBy": {"document": 1, "statement": 1, "sid": "NoDelete"}},
                {"action": "sns:Publish", "permitted": false},
            ]))
        );
    }

    #[test]
    fn a_boundary_stops_what_it_does_not_allow_or_denies() {
        let boundary = json!({"Statement": [
            {"Effect": "Allow", "NotAction": "sqs:SendMessage", "Resource": "*"},
            {"Sid": "No", "Effect": "Deny", "Action": "sqs:Purge*", "Resource": "*"},
        ]});
        let actions = ["sqs:SendMessage", "sqs:PurgeQueue", "sqs:ReceiveMessage"];
        let by = json!({"document": 0, "statement": 0});
        assert_eq!(
            answer(json!({"documents": documents(), "boundary": boundary, "actions": actions})),
            Ok(json!([
                {"action": "sqs:SendMessage", "permitted": false, "allowedBy": by, "boundary": {"stops": true}},
                {"action": "sqs:PurgeQueue", "permitted": false, "allowedBy": by, "boundary":
                    {"stops": true, "allowedBy": {"statement": 0}, "deniedBy": {"statement": 1, "sid": "No"}}},
                {"action": "sqs:ReceiveMessage", "permitted": true, "allowedBy": by, "boundary":
                    {"stops": false, "allowedBy": {"statement": 0}}},
            ]))
        );
    }

    #[test]
    fn what_cannot_be_judged_says_why() {
        let of = |case: Value| answer(case).unwrap_err();
        assert_eq!(
            of(json!({"documents": [], "actions": ["s3:*"]})),
            "`s3:*` is not an action: `*` cannot stand in one"
        );
        assert_eq!(
            of(json!({"documents": [], "boundary": {}, "actions": []})),
            "`boundary`: the policy document has no `Statement`"
        );
    }
}
