//! An IAM that makes reports in virtual time, at the rate that it allows: how fast a sweep goes,
//! and how many of its calls are in vain.

use super::Aws;
use super::replay::{
    Answer, iam, iam_error, no_such_entity, settings, throttled, with_credentials,
};
use crate::clients::Clients;
use crate::clock::{Clock, Jitter};
use crate::ports::{ReadUsage, UsageError};
use aws_sdk_iam::config::{AsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use futures::StreamExt;
use leastwise_rightsizing::evidence::Granularity;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// How long a call takes besides waiting.
const LATENCY: Duration = Duration::from_millis(30);

/// Time that passes only when everybody waits.
#[derive(Debug, Clone)]
struct VirtualClock(Arc<Mutex<Timers>>);

#[derive(Debug)]
struct Timers {
    start: Instant,
    passed: Duration,
    waiting: BTreeMap<(Duration, u64), Waker>,
    number: u64,
}

impl VirtualClock {
    fn new() -> Self {
        let (start, passed, waiting) = (Instant::now(), Duration::ZERO, BTreeMap::new());
        Self(Arc::new(Mutex::new(Timers { start, passed, waiting, number: 0 })))
    }

    fn passed(&self) -> Duration {
        self.0.lock().unwrap().passed
    }

    fn until(&self, from_now: Duration) -> Until {
        Until { clock: self.clone(), moment: self.passed() + from_now }
    }

    /// Goes on to the next moment for which somebody waits.
    fn advance(&self) {
        let mut timers = self.0.lock().unwrap();
        let ((until, _), waker) = timers.waiting.pop_first().expect("somebody waits");
        timers.passed = until.max(timers.passed);
        drop(timers);
        waker.wake();
    }

    /// Does the work, and lets time pass whenever nothing is left to do.
    fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut work = pin!(work);
        loop {
            if !woken.0.swap(false, Ordering::SeqCst) {
                self.advance();
                continue;
            }
            if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                return done;
            }
        }
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A wait until so much time has passed in all.
struct Until {
    clock: VirtualClock,
    moment: Duration,
}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut timers = self.clock.0.lock().unwrap();
        if timers.passed >= self.moment {
            return Poll::Ready(());
        }
        timers.number += 1;
        let key = (self.moment, timers.number);
        timers.waiting.insert(key, context.waker().clone());
        Poll::Pending
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        let timers = self.0.lock().unwrap();
        timers.start + timers.passed
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(self.until(duration))
    }
}

impl AsyncSleep for VirtualClock {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(self.until(duration))
    }
}

/// IAM as far as reports go.
#[derive(Debug, Clone)]
struct SimulatedIam {
    clock: VirtualClock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// Calls a second that it takes, and at most as many at once.
    rate: f64,
    free: f64,
    at: Duration,
    /// How long each report takes, by turns.
    times: Vec<Duration>,
    /// What goes wrong besides.
    faults: Option<Jitter>,
    /// When each report is there.
    jobs: Vec<(Duration, Duration)>,
    calls: usize,
    throttled: usize,
    early: usize,
    reported: BTreeSet<usize>,
}

impl SimulatedIam {
    fn of(rate: f64, times: &[u64]) -> Self {
        let times = times.iter().map(|time| Duration::from_millis(*time)).collect();
        let state = State {
            rate,
            free: rate,
            at: Duration::ZERO,
            times,
            faults: None,
            jobs: Vec::new(),
            calls: 0,
            throttled: 0,
            early: 0,
            reported: BTreeSet::new(),
        };
        Self { clock: VirtualClock::new(), state: Arc::new(Mutex::new(state)) }
    }

    /// The same with faults that this seed draws.
    fn with_faults(self, seed: &str) -> Self {
        self.state.lock().unwrap().faults = Some(Jitter::new(seed));
        self
    }

    fn aws(&self) -> Aws {
        let settings = with_credentials(settings(self.clone(), self.clock.clone()));
        Aws::new(Clients::of(&settings)).with_clock(self.clock.clone())
    }

    /// Reads so many reports as a sweep does that has this much time.
    fn read(&self, principals: usize, time: Duration) -> Vec<Result<(), UsageError>> {
        let aws = self.aws();
        let deadline = self.clock.now() + time;
        let reading = (0..principals).map(|number| {
            let aws = &aws;
            async move {
                let arn = format!("arn:aws:iam::111122223333:role/role-{number}");
                aws.last_accessed(&arn, Granularity::Action, deadline).await.map(|_| ())
            }
        });
        self.clock.run(futures::stream::iter(reading).buffer_unordered(64).collect())
    }

    /// Reads so many reports as a sweep does, and sees how that went.
    fn sweep(&self, principals: usize) -> Sweep {
        let reports = self.read(principals, Duration::from_hours(24));
        assert_eq!(reports, vec![Ok(()); principals]);
        let state = self.state.lock().unwrap();
        assert_eq!(state.reported.len(), principals, "each once");
        let limit = f64::from(u32::try_from(principals).unwrap()) * 2.2 / state.rate;
        Sweep {
            share_of_limit: limit / self.clock.passed().as_secs_f64(),
            calls_each: ratio(state.calls, principals),
            in_vain: ratio(state.throttled, state.calls),
            early: ratio(state.early, principals),
        }
    }

