//! Documents, their statements and their canonical form, seen from outside.

use super::*;
use crate::pattern::Pattern;
use proptest::prelude::*;

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Everything the grammar lets one write in more than one way, and two keys of nobody's.
const UNUSUAL: &str = concat!(
    r#"{"Note":1,"Statement":[{"Resource":["arn:aws:s3:::a","*"],"Sid":"","Action":["S3:get*","s3:Put*"],"#,
    r#""Effect":"Allow","Extra":[null,1.5]},{"Effect":"Deny","NotAction":"iam:*","NotResource":"x","#,
    r#""Condition":{"Bool":{"aws:x":true,"aws:y":["b","a"]}}}],"Id":"é","Version":"2008-10-17"}"#
);

#[test]
fn a_document_prints_back_with_every_key_in_its_place() {
    let document = Document::parse(UNUSUAL).unwrap();
    assert_eq!(document.to_compact_string(), UNUSUAL);
    assert_eq!(document.to_value(), serde_json::from_str::<Value>(UNUSUAL).unwrap());
    assert_eq!((document.version(), document.id()), (Some("2008-10-17"), Some("é")));
    assert_eq!(document.size(), UNUSUAL.len() - 1, "characters, not bytes");
    assert_eq!(serde_json::to_string(&document).unwrap(), UNUSUAL);
    assert_eq!(serde_json::from_str::<Document>(UNUSUAL).unwrap(), document);
}

#[test]
fn a_statement_may_stand_by_itself() {
    let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    let document = Document::parse(text).unwrap();
    assert_eq!(document.statements().len(), 1);
    assert_eq!(document.to_compact_string(), text);
    assert_eq!(document.version(), None);
}

