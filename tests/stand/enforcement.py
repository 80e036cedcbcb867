"""The judge of enforcement: what a principal can really call before, under and after a permissions boundary.

ministack (third party) evaluates the policies, with `AUTH=true`; boto3 makes the calls. JSON in, JSON out:

    {"identityPolicies": [document], "boundary": document|null, "calls": ["s3:ListAllMyBuckets", …],
     "principal": "role"|"user"}
    {"before": {call: "allowed"|"denied"}, "bounded": {…}, "restored": {…}}

`calls` are IAM actions and may be left out: then all of `CALLS` are tried. `principal` is "role" unless given.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError

ACCOUNT = "111122223333"
REGION = "us-east-1"
# ministack takes these for the account's root user, who may do everything.
ROOT = ("test", "test")
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "Forbidden"}
JUDGE = "judge"
NAME = "judged"

Call = Callable[[Callable[[str], Any]], Any]
CALLS: dict[str, Call] = {
    "cloudformation:ListStacks": lambda client: client("cloudformation").list_stacks(),
    "cloudwatch:ListMetrics": lambda client: client("cloudwatch").list_metrics(),
    "dynamodb:ListTables": lambda client: client("dynamodb").list_tables(),
    "ec2:DescribeInstances": lambda client: client("ec2").describe_instances(),
    "ecr:DescribeRepositories": lambda client: client("ecr").describe_repositories(),
    "ecs:ListClusters": lambda client: client("ecs").list_clusters(),
    "events:ListRules": lambda client: client("events").list_rules(),
    "iam:CreateUser": lambda client: client("iam").create_user(UserName=f"made-{time.time_ns()}"),
    "iam:ListUsers": lambda client: client("iam").list_users(),
    "kinesis:ListStreams": lambda client: client("kinesis").list_streams(),
    "kms:ListKeys": lambda client: client("kms").list_keys(),
    "lambda:ListFunctions": lambda client: client("lambda").list_functions(),
    "logs:DescribeLogGroups": lambda client: client("logs").describe_log_groups(),
    "rds:DescribeDBInstances": lambda client: client("rds").describe_db_instances(),
    "s3:CreateBucket": lambda client: client("s3").create_bucket(Bucket=f"made-{time.time_ns()}"),
    "s3:ListAllMyBuckets": lambda client: client("s3").list_buckets(),
    "secretsmanager:ListSecrets": lambda client: client("secretsmanager").list_secrets(),
    "sns:ListTopics": lambda client: client("sns").list_topics(),
    "sqs:ListQueues": lambda client: client("sqs").list_queues(),
    "ssm:DescribeParameters": lambda client: client("ssm").describe_parameters(),
    "states:ListStateMachines": lambda client: client("stepfunctions").list_state_machines(),
}


def clients(endpoint: str, key: str, secret: str, token: str | None = None) -> Callable[[str], Any]:
    """A maker of clients with these credentials."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    return client


@contextmanager
def ministack() -> Iterator[str]:
    """A fresh ministack on a free port; its endpoint."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        settings = {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "LOG_LEVEL": "WARNING",
            "S3_DATA_DIR": folder,
        }
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "ministack"], env=os.environ | settings, stdout=log, stderr=log
            )
        try:
            endpoint = f"http://127.0.0.1:{port}"
            wait_for(endpoint, process)
            yield endpoint
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()


def wait_for(endpoint: str, process: subprocess.Popen[bytes]) -> None:
    """Return as soon as ministack answers."""
    end = time.time() + 30
    while True:
        try:
            clients(endpoint, *ROOT)("sts").get_caller_identity()
            return
        except ConnectionError:
            if process.poll() is not None or time.time() > end:
                raise
            time.sleep(0.1)


def make_principal(root: Callable[[str], Any], endpoint: str, kind: str, documents: list[Any]) -> Callable[[str], Any]:
    """Create the role or user with these policies; clients with its credentials."""
    iam = root("iam")
    texts = [json.dumps(document) for document in documents]
    if kind == "user":
        iam.create_user(UserName=NAME)
        for number, text in enumerate(texts):
            iam.put_user_policy(UserName=NAME, PolicyName=f"p{number}", PolicyDocument=text)
        key = iam.create_access_key(UserName=NAME)["AccessKey"]
        return clients(endpoint, key["AccessKeyId"], key["SecretAccessKey"])
    # Root may not assume roles, so a user does.
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    iam.create_user(UserName=JUDGE)
    own = {"Version": "2012-10-17", "Statement": [assume | {"Resource": "*"}]}
    iam.put_user_policy(UserName=JUDGE, PolicyName="assume", PolicyDocument=json.dumps(own))
    trust = {"Version": "2012-10-17", "Statement": [assume | {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}]}
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    for number, text in enumerate(texts):
        iam.put_role_policy(RoleName=NAME, PolicyName=f"p{number}", PolicyDocument=text)
    key = iam.create_access_key(UserName=JUDGE)["AccessKey"]
    sts = clients(endpoint, key["AccessKeyId"], key["SecretAccessKey"])("sts")
    session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName=JUDGE)["Credentials"]
    return clients(endpoint, session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])


def try_calls(client: Callable[[str], Any], calls: list[str]) -> dict[str, str]:
    """Make every call; an error other than a denial is nothing that a boundary does, so it is raised."""
    found = {}
    for name in calls:
        try:
            CALLS[name](client)
            found[name] = "allowed"
        except ClientError as problem:
            if problem.response["Error"]["Code"] not in DENIED:
                raise
            found[name] = "denied"
    return found


def judge(question: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Answer one question on a ministack of its own."""
    calls = question.get("calls") or sorted(CALLS)
    unknown = sorted(set(calls) - set(CALLS))
    if unknown:
        raise SystemExit(f"unknown calls {unknown}; there are {sorted(CALLS)}")
    kind = question.get("principal", "role")
    with ministack() as endpoint:
        root = clients(endpoint, *ROOT)
        principal = make_principal(root, endpoint, kind, question["identityPolicies"])
        answer = {"before": try_calls(principal, calls)}
        iam, named = root("iam"), {"UserName" if kind == "user" else "RoleName": NAME}
        boundary = question.get("boundary")
        if boundary is not None:
            made = iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(boundary))["Policy"]["Arn"]
            getattr(iam, f"put_{kind}_permissions_boundary")(**named, PermissionsBoundary=made)
        answer["bounded"] = try_calls(principal, calls)
        if boundary is not None:
            getattr(iam, f"delete_{kind}_permissions_boundary")(**named)
        answer["restored"] = try_calls(principal, calls)
        return answer


if __name__ == "__main__":
    print(json.dumps(judge(json.load(sys.stdin))))
