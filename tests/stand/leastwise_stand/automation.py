"""SSM Automation: StartAutomationExecution and what follows, which moto lacks.

Steps run one after another in a thread per execution. What an action does is in `automation_steps`.
"""

import json
import logging
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import yaml
from botocore.exceptions import ReadTimeoutError
from moto.core.responses import ActionResult
from moto.ssm.models import ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from leastwise_stand import approvals, automation_steps, automation_values
from leastwise_stand.aws import AwsError
from leastwise_stand.state import STAND

LOG = logging.getLogger("automation")
EXECUTIONS: dict[str, dict[str, Any]] = {}


@dataclass
class Run:
    """A document being executed."""

    record: dict[str, Any]
    document: dict[str, Any]
    known: dict[str, Any]
    critical_failure: str | None = None
    positions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.positions = {step["name"]: number for number, step in enumerate(self.document["mainSteps"])}

    def execute(self) -> None:
        """Run the steps to the end and say how it ended."""
        steps = self.document["mainSteps"]
        position: int | None = 0
        try:
            while position is not None and position < len(steps):
                position = self._step(steps[position], position)
            self._end()
        except Exception as problem:
            LOG.exception("executing %s", self.record["DocumentName"])
            self.critical_failure = self.critical_failure or f"{type(problem).__name__}: {problem}"
            self._end()

    def _end(self) -> None:
        outputs = {}
        for name in self.document.get("outputs", []):
            if name in self.known:
                outputs[name] = [_text(self.known[name])]
        self.record["Outputs"] = outputs
        self.record["ExecutionEndTime"] = datetime.now(UTC)
        if self.critical_failure:
            self.record["FailureMessage"] = self.critical_failure
        # The status comes last: who waits for it may then read everything else.
        self.record["AutomationExecutionStatus"] = "Failed" if self.critical_failure else "Success"

    def _step(self, step: dict[str, Any], position: int) -> int | None:
        """Execute one step; the position of the next, or `None` at the end."""
        started = datetime.now(UTC)
        record: dict[str, Any] = {
            "StepName": step["name"],
            "Action": step["action"],
            "StepExecutionId": str(uuid.uuid4()),
            "StepStatus": "InProgress",
            "ExecutionStartTime": started,
            "OnFailure": step.get("onFailure", "Abort"),
            "MaxAttempts": int(step.get("maxAttempts", 1)),
            "IsEnd": bool(step.get("isEnd", False)),
            "Inputs": {},
            "Outputs": {},
        }
        self.record["StepExecutions"].append(record)
        target: str | None = None
        failure: str | None = None
        status = "Success"
        for _ in range(record["MaxAttempts"]):
            try:
                target = self._attempt(step, record)
                failure, status = None, "Success"
                break
            except (ReadTimeoutError, automation_steps.StepTimedOut) as problem:
                failure, status = str(problem), "TimedOut"
            except Exception as problem:
                failure, status = f"{type(problem).__name__}: {problem}", "Failed"
        record["ExecutionEndTime"] = datetime.now(UTC)
        record["StepStatus"] = status
        if failure is not None:
            return self._after_failure(step, record, failure, position)
        if step.get("isEnd"):
            return None
        target = target or step.get("nextStep")
        return self.positions[target] if target else position + 1

    def _attempt(self, step: dict[str, Any], record: dict[str, Any]) -> str | None:
        """Execute one step once; the name of the step to go to, if the step itself says so."""
        if step["action"] == "aws:branch":
            return self._branch(step["inputs"])
        if step["action"] not in (*automation_steps.ACTIONS, "aws:approve"):
            raise automation_steps.StepFailed(f"the stand does not know the action {step['action']}")
        inputs = automation_values.resolve(step.get("inputs", {}), self.known)
        record["Inputs"] = {name: _text(value) for name, value in inputs.items()}
        if step["action"] == "aws:approve":
            answer = approvals.ask(self.record, record, step, inputs)
        else:
            answer = automation_steps.ACTIONS[step["action"]](step, inputs)
        outputs = dict(answer) if step["action"] in automation_steps.OPEN_OUTPUTS else {}
        for declared in step.get("outputs", []):
            outputs[declared["Name"]] = automation_values.select(declared["Selector"], answer)
        for name, value in outputs.items():
            self.known[f"{step['name']}.{name}"] = value
            record["Outputs"][name] = [_text(one) for one in (value if isinstance(value, list) else [value])]
        return None

    def _branch(self, inputs: dict[str, Any]) -> str | None:
        for choice in inputs["Choices"]:
            if automation_values.holds(choice, self.known):
                return choice["NextStep"]
        return inputs.get("Default")

    def _after_failure(self, step: dict[str, Any], record: dict[str, Any], failure: str, position: int) -> int | None:
        reaction = record["OnFailure"]
        record["FailureMessage"] = failure
        record["FailureDetails"] = {"FailureStage": "Invocation", "FailureType": record["StepStatus"], "Details": {}}
        if step.get("isCritical", reaction != "Continue"):
            message = f"Step fails when it is Execute/Cancelling action. {failure}"
            self.critical_failure = self.critical_failure or message
        if reaction == "Abort":
            self.critical_failure = self.critical_failure or failure
            return None
        if reaction.startswith("step:"):
            return self.positions[reaction.removeprefix("step:")]
        if step.get("isEnd"):
            return None
        return self.positions[step["nextStep"]] if step.get("nextStep") else position + 1


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def start_automation_execution(self: SimpleSystemManagerResponse) -> ActionResult:
    """StartAutomationExecution: checks the parameters, then runs in the background."""
    name = self._get_param("DocumentName").split("/")[-1]
    version = self._get_param("DocumentVersion")
    documents = ssm_backends[STAND.account][STAND.region]._documents.get(name)
    if documents is None:
        raise AwsError("AutomationDefinitionNotFoundException", f"Automation definition {name} was not found.")
    found = documents.find(None if version in (None, "$DEFAULT") else version)
    content = found.content if isinstance(found.content, dict) else yaml.safe_load(found.content)
    given = self._get_param("Parameters") or {}
    values = automation_values.start_parameters(content.get("parameters", {}), given)
    execution_id = str(uuid.uuid4())
    record: dict[str, Any] = {
        "AutomationExecutionId": execution_id,
        "DocumentName": name,
        "DocumentVersion": found.document_version,
        "ExecutionStartTime": datetime.now(UTC),
        "AutomationExecutionStatus": "InProgress",
        "StepExecutions": [],
        "StepExecutionsTruncated": False,
        "Parameters": {k: v if isinstance(v, list) else [_text(v)] for k, v in values.items()},
        "Outputs": {},
        "Mode": "Auto",
        "ExecutedBy": f"arn:aws:sts::{STAND.account}:assumed-role/stand/{STAND.caller(self.get_access_key())}",
        "AutomationType": "Local",
    }
    EXECUTIONS[execution_id] = record
    now = datetime.now(UTC)
    known = values | {
        "global:ACCOUNT_ID": STAND.account,
        "global:REGION": STAND.region,
        "global:AWS_PARTITION": "aws",
        "global:DATE": now.strftime("%Y-%m-%d"),
        "global:DATE_TIME": now.strftime("%Y-%m-%d_%H.%M.%S"),
        "automation:EXECUTION_ID": execution_id,
    }
    threading.Thread(target=Run(record, content, known).execute, daemon=True).start()
    return ActionResult({"AutomationExecutionId": execution_id})


