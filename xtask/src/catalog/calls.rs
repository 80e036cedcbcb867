//! What a call uses: the actions of an operation that are not simply called as the operation is.

use super::facts::Operation;
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::{ActionId, Catalog, CatalogAction};

/// A service whose operations are authorized under another prefix, and often by either of two
/// names: the operation's, and the one that it had before.
const RENAMED: (&str, &str) = ("opensearch", "es");

/// An action that says how a call was signed, and not what it does.
const SIGNED_BY_TOKEN: &str = "CallWithBearerToken";

/// For each operation whose own actions are not just the one of its name: these actions.
pub(super) fn differing(
    operations: &[Operation],
    catalog: &Catalog,
) -> Vec<(String, Vec<ActionId>)> {
    let mut rows: Vec<_> = operations
        .iter()
        .filter_map(|operation| {
            let service = operation.service.as_str();
            if service == RENAMED.0 {
                let row = format!("{}.{}", RENAMED.1, operation.name);
                return Some((row, by_either_name(operation, catalog)?));
            }
            Some((format!("{service}.{}", operation.name), own(operation, catalog)?))
        })
        .collect();
    rows.sort();
    rows
}

/// The actions of a renamed service's operation, where there are several.
fn by_either_name(operation: &Operation, catalog: &Catalog) -> Option<Vec<ActionId>> {
    let listed = operation.authorizes.iter().filter_map(|action| catalog.find(action));
    let of_service = |id: &ActionId| {
        let action = catalog.action(*id);
        action.service == RENAMED.1 && acts(&action)
    };
    let mut actions: Vec<ActionId> = listed.filter(of_service).collect();
    actions.sort_unstable();
    actions.dedup();
    (actions.len() > 1).then_some(actions)
}

/// The operation's own actions; `None` where its name says it, or where nothing does.
///
/// Where AWS lists several actions of the operation's service, any of them may be what was called,
/// and all of them count. What tags, hands over, or belongs to another service comes along.
fn own(operation: &Operation, catalog: &Catalog) -> Option<Vec<ActionId>> {
    let own = catalog.find(&format!("{}:{}", operation.service, operation.name));
    let mut listed = Vec::new();
    for id in operation.authorizes.iter().filter_map(|action| catalog.find(action)) {
        if !listed.contains(&id) {
            listed.push(id);
        }
    }
    if listed.is_empty() || own.is_some_and(|own| listed.contains(&own)) {
        return None;
    }
    let of = |is_own: &dyn Fn(&CatalogAction<'_>) -> bool| -> Vec<ActionId> {
        let acts = |id: &ActionId| {
            let action = catalog.action(*id);
            acts(&action) && is_own(&action)
        };
        listed.iter().copied().filter(acts).collect()
    };
    let here = |action: &CatalogAction<'_>| action.service == operation.service;
    let is_verb =
        |action: &CatalogAction<'_>| action.name.bytes().all(|it| it.is_ascii_uppercase());
    let named = |action: &CatalogAction<'_>| action.name.eq_ignore_ascii_case(&operation.name);
    let choices = [
        of(&|action| here(action) && is_verb(action)),
        of(&|action| here(action)),
        of(&named),
        if own.is_none() { of(&|_| true) } else { Vec::new() },
    ];
    let found = choices.into_iter().find(|choice| !choice.is_empty())?;
    let mut all: Vec<ActionId> = own.into_iter().chain(found).collect();
    all.sort_unstable();
    Some(all)
}

/// Whether an action can be what an operation is for.
fn acts(action: &CatalogAction<'_>) -> bool {
    action.level != AccessLevel::Tagging
        && !action.name.starts_with("Pass")
        && action.name != SIGNED_BY_TOKEN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(service: &str, name: &str, authorizes: &[&str]) -> Option<Vec<String>> {
        let catalog = Catalog::embedded();
        let operation = Operation {
            service: service.to_owned(),
            name: name.to_owned(),
            authorizes: authorizes.iter().map(ToString::to_string).collect(),
        };
        let actions = own(&operation, catalog)?;
        Some(actions.into_iter().map(|id| catalog.action(id).to_string()).collect())
    }

    #[test]
    fn an_operation_that_is_called_as_its_action_needs_no_row() {
        assert_eq!(row("s3", "GetObject", &["s3:GetObject", "s3:GetObjectVersion"]), None);
        assert_eq!(row("acm", "ListCertificates", &[]), None);
        assert_eq!(row("connect", "CreateTestCase", &["connect:TagResource"]), None);
        assert_eq!(row("lambda", "AddEventSource", &["iam:PassRole"]), None);
    }

    #[test]
    fn a_renamed_operation_is_authorized_by_either_name() {
        let operation = |name: &str, authorizes: &[&str]| Operation {
            service: "opensearch".to_owned(),
            name: name.to_owned(),
            authorizes: authorizes.iter().map(ToString::to_string).collect(),
        };
        let both =
            ["es:AddTags", "es:CreateDomain", "es:CreateElasticsearchDomain", "iam:PassRole"];
        let operations = [operation("CreateDomain", &both), operation("AddTags", &["es:AddTags"])];
        let catalog = Catalog::embedded();
        let rows = differing(&operations, catalog);
        let rows = rows.into_iter().map(|(call, actions)| {
            let actions = actions.into_iter().map(|id| catalog.action(id).to_string());
            (call, actions.collect::<Vec<_>>().join(" "))
        });
        let expected = ("es.CreateDomain", "es:CreateDomain es:CreateElasticsearchDomain");
        let expected = (expected.0.to_owned(), expected.1.to_owned());
        assert_eq!(rows.collect::<Vec<_>>(), [expected]);
    }

    #[test]
    fn what_may_be_called_counts_and_what_only_comes_along_does_not() {
        let rows = [
            ("s3", "HeadBucket", &["s3:ListBucket"][..], &["s3:ListBucket"][..]),
            (
                "apigateway",
                "CreateRestApi",
                &["apigateway:POST", "apigateway:PUT", "apigateway:UpdateRestApiPolicy"],
                &["apigateway:POST", "apigateway:PUT"],
            ),
            (
                "budgets",
                "CreateBudget",
                &["budgets:ModifyBudget", "budgets:TagResource"],
                &["budgets:ModifyBudget"],
            ),
            (
                "glue",
                "CreatePartitionIndex",
                &["glue:UpdateTable"],
                &["glue:CreatePartitionIndex", "glue:UpdateTable"],
            ),
        ];
        for (service, name, authorizes, expected) in rows {
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            assert_eq!(row(service, name, authorizes), Some(expected), "{service}.{name}");
        }
    }
}
