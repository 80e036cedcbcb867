//! What holds of the sources and manifests of the whole workspace, read from them as they are.
//!
//! | module | its one idea |
//! |---|---|
//! | [`workspace`] | asks cargo which packages there are and reads their sources |
//! | [`sources`] | holds the sources of one crate, as texts |
//! | `modules` | reads the module tree of a crate: what each module defines, imports and names |
//! | [`arrows`] | says which file of a crate imports which |
//! | [`circles`] | finds the files, or the folders, that import each other |
//! | [`order`] | holds the folders of a crate to an order |
//! | [`deny`] | holds the packages that we depend on to `deny.toml` |
//! | [`style`] | finds what goes against `STYLE.md` |
//!
//! The tests beside it say what must hold; `cargo test -p leastwise-architecture` takes seconds.

pub mod arrows;
pub mod circles;
pub mod deny;
mod modules;
pub mod order;
pub mod sources;
pub mod style;
pub mod workspace;
