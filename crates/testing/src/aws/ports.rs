//! The ports, each played once, with what a test says and asks about it.

mod automatic;
mod boundaries;
mod boundary_policies;
mod config;
mod counting;
mod files;
mod granting;
mod history;
mod messages;
mod preflight;
mod principals;
mod quarantine;
mod regions;
mod resource_policies;
mod tags;
mod usage;
