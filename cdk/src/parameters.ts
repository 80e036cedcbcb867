// `cargo xtask template` writes this file from cloudformation/leastwise.yaml.

/** What the stack may be given; what is left out stays at the template's default. */
export interface LeastwiseParameters {
  /**
   * Name of the S3 bucket, in this region, that holds the two deployment packages.
   * The template has no default for it.
   */
  readonly codeBucket?: string;
  /**
   * S3 key of leastwise-evaluator.zip. Use a new key for every release, otherwise CloudFormation sees no change.
   * @default leastwise-evaluator.zip
   */
  readonly evaluatorCodeKey?: string;
  /**
   * S3 key of leastwise-remediator.zip. Use a new key for every release, otherwise CloudFormation sees no change.
   * @default leastwise-remediator.zip
   */
  readonly remediatorCodeKey?: string;
  /**
   * Must be what the packages were built for. `cargo xtask package` builds x86_64, hence the default; arm64 is the cheaper one to run.
   * @default x86_64
   */
  readonly architecture?: "x86_64" | "arm64";
  /**
   * A principal is NON_COMPLIANT when its privilege-creep index (0 to 100) is strictly above this number.
   * @default 60
   */
  readonly threshold?: number;
  /**
   * A service last used longer ago than this is idle. IAM remembers at least 400 days.
   * @default 180
   */
  readonly unusedAfterDays?: number;
  /**
   * true leaves the list and read actions of used services alone though they lie idle; they are neither creep nor removed.
   * @default false
   */
  readonly preserveReads?: boolean;
  /**
   * Principals younger than this are not judged (NOT_APPLICABLE). 0 judges everybody.
   * @default 90
   */
  readonly minimumAgeDays?: number;
  /**
   * Permissions granted less than this many days ago are neither creep nor removed, as AWS Config's history tells. 0 gives no grace.
   * @default 14
   */
  readonly newPermissionGraceDays?: number;
  /**
   * A principal of whose granted weight less than this share is known, used or idle, is not judged (NOT_APPLICABLE). 0 judges by whatever is known.
   * @default 50
   */
  readonly minimumKnownPercent?: number;
  /**
   * A report of IAM that is older than this many days does not say that anything is idle.
   * @default 5
   */
  readonly maxEvidenceAgeDays?: number;
  /**
   * Whether something may run in enabled regions that IAM does not track. unknown asks which are enabled, and where there is such a one, never used means unknown; unused says that nothing runs there.
   * @default unknown
   */
  readonly untrackedRegions?: "unknown" | "unused";
  /**
   * true leaves alone what undoes an action in use (Delete what is Put, Detach what is Attached) though it lies idle; it is neither creep nor removed.
   * @default true
   */
  readonly keepInverses?: boolean;
  /**
   * risk weighs a service by the highest access level granted in it, uniform counts every service alike.
   * @default risk
   */
  readonly weighting?: "risk" | "uniform";
  /**
   * Comma-separated ARNs of managed policies, or the s3:// URI of a file with one a line. What only they grant is neither creep nor removed. Empty ignores none.
   * @default empty
   */
  readonly ignoredPolicies?: string;
  /**
   * true adds the rule iam-group-privilege-creep-index, which judges IAM groups. Groups are never remediated.
   * @default false
   */
  readonly evaluateGroups?: boolean;
  /**
   * Comma-separated names, ARNs or paths such as /ops/, with * and ? as wildcards and without spaces (deployment roles), or the s3:// URI of a file with one a line. Empty exempts nobody.
   * @default empty
   */
  readonly exemptPrincipals?: string;
  /**
   * A second list of the same kind, usually the s3:// URI of a file that others keep. A file that cannot be read, or is empty or garbled, stops all judging and enforcement.
   * @default empty
   */
  readonly exemptionList?: string;
  /**
   * A list of the same kind for those who must never be locked out. It wins over everything, quarantine included.
   * @default empty
   */
  readonly breakGlassPrincipals?: string;
  /**
   * Name of an IAM group whose members are exempt; while there is none of that name, nobody is judged or changed. Empty exempts no group.
   * @default empty
   */
  readonly adminGroupName?: string;
  /**
   * A list of the same kind of roles that are protected by what they are, and are to be judged and narrowed all the same - those of Organizations, Control Tower, StackSets and the CDK, and roles for AWS services.
   * @default empty
   */
  readonly narrowProtected?: string;
  /**
   * A list of the same kind of principals that are judged and reported but never changed.
   * @default empty
   */
  readonly doNotEnforceList?: string;
  /**
   * A list of the same kind of principals that are judged and remediated but get no status tags.
   * @default empty
   */
  readonly doNotTagList?: string;
  /**
   * The s3:// URI of a usage file, or of a prefix that ends in / with several (docs/usage-file.md) - what CloudTrail or other tools saw of principals. While it cannot be read, nothing is idle and nobody is bounded. Empty names none.
   * @default empty
   */
  readonly evidenceList?: string;
  /**
   * on answers a call within minutes that CloudTrail records as denied by a boundary of Leastwise, in the region of the stack; off waits for the next evaluation.
   * @default on
   */
  readonly watchDenials?: "on" | "off";
  /**
   * Changes are evaluated when they happen; idleness grows without a change, so the whole account is evaluated at this interval as well.
   * @default TwentyFour_Hours
   */
  readonly evaluationFrequency?: "One_Hour" | "Three_Hours" | "Six_Hours" | "Twelve_Hours" | "TwentyFour_Hours";
  /**
   * lambda evaluates the whole account in one run of the evaluator, 15 minutes at the most; step-functions has it judged in batches by a state machine, for accounts that take longer.
   * @default lambda
   */
  readonly sweepWith?: "lambda" | "step-functions";
  /**
   * How many principals are in a batch. Only with SweepWith=step-functions.
   * @default 500
   */
  readonly sweepBatchSize?: number;
  /**
   * How many batches are judged at a time. They share what IAM allows the account. Only with SweepWith=step-functions.
   * @default 2
   */
  readonly sweepConcurrency?: number;
  /**
   * false makes neither the rule on users and roles nor its remediation, for accounts where a conformance pack brings them.
   * @default true
   */
  readonly createRule?: boolean;
  /**
   * Name (without path) of a role that the evaluator assumes in the account it evaluates, as the AWS Config RDK does. Empty evaluates this account with the evaluator's own role.
   * @default empty
   */
  readonly executionRoleName?: string;
  /**
   * own judges by this product's index; external by that of the service which ScoreSecretArn names; both asks both, and either can make a principal NON_COMPLIANT. With external and both its suggested policy narrows boundaries, if UnusedAfterDays is at most 90. That trusts its trail, since what the trail does not record may be in use.
   * @default own
   */
  readonly scoreProvider?: "own" | "external" | "both";
  /**
   * Full ARN of the Secrets Manager secret with the credentials of the external service. Needed unless ScoreProvider is own.
   * @default empty
   */
  readonly scoreSecretArn?: string;
  /**
   * true writes the tags Permissions_Coverage_Percent, Permissions_Granted, Permissions_Unused and leastwise:index on users and roles that are judged.
   * @default true
   */
  readonly tagPrincipals?: boolean;
  /**
   * true writes a tag userServiceAccessedN or roleServiceAccessedN for each service in use as well, as far as the limit of 50 tags allows. Needs TagPrincipals.
   * @default false
   */
  readonly tagServices?: boolean;
  /**
   * true logs each service of each principal with its last use and, where idle, the policies that grant it.
   * @default false
   */
  readonly detailLog?: boolean;
  /**
   * false leaves the decision to the Remediate button of the AWS Config console; true attaches boundaries to NON_COMPLIANT principals by itself.
   * @default false
   */
  readonly automaticRemediation?: boolean;
  /**
   * After this many failed attempts AWS Config stops trying and files a remediation exception for the principal. Used only when remediation is automatic.
   * @default 3
   */
  readonly maximumAutomaticAttempts?: number;
  /**
   * Seconds within which failed attempts are counted - at least 900 for each attempt, which may take that long, or they never run out. Used only when remediation is automatic.
   * @default 3600
   */
  readonly retryAttemptSeconds?: number;
  /**
   * Days between the notice on a principal, a tag and a message, and its boundary. Used only when remediation is automatic. Where something goes that was used once, or where the schedule gives a new notice, they are at least 14; 0 gives no notice otherwise.
   * @default 0
   */
  readonly noticeDays?: number;
  /**
   * Used only with CreateRule=false. true has this stack's schedule enforce notices that are due; set it where the conformance pack remediates automatically, with the pack's NoticeDays. With AutomaticRemediation=true the schedule is there anyway.
   * @default false
   */
  readonly enforceNotices?: boolean;
  /**
   * On how many principals automatic remediation puts a boundary, or a narrower one, in a day.
   * @default 20
   */
  readonly dailyLimit?: number;
  /**
   * How many principals automatic remediation begins with, also after a halt, before it waits a day for their reports. 0 does not wait.
   * @default 3
   */
  readonly canarySize?: number;
  /**
   * Days for which automatic remediation leaves a principal alone that was restored, by a tag on it. 0 does not.
   * @default 30
   */
  readonly restoreHoldDays?: number;
  /**
   * on restores a principal as soon as its boundary is suspected to stop what it needs. off leaves that to a person. Either way everything automatic is halted.
   * @default off
   */
  readonly restoreOnBreak?: "off" | "on";
  /**
   * true has the SSM document show its plan to the approvers and wait for a yes, a week at most. Not with automatic remediation.
   * @default false
   */
  readonly requireApproval?: boolean;
  /**
   * Comma-separated names or ARNs of IAM users, ARNs of roles or assumed roles, at most ten; one of them suffices. Used with RequireApproval.
   * @default empty
   */
  readonly approvers?: string;
  /**
   * ARN of the SNS topic, with a name that starts with Automation, that questions go to. Used with RequireApproval.
   * @default empty
   */
  readonly approvalTopicArn?: string;
  /**
   * Comma-separated IAM actions, or the s3:// URI of a file with one a line, that the boundary of an entirely idle principal allows.
   * @default sts:GetCallerIdentity
   */
  readonly baseActions?: string;
  /**
   * Comma-separated IAM actions, or the s3:// URI of a file with one a line, that a boundary keeps, used or not, for principals that are granted them. Empty keeps nothing more.
   * @default empty
   */
  readonly alwaysAllow?: string;
  /**
   * What a boundary keeps of what resource policies may grant without an identity policy. keep keeps all of it, read reads these policies and keeps what they grant, none keeps nothing.
   * @default keep
   */
  readonly resourceGrants?: "keep" | "read" | "none";
  /**
   * true says that you have checked that no resource policy denies by NotPrincipal, which would deny every principal that gets its first boundary.
   * @default false
   */
  readonly notPrincipalChecked?: boolean;
  /**
   * What automatic remediation does about a boundary that somebody else made. leave waits for a person, narrow replaces it by a narrower one of Leastwise.
   * @default leave
   */
  readonly customerBoundaries?: "leave" | "narrow";
  /**
   * stable writes only wildcards that are unlikely to match a write which AWS adds one day, unless the boundary would not fit; exact writes the shortest list; none writes every action out.
   * @default stable
   */
  readonly wildcards?: "stable" | "exact" | "none";
  /**
   * on has every boundary checked by IAM Access Analyzer and tried by IAM's policy simulator before anything is written, which takes two more permissions; off goes by Leastwise's own proof alone.
   * @default off
   */
  readonly preflight?: "off" | "on";
  /**
   * on attaches a policy that denies IAM to every IAM user who makes a writing IAM call and is not exempt, until LeastwiseReleaseUser takes it away. Switching it off releases nobody, and users can still be released - except those who had no room for another managed policy, so release these before. It needs a trail that logs management events; see the output GlobalEvents for the region.
   * @default off
   */
  readonly quarantine?: "off" | "on";
  /**
   * ARN of the SNS topic for boundaries applied and restored, notices, refusals, failures, quarantines and suspected breaks, each told once. A topic encrypted with a key of your own needs that as TopicKmsKeyArn or KmsKeyArn. Empty tells nobody.
   * @default empty
   */
  readonly notificationTopicArn?: string;
  /**
   * ARN of the SNS topic for the alarms of this stack. Empty leaves the alarms without an action.
   * @default empty
   */
  readonly alarmTopicArn?: string;
  /**
   * true makes the CloudWatch dashboard leastwise.
   * @default true
   */
  readonly dashboard?: boolean;
  /**
   * on has X-Ray trace the invocations of both functions.
   * @default off
   */
  readonly tracing?: "off" | "on";
  /**
   * Least severe record that the functions log. Metrics come at every level. Policy documents and events are never logged.
   * @default INFO
   */
  readonly logLevel?: "ERROR" | "WARN" | "INFO" | "DEBUG";
  /**
   * Days that CloudWatch Logs keeps the logs of the two functions.
   * @default 90
   */
  readonly logRetentionDays?: 1 | 3 | 5 | 7 | 14 | 30 | 60 | 90 | 120 | 150 | 180 | 365 | 400 | 545 | 731 | 1096 | 1827 | 2192 | 2557 | 2922 | 3288 | 3653;
  /**
   * Most copies of each function that run at once; it keeps a burst of changes below IAM's request limits. Lambda takes twice as much from the account's quota, of which 100 must stay unreserved (10 in new accounts). 0 reserves nothing, which deploys everywhere.
   * @default 0
   */
  readonly reservedConcurrency?: number;
  /**
   * ARN of a KMS key of this region for logs, environments and the dead-letter queue. Its key policy must let logs.REGION.amazonaws.com use it (kms:Encrypt*, Decrypt*, ReEncrypt*, GenerateDataKey*, Describe*) and, with Quarantine, events.amazonaws.com (kms:Decrypt, GenerateDataKey). The functions may use it for lists and secrets too. Empty leaves encryption to AWS.
   * @default empty
   */
  readonly kmsKeyArn?: string;
  /**
   * ARN of the KMS key of ApprovalTopicArn and NotificationTopicArn, where it is a customer's and not KmsKeyArn. The functions and the automation role may use it through SNS for these topics. Empty uses none.
   * @default empty
   */
  readonly topicKmsKeyArn?: string;
  /**
   * Comma-separated ids of the subnets that the functions run in. They must reach IAM, AWS Config and whatever else is configured, through NAT or endpoints. Empty runs them outside of any VPC.
   * @default empty
   */
  readonly subnetIds?: string;
  /**
   * Comma-separated ids of the security groups of the functions. Needed with SubnetIds.
   * @default empty
   */
  readonly securityGroupIds?: string;
  /**
   * ARN of a managed policy to set as permissions boundary on the roles of this stack, where your organization demands one. Empty sets none.
   * @default empty
   */
  readonly permissionsBoundaryArn?: string;
}

