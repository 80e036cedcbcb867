"""A release, made of wheels that hold a script, and installed from there by the GitHub Action."""

import hashlib
import json
import os
import shutil
import tarfile
import zipfile

import pytest

from places import ROOT, environment, printed, program, run

REPOSITORY = "https://git.example/owner/leastwise"
PLATFORMS = {
    "manylinux_2_28_x86_64": "x86_64-unknown-linux-gnu",
    "manylinux_2_28_aarch64": "aarch64-unknown-linux-gnu",
    "macosx_10_12_x86_64": "x86_64-apple-darwin",
    "macosx_11_0_arm64": "aarch64-apple-darwin",
}
RUNNERS = {
    ("Linux", "X64"): "x86_64-unknown-linux-gnu",
    ("Linux", "ARM64"): "aarch64-unknown-linux-gnu",
    ("macOS", "X64"): "x86_64-apple-darwin",
    ("macOS", "ARM64"): "aarch64-apple-darwin",
}


def make_wheel(folder, platform, version="1.2.3"):
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"leastwise-{version}-py3-none-{platform}.whl", "w") as wheel:
        info = f"leastwise-{version}.dist-info"
        wheel.writestr(f"leastwise-{version}.data/scripts/leastwise", f"#!/bin/sh\necho leastwise for {platform}\n")
        wheel.writestr(f"{info}/licenses/LICENSE", "the licence")
        wheel.writestr(f"{info}/licenses/NOTICE", "the notice")
        wheel.writestr(f"{info}/sboms/leastwise-cli.cyclonedx.json", f"parts for {platform}")


