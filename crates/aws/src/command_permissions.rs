//! The IAM permissions that each command needs which asks AWS: one table.
//!
//! The tests hold it to what the ports of each command cost.

/// A command that asks AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LiveCommand {
    /// `leastwise scan`.
    Scan,
    /// `leastwise evidence cloudtrail s3://…`.
    CloudTrail,
    /// `leastwise evidence event-history`.
    EventHistory,
    /// `leastwise evidence generated-policies`.
    GeneratedPolicies,
    /// `leastwise evidence unused-access`.
    UnusedAccess,
}

impl LiveCommand {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Scan,
        Self::CloudTrail,
        Self::EventHistory,
        Self::GeneratedPolicies,
        Self::UnusedAccess,
    ];

    /// Its own word, without those before it: `cloudtrail`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::CloudTrail => "cloudtrail",
            Self::EventHistory => "event-history",
            Self::GeneratedPolicies => "generated-policies",
            Self::UnusedAccess => "unused-access",
        }
    }

    /// What it needs, in the order of the table.
    pub fn permissions(self) -> impl Iterator<Item = &'static CommandPermission> {
        PERMISSIONS.iter().filter(move |permission| permission.command == self)
    }

    /// The commands that need the action.
    pub fn needing(action: &str) -> impl Iterator<Item = Self> {
        let needs = move |command: &Self| command.permissions().any(|it| it.action == action);
        Self::ALL.into_iter().filter(needs)
    }
}

/// An action that a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandPermission {
    /// The command.
    pub command: LiveCommand,
    /// The IAM action.
    pub action: &'static str,
    /// On what.
    pub on: CommandResource,
    /// What for.
    pub why: &'static str,
}

/// What a command needs a permission on. Words in capitals are for the reader to replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommandResource {
    /// Anything: the action takes no resource, or any of the account may be asked for.
    Anything,
    /// The bucket of a trail, as far as the trail of the account lies in it.
    TrailBucket,
    /// The account's files of a trail.
    TrailFiles,
    /// The key of a trail.
    TrailKey,
    /// The role by which Access Analyzer reads a trail.
    AccessRole,
    /// The analyzer.
    Analyzer,
}

impl CommandResource {
    /// The ARNs.
    #[must_use]
    pub const fn arns(self) -> &'static [&'static str] {
        match self {
            Self::Anything => &["*"],
            Self::TrailBucket => &["arn:aws:s3:::BUCKET"],
            Self::TrailFiles => &[
                "arn:aws:s3:::BUCKET/PREFIX/AWSLogs/ACCOUNT/CloudTrail/*",
                "arn:aws:s3:::BUCKET/PREFIX/AWSLogs/o-*/ACCOUNT/CloudTrail/*",
            ],
            Self::TrailKey => &["arn:aws:kms:REGION:ACCOUNT:key/KEY"],
            Self::AccessRole => &["arn:aws:iam::ACCOUNT:role/ROLE"],
            Self::Analyzer => &["arn:aws:access-analyzer:REGION:ACCOUNT:analyzer/ANALYZER"],
        }
    }

    /// What keys must begin with that are listed.
    #[must_use]
    pub const fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::TrailBucket => &[
                "PREFIX/AWSLogs/",
                "PREFIX/AWSLogs/ACCOUNT/CloudTrail/*",
                "PREFIX/AWSLogs/o-*/ACCOUNT/CloudTrail/*",
            ],
            Self::Anything
            | Self::TrailFiles
            | Self::TrailKey
            | Self::AccessRole
            | Self::Analyzer => &[],
        }
    }
}

/// A row of the table.
const fn needs(
    command: LiveCommand,
    action: &'static str,
    on: CommandResource,
    why: &'static str,
) -> CommandPermission {
    CommandPermission { command, action, on, why }
}

use CommandResource::{AccessRole, Analyzer, Anything, TrailBucket, TrailFiles, TrailKey};
use LiveCommand::{CloudTrail, EventHistory, GeneratedPolicies, Scan, UnusedAccess};

