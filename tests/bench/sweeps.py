"""Measures our evaluator and the rule in Python as Lambda functions behind the same stand.

usage: python sweeps.py sweep --account FOLDER --evaluator FILE --peer PYTHON [--only evaluator|peer]
       python sweeps.py cold-starts --account FOLDER --evaluator FILE --peer PYTHON [--runs N]

FILE is the function's package, PYTHON the interpreter that has rdklib. What was measured is printed as JSON.
"""

import argparse
import io
import json
import sys
import tempfile
import time
import uuid
import zipfile
from collections import Counter
from pathlib import Path

from stand_account import ACCOUNT, REGION, STAND, Stand, load

sys.path.insert(0, str(STAND))

from leastwise_stand.runtime_api import Sandbox  # noqa: E402

RULE = Path(__file__).parent / "peer" / "rule.py"
# No account has a serial rule wait as long: Lambda ends a function after 900 s. The rule is measured beyond that.
LONGEST = 4 * 3600
# Whoever is deleted is reported as NOT_APPLICABLE, without a report: one principal, one call.
DELETED = {
    "deleted": True,
    "resourceType": "AWS::IAM::Role",
    "resourceId": "AROABENCH000000000000",
    "arn": f"arn:aws:iam::{ACCOUNT}:role/gone",
}


# Whom the functions run as while they are made; it is gone before anybody is judged.
ROLE = "of-the-functions"


class Program:
    """A function that the stand knows a rule of."""

    def __init__(self, name, folder, environment, parameters):
        self.name, self.rule = name, f"rule-of-{name}"
        self._folder, self._environment, self._parameters = folder, environment, parameters

    def deploy(self, stand):
        """Makes the rule, and a function without code: what runs for it is started here, and not by the stand."""
        functions, arn = stand.client("lambda"), f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"
        functions.create_function(
            FunctionName=self.name,
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
            Code={"ZipFile": empty_zip()},
        )
        permission = {"Action": "lambda:InvokeFunction", "Principal": "config.amazonaws.com"}
        functions.add_permission(FunctionName=self.name, StatementId="config", **permission)
        source = {
            "Owner": "CUSTOM_LAMBDA",
            "SourceIdentifier": arn,
            "SourceDetails": [{"EventSource": "aws.config", "MessageType": "ScheduledNotification"}],
        }
        rule = {"ConfigRuleName": self.rule, "Source": source, "InputParameters": json.dumps(self._parameters)}
        stand.client("config").put_config_rule(ConfigRule=rule)

    def start(self, stand, log):
        """A new process of the function."""
        reserved = {
            "PATH": "/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "LAMBDA_TASK_ROOT": str(self._folder),
            "_HANDLER": "rule.lambda_handler",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": str(uuid.uuid4()),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_ACCESS_KEY_ID": self.name,
            "AWS_SECRET_ACCESS_KEY": "stand",
            "AWS_SESSION_TOKEN": str(uuid.uuid4()),
            "AWS_ENDPOINT_URL": stand.endpoint,
        }
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"
        return Sandbox(self._folder / "bootstrap", self._environment | reserved, log.extend, arn)

    def answer(self, stand, message):
        """What one notification takes a new process: seconds, the most memory in kilobytes, and its answer."""
        event = json.dumps(stand.control("POST", "compose", {"rule": self.rule} | message)).encode()
        log = bytearray()
        begun = time.perf_counter()
        sandbox = self.start(stand, log)
        outcome = sandbox.invoke(event, LONGEST)
        took = time.perf_counter() - begun
        if outcome.failed:
            raise RuntimeError(f"{self.name}: {outcome.payload.decode()}\n{log.decode()[-2000:]}")
        memory = high_water_mark(sandbox)
        # A process that is killed while it asks for the next event is no error.
        sandbox._server.handle_error = lambda *_: None
        sandbox.close()
        return took, memory, outcome.payload.decode()


def empty_zip():
    """A package without a file."""
    content = io.BytesIO()
    zipfile.ZipFile(content, "w").close()
    return content.getvalue()


def deploy(stand, programs):
    """Makes the rules of all programs, and nobody that they would judge."""
    iam = stand.client("iam")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    for program in programs:
        program.deploy(stand)
    iam.delete_role(RoleName=ROLE)


def high_water_mark(sandbox):
    """The most memory that the process had by now, in kilobytes."""
    status = Path(f"/proc/{sandbox._process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def evaluator(package, folder):
    """Our function, which writes no tags: the other does not, either."""
    zipfile.ZipFile(package).extractall(folder)
    (folder / "bootstrap").chmod(0o755)
    return Program("evaluator", folder, {"LEASTWISE_TAG_PRINCIPALS": "false"}, {"Threshold": "60"})


def peer(python, folder):
    """The rule in Python, in the runtime that Lambda itself has for Python."""
    folder.mkdir()
    (folder / "rule.py").write_text(RULE.read_text())
    bootstrap = folder / "bootstrap"
    bootstrap.write_text(f'#!/bin/sh\nexec "{python.absolute()}" -m awslambdaric "$_HANDLER"\n')
    bootstrap.chmod(0o755)
    # Otherwise it asks the real STS for the role of the rule first.
    return Program("peer", folder, {}, {"AssumeRoleMode": "False"})


def verdicts(stand, program):
    """How many principals the stand holds each verdict of."""
    pages = stand.client("config").get_paginator("get_compliance_details_by_config_rule")
    found = pages.paginate(ConfigRuleName=program.rule, PaginationConfig={"PageSize": 100})
    return Counter(one["ComplianceType"] for page in found for one in page["EvaluationResults"])


def sweep(stand, program):
    """One scheduled evaluation of the whole account."""
    stand.control("DELETE", "calls")
    took, memory, _ = program.answer(stand, {"messageType": "ScheduledNotification"})
    calls = stand.control("GET", f"calls?caller={program.name}")
    return {
        "program": program.name,
        "seconds": round(took, 3),
        "memory_kb": memory,
        "calls": dict(sorted(Counter(f"{one['service']}:{one['operation']}" for one in calls).items())),
        "failed_calls": sum(one["status"] >= 400 for one in calls),
        "verdicts": dict(sorted(verdicts(stand, program).items())),
    }


def cold_starts(stand, programs, runs):
    """New processes that answer one event each, in turns."""
    measured = []
    for _ in range(runs):
        for program in programs:
            took, memory, _ = program.answer(stand, DELETED)
            measured.append({"program": program.name, "milliseconds": round(took * 1000, 2), "memory_kb": memory})
    return measured


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["sweep", "cold-starts"])
    parser.add_argument("--account", type=Path, required=True)
    parser.add_argument("--evaluator", type=Path, required=True)
    parser.add_argument("--peer", type=Path, required=True)
    parser.add_argument("--only", choices=["evaluator", "peer"])
    parser.add_argument("--runs", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Stand(Path(folder) / "state") as stand:
        folder = Path(folder)
        programs = [evaluator(given.evaluator, folder / "evaluator"), peer(given.peer, folder / "peer")]
        programs = [one for one in programs if given.only in (None, one.name)]
        deploy(stand, programs)
        if given.what == "cold-starts":
            measured = cold_starts(stand, programs, given.runs)
        else:
            load(stand, given.account)
            measured = [sweep(stand, program) for _ in range(given.runs) for program in programs]
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
