//! The wildcard language of `Action` and `NotAction` elements.

use crate::action::Action;
use crate::action_set::ActionSet;
use crate::ascii_case::compares_ignoring_ascii_case;
use crate::catalog::{Catalog, Service};
use crate::glob;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// An element of an `Action` list, as written: `s3:GetObject`, `s3:Get*`, `iam:?etRole` or `*`.
///
/// `*` stands for any number of characters and `?` for one. A pattern keeps its spelling. IAM
/// ignores letter case, and so do `==`, `<` and the hash.
///
/// ```
/// use leastwise_policy::pattern::Pattern;
///
/// let pattern: Pattern = "s3:Get*".parse()?;
/// assert!(pattern.matches("S3:getobject"));
/// assert!(!pattern.matches("s3:PutObject"));
///
/// let error = "s3*".parse::<Pattern>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`s3*` is not an action pattern: no colon after the service prefix"
/// );
/// # Ok::<(), leastwise_policy::pattern::PatternError>(())
/// ```
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern(String);

compares_ignoring_ascii_case!(Pattern);

impl Pattern {
    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the colon, and the part after it. A pattern of `*`s only is all of both.
    // INVARIANT: a pattern without a colon consists of `*`s.
    fn halves(&self) -> (&str, &str) {
        // Byte by byte: the colon stands near, and a search that is made for long texts costs more.
        let colon = self.0.bytes().position(|symbol| symbol == b':');
        let halves = colon.and_then(|colon| Some((self.0.get(..colon)?, self.0.get(colon + 1..)?)));
        halves.unwrap_or((&self.0, &self.0))
    }

    /// Whether the pattern matches `action` (`service:Name`), which need not be in any catalogue.
    #[must_use]
    pub fn matches(&self, action: &str) -> bool {
        glob::matches(&self.0, action)
    }

    /// Whether the pattern has no wildcard, and so matches one action only.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !has_wildcard(&self.0)
    }

    /// Whether it matches every action: `*`, or `*`s on either side of a colon.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        let (service, name) = self.halves();
        [service, name].iter().all(|half| is_asterisks(half))
    }

    /// The only service whose actions it can match; `None` when the part before the colon has a
    /// wildcard.
    #[must_use]
    pub fn service_literal(&self) -> Option<&str> {
        let (service, _) = self.halves();
        (!has_wildcard(service)).then_some(service)
    }

    /// Whether some action of the service, in the catalogue or not, could match.
    #[must_use]
    pub fn may_match_service(&self, namespace: &str) -> bool {
        // Most patterns of a list are of other services, and their first letters tell.
        if glob::start_differently(&self.0, namespace) {
            return false;
        }
        match self.service_literal() {
            Some(service) => service.eq_ignore_ascii_case(namespace),
            None => glob::matches(self.halves().0, namespace),
        }
    }

    /// Whether everything that `other` matches is also matched by `self`.
    ///
    /// `true` is certain, and so is `false` as long as `self` has no `?`. With a `?` an inclusion
    /// may be missed that only counting characters shows: `s3:a?*` includes `s3:a*b`, and the
    /// answer is `false`.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        glob::covers(&self.0, &other.0)
    }

    /// Whether there is an action, in the catalogue or not, that both match.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let ((service, name), (other_service, other_name)) = (self.halves(), other.halves());
        glob::overlap(service, other_service) && glob::overlap(name, other_name)
    }

    /// The actions of `catalog` that it matches.
    #[must_use]
    pub fn actions(&self, catalog: &Catalog) -> ActionSet {
        Self::actions_of_all([self], catalog)
    }

    /// The actions of `catalog` that some of the patterns match.
    pub(crate) fn actions_of_all<'p>(
        patterns: impl IntoIterator<Item = &'p Self>,
        catalog: &Catalog,
    ) -> ActionSet {
        let (mut matched, mut latest) = (ActionSet::empty(), None);
        for pattern in patterns {
            pattern.add_actions(catalog, &mut latest, &mut matched);
        }
        matched
    }

    /// Adds the actions of `catalog` that it matches. `latest` is the service that the pattern
    /// before it names: in a list those of one service mostly stand together.
    fn add_actions<'c>(
        &self,
        catalog: &'c Catalog,
        latest: &mut Option<&'c Service>,
        matched: &mut ActionSet,
    ) {
        if let Some(namespace) = self.service_literal() {
            if latest.is_none_or(|latest| !latest.namespace.eq_ignore_ascii_case(namespace)) {
                *latest = catalog.service(namespace);
            }
            if let Some(service) = latest {
                self.add_names(catalog, service, matched);
            }
            return;
        }
        // From the last service, so that the set is allocated once.
        for service in catalog.services().rev() {
            self.add_actions_in(service, catalog, matched);
        }
    }

    /// Adds the actions of one service of `catalog` that it matches.
    pub(crate) fn add_actions_in(
        &self,
        service: &Service,
        catalog: &Catalog,
        matched: &mut ActionSet,
    ) {
        if self.may_match_service(&service.namespace) {
            self.add_names(catalog, service, matched);
        }
    }

    /// The actions of one service of `catalog` that it matches.
    #[must_use]
    pub fn actions_in(&self, service: &Service, catalog: &Catalog) -> ActionSet {
        let mut matched = ActionSet::empty();
        self.add_actions_in(service, catalog, &mut matched);
        matched
    }

    /// Adds the actions of a service which the part before the colon matches.
    fn add_names(&self, catalog: &Catalog, service: &Service, matched: &mut ActionSet) {
        let (_, name) = self.halves();
        if is_asterisks(name) {
            matched.insert_range(&service.actions);
            return;
        }
        let Some(literal) = first_wildcard(name).and_then(|end| name.get(..end)) else {
            matched.extend(catalog.find_in(service, name));
            return;
        };
        let candidates = catalog.with_prefix(service, literal);
        let rest = name.get(literal.len()..).unwrap_or_default();
        if is_asterisks(rest) {
            matched.insert_range(&candidates);
            return;
        }
        matched.extend(catalog.matching(service, name, candidates).iter().rev().copied());
    }
}

