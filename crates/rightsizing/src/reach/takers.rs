//! The services that run what a caller hands over under a role that the caller passes.
//!
//! A service that takes a role and does its own work with it is not among them: who passes it a
//! role does not become that role.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html> and, of
//! each service, its page of
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.

/// Actions that together are one way, in the order in which they are called.
pub(super) type Steps = &'static [&'static str];

/// A service that takes roles.
pub(super) struct Taker {
    /// What stands before `.amazonaws.com` in its name, as in `lambda` or `tasks.apprunner`.
    pub(super) service: &'static str,
    /// What the caller needs beside `iam:PassRole`: one of these.
    pub(super) with: &'static [Steps],
}

/// What runs on an instance that is there already, under the role of that instance, without any
/// role being passed.
///
/// Sources: <https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command.html>,
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager.html>,
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-linux-inst-eic.html>.
pub(super) const ON_INSTANCES: &[Steps] =
    &[&["ssm:SendCommand"], &["ssm:StartSession"], &["ec2-instance-connect:SendSSHPublicKey"]];

/// The service whose instances these are.
pub(super) const INSTANCES: &str = "ec2";

/// Actions that take over code which runs under a role already. Which code that is, and under which
/// role, is in no IAM data.
pub(super) const UNRESOLVED: &[&str] = &[
    "cloudformation:ExecuteChangeSet",
    "cloudformation:UpdateStack",
    "codebuild:StartBuild",
    "codebuild:UpdateProject",
    "ec2:ModifyInstanceAttribute",
    "ecs:ExecuteCommand",
    "glue:UpdateDevEndpoint",
    "glue:UpdateJob",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "sagemaker:CreatePresignedDomainUrl",
    "sagemaker:CreatePresignedNotebookInstanceUrl",
    "states:UpdateStateMachine",
];

/// Every service that counts, by name.
pub(super) const TAKERS: &[Taker] = &[
    Taker { service: "airflow", with: &[&["airflow:CreateEnvironment"]] },
    Taker {
        service: "bedrock-agentcore",
        with: &[
            &[
                "bedrock-agentcore:CreateCodeInterpreter",
                "bedrock-agentcore:StartCodeInterpreterSession",
                "bedrock-agentcore:InvokeCodeInterpreter",
            ],
            &["bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:InvokeAgentRuntime"],
        ],
    },
    Taker {
        service: "cloudformation",
        with: &[
            &["cloudformation:CreateStack"],
            &["cloudformation:UpdateStack"],
            &["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"],
            &["cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"],
            &["cloudformation:UpdateStackSet"],
        ],
    },
    Taker {
        service: "codebuild",
        with: &[
            &["codebuild:CreateProject", "codebuild:StartBuild"],
            &["codebuild:CreateProject", "codebuild:StartBuildBatch"],
            &["codebuild:CreateProject", "codebuild:CreateWebhook"],
            &["codebuild:UpdateProject", "codebuild:StartBuild"],
            &["codebuild:UpdateProject", "codebuild:StartBuildBatch"],
        ],
    },
    Taker {
        service: "datapipeline",
        with: &[&[
            "datapipeline:CreatePipeline",
            "datapipeline:PutPipelineDefinition",
            "datapipeline:ActivatePipeline",
        ]],
    },
    Taker {
        service: "ec2",
        with: &[
            &["ec2:RunInstances"],
            &["ec2:RequestSpotInstances"],
            &["ec2:RequestSpotFleet"],
            &["ec2:CreateLaunchTemplate", "ec2:CreateFleet"],
            &["ec2:CreateLaunchTemplate", "autoscaling:CreateAutoScalingGroup"],
            &["autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"],
            &["ec2:AssociateIamInstanceProfile", "ssm:SendCommand"],
            &["ec2:AssociateIamInstanceProfile", "ssm:StartSession"],
            &["ec2:AssociateIamInstanceProfile", "ec2-instance-connect:SendSSHPublicKey"],
            &["ec2:AssociateIamInstanceProfile", "ec2:ModifyInstanceAttribute"],
            &["ec2:ReplaceIamInstanceProfileAssociation", "ssm:SendCommand"],
            &["ec2:ReplaceIamInstanceProfileAssociation", "ssm:StartSession"],
            &["ec2:ReplaceIamInstanceProfileAssociation", "ec2-instance-connect:SendSSHPublicKey"],
            &["ec2:ReplaceIamInstanceProfileAssociation", "ec2:ModifyInstanceAttribute"],
            &[
                "datapipeline:CreatePipeline",
                "datapipeline:PutPipelineDefinition",
                "datapipeline:ActivatePipeline",
            ],
            &["elasticmapreduce:RunJobFlow"],
        ],
    },
    Taker {
        service: "ecs-tasks",
        with: &[
            &["ecs:RunTask"],
            &["ecs:StartTask"],
            &["ecs:RegisterTaskDefinition", "ecs:CreateService"],
            &["ecs:RegisterTaskDefinition", "ecs:UpdateService"],
            &["batch:RegisterJobDefinition", "batch:SubmitJob"],
        ],
    },
    Taker {
        service: "emr-serverless",
        with: &[&["emr-serverless:CreateApplication", "emr-serverless:StartJobRun"]],
    },
    Taker {
        service: "glue",
        with: &[
            &["glue:CreateDevEndpoint"],
            &["glue:CreateJob", "glue:StartJobRun"],
            &["glue:CreateJob", "glue:CreateTrigger"],
            &["glue:UpdateJob", "glue:StartJobRun"],
            &["glue:UpdateJob", "glue:CreateTrigger"],
            &["glue:CreateSession", "glue:RunStatement"],
        ],
    },
    Taker {
        service: "kinesisanalytics",
        with: &[&["kinesisanalytics:CreateApplication", "kinesisanalytics:StartApplication"]],
    },
    Taker {
        service: "lambda",
        with: &[
            &["lambda:CreateFunction", "lambda:InvokeFunction"],
            &["lambda:CreateFunction", "lambda:CreateEventSourceMapping"],
            &["lambda:CreateFunction", "lambda:AddPermission"],
            &["lambda:CreateFunction", "lambda:CreateFunctionUrlConfig"],
            &["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"],
        ],
    },
    Taker {
        service: "sagemaker",
        with: &[
            &["sagemaker:CreateNotebookInstance"],
            &["sagemaker:CreateTrainingJob"],
            &["sagemaker:CreateProcessingJob"],
            &["sagemaker:CreateHyperParameterTuningJob"],
            &["sagemaker:CreateModel", "sagemaker:CreateTransformJob"],
            &[
                "sagemaker:CreateModel",
                "sagemaker:CreateEndpointConfig",
                "sagemaker:CreateEndpoint",
            ],
            &["sagemaker:CreateUserProfile", "sagemaker:CreatePresignedDomainUrl"],
        ],
    },
    Taker {
        service: "scheduler",
        with: &[&["scheduler:CreateSchedule"], &["scheduler:UpdateSchedule"]],
    },
    Taker {
        service: "ssm",
        with: &[&["ssm:StartAutomationExecution"], &["ssm:CreateAssociation"]],
    },
    Taker {
        service: "states",
        with: &[
            &["states:CreateStateMachine", "states:StartExecution"],
            &["states:CreateStateMachine", "states:StartSyncExecution"],
            &["states:UpdateStateMachine", "states:StartExecution"],
            &["states:UpdateStateMachine", "states:StartSyncExecution"],
            &["states:TestState"],
        ],
    },
    Taker {
        service: "tasks.apprunner",
        with: &[&["apprunner:CreateService"], &["apprunner:UpdateService"]],
    },
];

