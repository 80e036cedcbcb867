//! Whether the lists can be read, in the parameters and in the files that they name.

use super::refused::refused;
use super::values::{NO_SUCH, instead_of};
use crate::doctor::finding::Finding;
use crate::doctor::setup::Setup;
use leastwise_rightsizing::exemption::{BREAK_GLASS_PRINCIPALS, EXEMPTION_LIST};
use leastwise_rightsizing::settings::{
    AlwaysAllow, BaseActions, EXEMPT_PRINCIPALS, IgnoredPolicies, ListSetting, ListSource,
    NARROW_PROTECTED, ObjectAddress, PrincipalList, SettingError, read_file,
};

/// The parameters that are lists of principals.
const PRINCIPALS: [&str; 6] = [
    BREAK_GLASS_PRINCIPALS,
    "DoNotEnforceList",
    "DoNotTagList",
    EXEMPT_PRINCIPALS,
    EXEMPTION_LIST,
    NARROW_PROTECTED,
];

/// A list of principals that could be read, by its parameter.
pub(super) type Principals = (&'static str, PrincipalList);

/// Reads every list. The lists of principals are given back.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) -> Vec<Principals> {
    let principals = PRINCIPALS
        .into_iter()
        .filter_map(|name| Some((name, list::<PrincipalList>(setup, name, findings)?)))
        .collect();
    list::<AlwaysAllow>(setup, AlwaysAllow::NAME, findings);
    list::<BaseActions>(setup, BaseActions::NAME, findings);
    list::<IgnoredPolicies>(setup, IgnoredPolicies::NAME, findings);
    findings.extend(setup.lists.keys().filter_map(|name| idle_copy(setup, name)));
    principals
}

/// A local copy that stands for no file, or of which that is not known.
fn idle_copy(setup: &Setup, name: &str) -> Option<Finding> {
    let fact = "a local copy of its list is given";
    match setup.value(name) {
        Some(value) if value.starts_with("s3://") => None,
        None if setup.template.parameter(name).is_some() => Some(Finding::unchecked(
            name,
            fact,
            "its value is not known, nor whether that names a file in S3, so the copy is not read",
            "write the value out to have the copy read",
        )),
        None => Some(Finding::warning(
            name,
            "a local copy of its list is given, and there is no such parameter",
            NO_SUCH,
            instead_of(&setup.template, name),
        )),
        Some(_) => Some(Finding::warning(
            name,
            fact,
            "it names no file in S3, so the copy stands for nothing",
            "give the copy of a list that a parameter names as `s3://BUCKET/KEY`",
        )),
    }
}

fn list<T: ListSetting>(
    setup: &Setup,
    name: &'static str,
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let value = setup.value(name).filter(|value| !value.is_empty())?;
    match ListSource::<T>::parse(name, value) {
        Ok(ListSource::Entries(list)) => Some(list),
        Ok(ListSource::File { address, .. }) => file(setup, name, &address, findings),
        Err(SettingError { value, allowed, .. }) => {
            let fact = format!("it has `{value}`");
            let limit = format!("allowed is {allowed}");
            refused(findings, Finding::error(name, fact, limit, "correct the entry"));
            None
        }
    }
}

