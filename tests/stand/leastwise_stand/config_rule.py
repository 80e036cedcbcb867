"""AWS Config's evaluation of custom rules: notifications out, evaluations in, compliance queries.

moto keeps rules but never invokes them, and takes evaluations only in test mode.
"""

import json
import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend as lambda_backend
from moto.config.models import ConfigBackend, ConfigRule, config_backends
from moto.config.responses import ConfigResponse
from moto.core.responses import ActionResult, EmptyResult

from leastwise_stand import config_items, lambda_functions, remediation
from leastwise_stand.aws import AwsError, client
from leastwise_stand.state import STAND

LOG = logging.getLogger("config")
CALLER = "config.amazonaws.com"
MAX_EVALUATIONS = 100
MAX_ANNOTATION = 256
CHANGE = "ConfigurationItemChangeNotification"
OVERSIZED = "OversizedConfigurationItemChangeNotification"
SCHEDULED = "ScheduledNotification"
ACCEPTED = ("COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE")
ResourceKey = tuple[str, str]


@dataclass
class RuleState:
    """What Config remembers of a rule beside its definition."""

    results: dict[ResourceKey, dict[str, Any]] = field(default_factory=dict)
    invoked: datetime | None = None
    succeeded: datetime | None = None
    failed: datetime | None = None
    error: str | None = None
    evaluating: int = 0


_states: dict[str, RuleState] = {}
# The rule that each token is for, and when it was invoked with it.
_tokens: dict[str, tuple[str, datetime]] = {}


def rules() -> dict[str, ConfigRule]:
    """moto's rules by name."""
    return config_backends[STAND.account][STAND.region].config_rules


def _rule(name: str) -> ConfigRule:
    if name not in rules():
        raise AwsError(
            "NoSuchConfigRuleException",
            f"The ConfigRule '{name}' provided in the request is invalid. Please check the configRule name",
        )
    return rules()[name]


def _state(name: str) -> RuleState:
    return _states.setdefault(name, RuleState())


def _parameters(self: ConfigResponse) -> dict[str, Any]:
    return json.loads(self.body or "{}")


def _page(given: dict[str, Any], items: list[Any], default: int, keys: tuple[str, str]) -> tuple[list[Any], str | None]:
    limit_key, token_key = keys
    limit = given.get(limit_key) or default
    if not 0 < limit <= 100:
        raise AwsError("InvalidLimitException", f"The limit {limit} is not between 1 and 100")
    token = given.get(token_key)
    if token and not token.isdecimal():
        raise AwsError("InvalidNextTokenException", "The nextToken provided is invalid")
    start = int(token or 0)
    more = str(start + limit) if start + limit < len(items) else None
    return items[start : start + limit], more


# --- notifications ---------------------------------------------------------------------------------------------------


def message_types(rule: ConfigRule) -> list[str]:
    """Which notifications the rule asks for."""
    return [detail.message_type for detail in rule.source.source_details or []]


def _scope(rule: ConfigRule) -> tuple[str, ...]:
    scoped = rule.scope.compliance_resource_types if rule.scope else None
    return tuple(one for one in config_items.TYPES if not scoped or one in scoped)


def change_message(item: dict[str, Any]) -> dict[str, Any]:
    """A change notification about one item."""
    return {
        "configurationItemDiff": None,
        "configurationItem": item,
        "notificationCreationTime": config_items.timestamp(datetime.now(UTC)),
        "messageType": CHANGE,
        "recordVersion": "1.3",
    }


def oversized_message(summary: dict[str, Any]) -> dict[str, Any]:
    """An oversized notification, which carries only a summary of the item."""
    return {
        "configurationItemSummary": summary,
        "notificationCreationTime": config_items.timestamp(datetime.now(UTC)),
        "messageType": OVERSIZED,
        "recordVersion": "1.0",
    }


def scheduled_message() -> dict[str, Any]:
    """A scheduled notification, which names no resource."""
    return {
        "awsAccountId": STAND.account,
        "notificationCreationTime": config_items.timestamp(datetime.now(UTC)),
        "messageType": SCHEDULED,
        "recordVersion": "1.0",
    }


