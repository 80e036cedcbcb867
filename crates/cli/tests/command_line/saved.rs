//! An account that a scan saved: a folder instead of two files.

use crate::program::{Run, root, run};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const ANALYST: &str = "arn:aws:iam::111122223333:user/analyst";

/// The example account, as a scan saves it, in a folder of this test.
struct Saved(PathBuf);

impl Saved {
    fn example(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("saved-{name}"));
        let _: std::io::Result<()> = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("reports")).unwrap();
        let example = |name: &str| -> Value {
            let text = fs::read_to_string(root().join("examples").join(name)).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        let (account, access) = (example("account.json"), example("access.json"));
        fs::write(folder.join("account.json"), account.to_string()).unwrap();
        for (list, id) in [("UserDetailList", "UserId"), ("RoleDetailList", "RoleId")] {
            for principal in account.get(list).and_then(Value::as_array).unwrap() {
                let text = |name: &str| principal.get(name).and_then(Value::as_str).unwrap();
                let (arn, id) = (text("Arn"), text(id));
                if let Some(report) = access.get(arn) {
                    let file = folder.join(format!("reports/{id}.json"));
                    fs::write(file, json!({ (arn): report }).to_string()).unwrap();
                }
            }
        }
        let saved = Self(folder);
        saved.note(&json!({}));
        saved
    }

    /// Writes what the folder says of itself, with these members instead.
    fn note(&self, more: &Value) {
        let mut notes = json!({
            "savedAccount": 1, "account": "111122223333", "partition": "aws",
            "read": "2026-11-01T00:00:00Z", "regions": ["eu-central-1", "us-east-1"],
            "complete": true, "unread": {}
        });
        notes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fs::write(self.0.join("saved.json"), notes.to_string()).unwrap();
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn run(&self, command: &str, more: &[&str]) -> Run {
        run(&[&[command, "--saved", self.path(), "--as-of", "2026-11-01"], more].concat())
    }

    /// Takes away the report on the analyst.
    fn without_a_report(self) -> Self {
        let account = fs::read_to_string(self.0.join("account.json")).unwrap();
        let account: Value = serde_json::from_str(&account).unwrap();
        let users = account.get("UserDetailList").and_then(Value::as_array).unwrap();
        let is_analyst = |user: &&Value| user.get("Arn").is_some_and(|arn| arn == ANALYST);
        let analyst = users.iter().find(is_analyst).unwrap();
        let id = analyst.get("UserId").and_then(Value::as_str).unwrap();
        fs::remove_file(self.0.join(format!("reports/{id}.json"))).unwrap();
        self
    }

    fn why_not_judged(&self) -> (Value, String) {
        let run = self.run("index", &["--output", "json"]);
        let rows: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
        let is_analyst = |row: &&Value| row.get("principal").is_some_and(|it| it == ANALYST);
        let row = rows.iter().find(is_analyst).unwrap();
        assert_eq!(row.get("index"), Some(&Value::Null));
        (row.get("notJudged").unwrap().clone(), run.stderr)
    }
}

#[test]
fn a_saved_account_is_judged_as_the_two_files_are() {
    let saved = Saved::example("same");
    let files = ["--account", "examples/account.json", "--access", "examples/access.json"];
    let how = ["--as-of", "2026-11-01", "--output", "json"];
    let regions = ["--regions", "eu-central-1,us-east-1"];
    for command in ["index", "plan", "scan"] {
        let by_files = run(&[&[command], &files[..], &how, &regions].concat());
        assert_eq!(by_files.code, 0, "{}", by_files.stderr);
        assert_eq!(saved.run(command, &["--output", "json"]), by_files, "{command}");
    }
}

#[test]
fn who_was_not_read_is_not_judged_for_the_reason_that_is_known() {
    let saved = Saved::example("unread").without_a_report();
    let not_read = "its service last accessed report was not read: ";
    saved.note(&json!({ "unread": { (ANALYST): "IAM was asked too much" } }));
    let (why, said) = saved.why_not_judged();
    assert_eq!((why, &*said), (json!(format!("{not_read}IAM was asked too much")), ""));

    saved.note(&json!({ "complete": false }));
    let cut_off = "reading was cut off before its turn; go on with `leastwise scan --resume`";
    let warning = format!(
        "warning: the account was not read to its end, and who was not read is not judged: go on with `leastwise \
         scan --resume {}`\n",
        saved.path()
    );
    let (why, said) = saved.why_not_judged();
    assert_eq!((why, said), (json!(format!("{not_read}{cut_off}")), warning));
}

#[test]
fn no_gate_opens_on_a_folder_that_was_not_read_to_its_end() {
    let saved = Saved::example("gate");
    let gates = |saved: &Saved, highest: &str| {
        let of = |command, option| saved.run(command, &[option, highest]).code;
        [of("scan", "--fail-above"), of("index", "--threshold")]
    };
    assert_eq!(gates(&saved, "100"), [0, 0]);
    saved.note(&json!({ "complete": false }));
    // Nobody who was read is above it, and nobody knows of the others.
    assert_eq!([gates(&saved, "100"), gates(&saved, "60")], [[1, 1], [1, 1]]);
    assert_eq!(saved.run("scan", &[]).code, 1);
    let one = ["--principal", ANALYST, "--fail-above", "100"];
    assert_eq!(saved.run("scan", &one).code, 0, "its own report is there");
}

