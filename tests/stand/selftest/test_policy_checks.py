"""AWS's checks of policies: what Access Analyzer is told to find, what the simulator decides."""

import json

from conftest import ACCOUNT, ROLE_TRUST, allow

ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"


def decisions(iam, actions, boundary=None):
    given = {"PermissionsBoundaryPolicyInputList": [boundary]} if boundary else {}
    answer = iam.simulate_principal_policy(PolicySourceArn=ROLE, ActionNames=actions, **given)
    return [
        (
            result["EvalDecision"],
            result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary"),
        )
        for result in answer["EvaluationResults"]
    ]


def test_the_simulator_knows_policies_and_the_boundary_attached_or_passed_in(iam):
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=ROLE_TRUST)
    statements = [
        {"Effect": "Allow", "Action": ["s3:Get*", "sqs:*"], "Resource": "*"},
        {"Effect": "Deny", "NotAction": ["s3:*", "sqs:*", "kms:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=document)
    actions = ["s3:getobject", "sqs:SendMessage", "ec2:RunInstances", "kms:Decrypt"]
    assert decisions(iam, actions) == [
        ("allowed", None),
        ("allowed", None),
        ("explicitDeny", None),
        ("implicitDeny", None),
    ]
    passed_in = [("allowed", True), ("implicitDeny", False), ("explicitDeny", False), ("implicitDeny", False)]
    assert decisions(iam, actions, allow("s3:*")) == passed_in
    limits = iam.create_policy(PolicyName="limits", PolicyDocument=allow("sqs:*", "kms:*"))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary=limits)
    attached = [("implicitDeny", False), ("allowed", True), ("explicitDeny", False), ("implicitDeny", True)]
    assert decisions(iam, actions) == attached
    assert decisions(iam, actions, allow("s3:*")) == passed_in


def test_validation_finds_what_it_is_told_to(stand):
    analyzer = stand.client("accessanalyzer")

    def found():
        return analyzer.validate_policy(policyDocument=allow("s3:*"), policyType="IDENTITY_POLICY")["findings"]

    assert found() == []
    told = {"findingType": "ERROR", "issueCode": "INVALID_ACTION", "findingDetails": "There is no such action."}
    stand.control("PUT", "faults", [{"kind": "policy-finding", **told}])
    assert [{key: finding[key] for key in told} for finding in found()] == [told]
    assert found() == []
    calls = stand.control("GET", "calls")
    assert {(call["service"], call["operation"]) for call in calls} == {("access-analyzer", "ValidatePolicy")}
