"""Check SSM Automation documents against the JSON schema of AWS's document language service.

    python validate_document.py DOCUMENT.yaml …

prints one line per problem, `file: path: message`, and ends with 1 if there is any.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml
from jsonschema import validators

INSTALLED = Path(os.environ.get("LEASTWISE_STAND_NODE", Path(__file__).parents[2] / "target" / "stand" / "node"))
# Runtimes of aws:executeScript that are newer than the schema.
# Source: <https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html>
NEWER_RUNTIMES = ["python3.8", "python3.9", "python3.10", "python3.11"]
SCHEMA = INSTALLED / "node_modules" / "aws-ssm-document-language-service" / "dist" / "schema.json"


def with_newer_runtimes(schema: Any) -> Any:
    """The schema with the runtimes that AWS has added since."""
    if isinstance(schema, list):
        return [with_newer_runtimes(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: with_newer_runtimes(one) for key, one in schema.items()}
    if "python3.7" in changed.get("enum", []):
        changed["enum"] = changed["enum"] + NEWER_RUNTIMES
    return changed


def problems(document: Any, schema: dict[str, Any]) -> list[str]:
    """What the schema has against the document; of alternatives, the complaint of the closest one."""
    validator = validators.validator_for(schema)(schema)
    found = []
    for error in sorted(validator.iter_errors(document), key=lambda one: [str(part) for part in one.absolute_path]):
        while error.context:
            error = max(error.context, key=lambda one: len(one.absolute_path))
        where = "/".join(str(part) for part in error.absolute_path) or "(document)"
        found.append(f"{where}: {error.message}")
    return found


def main(files: list[str]) -> int:
    """Check every file."""
    schema = with_newer_runtimes(json.loads(SCHEMA.read_text(encoding="utf-8")))
    count = 0
    for file in files:
        for problem in problems(yaml.safe_load(Path(file).read_text(encoding="utf-8")), schema):
            print(f"{file}: {problem}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
