"""CloudFormation resources that moto leaves out or gets wrong, as far as Leastwise's template needs them.

A type that moto does not know is skipped there with a warning; on the stand it fails the stack.
"""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from moto.awslambda.models import Permission
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.config.models import config_backends
from moto.core.common_models import CloudFormationModel
from moto.iam.models import Role
from moto.logs.models import LogGroup, logs_backends
from moto.ssm.models import Document, ssm_backends

from leastwise_stand import config_rule, iam_gaps, remediation
from leastwise_stand.aws import client


class ConfigRuleResource(CloudFormationModel):
    """`AWS::Config::ConfigRule`."""

    # moto finds the service of a model in the name of its module.
    __module__ = "moto.config.models"

    def __init__(self, name: str, arn: str, rule_id: str) -> None:
        self.name, self.arn, self.rule_id = name, arn, rule_id

    @staticmethod
    def cloudformation_name_type() -> str:
        """The property that names the resource."""
        return "ConfigRuleName"

    @staticmethod
    def cloudformation_type() -> str:
        """The resource's type."""
        return "AWS::Config::ConfigRule"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Which attributes `Fn::GetAtt` may ask for."""
        return attr in ("Arn", "ConfigRuleId")

    def get_cfn_attribute(self, attribute: str) -> str:
        """What `Fn::GetAtt` returns."""
        return {"Arn": self.arn, "ConfigRuleId": self.rule_id}[attribute]

    @property
    def physical_resource_id(self) -> str:
        """What `Ref` returns."""
        return self.name

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "ConfigRuleResource":
        """Create or change the rule."""
        rule = {key: value for key, value in cloudformation_json["Properties"].items() if key != "EvaluationModes"}
        parameters = rule.get("InputParameters")
        if isinstance(parameters, dict):
            # The template may hold numbers; what reaches a rule is text.
            texts = {key: one if isinstance(one, str) else json.dumps(one) for key, one in parameters.items()}
            rule["InputParameters"] = json.dumps(texts)
        backend = config_backends[account_id][region_name]
        backend.put_config_rule(rule | {"ConfigRuleName": resource_name}, [])
        made = backend.config_rules[resource_name]
        return cls(resource_name, made.config_rule_arn, made.config_rule_id)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> "ConfigRuleResource":
        """Change the rule; with an explicit name nothing is replaced."""
        name = cloudformation_json["Properties"].get("ConfigRuleName", original_resource.name)
        return cls.create_from_cloudformation_json(name, cloudformation_json, account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the rule, which must have no remediation any more."""
        if remediation.of_rule(self.name):
            raise ValidationError(self.name, f"The ConfigRule {self.name} cannot be deleted: it has a remediation.")
        config_backends[account_id][region_name].config_rules.pop(self.name, None)
        config_rule.forget(self.name)


