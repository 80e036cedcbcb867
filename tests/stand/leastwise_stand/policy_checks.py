"""AWS's own checks of policies, which moto lacks: Access Analyzer's ValidatePolicy and IAM's policy simulator.

ValidatePolicy finds nothing but what a fault of kind `policy-finding` tells it to. The simulator knows actions, effects
and `Resource: "*"`: it asks about every resource and no context, so a statement that names resources or has a condition
decides nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from leastwise_stand import iam_gaps, wire
from leastwise_stand.aws import AwsError
from leastwise_stand.state import STAND


def answer(request: wire.AwsRequest) -> tuple[int, dict[str, str], bytes]:
    """What Access Analyzer answers to ValidatePolicy."""
    if not {"policyDocument", "policyType"} <= set(request.parameters):
        return wire.error(request.protocol, "ValidationException", "policyDocument and policyType are required", 400)
    json.loads(request.parameters["policyDocument"])
    found = STAND.faults.take("policy-finding")
    body = {"findings": [_finding(found.spec)] if found else []}
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def _finding(spec: dict[str, Any]) -> dict[str, Any]:
    start = {"line": 1, "column": 0, "offset": 0}
    return {
        "findingType": spec["findingType"],
        "issueCode": spec["issueCode"],
        "findingDetails": spec["findingDetails"],
        "learnMoreLink": "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        "locations": [{"path": [{"value": "Statement"}], "span": {"start": start, "end": start}}],
    }


def simulate_principal_policy(self: IamResponse) -> ActionResult:
    """SimulatePrincipalPolicy of users and roles."""
    arn = self._get_param("PolicySourceArn")
    entity = iam_gaps.principal(arn)
    if entity is None:
        raise AwsError("NoSuchEntity", f"{arn} cannot be found.")
    boundary = _boundary(entity.permissions_boundary_arn, self._get_param("PermissionsBoundaryPolicyInputList") or [])
    identity = iam_gaps.documents_of(entity)
    results = [_result(action, identity, boundary) for action in self._get_param("ActionNames")]
    chosen, more = iam_gaps.page(self, "SimulatePrincipalPolicy", results)
    return ActionResult({"EvaluationResults": chosen, **more})


def _boundary(attached: str | None, given: list[str]) -> str | None:
    """A boundary that is passed in takes the place of the attached one."""
    if given:
        return given[0]
    return iam_gaps.default_document(iam_gaps.backend().managed_policies[attached]) if attached else None


def _result(action: str, identity: list[str], boundary: str | None) -> dict[str, Any]:
    effects = _effects(action, identity)
    result: dict[str, Any] = {"EvalActionName": action, "EvalResourceName": "*"}
    allowed = "Allow" in effects
    if boundary is not None:
        by_boundary = _effects(action, [boundary])
        effects |= by_boundary - {"Allow"}
        allowed = allowed and "Allow" in by_boundary
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": by_boundary == {"Allow"}}
    decision = "explicitDeny" if "Deny" in effects else "allowed" if allowed else "implicitDeny"
    return result | {"EvalDecision": decision}


def _effects(action: str, documents: Iterable[str]) -> set[str]:
    """The effects of the statements that decide about the action on every resource, without any context."""
    return {s["Effect"] for s in _statements(documents) if _is_unlimited(s) and _is_about(s, action)}


def _statements(documents: Iterable[str]) -> Iterator[dict[str, Any]]:
    for text in documents:
        statements = json.loads(text)["Statement"]
        yield from statements if isinstance(statements, list) else [statements]


def _is_unlimited(statement: dict[str, Any]) -> bool:
    return "*" in _texts(statement.get("Resource", [])) and not statement.get("Condition")


def _is_about(statement: dict[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _matches(statement["NotAction"], action)
    return _matches(statement["Action"], action)


def _matches(patterns: str | list[str], action: str) -> bool:
    regexes = (re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".") for pattern in _texts(patterns))
    return any(re.fullmatch(regex, action, re.IGNORECASE) for regex in regexes)


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def install() -> None:
    """Give moto's IAM the simulator."""
    IamResponse.simulate_principal_policy = simulate_principal_policy
