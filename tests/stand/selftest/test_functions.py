"""Lambda functions as child processes, SSM Automation, and faults that strike a function's calls."""

import base64
import json
import time

import pytest
from botocore.exceptions import ClientError
from conftest import ROLE_TRUST, allow, eventually

DOCUMENT = {
    "schemaVersion": "0.3",
    "assumeRole": "{{ AutomationAssumeRole }}",
    "parameters": {
        "AutomationAssumeRole": {"type": "String", "allowedPattern": "^arn:aws:iam::\\d{12}:role/.+$"},
        "Role": {"type": "String", "allowedPattern": "^[\\w-]+$"},
        "Policy": {"type": "String"},
        "DryRun": {"type": "String", "default": "true", "allowedValues": ["true", "false"]},
    },
    "mainSteps": [
        {
            "name": "apply",
            "action": "aws:invokeLambdaFunction",
            "timeoutSeconds": 20,
            "inputs": {
                "FunctionName": "stand-in",
                "InputPayload": {
                    "do": "bound",
                    "role": "{{ Role }}",
                    "policy": "{{Policy}}",
                    "id": "{{ automation:EXECUTION_ID }}",
                },
            },
        },
        {
            "name": "decide",
            "action": "aws:branch",
            "inputs": {
                "Choices": [
                    {
                        "And": [
                            {"Variable": "{{ apply.Payload }}", "Contains": '"status":"APPLIED"'},
                            {"Not": {"Variable": "{{ DryRun }}", "StringEquals": "true"}},
                        ],
                        "NextStep": "verify",
                    },
                    {"NextStep": "done", "Variable": "{{ apply.Payload }}", "StartsWith": '{"status":"APPLIED"'},
                ],
                "Default": "fail",
            },
        },
        {
            "name": "fail",
            "action": "aws:executeScript",
            "isEnd": True,
            "inputs": {"Runtime": "python3.11", "Handler": "f", "Script": "def f(e, c):\n  raise Exception('refused')"},
        },
        {
            "name": "verify",
            "action": "aws:assertAwsResourceProperty",
            "inputs": {
                "Service": "iam",
                "Api": "GetRole",
                "RoleName": "{{ Role }}",
                "PropertySelector": "$.Role.PermissionsBoundary.PermissionsBoundaryArn",
                "DesiredValues": ["{{ Policy }}"],
            },
        },
        {
            "name": "read",
            "action": "aws:executeAwsApi",
            "inputs": {"Service": "iam", "Api": "GetRole", "RoleName": "{{ Role }}"},
            "outputs": [{"Name": "Arn", "Selector": "$.Role.Arn", "Type": "String"}],
        },
        {"name": "done", "action": "aws:sleep", "isEnd": True, "inputs": {"Duration": "PT1H"}},
    ],
    "outputs": ["apply.Payload", "read.Arn"],
}


def call(stand, name, event, **given):
    answer = stand.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode(), **given)
    body = answer["Payload"].read()
    return answer["StatusCode"], answer.get("FunctionError"), json.loads(body) if body else None


def test_a_function_runs_with_its_environment_and_credentials(stand, function):
    name = function(GREETING="hello")
    status, error, answer = call(stand, name, {"a": 1})
    assert (status, error, answer["echo"]) == (200, None, {"a": 1})
    environment = answer["environment"]
    assert environment["GREETING"] == "hello"
    assert environment["AWS_ENDPOINT_URL"] == stand.endpoint
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    again = call(stand, name, {})[2]["environment"]
    assert again["AWS_SESSION_TOKEN"] == environment["AWS_SESSION_TOKEN"], "the sandbox is reused"
    tail = stand.client("lambda").invoke(FunctionName=name, Payload=b"{}", LogType="Tail")
    assert "LogResult" in tail
    assert [one["coldStart"] for one in stand.control("GET", "invocations")] == [True, False, False]


