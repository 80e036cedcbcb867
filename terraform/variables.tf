# `cargo xtask template` writes this file from cloudformation/leastwise.yaml.

variable "code_bucket" {
  description = "Name of the S3 bucket, in this region, that holds the two deployment packages."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.code_bucket))
    error_message = "code_bucket must be the name of an S3 bucket."
  }
}

variable "evaluator_code_key" {
  description = "S3 key of leastwise-evaluator.zip. Use a new key for every release, otherwise CloudFormation sees no change."
  type        = string
  default     = "leastwise-evaluator.zip"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9!_.*()/-]{1,1000}\\.zip$", var.evaluator_code_key))
    error_message = "evaluator_code_key must be an S3 key that ends in .zip."
  }
}

variable "remediator_code_key" {
  description = "S3 key of leastwise-remediator.zip. Use a new key for every release, otherwise CloudFormation sees no change."
  type        = string
  default     = "leastwise-remediator.zip"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9!_.*()/-]{1,1000}\\.zip$", var.remediator_code_key))
    error_message = "remediator_code_key must be an S3 key that ends in .zip."
  }
}

variable "architecture" {
  description = "Must be what the packages were built for. `cargo xtask package` builds x86_64, hence the default; arm64 is the cheaper one to run."
  type        = string
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture must be one of: x86_64, arm64."
  }
}

variable "threshold" {
  description = "A principal is NON_COMPLIANT when its privilege-creep index (0 to 100) is strictly above this number."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.threshold >= 0 && var.threshold <= 100
    error_message = "threshold must be from 0 to 100."
  }
}

variable "unused_after_days" {
  description = "A service last used longer ago than this is idle. IAM remembers at least 400 days."
  type        = number
  default     = 180
  nullable    = false

  validation {
    condition     = var.unused_after_days >= 1 && var.unused_after_days <= 400
    error_message = "unused_after_days must be from 1 to 400."
  }
}

variable "preserve_reads" {
  description = "true leaves the list and read actions of used services alone though they lie idle; they are neither creep nor removed."
  type        = bool
  default     = false
  nullable    = false
}

variable "minimum_age_days" {
  description = "Principals younger than this are not judged (NOT_APPLICABLE). 0 judges everybody."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.minimum_age_days >= 0 && var.minimum_age_days <= 400
    error_message = "minimum_age_days must be from 0 to 400."
  }
}

variable "new_permission_grace_days" {
  description = "Permissions granted less than this many days ago are neither creep nor removed, as AWS Config's history tells. 0 gives no grace."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.new_permission_grace_days >= 0 && var.new_permission_grace_days <= 90
    error_message = "new_permission_grace_days must be from 0 to 90."
  }
}

variable "minimum_known_percent" {
  description = "A principal of whose granted weight less than this share is known, used or idle, is not judged (NOT_APPLICABLE). 0 judges by whatever is known."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.minimum_known_percent >= 0 && var.minimum_known_percent <= 100
    error_message = "minimum_known_percent must be from 0 to 100."
  }
}

variable "max_evidence_age_days" {
  description = "A report of IAM that is older than this many days does not say that anything is idle."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_evidence_age_days >= 1 && var.max_evidence_age_days <= 400
    error_message = "max_evidence_age_days must be from 1 to 400."
  }
}

variable "untracked_regions" {
  description = "Whether something may run in enabled regions that IAM does not track. unknown asks which are enabled, and where there is such a one, never used means unknown; unused says that nothing runs there."
  type        = string
  default     = "unknown"
  nullable    = false

  validation {
    condition     = contains(["unknown", "unused"], var.untracked_regions)
    error_message = "untracked_regions must be one of: unknown, unused."
  }
}

variable "keep_inverses" {
  description = "true leaves alone what undoes an action in use (Delete what is Put, Detach what is Attached) though it lies idle; it is neither creep nor removed."
  type        = bool
  default     = true
  nullable    = false
}

variable "weighting" {
  description = "risk weighs a service by the highest access level granted in it, uniform counts every service alike."
  type        = string
  default     = "risk"
  nullable    = false

  validation {
    condition     = contains(["risk", "uniform"], var.weighting)
    error_message = "weighting must be one of: risk, uniform."
  }
}

variable "ignored_policies" {
  description = "Comma-separated ARNs of managed policies, or the s3:// URI of a file with one a line. What only they grant is neither creep nor removed. Empty ignores none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.ignored_policies) <= 500 && can(regex("^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|arn:aws(-us-gov)?:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=.@/-]+(,arn:aws(-us-gov)?:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=.@/-]+)*)?$", var.ignored_policies))
    error_message = "ignored_policies must be a comma-separated list of ARNs of managed policies, or the s3:// URI of a file, at most 500 characters."
  }
}

