# Judges everybody, tells a topic, and changes nobody by itself.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "code_bucket" {
  description = "An S3 bucket of this Region, for the template and the packages."
  type        = string
}

variable "packages" {
  description = "The folder with the packages of both functions."
  type        = string
  default     = "../../../target/packages/release/x86_64"
}

resource "aws_sns_topic" "leastwise" {
  name = "leastwise"
}

module "leastwise" {
  source = "../.."

  code_bucket        = var.code_bucket
  evaluator_package  = "${var.packages}/leastwise-evaluator.zip"
  remediator_package = "${var.packages}/leastwise-remediator.zip"

  threshold              = 60
  exempt_principals      = "break-glass-*,/ops/"
  notification_topic_arn = aws_sns_topic.leastwise.arn
}

output "config_rule_name" {
  value = module.leastwise.config_rule_name
}
