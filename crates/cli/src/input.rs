//! Reading the input files.

mod remarks;

use crate::access::{self, Access, AccessError};
use crate::arguments::{ListArgument, Place, RegionsArgument, SourceArguments};
use crate::doctor::{GivenError, TemplateError};
use crate::progress::{self, Progress};
use crate::roster;
use crate::saved::{self, SavedAccount, SavedError};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::text::{self, NotText};
use leastwise_report::trend::EarlierError;
use leastwise_rightsizing::evidence::witnesses::{UsageFileError, UsageLog, Witnesses};
use leastwise_rightsizing::evidence::{
    EarlierAccount, EarlierGrants, EnabledRegions, Evidence, LastAccessedReport, ReportError,
};
use leastwise_rightsizing::exemption::{
    ADMIN_GROUP_NAME, BREAK_GLASS_PRINCIPALS, EXEMPTION_LIST, ExemptionRules, admin_group,
};
use leastwise_rightsizing::iam::{Account, AccountError, Principal, PrincipalArn, UnreadableEntry};
use leastwise_rightsizing::reach::AccountReach;
use leastwise_rightsizing::resource_policies::{AnswerError, ResourcePolicies};
use leastwise_rightsizing::settings::{
    EXEMPT_PRINCIPALS, IgnoredPolicies, Judging, ListFileError, ListSetting, NARROW_PROTECTED,
    ObjectAddress, PrincipalList, SettingError, UntrackedRegions, Weighting, read_file,
};
use leastwise_trails::analyzer::AnalyzerFault;
use leastwise_trails::error::TrailError;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

const ACCOUNT_NEXT: &str = "aws iam get-account-authorization-details --output json > account.json";
const ACCESS_NEXT: &str = "write a JSON object from principal ARN to what \
     `aws iam get-service-last-accessed-details --max-items 1000 --job-id …` prints";

/// What a file of parameters is.
pub(crate) const PARAMETERS_NEXT: &str = "write what `aws cloudformation deploy \
     --parameter-overrides file://…` takes: [\"CodeBucket=…\", \"Threshold=40\"]";

/// Where the template comes from.
pub(crate) const TEMPLATE_NEXT: &str = "give cloudformation/leastwise.yaml";

const LIST_NEXT: &str = "write one entry a line; # begins a comment";

/// Where saved resource policies come from.
pub(crate) const RESOURCE_POLICIES_NEXT: &str = "save what AWS CLI prints as *.json files; \
     docs/resource-policies.md lists the commands";

/// Where usage files come from.
const USAGE_FILE_NEXT: &str = "write it by `leastwise evidence`, or as docs/usage-file.md says";

/// Where earlier scans come from.
pub(crate) const EARLIER_NEXT: &str = "give what `leastwise scan --output json` printed earlier of \
     this account, by the same settings";

/// Where the files of a trail come from.
pub(crate) const TRAIL_NEXT: &str =
    "fetch it again: aws s3 sync s3://BUCKET/AWSLogs/ACCOUNT/CloudTrail/ FOLDER";

