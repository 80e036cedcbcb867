//! The command line's grammar. The doc comments are its help texts.

mod account;
mod analyzer;
mod complete_services;
mod explain;
mod export;
mod live;
mod local_list;
mod moment;
mod permissions;
mod place;
mod plan;
mod region;
mod shell;
mod trail_source;
mod writes;

use crate::doctor::Given;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::error::ErrorKind;
use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use complete_services::CompleteServices;
use leastwise_policy::catalog::Catalog;
use leastwise_policy::compress::{Readability, Wildcards};
use leastwise_rightsizing::iam::PrincipalArn;
use leastwise_rightsizing::settings::IgnoredPolicies;
use leastwise_rightsizing::settings::PrincipalList;
use leastwise_rightsizing::settings::{
    AlwaysAllow, BaseActions, BoundaryWildcards, KeepInverses, MaxEvidenceAgeDays, MinimumAgeDays,
    MinimumKnownPercent, NotPrincipalChecked, PreserveReads, ResourceGrants, SettingError,
    Threshold, UntrackedRegions, UnusedAfterDays, Weighting,
};
use local_list::LocalList;
use moment::moment;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

pub(crate) use account::AccountArgument;
pub(crate) use analyzer::{GeneratedPoliciesArguments, UnusedAccessArguments};
pub(crate) use explain::{Asked, ExplanationFormat};
pub(crate) use export::ExportArguments;
pub(crate) use live::LiveArguments;
pub(crate) use permissions::PermissionsArguments;
pub(crate) use place::{Place, PlaceArguments, ReadingArguments, Target};
pub(crate) use plan::{Showing, Tool};
pub(crate) use region::RegionsArgument;
pub(crate) use shell::{CompletionsArguments, ManArguments};
pub(crate) use trail_source::TrailSource;
pub(crate) use writes::{
    ApplyArguments, DeploymentArguments, HoldArgument, HoldArguments, RemediateArguments,
    RestoreArguments, ResumeArguments,
};

