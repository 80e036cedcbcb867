"""Config: notifications, evaluations, compliance, remediation, and the stack that brings them together."""

import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from conftest import ACCOUNT, HERE, ROLE_TRUST, allow, eventually

NOW = datetime(2026, 1, 31, 10, tzinfo=UTC)
TYPES = ["AWS::IAM::User", "AWS::IAM::Role"]


def make_rule(stand, function_name, *kinds, name="rule"):
    arn = stand.client("lambda").get_function(FunctionName=function_name)["Configuration"]["FunctionArn"]
    details = [{"EventSource": "aws.config", "MessageType": kind} for kind in kinds]
    stand.client("config").put_config_rule(
        ConfigRule={
            "ConfigRuleName": name,
            "InputParameters": '{"Threshold":"60"}',
            "Scope": {"ComplianceResourceTypes": TYPES},
            "Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": arn, "SourceDetails": details},
        }
    )


def evaluation(resource="AROAX", compliance="NON_COMPLIANT", **more):
    given = {
        "ComplianceResourceType": "AWS::IAM::Role",
        "ComplianceResourceId": resource,
        "ComplianceType": compliance,
        "OrderingTimestamp": NOW,
    }
    return given | more


CHANGE = ("ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification")


def test_an_evaluation_judges_every_user_and_role(stand, iam, function):
    name = function()
    user = iam.create_user(UserName="ann")["User"]
    config = stand.client("config")
    make_rule(stand, name, *CHANGE)
    config.start_config_rules_evaluation(ConfigRuleNames=["rule"])

    def results():
        found = config.get_compliance_details_by_config_rule(ConfigRuleName="rule", Limit=1)
        return found if found.get("NextToken") else None

    first = eventually(results)
    second = config.get_compliance_details_by_config_rule(
        ConfigRuleName="rule", Limit=1, NextToken=first["NextToken"], ComplianceTypes=["NON_COMPLIANT"]
    )
    both = first["EvaluationResults"] + second["EvaluationResults"]
    identified = [one["EvaluationResultIdentifier"]["EvaluationResultQualifier"] for one in both]
    assert [one["ResourceType"] for one in identified] == ["AWS::IAM::Role", "AWS::IAM::User"]
    assert identified[1]["ResourceId"] == user["UserId"]
    assert both[0]["Annotation"] == "not bounded"
    of_rule = config.describe_compliance_by_config_rule(ConfigRuleNames=["rule"])["ComplianceByConfigRules"]
    assert of_rule[0]["Compliance"]["ComplianceContributorCount"] == {"CappedCount": 2, "CapExceeded": False}
    of_user = config.get_compliance_details_by_resource(ResourceType="AWS::IAM::User", ResourceId=user["UserId"])
    assert [one["ComplianceType"] for one in of_user["EvaluationResults"]] == ["NON_COMPLIANT"]
    status = config.describe_config_rule_evaluation_status()["ConfigRulesEvaluationStatus"][0]
    assert "LastErrorMessage" not in status


def test_put_evaluations_is_strict(stand, function):
    make_rule(stand, function(), *CHANGE)
    config = stand.client("config")

    def refused(evaluations, token="unknown"):
        with pytest.raises(ClientError) as problem:
            config.put_evaluations(Evaluations=evaluations, ResultToken=token)
        return problem.value.response["Error"]["Code"]

    assert refused([evaluation()]) == "InvalidResultTokenException"
    assert refused([evaluation(compliance="INSUFFICIENT_DATA")]) == "InvalidParameterValueException"
    assert refused([evaluation(Annotation="x" * 257)]) == "ValidationException"
    assert refused([evaluation()] * 101) == "ValidationException"
    tested = config.put_evaluations(Evaluations=[evaluation()], ResultToken="TESTMODE", TestMode=True)
    assert tested["FailedEvaluations"] == []


