"""AWS Config's remediation: runs a rule's SSM document on a resource, by hand or whenever it is NON_COMPLIANT.

A configuration belongs to a rule and, if it names one, a resource type. Attempts follow each other without the
waiting that `RetryAttemptSeconds` asks for; when all have failed, the resource gets a remediation exception, which has
no end, and is left alone until somebody deletes that.

Automatic remediation has the rates of the configuration, as shares of the resources that are NON_COMPLIANT: of
executions at a time, and of resources whose execution failed, past which no more are started. AWS does not say when it
forgets a failure; here it is forgotten when the resource is remediated after all, or loses its exception.
"""

import json
import logging
import threading
import time
import uuid
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from moto.config.models import config_backends
from moto.config.responses import ConfigResponse
from moto.core.responses import ActionResult
from moto.ssm.models import ssm_backends

from leastwise_stand import automation
from leastwise_stand.aws import AwsError, client
from leastwise_stand.state import STAND

LOG = logging.getLogger("remediation")
CALLER = "remediation.config.amazonaws.com"
DEFAULT_ATTEMPTS = 5
# Source: https://docs.aws.amazon.com/config/latest/APIReference/API_SsmControls.html.
DEFAULT_RATE = 10
DEFAULT_ERRORS = 50
MAX_STATIC_VALUES = 25
MAX_STATIC_VALUE = 256
ResourceKey = tuple[str, str]

_configurations: dict[tuple[str, str | None], dict[str, Any]] = {}
_executions: dict[tuple[str, ResourceKey], dict[str, Any]] = {}
_exceptions: dict[tuple[str, ResourceKey], dict[str, Any]] = {}
_failed: dict[str, set[ResourceKey]] = defaultdict(set)
# How many executions of a rule's remediation run now, and who waits until they are fewer.
_running: dict[str, int] = defaultdict(int)
_turn = threading.Condition()


def _parameters(self: ConfigResponse) -> dict[str, Any]:
    return json.loads(self.body or "{}")


def put(configuration: dict[str, Any]) -> dict[str, Any]:
    """Check and keep one configuration."""
    name = configuration["ConfigRuleName"]
    if name not in config_backends[STAND.account][STAND.region].config_rules:
        raise AwsError("NoSuchConfigRuleException", f"The ConfigRule '{name}' provided in the request is invalid.")
    if configuration["TargetType"] != "SSM_DOCUMENT":
        raise AwsError("InvalidParameterValueException", "TargetType must be SSM_DOCUMENT")
    if not ssm_backends[STAND.account][STAND.region]._documents.get(configuration["TargetId"]):
        raise AwsError(
            "InvalidParameterValueException", f"The SSM document {configuration['TargetId']} does not exist."
        )
    for parameter, value in configuration.get("Parameters", {}).items():
        _check_static(parameter, value.get("StaticValue", {}).get("Values", []))
    role = configuration.get("Parameters", {}).get("AutomationAssumeRole", {})
    if configuration.get("Automatic") and not role.get("StaticValue", {}).get("Values"):
        raise AwsError(
            "InvalidParameterValueException",
            "AutomationAssumeRole must have a value when Automatic is true.",
        )
    arn = f"arn:aws:config:{STAND.region}:{STAND.account}:remediation-configuration/{name}/{uuid.uuid4()}"
    kept = configuration | {"Arn": arn}
    _configurations[(name, configuration.get("ResourceType"))] = kept
    return kept


def _check_static(parameter: str, values: list[str]) -> None:
    fits = len(values) <= MAX_STATIC_VALUES and all(1 <= len(one) <= MAX_STATIC_VALUE for one in values)
    if not fits:
        raise AwsError(
            "InvalidParameterValueException",
            f"StaticValue of {parameter} takes {MAX_STATIC_VALUES} values of 1 to {MAX_STATIC_VALUE} characters",
        )


def remove(name: str, resource_type: str | None) -> bool:
    """Drop one configuration; false if there was none."""
    return _configurations.pop((name, resource_type), None) is not None


def of_rule(name: str) -> list[dict[str, Any]]:
    """All configurations of a rule."""
    return [one for (rule, _), one in _configurations.items() if rule == name]


