//! Whether whoever is named is there, where the account is known.

use super::lists::Principals;
use crate::doctor::finding::Finding;
use crate::doctor::setup::Setup;
use leastwise_rightsizing::exemption::{ADMIN_GROUP_NAME, BREAK_GLASS_PRINCIPALS};
use leastwise_rightsizing::iam::{Account, PrincipalArn, PrincipalKind, UnreadableEntry};
use leastwise_rightsizing::settings::{ListSetting, PrincipalList};

/// Whether entries of lists, the group of administrators, the role to assume and approvers exist.
pub(super) fn check(setup: &Setup, lists: &[Principals], findings: &mut Vec<Finding>) {
    let Some(account) = &setup.account else { return };
    for (name, list) in lists {
        findings.extend(matching_nobody(name, list, account));
    }
    let named = |name: &str| setup.value(name).filter(|value| !value.is_empty());
    if let Some(group) = named(ADMIN_GROUP_NAME).filter(|group| !has_group(account, group)) {
        findings.push(Finding::error(
            ADMIN_GROUP_NAME,
            format!("it is `{group}`"),
            "the account has no group of this name, and without it nobody is judged or changed",
            "name a group of the account, or leave it empty",
        ));
    }
    if let Some(role) = named("ExecutionRoleName").filter(|role| !has_role(account, role)) {
        findings.push(Finding::warning(
            "ExecutionRoleName",
            format!("it is `{role}`"),
            "the account has no role of this name",
            "make the role in every account that is judged",
        ));
    }
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
    let finding = |entry: &str| {
        let fact = format!("its entry `{entry}` names nobody");
        Finding::warning(name, fact, comes_of_it, "correct the entry, or take it out")
    };
    idle.map(finding).collect()
}

fn covers_any(list: &PrincipalList, account: &Account) -> bool {
    arns(account).any(|arn| list.entry_for(&arn).is_some())
        || account.groups().iter().any(|group| {
            let arn = &group.arn;
            list.entry_for_entity(&arn.to_string(), arn.path(), arn.name()).is_some()
        })
}

/// Every user and role, those included whose other data cannot be read.
fn arns(account: &Account) -> impl Iterator<Item = PrincipalArn> {
    let unreadable = account.unreadable().iter().filter_map(UnreadableEntry::principal);
    account.principals().map(|principal| principal.arn.clone()).chain(unreadable)
}

fn has_group(account: &Account, name: &str) -> bool {
    account.groups().iter().any(|group| group.arn.name().eq_ignore_ascii_case(name))
}

fn has_role(account: &Account, name: &str) -> bool {
    let mut roles = arns(account).filter(|arn| arn.kind() == PrincipalKind::Role);
    roles.any(|arn| arn.name().eq_ignore_ascii_case(name))
}

/// An approver that is a user by name, or a user or role of this account by ARN, and is not there.
fn nobody_to_approve(account: &Account, approver: &str) -> Option<Finding> {
    let is_here = match approver.parse::<PrincipalArn>() {
        Ok(arn) => {
            let ours = arns(account).next()?;
            arn.account() != ours.account() || arns(account).any(|known| known == arn)
        }
        Err(_) if approver.starts_with("arn:") => true,
        Err(_) => {
            let mut users = arns(account).filter(|arn| arn.kind() == PrincipalKind::User);
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
    use crate::doctor::template::Template;

    const ACCOUNT: &str = r#"{
        "UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/mira", "UserId": "AIDAEXAMPLE0000000001"}],
        "RoleDetailList": [{"Arn": "arn:aws:iam::111122223333:role/ops/backup", "RoleId": "AROAEXAMPLE0000000001"}],
        "GroupDetailList": [{"Arn": "arn:aws:iam::111122223333:group/admins", "GroupId": "AGPAEXAMPLE0000000001",
                             "GroupName": "admins"}]
    }"#;

    fn found(given: &[&str]) -> Vec<(String, String)> {
        let given = given.iter().map(|text| text.parse().unwrap()).collect();
        let mut setup = Setup::new(Template::embedded().unwrap(), given);
        setup.account = Some(Account::from_json(ACCOUNT).unwrap());
        let mut findings = Vec::new();
        let lists = super::super::lists::check(&setup, &mut findings);
        check(&setup, &lists, &mut findings);
        findings.into_iter().map(|finding| (finding.subject, finding.fact)).collect()
    }

    #[test]
    fn whoever_is_there_is_not_found() {
        let given = [
            "ExemptPrincipals=mir?,/ops/,admins",
            "BreakGlassPrincipals=arn:aws:iam::*:role/ops/*",
            "AdminGroupName=Admins",
            "ExecutionRoleName=backup",
            "Approvers=mira,arn:aws:iam::111122223333:role/ops/backup,arn:aws:iam::444455556666:user/x",
        ];
        assert_eq!(found(&given), []);
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
