"""A stand with the account of a benchmark on it."""

import json
import os
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3

REGION = "us-east-1"
ACCOUNT = "111122223333"
STAND = Path(__file__).parent.parent / "stand"
# A job that is done after eight polls of a quarter of a second takes two seconds.
POLLS_OF_A_JOB = 8


class Stand:
    """A running stand; use it as a context manager."""

    def __init__(self, state):
        command = [sys.executable, "-m", "leastwise_stand", "--until-stdin-closes", "--state", str(state)]
        environment = os.environ | {"PYTHONPATH": str(STAND)}
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.endpoint = self._process.stdout.readline().split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()

    def control(self, method, name, body=None):
        """Ask the stand for what AWS does not offer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/leastwise-stand/{name}", data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def client(self, service):
        """A client of an AWS service on the stand."""
        keys = {"aws_access_key_id": "operator", "aws_secret_access_key": "secret"}
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, **keys)


def load(stand, folder):
    """Makes the roles of the account in `folder`, with their policies and their use."""
    details = json.loads((folder / "account.json").read_text())
    iam = stand.client("iam")
    arns = {policy["Arn"]: _policy(stand, iam, policy) for policy in details["Policies"]}
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(lambda role: _role(stand, iam, role, arns), details["RoleDetailList"]):
            pass
    reports = json.loads((folder / "access.json").read_text())
    stand.control("PUT", "usage", {_here(arn): _use(report) for arn, report in reports.items()})
    stand.control("PUT", "settings", {"jobPolls": POLLS_OF_A_JOB})


def _here(arn):
    """The ARN that something of the file has on the stand."""
    parts = arn.split(":")
    return arn if parts[4] == "aws" else ":".join([*parts[:4], ACCOUNT, *parts[5:]])


def _policy(stand, iam, policy):
    """The ARN of a managed policy on the stand, which has AWS's own."""
    if policy["Arn"].split(":")[4] == "aws":
        return policy["Arn"]
    version = next(it for it in policy["PolicyVersionList"] if it["IsDefaultVersion"])
    document = json.dumps(version["Document"])
    made = iam.create_policy(Path=policy["Path"], PolicyName=policy["PolicyName"], PolicyDocument=document)
    arn = made["Policy"]["Arn"]
    # What was granted in the last days would not be judged yet.
    stand.control("POST", "backdate", {"principal": arn, "createDate": version["CreateDate"]})
    return arn


def _role(stand, iam, role, arns):
    name, trust = role["RoleName"], json.dumps(role["AssumeRolePolicyDocument"])
    made = iam.create_role(RoleName=name, Path=role["Path"], AssumeRolePolicyDocument=trust)
    for policy in role["RolePolicyList"]:
        document = json.dumps(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
    for attached in role["AttachedManagedPolicies"]:
        iam.attach_role_policy(RoleName=name, PolicyArn=arns[attached["PolicyArn"]])
    stand.control("POST", "backdate", {"principal": made["Role"]["Arn"], "createDate": role["CreateDate"]})


def _use(report):
    """The seed of the stand's access advisor that says what a report says."""
    used = [one for one in report["ServicesLastAccessed"] if "LastAuthenticated" in one]
    return {"services": {one["ServiceNamespace"]: _service(one) for one in used}}


def _service(entry):
    actions = {one["ActionName"]: one.get("LastAccessedTime") for one in entry.get("TrackedActionsLastAccessed", [])}
    return {"last": entry["LastAuthenticated"]} | ({"actions": actions} if actions else {})
