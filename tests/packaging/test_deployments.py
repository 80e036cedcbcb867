"""The Terraform module and the CDK construct take and give what the template does."""

import json
import re
import shutil

import pytest
import yaml

from places import NODE_PACKAGES, ROOT, STAND_PACKAGES, environment, node, printed, run


class Template(yaml.SafeLoader):
    """YAML in which nobody looks at !Ref and the like."""


Template.add_multi_constructor("!", lambda loader, suffix, node: None)
TEMPLATE = yaml.load((ROOT / "cloudformation/leastwise.yaml").read_text(), Loader=Template)
PARAMETERS, OUTPUTS = TEMPLATE["Parameters"], TEMPLATE["Outputs"]


def snake(name):
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()


@pytest.fixture(scope="module")
def folders():
    """The files of the module and of its example, parsed."""
    return json.loads(node("hcl.mjs", "terraform", "terraform/examples/basic"))


@pytest.fixture
def module(folders):
    return folders["terraform"]


def kind(parameter):
    if parameter.get("AllowedValues") == ["true", "false"]:
        return "bool"
    return "number" if parameter["Type"] == "Number" else "string"


def default(parameter):
    value = parameter.get("Default")
    return value == "true" if kind(parameter) == "bool" else value


def test_every_parameter_is_a_variable_with_its_type_and_default(module):
    variables = {name: variable for name, (variable,) in module["variables.tf"]["variable"].items()}
    expected = {
        snake(name): (f"${{{kind(parameter)}}}", parameter["Description"], default(parameter))
        for name, parameter in PARAMETERS.items()
    }
    given = {name: (it["type"], it["description"], it.get("default")) for name, it in variables.items()}
    assert given == expected
    required = {name for name, variable in variables.items() if "default" not in variable}
    assert required == {"code_bucket"}
    assert all(variable["nullable"] is False for variable in variables.values())


def test_every_parameter_of_the_stack_comes_from_its_variable(module):
    (local,) = module["parameters.tf"]["locals"]
    reference = lambda name, it: f"var.{snake(name)}" if kind(it) == "string" else f"tostring(var.{snake(name)})"
    assert local["parameters"] == {name: f"${{{reference(name, it)}}}" for name, it in PARAMETERS.items()}


def test_every_output_of_the_stack_is_one_of_the_module(module):
    given = {name: output["value"] for name, (output,) in module["outputs.tf"]["output"].items()}
    stack = "aws_cloudformation_stack.this.outputs"
    value = lambda name, it: f'lookup({stack}, "{name}", null)' if "Condition" in it else f'{stack}["{name}"]'
    assert given == {snake(name): f"${{{value(name, it)}}}" for name, it in OUTPUTS.items()}


def test_the_module_deploys_the_template_from_the_bucket_with_what_it_was_given(module):
    main = module["main.tf"]
    (stack,) = main["resource"]["aws_cloudformation_stack"]["this"]
    assert stack["capabilities"] == ["CAPABILITY_NAMED_IAM"]
    assert stack["template_url"] == (
        "https://${data.aws_s3_bucket.code.bucket_regional_domain_name}/${aws_s3_object.template.key}"
    )
    assert stack["parameters"].startswith("${merge(local.parameters, {")
    own = set(module["module_variables.tf"]["variable"])
    assert own == {"stack_name", "evaluator_package", "remediator_package", "tags"}
    used = set(re.findall(r"var\.(\w+)", json.dumps([main, module["parameters.tf"]])))
    assert used == own | set(module["variables.tf"]["variable"])


def test_the_example_gives_the_module_only_what_it_takes(module, folders):
    example = folders["terraform/examples/basic"]["main.tf"]
    (call,) = example["module"]["leastwise"]
    takes = {name for file in ["variables.tf", "module_variables.tf"] for name in module[file]["variable"]}
    assert (call.pop("source"), set(call) - takes) == ("../..", set())
    used = re.findall(r"module\.leastwise\.(\w+)", json.dumps(example["output"]))
    assert used and set(used) <= set(module["outputs.tf"]["output"])


needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no Terraform on this machine")
# Terraform asks nobody for a newer version, and follows no settings of this machine.
QUIET = {"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": "/dev/null"}


@needs_terraform
def test_the_files_are_formatted_as_terraform_does():
    assert printed("terraform", "fmt", "-check", "-recursive", "terraform", env=environment(**QUIET)) == ""


@pytest.fixture
def variables(tmp_path):
    """What of the module needs no provider, and how it ends with some values of its variables."""
    for file in ["variables.tf", "parameters.tf"]:
        shutil.copy(ROOT / "terraform" / file, tmp_path)
    (tmp_path / "probe.tf").write_text('output "parameters" {\n  value = local.parameters\n}\n')
    env = environment(**QUIET)
    printed("terraform", "init", "-input=false", cwd=tmp_path, env=env)

    def apply(**values):
        (tmp_path / "terraform.tfvars.json").write_text(json.dumps(values))
        ended = run("terraform", "apply", "-auto-approve", "-input=false", "-no-color", cwd=tmp_path, env=env)
        if ended.returncode != 0:
            return ended.stderr
        return json.loads(printed("terraform", "output", "-json", "parameters", cwd=tmp_path, env=env))

    return apply


@needs_terraform
def test_the_stack_is_given_what_cloudformation_would_take_by_default(variables):
    defaults = {name: str(it["Default"]) for name, it in PARAMETERS.items() if "Default" in it}
    assert variables(code_bucket="code") == {**defaults, "CodeBucket": "code"}
    given = variables(code_bucket="code", threshold=40, preserve_reads=True, log_retention_days=365, notice_days=None)
    changed = {"Threshold": "40", "PreserveReads": "true", "LogRetentionDays": "365"}
    assert given == {**defaults, "CodeBucket": "code", **changed}


@needs_terraform
def test_terraform_refuses_what_cloudformation_would(variables):
    refused = {
        "code_bucket": ("Code", "must be the name of an S3 bucket."),
        "threshold": (101, "must be from 0 to 100."),
        "log_retention_days": (2, "must be one of: 1, 3, 5, 7,"),
        "wildcards": ("all", "must be one of: stable, exact, none."),
        "evidence_list": ("s3://bucket", "must be the s3:// URI of a file"),
        "approvers": ("a" * 2570, "must be a comma-separated list of at most ten users"),
        "dashboard": ("perhaps", "a bool is required"),
    }
    values = {name: value for name, (value, _) in refused.items()}
    # Terraform wraps what it says.
    said = " ".join(variables(**values).replace("│", " ").split())
    assert [name for name, (_, why) in refused.items() if why not in said] == []


def test_the_construct_compiles_and_does_what_its_tests_say(tmp_path):
    folder = tmp_path / "cdk"
    ignored = shutil.ignore_patterns("node_modules", "lib", "template")
    shutil.copytree(ROOT / "cdk", folder, ignore=ignored)
    (tmp_path / "cloudformation").mkdir()
    shutil.copy(ROOT / "cloudformation/leastwise.yaml", tmp_path / "cloudformation")
    packages = [(STAND_PACKAGES, "aws-cdk-lib"), (STAND_PACKAGES, "constructs")]
    packages += [(NODE_PACKAGES, "typescript"), (NODE_PACKAGES, "@types/node")]
    wanted = json.loads((folder / "package.json").read_text())["devDependencies"]
    for where, name in packages:
        assert json.loads((where / name / "package.json").read_text())["version"] == wanted.pop(name)
        (folder / "node_modules" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "node_modules" / name).symlink_to(where / name)
    assert wanted == {}
    printed("node", "node_modules/typescript/bin/tsc", cwd=folder)
    printed("node", "copy-template.mjs", cwd=folder)
    assert "# pass 7\n# fail 0\n" in printed("node", "--test", "lib/test/", cwd=folder)
