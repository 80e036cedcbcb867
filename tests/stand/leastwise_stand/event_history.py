"""CloudTrail's event history, which moto does not keep: LookupEvents on the records that a test puts there.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html.
"""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from leastwise_stand import wire

KEPT = timedelta(days=90)
LARGEST_PAGE = 50
CALLS_A_SECOND = 2

_RECORDS: list[dict[str, Any]] = []
_CALLS: dict[str, list[float]] = {}
_LOCK = threading.Lock()


def add(records: list[dict[str, Any]]) -> None:
    """Keep these records, in CloudTrail's own form."""
    with _LOCK:
        _RECORDS.extend(records)


def reset() -> None:
    """Forget all records and calls."""
    with _LOCK:
        _RECORDS.clear()
        _CALLS.clear()


def answer(request: wire.AwsRequest) -> tuple[int, dict[str, str], bytes]:
    """What CloudTrail answers to LookupEvents; events of the Region that was asked, the newest first."""
    asked = request.parameters
    if _is_too_fast(request.region):
        return wire.error(request.protocol, "ThrottlingException", "Rate exceeded", 400)
    size = asked.get("MaxResults", LARGEST_PAGE)
    if not 1 <= size <= LARGEST_PAGE:
        return wire.error(request.protocol, "InvalidMaxResultsException", f"{size} results", 400)
    start, end = asked.get("StartTime", 0), asked.get("EndTime", time.time())
    if start > end:
        return wire.error(request.protocol, "InvalidTimeRangeException", "the start is after the end", 400)
    found = [record for record in _newest_first() if _is_asked_for(record, request.region, start, end)]
    first = int(asked.get("NextToken") or 0)
    page = {"Events": [_event(record) for record in found[first : first + size]]}
    if first + size < len(found):
        page["NextToken"] = str(first + size)
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(page).encode()


def _is_too_fast(region: str) -> bool:
    now = time.monotonic()
    with _LOCK:
        recent = [at for at in _CALLS.get(region, []) if at > now - 1]
        _CALLS[region] = [*recent, now]
    return len(recent) >= CALLS_A_SECOND


def _newest_first() -> list[dict[str, Any]]:
    with _LOCK:
        return sorted(_RECORDS, key=_seconds, reverse=True)


def _is_asked_for(record: dict[str, Any], region: str, start: float, end: float) -> bool:
    is_kept = _seconds(record) >= (datetime.now(UTC) - KEPT).timestamp()
    is_management = record.get("managementEvent", True)
    return is_kept and is_management and record["awsRegion"] == region and start <= _seconds(record) <= end


def _seconds(record: dict[str, Any]) -> float:
    return datetime.fromisoformat(record["eventTime"]).timestamp()


def _event(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "EventId": record.get("eventID", ""),
        "EventName": record["eventName"],
        "EventSource": record["eventSource"],
        "EventTime": _seconds(record),
        "CloudTrailEvent": json.dumps(record),
    }
