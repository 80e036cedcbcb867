"""IAM as moto has it, and what it lacks: boundaries of users, the quotas Leastwise meets, paging, protected roles.

Rules and messages are those of the IAM API reference; each patch names what moto 5.2.5 does without it.
"""

import base64
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return, url_encode
from moto.iam import models
from moto.iam.exceptions import NotFoundException
from moto.iam.models import AWSManagedPolicy, Group, IAMBackend, ManagedPolicy, Policy, Role, User, iam_backends
from moto.iam.responses import IamResponse
from moto.iam.utils import _random_uppercase_or_digit_sequence as random_id

from leastwise_stand.aws import AwsError
from leastwise_stand.state import STAND

MAX_POLICY_SIZE = 6144
MAX_TAGS = 50
PROTECTED_PATHS = ("/aws-service-role/", "/aws-reserved/")
PROTECTED_NAME = "AWSReservedSSO_"
# IAM's own word on the wire, though the SDKs' enum knows only `PermissionsBoundaryPolicy`.
BOUNDARY_TYPE = "Policy"


def backend() -> IAMBackend:
    """moto's IAM of the stand's account."""
    return iam_backends[STAND.account]["aws"]


def principals() -> list[User | Role]:
    """All users and roles, in a stable order."""
    iam = backend()
    return sorted([*iam.users.values()], key=lambda u: u.name) + sorted([*iam.roles.values()], key=lambda r: r.name)


def principal(arn_name_or_id: str) -> User | Role | None:
    """The user or role with this ARN, unique id or name."""
    for one in principals():
        if arn_name_or_id in (one.arn, one.id, one.name):
            return one
    return None


def vanish(arn_name_or_id: str) -> bool:
    """Delete a principal whatever is attached to it, as if somebody had done so by hand."""
    one = principal(arn_name_or_id)
    if isinstance(one, User):
        for group in backend().groups.values():
            group.users = [user for user in group.users if user is not one]
        backend().tagger.delete_all_tags_for_resource(one.arn)
        backend().users.pop(one.name, None)
    elif one is not None:
        backend().roles.pop(one.id, None)
    return one is not None


def documents_of(entity: User | Role | Group) -> list[str]:
    """The policy documents attached to an entity: its own and, for a user, those of its groups."""
    own = [*entity.policies.values()] + [default_document(policy) for policy in entity.managed_policies.values()]
    if isinstance(entity, User):
        for group in backend().get_groups_for_user(entity.name):
            own += documents_of(group)
    return own


def default_document(policy: ManagedPolicy) -> str:
    """The document of a managed policy's default version."""
    return next(v.document for v in policy.versions if v.version_id == policy.default_version_id)


def encoded(document: Any) -> Any:
    """A policy document as IAM returns it, percent-encoded by RFC 3986."""
    return quote(document, safe="") if isinstance(document, str) else document


# --- boundaries ------------------------------------------------------------------------------------------------------


def _boundary(entity: User | Role) -> dict[str, str] | None:
    arn = entity.permissions_boundary_arn
    return {"PermissionsBoundaryType": BOUNDARY_TYPE, "PermissionsBoundaryArn": arn} if arn else None


def _check_boundary_policy(arn: str) -> None:
    """moto accepts the ARN of a policy that does not exist."""
    if arn not in backend().managed_policies:
        raise AwsError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")


def _check_modifiable(role: Role) -> None:
    """moto lets anybody change the boundary of service-linked and Identity Center roles."""
    if role.path.startswith(PROTECTED_PATHS) or role.name.startswith(PROTECTED_NAME):
        raise AwsError(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{role.name}' - this role is only modifiable by AWS",
        )


def put_user_permissions_boundary(self: IamResponse) -> ActionResult:
    """PutUserPermissionsBoundary, which moto lacks."""
    user = self.backend.get_user(self._get_param("UserName"))
    _check_boundary_policy(self._get_param("PermissionsBoundary"))
    user.permissions_boundary_arn = self._get_param("PermissionsBoundary")
    return EmptyResult()


def delete_user_permissions_boundary(self: IamResponse) -> ActionResult:
    """DeleteUserPermissionsBoundary, which moto lacks."""
    user = self.backend.get_user(self._get_param("UserName"))
    if user.permissions_boundary_arn is None:
        raise AwsError("NoSuchEntity", f"The user with name {user.name} does not have a permissions boundary.")
    user.permissions_boundary_arn = None
    return EmptyResult()


def put_role_permissions_boundary(self: IamResponse) -> ActionResult:
    """PutRolePermissionsBoundary with the checks that moto lacks."""
    role = self.backend.get_role(self._get_param("RoleName"))
    _check_modifiable(role)
    _check_boundary_policy(self._get_param("PermissionsBoundary"))
    role.permissions_boundary_arn = self._get_param("PermissionsBoundary")
    return EmptyResult()


