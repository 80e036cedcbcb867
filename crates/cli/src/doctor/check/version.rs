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
    let Ok(ours) = Template::embedded() else { return };
    if setup.template.takes_the_same_as(&ours) {
        return;
    }
    let version = env!("CARGO_PKG_VERSION");
    let more = only_in(&setup.template, &ours);
    let fewer = only_in(&ours, &setup.template);
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
