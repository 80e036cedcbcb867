//! What the functions refuse of a parameter.

use crate::doctor::finding::{Finding, Severity};

/// Adds that the functions refuse something, unless an error says of the same parameter already
/// that it fails, as what the template refuses does.
pub(super) fn refused(findings: &mut Vec<Finding>, error: Finding) {
    let mut errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    if !errors.any(|finding| finding.subject == error.subject) {
        findings.push(error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_error_about_the_same_parameter_says_it_already() {
        let error = || Finding::error("Threshold", "it is `40.5`", "allowed is 0 to 100", "");
        let others = [
            Finding::warning("Threshold", "it is given more than once", "", ""),
            Finding::unchecked("Threshold", "its pattern cannot be read", "", ""),
            Finding::error("NoticeDays", "it is `x`", "", ""),
        ];
        let mut findings = others.to_vec();
        refused(&mut findings, error());
        refused(&mut findings, Finding { fact: "it is refused again".to_owned(), ..error() });
        assert_eq!(findings, [&others[..], &[error()]].concat());
    }
}