/// An input file that cannot be used.
#[derive(Debug, Error)]
pub(crate) enum InputError {
    /// Not readable.
    #[error("could not read `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
        /// Where such a file comes from.
        next: &'static str,
    },
    /// Not text.
    #[error("could not read `{path}`")]
    Text {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NotText,
        /// Where such a file comes from.
        next: &'static str,
    },
    /// Not account data.
    #[error("could not use `{path}` as account data")]
    Account {
        /// The file.
        path: PathBuf,
        /// Why.
        source: AccountError,
    },
    /// Not reports by principal.
    #[error("could not use `{path}` as service last accessed data")]
    Access {
        /// The file.
        path: PathBuf,
        /// Why.
        source: AccessError,
    },
    /// Not a folder for an account.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// Not a list.
    #[error("could not use `{path}` as a list")]
    List {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ListFileError,
    },
    /// A setting that is not allowed.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// No such group.
    #[error("{ADMIN_GROUP_NAME} is `{group}`, and `{path}` has no group of this name")]
    NoSuchGroup {
        /// The group whose members were to be left out.
        group: String,
        /// The account file.
        path: PathBuf,
    },
    /// Not JSON.
    #[error("could not use `{path}` as a resource policy")]
    AnswerForm {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// Not an answer with resource policies.
    #[error("could not use `{path}` as a resource policy")]
    Answer {
        /// The file.
        path: PathBuf,
        /// Why.
        source: AnswerError,
    },
    /// A folder that is said to have all policies of a service, and has nothing that is read.
    #[error(
        "there is no *.json file in `{folder}`, so it does not have all policies of {services}"
    )]
    NoAnswers {
        /// The folder.
        folder: PathBuf,
        /// What is said to be complete.
        services: String,
    },
    /// The same, with something that is not read.
    #[error("`{path}` is not read, so the folder may not have all policies of {services}")]
    NotRead {
        /// What is not read: a link, or a file of another name.
        path: PathBuf,
        /// What is said to be complete.
        services: String,
    },
    /// Not a usage file.
    #[error("could not use `{path}` as a usage file")]
    UsageFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: UsageFileError,
    },
    /// An address at which nothing can be heard.
    #[error("could not listen on {at}")]
    Listen {
        /// Which.
        at: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A program that cannot be started or waited for.
    #[error("could not run `{program}`")]
    Program {
        /// Which.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// What is to be written is what is to be read.
    #[error("`{path}` would be written over, and is one of the files to be read")]
    OutputIsInput {
        /// The file.
        path: PathBuf,
    },
    /// Not a file of a trail.
    #[error(transparent)]
    Trail(TrailError),
    /// Not a file of a trail, in S3.
    #[error(transparent)]
    TrailObject(TrailError),
    /// No trail there.
    #[error(
        "there is no trail of {account} at `{given}`: neither AWSLogs/{account}/CloudTrail/ nor AWSLogs/o-…/{account}/CloudTrail/"
    )]
    NoTrail {
        /// Where it was to be.
        given: ObjectAddress,
        /// Whose.
        account: String,
    },
    /// A part of a trail that is too small to be named.
    #[error("`{given}` is a folder within the trail")]
    NotATrailFolder {
        /// What was given.
        given: ObjectAddress,
    },
    /// Nobody who could be judged.
    #[error(
        "nobody is judged: of {unknown} principals too little is known to say that they keep to a threshold"
    )]
    NobodyJudged {
        /// How many there are.
        unknown: usize,
    },
    /// A gate for nobody.
    #[error("nobody is there, so nobody keeps to a threshold")]
    NobodyThere,
    /// Reports that are too old say nothing of what lies idle.
    #[error(
        "{old} of those who are not judged have a report that is older than --max-evidence-age-days"
    )]
    OldReports {
        /// How many there are.
        old: usize,
    },
    /// An analyzer of something else.
    #[error("the analyzer `{analyzer}` is not one of unused access")]
    NotOfUnusedAccess {
        /// Its ARN.
        analyzer: String,
    },
    /// Not what Access Analyzer says of a principal.
    #[error("what Access Analyzer says of `{principal}` cannot be used")]
    Analyzer {
        /// Of whom.
        principal: PrincipalArn,
        /// Why.
        source: AnalyzerFault,
    },
    /// Principals of more than one account.
    #[error("the principals are of several accounts, {one} and {other}")]
    TwoAccounts {
        /// An account.
        one: String,
        /// Another one.
        other: String,
    },
    /// Nobody to ask about.
    #[error("there is no principal to generate a policy for")]
    NoPrincipals,
    /// No folder to keep days in.
    #[error("could not make the folder `{path}`")]
    WorkFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder with the days of something else.
    #[error("`{path}` has a day of `{trail}`, or of another version")]
    OtherWork {
        /// What stands beside the day.
        path: PathBuf,
        /// Where the trail of it is.
        trail: String,
    },
    /// Not parameters.
    #[error("could not use `{path}` as parameters")]
    Parameters {
        /// The file.
        path: PathBuf,
        /// Why.
        source: GivenError,
    },
    /// Not a template.
    #[error("could not use `{path}` as a template")]
    Template {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TemplateError,
    },
    /// Not an earlier scan.
    #[error("could not use `{path}` as an earlier scan")]
    Earlier {
        /// The file.
        path: PathBuf,
        /// Why.
        source: EarlierError,
    },
    /// A name that nobody has.
    #[error("nobody in `{path}` is called `{name}`")]
    NobodyCalled {
        /// The name.
        name: String,
        /// The account file.
        path: PathBuf,
        /// Who is called much like it.
        near: Vec<PrincipalArn>,
    },
    /// A name that several have.
    #[error("in `{path}` several are called `{name}`: {}", in_a_row(those))]
    SeveralCalled {
        /// The name.
        name: String,
        /// The account file.
        path: PathBuf,
        /// They.
        those: Vec<PrincipalArn>,
    },
    /// No such principal.
    #[error("`{principal}` is not in `{path}`")]
    NoSuchPrincipal {
        /// The principal asked for.
        principal: PrincipalArn,
        /// The account file.
        path: PathBuf,
    },
}

