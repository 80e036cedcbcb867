"""IAM Access Analyzer, which moto does not know: generated policies, and findings of unused access.

A test says what a principal did and what is unused of it; the answers have AWS's forms. One generation goes on at a
time, and it is over when it was looked at twice.

Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/.
"""

import json
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from leastwise_stand import wire

Answer = tuple[int, dict[str, str], bytes]

LOOKS = 2
A_DAY = 50


@dataclass
class Job:
    """A generation of a policy."""

    id: str
    token: str
    principal: str
    trail: dict[str, Any]
    started: str
    looks: int = 0

    @property
    def status(self) -> str:
        return "SUCCEEDED" if self.looks >= LOOKS else "IN_PROGRESS"


@dataclass
class Analyzer:
    """What was found of an account."""

    used: dict[str, list[str]] = field(default_factory=dict)
    unused: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    unused_after_days: int = 90
    jobs: list[Job] = field(default_factory=list)


_STATE = Analyzer()
_LOCK = threading.Lock()


def add(body: dict[str, Any]) -> None:
    """{"used": {ARN: [action, …]}, "unused": {ARN: [unusedPermissionDetails, …]}, "unusedAfterDays": …}, each optional."""
    with _LOCK:
        _STATE.used |= body.get("used", {})
        _STATE.unused |= body.get("unused", {})
        _STATE.unused_after_days = body.get("unusedAfterDays", _STATE.unused_after_days)


def reset() -> None:
    """Forget everything."""
    with _LOCK:
        _STATE.__dict__.update(Analyzer().__dict__)


def answer(request: wire.AwsRequest) -> Answer:
    """What Access Analyzer answers."""
    handler = HANDLERS.get(request.operation)
    if handler is None:
        return wire.error(request.protocol, "UnknownOperationException", request.operation, 404)
    with _LOCK:
        return handler(request)


def _start(request: wire.AwsRequest) -> Answer:
    asked = request.parameters
    principal = asked["policyGenerationDetails"]["principalArn"]
    again = [job for job in _STATE.jobs if job.token == asked["clientToken"]]
    if not again and any(job.status == "IN_PROGRESS" for job in _STATE.jobs):
        return wire.error(request.protocol, "ServiceQuotaExceededException", "one generation at a time", 402)
    if not again and len(_STATE.jobs) >= A_DAY:
        return wire.error(request.protocol, "ServiceQuotaExceededException", f"{A_DAY} generations a day", 402)
    job = again[0] if again else Job(str(uuid.uuid4()), asked["clientToken"], principal, asked["cloudTrailDetails"], _now())
    if not again:
        _STATE.jobs.append(job)
    return _json({"jobId": job.id})


def _get(request: wire.AwsRequest) -> Answer:
    job = next((job for job in _STATE.jobs if job.id == request.parameters["jobId"]), None)
    if job is None:
        return wire.error(request.protocol, "ValidationException", "no such job", 400)
    job.looks += 1
    details = {"jobId": job.id, "status": job.status, "startedOn": job.started}
    times = {key: job.trail[key] for key in ("startTime", "endTime")}
    properties = {"principalArn": job.principal, "isComplete": True}
    properties["cloudTrailProperties"] = times | {"trailProperties": job.trail["trails"]}
    policies = [{"policy": _policy(_STATE.used.get(job.principal, []))}] if job.status == "SUCCEEDED" else []
    result = {"properties": properties, "generatedPolicies": policies}
    return _json({"jobDetails": details, "generatedPolicyResult": result})


def _policy(actions: list[str]) -> str:
    allow = {"Sid": "SupportedServiceSid0", "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow] if actions else []})


def _list(request: wire.AwsRequest) -> Answer:
    jobs = [job for job in _STATE.jobs if job.principal == request.parameters.get("principalArn", job.principal)]
    return _json({"policyGenerations": [
        {"jobId": job.id, "principalArn": job.principal, "status": job.status, "startedOn": job.started} for job in jobs
    ]})


def _analyzer(request: wire.AwsRequest) -> Answer:
    name = request.parameters["analyzerName"]
    analyzer = {
        "arn": f"arn:aws:access-analyzer:{request.region}:111122223333:analyzer/{name}",
        "name": name,
        "type": "ACCOUNT_UNUSED_ACCESS",
        "createdAt": "2026-01-01T00:00:00Z",
        "status": "ACTIVE",
        "configuration": {"unusedAccess": {"unusedAccessAge": _STATE.unused_after_days}},
    }
    return _json({"analyzer": analyzer})


def _findings(_: wire.AwsRequest) -> Answer:
    return _json({"findings": [_summary(arn) for arn in sorted(_STATE.unused)]})


def _finding(request: wire.AwsRequest) -> Answer:
    arn = next((arn for arn in _STATE.unused if _id(arn) == request.parameters["id"]), None)
    if arn is None:
        return wire.error(request.protocol, "ResourceNotFoundException", "no such finding", 404)
    details = [{"unusedPermissionDetails": unused} for unused in _STATE.unused[arn]]
    return _json(_summary(arn) | {"findingDetails": details})


def _summary(arn: str) -> dict[str, str]:
    kind = "User" if ":user/" in arn else "Role"
    return {
        "id": _id(arn),
        "resource": arn,
        "resourceType": f"AWS::IAM::{kind}",
        "resourceOwnerAccount": arn.split(":")[4],
        "status": "ACTIVE",
        "findingType": "UnusedPermission",
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": _now(),
        "analyzedAt": _now(),
    }


def _id(arn: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, arn))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(body: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


HANDLERS = {
    "StartPolicyGeneration": _start,
    "ListPolicyGenerations": _list,
    "GetGeneratedPolicy": _get,
    "GetAnalyzer": _analyzer,
    "ListFindingsV2": _findings,
    "GetFindingV2": _finding,
}
