"""Where things are, and how programs are run."""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/packaging"
NODE_PACKAGES = ROOT / "target/packaging/node/node_modules"
STAND_PACKAGES = ROOT / "target/stand/node/node_modules"
EXAMPLE = ["--account", "examples/account.json", "--access", "examples/access.json"]


def tool(name: str) -> str:
    """A program that the tests' Python packages brought."""
    return str(pathlib.Path(sys.executable).with_name(name))


def run(*command: object, **options) -> subprocess.CompletedProcess:
    """Runs a program in the repository, or where `cwd` says, and keeps what it printed."""
    options = {"cwd": ROOT, "capture_output": True, "text": True, "stdin": subprocess.DEVNULL, **options}
    return subprocess.run([str(word) for word in command], check=False, **options)


def printed(*command: object, **options) -> str:
    """What a program printed that must end well."""
    ended = run(*command, **options)
    assert ended.returncode == 0, f"{command}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def environment(**variables: str) -> dict[str, str]:
    return {**os.environ, **variables}


def program(folder: pathlib.Path, name: str, script: str) -> pathlib.Path:
    """A shell script as a program in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def node(script: str, *arguments: object) -> str:
    return printed(shutil.which("node"), HERE / script, *arguments, env=environment(NODE_PACKAGES=str(NODE_PACKAGES)))
