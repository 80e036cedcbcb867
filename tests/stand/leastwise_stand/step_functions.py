"""Step Functions: moto's interpreter, which comes from LocalStack, runs the deployed state machines.

By itself moto answers executions without running them. What runs calls the stand, as AWS services call each other; its
retries do not wait. moto left out one step of LocalStack's: parameters and results of the calls that a state names
(`aws-sdk:…`) begin with capitals, those of botocore do not always.
"""

import os
from types import SimpleNamespace
from typing import Any

from moto.core.config import default_user_config
from moto.stepfunctions import models
from moto.stepfunctions.models import StateMachine

from leastwise_stand.aws import client
from leastwise_stand.state import STAND

CALLER = "states.amazonaws.com"

# The access key id by which the interpreter calls; see `moto.stepfunctions.parser.asl.utils.boto_client`.
ACCESS_KEY = "ak"


def listen(port: int) -> None:
    """Tell the interpreter where to call."""
    os.environ["MOTO_PORT"] = str(port)
    STAND.callers[ACCESS_KEY] = CALLER


def _interpret() -> None:
    """Have executions run. Not before there is a state machine: to load the interpreter takes seconds."""
    from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
        StateTaskServiceAwsSdk,
    )
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    default_user_config["stepfunctions"]["execute_state_machine"] = True
    models.stepfunctions_backends = stepfunctions_parser_backends
    retrier_decl.time = SimpleNamespace(sleep=lambda _seconds: None)
    StateTaskServiceAwsSdk._normalise_parameters = _normalise_parameters
    StateTaskServiceAwsSdk._normalise_response = _normalise_response


def _operation(task: Any) -> Any:
    """The operation that a state names, as botocore describes it."""
    service = client(task._get_boto_service_name(), CALLER).meta
    return service.service_model.operation_model(service.method_to_api_mapping[task._get_boto_service_action()])


def _normalise_parameters(self: Any, parameters: dict[str, Any], *_: Any, **__: Any) -> None:
    self._to_boto_request(parameters, _operation(self).input_shape)


def _normalise_response(self: Any, response: Any, *_: Any, **__: Any) -> None:
    self._from_boto_response(response, _operation(self).output_shape)


def _create(original: Any) -> Any:
    def create(*given: Any, **named: Any) -> StateMachine:
        _interpret()
        return original(*given, **named)

    return staticmethod(create)


def install() -> None:
    """Have the state machines run that CloudFormation makes."""
    StateMachine.create_from_cloudformation_json = _create(StateMachine.create_from_cloudformation_json)
