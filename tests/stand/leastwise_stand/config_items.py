"""Configuration items of IAM users, roles, groups and customer managed policies, as AWS Config records them.

Config spells an item in two ways: in the events for a rule's Lambda function, and in its API. The parts they share
follow real items: documents are percent-encoded, `userPolicyList` is null when empty, AWS managed policies do not
appear as relationships.
"""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.iam.models import AWSManagedPolicy, Group, ManagedPolicy, Role, User

from leastwise_stand import iam_gaps
from leastwise_stand.state import STAND

TYPES = ("AWS::IAM::User", "AWS::IAM::Role", "AWS::IAM::Group")
POLICY = "AWS::IAM::Policy"
Entity = User | Role | Group | ManagedPolicy

# How far back one call for an item's history looks, and how long items are kept at most.
SPAN = timedelta(days=7)
RETENTION = timedelta(days=2557)

# What an item of BatchGetResourceConfig has none of.
ONLY_IN_HISTORY = ("configurationItemMD5Hash", "relatedEvents", "relationships", "tags")

# What `record` has kept of each resource, by its unique id: when it was told to, and the item.
PAST: dict[str, list[tuple[datetime, dict[str, Any]]]] = {}


def type_of(entity: Entity) -> str:
    """The resource type that Config knows the entity by."""
    return POLICY if isinstance(entity, ManagedPolicy) else f"AWS::IAM::{type(entity).__name__}"


def entities(resource_type: str) -> list[Entity]:
    """All recorded resources of one type."""
    groups = sorted(iam_gaps.backend().groups.values(), key=lambda group: group.name)
    return [one for one in [*iam_gaps.principals(), *groups] if type_of(one) == resource_type]


def find(resource_type: str, resource_id: str) -> Entity | None:
    """The resource with this unique id."""
    return next((one for one in entities(resource_type) if one.id == resource_id), None)


def changeable(resource_id: str) -> Entity:
    """What a change notification can be about: a resource of any type, or a customer managed policy."""
    policies = [one for one in iam_gaps.backend().managed_policies.values() if not isinstance(one, AWSManagedPolicy)]
    every = [*(one for kind in TYPES for one in entities(kind)), *policies]
    return next(one for one in every if one.id == resource_id)


