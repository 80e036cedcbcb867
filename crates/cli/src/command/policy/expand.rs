//! `leastwise policy expand`: patterns or documents to actions.

use super::documents::parsed_documents;
use crate::arguments::LinesArguments;
use crate::failure::Failure;
use crate::lines;
use crate::output::ExitCode;
use leastwise_policy::action::AccessLevel;
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::expand;
use leastwise_policy::pattern::Pattern;
use leastwise_policy::permissions::Permissions;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Runs the command.
pub(crate) fn run(arguments: &LinesArguments) -> Result<ExitCode, Failure> {
    let catalog = Catalog::embedded();
    Ok(lines::answer(arguments.input.as_deref(), |case| expanded(case, catalog))?)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpandCase {
    patterns: Option<Vec<String>>,
    documents: Option<Vec<Value>>,
}

#[derive(Debug, Serialize)]
struct Expanded {
    actions: Vec<LevelledAction>,
    /// What names or matches nothing in the catalogue, as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<Pattern>,
}

#[derive(Debug, Serialize)]
struct LevelledAction {
    action: String,
    level: AccessLevel,
}

fn expanded(case: ExpandCase, catalog: &Catalog) -> Result<Expanded, String> {
    let (set, unknown) = match (case.patterns, case.documents) {
        (Some(patterns), None) => of_patterns(&patterns, catalog)?,
        (None, Some(documents)) => {
            let permissions = Permissions::of(&parsed_documents(documents)?);
            (permissions.actions(catalog), permissions.uncatalogued(catalog).into_iter().collect())
        }
        _ => return Err("a case has either `patterns` or `documents`".to_owned()),
    };
    let actions = set.iter().map(|id| catalog.action(id));
    Ok(Expanded {
        actions: actions
            .map(|action| LevelledAction { action: action.to_string(), level: action.level })
            .collect(),
        unknown,
    })
}

fn of_patterns(
    patterns: &[String],
    catalog: &Catalog,
) -> Result<(ActionSet, Vec<Pattern>), String> {
    let mut patterns = patterns
        .iter()
        .map(|pattern| pattern.parse())
        .collect::<Result<Vec<Pattern>, _>>()
        .map_err(|why| why.to_string())?;
    let set = expand(&patterns, catalog);
    patterns.sort();
    patterns.dedup();
    patterns.retain(|pattern| pattern.actions(catalog).is_empty());
    Ok((set, patterns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(case: Value) -> Result<Value, String> {
        let case = serde_json::from_value(case).unwrap();
        expanded(case, Catalog::embedded()).map(|answer| serde_json::to_value(answer).unwrap())
    }

    #[test]
    fn patterns_expand_to_actions_with_their_levels_and_what_is_unknown_is_said() {
        assert_eq!(
            answer(json!({"patterns": ["sts:?etSessionToken", "nosuch:*"]})),
            Ok(json!({
                "actions": [{"action": "sts:GetSessionToken", "level": "read"}],
                "unknown": ["nosuch:*"],
            }))
        );
    }

    #[test]
    fn documents_expand_to_what_they_permit_together() {
        let allow =
            json!({"Statement": {"Effect": "Allow", "Action": "sqs:Tag*", "Resource": "*"}});
        let deny =
            json!({"Statement": {"Effect": "Deny", "Action": "sqs:TagQueue", "Resource": "*"}});
        assert_eq!(
            answer(json!({"documents": [allow]})),
            Ok(json!({"actions": [{"action": "sqs:TagQueue", "level": "tagging"}]}))
        );
        assert_eq!(answer(json!({"documents": [allow, deny]})), Ok(json!({"actions": []})));
    }

    #[test]
    fn what_cannot_be_expanded_says_why() {
        let errors = [
            (json!({}), "a case has either `patterns` or `documents`"),
            (
                json!({"patterns": [], "documents": []}),
                "a case has either `patterns` or `documents`",
            ),
            (
                json!({"patterns": ["s3"]}),
                "`s3` is not an action pattern: no colon after the service prefix",
            ),
            (json!({"documents": [{}]}), "`documents[0]`: the policy document has no `Statement`"),
        ];
        for (case, why) in errors {
            assert_eq!(answer(case), Err(why.to_owned()));
        }
    }
}
