#!/usr/bin/env bash
# Scans and writes SARIF; ends like the scan, with 3 where somebody is above FAIL_ABOVE.
#
# ACCOUNT, ACCESS  saved files; both empty asks the account whose credentials the job has
# FAIL_ABOVE       the highest index that passes
# SARIF_FILE       the file to write
# ARGUMENTS        more arguments of the scan, one a line
set -euo pipefail

arguments=(--fail-above "$FAIL_ABOVE" --output sarif --output-file "$SARIF_FILE")
if [[ -n $ACCOUNT ]]; then arguments+=(--account "$ACCOUNT"); fi
if [[ -n $ACCESS ]]; then arguments+=(--access "$ACCESS"); fi
while IFS= read -r argument; do
  if [[ -n $argument ]]; then arguments+=("$argument"); fi
done <<<"$ARGUMENTS"

echo "sarif-file=$SARIF_FILE" >>"$GITHUB_OUTPUT"
exec leastwise scan "${arguments[@]}"
