"""The actions that an Automation document's steps may name, each a function from inputs to outputs."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore import xform_name

from leastwise_stand import automation_values
from leastwise_stand.aws import client
from leastwise_stand.state import STAND

CALLER = "ssm.amazonaws.com"
# AWS cuts these steps whatever `timeoutSeconds` says.
LAMBDA_SECONDS = 300
API_SECONDS = 25
# What a step hands on of a function's answer; AWS says up to 200 KB, and not where it cuts.
PAYLOAD_BYTES = 200_000


class StepFailed(Exception):
    """The step did not do what it should; the message is what the execution shows."""


class StepTimedOut(StepFailed):
    """The step took longer than it may."""


def invoke_lambda_function(step: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """`aws:invokeLambdaFunction`: `Payload` in the outputs is the function's answer as text, cut where it is too long."""
    payload = inputs.get("InputPayload", inputs.get("Payload", {}))
    body = payload if isinstance(payload, str) else json.dumps(payload)
    seconds = min(int(step.get("timeoutSeconds", LAMBDA_SECONDS)), LAMBDA_SECONDS)
    answer = client("lambda", CALLER, seconds).invoke(
        FunctionName=inputs["FunctionName"],
        InvocationType=inputs.get("InvocationType", "RequestResponse"),
        Payload=body.encode(),
    )
    text = answer["Payload"].read()[:PAYLOAD_BYTES].decode(errors="ignore")
    outputs = {"StatusCode": answer["StatusCode"], "Payload": text}
    if answer.get("FunctionError"):
        outputs["FunctionError"] = answer["FunctionError"]
        if STAND.settings["functionErrorFailsStep"]:
            raise StepFailed(f"the function failed: {outputs['Payload'][:400]}")
    return outputs


def execute_aws_api(step: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """`aws:executeAwsApi`."""
    return _call(inputs, ())


def assert_aws_resource_property(step: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """`aws:assertAwsResourceProperty`."""
    answer = _call(inputs, ("PropertySelector", "DesiredValues"))
    found = automation_values.select(inputs["PropertySelector"], answer)
    # The documentation has booleans written "True" and "False".
    if found not in inputs["DesiredValues"] and str(found) not in inputs["DesiredValues"]:
        raise StepFailed(f"{inputs['PropertySelector']} is {found!r}, not one of {inputs['DesiredValues']}")
    return {}


def _call(inputs: dict[str, Any], not_parameters: tuple[str, ...]) -> dict[str, Any]:
    parameters = {k: v for k, v in inputs.items() if k not in ("Service", "Api", *not_parameters)}
    operation = getattr(client(inputs["Service"], CALLER, API_SECONDS), xform_name(inputs["Api"]))
    answer = operation(**parameters)
    return json.loads(json.dumps(answer, default=_text))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def execute_script(step: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """`aws:executeScript` for Python, run in this very process."""
    if not inputs["Runtime"].startswith("python"):
        raise StepFailed(f"the stand does not run {inputs['Runtime']}")
    names: dict[str, Any] = {}
    exec(compile(inputs["Script"], f"<{step['name']}>", "exec"), names)
    try:
        result = names[inputs["Handler"]](inputs.get("InputPayload", {}), {})
    except Exception as problem:
        raise StepFailed(f"{type(problem).__name__}: {problem}") from problem
    return {"Payload": result}


def sleep(step: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """`aws:sleep`, without the waiting."""
    return {}


ACTIONS: dict[str, Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]] = {
    "aws:invokeLambdaFunction": invoke_lambda_function,
    "aws:executeAwsApi": execute_aws_api,
    "aws:assertAwsResourceProperty": assert_aws_resource_property,
    "aws:executeScript": execute_script,
    "aws:sleep": sleep,
}
# Actions of which every output is known as `{{ step.Name }}`; of the others only what `outputs` declares.
OPEN_OUTPUTS = ("aws:invokeLambdaFunction", "aws:executeScript", "aws:approve")
