//! The time, memory and stack that one input may take.

use leastwise_policy::text;
use peak_alloc::PeakAlloc;
use serde_json::Value;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use thiserror::Error;

/// Counts what the whole process has allocated.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static ALONE: Mutex<()> = Mutex::new(());

/// That nothing else of this process is measured or allocates: memory is counted for all of it.
#[derive(Debug)]
pub struct Alone(#[expect(dead_code, reason = "held until it is dropped")] MutexGuard<'static, ()>);

impl Alone {
    /// Waits until nobody else is.
    #[must_use]
    pub fn wait() -> Self {
        Self(ALONE.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The longest that one input may take: a thousand times what it takes on a machine at rest, so
/// that a busy one fails nobody, and far less than what grows exponentially would take.
pub const MAX_TIME: Duration = Duration::from_secs(10);

/// The stack of a thread, in bytes: that of the workers of Tokio and of Rust's own threads.
///
/// Source: <https://doc.rust-lang.org/std/thread/#stack-size>.
pub const STACK_BYTES: usize = 2 << 20;

/// How many times what an input takes as text and as JSON values it may take while it is read.
pub const MAX_MEMORY_FACTOR: usize = 10;

/// What any input may take, in bytes: results that do not grow with it, such as sets of the
/// catalogue's actions.
pub const FREE_BYTES: usize = 512 << 10;

/// Code that reads an input, and panics where something does not hold.
pub type Target = fn(&[u8]);

/// What reading an input took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Time.
    pub time: Duration,
    /// Memory at its peak, in bytes.
    pub memory: usize,
    /// Memory that was allowed, in bytes.
    pub allowed: usize,
}

/// What does not hold of an input.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Broken {
    /// It panicked.
    #[error("it panicked: {0}")]
    Panic(String),
    /// It took too long; it may not come to an end at all.
    #[error("it takes longer than {MAX_TIME:?}")]
    Time,
    /// It took too much memory.
    #[error("it took {taken} bytes of memory, and {allowed} are allowed")]
    Memory {
        /// What it took, in bytes.
        taken: usize,
        /// What is allowed, in bytes.
        allowed: usize,
    },
}

/// Gives the input to the target and holds it to the limits. A target that overflows its stack ends
/// the process.
///
/// # Errors
///
/// [`Broken`] when the target panics or goes beyond a limit.
pub fn hold(alone: &Alone, target: Target, input: &[u8]) -> Result<Cost, Broken> {
    hold_for(MAX_TIME, alone, target, input)
}

fn hold_for(time: Duration, _alone: &Alone, target: Target, input: &[u8]) -> Result<Cost, Broken> {
    let allowed = MAX_MEMORY_FACTOR * (input.len() + as_values(input)) + FREE_BYTES;
    let input = input.to_vec();
    let (tell, told) = mpsc::channel();
    let read = move || {
        let _ = tell.send(measure(target, &input));
    };
    thread::Builder::new().stack_size(STACK_BYTES).spawn(read).expect("a thread can be started");
    let (time, memory) = match told.recv_timeout(time) {
        Ok(measured) => measured?,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            return Err(Broken::Time);
        }
    };
    if memory > allowed {
        return Err(Broken::Memory { taken: memory, allowed });
    }
    Ok(Cost { time, memory, allowed })
}

fn measure(target: Target, input: &[u8]) -> Result<(Duration, usize), Broken> {
    let started = Instant::now();
    let (memory, outcome) = memory_of(|| panic::catch_unwind(AssertUnwindSafe(|| target(input))));
    outcome.map_err(|panic| Broken::Panic(message(&*panic)))?;
    Ok((started.elapsed(), memory))
}

/// The memory that an input takes as JSON values, in bytes; nothing if it is not JSON. JSON that
/// stands in a text is counted as text and as values.
fn as_values(input: &[u8]) -> usize {
    // What is no text for a file may still be one for a function.
    let lossy = |_| String::from_utf8_lossy(input).into_owned();
    let text = text::decode(input).unwrap_or_else(lossy);
    memory_of(|| Values::of(&text)).0
}

/// A JSON value, with those that stand in its texts.
struct Values {
    _value: Value,
    _in_texts: Vec<Values>,
}

impl Values {
    fn of(text: &str) -> Option<Self> {
        let value = serde_json::from_str(text).ok()?;
        let mut in_texts = Vec::new();
        Self::collect(&value, &mut in_texts);
        Some(Self { _value: value, _in_texts: in_texts })
    }

    fn collect(value: &Value, found: &mut Vec<Self>) {
        match value {
            Value::String(text) => found.extend(Self::of(text)),
            Value::Array(items) => items.iter().for_each(|item| Self::collect(item, found)),
            Value::Object(members) => {
                members.values().for_each(|member| Self::collect(member, found));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn memory_of<T>(work: impl FnOnce() -> T) -> (usize, T) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let done = work();
    (MEMORY.peak_usage().saturating_sub(before), done)
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    message
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_panics_is_broken() {
        let broken = hold(&Alone::wait(), |_| panic!("no"), b"{}").unwrap_err();
        assert_eq!(broken, Broken::Panic("no".to_owned()));
    }

    #[test]
    fn a_target_that_takes_too_much_memory_is_broken() {
        let broken =
            hold(&Alone::wait(), |input| drop(vec![0_u8; input.len() << 21]), b"x").unwrap_err();
        let Broken::Memory { taken, allowed } = broken else { panic!("{broken}") };
        assert!(taken >= 1 << 20 && allowed < 1 << 20, "{taken} of {allowed}");
    }

    #[test]
    fn a_target_that_does_not_end_is_broken() {
        let endless: Target = |_| thread::sleep(Duration::from_mins(1));
        let broken = hold_for(Duration::from_millis(50), &Alone::wait(), endless, b"").unwrap_err();
        assert_eq!(broken, Broken::Time);
    }
}