/// Whether `name` is a name of the service, as trust policies have it: `ec2.amazonaws.com`,
/// `ec2.amazonaws.com.cn`, `states.eu-central-1.amazonaws.com`.
///
/// Source:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services>.
pub(super) fn is_name_of(service: &str, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".cn").unwrap_or(&name);
    let Some(labels) = name.strip_suffix(".amazonaws.com") else { return false };
    labels.strip_prefix(service).is_some_and(|region| {
        region.is_empty() || region.strip_prefix('.').is_some_and(|it| !it.contains('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_policy::catalog::Catalog;

    #[test]
    fn every_action_of_the_tables_is_in_the_catalogue_and_spelled_as_there() {
        let ways = TAKERS.iter().flat_map(|taker| taker.with).chain(ON_INSTANCES);
        let catalog = Catalog::embedded();
        for action in ways.flat_map(|steps| *steps).chain(UNRESOLVED) {
            let known = catalog.find(action).map(|id| catalog.action(id).to_string());
            assert_eq!(known.as_deref(), Some(*action));
        }
    }

    #[test]
    fn the_page_has_every_service_and_action() {
        let page = include_str!("../../../../docs/reach.md");
        for taker in TAKERS {
            let start = format!("| `{}.amazonaws.com` | ", taker.service);
            let row = page.lines().find(|line| line.starts_with(&start)).unwrap();
            for action in taker.with.iter().flat_map(|steps| *steps) {
                let (_, name) = action.split_once(':').unwrap();
                assert!(row.contains(&format!("{name}`")), "{action} is not in: {row}");
            }
        }
        for action in ON_INSTANCES.iter().flat_map(|steps| *steps) {
            assert!(page.contains(&format!("`{action}`")), "{action}");
        }
    }

    #[test]
    fn a_service_has_a_name_in_every_region_and_partition() {
        let names = |service| {
            ["ec2.amazonaws.com", "ec2.amazonaws.com.cn", "EC2.eu-west-1.amazonaws.com"]
                .map(|name| is_name_of(service, name))
        };
        assert_eq!(names("ec2"), [true; 3]);
        assert_eq!(names("states"), [false; 3]);
        assert!(is_name_of("tasks.apprunner", "tasks.apprunner.amazonaws.com"));
        let others = ["spotfleet.ec2.x.amazonaws.com", "ec2fleet.amazonaws.com", "ec2", ""];
        assert_eq!(others.map(|name| is_name_of("ec2", name)), [false; 4]);
    }
}