def delete_role_permissions_boundary(self: IamResponse) -> ActionResult:
    """DeleteRolePermissionsBoundary with the checks that moto lacks."""
    role = self.backend.get_role(self._get_param("RoleName"))
    _check_modifiable(role)
    if not role.permissions_boundary_arn:
        raise AwsError("NoSuchEntity", f"The role with name {role.name} does not have a permissions boundary.")
    role.permissions_boundary_arn = None
    return EmptyResult()


def _create_with_boundary(original: Callable[[IamResponse], ActionResult]) -> Callable[[IamResponse], ActionResult]:
    """CreateUser ignores PermissionsBoundary in moto; CreateRole does not check it."""

    def create(self: IamResponse) -> ActionResult:
        arn = self._get_param("PermissionsBoundary")
        if arn:
            _check_boundary_policy(arn)
        answer = original(self)
        if arn and self._get_param("UserName"):
            self.backend.get_user(self._get_param("UserName")).permissions_boundary_arn = arn
        return answer

    return create


def _worded(original: Callable[..., Any], wording: str) -> Callable[..., Any]:
    """IAM's own words for what is missing: a message that names the policy tells it from one that names the role."""

    def find(self: IAMBackend, name: str) -> Any:
        try:
            return original(self, name)
        except NotFoundException as missing:
            raise NotFoundException(wording.format(name)) from missing

    return find


# --- managed policies ------------------------------------------------------------------------------------------------


def _check_size(document: str) -> None:
    """moto accepts managed policies of any size."""
    if len("".join(document.split())) > MAX_POLICY_SIZE:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PolicySize: {MAX_POLICY_SIZE}")


def _create_policy(original: Callable[..., ManagedPolicy]) -> Callable[..., ManagedPolicy]:
    def create(self: IAMBackend, *args: Any, **given: Any) -> ManagedPolicy:
        named = dict(zip(("description", "path", "policy_document", "policy_name", "tags"), args, strict=False)) | given
        _check_size(named["policy_document"])
        # moto compares whole ARNs; IAM wants names unique whatever their path and case.
        name = named["policy_name"].lower()
        if any(p.name.lower() == name for p in self.managed_policies.values() if not isinstance(p, AWSManagedPolicy)):
            raise AwsError(
                "EntityAlreadyExists",
                f"A policy called {named['policy_name']} already exists. Duplicate names are not allowed.",
            )
        return original(self, **named)

    return create


def _create_policy_version(original: Callable[..., Any]) -> Callable[..., Any]:
    def create(self: IAMBackend, policy_arn: str, policy_document: str, set_as_default: bool) -> Any:
        _check_size(policy_document)
        return original(self, policy_arn, policy_document, set_as_default)

    return create


def users_of_boundary(policy_arn: str) -> list[User | Role]:
    """Who has this policy as permissions boundary."""
    return [one for one in principals() if one.permissions_boundary_arn == policy_arn]


def _attached_to(policy_arn: str) -> list[User | Role | Group]:
    everyone: Iterable[User | Role | Group] = [*principals(), *backend().groups.values()]
    return [one for one in everyone if policy_arn in one.managed_policies]


def _delete_policy(original: Callable[[IAMBackend, str], None]) -> Callable[[IAMBackend, str], None]:
    """moto deletes policies that are in use or have several versions."""

    def delete(self: IAMBackend, policy_arn: str) -> None:
        policy = self.get_policy(policy_arn)
        if _attached_to(policy_arn) or users_of_boundary(policy_arn):
            raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            raise AwsError(
                "DeleteConflict",
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy.",
            )
        original(self, policy_arn)

    return delete


def list_entities_for_policy(self: IamResponse) -> ActionResult:
    """ListEntitiesForPolicy with PolicyUsageFilter, which moto ignores."""
    arn = self._get_param("PolicyArn")
    self.backend.get_policy(arn)
    usage = self._get_param("PolicyUsageFilter")
    found: list[User | Role | Group] = []
    if usage in (None, "PermissionsPolicy"):
        found += _attached_to(arn)
    if usage in (None, "PermissionsBoundary"):
        found += [one for one in users_of_boundary(arn) if one not in found]
    kinds = {"PolicyUsers": (User, "User"), "PolicyRoles": (Role, "Role"), "PolicyGroups": (Group, "Group")}
    wanted = self._get_param("EntityFilter")
    answer: dict[str, Any] = {"IsTruncated": False}
    for key, (kind, word) in kinds.items():
        ours = [one for one in found if isinstance(one, kind) and wanted in (None, word)]
        answer[key] = [{f"{word}Name": one.name, f"{word}Id": one.id} for one in ours]
    return ActionResult(answer)


# --- tags ------------------------------------------------------------------------------------------------------------