impl InputError {
    /// What to do next.
    pub(crate) fn next(&self) -> Cow<'static, str> {
        if let Self::NobodyCalled { near, .. } = self
            && !near.is_empty()
        {
            return format!("perhaps it is {}", in_a_row(near)).into();
        }
        self.next_by_kind().into()
    }

    /// The same where it does not depend on names.
    fn next_by_kind(&self) -> &'static str {
        match self {
            Self::File { next, .. } | Self::Text { next, .. } => next,
            Self::Account { .. } => ACCOUNT_NEXT,
            Self::List { .. } => LIST_NEXT,
            Self::Parameters { .. } => PARAMETERS_NEXT,
            Self::Template { .. } => TEMPLATE_NEXT,
            Self::Setting(_) | Self::NoSuchGroup { .. } => {
                "leave it out, or name a group of the account"
            }
            Self::Access { .. } => ACCESS_NEXT,
            Self::Saved(error) => error.next(),
            Self::UsageFile { .. } => USAGE_FILE_NEXT,
            Self::Trail(_) => TRAIL_NEXT,
            Self::TrailObject(_) => {
                "look at the object (aws s3 cp s3://… -); if it is none of CloudTrail's, take it out of the folder"
            }
            Self::NoTrail { .. } => {
                "give s3://BUCKET/PREFIX as `aws cloudtrail describe-trails` shows them: S3BucketName, S3KeyPrefix"
            }
            Self::NotATrailFolder { .. } => {
                "give the folder CloudTrail/ or that of a Region, and the days by --from and --to"
            }
            Self::NobodyJudged { .. } => {
                "see why in the result: fetch new reports, or name the Regions (--regions)"
            }
            Self::NobodyThere => "see whether the account data is that of the account, and whole",
            Self::OldReports { .. } => {
                "fetch new reports, or judge as of when these were made (--as-of)"
            }
            Self::NotOfUnusedAccess { .. } => {
                "give the ARN of one: aws accessanalyzer list-analyzers --type ACCOUNT_UNUSED_ACCESS"
            }
            Self::Analyzer { .. } => "run it again; if it stays, it is a fault of Leastwise",
            Self::TwoAccounts { .. } => "give those of one account at a time",
            Self::NoPrincipals => "give --widest-of the file of an account with users or roles",
            Self::WorkFolder { .. } => "give --work a folder that can be written",
            Self::OtherWork { .. } => {
                "give --work a folder of its own for each trail, or empty this one"
            }
            Self::OutputIsInput { .. } => "give the output another file",
            Self::Listen { .. } => "give --port another port, or 0 for a free one",
            Self::Program { .. } => "give the program's path after `--`, as a shell would start it",
            Self::AnswerForm { .. }
            | Self::Answer { .. }
            | Self::NoAnswers { .. }
            | Self::NotRead { .. } => RESOURCE_POLICIES_NEXT,
            Self::Earlier { .. } => EARLIER_NEXT,
            Self::NobodyCalled { .. } => "`leastwise index` shows who is there",
            Self::SeveralCalled { .. } => "give more of the name, such as role/NAME, or the ARN",
            Self::NoSuchPrincipal { .. } => "leave out --principal to see who is there",
        }
    }
}

fn in_a_row(principals: &[PrincipalArn]) -> String {
    let names: Vec<String> = principals.iter().map(|arn| format!("`{arn}`")).collect();
    names.join(", ")
}

impl SourceArguments {
    /// How use is judged.
    pub(crate) fn judging(&self) -> Result<Judging, InputError> {
        Ok(Judging {
            unused_after: self.unused_after_days,
            preserve_reads: self.preserve_reads,
            ignored_policies: self.ignored_policies.load(IgnoredPolicies::NAME)?,
            weighting: self.weighting,
            max_evidence_age: self.max_evidence_age_days,
            untracked_regions: self.untracked_regions,
            keep_inverses: self.keep_inverses,
        })
    }

