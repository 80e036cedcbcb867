//! `leastwise evidence generated-policies`: a usage file from the policies that IAM Access Analyzer
//! generates from a trail.
//!
//! AWS generates one policy at a time and begins 50 a day, so this is a queue: the widest
//! principals first, what is done kept in a folder, and the next run goes on with the others.

use crate::arguments::{GeneratedPoliciesArguments, wrong_usage};
use crate::failure::Failure;
use crate::input::{self, InputError};
use crate::live::Live;
use crate::output::{self, ExitCode, printable};
use crate::progress::Progress;
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{
    AnalyzerError, GeneratePolicies, GeneratedPolicies, Generation, PolicyGeneration,
};
use leastwise_policy::catalog::Catalog;
use leastwise_policy::permissions::Permissions;
use leastwise_rightsizing::evidence::witnesses::{Source, Subject, Times, UsageLog};
use leastwise_rightsizing::iam::{
    Account, IDENTITY_CENTER_PATH, Principal, PrincipalArn, SERVICE_LINKED_PATH,
};
use leastwise_trails::analyzer::used_in;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait between two looks at a job, the first ones and all that follow. Generating
/// takes minutes.
const WAITS: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(15),
];

/// By which code AWS says that it generates no more now: another generation goes on, or those of
/// the day are used up.
///
/// Source:
/// <https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_StartPolicyGeneration.html>.
const NO_MORE: [&str; 2] = ["ServiceQuotaExceededException", "ConflictException"];

/// Runs the command.
pub(crate) fn run(
    arguments: &GeneratedPoliciesArguments,
    now: DateTime<Utc>,
) -> Result<ExitCode, Failure> {
    input::check_output(arguments.output.as_deref(), arguments.widest_of.as_slice())?;
    let (from, to) = arguments.period(now).map_err(|why| wrong_usage(&why))?;
    let principals = principals(arguments)?;
    let account = one_account(&principals)?;
    let work = arguments.work.as_deref().map(Work::open).transpose()?;
    let live = Live::connect(&arguments.live)?;
    let wanted = |principal: &PrincipalArn| PolicyGeneration {
        principal: principal.clone(),
        trail_arn: arguments.trail.clone(),
        access_role: arguments.access_role.clone(),
        from,
        to,
    };
    let mut queue = Queue { log: UsageLog::new(Source::AccessAnalyzer, &account), left: 0 };
    let progress = Progress::waiting(principals.len(), "principals");
    let (mut begun, mut is_over) = (0, false);
    for principal in &principals {
        progress.at(principal.to_string());
        if let Some(kept) = work.as_ref().and_then(|work| work.kept(principal, &account)) {
            queue.log.join(kept);
        } else if is_over || begun >= arguments.most {
            queue.left += 1;
        } else {
            begun += 1;
            match live.wait_for(generated(&live.aws(), &wanted(principal)))? {
                Outcome::Done(policies) => {
                    if !policies.is_complete {
                        output::say(&format!(
                            "warning: what was generated for `{principal}` lacks actions that Access Analyzer \
                             could not identify"
                        ));
                    }
                    let log = log(principal, &policies, &account)?;
                    work.as_ref().map_or(Ok(()), |work| work.keep(principal, &log))?;
                    queue.log.join(log);
                }
                Outcome::Failed(why) => {
                    queue.left += 1;
                    output::say(&format!(
                        "warning: nothing was generated for `{principal}`: {}",
                        printable(&why)
                    ));
                }
                Outcome::NoMore(why) => {
                    (is_over, queue.left) = (true, queue.left + 1);
                    output::say(&format!(
                        "warning: AWS generates no more now: {}",
                        printable(&why)
                    ));
                }
            }
        }
        progress.step();
    }
    drop(progress);
    queue.tell(principals.len());
    output::usage_log(&queue.log, arguments.output.as_deref())?;
    Ok(ExitCode::Done)
}

/// What came of the principals.
struct Queue {
    log: UsageLog,
    /// How many have no policy yet.
    left: usize,
}

impl Queue {
    fn tell(&self, all: usize) {
        let (used, _) = self.log.len();
        let done = all - self.left;
        output::say(&format!("{done} of {all} principals have a generated policy, used: {used}"));
        if self.left > 0 {
            output::say(&format!(
                "{} have none: run it again with the same --work, tomorrow if AWS takes no more \
                 today",
                self.left
            ));
        }
    }
}

/// What came of one principal.
enum Outcome {
    Done(GeneratedPolicies),
    Failed(String),
    NoMore(String),
}

