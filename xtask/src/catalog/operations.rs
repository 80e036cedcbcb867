//! Which actions an action needs, by what its operation may authorize.

use super::facts::Operation;
use super::package::Dependents;
use leastwise_policy::action::AccessLevel;
use leastwise_policy::catalog::{ActionId, Catalog, CatalogAction};

/// Services whose actions are other names for the same: one call is authorized by either.
const RENAMED: [[&str; 2]; 6] = [
    ["athena", "glue"],
    ["cloudwatch", "oam"],
    ["codeconnections", "codestar-connections"],
    ["identitystore", "sso-directory"],
    ["s3", "s3-object-lambda"],
    ["s3", "s3express"],
];

/// Words that stand in an action's earlier name and are missing in the later one.
const OF_EARLIER_NAMES: [&str; 2] = ["elasticsearch", "crossclustersearch"];

/// What each action needs by the operation that it is for.
///
/// An operation's own action needs the others. An operation whose own action cannot be told is
/// passed over, except that whatever adds or changes something there may hand over a role or a
/// connection.
pub(super) fn dependents(operations: &[Operation], catalog: &Catalog) -> Dependents {
    let mut dependents = Dependents::new();
    for operation in operations {
        let authorized = authorized(operation, catalog);
        match own(operation, &authorized, catalog).as_slice() {
            [own] => {
                let needs = authorized
                    .iter()
                    .filter(|need| !is_other_name(**need, *own, &authorized, catalog));
                dependents.entry(*own).or_default().extend(needs.filter(|need| *need != own));
            }
            several => {
                let handed =
                    authorized.iter().filter(|need| is_handed_over(catalog.action(**need)));
                for own in several.iter().filter(|own| !takes_away(catalog.action(**own))) {
                    dependents.entry(*own).or_default().extend(handed.clone());
                }
            }
        }
    }
    dependents.retain(|_, needs| !needs.is_empty());
    dependents
}

/// The actions of the catalogue that an operation may authorize, each once.
fn authorized(operation: &Operation, catalog: &Catalog) -> Vec<ActionId> {
    let mut ids = Vec::new();
    for id in operation.authorizes.iter().filter_map(|action| catalog.find(action)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// The action that the operation is for: the one of its name. Where there is none, all of its
/// service that might be: those that neither tag nor hand something over.
fn own(operation: &Operation, authorized: &[ActionId], catalog: &Catalog) -> Vec<ActionId> {
    let of = |is_own: &dyn Fn(&CatalogAction<'_>) -> bool| -> Vec<ActionId> {
        authorized.iter().copied().filter(|id| is_own(&catalog.action(*id))).collect()
    };
    let same_name = |action: &CatalogAction<'_>| action.name.eq_ignore_ascii_case(&operation.name);
    let same_service = |action: &CatalogAction<'_>| action.service == operation.service;
    let exact = of(&|action| same_name(action) && same_service(action));
    if !exact.is_empty() {
        return exact;
    }
    let named = of(&|action| same_name(action));
    if named.len() == 1 {
        return named;
    }
    of(&|action| {
        same_service(action) && action.level != AccessLevel::Tagging && !is_handed_over(*action)
    })
}

/// Whether `need` is another name for `own`, or belongs to a service by whose other name for `own`
/// the call is authorized, too.
fn is_other_name(
    need: ActionId,
    own: ActionId,
    authorized: &[ActionId],
    catalog: &Catalog,
) -> bool {
    let (need, own) = (catalog.action(need), catalog.action(own));
    if need.service == own.service {
        return need.name != own.name && later_name(need.name) == later_name(own.name);
    }
    let renamed =
        RENAMED.iter().any(|pair| pair.contains(&need.service) && pair.contains(&own.service));
    renamed
        && authorized.iter().map(|id| catalog.action(*id)).any(|action| {
            action.service == need.service && action.name.eq_ignore_ascii_case(own.name)
        })
}

fn later_name(name: &str) -> String {
    OF_EARLIER_NAMES.iter().fold(name.to_ascii_lowercase(), |name, word| name.replace(word, ""))
}

/// Whether the action hands something over (`iam:PassRole`, `glue:PassConnection`).
fn is_handed_over(action: CatalogAction<'_>) -> bool {
    action.name.starts_with("Pass")
}

/// Whether the action only takes something away, so that nothing can be handed over to it.
fn takes_away(action: CatalogAction<'_>) -> bool {
    let name = action.name.to_ascii_lowercase();
    name.starts_with("delete") || name.starts_with("deregister")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(service: &str, name: &str, authorizes: &[&str]) -> Vec<(String, String)> {
        let catalog = Catalog::embedded();
        let operation = Operation {
            service: service.to_owned(),
            name: name.to_owned(),
            authorizes: authorizes.iter().map(ToString::to_string).collect(),
        };
        let spelt = |id: ActionId| catalog.action(id).to_string();
        let all = dependents(&[operation], catalog);
        all.into_iter()
            .flat_map(|(by, needs)| needs.into_iter().map(move |need| (spelt(by), spelt(need))))
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(by, need)| ((*by).to_owned(), (*need).to_owned())).collect()
    }

    #[test]
    fn the_own_action_of_an_operation_needs_the_others() {
        let listed = ["mq:CreateBroker", "iam:PassRole", "mq:CreateTags", "mq:NoSuchAction"];
        let expected = [("mq:CreateBroker", "iam:PassRole"), ("mq:CreateBroker", "mq:CreateTags")];
        assert_eq!(needs("mq", "CreateBroker", &listed), pairs(&expected));
        let listed = ["iam:PassRole", "es:AddDataSource"];
        let expected = [("es:AddDataSource", "iam:PassRole")];
        assert_eq!(needs("opensearch", "AddDataSource", &listed), pairs(&expected));
        let listed = ["iam:PassRole", "s3:PutReplicationConfiguration"];
        let expected = [("s3:PutReplicationConfiguration", "iam:PassRole")];
        assert_eq!(needs("s3", "PutBucketReplication", &listed), pairs(&expected));
    }

    #[test]
    fn another_name_for_the_same_is_no_need() {
        let both = [
            "codeconnections:CreateConnection",
            "codeconnections:TagResource",
            "codestar-connections:CreateConnection",
            "codestar-connections:TagResource",
        ];
        let expected = [("codeconnections:CreateConnection", "codeconnections:TagResource")];
        assert_eq!(needs("codeconnections", "CreateConnection", &both), pairs(&expected));
        let both = ["es:CreateDomain", "es:CreateElasticsearchDomain"];
        assert_eq!(needs("opensearch", "CreateDomain", &both), []);
        let both = ["wafv2:AssociateWebACL", "appsync:AssociateWebACL"];
        let expected = [("wafv2:AssociateWebACL", "appsync:AssociateWebACL")];
        assert_eq!(needs("wafv2", "AssociateWebACL", &both), pairs(&expected));
    }

    #[test]
    fn where_the_own_action_cannot_be_told_only_what_is_handed_over_is_needed() {
        let listed = ["apigateway:DELETE", "apigateway:POST", "apigateway:PUT", "iam:PassRole"];
        let expected = [("apigateway:POST", "iam:PassRole"), ("apigateway:PUT", "iam:PassRole")];
        assert_eq!(needs("apigateway", "ReimportApi", &listed), pairs(&expected));
        let listed = ["s3:GetObject", "s3:PutObject", "s3:GetObjectTagging"];
        assert_eq!(needs("s3", "CopyObject", &listed), []);
    }
}