def _limited_tags(
    original: Callable[..., None], present: Callable[[IAMBackend, str], list[str]]
) -> Callable[..., None]:
    """moto counts the tags of a request, not those an entity ends up with; for users it counts none."""

    def tag(self: IAMBackend, name: str, tags: list[dict[str, str]]) -> None:
        self._tag_verification(tags)
        if len({*present(self, name), *(tag["Key"] for tag in tags)}) > MAX_TAGS:
            raise AwsError("LimitExceeded", f"Cannot exceed quota for TagsPerResource: {MAX_TAGS}")
        original(self, name, tags)

    return tag


# --- paging ----------------------------------------------------------------------------------------------------------


def page(self: IamResponse, operation: str, items: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """The page that Marker and MaxItems ask for, and the members that tell whether there are more."""
    size = int(self._get_param("MaxItems") or 100)
    fault = STAND.faults.take("page-size", operation=operation)
    if fault is not None:
        size = min(size, fault.spec["size"])
    marker = self._get_param("Marker")
    start = int(base64.b64decode(marker).decode().removeprefix("from:")) if marker else 0
    end = start + size
    if end >= len(items):
        return items[start:end], {"IsTruncated": False}
    return items[start:end], {"IsTruncated": True, "Marker": base64.b64encode(f"from:{end}".encode()).decode()}


def list_users(self: IamResponse) -> ActionResult:
    """ListUsers in pages; moto returns all at once."""
    users = self.backend.list_users(self._get_param("PathPrefix"), None, None)
    chosen, more = page(self, "ListUsers", sorted(users, key=lambda user: user.name))
    return ActionResult({"Users": chosen, **more})


def list_roles(self: IamResponse) -> ActionResult:
    """ListRoles in pages, with the same markers as the other lists."""
    prefix = self._get_param("PathPrefix", "/")
    roles = [role for role in self.backend.get_roles() if role.path.startswith(prefix)]
    chosen, more = page(self, "ListRoles", sorted(roles, key=lambda role: role.name))
    return ActionResult({"Roles": chosen, **more})


def get_account_authorization_details(self: IamResponse) -> ActionResult:
    """GetAccountAuthorizationDetails in pages and with the boundaries of users; moto has neither.

    AWS managed policies are listed only where they are in use, as accounts' real listings show them.
    """
    wanted = self._get_param("Filter") or ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
    iam = self.backend
    items: list[tuple[str, dict[str, Any]]] = []
    if "User" in wanted:
        items += [("UserDetailList", _user_detail(one)) for one in principals() if isinstance(one, User)]
    if "Group" in wanted:
        items += [("GroupDetailList", _group_detail(one)) for one in iam.groups.values()]
    if "Role" in wanted:
        items += [("RoleDetailList", _role_detail(one)) for one in principals() if isinstance(one, Role)]
    in_use = {one.permissions_boundary_arn for one in principals()}
    in_use.update(*(one.managed_policies for one in [*principals(), *iam.groups.values()]))
    for policy in iam.managed_policies.values():
        by_aws = isinstance(policy, AWSManagedPolicy)
        if by_aws and policy.arn not in in_use:
            continue
        if ("AWSManagedPolicy" if by_aws else "LocalManagedPolicy") in wanted:
            items.append(("Policies", _policy_detail(policy)))
    chosen, more = page(self, "GetAccountAuthorizationDetails", items)
    answer: dict[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": [], **more}
    for key, item in chosen:
        answer[key].append(item)
    return ActionResult(answer)


def _inline(entity: User | Role | Group) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyDocument": encoded(text)} for name, text in entity.policies.items()]


def _common(entity: User | Role | Group) -> dict[str, Any]:
    return {
        "Path": entity.path,
        "Arn": entity.arn,
        "CreateDate": entity.create_date,
        "AttachedManagedPolicies": entity.attached_managed_policies,
    }


def _user_detail(user: User) -> dict[str, Any]:
    return _common(user) | {
        "UserName": user.name,
        "UserId": user.id,
        "UserPolicyList": _inline(user),
        "GroupList": user.group_list,
        "PermissionsBoundary": _boundary(user),
        "Tags": user.tags,
    }


def _group_detail(group: Group) -> dict[str, Any]:
    return _common(group) | {"GroupName": group.name, "GroupId": group.id, "GroupPolicyList": _inline(group)}


def _role_detail(role: Role) -> dict[str, Any]:
    return _common(role) | {
        "RoleName": role.name,
        "RoleId": role.id,
        "AssumeRolePolicyDocument": encoded(role.assume_role_policy_document),
        "InstanceProfileList": [],
        "RolePolicyList": _inline(role),
        "PermissionsBoundary": _boundary(role),
        "Tags": role.tags,
        "RoleLastUsed": {"LastUsedDate": role.last_used, "Region": role.last_used_region} if role.last_used else {},
    }


def _policy_detail(policy: ManagedPolicy) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "PermissionsBoundaryUsageCount": policy.permissions_boundary_usage_count,
        "IsAttachable": policy.is_attachable,
        "Description": policy.description or None,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": [
            {
                "Document": encoded(version.document),
                "VersionId": version.version_id,
                "IsDefaultVersion": version.is_default,
                "CreateDate": version.create_date,
            }
            for version in policy.versions
        ],
    }


