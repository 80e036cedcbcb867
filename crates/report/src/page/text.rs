//! Numbers and names as people read them, and values of a link's fragment.

use leastwise_rightsizing::score::Weight;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Borrow;

/// A number with its thousands divided: `12,326`. A template hands over some by reference.
pub(super) fn number(number: impl Borrow<usize>) -> String {
    let digits = number.borrow().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A weight: in tenths below 1,000, and whole above.
pub(super) fn weight(weight: Weight) -> String {
    let tenths = weight.in_tenths();
    let whole = usize::try_from((tenths + 5) / 10).unwrap_or(usize::MAX);
    if tenths < 10_000 { weight.to_string() } else { number(whole) }
}

/// A number of things: `1 principal`, `2 principals`.
pub(super) fn count(count: impl Borrow<usize>, one: &str, more: &str) -> String {
    let count = *count.borrow();
    format!("{} {}", number(count), if count == 1 { one } else { more })
}

/// The last part of an ARN, which says what it is: `role/ci/builder`.
pub(super) fn short(arn: &str) -> &str {
    if !arn.starts_with("arn:") {
        return arn;
    }
    arn.rsplit_once(':').map_or(arn, |(_, short)| short)
}

/// What a service, a policy or a group is called where it is clear which of these it is.
pub(super) fn called(name: &str) -> String {
    let short = short(name).strip_prefix("policy/").unwrap_or_else(|| short(name));
    let is_of_aws = name.split(':').nth(4) == Some("aws");
    if is_of_aws { format!("{short} (AWS)") } else { short.to_owned() }
}

/// A link to the list of principals with these filters.
pub(super) fn filter(filters: &[(&str, &str)]) -> String {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let filters = filters.iter().map(|(key, value)| format!("{key}={}", encoded(value)));
    format!("#{}", filters.collect::<Vec<_>>().join("&"))
}

/// A share in per cent, in tenths, rounded down; 0 of nothing.
pub(super) fn share(part: u64, whole: u64) -> String {
    let tenths = (1000 * part).checked_div(whole).unwrap_or(0);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_names_and_filters_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(count(1, "user", "users") + " " + &count(2, "user", "users"), "1 user 2 users");
        let weights =
            [999_949_999, 999_950_000, 46_561_400_000].map(Weight::millionths).map(weight);
        assert_eq!(weights, ["999.9", "1,000", "46,561"]);
        assert_eq!(short("arn:aws:iam::111122223333:role/ci/builder"), "role/ci/builder");
        assert_eq!(short("mail (inline, role/a:b)"), "mail (inline, role/a:b)");
        assert_eq!(called("arn:aws:iam::aws:policy/ReadOnlyAccess"), "ReadOnlyAccess (AWS)");
        assert_eq!(called("arn:aws:iam::111122223333:policy/ops/limits"), "ops/limits");
        assert_eq!(called("s3"), "s3");
        assert_eq!(filter(&[("q", "a&b=<c>"), ("band", "high")]), "#q=a%26b%3D%3Cc%3E&band=high");
        assert_eq!([share(1, 3), share(0, 0), share(2, 2)], ["33.3", "0.0", "100.0"]);
    }
}
