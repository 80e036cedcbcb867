//! `leastwise trace`: what a workload calls, as its SDK tells over client-side monitoring.

use crate::arguments::TraceArguments;
use crate::failure::Failure;
use crate::input::InputError;
use crate::interruption;
use crate::output::{self, ExitCode};
use leastwise_rightsizing::evidence::witnesses::Subject;
use leastwise_trails::client_side::{Calls, Datagram, MAX_DATAGRAM_BYTES};
use leastwise_trails::names::Names;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long it waits for a datagram before it looks whether the end has come.
const PATIENCE: Duration = Duration::from_millis(200);

/// How many datagrams are taken after the end: more than a socket keeps.
const MOST_AFTERWARDS: usize = 10_000;

const RECORDED_NEXT: &str = "write what an SDK sends, one datagram a line";

/// Runs the command.
pub(crate) fn run(arguments: &TraceArguments) -> Result<ExitCode, Failure> {
    let mut trace = Trace::default();
    let ended = match &arguments.recorded {
        Some(path) => trace.read_file(path)?,
        None => trace.listen(arguments)?,
    };
    trace.tell();
    let by = Subject::Arn(arguments.principal.clone());
    let log = trace.calls.log(arguments.principal.account(), &by);
    output::usage_log(&log, arguments.output.as_deref())?;
    Ok(ended)
}

/// What was told so far.
#[derive(Default)]
struct Trace {
    calls: Calls,
    datagrams: usize,
    noted: usize,
    unreadable: usize,
}

impl Trace {
    /// Takes in a datagram. What cannot be read is counted and never shown: credentials may be in
    /// it.
    fn add(&mut self, bytes: &[u8]) {
        self.datagrams += 1;
        match Datagram::parse(bytes) {
            Ok(datagram) => {
                let told = datagram.read(Names::embedded());
                self.noted += usize::from(self.calls.add(told));
            }
            Err(_) => self.unreadable += 1,
        }
    }

    /// Recorded datagrams, one a line.
    fn read_file(&mut self, path: &Path) -> Result<ExitCode, InputError> {
        let unreadable =
            |source| InputError::File { path: path.to_owned(), source, next: RECORDED_NEXT };
        let file = File::open(path).map_err(unreadable)?;
        for line in BufReader::new(file).split(b'\n') {
            let line = line.map_err(unreadable)?;
            if !line.trim_ascii().is_empty() {
                self.add(&line);
            }
        }
        Ok(ExitCode::Done)
    }

    /// Listens until the program that it starts has ended, or else until it is interrupted.
    fn listen(&mut self, arguments: &TraceArguments) -> Result<ExitCode, InputError> {
        let asked = SocketAddr::new(arguments.address, arguments.port);
        let deaf = |source| InputError::Listen { at: asked, source };
        let socket = UdpSocket::bind(asked).map_err(deaf)?;
        socket.set_read_timeout(Some(PATIENCE)).map_err(deaf)?;
        let at = socket.local_addr().map_err(deaf)?;
        if !at.ip().is_loopback() {
            output::say(
                "warning: anybody who reaches this address can tell of calls that nobody made",
            );
        }
        let Some((program, rest)) = arguments.command.split_first() else {
            output::say(&format!(
                "listening on {at} until Ctrl-C; start the workload with AWS_CSM_ENABLED=true AWS_CSM_PORT={}",
                at.port()
            ));
            let interrupted = interruption::flag().map_err(deaf)?;
            self.take(&socket, || Ok(interrupted.load(Ordering::Relaxed))).map_err(deaf)?;
            return Ok(ExitCode::Done);
        };
        let lost = |source| InputError::Program { program: program.clone(), source };
        let mut child = Command::new(program)
            .args(rest)
            .env("AWS_CSM_ENABLED", "true")
            .env("AWS_CSM_HOST", at.ip().to_string())
            .env("AWS_CSM_PORT", at.port().to_string())
            .spawn()
            .map_err(lost)?;
        self.take(&socket, || has_ended(&mut child)).map_err(deaf)?;
        let status = child.wait().map_err(lost)?;
        if !status.success() {
            output::say(&format!(
                "warning: `{program}` ended with {status}; what it called is kept"
            ));
        }
        Ok(if status.success() { ExitCode::Done } else { ExitCode::Failed })
    }

    /// Takes datagrams until `is_over`, and then those that are there already: not more than
    /// [`MOST_AFTERWARDS`], for others may go on sending.
    fn take(
        &mut self,
        socket: &UdpSocket,
        mut is_over: impl FnMut() -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut bytes = [0; MAX_DATAGRAM_BYTES + 1];
        let mut left = MOST_AFTERWARDS;
        while left > 0 {
            // Before it waits: what came in the meantime is still taken.
            let over = is_over()?;
            left -= usize::from(over);
            match socket.recv(&mut bytes) {
                Ok(length) => self.add(bytes.get(..length).unwrap_or_default()),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    if over {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn tell(&self) {
        let Self { datagrams, noted, unreadable, .. } = self;
        let processes = self.calls.processes().len();
        output::say(&format!(
            "{datagrams} datagrams of {processes} processes: {noted} tell of calls, {unreadable} are none of client-side monitoring"
        ));
        if *noted == 0 {
            output::say(
                "warning: nothing was told: not every AWS SDK has client-side monitoring, and those that do only tell where it is enabled",
            );
        }
    }
}

fn has_ended(child: &mut Child) -> io::Result<bool> {
    Ok(child.try_wait()?.is_some())
}
