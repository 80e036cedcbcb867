#!/usr/bin/env bash
# Puts the `leastwise` of a release on the PATH of the steps that follow, after a look at its checksum.
#
# VERSION   the version to install, with or without a `v`
# RELEASES  where the releases lie, each in a folder named after its tag
set -euo pipefail

fail() {
  echo "::error::$*"
  exit 1
}

version="${VERSION#v}"
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] ||
  fail "\`$VERSION\` is no version of Leastwise, such as 1.2.3: use a release's tag after the \`@\`, or give \`version\`"

case "$RUNNER_OS-$RUNNER_ARCH" in
  Linux-X64) target=x86_64-unknown-linux-gnu ;;
  Linux-ARM64) target=aarch64-unknown-linux-gnu ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  *) fail "there is no release of Leastwise for $RUNNER_OS on $RUNNER_ARCH: use a runner with Linux or macOS" ;;
esac

name="leastwise-$version-$target"
folder="$(mktemp -d "$RUNNER_TEMP/leastwise.XXXXXX")"
cd "$folder"
for file in "$name.tar.gz" SHA256SUMS; do
  curl --fail --silent --show-error --location --retry 3 --proto '=https,file' --output "$file" "$RELEASES/v$version/$file" ||
    fail "\`$RELEASES/v$version/$file\` cannot be fetched: look whether the release has it"
done

if command -v sha256sum >/dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
expected="$(awk -v name="$name.tar.gz" '$2 == name { print $1 }' SHA256SUMS)"
found="$("${sum[@]}" "$name.tar.gz" | awk '{ print $1 }')"
[[ -n $expected && $found == "$expected" ]] ||
  fail "\`$name.tar.gz\` has the checksum $found, and SHA256SUMS says \`$expected\`: nothing of it is run"

tar --extract --gzip --file "$name.tar.gz"
echo "$folder/$name" >>"$GITHUB_PATH"
"$folder/$name/leastwise" --version
