"""What moto brings for our functions' sake, and approvals, which it does not: asked with the AWS CLI and boto3."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from conftest import allow, eventually

AWS = Path(sys.executable).with_name("aws")
TOPIC = "arn:aws:sns:us-east-1:111122223333:Automation-approvals"


def aws(stand, *arguments: str, text: str = "") -> str:
    done = subprocess.run(
        [str(AWS), *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ
        | {
            "AWS_ENDPOINT_URL": stand.endpoint,
            "AWS_ACCESS_KEY_ID": "operator",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_PAGER": "",
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def received(stand, queue):
    """The bodies of the messages that came from a topic."""
    messages = stand.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(one["Body"]) for one in messages]


def subscribed(stand, name):
    """A topic and a queue that gets what is published there."""
    topic = stand.client("sns").create_topic(Name=name)["TopicArn"]
    queue = stand.client("sqs").create_queue(QueueName=f"{name}-queue")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:111122223333:{name}-queue"
    stand.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic, queue


def test_objects_topics_parameters_secrets_and_queues_work_from_the_command_line(stand, tmp_path):
    listed = tmp_path / "exempt.txt"
    listed.write_text("break-glass-*\n")
    aws(stand, "s3", "mb", "s3://lists")
    aws(stand, "s3", "cp", "--only-show-errors", str(listed), "s3://lists/a/exempt.txt")
    assert aws(stand, "s3", "cp", "s3://lists/a/exempt.txt", "-") == "break-glass-*\n"
    topic, queue = subscribed(stand, "leastwise")
    structured = {"default": '{"event":"applied"}', "email": "It was applied."}
    given = ["--message-structure", "json", "--message", json.dumps(structured), "--subject", "Leastwise"]
    aws(stand, "sns", "publish", "--topic-arn", topic, *given)
    [message] = received(stand, queue)
    assert (message["Subject"], message["Message"]) == ("Leastwise", '{"event":"applied"}')
    name = "/leastwise/notified/AROAEXAMPLE0000000001"
    for value in ("first", "second"):
        aws(stand, "ssm", "put-parameter", "--name", name, "--value", value, "--type", "String", "--overwrite")
    got = aws(stand, "ssm", "get-parameter", "--name", name, "--query", "Parameter.Value", "--output", "text")
    assert got == "second\n"
    aws(stand, "secretsmanager", "create-secret", "--name", "score", "--secret-string", '{"url":"https://x"}')
    asked = ["--secret-id", "score", "--query", "SecretString", "--output", "text"]
    assert aws(stand, "secretsmanager", "get-secret-value", *asked) == '{"url":"https://x"}\n'
    named = [call["operation"] for call in stand.control("GET", "calls?caller=operator")]
    assert {"PutObject", "GetObject", "Publish", "PutParameter", "GetParameter", "GetSecretValue"} <= set(named)


def test_a_fault_of_s3_is_worded_as_s3_does(stand):
    s3 = stand.client("s3")
    s3.create_bucket(Bucket="lists")
    s3.put_object(Bucket="lists", Key="exempt.txt", Body=b"x")
    denied = {"kind": "error", "operation": "s3:GetObject", "code": "AccessDenied", "message": "no", "status": 403}
    stand.control("PUT", "faults", [denied, {"kind": "throttle", "operation": "s3:GetObject"}])
    codes = []
    for _ in range(2):
        with pytest.raises(ClientError) as problem:
            s3.get_object(Bucket="lists", Key="exempt.txt")
        answer = problem.value.response
        codes.append((answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]))
        stand.control("PUT", "faults", [{"kind": "throttle", "operation": "s3:GetObject"}])
    assert codes == [("AccessDenied", 403), ("SlowDown", 503)]
    stand.control("PUT", "faults", [])
    assert s3.get_object(Bucket="lists", Key="exempt.txt")["Body"].read() == b"x"


APPROVED = {
    "schemaVersion": "0.3",
    "parameters": {"AutomationAssumeRole": {"type": "String"}, "Approvers": {"type": "StringList", "default": []}},
    "mainSteps": [
        {
            "name": "read",
            "action": "aws:executeScript",
            "inputs": {
                "Runtime": "python3.11",
                "Handler": "f",
                "InputPayload": {"Answer": '{"planDigest":"abc","summary":"two lines\\nof text"}'},
                "Script": "import json\ndef f(e, c):\n  return json.loads(e['Answer'])",
            },
            "outputs": [{"Name": "Summary", "Selector": "$.Payload.summary", "Type": "String"}],
        },
        {
            "name": "approve",
            "action": "aws:approve",
            "timeoutSeconds": 5,
            "inputs": {"Approvers": "{{ Approvers }}", "NotificationArn": TOPIC, "Message": "{{ read.Summary }}"},
        },
        {"name": "apply", "action": "aws:sleep", "isEnd": True, "inputs": {"Duration": "PT1S"}},
    ],
    "outputs": ["approve.ApprovalStatus"],
}


def start(stand, document):
    ssm = stand.client("ssm")
    ssm.create_document(Name="Doc", DocumentType="Automation", DocumentFormat="JSON", Content=json.dumps(document))
    given = {"AutomationAssumeRole": ["arn:aws:iam::111122223333:role/a"], "Approvers": ["mira"]}
    return ssm.start_automation_execution(DocumentName="Doc", Parameters=given)["AutomationExecutionId"]


def reaches(stand, execution, *statuses):
    def reached():
        found = stand.client("ssm").get_automation_execution(AutomationExecutionId=execution)["AutomationExecution"]
        return found if found["AutomationExecutionStatus"] in statuses else None

    return eventually(reached)


@pytest.mark.parametrize(
    ("signal", "status", "steps"),
    [
        ("Approve", "Success", ["Success", "Success", "Success"]),
        ("Reject", "Failed", ["Success", "Failed"]),
    ],
)
def test_an_execution_waits_for_its_approval(stand, signal, status, steps):
    topic, queue = subscribed(stand, "Automation-approvals")
    assert topic == TOPIC
    execution = start(stand, APPROVED)
    reaches(stand, execution, "Waiting")
    [message] = received(stand, queue)
    assert message["Message"].startswith("two lines\nof text\n")
    answer = {"AutomationExecutionId": execution, "SignalType": signal, "Payload": {"Comment": ["looked at it"]}}
    stand.client("ssm").send_automation_signal(**answer)
    ended = reaches(stand, execution, "Success", "Failed")
    assert ended["AutomationExecutionStatus"] == status
    assert [one["StepStatus"] for one in ended["StepExecutions"]] == steps
    if signal == "Reject":
        assert "looked at it" in ended["FailureMessage"]
    with pytest.raises(ClientError) as problem:
        stand.client("ssm").send_automation_signal(**answer)
    assert problem.value.response["Error"]["Code"] == "InvalidAutomationSignalException"


def test_an_approval_that_nobody_gives_times_out(stand):
    subscribed(stand, "Automation-approvals")
    document = json.loads(json.dumps(APPROVED))
    document["mainSteps"][1]["timeoutSeconds"] = 1
    ended = reaches(stand, start(stand, document), "Failed")
    assert [one["StepStatus"] for one in ended["StepExecutions"]] == ["Success", "TimedOut"]


def test_the_policies_that_grant_a_service_are_listed_by_namespace(stand, iam):
    user = iam.create_user(UserName="ann")["User"]
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=allow("s3:*"))
    shared = iam.create_policy(PolicyName="shared", PolicyDocument=allow("s3:GetObject", "sqs:*"))["Policy"]["Arn"]
    iam.create_group(GroupName="staff")
    iam.put_group_policy(GroupName="staff", PolicyName="people", PolicyDocument=allow("iam:*"))
    iam.attach_group_policy(GroupName="staff", PolicyArn=shared)
    iam.add_user_to_group(GroupName="staff", UserName="ann")
    asked = {"Arn": user["Arn"], "ServiceNamespaces": ["s3", "iam", "ec2"]}
    managed = {"PolicyName": "shared", "PolicyType": "MANAGED", "PolicyArn": shared}
    own = {"PolicyName": "own", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "ann"}
    people = {"PolicyName": "people", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "staff"}
    answer = iam.list_policies_granting_service_access(**asked)
    assert answer["PoliciesGrantingServiceAccess"] == [
        {"ServiceNamespace": "s3", "Policies": [own, managed]},
        {"ServiceNamespace": "iam", "Policies": [people]},
        {"ServiceNamespace": "ec2", "Policies": []},
    ]
    stand.control(
        "PUT", "faults", [{"kind": "page-size", "operation": "ListPoliciesGrantingServiceAccess", "size": 2, "times": 2}]
    )
    first = iam.list_policies_granting_service_access(**asked)
    assert (first["IsTruncated"], len(first["PoliciesGrantingServiceAccess"])) == (True, 2)
    second = iam.list_policies_granting_service_access(**asked, Marker=first["Marker"])
    assert [one["ServiceNamespace"] for one in second["PoliciesGrantingServiceAccess"]] == ["ec2"]
    with pytest.raises(ClientError) as problem:
        iam.list_policies_granting_service_access(Arn=user["Arn"], ServiceNamespaces=[f"s{n}" for n in range(201)])
    assert problem.value.response["Error"]["Code"] == "ValidationError"


def test_the_members_use_of_a_group_is_reported(stand, iam):
    group = iam.create_group(GroupName="staff")["Group"]["Arn"]
    iam.put_group_policy(GroupName="staff", PolicyName="people", PolicyDocument=allow("iam:*", "s3:*"))
    stand.control("PUT", "usage", {group: {"services": {"s3": 3}}})
    job = iam.generate_service_last_accessed_details(Arn=group)["JobId"]
    ready = eventually(lambda: _completed(iam, job))
    used = {one["ServiceNamespace"]: "LastAuthenticated" in one for one in ready["ServicesLastAccessed"]}
    assert used == {"iam": False, "s3": True}


def _completed(iam, job):
    answer = iam.get_service_last_accessed_details(JobId=job)
    return answer if answer["JobStatus"] == "COMPLETED" else None
