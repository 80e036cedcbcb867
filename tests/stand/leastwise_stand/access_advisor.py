"""IAM's access advisor: which services an identity may use, and when it last tried to.

The list comes from the policies attached to the identity and its groups, never from its boundary. When a service was
used comes from a seed that tests set while the stand runs, keyed by ARN or name of the principal:

    {"build-role": {"services": {"s3": 3, "iam": "2026-01-31T10:00:00Z",
                                 "ec2": {"last": 200, "region": "eu-west-1", "name": "Amazon EC2",
                                         "actions": {"RunInstances": 200, "StopInstances": null}}},
                    "alsoListed": ["service-no-policy-names"]}}

A time is an ISO timestamp or a number of days ago. An action with null is tracked but was never used.
"""

import base64
import functools
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from leastwise_stand import iam_gaps, wire
from leastwise_stand.aws import AwsError
from leastwise_stand.state import STAND

NAMES = {
    "cloudwatch": "Amazon CloudWatch",
    "dynamodb": "Amazon DynamoDB",
    "ec2": "Amazon EC2",
    "iam": "AWS Identity and Access Management",
    "kms": "AWS Key Management Service",
    "lambda": "AWS Lambda",
    "logs": "Amazon CloudWatch Logs",
    "s3": "Amazon S3",
    "sns": "Amazon SNS",
    "sqs": "Amazon SQS",
    "sts": "AWS Security Token Service",
}


@dataclass
class Job:
    """A report being made, or made."""

    owner: tuple[str, str | None]
    granularity: str
    services: list[dict[str, Any]]
    principal: str
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    failure: dict[str, str] | None = None
    is_endless: bool = False


JOBS: dict[str, Job] = {}

# How long a report takes for each poll that is to be in vain: a quarter of a second is what clients wait at least.
TIME_OF_A_POLL = timedelta(milliseconds=250)


@functools.cache
def all_services() -> tuple[str, ...]:
    """Every service prefix that a policy managed by AWS names: moto carries some 1,580 of them."""
    found: set[str] = set()
    for policy in iam_gaps.backend().aws_managed_policies:
        found.update(re.findall(r'"([a-z0-9-]{1,64}):[A-Za-z*]', iam_gaps.default_document(policy)))
    # ARNs, condition keys of AWS itself and the like look the same.
    return tuple(sorted(found - {"arn", "aws", "http", "https", "saml", "graph"}))


def granted_services(documents: list[str]) -> set[str]:
    """The services that these policy documents allow anything of; what they deny is not taken off."""
    services: set[str] = set()
    for text in documents:
        try:
            statements = json.loads(text)["Statement"]
        except (ValueError, KeyError, TypeError):
            continue
        for statement in statements if isinstance(statements, list) else [statements]:
            if statement.get("Effect") != "Allow":
                continue
            if "NotAction" in statement:
                excluded = {a.split(":")[0].lower() for a in _texts(statement["NotAction"]) if a.endswith(":*")}
                services |= set(all_services()) - excluded
            for action in _texts(statement.get("Action", [])):
                prefix = action.split(":")[0].lower()
                services |= set(all_services()) if prefix == "*" else {prefix}
    return services


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _seed_of(arn: str) -> dict[str, Any]:
    return STAND.usage.get(arn) or STAND.usage.get(arn.rsplit("/", 1)[-1]) or {}


def _moment(value: str | float) -> datetime:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    # IAM tells whole seconds.
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days=value)


def _service(namespace: str, use: Any, arn: str, granularity: str) -> dict[str, Any]:
    if use is not None and not isinstance(use, dict):
        use = {"last": use}
    use = use or {}
    region = use.get("region", STAND.region)
    entry: dict[str, Any] = {
        "ServiceName": use.get("name") or NAMES.get(namespace, namespace),
        "ServiceNamespace": namespace,
        "TotalAuthenticatedEntities": 0,
    }
    if use.get("last") is not None:
        entry |= {
            "LastAuthenticated": _moment(use["last"]),
            "LastAuthenticatedEntity": arn,
            "LastAuthenticatedRegion": region,
            "TotalAuthenticatedEntities": 1,
        }
    if granularity == "ACTION_LEVEL" and "actions" in use:
        entry["TrackedActionsLastAccessed"] = [
            {"ActionName": name}
            if when is None
            else {
                "ActionName": name,
                "LastAccessedEntity": arn,
                "LastAccessedTime": _moment(when),
                "LastAccessedRegion": region,
            }
            for name, when in sorted(use["actions"].items())
        ]
    return entry


