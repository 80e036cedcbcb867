use super::stable::pinned;
use super::words::words;
use super::*;
use crate::action::AccessLevel;
use crate::ascii_case;
use crate::catalog::ActionId;
use proptest::prelude::*;

fn set(actions: &[&str]) -> ActionSet {
    let catalog = Catalog::embedded();
    actions.iter().map(|action| catalog.find(action).expect(action)).collect()
}

fn texts(patterns: &[Pattern]) -> Vec<&str> {
    patterns.iter().map(Pattern::as_str).collect()
}

fn catalog(body: &str) -> Catalog {
    Catalog::parse(&format!("# version: 1\n# date: 2026-01-01\n{body}")).unwrap()
}

fn compressed(actions: &[&str], catalog: &Catalog, how: impl Into<Compression>) -> Vec<String> {
    let actions = actions.iter().map(|action| catalog.find(action).expect(action)).collect();
    let patterns = compress(&actions, catalog, how.into());
    patterns.iter().map(Pattern::to_string).collect()
}

const SMALL: &str = "s:\nDeleteTags tagging\nGetCluster read\nGetClusterPolicy read\nGetRole read\nGetRolePolicy read\n\
                     GetTags read\nListTags list\nPutRolePolicy write\nStageRole write\nTagRole tagging\n";

#[test]
fn wildcards_stand_at_any_place_that_makes_the_list_shorter() {
    let catalog = catalog(SMALL);
    let exact = |actions: &[&str]| compressed(actions, &catalog, Wildcards::Exact);
    assert_eq!(exact(&["s:GetCluster", "s:GetClusterPolicy"]), ["s:*Cluster*"]);
    assert_eq!(exact(&["s:GetRolePolicy", "s:PutRolePolicy"]), ["s:*RolePolicy"]);
    assert_eq!(exact(&["s:DeleteTags", "s:GetTags", "s:ListTags"]), ["s:*Tags"]);
    assert_eq!(exact(&["s:GetClusterPolicy", "s:GetRolePolicy"]), ["s:Get*Policy"]);
    assert_eq!(exact(&["s:GetRole", "s:GetRolePolicy"]), ["s:GetRole*"]);
    assert_eq!(exact(&["s:TagRole"]), ["s:TagRole"], "a single action is written out");
}

#[test]
fn letter_case_and_words_inside_words_count_as_iam_counts_them() {
    let catalog = catalog(SMALL);
    // `*Tag*` would also match `StageRole`.
    let all_but_stage = ["s:DeleteTags", "s:GetTags", "s:ListTags", "s:TagRole"];
    assert_eq!(compressed(&all_but_stage, &catalog, Wildcards::Exact), ["s:*Tags", "s:TagRole"]);
}

#[test]
fn whole_services_and_the_whole_catalogue_are_one_wildcard() {
    let embedded = Catalog::embedded();
    let sqs = ActionSet::of_service(embedded.service("sqs").unwrap());
    assert_eq!(texts(&compress(&sqs, embedded, Compression::default())), ["sqs:*"]);
    let all = ActionSet::full(embedded);
    assert_eq!(texts(&compress(&all, embedded, Compression::default())), ["*"]);
    let stable = compress(&all, embedded, Wildcards::Stable.into());
    assert!(!stable.iter().any(|pattern| pattern.as_str().ends_with(":*")));
}

#[test]
fn nothing_is_an_empty_list() {
    let nothing = ActionSet::empty();
    for wildcards in [Wildcards::Exact, Wildcards::Stable, Wildcards::None] {
        assert_eq!(compress(&nothing, Catalog::embedded(), wildcards.into()), []);
        assert_eq!(compress(&nothing, &catalog(""), wildcards.into()), []);
    }
}

#[test]
fn stable_wildcards_start_with_a_reading_verb_and_match_only_reading() {
    let catalog = catalog(
        "s:\nGetawayCar read\nGetawayPlan read\nGetRole read\nGetRoleKey write\nGetRolePolicy read\n\
         PutRole write\nReadRole read\nReadRolePolicy read\n",
    );
    let all: Vec<String> = catalog.ids().map(|id| catalog.action(id).to_string()).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(
        compressed(&all, &catalog, Wildcards::Stable),
        [
            "s:GetawayCar",
            "s:GetawayPlan",
            "s:GetRole",
            "s:GetRoleKey",
            "s:GetRolePolicy",
            "s:PutRole",
            "s:ReadRole",
            "s:ReadRolePolicy"
        ],
        "`Get*` matches a write, and `Getaway` is no verb of reading"
    );
    assert_eq!(compressed(&all, &catalog, Wildcards::Exact), ["*"]);
}

