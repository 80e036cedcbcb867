//! `leastwise policy`: JSON lines in, JSON lines out.

use crate::program::{Run, file, run, run_on};
use serde_json::{Value, json};
use std::fs;

/// The exit code and the answers of a run that had nothing to say on stderr.
fn answers(run: &Run) -> (i32, Vec<Value>) {
    assert_eq!(run.stderr, "");
    (run.code, run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// As [`answers`], without the time each took.
fn compressed(wildcards: &str, cases: &[Value]) -> (i32, Vec<Value>) {
    let (code, mut answers) =
        answers(&run_on(&["policy", "compress", "--wildcards", wildcards], &lines(cases)));
    for answer in &mut answers {
        let micros = answer.as_object_mut().unwrap().shift_remove("micros");
        assert!(micros.is_none_or(|micros| micros.is_u64()));
    }
    (code, answers)
}

fn lines(cases: &[Value]) -> String {
    let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
    lines.join("\n")
}

#[test]
fn each_choice_of_wildcards_has_its_list() {
    let attached = [
        "iam:ListAttachedGroupPolicies",
        "iam:ListAttachedRolePolicies",
        "iam:ListAttachedUserPolicies",
    ];
    let case = json!({
        "id": "a", "actions": [attached[2], attached[0], attached[1], "sqs:UntagQueue", "sqs:TagQueue"],
    });
    let lists = [
        // Nothing else of IAM has `Attached` in its name, and nothing else of SQS ends in `TagQueue`.
        ("exact", json!(["iam:*Attached*", "sqs:*TagQueue"])),
        // Tagging is not reading, and a reading pattern keeps two words beside its verb.
        ("stable", json!(["iam:ListAttached*Policies", "sqs:TagQueue", "sqs:UntagQueue"])),
        ("none", json!([attached[0], attached[1], attached[2], "sqs:TagQueue", "sqs:UntagQueue"])),
    ];
    for (wildcards, patterns) in lists {
        assert_eq!(
            compressed(wildcards, std::slice::from_ref(&case)),
            (0, vec![json!({"id": "a", "patterns": patterns})]),
            "{wildcards}"
        );
    }
}

#[test]
fn exact_wildcards_are_what_is_chosen_by_saying_nothing() {
    let case = json!({"id": 7, "actions": ["sqs:TagQueue", "sqs:UntagQueue"]});
    let (code, said_nothing) = answers(&run_on(&["policy", "compress"], &lines(&[case])));
    assert_eq!((code, &said_nothing[0]["patterns"]), (0, &json!(["sqs:*TagQueue"])));
}

#[test]
fn actions_that_the_catalogue_does_not_know_stand_for_themselves_and_are_listed() {
    let case =
        json!({"actions": ["sqs:UntagQueue", "sqs:BagQueue", "nosuch:Thing", "SQS:tagqueue"]});
    assert_eq!(
        compressed("exact", &[case]),
        (
            0,
            vec![json!({
                "id": null,
                "patterns": ["nosuch:Thing", "sqs:*TagQueue", "sqs:BagQueue"],
                "unknown": ["nosuch:Thing", "sqs:BagQueue"],
            })]
        )
    );
}

#[test]
fn a_line_that_cannot_be_answered_gets_its_error_in_its_place() {
    let input = r#"{"id": 1, "actions": ["sqs:TagQueue"]}

not JSON
{"id": 3, "actions": ["sqs:Tag*"]}
{"id": 4, "patterns": ["sqs:TagQueue"]}
{"id": 5, "actions": []}
"#;
    let (code, answers) = answers(&run_on(&["policy", "compress", "--wildcards", "none"], input));
    let without_time = |answer: &Value| {
        let fields = answer.as_object().unwrap().iter().filter(|(name, _)| *name != "micros");
        fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Value>()
    };
    assert_eq!(code, 1);
    assert_eq!(
        answers.iter().map(without_time).collect::<Vec<_>>(),
        [
            json!({"id": 1, "patterns": ["sqs:TagQueue"]}),
            json!({
                "id": null,
                "error": "the line is not JSON: expected ident at line 1 column 2",
            }),
            json!({"id": 3, "error": "`sqs:Tag*` is not an action: `*` cannot stand in one"}),
            json!({"id": 4, "error": "unknown field `patterns`, expected `actions`"}),
            json!({"id": 5, "patterns": []}),
        ]
    );
}

#[test]
fn a_line_that_is_not_utf_8_costs_that_line_only() {
    let path = file("latin-1.jsonl", "");
    let first = br#"{"id": 1, "patterns": ["sqs:?ntagQueue"]}"#;
    let last = br#"{"id": 3, "patterns": ["sqs:?ntagQueue"]}"#;
    fs::write(&path, [first, &b"{\"id\": \"M\xfcller\"}"[..], last].join(&b'\n')).unwrap();
    let untag = json!([{"action": "sqs:UntagQueue", "level": "tagging"}]);
    assert_eq!(
        answers(&run(&["policy", "expand", "--input", &path])),
        (
            1,
            vec![
                json!({"id": 1, "actions": untag}),
                json!({"id": null, "error": "line 2 is not UTF-8: byte 9 cannot be read; save it as UTF-8"}),
                json!({"id": 3, "actions": untag}),
            ]
        )
    );
}

#[test]
fn no_line_is_no_answer() {
    for command in ["compress", "expand", "permits"] {
        assert_eq!(run_on(&["policy", command], ""), Run::printed(""));
        assert_eq!(run_on(&["policy", command], "\n \n"), Run::printed(""));
    }
}

#[test]
fn a_file_is_read_instead_of_the_standard_input() {
    let path = file("cases.jsonl", r#"{"id": 1, "patterns": ["sqs:?ntagQueue"]}"#);
    let expected = r#"{"id":1,"actions":[{"action":"sqs:UntagQueue","level":"tagging"}]}"#;
    assert_eq!(
        run(&["policy", "expand", "--input", &path]),
        Run::printed(&format!("{expected}\n"))
    );
    for command in ["compress", "expand", "permits"] {
        for (path, why) in [
            ("nowhere.jsonl", "No such file or directory (os error 2)"),
            ("examples", "Is a directory (os error 21)"),
        ] {
            assert_eq!(
                run(&["policy", command, "--input", path]),
                Run::complained(
                    1,
                    &format!(
                        "error: could not read `{path}`\n  because: {why}\n\n\
                         next: write one JSON object a line; README.md shows one\n"
                    )
                )
            );
        }
    }
}

#[test]
fn a_choice_of_wildcards_that_there_is_not_is_wrong_usage() {
    assert_eq!(
        run(&["policy", "compress", "--wildcards", "some"]),
        Run::complained(
            2,
            "error: invalid value 'some' for '--wildcards <WILDCARDS>': `some` is not a choice of wildcards: \
             `exact`, `stable` or `none`\n\nFor more information, try '--help'.\n"
        )
    );
}

#[test]
fn patterns_and_documents_expand_to_levelled_actions_and_what_is_unknown() {
    let allow = json!({"Statement": {"Effect": "Allow", "Action": ["sqs:*TagQueue", "nosuch:*"], "Resource": "*"}});
    let deny = json!({"Statement": {"Effect": "Deny", "Action": "sqs:TagQueue", "Resource": "*"}});
    let cases = [
        json!({"id": 1, "patterns": ["SQS:*tagqueue", "nosuch:*"]}),
        json!({"id": 2, "documents": [allow, deny]}),
        json!({"id": 3, "documents": [{"Statement": 7}]}),
    ];
    let (code, answers) = answers(&run_on(&["policy", "expand"], &lines(&cases)));
    let (tag, untag) = (
        json!({"action": "sqs:TagQueue", "level": "tagging"}),
        json!({"action": "sqs:UntagQueue", "level": "tagging"}),
    );
    assert_eq!(code, 1, "the third is no document");
    assert_eq!(answers[0], json!({"id": 1, "actions": [tag, untag], "unknown": ["nosuch:*"]}));
    assert_eq!(answers[1], json!({"id": 2, "actions": [untag], "unknown": ["nosuch:*"]}));
    assert_eq!(answers[2]["id"], 3);
    assert!(answers[2]["error"].is_string());
}

#[test]
fn documents_and_a_boundary_say_by_which_statement_an_action_gets_through_or_is_stopped() {
    let documents = json!([
        {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]},
        {"Statement": [
            {"Sid": "Queues", "Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
            {"Effect": "Deny", "Action": "sqs:PurgeQueue", "Resource": "*"},
        ]},
    ]);
    let boundary = json!({"Statement": [
        {"Sid": "Most", "Effect": "Allow", "NotAction": "s3:*", "Resource": "*"},
    ]});
    let actions = ["s3:GetObject", "sqs:SendMessage", "sqs:PurgeQueue", "ec2:RunInstances"];
    let cases = [
        json!({"id": "without", "documents": documents, "actions": actions}),
        json!({"id": "with", "documents": documents, "boundary": boundary, "actions": actions}),
    ];
    let first = json!({"document": 0, "statement": 0});
    let queues = json!({"document": 1, "statement": 0, "sid": "Queues"});
    let purge = json!({"document": 1, "statement": 1});
    let lets_through = json!({"stops": false, "allowedBy": {"statement": 0, "sid": "Most"}});
    assert_eq!(
        answers(&run_on(&["policy", "permits"], &lines(&cases))),
        (
            0,
            vec![
                json!({"id": "without", "actions": [
                    {"action": "s3:GetObject", "permitted": true, "allowedBy": first},
                    {"action": "sqs:SendMessage", "permitted": true, "allowedBy": queues},
                    {"action": "sqs:PurgeQueue", "permitted": false, "allowedBy": queues, "deniedBy": purge},
                    {"action": "ec2:RunInstances", "permitted": false},
                ]}),
                json!({"id": "with", "actions": [
                    {"action": "s3:GetObject", "permitted": false, "allowedBy": first,
                     "boundary": {"stops": true}},
                    {"action": "sqs:SendMessage", "permitted": true, "allowedBy": queues, "boundary": lets_through},
                    {"action": "sqs:PurgeQueue", "permitted": false, "allowedBy": queues, "deniedBy": purge,
                     "boundary": lets_through},
                    {"action": "ec2:RunInstances", "permitted": false, "boundary": lets_through},
                ]}),
            ]
        )
    );
}