/// Scores how much of what IAM users and roles may do lies idle, and plans the boundary that takes
/// it away.
///
/// Exit codes: 0 done, 1 failed, or the doctor found what would fail, or a live scan ended before
/// everybody was read, 2 wrong usage, 3 a principal is above --threshold or --fail-above, or its
/// boundary is suspected of a break, 4 the one principal asked for was refused, or one of those to
/// write to.
#[derive(Debug, Parser)]
#[command(name = "leastwise", version = version())]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The program's version with that of the action catalogue it was built with.
fn version() -> String {
    let catalog = Catalog::embedded();
    format!(
        "{} (action catalogue: iam-data {} of {}, {} actions)",
        env!("CARGO_PKG_VERSION"),
        catalog.version(),
        catalog.date(),
        catalog.len()
    )
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the privilege-creep index of every user and role, 0 (all used) to 100 (all idle).
    ///
    /// The table begins with the highest index. It is as wide as COLUMNS says, or else the
    /// terminal, or else 120 columns. It shortens ARNs to fit, and has the counts `never used` and
    /// `stale` from 100 columns on. JSON and CSV have everything, in the order of the ARNs.
    Index(IndexArguments),
    /// Print the least-privilege permissions boundary of every user and role, with its reasons.
    ///
    /// With --principal the table is a text: what is kept and dropped and why, and how the boundary
    /// differs from the present one. --emit prints it as code for the tool that is to attach it.
    Plan(PlanArguments),
    /// Say everything of one user or role: how its index comes about, what grants what lies idle,
    /// by which evidence, what is unknown and what would settle it, and what a boundary would
    /// change.
    ///
    /// The text is as wide as COLUMNS says, or else the terminal, or else 120 columns. A terminal
    /// gets colours, unless `NO_COLOR` is set. Exits with 4 if no boundary can be planned.
    Explain(ExplainArguments),
    /// Judge everybody and plan everybody's boundary in one pass: a table, JSON, CSV, or one page
    /// of HTML that needs no network.
    ///
    /// Reads the account of the credentials from AWS, unless a saved one is named (--account and
    /// --access, or --saved). Ctrl-C ends reading: who was read is judged, and the exit code is 1.
    /// `leastwise permissions scan` prints what it may do on AWS.
    Scan(ScanArguments),
    /// Print the smallest IAM policy for the commands that ask AWS, and what each permission is
    /// for.
    ///
    /// Words in capitals in the policy, such as BUCKET, are for you to replace.
    Permissions(PermissionsArguments),
    /// Attach the planned boundary to users and roles of the account, as the deployment does: the
    /// same plan, proof, writes and records, so that either undoes what the other did.
    ///
    /// Plans, shows the plan, asks, applies that plan and no other, and plans once more: then
    /// nothing must be left to do. Cut short anywhere, it goes on when it is run again.
    ///
    /// Exits with 1 if somebody failed or you said no, and with 4 if somebody was refused.
    Apply(ApplyArguments),
    /// Put back what stood before Leastwise changed the boundary of users and roles, exactly.
    ///
    /// Undoes what `leastwise apply` did, and what the deployment did. Without a deployment, or
    /// where its settings cannot be read, it holds them for 30 days, and sends no messages.
    Restore(RestoreArguments),
    /// Have automatic remediation leave users and roles alone for a time, with their boundaries as
    /// they are; or, by `--lift`, no more.
    Hold(HoldArguments),
    /// Let automatic remediation go on after a halt.
    Resume(ResumeArguments),
    /// Have the deployment right-size users and roles, by its SSM document, and follow that.
    ///
    /// Ctrl-C stops following; the document goes on.
    Remediate(RemediateArguments),
    /// Check the parameters of a deployment before it is made: by what the template allows, what
    /// the functions can read, and who is in the account. Asks AWS nothing.
    ///
    /// What is left out has its default, as in a new stack. A stack that exists keeps the value
    /// that it has of what `aws cloudformation deploy` is not given: give that, too, to have it
    /// checked.
    ///
    /// Exits with 1 if something would fail. A warning is no failure, nor is what cannot be checked
    /// from here.
    Doctor(DoctorArguments),
    /// Compress, expand and judge lists of actions: a JSON object a line in, one a line out.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Work with usage files: what others than IAM saw of principals, for --evidence.
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Listen to what a workload's SDK tells of its own calls (client-side monitoring), and write a
    /// usage file of it.
    ///
    /// Starts the program after `--` with monitoring switched on, and ends when that has ended; or
    /// listens until Ctrl-C. Access keys and session tokens in what is told are never kept.
    Trace(TraceArguments),
    /// Print the script by which a shell completes this command line.
    Completions(CompletionsArguments),
    /// Write the manual pages of all commands into a folder.
    Man(ManArguments),
}