def _check_permission(rule: ConfigRule) -> LambdaFunction:
    """The rule's function, which must let Config invoke it."""
    function = lambda_backend(STAND.account, STAND.region).get_function(rule.source.source_identifier)
    for statement in function.policy.statements:
        if CALLER not in json.dumps(statement.get("Principal", "")):
            continue
        account = statement.get("Condition", {}).get("StringEquals", {}).get("AWS:SourceAccount", STAND.account)
        if account == STAND.account:
            return function
    raise AwsError(
        "InsufficientPermissionsException",
        f"The AWS Lambda function {rule.source.source_identifier} cannot be invoked. Check the specified function "
        "ARN, and check the function's permissions",
    )


def event(name: str, message: dict[str, Any], left_scope: bool = False) -> dict[str, Any]:
    """What Config hands to the rule's function with one notification."""
    rule = _rule(name)
    token = str(uuid.uuid4())
    _tokens[token] = (name, datetime.now(UTC))
    return {
        "version": "1.0",
        "invokingEvent": json.dumps(message),
        "ruleParameters": rule.input_parameters or "{}",
        "resultToken": token,
        "eventLeftScope": left_scope,
        "executionRoleArn": f"arn:aws:iam::{STAND.account}:role/aws-service-role/config.amazonaws.com/"
        "AWSServiceRoleForConfig",
        "configRuleArn": rule.config_rule_arn,
        "configRuleName": name,
        "configRuleId": rule.config_rule_id,
        "accountId": STAND.account,
    }


def notify(name: str, message: dict[str, Any], left_scope: bool = False) -> dict[str, Any]:
    """Invoke the rule's function with one notification, trying again as asynchronous invocation does."""
    rule, state = _rule(name), _state(name)
    function = _check_permission(rule)
    payload = json.dumps(event(name, message, left_scope))
    state.invoked = datetime.now(UTC)
    result = lambda_functions.invoke_asynchronously(function, payload, CALLER)
    if result["functionError"]:
        state.failed, state.error = datetime.now(UTC), result["payload"]
    else:
        state.succeeded, state.error = datetime.now(UTC), None
    return result


def evaluate(name: str) -> None:
    """Evaluate the last known state of everything in the rule's scope, or send the scheduled notification."""
    rule, state = _rule(name), _state(name)
    try:
        if CHANGE not in message_types(rule):
            notify(name, scheduled_message())
            return
        for resource_type in _scope(rule):
            for entity in config_items.entities(resource_type):
                notify(name, change_message(config_items.for_event(entity)))
    except Exception:
        LOG.exception("evaluating %s", name)
    finally:
        state.evaluating -= 1


def start_config_rules_evaluation(self: ConfigResponse) -> ActionResult:
    """StartConfigRulesEvaluation: asynchronous, one at a time per rule."""
    names = _parameters(self).get("ConfigRuleNames") or []
    for name in names:
        _rule(name)
        if _state(name).evaluating:
            raise AwsError("ResourceInUseException", f"The rule {name} is currently being evaluated.")
    for name in names:
        _state(name).evaluating += 1
        threading.Thread(target=evaluate, args=(name,), daemon=True).start()
    return EmptyResult()


