//! Our own boundary cut down to what the boundary that stood before allows now: its owner may have
//! taken something back since.

use super::limit::OuterLimit;
use super::own::{NEEDS_NO_PERMISSION, SID_PREFIX};
use leastwise_policy::action_set::ActionSet;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use std::collections::BTreeSet;

/// The text of our own boundary as far as `previous` allows it now, with all denials of both. Where
/// `previous` still allows all of it, that is the text as it stands.
///
/// Each Allow statement is cut to what statements of `previous` allow under the same resources and
/// conditions or under none; one without any, to what they allow under theirs.
///
/// # Errors
///
/// Why it cannot be written: two statements limit one action each in another way, or both texts
/// have policy variables in different versions of the language.
pub(super) fn carried_over(
    own: &Document,
    previous: &Document,
    catalog: &Catalog,
) -> Result<Document, String> {
    let limit = OuterLimit::by(previous, false);
    let version = language(own, previous)?;
    let mut statements = Vec::new();
    for statement in own.statements() {
        match statement.effect() {
            Effect::Allow => statements.extend(cut(statement, limit.allows(), catalog)?),
            Effect::Deny => statements.push(statement.clone()),
        }
    }
    for denial in limit.denies() {
        let stands = |it: &Statement| it.without_sid() == denial.without_sid();
        if !statements.iter().any(stands) {
            let is_taken =
                statements.iter().any(|it| it.sid().is_some() && it.sid() == denial.sid());
            statements.push(if is_taken { denial.without_sid() } else { denial.clone() });
        }
    }
    Ok(OuterLimit::in_language(statements, version.as_deref()))
}

fn language(own: &Document, previous: &Document) -> Result<Option<String>, String> {
    let variables = |document: &Document| document.to_compact_string().contains("${");
    let version = |document: &Document| OuterLimit::by(document, false).version().to_owned();
    match (variables(own), variables(previous)) {
        (true, true) if version(own) != version(previous) => Err(
            "both it and the boundary in place have policy variables, in different versions of the policy language"
                .to_owned(),
        ),
        (false, true) => Ok(Some(version(previous))),
        (true, _) | (false, false) => Ok(own.version().map(ToOwned::to_owned)),
    }
}

/// What the statements of the previous boundary leave of one of ours.
fn cut(
    statement: &Statement,
    previous: &[Statement],
    catalog: &Catalog,
) -> Result<Vec<Statement>, String> {
    let limits = statement.limits();
    let is_as_wide = |it: &&Statement| it.limits() == limits || is_plain(it);
    let (as_wide, limited): (Vec<&Statement>, Vec<&Statement>) =
        previous.iter().partition(is_as_wide);
    if surely_within(statement.actions(), &as_wide) {
        return Ok(vec![statement.clone()]);
    }
    let mut cut = Vec::new();
    let mut listed = BTreeSet::new();
    for wide in &as_wide {
        match common(statement.actions(), wide.actions(), catalog) {
            Actions::Action(patterns) => listed.extend(patterns),
            Actions::NotAction(excluded) => {
                cut.push(statement.with_not_actions(excluded).without_sid());
            }
        }
    }
    let free = free(statement);
    listed.extend(free.clone());
    if !listed.is_empty() {
        // First, with the name: by it what is set aside or followed is known.
        cut.insert(0, statement.with_actions(listed.into_iter().collect()));
    }
    for limited in limited {
        let mut actions = common(statement.actions(), limited.actions(), catalog);
        if let Actions::Action(patterns) = &mut actions {
            // Allowed already.
            patterns.retain(|pattern| Some(pattern) != free.as_ref());
        }
        if is_nothing(&actions) || surely_within(&actions, &as_wide) {
            continue;
        }
        if !is_plain(statement) {
            return Err(format!(
                "its resources or conditions for {} are others than when the boundary in place was planned; restore \
                 it and apply again",
                example(&actions)
            ));
        }
        cut.push(with(limited, actions).without_sid());
    }
    Ok(cut)
}

fn with(statement: &Statement, actions: Actions) -> Statement {
    match actions {
        Actions::Action(patterns) => statement.with_actions(patterns),
        Actions::NotAction(excluded) => statement.with_not_actions(excluded),
    }
}

fn is_plain(statement: &Statement) -> bool {
    statement.is_unconditional() && statement.resources().is_unlimited()
}