#[derive(Debug, Args)]
pub(crate) struct TraceArguments {
    /// The user or role that the workload runs under: what is told names nobody.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: PrincipalArn,
    /// The address to listen on. Any but a loopback address can be told lies by others.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", conflicts_with = "recorded")]
    pub(crate) address: IpAddr,
    /// The UDP port to listen on; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 31000, conflicts_with = "recorded")]
    pub(crate) port: u16,
    /// Recorded datagrams instead, one a line.
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    pub(crate) recorded: Option<PathBuf>,
    /// Where to write the usage file; stdout if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The program to start, with its arguments.
    #[arg(last = true, value_name = "PROGRAM")]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Read usage files and say what is in each, without using them for anything.
    ///
    /// Exits with 1 if a file is not what docs/usage-file.md describes, and says in which line.
    Check(CheckArguments),
    /// Read a CloudTrail trail, saved or in its bucket, and write a usage file of what principals
    /// of an account did.
    ///
    /// Takes files and folders: JSON as CloudTrail writes it, or a record a line, also compressed
    /// by gzip. In a folder laid out as S3 has it only what may be of the account and the time is
    /// read, and so it is in S3, day by day. A file that is cut short, not a trail, or may not be
    /// read is an error, and nothing is written.
    #[command(name = "cloudtrail")]
    CloudTrail(CloudTrailArguments),
    /// Have IAM Access Analyzer generate policies from a trail, and write a usage file of what they
    /// show as used.
    ///
    /// One after the other, as AWS takes them: one at a time and 50 a day, each some minutes. Shows
    /// use, attempts that were denied included, and calls nothing idle. Every use is dated at the
    /// end of the time that was read.
    GeneratedPolicies(GeneratedPoliciesArguments),
    /// Read what an analyzer of unused access has found, and write a usage file of it: a second
    /// opinion on what is idle.
    ///
    /// What IAM's data calls idle and the analyzer leaves out is unknown then. The analyzer is
    /// asked in its own Region.
    UnusedAccess(UnusedAccessArguments),
    /// Ask CloudTrail's event history, and write a usage file of what principals of the account of
    /// the credentials did.
    ///
    /// The history has the management events of the last 90 days, with or without a trail. It shows
    /// use, and calls nothing idle. CloudTrail answers with 50 events at a time and twice a second
    /// in each Region: 100,000 events take some 17 minutes.
    EventHistory(EventHistoryArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CloudTrailArguments {
    /// Files and folders, and trails in S3: `s3://BUCKET/PREFIX`, where the prefix is that of the
    /// trail, or a folder in it down to that of a Region.
    #[arg(value_name = "TRAIL", required = true)]
    pub(crate) trail: Vec<TrailSource>,
    /// The account whose principals are meant, by its twelve digits.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: AccountArgument,
    #[command(flatten)]
    pub(crate) period: Period,
    /// Say that no file of these days is missing, of a trail that logs all management events, reads
    /// and writes, those of KMS and of RDS's Data API included: then what the trail does not show
    /// may be called idle where IAM cannot tell. The last day before now never counts: files of it
    /// may be on their way.
    #[arg(long)]
    pub(crate) complete: bool,
    /// A folder to keep each day of a trail in S3 in, as a usage file: a run that was cut off goes
    /// on from there, and a day that is over is read once.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) work: Option<PathBuf>,
    /// Where to write the usage file; stdout if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

impl CloudTrailArguments {
    /// Whether the arguments go together.
    pub(crate) fn check(&self) -> Result<(), clap::Error> {
        self.period.check()?;
        let is_in_s3 = |it: &TrailSource| matches!(it, TrailSource::Bucket(_));
        if self.trail.iter().any(is_in_s3) {
            return Ok(());
        }
        let only =
            |what: &str| wrong_usage(&format!("{what} is for a trail in S3, and none is named"));
        match (&self.work, self.live.is_given()) {
            (Some(_), _) => Err(only("--work")),
            (None, true) => Err(only("access to AWS")),
            (None, false) => Ok(()),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct EventHistoryArguments {
    /// The account of the credentials, by its twelve digits.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: AccountArgument,
    /// The Regions to ask in, separated by commas; if left out, that of the credentials, and the
    /// one where calls of IAM and other global services are recorded.
    #[arg(long, value_name = "REGIONS")]
    pub(crate) regions: Option<RegionsArgument>,
    #[command(flatten)]
    pub(crate) period: Period,
    /// A folder to keep each day in, as a usage file: a run that was cut off goes on from there,
    /// and what CloudTrail has forgotten since is not lost.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) work: Option<PathBuf>,
    /// Where to write the usage file; stdout if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) live: LiveArguments,
}

impl EventHistoryArguments {
    /// Whether the arguments go together.
    pub(crate) fn check(&self) -> Result<(), clap::Error> {
        self.period.check()
    }
}

/// A stretch of time, open at either end.
#[derive(Debug, Args)]
pub(crate) struct Period {
    /// Only what happened at this moment or later, such as 2026-05-01 or 2026-05-01T12:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) from: Option<DateTime<Utc>>,
    /// Only what happened until this moment, it included.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) to: Option<DateTime<Utc>>,
}

impl Period {
    /// Whether it begins before it ends.
    fn check(&self) -> Result<(), clap::Error> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from > to => {
                let [from, to] = [from, to].map(|it| it.to_rfc3339_opts(SecondsFormat::Secs, true));
                Err(wrong_usage(&format!("--from ({from}) lies after --to ({to}); swap them")))
            }
            _ => Ok(()),
        }
    }
}

/// Arguments that do not go together, said as clap says what it finds itself.
pub(crate) fn wrong_usage(why: &str) -> clap::Error {
    Arguments::command().error(ErrorKind::ArgumentConflict, why)
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// The usage files.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    /// The parameters, in a form that AWS CLI takes: a list of `ParameterKey` and
    /// `ParameterValue`, a list of `"KEY=VALUE"`, or `{"Parameters": {…}}`.
    #[arg(long, value_name = "FILE", required_unless_present = "parameter_overrides")]
    pub(crate) parameters: Option<PathBuf>,
    /// Parameters as `aws cloudformation deploy` takes them; they go before those of the file.
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    pub(crate) parameter_overrides: Vec<Given>,
    /// A local copy of the list that a parameter names as `s3://BUCKET/KEY`; may be given for
    /// several.
    #[arg(long, value_name = "NAME=PATH")]
    pub(crate) list: Vec<LocalList>,
    /// What `aws iam get-account-authorization-details` prints: whoever is named must be there.
    #[arg(long, value_name = "FILE")]
    pub(crate) account: Option<PathBuf>,
    /// The template that is deployed; that of this program's version if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,
    /// How to print what is found.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) output: FindingsFormat,
}

/// How to print findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// One JSON object.
    Json,
    /// Text for people.
    Text,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// The shortest readable list of patterns that matches exactly these actions:
    /// {"id":…,"actions":[…]}.
    Compress(CompressArguments),
    /// The actions that patterns match, or documents permit: {"id":…,"patterns":[…]} or
    /// {"id":…,"documents":[…]}.
    Expand(LinesArguments),
    /// Which actions documents permit under a boundary:
    /// {"id":…,"documents":[…],"boundary":{…},"actions":[…]}.
    Permits(LinesArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CompressArguments {
    #[command(flatten)]
    pub(crate) lines: LinesArguments,
    /// Which wildcards a list may have: `exact`, `stable` (only those of reading actions that are
    /// unlikely to grow) or `none`.
    #[arg(long, value_name = "WILDCARDS", default_value = "exact")]
    pub(crate) wildcards: Wildcards,
    /// How hard a list may be to read for being short.
    #[arg(long, value_name = "HOW", default_value = "words")]
    pub(crate) readability: ReadabilityArgument,
}

/// Where a command that answers lines takes them from.
#[derive(Debug, Args)]
pub(crate) struct LinesArguments {
    /// The cases, a JSON object a line; the standard input if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
}

/// How hard a list may be to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReadabilityArgument {
    /// Wildcards start and end where words do, and stand for two actions or more.
    Words,
    /// Wildcards may also cut words and abridge a single name.
    LastResort,
}

impl From<ReadabilityArgument> for Readability {
    fn from(argument: ReadabilityArgument) -> Self {
        match argument {
            ReadabilityArgument::Words => Self::Words,
            ReadabilityArgument::LastResort => Self::LastResort,
        }
    }
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("place").args(["account", "saved"]).required(true))]
pub(crate) struct IndexArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// How to print the result.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Format,
    /// Exit with code 3 if a principal is above this index (0 to 100), or its boundary is suspected
    /// of a break, and with 1 if nobody could be judged. `compliance`, what the Config rule would
    /// report, goes by it, or else by the rule's default of 60.
    #[arg(long, value_name = "INDEX")]
    pub(crate) threshold: Option<Threshold>,
    #[command(flatten)]
    pub(crate) judging: JudgingArguments,
}

/// Who is not judged for want of age or of knowledge.
#[derive(Debug, Args)]
pub(crate) struct JudgingArguments {
    /// Do not judge principals younger than this, as the Config rule does with its default of 90 (0
    /// to 400).
    #[arg(long, value_name = "DAYS", default_value = "0")]
    pub(crate) minimum_age_days: MinimumAgeDays,
    /// Do not judge principals of whose granted weight less than this is known, used or idle (0 to
    /// 100 per cent).
    #[arg(long, value_name = "PERCENT", default_value = "50")]
    pub(crate) minimum_known_percent: MinimumKnownPercent,
}

#[derive(Debug, Args)]
#[command(mut_arg("principal", |argument| argument.hide(true)))]
#[command(group = ArgGroup::new("place").args(["account", "saved"]).required(true))]
pub(crate) struct ExplainArguments {
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) judging: JudgingArguments,
    #[command(flatten)]
    pub(crate) planning: PlanningArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// How to print the result: `html` is one page with everything, to open in a browser.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: ScanFormat,
    #[command(flatten)]
    pub(crate) export: ExportArguments,
    /// Where to write the result; stdout if left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
    /// Exit with code 3 if a principal is above this index (0 to 100), or its boundary is suspected
    /// of a break, and with 1 if nobody could be judged. `compliance` goes by it, or else by the
    /// rule's default of 60.
    #[arg(long, value_name = "INDEX")]
    pub(crate) fail_above: Option<Threshold>,
    /// An earlier scan of the account, as `--output json` printed it: the page shows how the index
    /// went since. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) earlier: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) judging: JudgingArguments,
    #[command(flatten)]
    pub(crate) planning: PlanningArguments,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}

impl ScanArguments {
    /// Whether the arguments go together.
    pub(crate) fn check(&self) -> Result<(), clap::Error> {
        self.reading.check(self.source.place.place().as_ref()).map_err(wrong_usage)?;
        if !self.earlier.is_empty() && self.output != ScanFormat::Html {
            return Err(wrong_usage("--earlier is for the page: give --output html, too"));
        }
        match (self.output == ScanFormat::Asff, self.export.is_given()) {
            (true, false) => Err(wrong_usage(
                "--output asff needs --security-hub-region: the Region of the Security Hub that the \
                 findings are for",
            )),
            (false, true) => Err(wrong_usage(
                "--security-hub-region is for the findings: give --output asff, too",
            )),
            (true, true) | (false, false) => Ok(()),
        }
    }
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("place").args(["account", "saved"]).required(true))]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// How to print the result.
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) showing: Showing,
    #[command(flatten)]
    pub(crate) planning: PlanningArguments,
}

