"""Faults on demand: what a test asks to go wrong, and when.

A fault is a JSON object with a `kind`. Every fault may have `times` (how often it strikes, default 1, null for ever)
and `skip` (how many occasions pass first, default 0).

Kinds that strike an API call; `operation` (`iam:GetRole` or `GetRole`) and `function` narrow them down:

* `throttle`: the call is refused as AWS throttles.
* `error`: the call is refused with `code`, `message`, `status`.
* `crash`: the function that makes the call is killed, before the call has an effect or, with `when` "after", between
  the effect and the answer.
* `delete-principal`: the user or role `principal` (ARN) is deleted `when` "before" (the default) or "after" the call.

Kinds that strike elsewhere, narrowed down by `principal` (ARN or name) where there is one:

* `failed-job`: the access advisor report ends FAILED with `code` and `message`.
* `endless-job`: the report stays IN_PROGRESS.
* `marker-only`: pages of the report carry a marker but no IsTruncated.
* `repeated-marker`: every page of the report has the same marker.
* `page-size`: pages of `operation` hold no more than `size` items, whatever was asked for.
* `policy-finding`: ValidatePolicy finds `findingType`, `issueCode` and `findingDetails`.
* `no-free-copy`: Lambda turns an asynchronous invocation of `function` away and tries again later.
* `failed-evaluations`: PutEvaluations hands back those of `resourceIds`, or all, as failed.
"""

import threading
from dataclasses import dataclass
from typing import Any

CALL_KINDS = {"throttle", "error", "crash", "delete-principal"}
OTHER_KINDS = {
    "failed-job",
    "endless-job",
    "marker-only",
    "repeated-marker",
    "page-size",
    "policy-finding",
    "failed-evaluations",
    "no-free-copy",
}


@dataclass
class Fault:
    """A fault together with how often it was met and has struck."""

    spec: dict[str, Any]
    met: int = 0
    struck: int = 0

    @property
    def kind(self) -> str:
        """What goes wrong."""
        return self.spec["kind"]

    def strike(self) -> bool:
        """Count an occasion; true if the fault strikes this time."""
        times = self.spec.get("times", 1)
        self.met += 1
        if self.met <= self.spec.get("skip", 0) or (times is not None and self.struck >= times):
            return False
        self.struck += 1
        return True

    def matches_call(self, service: str, operation: str, caller: str) -> bool:
        """Whether a call is an occasion for this fault."""
        wanted = self.spec.get("operation")
        return (wanted in (None, operation, f"{service}:{operation}")) and self.spec.get("function") in (None, caller)

    def matches(self, details: dict[str, Any]) -> bool:
        """Whether `details` agree with the fault wherever the fault is specific; a principal may be given by name."""
        for key, actual in details.items():
            wanted = self.spec.get(key)
            if wanted is None or wanted == actual:
                continue
            if key == "principal" and actual.rsplit("/", 1)[-1] == wanted:
                continue
            return False
        return True


class Faults:
    """The faults that are set."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def replace(self, specs: list[dict[str, Any]]) -> None:
        """Set exactly these faults."""
        for spec in specs:
            if spec.get("kind") not in CALL_KINDS | OTHER_KINDS:
                raise ValueError(f"unknown kind of fault: {spec!r}")
        with self._lock:
            self._faults = [Fault(dict(spec)) for spec in specs]

    def striking(self, service: str, operation: str, caller: str) -> list[Fault]:
        """The faults that strike this call; the call counts as an occasion for all that match it."""
        with self._lock:
            matching = [f for f in self._faults if f.kind in CALL_KINDS and f.matches_call(service, operation, caller)]
            return [fault for fault in matching if fault.strike()]

    def take(self, kind: str, **details: Any) -> Fault | None:
        """The first fault of `kind` that agrees with `details` and strikes now."""
        with self._lock:
            for fault in self._faults:
                if fault.kind == kind and fault.matches(details) and fault.strike():
                    return fault
        return None

    def show(self) -> list[dict[str, Any]]:
        """All faults with how often each has struck."""
        with self._lock:
            return [{**fault.spec, "struck": fault.struck} for fault in self._faults]