/// The action that nobody can deny, where it stands for itself.
fn free(statement: &Statement) -> Option<Pattern> {
    let Actions::Action(patterns) = statement.actions() else { return None };
    let is_ours = statement.sid().is_some_and(|sid| sid.starts_with(SID_PREFIX));
    let mut free =
        patterns.iter().filter(|it| it.as_str().eq_ignore_ascii_case(NEEDS_NO_PERMISSION));
    free.next().filter(|_| is_ours).cloned()
}

/// Whether each pattern is surely included by one of the statements.
fn surely_within(actions: &Actions, wide: &[&Statement]) -> bool {
    match actions {
        Actions::Action(patterns) => patterns
            .iter()
            .all(|pattern| wide.iter().any(|statement| statement.actions().includes(pattern))),
        Actions::NotAction(excluded) => wide.iter().any(|statement| match statement.actions() {
            Actions::Action(patterns) => patterns.iter().any(is_everything),
            Actions::NotAction(others) => {
                others.iter().all(|other| excluded.iter().any(|it| it.covers(other)))
            }
        }),
    }
}

fn is_everything(pattern: &Pattern) -> bool {
    pattern.as_str().bytes().all(|symbol| matches!(symbol, b'*' | b':'))
}

fn is_nothing(actions: &Actions) -> bool {
    matches!(actions, Actions::Action(patterns) if patterns.is_empty())
}

fn example(actions: &Actions) -> String {
    match actions {
        Actions::Action(patterns) => {
            patterns.first().map_or_else(|| "an action".to_owned(), |it| format!("`{it}`"))
        }
        Actions::NotAction(_) => "most actions".to_owned(),
    }
}

/// What both lists surely match. What is in neither catalogue nor a pattern of one of them may be
/// missing.
fn common(one: &Actions, other: &Actions, catalog: &Catalog) -> Actions {
    match (one, other) {
        (Actions::NotAction(one), Actions::NotAction(other)) => {
            let all: BTreeSet<Pattern> = one.iter().chain(other).cloned().collect();
            Actions::NotAction(all.into_iter().collect())
        }
        (Actions::Action(listed), Actions::NotAction(_)) => within(listed, other, catalog),
        (Actions::NotAction(_), Actions::Action(listed)) => within(listed, one, catalog),
        (Actions::Action(one), Actions::Action(listed)) => {
            let both = one.iter().flat_map(|pattern| common_to(pattern, listed, catalog));
            let both: BTreeSet<Pattern> = both.collect();
            Actions::Action(both.into_iter().collect())
        }
    }
}

/// What both the pattern and the list match.
fn common_to(pattern: &Pattern, listed: &[Pattern], catalog: &Catalog) -> Vec<Pattern> {
    if listed.iter().any(|other| other.covers(pattern)) {
        return vec![pattern.clone()];
    }
    let mut common = Vec::new();
    for other in listed.iter().filter(|other| other.overlaps(pattern)) {
        if pattern.covers(other) {
            common.push(other.clone());
        } else {
            let both = pattern.actions(catalog).intersection(&other.actions(catalog));
            common.extend(names(&both, catalog));
        }
    }
    common
}

/// The patterns as far as what is left by an exclusion includes them.
fn within(listed: &[Pattern], left: &Actions, catalog: &Catalog) -> Actions {
    let within = |pattern: &Pattern| {
        if left.includes(pattern) {
            return vec![pattern.clone()];
        }
        names(&pattern.actions(catalog).intersection(&left.in_catalog(catalog)), catalog)
    };
    let all: BTreeSet<Pattern> = listed.iter().flat_map(within).collect();
    Actions::Action(all.into_iter().collect())
}

