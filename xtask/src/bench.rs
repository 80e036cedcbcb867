//! `cargo xtask bench`: measures whole programs on accounts of real sizes and sweeps behind the
//! stand, reckons what cannot be measured here, and writes `docs/performance.md`.

mod accounts;
mod arguments;
mod command_line;
mod costs;
mod figures;
mod growth;
mod organization;
mod page;
mod peers;
mod plots;
mod sweep_model;
mod sweeps;
mod timed;

use crate::result::Result;
pub(crate) use arguments::Arguments;
use arguments::Part;
use clap::ValueEnum;
use figures::Figures;

/// Measures what is asked for, and writes the page from all figures.
pub(crate) fn run(arguments: &Arguments) -> Result {
    let mut figures = Figures::read()?;
    for part in Part::value_variants() {
        if !arguments.render && (arguments.only.is_empty() || arguments.only.contains(part)) {
            measure(*part, arguments, &mut figures)?;
        }
    }
    page::write(&figures)
}

fn measure(part: Part, arguments: &Arguments, figures: &mut Figures) -> Result {
    match part {
        Part::CommandLine => command_line::measure(arguments, figures),
        Part::Cloudsplaining => command_line::measure_scans(arguments, figures),
        Part::Sweeps => sweeps::measure(arguments, figures),
        Part::ColdStarts => sweeps::measure_cold_starts(arguments, figures),
    }
}
