//! The pages of the project as a reader follows them: their headings and their links.
//!
//! | module | its one idea |
//! |---|---|
//! | [`page`] | reads one page of Markdown: what can be linked to, and what it links to |
//! | [`links`] | finds the links that lead nowhere |
//!
//! The tests beside it build the guide and follow every link.

pub mod links;
pub mod page;
