"""The front door: every request passes here on its way to moto, is logged, and may be struck by a fault."""

import http
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from leastwise_stand import (
    access_analyzer,
    control,
    event_history,
    iam_gaps,
    lambda_functions,
    policy_checks,
    regions,
    wire,
)
from leastwise_stand.faults import Fault
from leastwise_stand.state import STAND

LOG = logging.getLogger("gateway")
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
THROTTLED = {
    "iam": "Throttling",
    "sts": "Throttling",
    "sns": "Throttling",
    "s3": "SlowDown",
    "lambda": "TooManyRequestsException",
}
# Everybody else says 400.
THROTTLED_STATUS = {"s3": 503}


class Gateway:
    """A WSGI application around moto's."""

    def __init__(self, moto: Application) -> None:
        self._moto = moto

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(control.PREFIX):
            return _answer(start_response, *control.handle(environ))
        request = wire.read(environ)
        if request is None:
            return self._moto(environ, start_response)
        caller = STAND.caller(request.access_key)
        call = STAND.calls.begin(caller, request.service, request.operation, request.parameters)
        faults = STAND.faults.striking(request.service, request.operation, caller)
        status, headers, body = _struck(request, faults) or self._forward(environ, request)
        call.status = status
        call.error = wire.error_code(body) if status >= 400 else None
        for fault in faults:
            if fault.spec.get("when") == "after":
                _strike_afterwards(request, fault)
        if request.operation == "AssumeRole" and status == 200:
            _follow_assumed_role(caller, body)
        return _answer(start_response, status, headers, body)

    def _forward(self, environ: dict[str, Any], request: wire.AwsRequest) -> tuple[int, Any, bytes]:
        answer: dict[str, Any] = {}

        def remember(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            answer.update(status=int(status.split(" ", 1)[0]), headers=headers)

        try:
            if request.operation == "ValidatePolicy":
                return policy_checks.answer(request)
            if request.service == "access-analyzer":
                return access_analyzer.answer(request)
            if request.service == "account":
                return regions.answer(request)
            if request.operation == "LookupEvents":
                return event_history.answer(request)
            body = b"".join(self._moto(environ, remember))
        except Exception as problem:
            LOG.exception("%s:%s", request.service, request.operation)
            message = f"the stand could not answer: {problem!r}"
            return wire.error(request.protocol, "InternalFailure", message, 500)
        return answer["status"], answer["headers"], body


def _struck(request: wire.AwsRequest, faults: list[Fault]) -> tuple[int, Any, bytes] | None:
    for fault in faults:
        before = fault.spec.get("when", "before") == "before"
        if fault.kind == "crash" and before:
            lambda_functions.kill(request.session_token)
            return wire.error(request.protocol, "Crashed", "the caller is no more", 500)
        if fault.kind == "throttle":
            code = THROTTLED.get(request.service, "ThrottlingException")
            status = THROTTLED_STATUS.get(request.service, 400)
            return wire.error(request.protocol, code, "Rate exceeded", status)
        if fault.kind == "error":
            code, status = fault.spec["code"], fault.spec.get("status", 400)
            return wire.error(request.protocol, code, fault.spec.get("message", code), status)
        if fault.kind == "delete-principal" and before:
            iam_gaps.vanish(fault.spec["principal"])
    return None


def _strike_afterwards(request: wire.AwsRequest, fault: Fault) -> None:
    if fault.kind == "delete-principal":
        iam_gaps.vanish(fault.spec["principal"])
    if fault.kind == "crash":
        lambda_functions.kill(request.session_token)


def _follow_assumed_role(caller: str, body: bytes) -> None:
    """Attribute what is done in an assumed role to who assumed it."""
    key = re.search(rb"<AccessKeyId>([^<]+)</AccessKeyId>", body)
    if key:
        STAND.callers[key[1].decode()] = caller


def _answer(start_response: Callable[..., Any], status: int, headers: Any, body: bytes) -> list[bytes]:
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
    pairs = [pair for pair in pairs if pair[0].lower() != "content-length"]
    phrase = http.HTTPStatus(status).phrase
    start_response(f"{status} {phrase}", [*pairs, ("Content-Length", str(len(body)))])
    return [body]