#[test]
fn stable_wildcards_keep_two_words_beside_the_verb() {
    let catalog = catalog(
        "a:\nGetKey read\nGetRole read\nGetRoleKey read\nPutRole write\n\
         b:\nGetRolePolicy read\nGetRolePolicyTags read\nGetRolePolicyVersion read\nPutRole write\n\
         c:\nGetUserPolicy read\nGetUserPolicyTags read\nPutUser write\n\
         d:\nGetRoleTagPolicy read\nGetUserTagPolicy read\nPutUserTagPolicy write\n\
         e:\nBatchGetImage read\nBatchGetImageTag read\nBatchGetImageVersion read\nPutImage write\n",
    );
    let stable = |service: &str| {
        let actions: Vec<String> = catalog
            .service(service)
            .unwrap()
            .ids()
            .map(|id| catalog.action(id).to_string())
            .filter(|action| !action.contains(":Put"))
            .collect();
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        compressed(&actions, &catalog, Wildcards::Stable)
    };
    assert_eq!(stable("a"), ["a:GetKey", "a:GetRole", "a:GetRoleKey"], "`Get*` grows");
    assert_eq!(stable("b"), ["b:GetRolePolicy*"]);
    assert_eq!(stable("c"), ["c:GetUserPolicy", "c:GetUserPolicyTags"], "only two");
    assert_eq!(stable("d"), ["d:Get*TagPolicy"], "its end is fixed, so two are enough");
    assert_eq!(
        stable("e"),
        ["e:BatchGetImage", "e:BatchGetImageTag", "e:BatchGetImageVersion"],
        "`BatchGet` is one verb"
    );
}

#[test]
fn reading_verbs_name_reading_in_the_catalogue() {
    let catalog = Catalog::embedded();
    for verb in READING_VERBS {
        let is_family = |id: &ActionId| {
            let name = catalog.action(*id).name;
            pinned(name).is_some_and(|len| len == verb.len() && ascii_case::starts_with(name, verb))
        };
        let levels: Vec<AccessLevel> =
            catalog.ids().filter(is_family).map(|id| catalog.action(id).level).collect();
        let reads = levels.iter().filter(|level| **level <= AccessLevel::Read).count();
        assert!(levels.len() >= 8, "{verb}: {}", levels.len());
        assert!(reads * 100 >= levels.len() * 97, "{verb}: {reads} of {}", levels.len());
    }
}

#[test]
fn the_last_resort_cuts_words_and_abridges_single_names() {
    let how = Compression { readability: Readability::LastResort, ..Compression::default() };
    let catalog = Catalog::embedded();
    let one = set(&["s3:GetBucketLocation"]);
    let patterns = compress(&one, catalog, how);
    assert!(characters(&patterns) <= "s3:*Location".len() + ELEMENT_OVERHEAD, "{patterns:?}");
    assert_eq!(expand(&patterns, catalog), one);
}

#[test]
fn an_unknown_action_stands_for_itself_even_where_a_wildcard_matches_it() {
    let catalog = catalog(SMALL);
    let actions = ["s:GetRole", "S:getrolepolicy", "s:GetRoleNews", "x:Y", "s:getrolenews"];
    let list = compress_names(
        actions.iter().map(|action| action.parse().unwrap()),
        &catalog,
        Compression::default(),
    );
    assert_eq!(texts(&list.patterns), ["s:GetRole*", "s:GetRoleNews", "x:Y"]);
    assert_eq!(list.unknown, ["s:GetRoleNews", "x:Y"].map(|action| action.parse().unwrap()));
}

#[test]
fn drift_is_what_only_a_wildcard_admits_and_the_older_catalogue_did_not_know() {
    let older = catalog(SMALL);
    let newer = catalog(&SMALL.replace("GetRoleP", "GetRoleNews write\nGetRoleOld read\nGetRoleP"));
    let patterns = ["s:GetRole*", "s:GetRoleOld"].map(|text| text.parse().unwrap());
    assert_eq!(
        drift(&patterns, &older, &newer),
        [Admitted {
            action: "s:GetRoleNews".parse().unwrap(),
            level: AccessLevel::Write,
            pattern: "s:GetRole*".parse().unwrap(),
        }]
    );
    assert_eq!(drift(&patterns, &older, &older), []);
}

#[test]
fn settings_read_and_print_the_same_word() {
    for wildcards in [Wildcards::Exact, Wildcards::Stable, Wildcards::None] {
        assert_eq!(wildcards.to_string().parse(), Ok(wildcards));
        assert_eq!(serde_json::to_value(wildcards).unwrap(), serde_json::json!(wildcards.as_str()));
    }
    assert_eq!(
        "some".parse::<Wildcards>().unwrap_err().to_string(),
        "`some` is not a choice of wildcards: `exact`, `stable` or `none`"
    );
}

