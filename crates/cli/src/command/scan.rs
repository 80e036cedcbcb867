//! `leastwise scan`: everybody judged and planned for in one pass.

mod place;
mod record;
mod table;

use super::gate::{Gate, Seen};
use super::judge::{self, Judge};
use super::planning::Planning;
use crate::arguments::{ScanArguments, ScanFormat};
use crate::failure::Failure;
use crate::input::{self, EARLIER_NEXT, Input, InputError, text};
use crate::output::{self, ExitCode};
use chrono::{DateTime, Utc};
use leastwise_report::entry::Entry;
use leastwise_report::export::{asff, markdown, ocsf, sarif};
use leastwise_report::header::Header;
use leastwise_report::packed::DetailText;
use leastwise_report::page::Page;
use leastwise_report::scan::{Scan, ScanJson};
use leastwise_report::trend::{Earlier, EarlierError, Trend};
use leastwise_rightsizing::verdict::RuleSettings;
use place::Found;
use record::Record;
use std::io;
use std::path::Path;

/// Runs the command as of `now`, unless the arguments say otherwise.
pub(crate) fn run(arguments: &ScanArguments, now: DateTime<Utc>) -> Result<ExitCode, Failure> {
    arguments.check()?;
    let source = &arguments.source;
    check_output(arguments)?;
    let as_of = source.as_of.unwrap_or(now);
    let rule = RuleSettings {
        threshold: arguments.fail_above.unwrap_or_default(),
        judging: source.judging()?,
        minimum_age: arguments.judging.minimum_age_days,
        minimum_known: arguments.judging.minimum_known_percent,
        exemptions: source.exemptions()?,
    };
    let settings = arguments.planning.settings(source)?;
    let found = Found::of(arguments, now)?;
    let input = Input::read(source, found.place())?;
    let resource_policies = arguments.planning.resources.load(input.account())?;
    let input = input.with_resource_policies(resource_policies);
    let header = header(&input, &rule, as_of);
    let trend = trend(&arguments.earlier, &header)?;
    let planning = Planning::of(&settings, input.account(), as_of);
    let judge = Judge { rule: &rule, planning: &planning, as_of };
    let (gate, is_refused) = print(arguments, &input, &judge, &header, &trend)?;
    let code = if let Some(threshold) = arguments.fail_above {
        gate.close(threshold)?
    } else {
        gate.remark();
        ExitCode::Done
    };
    // Who keeps to a threshold is not known while somebody was not read.
    if !found.is_whole() || !input.is_whole() {
        return Ok(ExitCode::Failed);
    }
    let is_refused = source.principal.is_some() && is_refused;
    Ok(if is_refused && code == ExitCode::Done { ExitCode::Refused } else { code })
}

/// Checks that the result is not written over what it is made of.
fn check_output(arguments: &ScanArguments) -> Result<(), InputError> {
    let (source, planning) = (&arguments.source, &arguments.planning);
    let place = source.place.place().map(|place| place.files()).unwrap_or_default();
    let read = place.iter().chain(&source.earlier_account).chain(&source.evidence);
    let read = read.chain(&source.exemption_list).chain(&planning.do_not_enforce_list);
    let read = read.chain(&planning.resources.resource_policies).chain(&arguments.earlier);
    let target = arguments.reading.target();
    let read = read.chain(target.folder());
    input::check_output(arguments.output_file.as_deref(), read)
}

fn header(input: &Input, rule: &RuleSettings, as_of: DateTime<Utc>) -> Header {
    let first = input.account().principals().next();
    let account = first.map(|principal| principal.arn.account().to_owned());
    Header::new(
        account,
        as_of,
        env!("CARGO_PKG_VERSION"),
        rule.judging.unused_after.days(),
        rule.threshold.value(),
        rule.judging.weighting,
    )
}

/// The earlier scans in these files.
fn trend(files: &[impl AsRef<Path>], header: &Header) -> Result<Trend, InputError> {
    let refused =
        |path: &Path, source: EarlierError| InputError::Earlier { path: path.to_owned(), source };
    let mut scans = Vec::new();
    for path in files.iter().map(AsRef::as_ref) {
        let earlier = Earlier::from_json(&text(path, EARLIER_NEXT)?, header);
        scans.push(earlier.map_err(|why| refused(path, why))?);
    }
    let last = files.last().map_or(Path::new(""), AsRef::as_ref);
    Trend::of(scans).map_err(|why| refused(last, why))
}

/// Prints the scan, and gives what a gate has to know of it, and whether anybody was refused.
fn print(
    arguments: &ScanArguments,
    input: &Input,
    judge: &Judge<'_>,
    header: &Header,
    trend: &Trend,
) -> io::Result<(Gate, bool)> {
    let path = arguments.output_file.as_deref();
    let wants_page = arguments.output == ScanFormat::Html;
    let entries = input.rows(
        false,
        |principal, evidence| detailed(judge.entry(principal, evidence), wants_page),
        |name, entry| detailed(judge::unreadable(name, entry), wants_page),
    );
    let mut scan = Scan::new(header);
    let (mut gate, mut is_refused) = (Gate::new(&judge.rule.judging, judge.as_of), false);
    let (mut kept, mut records) = (Vec::new(), Vec::new());
    for entry in entries {
        let (entry, detail) = entry?;
        gate.see(&Seen {
            principal: &entry.principal,
            fails: entry.fails(),
            index: entry.index,
            is_left_out: entry.is_left_out(),
            reported: entry.reported,
        });
        is_refused |= entry.refused().is_some();
        scan.add(&entry, detail)?;
        match arguments.output {
            ScanFormat::Json
            | ScanFormat::Sarif
            | ScanFormat::Asff
            | ScanFormat::Ocsf
            | ScanFormat::Markdown => kept.push(entry),
            ScanFormat::Csv | ScanFormat::Table => records.push(Record::of(&entry)),
            ScanFormat::Html => {}
        }
    }
    let finished = scan.finish()?;
    let summary = &finished.summary;
    match arguments.output {
        ScanFormat::Json => output::json_to(path, &ScanJson { header, summary, principals: &kept }),
        ScanFormat::Csv => output::csv_to(path, &records),
        ScanFormat::Table => {
            let table = table::text(&records, summary, output::width());
            output::to(path, |out| writeln!(out, "{table}"))
        }
        ScanFormat::Html => {
            let page = Page::of(header, &finished, trend).map_err(io::Error::other)?;
            output::to(path, |out| out.write_all(page.html().as_bytes()))
        }
        ScanFormat::Sarif => output::json_to(path, &sarif::log(header, &kept)),
        ScanFormat::Asff => {
            let region = arguments.export.security_hub_region();
            output::json_to(path, &asff::findings(header, &kept, region))
        }
        ScanFormat::Ocsf => output::json_to(path, &ocsf::events(header, &kept)),
        ScanFormat::Markdown => {
            let page = markdown::page(header, summary, &kept);
            output::to(path, |out| out.write_all(page.as_bytes()))
        }
    }?;
    Ok((gate, is_refused))
}

/// The entry, with its details where the page is wanted: on all cores, since they are long.
fn detailed(entry: Entry, wants_page: bool) -> io::Result<(Entry, Option<DetailText>)> {
    let detail = wants_page.then(|| DetailText::of(&entry)).transpose()?;
    Ok((entry, detail))
}