def get_automation_execution(self: SimpleSystemManagerResponse) -> ActionResult:
    """GetAutomationExecution."""
    record = EXECUTIONS.get(self._get_param("AutomationExecutionId"))
    if record is None:
        raise AwsError("AutomationExecutionNotFoundException", "There is no automation execution with this id.")
    return ActionResult({"AutomationExecution": record})


def describe_automation_executions(self: SimpleSystemManagerResponse) -> ActionResult:
    """DescribeAutomationExecutions, newest first, filtered by document and status."""
    found = sorted(EXECUTIONS.values(), key=lambda one: one["ExecutionStartTime"], reverse=True)
    for condition in self._get_param("Filters") or []:
        key, values = condition["Key"], condition["Values"]
        if key == "DocumentNamePrefix":
            found = [one for one in found if one["DocumentName"].startswith(tuple(values))]
        elif key == "ExecutionStatus":
            found = [one for one in found if one["AutomationExecutionStatus"] in values]
        elif key == "ExecutionId":
            found = [one for one in found if one["AutomationExecutionId"] in values]
        else:
            raise AwsError("InvalidFilterKey", f"the stand does not filter by {key}")
    return ActionResult({"AutomationExecutionMetadataList": found})


def reset() -> None:
    """Forget all executions."""
    approvals.reset()
    EXECUTIONS.clear()


def install() -> None:
    """Give moto's SSM the operations."""
    approvals.install()
    for operation in (start_automation_execution, get_automation_execution, describe_automation_executions):
        setattr(SimpleSystemManagerResponse, operation.__name__, operation)
