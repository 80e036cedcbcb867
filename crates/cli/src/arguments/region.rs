//! Regions, as arguments.

use std::collections::BTreeSet;
use std::str::FromStr;

/// A Region by its code, such as `eu-west-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegionArgument(pub(crate) String);

impl FromStr for RegionArgument {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, String> {
        let is_one = is_region(value).then(|| Self(value.to_owned()));
        is_one.ok_or_else(|| "expected the code of a Region, such as eu-west-1".to_owned())
    }
}

/// Regions by their codes, such as `eu-west-1`; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RegionsArgument(pub(crate) BTreeSet<String>);

impl FromStr for RegionsArgument {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, String> {
        let regions: BTreeSet<String> =
            value.split(',').map(|region| region.trim().to_owned()).collect();
        match regions.iter().find(|region| !is_region(region)) {
            Some(empty) if empty.is_empty() => {
                Err("an entry is empty; name Regions, such as eu-west-1, separated by commas"
                    .to_owned())
            }
            Some(other) => Err(format!(
                "`{other}` is not the code of a Region, such as eu-west-1; separate several by commas"
            )),
            None => Ok(Self(regions)),
        }
    }
}

/// Small letters, digits and hyphens, a digit at the end.
fn is_region(code: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    code.starts_with(|letter: char| letter.is_ascii_lowercase())
        && code.contains('-')
        && code.bytes().all(allowed)
        && code.ends_with(|digit: char| digit.is_ascii_digit())
}