    /// Who is left out.
    pub(crate) fn exemptions(&self) -> Result<ExemptionRules, InputError> {
        Ok(ExemptionRules {
            break_glass: self.break_glass_principals.load(BREAK_GLASS_PRINCIPALS)?,
            exempt_principals: self.exempt_principals.load(EXEMPT_PRINCIPALS)?,
            exemption_list: list(EXEMPTION_LIST, self.exemption_list.as_deref())?,
            admin_group: self.admin_group()?,
            narrow_protected: self.narrow_protected.load(NARROW_PROTECTED)?,
        })
    }

    /// Those that were named, or else those that were read.
    fn enabled_regions(&self, read: Option<&BTreeSet<String>>) -> EnabledRegions {
        let named = self.regions.as_ref().map(|RegionsArgument(regions)| regions);
        named.or(read).cloned().map_or(EnabledRegions::NotAsked, EnabledRegions::Known)
    }

    fn admin_group(&self) -> Result<Option<String>, SettingError> {
        admin_group(self.admin_group_name.as_deref().unwrap_or_default())
    }
}

impl<T: ListSetting + Clone> ListArgument<T> {
    /// The entries of the setting `name`, wherever they are.
    pub(crate) fn load(&self, name: &'static str) -> Result<T, InputError> {
        match self {
            Self::Entries(list) => Ok(list.clone()),
            Self::File(path) => list_file(name, path),
        }
    }
}

/// The list in a file, if there is one.
pub(crate) fn list(name: &'static str, path: Option<&Path>) -> Result<PrincipalList, InputError> {
    path.map_or_else(|| Ok(PrincipalList::default()), |path| list_file(name, path))
}

fn list_file<T: ListSetting>(name: &'static str, path: &Path) -> Result<T, InputError> {
    read_file(name, &list_bytes(path)?)
        .map_err(|source| InputError::List { path: path.to_owned(), source })
}

/// The bytes of a list's file.
pub(crate) fn list_bytes(path: &Path) -> Result<Vec<u8>, InputError> {
    bytes(path, LIST_NEXT)
}

fn bytes(path: &Path, next: &'static str) -> Result<Vec<u8>, InputError> {
    std::fs::read(path).map_err(|source| InputError::File { path: path.to_owned(), source, next })
}

/// How many principals are judged before the first of them is printed: enough to keep all cores
/// busy, and few enough to hold what is said of them.
const AT_A_TIME: usize = 256;

/// What there is to judge: principals, each with the evidence on it or why there is none.
///
/// Entries that cannot be read are principals, too.
pub(crate) struct Input {
    account: Account,
    earlier: Option<EarlierAccount>,
    reports: Reports,
    regions: EnabledRegions,
    resource_policies: Arc<ResourcePolicies>,
    witnesses: Witnesses,
    /// How far everybody in the account gets, where the weighting asks for it.
    reach: Option<Arc<AccountReach>>,
    only: Option<PrincipalArn>,
}

/// Where the reports are.
enum Reports {
    /// In one file.
    File(Access),
    /// In a folder, each in a file of its own.
    Folder(SavedAccount),
}

impl Reports {
    /// Those of a folder; `None` where the place is none.
    fn in_folder(place: &Place) -> Result<Option<Self>, InputError> {
        match place {
            Place::Files { .. } => Ok(None),
            Place::Folder(folder) => Ok(Some(Self::Folder(SavedAccount::open(folder)?))),
        }
    }

    fn in_file(path: &Path) -> Result<Self, InputError> {
        let refused = |source| InputError::Access { path: path.to_owned(), source };
        access::read(text(path, ACCESS_NEXT)?).map(Self::File).map_err(refused)
    }

    fn on(&self, principal: &Principal) -> Result<LastAccessedReport, ReportError> {
        match self {
            Self::File(file) => file.report(&principal.arn),
            Self::Folder(folder) => folder.report(principal),
        }
    }

    /// Whether everybody had a turn when the reports were read.
    fn are_whole(&self) -> bool {
        match self {
            Self::File(_) => true,
            Self::Folder(folder) => folder.notes().complete,
        }
    }

