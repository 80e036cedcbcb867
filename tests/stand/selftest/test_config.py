"""Config: notifications, evaluations, compliance, remediation, and the stack that brings them together."""

import json
import zipfile
from datetime import UTC, datetime

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


def test_the_past_of_a_resource_is_what_was_recorded(stand, iam):
    role = iam.create_role(RoleName="x", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
    stand.control("POST", "backdate", {"principal": role["Arn"], "createDate": "2024-01-01T00:00:00Z"})
    config = stand.client("config")

    def policies(**times):
        found = config.get_resource_config_history(
            resourceType="AWS::IAM::Role", resourceId=role["RoleId"], **times
        )["configurationItems"]
        return [[p["policyName"] for p in json.loads(item["configuration"])["rolePolicyList"]] for item in found]

    iam.put_role_policy(RoleName="x", PolicyName="old", PolicyDocument=allow("s3:*"))
    assert policies(laterTime=NOW, limit=1) == [["old"]], "what nothing is told of was always so"
    assert policies(laterTime=datetime(2023, 1, 1, tzinfo=UTC)) == []
    stand.control("POST", "record", {"principal": role["Arn"], "at": "2026-01-01T00:00:00Z"})
    iam.put_role_policy(RoleName="x", PolicyName="new", PolicyDocument=allow("sqs:*"))
    assert policies() == [["old", "new"], ["old"]]
    assert policies(laterTime=NOW, limit=1) == [["old"]]
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


def test_automatic_remediation_gives_up_after_its_attempts(stand, iam, function):
    make_rule(stand, function(), *CHANGE)
    role = iam.create_role(RoleName="x", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]
    script = {"Runtime": "python3.11", "Handler": "f", "Script": "def f(e, c):\n  raise Exception('no')"}
    document = {
        "schemaVersion": "0.3",
        "parameters": {"AutomationAssumeRole": {"type": "String"}, "ResourceId": {"type": "String"}},
        "mainSteps": [{"name": "fail", "action": "aws:executeScript", "inputs": script}],
    }
    stand.client("ssm").create_document(Name="Doc", DocumentType="Automation", Content=json.dumps(document))
    config = stand.client("config")
    config.put_remediation_configurations(
        RemediationConfigurations=[
            {
                "ConfigRuleName": "rule",
                "TargetType": "SSM_DOCUMENT",
                "TargetId": "Doc",
                "Automatic": True,
                "MaximumAutomaticAttempts": 2,
                "RetryAttemptSeconds": 60,
                "Parameters": {
                    "AutomationAssumeRole": {"StaticValue": {"Values": [f"arn:aws:iam::{ACCOUNT}:role/a"]}},
                    "ResourceId": {"ResourceValue": {"Value": "RESOURCE_ID"}},
                },
            }
        ]
    )
    stand.control("POST", "deliver", {"rule": "rule", "resourceId": role["RoleId"]})
    found = eventually(lambda: config.describe_remediation_exceptions(ConfigRuleName="rule")["RemediationExceptions"])
    assert [one["ResourceId"] for one in found] == [role["RoleId"]]
    executions = stand.client("ssm").describe_automation_executions()["AutomationExecutionMetadataList"]
    assert len(executions) == 2
    stand.control("POST", "deliver", {"rule": "rule", "resourceId": role["RoleId"]})
    assert len(stand.client("ssm").describe_automation_executions()["AutomationExecutionMetadataList"]) == 2
