"""Lambda's Invoke: runs the real `bootstrap` of the uploaded zip; moto would need Docker.

Each function calls the stand under an access key of its own, each sandbox under a session token of its own.
"""

import base64
import hashlib
import io
import json
import logging
import os
import threading
import time
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse

from leastwise_stand import log_levels
from leastwise_stand.aws import client
from leastwise_stand.runtime_api import Outcome, Sandbox
from leastwise_stand.state import STAND

LOG = logging.getLogger("lambda")
MAX_PAYLOAD = 6 * 1024 * 1024
LOG_TAIL = 4096
# How long Lambda keeps an event that it turned away, and waits at the most before it tries again, in seconds.
LONGEST_WAIT = 6 * 3600
LONGEST_PAUSE = 300
DEAD_LETTERS = "dead-letters.lambda.amazonaws.com"

_lock = threading.Lock()
_idle: dict[tuple[str, str], list[Sandbox]] = defaultdict(list)
_running: dict[str, Sandbox] = {}
_history: list[dict[str, Any]] = []


def invoke(self: LambdaResponse) -> tuple[int, dict[str, Any], bytes | str]:
    """Invoke: answers 200 also when the function failed, which a header tells; 202 for an event, 204 for a dry run."""
    name = unquote(self.path.rsplit("/", 2)[-2])
    function = self.backend.get_function(name, self._get_param("qualifier"))
    payload = (self.body.encode() if isinstance(self.body, str) else self.body) or b"{}"
    try:
        json.loads(payload)
    except ValueError as problem:
        message = f"Could not parse request body into json: {problem}"
        return _refusal("InvalidRequestContentException", message, 400)
    if len(payload) > MAX_PAYLOAD:
        return _refusal("RequestTooLargeException", f"Request must be smaller than {MAX_PAYLOAD} bytes", 413)
    kind = self.headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if kind == "DryRun":
        return 204, {"status": 204}, ""
    if kind == "Event":
        event = (function, payload.decode(), "async.lambda.amazonaws.com")
        threading.Thread(target=invoke_asynchronously, args=event, daemon=True).start()
        return 202, {"status": 202}, ""
    outcome = run(function, payload)
    headers: dict[str, Any] = {"Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST"}
    if outcome.failed:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if self.headers.get("X-Amz-Log-Type") == "Tail":
        tail = log_path(function.function_name).read_bytes()[-LOG_TAIL:]
        headers["X-Amz-Log-Result"] = base64.b64encode(tail).decode()
    return 200, headers, outcome.payload


def invoke_asynchronously(function: LambdaFunction, event: str, caller: str) -> dict[str, Any]:
    """An asynchronous invocation by a part of AWS; the last answer.

    It is tried again after a failure, and waits for a free copy of the function before each attempt. After the last, or
    when it has waited too long, it is kept for people.
    """
    answer: dict[str, Any] = {}
    for _ in range(_attempts(function)):
        if not _finds_a_free_copy(function):
            answer = {"functionError": "Unhandled", "payload": "The event is too old: the function had no free copy"}
            break
        invoked = client("lambda", caller, 910).invoke(FunctionName=function.function_name, Payload=event.encode())
        answer = {"functionError": invoked.get("FunctionError"), "payload": invoked["Payload"].read().decode()}
        if not answer["functionError"]:
            return answer
    _bury(function, event, answer["payload"])
    return answer


def _setting(function: LambdaFunction, name: str, default: int) -> int:
    """What the function's settings of asynchronous invocation say."""
    configured = [one.config for one in function.event_invoke_config]
    given = configured[-1].get(name) if configured else None
    return int(default if given is None else given)


def _attempts(function: LambdaFunction) -> int:
    """How often an event is tried: once, and again as the function's settings or else the stand's say."""
    return 1 + _setting(function, "MaximumRetryAttempts", STAND.settings["asyncRetries"])


def _finds_a_free_copy(function: LambdaFunction) -> bool:
    """Whether a copy of the function is free before the event is too old; no time passes meanwhile.

    What Lambda turns away counts as no attempt. Source:
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html.
    """
    waited, pause = 0, 1
    while STAND.faults.take("no-free-copy", function=function.function_name):
        waited, pause = waited + pause, min(2 * pause, LONGEST_PAUSE)
        if waited > _setting(function, "MaximumEventAgeInSeconds", LONGEST_WAIT):
            return False
    return True


def _bury(function: LambdaFunction, event: str, problem: str) -> None:
    """Send an event whose attempts have all failed to the function's dead-letter queue, if it has one."""
    arn = (getattr(function, "dead_letter_config", None) or {}).get("TargetArn")
    if arn is None:
        return
    sqs = client("sqs", DEAD_LETTERS)
    queue = sqs.get_queue_url(QueueName=arn.rsplit(":", 1)[-1])["QueueUrl"]
    attributes = {"ErrorCode": "200", "ErrorMessage": problem[:1024]}
    sqs.send_message(
        QueueUrl=queue,
        MessageBody=event,
        MessageAttributes={name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()},
    )


def _refusal(code: str, message: str, status: int) -> tuple[int, dict[str, Any], str]:
    headers = {"status": status, "x-amzn-ErrorType": code, "Content-Type": "application/json"}
    return status, headers, json.dumps({"Type": "User", "message": message})