variable "evaluate_groups" {
  description = "true adds the rule iam-group-privilege-creep-index, which judges IAM groups. Groups are never remediated."
  type        = bool
  default     = false
  nullable    = false
}

variable "exempt_principals" {
  description = "Comma-separated names, ARNs or paths such as /ops/, with * and ? as wildcards and without spaces (deployment roles), or the s3:// URI of a file with one a line. Empty exempts nobody."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.exempt_principals) <= 800
    error_message = "exempt_principals must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 800 characters."
  }
}

variable "exemption_list" {
  description = "A second list of the same kind, usually the s3:// URI of a file that others keep. A file that cannot be read, or is empty or garbled, stops all judging and enforcement."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.exemption_list) <= 500
    error_message = "exemption_list must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."
  }
}

variable "break_glass_principals" {
  description = "A list of the same kind for those who must never be locked out. It wins over everything, quarantine included."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.break_glass_principals) <= 500
    error_message = "break_glass_principals must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."
  }
}

variable "admin_group_name" {
  description = "Name of an IAM group whose members are exempt; while there is none of that name, nobody is judged or changed. Empty exempts no group."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.admin_group_name) <= 128 && can(regex("^[A-Za-z0-9_+=,.@-]*$", var.admin_group_name))
    error_message = "admin_group_name must be the name of an IAM group, at most 128 characters."
  }
}

variable "narrow_protected" {
  description = "A list of the same kind of roles that are protected by what they are, and are to be judged and narrowed all the same - those of Organizations, Control Tower, StackSets and the CDK, and roles for AWS services."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.narrow_protected) <= 500
    error_message = "narrow_protected must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."
  }
}

variable "do_not_enforce_list" {
  description = "A list of the same kind of principals that are judged and reported but never changed."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.do_not_enforce_list) <= 500
    error_message = "do_not_enforce_list must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."
  }
}

variable "do_not_tag_list" {
  description = "A list of the same kind of principals that are judged and remediated but get no status tags."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.do_not_tag_list) <= 500
    error_message = "do_not_tag_list must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."
  }
}

variable "evidence_list" {
  description = "The s3:// URI of a usage file, or of a prefix that ends in / with several (docs/usage-file.md) - what CloudTrail or other tools saw of principals. While it cannot be read, nothing is idle and nobody is bounded. Empty names none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.evidence_list) <= 500 && can(regex("^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+/?)?$", var.evidence_list))
    error_message = "evidence_list must be the s3:// URI of a file or of a prefix below a bucket, at most 500 characters."
  }
}

variable "watch_denials" {
  description = "on answers a call within minutes that CloudTrail records as denied by a boundary of Leastwise, in the region of the stack; off waits for the next evaluation."
  type        = string
  default     = "on"
  nullable    = false

  validation {
    condition     = contains(["on", "off"], var.watch_denials)
    error_message = "watch_denials must be one of: on, off."
  }
}

variable "evaluation_frequency" {
  description = "Changes are evaluated when they happen; idleness grows without a change, so the whole account is evaluated at this interval as well."
  type        = string
  default     = "TwentyFour_Hours"
  nullable    = false

  validation {
    condition     = contains(["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"], var.evaluation_frequency)
    error_message = "evaluation_frequency must be one of: One_Hour, Three_Hours, Six_Hours, Twelve_Hours, TwentyFour_Hours."
  }
}

variable "sweep_with" {
  description = "lambda evaluates the whole account in one run of the evaluator, 15 minutes at the most; step-functions has it judged in batches by a state machine, for accounts that take longer."
  type        = string
  default     = "lambda"
  nullable    = false

  validation {
    condition     = contains(["lambda", "step-functions"], var.sweep_with)
    error_message = "sweep_with must be one of: lambda, step-functions."
  }
}

variable "sweep_batch_size" {
  description = "How many principals are in a batch. Only with SweepWith=step-functions."
  type        = number
  default     = 500
  nullable    = false

  validation {
    condition     = var.sweep_batch_size >= 50 && var.sweep_batch_size <= 1000
    error_message = "sweep_batch_size must be from 50 to 1000."
  }
}

variable "sweep_concurrency" {
  description = "How many batches are judged at a time. They share what IAM allows the account. Only with SweepWith=step-functions."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.sweep_concurrency >= 1 && var.sweep_concurrency <= 10
    error_message = "sweep_concurrency must be from 1 to 10."
  }
}