#[test]
fn a_folder_that_contradicts_itself_is_refused() {
    let saved = Saved::example("contradicts");
    let not_ours = |why: &str| {
        Run::complained(
            1,
            &format!(
                "error: `{}/saved.json` is not what `leastwise scan --save` writes: {why}\n\nnext: give a folder that \
                 `leastwise scan --save` made, or save the account anew\n",
                saved.path()
            ),
        )
    };
    saved.note(&json!({ "regions": [] }));
    assert_eq!(saved.run("scan", &[]), not_ours("no account has no enabled Region"));
    saved.note(&json!({ "account": "444455556666" }));
    let other = "it is of account 444455556666, and `account.json` of account 111122223333";
    assert_eq!(saved.run("index", &[]), not_ours(other));
}

#[test]
fn regions_that_are_named_go_before_those_that_were_read() {
    let saved = Saved::example("regions");
    saved.note(&json!({ "regions": null }));
    let overlooked = "warning: use in a Region that IAM does not track is overlooked: name the enabled Regions by \
         --regions (aws account list-regions), or say --untracked-regions unused if nothing runs there\n";
    assert_eq!(saved.run("index", &[]).stderr, overlooked);
    let regions = ["--regions", "eu-central-1,us-east-1"];
    let named = saved.run("index", &regions);
    assert_eq!(named.stderr, "");
    // Of a Region that IAM does not watch nothing is known.
    saved.note(&json!({ "regions": ["eu-central-1", "mx-central-1", "us-east-1"] }));
    assert_ne!(saved.run("index", &[]).stdout, named.stdout);
    assert_eq!(saved.run("index", &regions), named);
}

#[test]
fn a_folder_that_no_scan_of_this_version_made_is_refused() {
    let saved = Saved::example("other");
    let file = format!("{}/saved.json", saved.path());
    let refused = |error: &str| {
        let next = "give a folder that `leastwise scan --save` made, or save the account anew";
        Run::complained(1, &format!("error: {error}\n\nnext: {next}\n"))
    };
    saved.note(&json!({ "savedAccount": 2 }));
    let version = format!(
        "`{file}` is not what `leastwise scan --save` writes: it is of version 2, and this reads version 1"
    );
    assert_eq!(saved.run("index", &[]), refused(&version));
    assert_eq!(run(&["scan", "--resume", saved.path()]), refused(&version));
    fs::remove_file(&file).unwrap();
    let missing =
        format!("could not read `{file}`\n  because: No such file or directory (os error 2)");
    assert_eq!(saved.run("plan", &[]), refused(&missing));
}

#[test]
fn a_live_account_and_a_saved_one_do_not_mix() {
    let wrong = |arguments: &[&str]| {
        let run = run(arguments);
        assert_eq!((run.code, &*run.stdout), (2, ""), "{arguments:?}");
        run.stderr.lines().next().unwrap_or_default().to_owned()
    };
    let files = ["--account", "a.json", "--access", "b.json"];
    let scan = |more: &[&str]| wrong(&[&["scan"], more].concat());
    assert_eq!(
        scan(&[&files[..], &["--profile", "ops"]].concat()),
        "error: access to AWS is for a live account, and a saved one is given"
    );
    let with = |one: &str, other: &str| {
        format!("error: the argument '{one} <FOLDER>' cannot be used with '{other}'")
    };
    assert_eq!(scan(&["--save", "x", "--resume", "y"]), with("--save", "--resume <FOLDER>"));
    assert_eq!(scan(&["--resume", "x", "--saved", "y"]), with("--resume", "--saved <FOLDER>"));
    let mixed = scan(&[&["--saved", "x"], &files[..]].concat());
    assert_eq!(mixed, "error: the argument '--saved <FOLDER>' cannot be used with:");
    let nothing = "error: the following required arguments were not provided:";
    assert_eq!(wrong(&["index"]), nothing);
    assert_eq!(wrong(&["plan"]), nothing);
}

#[test]
fn a_file_that_is_not_there_is_told_before_aws_is_asked() {
    for (argument, next) in [
        ("--evidence", "write it by `leastwise evidence`, or as docs/usage-file.md says"),
        (
            "--earlier-account",
            "aws iam get-account-authorization-details --output json > account.json",
        ),
    ] {
        let expected = format!(
            "error: could not read `nothing`\n  because: No such file or directory (os error 2)\n\nnext: {next}\n"
        );
        assert_eq!(run(&["scan", argument, "nothing"]), Run::complained(1, &expected));
    }
}

#[test]
fn a_result_is_not_written_over_what_was_saved_but_may_lie_beside_it() {
    let saved = Saved::example("output");
    let onto = |name: &str| {
        let file = format!("{}/{name}", saved.path());
        fs::write(saved.0.join(name), fs::read(saved.0.join(name)).unwrap_or_default()).unwrap();
        saved.run("scan", &["--output", "json", "--output-file", &file])
    };
    let over = format!(
        "error: `{}/account.json` would be written over, and is one of the files to be read\n\n\
         next: give the output another file\n",
        saved.path()
    );
    assert_eq!(onto("account.json"), Run::complained(1, &over));
    assert_eq!(onto("scan.json"), Run::printed(""));
}