def make_release(folder):
    for platform in PLATFORMS:
        make_wheel(folder, platform)
    (folder / "leastwise.yaml").write_text("the template")
    printed("python3", "packaging/release.py", folder, "--repository", f"{REPOSITORY}/")
    return folder


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return make_release(tmp_path_factory.mktemp("releases") / "v1.2.3")


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_it_has_an_archive_and_the_parts_for_each_target_and_the_checksum_of_everything(release):
    targets = PLATFORMS.values()
    files = [f"leastwise-1.2.3-{target}.{kind}" for target in targets for kind in ["tar.gz", "cdx.json"]]
    files += [f"leastwise-1.2.3-py3-none-{platform}.whl" for platform in PLATFORMS]
    files += ["leastwise.rb", "leastwise.yaml"]
    assert sorted(os.listdir(release)) == sorted([*files, "SHA256SUMS"])
    sums = [line.split("  ") for line in (release / "SHA256SUMS").read_text().splitlines()]
    assert sums == [[sha256(release / name), name] for name in sorted(files)]
    printed("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=release)


def test_an_archive_holds_what_its_wheel_holds(release):
    for platform, target in PLATFORMS.items():
        name = f"leastwise-1.2.3-{target}"
        with tarfile.open(release / f"{name}.tar.gz") as archive:
            held = {entry.name: (oct(entry.mode), archive.extractfile(entry).read()) for entry in archive}
        assert held == {
            f"{name}/LICENSE": ("0o644", b"the licence"),
            f"{name}/NOTICE": ("0o644", b"the notice"),
            f"{name}/leastwise": ("0o755", f"#!/bin/sh\necho leastwise for {platform}\n".encode()),
        }
        assert (release / f"{name}.cdx.json").read_text() == f"parts for {platform}"


def test_the_same_wheels_make_the_same_release(release, tmp_path):
    again = tmp_path / "v1.2.3"
    again.mkdir()
    for wheel in release.glob("*.whl"):
        shutil.copy(wheel, again)
    shutil.copy(release / "leastwise.yaml", again)
    printed("python3", "packaging/release.py", again, "--repository", REPOSITORY)
    assert (again / "SHA256SUMS").read_text() == (release / "SHA256SUMS").read_text()


def test_a_target_that_is_missing_or_unknown_makes_no_release(tmp_path):
    def refusal(name, *platforms):
        for platform in platforms:
            make_wheel(tmp_path / name, platform)
        ended = run("python3", "packaging/release.py", tmp_path / name, "--repository", REPOSITORY)
        assert ended.returncode == 1
        return ended.stderr.strip()

    targets = ", ".join(PLATFORMS.values())
    assert refusal("one", "macosx_11_0_arm64") == f"error: `{tmp_path / 'one'}` needs one wheel for each of {targets}"
    assert refusal("other", "win_amd64") == (
        f"error: `leastwise-1.2.3-py3-none-win_amd64.whl` is for no target that is released: {targets}"
    )


def test_the_formula_names_every_archive_with_its_checksum(release):
    formula = (release / "leastwise.rb").read_text()
    assert "@" not in formula.replace("@REPOSITORY@", "")
    assert f'homepage "{REPOSITORY}"\n  version "1.2.3"' in formula
    for target in PLATFORMS.values():
        name = f"leastwise-1.2.3-{target}.tar.gz"
        address = f'url "{REPOSITORY}/releases/download/v1.2.3/{name}"'
        assert f'{address}\n      sha256 "{sha256(release / name)}"' in formula


@pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no Ruby on this machine")
def test_ruby_reads_the_formula(release):
    assert printed("ruby", "-c", release / "leastwise.rb") == "Syntax OK\n"


def install(releases, tmp_path, runner=("Linux", "X64"), version="v1.2.3"):
    path = tmp_path / "path"
    system, processor = runner
    ended = run(
        ROOT / "packaging/action/install.sh",
        env=environment(
            VERSION=version,
            RELEASES=releases.as_uri(),
            RUNNER_OS=system,
            RUNNER_ARCH=processor,
            RUNNER_TEMP=str(tmp_path),
            GITHUB_PATH=str(path),
        ),
    )
    return ended, path.read_text().strip() if path.exists() else None


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("version", ["v1.2.3", "1.2.3"])
def test_the_action_puts_the_program_for_its_runner_on_the_path(release, tmp_path, runner, version):
    ended, path = install(release.parent, tmp_path, runner, version)
    (platform,) = (platform for platform, target in PLATFORMS.items() if target == RUNNERS[runner])
    assert (ended.returncode, ended.stdout) == (0, f"leastwise for {platform}\n"), ended.stderr
    assert printed(f"{path}/leastwise") == ended.stdout


def test_the_action_runs_nothing_whose_checksum_is_another_or_missing(release, tmp_path):
    archive = "leastwise-1.2.3-x86_64-unknown-linux-gnu.tar.gz"
    changed = tmp_path / "v1.2.3"
    shutil.copytree(release, changed)
    sums = (changed / "SHA256SUMS").read_text()
    for text, said in [
        (sums.replace(sha256(release / archive), "0" * 64), "0" * 64),
        (sums.replace(archive, "other.tar.gz"), ""),
    ]:
        (changed / "SHA256SUMS").write_text(text)
        ended, path = install(tmp_path, tmp_path)
        assert (ended.returncode, path) == (1, None)
        assert ended.stdout == (
            f"::error::`{archive}` has the checksum {sha256(release / archive)}, and SHA256SUMS says `{said}`: "
            "nothing of it is run\n"
        )


def test_the_action_says_what_it_cannot_install(release, tmp_path):
    def refusal(**options):
        ended, path = install(release.parent, tmp_path, **options)
        assert (ended.returncode, path) == (1, None)
        return ended.stdout

    assert refusal(version="main") == (
        "::error::`main` is no version of Leastwise, such as 1.2.3: use a release's tag after the `@`, or give `version`\n"
    )
    assert refusal(version="../1.2.3").startswith("::error::`../1.2.3` is no version of Leastwise")
    assert refusal(runner=("Windows", "X64")) == (
        "::error::there is no release of Leastwise for Windows on X64: use a runner with Linux or macOS\n"
    )
    missing = f"{release.parent.as_uri()}/v9.9.9/leastwise-9.9.9-x86_64-unknown-linux-gnu.tar.gz"
    assert refusal(version="9.9.9") == f"::error::`{missing}` cannot be fetched: look whether the release has it\n"


def scan(tmp_path, programs, **inputs):
    """What the action's second step does with these inputs."""
    output = tmp_path / "output"
    given = {"ACCOUNT": "", "ACCESS": "", "FAIL_ABOVE": "60", "SARIF_FILE": "leastwise.sarif", "ARGUMENTS": ""}
    variables = {**given, **inputs, "GITHUB_OUTPUT": str(output), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    ended = run(ROOT / "packaging/action/scan.sh", env=environment(**variables))
    return ended, output.read_text()


def test_the_action_gives_the_scan_what_its_user_gave_and_ends_like_it(tmp_path):
    program(tmp_path / "bin", "leastwise", 'for word; do echo "<$word>"; done; exit 3')

    def words(**inputs):
        ended, output = scan(tmp_path, tmp_path / "bin", **inputs)
        assert (ended.returncode, output) == (3, "sarif-file=leastwise.sarif\n" * calls.pop())
        return ended.stdout.split("\n")[:-1]

    calls = [2, 1]
    always = ["<scan>", "<--fail-above>", "<60>", "<--output>", "<sarif>", "<--output-file>", "<leastwise.sarif>"]
    assert words() == always
    files = {"ACCOUNT": "my account.json", "ACCESS": "$(id).json"}
    assert words(**files, ARGUMENTS="--as-of\n2026-11-01\n\n--regions\neu-central-1,us-east-1\n") == [
        *always,
        "<--account>",
        "<my account.json>",
        "<--access>",
        "<$(id).json>",
        "<--as-of>",
        "<2026-11-01>",
        "<--regions>",
        "<eu-central-1,us-east-1>",
    ]


def test_the_action_writes_sarif_and_fails_where_somebody_is_above(installed, tmp_path):
    def outcome(limit):
        sarif = tmp_path / f"{limit}.sarif"
        files = {"ACCOUNT": "examples/account.json", "ACCESS": "examples/access.json"}
        more = "--as-of\n2026-11-01\n--regions\neu-central-1,us-east-1"
        ended, _ = scan(tmp_path, installed, **files, FAIL_ABOVE=limit, SARIF_FILE=str(sarif), ARGUMENTS=more)
        return ended.returncode, json.loads(sarif.read_text())["version"]

    assert [outcome("99"), outcome("100")] == [(3, "2.1.0"), (0, "2.1.0")]