    fn answer(&self, body: &str) -> Answer {
        let now = self.clock.passed();
        let mut state = self.state.lock().unwrap();
        let passed = (now.saturating_sub(state.at)).as_secs_f64();
        state.free = (state.free + state.rate * passed).min(state.rate);
        (state.at, state.calls) = (now, state.calls + 1);
        if state.free < 1.0 {
            state.throttled += 1;
            return throttled();
        }
        state.free -= 1.0;
        let job = body.split('&').find_map(|it| it.strip_prefix("JobId=")?.parse().ok());
        if let Some(fault) = state.faults.as_mut().and_then(|draws| fault(draws, job.is_none())) {
            return fault;
        }
        if body.contains("Action=Generate") {
            let job = state.jobs.len();
            let took = state.times[job % state.times.len()];
            state.jobs.push((now, now + took));
            return iam("GenerateServiceLastAccessedDetails", &format!("<JobId>{job}</JobId>"));
        }
        let Some((job, &(begun, ended))) = job.and_then(|it| Some((it, state.jobs.get(it)?)))
        else {
            return no_such_entity("no such job");
        };
        let created = format!("<JobCreationDate>{}</JobCreationDate>", date(begun));
        if now < ended {
            state.early += 1;
            let answer = format!("<JobStatus>IN_PROGRESS</JobStatus>{created}");
            return iam("GetServiceLastAccessedDetails", &answer);
        }
        // Every fifth report has two pages: 2.2 calls for each.
        let more = job % 5 == 0 && !body.contains("Marker=");
        if !more {
            assert!(state.reported.insert(job), "collected twice");
        }
        let more = if more { "<IsTruncated>true</IsTruncated><Marker>m</Marker>" } else { "" };
        let answer = format!(
            "<JobStatus>COMPLETED</JobStatus><JobType>ACTION_LEVEL</JobType>{created}
            <JobCompletionDate>{}</JobCompletionDate><ServicesLastAccessed/>{more}",
            date(ended)
        );
        iam("GetServiceLastAccessedDetails", &answer)
    }
}

/// Of a hundred calls ten are throttled and one fails in IAM; of a hundred reports one fails, and
/// one is of somebody who vanished.
fn fault(draws: &mut Jitter, is_first: bool) -> Option<Answer> {
    match draws.next() {
        ..0.10 => Some(throttled()),
        ..0.11 => Some(iam_error(500, "InternalFailure", "try again")),
        ..0.12 if is_first => Some(no_such_entity("the role is gone")),
        ..0.12 => Some(iam(
            "GetServiceLastAccessedDetails",
            "<JobStatus>FAILED</JobStatus><JobCreationDate>2026-01-01T00:00:00Z</JobCreationDate>\
             <Error><Message>try later</Message><Code>INTERNAL_ERROR</Code></Error>",
        )),
        _ => None,
    }
}

fn date(passed: Duration) -> String {
    let date = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
    (date + passed).to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn ratio(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
}

/// How a sweep went.
#[derive(Debug)]
struct Sweep {
    /// How fast it was, as a share of what the rate allows at 2.2 calls for each principal.
    share_of_limit: f64,
    calls_each: f64,
    /// The share of the calls that were throttled.
    in_vain: f64,
    /// Looks before the report was there, for each principal.
    early: f64,
}

impl HttpClient for SimulatedIam {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for SimulatedIam {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
        let iam = self.clone();
        HttpConnectorFuture::new(async move {
            let (status, body) = iam.answer(&body);
            Clock::sleep(&iam.clock, LATENCY).await;
            let status = StatusCode::try_from(status).unwrap();
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}

/// The case's figures, if they are as they should be.
fn check(rate: f64, times: &[u64], principals: usize, share: f64) {
    let sweep = SimulatedIam::of(rate, times).sweep(principals);
    let case = format!("{principals} at {rate} a second, {times:?}: {sweep:?}");
    println!("{case}");
    assert!(sweep.share_of_limit >= share, "{case}");
    assert!(sweep.calls_each <= 2.4, "{case}");
    assert!(sweep.in_vain <= 0.03 && sweep.early <= 0.1, "{case}");
}

#[test]
#[ignore = "takes minutes"]
fn a_sweep_of_ten_thousand_goes_at_the_rate_that_iam_allows() {
    check(20.0, &[2_000], 10_000, 0.90);
}

#[test]
fn whatever_goes_wrong_every_report_is_read_or_its_principal_has_an_error_before_the_deadline() {
    let minutes = Duration::from_mins(2);
    let (mut read, mut gone, mut failed, mut left) = (0, 0, 0, 0);
    for seed in 0..100 {
        let iam = SimulatedIam::of(20.0, &[2_000]).with_faults(&seed.to_string());
        let reports = iam.read(40, minutes);
        assert_eq!(reports.len(), 40);
        assert!(iam.clock.passed() <= minutes, "seed {seed}: {:?}", iam.clock.passed());
        for report in reports {
            match report {
                Ok(()) => read += 1,
                Err(UsageError::NoSuchPrincipal { .. }) => gone += 1,
                Err(UsageError::Report { .. }) => failed += 1,
                Err(UsageError::Call { call, .. }) if call.is_retryable() => left += 1,
                Err(error) => panic!("seed {seed}: {error}"),
            }
        }
    }
    // One in a hundred each; hardly any call fails eight times in a row.
    assert!(
        read >= 3_850 && (20..80).contains(&gone) && (20..80).contains(&failed),
        "{read} {gone} {failed}"
    );
    assert!(left <= 5, "{left}");
}

#[test]
fn a_sweep_goes_at_the_rate_that_iam_allows_and_hardly_asks_in_vain() {
    for (rate, times, principals, share) in [
        (20.0, &[2_000][..], 300, 0.90),
        (20.0, &[2_000], 2_000, 0.90),
        // Slower than the first guess, and so fast that it is found halfway.
        (5.0, &[2_000], 1_000, 0.90),
        (60.0, &[2_000], 1_500, 0.85),
        // Jobs that take longer and shorter.
        (20.0, &[900, 4_200, 1_500, 2_000, 2_600, 1_100, 3_000], 1_000, 0.85),
    ] {
        check(rate, times, principals, share);
    }
}