def test_lambda_drops_what_is_less_severe_than_the_function_asks(stand, function):
    at = '"timestamp":"2026-06-30T12:00:00.250Z"'
    metrics = '{"_aws":{"Timestamp":1782820800250},"Failed":1}'
    timeless = '{"level":"ERROR","msg":"without a time"}'
    lines = [f'{{"level":"{level}",{at}}}' for level in ("debug", "INFO", "warn", "ERROR", "loud")]
    lines += [metrics, timeless, "no JSON at all"]
    # The stand-in prints this by itself.
    everything = [*lines, "log line"]
    debug, info, warn, error, loud, *unlevelled = everything
    of_info = [info, warn, error, loud, *unlevelled]
    expected = {"TRACE": everything, "DEBUG": everything, "INFO": of_info, "WARN": [warn, error], "ERROR": [error]}
    for level, kept in expected.items():
        name = function(f"at-{level}", logging={"LogFormat": "JSON", "ApplicationLogLevel": level})
        assert logged(stand, name, lines) == kept, level
    assert logged(stand, function("as-text", logging={"LogFormat": "Text"}), lines) == everything
    assert logged(stand, function("as-it-comes"), lines) == everything


def logged(stand, name, lines):
    """What is left in the log of a function that prints these lines."""
    answer = stand.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps({"do": "print", "lines": lines}).encode(), LogType="Tail"
    )
    return base64.b64decode(answer["LogResult"]).decode().splitlines()


def test_failures_of_a_function_are_answers_with_a_mark(stand, function):
    name = function(timeout=1)
    assert call(stand, name, {"do": "fail"}) == (
        200,
        "Unhandled",
        {"errorType": "ValueError", "errorMessage": "asked to fail"},
    )
    status, error, answer = call(stand, name, {"do": "sleep"})
    assert (status, error, answer["errorType"]) == (200, "Unhandled", "Sandbox.Timedout")
    assert answer["errorMessage"].endswith("Task timed out after 1.00 seconds")
    answer = call(stand, name, {"do": "exit"})[2]
    assert answer["errorType"] == "Runtime.ExitError"
    assert answer["errorMessage"].endswith("Runtime exited with error: exit status 3")
    assert call(stand, name, {})[1] is None, "the next sandbox is sound"
    assert call(stand, name, {}, InvocationType="Event") == (202, None, None)
    assert call(stand, name, {}, InvocationType="DryRun") == (204, None, None)
    with pytest.raises(ClientError) as problem:
        stand.client("lambda").invoke(FunctionName=name, Payload=b"{")
    assert problem.value.response["Error"]["Code"] == "InvalidRequestContentException"


def test_calls_are_attributed_to_the_function_that_makes_them(stand, function):
    name = function()
    stand.control("DELETE", "calls")
    call(stand, name, {"do": "calls", "times": 2})
    mine = [(one["service"], one["operation"], one["status"]) for one in stand.control("GET", f"calls?caller={name}")]
    assert mine == [("iam", "ListAccountAliases", 200)] * 2
    assert [one["operation"] for one in stand.control("GET", "calls")][0] == "Invoke"


def test_a_function_can_be_killed_between_two_calls(stand, function):
    name = function()
    stand.control("PUT", "faults", [{"kind": "crash", "function": name, "skip": 2}])
    stand.control("DELETE", "calls")
    answer = call(stand, name, {"do": "calls", "times": 5})
    assert (answer[1], answer[2]["errorType"]) == ("Unhandled", "Runtime.ExitError")
    done = [one["error"] for one in stand.control("GET", f"calls?caller={name}")]
    assert done == [None, None, "Crashed"]
    assert call(stand, name, {"do": "calls", "times": 5})[1] is None
    stand.control("PUT", "faults", [{"kind": "crash", "function": name, "skip": 2, "when": "after"}])
    stand.control("DELETE", "calls")
    assert call(stand, name, {"do": "calls", "times": 5})[1] == "Unhandled"
    done = [one["error"] for one in stand.control("GET", f"calls?caller={name}")]
    assert done == [None, None, None], "the third call took effect"


def execute(stand, **parameters):
    ssm = stand.client("ssm")
    given = {"AutomationAssumeRole": ["arn:aws:iam::111122223333:role/automation"]} | parameters
    execution = ssm.start_automation_execution(DocumentName="Doc", Parameters=given)["AutomationExecutionId"]

    def ended():
        found = ssm.get_automation_execution(AutomationExecutionId=execution)["AutomationExecution"]
        return found if found["AutomationExecutionStatus"] != "InProgress" else None

    return eventually(ended)