def _describe_config_rules(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """DescribeConfigRules, with the state of a rule that is being evaluated."""

    def describe_config_rules(self: ConfigBackend, *given: Any, **named: Any) -> dict[str, Any]:
        answer = original(self, *given, **named)
        for rule in answer["ConfigRules"]:
            if _state(rule["ConfigRuleName"]).evaluating:
                rule["ConfigRuleState"] = "EVALUATING"
        return answer

    return describe_config_rules


def _message(given: dict[str, Any]) -> dict[str, Any]:
    """The notification that the control endpoint was asked for."""
    kind = given.get("messageType", CHANGE)
    if kind == SCHEDULED:
        return scheduled_message()
    if given.get("deleted"):
        return change_message(config_items.deleted_for_event(given["resourceType"], given["resourceId"], given["arn"]))
    entity = config_items.changeable(given["resourceId"])
    if kind == OVERSIZED:
        return oversized_message(config_items.summary_for_event(entity))
    return change_message(config_items.for_event(entity))


def deliver(given: dict[str, Any]) -> dict[str, Any]:
    """One notification by hand, for the control endpoint; the answer is the function's."""
    return notify(given["rule"], _message(given), bool(given.get("eventLeftScope")))


def compose(given: dict[str, Any]) -> dict[str, Any]:
    """The event that `deliver` would hand to the rule's function, for whoever runs that function elsewhere."""
    return event(given["rule"], _message(given), bool(given.get("eventLeftScope")))


# --- evaluations -----------------------------------------------------------------------------------------------------


def put_evaluations(self: ConfigResponse) -> ActionResult:
    """PutEvaluations, which moto has in test mode only."""
    given = _parameters(self)
    evaluations = given.get("Evaluations") or []
    token = given.get("ResultToken")
    for evaluation in evaluations:
        _check_evaluation(evaluation)
    if len(evaluations) > MAX_EVALUATIONS:
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value at 'evaluations' failed to satisfy constraint: Member must have "
            f"length less than or equal to {MAX_EVALUATIONS}",
        )
    if given.get("TestMode"):
        if not token:
            raise AwsError("InvalidResultTokenException", "The resultToken provided is invalid")
        return ActionResult({"FailedEvaluations": []})
    if token not in _tokens:
        raise AwsError("InvalidResultTokenException", "The resultToken provided is invalid")
    name, invoked = _tokens[token]
    _rule(name)
    failed = _asked_to_fail(evaluations)
    for evaluation in evaluations:
        if evaluation not in failed:
            _record(name, evaluation, invoked)
    return ActionResult({"FailedEvaluations": [_typed(one) for one in failed]})


def _typed(evaluation: dict[str, Any]) -> dict[str, Any]:
    moment = datetime.fromtimestamp(evaluation["OrderingTimestamp"], UTC)
    return evaluation | {"OrderingTimestamp": moment}


def _check_evaluation(evaluation: dict[str, Any]) -> None:
    if evaluation.get("ComplianceType") not in ACCEPTED:
        raise AwsError(
            "InvalidParameterValueException",
            f"The ComplianceType {evaluation.get('ComplianceType')} is not valid; it must be one of {list(ACCEPTED)}",
        )
    annotation = evaluation.get("Annotation")
    if annotation is not None and not 1 <= len(annotation) <= MAX_ANNOTATION:
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{annotation}' at 'evaluations.1.member.annotation' failed to satisfy "
            f"constraint: Member must have length between 1 and {MAX_ANNOTATION}",
        )
    for key, longest in (("ComplianceResourceType", 256), ("ComplianceResourceId", 768)):
        if not 1 <= len(evaluation.get(key, "")) <= longest:
            raise AwsError("ValidationException", f"{key} must have between 1 and {longest} characters")
    if "OrderingTimestamp" not in evaluation:
        raise AwsError("ValidationException", "OrderingTimestamp must not be null")


def _asked_to_fail(evaluations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    fault = STAND.faults.take("failed-evaluations") if evaluations else None
    if fault is None:
        return []
    ids = fault.spec.get("resourceIds")
    return [one for one in evaluations if ids is None or one["ComplianceResourceId"] in ids]


def _record(name: str, evaluation: dict[str, Any], invoked: datetime) -> None:
    key = (evaluation["ComplianceResourceType"], evaluation["ComplianceResourceId"])
    state = _state(name)
    with STAND.lock:
        standing = state.results.get(key)
        if standing and standing["OrderingTimestamp"] > evaluation["OrderingTimestamp"]:
            # Config orders results by this timestamp, so an older one that arrives late changes nothing.
            return
        state.results[key] = evaluation | {"recorded": datetime.now(UTC), "invoked": invoked}
        offenders = sum(one["ComplianceType"] == "NON_COMPLIANT" for one in state.results.values())
    if evaluation["ComplianceType"] == "NON_COMPLIANT":
        remediation.on_non_compliant(name, key, offenders)


# --- queries ---------------------------------------------------------------------------------------------------------


def _result(name: str, key: ResourceKey, evaluation: dict[str, Any]) -> dict[str, Any]:
    return {
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {
                "ConfigRuleName": name,
                "ResourceType": key[0],
                "ResourceId": key[1],
                "EvaluationMode": "DETECTIVE",
            },
            "OrderingTimestamp": datetime.fromtimestamp(evaluation["OrderingTimestamp"], UTC),
        },
        "ComplianceType": evaluation["ComplianceType"],
        "ResultRecordedTime": evaluation["recorded"],
        "ConfigRuleInvokedTime": evaluation["invoked"],
        "Annotation": evaluation.get("Annotation"),
    }


