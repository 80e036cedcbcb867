//! What the demo and the tests need: the functions to deploy, and what the stand is made of.

use crate::package;
use crate::result::Result;
use std::{panic, thread};

/// Package the functions and install something meanwhile: the one needs the processors, the other
/// waits for the network.
pub(crate) fn packages_and<T: Send>(install: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| {
        // What went wrong is said at once: compiling goes on for minutes.
        let installing =
            scope.spawn(|| install().inspect_err(|error| eprintln!("not installed: {error}")));
        package::packages(package::QUICK, None)?;
        installing.join().unwrap_or_else(|problem| panic::resume_unwind(problem))
    })
}
