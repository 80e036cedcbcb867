//! What a person asks `cargo xtask bench` for.

use clap::ValueEnum;

/// What to measure.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Measure these parts only, and keep the figures of the others; all parts if it is left out.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Part>,
    /// Measure nothing: write the page from the figures that are there.
    #[arg(long)]
    pub(crate) render: bool,
    /// Run the command line and cloudsplaining on accounts of at most so many roles.
    #[arg(long, default_value_t = 50_000)]
    pub(crate) roles: usize,
    /// Sweep accounts of these numbers of roles behind the stand.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1_000])]
    pub(crate) sweeps: Vec<usize>,
    /// Have the rule in Python sweep accounts of at most so many roles, too: it takes some two
    /// seconds for each.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) peer_roles: usize,
    /// How often each account is swept.
    #[arg(long, default_value_t = 1)]
    pub(crate) sweep_runs: usize,
    /// The Cargo profile of the evaluator that sweeps.
    #[arg(long, default_value = "release")]
    pub(crate) profile: String,
    /// What else the machine did meanwhile, for the page.
    #[arg(long)]
    pub(crate) note: Option<String>,
    /// Build nothing: measure the programs and packages that are there.
    #[arg(long)]
    pub(crate) as_built: bool,
}

/// What can be measured by itself.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// `leastwise index` and `leastwise plan`.
    CommandLine,
    /// cloudsplaining and `leastwise index` on the same files.
    Cloudsplaining,
    /// Our evaluator and a rule in Python behind the stand.
    Sweeps,
    /// New processes of both.
    ColdStarts,
}