variable "create_rule" {
  description = "false makes neither the rule on users and roles nor its remediation, for accounts where a conformance pack brings them."
  type        = bool
  default     = true
  nullable    = false
}

variable "execution_role_name" {
  description = "Name (without path) of a role that the evaluator assumes in the account it evaluates, as the AWS Config RDK does. Empty evaluates this account with the evaluator's own role."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.execution_role_name) <= 64 && can(regex("^[A-Za-z0-9_+=,.@-]*$", var.execution_role_name))
    error_message = "execution_role_name must be a role name without a path."
  }
}

variable "score_provider" {
  description = "own judges by this product's index; external by that of the service which ScoreSecretArn names; both asks both, and either can make a principal NON_COMPLIANT. With external and both its suggested policy narrows boundaries, if UnusedAfterDays is at most 90. That trusts its trail, since what the trail does not record may be in use."
  type        = string
  default     = "own"
  nullable    = false

  validation {
    condition     = contains(["own", "external", "both"], var.score_provider)
    error_message = "score_provider must be one of: own, external, both."
  }
}

variable "score_secret_arn" {
  description = "Full ARN of the Secrets Manager secret with the credentials of the external service. Needed unless ScoreProvider is own."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.score_secret_arn) <= 256 && can(regex("^(arn:aws(-us-gov)?:secretsmanager:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,160}-[A-Za-z0-9]{6})?$", var.score_secret_arn))
    error_message = "score_secret_arn must be the full ARN of a secret, with its six last characters, or empty."
  }
}

variable "tag_principals" {
  description = "true writes the tags Permissions_Coverage_Percent, Permissions_Granted, Permissions_Unused and leastwise:index on users and roles that are judged."
  type        = bool
  default     = true
  nullable    = false
}

variable "tag_services" {
  description = "true writes a tag userServiceAccessedN or roleServiceAccessedN for each service in use as well, as far as the limit of 50 tags allows. Needs TagPrincipals."
  type        = bool
  default     = false
  nullable    = false
}

variable "detail_log" {
  description = "true logs each service of each principal with its last use and, where idle, the policies that grant it."
  type        = bool
  default     = false
  nullable    = false
}

variable "automatic_remediation" {
  description = "false leaves the decision to the Remediate button of the AWS Config console; true attaches boundaries to NON_COMPLIANT principals by itself."
  type        = bool
  default     = false
  nullable    = false
}

variable "maximum_automatic_attempts" {
  description = "After this many failed attempts AWS Config stops trying and files a remediation exception for the principal. Used only when remediation is automatic."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.maximum_automatic_attempts >= 1 && var.maximum_automatic_attempts <= 25
    error_message = "maximum_automatic_attempts must be from 1 to 25."
  }
}

variable "retry_attempt_seconds" {
  description = "Seconds within which failed attempts are counted - at least 900 for each attempt, which may take that long, or they never run out. Used only when remediation is automatic."
  type        = number
  default     = 3600
  nullable    = false

  validation {
    condition     = var.retry_attempt_seconds >= 1 && var.retry_attempt_seconds <= 2678000
    error_message = "retry_attempt_seconds must be from 1 to 2678000."
  }
}

variable "notice_days" {
  description = "Days between the notice on a principal, a tag and a message, and its boundary. Used only when remediation is automatic. Where something goes that was used once, or where the schedule gives a new notice, they are at least 14; 0 gives no notice otherwise."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.notice_days >= 0 && var.notice_days <= 365
    error_message = "notice_days must be from 0 to 365."
  }
}

variable "enforce_notices" {
  description = "Used only with CreateRule=false. true has this stack's schedule enforce notices that are due; set it where the conformance pack remediates automatically, with the pack's NoticeDays. With AutomaticRemediation=true the schedule is there anyway."
  type        = bool
  default     = false
  nullable    = false
}

variable "daily_limit" {
  description = "On how many principals automatic remediation puts a boundary, or a narrower one, in a day."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.daily_limit >= 1 && var.daily_limit <= 100
    error_message = "daily_limit must be from 1 to 100."
  }
}

variable "canary_size" {
  description = "How many principals automatic remediation begins with, also after a halt, before it waits a day for their reports. 0 does not wait."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.canary_size >= 0 && var.canary_size <= 20
    error_message = "canary_size must be from 0 to 20."
  }
}

variable "restore_hold_days" {
  description = "Days for which automatic remediation leaves a principal alone that was restored, by a tag on it. 0 does not."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.restore_hold_days >= 0 && var.restore_hold_days <= 365
    error_message = "restore_hold_days must be from 0 to 365."
  }
}

