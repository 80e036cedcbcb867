"""EventBridge Scheduler: what a deployed schedule does when its time comes."""

import json
import re
from typing import Any

from botocore import xform_name
from moto.scheduler.models import scheduler_backends

from leastwise_stand.aws import client
from leastwise_stand.state import STAND

CALLER = "scheduler.amazonaws.com"

# A universal target: a call of an API, in the form `aws-sdk:ssm:startAutomationExecution`.
UNIVERSAL = re.compile(r"arn:[a-z-]+:scheduler:::aws-sdk:(?P<service>[a-z0-9]+):(?P<call>[a-zA-Z0-9]+)")


def fire(name: str) -> dict[str, Any]:
    """Make the call that the schedule's target names; what it answered."""
    schedule = scheduler_backends[STAND.account][STAND.region].schedule_groups["default"].schedules[name]
    if schedule.state != "ENABLED":
        raise ValueError(f"schedule {name} is {schedule.state}")
    target = UNIVERSAL.fullmatch(schedule.target["Arn"])
    if target is None:
        raise ValueError(f"the stand knows universal targets alone, not {schedule.target['Arn']}")
    operation = getattr(client(target["service"], CALLER), xform_name(target["call"]))
    answer = operation(**json.loads(schedule.target["Input"]))
    answer.pop("ResponseMetadata")
    return dict(answer)
