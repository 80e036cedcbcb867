//! Services of which an operator says that everything was read.

use leastwise_policy::catalog::Catalog;
use std::collections::BTreeSet;
use std::str::FromStr;

/// The services of which the operator says that the folder has all policies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CompleteServices(BTreeSet<String>);

impl CompleteServices {
    /// Their IAM prefixes, as the catalogue spells them.
    pub(crate) fn prefixes(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }
}

impl FromStr for CompleteServices {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, String> {
        let entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(service).collect::<Result<_, _>>().map(Self)
    }
}

fn service(entry: &str) -> Result<String, String> {
    let known = Catalog::embedded().service(entry);
    let service = known.map(|service| service.namespace.clone());
    service.ok_or_else(|| format!("`{entry}` is not the IAM prefix of a service, such as `kms`"))
}