/// The table.
const PERMISSIONS: &[CommandPermission] = &[
    needs(
        Scan,
        "iam:GetAccountAuthorizationDetails",
        Anything,
        "who is in the account, and what they may do",
    ),
    needs(Scan, "iam:GetPolicy", Anything, POLICY_TEXT),
    needs(Scan, "iam:GetPolicyVersion", Anything, POLICY_TEXT),
    needs(
        Scan,
        "iam:GenerateServiceLastAccessedDetails",
        Anything,
        "to ask for the report on each user and role",
    ),
    needs(
        Scan,
        "iam:GetServiceLastAccessedDetails",
        Anything,
        "to collect the reports that were asked for",
    ),
    needs(
        Scan,
        "account:ListRegions",
        Anything,
        "which Regions are enabled: IAM does not watch all; not asked with --regions, or with \
         --untracked-regions unused",
    ),
    needs(CloudTrail, "s3:ListBucket", TrailBucket, "which days and files the trail has"),
    needs(CloudTrail, "s3:GetObject", TrailFiles, "the files"),
    needs(CloudTrail, "kms:Decrypt", TrailKey, "to read them, if the trail has a key"),
    needs(EventHistory, "cloudtrail:LookupEvents", Anything, "the events of the last 90 days"),
    needs(
        GeneratedPolicies,
        "access-analyzer:StartPolicyGeneration",
        Anything,
        "to have a policy generated",
    ),
    needs(
        GeneratedPolicies,
        "access-analyzer:GetGeneratedPolicy",
        Anything,
        "the policies that were generated",
    ),
    needs(
        GeneratedPolicies,
        "access-analyzer:ListPolicyGenerations",
        Anything,
        "which policies AWS remembers",
    ),
    needs(
        GeneratedPolicies,
        "iam:PassRole",
        AccessRole,
        "to let Access Analyzer read the trail by this role",
    ),
    needs(UnusedAccess, "access-analyzer:GetAnalyzer", Analyzer, "after how many days it finds"),
    needs(UnusedAccess, "access-analyzer:ListFindings", Analyzer, "what it found"),
    needs(UnusedAccess, "access-analyzer:GetFinding", Analyzer, "what exactly is unused"),
];

const POLICY_TEXT: &str =
    "the text of an attached policy or a boundary that the account's details lack";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{
        GENERATE_POLICIES_ACTIONS, LIST_OBJECTS_ACTIONS, POUR_EVENTS_ACTIONS, READ_ACCOUNT_ACTIONS,
        READ_OBJECT_ACTIONS, READ_REGIONS_ACTIONS, READ_UNUSED_ACCESS_ACTIONS, READ_USAGE_ACTIONS,
    };
    use std::collections::BTreeSet;

    /// What the ports cost that the command asks.
    fn cost(command: LiveCommand) -> Vec<&'static [&'static str]> {
        match command {
            Scan => vec![READ_ACCOUNT_ACTIONS, READ_USAGE_ACTIONS, READ_REGIONS_ACTIONS],
            // `ReadObject` and those like it say that an encrypted object costs `kms:Decrypt`.
            CloudTrail => vec![LIST_OBJECTS_ACTIONS, READ_OBJECT_ACTIONS, &["kms:Decrypt"]],
            EventHistory => vec![POUR_EVENTS_ACTIONS],
            GeneratedPolicies => vec![GENERATE_POLICIES_ACTIONS],
            UnusedAccess => vec![READ_UNUSED_ACCESS_ACTIONS],
        }
    }

    #[test]
    fn a_command_needs_what_its_ports_cost_and_nothing_else() {
        for command in LiveCommand::ALL {
            let rows: Vec<&str> = command.permissions().map(|it| it.action).collect();
            let needed: BTreeSet<&str> = rows.iter().copied().collect();
            assert_eq!(needed.len(), rows.len(), "{command:?} has a row twice");
            let cost: BTreeSet<&str> = cost(command).concat().into_iter().collect();
            assert_eq!(needed, cost, "{command:?}");
        }
    }

    #[test]
    fn the_command_is_known_by_what_it_needs() {
        let needing = |action| LiveCommand::needing(action).collect::<Vec<_>>();
        assert_eq!(needing("account:ListRegions"), [Scan]);
        assert_eq!(needing("kms:Decrypt"), [CloudTrail]);
        assert_eq!(needing("iam:DeleteRole"), []);
    }
}