def _configuration_for(name: str, resource_type: str) -> dict[str, Any] | None:
    return _configurations.get((name, resource_type)) or _configurations.get((name, None))


def put_remediation_configurations(self: ConfigResponse) -> ActionResult:
    """PutRemediationConfigurations."""
    for configuration in _parameters(self)["RemediationConfigurations"]:
        put(configuration)
    return ActionResult({"FailedBatches": []})


def describe_remediation_configurations(self: ConfigResponse) -> ActionResult:
    """DescribeRemediationConfigurations."""
    names = _parameters(self)["ConfigRuleNames"]
    return ActionResult({"RemediationConfigurations": [one for name in names for one in of_rule(name)]})


def delete_remediation_configuration(self: ConfigResponse) -> ActionResult:
    """DeleteRemediationConfiguration."""
    given = _parameters(self)
    if not remove(given["ConfigRuleName"], given.get("ResourceType")):
        raise AwsError("NoSuchRemediationConfigurationException", "No RemediationConfiguration for rule exists.")
    return ActionResult({})


def start_remediation_execution(self: ConfigResponse) -> ActionResult:
    """StartRemediationExecution, what the console's Remediate button does."""
    given = _parameters(self)
    name = given["ConfigRuleName"]
    if not of_rule(name):
        raise AwsError("NoSuchRemediationConfigurationException", "No RemediationConfiguration for rule exists.")
    refused = []
    for one in given["ResourceKeys"]:
        key = (one["resourceType"], one["resourceId"])
        configuration = _configuration_for(name, key[0])
        if configuration is None or not _start(name, key, configuration, attempts=1):
            refused.append(one)
    answer: dict[str, Any] = {"FailedItems": refused}
    if refused:
        answer["FailureMessage"] = "There is already a remediation in progress, or none for this resource type."
    return ActionResult(answer)


