//! Lists: in a setting, or in a file.

use super::bytes::text;
use leastwise_rightsizing::iam::PrincipalArn;
use leastwise_rightsizing::settings::{
    AlwaysAllow, BaseActions, IgnoredPolicies, ListFileError, ListSetting, ListSource,
    PrincipalList, read_file,
};

/// A file in S3, or one that the command line is given.
pub(super) fn list_file(input: &[u8]) {
    let principals = one_file::<PrincipalList>(input);
    let _ = one_file::<BaseActions>(input);
    let _ = one_file::<AlwaysAllow>(input);
    let _ = one_file::<IgnoredPolicies>(input);
    if let Ok(principals) = principals {
        asked(&principals);
    }
}

/// A file is read the same with other line ends.
fn one_file<T: ListSetting + PartialEq + std::fmt::Debug>(
    input: &[u8],
) -> Result<T, ListFileError> {
    let read = read_file::<T>("List", input);
    // With NUL characters it may be UTF-16, of which a line end has two bytes.
    if let Some(text) = text(input).filter(|text| !text.contains(['\r', '\0'])) {
        let windows = read_file::<T>("List", text.replace('\n', "\r\n").as_bytes());
        assert_eq!(windows.as_ref().ok(), read.as_ref().ok(), "line ends matter");
    }
    if let Err(error) = &read {
        assert!(!error.to_string().is_empty());
    }
    read
}

/// A setting.
pub(super) fn list_setting(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Ok(ListSource::Entries(principals)) = ListSource::<PrincipalList>::parse("List", text) {
        asked(&principals);
    }
    let _ = ListSource::<BaseActions>::parse("List", text);
    let _ = ListSource::<AlwaysAllow>::parse("List", text);
    if let Ok(ListSource::File { address, .. }) = ListSource::<IgnoredPolicies>::parse("List", text)
    {
        let again = ListSource::<IgnoredPolicies>::parse("List", &address.to_string());
        assert_eq!(again, Ok(ListSource::File { name: "List", address }));
    }
}

/// Whether a list with many wildcards is asked in time.
fn asked(principals: &PrincipalList) {
    let name = "a".repeat(64);
    let path = "a/".repeat(255);
    let arn: PrincipalArn =
        format!("arn:aws:iam::111122223333:role/{path}{name}").parse().expect("it is an ARN");
    let _ = principals.entry_for(&arn);
}
