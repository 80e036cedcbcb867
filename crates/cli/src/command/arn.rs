//! ARNs for tables, shortened where there is no room for them.

use super::who::Who;
use leastwise_rightsizing::iam::PrincipalArn;
use std::collections::HashSet;

/// How the ARNs of a table may begin, up to the colon before the kind. A table takes the first with
/// which all of them fit, but none with which two would read alike.
const BEGINNINGS: [fn(&PrincipalArn) -> String; 3] = [
    |arn| format!("arn:{}:iam::{}", arn.partition(), arn.account()),
    |arn| {
        let digits: String = arn.account().chars().take(4).collect();
        format!("arn:{}:iam::{digits}…", arn.partition())
    },
    |_| "…".to_owned(),
];

/// The ARNs in at most `width` characters each, with the path left out where it does not fit.
///
/// Kind and name stay whole, however long they are. They tell the principals of an account apart,
/// since no two users and no two roles have the same name. What is no ARN stays as it is.
pub(super) fn shortened(arns: &[&Who], width: usize) -> Vec<String> {
    let mut texts = Vec::new();
    for beginning in BEGINNINGS {
        let shorter = arns.iter().map(|who| match who {
            Who::Arn(arn) => without_long_path(arn, &beginning(arn), width),
            Who::Name(name) => name.clone(),
        });
        let shorter: Vec<String> = shorter.collect();
        // Principals of two accounts may have one name.
        if shorter.iter().collect::<HashSet<_>>().len() < arns.len() {
            break;
        }
        texts = shorter;
        if texts.iter().all(|text| length(text) <= width) {
            break;
        }
    }
    texts
}

fn without_long_path(arn: &PrincipalArn, beginning: &str, width: usize) -> String {
    let text = |path: &str| format!("{beginning}:{}{path}{}", arn.kind(), arn.name());
    let whole = text(arn.path());
    if length(&whole) > width && arn.path() != "/" { text("/…/") } else { whole }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(arns: &[&str], width: usize) -> Vec<String> {
        let arns: Vec<Who> = arns.iter().map(|arn| Who::called(arn)).collect();
        shortened(&arns.iter().collect::<Vec<_>>(), width)
    }

    #[test]
    fn what_is_left_out_first_says_the_least() {
        let arn = "arn:aws:iam::111122223333:role/teams/ci/deployer";
        for (width, text) in [
            (48, "arn:aws:iam::111122223333:role/teams/ci/deployer"),
            (47, "arn:aws:iam::111122223333:role/…/deployer"),
            (40, "arn:aws:iam::1111…:role/…/deployer"),
            (33, "…:role/teams/ci/deployer"),
            (23, "…:role/…/deployer"),
            (1, "…:role/…/deployer"),
        ] {
            assert_eq!(texts(&[arn], width), [text], "{width}");
        }
    }

    #[test]
    fn two_principals_never_read_alike() {
        let arns = ["arn:aws:iam::111122223333:role/app", "arn:aws:iam::111144445555:role/app"];
        assert_eq!(texts(&arns, 10), arns);
        let arns = ["arn:aws:iam::111122223333:role/app", "arn:aws:iam::222244445555:role/app"];
        assert_eq!(
            texts(&arns, 10),
            ["arn:aws:iam::1111…:role/app", "arn:aws:iam::2222…:role/app"]
        );
    }

    #[test]
    fn the_arns_of_a_table_begin_alike() {
        let arns = [
            "arn:aws-cn:iam::111122223333:user/mira",
            "arn:aws-cn:iam::111122223333:role/ci/builder",
        ];
        assert_eq!(texts(&arns, 44), arns);
        assert_eq!(
            texts(&arns, 36),
            ["arn:aws-cn:iam::1111…:user/mira", "arn:aws-cn:iam::1111…:role/…/builder"]
        );
        assert_eq!(texts(&arns, 17), ["…:user/mira", "…:role/ci/builder"]);
    }

    #[test]
    fn what_is_no_arn_is_not_shortened() {
        let arns = ["a-role-without-arn", "arn:aws:iam::111122223333:user/mira"];
        assert_eq!(texts(&arns, 12), ["a-role-without-arn", "…:user/mira"]);
    }

    #[test]
    fn a_principal_without_a_path_has_none_to_leave_out() {
        assert_eq!(texts(&["arn:aws:iam::111122223333:user/mira"], 5), ["…:user/mira"]);
    }
}