/** What CloudFormation checks of a parameter. */
export interface Constraint {
  readonly name: string;
  readonly allowed?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly longest?: number;
  readonly pattern?: string;
  readonly must?: string;
}

/** What CloudFormation checks, by property. */
export const CONSTRAINTS: Readonly<Record<keyof LeastwiseParameters, Constraint>> = {
  codeBucket: {"name":"CodeBucket","pattern":"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$","must":"must be the name of an S3 bucket."},
  evaluatorCodeKey: {"name":"EvaluatorCodeKey","pattern":"^[A-Za-z0-9!_.*()/-]{1,1000}\\.zip$","must":"must be an S3 key that ends in .zip."},
  remediatorCodeKey: {"name":"RemediatorCodeKey","pattern":"^[A-Za-z0-9!_.*()/-]{1,1000}\\.zip$","must":"must be an S3 key that ends in .zip."},
  architecture: {"name":"Architecture","allowed":["x86_64","arm64"]},
  threshold: {"name":"Threshold","minimum":0,"maximum":100},
  unusedAfterDays: {"name":"UnusedAfterDays","minimum":1,"maximum":400},
  preserveReads: {"name":"PreserveReads","allowed":["true","false"]},
  minimumAgeDays: {"name":"MinimumAgeDays","minimum":0,"maximum":400},
  newPermissionGraceDays: {"name":"NewPermissionGraceDays","minimum":0,"maximum":90},
  minimumKnownPercent: {"name":"MinimumKnownPercent","minimum":0,"maximum":100},
  maxEvidenceAgeDays: {"name":"MaxEvidenceAgeDays","minimum":1,"maximum":400},
  untrackedRegions: {"name":"UntrackedRegions","allowed":["unknown","unused"]},
  keepInverses: {"name":"KeepInverses","allowed":["true","false"]},
  weighting: {"name":"Weighting","allowed":["risk","uniform"]},
  ignoredPolicies: {"name":"IgnoredPolicies","longest":500,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|arn:aws(-us-gov)?:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=.@/-]+(,arn:aws(-us-gov)?:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=.@/-]+)*)?$","must":"must be a comma-separated list of ARNs of managed policies, or the s3:// URI of a file, at most 500 characters."},
  evaluateGroups: {"name":"EvaluateGroups","allowed":["true","false"]},
  exemptPrincipals: {"name":"ExemptPrincipals","longest":800,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|(?!s3:)[A-Za-z0-9_+=,.@:/*?-]*)$","must":"must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 800 characters."},
  exemptionList: {"name":"ExemptionList","longest":500,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|(?!s3:)[A-Za-z0-9_+=,.@:/*?-]*)$","must":"must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."},
  breakGlassPrincipals: {"name":"BreakGlassPrincipals","longest":500,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|(?!s3:)[A-Za-z0-9_+=,.@:/*?-]*)$","must":"must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."},
  adminGroupName: {"name":"AdminGroupName","longest":128,"pattern":"^[A-Za-z0-9_+=,.@-]*$","must":"must be the name of an IAM group, at most 128 characters."},
  narrowProtected: {"name":"NarrowProtected","longest":500,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|(?!s3:)[A-Za-z0-9_+=,.@:/*?-]*)$","must":"must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."},
  doNotEnforceList: {"name":"DoNotEnforceList","longest":500,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|(?!s3:)[A-Za-z0-9_+=,.@:/*?-]*)$","must":"must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."},
  doNotTagList: {"name":"DoNotTagList","longest":500,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|(?!s3:)[A-Za-z0-9_+=,.@:/*?-]*)$","must":"must be a comma-separated list of names, ARNs or paths without spaces, or the s3:// URI of a file, at most 500 characters."},
  evidenceList: {"name":"EvidenceList","longest":500,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+/?)?$","must":"must be the s3:// URI of a file or of a prefix below a bucket, at most 500 characters."},
  watchDenials: {"name":"WatchDenials","allowed":["on","off"]},
  evaluationFrequency: {"name":"EvaluationFrequency","allowed":["One_Hour","Three_Hours","Six_Hours","Twelve_Hours","TwentyFour_Hours"]},
  sweepWith: {"name":"SweepWith","allowed":["lambda","step-functions"]},
  sweepBatchSize: {"name":"SweepBatchSize","minimum":50,"maximum":1000},
  sweepConcurrency: {"name":"SweepConcurrency","minimum":1,"maximum":10},
  createRule: {"name":"CreateRule","allowed":["true","false"]},
  executionRoleName: {"name":"ExecutionRoleName","longest":64,"pattern":"^[A-Za-z0-9_+=,.@-]*$","must":"must be a role name without a path."},
  scoreProvider: {"name":"ScoreProvider","allowed":["own","external","both"]},
  scoreSecretArn: {"name":"ScoreSecretArn","longest":256,"pattern":"^(arn:aws(-us-gov)?:secretsmanager:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,160}-[A-Za-z0-9]{6})?$","must":"must be the full ARN of a secret, with its six last characters, or empty."},
  tagPrincipals: {"name":"TagPrincipals","allowed":["true","false"]},
  tagServices: {"name":"TagServices","allowed":["true","false"]},
  detailLog: {"name":"DetailLog","allowed":["true","false"]},
  automaticRemediation: {"name":"AutomaticRemediation","allowed":["true","false"]},
  maximumAutomaticAttempts: {"name":"MaximumAutomaticAttempts","minimum":1,"maximum":25},
  retryAttemptSeconds: {"name":"RetryAttemptSeconds","minimum":1,"maximum":2678000},
  noticeDays: {"name":"NoticeDays","minimum":0,"maximum":365},
  enforceNotices: {"name":"EnforceNotices","allowed":["true","false"]},
  dailyLimit: {"name":"DailyLimit","minimum":1,"maximum":100},
  canarySize: {"name":"CanarySize","minimum":0,"maximum":20},
  restoreHoldDays: {"name":"RestoreHoldDays","minimum":0,"maximum":365},
  restoreOnBreak: {"name":"RestoreOnBreak","allowed":["off","on"]},
  requireApproval: {"name":"RequireApproval","allowed":["true","false"]},
  approvers: {"name":"Approvers","longest":2569,"pattern":"^((?=[^,]{1,256}(,|$))([A-Za-z0-9_+=.@-]{1,64}|arn:aws(-us-gov)?:(iam::[0-9]{12}:(user|role)|sts::[0-9]{12}:assumed-role)/[A-Za-z0-9_+=.@/-]+)(,(?=[^,]{1,256}(,|$))([A-Za-z0-9_+=.@-]{1,64}|arn:aws(-us-gov)?:(iam::[0-9]{12}:(user|role)|sts::[0-9]{12}:assumed-role)/[A-Za-z0-9_+=.@/-]+)){0,9})?$","must":"must be a comma-separated list of at most ten users, roles or assumed roles, of at most 256 characters each."},
  approvalTopicArn: {"name":"ApprovalTopicArn","longest":256,"pattern":"^(arn:aws(-us-gov)?:sns:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:Automation[A-Za-z0-9_-]*)?$","must":"must be the ARN of a standard SNS topic whose name starts with Automation, at most 256 characters, or empty."},
  baseActions: {"name":"BaseActions","longest":1024,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|[a-z0-9-]+:[A-Za-z0-9]+(,[a-z0-9-]+:[A-Za-z0-9]+)*)$","must":"must be a comma-separated list of IAM actions such as sts:GetCallerIdentity, without wildcards or spaces, or the s3:// URI of a file."},
  alwaysAllow: {"name":"AlwaysAllow","longest":1024,"pattern":"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()+=@-]+)+|[a-z0-9-]+:[A-Za-z0-9]+(,[a-z0-9-]+:[A-Za-z0-9]+)*)?$","must":"must be a comma-separated list of IAM actions such as health:DescribeEvents, without wildcards or spaces, or the s3:// URI of a file."},
  resourceGrants: {"name":"ResourceGrants","allowed":["keep","read","none"]},
  notPrincipalChecked: {"name":"NotPrincipalChecked","allowed":["true","false"]},
  customerBoundaries: {"name":"CustomerBoundaries","allowed":["leave","narrow"]},
  wildcards: {"name":"Wildcards","allowed":["stable","exact","none"]},
  preflight: {"name":"Preflight","allowed":["off","on"]},
  quarantine: {"name":"Quarantine","allowed":["off","on"]},
  notificationTopicArn: {"name":"NotificationTopicArn","longest":350,"pattern":"^(arn:aws(-us-gov)?:sns:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]+(\\.fifo)?)?$","must":"must be the ARN of an SNS topic, or empty."},
  alarmTopicArn: {"name":"AlarmTopicArn","longest":350,"pattern":"^(arn:aws(-us-gov)?:sns:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]+)?$","must":"must be the ARN of a standard SNS topic, or empty."},
  dashboard: {"name":"Dashboard","allowed":["true","false"]},
  tracing: {"name":"Tracing","allowed":["off","on"]},
  logLevel: {"name":"LogLevel","allowed":["ERROR","WARN","INFO","DEBUG"]},
  logRetentionDays: {"name":"LogRetentionDays","allowed":["1","3","5","7","14","30","60","90","120","150","180","365","400","545","731","1096","1827","2192","2557","2922","3288","3653"]},
  reservedConcurrency: {"name":"ReservedConcurrency","minimum":0,"maximum":100},
  kmsKeyArn: {"name":"KmsKeyArn","longest":256,"pattern":"^(arn:aws(-us-gov)?:kms:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:key/(mrk-)?[0-9a-f-]{32,36})?$","must":"must be the ARN of a key, not of an alias, or empty."},
  topicKmsKeyArn: {"name":"TopicKmsKeyArn","longest":256,"pattern":"^(arn:aws(-us-gov)?:kms:[a-z]{2}(-[a-z]+)+-[0-9]{1,2}:[0-9]{12}:key/(mrk-)?[0-9a-f-]{32,36})?$","must":"must be the ARN of a key, not of an alias, or empty."},
  subnetIds: {"name":"SubnetIds","longest":400,"pattern":"^(subnet-[0-9a-f]{8,17}(,subnet-[0-9a-f]{8,17}){0,15})?$","must":"must be a comma-separated list of at most 16 subnet ids, or empty."},
  securityGroupIds: {"name":"SecurityGroupIds","longest":150,"pattern":"^(sg-[0-9a-f]{8,17}(,sg-[0-9a-f]{8,17}){0,4})?$","must":"must be a comma-separated list of at most five security group ids, or empty."},
  permissionsBoundaryArn: {"name":"PermissionsBoundaryArn","pattern":"^(arn:aws(-us-gov)?:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]+)?$","must":"must be the ARN of a managed policy, or empty."},
};

/** An output of the stack. */
export type LeastwiseOutput =
  /** Name of the AWS Config rule, where the parameters bring it. */
  | "ConfigRuleName"
  /** Name of the AWS Config rule for groups, where the parameters bring it. */
  | "GroupConfigRuleName"
  /** ARN of the function that scores principals. */
  | "EvaluatorFunctionArn"
  /** ARN of the evaluator's role, for the trust policy of ExecutionRoleName in other accounts. */
  | "EvaluatorRoleArn"
  /** ARN of the function that plans, applies and restores boundaries. */
  | "RemediatorFunctionArn"
  /** ARN of the remediator's role, to be let through by service control policies that guard boundaries. */
  | "RemediatorRoleArn"
  /** ARN to give as AutomationAssumeRole when starting a document by hand. */
  | "AutomationRoleArn"
  /** SSM Automation document that plans and applies a boundary. */
  | "RightsizeDocumentName"
  /** SSM Automation document that puts back what stood before. */
  | "RestoreDocumentName"
  /** SSM Automation document that ends a user's quarantine. */
  | "ReleaseDocumentName"
  /** SSM Automation document that enforces the notices that are due. */
  | "EnforceDocumentName"
  /** SSM Automation document that lets automatic remediation go on after a halt. */
  | "ResumeDocumentName"
  /** Queue of the events that were given up after all attempts. */
  | "DeadLetterQueueUrl"
  /** Whether IAM calls reach this region, so that quarantine hears of them, where the parameters bring it. */
  | "GlobalEvents";