def timestamp(moment: datetime) -> str:
    """A moment as Config writes it in events."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _policy_configuration(policy: ManagedPolicy) -> dict[str, Any]:
    versions = [
        {
            "document": iam_gaps.encoded(version.document),
            "versionId": version.version_id,
            "isDefaultVersion": version.is_default,
            "createDate": timestamp(version.create_date),
        }
        for version in policy.versions
    ]
    return {
        "policyName": policy.name,
        "policyId": policy.id,
        "arn": policy.arn,
        "path": policy.path,
        "defaultVersionId": policy.default_version_id,
        "attachmentCount": policy.attachment_count,
        "isAttachable": True,
        "createDate": timestamp(policy.create_date),
        "updateDate": timestamp(policy.update_date),
        "policyVersionList": versions,
    }


def _configuration(entity: Entity) -> dict[str, Any]:
    if isinstance(entity, ManagedPolicy):
        return _policy_configuration(entity)
    inline = [{"policyName": n, "policyDocument": iam_gaps.encoded(d)} for n, d in entity.policies.items()]
    common: dict[str, Any] = {
        "path": entity.path,
        "arn": entity.arn,
        "createDate": timestamp(entity.create_date),
        "attachedManagedPolicies": [
            {"policyName": policy.name, "policyArn": arn} for arn, policy in entity.managed_policies.items()
        ],
    }
    if isinstance(entity, Group):
        return common | {"groupName": entity.name, "groupId": entity.id, "groupPolicyList": inline}
    boundary = entity.permissions_boundary
    common |= {
        "permissionsBoundary": boundary
        and {
            "permissionsBoundaryArn": boundary["PermissionsBoundaryArn"],
            "permissionsBoundaryType": boundary["PermissionsBoundaryType"],
        },
        "tags": [{"key": tag["Key"], "value": tag["Value"]} for tag in entity.tags or []],
    }
    if isinstance(entity, User):
        return common | {
            "userName": entity.name,
            "userId": entity.id,
            "userPolicyList": inline or None,
            "groupList": entity.group_list,
        }
    return common | {
        "roleName": entity.name,
        "roleId": entity.id,
        "assumeRolePolicyDocument": iam_gaps.encoded(entity.assume_role_policy_document),
        "rolePolicyList": inline,
        "instanceProfileList": [],
        "roleLastUsed": None,
    }


def _relationships(entity: Entity) -> list[dict[str, str]]:
    if isinstance(entity, ManagedPolicy):
        return []
    related = [
        ("AWS::IAM::Policy", policy.id, policy.name, "Is attached to CustomerManagedPolicy")
        for policy in entity.managed_policies.values()
        if not isinstance(policy, AWSManagedPolicy)
    ]
    if isinstance(entity, User):
        for group in iam_gaps.backend().get_groups_for_user(entity.name):
            related.append(("AWS::IAM::Group", group.id, group.name, "Is attached to Group"))
    keys = ("resourceType", "resourceId", "resourceName", "name")
    return [dict(zip(keys, one, strict=True)) for one in related]


def _tags(entity: Entity) -> dict[str, str]:
    if isinstance(entity, ManagedPolicy):
        return {}
    return {tag["Key"]: tag["Value"] for tag in getattr(entity, "tags", None) or []}


def for_event(entity: Entity) -> dict[str, Any]:
    """The item as a notification carries it."""
    return {
        "relatedEvents": [],
        "relationships": _relationships(entity),
        "configuration": _configuration(entity),
        "supplementaryConfiguration": {},
        "tags": _tags(entity),
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": timestamp(datetime.now(UTC)),
        "configurationStateId": int(time.time() * 1000),
        "awsAccountId": STAND.account,
        "configurationItemStatus": "OK",
        "resourceType": type_of(entity),
        "resourceId": entity.id,
        "resourceName": entity.name,
        "ARN": entity.arn,
        "awsRegion": "global",
        "availabilityZone": "Not Applicable",
        "configurationStateMd5Hash": "",
        "resourceCreationTime": timestamp(entity.create_date),
    }


def deleted_for_event(resource_type: str, resource_id: str, arn: str) -> dict[str, Any]:
    """The item of a resource that no longer exists: little but its id is left."""
    return {
        "relatedEvents": [],
        "relationships": [],
        "configuration": None,
        "supplementaryConfiguration": {},
        "tags": {},
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": timestamp(datetime.now(UTC)),
        "configurationStateId": int(time.time() * 1000),
        "awsAccountId": STAND.account,
        "configurationItemStatus": "ResourceDeleted",
        "resourceType": resource_type,
        "resourceId": resource_id,
        "resourceName": None,
        "ARN": arn,
        "awsRegion": "global",
        "availabilityZone": None,
        "configurationStateMd5Hash": "",
        "resourceCreationTime": None,
    }


def summary_for_event(entity: Entity) -> dict[str, Any]:
    """What an oversized notification carries instead of the item."""
    left_out = ("relatedEvents", "relationships", "configuration", "supplementaryConfiguration", "tags")
    if entity.id not in PAST:
        # The item that the function will ask for, beside the one that was always there.
        record(entity.arn, _created(entity))
    item = {key: value for key, value in for_event(entity).items() if key not in left_out}
    return {"changeType": "UPDATE"} | item


def record(arn: str, at: datetime) -> None:
    """Keep the present state of a resource as the one that was captured at `at`."""
    entity = next((one for kind in TYPES for one in entities(kind) if one.arn == arn), None)
    if entity is None:
        raise KeyError(arn)
    PAST.setdefault(entity.id, []).append((datetime.now(UTC), for_api(entity, at)))


def _created(entity: Entity) -> datetime:
    return entity.create_date if entity.create_date.tzinfo else entity.create_date.replace(tzinfo=UTC)


def history(entity: Entity) -> list[dict[str, Any]]:
    """All items of a resource, the newest first. Where nothing was recorded, the present state is as old as it."""
    past = PAST.get(entity.id, [])
    # The present can be no older than the last time the past was told.
    present = for_api(entity, past[-1][0] if past else _created(entity))
    return sorted([*(item for _, item in past), present], key=lambda item: item["configurationItemCaptureTime"], reverse=True)


def spans(earlier: datetime, later: datetime) -> list[tuple[datetime, datetime]]:
    """The times that one call each looks at, the latest first."""
    ends = [later]
    while ends[-1] - SPAN > earlier:
        ends.append(ends[-1] - SPAN)
    return [(max(end - SPAN, earlier), end) for end in ends]


def within(items: list[dict[str, Any]], span: tuple[datetime, datetime], earliest: datetime) -> list[dict[str, Any]]:
    """The items that were captured in a span. Its beginning belongs to the span before, where there is one."""
    start, end = span
    times = [(item["configurationItemCaptureTime"], item) for item in items]
    return [item for at, item in times if (start < at <= end) or at == start == earliest]


def current(entity: Entity) -> dict[str, Any]:
    """The newest item as BatchGetResourceConfig returns it."""
    return {key: value for key, value in history(entity)[0].items() if key not in ONLY_IN_HISTORY}


def for_api(entity: Entity, captured: datetime) -> dict[str, Any]:
    """The item as GetResourceConfigHistory returns it."""
    return {
        "version": "1.3",
        "accountId": STAND.account,
        "configurationItemCaptureTime": captured,
        "configurationItemStatus": "OK",
        "configurationStateId": str(int(captured.timestamp() * 1000)),
        "configurationItemMD5Hash": "",
        "arn": entity.arn,
        "resourceType": type_of(entity),
        "resourceId": entity.id,
        "resourceName": entity.name,
        "awsRegion": "global",
        "availabilityZone": "Not Applicable",
        "resourceCreationTime": entity.create_date,
        "tags": {tag["Key"]: tag["Value"] for tag in getattr(entity, "tags", None) or []},
        "relatedEvents": [],
        "relationships": [
            {
                "resourceType": one["resourceType"],
                "resourceId": one["resourceId"],
                "resourceName": one["resourceName"],
                "relationshipName": one["name"],
            }
            for one in _relationships(entity)
        ],
        "configuration": json.dumps(_configuration(entity), separators=(",", ":")),
        "supplementaryConfiguration": {},
    }
