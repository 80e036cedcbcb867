//! A folder of resource policies: read whole, or not at all.

use crate::program::{Run, file, on_example, run};
use std::fs;
use std::path::Path;

const NEXT: &str = "next: save what AWS CLI prints as *.json files; \
     docs/resource-policies.md lists the commands";

const KEY_POLICY: &str = r#"{"Policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/asleep\"},\"Action\":\"kms:Decrypt\",\"Resource\":\"*\"}]}", "PolicyName": "default"}"#;

/// A new folder of this test run with these files, each by its path in it.
fn folder(name: &str, files: &[(&str, &str)]) -> String {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&root).unwrap();
    for (path, text) in files {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        file(&format!("{name}/{path}"), text);
    }
    root.to_str().unwrap().to_owned()
}

fn plan(folder: &str, more: &[&str]) -> Run {
    run(&on_example("plan", &[&["--resource-policies", folder], more].concat()))
}

#[test]
fn every_json_file_below_the_folder_is_read_and_nothing_else() {
    let files = [("eu/key.json", KEY_POLICY), ("eu/buses.JSON", "[]")];
    let whole = folder("all-policies", &files);
    let run = plan(&whole, &["--complete-services", "kms, events", "--resource-grants", "read"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let with_notes = folder("noted-policies", &[("key.json", KEY_POLICY), ("notes.txt", "?")]);
    let run = plan(&with_notes, &["--resource-grants", "read"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

#[test]
fn a_folder_has_all_policies_of_a_service_only_if_all_that_is_in_it_is_read() {
    let all_of_sqs = ["--complete-services", "sqs", "--resource-grants", "read"];
    let noted = folder("policies-and-notes", &[("key.json", KEY_POLICY), ("orders.txt", "{}")]);
    let expected = format!(
        "error: `{noted}/orders.txt` is not read, so the folder may not have all policies of sqs\n\n{NEXT}\n"
    );
    assert_eq!(plan(&noted, &all_of_sqs), Run::complained(1, &expected));
    let empty = folder("no-policies", &[]);
    let expected = format!(
        "error: there is no *.json file in `{empty}`, so it does not have all policies of sqs\n\n{NEXT}\n"
    );
    assert_eq!(plan(&empty, &all_of_sqs), Run::complained(1, &expected));
}

#[test]
fn a_file_that_is_no_answer_stops_everything() {
    for (name, text, because) in [
        (
            "wrong-answer",
            "{\"Error\": \"AccessDenied\"}",
            "it is neither an item of AWS Config nor what an operation prints that returns a resource policy",
        ),
        (
            "cut-answer",
            "{\"EventBuses\": [], \"NextToken\": \"page-2\"}",
            "it is incomplete: more was to follow `page-2`; save all of it",
        ),
        ("no-answer", "", "EOF while parsing a value at line 1 column 0"),
    ] {
        let folder = folder(name, &[("one/answer.json", text)]);
        let expected = format!(
            "error: could not use `{folder}/one/answer.json` as a resource policy\n  because: {because}\n\n{NEXT}\n"
        );
        assert_eq!(plan(&folder, &[]), Run::complained(1, &expected));
    }
    let expected = format!(
        "error: could not read `nowhere`\n  because: No such file or directory (os error 2)\n\n{NEXT}\n"
    );
    assert_eq!(plan("nowhere", &[]), Run::complained(1, &expected));
}

#[test]
fn only_services_that_exist_can_have_been_read_completely() {
    let run = plan("examples", &["--complete-services", "kmz"]);
    assert_eq!(
        run,
        Run::complained(
            2,
            "error: invalid value 'kmz' for '--complete-services <SERVICES>': \
             `kmz` is not the IAM prefix of a service, such as `kms`\n\n\
             For more information, try '--help'.\n"
        )
    );
}
