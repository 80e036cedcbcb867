"""How parts of the stand call other parts: as AWS services call each other, over the wire."""

import functools
from typing import Any

import boto3
from botocore.config import Config
from moto.core.exceptions import ServiceException

from leastwise_stand.state import STAND


class AwsError(ServiceException):
    """An error of a service, by its code on the wire; moto turns it into the protocol's shape."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


@functools.cache
def client(service: str, caller: str, read_timeout: int = 60) -> Any:
    """A client of `service` that calls as `caller`; it never retries, so that the log shows each call once."""
    options = Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout, max_pool_connections=50)
    return boto3.client(
        service,
        endpoint_url=STAND.endpoint,
        region_name=STAND.region,
        aws_access_key_id=STAND.introduce(caller),
        aws_secret_access_key="stand",
        config=options,
    )
