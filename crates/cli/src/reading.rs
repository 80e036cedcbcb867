//! Reading an account from AWS into a folder: who is there, which Regions are enabled, and a report
//! on everybody.
//!
//! Whatever cannot be read of one principal costs that principal only. What ends the run as a whole
//! (Ctrl-C, credentials that are over, no network) leaves what was read.

use crate::failure::Failure;
use crate::input::InputError;
use crate::interruption::Interruption;
use crate::live::{LiveError, denied, fails_every_call, smallest_policy};
use crate::output::{self, printable};
use crate::progress::Progress;
use crate::saved::{SavedAccount, SavedError, SavedNotes};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, stream};
use leastwise_aws::ports::{
    CONCURRENT_REPORTS, CountCalls, ReadDetails, ReadPages, ReadRegions, RegionsError, UsageError,
};
use leastwise_aws::{CallError, Calls};
use leastwise_rightsizing::evidence::{Granularity, ReportPage};
use leastwise_rightsizing::iam::{
    Account, IDENTITY_CENTER_PATH, Principal, PrincipalArn, SERVICE_LINKED_PATH,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::pin::pin;
use std::time::{Duration, Instant};

/// How old a report may be and still be kept by a run that goes on: IAM's data are four hours late
/// anyway, and a run that was cut off is resumed on the same day.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// For how long everything may take: nobody waits for longer.
const PATIENCE: Duration = Duration::from_hours(72);

/// How many principals a warning names.
const NAMED: usize = 5;

/// What is to be read, and where to put it.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// The folder.
    pub(crate) folder: &'a Path,
    /// What an earlier run left in it, if it is to go on there.
    pub(crate) begun: Option<SavedAccount>,
    /// Whether to ask for the enabled Regions.
    pub(crate) asks_regions: bool,
    /// The only one on whom there is to be a report.
    pub(crate) only: Option<&'a PrincipalArn>,
    /// The present.
    pub(crate) now: DateTime<Utc>,
}

/// How reading ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// Everybody had a turn.
    Whole,
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// A call failed as every other would.
    Lost(CallError),
}