/// What a boundary keeps, and who gets none.
#[derive(Debug, Args)]
pub(crate) struct PlanningArguments {
    /// What is left to a principal that uses nothing: actions, separated by commas, or
    /// `file://PATH`.
    #[arg(long, value_name = "ACTIONS", default_value = "sts:GetCallerIdentity")]
    pub(crate) base_actions: ListArgument<BaseActions>,
    /// What is kept, used or not, where it is granted: actions, separated by commas, or
    /// `file://PATH`.
    #[arg(long, value_name = "ACTIONS", default_value = "")]
    pub(crate) always_allow: ListArgument<AlwaysAllow>,
    /// Which wildcards a list of actions may have: `stable` (only those unlikely to grow in harm,
    /// unless the boundary would not fit), `exact` (the shortest list) or `none`.
    #[arg(long, value_name = "WILDCARDS", default_value = "stable")]
    pub(crate) wildcards: BoundaryWildcards,
    /// Whether you have checked that no resource policy denies by `NotPrincipal`: `true` or
    /// `false`.
    #[arg(long, value_name = "BOOLEAN", default_value = "false")]
    pub(crate) not_principal_checked: NotPrincipalChecked,
    /// A file with principals that get no plan although they are judged, one a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) do_not_enforce_list: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) resources: ResourcePolicyArguments,
}