variable "restore_on_break" {
  description = "on restores a principal as soon as its boundary is suspected to stop what it needs. off leaves that to a person. Either way everything automatic is halted."
  type        = string
  default     = "off"
  nullable    = false

  validation {
    condition     = contains(["off", "on"], var.restore_on_break)
    error_message = "restore_on_break must be one of: off, on."
  }
}

variable "require_approval" {
  description = "true has the SSM document show its plan to the approvers and wait for a yes, a week at most. Not with automatic remediation."
  type        = bool
  default     = false
  nullable    = false
}

variable "approvers" {
  description = "Comma-separated names or ARNs of IAM users, ARNs of roles or assumed roles, at most ten; one of them suffices. Used with RequireApproval."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.approvers) <= 2569
    error_message = "approvers must be a comma-separated list of at most ten users, roles or assumed roles, of at most 256 characters each."
  }
}

variable "approval_topic_arn" {
  description = "ARN of the SNS topic, with a name that starts with Automation, that questions go to. Used with RequireApproval."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.approval_topic_arn) <= 256 && can(regex("^(arn:aws(-us-gov)?:sns:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:Automation[A-Za-z0-9_-]*)?$", var.approval_topic_arn))
    error_message = "approval_topic_arn must be the ARN of a standard SNS topic whose name starts with Automation, at most 256 characters, or empty."
  }
}

variable "base_actions" {
  description = "Comma-separated IAM actions, or the s3:// URI of a file with one a line, that the boundary of an entirely idle principal allows."
  type        = string
  default     = "sts:GetCallerIdentity"
  nullable    = false

  validation {
    condition     = length(var.base_actions) <= 1024 && can(regex("^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|[a-z0-9-]+:[A-Za-z0-9]+(,[a-z0-9-]+:[A-Za-z0-9]+)*)$", var.base_actions))
    error_message = "base_actions must be a comma-separated list of IAM actions such as sts:GetCallerIdentity, without wildcards or spaces, or the s3:// URI of a file."
  }
}

variable "always_allow" {
  description = "Comma-separated IAM actions, or the s3:// URI of a file with one a line, that a boundary keeps, used or not, for principals that are granted them. Empty keeps nothing more."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.always_allow) <= 1024 && can(regex("^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|[a-z0-9-]+:[A-Za-z0-9]+(,[a-z0-9-]+:[A-Za-z0-9]+)*)?$", var.always_allow))
    error_message = "always_allow must be a comma-separated list of IAM actions such as health:DescribeEvents, without wildcards or spaces, or the s3:// URI of a file."
  }
}

variable "resource_grants" {
  description = "What a boundary keeps of what resource policies may grant without an identity policy. keep keeps all of it, read reads these policies and keeps what they grant, none keeps nothing."
  type        = string
  default     = "keep"
  nullable    = false

  validation {
    condition     = contains(["keep", "read", "none"], var.resource_grants)
    error_message = "resource_grants must be one of: keep, read, none."
  }
}

variable "not_principal_checked" {
  description = "true says that you have checked that no resource policy denies by NotPrincipal, which would deny every principal that gets its first boundary."
  type        = bool
  default     = false
  nullable    = false
}

variable "customer_boundaries" {
  description = "What automatic remediation does about a boundary that somebody else made. leave waits for a person, narrow replaces it by a narrower one of Leastwise."
  type        = string
  default     = "leave"
  nullable    = false

  validation {
    condition     = contains(["leave", "narrow"], var.customer_boundaries)
    error_message = "customer_boundaries must be one of: leave, narrow."
  }
}

variable "wildcards" {
  description = "stable writes only wildcards that are unlikely to match a write which AWS adds one day, unless the boundary would not fit; exact writes the shortest list; none writes every action out."
  type        = string
  default     = "stable"
  nullable    = false

  validation {
    condition     = contains(["stable", "exact", "none"], var.wildcards)
    error_message = "wildcards must be one of: stable, exact, none."
  }
}

variable "preflight" {
  description = "on has every boundary checked by IAM Access Analyzer and tried by IAM's policy simulator before anything is written, which takes two more permissions; off goes by Leastwise's own proof alone."
  type        = string
  default     = "off"
  nullable    = false

  validation {
    condition     = contains(["off", "on"], var.preflight)
    error_message = "preflight must be one of: off, on."
  }
}

variable "quarantine" {
  description = "on attaches a policy that denies IAM to every IAM user who makes a writing IAM call and is not exempt, until LeastwiseReleaseUser takes it away. Switching it off releases nobody, and users can still be released - except those who had no room for another managed policy, so release these before. It needs a trail that logs management events; see the output GlobalEvents for the region."
  type        = string
  default     = "off"
  nullable    = false

  validation {
    condition     = contains(["off", "on"], var.quarantine)
    error_message = "quarantine must be one of: off, on."
  }
}