    /// The enabled Regions, where they were read with the reports.
    fn regions(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::File(_) => None,
            Self::Folder(folder) => folder.notes().regions.as_ref(),
        }
    }

    fn remark(&self, account: &Account, only: Option<&PrincipalArn>) {
        match self {
            Self::File(file) => remarks::on_reports(file, account),
            Self::Folder(folder) if only.is_none() => remarks::on_folder(folder),
            Self::Folder(_) => {}
        }
    }
}

impl Place {
    /// The account's details.
    pub(crate) fn account_file(&self) -> PathBuf {
        match self {
            Self::Files { account, .. } => account.clone(),
            Self::Folder(folder) => saved::account_file(folder),
        }
    }

    /// Everything that is read.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::Files { account, access } => vec![account.clone(), access.clone()],
            Self::Folder(folder) => saved::files(folder).into(),
        }
    }
}

/// Somebody of whom something is said.
enum Entry<'a> {
    Principal(&'a Principal),
    Unreadable(&'a str, &'a UnreadableEntry),
}

impl Entry<'_> {
    /// By what entries are sorted: ARNs, and then names that are none.
    fn key(&self) -> Result<PrincipalArn, String> {
        match self {
            Self::Principal(principal) => Ok(principal.arn.clone()),
            Self::Unreadable(name, _) => name.parse().map_err(|_| (*name).to_owned()),
        }
    }
}

impl Input {
    /// Reads what is at `place`, and the other files that the arguments name.
    pub(crate) fn read(source: &SourceArguments, place: &Place) -> Result<Self, InputError> {
        let account_file = place.account_file();
        let in_folder = Reports::in_folder(place)?;
        let account = self::account(&account_file)?;
        let earlier = source.earlier_account.as_deref().map(self::account).transpose()?;
        if let Some(group) = source.admin_group()?
            && roster::has_group(&account, &group) == Some(false)
        {
            return Err(InputError::NoSuchGroup { group, path: account_file });
        }
        if let Some(Reports::Folder(folder)) = &in_folder {
            folder.check_account(&account)?;
        }
        let reports = match (in_folder, place) {
            (Some(reports), _) => reports,
            (None, Place::Files { access: path, .. } | Place::Folder(path)) => {
                Reports::in_file(path)?
            }
        };
        let mut witnesses = Witnesses::default();
        for path in &source.evidence {
            let log = usage_log(path)?;
            remarks::on_strangers(&log, path, &account);
            witnesses.add(log);
        }
        let is_there = |arn: &PrincipalArn| roster::principals(&account).any(|it| it == *arn);
        if let Some(principal) = source.principal.as_ref().filter(|arn| !is_there(arn)) {
            return Err(InputError::NoSuchPrincipal {
                principal: principal.clone(),
                path: account_file,
            });
        }
        remarks::on_entries(&account);
        reports.remark(&account, source.principal.as_ref());
        remarks::on_usage_files(&witnesses, &account);
        let regions = source.enabled_regions(reports.regions());
        if regions == EnabledRegions::NotAsked
            && source.untracked_regions == UntrackedRegions::Unknown
        {
            remarks::on_regions();
        }
        let reach = match source.weighting {
            Weighting::Risk | Weighting::Uniform => None,
            Weighting::Reach => {
                remarks::on_reach(&account);
                Some(Arc::new(AccountReach::of(&account, Catalog::embedded())))
            }
        };
        Ok(Self {
            account,
            earlier: earlier.map(EarlierAccount::from),
            reports,
            regions,
            resource_policies: Arc::default(),
            witnesses,
            reach,
            only: source.principal.clone(),
        })
    }

    /// The same, with what is known of resource policies.
    pub(crate) fn with_resource_policies(self, policies: ResourcePolicies) -> Self {
        Self { resource_policies: Arc::new(policies), ..self }
    }

    /// The same, with only one principal in it.
    pub(crate) fn about(self, only: PrincipalArn) -> Self {
        Self { only: Some(only), ..self }
    }

    /// Whether what is asked for was read to its end. Of one principal its own report tells.
    pub(crate) fn is_whole(&self) -> bool {
        self.only.is_some() || self.reports.are_whole()
    }

