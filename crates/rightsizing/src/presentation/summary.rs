//! What a person needs to agree to a plan, as plain text.

use crate::iam::Principal;
use crate::plan::{Dropped, Plan, WhatDropped};
use crate::usage::Idle;
use leastwise_policy::action::Action;
use std::fmt::Write;

/// The longest summary, in characters. An approval request in SSM Automation holds 4,096, with what
/// the document itself says.
///
/// Source:
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html>.
pub const MAX_SUMMARY_CHARACTERS: usize = 3_000;

/// How much of that the lists of what is dropped may take, so that the warnings have room.
const MAX_DROPPED_CHARACTERS: usize = 1_600;

/// How many actions of one service are named.
const ACTIONS_NAMED: usize = 10;

/// The plan in at most [`MAX_SUMMARY_CHARACTERS`] characters: whom it is for, the index before and
/// after, what is dropped, and the warnings. Lists are cut between two items and say how many more
/// there are.
#[must_use]
pub fn summary(principal: &Principal, plan: &Plan) -> String {
    let mut text = format!("{} ({})\n", principal.arn, principal.unique_id);
    let index = |index: Option<crate::score::CreepIndex>| {
        index.map_or_else(|| "unknown".to_owned(), |index| index.to_string())
    };
    // INVARIANT: writing to a string does not fail.
    let _ = writeln!(
        text,
        "Privilege-creep index: {} now, {} with the boundary",
        index(plan.index),
        index(plan.expected_index)
    );
    let dropped: Vec<String> = plan.dropped.iter().map(in_words).collect();
    push_items(&mut text, "Dropped:", &dropped, MAX_DROPPED_CHARACTERS);
    let warnings: Vec<String> = plan.warnings.iter().map(ToString::to_string).collect();
    let left = MAX_SUMMARY_CHARACTERS.saturating_sub(text.chars().count());
    push_items(&mut text, "Warnings:", &warnings, left);
    text
}

/// Such as `sqs (never used)`, or `s3 in part: s3:DeleteBucket, s3:PutObject and 12 more actions`.
fn in_words(dropped: &Dropped) -> String {
    let service = &dropped.service;
    match &dropped.what {
        WhatDropped::Service(Idle::Never) => format!("{service} (never used)"),
        WhatDropped::Service(Idle::Stale { last }) => {
            format!("{service} (last used on {})", last.format("%Y-%m-%d"))
        }
        WhatDropped::Actions(actions) => {
            let actions = actions.iter().map(|(action, _)| action);
            format!("{service} in part: {}", first_of(actions))
        }
        WhatDropped::UnusedByExternalService(actions) => {
            let actions = first_of(actions.iter());
            format!("{service}, by the word of the external service: {actions}")
        }
    }
}

fn first_of<'a>(actions: impl ExactSizeIterator<Item = &'a Action>) -> String {
    let more = match actions.len().saturating_sub(ACTIONS_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more actions"),
    };
    let named: Vec<String> = actions.take(ACTIONS_NAMED).map(ToString::to_string).collect();
    format!("{}{more}", named.join(", "))
}

/// Adds a heading and as many items, one a line, as fit into that many characters with the remark
/// on the rest.
fn push_items(text: &mut String, heading: &str, items: &[String], characters: usize) {
    if items.is_empty() {
        return;
    }
    let rest = |left: usize| format!("- and {left} more\n");
    let mut section = format!("{heading}\n");
    for (place, item) in items.iter().enumerate() {
        let line = format!("- {item}\n");
        let left = items.len() - place;
        let remark = if left > 1 { rest(left - 1) } else { String::new() };
        let length = [&section, &line, &remark].iter().map(|part| part.chars().count()).sum();
        if characters < length {
            section.push_str(&rest(left));
            break;
        }
        section.push_str(&line);
    }
    if section.chars().count() <= characters {
        text.push_str(&section);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Warning;
    use crate::testing::{allow, as_of, evidence, evidence_of_actions, plan, role, settings};
    use leastwise_policy::catalog::Catalog;

    fn planned(principal: &Principal, evidence: &crate::evidence::Evidence) -> Plan {
        plan(principal, evidence, &settings(), Catalog::embedded(), as_of()).unwrap()
    }

    #[test]
    fn a_summary_names_the_principal_both_indexes_what_is_dropped_and_the_warnings() {
        let app = role([allow(&["s3:*", "sqs:*", "sns:*"])]);
        let plan = planned(&app, &evidence(&[("s3", Some(10)), ("sns", Some(300)), ("sqs", None)]));
        let plan = Plan { warnings: vec![Warning::ServiceLevelEvidence], ..plan };
        assert_eq!(
            summary(&app, &plan),
            format!(
                "arn:aws:iam::111122223333:role/app (AROAEXAMPLE0APPROLE)\n\
                 Privilege-creep index: 67 now, 0 with the boundary\n\
                 Dropped:\n\
                 - sns (last used on 2025-09-03)\n\
                 - sqs (never used)\n\
                 Warnings:\n\
                 - {}\n",
                Warning::ServiceLevelEvidence
            )
        );
    }

    #[test]
    fn of_a_used_service_the_first_dropped_actions_are_named_and_the_others_counted() {
        let app = role([allow(&["iam:*"])]);
        let idle = [
            "AddUserToGroup",
            "AttachGroupPolicy",
            "AttachUserPolicy",
            "CreateGroup",
            "CreatePolicyVersion",
            "CreateSAMLProvider",
            "CreateUser",
            "DeleteGroup",
            "DeleteGroupPolicy",
            "DetachGroupPolicy",
            "PutGroupPolicy",
            "UpdateGroup",
        ];
        let mut actions: Vec<(&str, Option<i64>)> = idle.map(|name| (name, None)).to_vec();
        actions.push(("GetGroup", Some(1)));
        let plan = planned(&app, &evidence_of_actions(&[("iam", Some(1), &actions)]));
        let text = summary(&app, &plan);
        let line = text.lines().find(|line| line.starts_with("- iam")).unwrap();
        assert_eq!(
            line,
            "- iam in part: iam:AddUserToGroup, iam:AttachGroupPolicy, iam:AttachUserPolicy, iam:CreateGroup, \
             iam:CreatePolicyVersion, iam:CreateSAMLProvider, iam:CreateUser, iam:DeleteGroup, iam:DeleteGroupPolicy, \
             iam:DetachGroupPolicy and 2 more actions"
        );
    }

    #[test]
    fn a_long_summary_is_cut_between_two_items_and_counts_the_rest() {
        let admin = role([allow(&["*"])]);
        let services: Vec<(&str, Option<i64>)> = Catalog::embedded()
            .services()
            .map(|service| service.namespace.as_str())
            .map(|namespace| (namespace, (namespace == "s3").then_some(1)))
            .collect();
        let plan = planned(&admin, &evidence(&services));
        let warning = Warning::DropsEarlierUse { days: 180, what: vec!["x".repeat(600)] };
        let plan = Plan { warnings: vec![warning; 9], ..plan };
        let text = summary(&admin, &plan);
        assert!(text.chars().count() <= MAX_SUMMARY_CHARACTERS, "{}", text.len());
        let lines: Vec<&str> = text.lines().collect();
        let cut: Vec<&&str> = lines.iter().filter(|line| line.starts_with("- and ")).collect();
        assert_eq!(cut.len(), 2, "{text}");
        let named = lines.iter().filter(|line| line.ends_with("(never used)")).count();
        assert_eq!(*cut[0], &format!("- and {} more", plan.dropped.len() - named));
    }
}
