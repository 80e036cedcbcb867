//! Our own boundary cut down to what the boundary that stood before allows now: its owner may have
//! taken something back since.

use super::language;
use super::limit::OuterLimit;
use super::literals::literals;
use super::own::{followed_sid_of, free_sids, is_ours, needs_no_permission};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::document::{Actions, Document, Effect, Statement};
use leastwise_policy::pattern::Pattern;
use std::collections::BTreeSet;

/// The text of our own boundary as far as `previous` allows it now, with all denials of both. Where
/// `previous` still allows all of it, that is the text as it stands.
///
/// Each Allow statement is cut to what statements of `previous` allow under the same resources and
/// conditions or under none; one without any, to what they allow under theirs. What is followed
/// stays known as such.
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
    let version = version(own, previous)?;
    let mut statements = Vec::new();
    let mut sids: BTreeSet<String> =
        own.statements().iter().filter_map(Statement::sid).map(ToOwned::to_owned).collect();
    for statement in own.statements() {
        match statement.effect() {
            Effect::Allow => {
                let pieces = cut(statement, limit.allows(), catalog)?;
                statements.extend(followed_on(statement, pieces, &mut sids));
            }
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
    Ok(language::document(statements, version))
}

/// The version of the policy language in which statements of both can stand together.
fn version<'a>(own: &'a Document, previous: &'a Document) -> Result<&'a str, String> {
    let theirs = language::version(previous);
    let version = language::beside(own, theirs);
    if version != theirs && language::has_variables(previous) {
        return Err(
            "both it and the boundary in place have policy variables, in different versions of the policy language"
                .to_owned(),
        );
    }
    Ok(version)
}

/// What is left of a statement of what is followed, each piece with a statement id that says since
/// when; of any other statement as it is. No id is among the `sids`, to which the new ones are
/// added.
fn followed_on(
    statement: &Statement,
    pieces: Vec<Statement>,
    sids: &mut BTreeSet<String>,
) -> Vec<Statement> {
    let (Some(day), Some(own)) = (followed_sid_of(statement), statement.sid()) else {
        return pieces;
    };
    let more = pieces.len().saturating_sub(1);
    let free: Vec<String> = free_sids(day, |sid| sids.contains(sid)).take(more).collect();
    let all = std::iter::once(own).chain(free.iter().map(String::as_str));
    let known = pieces.iter().zip(all).map(|(piece, sid)| piece.with_sid(sid)).collect();
    sids.extend(free);
    known
}

/// What the statements of the previous boundary leave of one of ours.
fn cut(
    statement: &Statement,
    previous: &[Statement],
    catalog: &Catalog,
) -> Result<Vec<Statement>, String> {
    let limits = statement.limits();
    let is_as_wide = |it: &&Statement| it.limits() == limits || it.is_plain();
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
        if !statement.is_plain() {
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

/// The action that nobody can deny, where it stands for itself.
fn free(statement: &Statement) -> Option<Pattern> {
    let Actions::Action(patterns) = statement.actions() else { return None };
    patterns.iter().find(|it| needs_no_permission(it.as_str()) && is_ours(statement)).cloned()
}

/// Whether each pattern is surely included by one of the statements.
fn surely_within(actions: &Actions, wide: &[&Statement]) -> bool {
    match actions {
        Actions::Action(patterns) => patterns
            .iter()
            .all(|pattern| wide.iter().any(|statement| statement.actions().includes(pattern))),
        Actions::NotAction(excluded) => wide.iter().any(|statement| match statement.actions() {
            Actions::Action(patterns) => patterns.iter().any(Pattern::is_everything),
            Actions::NotAction(others) => {
                others.iter().all(|other| excluded.iter().any(|it| it.covers(other)))
            }
        }),
    }
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
            common.extend(literals(&both, catalog));
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
        literals(&pattern.actions(catalog).intersection(&left.in_catalog(catalog)), catalog)
            .collect()
    };
    let all: BTreeSet<Pattern> = listed.iter().flat_map(within).collect();
    Actions::Action(all.into_iter().collect())
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
    fn what_is_followed_is_known_by_its_name_in_each_piece() {
        let on = |sid: Option<&str>, action: &str, resource: &str| {
            let mut statement =
                json!({ "Effect": "Allow", "Action": action, "Resource": resource });
            if let Some(sid) = sid {
                statement = json!({ "Sid": sid, "Effect": "Allow", "Action": action,
                                    "Resource": resource });
            }
            statement
        };
        let team = "arn:aws:s3:::team/*";
        let own = json!([
            on(Some("LeastwiseNew20260630"), "s3:*", "*"),
            on(Some("LeastwiseNew202606302"), "kms:*", "*"),
            on(Some("LeastwiseKeep"), "s3:*", "*")
        ]);
        let previous = json!([
            on(None, "kms:*", "*"),
            on(None, "s3:Get*", "*"),
            on(None, "s3:Put*", team),
            on(None, "s3:Delete*", team)
        ]);
        assert_eq!(
            carried(own, previous.clone()),
            Ok(json!([
                on(Some("LeastwiseNew20260630"), "s3:Get*", "*"),
                on(Some("LeastwiseNew202606303"), "s3:Put*", team),
                on(Some("LeastwiseNew202606304"), "s3:Delete*", team),
                on(Some("LeastwiseNew202606302"), "kms:*", "*"),
                on(Some("LeastwiseKeep"), "s3:Get*", "*"),
                on(None, "s3:Put*", team),
                on(None, "s3:Delete*", team)
            ]))
        );
        let limited = json!([on(Some("LeastwiseNew20260630"), "s3:Put*", "*")]);
        assert_eq!(
            carried(limited, previous),
            Ok(json!([on(Some("LeastwiseNew20260630"), "s3:Put*", team)]))
        );
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
