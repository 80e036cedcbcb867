//! Records that come from AWS, read while they come.

use crate::failure::Failure;
use crate::input::InputError;
use leastwise_aws::CallError;
use leastwise_trails::trail::{TrailLog, Wanted};
use std::future::Future;
use std::io::{self, Cursor, Read};
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task;

/// How many parts wait to be read.
const PARTS: usize = 4;

/// What the parts say that `pour` hands over, as one file of a trail under this name.
pub(super) async fn read<F: Future<Output = Result<(), CallError>>>(
    name: String,
    wanted: &Arc<Wanted>,
    pour: impl FnOnce(Sender<Vec<u8>>) -> F,
) -> Result<TrailLog, Failure> {
    let (into, from) = mpsc::channel(PARTS);
    let wanted = Arc::clone(wanted);
    let reading = task::spawn_blocking(move || wanted.read(&name, Parts::of(from)));
    let poured = pour(into).await;
    let read = reading.await.map_err(io::Error::other)?;
    // Before what was read: where something did not come whole, that says nothing.
    poured?;
    Ok(read.map_err(InputError::TrailObject)?)
}

/// Parts that come from elsewhere, as one stream of bytes.
struct Parts {
    from: Receiver<Vec<u8>>,
    part: Cursor<Vec<u8>>,
}

impl Parts {
    fn of(from: Receiver<Vec<u8>>) -> Self {
        Self { from, part: Cursor::default() }
    }
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let came = self.part.read(buffer)?;
            if came > 0 || buffer.is_empty() {
                return Ok(came);
            }
            match self.from.blocking_recv() {
                Some(part) => self.part = Cursor::new(part),
                None => return Ok(0),
            }
        }
    }
}