def run(function: LambdaFunction, payload: bytes) -> Outcome:
    """Run one event in an idle sandbox of the function, or in a new one."""
    key = (function.function_name, _fingerprint(function))
    started = time.time()
    with _lock:
        _retire_others(key)
        sandbox = _idle[key].pop() if _idle[key] else None
    cold = sandbox is None
    try:
        if sandbox is None:
            sandbox = _start(function)
        with _lock:
            _running[sandbox.token] = sandbox
        outcome = sandbox.invoke(payload, float(function.timeout))
    except FileNotFoundError:
        error = {"errorType": "Runtime.InvalidEntrypoint", "errorMessage": "the zip holds no file `bootstrap`"}
        return Outcome(json.dumps(error).encode(), failed=True)
    with _lock:
        _running.pop(sandbox.token, None)
        if sandbox.alive:
            _idle[key].append(sandbox)
        _history.append(
            {
                "function": function.function_name,
                "coldStart": cold,
                "started": started,
                "durationMs": round((time.time() - started) * 1000, 1),
                "failed": outcome.failed,
            }
        )
    return outcome


def log_path(name: str) -> Path:
    """Where the output of a function goes, as far as Lambda lets it through."""
    return STAND.folder / "logs" / f"{name}.log"


def _log_of(function: LambdaFunction) -> Callable[[bytes], None]:
    """What takes the output of a sandbox and writes to the function's log what Lambda lets through."""
    log = log_path(function.function_name)
    logging = getattr(function, "logging_config", None)

    def write(output: bytes) -> None:
        lines = output.decode(errors="replace").splitlines(keepends=True)
        with log.open("a") as log_file:
            log_file.writelines(line for line in lines if log_levels.passes(line, logging))

    return write


def _fingerprint(function: LambdaFunction) -> str:
    """Changes whenever sandboxes of the function must be replaced."""
    logging = getattr(function, "logging_config", None)
    told = [function.code_sha_256, function.environment_vars, function.timeout, function.memory_size, logging]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _retire_others(key: tuple[str, str]) -> None:
    for other in [one for one in _idle if one[0] == key[0] and one != key]:
        for sandbox in _idle.pop(other):
            sandbox.close()


def _start(function: LambdaFunction) -> Sandbox:
    name = function.function_name
    folder = STAND.folder / "functions" / name / hashlib.sha256(function.code_bytes).hexdigest()[:16]
    command = folder / "bootstrap"
    with _lock:
        if not folder.is_dir():
            zipfile.ZipFile(io.BytesIO(function.code_bytes)).extractall(folder)
        if not command.is_file():
            raise FileNotFoundError(command)
        command.chmod(0o755)
    return Sandbox(command, _environment(function, folder), _log_of(function), function.function_arn)


def _environment(function: LambdaFunction, folder: Path) -> dict[str, str]:
    name = function.function_name
    own = {key: str(value) for key, value in (function.environment_vars or {}).items()}
    reserved = {
        "PATH": os.environ.get("PATH", ""),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": str(folder),
        "_HANDLER": function.handler or "bootstrap",
        "AWS_REGION": STAND.region,
        "AWS_DEFAULT_REGION": STAND.region,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"stand/{uuid.uuid4()}",
        "AWS_ACCESS_KEY_ID": STAND.introduce(name),
        "AWS_SECRET_ACCESS_KEY": "stand",
        "AWS_SESSION_TOKEN": str(uuid.uuid4()),
        "AWS_ENDPOINT_URL": STAND.endpoint,
    }
    return own | reserved


def kill(session_token: str | None) -> None:
    """Kill the sandbox that calls with this session token, in the middle of whatever it does."""
    with _lock:
        sandbox = _running.get(session_token or "")
    if sandbox is not None:
        LOG.info("killed a sandbox of %s on demand", sandbox.function_arn)
        sandbox.close()


def close_all() -> None:
    """End every sandbox."""
    with _lock:
        sandboxes = [*_running.values(), *(one for idle in _idle.values() for one in idle)]
        _running.clear()
        _idle.clear()
    for sandbox in sandboxes:
        sandbox.close()


def history() -> list[dict[str, Any]]:
    """All invocations that have ended."""
    with _lock:
        return list(_history)


def reset() -> None:
    """End every sandbox and forget what ran."""
    close_all()
    with _lock:
        _history.clear()


def install() -> None:
    """Replace moto's way of invoking functions, and keep what moto forgets: dead-letter queues and logging."""
    LambdaResponse.invoke = invoke
    original = LambdaFunction.__init__

    def init(self: LambdaFunction, account_id: str, spec: dict[str, Any], *more: Any, **named: Any) -> None:
        original(self, account_id, spec, *more, **named)
        self.dead_letter_config = spec.get("DeadLetterConfig")
        self.logging_config = spec.get("LoggingConfig")

    LambdaFunction.__init__ = init
    configuration = LambdaFunction.get_configuration

    def told(self: LambdaFunction, *more: Any, **named: Any) -> dict[str, Any]:
        """Variables are texts, also those that a template gives the value of a number."""
        config = configuration(self, *more, **named)
        if "Environment" in config:
            variables = config["Environment"]["Variables"]
            config["Environment"] = {"Variables": {name: str(value) for name, value in variables.items()}}
        return config

    LambdaFunction.get_configuration = told
