//! What the command line alone reads. It is a program, so its readers are taken from their files.

use given::Given;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[path = "../../../../crates/cli/src/access.rs"]
mod access;
#[path = "../../../../crates/cli/src/doctor/given.rs"]
mod given;

/// Reports by principal.
pub(crate) fn report_file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match access::read(text.to_owned()) {
        Ok(access) => {
            // What no `Value` is made of is nested too deeply, and says so where it is asked for.
            let members: BTreeMap<String, &RawValue> =
                serde_json::from_str(text).expect("reports are JSON");
            let principals: Vec<_> = access.principals().collect();
            let named = principals.len() + access.odd_keys.len();
            assert!(named <= members.len(), "{:?}", access.odd_keys);
            for error in principals.into_iter().filter_map(|arn| access.report(arn).err()) {
                assert!(!error.to_string().is_empty());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The parameters of a deployment. What has a value can be written as `KEY=VALUE`.
pub(crate) fn parameters_file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match given::read(text) {
        Ok(given) => {
            for given in given.iter().filter(|given| is_plain(&given.name)) {
                let Some(value) = &given.value else { continue };
                let again: Result<Given, _> = format!("{}={value}", given.name).parse();
                assert_eq!(again.ok().as_ref(), Some(given));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains('=')
}
