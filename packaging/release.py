"""Makes a release of a folder that holds one wheel for each target, and whatever else is released.

It adds an archive for each wheel with the same program, the list of what the program is made of (CycloneDX), the Homebrew
formula, and in the end the checksums of all files. The same files in, the same bytes out.

    python3 packaging/release.py dist --repository https://github.com/OWNER/NAME
"""

import argparse
import gzip
import hashlib
import io
import pathlib
import re
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "packaging/homebrew/leastwise.rb.template"
CHECKSUMS = "SHA256SUMS"

# How the platform of a wheel ends, and the target that Rust calls so.
TARGETS = {
    ("linux", "x86_64"): "x86_64-unknown-linux-gnu",
    ("linux", "aarch64"): "aarch64-unknown-linux-gnu",
    ("macosx", "x86_64"): "x86_64-apple-darwin",
    ("macosx", "arm64"): "aarch64-apple-darwin",
}


class ReleaseError(Exception):
    """What is in the folder makes no release."""


def version_and_target(wheel: pathlib.Path) -> tuple[str, str]:
    """leastwise-1.2.3-py3-none-manylinux_2_28_x86_64.whl: 1.2.3, x86_64-unknown-linux-gnu."""
    _, version, _, _, platform = wheel.stem.split("-")
    for (system, processor), target in TARGETS.items():
        if system in platform and platform.endswith(f"_{processor}"):
            return version, target
    raise ReleaseError(f"`{wheel.name}` is for no target that is released: {', '.join(TARGETS.values())}")


def member(wheel: zipfile.ZipFile, ending: str) -> bytes:
    """The one file of a wheel whose path ends so."""
    names = [name for name in wheel.namelist() if name.endswith(ending)]
    if len(names) != 1:
        raise ReleaseError(f"`{wheel.filename}` has {len(names)} files that end in `{ending}`, and must have one")
    return wheel.read(names[0])


def archive(folder: str, files: dict[str, tuple[int, bytes]]) -> bytes:
    """Files with their permissions, as .tar.gz in one folder."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, (mode, data) in sorted(files.items()):
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode = len(data), mode
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(tar.getvalue(), mtime=0)


def archive_of(path: pathlib.Path) -> tuple[str, str]:
    """Writes the archive, and the list of parts, beside a wheel; the version and the target."""
    version, target = version_and_target(path)
    name = f"leastwise-{version}-{target}"
    with zipfile.ZipFile(path) as wheel:
        files = {
            "LICENSE": (0o644, member(wheel, ".dist-info/licenses/LICENSE")),
            "NOTICE": (0o644, member(wheel, ".dist-info/licenses/NOTICE")),
            "leastwise": (0o755, member(wheel, ".data/scripts/leastwise")),
        }
        path.with_name(f"{name}.cdx.json").write_bytes(member(wheel, ".cyclonedx.json"))
    path.with_name(f"{name}.tar.gz").write_bytes(archive(name, files))
    return version, target


def digest(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def formula(folder: pathlib.Path, version: str, repository: str) -> str:
    """The Homebrew formula, with the address and the checksum of each archive."""
    text = TEMPLATE.read_text()
    text = text.replace("@REPOSITORY@", repository).replace("@VERSION@", version)
    text = text.replace("@RELEASE@", f"{repository}/releases/download/v{version}")
    for target in TARGETS.values():
        text = text.replace(f"@SHA256:{target}@", digest(folder / f"leastwise-{version}-{target}.tar.gz"))
    if left := re.findall("@[A-Z][^@ ]*@", text):
        raise ReleaseError(f"the formula's template has words that nothing replaces: {', '.join(left)}")
    return text


def release(folder: pathlib.Path, repository: str) -> None:
    made = [archive_of(wheel) for wheel in sorted(folder.glob("*.whl"))]
    if sorted(target for _, target in made) != sorted(TARGETS.values()):
        raise ReleaseError(f"`{folder}` needs one wheel for each of {', '.join(TARGETS.values())}")
    versions = {version for version, _ in made}
    if len(versions) != 1:
        raise ReleaseError(f"`{folder}` has wheels of several versions: {', '.join(sorted(versions))}")
    (folder / "leastwise.rb").write_text(formula(folder, versions.pop(), repository))
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name != CHECKSUMS]
    (folder / CHECKSUMS).write_text("".join(f"{digest(path)}  {path.name}\n" for path in files))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, help="the folder with the wheels")
    parser.add_argument("--repository", required=True, help="the address of the repository that releases")
    arguments = parser.parse_args()
    try:
        release(arguments.folder, arguments.repository.rstrip("/"))
    except ReleaseError as error:
        raise SystemExit(f"error: {error}") from None


if __name__ == "__main__":
    main()
