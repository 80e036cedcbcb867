# What the module itself takes. The parameters of the template stand in variables.tf.

variable "stack_name" {
  description = "Name of the CloudFormation stack."
  type        = string
  default     = "leastwise"
  nullable    = false
}

variable "evaluator_package" {
  description = "Path of leastwise-evaluator.zip on this machine, to be uploaded. null uses what lies under evaluator_code_key."
  type        = string
  default     = null
}

variable "remediator_package" {
  description = "Path of leastwise-remediator.zip on this machine, to be uploaded. null uses what lies under remediator_code_key."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the stack, which CloudFormation puts on what it makes, and of what is uploaded."
  type        = map(string)
  default     = {}
  nullable    = false
}
