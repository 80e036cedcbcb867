//! Whether whoever is named is there, where the account is known.

use super::lists::Principals;
use crate::doctor::finding::Finding;
use crate::doctor::setup::Setup;
use crate::roster::{has_group, hides_somebody, principals};
use leastwise_rightsizing::exemption::{ADMIN_GROUP_NAME, BREAK_GLASS_PRINCIPALS};
use leastwise_rightsizing::iam::{Account, PrincipalArn, PrincipalKind};
use leastwise_rightsizing::settings::{ListSetting, PrincipalList};

/// Whether entries of lists, the group of administrators, the role to assume and approvers exist.
pub(super) fn check(setup: &Setup, lists: &[Principals], findings: &mut Vec<Finding>) {
    let Some(account) = &setup.account else { return };
    for (name, list) in lists {
        findings.extend(matching_nobody(name, list, account));
    }
    let named = |name: &str| setup.value(name).filter(|value| !value.is_empty());
    findings.extend(named(ADMIN_GROUP_NAME).and_then(|group| not_a_group(account, group)));
    findings.extend(named("ExecutionRoleName").and_then(|role| not_to_assume(account, role)));
    for approver in named("Approvers").unwrap_or_default().split(',').filter(|it| !it.is_empty()) {
        findings.extend(nobody_to_approve(account, approver));
    }
}

/// The entries of a list that cover no user, role or group of the account.
fn matching_nobody(name: &'static str, list: &PrincipalList, account: &Account) -> Vec<Finding> {
    let idle = list.entries().filter(|entry| {
        PrincipalList::from_entries(name, &[entry]).is_ok_and(|entry| !covers_any(&entry, account))
    });
    let comes_of_it = if name == BREAK_GLASS_PRINCIPALS {
        "no user, role or group of the account matches it, so it protects nobody in an emergency"
    } else {
        "no user, role or group of the account matches it"
    };
    let is_hidden = hides_somebody(account);
    let finding = |entry: &str| {
        if is_hidden {
            let fact = format!("its entry `{entry}` names nobody whose entry can be read");
            return unreadable(name, fact);
        }
        let fact = format!("its entry `{entry}` names nobody");
        Finding::warning(name, fact, comes_of_it, "correct the entry, or take it out")
    };
    idle.map(finding).collect()
}

/// The finding that somebody may be there of whom the account data has no entry that can be read.
fn unreadable(name: &str, fact: String) -> Finding {
    Finding::unchecked(
        name,
        fact,
        "an entry of the account data cannot be read, and may be the one",
        "save the account data again",
    )
}

fn covers_any(list: &PrincipalList, account: &Account) -> bool {
    principals(account).any(|arn| list.entry_for(&arn).is_some())
        || account.groups().iter().any(|group| {
            let arn = &group.arn;
            list.entry_for_entity(&arn.to_string(), arn.path(), arn.name()).is_some()
        })
}

/// A group of administrators that is not there, or of which that is not known.
fn not_a_group(account: &Account, group: &str) -> Option<Finding> {
    let fact = format!("it is `{group}`");
    match has_group(account, group) {
        Some(true) => None,
        Some(false) => Some(Finding::error(
            ADMIN_GROUP_NAME,
            fact,
            "the account has no group of this name, and without it nobody is judged or changed",
            "name a group of the account, or leave it empty",
        )),
        None => Some(unreadable(ADMIN_GROUP_NAME, fact)),
    }
}

/// A role that the functions cannot assume: they name it without a path. Role names are case
/// sensitive when a role is assumed.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html>.
fn not_to_assume(account: &Account, role: &str) -> Option<Finding> {
    let mut roles = principals(account).filter(|arn| arn.kind() == PrincipalKind::Role);
    let there = roles.find(|arn| arn.name().eq_ignore_ascii_case(role));
    let fact = format!("it is `{role}`");
    match there {
        Some(arn) if arn.path() == "/" && arn.name() == role => None,
        Some(arn) => Some(Finding::error(
            "ExecutionRoleName",
            fact,
            format!("the functions assume `role/{role}`, and the account has `{arn}`"),
            "make a role of exactly this name at the path `/` in every account that is judged",
        )),
        None => Some(Finding::warning(
            "ExecutionRoleName",
            fact,
            "the account has no role of this name",
            "make the role in every account that is judged",
        )),
    }
}

