//! What a call uses: the actions of an operation that are not simply called as the operation is.

use super::facts::Operation;
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::{ActionId, Catalog, CatalogAction};

/// Services whose operations are looked up under another prefix, where all of them are.
const ELSEWHERE: [&str; 1] = ["opensearch"];

/// An action that says how a call was signed, and not what it does.
const SIGNED_BY_TOKEN: &str = "CallWithBearerToken";

/// For each operation whose own actions are not just the one of its name: these actions.
pub(super) fn differing<'a>(
    operations: &'a [Operation],
    catalog: &Catalog,
) -> Vec<(&'a Operation, Vec<ActionId>)> {
    let mut rows: Vec<_> = operations
        .iter()
        .filter(|operation| !ELSEWHERE.contains(&operation.service.as_str()))
        .filter_map(|operation| Some((operation, own(operation, catalog)?)))
        .collect();
    rows.sort_by_key(|(operation, _)| (operation.service.clone(), operation.name.clone()));
    rows
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
