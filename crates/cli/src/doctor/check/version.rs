//! Whether the template is one that this program knows.

use crate::doctor::finding::Finding;
use crate::doctor::setup::Setup;
use crate::doctor::template::Template;

/// The names of parameters that one template has and another has not.
fn only_in<'a>(one: &'a Template, other: &Template) -> Vec<&'a str> {
    let names = one.parameters().map(|parameter| parameter.name);
    names.filter(|name| other.parameter(name).is_none()).collect()
}

/// A template with other parameters or rules is of another version, and so are the functions that
/// it is for.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) {
    let Some(ours) = setup.ours.as_ref().filter(|ours| !setup.template.takes_the_same_as(ours))
    else {
        return;
    };
    let version = env!("CARGO_PKG_VERSION");
    let more = only_in(&setup.template, ours);
    let fewer = only_in(ours, &setup.template);
    let fact = match (more.is_empty(), fewer.is_empty()) {
        (true, true) => "its parameters take other values, or its rules are others".to_owned(),
        (false, true) => format!("it also has {}", more.join(", ")),
        (true, false) => format!("it lacks {}", fewer.join(", ")),
        (false, false) => {
            format!("it also has {}, and lacks {}", more.join(", "), fewer.join(", "))
        }
    };
    findings.push(Finding::warning(
        "the template",
        fact,
        format!("this program knows the template of leastwise {version}"),
        "use the program, the packages and the template of one version",
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(template: &str, ours: &str) -> Vec<String> {
        let mut setup = Setup::new(Template::read(template).unwrap(), Vec::new());
        setup.ours = Some(Template::read(ours).unwrap());
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        findings.into_iter().map(|finding| finding.fact).collect()
    }

    #[test]
    fn a_template_that_takes_other_values_is_of_another_version() {
        let ours = "Parameters: {A: {Type: Number, MaxValue: 3}}";
        let other = "its parameters take other values, or its rules are others";
        assert_eq!(facts(ours, ours), Vec::<String>::new());
        assert_eq!(facts("Parameters: {A: {Type: Number, MaxValue: 4}}", ours), [other]);
        assert_eq!(facts("Parameters: {B: {Type: Number}}", ours), ["it also has B, and lacks A"]);
    }

    #[test]
    fn other_words_and_other_defaults_take_the_same_values() {
        let one = "Parameters: {Default: {Type: Number, Default: 3, Description: A., ConstraintDescription: a}}\n\
                   Rules: {R: {Assertions: [{Assert: true, AssertDescription: A.}]}}";
        let other = "Parameters: {Default: {Type: Number, Default: 4, Description: B.}}\n\
                     Rules: {R: {Assertions: [{Assert: true, AssertDescription: B.}]}}";
        assert_eq!(facts(one, other), Vec::<String>::new());
        let rule = other.replace("Assert: true", "Assert: false");
        assert_eq!(facts(one, &rule).len(), 1);
    }

    #[test]
    fn the_template_of_this_program_is_not_compared_with_itself() {
        let setup = Setup::new(Template::embedded().unwrap(), Vec::new());
        let mut findings = Vec::new();
        check(&setup, &mut findings);
        assert_eq!(findings, []);
    }
}