    /// The account.
    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// What `of` says of each principal and `unreadable` of each that cannot be read, worked out on
    /// all cores, as far as somebody asks for it. In the order of their ARNs, then of their names.
    /// `streams` says whether each is printed as soon as it is there.
    pub(crate) fn rows<R: Send>(
        &self,
        streams: bool,
        of: impl Fn(&Principal, Result<&Evidence, &ReportError>) -> R + Sync,
        unreadable: impl Fn(&str, &UnreadableEntry) -> R + Sync,
    ) -> impl Iterator<Item = R> {
        let entries = self.entries();
        let progress = progress::of_judging(entries.len(), streams);
        let row = move |entry: &Entry<'_>| {
            let row = match entry {
                Entry::Principal(principal) => of(principal, self.evidence(principal).as_ref()),
                Entry::Unreadable(name, entry) => unreadable(name, entry),
            };
            progress.iter().for_each(Progress::step);
            row
        };
        (0..entries.len()).step_by(AT_A_TIME).flat_map(move |from| {
            let next = entries.get(from..).unwrap_or_default();
            let next = next.get(..AT_A_TIME).unwrap_or(next);
            next.par_iter().map(&row).collect::<Vec<R>>()
        })
    }

    fn entries(&self) -> Vec<Entry<'_>> {
        let is_asked = |arn: &PrincipalArn| self.only.as_ref().is_none_or(|only| only == arn);
        let principals = self.account.principals().filter(|principal| is_asked(&principal.arn));
        let mut entries: Vec<Entry<'_>> = principals.map(Entry::Principal).collect();
        entries.extend(self.unreadable().map(|(name, entry)| Entry::Unreadable(name, entry)));
        entries.sort_by_cached_key(Entry::key);
        entries
    }

    /// The principals of which the account data cannot be read, each under the name that it has
    /// there.
    fn unreadable(&self) -> impl Iterator<Item = (&str, &UnreadableEntry)> {
        let principals = self.account.unreadable().iter().filter(|entry| entry.is_principal());
        principals
            .filter(|entry| self.only.is_none() || self.only == entry.principal())
            .filter_map(|entry| Some((entry.name.as_deref()?, entry)))
    }

    /// What is known of the principal, read only now: the reports of all would take much memory.
    fn evidence(&self, principal: &Principal) -> Result<Evidence, ReportError> {
        let report = self.reports.on(principal)?;
        let earlier = self.earlier.as_ref();
        Ok(Evidence {
            earlier: earlier.map_or(EarlierGrants::NotAsked, |earlier| earlier.grants(principal)),
            regions: self.regions.clone(),
            resource_policies: Arc::clone(&self.resource_policies),
            sightings: self.witnesses.of(principal),
            reach: self.reach.clone(),
            ..report.into()
        })
    }
}

/// Checks that a result is not written over what it is made of.
pub(crate) fn check_output<'a>(
    output: Option<&Path>,
    read: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(), InputError> {
    let Some(output) = output.and_then(meant) else { return Ok(()) };
    let lies_there =
        |path: &&PathBuf| path.canonicalize().is_ok_and(|path| output.starts_with(path));
    match read.into_iter().find(lies_there) {
        Some(path) => Err(InputError::OutputIsInput { path: path.clone() }),
        None => Ok(()),
    }
}

/// The path of a file that may not be there yet.
fn meant(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().map(|it| if it == Path::new("") { Path::new(".") } else { it });
    let made = || Some(folder?.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(made)
}

/// The account in a file.
pub(crate) fn account(path: &Path) -> Result<Account, InputError> {
    Account::from_json(&text(path, ACCOUNT_NEXT)?)
        .map_err(|source| InputError::Account { path: path.to_owned(), source })
}

/// What a usage file says.
pub(crate) fn usage_log(path: &Path) -> Result<UsageLog, InputError> {
    let file = File::open(path).map_err(|source| InputError::File {
        path: path.to_owned(),
        source,
        next: USAGE_FILE_NEXT,
    })?;
    UsageLog::read_from(&mut BufReader::new(file))
        .map_err(|source| InputError::UsageFile { path: path.to_owned(), source })
}

/// The text of a file.
pub(crate) fn text(path: &Path, next: &'static str) -> Result<String, InputError> {
    text::decode_owned(bytes(path, next)?).map_err(|source| InputError::Text {
        path: path.to_owned(),
        source,
        next,
    })
}
