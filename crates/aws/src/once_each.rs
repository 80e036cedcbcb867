//! Remembering what was read of an earlier moment.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Things of one moment, so that each is read once for all principals, however many ask at a time.
///
/// A moment is never asked about again once another one is, since every run has its own.
#[derive(Debug)]
pub(super) struct OfThen<T>(Mutex<Memory<T>>);

#[derive(Debug)]
struct Memory<T> {
    time: DateTime<Utc>,
    things: BTreeMap<String, Arc<OnceCell<T>>>,
}

impl<T> Default for OfThen<T> {
    fn default() -> Self {
        Self(Mutex::new(Memory { time: DateTime::default(), things: BTreeMap::new() }))
    }
}

impl<T: Clone> OfThen<T> {
    /// The thing of this name at `time`, by `read` where it is not known. What could not be read is
    /// read again for whoever asks next.
    pub(super) async fn get<E>(
        &self,
        name: &str,
        time: DateTime<Utc>,
        read: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.place(name, time).get_or_try_init(|| read).await.cloned()
    }

    fn place(&self, name: &str, time: DateTime<Utc>) -> Arc<OnceCell<T>> {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.time != time {
            *memory = Memory { time, things: BTreeMap::new() };
        }
        Arc::clone(memory.things.entry(name.to_owned()).or_default())
    }
}