def on_non_compliant(name: str, key: ResourceKey, offenders: int) -> None:
    """What Config does on a NON_COMPLIANT result: remediate, if that is automatic and not blocked.

    `offenders` is how many resources are NON_COMPLIANT, this one among them.
    """
    configuration = _configuration_for(name, key[0])
    if not configuration or not configuration.get("Automatic") or (name, key) in _exceptions:
        return
    controls = configuration.get("ExecutionControls", {}).get("SsmControls", {})
    errors = int(controls.get("ErrorPercentage", DEFAULT_ERRORS))
    if len(_failed[name]) * 100 > errors * offenders:
        LOG.info("%s is not remediated: %s of %s failed, more than %s %%", key, _failed[name], offenders, errors)
        return
    # A share of less than one is one: by default a single resource is remediated.
    places = max(1, offenders * int(controls.get("ConcurrentExecutionRatePercentage", DEFAULT_RATE)) // 100)
    attempts = int(configuration.get("MaximumAutomaticAttempts") or DEFAULT_ATTEMPTS)
    _start(name, key, configuration, attempts, places)


def _start(
    name: str, key: ResourceKey, configuration: dict[str, Any], attempts: int, places: int | None = None
) -> bool:
    with STAND.lock:
        standing = _executions.get((name, key))
        if standing and standing["State"] in ("QUEUED", "IN_PROGRESS"):
            return False
        now = datetime.now(UTC)
        resource = {"resourceType": key[0], "resourceId": key[1]}
        status: dict[str, Any] = {"ResourceKey": resource, "State": "QUEUED", "InvocationTime": now, "StepDetails": []}
        _executions[(name, key)] = status | {"LastUpdatedTime": now}
    threading.Thread(target=_wait_and_run, args=(name, key, configuration, attempts, places), daemon=True).start()
    return True


def _wait_and_run(
    name: str, key: ResourceKey, configuration: dict[str, Any], attempts: int, places: int | None
) -> None:
    with _turn:
        _turn.wait_for(lambda: places is None or _running[name] < places)
        _running[name] += 1
    try:
        _run(name, key, configuration, attempts)
    finally:
        with _turn:
            _running[name] -= 1
            _turn.notify_all()


def _run(name: str, key: ResourceKey, configuration: dict[str, Any], attempts: int) -> None:
    status = _executions[(name, key)]
    parameters = {
        parameter: [key[1]] if "ResourceValue" in value else value["StaticValue"]["Values"]
        for parameter, value in configuration.get("Parameters", {}).items()
    }
    for _ in range(attempts):
        status.update(State="IN_PROGRESS", LastUpdatedTime=datetime.now(UTC))
        try:
            started = client("ssm", CALLER).start_automation_execution(
                DocumentName=configuration["TargetId"], Parameters=parameters
            )
        except Exception as problem:
            LOG.exception("remediating %s", key)
            _fail(status, str(problem))
            continue
        execution = automation.EXECUTIONS[started["AutomationExecutionId"]]
        while execution["AutomationExecutionStatus"] in ("Pending", "InProgress", "Waiting"):
            time.sleep(0.02)
        succeeded = execution["AutomationExecutionStatus"] == "Success"
        status.update(
            State="SUCCEEDED" if succeeded else "FAILED",
            StepDetails=[_step(step) for step in execution["StepExecutions"]],
            LastUpdatedTime=datetime.now(UTC),
        )
        if succeeded:
            _failed[name].discard(key)
            return
    _failed[name].add(key)
    if configuration.get("Automatic"):
        message = f"{attempts} attempts failed"
        _exceptions[(name, key)] = {
            "ConfigRuleName": name,
            "ResourceType": key[0],
            "ResourceId": key[1],
            "Message": message,
        }


def _fail(status: dict[str, Any], message: str) -> None:
    now = datetime.now(UTC)
    step = {"Name": "start", "State": "FAILED", "ErrorMessage": message, "StartTime": now, "StopTime": now}
    status.update(State="FAILED", StepDetails=[step], LastUpdatedTime=now)


def _step(step: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": step["StepName"],
        "State": "SUCCEEDED" if step["StepStatus"] == "Success" else "FAILED",
        "ErrorMessage": step.get("FailureMessage"),
        "StartTime": step["ExecutionStartTime"],
        "StopTime": step.get("ExecutionEndTime"),
    }


def describe_remediation_execution_status(self: ConfigResponse) -> ActionResult:
    """DescribeRemediationExecutionStatus."""
    given = _parameters(self)
    name = given["ConfigRuleName"]
    if not of_rule(name):
        raise AwsError("NoSuchRemediationConfigurationException", "No RemediationConfiguration for rule exists.")
    wanted = [(one["resourceType"], one["resourceId"]) for one in given.get("ResourceKeys") or []]
    found = [status for (rule, key), status in _executions.items() if rule == name and (not wanted or key in wanted)]
    return ActionResult({"RemediationExecutionStatuses": found})


def describe_remediation_exceptions(self: ConfigResponse) -> ActionResult:
    """DescribeRemediationExceptions."""
    given = _parameters(self)
    wanted = [(one["ResourceType"], one["ResourceId"]) for one in given.get("ResourceKeys") or []]
    found = [
        one
        for (rule, key), one in _exceptions.items()
        if rule == given["ConfigRuleName"] and (not wanted or key in wanted)
    ]
    return ActionResult({"RemediationExceptions": found})


def delete_remediation_exceptions(self: ConfigResponse) -> ActionResult:
    """DeleteRemediationExceptions."""
    given = _parameters(self)
    for one in given["ResourceKeys"]:
        key = (one["ResourceType"], one["ResourceId"])
        _exceptions.pop((given["ConfigRuleName"], key), None)
        _failed[given["ConfigRuleName"]].discard(key)
    return ActionResult({"FailedBatches": []})


def reset() -> None:
    """Forget all configurations and executions."""
    _configurations.clear()
    _executions.clear()
    _exceptions.clear()
    _failed.clear()


def install() -> None:
    """Give moto's Config the operations."""
    for operation in (
        put_remediation_configurations,
        describe_remediation_configurations,
        delete_remediation_configuration,
        start_remediation_execution,
        describe_remediation_execution_status,
        describe_remediation_exceptions,
        delete_remediation_exceptions,
    ):
        setattr(ConfigResponse, operation.__name__, operation)