/// An approver that is a user by name, or a user or role of this account by ARN, and is not there.
fn nobody_to_approve(account: &Account, approver: &str) -> Option<Finding> {
    let is_here = match approver.parse::<PrincipalArn>() {
        Ok(arn) => {
            let ours = principals(account).next()?;
            arn.account() != ours.account() || principals(account).any(|known| known == arn)
        }
        Err(_) if approver.starts_with("arn:") => true,
        Err(_) => {
            let mut users = principals(account).filter(|arn| arn.kind() == PrincipalKind::User);
            users.any(|arn| arn.name().eq_ignore_ascii_case(approver))
        }
    };
    (!is_here).then(|| {
        Finding::warning(
            "Approvers",
            format!("it has `{approver}`"),
            "the account has no such user or role, so nobody can approve by that name",
            "name users of the account, or ARNs",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity;
    use crate::doctor::template::Template;

    const ACCOUNT: &str = r#"{
        "UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/mira", "UserId": "AIDAEXAMPLE0000000001"}],
        "RoleDetailList": [{"Arn": "arn:aws:iam::111122223333:role/ops/backup", "RoleId": "AROAEXAMPLE0000000001"},
                           {"Arn": "arn:aws:iam::111122223333:role/audit", "RoleId": "AROAEXAMPLE0000000002"}],
        "GroupDetailList": [{"Arn": "arn:aws:iam::111122223333:group/admins", "GroupId": "AGPAEXAMPLE0000000001",
                             "GroupName": "admins"}]
    }"#;

    fn findings(account: &str, given: &[&str]) -> Vec<Finding> {
        let given = given.iter().map(|text| text.parse().unwrap()).collect();
        let mut setup = Setup::new(Template::embedded().unwrap(), given);
        setup.account = Some(Account::from_json(account).unwrap());
        let mut findings = Vec::new();
        let lists = super::super::lists::check(&setup, &mut findings);
        check(&setup, &lists, &mut findings);
        findings
    }

    fn found(given: &[&str]) -> Vec<(String, String)> {
        let findings = findings(ACCOUNT, given).into_iter();
        findings.map(|finding| (finding.subject, finding.fact)).collect()
    }

    #[test]
    fn whoever_is_there_is_not_found() {
        let given = [
            "ExemptPrincipals=mir?,/ops/,admins",
            "BreakGlassPrincipals=arn:aws:iam::*:role/ops/*",
            "AdminGroupName=Admins",
            "ExecutionRoleName=audit",
            "Approvers=mira,arn:aws:iam::111122223333:role/ops/backup,arn:aws:iam::444455556666:user/x",
        ];
        assert_eq!(found(&given), []);
    }

    #[test]
    fn a_role_under_a_path_or_in_other_letters_cannot_be_assumed() {
        let finding = |role: &str, there: &str| {
            Finding::error(
                "ExecutionRoleName",
                format!("it is `{role}`"),
                format!(
                    "the functions assume `role/{role}`, and the account has `arn:aws:iam::111122223333:role/{there}`"
                ),
                "make a role of exactly this name at the path `/` in every account that is judged",
            )
        };
        let found = |given| findings(ACCOUNT, &[given]);
        assert_eq!(found("ExecutionRoleName=backup"), [finding("backup", "ops/backup")]);
        assert_eq!(found("ExecutionRoleName=Audit"), [finding("Audit", "audit")]);
    }

    #[test]
    fn a_group_whose_entry_cannot_be_read_is_not_checked() {
        let account = r#"{
            "GroupDetailList": [{"GroupName": "admins", "Arn": "admins"}]
        }"#;
        let given = ["AdminGroupName=Admins", "ExemptPrincipals=admins"];
        let unchecked = |name: &str, fact: &str| {
            Finding::unchecked(
                name,
                fact,
                "an entry of the account data cannot be read, and may be the one",
                "save the account data again",
            )
        };
        assert_eq!(
            findings(account, &given),
            [
                unchecked(
                    "ExemptPrincipals",
                    "its entry `admins` names nobody whose entry can be read"
                ),
                unchecked("AdminGroupName", "it is `Admins`"),
            ]
        );
        let others = findings(account, &["AdminGroupName=owners"]);
        let others: Vec<Severity> = others.iter().map(|finding| finding.severity).collect();
        assert_eq!(others, [Severity::Error]);
    }

    #[test]
    fn whoever_is_not_there_is_found() {
        let given = [
            "BreakGlassPrincipals=mira,break-glass",
            "AdminGroupName=administrators",
            "ExecutionRoleName=evaluator",
            "Approvers=nobody",
        ];
        let expected = [
            ("BreakGlassPrincipals", "its entry `break-glass` names nobody"),
            ("AdminGroupName", "it is `administrators`"),
            ("ExecutionRoleName", "it is `evaluator`"),
            ("Approvers", "it has `nobody`"),
        ];
        let expected = expected.map(|(subject, fact)| (subject.to_owned(), fact.to_owned()));
        assert_eq!(found(&given), expected);
    }
}
