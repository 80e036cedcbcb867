"""Which lines of a function's output Lambda hands on: with the JSON format, those as severe as the function asks.

<https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
"""

import json
import re
from typing import Any

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
DEFAULT = "INFO"
# What a time must look like for Lambda to heed the level beside it.
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def severity(line: str) -> str:
    """The level that Lambda gives a line: its own if it is valid and stands beside a valid time, else INFO."""
    try:
        record = json.loads(line)
    except ValueError:
        return DEFAULT
    if not isinstance(record, dict) or not RFC_3339.fullmatch(str(record.get("timestamp", ""))):
        return DEFAULT
    level = str(record.get("level", "")).upper()
    return level if level in LEVELS else DEFAULT


def passes(line: str, logging: dict[str, Any] | None) -> bool:
    """Whether a line reaches CloudWatch Logs under a function's `LoggingConfig`."""
    logging = logging or {}
    if logging.get("LogFormat") != "JSON":
        return True
    least = logging.get("ApplicationLogLevel") or DEFAULT
    return LEVELS.index(severity(line)) >= LEVELS.index(least)
