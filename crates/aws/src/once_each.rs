//! Reading each of several things once, however many ask for it at a time.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Things by name, each read when it is first asked for.
#[derive(Debug)]
pub(crate) struct OnceEach<T>(Mutex<BTreeMap<String, Arc<OnceCell<T>>>>);

impl<T> Default for OnceEach<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> OnceEach<T> {
    /// The thing of this name, by `read` where it is not known. What could not be read is read
    /// again for whoever asks next.
    pub(crate) async fn get<E>(
        &self,
        name: &str,
        read: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.place(name).get_or_try_init(|| read).await.cloned()
    }

    fn place(&self, name: &str) -> Arc<OnceCell<T>> {
        let mut things = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(things.entry(name.to_owned()).or_default())
    }
}
