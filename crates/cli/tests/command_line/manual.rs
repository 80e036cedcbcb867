//! Completions and manual pages: of the grammar, all of it.

use crate::program::{Run, run};
use std::fs;
use std::path::Path;

#[test]
fn each_shell_is_told_of_the_commands() {
    for (shell, mark) in [
        ("bash", "complete -F _leastwise"),
        ("zsh", "#compdef leastwise"),
        ("fish", "complete -c leastwise"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let Run { code, stdout, stderr } = run(&["completions", shell]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{shell}");
        assert!(stdout.contains(mark) && stdout.contains("explain"), "{shell}:\n{stdout}");
    }
    assert_eq!(run(&["completions", "tcsh"]).code, 2);
}

#[test]
fn each_command_has_a_page() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("man/new");
    let _ = fs::remove_dir_all(&folder);
    assert_eq!(run(&["man", folder.to_str().unwrap()]), Run::printed(""));
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "leastwise-apply.1",
        "leastwise-completions.1",
        "leastwise-doctor.1",
        "leastwise-evidence-check.1",
        "leastwise-evidence-cloudtrail.1",
        "leastwise-evidence-event-history.1",
        "leastwise-evidence-generated-policies.1",
        "leastwise-evidence-unused-access.1",
        "leastwise-evidence.1",
        "leastwise-explain.1",
        "leastwise-hold.1",
        "leastwise-index.1",
        "leastwise-man.1",
        "leastwise-permissions.1",
        "leastwise-plan.1",
        "leastwise-policy-compress.1",
        "leastwise-policy-expand.1",
        "leastwise-policy-permits.1",
        "leastwise-policy.1",
        "leastwise-remediate.1",
        "leastwise-restore.1",
        "leastwise-resume.1",
        "leastwise-scan.1",
        "leastwise-trace.1",
        "leastwise.1",
    ];
    assert_eq!(names, expected);
    let page = fs::read_to_string(folder.join("leastwise-explain.1")).unwrap();
    assert!(page.contains("\\-\\-max\\-evidence\\-age\\-days"), "{page}");
}