fn names(actions: &ActionSet, catalog: &Catalog) -> Vec<Pattern> {
    // INVARIANT: what is in the catalogue is an action, and an action is a pattern.
    actions.iter().filter_map(|id| catalog.action(id).to_string().parse().ok()).collect()
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over `json!` as it stands")]
mod tests {
    use super::*;
    use crate::testing::{allow, statements};
    use serde_json::{Value, json};

    fn carried(own: Value, previous: Value) -> Result<Value, String> {
        let (own, previous) = (statements(own), statements(previous));
        let carried = carried_over(&own, &previous, Catalog::embedded())?;
        Ok(carried.to_value()["Statement"].clone())
    }

    fn allowed(action: Value) -> Value {
        json!({ "Effect": "Allow", "Action": action, "Resource": "*" })
    }

    #[test]
    fn what_the_previous_boundary_still_allows_stays_as_it_is_written() {
        let own = json!([
            allowed(json!(["s3:Get*", "sqs:*"])),
            { "Effect": "Allow", "Action": "kms:*", "Resource": "*",
              "Condition": { "Bool": { "aws:SecureTransport": "true" } } },
            { "Sid": "LeastwiseBaseActions", "Effect": "Allow", "Action": "sts:GetCallerIdentity",
              "Resource": "*" },
            { "Sid": "LeastwiseGuardPolicies", "Effect": "Deny", "Action": "iam:TagPolicy",
              "Resource": "*" }
        ]);
        assert_eq!(carried(own.clone(), json!([allowed(json!("*"))])), Ok(own));
    }

    #[test]
    fn a_denial_that_the_owner_adds_is_carried_over_and_one_that_is_taken_away_stays() {
        let own = json!([
            allowed(json!("s3:*")),
            { "Sid": "No", "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*" }
        ]);
        let added =
            json!({ "Sid": "No", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" });
        let without = json!({ "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" });
        assert_eq!(
            carried(own.clone(), json!([allowed(json!("s3:*")), added])),
            Ok(json!([own[0], own[1], without]))
        );
    }

    #[test]
    fn an_allow_that_the_owner_takes_away_goes() {
        let own = json!([allowed(json!(["s3:*", "sqs:SendMessage", "sqs:Get*"]))]);
        for (previous, left) in [
            (json!(["s3:Get*", "sqs:SendMessage"]), json!(["s3:Get*", "sqs:SendMessage"])),
            (json!("*"), own[0]["Action"].clone()),
            (json!("sqs:*"), json!(["sqs:Get*", "sqs:SendMessage"])),
            (json!("sqs:*Url"), json!("sqs:GetQueueUrl")),
        ] {
            assert_eq!(
                carried(own.clone(), json!([allowed(previous)])),
                Ok(json!([allowed(left)]))
            );
        }
        let but =
            json!([{ "Effect": "Allow", "NotAction": ["s3:*", "sqs:*Url"], "Resource": "*" }]);
        assert_eq!(
            carried(own.clone(), but.clone()),
            Ok(json!([allowed(json!(["sqs:GetQueueAttributes", "sqs:SendMessage"]))]))
        );
        let all_but = json!([{ "Effect": "Allow", "NotAction": ["kms:*"], "Resource": "*" }]);
        assert_eq!(
            carried(all_but, but),
            Ok(json!([
                { "Effect": "Allow", "NotAction": ["kms:*", "s3:*", "sqs:*Url"], "Resource": "*" }
            ]))
        );
        assert_eq!(carried(own, json!([allowed(json!("kms:*"))])), Ok(json!([])));
    }

    #[test]
    fn a_limit_that_the_owner_adds_is_taken_over_and_one_that_changes_cannot_be() {
        let team = |action: &str, bucket: &str| json!({ "Effect": "Allow", "Action": action, "Resource": bucket });
        let own = json!([allowed(json!("s3:*"))]);
        let limited = json!([team("s3:*", "arn:aws:s3:::team/*")]);
        assert_eq!(carried(own, limited.clone()), Ok(limited.clone()));
        assert_eq!(
            carried(limited.clone(), json!([team("s3:Get*", "arn:aws:s3:::other/*")])),
            Err("its resources or conditions for `s3:Get*` are others than when the boundary in place was planned; \
                 restore it and apply again"
                .to_owned())
        );
        let more = json!([limited[0], team("s3:Get*", "arn:aws:s3:::other/*")]);
        assert_eq!(carried(limited.clone(), more), Ok(limited));
    }

    #[test]
    fn the_action_that_nobody_can_deny_stays_where_it_stands_for_the_base_actions() {
        let own = json!([{ "Sid": "LeastwiseBaseActions", "Effect": "Allow",
                           "Action": "sts:GetCallerIdentity", "Resource": "*" }]);
        assert_eq!(carried(own.clone(), json!([allowed(json!("kms:*"))])), Ok(own));
    }

    #[test]
    fn two_readings_of_policy_variables_do_not_go_together() {
        let home = |version: &str| {
            crate::testing::document(json!({ "Version": version, "Statement": [
                { "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*" }
            ] }))
        };
        let catalog = Catalog::embedded();
        let (old, new) = (home("2008-10-17"), home("2012-10-17"));
        assert!(carried_over(&old, &new, catalog).is_err());
        assert_eq!(carried_over(&old, &old, catalog), Ok(old.clone()));
        let own = carried_over(&allow(&["s3:*"]), &old, catalog).unwrap();
        assert_eq!(own.version(), Some("2008-10-17"));
    }
}