def _caller(self: IamResponse) -> tuple[str, str | None]:
    found = wire.CREDENTIAL.search(self.headers.get("Authorization", ""))
    return (found[1] if found else "", self.headers.get("X-Amz-Security-Token"))


def generate_service_last_accessed_details(self: IamResponse) -> ActionResult:
    """GenerateServiceLastAccessedDetails for users, roles and groups."""
    arn = self._get_param("Arn")
    groups = [group for group in self.backend.groups.values() if group.arn == arn]
    entity = next((one for one in [*iam_gaps.principals(), *groups] if one.arn == arn), None)
    if entity is None:
        raise AwsError("NoSuchEntity", f"ARN {arn} was not found.")
    granularity = self._get_param("Granularity") or "SERVICE_LEVEL"
    seed = _seed_of(arn)
    uses = seed.get("services", {})
    listed = granted_services(iam_gaps.documents_of(entity)) | set(seed.get("alsoListed", []))
    # A service with a use in the seed that no policy grants is not listed, as with AWS.
    services = [_service(namespace, uses.get(namespace), arn, granularity) for namespace in sorted(listed)]
    job = Job(owner=_caller(self), granularity=granularity, services=services, principal=arn)
    failed = STAND.faults.take("failed-job", principal=arn)
    if failed is not None:
        code = failed.spec.get("code", "InternalFailure")
        job.failure = {"Code": code, "Message": failed.spec.get("message", "the report could not be generated")}
    job.is_endless = STAND.faults.take("endless-job", principal=arn) is not None
    job_id = str(uuid.uuid4())
    JOBS[job_id] = job
    return ActionResult({"JobId": job_id})


def get_service_last_accessed_details(self: IamResponse) -> ActionResult:
    """GetServiceLastAccessedDetails: IN_PROGRESS, then COMPLETED page by page, or FAILED."""
    job = JOBS.get(self._get_param("JobId"))
    if job is None or job.owner != _caller(self):
        # Only the credentials that generated a report may read it.
        raise AwsError("NoSuchEntity", f"Job {self._get_param('JobId')} was not found.")
    answer: dict[str, Any] = {
        "JobType": job.granularity,
        "JobCreationDate": job.created,
        "ServicesLastAccessed": [],
        "IsTruncated": False,
    }
    # Every page of a report is of one job, which was completed once.
    completed = job.created + TIME_OF_A_POLL * STAND.settings["jobPolls"]
    if job.is_endless or datetime.now(UTC) < completed:
        return ActionResult(answer | {"JobStatus": "IN_PROGRESS"})
    answer["JobCompletionDate"] = completed
    if job.failure is not None:
        return ActionResult(answer | {"JobStatus": "FAILED", "Error": job.failure})
    chosen, more = iam_gaps.page(self, "GetServiceLastAccessedDetails", job.services)
    if STAND.faults.take("repeated-marker", principal=job.principal):
        more = {"IsTruncated": True, "Marker": base64.b64encode(b"from:0").decode()}
    if "Marker" in more and STAND.faults.take("marker-only", principal=job.principal):
        more["IsTruncated"] = None
    return ActionResult(answer | {"JobStatus": "COMPLETED", "ServicesLastAccessed": chosen} | more)


def install() -> None:
    """Give moto's IAM the two operations."""
    IamResponse.generate_service_last_accessed_details = generate_service_last_accessed_details
    IamResponse.get_service_last_accessed_details = get_service_last_accessed_details
