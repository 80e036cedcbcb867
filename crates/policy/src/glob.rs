//! `*` and `?` globs over text, without regard to ASCII case: matching, inclusion and overlap.
//!
//! All three take at most the product of the two lengths; a hostile pattern cannot make them
//! exponential.
//!
//! Source:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html> (`*`
//! is any number of characters, none included; `?` is exactly one).

use std::str::Chars;

/// Whether `pattern` matches the whole of `text`.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    if pattern.is_ascii() && text.is_ascii() {
        return matches_ascii(pattern.as_bytes(), text.as_bytes());
    }
    matches_symbols(pattern, text, |symbol, c| symbol == '?' || symbol.eq_ignore_ascii_case(&c))
}

/// As [`matches_symbols`], byte by byte: action names are ASCII, and a principal that may do
/// everything has a million of them matched.
fn matches_ascii(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    // Where the pattern goes on after the latest `*`, and what of the text that has taken.
    let mut latest_star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(read) {
        match (pattern.get(at), &mut latest_star) {
            (Some(b'*'), _) => {
                at += 1;
                latest_star = Some((at, read));
            }
            (Some(&symbol), _) if symbol == b'?' || symbol.eq_ignore_ascii_case(&byte) => {
                at += 1;
                read += 1;
            }
            (_, Some((after_star, taken))) => {
                *taken += 1;
                (at, read) = (*after_star, *taken);
            }
            (_, None) => return false,
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|&symbol| symbol == b'*')
}

/// Whether every text that `narrow` matches is also matched by `wide`. Never wrongly `true`.
///
/// The wildcards of `narrow` are read as symbols: only a `*` of `wide` can stand for a `*`, and
/// only a wildcard of `wide` for a `?`. No wildcard equals a letter, so the answer is exact unless
/// `wide` holds a `?`. Then it may miss an inclusion that depends on the *length* of what a `*`
/// matched: `a?*` covers `a*b`.
pub(crate) fn covers(wide: &str, narrow: &str) -> bool {
    let equal = |wide: char, narrow| match wide {
        '?' => narrow != '*',
        _ => wide.eq_ignore_ascii_case(&narrow),
    };
    if start_differently(wide, narrow) {
        return false;
    }
    if is_plain(wide) && is_plain(narrow) {
        return matches_ascii(wide.as_bytes(), narrow.as_bytes());
    }
    matches_symbols(&question_marks_first(wide), &question_marks_first(narrow), equal)
}

/// Whether no symbol but `*` stands for others. Then a `*` to be covered is a byte as any other:
/// only a `*` takes it.
fn is_plain(pattern: &str) -> bool {
    pattern.bytes().all(|symbol| symbol.is_ascii() && symbol != b'?')
}

/// Whether some text is matched by both.
#[must_use]
pub fn overlap(left: &str, right: &str) -> bool {
    if start_differently(left, right) {
        return false;
    }
    let right: Vec<char> = right.chars().collect();
    // `row[j]`: some text is matched both by what was read of `left` and by `right[..j]`.
    let only_stars = right.iter().scan(true, |so_far, &symbol| {
        *so_far &= symbol == '*';
        Some(*so_far)
    });
    let mut row: Vec<bool> = std::iter::once(true).chain(only_stars).collect();
    for symbol in left.chars() {
        let mut before = symbol == '*' && row.first() == Some(&true);
        let mut next = vec![before];
        for ((&other, &diagonal), &above) in right.iter().zip(&row).zip(row.iter().skip(1)) {
            before = match (symbol, other) {
                ('*', _) | (_, '*') => above || before,
                ('?', _) | (_, '?') => diagonal,
                (symbol, other) => diagonal && symbol.eq_ignore_ascii_case(&other),
            };
            next.push(before);
        }
        row = next;
    }
    row.last() == Some(&true)
}

/// Whether the letters before the first wildcard of either are others: most pairs are told apart by
/// them.
pub(crate) fn start_differently(left: &str, right: &str) -> bool {
    let is_letter = |symbol: u8| !matches!(symbol, b'*' | b'?');
    left.bytes()
        .zip(right.bytes())
        .take_while(|&(one, other)| is_letter(one) && is_letter(other))
        .any(|(one, other)| !one.eq_ignore_ascii_case(&other))
}

/// The usual greedy matcher. On a mismatch only the latest `*` takes one symbol more: an earlier
/// one could gain nothing that the latest cannot.
fn matches_symbols(pattern: &str, text: &str, equal: impl Fn(char, char) -> bool) -> bool {
    let mut pattern = pattern.chars();
    let mut text = text.chars();
    let mut latest_star: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let at = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = at;
                latest_star = Some((pattern.clone(), text.clone()));
            }
            (Some(symbol), Some(c)) if equal(symbol, c) => {}
            // The text is used up and the pattern wants more: a longer `*` would make it worse.
            (Some(_), None) => return false,
            (_, Some(_)) => {
                let Some((after_star, taken)) = &mut latest_star else { return false };
                taken.next();
                (pattern, text) = (after_star.clone(), taken.clone());
            }
        }
    }
}

