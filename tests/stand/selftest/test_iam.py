"""IAM: what moto has, what the plugin adds."""

import json
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from conftest import ACCOUNT, ROLE_TRUST, allow

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/leastwise/user-ann"


def refused(call, *args, **given) -> tuple[str, int]:
    with pytest.raises(ClientError) as problem:
        call(*args, **given)
    answer = problem.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def report(iam, arn, granularity="SERVICE_LEVEL", **paging):
    job = iam.generate_service_last_accessed_details(Arn=arn, Granularity=granularity)["JobId"]
    assert iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "IN_PROGRESS"
    time.sleep(0.3)
    return job, iam.get_service_last_accessed_details(JobId=job, **paging)


def test_a_user_can_be_given_a_boundary_and_lose_it(iam):
    user = iam.create_user(UserName="ann", Path="/team/")["User"]
    assert user["UserId"].startswith("AIDA")
    assert refused(iam.put_user_permissions_boundary, UserName="ann", PermissionsBoundary=BOUNDARY)[0] == "NoSuchEntity"
    iam.create_policy(PolicyName="user-ann", Path="/leastwise/", PolicyDocument=allow("s3:*"))
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=BOUNDARY)
    wanted = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY}
    assert iam.get_user(UserName="ann")["User"]["PermissionsBoundary"] == wanted
    details = iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]
    assert [one["PermissionsBoundary"] for one in details] == [wanted]
    assert "PermissionsBoundary" not in iam.list_users()["Users"][0]
    assert iam.get_policy(PolicyArn=BOUNDARY)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    entities = iam.list_entities_for_policy(PolicyArn=BOUNDARY, PolicyUsageFilter="PermissionsBoundary")
    assert [one["UserName"] for one in entities["PolicyUsers"]] == ["ann"]
    assert refused(iam.delete_policy, PolicyArn=BOUNDARY) == ("DeleteConflict", 409)
    iam.delete_user_permissions_boundary(UserName="ann")
    assert "PermissionsBoundary" not in iam.get_user(UserName="ann")["User"]
    assert refused(iam.delete_user_permissions_boundary, UserName="ann") == ("NoSuchEntity", 404)
    iam.delete_policy(PolicyArn=BOUNDARY)


def test_a_role_boundary_must_exist_and_protected_roles_refuse_one(iam):
    policy = iam.create_policy(PolicyName="role-x", Path="/leastwise/", PolicyDocument=allow("s3:*"))["Policy"]["Arn"]
    iam.create_role(RoleName="x", AssumeRolePolicyDocument=ROLE_TRUST)
    reserved = "AWSReservedSSO_Admin_0123456789abcdef"
    iam.create_role(RoleName=reserved, Path="/aws-reserved/sso.amazonaws.com/", AssumeRolePolicyDocument=ROLE_TRUST)
    linked = iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")["Role"]["RoleName"]
    iam.put_role_permissions_boundary(RoleName="x", PermissionsBoundary=policy)
    assert iam.get_role(RoleName="x")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy
    missing = f"arn:aws:iam::{ACCOUNT}:policy/none"
    assert refused(iam.put_role_permissions_boundary, RoleName="x", PermissionsBoundary=missing)[0] == "NoSuchEntity"
    for role in (reserved, linked):
        answer = refused(iam.put_role_permissions_boundary, RoleName=role, PermissionsBoundary=policy)
        assert answer == ("UnmodifiableEntity", 400)


def test_managed_policies_have_iams_limits(iam):
    policy = iam.create_policy(PolicyName="role-x", Path="/leastwise/", PolicyDocument=allow("s3:*"))["Policy"]
    assert policy["PolicyId"].startswith("ANPA")
    again = {"PolicyName": "ROLE-X", "Path": "/other/", "PolicyDocument": allow("s3:*")}
    assert refused(iam.create_policy, **again) == ("EntityAlreadyExists", 409)
    long = allow(*(f"s3:Action{n:04}" for n in range(500)))
    assert refused(iam.create_policy, PolicyName="long", PolicyDocument=long) == ("LimitExceeded", 409)
    assert refused(iam.create_policy_version, PolicyArn=policy["Arn"], PolicyDocument=long) == ("LimitExceeded", 409)
    spaced = json.dumps(json.loads(allow("s3:*")), indent=2000)
    iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=spaced, SetAsDefault=True)
    assert refused(iam.delete_policy, PolicyArn=policy["Arn"]) == ("DeleteConflict", 409)
    for _ in range(3):
        iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=allow("s3:*"))
    sixth = {"PolicyArn": policy["Arn"], "PolicyDocument": allow("s3:*")}
    assert refused(iam.create_policy_version, **sixth) == ("LimitExceeded", 409)
    assert refused(iam.create_policy, PolicyName="bad", PolicyDocument="{")[0] == "MalformedPolicyDocument"


