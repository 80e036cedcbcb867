//! What Leastwise needs of AWS: one small trait per need.
//!
//! Beside each trait stands a constant with the IAM actions that it costs. A future returned by a
//! port may be sent to another thread, and a port is `Sync`, so that a handler can ask about
//! several principals at once.

mod account;
mod boundary;
mod boundary_policies;
mod count_calls;
#[cfg(feature = "command-line")]
mod deployed_functions;
mod entries;
mod evaluations;
mod events;
mod find_group;
mod find_principal;
#[cfg(feature = "command-line")]
mod follow_automation;
#[cfg(feature = "command-line")]
mod generated_policies;
mod granting_policies;
mod group;
mod history;
mod objects;
mod policy;
mod policy_account;
mod preflight;
mod principal;
mod publish;
mod quarantine;
mod regions;
mod remember;
mod resource_policies;
mod secret;
mod start_automation;
mod start_execution;
mod tags;
#[cfg(feature = "command-line")]
mod unused_access;
mod usage;

pub use account::{ACTIONS as READ_ACCOUNT_ACTIONS, ReadAccount, ReadDetails, ReadError};
pub use boundary::{ACTIONS as ATTACH_BOUNDARY_ACTIONS, AttachBoundary, AttachError};
pub use boundary_policies::{
    ACTIONS as BOUNDARY_POLICIES_ACTIONS, BoundaryPolicies, Creation, NewPolicy, PolicyVersion,
    StoreError, StoredPolicy,
};
pub use count_calls::CountCalls;
#[cfg(feature = "command-line")]
pub use deployed_functions::{
    ACTIONS as DEPLOYED_FUNCTIONS_ACTIONS, DeployedFunction, DeployedFunctions,
};
pub use entries::{
    ACTIONS as ENTRIES_ACTIONS, Entries, EntriesError, MAKE_ACTIONS as MAKE_ENTRY_ACTIONS, Made,
    MakeEntry,
};
pub use evaluations::{
    ACTIONS as EVALUATIONS_ACTIONS, Compliance, ConfigurationItem, Evaluation, Evaluations,
    MAX_EVALUATIONS, ReportedResult, ReportingError,
};
pub use events::{ACTIONS as POUR_EVENTS_ACTIONS, PourEvents};
pub use find_group::{ACTIONS as FIND_GROUP_ACTIONS, FindGroup};
pub use find_principal::{ACTIONS as FIND_PRINCIPAL_ACTIONS, FindPrincipal};
#[cfg(feature = "command-line")]
pub use follow_automation::{
    ACTIONS as FOLLOW_AUTOMATION_ACTIONS, AutomationRun, AutomationStep, FollowAutomation, Progress,
};
#[cfg(feature = "command-line")]
pub use generated_policies::{
    ACTIONS as GENERATE_POLICIES_ACTIONS, AnalyzerError, GeneratePolicies, GeneratedPolicies,
    Generation, PolicyGeneration,
};
pub use granting_policies::{ACTIONS as GRANTING_POLICIES_ACTIONS, GrantingPolicies};
pub use group::{ACTIONS as READ_GROUP_ACTIONS, ReadGroup};
pub use history::{
    ACTIONS as READ_HISTORY_ACTIONS, CurrentItems, HistoryError, ReadHistory, RecordedItem,
    RecordedResource, SharedPast, Then,
};
pub use objects::{
    ACTIONS as READ_OBJECT_ACTIONS, FindBucket, LIST_ACTIONS as LIST_OBJECTS_ACTIONS, ListFolders,
    ListObjects, PourObject, ReadObject, WRITE_ACTIONS as WRITE_OBJECT_ACTIONS, WriteObject,
};
pub use policy::{ACTIONS as READ_POLICY_ACTIONS, ReadPolicy};
pub use policy_account::{
    ACTIONS as POLICY_ACCOUNT_ACTIONS, OwnPolicy, PolicyAccount, PolicyQuota, StockError,
};
pub use preflight::{
    ACTIONS as PREFLIGHT_ACTIONS, Decision, Finding, FindingKind, Preflight, PreflightError,
};
pub use principal::{ACTIONS as READ_PRINCIPAL_ACTIONS, ReadPrincipal};
pub use publish::{ACTIONS as PUBLISH_ACTIONS, Publish};
pub use quarantine::{ACTIONS as QUARANTINE_ACTIONS, Quarantine, QuarantineError};
pub use regions::{ACTIONS as READ_REGIONS_ACTIONS, ReadRegions, RegionsError};
pub use remember::{ACTIONS as REMEMBER_ACTIONS, Remember};
pub use resource_policies::{ACTIONS as READ_RESOURCE_POLICIES_ACTIONS, ReadResourcePolicies};
pub use secret::{ACTIONS as READ_SECRET_ACTIONS, ReadSecret, SecretError, SecretText};
pub use start_automation::{ACTIONS as START_AUTOMATION_ACTIONS, StartAutomation};
pub use start_execution::{ACTIONS as START_EXECUTION_ACTIONS, StartExecution};
pub use tags::{ACTIONS as TAG_PRINCIPAL_ACTIONS, TagError, TagPrincipal};
#[cfg(feature = "command-line")]
pub use unused_access::{
    ACTIONS as READ_UNUSED_ACCESS_ACTIONS, ReadUnusedAccess, UnusedAccessFinding, UnusedAction,
    UnusedPermission,
};
pub use usage::{
    ACTIONS as READ_USAGE_ACTIONS, CONCURRENT_REPORTS, ReadPages, ReadUsage, UsageError,
};