/// The same pattern with every run of wildcards written as its `?`s and then at most one `*`.
fn question_marks_first(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len());
    let mut star = false;
    for c in pattern.chars() {
        if c == '*' {
            star = true;
            continue;
        }
        if c != '?' && std::mem::take(&mut star) {
            written.push('*');
        }
        written.push(c);
    }
    if star {
        written.push('*');
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition itself, exponential and obviously right.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                naive(rest, text)
                    || text.split_first().is_some_and(|(_, tail)| naive(pattern, tail))
            }
            (['?', rest @ ..], [_, tail @ ..]) => naive(rest, tail),
            ([symbol, rest @ ..], [c, tail @ ..]) => {
                symbol.eq_ignore_ascii_case(c) && naive(rest, tail)
            }
            _ => false,
        }
    }

    fn naive_text(pattern: &str, text: &str) -> bool {
        let (pattern, text): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
        naive(&pattern, &text)
    }

    /// Every text of at most `length` letters over an alphabet that has a letter no generated
    /// pattern holds.
    fn texts(length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut from = 0;
        for _ in 0..length {
            let until = all.len();
            for i in from..until {
                for letter in ['a', 'b', 'z'] {
                    all.push(format!("{}{letter}", all[i]));
                }
            }
            from = until;
        }
        all
    }

    #[test]
    fn a_star_is_any_number_of_characters_and_a_question_mark_is_one() {
        assert!(matches("Get*", "Get") && matches("Get*", "getobject") && matches("**", ""));
        assert!(matches("*Tags", "ListTags") && !matches("*Tags", "ListTagsForResource"));
        assert!(matches("?et*Tag", "SetThisTag") && !matches("?et", "Et"));
        assert!(matches("Get?", "Geté"), "one character, not one byte");
    }

    #[test]
    fn a_hostile_pattern_is_answered_at_once() {
        let pattern = "a*".repeat(2_000) + "b";
        assert!(!matches(&pattern, &"a".repeat(4_000)));
        assert!(!covers(&pattern, &"a*".repeat(2_000)));
        assert!(overlap(&pattern, &"?".repeat(3_000)));
    }

    #[test]
    fn a_known_gap_of_covers_is_an_inclusion_by_length() {
        assert!(
            covers("a*", "a?*") && covers("*?", "?*") && covers("?*", "*?") && !covers("?", "*")
        );
        assert!(!covers("a?*", "a*b"), "true, but covers may miss it");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn matching_agrees_with_the_definition(pattern in "[abA*?é]{0,8}", text in "[abBé]{0,8}") {
            prop_assert_eq!(matches(&pattern, &text), naive_text(&pattern, &text));
        }

        #[test]
        fn covering_is_never_claimed_wrongly(wide in "[ab*?]{0,5}", narrow in "[ab*?]{0,5}") {
            if covers(&wide, &narrow) {
                for text in texts(6) {
                    prop_assert!(!naive_text(&narrow, &text) || naive_text(&wide, &text), "{}", text);
                }
            }
        }

        /// `z` is in no pattern, so the text with `z` for each `*` is the hardest one to cover.
        #[test]
        fn covering_is_exact_without_question_marks(wide in "[ab*]{0,5}", narrow in "[ab*]{0,5}") {
            let included =
                texts(6).iter().all(|text| !naive_text(&narrow, text) || naive_text(&wide, text));
            prop_assert_eq!(covers(&wide, &narrow), included);
        }

        #[test]
        fn overlapping_is_having_a_common_text(left in "[ab*?]{0,3}", right in "[ab*?]{0,3}") {
            let common = texts(6).iter().any(|text| naive_text(&left, text) && naive_text(&right, text));
            prop_assert_eq!(overlap(&left, &right), common);
        }
    }
}
