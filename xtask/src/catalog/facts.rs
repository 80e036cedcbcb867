//! What AWS's service reference says of actions and operations, read from files.
//!
//! Source:
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html>.

use super::json::{read_json, text};
use crate::result::Result;
use leastwise_policy::catalog::{Catalog, TrackedSince};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Since when actions are tracked, keyed by `service:name` in small letters. An action that the
/// reference lists and IAM does not track has `None`.
pub(super) type Tracking = BTreeMap<String, Option<TrackedSince>>;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) tracking: Tracking,
    pub(super) operations: Vec<Operation>,
}

/// An operation of an API, and the actions that it may authorize.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    pub(super) service: String,
    pub(super) name: String,
    /// As `service:Name`.
    pub(super) authorizes: Vec<String>,
}

/// The days that `catalog` knows.
pub(super) fn known_tracking(catalog: &Catalog) -> Tracking {
    let actions = catalog.ids().map(|id| catalog.action(id));
    actions.map(|action| (action.to_string().to_ascii_lowercase(), action.tracked_since)).collect()
}

/// Reads AWS's own files, one JSON file for each service, directly in `folder` or in folders there.
///
/// They say that an action is tracked and not since when. So a day in `known` stays, and an action
/// that is new among the tracked ones gets the day `on`.
pub(super) fn of_service_reference(
    folder: &Path,
    known: &Tracking,
    on: TrackedSince,
) -> Result<Facts> {
    let mut facts = Facts::default();
    for file in json_files(folder)? {
        let service = read_json(&file)?;
        add_service(&service, known, on, &mut facts)
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    if facts.tracking.is_empty() {
        return Err(format!("{} holds no service", folder.display()).into());
    }
    Ok(facts)
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(json_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// AWS's list of services lies beside the files in the same form of file; it has no actions.
fn add_service(service: &Value, known: &Tracking, on: TrackedSince, facts: &mut Facts) -> Result {
    let Some(actions) = service.get("Actions").and_then(Value::as_array) else { return Ok(()) };
    let namespace = text(service, "Name")?;
    for action in actions {
        let key = format!("{namespace}:{}", text(action, "Name")?).to_ascii_lowercase();
        let tracked = action.pointer("/SupportedBy/IAM Action Last Accessed");
        let since = (tracked == Some(&Value::Bool(true)))
            .then(|| known.get(&key).copied().flatten().unwrap_or(on));
        facts.tracking.insert(key, since);
    }
    for operation in service.get("Operations").and_then(Value::as_array).into_iter().flatten() {
        facts.operations.push(read_operation(namespace, operation)?);
    }
    Ok(())
}

/// Services that AWS has not mapped yet leave out what their operations may authorize.
fn read_operation(service: &str, operation: &Value) -> Result<Operation> {
    let listed = operation.get("AuthorizedActions").and_then(Value::as_array);
    let actions = listed.into_iter().flatten();
    let spelt = actions.map(|it| Ok(format!("{}:{}", text(it, "Service")?, text(it, "Name")?)));
    Ok(Operation {
        service: service.to_owned(),
        name: text(operation, "Name")?.to_owned(),
        authorizes: spelt.collect::<Result<_>>()?,
    })
}

/// Reads `actions.tsv` and `operations.tsv`, tables that were made from many dated states of AWS's
/// files and so know the days.
///
/// Of `actions.tsv` the first column is an action and the third the day or `-`; of
/// `operations.tsv` the first is `service.Operation` and the second a list of actions, or `-`.
pub(super) fn of_tables(folder: &Path) -> Result<Facts> {
    let mut facts = Facts::default();
    for row in rows(&folder.join("actions.tsv"))? {
        let [action, _, since, ..] = &*row else { return Err(not_a_row(&row).into()) };
        let since = if since == "-" { None } else { Some(since.parse::<TrackedSince>()?) };
        let since = since.map(|since| since.max(TrackedSince::FIRST));
        facts.tracking.insert(action.to_ascii_lowercase(), since);
    }
    for row in rows(&folder.join("operations.tsv"))? {
        let [operation, actions, ..] = &*row else { return Err(not_a_row(&row).into()) };
        let (service, name) = operation.split_once('.').ok_or_else(|| not_a_row(&row))?;
        let authorizes = actions.split(',').filter(|action| action.contains(':'));
        facts.operations.push(Operation {
            service: service.to_owned(),
            name: name.to_owned(),
            authorizes: authorizes.map(str::to_owned).collect(),
        });
    }
    Ok(facts)
}

fn rows(path: &Path) -> Result<Vec<Vec<String>>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Ok(lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

fn not_a_row(row: &[String]) -> String {
    format!("`{}` is not a row of the table", row.join("\t"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_aws_own_files_known_days_stay_and_new_ones_are_the_day_of_the_run() {
        let folder = std::env::temp_dir().join(format!("leastwise-facts-{}", std::process::id()));
        fs::create_dir_all(folder.join("s3")).unwrap();
        let supported = |tracked| {
            serde_json::json!({
                "IAM Access Analyzer Policy Generation": true,
                "IAM Action Last Accessed": tracked,
            })
        };
        let service = serde_json::json!({
            "Name": "s3",
            "Actions": [
                { "Name": "CreateBucket", "SupportedBy": supported(true) },
                { "Name": "GetObject", "SupportedBy": supported(false) },
                { "Name": "NewAction", "SupportedBy": supported(true) },
            ],
            "Operations": [
                {
                    "Name": "CreateBucket",
                    "AuthorizedActions": [
                        { "Name": "CreateBucket", "Service": "s3" },
                        { "Name": "PassRole", "Service": "iam" },
                    ],
                    "SDK": [{ "Name": "s3", "Method": "create_bucket", "Package": "Boto3" }],
                },
                { "Name": "ListBuckets" },
            ],
            "Version": "v1.3",
        });
        fs::write(folder.join("s3/s3.json"), service.to_string()).unwrap();
        fs::write(folder.join("service-list.json"), r#"[{"service": "s3", "url": ""}]"#).unwrap();
        let day = |text: &str| text.parse::<TrackedSince>().unwrap();
        let known = Tracking::from([
            ("s3:createbucket".to_owned(), Some(day("2026-01-13"))),
            ("s3:getobject".to_owned(), Some(TrackedSince::FIRST)),
            ("s3:newaction".to_owned(), None),
        ]);

        let facts = of_service_reference(&folder, &known, day("2026-11-01")).unwrap();

        fs::remove_dir_all(&folder).unwrap();
        let expected = Tracking::from([
            ("s3:createbucket".to_owned(), Some(day("2026-01-13"))),
            ("s3:getobject".to_owned(), None),
            ("s3:newaction".to_owned(), Some(day("2026-11-01"))),
        ]);
        assert_eq!(facts.tracking, expected);
        let operation = |name: &str, authorizes: &[&str]| Operation {
            service: "s3".to_owned(),
            name: name.to_owned(),
            authorizes: authorizes.iter().map(ToString::to_string).collect(),
        };
        let create = operation("CreateBucket", &["s3:CreateBucket", "iam:PassRole"]);
        assert_eq!(facts.operations, [create, operation("ListBuckets", &[])]);
    }
}