impl Reading<'_> {
    /// Reads the account.
    ///
    /// # Errors
    ///
    /// When it cannot be learned who is there, or nothing can be written.
    pub(crate) async fn run(
        self,
        aws: &(impl ReadDetails + ReadPages + ReadRegions + CountCalls),
        interruption: &Interruption,
    ) -> Result<End, Failure> {
        let regions = if self.asks_regions { Some(regions(aws).await?) } else { None };
        let details = tokio::select! {
            biased;
            () = interruption.asked() => return Err(LiveError::Stopped.into()),
            details = aws.details() => details.map_err(LiveError::from)?,
        };
        let text = serde_json::to_string(&details).map_err(io::Error::from)?;
        let account = Account::from_json(&text).map_err(LiveError::from)?;
        let first = account.principals().next().map(|it| &it.arn);
        let notes = SavedNotes::begun(first, regions, self.now);
        self.check_same_account(&notes).map_err(InputError::from)?;
        let saved = SavedAccount::begin(self.folder, notes, &details)?;
        let mut reports = Reports::of(&account, self.only, |it| self.is_kept(it));
        let end = reports.read(aws, &saved, interruption).await?;
        reports.tell(&end);
        conclude(saved, reports, &end)?;
        Ok(end)
    }

    fn check_same_account(&self, notes: &SavedNotes) -> Result<(), SavedError> {
        let before = self.begun.as_ref().and_then(|begun| begun.notes().account.clone());
        match (before, &notes.account) {
            (Some(saved), Some(account)) if saved != *account => Err(SavedError::OtherAccount {
                path: self.folder.to_owned(),
                saved,
                account: account.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Whether there is a report on the principal that is young enough.
    fn is_kept(&self, principal: &Principal) -> bool {
        let report = self.begun.as_ref().and_then(|begun| begun.report(principal).ok());
        let completed = report.and_then(|report| report.completed());
        completed.is_some_and(|made| self.now - KEPT < made && made <= self.now)
    }
}

/// Says in the folder how reading ended.
fn conclude(mut saved: SavedAccount, reports: Reports<'_>, end: &End) -> io::Result<()> {
    let left = reports.left.keys().map(|arn| (arn.to_string(), end.why()));
    let unread: BTreeMap<String, String> = reports.unread.into_iter().chain(left).collect();
    saved.end(unread, *end == End::Whole && reports.is_of_everybody)
}

impl End {
    /// Why somebody whose turn did not come was not read.
    fn why(&self) -> String {
        match self {
            Self::Whole => "its turn did not come".to_owned(),
            Self::Interrupted => "reading was stopped before its turn".to_owned(),
            Self::Lost(call) => format!("reading ended before its turn: {call}"),
        }
    }
}

/// The enabled Regions. Nobody is judged by a report without them, so nothing else is asked where
/// they cannot be had.
async fn regions(aws: &impl ReadRegions) -> Result<BTreeSet<String>, LiveError> {
    let regions = aws.enabled_regions().await.map_err(|error| match error {
        RegionsError::Paging(error) => LiveError::from(error),
        RegionsError::Call(call) => LiveError::Regions(call),
    })?;
    if regions.is_empty() { Err(LiveError::NoRegions) } else { Ok(regions) }
}

/// The reports on everybody.
struct Reports<'a> {
    /// Whose turn is still to come.
    left: BTreeMap<&'a PrincipalArn, &'a Principal>,
    /// On whom there is none, and why.
    unread: BTreeMap<String, String>,
    /// Whether nobody was left out by the arguments.
    is_of_everybody: bool,
    kept: usize,
    read: usize,
    /// The actions that were denied, with whom they were to be on.
    denied: BTreeMap<String, Vec<PrincipalArn>>,
    calls: Calls,
}

impl<'a> Reports<'a> {
    /// Those that are to be read of the account.
    fn of(
        account: &'a Account,
        only: Option<&PrincipalArn>,
        is_kept: impl Fn(&Principal) -> bool,
    ) -> Self {
        let mut reports = Self {
            left: BTreeMap::new(),
            unread: BTreeMap::new(),
            is_of_everybody: only.is_none(),
            kept: 0,
            read: 0,
            denied: BTreeMap::new(),
            calls: Calls::default(),
        };
        for principal in account.principals() {
            if is_of_aws(&principal.arn) {
                let why = "only AWS can change it, so IAM was not asked".to_owned();
                reports.unread.insert(principal.arn.to_string(), why);
            } else if is_kept(principal) {
                reports.kept += 1;
            } else if only.is_some_and(|only| *only != principal.arn) {
                let why = format!("it was not asked for, with --principal; {RESUME}");
                reports.unread.insert(principal.arn.to_string(), why);
            } else {
                reports.left.insert(&principal.arn, principal);
            }
        }
        reports
    }

    /// Reads them, each into its file as it comes.
    async fn read(
        &mut self,
        aws: &(impl ReadPages + CountCalls),
        saved: &SavedAccount,
        interruption: &Interruption,
    ) -> Result<End, Failure> {
        let progress = Progress::waiting(self.left.len(), "reports");
        let deadline = Instant::now() + PATIENCE;
        let turns: Vec<&Principal> = self.left.values().copied().collect();
        let asked = stream::iter(turns).map(async |principal: &'a Principal| {
            let arn = principal.arn.to_string();
            (principal, aws.report_pages(&arn, Granularity::Action, deadline).await)
        });
        let mut asked = pin!(asked.buffer_unordered(CONCURRENT_REPORTS));
        let end = loop {
            let next = tokio::select! {
                biased;
                () = interruption.asked() => break End::Interrupted,
                next = asked.next() => next,
            };
            let Some((principal, report)) = next else { break End::Whole };
            if let Some(lost) = self.take(principal, report, saved)? {
                break End::Lost(lost);
            }
            self.calls = self.calls + aws.take_calls();
            if self.calls.throttled > 0 {
                progress.at(format!("({} calls throttled)", self.calls.throttled));
            }
            progress.step();
        };
        self.calls = self.calls + aws.take_calls();
        Ok(end)
    }

    /// Takes in what came of a principal; a call that fails as every other would is handed back.
    fn take(
        &mut self,
        principal: &Principal,
        report: Result<Vec<ReportPage>, UsageError>,
        saved: &SavedAccount,
    ) -> io::Result<Option<CallError>> {
        let why = match report {
            Ok(pages) => {
                saved.keep(principal, &pages)?;
                self.read += 1;
                None
            }
            Err(UsageError::Call { call, .. }) if fails_every_call(&call) => return Ok(Some(call)),
            Err(error) => Some(self.why(principal, &error)),
        };
        self.left.remove(&principal.arn);
        if let Some(why) = why {
            self.unread.insert(principal.arn.to_string(), why);
        }
        Ok(None)
    }

    /// Why there is no report, without the name of the principal, beside which it stands.
    fn why(&mut self, principal: &Principal, error: &UsageError) -> String {
        match error {
            UsageError::Call { call, .. } => match denied(call) {
                Some(action) => {
                    let why = format!("{action} is denied; {}", smallest_policy(&action));
                    self.denied.entry(action).or_default().push(principal.arn.clone());
                    why
                }
                None => format!("{} failed: {}; {RESUME}", call.operation, call.fault),
            },
            UsageError::Report { report, .. } => report.to_string(),
            UsageError::NoSuchPrincipal { .. } => "it was deleted while it was read".to_owned(),
            UsageError::NotReached { .. } | UsageError::Deadline { .. } => {
                format!("it was not finished in time; {RESUME}")
            }
            UsageError::RepeatedMarker { marker, .. } => {
                format!("it repeated the marker `{marker}`")
            }
        }
    }

    fn tell(&self, end: &End) {
        let Self { left, unread, kept, read, calls, .. } = self;
        let of_before =
            if *kept > 0 { format!(", {kept} kept from before") } else { String::new() };
        output::say(&format!(
            "{read} reports read{of_before}, {} not had; {} calls{}",
            unread.len() + left.len(),
            calls.made,
            match calls.throttled {
                0 => String::new(),
                times => format!(", {times} of them throttled"),
            },
        ));
        for (action, principals) in &self.denied {
            let named: Vec<String> =
                principals.iter().take(NAMED).map(|arn| format!("`{arn}`")).collect();
            let more = match principals.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            output::say(&format!(
                "warning: {action} is denied, so nobody can judge {}{more}: {}",
                named.join(", "),
                smallest_policy(action)
            ));
        }
        if let End::Lost(call) = end {
            let next = LiveError::from(call.clone()).next();
            output::say(&format!(
                "warning: reading ended: {}; {next}",
                printable(&call.to_string())
            ));
        }
    }
}

/// How to read what was not read.
const RESUME: &str = "`leastwise scan --resume` asks again";

/// Whether only AWS can change the role, so that nobody is to judge it.
fn is_of_aws(arn: &PrincipalArn) -> bool {
    [SERVICE_LINKED_PATH, IDENTITY_CENTER_PATH].iter().any(|path| arn.path().starts_with(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use leastwise_aws::ports::ReadError;
    use leastwise_rightsizing::evidence::{LastAccessedReport, ReportError};
    use leastwise_rightsizing::iam::AuthorizationDetails;
    use serde_json::{Value, json};
    use std::fs;
    use std::future::pending;
    use std::sync::Mutex;
    use tempfile::TempDir;

    const ACCOUNT: &str = "111122223333";

    /// An IAM that answers about each role by its name: `denied…`, `over…`, `stop…`, or else with a
    /// report that was finished at `completed`.
    struct Iam {
        details: AuthorizationDetails,
        completed: &'static str,
        regions: Result<BTreeSet<String>, RegionsError>,
        interruption: Interruption,
        asked: Mutex<Vec<String>>,
    }

    impl Iam {
        fn with(account: &str, roles: &[&str]) -> Self {
            let role = |name: &&str| {
                let arn = format!("arn:aws:iam::{account}:role/{name}");
                let last = name.rsplit('/').next().unwrap_or(name);
                json!({ "Arn": arn, "RoleId": format!("AROAEXAMPLE0{}", last.replace('-', "_")) })
            };
            let roles: Vec<Value> = roles.iter().map(role).collect();
            Self {
                details: serde_json::from_value(json!({ "RoleDetailList": roles })).unwrap(),
                completed: "2026-11-01T11:00:00Z",
                regions: Ok(["eu-west-1".to_owned()].into()),
                interruption: Interruption::default(),
                asked: Mutex::default(),
            }
        }

        fn of(roles: &[&str]) -> Self {
            Self::with(ACCOUNT, roles)
        }

        fn asked(&self) -> Vec<String> {
            let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
            asked.sort();
            asked
        }

        /// Reads it at noon into the folder, in which `begun` says whether to go on.
        fn read(&self, folder: &TempDir, begun: bool) -> Result<End, Failure> {
            let reading = Reading {
                folder: folder.path(),
                begun: begun.then(|| SavedAccount::open(folder.path()).unwrap()),
                asks_regions: true,
                only: None,
                now: at("2026-11-01T12:00:00Z"),
            };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(reading.run(self, &self.interruption))
        }
    }

    impl ReadDetails for Iam {
        async fn details(&self) -> Result<AuthorizationDetails, ReadError> {
            Ok(self.details.clone())
        }
    }

    impl ReadRegions for Iam {
        async fn enabled_regions(&self) -> Result<BTreeSet<String>, RegionsError> {
            self.regions.clone()
        }
    }

    impl CountCalls for Iam {
        fn take_calls(&self) -> Calls {
            Calls::default()
        }
    }

    impl ReadPages for Iam {
        async fn report_pages(
            &self,
            arn: &str,
            granularity: Granularity,
            _: Instant,
        ) -> Result<Vec<ReportPage>, UsageError> {
            assert_eq!(granularity, Granularity::Action);
            let name = arn.rsplit('/').next().unwrap();
            self.asked.lock().unwrap().push(name.to_owned());
            let refused = |code, message| {
                let operation = "iam:GenerateServiceLastAccessedDetails";
                let call = CallError::refused(operation, arn, code, message);
                Err(UsageError::Call { principal: arn.to_owned(), call })
            };
            if name.starts_with("denied") {
                return refused("AccessDenied", "not authorized");
            }
            if name.starts_with("over") {
                return refused("ExpiredToken", "the token is over");
            }
            if name.starts_with("stop") {
                self.interruption.ask();
                return pending().await;
            }
            Ok(vec![page(self.completed)])
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn page(completed: &str) -> ReportPage {
        ReportPage {
            job_status: "COMPLETED".to_owned(),
            job_type: Some("ACTION_LEVEL".to_owned()),
            job_completion_date: Some(at(completed)),
            services_last_accessed: Some(vec![]),
            ..ReportPage::default()
        }
    }

    fn folder() -> TempDir {
        TempDir::new().unwrap()
    }

    fn notes(folder: &TempDir) -> Value {
        serde_json::from_str(&fs::read_to_string(folder.path().join("saved.json")).unwrap())
            .unwrap()
    }

    fn expected_notes(complete: bool, unread: &Value) -> Value {
        json!({
            "savedAccount": 1, "account": ACCOUNT, "partition": "aws",
            "read": "2026-11-01T12:00:00Z", "regions": ["eu-west-1"], "complete": complete,
            "unread": unread
        })
    }

    fn report(folder: &TempDir, name: &str) -> Result<LastAccessedReport, ReportError> {
        let account = fs::read_to_string(folder.path().join("account.json")).unwrap();
        let account = Account::from_json(&account).unwrap();
        let role = account.principals().find(|it| it.arn.name() == name).unwrap();
        SavedAccount::open(folder.path()).unwrap().report(role)
    }

    fn arn(name: &str) -> String {
        format!("arn:aws:iam::{ACCOUNT}:role/{name}")
    }

    #[test]
    fn everybody_is_asked_about_but_whom_only_aws_can_change() {
        let linked = "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";
        let (folder, iam) = (folder(), Iam::of(&["app", "web", linked]));
        assert_eq!(iam.read(&folder, false).unwrap(), End::Whole);
        assert_eq!(iam.asked(), ["app", "web"]);
        let why = "only AWS can change it, so IAM was not asked";
        assert_eq!(notes(&folder), expected_notes(true, &json!({ (arn(linked)): why })));
        let read = fs::read_to_string(folder.path().join("reports/AROAEXAMPLE0app.json")).unwrap();
        let as_access_takes_it = json!({ (arn("app")): {
            "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL",
            "JobCompletionDate": "2026-11-01T11:00:00Z", "ServicesLastAccessed": []
        } });
        assert_eq!(serde_json::from_str::<Value>(&read).unwrap(), as_access_takes_it);
        let as_it_came = LastAccessedReport::from_pages(vec![page(iam.completed)]);
        assert_eq!(report(&folder, "web"), as_it_came);
    }

    #[test]
    fn a_denied_report_costs_its_principal_and_nobody_else() {
        let (folder, iam) = (folder(), Iam::of(&["app", "denied"]));
        assert_eq!(iam.read(&folder, false).unwrap(), End::Whole);
        let why = "iam:GenerateServiceLastAccessedDetails is denied; `leastwise permissions scan` prints \
             the smallest policy";
        assert_eq!(notes(&folder), expected_notes(true, &json!({ (arn("denied")): why })));
        assert!(report(&folder, "app").is_ok());
        assert_eq!(report(&folder, "denied"), Err(ReportError::NotRead(why.to_owned())));
    }

    #[test]
    fn who_was_not_read_before_ctrl_c_is_asked_about_when_the_run_goes_on() {
        let (folder, iam) = (folder(), Iam::of(&["app", "stop"]));
        assert_eq!(iam.read(&folder, false).unwrap(), End::Interrupted);
        assert_eq!(iam.asked(), ["app", "stop"]);
        let why = "reading was stopped before its turn";
        assert_eq!(notes(&folder), expected_notes(false, &json!({ (arn("stop")): why })));
        assert!(report(&folder, "app").is_ok());

        // A role of the same name that was made since is another one, and its report, too.
        let mut later = Iam::of(&["app", "web"]);
        later.details.role_detail_list[0].role_id = "AROAEXAMPLE0another".to_owned();
        assert_eq!(later.read(&folder, true).unwrap(), End::Whole);
        assert_eq!(later.asked(), ["app", "web"]);
        assert_eq!(notes(&folder), expected_notes(true, &json!({})));
        assert_eq!(later.read(&folder, true).unwrap(), End::Whole);
        assert_eq!(later.asked(), Vec::<String>::new());
    }

    #[test]
    fn a_report_of_yesterday_is_asked_for_again() {
        for (completed, asked) in
            [("2026-10-31T12:00:00Z", &["app"][..]), ("2026-10-31T12:00:01Z", &[])]
        {
            let (folder, mut iam) = (folder(), Iam::of(&["app"]));
            iam.completed = completed;
            iam.read(&folder, false).unwrap();
            iam.asked();
            iam.read(&folder, true).unwrap();
            assert_eq!(iam.asked(), asked, "{completed}");
        }
    }

    #[test]
    fn credentials_that_are_over_end_the_run_and_leave_what_was_read() {
        let (folder, iam) = (folder(), Iam::of(&["app", "over"]));
        let End::Lost(call) = iam.read(&folder, false).unwrap() else { panic!("it goes on") };
        assert_eq!(call.resource, arn("over"));
        let why = format!("reading ended before its turn: {call}");
        assert_eq!(notes(&folder), expected_notes(false, &json!({ (arn("over")): why })));
        assert!(report(&folder, "app").is_ok());
    }

    #[test]
    fn nothing_is_read_while_it_is_not_known_which_regions_are_enabled() {
        let (folder, mut iam) = (folder(), Iam::of(&["app"]));
        for code in ["AccessDeniedException", "InternalServerException"] {
            let call = CallError::refused("account:ListRegions", "the account", code, "no");
            iam.regions = Err(RegionsError::Call(call));
            let failure = iam.read(&folder, false).unwrap_err().to_string();
            let expected = format!(
                "which Regions are enabled is not known: account:ListRegions on `the account` failed: {code}: no"
            );
            assert_eq!(failure, expected);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_folder_of_another_account_is_left_as_it_is() {
        let folder = folder();
        Iam::of(&["app"]).read(&folder, false).unwrap();
        let before = fs::read(folder.path().join("account.json")).unwrap();
        let error = Iam::with("444455556666", &["app"]).read(&folder, true).unwrap_err();
        let expected = format!(
            "`{}` is of account {ACCOUNT}, and the credentials are of 444455556666",
            folder.path().display()
        );
        assert_eq!(error.to_string(), expected);
        assert_eq!(fs::read(folder.path().join("account.json")).unwrap(), before);
        assert_eq!(notes(&folder), expected_notes(true, &json!({})));
    }
}
