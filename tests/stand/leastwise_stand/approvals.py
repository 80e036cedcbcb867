"""`aws:approve` and SendAutomationSignal: an execution waits until enough people agree, one does not, or time is up."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ssm.responses import SimpleSystemManagerResponse

from leastwise_stand.automation_steps import CALLER, StepFailed, StepTimedOut
from leastwise_stand.aws import AwsError, client
from leastwise_stand.state import STAND

MAX_APPROVERS = 10
MAX_MESSAGE = 4096
TOPIC_PREFIX = "Automation"
# AWS waits a week where `timeoutSeconds` says nothing.
DEFAULT_SECONDS = 604_800


@dataclass
class Request:
    """An approval that is waited for, and what was decided so far."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    withdrawn: bool = False


_waiting: dict[str, Request] = {}


def ask(
    execution: dict[str, Any], record: dict[str, Any], step: dict[str, Any], inputs: dict[str, Any]
) -> dict[str, Any]:
    """Publish the message, wait for the decisions, and return the step's outputs."""
    _check(inputs)
    request = _waiting[execution["AutomationExecutionId"]] = Request()
    try:
        if inputs.get("NotificationArn"):
            _publish(execution, step, inputs)
        execution["AutomationExecutionStatus"] = record["StepStatus"] = "Waiting"
        return _decided(request, int(inputs.get("MinRequiredApprovals", 1)), step)
    finally:
        _waiting.pop(execution["AutomationExecutionId"], None)
        execution["AutomationExecutionStatus"] = record["StepStatus"] = "InProgress"


def _check(inputs: dict[str, Any]) -> None:
    approvers = inputs["Approvers"]
    if not isinstance(approvers, list) or not 1 <= len(approvers) <= MAX_APPROVERS:
        raise StepFailed(f"Approvers must be a list of 1 to {MAX_APPROVERS}, not {approvers!r}")
    if len(inputs.get("Message", "")) > MAX_MESSAGE:
        raise StepFailed(f"Message has {len(inputs['Message'])} characters, {MAX_MESSAGE} are allowed")
    topic = inputs.get("NotificationArn")
    if topic and not topic.rsplit(":", 1)[-1].startswith(TOPIC_PREFIX):
        raise StepFailed(f"the name of the topic {topic} does not start with {TOPIC_PREFIX}")


def _publish(execution: dict[str, Any], step: dict[str, Any], inputs: dict[str, Any]) -> None:
    execution_id = execution["AutomationExecutionId"]
    client("sns", CALLER).publish(
        TopicArn=inputs["NotificationArn"],
        Subject=f"Automation execution {execution_id} waits for approval",
        Message=f"{inputs.get('Message', '')}\n\nExecution: {execution_id}\nStep: {step['name']}",
    )


def _decided(request: Request, wanted: int, step: dict[str, Any]) -> dict[str, Any]:
    seconds = int(step.get("timeoutSeconds", DEFAULT_SECONDS))

    def enough() -> bool:
        rejected = any(one["ApprovalStatus"] == "Reject" for one in request.decisions)
        return request.withdrawn or rejected or len(request.decisions) >= wanted

    with request.changed:
        if not request.changed.wait_for(enough, seconds):
            raise StepTimedOut(f"nobody decided within {seconds} seconds")
        if request.withdrawn:
            raise StepFailed("the stand was reset")
        for one in request.decisions:
            if one["ApprovalStatus"] == "Reject":
                raise StepFailed(f"rejected by {one['Approver']}: {one['Comment']}")
        return {"ApprovalStatus": "Approved", "ApproverDecisions": request.decisions}


def send_automation_signal(self: SimpleSystemManagerResponse) -> ActionResult:
    """SendAutomationSignal with Approve and Reject. Whether the caller is one of the approvers is not checked."""
    kind = self._get_param("SignalType")
    request = _waiting.get(self._get_param("AutomationExecutionId"))
    if request is None or kind not in ("Approve", "Reject"):
        raise AwsError("InvalidAutomationSignalException", "The signal is not valid for the current execution.")
    comment = ((self._get_param("Payload") or {}).get("Comment") or [""])[0]
    decision = {
        "Approver": STAND.caller(self.get_access_key()),
        "ApprovalStatus": kind,
        "Comment": comment,
        "ApprovalDecisionTime": datetime.now(UTC).isoformat(),
    }
    with request.changed:
        request.decisions.append(decision)
        request.changed.notify_all()
    return ActionResult({})


def reset() -> None:
    """Let every execution that waits fail."""
    for request in list(_waiting.values()):
        with request.changed:
            request.withdrawn = True
            request.changed.notify_all()


def install() -> None:
    """Give moto's SSM the operation."""
    SimpleSystemManagerResponse.send_automation_signal = send_automation_signal
