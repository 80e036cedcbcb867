"""The third-party judges: AWS's document simulator and schema, iam-simulate, ministack."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import HERE, eventually

STAND = HERE.parent
DOCUMENTS = STAND.parent.parent / "ssm-documents"
ASSUME = "arn:aws:iam::111122223333:role/leastwise/automation"
TARGET = "AROATARGETTARGETTARGE"
TOPIC = "arn:aws:sns:us-east-1:111122223333:Automation"


def run(command: list[str], text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=text, capture_output=True, text=True, env=os.environ | environment, check=False
    )


def on_simulator(stand, name, parameters):
    done = run(
        ["node", str(STAND / "run_document.js"), str(DOCUMENTS / f"{name}.yaml"), json.dumps(parameters)],
        AWS_ENDPOINT_URL=stand.endpoint,
        AWS_REGION="us-east-1",
        AWS_ACCESS_KEY_ID="AKIATESTTESTTESTTEST",
        AWS_SECRET_ACCESS_KEY="test",
    )
    answer = json.loads(done.stdout)
    return answer["status"], [(one["name"], one["status"]) for one in answer["steps"]]


def on_plugin(stand, name, parameters):
    ssm = stand.client("ssm")
    execution = ssm.start_automation_execution(
        DocumentName=name,
        Parameters={key: value if isinstance(value, list) else [value] for key, value in parameters.items()},
    )["AutomationExecutionId"]

    def ended():
        found = ssm.get_automation_execution(AutomationExecutionId=execution)["AutomationExecution"]
        if found["AutomationExecutionStatus"] == "Waiting":
            # AWS's simulator says yes by itself.
            ssm.send_automation_signal(AutomationExecutionId=execution, SignalType="Approve")
        return found if found["AutomationExecutionStatus"] not in ("InProgress", "Waiting") else None

    found = eventually(ended)
    return found["AutomationExecutionStatus"], [(s["StepName"], s["StepStatus"]) for s in found["StepExecutions"]]


@pytest.mark.parametrize("engine", [on_plugin, on_simulator])
def test_the_shipped_documents_run_on_both_engines(stand, function, engine):
    function()
    for document in DOCUMENTS.glob("*.yaml"):
        stand.client("ssm").create_document(
            Name=document.stem, DocumentType="Automation", DocumentFormat="YAML", Content=document.read_text()
        )
    common = {"AutomationAssumeRole": ASSUME, "FunctionName": "stand-in"}

    def rightsize(resource, dry, **more):
        given = {"ResourceId": resource, "DryRun": dry} | more
        return engine(stand, "LeastwiseRightsizePrincipal", common | given)

    def passed(*names):
        return "Success", [(name, "Success") for name in names]

    planned = ("plan", "decidePlan", "decideDryRun")
    assert rightsize(TARGET, "true") == passed(*planned, "done")
    applied = ("decideApproval", "apply", "decideApply")
    assert rightsize(TARGET, "false", NoticeDays="14") == passed(*planned, *applied, "done")
    verified = ("verify", "decideVerify", "done")
    assert rightsize(TARGET, "false", NoticeDays="14") == passed(*planned, *applied, *verified)
    assert rightsize(TARGET, "false") == passed("plan", "decidePlan", "done")
    status, steps = rightsize("AROAREFUSEDREFUSEDREF", "false")
    assert (status, [one[1] for one in steps]) == ("Failed", ["Success", "Success", "Failed"])
    status, steps = engine(stand, "LeastwiseRestorePrincipal", common | {"ResourceId": TARGET})
    assert (status, {one[1] for one in steps}) == ("Success", {"Success"})
    released = ("release", "decideRelease", "verify", "decideVerify", "done")
    user = {"ResourceId": "AIDAQUARANTINEDQUARA"}
    assert engine(stand, "LeastwiseReleaseUser", common | user) == passed(*released)

    stand.client("sns").create_topic(Name="Automation")
    asked = {"RequireApproval": "true", "Approvers": ["mira"], "ApprovalTopicArn": TOPIC}
    approved = ("decideApproval", "readPlan", "approve", "applyApproved", "decideApplyApproved")
    assert rightsize(TARGET, "false", **asked) == passed(*planned, *approved, *verified)
    for name, value in (("ApprovalTopicArn", None), ("NoticeDays", "7")):
        given = {key: one for key, one in (asked | {name: value}).items() if one is not None}
        status, steps = rightsize("AROAOTHEROTHEROTHERO", "false", **given)
        assert (status, steps[-1]) == ("Failed", ("readPlan", "Failed")), name


def test_the_schema_finds_a_wrong_action_and_a_missing_input(tmp_path):
    documents = [str(path) for path in DOCUMENTS.glob("*.yaml")]
    assert run([sys.executable, str(STAND / "validate_document.py"), *documents]).stdout == ""
    wrong = tmp_path / "wrong.yaml"
    text = Path(documents[0]).read_text().replace("aws:sleep", "aws:slep").replace("FunctionName: '{{", "Name: '{{")
    wrong.write_text(text)
    done = run([sys.executable, str(STAND / "validate_document.py"), str(wrong)])
    assert done.returncode == 1
    assert "'aws:slep' is not one of" in done.stdout
    assert "'FunctionName' is a required property" in done.stdout


def test_the_simulator_of_policies_answers_line_by_line():
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    only_s3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    question = {
        "id": 7,
        "principalArn": "arn:aws:iam::111122223333:role/x",
        "identityPolicies": [everything],
        "boundary": only_s3,
        "actions": ["s3:GetObject", "sqs:ListQueues", "none:Such"],
    }
    done = run(["node", str(STAND / "simulate.mjs")], json.dumps(question) + "\n")
    assert json.loads(done.stdout) == {
        "id": 7,
        "allowed": ["s3:GetObject"],
        "denied": ["sqs:ListQueues"],
        "undecided": [{"action": "none:Such", "why": "invalid.service"}],
    }


def test_a_boundary_is_enforced_and_its_removal_restores_everything():
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    only_s3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    calls = ["s3:ListAllMyBuckets", "sqs:ListQueues", "iam:ListUsers"]
    question = {"identityPolicies": [everything], "boundary": only_s3, "calls": calls}
    done = run([sys.executable, str(STAND / "enforcement.py")], json.dumps(question))
    assert done.returncode == 0, done.stderr
    allowed = dict.fromkeys(calls, "allowed")
    assert json.loads(done.stdout) == {
        "before": allowed,
        "bounded": {"s3:ListAllMyBuckets": "allowed", "sqs:ListQueues": "denied", "iam:ListUsers": "denied"},
        "restored": allowed,
    }


def test_an_approval_is_asked_however_long_the_summary_is():
    document = yaml.safe_load((DOCUMENTS / "LeastwiseRightsizePrincipal.yaml").read_text())
    (step,) = [step for step in document["mainSteps"] if step["name"] == "readPlan"]
    names = {}
    exec(step["inputs"]["Script"], names)

    def message(summary):
        answer = json.dumps({"status": "PLANNED", "summary": summary, "planDigest": "0123456789abcdef" * 4})
        given = {"Answer": answer, "ApprovalTopicArn": TOPIC, "NoticeDays": "0"}
        return names["read_plan"](given, None)["message"]

    begin = "Leastwise asks whether to attach this boundary.\n\n"
    end = "\n\nPlan: " + "0123456789abcdef" * 4
    fits = 4096 - len(begin) - len(end)
    assert message("x" * fits) == begin + "x" * fits + end
    long = message("x" * (fits + 1))
    assert len(long) <= 4096
    left_out = fits + 1 - long.count("x", len(begin), long.index("(cut"))
    said = f"\n(cut: {left_out} of {fits + 1} characters are left out here; the output plan.Payload has all of them)"
    assert long.endswith(said + end)
    assert len(message("x" * 1_000_000)) <= 4096
