//! How far a long run is: a line on stderr for the person at the terminal, and nothing elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

/// The line that shows how far a run is. It is gone when this is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A run of so many steps, each a `unit`.
    pub(crate) fn of(steps: usize, unit: &str) -> Self {
        let bar = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
        let line = format!("{{pos}} of {{len}} {unit}, {{elapsed}}: {{msg}}");
        let style = ProgressStyle::with_template(&line);
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// What it is at.
    pub(crate) fn at(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
    }

    /// A step is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