# --- what only the control endpoint can do ---------------------------------------------------------------------------


def backdate(arn_name_or_id: str, created: datetime) -> None:
    """Let a principal, a group or a managed policy with its versions be there since `created`; IAM has no call for that."""
    iam = backend()
    group = next((one for one in iam.groups.values() if one.arn == arn_name_or_id), None)
    one = principal(arn_name_or_id) or group or iam.managed_policies.get(arn_name_or_id)
    if one is None:
        raise KeyError(arn_name_or_id)
    one.create_date = created
    for version in getattr(one, "versions", []):
        version.create_date = created


def plant_policy(arn_name_or_id: str, policy_name: str, document: str) -> None:
    """Attach an inline policy whose document IAM would refuse."""
    one = principal(arn_name_or_id)
    if one is None:
        raise KeyError(arn_name_or_id)
    one.policies[policy_name] = document


# --- installation ----------------------------------------------------------------------------------------------------


def _text_documents(original: Callable[..., None]) -> Callable[..., None]:
    """CloudFormation hands inline documents over as objects, and moto stores them so, which breaks reading them."""

    def put(self: Role, policy_name: str, policy_json: Any) -> None:
        original(self, policy_name, policy_json if isinstance(policy_json, str) else json.dumps(policy_json))

    return put


def install() -> None:
    """Put all of this into moto."""
    User.permissions_boundary_arn = None
    User.permissions_boundary = property(_boundary)
    Role.permissions_boundary = property(_boundary)
    Role.put_policy = _text_documents(Role.put_policy)
    # moto counts every attaching, also of what is attached already.
    Policy.attachment_count = property(lambda self: len(_attached_to(self.arn)), lambda _self, _count: None)
    ManagedPolicy.permissions_boundary_usage_count = property(lambda self: len(users_of_boundary(self.arn)))

    IAMBackend.get_role = _worded(IAMBackend.get_role, "The role with name {} cannot be found.")
    IAMBackend.get_policy = _worded(IAMBackend.get_policy, "Policy {} was not found.")
    IAMBackend.create_policy = _create_policy(IAMBackend.create_policy)
    IAMBackend.create_policy_version = _create_policy_version(IAMBackend.create_policy_version)
    IAMBackend.delete_policy = _delete_policy(IAMBackend.delete_policy)
    IAMBackend.tag_user = _limited_tags(
        IAMBackend.tag_user, lambda iam, name: [tag["Key"] for tag in iam.get_user(name).tags or []]
    )
    IAMBackend.tag_role = _limited_tags(
        IAMBackend.tag_role, lambda iam, name: [tag["Key"] for tag in iam.get_role(name).tags]
    )
    IAMBackend.tag_policy = _limited_tags(
        IAMBackend.tag_policy, lambda iam, arn: [tag["Key"] for tag in iam.get_policy(arn).get_tags()]
    )

    IamResponse.create_user = _create_with_boundary(IamResponse.create_user)
    IamResponse.create_role = _create_with_boundary(IamResponse.create_role)
    for operation in (
        put_user_permissions_boundary,
        delete_user_permissions_boundary,
        put_role_permissions_boundary,
        delete_role_permissions_boundary,
        list_entities_for_policy,
        list_users,
        list_roles,
        get_account_authorization_details,
    ):
        setattr(IamResponse, operation.__name__, operation)

    models.random_policy_id = lambda: "ANPA" + random_id(17)
    for kind, prefix in ((User, "AIDA"), (Group, "AGPA"), (Role, "AROA")):
        _like_iam(kind, prefix)

    rules = IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER
    for path, rule in rules.items():
        if rule is url_encode:
            rules[path] = encoded
    rules["GetPolicyVersionResponse.PolicyVersion.Document"] = encoded
    rules["ListUsersResponse.Users.User.PermissionsBoundary"] = never_return
    rules["ListRolesResponse.Roles.Role.AssumeRolePolicyDocument"] = encoded


def _like_iam(kind: type, prefix: str) -> None:
    """Ids with AWS's prefixes, by which Leastwise tells a user from a role, and creation dates in whole seconds."""
    original = kind.__init__

    def init(self: Any, *args: Any, **given: Any) -> None:
        original(self, *args, **given)
        self.create_date = self.create_date.replace(microsecond=0)
        if not self.id.startswith(prefix):
            self.id = prefix + random_id(17)

    kind.__init__ = init
