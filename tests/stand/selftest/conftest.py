"""One stand for all tests, reset before each."""

import io
import json
import os
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

HERE = Path(__file__).parent
ACCOUNT = "111122223333"
ROLE_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def allow(*actions: str) -> str:
    """A policy document that allows these actions on everything."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Stand:
    """A running stand: its clients and its control endpoint."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str, key: str = "AKIATESTTESTTESTTEST") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def control(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/leastwise-stand/{path}", data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    state = tmp_path_factory.mktemp("stand")
    process = subprocess.Popen(
        [sys.executable, "-m", "leastwise_stand", "--state", str(state), "--until-stdin-closes"],
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline()
    yield Stand(line.split()[-1])
    process.stdin.close()
    assert process.wait(10) == 0


@pytest.fixture
def stand(running: Stand) -> Stand:
    running.control("POST", "reset")
    return running


@pytest.fixture
def iam(stand: Stand) -> Any:
    return stand.client("iam")


@pytest.fixture
def function(stand: Stand) -> Callable[..., str]:
    """Create a Lambda function that runs `bootstrap.py`."""

    def create(
        name: str = "stand-in", timeout: int = 10, logging: dict[str, str] | None = None, **environment: str
    ) -> str:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("bootstrap", (HERE / "bootstrap.py").read_text())
        role = stand.client("iam").create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=ROLE_TRUST)
        stand.client("lambda").create_function(
            FunctionName=name,
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=role["Role"]["Arn"],
            Timeout=timeout,
            Environment={"Variables": environment},
            LoggingConfig=logging or {},
            Code={"ZipFile": buffer.getvalue()},
        )
        stand.client("lambda").add_permission(
            FunctionName=name, StatementId="config", Action="lambda:InvokeFunction", Principal="config.amazonaws.com"
        )
        return name

    return create


def eventually(check: Callable[[], Any], seconds: float = 10) -> Any:
    """The first true answer of `check`."""
    end = time.time() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.time() < end, "it did not happen in time"
        time.sleep(0.05)
