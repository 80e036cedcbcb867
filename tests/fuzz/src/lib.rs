//! Reads whatever comes from outside in every form that it should not have.
//!
//! A *target* takes the bytes of one input to the code that reads such inputs, and asserts what
//! must hold of what was read. Inputs are drawn from real-shaped *seeds*: members are replaced,
//! removed, repeated, renamed and nested, then bytes are cut, doubled and inserted. The same inputs
//! are drawn in every run.
//!
//! # The modules
//!
//! Each module imports only from those above it.
//!
//! | Module | Its one idea |
//! | --- | --- |
//! | [`corpus`] | the seeds of a target |
//! | [`odd`] | values and texts that readers stumble over |
//! | [`tree`] | changing a JSON value somewhere |
//! | [`input`] | an input: a seed and what is changed in it |
//! | [`limits`] | the time, memory and stack that one input may take |
//! | [`targets`] | what is read from outside, each with what must hold |
//! | [`run`] | many inputs for one target |
//!
//! # Running
//!
//! `cargo xtask test` gives every target its seeds and some hundreds of inputs. `cargo xtask fuzz`
//! draws others for as long as you like.

pub mod corpus;
pub mod input;
pub mod limits;
pub mod odd;
pub mod run;
pub mod targets;
pub mod tree;