#[test]
fn white_space_between_tokens_is_not_counted() {
    let text = "{ \"Statement\" :\n[ ] }";
    assert_eq!(Document::parse(text).unwrap().size(), r#"{"Statement":[]}"#.len());
}

#[test]
fn a_statement_says_what_it_is_about() {
    let document = Document::parse(UNUSUAL).unwrap();
    let [allow, deny] = document.statements() else { panic!("two statements") };

    assert_eq!((allow.sid(), allow.effect()), (Some(""), Effect::Allow));
    assert_eq!(allow.actions(), &Actions::Action(patterns(&["s3:Get*", "s3:Put*"])));
    assert_eq!(allow.resources(), &Resources::All);
    assert!(allow.is_unconditional() && !allow.has_principal());

    assert_eq!((deny.sid(), deny.effect()), (None, Effect::Deny));
    assert_eq!(deny.actions(), &Actions::NotAction(patterns(&["iam:*"])));
    assert_eq!(deny.resources(), &Resources::Limited(json!({"NotResource": "x"})));
    assert_eq!(deny.condition(), Some(&json!({"Bool": {"aws:x": true, "aws:y": ["b", "a"]}})));
    assert!(!deny.is_unconditional());
}

#[test]
fn a_resource_is_unlimited_when_it_is_only_asterisks() {
    let resources = |limit: Value| {
        let mut statement = json!({"Effect": "Allow", "Action": "s3:*"});
        statement.as_object_mut().unwrap().extend(limit.as_object().unwrap().clone());
        Document::from_value(json!({"Statement": statement})).unwrap().statements()[0]
            .resources()
            .clone()
    };
    for unlimited in [json!("*"), json!("***"), json!(["arn:aws:s3:::a", "*"])] {
        assert_eq!(resources(json!({"Resource": unlimited})), Resources::All);
    }
    for limited in [json!("arn:aws:s3:::*"), json!("*:*"), json!(["a", "b"]), json!([]), json!("")]
    {
        let written = json!({"Resource": limited});
        assert_eq!(resources(written.clone()), Resources::Limited(written));
    }
    assert_eq!(
        resources(json!({"NotResource": "*"})),
        Resources::Limited(json!({"NotResource": "*"})),
        "on nothing at all, which is a limit"
    );
    assert_eq!(resources(json!({})), Resources::Absent);
}

#[test]
fn a_trust_policy_is_a_document_too() {
    let text = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let document = Document::parse(text).unwrap();
    let [statement] = document.statements() else { panic!("{document}") };
    assert!(statement.has_principal());
    assert_eq!(statement.principals(), Some(&json!({"Service": "ec2.amazonaws.com"})));
    assert_eq!(statement.resources(), &Resources::Absent);
    assert_eq!(document.to_compact_string(), text);
}

#[test]
fn what_iam_refuses_is_an_error_that_says_where_and_why() {
    let errors = [
        ("", "the policy document is not JSON: EOF while parsing a value at line 1 column 0"),
        ("{", "the policy document is not JSON: EOF while parsing an object at line 1 column 1"),
        (
            r#"{"Statement":[],"Statement":[]}"#,
            "the policy document is not JSON: the key `Statement` is there twice at line 1 column 27",
        ),
        ("[]", "the policy document is not a JSON object"),
        ("{}", "the policy document has no `Statement`"),
        (r#"{"Statement":"x"}"#, "`Statement[0]` is not a JSON object"),
        (r#"{"Statement":null}"#, "`Statement[0]` is not a JSON object"),
        (
            r#"{"Statement":[{"Effect":"Allow","Action":"s3:*"},{"Action":"s3:*"}]}"#,
            "`Statement[1]` has no `Effect`",
        ),
    ];
    for (text, message) in errors {
        assert_eq!(Document::parse(text).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn a_malformed_statement_is_an_error_that_says_why() {
    let faults = [
        (
            json!({"Effect": "allow", "Action": "s3:*"}),
            StatementFault::UnknownEffect("allow".into()),
        ),
        (json!({"Effect": 1, "Action": "s3:*"}), StatementFault::UnknownEffect("1".into())),
        (json!({"Effect": "Allow"}), StatementFault::NoAction),
        (
            json!({"Effect": "Allow", "Action": "s3:*", "NotAction": "s3:*"}),
            StatementFault::BothActionAndNotAction,
        ),
        (json!({"Effect": "Allow", "Action": {}}), StatementFault::NotStrings("Action")),
        (
            json!({"Effect": "Allow", "NotAction": ["s3:*", 1]}),
            StatementFault::NotStrings("NotAction"),
        ),
        (json!({"Effect": "Allow", "Action": []}), StatementFault::EmptyActions("Action")),
        (
            json!({"Effect": "Allow", "Action": "s3*"}),
            StatementFault::Pattern("s3*".parse::<Pattern>().unwrap_err()),
        ),
        (
            json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "NotResource": "x"}),
            StatementFault::BothResourceAndNotResource,
        ),
        (
            json!({"Effect": "Allow", "Action": "s3:*", "Resource": [1]}),
            StatementFault::NotStrings("Resource"),
        ),
        (
            json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": null}),
            StatementFault::ConditionNotAnObject,
        ),
        (json!({"Effect": "Deny", "Action": "s3:*", "Sid": 1}), StatementFault::SidNotAString),
    ];
    for (statement, fault) in faults {
        assert_eq!(
            Document::from_value(json!({"Statement": [statement]})),
            Err(DocumentError::Statement { index: 0, fault })
        );
    }
    assert_eq!(
        Document::from_value(json!({"Statement": {"Effect": "Allow", "Action": "s3*"}}))
            .unwrap_err()
            .to_string(),
        "`Statement[0]` has a malformed action: `s3*` is not an action pattern: no colon after the service prefix"
    );
}

#[test]
fn an_encoded_document_is_decoded_in_part_or_in_whole() {
    let plain =
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a+b/é"}}"#;
    let document = Document::parse(plain).unwrap();
    let every_byte: String = plain
        .bytes()
        .flat_map(|byte| format!("%{byte:02x}").into_bytes())
        .map(char::from)
        .collect();
    let in_part = plain.replace('"', "%22").replace('é', "%C3%A9");
    for encoded in [plain, &every_byte, &in_part] {
        assert_eq!(
            Document::parse_possibly_url_encoded(encoded).as_ref(),
            Ok(&document),
            "{encoded}"
        );
    }
}

#[test]
fn a_per_cent_sign_in_plain_json_is_left_alone() {
    let plain =
        r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a/%2A"}}"#;
    assert_eq!(Document::parse_possibly_url_encoded(plain).unwrap().to_compact_string(), plain);
}

#[test]
fn what_is_no_document_once_decoded_is_an_error() {
    let parse = Document::parse_possibly_url_encoded;
    assert_eq!(parse("%FF"), Err(DocumentError::NotUtf8));
    assert_eq!(parse("%7B%7D"), Err(DocumentError::NoStatement));
    assert!(matches!(parse("%7B"), Err(DocumentError::NotJson { .. })));
    assert!(matches!(parse("100%"), Err(DocumentError::NotJson { .. })));
}

#[test]
fn a_built_document_has_its_keys_in_the_usual_order() {
    let document = Document::new(vec![
        Statement::allow("Used", patterns(&["s3:GetObject", "sqs:*"])),
        Statement::deny(None, patterns(&["iam:*"]))
            .with_condition(json!({"Bool": {"aws:x": "true"}}))
            .with_resources(vec!["arn:aws:iam::111122223333:policy/leastwise/*".to_owned()]),
    ]);
    let text = concat!(
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"Used","Effect":"Allow","#,
        r#""Action":["s3:GetObject","sqs:*"],"Resource":"*"},{"Effect":"Deny","Action":"iam:*","#,
        r#""Resource":"arn:aws:iam::111122223333:policy/leastwise/*","#,
        r#""Condition":{"Bool":{"aws:x":"true"}}}]}"#
    );
    assert_eq!(document.to_compact_string(), text);
    assert_eq!(document.to_string(), text);
    assert_eq!(
        Document::parse(text),
        Ok(document),
        "built and read are equal, parsed parts included"
    );
}

#[test]
fn other_actions_leave_the_rest_of_a_statement_alone() {
    let document = Document::parse(UNUSUAL).unwrap();
    let narrowed: Vec<Statement> = document
        .statements()
        .iter()
        .map(|old| old.with_actions(patterns(&["s3:GetObject"])))
        .collect();
    assert_eq!(
        Document::new(narrowed.clone()).to_compact_string(),
        concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Resource":["arn:aws:s3:::a","*"],"Sid":"","#,
            r#""Action":"s3:GetObject","Effect":"Allow","Extra":[null,1.5]},{"Effect":"Deny","#,
            r#""Action":"s3:GetObject","NotResource":"x","#,
            r#""Condition":{"Bool":{"aws:x":true,"aws:y":["b","a"]}}}]}"#
        )
    );
    assert_eq!(narrowed[1].actions(), &Actions::Action(patterns(&["s3:GetObject"])));
    assert_eq!(narrowed[1].resources(), document.statements()[1].resources());
}

#[test]
fn an_exclusion_or_another_name_leaves_the_rest_of_a_statement_alone() {
    let document = Document::parse(UNUSUAL).unwrap();
    let deny = &document.statements()[1];
    let rest = r#""NotResource":"x","Condition":{"Bool":{"aws:x":true,"aws:y":["b","a"]}}}"#;

    let excluded = deny.with_not_actions(patterns(&["iam:*", "sts:*"]));
    assert_eq!(excluded.actions(), &Actions::NotAction(patterns(&["iam:*", "sts:*"])));
    assert_eq!(
        excluded.to_value().to_string(),
        format!(r#"{{"Effect":"Deny","NotAction":["iam:*","sts:*"],{rest}"#)
    );

    let named = deny.with_sid("Guard");
    assert_eq!(named.sid(), Some("Guard"));
    assert_eq!(
        named.to_value().to_string(),
        format!(r#"{{"Sid":"Guard","Effect":"Deny","NotAction":"iam:*",{rest}"#)
    );
    assert_eq!(named.with_sid("Other").sid(), Some("Other"));
    assert_eq!(&named.without_sid(), deny);
}

#[test]
fn statements_of_equal_limits_differ_in_effect_actions_and_name_only() {
    let limits = |statement: Value| {
        let document = Document::from_value(json!({"Statement": statement})).unwrap();
        document.statements()[0].limits()
    };
    let one =
        json!({"Sid": "A", "Effect": "Allow", "Action": "s3:*", "Resource": "x", "Condition": {}});
    let alike = json!({"Condition": {}, "Resource": "x", "NotAction": "iam:*", "Effect": "Deny"});
    assert_eq!(limits(one.clone()), limits(alike));
    assert_ne!(limits(one), limits(json!({"Effect": "Allow", "Action": "s3:*", "Resource": "x"})));
}

#[test]
fn the_canonical_form_is_the_same_for_all_spellings_of_a_meaning() {
    let one = Document::parse(UNUSUAL).unwrap();
    let other = Document::parse(concat!(
        r#"{"Version":"2008-10-17","Id":"other","Note":1,"Statement":["#,
        r#"{"Sid":"B","Effect":"Deny","NotAction":["IAM:*"],"NotResource":["x","x"],"#,
        r#""Condition":{"Bool":{"aws:y":["a","b"],"aws:x":"true"}}},"#,
        r#"{"Sid":"A","Effect":"Allow","Action":["s3:put*","s3:get*","s3:Get*"],"#,
        r#""Resource":["*","arn:aws:s3:::a"],"Extra":[null,1.5],"Condition":{}}]}"#
    ))
    .unwrap();
    assert!(one.same_meaning(&other));
    assert_eq!(
        one.canonical().to_string(),
        concat!(
            r#"{"Note":1,"Statement":[{"Action":["s3:get*","s3:put*"],"Effect":"Allow","#,
            r#""Extra":[null,1.5],"Resource":["*","arn:aws:s3:::a"]},"#,
            r#"{"Condition":{"Bool":{"aws:x":["true"],"aws:y":["a","b"]}},"Effect":"Deny","#,
            r#""NotAction":["iam:*"],"NotResource":["x"]}],"Version":"2008-10-17"}"#
        )
    );
}

#[test]
fn another_meaning_has_another_canonical_form() {
    let document =
        |statement: Value| Document::from_value(json!({"Statement": statement})).unwrap();
    let original = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a"});
    let differences = [
        ("Effect", json!("Deny")),
        ("Action", json!("s3:Get*")),
        ("Resource", json!("arn:aws:s3:::A")),
        ("Condition", json!({"Bool": {"aws:x": "true"}})),
        ("Principal", json!("*")),
    ];
    for (key, value) in differences {
        let mut changed = original.clone();
        changed[key] = value;
        assert!(!document(original.clone()).same_meaning(&document(changed)), "{key}");
    }
    let current =
        Document::from_value(json!({"Version": VERSION, "Statement": original.clone()})).unwrap();
    assert!(
        !current.same_meaning(&document(original)),
        "policy variables work in one of them only"
    );
}

/// Any document of the grammar, written in any way.
fn documents() -> impl Strategy<Value = Value> {
    let strings = |text: &'static str| {
        prop_oneof![
            text.prop_map(Value::from),
            prop::collection::vec(text, 1..4).prop_map(Value::from),
        ]
    };
    let action = strings("[a-z0-9]{1,3}:[A-Za-z*?]{1,4}");
    let condition = prop::collection::btree_map(
        "[A-Z][a-z]{1,2}",
        prop::collection::btree_map("aws:[a-zA-Z]{1,2}", strings("[^\u{0}]{0,3}"), 0..3),
        0..3,
    );
    let statement = (
        prop::sample::select(vec!["Allow", "Deny"]),
        (prop::sample::select(vec!["Action", "NotAction"]), action),
        prop::option::of((
            prop::sample::select(vec!["Resource", "NotResource"]),
            strings("[*:/a-z]{0,4}"),
        )),
        prop::option::of(condition),
        prop::option::of("[A-Za-z]{0,3}"),
        any::<prop::sample::Index>(),
    );
    let statement =
        statement.prop_map(|(effect, (key, actions), resource, condition, sid, rotation)| {
            let mut entries = vec![("Effect", json!(effect)), (key, actions)];
            entries.extend(resource);
            entries.extend(condition.map(|condition| ("Condition", json!(condition))));
            entries.extend(sid.map(|sid| ("Sid", json!(sid))));
            let start = rotation.index(entries.len());
            entries.rotate_left(start);
            Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        });
    prop_oneof![
        statement.clone().prop_map(|single| json!({"Version": VERSION, "Statement": single})),
        prop::collection::vec(statement, 0..4)
            .prop_map(|list| json!({"Statement": list, "Id": "x"})),
    ]
}

proptest! {
    #[test]
    fn printing_undoes_reading(value in documents()) {
        let document = Document::from_value(value.clone()).unwrap();
        prop_assert_eq!(document.to_value(), value.clone());
        prop_assert_eq!(document.to_compact_string(), value.to_string());
        prop_assert_eq!(Document::parse(&value.to_string()).unwrap(), document.clone());
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(Document::parse(&pretty).unwrap(), document);
    }

    #[test]
    fn encoding_is_undone(value in documents()) {
        let text = value.to_string();
        let encoded = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC);
        let document = Document::parse_possibly_url_encoded(&encoded.to_string());
        prop_assert_eq!(document, Document::parse(&text));
    }

    #[test]
    fn the_canonical_form_of_the_canonical_form_is_itself(value in documents()) {
        let document = Document::from_value(value).unwrap();
        let canonical = Document::from_value(document.canonical()).unwrap();
        prop_assert!(canonical.same_meaning(&document));
        prop_assert_eq!(canonical.to_compact_string(), document.canonical().to_string());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,60}", json in "[{}\\[\\]\":,a-zA-Z%0-9 *]{0,60}") {
        let _ = Document::parse_possibly_url_encoded(&text);
        let _ = Document::parse_possibly_url_encoded(&json);
    }
}

#[test]
fn an_action_with_white_space_in_it_matches_nothing_and_stays_in_the_text() {
    let actions = |key: &str, list: Value| {
        let text =
            json!({"Statement": [{"Effect": "Deny", key: list, "Resource": "*"}]}).to_string();
        let document = Document::parse(&text).unwrap();
        assert_eq!(document.to_compact_string(), text);
        document.statements()[0].actions().clone()
    };
    let odd = [
        "sqs: SendMessage",
        " s3:*",
        "s3:* ",
        "s3 :GetObject",
        "s3:Get\u{a0}*",
        " * ",
        "iam:\tGet*",
    ];
    for odd in odd {
        assert_eq!(actions("Action", json!(odd)), Actions::Action(vec![]), "{odd:?}");
        let with_another = json!(["rds:*", odd]);
        assert_eq!(actions("Action", with_another.clone()), Actions::Action(patterns(&["rds:*"])));
        assert_eq!(actions("NotAction", with_another), Actions::NotAction(patterns(&["rds:*"])));
        assert_eq!(
            actions("NotAction", json!([odd])),
            Actions::Action(patterns(&["*"])),
            "{odd:?}"
        );
    }
}

#[test]
fn what_is_no_pattern_without_its_white_space_is_none_with_it() {
    for text in [" ", "Get Object", "s3 *", "s3: a:b", "s3:Get \u{7}"] {
        let statement = json!({"Effect": "Allow", "Action": text, "Resource": "*"});
        assert!(Document::from_value(json!({"Statement": statement})).is_err(), "{text:?}");
    }
}

#[test]
fn a_plain_statement_has_no_limits_however_it_spells_that() {
    let is_plain = |limits: Value| {
        let mut statement = json!({ "Effect": "Allow", "Action": "s3:*" });
        statement.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
        let document = Document::from_value(json!({ "Statement": statement })).unwrap();
        document.statements()[0].is_plain()
    };
    let plain = [
        json!({ "Resource": "*" }),
        json!({ "Resource": ["*"], "Condition": {} }),
        json!({ "Resource": ["arn:aws:s3:::a", "*"] }),
    ];
    assert_eq!(plain.map(is_plain), [true; 3]);
    let limited = [
        json!({}),
        json!({ "NotResource": "*" }),
        json!({ "Resource": "arn:aws:s3:::*" }),
        json!({ "Resource": "*", "Principal": "*" }),
        json!({ "Resource": "*", "Condition": { "Bool": { "aws:SecureTransport": "true" } } }),
    ];
    assert_eq!(limited.map(is_plain), [false; 5]);
}
