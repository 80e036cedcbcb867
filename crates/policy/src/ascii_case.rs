//! Text compared as IAM compares action names: without regard to ASCII case.
//!
//! Source:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html> ("the
//! prefix and the action name are case insensitive").

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// The order of the lower-cased bytes, found without lower-casing either text.
pub(crate) fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    // Neighbours in the catalogue share half their letters, case included, and need no folding to
    // be equal.
    let shared = left.iter().zip(right).take_while(|(left, right)| left == right).count();
    let left = left.get(shared..).unwrap_or_default();
    let right = right.get(shared..).unwrap_or_default();
    let differing = left.iter().zip(right).find(|(left, right)| !left.eq_ignore_ascii_case(right));
    match differing {
        Some((left, right)) => left.to_ascii_lowercase().cmp(&right.to_ascii_lowercase()),
        None => left.len().cmp(&right.len()),
    }
}

/// Feeds the lower-cased bytes to `state`, so that texts that compare equal hash equal.
pub(crate) fn hash<H: Hasher>(text: &str, state: &mut H) {
    text.bytes().for_each(|byte| byte.to_ascii_lowercase().hash(state));
    // As `str` does: a byte no UTF-8 text holds keeps ("ab", "c") and ("a", "bc") apart.
    0xff_u8.hash(state);
}

/// Whether `text` starts with `prefix`.
pub(crate) fn starts_with(text: &str, prefix: &str) -> bool {
    text.as_bytes()
        .get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// Implements equality, order and hash of a newtype over text that ignore ASCII case, so that the
/// three agree.
macro_rules! compares_ignoring_ascii_case {
    ($newtype:ty) => {
        impl PartialEq for $newtype {
            fn eq(&self, other: &Self) -> bool {
                self.as_str().eq_ignore_ascii_case(other.as_str())
            }
        }

        impl Eq for $newtype {}

        impl PartialOrd for $newtype {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $newtype {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                $crate::ascii_case::compare(self.as_str(), other.as_str())
            }
        }

        impl std::hash::Hash for $newtype {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                $crate::ascii_case::hash(self.as_str(), state);
            }
        }
    };
}
pub(crate) use compares_ignoring_ascii_case;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_lower_cased_texts(left in "[a-cA-C:*-]{0,6}", right in "[a-cA-C:*-]{0,6}") {
            let expected = left.to_ascii_lowercase().cmp(&right.to_ascii_lowercase());
            prop_assert_eq!(compare(&left, &right), expected);
        }

        #[test]
        fn a_prefix_is_one_of_the_lower_cased_text(text in "[abAB]{0,5}", prefix in "[abAB]{0,3}") {
            let expected = text.to_ascii_lowercase().starts_with(&prefix.to_ascii_lowercase());
            prop_assert_eq!(starts_with(&text, &prefix), expected);
        }
    }
}
