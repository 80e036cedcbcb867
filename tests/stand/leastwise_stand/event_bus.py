"""EventBridge: events of AWS services, which nobody but AWS may put on a bus, and their way to a function."""

import json
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend as lambda_backend
from moto.events.models import Rule, events_backends

from leastwise_stand import lambda_functions
from leastwise_stand.state import STAND

CALLER = "events.amazonaws.com"


def deliver(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Send an event to the targets of every rule that it matches, and wait; what each target answered."""
    bus = events_backends[STAND.account][STAND.region].event_buses["default"]
    matching = [
        rule for rule in bus.rules.values() if rule.state != "DISABLED" and rule.event_pattern.matches_event(event)
    ]
    return [_send(rule, target, event) for rule in matching for target in rule.targets]


def _send(rule: Rule, target: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    name = target["Arn"].rsplit(":", 1)[-1]
    function = lambda_backend(STAND.account, STAND.region).get_function(name)
    answer: dict[str, Any] = {"rule": rule.name, "target": name}
    if not _permitted(function, rule):
        return answer | {"refused": f"the function lets {CALLER} not invoke it for {rule.arn}"}
    return answer | lambda_functions.invoke_asynchronously(function, json.dumps(event), CALLER)


def _permitted(function: LambdaFunction, rule: Rule) -> bool:
    for statement in function.policy.statements:
        sources = [
            source
            for tests in statement.get("Condition", {}).values()
            for key, source in tests.items()
            if key.lower() == "aws:sourcearn"
        ]
        if CALLER in json.dumps(statement.get("Principal", "")) and all(source == rule.arn for source in sources):
            return True
    return False
