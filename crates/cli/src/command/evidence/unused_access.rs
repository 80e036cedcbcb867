//! `leastwise evidence unused-access`: a usage file from what IAM Access Analyzer finds unused.

use crate::arguments::UnusedAccessArguments;
use crate::failure::Failure;
use crate::input::InputError;
use crate::live::Live;
use crate::output::{self, ExitCode, printable};
use crate::progress::Progress;
use chrono::{DateTime, Utc};
use leastwise_aws::ports::{ReadUnusedAccess, UnusedAccessFinding, UnusedPermission};
use leastwise_rightsizing::evidence::witnesses::{Source, Subject, UsageLog};
use leastwise_rightsizing::iam::PrincipalArn;
use leastwise_trails::analyzer::{UnusedInService, note_unused};
use std::collections::BTreeMap;

/// What was found unused of one principal, and when it was last analyzed.
struct Found {
    analyzed: DateTime<Utc>,
    unused: Vec<UnusedInService>,
}

/// Runs the command.
pub(crate) fn run(arguments: &UnusedAccessArguments) -> Result<ExitCode, Failure> {
    let analyzer = &arguments.analyzer;
    let live = Live::connect(&arguments.live())?;
    let account = arguments.account.as_ref().map_or(&*analyzer.account, |it| it.as_str());
    let aws = live.aws();
    let days = live.wait_for(aws.unused_after_days(&analyzer.arn))?;
    let Some(days) = days.filter(|days| *days > 0) else {
        return Err(InputError::NotOfUnusedAccess { analyzer: analyzer.arn.clone() }.into());
    };
    let found = live.wait_for(found(&aws, &analyzer.arn, account))?;
    let log = log(&found, days, account)?;
    output::say(&format!(
        "of {} principals Access Analyzer lists what was unused for {days} days",
        log.listed()
    ));
    output::usage_log(&log, arguments.output.as_deref())?;
    Ok(ExitCode::Done)
}

/// What the analyzer's findings say, by principal: there may be several on one.
async fn found(
    aws: &impl ReadUnusedAccess,
    analyzer: &str,
    account: &str,
) -> Result<BTreeMap<PrincipalArn, Found>, Failure> {
    let findings = aws.findings_of_unused_permissions(analyzer, account).await?;
    let progress = Progress::waiting(findings.len(), "findings");
    let mut found: BTreeMap<PrincipalArn, Found> = BTreeMap::new();
    for UnusedAccessFinding { id, principal, analyzed } in findings {
        progress.at(principal.as_str());
        let arn = principal.parse::<PrincipalArn>().ok();
        let Some(arn) = arn.filter(|arn| arn.account() == account) else {
            let name = printable(&principal);
            output::say(&format!(
                "warning: a finding is left out: `{name}` is no user or role of {account}"
            ));
            continue;
        };
        let unused = aws.unused_permissions(analyzer, &id).await?;
        let of_principal =
            found.entry(arn).or_insert_with(|| Found { analyzed, unused: Vec::new() });
        // The newest is the time of all: what is listed of an earlier one is unused since longer.
        of_principal.analyzed = of_principal.analyzed.max(analyzed);
        of_principal.unused.extend(unused.into_iter().map(in_service));
        progress.step();
    }
    Ok(found)
}

fn in_service(unused: UnusedPermission) -> UnusedInService {
    let actions = unused.actions.into_iter().map(|action| (action.name, action.last_accessed));
    UnusedInService {
        service: unused.service,
        last: unused.last_accessed,
        actions: actions.collect(),
    }
}

fn log(
    found: &BTreeMap<PrincipalArn, Found>,
    days: u16,
    account: &str,
) -> Result<UsageLog, InputError> {
    let mut log = UsageLog::new(Source::AccessAnalyzer, account);
    for (principal, Found { analyzed, unused }) in found {
        let subject = Subject::Arn(principal.clone());
        note_unused(&mut log, &subject, *analyzed, days, unused)
            .map_err(|source| InputError::Analyzer { principal: principal.clone(), source })?;
    }
    Ok(log)
}
