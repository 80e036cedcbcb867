//! Ctrl-C: as a flag to look at, or as a request for an orderly end, after which a second one ends
//! at once.

use crate::output;
use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// The exit code of a program that Ctrl-C ended, as shells have it: 128 and the signal's number.
const ENDED_AT_ONCE: i32 = 130;

/// What becomes true at Ctrl-C, for who looks at it now and then.
///
/// # Errors
///
/// Where the system does not let us listen.
pub(crate) fn flag() -> io::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let at_signal = Arc::clone(&interrupted);
    ctrlc::set_handler(move || at_signal.store(true, Ordering::Relaxed))
        .map_err(io::Error::other)?;
    Ok(interrupted)
}

/// Whether somebody pressed Ctrl-C.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interruption(Arc<State>);

#[derive(Debug, Default)]
struct State {
    was_asked: AtomicBool,
    is_over: AtomicBool,
    asked: Notify,
}

impl Interruption {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// Where the system does not let us.
    pub(crate) fn listen() -> io::Result<Self> {
        let interruption = Self::default();
        let at_signal = interruption.clone();
        ctrlc::set_handler(move || at_signal.signal()).map_err(io::Error::other)?;
        Ok(interruption)
    }

    fn signal(&self) {
        let state = &self.0;
        if state.is_over.load(Ordering::Relaxed) || state.was_asked.swap(true, Ordering::Relaxed) {
            process::exit(ENDED_AT_ONCE);
        }
        output::say("stopping: what was read is judged; Ctrl-C again ends at once");
        state.asked.notify_one();
    }

    /// Returns once an orderly end is asked for.
    pub(crate) async fn asked(&self) {
        self.0.asked.notified().await;
    }

    /// From now on nothing ends in an orderly way, and the first Ctrl-C ends at once.
    pub(crate) fn is_over(&self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }

    /// As if somebody had pressed Ctrl-C.
    #[cfg(test)]
    pub(crate) fn ask(&self) {
        self.0.asked.notify_one();
    }
}
