"""The log of API calls: who called which operation with what, and how it ended."""

import threading
import time
from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class Call:
    """One API call, as the log shows it."""

    number: int
    time: float
    caller: str
    service: str
    operation: str
    parameters: dict[str, Any]
    status: int | None = None
    error: str | None = None


class CallLog:
    """Calls in the order in which they arrived."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def begin(self, caller: str, service: str, operation: str, parameters: dict[str, Any]) -> Call:
        """Note a call that has just arrived; its status is filled in when it is answered."""
        with self._lock:
            call = Call(len(self._calls) + 1, time.time(), caller, service, operation, parameters)
            self._calls.append(call)
            return call

    def select(self, caller: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        """Calls with a number above `since`, by `caller` if one is given."""
        with self._lock:
            chosen = self._calls[since:]
        return [asdict(call) for call in chosen if caller in (None, call.caller)]

    def clear(self) -> None:
        """Forget all calls; numbers start again at one."""
        with self._lock:
            self._calls.clear()
