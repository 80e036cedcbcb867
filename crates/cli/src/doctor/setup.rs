//! Everything that a deployment is made of, as far as it is known here.

use super::given::Given;
use super::template::Template;
use leastwise_rightsizing::iam::Account;
use std::collections::BTreeMap;

/// What is to be deployed.
#[derive(Debug)]
pub(crate) struct Setup {
    /// The template.
    pub(crate) template: Template,
    /// The template of this program, where another may be deployed.
    pub(crate) ours: Option<Template>,
    /// What is given, in its order.
    pub(crate) given: Vec<Given>,
    /// The value of each parameter of the template: what is given, or else its default, as a new
    /// stack has it. A stack that exists keeps the value that it has of what
    /// `aws cloudformation deploy` is not given. `None` is not known.
    ///
    /// Source: <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/deploy/>.
    pub(crate) values: BTreeMap<String, Option<String>>,
    /// Local copies of lists in S3, by the parameter that names them.
    pub(crate) lists: BTreeMap<String, Vec<u8>>,
    /// The account.
    pub(crate) account: Option<Account>,
}

impl Setup {
    /// A setup of this template with these values, of which the last for a parameter counts.
    pub(crate) fn new(template: Template, given: Vec<Given>) -> Self {
        let mut values: BTreeMap<String, Option<String>> = template
            .parameters()
            .map(|parameter| (parameter.name.to_owned(), parameter.default()))
            .collect();
        for Given { name, value } in &given {
            if let Some(known) = values.get_mut(name) {
                known.clone_from(value);
            }
        }
        Self { template, ours: None, given, values, lists: BTreeMap::new(), account: None }
    }

    /// The value of a parameter, without white space around it; `None` where it is not known.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_deref().map(str::trim)
    }
}
