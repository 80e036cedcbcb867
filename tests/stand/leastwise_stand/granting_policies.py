"""ListPoliciesGrantingServiceAccess, which moto lacks."""

from typing import Any

from moto.core.responses import ActionResult
from moto.iam.models import Group, Role, User
from moto.iam.responses import IamResponse

from leastwise_stand import access_advisor, iam_gaps
from leastwise_stand.aws import AwsError

OPERATION = "ListPoliciesGrantingServiceAccess"
MAX_NAMESPACES = 200
KINDS = {User: "USER", Role: "ROLE", Group: "GROUP"}


def list_policies_granting_service_access(self: IamResponse) -> ActionResult:
    """For each namespace the policies that allow anything of it; boundaries are not among them, as with AWS."""
    arn = self._get_param("Arn")
    namespaces = self._get_param("ServiceNamespaces") or []
    if not 1 <= len(namespaces) <= MAX_NAMESPACES:
        raise AwsError(
            "ValidationError",
            f"1 validation error detected: Value at 'serviceNamespaces' failed to satisfy constraint: Member must have "
            f"length between 1 and {MAX_NAMESPACES}",
        )
    everyone = [*iam_gaps.principals(), *iam_gaps.backend().groups.values()]
    entity = next((one for one in everyone if one.arn == arn), None)
    if entity is None:
        raise AwsError("NoSuchEntity", f"ARN {arn} was not found.")
    found = _policies(entity)
    granting = [
        {
            "ServiceNamespace": namespace,
            "Policies": [policy for policy, document in found if _grants(document, namespace)],
        }
        for namespace in namespaces
    ]
    chosen, more = iam_gaps.page(self, OPERATION, granting)
    return ActionResult({"PoliciesGrantingServiceAccess": chosen, **more})


def _grants(document: str, namespace: str) -> bool:
    return namespace in access_advisor.granted_services([document])


def _policies(entity: User | Role | Group) -> list[tuple[dict[str, Any], str]]:
    """The entity's policies with their documents: inline ones, managed ones and, for a user, those of the groups."""
    kind = next(word for known, word in KINDS.items() if isinstance(entity, known))
    owner = {"PolicyType": "INLINE", "EntityType": kind, "EntityName": entity.name}
    found = [({"PolicyName": name} | owner, text) for name, text in entity.policies.items()]
    for arn, policy in entity.managed_policies.items():
        named = {"PolicyName": policy.name, "PolicyType": "MANAGED", "PolicyArn": arn}
        found.append((named, iam_gaps.default_document(policy)))
    if isinstance(entity, User):
        for group in iam_gaps.backend().get_groups_for_user(entity.name):
            found += _policies(group)
    return found


def install() -> None:
    """Give moto's IAM the operation."""
    IamResponse.list_policies_granting_service_access = list_policies_granting_service_access