def test_an_automation_document_runs_step_by_step(stand, iam, function):
    function()
    iam.create_role(RoleName="target", AssumeRolePolicyDocument=ROLE_TRUST)
    policy = iam.create_policy(PolicyName="b", PolicyDocument=allow("s3:*"))["Policy"]["Arn"]
    stand.client("ssm").create_document(
        Name="Doc", DocumentType="Automation", DocumentFormat="JSON", Content=json.dumps(DOCUMENT)
    )
    done = execute(stand, Role=["target"], Policy=[policy], DryRun=["false"])
    steps = [(one["StepName"], one["StepStatus"]) for one in done["StepExecutions"]]
    assert steps == [(name, "Success") for name in ("apply", "decide", "verify", "read", "done")]
    assert done["AutomationExecutionStatus"] == "Success"
    assert done["Outputs"] == {
        "apply.Payload": ['{"status":"APPLIED"}'],
        "read.Arn": ["arn:aws:iam::111122223333:role/target"],
    }
    dry = execute(stand, Role=["target"], Policy=[policy])
    assert [one["StepName"] for one in dry["StepExecutions"]] == ["apply", "decide", "done"]
    failed = execute(stand, Role=["missing"], Policy=[policy])
    assert [one["StepName"] for one in failed["StepExecutions"]] == ["apply", "decide", "fail"]
    assert failed["AutomationExecutionStatus"] == "Failed"
    assert failed["StepExecutions"][0]["Outputs"]["FunctionError"] == ["Unhandled"]
    assert "refused" in failed["FailureMessage"]
    stand.control("PUT", "settings", {"functionErrorFailsStep": True})
    strict = execute(stand, Role=["missing"], Policy=[policy])
    assert [(one["StepName"], one["StepStatus"]) for one in strict["StepExecutions"]] == [("apply", "Failed")]
    listed = stand.client("ssm").describe_automation_executions(
        Filters=[{"Key": "ExecutionStatus", "Values": ["Failed"]}]
    )
    assert len(listed["AutomationExecutionMetadataList"]) == 2


def test_parameters_are_checked_when_an_execution_starts(stand):
    stand.client("ssm").create_document(
        Name="Doc", DocumentType="Automation", DocumentFormat="JSON", Content=json.dumps(DOCUMENT)
    )
    for wrong in (
        {"Role": ["a b"], "Policy": ["p"]},
        {"Role": ["a"]},
        {"Role": ["a"], "Policy": ["p"], "Other": ["x"]},
        {"Role": ["a"], "Policy": ["p"], "DryRun": ["maybe"]},
    ):
        with pytest.raises(ClientError) as problem:
            execute(stand, **wrong)
        assert problem.value.response["Error"]["Code"] == "InvalidAutomationExecutionParametersException"


def test_a_step_is_cut_after_its_timeout(stand, function):
    function(timeout=30)
    step = {
        "name": "wait",
        "action": "aws:invokeLambdaFunction",
        "timeoutSeconds": 1,
        "inputs": {"FunctionName": "stand-in", "InputPayload": {"do": "sleep"}},
    }
    document = {"schemaVersion": "0.3", "parameters": {"AutomationAssumeRole": {"type": "String"}}, "mainSteps": [step]}
    stand.client("ssm").create_document(
        Name="Doc", DocumentType="Automation", DocumentFormat="JSON", Content=json.dumps(document)
    )
    started = time.time()
    done = execute(stand)
    assert done["StepExecutions"][0]["StepStatus"] == "TimedOut"
    assert time.time() - started < 5


def test_a_step_hands_on_the_first_200_kb_of_an_answer(stand, function):
    function()
    step = {
        "name": "ask",
        "action": "aws:invokeLambdaFunction",
        "inputs": {"FunctionName": "stand-in", "InputPayload": {"do": "say", "times": "{{ Times }}"}},
    }
    document = {
        "schemaVersion": "0.3",
        "parameters": {"AutomationAssumeRole": {"type": "String"}, "Times": {"type": "Integer"}},
        "mainSteps": [step],
    }
    stand.client("ssm").create_document(
        Name="Doc", DocumentType="Automation", DocumentFormat="JSON", Content=json.dumps(document)
    )
    around = len('{"status":"NOOP","text":""}')
    for times, length in ((200_000 - around, 200_000), (200_001 - around, 200_000)):
        done = execute(stand, Times=[str(times)])
        assert len(done["StepExecutions"][0]["Outputs"]["Payload"][0]) == length
    assert done["StepExecutions"][0]["Outputs"]["Payload"][0].endswith('x"')