def test_failed_evaluations_are_handed_back_and_function_errors_tried_again(stand, iam, function):
    make_rule(stand, function(), *CHANGE)
    role = iam.create_role(RoleName="x", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
    stand.control("PUT", "faults", [{"kind": "failed-evaluations"}])
    one = {"rule": "rule", "resourceId": role["RoleId"]}
    answer = json.loads(stand.control("POST", "deliver", one)["payload"])
    assert [failed["ComplianceResourceId"] for failed in answer["FailedEvaluations"]] == [role["RoleId"]]
    assert isinstance(answer["FailedEvaluations"][0]["OrderingTimestamp"], int | float)
    stand.control("PUT", "faults", [{"kind": "throttle", "operation": "config:PutEvaluations", "times": 3}])
    stand.control("DELETE", "calls")
    assert stand.control("POST", "deliver", one)["functionError"] == "Unhandled"
    assert [call["operation"] for call in stand.control("GET", "calls")].count("Invoke") == 3
    status = stand.client("config").describe_config_rule_evaluation_status()["ConfigRulesEvaluationStatus"][0]
    assert "HTTPError" in status["LastErrorMessage"]
    gone = one | {"deleted": True, "resourceType": "AWS::IAM::Role", "arn": role["Arn"]}
    assert stand.control("POST", "deliver", gone)["functionError"] is None


def test_an_event_can_be_had_without_being_sent(stand, iam, function):
    make_rule(stand, function(), *CHANGE)
    user = iam.create_user(UserName="ann")["User"]
    event = stand.control("POST", "compose", {"rule": "rule", "resourceId": user["UserId"]})
    assert json.loads(event["invokingEvent"])["configurationItem"]["resourceId"] == user["UserId"]
    assert stand.control("GET", "invocations") == []
    answer = stand.client("config").put_evaluations(
        Evaluations=[evaluation(user["UserId"])], ResultToken=event["resultToken"]
    )
    assert answer["FailedEvaluations"] == []


def test_recorded_resources_can_be_looked_up(stand, iam):
    user = iam.create_user(UserName="ann", Tags=[{"Key": "a", "Value": "b"}])["User"]
    iam.put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=allow("s3:*"))
    config = stand.client("config")
    found = config.list_discovered_resources(resourceType="AWS::IAM::User", resourceIds=[user["UserId"], "AIDAX"])
    identifiers = [{"resourceType": "AWS::IAM::User", "resourceId": user["UserId"], "resourceName": "ann"}]
    assert found["resourceIdentifiers"] == identifiers
    history = config.get_resource_config_history(resourceType="AWS::IAM::User", resourceId=user["UserId"], limit=1)
    item = history["configurationItems"][0]
    assert (item["arn"], item["tags"], item["resourceCreationTime"]) == (user["Arn"], {"a": "b"}, user["CreateDate"])
    assert json.loads(item["configuration"])["userPolicyList"][0]["policyName"] == "own"
    with pytest.raises(ClientError) as problem:
        config.get_resource_config_history(resourceType="AWS::IAM::User", resourceId="AIDAX")
    assert problem.value.response["Error"]["Code"] == "ResourceNotDiscoveredException"


def paged(config, key, **times):
    """All that the history has, and how many calls that takes."""
    items, calls = [], 0
    while True:
        page = config.get_resource_config_history(**key, **times)
        items, calls = items + page["configurationItems"], calls + 1
        if "nextToken" not in page:
            return items, calls
        times["nextToken"] = page["nextToken"]