def _chosen(name: str, types: list[str] | None) -> list[dict[str, Any]]:
    results = sorted(_state(name).results.items())
    return [_result(name, key, one) for key, one in results if not types or one["ComplianceType"] in types]


def get_compliance_details_by_config_rule(self: ConfigResponse) -> ActionResult:
    """GetComplianceDetailsByConfigRule."""
    given = _parameters(self)
    _rule(given["ConfigRuleName"])
    found = _chosen(given["ConfigRuleName"], given.get("ComplianceTypes"))
    results, token = _page(given, found, 10, ("Limit", "NextToken"))
    return ActionResult({"EvaluationResults": results, "NextToken": token})


def get_compliance_details_by_resource(self: ConfigResponse) -> ActionResult:
    """GetComplianceDetailsByResource."""
    given = _parameters(self)
    key = (given["ResourceType"], given["ResourceId"])
    types = given.get("ComplianceTypes")
    found = [
        _result(name, key, _state(name).results[key])
        for name in sorted(rules())
        if key in _state(name).results and (not types or _state(name).results[key]["ComplianceType"] in types)
    ]
    return ActionResult({"EvaluationResults": found})


def _compliance(name: str) -> dict[str, Any]:
    types = [one["ComplianceType"] for one in _state(name).results.values()]
    offenders = types.count("NON_COMPLIANT")
    if offenders:
        count = {"CappedCount": min(offenders, 25), "CapExceeded": offenders > 25}
        return {"ComplianceType": "NON_COMPLIANT", "ComplianceContributorCount": count}
    return {"ComplianceType": "COMPLIANT" if "COMPLIANT" in types else "INSUFFICIENT_DATA"}


def describe_compliance_by_config_rule(self: ConfigResponse) -> ActionResult:
    """DescribeComplianceByConfigRule."""
    given = _parameters(self)
    names = given.get("ConfigRuleNames") or sorted(rules())
    found = [{"ConfigRuleName": _rule(name).config_rule_name, "Compliance": _compliance(name)} for name in names]
    types = given.get("ComplianceTypes")
    return ActionResult(
        {"ComplianceByConfigRules": [o for o in found if not types or o["Compliance"]["ComplianceType"] in types]}
    )


def describe_config_rule_evaluation_status(self: ConfigResponse) -> ActionResult:
    """DescribeConfigRuleEvaluationStatus: when the rule's function last ran well, or how it failed."""
    names = _parameters(self).get("ConfigRuleNames") or sorted(rules())
    statuses = []
    for name in names:
        rule, state = _rule(name), _state(name)
        statuses.append(
            {
                "ConfigRuleName": name,
                "ConfigRuleArn": rule.config_rule_arn,
                "ConfigRuleId": rule.config_rule_id,
                "LastSuccessfulInvocationTime": state.succeeded,
                "LastFailedInvocationTime": state.failed,
                "LastErrorCode": "Lambda.Unhandled" if state.error else None,
                "LastErrorMessage": state.error,
                "FirstEvaluationStarted": state.invoked is not None,
            }
        )
    return ActionResult({"ConfigRulesEvaluationStatus": statuses})


def delete_evaluation_results(self: ConfigResponse) -> ActionResult:
    """DeleteEvaluationResults."""
    name = _parameters(self)["ConfigRuleName"]
    _rule(name)
    _state(name).results.clear()
    return ActionResult({})


# --- recorded resources ----------------------------------------------------------------------------------------------


def _list_discovered_resources(original: Any) -> Any:
    """moto lists roles but not users."""

    def listing(self: ConfigResponse) -> Any:
        given = _parameters(self)
        resource_type, ids, name = given["resourceType"], given.get("resourceIds"), given.get("resourceName")
        if resource_type not in config_items.TYPES:
            return original(self)
        if ids and name:
            raise AwsError("InvalidParameterValueException", "give either resourceIds or resourceName, not both")
        if ids and len(ids) > 20:
            raise AwsError("InvalidParameterValueException", "at most 20 resourceIds may be given")
        found = [
            {"resourceType": resource_type, "resourceId": one.id, "resourceName": one.name}
            for one in config_items.entities(resource_type)
            if (not ids or one.id in ids) and (not name or one.name == name)
        ]
        chosen, token = _page(given, found, 100, ("limit", "nextToken"))
        return ActionResult({"resourceIdentifiers": chosen, "nextToken": token})

    return listing


