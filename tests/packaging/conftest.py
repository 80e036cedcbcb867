"""The wheel, made and installed once for all tests."""

import os
import pathlib
import shutil
import sys

import pytest

from places import ROOT, environment, printed, tool


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> pathlib.Path:
    """The wheel of the program that the tests have built."""
    folder = tmp_path_factory.mktemp("wheel")
    path = f"{ROOT / 'tests/packaging/shim'}{os.pathsep}{os.environ['PATH']}"
    env = environment(PATH=path, LEASTWISE_CARGO=os.environ.get("LEASTWISE_CARGO") or shutil.which("cargo"))
    env.pop("CARGO", None)
    build = ["build", "--profile", "quick", "--locked", "--compatibility", "linux", "--out", folder]
    printed(tool("maturin"), *build, cwd=ROOT / "crates/cli", env=env)
    (wheel,) = folder.iterdir()
    return wheel


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> pathlib.Path:
    """The folder with the program of the wheel, installed where nothing else is."""
    folder = tmp_path_factory.mktemp("installed")
    printed(sys.executable, "-m", "venv", folder)
    printed(folder / "bin/python", "-m", "pip", "install", "--quiet", "--no-index", wheel)
    return folder / "bin"
