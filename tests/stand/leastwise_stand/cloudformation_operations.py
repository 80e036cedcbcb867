"""CloudFormation resources around the functions: alarms, the schedule, asynchronous invocation, queue policies.

moto knows them by API only; managed policies and queues it cannot change.
"""

import json
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend as lambda_backend
from moto.cloudformation.exceptions import ValidationError
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.events.models import Rule
from moto.iam.models import ManagedPolicy
from moto.scheduler.models import scheduler_backends
from moto.sqs.models import Queue, sqs_backends

from leastwise_stand import iam_gaps


class _Resource(CloudFormationModel):
    """What the resources here have in common: nothing to ask for, and changing is making again."""

    # The resource's type, and the property that names it, if one does.
    TYPE = ""
    NAMED_BY = ""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.NAMED_BY

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.TYPE

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @property
    def physical_resource_id(self) -> str:
        return self.name

    def delete(self, account_id: str, region_name: str) -> None:
        """What is set on a function or a queue goes with it."""

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> Any:
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(
            original_resource.name, cloudformation_json, account_id, region_name
        )


class AlarmResource(_Resource, CloudFormationModel):
    """`AWS::CloudWatch::Alarm`; that it never rings here is in the README, so what `Metrics` says is not kept."""

    # moto finds the service of a model in the name of its module.
    __module__ = "moto.cloudwatch.models"
    TYPE = "AWS::CloudWatch::Alarm"
    NAMED_BY = "AlarmName"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "AlarmResource":
        """Create the alarm."""
        given = cloudformation_json["Properties"]
        cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=resource_name,
            # An alarm over several metrics has none of its own.
            namespace=given.get("Namespace", ""),
            metric_name=given.get("MetricName", ""),
            comparison_operator=given["ComparisonOperator"],
            evaluation_periods=int(given["EvaluationPeriods"]),
            period=int(given.get("Period", 0)),
            threshold=float(given["Threshold"]),
            statistic=given.get("Statistic", ""),
            description=given.get("AlarmDescription", ""),
            dimensions=given.get("Dimensions", []),
            alarm_actions=given.get("AlarmActions") or [],
            treat_missing_data=given.get("TreatMissingData"),
        )
        return cls(resource_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the alarm."""
        cloudwatch_backends[account_id][region_name].delete_alarms([self.name])


class ScheduleResource(_Resource, CloudFormationModel):
    """`AWS::Scheduler::Schedule`."""

    __module__ = "moto.scheduler.models"
    TYPE = "AWS::Scheduler::Schedule"
    NAMED_BY = "Name"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "ScheduleResource":
        """Create the schedule."""
        given = cloudformation_json["Properties"]
        scheduler_backends[account_id][region_name].create_schedule(
            description=given.get("Description"),
            name=resource_name,
            group_name="default",
            schedule_expression=given["ScheduleExpression"],
            schedule_expression_timezone=None,
            flexible_time_window=given["FlexibleTimeWindow"],
            target=dict(given["Target"]),
            state=given.get("State"),
            kms_key_arn=None,
            start_date=None,
            end_date=None,
            action_after_completion=None,
        )
        return cls(resource_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the schedule."""
        scheduler_backends[account_id][region_name].schedule_groups["default"].schedules.pop(self.name, None)


class EventInvokeConfigResource(_Resource, CloudFormationModel):
    """`AWS::Lambda::EventInvokeConfig`."""

    __module__ = "moto.awslambda.models"
    TYPE = "AWS::Lambda::EventInvokeConfig"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "EventInvokeConfigResource":
        """Set how the function is invoked asynchronously."""
        given = cloudformation_json["Properties"]
        numbers = {k: int(given[k]) for k in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds") if k in given}
        lambda_backend(account_id, region_name).put_function_event_invoke_config(given["FunctionName"], numbers)
        return cls(given["FunctionName"])


class QueuePolicyResource(_Resource, CloudFormationModel):
    """`AWS::SQS::QueuePolicy`."""

    __module__ = "moto.sqs.models"
    TYPE = "AWS::SQS::QueuePolicy"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "QueuePolicyResource":
        """Give the queues the policy."""
        given = cloudformation_json["Properties"]
        backend = sqs_backends[account_id][region_name]
        for url in given["Queues"]:
            attributes = {"Policy": json.dumps(given["PolicyDocument"])}
            backend.set_queue_attributes(url.rsplit("/", 1)[-1], attributes)
        return cls(resource_name)


# --- what moto has and does not finish -------------------------------------------------------------------------------


def _update_managed_policy(
    original_resource: ManagedPolicy,
    new_resource_name: str,
    cloudformation_json: Any,
    account_id: str,
    region_name: str,
) -> ManagedPolicy:
    """A named policy gets a new default version; what only a replacement could change is refused, as its name is taken."""
    given = cloudformation_json["Properties"]
    present = (original_resource.description or "", original_resource.path)
    if present != (given.get("Description", ""), given.get("Path", "/")):
        name = original_resource.name
        raise ValidationError(name, f"{name} already exists: to change Description or Path is to replace the policy.")
    document = json.dumps(cloudformation_json["Properties"]["PolicyDocument"])
    if document != iam_gaps.default_document(original_resource):
        iam_gaps.backend().create_policy_version(original_resource.arn, document, True)
    return original_resource


def _delete_managed_policy(self: ManagedPolicy, account_id: str, region_name: str) -> None:
    for version in [one.version_id for one in self.versions if one.version_id != self.default_version_id]:
        iam_gaps.backend().delete_policy_version(self.arn, version)
    iam_gaps.backend().delete_policy(self.arn)


def _update_queue(
    original_resource: Queue, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
) -> Queue:
    return original_resource


def _with_operations(original: Any) -> Any:
    """moto's CloudFormation hands few properties of a function on."""

    def make(*given: Any, **named: Any) -> LambdaFunction:
        function = original(*given, **named)
        made = (named.get("cloudformation_json") or given[1])["Properties"]
        function.dead_letter_config = made.get("DeadLetterConfig")
        function.kms_key_arn = made.get("KmsKeyArn")
        function.logging_config = made.get("LoggingConfig")
        function.tracing_config = made.get("TracingConfig") or {"Mode": "PassThrough"}
        return function

    return staticmethod(make)


def _with_logging(original: Any) -> Any:
    """moto does not say where a function logs to."""

    def describe(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
        logging = getattr(self, "logging_config", None) or {"LogFormat": "Text", "LogGroup": self.logs_group_name}
        return original(self, on_create) | {"LoggingConfig": logging}

    return describe


def _keep_pattern(original: Any) -> Any:
    """moto changes the template's own event pattern into text, which a later update would find changed."""

    def make(resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **given: Any) -> Rule:
        copied = cloudformation_json | {"Properties": dict(cloudformation_json["Properties"])}
        return original(resource_name, copied, account_id, region_name, **given)

    return staticmethod(make)


def install() -> None:
    """Put the resources into moto's CloudFormation."""
    ManagedPolicy.update_from_cloudformation_json = staticmethod(_update_managed_policy)
    ManagedPolicy.delete = _delete_managed_policy
    Queue.update_from_cloudformation_json = staticmethod(_update_queue)
    LambdaFunction.get_configuration = _with_logging(LambdaFunction.get_configuration)
    Rule.create_from_cloudformation_json = _keep_pattern(Rule.create_from_cloudformation_json)
    LambdaFunction.create_from_cloudformation_json = _with_operations(
        LambdaFunction.create_from_cloudformation_json
    )
    LambdaFunction.update_from_cloudformation_json = _with_operations(
        LambdaFunction.update_from_cloudformation_json
    )