/// What is known of the policies of resources, and what a boundary does about it.
#[derive(Debug, Args)]
pub(crate) struct ResourcePolicyArguments {
    /// What a boundary keeps of services whose resources have policies, beyond what identity
    /// policies grant: `keep` (everything), `read` (of a service whose policies were read
    /// completely, what they grant to the principal) or `none`.
    #[arg(long, value_name = "WHAT", default_value = "keep")]
    pub(crate) resource_grants: ResourceGrants,
    /// A folder with resource policies: what AWS CLI prints, in *.json files.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) resource_policies: Option<PathBuf>,
    /// The services of which the folder has every policy, of all Regions in use: IAM prefixes,
    /// separated by commas. Of others it may lack some. Counts with `--resource-grants read`.
    #[arg(
        long,
        value_name = "SERVICES",
        default_value = "",
        requires = "resource_policies",
        hide_default_value = true
    )]
    pub(crate) complete_services: CompleteServices,
}

/// What the commands read and how they judge it.
#[derive(Debug, Args)]
pub(crate) struct SourceArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// What `aws iam get-account-authorization-details` printed some days ago: what has been
    /// granted since is unknown and not idle, however little it was used.
    #[arg(long, value_name = "FILE")]
    pub(crate) earlier_account: Option<PathBuf>,
    /// A usage file: what CloudTrail or another tool saw of the account's principals. It can show
    /// use that IAM does not record, and, where it says that it would have seen everything, that
    /// something lies idle. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence: Vec<PathBuf>,
    /// Only this user or role.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<PrincipalArn>,
    /// Judge as of this moment, such as 2026-11-01 or 2026-11-01T12:00:00Z, instead of now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// For how many days a service may lie unused before it is idle (1 to 400).
    #[arg(long, value_name = "DAYS", default_value = "180")]
    pub(crate) unused_after_days: UnusedAfterDays,
    /// Whether idle list and read actions of used services are left alone: `true` or `false`.
    #[arg(long, value_name = "BOOLEAN", default_value = "false")]
    pub(crate) preserve_reads: PreserveReads,
    /// Managed policies whose grants are neither creep nor taken away: ARNs, separated by commas,
    /// or `file://PATH`.
    #[arg(long, value_name = "ARNS", default_value = "")]
    pub(crate) ignored_policies: ListArgument<IgnoredPolicies>,
    /// Weigh services by risk, all the same, or by risk and by what a principal can become through
    /// what lies idle: `risk`, `uniform` or `reach`.
    #[arg(long, value_name = "WEIGHTING", default_value = "risk")]
    pub(crate) weighting: Weighting,
    /// How many days old a report may be and still say that something is idle (1 to 400).
    #[arg(long, value_name = "DAYS", default_value = "5")]
    pub(crate) max_evidence_age_days: MaxEvidenceAgeDays,
    /// What never used means where IAM does not track every Region of the account: `unknown`, or
    /// `unused` if nothing runs there.
    #[arg(long, value_name = "USE", default_value = "unknown")]
    pub(crate) untracked_regions: UntrackedRegions,
    /// The enabled Regions of the account, separated by commas, as `aws account list-regions` shows
    /// them: without it those that IAM tracks are taken for all.
    #[arg(long, value_name = "REGIONS")]
    pub(crate) regions: Option<RegionsArgument>,
    /// Whether what undoes an action in use is left alone: `true` or `false`.
    #[arg(long, value_name = "BOOLEAN", default_value = "true")]
    pub(crate) keep_inverses: KeepInverses,
    /// Principals to leave out: names, ARNs, paths such as /ops/, with * and ?, separated by
    /// commas, or `file://PATH`.
    #[arg(long, value_name = "LIST", default_value = "")]
    pub(crate) exempt_principals: ListArgument<PrincipalList>,
    /// A file with more of them, one a line, as the setting `ExemptionList` names one.
    #[arg(long, value_name = "FILE")]
    pub(crate) exemption_list: Option<PathBuf>,
    /// Principals for emergencies, left out before anything else is asked, in the same form.
    #[arg(long, value_name = "LIST", default_value = "")]
    pub(crate) break_glass_principals: ListArgument<PrincipalList>,
    /// Roles that run the organization, deploy, or were made for an AWS service, and that are to be
    /// judged and narrowed all the same, in the same form.
    #[arg(long, value_name = "LIST", default_value = "")]
    pub(crate) narrow_protected: ListArgument<PrincipalList>,
    /// The group whose members are left out: one of the account.
    #[arg(long, value_name = "GROUP")]
    pub(crate) admin_group_name: Option<String>,
}