def _get_resource_config_history(original: Any) -> Any:
    """moto's items of roles have tags as a list, times as text and names for ids; users it has none."""

    def history(self: ConfigResponse) -> Any:
        given = _parameters(self)
        resource_type, resource_id = given["resourceType"], given["resourceId"]
        if resource_type not in config_items.TYPES:
            return original(self)
        entity = config_items.find(resource_type, resource_id)
        if entity is None:
            raise AwsError(
                "ResourceNotDiscoveredException",
                f"Resource {resource_id} of resourceType:{resource_type} is unknown or has not been discovered",
            )
        items, token = _history_page(given, config_items.history(entity))
        return ActionResult({"configurationItems": items, "nextToken": token})

    return history


def _history_page(given: dict[str, Any], items: list[Any]) -> tuple[list[Any], str | None]:
    """What one call finds: it looks at seven days, and says where the next one goes on, whether it found any or not."""
    limit = given.get("limit") or 10
    if not 0 < limit <= 100:
        raise AwsError("InvalidLimitException", f"The limit {limit} is not between 1 and 100")
    later, index, skip = _history_token(given)
    earlier = _moment(given.get("earlierTime")) or later - config_items.RETENTION
    if earlier >= later:
        raise AwsError("InvalidTimeRangeException", "The earlierTime is not before the laterTime")
    spans = config_items.spans(earlier, later)
    if given.get("chronologicalOrder") == "Forward":
        spans, items = spans[::-1], items[::-1]
    found = config_items.within(items, spans[index], earlier)
    chosen, more = found[skip : skip + limit], skip + limit < len(found)
    if more:
        return chosen, f"{later.timestamp()}/{index}/{skip + limit}"
    return chosen, f"{later.timestamp()}/{index + 1}/0" if index + 1 < len(spans) else None


def _history_token(given: dict[str, Any]) -> tuple[datetime, int, int]:
    """The end of the times that are looked at, which span of them is next, and how many of its items were returned."""
    token = given.get("nextToken")
    if not token:
        return _moment(given.get("laterTime")) or datetime.now(UTC), 0, 0
    try:
        later, index, skip = token.split("/")
        return datetime.fromtimestamp(float(later), UTC), int(index), int(skip)
    except ValueError:
        raise AwsError("InvalidNextTokenException", "The nextToken provided is invalid") from None


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _batch_get_resource_config(original: Any) -> Any:
    """The newest items of several resources, without their relationships."""

    def batch(self: ConfigResponse) -> Any:
        keys = _parameters(self)["resourceKeys"]
        if not 0 < len(keys) <= 100:
            raise AwsError("ValidationException", f"{len(keys)} resourceKeys are not between 1 and 100")
        if any(key["resourceType"] not in config_items.TYPES for key in keys):
            return original(self)
        found = [config_items.find(key["resourceType"], key["resourceId"]) for key in keys]
        items = [config_items.current(entity) for entity in found if entity]
        return ActionResult({"baseConfigurationItems": items, "unprocessedResourceKeys": []})

    return batch


def forget(name: str) -> None:
    """Drop what is remembered of a deleted rule."""
    _states.pop(name, None)


def reset() -> None:
    """Forget all results, tokens and items of the past."""
    config_items.PAST.clear()
    _states.clear()
    _tokens.clear()


def install() -> None:
    """Give moto's Config the operations."""
    for operation in (
        put_evaluations,
        start_config_rules_evaluation,
        get_compliance_details_by_config_rule,
        get_compliance_details_by_resource,
        describe_compliance_by_config_rule,
        describe_config_rule_evaluation_status,
        delete_evaluation_results,
    ):
        setattr(ConfigResponse, operation.__name__, operation)
    ConfigBackend.describe_config_rules = _describe_config_rules(ConfigBackend.describe_config_rules)
    ConfigResponse.list_discovered_resources = _list_discovered_resources(ConfigResponse.list_discovered_resources)
    ConfigResponse.get_resource_config_history = _get_resource_config_history(
        ConfigResponse.get_resource_config_history
    )
    ConfigResponse.batch_get_resource_config = _batch_get_resource_config(ConfigResponse.batch_get_resource_config)
