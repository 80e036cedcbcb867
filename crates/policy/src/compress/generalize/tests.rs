use super::*;
use crate::action::AccessLevel;
use crate::catalog::ActionId;
use crate::compress::{Compression, characters, compress, expand};
use crate::document::Actions;
use crate::pattern::Pattern;
use proptest::prelude::*;

/// Two services: one of roles, and one whose names have nothing in common.
const SMALL: &str = "# version: 1\n# date: 2026-01-01\n\
                     a:\nDeleteRole write\nGetRole read\nGetRoleKey read\nGetRolePolicy read\nPutRole write\n\
                     b:\nAsk read\nDrop write\nEnd write\n";

fn small() -> Catalog {
    Catalog::parse(SMALL).unwrap()
}

fn set(actions: &[&str], catalog: &Catalog) -> ActionSet {
    actions.iter().map(|action| catalog.find(action).expect(action)).collect()
}

fn within(patterns: &[&str]) -> Actions {
    Actions::Action(patterns.iter().map(|pattern| pattern.parse().unwrap()).collect())
}

/// The patterns and the extras, or the shortest length.
type Answer = Result<(Vec<String>, Vec<String>), usize>;

/// What comes out for the small catalogue.
fn generalized(
    wanted: &[&str],
    tiers: &[&[&str]],
    within: Option<&Actions>,
    characters: usize,
) -> Answer {
    let catalog = small();
    let tiers: Vec<ActionSet> = tiers.iter().map(|tier| set(tier, &catalog)).collect();
    let wanted = set(wanted, &catalog);
    let what = Generalization { wanted: &wanted, tiers: &tiers, within, characters };
    match generalize(&what, &catalog) {
        Ok(list) => Ok((
            list.patterns.iter().map(Pattern::to_string).collect(),
            list.extras.iter().map(|id| catalog.action(id).to_string()).collect(),
        )),
        Err(TooLong { shortest }) => Err(shortest),
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn list(patterns: &[&str], extras: &[&str]) -> (Vec<String>, Vec<String>) {
    (texts(patterns), texts(extras))
}

#[test]
fn an_exact_list_that_fits_admits_nothing() {
    let wanted = ["a:GetRole", "a:GetRoleKey", "a:GetRolePolicy", "b:Drop"];
    let tiers: &[&[&str]] = &[&["a:PutRole", "b:Ask"]];
    // `a:Get*` and `b:Drop` with quotes and commas: 9 + 9.
    assert_eq!(generalized(&wanted, tiers, None, 18), Ok(list(&["a:Get*", "b:Drop"], &[])));
}

#[test]
fn extras_of_a_later_tier_wait_until_the_earlier_ones_do_not_do() {
    let wanted = ["a:GetRole", "a:GetRolePolicy"];
    let (key, put) = ("a:GetRoleKey", "a:PutRole");
    let tiers: &[&[&str]] = &[&[key], &[put, "a:DeleteRole"]];
    assert_eq!(
        generalized(&wanted, tiers, None, 30),
        Ok(list(&["a:GetRole", "a:GetRolePolicy"], &[])),
        "12 + 18"
    );
    assert_eq!(generalized(&wanted, tiers, None, 29), Ok(list(&["a:Get*"], &[key])));
    assert_eq!(generalized(&wanted, tiers, None, 9), Ok(list(&["a:Get*"], &[key])));
    assert_eq!(
        generalized(&wanted, tiers, None, 8),
        Ok(list(&["a:*"], &["a:DeleteRole", key, put])),
        "6 characters, with all tiers"
    );
    assert_eq!(generalized(&wanted, tiers, None, 5), Err(6));
    assert_eq!(generalized(&wanted, &tiers[..1], None, 8), Err(9));
    assert_eq!(generalized(&wanted, &[], None, 29), Err(30));
}

#[test]
fn what_is_neither_wanted_nor_in_a_tier_is_never_matched() {
    let tiers: &[&[&str]] = &[&["a:GetRoleKey", "a:GetRolePolicy", "a:PutRole"]];
    // `a:*Role*` and `a:*` would match `DeleteRole`.
    assert_eq!(generalized(&["a:GetRole"], tiers, None, 8), Err(9));
    assert_eq!(
        generalized(&["a:GetRole"], tiers, None, 9),
        Ok(list(&["a:Get*"], &["a:GetRoleKey", "a:GetRolePolicy"]))
    );
}

#[test]
fn of_two_services_the_one_is_generalised_that_saves_more_for_each_extra() {
    let wanted = ["a:GetRole", "a:GetRolePolicy", "b:Ask", "b:Drop"];
    // Exact: 12 + 18 + 8 + 9 = 47. `b:*` saves 11 of it, `a:Get*` 21, each with one extra.
    let one_each: &[&[&str]] = &[&["a:GetRoleKey", "b:End"]];
    for characters in [26, 40] {
        assert_eq!(
            generalized(&wanted, one_each, None, characters),
            Ok(list(&["a:Get*", "b:Ask", "b:Drop"], &["a:GetRoleKey"]))
        );
    }
    assert_eq!(
        generalized(&wanted, one_each, None, 25),
        Ok(list(&["a:Get*", "b:*"], &["a:GetRoleKey", "b:End"]))
    );
    // `a:*` would save 24, but with three extras.
    let three_of_a: &[&[&str]] = &[&["a:DeleteRole", "a:GetRoleKey", "a:PutRole", "b:End"]];
    assert_eq!(
        generalized(&["a:GetRolePolicy", "b:Ask", "b:Drop"], three_of_a, None, 24),
        Ok(list(&["a:GetRolePolicy", "b:*"], &["b:End"]))
    );
}

#[test]
fn no_pattern_is_wider_than_what_it_must_be_within() {
    let wanted = ["a:DeleteRole", "a:PutRole"];
    let only = within(&["a:Put*", "a:Delete*", "b:*"]);
    assert_eq!(
        generalized(&wanted, &[], None, 18),
        Ok(list(&["a:DeleteRole", "a:PutRole"], &[])).and(Err(27))
    );
    let all: &[&[&str]] = &[&["a:GetRole", "a:GetRoleKey", "a:GetRolePolicy"]];
    assert_eq!(
        generalized(&wanted, all, Some(&only), 26),
        Ok(list(&["a:Delete*", "a:Put*"], &[])),
        "`a:*` would be shorter"
    );
    let but_gets = Actions::NotAction(vec!["a:Get*".parse().unwrap()]);
    assert_eq!(generalized(&wanted, all, Some(&but_gets), 26), Err(27));
    assert_eq!(
        generalized(&wanted, all, Some(&within(&["b:*"])), 27),
        Ok(list(&["a:DeleteRole", "a:PutRole"], &[])),
        "what is wanted is written out all the same"
    );
}

#[test]
fn a_standing_list_that_does_is_kept_and_one_that_matches_too_much_is_not() {
    let wanted = ["b:Ask", "b:Drop"];
    let standing = within(&["a:*", "b:*"]);
    let end: &[&[&str]] = &[&["b:End"]];
    assert_eq!(generalized(&wanted, end, Some(&standing), 6), Ok(list(&["b:*"], &["b:End"])));
    assert_eq!(generalized(&wanted, end, Some(&standing), 17), Ok(list(&["b:Ask", "b:Drop"], &[])));
    assert_eq!(generalized(&wanted, &[], Some(&standing), 6), Err(17));
    let both = ["b:Ask", "b:Drop", "a:GetRole"];
    let everything = within(&["*"]);
    let rest: &[&[&str]] =
        &[&["a:DeleteRole", "a:GetRoleKey", "a:GetRolePolicy", "a:PutRole", "b:End"]];
    assert_eq!(generalized(&both, rest, Some(&everything), 11), Err(12), "`*` is of two services");
}

#[test]
fn all_of_the_catalogue_is_one_wildcard_only_within_itself() {
    let catalog = small();
    let all: Vec<String> = catalog.ids().map(|id| catalog.action(id).to_string()).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(generalized(&all, &[], None, 4), Ok(list(&["*"], &[])));
    assert_eq!(generalized(&all, &[], None, 3), Err(4));
    let services = within(&["a:*", "b:*"]);
    assert_eq!(generalized(&all, &[], Some(&services), 12), Ok(list(&["a:*", "b:*"], &[])));
}

#[test]
fn nothing_wanted_is_an_empty_list() {
    assert_eq!(generalized(&[], &[&["a:GetRole"]], None, 0), Ok(list(&[], &[])));
}

#[test]
fn an_error_says_how_short_it_can_be() {
    assert_eq!(
        TooLong { shortest: 7000 }.to_string(),
        "the shortest list of actions has 7000 characters"
    );
}

/// A question of a principal: what it uses, what it was granted besides, by level, and how.
#[derive(Debug)]
struct Case {
    wanted: ActionSet,
    tiers: Vec<ActionSet>,
    within: Option<Actions>,
    characters: usize,
}

impl Case {
    fn generalization(&self) -> Generalization<'_> {
        let Self { wanted, tiers, within, characters } = self;
        Generalization { wanted, tiers, within: within.as_ref(), characters: *characters }
    }
}

const SERVICES: &[&str] = &["dynamodb", "iam", "kms", "lambda", "route53", "s3", "sns", "sqs"];
const NAMES: &[&str] = &["*", "Get*", "*Tag*", "List*", "D*"];

fn cases() -> impl Strategy<Value = Case> {
    let catalog = Catalog::embedded();
    let grants =
        prop::collection::vec((prop::sample::select(SERVICES), prop::sample::select(NAMES)), 1..6);
    let uses = prop::collection::vec((0..10_000_usize, 1..9_usize, 1..3_usize), 1..8);
    (grants, uses, any::<bool>(), 20..110_usize).prop_map(move |(grants, uses, inside, percent)| {
        let patterns: Vec<Pattern> = grants
            .iter()
            .map(|(service, name)| format!("{service}:{name}").parse().unwrap())
            .collect();
        let granted: Vec<ActionId> = expand(&patterns, catalog).iter().collect();
        let wanted: ActionSet = uses
            .into_iter()
            .flat_map(|(start, length, step)| {
                granted.iter().copied().skip(start % granted.len()).step_by(step).take(length)
            })
            .collect();
        let of = |reads: bool| {
            let is_of = |id: &ActionId| (catalog.action(*id).level <= AccessLevel::Read) == reads;
            granted.iter().copied().filter(is_of).collect()
        };
        let exact = characters(&compress(&wanted, catalog, Compression::default()));
        Case {
            wanted,
            tiers: vec![of(true), of(false)],
            within: inside.then_some(Actions::Action(patterns)),
            characters: exact * percent / 100,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_list_keeps_every_promise(case in cases()) {
        let catalog = Catalog::embedded();
        let what = case.generalization();
        let Ok(list) = generalize(&what, catalog) else { return Ok(()) };
        let matched = expand(&list.patterns, catalog);
        prop_assert!(case.wanted.is_subset(&matched));
        prop_assert_eq!(&matched.difference(&case.wanted), &list.extras);
        prop_assert!(list.extras.is_subset(&case.tiers[0].union(&case.tiers[1])));
        prop_assert!(characters(&list.patterns) <= case.characters);
        prop_assert!(list.patterns.is_sorted_by(|left, right| left < right));
        for pattern in &list.patterns {
            prop_assert!(pattern.service_literal().is_some(), "{}", pattern);
            if let Some(within) = &case.within {
                prop_assert!(within.includes(pattern), "{}", pattern);
            }
        }
    }

    #[test]
    fn fewer_tiers_are_tried_first(case in cases()) {
        let catalog = Catalog::embedded();
        let what = case.generalization();
        let full = generalize(&what, catalog);
        for tiers in 0..case.tiers.len() {
            let fewer = generalize(&Generalization { tiers: &case.tiers[..tiers], ..what }, catalog);
            if fewer.is_ok() {
                let full = full.as_ref().unwrap();
                for later in &case.tiers[tiers..] {
                    prop_assert!(later.is_disjoint(&full.extras));
                }
            }
        }
    }

    #[test]
    fn asking_again_about_the_answer_gives_the_answer(case in cases()) {
        let catalog = Catalog::embedded();
        let Ok(list) = generalize(&case.generalization(), catalog) else { return Ok(()) };
        let tiers: Vec<ActionSet> =
            case.tiers.iter().map(|tier| tier.intersection(&list.extras)).collect();
        let within = Actions::Action(list.patterns.clone());
        let again = Generalization { tiers: &tiers, within: Some(&within), ..case.generalization() };
        prop_assert_eq!(generalize(&again, catalog).unwrap(), list);
    }

    #[test]
    fn the_shortest_length_is_one_that_fits(case in cases()) {
        let catalog = Catalog::embedded();
        let what = Generalization { characters: 0, ..case.generalization() };
        let TooLong { shortest } = generalize(&what, catalog).unwrap_err();
        let list = generalize(&Generalization { characters: shortest, ..what }, catalog).unwrap();
        prop_assert_eq!(characters(&list.patterns), shortest);
    }

    #[test]
    fn where_there_is_room_the_list_is_the_exact_one(case in cases()) {
        let catalog = Catalog::embedded();
        let exact = compress(&case.wanted, catalog, Compression::default());
        let what =
            Generalization { characters: characters(&exact), within: None, ..case.generalization() };
        let list = generalize(&what, catalog).unwrap();
        prop_assert_eq!(list.extras, ActionSet::empty());
        prop_assert!(characters(&list.patterns) <= characters(&exact));
    }
}
