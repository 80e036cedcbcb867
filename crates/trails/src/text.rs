//! Text in a record.

use serde::Deserialize;
use std::borrow::Cow;
use std::ops::Deref;

/// Text that is not copied where it stands in the record as it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}