def test_one_call_for_the_history_looks_at_seven_days_and_may_find_nothing(stand, iam):
    role = iam.create_role(RoleName="x", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
    created = datetime(2025, 12, 1, tzinfo=UTC)
    stand.control("POST", "backdate", {"principal": role["Arn"], "createDate": created.isoformat()})
    config, key = stand.client("config"), {"resourceType": "AWS::IAM::Role", "resourceId": role["RoleId"]}
    page = config.get_resource_config_history(**key, earlierTime=created, laterTime=NOW)
    assert (page["configurationItems"], bool(page["nextToken"])) == ([], True)
    # From 1 December to 31 January there are 61 days and ten hours: nine spans.
    [item], calls = paged(config, key, earlierTime=created, laterTime=NOW)
    assert (item["configurationItemCaptureTime"], calls) == (created, 9)
    forward = config.get_resource_config_history(
        **key, earlierTime=created, laterTime=NOW, chronologicalOrder="Forward"
    )
    assert len(forward["configurationItems"]) == 1
    second = timedelta(seconds=1)
    [item], calls = paged(config, key, earlierTime=created - second, laterTime=created + second)
    assert calls == 1, "whoever knows the time of an item needs one call"
    stand.control("POST", "record", {"principal": role["Arn"], "at": "2026-01-30T00:00:00Z"})
    stand.control("POST", "record", {"principal": role["Arn"], "at": "2026-01-30T01:00:00Z"})
    items, calls = paged(config, key, earlierTime=created, laterTime=NOW, limit=1)
    assert ([item["configurationItemCaptureTime"].hour for item in items], calls) == ([1, 0], 10)
    for wrong in ({"earlierTime": NOW, "laterTime": NOW}, {"nextToken": "x"}, {"limit": 101}):
        with pytest.raises(ClientError):
            config.get_resource_config_history(**key, **wrong)


def test_current_items_come_in_bulk_without_relationships(stand, iam):
    user = iam.create_user(UserName="ann")["User"]
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(UserName="ann", GroupName="staff")
    stand.control("POST", "backdate", {"principal": user["Arn"], "createDate": "2024-01-01T00:00:00Z"})
    config, key = stand.client("config"), {"resourceType": "AWS::IAM::User", "resourceId": user["UserId"]}

    def current():
        answer = config.batch_get_resource_config(resourceKeys=[key, key | {"resourceId": "AIDAX"}])
        assert answer["unprocessedResourceKeys"] == []
        [item] = answer["baseConfigurationItems"]
        return item

    item = current()
    assert item["configurationItemCaptureTime"] == datetime(2024, 1, 1, tzinfo=UTC), "it never changed"
    assert json.loads(item["configuration"])["groupList"] == ["staff"]
    assert {"relationships", "tags", "relatedEvents"}.isdisjoint(item)
    stand.control("POST", "record", {"principal": user["Arn"], "at": "2025-01-01T00:00:00Z"})
    assert current()["configurationItemCaptureTime"] > NOW, "it changed after the past was told"
    with pytest.raises(ClientError) as problem:
        config.batch_get_resource_config(resourceKeys=[key] * 101)
    assert problem.value.response["Error"]["Code"] == "ValidationException"


def test_the_past_of_a_resource_is_what_was_recorded(stand, iam):
    role = iam.create_role(RoleName="x", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
    stand.control("POST", "backdate", {"principal": role["Arn"], "createDate": "2024-01-01T00:00:00Z"})
    config = stand.client("config")

    def policies(**times):
        found, _ = paged(config, {"resourceType": "AWS::IAM::Role", "resourceId": role["RoleId"]}, **times)
        return [[p["policyName"] for p in json.loads(item["configuration"])["rolePolicyList"]] for item in found]

    iam.put_role_policy(RoleName="x", PolicyName="old", PolicyDocument=allow("s3:*"))
    assert policies(laterTime=NOW) == [["old"]], "what nothing is told of was always so"
    assert policies(laterTime=datetime(2023, 1, 1, tzinfo=UTC)) == []
    stand.control("POST", "record", {"principal": role["Arn"], "at": "2026-01-01T00:00:00Z"})
    iam.put_role_policy(RoleName="x", PolicyName="new", PolicyDocument=allow("sqs:*"))
    assert policies() == [["old", "new"], ["old"]]
    assert policies(laterTime=NOW) == [["old"]]
    assert policies(earlierTime=NOW) == [["old", "new"]]


def test_groups_are_recorded_too(stand, iam, function):
    make_rule(stand, function(), *CHANGE)
    group = iam.create_group(GroupName="staff")["Group"]
    iam.put_group_policy(GroupName="staff", PolicyName="own", PolicyDocument=allow("s3:*"))
    config = stand.client("config")
    found = config.list_discovered_resources(resourceType="AWS::IAM::Group")["resourceIdentifiers"]
    assert [one["resourceName"] for one in found] == ["staff"]
    key = {"resourceType": "AWS::IAM::Group", "resourceId": group["GroupId"]}
    [item] = config.get_resource_config_history(**key)["configurationItems"]
    assert json.loads(item["configuration"])["groupPolicyList"][0]["policyName"] == "own"
    assert stand.control("POST", "deliver", {"rule": "rule", "resourceId": group["GroupId"]})["functionError"] is None


def test_the_stack_deploys_remediates_and_is_deleted(stand, iam, tmp_path):
    s3, cloudformation, config = stand.client("s3"), stand.client("cloudformation"), stand.client("config")
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("bootstrap", (HERE / "bootstrap.py").read_text())
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="code.zip", Body=archive.read_bytes())
    target = iam.create_role(RoleName="target", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
    policy = iam.create_policy(PolicyName="b", PolicyDocument=allow("s3:*"))["Policy"]["Arn"]
    template = (HERE / "stack.yaml").read_text()

    def deploy(operation, waiter, **parameters):
        given = {"Boundary": policy} | parameters
        operation(
            StackName="leastwise",
            TemplateBody=template,
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        )
        cloudformation.get_waiter(waiter).wait(StackName="leastwise")

    deploy(cloudformation.create_stack, "stack_create_complete")
    outputs = cloudformation.describe_stacks(StackName="leastwise")["Stacks"][0]["Outputs"]
    assert {one["OutputKey"]: one["OutputValue"] for one in outputs}["Rule"] == "stand-in-rule"
    rule = config.describe_config_rules()["ConfigRules"][0]
    assert json.loads(rule["InputParameters"]) == {"Threshold": "60"}
    groups = stand.client("logs").describe_log_groups()["logGroups"]
    assert [(one["logGroupName"], one["retentionInDays"]) for one in groups] == [("/aws/lambda/stand-in", 30)]
    function = stand.client("lambda").get_function_configuration(FunctionName="stand-in")
    assert function["Environment"] == {"Variables": {"RETENTION": "30"}}, "a number of the template is a text here"
    assert iam.get_role_policy(RoleName="stand-in", PolicyName="own")["PolicyDocument"]["Version"] == "2012-10-17"
    attached = iam.list_attached_role_policies(RoleName="stand-in")["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == ["AWSLambdaBasicExecutionRole"]

    key = {"resourceType": "AWS::IAM::Role", "resourceId": target["RoleId"]}
    remediation = {"ConfigRuleName": "stand-in-rule", "ResourceKeys": [key]}

    def ended():
        statuses = config.describe_remediation_execution_status(**remediation)["RemediationExecutionStatuses"]
        return next((one for one in statuses if one["State"] in ("SUCCEEDED", "FAILED")), None)

    stand.control("POST", "deliver", {"rule": "stand-in-rule", "resourceId": target["RoleId"]})
    assert ended() is None, "it is not automatic"
    assert config.start_remediation_execution(**remediation).get("FailedItems", []) == []
    status = eventually(ended)
    assert (status["State"], [one["Name"] for one in status["StepDetails"]]) == ("SUCCEEDED", ["apply"])
    assert iam.get_role(RoleName="target")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy
    stand.control("POST", "deliver", {"rule": "stand-in-rule", "resourceId": target["RoleId"]})
    of_role = config.get_compliance_details_by_resource(ResourceType=key["resourceType"], ResourceId=key["resourceId"])
    assert [one["ComplianceType"] for one in of_role["EvaluationResults"]] == ["COMPLIANT"]

    event = {"source": "aws.iam", "detail": {"eventName": "CreateUser", "userIdentity": {"type": "IAMUser"}, "do": "x"}}
    assert stand.control("POST", "event", event) == [], "nothing watches yet"
    deploy(
        cloudformation.update_stack,
        "stack_update_complete",
        Automatic="true",
        Retention="60",
        Threshold="70",
        Watch="on",
    )
    [answer] = stand.control("POST", "event", event)
    assert (answer["rule"], json.loads(answer["payload"])["echo"]) == ("watched", event)
    assert stand.control("POST", "event", event | {"detail": event["detail"] | {"errorCode": "AccessDenied"}}) == []
    invocations = len(stand.control("GET", "invocations"))
    [answer] = stand.control("POST", "event", event | {"do": "fail"})
    assert (answer["functionError"], len(stand.control("GET", "invocations"))) == ("Unhandled", invocations + 2)
    sqs = stand.client("sqs")
    queue = sqs.get_queue_url(QueueName="dead-letters")["QueueUrl"]
    [dead] = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(dead["Body"])["do"] == "fail"
    assert "asked to fail" in dead["MessageAttributes"]["ErrorMessage"]["StringValue"]
    alarms = stand.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert [(one["AlarmName"], one["Dimensions"][0]["Value"]) for one in alarms] == [("dead-letters", "dead-letters")]
    assert len(stand.client("cloudwatch").list_dashboards()["DashboardEntries"]) == 1
    assert stand.client("logs").describe_log_groups()["logGroups"][0]["retentionInDays"] == 60
    assert json.loads(config.describe_config_rules()["ConfigRules"][0]["InputParameters"]) == {"Threshold": "70"}
    described = stand.client("ssm").describe_document(Name="StandIn")["Document"]
    assert (described["DefaultVersion"], described["LatestVersion"]) == ("2", "2")
    iam.delete_role_permissions_boundary(RoleName="target")
    stand.control("POST", "deliver", {"rule": "stand-in-rule", "resourceId": target["RoleId"]})
    eventually(lambda: "PermissionsBoundary" in iam.get_role(RoleName="target")["Role"])

    cloudformation.delete_stack(StackName="leastwise")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="leastwise")
    assert config.describe_config_rules()["ConfigRules"] == []
    assert stand.client("lambda").list_functions()["Functions"] == []
    assert stand.client("logs").describe_log_groups()["logGroups"] == []
    assert [one["RoleName"] for one in iam.list_roles()["Roles"]] == ["target"]
    assert stand.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert "QueueUrls" not in sqs.list_queues()
    assert [one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]] == ["b"]


def remediate_by(stand, script, **more):
    """A rule's remediation, automatic, by a document that runs the script."""
    inputs = {"Runtime": "python3.11", "Handler": "f", "Script": script}
    document = {
        "schemaVersion": "0.3",
        "parameters": {"AutomationAssumeRole": {"type": "String"}, "ResourceId": {"type": "String"}},
        "mainSteps": [{"name": "run", "action": "aws:executeScript", "inputs": inputs}],
    }
    stand.client("ssm").create_document(Name="Doc", DocumentType="Automation", Content=json.dumps(document))
    configuration = {
        "ConfigRuleName": "rule",
        "TargetType": "SSM_DOCUMENT",
        "TargetId": "Doc",
        "Automatic": True,
        "MaximumAutomaticAttempts": 1,
        "RetryAttemptSeconds": 60,
        "Parameters": {
            "AutomationAssumeRole": {"StaticValue": {"Values": [f"arn:aws:iam::{ACCOUNT}:role/a"]}},
            "ResourceId": {"ResourceValue": {"Value": "RESOURCE_ID"}},
        },
    }
    stand.client("config").put_remediation_configurations(RemediationConfigurations=[configuration | more])


def executions(stand):
    return stand.client("ssm").describe_automation_executions()["AutomationExecutionMetadataList"]


def exceptions(stand):
    return stand.client("config").describe_remediation_exceptions(ConfigRuleName="rule")["RemediationExceptions"]


FAILS = "def f(e, c):\n  raise Exception('no')"


def test_automatic_remediation_gives_up_after_its_attempts_until_the_exception_is_deleted(stand, iam, function):
    make_rule(stand, function(), *CHANGE)
    role = iam.create_role(RoleName="x", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
    controls = {"SsmControls": {"ConcurrentExecutionRatePercentage": 1, "ErrorPercentage": 100}}
    remediate_by(stand, FAILS, MaximumAutomaticAttempts=2, ExecutionControls=controls)
    one = {"rule": "rule", "resourceId": role["RoleId"]}
    stand.control("POST", "deliver", one)
    found = eventually(lambda: exceptions(stand))
    assert [one["ResourceId"] for one in found] == [role["RoleId"]]
    # Such an exception has no end.
    assert "ExpirationTime" not in found[0]
    assert len(executions(stand)) == 2
    stand.control("POST", "deliver", one)
    assert len(executions(stand)) == 2
    key = {"ResourceType": "AWS::IAM::Role", "ResourceId": role["RoleId"]}
    stand.client("config").delete_remediation_exceptions(ConfigRuleName="rule", ResourceKeys=[key])
    stand.control("POST", "deliver", one)
    assert eventually(lambda: len(executions(stand)) == 4)


def test_past_the_error_percentage_no_more_remediations_are_started(stand, iam, function):
    make_rule(stand, function(), *CHANGE)
    roles = [iam.create_role(RoleName=f"x{n}", AssumeRolePolicyDocument=ROLE_TRUST)["Role"] for n in range(3)]
    remediate_by(stand, FAILS, ExecutionControls={"SsmControls": {"ErrorPercentage": 34}})
    for role in roles:
        stand.control("POST", "deliver", {"rule": "rule", "resourceId": role["RoleId"]})
        assert eventually(lambda: exceptions(stand))
    # The first failed: of one NON_COMPLIANT role, then of two, then of three, in which it is less than the percentage.
    attempted = [one["ResourceId"] for one in exceptions(stand)]
    assert attempted[0] == roles[0]["RoleId"] and roles[1]["RoleId"] not in attempted
    assert eventually(lambda: len(exceptions(stand)) == 2)
    assert {one["ResourceId"] for one in exceptions(stand)} == {roles[0]["RoleId"], roles[2]["RoleId"]}


def test_no_more_remediations_run_at_a_time_than_the_rate_says(stand, iam, function):
    make_rule(stand, function(), *CHANGE)
    slow = "import time\ndef f(e, c):\n  time.sleep(0.3)"
    remediate_by(stand, slow, ExecutionControls={"SsmControls": {"ConcurrentExecutionRatePercentage": 1}})
    for n in range(3):
        role = iam.create_role(RoleName=f"x{n}", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
        stand.control("POST", "deliver", {"rule": "rule", "resourceId": role["RoleId"]})

    def ended():
        found = executions(stand)
        done = len(found) == 3 and all(one["AutomationExecutionStatus"] == "Success" for one in found)
        return found if done else None

    found = sorted(eventually(ended), key=lambda one: one["ExecutionStartTime"])
    for before, after in zip(found, found[1:], strict=False):
        assert before["ExecutionEndTime"] <= after["ExecutionStartTime"]


def test_static_values_are_as_long_as_config_takes(stand, function):
    make_rule(stand, function(), *CHANGE)
    remediate_by(stand, FAILS)
    given = {"ConfigRuleName": "rule", "TargetType": "SSM_DOCUMENT", "TargetId": "Doc"}
    for values in (["x" * 257], ["x"] * 26):
        parameters = {"Approvers": {"StaticValue": {"Values": values}}}
        with pytest.raises(ClientError) as refused:
            stand.client("config").put_remediation_configurations(
                RemediationConfigurations=[given | {"Parameters": parameters}]
            )
        assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


def test_an_event_waits_for_a_free_copy_and_is_given_up_when_it_is_too_old(stand, iam, function):
    name = function()
    make_rule(stand, name, *CHANGE)
    role = iam.create_role(RoleName="x", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
    one = {"rule": "rule", "resourceId": role["RoleId"]}
    # 70 waits are less than six hours, and cost no attempt.
    stand.control("PUT", "faults", [{"kind": "no-free-copy", "function": name, "times": 70}])
    assert stand.control("POST", "deliver", one)["functionError"] is None
    assert stand.control("GET", "faults")[0]["struck"] == 70
    stand.control("PUT", "faults", [{"kind": "no-free-copy", "function": name, "times": None}])
    answer = stand.control("POST", "deliver", one)
    assert (answer["functionError"], "no free copy" in answer["payload"]) == ("Unhandled", True)
    # The function's own limit is shorter.
    stand.client("lambda").put_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60)
    stand.control("PUT", "faults", [{"kind": "no-free-copy", "function": name, "times": 7}])
    assert stand.control("POST", "deliver", one)["functionError"] == "Unhandled"
