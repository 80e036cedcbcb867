"""The control endpoint `/leastwise-stand/…`: what AWS does not offer and a test needs. JSON in, JSON out.

GET    health                    {"ready": true}
PUT    usage                     replaces the access advisor's seed (see `access_advisor`)
POST   usage                     adds to it, principal by principal
PUT    faults                    replaces all faults with this list (see `faults`); GET shows them
PUT    settings                  changes some of `state.SETTINGS`; GET shows them
GET    calls?caller=…&since=N    the log of API calls; DELETE clears it
GET    invocations               every Lambda invocation that has ended
POST   deliver                   sends one notification to a rule's function and waits for the answer:
                                 {"rule": …, "messageType": …, "resourceId": …, "eventLeftScope": false}; a deleted
                                 resource needs {"deleted": true, "resourceType": …, "resourceId": …, "arn": …}
POST   compose                   the same, but answers the event instead of sending it: the rule needs no function on the stand
POST   event                     an event of an AWS service, as EventBridge carries it, to the deployed rules; what each
                                 target answered
POST   access-analyzer           what IAM Access Analyzer knows: see `access_analyzer.add`
POST   event-history             adds these records, in CloudTrail's own form, to the event history
POST   fire-schedule             {"name": …}: starts what the deployed schedule of EventBridge Scheduler would; the answer
                                 of the call that its target names
POST   record                    {"principal": ARN, "at": ISO timestamp}: Config keeps the present state of the user,
                                 role or group as the one it had then
POST   backdate                  {"principal": ARN, "createDate": ISO timestamp}; also of a group or a managed policy
POST   delete-principal          {"principal": ARN}
POST   plant-policy              {"principal": ARN, "policyName": …, "document": any text}
POST   reset                     back to an empty account
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from moto.moto_api._internal.models import moto_api_backend

from leastwise_stand import (
    access_advisor,
    access_analyzer,
    automation,
    config_items,
    config_rule,
    event_bus,
    event_history,
    iam_gaps,
    lambda_functions,
    remediation,
    schedules,
)
from leastwise_stand.state import SETTINGS, STAND

PREFIX = "/leastwise-stand/"
Handler = Callable[[Any, dict[str, str]], Any]


def handle(environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Answer one control request."""
    name = environ["PATH_INFO"].removeprefix(PREFIX)
    handler = ROUTES.get((environ["REQUEST_METHOD"], name))
    if handler is None:
        return _json(404, {"error": f"no such control: {environ['REQUEST_METHOD']} {name}"})
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    query = {key: values[0] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    try:
        return _json(200, handler(json.loads(body) if body else None, query))
    except Exception as problem:
        return _json(400, {"error": f"{type(problem).__name__}: {problem}"})


def _json(status: int, value: Any) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def _set_usage(body: Any, _: dict[str, str]) -> Any:
    STAND.usage = dict(body)
    return {}


def _add_usage(body: Any, _: dict[str, str]) -> Any:
    STAND.usage = STAND.usage | body
    return {}


def _set_faults(body: Any, _: dict[str, str]) -> Any:
    STAND.faults.replace(body)
    return {}


def _set_settings(body: Any, _: dict[str, str]) -> Any:
    unknown = set(body) - set(SETTINGS)
    if unknown:
        raise ValueError(f"unknown settings: {sorted(unknown)}")
    STAND.settings |= body
    return STAND.settings


def _calls(_: Any, query: dict[str, str]) -> Any:
    return STAND.calls.select(query.get("caller"), int(query.get("since", 0)))


def _clear_calls(_body: Any, _query: dict[str, str]) -> Any:
    STAND.calls.clear()
    return {}


def _backdate(body: Any, _: dict[str, str]) -> Any:
    iam_gaps.backdate(body["principal"], datetime.fromisoformat(body["createDate"]))
    return {}


def _add_to_analyzer(body: Any, _: dict[str, str]) -> Any:
    access_analyzer.add(body)
    return {}


def _add_events(body: Any, _: dict[str, str]) -> Any:
    event_history.add(body)
    return {}


def _record(body: Any, _: dict[str, str]) -> Any:
    config_items.record(body["principal"], datetime.fromisoformat(body["at"]))
    return {}


def _plant_policy(body: Any, _: dict[str, str]) -> Any:
    iam_gaps.plant_policy(body["principal"], body["policyName"], body["document"])
    return {}


def _reset(_body: Any, _query: dict[str, str]) -> Any:
    lambda_functions.reset()
    config_rule.reset()
    remediation.reset()
    automation.reset()
    access_advisor.JOBS.clear()
    access_analyzer.reset()
    event_history.reset()
    STAND.reset()
    moto_api_backend.reset()
    return {}


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "health"): lambda _body, _query: {"ready": True},
    ("PUT", "usage"): _set_usage,
    ("POST", "usage"): _add_usage,
    ("GET", "usage"): lambda _body, _query: STAND.usage,
    ("PUT", "faults"): _set_faults,
    ("GET", "faults"): lambda _body, _query: STAND.faults.show(),
    ("PUT", "settings"): _set_settings,
    ("GET", "settings"): lambda _body, _query: STAND.settings,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _clear_calls,
    ("GET", "invocations"): lambda _body, _query: lambda_functions.history(),
    ("POST", "deliver"): lambda body, _query: config_rule.deliver(body),
    ("POST", "compose"): lambda body, _query: config_rule.compose(body),
    ("POST", "event"): lambda body, _query: event_bus.deliver(body),
    ("POST", "access-analyzer"): _add_to_analyzer,
    ("POST", "event-history"): _add_events,
    ("POST", "fire-schedule"): lambda body, _query: schedules.fire(body["name"]),
    ("POST", "record"): _record,
    ("POST", "backdate"): _backdate,
    ("POST", "delete-principal"): lambda body, _query: {"deleted": iam_gaps.vanish(body["principal"])},
    ("POST", "plant-policy"): _plant_policy,
    ("POST", "reset"): _reset,
}