fn is_asterisks(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|symbol| symbol == b'*')
}

fn has_wildcard(text: &str) -> bool {
    first_wildcard(text).is_some()
}

fn first_wildcard(text: &str) -> Option<usize> {
    text.bytes().position(|symbol| matches!(symbol, b'*' | b'?'))
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl From<Action> for Pattern {
    fn from(action: Action) -> Self {
        Self(action.into())
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.0
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match check(&text) {
            None => Ok(Self(text)),
            Some(fault) => Err(PatternError { text, fault }),
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

/// Refuses nothing that IAM accepts: a pattern may name a service or an action that does not exist.
/// It is laxer than IAM about wildcards before the colon: reading `s*:Get*` conservatively harms
/// nobody.
fn check(text: &str) -> Option<PatternFault> {
    if text.is_empty() {
        return Some(PatternFault::Empty);
    }
    if let Some(c) = text.chars().find(|c| c.is_whitespace() || c.is_control()) {
        return Some(PatternFault::Character(c));
    }
    match text.matches(':').count() {
        0 if text.bytes().all(|symbol| symbol == b'*') => None,
        0 => Some(PatternFault::NoColon),
        1 => None,
        _ => Some(PatternFault::SecondColon),
    }
}

/// A text that is not a [`Pattern`], and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an action pattern: {fault}")]
pub struct PatternError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub fault: PatternFault,
}

/// Why a text is not a [`Pattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PatternFault {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// IAM: "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    #[error("no colon after the service prefix")]
    NoColon,
    /// IAM: "Actions/Condition can contain only one colon."
    #[error("a second colon")]
    SecondColon,
    /// White space or a control character.
    #[error("{0:?} cannot stand in one")]
    Character(char),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn everything_is_asterisks_on_both_sides() {
        let is = |text: &str| pattern(text).is_everything();
        assert_eq!(["*", "**", "*:*", "**:*"].map(is), [true; 4]);
        assert_eq!(["s3:*", "*:Get*", "*:?*", "*:"].map(is), [false; 4]);
    }

    fn names(pattern: &str) -> Vec<String> {
        let catalog = Catalog::embedded();
        let actions = super::tests::pattern(pattern).actions(catalog);
        actions.iter().map(|id| catalog.action(id).to_string()).collect()
    }

    #[test]
    fn what_iam_refuses_is_no_pattern() {
        let faults = [
            ("", PatternFault::Empty),
            ("GetObject", PatternFault::NoColon),
            ("s3*", PatternFault::NoColon),
            ("?", PatternFault::NoColon),
            ("s3:Get:Object", PatternFault::SecondColon),
            ("s3:Get Object", PatternFault::Character(' ')),
            ("s3:Get\u{a0}Object", PatternFault::Character('\u{a0}')),
            ("s3:Get\n", PatternFault::Character('\n')),
        ];
        for (text, fault) in faults {
            assert_eq!(text.parse::<Pattern>(), Err(PatternError { text: text.to_owned(), fault }));
        }
        assert_eq!(
            "s3:Get\n".parse::<Pattern>().unwrap_err().fault.to_string(),
            r"'\n' cannot stand in one",
            "a message stays on one line"
        );
    }

    #[test]
    fn a_pattern_may_name_what_does_not_exist() {
        for text in ["*", "**", "*:*", "s*:*", "nosuch:Thing", "s3:", "a-b.c:D_e-f", "s3:Gét*"] {
            assert_eq!(pattern(text).to_string(), text);
        }
    }

    #[test]
    fn letter_case_decides_nothing() {
        assert_eq!(pattern("S3:get*"), pattern("s3:GET*"));
        assert!(pattern("S3:get*").matches("s3:GetObject"));
        assert_eq!(std::collections::BTreeSet::from([pattern("S3:*"), pattern("s3:*")]).len(), 1);
    }

    #[test]
    fn a_service_is_literal_when_no_wildcard_stands_before_the_colon() {
        assert_eq!(pattern("S3:*").service_literal(), Some("S3"));
        assert_eq!(pattern("s3*:Get").service_literal(), None);
        assert_eq!(pattern("**").service_literal(), None);
        assert!(pattern("s3:PutObject").is_literal() && !pattern("s3:Put?bject").is_literal());
    }

    #[test]
    fn a_pattern_reaches_the_services_its_first_part_matches() {
        assert!(pattern("*").may_match_service("s3") && pattern("S3:x").may_match_service("s3"));
        assert!(pattern("s3*:x").may_match_service("s3-object-lambda"));
        assert!(!pattern("s3:*").may_match_service("s3-object-lambda"));
        assert!(!pattern("s3:*").may_match_service("s"));
    }

    #[test]
    fn covering_and_overlapping_stop_at_the_colon_only_if_a_literal_does() {
        assert!(
            pattern("*").covers(&pattern("s3:Get*")) && pattern("*:*").covers(&pattern("s3:x"))
        );
        assert!(
            pattern("s3:*").covers(&pattern("S3:Get*"))
                && !pattern("s3:Get*").covers(&pattern("s3:*"))
        );
        assert!(pattern("s3:*Object").overlaps(&pattern("s3:Get*")));
        assert!(
            pattern("*").overlaps(&pattern("s3:Get*"))
                && pattern("s3:Get*").overlaps(&pattern("**"))
        );
        assert!(!pattern("s3:*").overlaps(&pattern("sns:*")));
        assert!(!pattern("s3:Get*").overlaps(&pattern("s3:Put*")));
    }

    #[test]
    fn the_actions_of_a_pattern_come_in_order() {
        assert_eq!(
            names("S3:getbucketl*"),
            ["s3:GetBucketLocation", "s3:GetBucketLogging"],
            "a prefix, in other letter case"
        );
        assert_eq!(names("sts:?etSessionToken"), ["sts:GetSessionToken"]);
        assert_eq!(names("iam:passrole"), ["iam:PassRole"]);
        assert_eq!(names("nosuch:*"), [""; 0]);
        assert_eq!(names("iam:PassRoleX"), [""; 0]);
        assert_eq!(names("**").len(), Catalog::embedded().len());
    }

    #[test]
    fn an_action_is_a_pattern_that_matches_itself_alone() {
        let action: Action = "s3:GetObject".parse().unwrap();
        let pattern = Pattern::from(action.clone());
        assert!(pattern.is_literal() && pattern.matches(action.as_str()));
        assert_eq!(serde_json::to_string(&pattern).unwrap(), r#""s3:GetObject""#);
    }

    /// Patterns near the catalogue: a piece of an action with some letters replaced by wildcards.
    fn near_the_catalogue() -> impl Strategy<Value = Pattern> {
        let catalog = Catalog::embedded();
        let wildcards =
            proptest::collection::vec((0..40_usize, prop_oneof![Just('*'), Just('?')]), 0..4);
        (0..catalog.len(), wildcards, 0..3_usize).prop_map(|(index, wildcards, cut)| {
            let action = catalog.action(catalog.ids().nth(index).unwrap()).to_string();
            let mut letters: Vec<char> = action.chars().collect();
            for (place, wildcard) in wildcards {
                if let Some(letter) = letters.get_mut(place).filter(|letter| **letter != ':') {
                    *letter = wildcard;
                }
            }
            if cut > 0 {
                letters.push('*');
            }
            pattern(&letters.into_iter().collect::<String>())
        })
    }

    proptest! {
        #[test]
        fn the_actions_of_a_pattern_are_those_it_matches(pattern in near_the_catalogue()) {
            let catalog = Catalog::embedded();
            let one_by_one: ActionSet =
                catalog.ids().filter(|&id| pattern.matches(&catalog.action(id).to_string())).collect();
            prop_assert_eq!(pattern.actions(catalog), one_by_one.clone());
            for service in catalog.services() {
                prop_assert_eq!(pattern.actions_in(service, catalog), one_by_one.in_service(service));
            }
        }

        #[test]
        fn a_covered_pattern_has_no_action_of_its_own(
            wide in near_the_catalogue(), narrow in near_the_catalogue(),
        ) {
            let catalog = Catalog::embedded();
            let (of_wide, of_narrow) = (wide.actions(catalog), narrow.actions(catalog));
            prop_assert!(!wide.covers(&narrow) || of_narrow.is_subset(&of_wide));
            prop_assert!(wide.overlaps(&narrow) || of_narrow.is_disjoint(&of_wide));
            prop_assert!(wide.covers(&wide) && wide.overlaps(&wide));
        }

        #[test]
        fn any_text_is_a_pattern_that_prints_back_or_an_error(text in "[a-zA-Z0-9:*? é\\-]{0,12}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.to_string(), text);
            }
        }
    }
}
