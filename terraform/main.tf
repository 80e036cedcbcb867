# Deploys the CloudFormation template as it is shipped: one stack, made by CloudFormation and owned by Terraform.

locals {
  template = "${path.module}/../cloudformation/leastwise.yaml"

  packages = {
    for parameter, file in {
      EvaluatorCodeKey  = var.evaluator_package
      RemediatorCodeKey = var.remediator_package
    } : parameter => file if file != null
  }
}

data "aws_s3_bucket" "code" {
  bucket = var.code_bucket
}

# The template is larger than CloudFormation takes in a call.
resource "aws_s3_object" "template" {
  bucket = data.aws_s3_bucket.code.id
  key    = "leastwise/${filesha256(local.template)}.yaml"
  source = local.template
  tags   = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

# A key for each content: CloudFormation does not notice new content under an old key.
resource "aws_s3_object" "package" {
  for_each = local.packages

  bucket = data.aws_s3_bucket.code.id
  key    = "leastwise/${filesha256(each.value)}.zip"
  source = each.value
  tags   = var.tags

  # A stack that rolls back needs the old content.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "this" {
  name         = var.stack_name
  template_url = "https://${data.aws_s3_bucket.code.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  parameters   = merge(local.parameters, { for parameter, package in aws_s3_object.package : parameter => package.key })
  capabilities = ["CAPABILITY_NAMED_IAM"]
  tags         = var.tags
}