def test_tags_are_limited_by_what_an_entity_ends_up_with(iam):
    iam.create_user(UserName="ann")
    iam.tag_user(UserName="ann", Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])
    iam.tag_user(UserName="ann", Tags=[{"Key": "k1", "Value": "changed"}])
    assert refused(iam.tag_user, UserName="ann", Tags=[{"Key": "more", "Value": ""}]) == ("LimitExceeded", 409)


def test_account_details_come_in_pages_with_encoded_documents(iam, stand):
    for n in range(7):
        iam.create_user(UserName=f"u{n}")
    iam.put_user_policy(UserName="u0", PolicyName="own", PolicyDocument=allow("s3:Get*"))
    iam.attach_user_policy(UserName="u0", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="u0")
    iam.create_role(RoleName="r", Path="/p/", AssumeRolePolicyDocument=ROLE_TRUST, Tags=[{"Key": "a", "Value": "b"}])
    pages = [iam.get_account_authorization_details(MaxItems=3)]
    while pages[-1]["IsTruncated"]:
        pages.append(iam.get_account_authorization_details(MaxItems=3, Marker=pages[-1]["Marker"]))
    assert len(pages) == 4
    users = [user for page in pages for user in page["UserDetailList"]]
    assert [user["UserName"] for user in users] == [f"u{n}" for n in range(7)]
    assert users[0]["GroupList"] == ["g"]
    assert users[0]["UserPolicyList"] == [{"PolicyName": "own", "PolicyDocument": json.loads(allow("s3:Get*"))}]
    policies = [policy for page in pages for policy in page["Policies"]]
    assert [(p["PolicyName"], p["AttachmentCount"]) for p in policies] == [("ReadOnlyAccess", 1)]
    roles = [role for page in pages for role in page["RoleDetailList"]]
    assert roles[0]["Tags"] == [{"Key": "a", "Value": "b"}]
    stand.control("PUT", "faults", [{"kind": "page-size", "operation": "GetAccountAuthorizationDetails", "size": 2}])
    short = iam.get_account_authorization_details(MaxItems=1000)
    assert (len(short["UserDetailList"]), short["IsTruncated"]) == (2, True)


def test_documents_are_percent_encoded_on_the_wire(iam, stand):
    arn = iam.create_policy(PolicyName="p", PolicyDocument=allow("s3:*"))["Policy"]["Arn"]
    form = f"Action=GetPolicyVersion&Version=2010-05-08&PolicyArn={arn}&VersionId=v1".encode()
    authorization = "AWS4-HMAC-SHA256 Credential=AKIATESTTESTTESTTEST/20260101/us-east-1/iam/aws4_request"
    headers = {"Authorization": authorization, "Content-Type": "application/x-www-form-urlencoded"}
    with urllib.request.urlopen(urllib.request.Request(f"{stand.endpoint}/", form, headers)) as answer:
        assert "%7B%22Version%22%3A%20%222012-10-17%22" in answer.read().decode()


