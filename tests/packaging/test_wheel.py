"""The wheel: what is in it, and what it does once installed."""

import email
import json
import tomllib
import zipfile

from places import EXAMPLE, ROOT, printed, run

VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
INFO = f"leastwise-{VERSION}.dist-info"


def test_it_holds_the_program_its_licences_and_the_list_of_its_parts(wheel):
    with zipfile.ZipFile(wheel) as files:
        assert sorted(files.namelist()) == [
            f"leastwise-{VERSION}.data/scripts/leastwise",
            f"{INFO}/METADATA",
            f"{INFO}/RECORD",
            f"{INFO}/WHEEL",
            f"{INFO}/licenses/LICENSE",
            f"{INFO}/licenses/NOTICE",
            f"{INFO}/sboms/leastwise-cli.cyclonedx.json",
        ]
        for name in ["LICENSE", "NOTICE"]:
            assert files.read(f"{INFO}/licenses/{name}") == (ROOT / name).read_bytes()


def test_its_metadata_say_what_it_is(wheel):
    with zipfile.ZipFile(wheel) as files:
        metadata = email.message_from_bytes(files.read(f"{INFO}/METADATA"))
    names = ["Name", "Version", "License-Expression", "Requires-Python", "Requires-Dist"]
    assert [metadata[name] for name in names] == ["leastwise", VERSION, "Apache-2.0", ">=3.9", None]
    assert metadata.get_payload().startswith("# leastwise\n")


def test_the_list_of_parts_has_every_package_that_the_program_is_made_of(wheel):
    with zipfile.ZipFile(wheel) as files:
        listed = json.loads(files.read(f"{INFO}/sboms/leastwise-cli.cyclonedx.json"))
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.5")
    tree = ["cargo", "tree", "--locked", "--package", "leastwise-cli", "--edges", "normal", "--prefix", "none"]
    lines = (line.split() for line in printed(*tree).splitlines() if line)
    made_of = {(name, version.removeprefix("v")) for name, version, *_ in lines}
    assert {"aws-sdk-iam", "leastwise-cli", "leastwise-rightsizing"} <= {name for name, _ in made_of}
    parts = {(part["name"], part["version"]) for part in [listed["metadata"]["component"], *listed["components"]]}
    assert made_of - parts == set()


def test_installed_it_says_its_version_and_scores_the_example(installed):
    assert printed(installed / "leastwise", "--version").startswith(f"leastwise {VERSION} (action catalogue: ")
    options = ["--as-of", "2026-11-01", "--regions", "eu-central-1,us-east-1", "--output", "csv"]
    index = printed(installed / "leastwise", "index", *EXAMPLE, *options)
    scores = [line.split(",")[:3] for line in index.splitlines()[1:]]
    # As the README shows them.
    assert scores == [
        ["arn:aws:iam::111122223333:user/analyst", "70", "high"],
        ["arn:aws:iam::111122223333:user/newcomer", "0", "low"],
        ["arn:aws:iam::111122223333:role/asleep", "100", "high"],
        ["arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", "", ""],
        ["arn:aws:iam::111122223333:role/ci/builder", "54", "medium"],
    ]


def test_the_program_fails_for_a_pipeline_where_somebody_is_above(installed):
    scan = ["scan", *EXAMPLE, "--as-of", "2026-11-01", "--regions", "eu-central-1,us-east-1", "--fail-above"]
    assert [run(installed / "leastwise", *scan, limit).returncode for limit in ["99", "100"]] == [3, 0]