/// Has a policy generated, or takes the one of this time that AWS remembers.
async fn generated(
    aws: &impl GeneratePolicies,
    wanted: &PolicyGeneration,
) -> Result<Outcome, AnalyzerError> {
    let is_of_this_time = |it: &GeneratedPolicies| (it.from, it.to) == (wanted.from, wanted.to);
    let is_meant =
        |it: &GeneratedPolicies| it.principal == wanted.principal.to_string() && it.from <= it.to;
    for job in aws.generations(&wanted.principal).await? {
        match ended(aws, &job).await? {
            Generation::Done(policies) if is_of_this_time(&policies) && is_meant(&policies) => {
                return Ok(Outcome::Done(policies));
            }
            Generation::Done(_) | Generation::Failed(_) | Generation::InProgress => {}
        }
    }
    let job = match aws.begin(wanted).await {
        Ok(job) => job,
        Err(error) if NO_MORE.iter().any(|code| error.is(code)) => {
            return Ok(Outcome::NoMore(error.to_string()));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(match ended(aws, &job).await? {
        Generation::Done(policies) if is_meant(&policies) => Outcome::Done(policies),
        Generation::Done(other) => Outcome::Failed(format!(
            "the answer is about `{}`, {} to {}",
            other.principal, other.from, other.to
        )),
        Generation::Failed(why) => Outcome::Failed(why),
        Generation::InProgress => Outcome::Failed("it did not end".to_owned()),
    })
}

/// What became of a job once it is over.
async fn ended(aws: &impl GeneratePolicies, job: &str) -> Result<Generation, AnalyzerError> {
    let [first @ .., last] = WAITS;
    let mut waits = first.into_iter().chain(std::iter::repeat(last));
    loop {
        match aws.generation(job).await? {
            Generation::InProgress => {
                tokio::time::sleep(waits.next().unwrap_or(last)).await;
            }
            over @ (Generation::Done(_) | Generation::Failed(_)) => return Ok(over),
        }
    }
}

/// What the policies show as used. It was so at some time of the period, and the end of that is the
/// latest that it can have been.
fn log(
    principal: &PrincipalArn,
    generated: &GeneratedPolicies,
    account: &str,
) -> Result<UsageLog, InputError> {
    let mut log = UsageLog::new(Source::AccessAnalyzer, account);
    let regions = BTreeSet::new();
    let times = Times { first: generated.from, last: generated.to, count: 1, regions };
    for policy in &generated.policies {
        let used = used_in(policy)
            .map_err(|source| InputError::Analyzer { principal: principal.clone(), source })?;
        for called in used {
            log.used(Subject::Arn(principal.clone()), called, times.clone());
        }
    }
    Ok(log)
}

/// The principals, in the order in which policies are generated for them.
fn principals(arguments: &GeneratedPoliciesArguments) -> Result<Vec<PrincipalArn>, InputError> {
    match &arguments.widest_of {
        Some(path) => Ok(widest_first(&input::account(path)?)),
        None => Ok(arguments.principals.clone()),
    }
}

/// Everybody who may be given a boundary, those who are granted most actions first.
fn widest_first(account: &Account) -> Vec<PrincipalArn> {
    let catalog = Catalog::embedded();
    let width = |principal: &Principal| {
        let documents = principal.granting_documents();
        documents.map_or(usize::MAX, |them| Permissions::of(them).actions(catalog).len())
    };
    let is_of_aws = |principal: &Principal| {
        [SERVICE_LINKED_PATH, IDENTITY_CENTER_PATH]
            .iter()
            .any(|path| principal.arn.path().starts_with(path))
    };
    let mut principals: Vec<&Principal> =
        account.principals().filter(|principal| !is_of_aws(principal)).collect();
    principals.sort_by_cached_key(|principal| (Reverse(width(principal)), principal.arn.clone()));
    principals.into_iter().map(|principal| principal.arn.clone()).collect()
}

/// The account of all of them.
fn one_account(principals: &[PrincipalArn]) -> Result<String, InputError> {
    let accounts: BTreeSet<&str> = principals.iter().map(PrincipalArn::account).collect();
    let mut accounts = accounts.into_iter();
    match (accounts.next(), accounts.next()) {
        (Some(account), None) => Ok(account.to_owned()),
        (Some(one), Some(other)) => {
            Err(InputError::TwoAccounts { one: one.to_owned(), other: other.to_owned() })
        }
        (None, _) => Err(InputError::NoPrincipals),
    }
}

/// The folder in which usage files of principals are kept.
struct Work(PathBuf);

impl Work {
    fn open(folder: &Path) -> Result<Self, InputError> {
        fs::create_dir_all(folder)
            .map_err(|source| InputError::WorkFolder { path: folder.to_owned(), source })?;
        Ok(Self(folder.to_owned()))
    }

    /// What was kept of a principal, if it is whole.
    fn kept(&self, principal: &PrincipalArn, account: &str) -> Option<UsageLog> {
        let log = input::usage_log(&self.file(principal)).ok()?;
        (log.account == account && log.source == Source::AccessAnalyzer).then_some(log)
    }

    fn keep(&self, principal: &PrincipalArn, log: &UsageLog) -> Result<(), Failure> {
        Ok(output::usage_log(log, Some(&self.file(principal)))?)
    }

    /// No two principals share a file, whatever is in their paths.
    fn file(&self, principal: &PrincipalArn) -> PathBuf {
        let name =
            principal.to_string().replace('%', "%25").replace('/', "%2F").replace(':', "%3A");
        self.0.join(format!("{name}.jsonl"))
    }
}
