# `cargo xtask template` writes this file from cloudformation/leastwise.yaml.

output "config_rule_name" {
  description = "Name of the AWS Config rule"
  value       = lookup(aws_cloudformation_stack.this.outputs, "ConfigRuleName", null)
}

output "group_config_rule_name" {
  description = "Name of the AWS Config rule for groups"
  value       = lookup(aws_cloudformation_stack.this.outputs, "GroupConfigRuleName", null)
}

output "evaluator_function_arn" {
  description = "ARN of the function that scores principals"
  value       = aws_cloudformation_stack.this.outputs["EvaluatorFunctionArn"]
}

output "evaluator_role_arn" {
  description = "ARN of the evaluator's role, for the trust policy of ExecutionRoleName in other accounts"
  value       = aws_cloudformation_stack.this.outputs["EvaluatorRoleArn"]
}

output "remediator_function_arn" {
  description = "ARN of the function that plans, applies and restores boundaries"
  value       = aws_cloudformation_stack.this.outputs["RemediatorFunctionArn"]
}

output "remediator_role_arn" {
  description = "ARN of the remediator's role, to be let through by service control policies that guard boundaries"
  value       = aws_cloudformation_stack.this.outputs["RemediatorRoleArn"]
}

output "automation_role_arn" {
  description = "ARN to give as AutomationAssumeRole when starting a document by hand"
  value       = aws_cloudformation_stack.this.outputs["AutomationRoleArn"]
}

output "rightsize_document_name" {
  description = "SSM Automation document that plans and applies a boundary"
  value       = aws_cloudformation_stack.this.outputs["RightsizeDocumentName"]
}

output "restore_document_name" {
  description = "SSM Automation document that puts back what stood before"
  value       = aws_cloudformation_stack.this.outputs["RestoreDocumentName"]
}

output "release_document_name" {
  description = "SSM Automation document that ends a user's quarantine"
  value       = aws_cloudformation_stack.this.outputs["ReleaseDocumentName"]
}

output "enforce_document_name" {
  description = "SSM Automation document that enforces the notices that are due"
  value       = aws_cloudformation_stack.this.outputs["EnforceDocumentName"]
}

output "resume_document_name" {
  description = "SSM Automation document that lets automatic remediation go on after a halt"
  value       = aws_cloudformation_stack.this.outputs["ResumeDocumentName"]
}

output "dead_letter_queue_url" {
  description = "Queue of the events that were given up after all attempts"
  value       = aws_cloudformation_stack.this.outputs["DeadLetterQueueUrl"]
}

output "global_events" {
  description = "Whether IAM calls reach this region, so that quarantine hears of them"
  value       = lookup(aws_cloudformation_stack.this.outputs, "GlobalEvents", null)
}