variable "notification_topic_arn" {
  description = "ARN of the SNS topic for boundaries applied and restored, notices, refusals, failures, quarantines and suspected breaks, each told once. A topic encrypted with a key of your own needs that as TopicKmsKeyArn or KmsKeyArn. Empty tells nobody."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.notification_topic_arn) <= 350 && can(regex("^(arn:aws(-us-gov)?:sns:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]+(\\.fifo)?)?$", var.notification_topic_arn))
    error_message = "notification_topic_arn must be the ARN of an SNS topic, or empty."
  }
}

variable "alarm_topic_arn" {
  description = "ARN of the SNS topic for the alarms of this stack. Empty leaves the alarms without an action."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.alarm_topic_arn) <= 350 && can(regex("^(arn:aws(-us-gov)?:sns:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]+)?$", var.alarm_topic_arn))
    error_message = "alarm_topic_arn must be the ARN of a standard SNS topic, or empty."
  }
}

variable "dashboard" {
  description = "true makes the CloudWatch dashboard leastwise."
  type        = bool
  default     = true
  nullable    = false
}

variable "tracing" {
  description = "on has X-Ray trace the invocations of both functions."
  type        = string
  default     = "off"
  nullable    = false

  validation {
    condition     = contains(["off", "on"], var.tracing)
    error_message = "tracing must be one of: off, on."
  }
}

variable "log_level" {
  description = "Least severe record that the functions log. Metrics come at every level. Policy documents and events are never logged."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["ERROR", "WARN", "INFO", "DEBUG"], var.log_level)
    error_message = "log_level must be one of: ERROR, WARN, INFO, DEBUG."
  }
}

variable "log_retention_days" {
  description = "Days that CloudWatch Logs keeps the logs of the two functions."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "reserved_concurrency" {
  description = "Most copies of each function that run at once; it keeps a burst of changes below IAM's request limits. Lambda takes twice as much from the account's quota, of which 100 must stay unreserved (10 in new accounts). 0 reserves nothing, which deploys everywhere."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= 0 && var.reserved_concurrency <= 100
    error_message = "reserved_concurrency must be from 0 to 100."
  }
}

variable "kms_key_arn" {
  description = "ARN of a KMS key of this region for logs, environments and the dead-letter queue. Its key policy must let logs.REGION.amazonaws.com use it (kms:Encrypt*, Decrypt*, ReEncrypt*, GenerateDataKey*, Describe*) and, with Quarantine, events.amazonaws.com (kms:Decrypt, GenerateDataKey). The functions may use it for lists and secrets too. Empty leaves encryption to AWS."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.kms_key_arn) <= 256 && can(regex("^(arn:aws(-us-gov)?:kms:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:key/(mrk-)?[0-9a-f-]{32,36})?$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a key, not of an alias, or empty."
  }
}

variable "topic_kms_key_arn" {
  description = "ARN of the KMS key of ApprovalTopicArn and NotificationTopicArn, where it is a customer's and not KmsKeyArn. The functions and the automation role may use it through SNS for these topics. Empty uses none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.topic_kms_key_arn) <= 256 && can(regex("^(arn:aws(-us-gov)?:kms:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:key/(mrk-)?[0-9a-f-]{32,36})?$", var.topic_kms_key_arn))
    error_message = "topic_kms_key_arn must be the ARN of a key, not of an alias, or empty."
  }
}

variable "subnet_ids" {
  description = "Comma-separated ids of the subnets that the functions run in. They must reach IAM, AWS Config and whatever else is configured, through NAT or endpoints. Empty runs them outside of any VPC."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) <= 400 && can(regex("^(subnet-[0-9a-f]{8,17}(,subnet-[0-9a-f]{8,17}){0,15})?$", var.subnet_ids))
    error_message = "subnet_ids must be a comma-separated list of at most 16 subnet ids, or empty."
  }
}

variable "security_group_ids" {
  description = "Comma-separated ids of the security groups of the functions. Needed with SubnetIds."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) <= 150 && can(regex("^(sg-[0-9a-f]{8,17}(,sg-[0-9a-f]{8,17}){0,4})?$", var.security_group_ids))
    error_message = "security_group_ids must be a comma-separated list of at most five security group ids, or empty."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of a managed policy to set as permissions boundary on the roles of this stack, where your organization demands one. Empty sets none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(arn:aws(-us-gov)?:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]+)?$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of a managed policy, or empty."
  }
}