def test_the_access_advisor_lists_what_policies_grant_and_when_it_was_used(iam, stand):
    arn = iam.create_user(UserName="ann")["User"]["Arn"]
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=allow("s3:*", "kms:Decrypt"))
    iam.create_group(GroupName="g")
    iam.attach_group_policy(GroupName="g", PolicyArn="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    iam.add_user_to_group(GroupName="g", UserName="ann")
    iam.create_policy(PolicyName="user-ann", Path="/leastwise/", PolicyDocument=allow("kms:*"))
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=BOUNDARY)
    actions = {"GetBucketAcl": "2026-01-31T10:00:00Z", "PutBucketAcl": None}
    seed = {"services": {"s3": {"last": "2026-01-31T10:00:00Z", "actions": actions}, "kms": 3}, "alsoListed": ["zzz"]}
    stand.control("PUT", "usage", {"ann": seed})
    _, answer = report(iam, arn, "ACTION_LEVEL")
    services = {one["ServiceNamespace"]: one for one in answer["ServicesLastAccessed"]}
    assert list(services) == ["kms", "s3", "sqs", "zzz"]
    assert answer["JobStatus"] == "COMPLETED"
    assert answer["JobType"] == "ACTION_LEVEL"
    assert "LastAuthenticated" not in services["sqs"]
    assert datetime.now(UTC) - services["kms"]["LastAuthenticated"] < timedelta(days=3, minutes=1)
    used = datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert services["s3"] == {
        "ServiceName": "Amazon S3",
        "ServiceNamespace": "s3",
        "LastAuthenticated": used,
        "LastAuthenticatedEntity": arn,
        "LastAuthenticatedRegion": "us-east-1",
        "TotalAuthenticatedEntities": 1,
        "TrackedActionsLastAccessed": [
            {
                "ActionName": "GetBucketAcl",
                "LastAccessedEntity": arn,
                "LastAccessedTime": used,
                "LastAccessedRegion": "us-east-1",
            },
            {"ActionName": "PutBucketAcl"},
        ],
    }


def test_the_report_of_an_administrator_has_several_pages(iam, stand):
    arn = iam.create_role(RoleName="admin", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="admin", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    job, page = report(iam, arn)
    found = page["ServicesLastAccessed"]
    assert len(found) == 100
    while page["IsTruncated"]:
        page = iam.get_service_last_accessed_details(JobId=job, Marker=page["Marker"])
        found += page["ServicesLastAccessed"]
    assert len(found) > 300
    names = [one["ServiceNamespace"] for one in found]
    assert names == sorted(set(names))


def test_the_report_can_be_made_to_misbehave(iam, stand):
    arn = iam.create_role(RoleName="admin", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="admin", PolicyName="p", PolicyDocument=allow("s3:*", "sqs:*", "sns:*"))
    stand.control("PUT", "faults", [{"kind": "failed-job", "principal": "admin", "code": "Oops"}])
    assert report(iam, arn)[1]["Error"] == {"Code": "Oops", "Message": "the report could not be generated"}
    stand.control("PUT", "faults", [{"kind": "marker-only", "times": None}])
    page = report(iam, arn, MaxItems=2)[1]
    assert page["Marker"]
    assert not page.get("IsTruncated")
    stand.control("PUT", "faults", [{"kind": "repeated-marker", "times": None}])
    job, page = report(iam, arn, MaxItems=2)
    assert iam.get_service_last_accessed_details(JobId=job, Marker=page["Marker"])["Marker"] == page["Marker"]
    throttle = {"kind": "throttle", "operation": "iam:GenerateServiceLastAccessedDetails", "times": 2}
    stand.control("PUT", "faults", [throttle])
    for _ in range(2):
        assert refused(iam.generate_service_last_accessed_details, Arn=arn) == ("Throttling", 400)
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    other = stand.client("iam", "AKIAOTHEROTHEROTHERO")
    assert refused(other.get_service_last_accessed_details, JobId=job) == ("NoSuchEntity", 404)
    when = {"kind": "delete-principal", "principal": arn, "operation": "GetServiceLastAccessedDetails"}
    stand.control("PUT", "faults", [when])
    iam.get_service_last_accessed_details(JobId=job)
    assert refused(iam.get_role, RoleName="admin") == ("NoSuchEntity", 404)
    assert refused(iam.generate_service_last_accessed_details, Arn=arn) == ("NoSuchEntity", 404)


def test_a_principal_can_be_made_older_and_given_a_broken_policy(iam, stand):
    arn = iam.create_user(UserName="ann")["User"]["Arn"]
    stand.control("POST", "backdate", {"principal": arn, "createDate": "2024-05-06T07:08:09Z"})
    stand.control("POST", "plant-policy", {"principal": arn, "policyName": "broken", "document": "{not json"})
    assert iam.get_user(UserName="ann")["User"]["CreateDate"] == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    details = iam.get_account_authorization_details(Filter=["User"])["UserDetailList"][0]
    assert details["UserPolicyList"][0]["PolicyDocument"] == "%7Bnot%20json"