/// A list: its entries, or after `file://`, as in AWS CLI, the file that has them.
#[derive(Debug, Clone)]
pub(crate) enum ListArgument<T> {
    /// The entries.
    Entries(T),
    /// The file.
    File(PathBuf),
}

impl<T: FromStr<Err = SettingError>> FromStr for ListArgument<T> {
    type Err = SettingError;

    fn from_str(value: &str) -> Result<Self, SettingError> {
        match value.strip_prefix("file://") {
            Some(path) => Ok(Self::File(path.into())),
            None => value.parse().map(Self::Entries),
        }
    }
}

/// How to print a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON array, an object per principal.
    Json,
    /// Comma-separated values with a header, a line per principal.
    Csv,
    /// A table for people.
    Table,
}

/// How to print a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// One JSON object: the account as a whole, and an object per principal.
    Json,
    /// Comma-separated values with a header, a line per principal.
    Csv,
    /// A page for a browser.
    Html,
    /// A log for code scanning, SARIF 2.1.0.
    Sarif,
    /// Findings for Security Hub, in the AWS Security Finding Format: one JSON array.
    Asff,
    /// Compliance Findings of OCSF 1.8.0: one JSON array.
    Ocsf,
    /// A Markdown table for a pull request or the summary of a job.
    Markdown,
    /// A table for people.
    Table,
}