/// The list in the local copy of a file.
fn file<T: ListSetting>(
    setup: &Setup,
    name: &'static str,
    address: &ObjectAddress,
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let Some(bytes) = setup.lists.get(name) else {
        findings.push(Finding::unchecked(
            name,
            format!("its list is in `{address}`, which is not read from here"),
            "a list that cannot be read stops all judging and enforcement",
            format!("save the file and add --list {name}=PATH"),
        ));
        return None;
    };
    match read_file(name, bytes) {
        Ok(list) => Some(list),
        Err(why) => {
            findings.push(Finding::error(
                name,
                format!("its list cannot be read: {why}"),
                "a list that cannot be read stops all judging and enforcement",
                format!("correct the file, and put it in `{address}`"),
            ));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::values;
    use crate::doctor::template::Template;

    fn setup(given: &[&str], lists: &[(&str, &str)]) -> Setup {
        let given = given.iter().map(|text| text.parse().unwrap()).collect();
        let mut setup = Setup::new(Template::embedded().unwrap(), given);
        let lists = lists.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
        setup.lists.extend(lists);
        setup
    }

    fn found(given: &[&str], lists: &[(&str, &str)]) -> Vec<Finding> {
        let mut findings = Vec::new();
        check(&setup(given, lists), &mut findings);
        findings
    }

    #[test]
    fn every_list_is_a_parameter_of_the_template() {
        let setup = setup(&[], &[]);
        let others = [AlwaysAllow::NAME, BaseActions::NAME, IgnoredPolicies::NAME];
        for name in PRINCIPALS.into_iter().chain(others) {
            assert!(setup.template.parameter(name).is_some(), "{name}");
        }
    }

    #[test]
    fn an_entry_that_only_the_functions_refuse_is_found() {
        assert_eq!(
            found(&["ExemptPrincipals=ops,role/admin"], &[]),
            [Finding::error(
                "ExemptPrincipals",
                "it has `role/admin`",
                "allowed is names, ARNs of users, roles and groups, and paths such as `/ops/`, separated by commas, \
                 with `*` and `?` as wildcards",
                "correct the entry"
            )]
        );
    }

    #[test]
    fn a_list_in_s3_is_read_from_its_local_copy_or_is_not_checked() {
        let given = ["ExemptionList=s3://lists/exempt.txt"];
        let stops = "a list that cannot be read stops all judging and enforcement";
        assert_eq!(
            found(&given, &[]),
            [Finding::unchecked(
                "ExemptionList",
                "its list is in `s3://lists/exempt.txt`, which is not read from here",
                stops,
                "save the file and add --list ExemptionList=PATH"
            )]
        );
        assert_eq!(
            found(&given, &[("ExemptionList", "# nobody yet\n")]),
            [Finding::error(
                "ExemptionList",
                "its list cannot be read: it has no entry; write `none` into a list that is to be empty",
                stops,
                "correct the file, and put it in `s3://lists/exempt.txt`"
            )]
        );
        assert_eq!(found(&given, &[("ExemptionList", "ops-*\n")]), []);
    }

    #[test]
    fn a_copy_of_nothing_is_found() {
        let found =
            found(&["DoNotTagList=ops"], &[("DoNotTagList", "ops"), ("DoNotTagLists", "ops")]);
        assert_eq!(
            found,
            [
                Finding::warning(
                    "DoNotTagList",
                    "a local copy of its list is given",
                    "it names no file in S3, so the copy stands for nothing",
                    "give the copy of a list that a parameter names as `s3://BUCKET/KEY`",
                ),
                Finding::warning(
                    "DoNotTagLists",
                    "a local copy of its list is given, and there is no such parameter",
                    "the template has none of this name",
                    "write `DoNotTagList`",
                )
            ]
        );
    }

    #[test]
    fn of_a_value_that_the_stack_keeps_it_is_not_known_whether_a_copy_stands_for_it() {
        let mut setup = setup(&[], &[("DoNotTagList", "ops")]);
        setup.values.insert("DoNotTagList".to_owned(), None);
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        assert_eq!(
            findings,
            [Finding::unchecked(
                "DoNotTagList",
                "a local copy of its list is given",
                "its value is not known, nor whether that names a file in S3, so the copy is not read",
                "write the value out to have the copy read"
            )]
        );
    }

    #[test]
    fn a_warning_about_a_parameter_hides_no_error() {
        let wrong = "ExemptPrincipals=role/admin";
        let setup = setup(&["CodeBucket=packages", wrong, wrong], &[]);
        let mut findings = Vec::new();
        values::check(&setup, &mut findings);
        check(&setup, &mut findings);
        let found: Vec<&str> = findings.iter().map(|finding| finding.fact.as_str()).collect();
        assert_eq!(found, ["it is given more than once", "it has `role/admin`"]);
    }
}