/// Actions near each other, as used ones are: runs of the catalogue, every so many of a run, and
/// strays.
fn actions() -> impl Strategy<Value = ActionSet> {
    let catalog = Catalog::embedded();
    let run = (0..catalog.len(), 1..120_usize, 1..4_usize);
    proptest::collection::vec(run, 0..8).prop_map(|runs| {
        let ids: Vec<ActionId> = catalog.ids().collect();
        let of = |(start, len, step): (usize, usize, usize)| {
            ids.iter().copied().skip(start).take(len).step_by(step).collect::<Vec<_>>()
        };
        runs.into_iter().flat_map(of).collect()
    })
}

fn how() -> impl Strategy<Value = Compression> {
    let wildcards =
        prop::sample::select(vec![Wildcards::Exact, Wildcards::Stable, Wildcards::None]);
    wildcards.prop_map(Compression::from)
}

/// The definition of a glob, as a second opinion.
fn naive(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            naive(rest, text) || text.split_first().is_some_and(|(_, tail)| naive(pattern, tail))
        }
        ([symbol, rest @ ..], [c, tail @ ..]) => {
            symbol.eq_ignore_ascii_case(c) && naive(rest, tail)
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn expanding_gives_back_the_set_and_the_list_is_never_longer(actions in actions(), how in how()) {
        let catalog = Catalog::embedded();
        let patterns = compress(&actions, catalog, how);
        prop_assert_eq!(&expand(&patterns, catalog), &actions);
        prop_assert!(patterns.is_sorted_by(|left, right| left < right));
        let written_out = compress(&actions, catalog, Wildcards::None.into());
        prop_assert!(written_out.iter().all(Pattern::is_literal));
        prop_assert!(characters(&patterns) <= characters(&written_out));
        for pattern in &patterns {
            prop_assert_eq!(&pattern.as_str().parse::<Pattern>(), &Ok(pattern.clone()));
        }
    }

    #[test]
    fn a_second_matcher_agrees_on_every_action(actions in actions(), how in how()) {
        let catalog = Catalog::embedded();
        let patterns = compress(&actions, catalog, how);
        for service in catalog.services() {
            let prefix = format!("{}:", service.namespace);
            let near: Vec<&str> = patterns
                .iter()
                .filter_map(|pattern| pattern.as_str().strip_prefix(&prefix))
                .collect();
            for id in service.ids() {
                let name = catalog.action(id).name;
                let matched =
                    near.iter().any(|pattern| naive(pattern.as_bytes(), name.as_bytes()));
                prop_assert_eq!(matched, actions.contains(id), "{}{}", prefix, name);
            }
        }
    }

    #[test]
    fn the_order_and_the_spelling_of_the_names_decide_nothing(actions in actions(), how in how()) {
        let catalog = Catalog::embedded();
        let mut names: Vec<String> =
            actions.iter().map(|id| catalog.action(id).to_string()).collect();
        let parse = |names: &[String]| -> Vec<Action> {
            names.iter().map(|name| name.parse().unwrap()).collect()
        };
        let forwards = compress_names(parse(&names), catalog, how);
        names.reverse();
        for name in &mut names {
            name.make_ascii_uppercase();
        }
        names.extend_from_within(..names.len() / 2);
        let backwards = compress_names(parse(&names), catalog, how);
        prop_assert_eq!(texts(&forwards.patterns), texts(&backwards.patterns));
        prop_assert_eq!(&forwards.patterns, &compress(&actions, catalog, how));
    }

    #[test]
    fn stable_patterns_match_nothing_but_reading(actions in actions()) {
        let catalog = Catalog::embedded();
        for pattern in compress(&actions, catalog, Wildcards::Stable.into()) {
            let (_, name) = pattern.as_str().split_once(':').unwrap();
            if !pattern.is_literal() {
                prop_assert!(READING_VERBS.iter().any(|verb| name.starts_with(verb)), "{}", pattern);
                let levels = pattern.actions(catalog);
                prop_assert!(levels.iter().all(|id| catalog.action(id).level <= AccessLevel::Read));
                let pieces = name.split('*').filter(|piece| !piece.is_empty());
                let kept: usize = pieces.map(|piece| words(piece).len() - 1).sum();
                prop_assert!(kept >= 3, "{}: a verb and two words", pattern);
                prop_assert!(levels.len() >= if name.ends_with('*') { 3 } else { 2 }, "{}", pattern);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn the_last_resort_is_exact_too(actions in actions()) {
        let catalog = Catalog::embedded();
        let few: ActionSet = actions.iter().take(60).collect();
        let how = Compression { readability: Readability::LastResort, ..Compression::default() };
        let patterns = compress(&few, catalog, how);
        prop_assert_eq!(expand(&patterns, catalog), few.clone());
        prop_assert!(characters(&patterns) <= characters(&compress(&few, catalog, Compression::default())));
    }
}