class RemediationConfigurationResource(CloudFormationModel):
    """`AWS::Config::RemediationConfiguration`."""

    __module__ = "moto.config.models"

    def __init__(self, rule: str, resource_type: str | None) -> None:
        self.rule, self.resource_type = rule, resource_type

    @staticmethod
    def cloudformation_name_type() -> str:
        """There is no property that names the resource."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """The resource's type."""
        return "AWS::Config::RemediationConfiguration"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """It has no attributes."""
        return False

    @property
    def physical_resource_id(self) -> str:
        """What `Ref` returns."""
        return f"{self.rule}/{self.resource_type}" if self.resource_type else self.rule

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "RemediationConfigurationResource":
        """Create or change the configuration."""
        given = dict(cloudformation_json["Properties"])
        given["Automatic"] = str(given.get("Automatic", False)).lower() == "true"
        for key in ("MaximumAutomaticAttempts", "RetryAttemptSeconds"):
            if key in given:
                given[key] = int(given[key])
        for value in given.get("Parameters", {}).values():
            if "StaticValue" in value:
                # Of a parameter that is a number moto makes one; what reaches a document is text.
                value["StaticValue"]["Values"] = [str(one) for one in value["StaticValue"]["Values"]]
        remediation.put(given)
        return cls(given["ConfigRuleName"], given.get("ResourceType"))

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> "RemediationConfigurationResource":
        """Change the configuration."""
        remediation.remove(original_resource.rule, original_resource.resource_type)
        return cls.create_from_cloudformation_json("", cloudformation_json, account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the configuration."""
        remediation.remove(self.rule, self.resource_type)


class BucketPolicyResource(CloudFormationModel):
    """`AWS::S3::BucketPolicy`: kept, and not put on its bucket. moto would refuse by it whatever its conditions say."""

    __module__ = "moto.s3.models"

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    @staticmethod
    def cloudformation_name_type() -> str:
        """There is no property that names the resource."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """The resource's type."""
        return "AWS::S3::BucketPolicy"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """It has no attributes."""
        return False

    @property
    def physical_resource_id(self) -> str:
        """What `Ref` returns."""
        return f"{self.bucket}-policy"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "BucketPolicyResource":
        """Keep the policy."""
        return cls(cloudformation_json["Properties"]["Bucket"])

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> "BucketPolicyResource":
        """Keep the changed policy."""
        return cls.create_from_cloudformation_json("", cloudformation_json, account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        """Forget the policy."""


# --- templates -------------------------------------------------------------------------------------------------------


def _known_type(original: Any) -> Any:
    def find(resource_type: str) -> Any:
        found = original(resource_type)
        if found is None and resource_type not in parsing.NULL_MODELS:
            raise ValidationError(resource_type, f"the stand cannot create {resource_type}")
        return found

    return find


def _compare_texts(original: Any) -> Any:
    """CloudFormation compares texts; moto finds the number 0 unequal to '0'."""

    def parse(condition: Any, resources_map: Any, condition_map: Any) -> bool:
        if isinstance(condition, dict) and "Fn::Equals" in condition:
            left, right = (parsing.clean_json(one, resources_map) for one in condition["Fn::Equals"])
            return _scalar(left) == _scalar(right)
        return original(condition, resources_map, condition_map)

    return parse


def _without_no_value(original: Any) -> Any:
    """moto leaves a hole in a list where `AWS::NoValue` stands."""

    def clean(resource_json: Any, resources_map: Any) -> Any:
        cleaned = original(resource_json, resources_map)
        return [one for one in cleaned if one is not None] if isinstance(resource_json, list) else cleaned

    return clean


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _find_changes(original: Any) -> Any:
    """moto overlooks that a resource depends on a parameter through `Fn::Sub` or a condition, its own among them.

    A resource whose condition no longer holds stays, though.
    """

    def diff(self: parsing.ResourceMap, other_template: Any, parameters: dict[str, Any] | None = None) -> Any:
        actions = original(self, other_template, None)
        given = parameters or {}
        changed = {name for name, value in given.items() if self.input_parameters.get(name) != value}
        for name, resource in other_template["Resources"].items():
            listed = any(name in names for names in actions.values())
            made = self._parsed_resources.get(name) is not None
            if made and not listed and _depends(resource, changed, other_template.get("Conditions", {})):
                actions["Modify"].append(name)
            if not made and not listed and "Condition" in resource:
                # Adding makes it only if its condition now holds.
                actions["Add"].append(name)
        return actions

    return diff


def _depends(node: Any, parameters: set[str], conditions: dict[str, Any]) -> bool:
    """Whether part of a template depends on one of the parameters."""
    if isinstance(node, list):
        return any(_depends(one, parameters, conditions) for one in node)
    if not isinstance(node, dict):
        return False
    if node.get("Ref") in parameters:
        return True
    text = node.get("Fn::Sub")
    text = text[0] if isinstance(text, list) else text
    if isinstance(text, str) and parameters & set(re.findall(r"\$\{([\w:]+)\}", text)):
        return True
    named = [node["Fn::If"][0]] if "Fn::If" in node else []
    named += [node["Condition"]] if isinstance(node.get("Condition"), str) else []
    return any(_depends(conditions.get(one), parameters, conditions) for one in named) or _depends(
        list(node.values()), parameters, conditions
    )


# --- AWS::SSM::Document ----------------------------------------------------------------------------------------------


def _document_text(properties: dict[str, Any]) -> dict[str, Any]:
    """moto wants the content as text and a format; CloudFormation takes an object and means JSON by default."""
    content = properties.get("Content")
    if isinstance(content, dict):
        return properties | {"Content": json.dumps(content, default=str), "DocumentFormat": "JSON"}
    return {"DocumentFormat": "JSON"} | properties


def _create_document(original: Any) -> Any:
    def create(resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **given: Any) -> Any:
        changed = cloudformation_json | {"Properties": _document_text(cloudformation_json["Properties"])}
        return original(resource_name, changed, account_id, region_name, **given)

    return staticmethod(create)


def _update_document(original: Any) -> Any:
    """moto replaces the document whatever UpdateMethod says."""

    def update(
        original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> Any:
        properties = _document_text(cloudformation_json["Properties"])
        if properties.get("UpdateMethod") != "NewVersion":
            return original(original_resource, new_resource_name, cloudformation_json, account_id, region_name)
        backend = ssm_backends[account_id][region_name]
        name = original_resource.name
        documents = backend._get_documents(name)
        if documents.get_default_version().content != properties["Content"]:
            described = backend.update_document(
                content=properties["Content"],
                attachments=[],
                name=name,
                version_name=properties.get("VersionName"),
                document_version="$LATEST",
                document_format=properties["DocumentFormat"],
                target_type=properties.get("TargetType"),
            )
            backend.update_document_default_version(name, described["DocumentVersion"])
        return documents.get_default_version()

    return staticmethod(update)


# --- AWS::IAM::Role --------------------------------------------------------------------------------------------------


def _set_role(role: Role, properties: dict[str, Any]) -> Role:
    """Give the role the policies its properties name; moto ignores managed ones, and all of them on update."""
    wanted = properties.get("ManagedPolicyArns", [])
    backend = iam_gaps.backend()
    for arn in list(role.managed_policies):
        if arn not in wanted:
            backend.detach_role_policy(arn, role.name)
    for arn in wanted:
        if arn not in role.managed_policies:
            backend.attach_role_policy(arn, role.name)
    inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in properties.get("Policies", [])}
    # Policies that other resources or people put on the role stay.
    for name in set(getattr(role, "policies_of_stack", ())) - set(inline):
        role.policies.pop(name, None)
    role.policies_of_stack = set(inline)
    for name, document in inline.items():
        role.put_policy(name, document)
    role.assume_role_policy_document = json.dumps(properties["AssumeRolePolicyDocument"], default=str)
    return role


def _create_role(original: Any) -> Any:
    def create(resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **given: Any) -> Any:
        role = original(resource_name, cloudformation_json, account_id, region_name, **given)
        return _set_role(role, cloudformation_json["Properties"])

    return staticmethod(create)


def _update_role(
    original_resource: Role, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
) -> Role:
    return _set_role(original_resource, cloudformation_json["Properties"])


def _delete_role(original: Any) -> Any:
    def delete(resource_name: str, cloudformation_json: Any, account_id: str, region_name: str) -> None:
        role = iam_gaps.backend().get_role(resource_name)
        for arn in list(role.managed_policies):
            iam_gaps.backend().detach_role_policy(arn, role.name)
        original(resource_name, cloudformation_json, account_id, region_name)

    return staticmethod(delete)


# --- AWS::Logs::LogGroup ---------------------------------------------------------------------------------------------


def _update_log_group(
    original_resource: LogGroup, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
) -> LogGroup:
    """moto cannot update log groups at all."""
    days = cloudformation_json["Properties"].get("RetentionInDays")
    if days is not None:
        logs_backends[account_id][region_name].put_retention_policy(original_resource.name, int(days))
    return original_resource


# --- templates in S3 -------------------------------------------------------------------------------------------------


def _template_in_s3(self: CloudFormationResponse, template_url: str) -> str:
    """moto takes the stand's own address for the bucket's name."""
    bucket, key = urlsplit(template_url).path.lstrip("/").split("/", 1)
    return client("s3", "cloudformation.amazonaws.com").get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def install() -> None:
    """Put the resources into moto's CloudFormation."""
    CloudFormationResponse._get_stack_from_s3_url = _template_in_s3
    # moto lists resources that a condition left out, without so much as a name.
    Stack.stack_resources = property(lambda self: [one for one in self.resource_map.values() if one is not None])
    Permission.physical_resource_id = property(lambda self: f"{self.logical_resource_id}-stand")
    Permission.update_from_cloudformation_json = staticmethod(lambda original_resource, *_, **__: original_resource)
    parsing.resource_class_from_type = _known_type(parsing.resource_class_from_type)
    parsing.clean_json = _without_no_value(parsing.clean_json)
    parsing.parse_condition = _compare_texts(parsing.parse_condition)
    parsing.ResourceMap.build_resource_diff = _find_changes(parsing.ResourceMap.build_resource_diff)
    Document.create_from_cloudformation_json = _create_document(Document.create_from_cloudformation_json)
    Document.update_from_cloudformation_json = _update_document(Document.update_from_cloudformation_json)
    Role.create_from_cloudformation_json = _create_role(Role.create_from_cloudformation_json)
    Role.update_from_cloudformation_json = staticmethod(_update_role)
    Role.delete_from_cloudformation_json = _delete_role(Role.delete_from_cloudformation_json)
    LogGroup.update_from_cloudformation_json = staticmethod(_update_log_group)
